"""Everything that belongs to the addresses of one person: bookings, requests, places on waiting lists, tickets."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from ..accounts.models import Person
from ..db import db
from ..events.models import Event, Participant
from .models import Party, Place, Registration, WaitingEntry


@dataclass
class Mine:
    """What somebody has at one event."""

    event: Event
    bookings: list[Party] = field(default_factory=list)
    requests: list[Party] = field(default_factory=list)
    waiting: list[WaitingEntry] = field(default_factory=list)
    ticket: Registration | None = None


def everything_of(person: Person) -> list[Mine]:
    """What somebody has at each event, the latest event first, in five questions whatever there is."""
    found: dict[int, Mine] = {}

    def at(event: Event) -> Mine:
        return found.setdefault(event.id, Mine(event))

    for party in _bookings(person):
        at(party.event).bookings.append(party)
    for party in _requests(person):
        at(party.event).requests.append(party)
    for entry in _waiting(person):
        at(entry.event).waiting.append(entry)
    for registration in _tickets(person):
        at(registration.participant.event).ticket = registration
    return sorted(found.values(), key=lambda mine: (mine.event.first_day, mine.event.id), reverse=True)


def has_something(person: Person, event: Event) -> bool:
    """Whether somebody has anything at an event, a ticket or not."""
    return any(mine.event.id == event.id for mine in everything_of(person))


def _keys(person: Person) -> list[str]:
    """The addresses that are known to be this person's."""
    return sorted(address.canonical for address in person.addresses if address.verified_at is not None)


def _bookings(person: Person) -> Sequence[Party]:
    return db.session.scalars(
        sa.select(Party)
        .where(Party.contact_person_id == person.id, Party.placed_at.is_not(None))
        .options(joinedload(Party.event), joinedload(Party.product), selectinload(Party.places))
        .order_by(Party.placed_at.desc(), Party.id.desc())
    ).all()


def _requests(person: Person) -> Sequence[Party]:
    """What was sent in and is not binding: nobody is known as its buyer yet, so that its address decides."""
    return db.session.scalars(
        sa.select(Party)
        .where(
            Party.placed_at.is_(None),
            Party.asked_at.is_not(None),
            Party.approval.in_(("waiting", "rejected")),
            sa.func.lower(Party.contact_email).in_(_keys(person)),
        )
        .options(joinedload(Party.event), joinedload(Party.product))
        .order_by(Party.asked_at.desc(), Party.id.desc())
    ).all()


def _waiting(person: Person) -> Sequence[WaitingEntry]:
    return db.session.scalars(
        sa.select(WaitingEntry)
        .where(WaitingEntry.closed_at.is_(None), WaitingEntry.address_key.in_(_keys(person)))
        .options(joinedload(WaitingEntry.event), joinedload(WaitingEntry.product))
        .order_by(WaitingEntry.created_at.desc(), WaitingEntry.id.desc())
    ).all()


def _tickets(person: Person) -> Sequence[Registration]:
    return db.session.scalars(
        sa.select(Registration)
        .join(Participant, Participant.id == Registration.participant_id)
        .where(Participant.person_id == person.id, Registration.state == "live")
        .options(
            joinedload(Registration.participant).joinedload(Participant.event),
            joinedload(Registration.place).joinedload(Place.product),
        )
        .order_by(Registration.id)
    ).all()
