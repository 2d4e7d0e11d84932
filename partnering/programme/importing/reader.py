"""Reads the schedule JSON and XML of frab and pretalx into plain values, or says everything that is wrong and where.

It checks structure, ids, dates and durations, not how names are written: real files break the published patterns and
are real programmes all the same. `date` with its offset is the instant; `start` and `index` are there for people.
"""

import hashlib
import json
import re
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from ...i18n import _
from ...text import clean, clean_lines
from ..words import GENERATOR, NO_ROOM
from . import xml
from .texts import plain

_DURATION = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)\Z")
_LONGEST = timedelta(days=31)
LARGEST = 5 * 1024 * 1024
MOST_PROBLEMS = 500
_KINDS = {
    "keynote": "keynote",
    "panel": "panel",
    "podium": "panel",
    "discussion": "panel",
    "pitch": "pitch",
    "lightning": "pitch",
    "workshop": "workshop",
    "tutorial": "workshop",
    "break": "break",
    "pause": "break",
    "lunch": "break",
    "poster": "poster",
    "social": "social",
    "party": "social",
    "performance": "social",
    "concert": "social",
}


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where: a path such as `schedule.conference.days[1].rooms["Saal"][3].duration`."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class UnreadableSchedule(Exception):
    """The file is no schedule that we take; nothing of it is used."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(map(str, problems)))


@dataclass(frozen=True)
class Room:
    """A room by its name. Ids of rooms are not asked: real files give one id to two rooms."""

    name: str
    capacity: int | None = None


@dataclass(frozen=True)
class Person:
    """Somebody who speaks; `ref` names them in this and later versions of the file."""

    ref: str
    name: str
    biography: str = ""


@dataclass(frozen=True)
class Session:
    """A session: UTC times, plain texts. `place` is where it stands in the file."""

    ref: str
    title: str
    subtitle: str
    abstract: str
    language: str
    kind: str
    track: str
    room: str
    starts_at: datetime
    ends_at: datetime
    people: tuple[Person, ...]
    place: str = field(compare=False, default="")

    @property
    def digest(self) -> str:
        """A hash over everything the file says of it, but not over where it stands."""
        said = [self.title, self.subtitle, self.abstract, self.language, self.kind, self.track, self.room]
        said += [self.starts_at.isoformat(), self.ends_at.isoformat()]
        said += [text for person in self.people for text in (person.ref, person.name, person.biography)]
        return hashlib.sha256("\n".join(part.replace("\n", "\\n") for part in said).encode()).hexdigest()


@dataclass(frozen=True)
class Schedule:
    """A whole programme; `zone` is "" where the file names none."""

    title: str
    first_day: date
    last_day: date
    opens_at: datetime
    closes_at: datetime
    zone: str
    rooms: tuple[Room, ...]
    tracks: tuple[str, ...]
    sessions: tuple[Session, ...]
    warnings: tuple[str, ...]
    double_booked: frozenset[str]
    language: str = ""


def read(content: bytes) -> Schedule:
    """The programme in a schedule file, JSON or XML. Raises `UnreadableSchedule` with every problem found."""
    if len(content) > LARGEST:
        raise UnreadableSchedule([Problem("file", _("is larger than %(most)s\u00a0MB", most=LARGEST // 1024**2))])
    data, lines = _data(content)
    reader = _Reader()
    schedule = reader.schedule(data)
    if reader.problems or schedule is None:
        raise UnreadableSchedule(
            [Problem(_where(each.place, lines), each.message) for each in reader.problems[:MOST_PROBLEMS]]
        )
    return replace(schedule, warnings=tuple(_where(warning, lines) for warning in schedule.warnings))


def _data(content: bytes) -> tuple[Any, dict[str, int]]:
    """What the file holds, and the lines of its parts where they are known. Raises `UnreadableSchedule`."""
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        try:
            return xml.data_of(content)
        except xml.Unparsable as error:
            raise UnreadableSchedule([Problem(error.place, error.message)]) from None
    try:
        return json.loads(content.decode("utf-8-sig")), {}
    except UnicodeDecodeError as error:
        raise UnreadableSchedule([Problem(f"byte {error.start}", _("is not UTF-8"))]) from None
    except json.JSONDecodeError as error:
        raise UnreadableSchedule(
            [Problem(f"line {error.lineno}, column {error.colno}", _("is not well-formed JSON"))]
        ) from None
    except RecursionError:
        raise UnreadableSchedule([Problem("file", _("is nested too deeply"))]) from None
    except ValueError:  # a number of thousands of digits
        raise UnreadableSchedule([Problem("file", _("holds a number that nobody can mean"))]) from None


def _where(said: str, lines: dict[str, int]) -> str:
    """What is said of a path, with the line of its innermost known part before it."""
    if not lines:
        return said
    ends = (len(said), *(index for index in range(len(said) - 1, 0, -1) if said[index] in ".[:"))
    line = next((lines[said[:end]] for end in ends if said[:end] in lines), None)
    return f"line {line}, {said}" if line is not None else said


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[str] = []
        self.sessions: list[Session] = []
        self.rooms: dict[str, Room] = {}
        self.people: dict[str, Person] = {}
        self.ids: dict[str, str] = {}
        self.ours = False

    def wrong(self, place: str, message: str) -> None:
        self.problems.append(Problem(place, message))

    def warn(self, place: str, message: str) -> None:
        self.warnings.append(f"{place}: {message}")

    # -- values

    def mapping(self, value: Any, place: str) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        self.wrong(place, _("must be an object") if value is not None else _("is missing"))
        return {}

    def items(self, holder: dict[str, Any], name: str, place: str, *, needed: bool = False) -> list[Any]:
        value = holder.get(name)
        if isinstance(value, list):
            return value
        if value is not None or needed:
            self.wrong(f"{place}.{name}", _("must be a list") if value is not None else _("is missing"))
        return []

    def text(self, holder: dict[str, Any], name: str, place: str, *, needed: bool = False) -> str:
        value = holder.get(name)
        if value is None:
            value = ""
        if not isinstance(value, str):
            self.wrong(f"{place}.{name}", _("must be text"))
            return ""
        if needed and not clean(value):
            self.wrong(f"{place}.{name}", _("is missing"))
        return value

    def day(self, holder: dict[str, Any], name: str, place: str) -> date | None:
        value = self.text(holder, name, place, needed=True)
        try:
            return date.fromisoformat(value[:10]) if value else None
        except ValueError:
            self.wrong(f"{place}.{name}", _("“%(value)s” is no date such as 2027-10-13", value=value[:40]))
            return None

    def moment(self, holder: dict[str, Any], name: str, place: str, *, needed: bool = True) -> datetime | None:
        value = self.text(holder, name, place, needed=needed)
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.wrong(
                f"{place}.{name}", _("“%(value)s” is no time such as 2027-10-13T09:00:00+02:00", value=value[:40])
            )
            return None
        if moment.tzinfo is None:
            self.wrong(f"{place}.{name}", _("“%(value)s” has no offset such as +02:00", value=value[:40]))
            return None
        if not 1970 < moment.year < 2200:
            self.wrong(f"{place}.{name}", _("“%(value)s” is in no year we can keep", value=value[:40]))
            return None
        return moment

    def duration(self, holder: dict[str, Any], place: str) -> timedelta | None:
        value = self.text(holder, "duration", place, needed=True)
        match = _DURATION.match(value)
        if match is None:
            if value:
                self.wrong(f"{place}.duration", _("“%(value)s” is no duration such as 00:45", value=value[:40]))
            return None
        days, hours, minutes = (int(part or 0) for part in match.groups())
        length = timedelta(days=days, hours=hours, minutes=minutes)
        if not timedelta() < length <= _LONGEST:
            self.wrong(f"{place}.duration", _("“%(value)s” is no length for a session", value=value))
            return None
        return length

    def whole(self, holder: dict[str, Any], name: str, place: str) -> int | None:
        value = holder.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            self.wrong(f"{place}.{name}", _("%(value)s is no whole number from 1", value=json.dumps(value)[:40]))
            return None
        return value

    def guid(self, holder: dict[str, Any], place: str) -> str:
        value = self.text(holder, "guid", place)
        if not value:
            return ""
        try:
            return str(UUID(value))
        except ValueError:
            self.wrong(f"{place}.guid", _("“%(value)s” is no UUID", value=value[:40]))
            return ""

    def known_once(self, name: str, value: str, place: str) -> None:
        other = self.ids.setdefault(f"{name} {value}", place)
        if other != place:
            self.wrong(
                f"{place}.{name}",
                _("%(value)s is already the %(name)s of %(other)s", value=value, name=name, other=other),
            )

    # -- things

    def schedule(self, data: Any) -> Schedule | None:
        if not isinstance(data, dict):
            self.wrong("file", _("must be an object with a schedule"))
            return None
        schedule = self.mapping(data.get("schedule"), "schedule")
        generator = data.get("generator")
        self.ours = isinstance(generator, dict) and generator.get("name") == GENERATOR
        if "rooms" in schedule:
            self.wrong("schedule.rooms", _("rooms belong into schedule.conference"))
        if not schedule:
            return None
        place = "schedule.conference"
        conference = self.mapping(schedule.get("conference"), place)
        if not conference:
            return None
        title = clean(self.text(conference, "title", place, needed=True))
        meta = conference.get("meta")
        language = meta.get("language") if self.ours and isinstance(meta, dict) else ""
        first, last = self.day(conference, "start", place), self.day(conference, "end", place)
        if first and last and last < first:
            self.wrong(f"{place}.end", _("lies before the start"))
        zone = self.text(conference, "time_zone_name", place)
        if zone and zone not in zoneinfo.available_timezones():
            self.wrong(
                f"{place}.time_zone_name", _("“%(value)s” is no time zone such as Europe/Berlin", value=zone[:40])
            )
        self.listed_rooms(conference, place)
        days = self.items(conference, "days", place, needed=True)
        count = conference.get("daysCount")
        if isinstance(count, int) and count != len(days):
            self.warn(
                f"{place}.daysCount", _("says %(count)s, and there are %(days)s days", count=count, days=len(days))
            )
        moments = [moment for index, day in enumerate(days) for moment in self.one_day(day, f"{place}.days[{index}]")]
        if self.problems or first is None or last is None:
            return None
        double_booked = set(self.overlaps())
        moments += [moment for each in self.sessions for moment in (each.starts_at, each.ends_at)]
        tracks = dict.fromkeys(each.track for each in self.sessions if each.track)
        return Schedule(
            title=title,
            first_day=first,
            last_day=last,
            opens_at=min(moments, default=datetime(first.year, first.month, first.day, tzinfo=UTC)),
            closes_at=max(moments, default=datetime(last.year, last.month, last.day, 23, 59, tzinfo=UTC)),
            zone=zone,
            rooms=tuple(self.rooms.values()),
            tracks=tuple(tracks),
            sessions=tuple(self.sessions),
            warnings=tuple(self.warnings),
            double_booked=frozenset(double_booked),
            language=language if language in ("de", "en") else "",
        )

    def listed_rooms(self, conference: dict[str, Any], place: str) -> None:
        for index, value in enumerate(self.items(conference, "rooms", place)):
            here = f"{place}.rooms[{index}]"
            room = self.mapping(value, here)
            name = clean(self.text(room, "name", here, needed=True))
            capacity = self.whole(room, "capacity", here) if room.get("capacity") else None
            if name:
                self.rooms.setdefault(name, Room(name, capacity))

    def one_day(self, value: Any, place: str) -> Iterator[datetime]:
        day = self.mapping(value, place)
        if not day:
            return
        self.whole(day, "index", place)
        self.day(day, "date", place)
        starts_at = self.moment(day, "day_start", place, needed=False)
        ends_at = self.moment(day, "day_end", place, needed=False)
        if starts_at and ends_at and ends_at <= starts_at:
            self.wrong(f"{place}.day_end", _("lies before the start of the day"))
        yield from (moment.astimezone(UTC) for moment in (starts_at, ends_at) if moment)
        rooms = day.get("rooms")
        if rooms is None or not isinstance(rooms, dict):
            self.wrong(f"{place}.rooms", _("must be an object with a list for each room"))
            return
        for key, sessions in rooms.items():
            here = f"{place}.rooms[{json.dumps(key, ensure_ascii=False)}]"
            if not isinstance(sessions, list):
                self.wrong(here, _("must be a list of sessions"))
                continue
            name = clean(key)
            if not name:
                self.wrong(here, _("a room needs a name"))
                continue
            if self.ours and name in NO_ROOM:
                name = ""
            else:
                self.rooms.setdefault(name, Room(name))
            for index, session in enumerate(sessions):
                self.session(session, name, f"{here}[{index}]", (starts_at, ends_at))

    def session(self, value: Any, room: str, place: str, day: tuple[datetime | None, datetime | None]) -> None:
        session = self.mapping(value, place)
        if not session:
            return
        number, guid = self.whole(session, "id", place), self.guid(session, place)
        if number is None and not guid and not any(each.place.startswith(f"{place}.") for each in self.problems):
            self.wrong(f"{place}.id", _("is missing, and there is no guid"))
        for name, known in (("id", str(number or "")), ("guid", guid)):
            if known:
                self.known_once(name, known, place)
        said = session.get("room")
        if said is not None and clean(said if isinstance(said, str) else "") not in ((room,) if room else NO_ROOM):
            self.wrong(f"{place}.room", _("is not the room that it is listed under"))
        title = clean(self.text(session, "title", place, needed=True))
        texts = {name: self.text(session, name, place) for name in ("subtitle", "abstract", "description")}
        track, kind = clean(self.text(session, "track", place)), self.text(session, "type", place)
        language = self.text(session, "language", place)
        starts_at, length = self.moment(session, "date", place), self.duration(session, place)
        people = self.persons(session, place)
        for name in ("links", "attachments"):
            self.items(session, name, place)
        self.text(session, "start", place)
        if starts_at is None or length is None:
            return
        try:
            ends_at = starts_at.astimezone(UTC) + length
        except OverflowError:
            self.wrong(f"{place}.duration", _("ends in no year we can keep"))
            return
        if (day[0] and starts_at < day[0]) or (day[1] and starts_at > day[1]):
            self.warn(f"{place}.date", _("%(moment)s lies outside its day", moment=starts_at.isoformat()))
        wall = session.get("start")
        if wall and wall != f"{starts_at:%H:%M}":
            sentence = _("says %(wall)s, the date says %(time)s; the date counts", wall=wall, time=f"{starts_at:%H:%M}")
            self.warn(f"{place}.start", sentence)
        self.sessions.append(
            Session(
                ref=guid or str(number),
                title=title,
                subtitle=clean(self.words(texts["subtitle"])),
                abstract="\n\n".join(
                    part for part in map(self.words, (texts["abstract"], texts["description"])) if part
                ),
                language=language[:2].lower() if language[:2].isalpha() else "",
                kind=_kind(kind),
                track=track,
                room=room,
                starts_at=starts_at.astimezone(UTC),
                ends_at=ends_at,
                people=people,
                place=place,
            )
        )

    def words(self, text: str) -> str:
        """A text without HTML; ours have none, and mean what they say."""
        return clean_lines(text) if self.ours else plain(text)

    def persons(self, session: dict[str, Any], place: str) -> tuple[Person, ...]:
        found: dict[str, Person] = {}
        for index, value in enumerate(self.items(session, "persons", place)):
            here = f"{place}.persons[{index}]"
            person = self.mapping(value, here)
            if not person:
                continue
            problems = len(self.problems)
            number, guid = self.whole(person, "id", here), self.guid(person, here)
            code = clean(self.text(person, "code", here))
            named = "public_name" if person.get("public_name") else "name"
            name = clean(self.text(person, named, here, needed=True))
            biography = self.words(self.text(person, "biography", here))
            if len(self.problems) > problems:
                continue
            ref = guid or (str(number) if number else code)
            if not ref:
                self.wrong(f"{here}.id", _("is missing, and there is neither guid nor code"))
                continue
            known = self.people.setdefault(ref, Person(ref, name, biography))
            if known.name != name:
                self.warn(here, _("%(name)s has the id of %(other)s, who is taken", name=name, other=known.name))
            found.setdefault(ref, known)
        return tuple(found.values())

    def overlaps(self) -> Iterator[str]:
        """Refs of people who are in two places at once; both that and two sessions in a room are warnings."""
        ordered = sorted(self.sessions, key=lambda each: (each.starts_at, each.place))
        for index, first in enumerate(ordered):
            people = {person.ref: person for person in first.people}
            for second in ordered[index + 1 :]:
                if second.starts_at >= first.ends_at:
                    break
                if first.room and first.room == second.room:
                    sentence = _(
                        "“%(title)s” overlaps “%(other)s” in %(room)s",
                        title=second.title,
                        other=first.title,
                        room=first.room,
                    )
                    self.warn(second.place, sentence)
                for person in second.people:
                    if person.ref in people:
                        sentence = _("%(name)s is in “%(title)s” at the same time", name=person.name, title=first.title)
                        self.warn(second.place, sentence)
                        yield person.ref


def _kind(said: str) -> str:
    words = re.split(r"[^a-z]+", said.lower())
    return next((_KINDS[word] for word in words if word in _KINDS), "talk")
