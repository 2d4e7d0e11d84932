"""The letters that bring the news of meetings."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..agenda import calendars
from ..agenda.models import AgendaEntry, Location
from ..db import db
from ..delegates.models import Delegate
from ..events.models import Event
from ..mail import letters
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from . import calls, queries
from .describing import name_of, side_name, thing
from .models import Meeting


@letters.kind("meetings.confirmed")
def render_confirmed(letter: OutboxLetter) -> Letter | None:
    """The meeting with time, table and calendar part; nothing when it was taken back meanwhile."""
    return _render_entry(letter, "live")


@letters.kind("meetings.changed")
def render_changed(letter: OutboxLetter) -> Letter | None:
    """The meeting as it is now."""
    return _render_entry(letter, "live")


@letters.kind("meetings.cancelled")
def render_cancelled(letter: OutboxLetter) -> Letter | None:
    """That the meeting does not take place, with the cancellation; nothing for calendars that never knew of it."""
    return _render_entry(letter, "cancelled")


def _render_entry(letter: OutboxLetter, state: str) -> Letter | None:
    """What a calendar is told by now: somebody whose first letter was overtaken by a change reads a confirmation."""
    entry = db.session.scalars(
        sa.select(AgendaEntry).where(AgendaEntry.public_id == letter.payload.get("entry"))
    ).one_or_none()
    context = _context(letter)
    if entry is None or context is None or entry.state != state:
        return None
    meeting, delegate = context["meeting"], context["me"]
    if state == "live" and meeting.appointment_id != entry.appointment_id:
        return None
    if state == "cancelled" and not calendars.knows(entry):
        return None
    kind = "cancelled" if state == "cancelled" else "confirmed" if entry.sent_state == "none" else "changed"
    itself = letter.payload.get("by") == delegate.public_id
    composed = letters.compose(
        f"meetings/mail/{kind}",
        entry=entry,
        place=calendars.place_of(entry),
        clocks=calls.times_of(meeting, context["event"].zone),
        call=calls.link_of(meeting),
        itself=itself,
        left=itself and (meeting.request_state == "accepted" or not _sits(delegate, meeting)),
        was=_was(letter.payload.get("was"), context["event"]),
        **context,
    )
    return calendars.attach(composed, entry, thing(delegate, meeting))


def _sits(delegate: Delegate, meeting: Meeting) -> bool:
    return any(seat.delegate_id == delegate.id and seat.vacant_since is None for seat in meeting.delegates)


def _was(told: Any, event: Event) -> dict[str, Any] | None:
    """What calendars showed before a change: times, and the place in the language in force."""
    if not isinstance(told, dict):
        return None
    place = db.session.scalars(
        sa.select(Location).where(Location.event_id == event.id, Location.public_id == told.get("place"))
    ).one_or_none()
    return {
        "starts_at": datetime.fromisoformat(told["starts_at"]),
        "ends_at": datetime.fromisoformat(told["ends_at"]),
        "place": calendars.name_of(place),
    }


def _context(letter: OutboxLetter) -> dict[str, Any] | None:
    """The meeting as its recipient sees it, or None when one of them is gone."""
    delegate = _delegate(letter)
    if delegate is None:
        return None
    event = _event(delegate)
    meeting = queries.meeting_by_ref(event, str(letter.payload.get("meeting")))
    if meeting is None:
        return None
    side = side_name(delegate, meeting)
    other = next(each for each in meeting.sides if each.side != side)
    return {
        "event": event,
        "me": delegate,
        "meeting": meeting,
        "other": other,
        "named": name_of(delegate, meeting, other),
    }


def _delegate(letter: OutboxLetter) -> Delegate | None:
    return db.session.scalars(
        sa.select(Delegate).where(Delegate.public_id == letter.payload.get("delegate"))
    ).one_or_none()


def _event(delegate: Delegate) -> Event:
    return delegate.participant.event
