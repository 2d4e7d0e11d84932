"""What can be asked about the programme, each in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from .. import clock
from ..agenda.models import AgendaEntry, Appointment, Location
from ..agenda.queries import CANCELLED_KEPT
from ..db import db
from ..events.models import Event, Participant
from ..text import fold
from .models import (
    Bookmark,
    ProgrammeSession,
    Release,
    ReleasedPerson,
    ReleasedSession,
    ReleaseLetter,
    SessionPerson,
    Track,
)

DRAFT = (
    joinedload(ProgrammeSession.appointment),
    joinedload(ProgrammeSession.room),
    joinedload(ProgrammeSession.track),
    selectinload(ProgrammeSession.people).joinedload(SessionPerson.participant),
)
"""What organisers see of a session."""

WHOLE = (
    joinedload(ReleasedSession.session).joinedload(ProgrammeSession.appointment).joinedload(Appointment.location),
    joinedload(ReleasedSession.release),
    joinedload(ReleasedSession.location),
    joinedload(ReleasedSession.track),
    selectinload(ReleasedSession.people).joinedload(ReleasedPerson.participant),
)
"""What pages, calendars and lists show of a session."""

BOARD = (
    joinedload(ReleasedSession.session),
    joinedload(ReleasedSession.location),
    joinedload(ReleasedSession.track),
    selectinload(ReleasedSession.people).joinedload(ReleasedPerson.participant),
)
"""What is asked of a session when others change beside it."""


@dataclass(frozen=True)
class Released:
    """A session as it was released, with its time: what the public programme is made of."""

    session: ReleasedSession
    starts_at: datetime
    ends_at: datetime
    room: Location | None


# -- sessions


def session_by_ref(event: Event, public_id: str) -> ProgrammeSession | None:
    """The draft of this public id, released or not; for organisers."""
    return db.session.scalars(
        sa.select(ProgrammeSession)
        .where(ProgrammeSession.event_id == event.id, ProgrammeSession.public_id == public_id)
        .options(*DRAFT)
    ).one_or_none()


def sessions_of(event: Event) -> Sequence[ProgrammeSession]:
    """All sessions of an event as they are drafted, called off and without a time too, in the order of the days."""
    return db.session.scalars(
        sa.select(ProgrammeSession)
        .where(ProgrammeSession.event_id == event.id)
        .options(*DRAFT)
        .order_by(sa.nulls_last(ProgrammeSession.starts_at), ProgrammeSession.id)
    ).all()


def current_row(session: ProgrammeSession) -> ReleasedSession | None:
    """A session as everybody sees it, or saw it before it was withdrawn; None for what was never released."""
    return db.session.scalars(
        sa.select(ReleasedSession)
        .where(ReleasedSession.session_id == session.id, ReleasedSession.current)
        .options(*WHOLE)
    ).one_or_none()


def row_at(public_id: str) -> ReleasedSession | None:
    """The same by the session's public id, of whichever event; for letters."""
    return db.session.scalars(
        sa.select(ReleasedSession)
        .join(ProgrammeSession, ProgrammeSession.id == ReleasedSession.session_id)
        .where(ProgrammeSession.public_id == public_id, ReleasedSession.current)
        .options(*WHOLE)
    ).one_or_none()


def shown(event: Event, public_id: str) -> ReleasedSession | None:
    """A session of the public programme, called off or not."""
    row = row_at(public_id)
    return row if row is not None and row.event_id == event.id and row.state != "withdrawn" else None


def _rows(event: Event, *states: str) -> Sequence[ReleasedSession]:
    return db.session.scalars(
        sa.select(ReleasedSession)
        .where(ReleasedSession.event_id == event.id, ReleasedSession.current, ReleasedSession.state.in_(states))
        .options(*WHOLE)
        .order_by(ReleasedSession.starts_at, ReleasedSession.session_id)
    ).all()


def released(event: Event, *, cancelled: bool = False) -> list[Released]:
    """The public sessions in the order of the days; `cancelled` adds those that were called off."""
    return [_as_released(row) for row in _rows(event, "live", *(["cancelled"] if cancelled else []))]


def _as_released(row: ReleasedSession) -> Released:
    return Released(row, row.starts_at, row.ends_at, row.location)


