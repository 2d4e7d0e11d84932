"""Wall clocks of an event's zone in plain numbers, the same here and on a device that knows no zones.

Moments are milliseconds since the epoch, UTC. A `Zone` is a list of (since which moment, offset in milliseconds), the
first since ever. Twin of `static/checkin/zone.js`; both are given the same list, so that neither trusts what a phone
believes of time zones. What a change of clocks skips or doubles is as in `clock.from_zone`.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Zone = Sequence[tuple[int, int]]

DAY = 86_400_000
MINUTE = 60_000
AROUND = 400
"""So many days before and after an event its zone is known; beyond, as at the edge."""

_EPOCH = date(1970, 1, 1)


def to_ms(moment: datetime) -> int:
    """A moment in milliseconds since the epoch, rounded down."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def from_ms(ms: int) -> datetime:
    """The same back, in UTC."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)


def minute_of(wall: str | None) -> int | None:
    """ "18:30" as minutes of the day."""
    return None if wall is None else int(wall[:2]) * 60 + int(wall[3:])


@lru_cache(maxsize=64)
def table(name: str, first: date, last: date) -> tuple[tuple[int, int], ...]:
    """The offsets of an IANA zone around an event that goes from `first` to `last`."""
    zone = ZoneInfo(name)
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=AROUND)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=AROUND)
    found = [(0, _offset(start, zone))]
    moment = start
    while moment < end:
        after = moment + timedelta(days=1)
        if _offset(after, zone) != _offset(moment, zone):
            found.append((to_ms(_change(moment, after, zone)), _offset(after, zone)))
        moment = after
    return tuple(found)


def _offset(moment: datetime, zone: ZoneInfo) -> int:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None  # every zone has one
    return offset // timedelta(milliseconds=1)


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first moment between two, to the second, at which the offset is that of the later one."""
    wanted = _offset(after, zone)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if _offset(middle, zone) == wanted:
            after = middle
        else:
            before = middle
    return after


def wall(zone: Zone, ms: int) -> tuple[int, int]:
    """What the wall clock shows at a moment: (days since the epoch, minutes of the day)."""
    offset = zone[0][1]
    for since, each in zone[1:]:
        if ms < since:
            break
        offset = each
    local = ms + offset
    return local // DAY, local % DAY // MINUTE


def instant(zone: Zone, day: int, minute: int) -> int:
    """The moment at which a day's wall clock shows a minute; of a doubled one the first, a skipped one is moved."""
    local, offset = day * DAY + minute * MINUTE, zone[0][1]
    for since, each in zone[1:]:
        if local < since + max(offset, each):
            break
        offset = each
    return local - offset


def last_time(zone: Zone, minute: int, ms: int) -> int:
    """The latest moment, up to `ms`, at which a minute of the day came; once each day, whatever clocks do."""
    day = wall(zone, ms)[0]
    today = instant(zone, day, minute)
    return today if today <= ms else instant(zone, day - 1, minute)


def iso(day: int) -> str:
    """A day, counted since the epoch, as "2027-10-13"."""
    return (_EPOCH + timedelta(days=day)).isoformat()
