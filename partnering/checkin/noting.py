"""What organisers tell the doors of one guest: a note, whether crew must confirm it, and that nobody lets them in."""

from typing import Any

import sqlalchemy as sa

from .. import audit, clock
from ..db import db
from ..events.models import Event
from ..registration.models import Registration
from .models import DoorNote


def note_of(registration: Registration) -> DoorNote | None:
    """What the doors are told of a guest, if anything."""
    return db.session.scalars(sa.select(DoorNote).where(DoorNote.registration_id == registration.id)).one_or_none()


def set_note(
    event: Event, registration: Registration, *, text: str, attention: bool, blocked: bool, reason: str
) -> DoorNote | None:
    """Tell the doors this of a guest from now on; with nothing to tell there is no note. Who is in stays in.

    Blocked is a guest since the moment that it was first said; the reason stays with the organisers.
    """
    note = note_of(registration)
    before = _told(note)
    told = bool(text or attention or blocked)
    if note is None and told:
        note = DoorNote(event_id=event.id, registration_id=registration.id)
        db.session.add(note)
    if note is not None and told:
        note.text, note.attention = text, attention
        if not blocked:
            note.blocked_at = None
        elif note.blocked_at is None:
            note.blocked_at = clock.now()
        note.blocked_reason = reason if blocked else ""
        db.session.flush()
    elif note is not None:
        db.session.delete(note)
        db.session.flush()
        note = None
    earlier, now = audit.differing(before, _told(note))
    if now:
        action = "door_note.set"
        if "blocked" in now:
            action = "door_note.blocked" if now["blocked"] else "door_note.unblocked"
        audit.record(action, registration, event=event, before=earlier, after=now)
    return note


def _told(note: DoorNote | None) -> dict[str, Any]:
    if note is None:
        return {"text": "", "attention": False, "blocked": False, "reason": ""}
    blocked = note.blocked_at is not None
    return {"text": note.text, "attention": note.attention, "blocked": blocked, "reason": note.blocked_reason}
