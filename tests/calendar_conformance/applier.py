"""A small calendar that lives by letters alone: what it holds after each of them (RFC 5546, 2.1.4, 2.1.5, 3.2).

Three ways of reading stand for the programs that people use:

- "rfc" goes by SEQUENCE and, where that is equal, by DTSTAMP, as RFC 5546 says;
- "strict" takes a new time or place, or an end, only with a higher SEQUENCE, and never looks at DTSTAMP;
- "last" believes whatever came last.

Letters that are well made leave the same in all three.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from . import lines
from .letters import Letter
from .lines import Component, Moment

Reader = Literal["rfc", "strict", "last"]
READERS: tuple[Reader, ...] = ("rfc", "strict", "last")


@dataclass(frozen=True)
class Event:
    """What a calendar shows of one thing, and what it goes by."""

    uid: str
    sequence: int
    stamp: datetime
    start: Moment
    end: Moment
    summary: str
    location: str
    description: str
    status: str

    @property
    def shown(self) -> tuple[Moment, Moment, str]:
        """Time and place."""
        return self.start, self.end, self.location


@dataclass(frozen=True)
class Applied:
    """The letter changed the calendar, or confirmed what it holds."""

    event: Event


@dataclass(frozen=True)
class Ignored:
    """The letter left the calendar as it was."""

    why: str


class Calendar:
    """The calendar of one address, empty at first. `events` is what it shows, by UID."""

    def __init__(self, address: str, reader: Reader = "rfc") -> None:
        self.address = address.lower()
        self.reader = reader
        self.events: dict[str, Event] = {}
        self._known: dict[str, Event] = {}

    def apply(self, letter: Letter) -> Applied | Ignored:
        """Take in one letter. Raises `Unreadable`."""
        if letter.object is None:
            return Ignored("it has no calendar part")
        method = letter.object.text("METHOD").upper()
        parts = letter.object.inside("VEVENT")
        if method not in ("REQUEST", "CANCEL") or len(parts) != 1:
            return Ignored(f"METHOD {method or 'none'} with {len(parts)} events")
        if self.address not in people(parts[0], "ATTENDEE"):
            return Ignored("it is addressed to somebody else")
        event = read(parts[0], lines.zones(letter.object))
        return self._cancel(event) if method == "CANCEL" else self._request(event)

    def _request(self, event: Event) -> Applied | Ignored:
        known = self._known.get(event.uid)
        if known is not None and not self._overtakes(event, known):
            return Ignored("it is older than what is known")
        if known is not None and self.reader == "strict" and event.sequence == known.sequence:
            if event.uid not in self.events:
                return Ignored("what has ended comes back only with a higher SEQUENCE")
            event = replace(event, start=known.start, end=known.end, location=known.location)
        self._known[event.uid] = self.events[event.uid] = event
        return Applied(event)

    def _cancel(self, event: Event) -> Applied | Ignored:
        known = self._known.get(event.uid)
        if known is None and self.reader == "strict":
            return Ignored("it ends what was never there")
        if known is not None and not self._overtakes(event, known):
            return Ignored("it is older than what is known")
        if known is not None and self.reader == "strict" and event.sequence == known.sequence:
            return Ignored("an end needs a higher SEQUENCE")
        self._known[event.uid] = event
        self.events.pop(event.uid, None)
        return Applied(event)

    def _overtakes(self, event: Event, known: Event) -> bool:
        if self.reader == "last":
            return True
        if self.reader == "strict":
            return event.sequence >= known.sequence
        return (event.sequence, event.stamp) >= (known.sequence, known.stamp)


def subscribed(content: bytes) -> dict[str, Event]:
    """What a subscribed calendar shows, by UID: all of the file, and nothing of what was there before.

    Raises `Unreadable`.
    """
    whole = lines.calendar(content)
    zones = lines.zones(whole)
    return {event.uid: event for event in (read(part, zones) for part in whole.inside("VEVENT"))}


def read(part: Component, zones: Mapping[str, lines.Zone]) -> Event:
    """A VEVENT. Without DTEND a day lasts a day and an instant no time (RFC 5545, 3.6.1). Raises `Unreadable`."""
    start = lines.moment(part.one("DTSTART"), zones)
    end = lines.moment(part.one("DTEND"), zones) if part.all("DTEND") else start
    stamp = lines.moment(part.one("DTSTAMP"), {}).at
    if not isinstance(stamp, datetime):
        raise lines.Unreadable("DTSTAMP is a day")
    return Event(
        uid=part.text("UID"),
        sequence=_number(part),
        stamp=stamp.astimezone(UTC),
        start=start,
        end=end,
        summary=part.text("SUMMARY"),
        location=part.text("LOCATION"),
        description=part.text("DESCRIPTION"),
        status=part.text("STATUS"),
    )


def people(part: Component, name: str) -> list[str]:
    """The bare addresses of ATTENDEE or ORGANIZER, in small letters."""
    return [line.value.lower().removeprefix("mailto:") for line in part.all(name)]


def _number(part: Component) -> int:
    said = part.one("SEQUENCE").value if part.all("SEQUENCE") else "0"
    if not said.isdecimal():
        raise lines.Unreadable(f"SEQUENCE is {said!r}")
    return int(said)
