"""Bookings as organisers look at them: every place with who holds it, what is charged, letters and log."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from ..accounts.addresses import canonical
from ..db import db
from ..events.models import Event
from ..mail.models import OutboxLetter
from ..registration import changes, lacking
from ..registration import queries as registrations
from ..registration.models import Item, Party, Place, Registration
from ..text import fold

PAGE = 100


@dataclass(frozen=True)
class Seat:
    """A place of a booking. state: "confirmed", "asked", "open" or "cancelled"; `lines` are what is charged for it.

    `lacks`: whoever holds it has not answered all they must.
    """

    number: int
    place: Place
    registration: Registration | None
    state: str
    lines: list[Item]
    may_remind: bool
    lacks: bool

    @property
    def name(self) -> str:
        """Who holds it, or was asked to."""
        if self.registration is not None:
            return self.registration.participant.name
        return self.place.invited_name


def seats_of(party: Party) -> list[Seat]:
    """The places of a booking in order, cancelled ones too; as many questions whatever their number."""
    lines: dict[int | None, list[Item]] = {}
    for item in registrations.items_of(party):
        if item.cancelled_at is None:
            lines.setdefault(item.place_id, []).append(item)
    places = registrations.places_of(party)
    missing = lacking.of_all([place.registration for place in places if place.registration is not None])
    seats = []
    for number, place in enumerate(places, start=1):
        held, state = place.registration, _state(place)
        lacks = held is not None and held.id in missing
        to_remind = (changes.is_asked(place) or (lacks and state == "confirmed")) and changes.may_remind(place)
        seats.append(Seat(number, place, held, state, lines.get(place.id, []), to_remind, lacks))
    return seats


def _state(place: Place) -> str:
    if place.cancelled_at is not None:
        return "cancelled"
    if place.registration is not None and place.registration.confirmed_at is not None:
        return "confirmed"
    return "asked" if place.registration is not None or place.invited_address else "open"


def letters_about(event: Event, party: Party, most: int = 20) -> Sequence[OutboxLetter]:
    """The letters to the buyer and to everybody who holds or held a place of the booking, newest first."""
    people = {held.participant.public_id for place in party.places for held in place.registrations}
    return db.session.scalars(
        sa.select(OutboxLetter)
        .where(
            OutboxLetter.event_ref == event.public_id,
            OutboxLetter.recipient_ref.in_(sorted({party.public_id, *people})),
        )
        .order_by(OutboxLetter.id.desc())
        .limit(most)
    ).all()


def refs_of(party: Party) -> list[str]:
    """Public ids under which the log speaks of a booking: itself, its places, and who holds or held them."""
    refs = {party.public_id}
    for place in party.places:
        refs |= {place.public_id, *(held.public_id for held in place.registrations)}
    return sorted(refs)


def found(event: Event, words: str, number: int = 1) -> Sequence[Party]:
    """Bookings by reference, contact person or address, the newest first; all of them without `words`.

    A page of them, and one more where there is another page.
    """
    asked = (
        sa.select(Party)
        .where(Party.event_id == event.id, Party.placed_at.is_not(None))
        .options(joinedload(Party.product), selectinload(Party.places))
        .order_by(Party.placed_at.desc(), Party.id.desc())
        .limit(PAGE + 1)
        .offset((number - 1) * PAGE)
    )
    for word in fold(words).split()[:5]:
        asked = asked.where(
            sa.or_(
                Party.reference == word.upper(),
                sa.func.lower(Party.contact_name).contains(word, autoescape=True),
                sa.func.lower(Party.contact_email).contains(canonical(word) if "@" in word else word, autoescape=True),
            )
        )
    return db.session.scalars(asked).all()
