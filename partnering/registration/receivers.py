"""What registrations do when the event itself moves or is called off: calendars follow, and everybody is told."""

from typing import Any

from ..agenda import services as agenda
from ..events.models import Event
from ..events.signals import event_cancelled, event_changed
from ..jobs import defer
from . import seats

SHOWN = {"opens_at", "closes_at", "zone", "venue", "address", "city"}
"""What a calendar shows of an event's time and place."""


@event_changed.connect
def attendance_moves(event: Event, changes: dict[str, Any] | None = None, **_more: Any) -> None:
    """Move everybody's attendance with the event, and let the worker write to them."""
    if not SHOWN & set(changes or {}):
        return
    appointment = seats.found_attendance(event)
    if appointment is None:
        return
    if not agenda.move(appointment, event.opens_at, event.closes_at, appointment.location):
        agenda.touch(appointment)
    defer("registration.tell_event_news", event_ref=event.public_id, news="moved")


@event_cancelled.connect
def attendance_ends(event: Event, **_more: Any) -> None:
    """Take the event out of everybody's calendar; who had registered stays on record."""
    appointment = seats.found_attendance(event)
    if appointment is None:
        return
    agenda.cancel(appointment)
    defer("registration.tell_event_news", event_ref=event.public_id, news="called_off")
