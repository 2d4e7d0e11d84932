"""What people's agendas do when the event moves to another house."""

from typing import Any

from ..events.models import Event
from ..events.signals import event_changed
from ..jobs import defer
from . import venue

SHOWN = {"venue", "address", "city"}
"""What a calendar shows of an event's place."""


@event_changed.connect
def place_moves(event: Event, changes: dict[str, Any] | None = None, **_more: Any) -> None:
    """Move what takes place there along, and let the worker write to those whose calendars know of it."""
    if SHOWN & set(changes or {}) and venue.moves(event):
        defer("agenda.tell_place", event_ref=event.public_id)
