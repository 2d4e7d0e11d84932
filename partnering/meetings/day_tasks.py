"""What happens by itself on the day of meetings and the morning after: who did not come, and how it went."""

from datetime import timedelta

from .. import clock
from ..db import db, transaction
from ..events.models import Event
from ..jobs import periodic
from . import day_news, day_queries, on_site, steps
from .errors import RequestNotOpen
from .models import Meeting

MORNING = timedelta(hours=7, minutes=30)
"""When yesterday's meetings are asked about, on the event's clock."""

NOON = timedelta(hours=12)
"""Until when that is still about yesterday; a worker that stood still all morning asks nobody."""


@periodic("meetings.settle", every=timedelta(minutes=1))
def settle_due() -> None:
    """Say who did not come, and free the time and places of meetings that are not held, one transaction each."""
    for meeting_id in list(day_queries.due(clock.now())):
        with transaction():
            settle_one(meeting_id)


def settle_one(meeting_id: int) -> None:
    """Settle one; whoever came first wins."""
    meeting = db.session.get_one(Meeting, meeting_id)
    try:
        steps.take(meeting)
        on_site.settle(meeting)
    except RequestNotOpen:
        db.session.expire(meeting)


@periodic("meetings.feedback", every=timedelta(minutes=10))
def ask_for_feedback() -> None:
    """From half past seven on, ask everybody who met somebody the day before how it went: one letter each."""
    now = clock.now()
    for event in list(day_queries.events_around(now)):
        local = clock.in_zone(now, event.zone)
        since_midnight = timedelta(hours=local.hour, minutes=local.minute)
        if MORNING <= since_midnight < NOON:
            with transaction():
                ask_at(event)


def ask_at(event: Event) -> None:
    """Write to everybody of one event who met somebody yesterday and has not been asked yet."""
    yesterday = clock.in_zone(clock.now(), event.zone).date() - timedelta(days=1)
    met: dict[int, list[int]] = {}
    for delegate_id, meeting_id in day_queries.held_on(event, yesterday):
        met.setdefault(delegate_id, []).append(meeting_id)
    people = day_queries.delegates_by_ids(list(met))
    for delegate_id, meetings in met.items():
        day_news.met_yesterday(people[delegate_id], yesterday, meetings)
