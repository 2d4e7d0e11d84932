"""What can be asked about the programme, each in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from .. import clock
from ..agenda.models import AgendaEntry, Appointment, Location
from ..agenda.queries import CANCELLED_KEPT
from ..db import db
from ..events.models import Event, Participant
from ..text import fold
from .models import Bookmark, ProgrammeSession, SessionPerson, Track

WHOLE = (
    joinedload(ProgrammeSession.appointment).joinedload(Appointment.location),
    joinedload(ProgrammeSession.track),
    selectinload(ProgrammeSession.people).joinedload(SessionPerson.participant),
)
"""What pages, calendars and lists show of a session."""


@dataclass(frozen=True)
class Released:
    """A session with its time: what the public programme is made of."""

    session: ProgrammeSession
    starts_at: datetime
    ends_at: datetime
    room: Location | None


# -- sessions


def session_by_ref(event: Event, public_id: str) -> ProgrammeSession | None:
    """The session of this public id, released or not."""
    return db.session.scalars(
        sa.select(ProgrammeSession)
        .where(ProgrammeSession.event_id == event.id, ProgrammeSession.public_id == public_id)
        .options(*WHOLE)
    ).one_or_none()


def session_at(public_id: str) -> ProgrammeSession | None:
    """The session of this public id, of whichever event; for letters."""
    return db.session.scalars(
        sa.select(ProgrammeSession).where(ProgrammeSession.public_id == public_id).options(*WHOLE)
    ).one_or_none()


def sessions_of(event: Event) -> Sequence[ProgrammeSession]:
    """All sessions of an event, cancelled ones and those without a time too, in the order of the days."""
    return db.session.scalars(
        sa.select(ProgrammeSession)
        .outerjoin(Appointment, Appointment.id == ProgrammeSession.appointment_id)
        .where(ProgrammeSession.event_id == event.id)
        .options(*WHOLE)
        .order_by(sa.nulls_last(Appointment.starts_at), ProgrammeSession.id)
    ).all()


def released(event: Event, *, cancelled: bool = False) -> list[Released]:
    """The public sessions in the order of the days; `cancelled` adds those that were called off."""
    return [
        Released(session, at.starts_at, at.ends_at, at.location)
        for session in sessions_of(event)
        if (at := session.appointment) is not None and (cancelled or session.cancelled_at is None)
    ]


def still_told(event: Event) -> list[Released]:
    """What the public calendar holds: the released sessions, cancelled ones for thirty days."""
    since = clock.now() - CANCELLED_KEPT
    return [
        each
        for each in released(event, cancelled=True)
        if each.session.cancelled_at is None or each.session.cancelled_at > since
    ]


def by_day(sessions: Iterable[Released], zone: str) -> dict[date, list[Released]]:
    """Sessions by their day in `zone`."""
    days: dict[date, list[Released]] = defaultdict(list)
    for each in sessions:
        days[clock.in_zone(each.starts_at, zone).date()].append(each)
    return dict(sorted(days.items()))


def people_of(session: ProgrammeSession) -> Sequence[SessionPerson]:
    """Who speaks in a session, read anew, in order."""
    return db.session.scalars(
        sa.select(SessionPerson)
        .where(SessionPerson.session_id == session.id)
        .options(joinedload(SessionPerson.participant))
        .order_by(SessionPerson.position, SessionPerson.id)
    ).all()


def speakers(event: Event) -> list[tuple[Participant, list[ProgrammeSession]]]:
    """Everybody who speaks in a released session, by name, with their sessions."""
    found: dict[int, tuple[Participant, list[ProgrammeSession]]] = {}
    for each in released(event):
        for part in each.session.people:
            found.setdefault(part.participant_id, (part.participant, []))[1].append(each.session)
    return sorted(found.values(), key=lambda pair: (pair[0].sort_name, pair[0].id))


# -- rooms, tracks, people


def rooms_of(event: Event) -> Sequence[Location]:
    """The event's rooms in their order."""
    return db.session.scalars(
        sa.select(Location)
        .where(Location.event_id == event.id, Location.kind == "room")
        .order_by(Location.position, Location.id)
    ).all()


def room_by_ref(event: Event, public_id: str | None) -> Location | None:
    """The room of this public id."""
    if not public_id:
        return None
    return db.session.scalars(
        sa.select(Location).where(
            Location.event_id == event.id, Location.kind == "room", Location.public_id == public_id
        )
    ).one_or_none()


def tracks_of(event: Event) -> Sequence[Track]:
    """The event's tracks in their order."""
    return db.session.scalars(
        sa.select(Track).where(Track.event_id == event.id).order_by(Track.position, Track.id)
    ).all()


def track_by_ref(event: Event, public_id: str | None) -> Track | None:
    """The track of this public id."""
    if not public_id:
        return None
    return db.session.scalars(
        sa.select(Track).where(Track.event_id == event.id, Track.public_id == public_id)
    ).one_or_none()


def participants_named(event: Event, name: str) -> Sequence[Participant]:
    """The participants who are called so, with or without their title, whatever the case and marks of letters."""
    wanted = fold(name)
    last = wanted.rpartition(" ")[2]
    found = db.session.scalars(
        sa.select(Participant).where(
            Participant.event_id == event.id,
            Participant.erased_at.is_(None),
            Participant.search_name.contains(last, autoescape=True),
        )
    ).all()
    return [
        each for each in found if wanted in (fold(each.name), fold(f"{each.given_name} {each.family_name}".strip()))
    ]


def participant_by_ref(event: Event, public_id: str) -> Participant | None:
    """The participant of this public id."""
    return db.session.scalars(
        sa.select(Participant).where(Participant.event_id == event.id, Participant.public_id == public_id)
    ).one_or_none()


# -- one person


def speaks_in(participant: Participant) -> Sequence[ProgrammeSession]:
    """The released sessions in which a participant speaks, in the order of the days."""
    return db.session.scalars(
        sa.select(ProgrammeSession)
        .join(SessionPerson, SessionPerson.session_id == ProgrammeSession.id)
        .join(Appointment, Appointment.id == ProgrammeSession.appointment_id)
        .where(SessionPerson.participant_id == participant.id)
        .options(*WHOLE)
        .order_by(Appointment.starts_at, ProgrammeSession.id)
    ).all()


def bookmark_of(session: ProgrammeSession, participant: Participant) -> Bookmark | None:
    """The participant's bookmark on a session."""
    return db.session.scalars(
        sa.select(Bookmark).where(Bookmark.session_id == session.id, Bookmark.participant_id == participant.id)
    ).one_or_none()


def chosen_by(participant: Participant) -> frozenset[int]:
    """The ids of the sessions that a participant has chosen."""
    return frozenset(
        db.session.scalars(sa.select(Bookmark.session_id).where(Bookmark.participant_id == participant.id))
    )


def entry_at(public_id: str) -> AgendaEntry | None:
    """An agenda entry by its public id; for letters."""
    return db.session.scalars(
        sa.select(AgendaEntry)
        .where(AgendaEntry.public_id == public_id)
        .options(
            joinedload(AgendaEntry.appointment).joinedload(Appointment.location),
            joinedload(AgendaEntry.participant).joinedload(Participant.person),
        )
    ).one_or_none()
