"""Sessions that people put into their schedules."""

from .. import clock
from ..agenda import calendars
from ..agenda import services as agenda
from ..db import db
from ..events.mails import to_participant
from ..events.models import Participant
from . import queries
from .facts import IsCancelled
from .models import Bookmark, ProgrammeSession


def bookmark(session: ProgrammeSession, participant: Participant) -> None:
    """Put a session into a participant's schedule, blocking nothing; for its speakers, or a second time, nothing.

    Raises `IsCancelled` for what does not take place, or is not public yet.
    """
    row = queries.current_row(session)
    if row is None or row.state != "live":
        raise IsCancelled
    held = queries.bookmark_of(session, participant)
    speaks = any(part.participant_id == participant.id for part in row.people)
    if held is not None or speaks:
        return
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
