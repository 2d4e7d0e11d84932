"""For the photographer: who of those who come did not agree to being photographed."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..consents import services as consents
from ..db import db
from ..events.models import Event, Participant
from ..i18n import _, bi
from ..registration.models import Place, Registration


@dataclass(frozen=True)
class Photos:
    """`declined` by name, and how many did `agree`. Saying nothing is not agreeing."""

    declined: Sequence[Registration]
    agreed: int


def photos(event: Event) -> Photos:
    """Who did not agree, among everybody with a live registration."""
    may_show = consents.agreed(event, "photo")
    held = db.session.scalars(
        sa.select(Registration)
        .join(Participant, Participant.id == Registration.participant_id)
        .where(Registration.event_id == event.id, Registration.state == "live")
        .options(joinedload(Registration.participant), joinedload(Registration.place).joinedload(Place.product))
        .order_by(Participant.sort_name, Registration.id)
    ).all()
    declined = [registration for registration in held if registration.participant_id not in may_show]
    return Photos(declined, len(held) - len(declined))


def heads() -> list[str]:
    """The headings of the file."""
    return [_("Last name"), _("First name"), _("Organisation"), _("Ticket")]


def rows(found: Photos) -> list[tuple[str, str, str, str]]:
    """The same people for a file."""
    return [
        (
            registration.participant.family_name,
            registration.participant.given_name,
            registration.participant.company,
            bi(registration.place.product.name),
        )
        for registration in found.declined
    ]
