"""Sessions that people put into their schedules."""

from .. import clock
from ..agenda import services as agenda
from ..db import db
from ..events.models import Participant
from . import queries
from .facts import IsCancelled
from .models import Bookmark, ProgrammeSession


def bookmark(session: ProgrammeSession, participant: Participant) -> None:
    """Put a session into a participant's schedule, blocking nothing; for its speakers, or a second time, nothing."""
    if session.cancelled_at is not None or session.appointment is None:
        raise IsCancelled
    held = queries.bookmark_of(session, participant)
    speaks = any(part.participant_id == participant.id for part in queries.people_of(session))
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
    agenda.attend(session.appointment, participant, "bookmark", blocks=False)
    db.session.flush()


def forget(session: ProgrammeSession, participant: Participant) -> None:
    """Take a session that a participant chose out of their schedule."""
    held = queries.bookmark_of(session, participant)
    if held is None:
        return
    db.session.delete(held)
    if session.appointment is not None:
        entry = agenda.entry_of(session.appointment, participant)
        if entry is not None and entry.role == "bookmark":
            agenda.leave(entry)
    db.session.flush()
