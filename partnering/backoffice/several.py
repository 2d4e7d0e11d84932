"""One thing done with many people: their registrations cancelled or moved, their tickets sent again."""

from collections.abc import Sequence

import sqlalchemy as sa

from ..db import db
from ..events.models import Event, Participant
from ..registration import desk
from ..registration import queries as registrations
from ..registration import services as registering
from ..registration.models import Registration
from ..tickets import services as tickets
from ..tickets.models import Product
from . import guests, services
from .guests import Wanted

TASK = "people.several"
AT_ONCE = 50
"""Up to how many people something is done with while the organiser waits; more are left to the worker."""
MOST = 5_000
TOGETHER = 20
"""With how many people the worker does something in one transaction, since others want to buy meanwhile."""


def holders(event: Event, wanted: Wanted) -> list[str]:
    """The public ids of everybody who is wanted and holds a ticket, by name; one more than `MOST` says there are more.

    What organisers ticked is no more than that either.
    """
    live = sa.select(Registration.participant_id).where(Registration.event_id == event.id, Registration.state == "live")
    return list(
        db.session.scalars(
            guests.in_order(event, wanted)
            .with_only_columns(Participant.public_id)
            .where(Participant.id.in_(live))
            .limit(MOST + 1)
        )
    )


def pieces(people: Sequence[str]) -> list[Sequence[str]]:
    """The people in parts, each one transaction."""
    return [people[at : at + TOGETHER] for at in range(0, len(people), TOGETHER)]


def do(
    event: Event,
    deed: str,
    people: Sequence[str],
    *,
    product: Product | None = None,
    basis: str = "then",
    letter: bool = False,
    waive_fee: bool = False,
) -> int:
    """Do a deed ("cancel", "move", "resend") with everybody of these public ids who holds a ticket; with how many.

    Raises as `desk.move`; then the transaction must end.
    """
    tickets.turn(event.id)
    held = registrations.live_registrations_at(event, people)
    if deed == "cancel":
        for one in held:
            registering.cancel_registration(one, by="organiser", waive_fee=waive_fee)
        return len(held)
    if deed == "move" and product is not None:
        others = [one for one in held if one.place.product_id != product.id]
        for one in others:
            desk.move(one, product, basis=basis, letter=letter)
        return len(others)
    return sum(services.send_again(event, one) for one in held)
