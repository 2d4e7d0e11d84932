"""What happens to schedules by itself: the letter of the evening before."""

from datetime import timedelta

from .. import clock
from ..db import db, transaction
from ..events.models import Event
from ..jobs import periodic
from . import evening, pack_tasks

__all__ = ["pack_tasks", "tell_about_tomorrow"]


@periodic("schedule.tomorrow", every=timedelta(minutes=5))
def tell_about_tomorrow() -> bool:
    """Write to everybody with something on the next day, from 18:00 in their event's zone; whether some are left."""
    evenings = [(event.id, day) for event, day in evening.due(clock.now())]
    left = False
    for event_id, day in evenings:
        with transaction():
            left |= evening.write_some(db.session.get_one(Event, event_id), day) >= evening.MOST
    return left