def still_told(event: Event) -> list[Released]:
    """What the public calendar holds: the released sessions; what was called off or taken out, for thirty days."""
    since = clock.now() - CANCELLED_KEPT
    return [
        _as_released(row)
        for row in _rows(event, "live", "cancelled", "withdrawn")
        if row.cancelled_at is None or row.cancelled_at > since
    ]


def people_of(session: ProgrammeSession) -> Sequence[SessionPerson]:
    """Who speaks in a session, read anew, in order."""
    return db.session.scalars(
        sa.select(SessionPerson)
        .where(SessionPerson.session_id == session.id)
        .options(joinedload(SessionPerson.participant))
        .order_by(SessionPerson.position, SessionPerson.id)
    ).all()


def speakers(event: Event) -> list[tuple[Participant, list[ReleasedSession]]]:
    """Everybody who speaks in a released session, by name, with their sessions."""
    found: dict[int, tuple[Participant, list[ReleasedSession]]] = {}
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


def speaks_in(participant: Participant) -> Sequence[ReleasedSession]:
    """The released sessions in which a participant speaks, in the order of the days."""
    return db.session.scalars(
        sa.select(ReleasedSession)
        .join(ReleasedPerson, ReleasedPerson.released_id == ReleasedSession.id)
        .where(
            ReleasedPerson.participant_id == participant.id,
            ReleasedSession.current,
            ReleasedSession.state != "withdrawn",
        )
        .options(*WHOLE)
        .order_by(ReleasedSession.starts_at, ReleasedSession.session_id)
    ).all()


def bookmark_of(session: ProgrammeSession, participant: Participant) -> Bookmark | None:
    """The participant's bookmark on a session."""
    return db.session.scalars(
        sa.select(Bookmark).where(Bookmark.session_id == session.id, Bookmark.participant_id == participant.id)
    ).one_or_none()


def parts_of(participant: Participant) -> dict[int, str]:
    """What a participant is in the sessions of their agenda, by session's id: in it by a part on the stage, "attendee"
    of what they booked, or "bookmark"."""
    rows = db.session.execute(
        sa.select(ProgrammeSession.id, AgendaEntry.role)
        .join(AgendaEntry, AgendaEntry.appointment_id == ProgrammeSession.appointment_id)
        .where(AgendaEntry.participant_id == participant.id, AgendaEntry.state == "live")
    )
    return {row.id: row.role for row in rows}


def part_in(session: ReleasedSession, participant: Participant) -> str:
    """What a participant is in a session, as in `parts_of`; "" for nothing."""
    return (
        db.session.scalar(
            sa.select(AgendaEntry.role).where(
                AgendaEntry.appointment_id == session.session.appointment_id,
                AgendaEntry.participant_id == participant.id,
                AgendaEntry.state == "live",
            )
        )
        or ""
    )


def sessions_chosen(participant: Participant) -> Sequence[ProgrammeSession]:
    """The sessions that a participant has chosen."""
    return db.session.scalars(
        sa.select(ProgrammeSession)
        .join(Bookmark, Bookmark.session_id == ProgrammeSession.id)
        .where(Bookmark.participant_id == participant.id)
        .options(joinedload(ProgrammeSession.appointment))
        .order_by(ProgrammeSession.id)
    ).all()


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


# -- releases


def releases_of(event: Event) -> Sequence[Release]:
    """The releases of the programme, the newest first, with who made them."""
    return db.session.scalars(
        sa.select(Release)
        .where(Release.event_id == event.id)
        .options(joinedload(Release.released_by))
        .order_by(Release.number.desc())
    ).all()


def release_by_number(event: Event, number: int) -> Release | None:
    """The release of this number."""
    return db.session.scalars(
        sa.select(Release).where(Release.event_id == event.id, Release.number == number)
    ).one_or_none()


def counts_of(event: Event) -> dict[int, int]:
    """How many sessions each release changed, by its id."""
    rows = db.session.execute(
        sa.select(ReleasedSession.release_id, sa.func.count())
        .where(ReleasedSession.event_id == event.id)
        .group_by(ReleasedSession.release_id)
    )
    return {row[0]: row[1] for row in rows}


def letter_at(public_id: str) -> ReleaseLetter | None:
    """A letter of a release, of whichever event; for rendering it."""
    if not public_id:
        return None
    return db.session.scalars(
        sa.select(ReleaseLetter)
        .where(ReleaseLetter.public_id == public_id)
        .options(joinedload(ReleaseLetter.release), joinedload(ReleaseLetter.participant))
    ).one_or_none()
