"""The people of an event as organisers look for them: one row each, with the newest ticket they hold or held.

A page costs the same however many there are: first the ids of its rows, found by an index and continued from the row
before (no OFFSET), then what is shown of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from ..accounts.models import EmailAddress, Person
from ..checkin.models import Admission, Scan
from ..db import db
from ..delegates.models import Delegate
from ..events.models import Event, Participant
from ..mail.models import OutboxLetter
from ..meetings.models import Meeting, MeetingDelegate
from ..programme.models import SessionPerson
from ..registration.models import Item, Party, Place, Registration
from ..text import fold
from ..tickets.models import Product
from . import consenting
from .models import PeopleImport

STATES = ("expected", "in", "ended", "none")
PAID = ("paid", "open")
ANSWERED = ("yes", "no")
SORTS = ("name", "company", "ticket", "since", "in", "meetings")
PAGE = 50
COUNTED = 1000
"""Up to how many people are counted; beyond that a list says "more than"."""


@dataclass(frozen=True)
class Wanted:
    """What a list shows: words to find, a ticket type, states, those of one import, those who
    agree to one purpose, and the order.
    """

    words: str = ""
    ticket: str = ""
    state: str = ""
    paid: str = ""
    answered: str = ""
    imported: str = ""
    consent: str = ""
    sort: str = "name"
    descending: bool = False

    @property
    def everybody(self) -> bool:
        """Whether nobody is left out."""
        return replace(self, sort="name", descending=False) == Wanted()


@dataclass(frozen=True)
class Guest:
    """A row: who, with which ticket, since when in, and how many meetings."""

    participant: Participant
    registration: Registration | None
    arrived_at: datetime | None
    meetings: int
    speaks: bool

    @property
    def state(self) -> str:
        """One of `STATES`."""
        if self.registration is None:
            return "none"
        if self.registration.state != "live":
            return "ended"
        return "in" if self.arrived_at is not None else "expected"


class Row(NamedTuple):
    """A line of the list: plain values, since fifty of them are read for every page."""

    id: int
    public_id: str
    family_name: str
    given_name: str
    company: str
    held: str | None
    since: datetime | None
    product_id: int | None
    place_id: int | None
    arrived_at: datetime | None = None
    meetings: int = 0
    speaks: bool = False

    @property
    def name(self) -> str:
        """Family name first, as lists are sorted."""
        return ", ".join(part for part in (self.family_name, self.given_name) if part)

    @property
    def state(self) -> str:
        """One of `STATES`."""
        if self.held is None:
            return "none"
        return "ended" if self.held != "live" else "in" if self.arrived_at is not None else "expected"


FIELDS = Row._fields[:9]
"""Those of a row that one question answers."""


@dataclass(frozen=True)
class Page:
    """Rows, and whether there are more before and after them."""

    rows: list[Row]
    earlier: bool
    later: bool
    total: int
    """Of all pages; one more than `COUNTED` stands for more than that."""


# -- which rows


def page(event: Event, wanted: Wanted, *, after: str = "", before: str = "") -> Page:
    """The rows after or before the person of a public id; the first ones when there is no such person.

    Who is looked for is found first, in whatever order that is cheapest in. Only where there are many the index is
    walked in order instead, since then a page is soon full.
    """
    if wanted.everybody:
        asked, total = matching(event, wanted), _number(matching(event, wanted))
    else:
        found = db.session.scalars(matching(event, wanted).limit(COUNTED + 1)).all()
        few, total = len(found) <= COUNTED, len(found)
        asked = sa.select(Participant.id).where(Participant.id.in_(found)) if few else matching(event, wanted)
    edge = _edge(event, wanted, after or before)
    back = edge is not None and not after
    statement = _ordered(asked, wanted, back=back)
    if edge is not None:
        statement = statement.where(_beyond(edge, wanted, back=back))
    ids = list(db.session.scalars(statement.limit(PAGE + 1)))
    more, ids = len(ids) > PAGE, ids[:PAGE]
    if back:
        return Page(rows_of(ids[::-1]), more, True, total)
    return Page(rows_of(ids), edge is not None, more, total)


def guests(event: Event, wanted: Wanted) -> list[Row]:
    """The rows of the first page."""
    return page(event, wanted).rows


def _number(statement: sa.Select[int]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(statement.limit(COUNTED + 1).subquery())) or 0


def matching(event: Event, wanted: Wanted) -> sa.Select[int]:
    """The ids of everybody who is wanted, in no order."""
    statement = sa.select(Participant.id).where(Participant.event_id == event.id, Participant.erased_at.is_(None))
    for word in fold(wanted.words).split()[:5]:
        statement = statement.where(_known_by(event, word))
    live = sa.select(Registration.participant_id).where(Registration.event_id == event.id, Registration.state == "live")
    ever = sa.select(Registration.participant_id).where(Registration.event_id == event.id)
    came = live.where(Registration.place_id.in_(sa.select(Admission.place_id).where(Admission.event_id == event.id)))
    one = Participant.id
    held = sa.exists().where(Registration.participant_id == one).correlate(Participant)
    holds = sa.exists().where(Registration.participant_id == one, Registration.state == "live").correlate(Participant)
    conditions: dict[str, list[Any]] = {
        "expected": [holds, one.not_in(came)],
        "in": [one.in_(came)],
        "ended": [one.in_(ever.where(Registration.state != "live")), ~holds],
        "none": [~held],
    }
    statement = statement.where(*conditions.get(wanted.state, []))
    if wanted.ticket:
        of_ticket = sa.select(Place.id).join(Product, Product.id == Place.product_id)
        of_ticket = of_ticket.where(Place.event_id == event.id, Product.public_id == wanted.ticket)
        asked = ever if wanted.state == "ended" else live
        statement = statement.where(one.in_(asked.where(Registration.place_id.in_(of_ticket))))
    if wanted.paid:
        is_paid = Party.settled_at.is_not(None) if wanted.paid == "paid" else Party.settled_at.is_(None)
        places = sa.select(Place.id).join(Party, Party.id == Place.party_id)
        places = places.where(Party.event_id == event.id, Party.placed_at.is_not(None), is_paid)
        statement = statement.where(one.in_(live.where(Registration.place_id.in_(places))))
    if wanted.answered:
        given = Registration.sheet_id.is_not(None) if wanted.answered == "yes" else Registration.sheet_id.is_(None)
        statement = statement.where(one.in_(live.where(given)))
    if wanted.imported:
        done = sa.select(PeopleImport.done_at).where(
            PeopleImport.event_id == event.id, PeopleImport.public_id == wanted.imported
        )
        statement = statement.where(one.in_(ever.where(Registration.created_at == done.scalar_subquery())))
    if wanted.consent:
        purpose = consenting.purpose_at(event, wanted.consent)
        statement = statement.where(one.in_(consenting.agreeing(purpose)) if purpose is not None else sa.false())
    return statement


def _known_by(event: Event, word: str) -> sa.ColumnElement[bool]:
    """Whether somebody is known by a folded word: in name or company, in an address, by a reference.

    Addresses and references are looked up first, by their indexes, so that walking the names stays as cheap as it is.
    """
    if "@" in word:
        by_address = EmailAddress.canonical.contains(word, autoescape=True)
    else:
        by_address = sa.and_(EmailAddress.canonical >= word, EmailAddress.canonical < word + "\uffff")
    named = sa.union_all(
        sa.select(Participant.id).where(
            Participant.event_id == event.id,
            Participant.person_id.in_(sa.select(EmailAddress.person_id).where(by_address)),
        ),
        sa.select(Registration.participant_id)
        .join(Place, Place.id == Registration.place_id)
        .join(Party, Party.id == Place.party_id)
        .where(Party.event_id == event.id, Party.reference == word.upper()),
    ).limit(COUNTED)
    ids = db.session.scalars(named).all()
    in_name = Participant.search_name.contains(word, autoescape=True)
    return sa.or_(in_name, Participant.id.in_(ids)) if ids else in_name


# -- in which order

_held_by = Registration.participant_id == Participant.id
_meetings = (
    sa.select(sa.func.count(sa.distinct(Meeting.id)))
    .join(MeetingDelegate, MeetingDelegate.meeting_id == Meeting.id)
    .join(Delegate, Delegate.id == MeetingDelegate.delegate_id)
    .where(Delegate.participant_id == Participant.id, Meeting.request_state == "accepted", Meeting.placement != "none")
    .correlate(Participant)
)
_KEYS: dict[str, Any] = {
    "company": sa.func.lower(sa.func.nullif(Participant.company, "")),
    "ticket": sa.select(sa.func.max(Product.position))
    .join(Place, Place.product_id == Product.id)
    .join(Registration, Registration.place_id == Place.id)
    .where(_held_by, Registration.state == "live")
    .correlate(Participant)
    .scalar_subquery(),
    "since": sa.select(sa.func.max(Registration.created_at)).where(_held_by).correlate(Participant).scalar_subquery(),
    "in": sa.select(sa.func.min(Admission.at))
    .join(Registration, Registration.place_id == Admission.place_id)
    .where(_held_by, Registration.state == "live")
    .correlate(Participant)
    .scalar_subquery(),
    "meetings": _meetings.scalar_subquery(),
}


def _ordered(statement: sa.Select[int], wanted: Wanted, *, back: bool = False) -> sa.Select[int]:
    name, number = Participant.sort_name, Participant.id
    down = wanted.descending != back
    if wanted.sort == "name":
        return statement.order_by(name.desc(), number.desc()) if down else statement.order_by(name, number)
    key = _KEYS[wanted.sort]
    first = key.desc() if down else key.asc()
    first = first.nulls_first() if back else first.nulls_last()
    return statement.order_by(first, *((name.desc(), number.desc()) if back else (name, number)))


def _edge(event: Event, wanted: Wanted, public_id: str) -> Any:
    """Where the person of a public id stands in the order, or None."""
    if not public_id:
        return None
    key = _KEYS.get(wanted.sort, sa.null())
    return db.session.execute(
        sa.select(key.label("key"), Participant.sort_name, Participant.id).where(
            Participant.event_id == event.id, Participant.public_id == public_id
        )
    ).one_or_none()


def _beyond(edge: Any, wanted: Wanted, *, back: bool) -> sa.ColumnElement[bool]:
    """What comes after the edge, or before it."""
    here, there = sa.tuple_(Participant.sort_name, Participant.id), sa.tuple_(edge.sort_name, edge.id)
    if wanted.sort == "name":
        return here < there if wanted.descending != back else here > there
    key = _KEYS[wanted.sort]
    tied = here < there if back else here > there
    if edge.key is None:
        return sa.or_(sa.and_(key.is_(None), tied), key.is_not(None)) if back else sa.and_(key.is_(None), tied)
    further = key < edge.key if wanted.descending != back else key > edge.key
    parts = [further, sa.and_(key == edge.key, tied)]
    return sa.or_(*parts) if back else sa.or_(*parts, key.is_(None))


def in_order(event: Event, wanted: Wanted) -> sa.Select[int]:
    """The ids of everybody who is wanted, in order."""
    return _ordered(matching(event, wanted), wanted)


# -- what is shown of them


def rows_of(ids: Sequence[int]) -> list[Row]:
    """The lines of these participants, in the order of the ids."""
    found: dict[int, Any] = {}
    columns = (
        Participant.id,
        Participant.public_id,
        Participant.family_name,
        Participant.given_name,
        Participant.company,
        Registration.state,
        Registration.created_at,
        Place.product_id,
        Registration.place_id,
    )
    for row in db.session.execute(
        sa.select(*columns)
        .outerjoin(Registration, Registration.participant_id == Participant.id)
        .outerjoin(Place, Place.id == Registration.place_id)
        .where(Participant.id.in_(ids))
        .order_by(Registration.id)
    ):
        found[row.id] = row  # the newest registration of each comes last
    arrived = arrivals(Admission.place_id.in_([row.place_id for row in found.values() if row.place_id is not None]))
    meetings, speaking = meeting_counts(Delegate.participant_id.in_(ids)), _speakers(ids)
    return [
        Row(
            **dict(zip(FIELDS, found[one], strict=True)),
            arrived_at=arrived.get(found[one].place_id),
            meetings=meetings.get(one, 0),
            speaks=one in speaking,
        )
        for one in ids
        if one in found
    ]


def arrivals(which: sa.ColumnElement[bool]) -> dict[int, datetime]:
    """When somebody first came, by place."""
    rows = db.session.execute(
        sa.select(Admission.place_id, sa.func.min(Admission.at)).where(which).group_by(Admission.place_id)
    )
    return {row[0]: row[1] for row in rows}


def meeting_counts(which: sa.ColumnElement[bool]) -> dict[int, int]:
    """How many meetings somebody has, by participant."""
    rows = db.session.execute(
        sa.select(Delegate.participant_id, sa.func.count(sa.distinct(Meeting.id)))
        .join(MeetingDelegate, MeetingDelegate.delegate_id == Delegate.id)
        .join(Meeting, Meeting.id == MeetingDelegate.meeting_id)
        .where(which, Meeting.request_state == "accepted", Meeting.placement != "none")
        .group_by(Delegate.participant_id)
    )
    return {row[0]: row[1] for row in rows}


def _speakers(ids: Sequence[int]) -> set[int]:
    return set(db.session.scalars(sa.select(SessionPerson.participant_id).where(SessionPerson.participant_id.in_(ids))))


def guest_at(event: Event, public_id: str) -> Guest | None:
    """One person with the newest ticket they hold or held."""
    one = db.session.scalars(
        sa.select(Participant)
        .where(Participant.event_id == event.id, Participant.public_id == public_id, Participant.erased_at.is_(None))
        .options(joinedload(Participant.person).selectinload(Person.addresses))
    ).one_or_none()
    if one is None:
        return None
    held = db.session.scalars(
        sa.select(Registration)
        .where(Registration.participant_id == one.id)
        .options(
            joinedload(Registration.place).joinedload(Place.product),
            joinedload(Registration.place).joinedload(Place.party),
        )
        .order_by(Registration.id.desc())
        .limit(1)
    ).one_or_none()
    arrived = arrivals(Admission.place_id == held.place_id).get(held.place_id) if held is not None else None
    meetings = meeting_counts(Delegate.participant_id == one.id).get(one.id, 0)
    return Guest(one, held, arrived, meetings, bool(_speakers([one.id])))


def unnamed_places(event: Event, most: int = 500) -> Sequence[Place]:
    """Places that were bought and that nobody holds, with their parties, the oldest first."""
    return db.session.scalars(
        sa.select(Place)
        .join(Party, Party.id == Place.party_id)
        .where(
            Place.event_id == event.id,
            Place.cancelled_at.is_(None),
            Party.placed_at.is_not(None),
            ~sa.exists().where(Registration.place_id == Place.id, Registration.state == "live"),
        )
        .options(joinedload(Place.party), joinedload(Place.product))
        .order_by(Party.placed_at, Place.id)
        .limit(most)
    ).all()


# -- one person


def registrations_of(participant: Participant) -> Sequence[Registration]:
    """Every ticket somebody holds or held, newest first, with the party and the places bought with it."""
    return db.session.scalars(
        sa.select(Registration)
        .where(Registration.participant_id == participant.id)
        .options(
            selectinload(Registration.codes),
            joinedload(Registration.place).joinedload(Place.product),
            joinedload(Registration.place)
            .joinedload(Place.party)
            .selectinload(Party.places)
            .selectinload(Place.registrations)
            .joinedload(Registration.participant),
        )
        .order_by(Registration.id.desc())
    ).all()


def letters_to(
    event: Event, participant: Participant, parties: Sequence[Party], most: int = 20
) -> Sequence[OutboxLetter]:
    """The letters to somebody and to the parties they bought for, newest first."""
    refs = [participant.public_id, *(party.public_id for party in parties)]
    return db.session.scalars(
        sa.select(OutboxLetter)
        .where(OutboxLetter.event_ref == event.public_id, OutboxLetter.recipient_ref.in_(refs))
        .order_by(OutboxLetter.id.desc())
        .limit(most)
    ).all()


def scans_of(event: Event, registrations: Sequence[Registration], most: int = 20) -> Sequence[Scan]:
    """Attempts at the doors with somebody's tickets, newest first."""
    return db.session.scalars(
        sa.select(Scan)
        .where(Scan.event_id == event.id, Scan.place_id.in_([held.place_id for held in registrations]))
        .options(joinedload(Scan.list), joinedload(Scan.device))
        .order_by(Scan.received_at.desc(), Scan.id.desc())
        .limit(most)
    ).all()


def delegates_of(participant: Participant) -> Sequence[Delegate]:
    """Somebody's parts in the partnering."""
    return db.session.scalars(sa.select(Delegate).where(Delegate.participant_id == participant.id)).all()


def items_of(place: Place) -> Sequence[Item]:
    """What is charged for a place, cancelled lines left out."""
    return db.session.scalars(
        sa.select(Item).where(Item.place_id == place.id, Item.cancelled_at.is_(None)).order_by(Item.id)
    ).all()
