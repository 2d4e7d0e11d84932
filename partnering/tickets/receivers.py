"""What tickets do when their event moves to other days."""

from datetime import date, timedelta
from typing import Any

from ..events.models import Event
from ..events.signals import event_changed
from . import queries


@event_changed.connect
def days_move(event: Event, changes: dict[str, Any] | None = None, **_more: Any) -> None:
    """The days that tickets admit to move with an event that begins on another day and lasts as long as before."""
    first_before, first_now = (changes or {}).get("first_day", (event.first_day, event.first_day))
    last_before, last_now = (changes or {}).get("last_day", (event.last_day, event.last_day))
    shift = first_now - first_before
    if not shift or last_now - last_before != shift:
        return
    for product in queries.products_of(event):
        if product.days:
            product.days = [_moved(each, shift) for each in product.days]


def _moved(day: str, by: timedelta) -> str:
    return (date.fromisoformat(day) + by).isoformat()
