"""The people of an event as organisers look for them: one row each, with the newest ticket they hold or held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from ..accounts.models import EmailAddress, Person
from ..checkin.models import Admission, Scan
from ..db import db
from ..delegates.models import Delegate
from ..events.models import Event, Participant
from ..mail.models import OutboxLetter
from ..meetings.models import Meeting, MeetingDelegate
from ..programme.models import SessionPerson
from ..registration.models import Party, Place, Registration
from ..text import fold
from ..tickets.models import Product

STATES = ("expected", "in", "ended", "none")
SORTS = ("name", "company", "ticket", "since", "in", "meetings")
PAGE = 50


@dataclass(frozen=True)
class Wanted:
    """What a list shows: words to find, a ticket type, a state, and the order."""

    words: str = ""
    ticket: str = ""
    state: str = ""
    sort: str = "name"
    descending: bool = False


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


def guests(event: Event, wanted: Wanted, *, page: int | None = 1) -> list[Guest]:
    """The rows of one page, or with `page=None` all of them."""
    statement = _ordered(_matching(event, wanted), wanted)
    if page is not None:
        statement = statement.limit(PAGE).offset((page - 1) * PAGE)
    return [_guest(row) for row in db.session.execute(statement).unique()]


def number_of(event: Event, wanted: Wanted) -> int:
    """How many rows there are on all pages."""
    found = _matching(event, wanted).with_only_columns(Participant.id).options().order_by(None).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(found)) or 0


def guest_at(event: Event, public_id: str) -> Guest | None:
    """One person's row."""
    row = db.session.execute(_matching(event, Wanted()).where(Participant.public_id == public_id)).unique()
    return next(map(_guest, row), None)


def _guest(row: Any) -> Guest:
    participant, registration, arrived_at, meetings, speaks = row
    return Guest(participant, registration, arrived_at, int(meetings), bool(speaks))


_newest = (
    sa.select(Registration.participant_id, sa.func.max(Registration.id).label("id"))
    .group_by(Registration.participant_id)
    .subquery("newest")
)
_arrived = (
    sa.select(Admission.place_id, sa.func.min(Admission.at).label("at")).group_by(Admission.place_id).subquery("came")
)
_meetings = (
    sa.select(sa.func.count(sa.distinct(Meeting.id)))
    .join(MeetingDelegate, MeetingDelegate.meeting_id == Meeting.id)
    .join(Delegate, Delegate.id == MeetingDelegate.delegate_id)
    .where(Delegate.participant_id == Participant.id, Meeting.request_state == "accepted", Meeting.placement != "none")
    .correlate(Participant)
    .scalar_subquery()
)
_speaks = sa.exists().where(SessionPerson.participant_id == Participant.id).correlate(Participant)


def _matching(
    event: Event, wanted: Wanted
) -> sa.Select[tuple[Participant, Registration | None, datetime | None, int, bool]]:
    statement = (
        sa.select(Participant, Registration, _arrived.c.at, _meetings, _speaks)
        .outerjoin(_newest, _newest.c.participant_id == Participant.id)
        .outerjoin(Registration, Registration.id == _newest.c.id)
        .outerjoin(Place, Place.id == Registration.place_id)
        .outerjoin(Product, Product.id == Place.product_id)
        .outerjoin(Party, Party.id == Place.party_id)
        .outerjoin(_arrived, _arrived.c.place_id == Registration.place_id)
        .where(Participant.event_id == event.id, Participant.erased_at.is_(None))
        .options(
            joinedload(Participant.person).selectinload(Person.addresses),
            contains_eager(Registration.place).contains_eager(Place.product),
            contains_eager(Registration.place).contains_eager(Place.party),
        )
    )
    for word in fold(wanted.words).split()[:5]:
        known_by = sa.exists().where(
            EmailAddress.person_id == Participant.person_id, EmailAddress.canonical.contains(word, autoescape=True)
        )
        statement = statement.where(
            sa.or_(
                Participant.search_name.contains(word, autoescape=True),
                known_by,
                Party.reference == word.upper(),
            )
        )
    if wanted.ticket:
        statement = statement.where(Product.public_id == wanted.ticket)
    live = Registration.state == "live"
    conditions = {
        "expected": sa.and_(live, _arrived.c.at.is_(None)),
        "in": sa.and_(live, _arrived.c.at.is_not(None)),
        "ended": sa.and_(Registration.id.is_not(None), ~live),
        "none": Registration.id.is_(None),
    }
    return statement.where(conditions[wanted.state]) if wanted.state in conditions else statement


def _ordered(
    statement: sa.Select[tuple[Participant, Registration | None, datetime | None, int, bool]], wanted: Wanted
) -> sa.Select[tuple[Participant, Registration | None, datetime | None, int, bool]]:
    columns = {
        "name": Participant.sort_name,
        "company": sa.func.lower(sa.func.nullif(Participant.company, "")),
        "ticket": Product.position,
        "since": Registration.created_at,
        "in": _arrived.c.at,
        "meetings": _meetings,
    }
    column = columns[wanted.sort]
    first = (column.desc() if wanted.descending else column.asc()).nulls_last()
    return statement.order_by(first, Participant.sort_name, Participant.id)


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
