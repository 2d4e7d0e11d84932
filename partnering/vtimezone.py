"""Time zones as calendars want them written: VTIMEZONE components with one yearly rule per clock change.

We build them ourselves, because a list of RDATEs is read wrongly by ical.js (only the first value counts, so every
summer meeting would move by an hour). The rules come from the last line of the zone's file in tzdata, a POSIX TZ
string such as `CET-1CEST,M3.5.0,M10.5.0/3`, which says what holds from now on. It does not say what held long ago, nor
what Morocco decides each year; `local()` therefore compares before it answers and lets its caller write UTC instead.
"""

import re
import zoneinfo
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from zoneinfo import ZoneInfo

_DAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_NAME = r"(?:<([A-Za-z0-9+-]+)>|([A-Za-z]+))"
_TIME = r"([+-]?\d+(?::\d+){0,2})"
_CHANGE = rf"M(\d+)\.(\d)\.(\d)(?:/{_TIME})?"
_FOOTER = re.compile(rf"{_NAME}{_TIME}(?:{_NAME}{_TIME}?,{_CHANGE},{_CHANGE})?")
_FIRST_YEAR = 1970
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Change:
    """When clocks change each year, in the wall time shown just before."""

    month: int
    week: int
    weekday: int
    time: timedelta

    def in_year(self, year: int) -> datetime:
        first = date(year, self.month, 1)
        day = 1 + (self.weekday - first.isoweekday()) % 7 + 7 * (self.week - 1)
        while day > monthrange(year, self.month)[1]:
            day -= 7
        return datetime(year, self.month, day) + self.time  # noqa: DTZ001 - wall time, in no zone yet

    @property
    def rule(self) -> str:
        week = -1 if self.week == 5 else self.week
        return f"FREQ=YEARLY;BYMONTH={self.month};BYDAY={week}{_DAYS[self.weekday]}"


@dataclass(frozen=True, slots=True)
class _Rules:
    """What a POSIX TZ string says. Without changes the zone keeps `standard` all year."""

    standard: timedelta
    standard_name: str
    summer: timedelta
    summer_name: str
    changes: tuple[_Change, _Change] | None

    def offset(self, instant: datetime) -> timedelta:
        """The distance from UTC that these rules give for a naive instant in UTC."""
        if self.changes is None:
            return self.standard
        to_summer, to_standard = _changes_in(self, instant.year)
        if to_summer < to_standard:
            return self.summer if to_summer <= instant < to_standard else self.standard
        return self.standard if to_standard <= instant < to_summer else self.summer


@lru_cache(maxsize=512)
def _changes_in(rules: _Rules, year: int) -> tuple[datetime, datetime]:
    """Both changes of a year as naive instants in UTC."""
    assert rules.changes is not None
    to_summer, to_standard = rules.changes
    return to_summer.in_year(year) - rules.standard, to_standard.in_year(year) - rules.summer


def _time(text: str) -> timedelta:
    hours, minutes, seconds = (*(int(part) for part in text.lstrip("+-").split(":")), 0, 0)[:3]
    value = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -value if text.startswith("-") else value


def _change(month: str, week: str, weekday: str, time: str | None) -> _Change:
    return _Change(int(month), int(week), int(weekday), _time(time or "2"))


def _file(zone: str) -> Traversable:
    """The file that `ZoneInfo` reads: the system's if it has one, else the package's. The two can differ by years."""
    for folder in zoneinfo.TZPATH:
        path = Path(folder, zone)
        if path.is_file():
            return path
    return resources.files("tzdata.zoneinfo").joinpath(*zone.split("/"))


@cache
def _rules(zone: str) -> _Rules | None:
    """The rules in force for a zone, or None where a yearly RRULE cannot say them.

    POSIX counts offsets westwards and lets a change happen before midnight or days later (`M3.4.4/50`); the first is
    turned round, the second refused.
    """
    ZoneInfo(zone)  # refuses what is no zone's name before it becomes a path
    footer = _file(zone).read_bytes().rstrip(b"\n").rsplit(b"\n", 1)[-1].decode("ascii", "replace")
    found = _FOOTER.fullmatch(footer)
    if found is None:
        return None
    part = found.groups()
    standard, standard_name = -_time(part[2]), part[0] or part[1]
    if part[6] is None:
        return _Rules(standard, standard_name, standard, standard_name, None)
    summer = -_time(part[5]) if part[5] else standard + timedelta(hours=1)
    changes = _change(*part[6:10]), _change(*part[10:14])
    if not all(timedelta() <= change.time < _A_DAY for change in changes):
        return None
    return _Rules(standard, standard_name, summer, part[3] or part[4], changes)


def local(instant: datetime, zone: str) -> datetime | None:
    """Wall time in `zone` for an aware instant, if every calendar reads it back as that instant; else None.

    None means: write UTC. It is the answer where `component()` has none, where its rules did not hold or will not hold
    at that moment, and in the hour that clocks show twice, of which a TZID can name only the first (RFC 5545, 3.3.5).
    """
    rules = _rules(zone)
    if rules is None:
        return None
    wall = instant.astimezone(ZoneInfo(zone))
    offset = wall.utcoffset()
    assert offset is not None
    naive = wall.replace(tzinfo=None)
    if naive.year < _FIRST_YEAR or rules.offset(naive - offset) != offset:
        return None
    return naive if wall.replace(fold=1 - wall.fold).utcoffset() == offset else None


@cache
def component(zone: str) -> str | None:
    """A zone's VTIMEZONE as content lines without the last line end, or None if no yearly rule can say its changes."""
    rules = _rules(zone)
    if rules is None:
        return None
    if rules.changes is None:
        parts = [_observance("STANDARD", rules.standard, rules.standard, rules.standard_name, None)]
    else:
        # Ireland's winter time is the "summer" of its rule; which of the two is DAYLIGHT is told by the clock.
        early, late = ("STANDARD", "DAYLIGHT") if rules.standard < rules.summer else ("DAYLIGHT", "STANDARD")
        to_summer, to_standard = rules.changes
        parts = [
            _observance(late, rules.standard, rules.summer, rules.summer_name, to_summer),
            _observance(early, rules.summer, rules.standard, rules.standard_name, to_standard),
        ]
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone}", *(line for part in parts for line in part), "END:VTIMEZONE"]
    return "\r\n".join(lines)


def _observance(kind: str, before: timedelta, after: timedelta, name: str, change: _Change | None) -> list[str]:
    start = date(_FIRST_YEAR, 1, 1) if change is None else change.in_year(_FIRST_YEAR)
    rule = [] if change is None else [f"RRULE:{change.rule}"]
    return [
        f"BEGIN:{kind}",
        f"TZNAME:{name}",
        f"TZOFFSETFROM:{_offset(before)}",
        f"TZOFFSETTO:{_offset(after)}",
        f"DTSTART:{start:%Y%m%dT%H%M%S}",
        *rule,
        f"END:{kind}",
    ]


def _offset(offset: timedelta) -> str:
    minutes, seconds = divmod(abs(offset), timedelta(minutes=1))
    sign = "-" if offset < timedelta() else "+"
    tail = f"{seconds.seconds:02}" if seconds else ""
    return f"{sign}{minutes // 60:02}{minutes % 60:02}{tail}"
