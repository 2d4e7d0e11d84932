"""The days of the programme and their hours, which may end after midnight."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple

from .. import audit, clock
from ..db import BilingualText, db
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l
from . import desk_queries
from .availability import Day
from .models import ProgrammeDay


class DaysOverlap(DomainError):
    """A day begins before the one before it ends. `day` is it."""

    message = _l("This day begins before the one before it ends.")
    status = 422
    day: date | None = None


class DayTwice(DomainError):
    """The same day in two rows. `day` is it."""

    message = _l("This day stands in the list twice.")
    status = 422
    day: date | None = None


class Hours(NamedTuple):
    """A day with its hours at the venue; closing before opening means the night after."""

    day: date
    opens: time
    closes: time
    name: BilingualText = BilingualText()


def set_all(event: Event, rows: Iterable[Hours]) -> bool:
    """Let the programme have these days and no others; whether anything changed. None: the event's days hold again.

    Sessions stay where they are. Raises `DayTwice`, `DaysOverlap`.
    """
    wanted = {}
    for row in sorted(rows, key=lambda row: row.day):
        if row.day in wanted:
            raise DayTwice(day=row.day)
        wanted[row.day] = (*_instants(event, row), row.name)
    ordered = list(wanted.items())
    for (_day, before), (day, after) in pairwise(ordered):
        if after[0] < before[1]:
            raise DaysOverlap(day=day)
    held = {row.day: row for row in desk_queries.stored_days(event)}
    was = {day: (row.opens_at, row.closes_at, row.name) for day, row in held.items()}
    if was == wanted:
        return False
    for day, (opens_at, closes_at, name) in wanted.items():
        kept = held.pop(day, None)
        if kept is None:
            kept = ProgrammeDay(event_id=event.id, day=day)
            db.session.add(kept)
        kept.opens_at, kept.closes_at, kept.name = opens_at, closes_at, name
    for left in held.values():
        db.session.delete(left)
    db.session.flush()
    audit.record("programme.day_set", event, event=event, before=_plain(was), after=_plain(wanted))
    return True


def instant(event: Event, day: date, hour: time, days: Sequence[Day]) -> datetime:
    """The instant of an hour of a day of the programme; one after midnight, where that day's hours go on so long."""
    at = clock.from_zone(datetime.combine(day, hour), event.zone)
    known = next((each for each in days if each.day == day), None)
    if known is not None and at < known.opens_at:
        night = clock.from_zone(datetime.combine(day + timedelta(days=1), hour), event.zone)
        if night < known.closes_at:
            return night
    return at


def day_of(event: Event, at: datetime, days: Sequence[Day]) -> date:
    """The day to which an instant belongs: the one in whose hours it lies, else that of the calendar."""
    return next((day.day for day in days if day.opens_at <= at < day.closes_at), desk_queries.local_day(event, at))


def _instants(event: Event, row: Hours) -> tuple[datetime, datetime]:
    ends = row.day if row.closes > row.opens else row.day + timedelta(days=1)
    opens_at, closes_at = datetime.combine(row.day, row.opens), datetime.combine(ends, row.closes)
    return clock.from_zone(opens_at, event.zone), clock.from_zone(closes_at, event.zone)


def _plain(rows: dict[date, tuple[datetime, datetime, BilingualText]]) -> dict[str, list[str]]:
    return {day.isoformat(): [row[0].isoformat(), row[1].isoformat()] for day, row in rows.items()}
