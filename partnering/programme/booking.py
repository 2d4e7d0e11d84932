"""Sessions with places that are sold as an add-on: how many are free, what somebody can do, and doing it.

The add-on belongs to a session by its released time: what is only being drafted sells nothing.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from ..db import db
from ..errors import DomainError
from ..events.models import Participant
from ..i18n import _l, bi
from ..registration import permissions, workshops
from ..registration import queries as registration
from ..registration.changes import ChangesClosed
from ..registration.models import Item, Registration
from ..tickets import services as tickets
from ..tickets.models import Product
from .models import Bookmark, ReleasedSession


class NoPlaces(DomainError):
    """There is nothing to book in this session."""

    message = _l("This session has no places to book.")


class NoTicket(DomainError):
    """Only who holds a ticket can book."""

    message = _l("Register first: places can be booked with a ticket.")


class HasPrice(DomainError):
    """What costs something is booked where its price, and whom the invoice goes to, are said."""

    message = _l("This costs something: please book it with your ticket.")


@dataclass(frozen=True)
class Places:
    """What a session's places are sold as, and how many are free; None where they have no limit."""

    product: Product
    left: int | None

    @property
    def gone(self) -> bool:
        """Whether nobody can book any more."""
        return self.left == 0


@dataclass(frozen=True)
class Chance:
    """What somebody can do about the places of a session.

    state: "booked", "open", "priced" (`gross` in cents), "sold_out", "clash" (`why` names what is booked in its stead),
    "closed", "not_offered" (with this ticket, or not on sale), "no_ticket". `registration` is what they hold;
    `may_change` says whether what is booked can still be given up.
    """

    state: str
    registration: Registration | None = None
    gross: int = 0
    why: str = ""
    may_change: bool = True


def places_of(session: ReleasedSession) -> Places | None:
    """The places of a session; None for one that has none to book, or does not take place."""
    product = registration.product_at_time(session.appointment) if session.state == "live" else None
    if product is None or product.hidden or not product.active:
        return None
    left = tickets.left(product)
    return Places(product, left if left < tickets.UNLIMITED else None)


def chance_of(participant: Participant, places: Places) -> Chance:
    """What somebody who takes part can do about these places now."""
    held = registration.live_registration(participant)
    if held is None:
        return Chance("no_ticket")
    product = places.product
    item = _item(held, product)
    may_change = permissions.may_change_ticket(held)
    if item is not None:
        return Chance("booked", held, item.gross, may_change=may_change)
    if not may_change:
        return Chance("closed", held)
    if product not in workshops.bookable(held.place):
        return Chance("not_offered", held)
    gross = workshops.price_for(held.place.party, product).gross
    if places.gone:
        return Chance("sold_out", held, gross)
    beside = workshops.beside(held.place, product)
    if beside:
        return Chance("clash", held, gross, why=bi(beside[0].name))
    return Chance("priced" if gross else "open", held, gross)


def _item(held: Registration, product: Product) -> Item | None:
    items = registration.add_ons_of(held.place)
    return next((item for item in items if item.claim is not None and item.claim.product_id == product.id), None)


def book(session: ReleasedSession, participant: Participant) -> None:
    """Book a place that costs nothing; a session that they only chose before is booked now.

    Raises `NoPlaces`, `NoTicket`, `HasPrice`, `ChangesClosed`, or what `workshops.book` raises; then the transaction
    must end.
    """
    held, product = _ticket_and_product(session, participant)
    if _item(held, product) is None and workshops.price_for(held.place.party, product).gross:
        raise HasPrice
    workshops.book(held, product)
    db.session.execute(
        sa.delete(Bookmark).where(Bookmark.session_id == session.session_id, Bookmark.participant_id == participant.id)
    )


def give_up(session: ReleasedSession, participant: Participant) -> None:
    """Give a place back that cost nothing.

    Raises `NoPlaces`, `NoTicket`, `HasPrice`, `ChangesClosed` or `NotBooked`.
    """
    held, product = _ticket_and_product(session, participant)
    item = _item(held, product)
    if item is not None and item.gross:
        raise HasPrice
    workshops.give_up(held, product)


def _ticket_and_product(session: ReleasedSession, participant: Participant) -> tuple[Registration, Product]:
    places = places_of(session)
    if places is None:
        raise NoPlaces
    held = registration.live_registration(participant)
    if held is None:
        raise NoTicket
    if not permissions.may_change_ticket(held):
        raise ChangesClosed
    return held, places.product
