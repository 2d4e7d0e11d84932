"""Content lines of iCalendar read without any library: unfolding, parameters, escapes, zones from their VTIMEZONE.

Nothing here knows the time zones of the machine: an instant is what the file itself says (RFC 5545, 3.1, 3.2, 3.3.5,
3.3.11, 3.6.5).
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)(\d\d)?")
_BYDAY = re.compile(r"([+-]?\d+)(MO|TU|WE|TH|FR|SA|SU)")


class Unreadable(ValueError):
    """What is there cannot be read as iCalendar. The text says why."""


@dataclass(frozen=True)
class Line:
    """One content line: its name in capitals, its parameters, its value as it stands, escapes included."""

    name: str
    parameters: Mapping[str, tuple[str, ...]]
    value: str

    def parameter(self, name: str) -> str:
        """The first value of a parameter, or ""."""
        return self.parameters.get(name, ("",))[0]


@dataclass
class Component:
    """What stands between BEGIN and END."""

    name: str
    lines: list[Line] = field(default_factory=list)
    parts: list["Component"] = field(default_factory=list)

    def all(self, name: str) -> list[Line]:
        """The lines of this name."""
        return [line for line in self.lines if line.name == name]

    def one(self, name: str) -> Line:
        """The only line of this name. Raises `Unreadable`."""
        found = self.all(name)
        if len(found) != 1:
            raise Unreadable(f"{self.name} has {name} {len(found)} times, not once")
        return found[0]

    def text(self, name: str) -> str:
        """The text of a property that stands once or never; "" for never."""
        return text(self.one(name).value) if self.all(name) else ""

    def inside(self, name: str) -> list["Component"]:
        """The components of this name directly in it."""
        return [part for part in self.parts if part.name == name]


def unfolded(content: bytes) -> list[str]:
    """The logical lines of a file. Folds are undone in bytes, before anything is decoded. Raises `Unreadable`."""
    joined = re.sub(rb"\r?\n[ \t]", b"", content)
    try:
        decoded = joined.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"not UTF-8: {error}") from None
    return [line for line in re.split(r"\r?\n", decoded) if line]


def line(text: str) -> Line:
    """One logical line in its parts; quoted parameter values may hold what would end them. Raises `Unreadable`."""
    found = _NAME.match(text)
    if found is None:
        raise Unreadable(f"no name at the beginning of {text!r}")
    name, place = found[0].upper(), found.end()
    parameters: dict[str, tuple[str, ...]] = {}
    while text[place : place + 1] == ";":
        equals = text.find("=", place)
        if equals < 0:
            raise Unreadable(f"a parameter without a value in {text!r}")
        key, values, place = text[place + 1 : equals].upper(), [], equals
        while text[place : place + 1] in ("=", ","):
            value, place = _parameter_value(text, place + 1)
            values.append(value)
            if text[place : place + 1] == "=":
                raise Unreadable(f"a second = in a parameter of {text!r}")
        parameters[key] = tuple(values)
    if text[place : place + 1] != ":":
        raise Unreadable(f"no colon where the value should begin in {text!r}")
    return Line(name, parameters, text[place + 1 :])


def _parameter_value(text: str, place: int) -> tuple[str, int]:
    if text[place : place + 1] == '"':
        closing = text.find('"', place + 1)
        if closing < 0:
            raise Unreadable(f"a quote is never closed in {text!r}")
        return text[place + 1 : closing], closing + 1
    end = place
    while end < len(text) and text[end] not in ",;:":
        end += 1
    return text[place:end], end


def calendar(content: bytes) -> Component:
    """The one VCALENDAR of a file. Raises `Unreadable`."""
    roots: list[Component] = []
    open_: list[Component] = []
    for each in map(line, unfolded(content)):
        if each.name == "BEGIN":
            begun = Component(each.value.upper())
            (open_[-1].parts if open_ else roots).append(begun)
            open_.append(begun)
        elif not open_:
            raise Unreadable(f"{each.name} outside of any component")
        elif each.name == "END":
            if open_.pop().name != each.value.upper():
                raise Unreadable(f"END:{each.value} closes something else")
        else:
            open_[-1].lines.append(each)
    if open_ or [root.name for root in roots] != ["VCALENDAR"]:
        raise Unreadable("not exactly one whole VCALENDAR")
    return roots[0]


def text(value: str) -> str:
    """A TEXT value with its escapes undone (RFC 5545, 3.3.11). Raises `Unreadable` for an escape that is none."""

    def plain(found: re.Match[str]) -> str:
        if found[1] not in ("\\", ";", ",", "n", "N"):
            raise Unreadable(f"the escape {found[0]!r} in {value!r}")
        return "\n" if found[1] in "nN" else found[1]

    return re.sub(r"\\(.?)", plain, value, flags=re.DOTALL)


# -- time


@dataclass(frozen=True)
class Moment:
    """A DATE, or an instant: `at` is a date or an aware datetime in UTC. `zone` is the TZID, "" for UTC and days."""

    at: date | datetime
    zone: str = ""

    @property
    def is_day(self) -> bool:
        """Whether it is a day and no instant."""
        return not isinstance(self.at, datetime)


def moment(said: Line, zones: Mapping[str, "Zone"]) -> Moment:
    """What a DTSTART or DTEND says. Raises `Unreadable` for an unknown TZID and for floating time."""
    value, zone = said.value, said.parameter("TZID")
    try:
        if said.parameter("VALUE").upper() == "DATE":
            return Moment(datetime.strptime(value, "%Y%m%d").replace(tzinfo=UTC).date())
        wall = datetime.strptime(value.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - wall time, in no zone yet
    except ValueError:
        raise Unreadable(f"{said.name} is no moment: {value}") from None
    if value.endswith("Z"):
        if zone:
            raise Unreadable(f"{said.name} is in UTC and names a zone")
        return Moment(wall.replace(tzinfo=UTC))
    if not zone:
        raise Unreadable(f"{said.name} floats: neither UTC nor TZID")
    if zone not in zones:
        raise Unreadable(f"{said.name} names {zone}, which has no VTIMEZONE")
    return Moment(zones[zone].instant(wall), zone)


@dataclass(frozen=True)
class _Observance:
    """STANDARD or DAYLIGHT: when it begins, in the wall time before it, and both distances from UTC."""

    begins: datetime
    before: timedelta
    after: timedelta
    rule: Mapping[str, str]
    dates: Sequence[datetime]

    def onsets(self, year: int) -> Iterator[datetime]:
        """When it begins, as naive instants in UTC: all that matter for a moment in `year`."""
        yield from (wall - self.before for wall in (self.begins, *self.dates))
        if self.rule:
            last = _utc(self.rule["UNTIL"]) if "UNTIL" in self.rule else None
            near = year if last is None else min(year, last.year)
            for each in range(near - 1, near + 2):
                wall = _in_year(self.rule, each, self.begins)
                if wall > self.begins and (last is None or wall - self.before <= last):
                    yield wall - self.before


@dataclass(frozen=True)
class Zone:
    """A VTIMEZONE, by its own rules alone."""

    name: str
    observances: Sequence[_Observance]

    def instant(self, wall: datetime) -> datetime:
        """Wall time as an instant: the first of two; in a gap, by the distance before it (RFC 5545, 3.3.5)."""
        distances = {each.after for each in self.observances} | {each.before for each in self.observances}
        found = [wall - distance for distance in distances if self._offset(wall - distance) == distance]
        before = self._offset(wall - max(distances))
        return (min(found) if found else wall - before).replace(tzinfo=UTC)

    def wall(self, instant: datetime) -> datetime:
        """The wall time of an aware instant."""
        naive = instant.astimezone(UTC).replace(tzinfo=None)
        return naive + self._offset(naive)

    def _offset(self, utc: datetime) -> timedelta:
        past = [(onset, each.after) for each in self.observances for onset in each.onsets(utc.year) if onset <= utc]
        if past:
            return max(past)[1]
        return min(self.observances, key=lambda each: each.begins).before


def zones(of: Component) -> dict[str, Zone]:
    """The zones that a calendar brings along. Raises `Unreadable`."""
    found = {}
    for part in of.inside("VTIMEZONE"):
        name = part.one("TZID").value
        if name in found:
            raise Unreadable(f"two VTIMEZONEs for {name}")
        observances = [_observance(each) for each in part.parts if each.name in ("STANDARD", "DAYLIGHT")]
        if not observances:
            raise Unreadable(f"the VTIMEZONE of {name} has no rules")
        found[name] = Zone(name, observances)
    return found


def _observance(part: Component) -> _Observance:
    rules = part.all("RRULE")
    rule = dict(pair.split("=", 1) for pair in rules[0].value.upper().split(";")) if rules else {}
    if rule and (
        rule.get("FREQ") != "YEARLY"
        or not {"BYMONTH", "BYDAY"} <= set(rule) <= {"FREQ", "BYMONTH", "BYDAY", "UNTIL", "WKST", "INTERVAL"}
        or rule.get("INTERVAL", "1") != "1"
    ):
        raise Unreadable(f"a rule of a zone that is not understood here: {rules[0].value}")
    if rule and not _BYDAY.fullmatch(rule["BYDAY"]):
        raise Unreadable(f"a day of a zone's rule that is not understood here: {rule['BYDAY']}")
    return _Observance(
        _wall(part.one("DTSTART").value),
        _offset(part.one("TZOFFSETFROM").value),
        _offset(part.one("TZOFFSETTO").value),
        rule,
        [_wall(value) for each in part.all("RDATE") for value in each.value.split(",")],
    )


def _in_year(rule: Mapping[str, str], year: int, begins: datetime) -> datetime:
    found = _BYDAY.fullmatch(rule["BYDAY"])
    assert found is not None  # looked at when it was read
    week, weekday, month = int(found[1]), _DAYS.index(found[2]), int(rule["BYMONTH"])
    days = [day for day in range(1, monthrange(year, month)[1] + 1) if date(year, month, day).weekday() == weekday]
    return begins.replace(year=year, month=month, day=days[week - 1 if week > 0 else week])


def _offset(value: str) -> timedelta:
    found = _OFFSET.fullmatch(value)
    if found is None:
        raise Unreadable(f"a distance from UTC that is none: {value}")
    size = timedelta(hours=int(found[2]), minutes=int(found[3]), seconds=int(found[4] or 0))
    return -size if found[1] == "-" else size


def _wall(value: str) -> datetime:
    try:
        return datetime.strptime(value, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - wall time, in no zone yet
    except ValueError:
        raise Unreadable(f"a zone changes at {value}, which is no wall time") from None


def _utc(value: str) -> datetime:
    return _wall(value.removesuffix("Z"))
