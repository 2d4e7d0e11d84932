"""Sessions that people put into their schedules, and what of theirs is at the same time."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import clock
from ..agenda import calendars
from ..agenda import services as agenda
from ..agenda.models import AgendaEntry, Appointment
from ..db import db
from ..events.mails import to_participant
from ..events.models import Participant
from ..i18n import _
from . import queries
from .facts import IsCancelled
from .models import Bookmark, ProgrammeSession, ReleasedSession


@dataclass(frozen=True)
class Beside:
    """Something in somebody's agenda that is at the same time as a session: what it is called, and where it stands."""

    title: str
    starts_at: datetime
    ends_at: datetime
    url: str


def beside(session: ReleasedSession, participant: Participant) -> list[Beside]:
    """What in a participant's agenda overlaps a session, by time, in the language in force."""
    own = session.session.appointment_id
    entries = db.session.scalars(
        sa.select(AgendaEntry)
        .join(Appointment, Appointment.id == AgendaEntry.appointment_id)
        .where(
            AgendaEntry.participant_id == participant.id,
            AgendaEntry.state == "live",
            Appointment.kind.in_(("session", "meeting", "block")),
            Appointment.id != own,
            Appointment.starts_at < session.ends_at,
            Appointment.ends_at > session.starts_at,
        )
        .options(joinedload(AgendaEntry.appointment))
        .order_by(Appointment.starts_at, AgendaEntry.id)
    ).all()
    known = calendars.things(entries)
    found = []
    for entry in entries:
        thing, at = known.get(entry.id), entry.appointment
        title = thing.summary if thing is not None else _("A time that you keep free")
        found.append(Beside(title, at.starts_at, at.ends_at, thing.url if thing is not None else ""))
    return found


def bookmark(session: ProgrammeSession, participant: Participant) -> None:
    """Put a session into a participant's schedule, blocking nothing.

    For those in whose agenda it is already, on its stage, booked or chosen, nothing.

    Raises `IsCancelled` for what does not take place, or is not public yet.
    """
    row = queries.current_row(session)
    if row is None or row.state != "live":
        raise IsCancelled
    entry = agenda.entry_of(row.appointment, participant)
    if entry is not None and entry.state == "live":
        return
    if queries.bookmark_of(session, participant) is None:
        db.session.add(
            Bookmark(
                event_id=session.event_id,
                session_id=session.id,
                participant_id=participant.id,
                created_at=clock.now(),
            )
        )
    agenda.attend(row.appointment, participant, "bookmark", blocks=False)
    db.session.flush()


def forget(session: ProgrammeSession, participant: Participant) -> None:
    """Take a session that a participant chose out of their schedule, and out of a calendar that was told of it."""
    held = queries.bookmark_of(session, participant)
    if held is None:
        return
    db.session.delete(held)
    if session.appointment is not None:
        entry = agenda.entry_of(session.appointment, participant)
        if entry is not None and entry.role == "bookmark" and entry.state == "live":
            agenda.leave(entry)
            if calendars.may_hold(entry):
                to_participant(
                    "programme.session_cancelled",
                    participant,
                    key=f"forgotten:{entry.public_id}:seq{calendars.edition(entry)}",
                    payload={"session": session.public_id, "entry": entry.public_id},
                    topic=calendars.topic(entry),
                    topic_version=entry.sequence,
                )
    db.session.flush()
