"""What answers do when their event moves: the time after which they are deleted moves along."""

from typing import Any

from ..events.models import Event
from ..events.signals import event_changed
from . import services


@event_changed.connect
def sensitive_answers_follow(event: Event, changes: dict[str, Any] | None = None, **_more: Any) -> None:
    """Other answers are counted from the event's last day when they are purged, so only sensitive ones are written."""
    if "last_day" in (changes or {}):
        before, _after = (changes or {})["last_day"]
        services.follow_event(event, before)
