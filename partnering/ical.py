"""iCalendar files: what letters carry, what people download, what calendars subscribe to.

Plain values in, bytes out. icalendar writes the lines; this file decides what they may hold. Time zones are our own
(`vtimezone`), because the library's are misread by some calendars. RFC 5545 (form), 5546 (methods), 7986 (names).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Component, Event, vCalAddress, vDuration, vText, vUri

from partnering import vtimezone

MEDIA_TYPE = "text/calendar; charset=utf-8"
"""Of a calendar that is fetched rather than sent."""

_PRODUCT = "-//biosaxony//Partnering//EN"
_DURATIONS = ("refresh-interval", "x-published-ttl")
_BREAKS = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Controls, halves of surrogate pairs and the byte order mark: nothing a person reads.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
_SAFE_IN_URL = "%/:?#[]@!$&'()*+,;="
_SAFE_IN_ADDRESS = "!$'*+"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing in one person's calendar. `uid` and `sequence` are stored by the caller, never made here.

    `starts_at` and `ends_at` are aware; `zone` is the IANA zone in which they are shown. With `all_day` their days in
    that zone count, the day on which `ends_at` lies included, and the thing does not make its owner look busy.
    Raises `ValueError` for a naive time or an end before the start.
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    zone: str
    summary: str
    description: str = ""
    location: str = ""
    url: str = ""
    status: Literal["CONFIRMED", "CANCELLED"] = "CONFIRMED"
    organizer_name: str = ""
    organizer_address: str = ""
    attendee_name: str = ""
    attendee_address: str = ""
    last_modified: datetime
    alarm_minutes: int | None = None
    categories: tuple[str, ...] = ()
    private: bool = False
    all_day: bool = False

    def __post_init__(self) -> None:
        if None in (self.starts_at.tzinfo, self.ends_at.tzinfo, self.last_modified.tzinfo):
            raise ValueError("a calendar entry needs aware times")
        if self.ends_at < self.starts_at:
            raise ValueError("a calendar entry cannot end before it starts")


Written = tuple[Entry, bool, str]
"""An entry, whether its people are named, and its status."""


def invitation(entry: Entry, now: datetime) -> bytes:
    """A confirmation, or the news of a change, for one recipient: METHOD:REQUEST, nothing to answer.

    Raises `ValueError` if the entry is cancelled or lacks an address.
    """
    if entry.status == "CANCELLED":
        raise ValueError("nobody can be invited to what is cancelled")
    return _calendar("REQUEST", [], [(entry, True, entry.status)], now)


def cancellation(entry: Entry, now: datetime) -> bytes:
    """Takes the entry out of its recipient's calendar: METHOD:CANCEL. `sequence` must be higher than what went before.

    Raises `ValueError` if the entry lacks an address.
    """
    return _calendar("CANCEL", [], [(entry, True, "CANCELLED")], now)


def calendar(entries: Iterable[Entry], name: str, now: datetime, refresh_minutes: int | None = None) -> bytes:
    """Many entries to download, or to subscribe to when `refresh_minutes` says how often to look: METHOD:PUBLISH.

    It names no organiser and no attendee, whatever the entries hold. Equal arguments give equal bytes; a feed with an
    ETag passes the time of its last change as `now`.
    """
    shown = _plain(name)
    head = [("name", shown), ("x-wr-calname", shown)]
    if refresh_minutes is not None:
        head += [(duration, str(refresh_minutes)) for duration in _DURATIONS]
    return _calendar("PUBLISH", head, [(entry, False, entry.status) for entry in entries], now)


def _calendar(method: str, head: list[tuple[str, str]], events: Sequence[Written], now: datetime) -> bytes:
    zones: dict[str, str] = {}
    blocks = []
    for entry, with_people, status in events:
        timed = _times(entry)
        if timed.component:
            zones[entry.zone] = timed.component
        blocks.append(_event(entry, with_people, status, now.astimezone(UTC).replace(microsecond=0)))
    frame = Calendar()
    frame.add("version", "2.0")
    frame.add("prodid", _PRODUCT)
    frame.add("calscale", "GREGORIAN")
    frame.add("method", method)
    for name, value in head:
        frame.add(name, vDuration(timedelta(minutes=int(value))) if name in _DURATIONS else _Text(value))
    opening, closing = _lines(frame).rsplit("END:VCALENDAR", 1)
    return "".join(
        [opening, *(f"{zones[zone]}\r\n" for zone in sorted(zones)), *blocks, f"END:VCALENDAR{closing}"]
    ).encode()


@lru_cache(maxsize=4096)
def _event(entry: Entry, with_people: bool, status: str, stamp: datetime) -> str:
    """One VEVENT. Kept, because a feed is asked for far more often than anything in it changes."""
    event = Event()
    event.add("uid", _Text(_plain(entry.uid)))
    event.add("sequence", entry.sequence)
    event.add("dtstamp", stamp)
    event.add("last-modified", entry.last_modified.astimezone(UTC))
    times = _times(entry)
    event.add("dtstart", times.start)
    event.add("dtend", times.end)
    event.add("summary", _Text(_plain(entry.summary)))
    event.add("status", status)
    event.add("transp", "TRANSPARENT" if entry.all_day or status == "CANCELLED" else "OPAQUE")
    if entry.description:
        event.add("description", _Text(_prose(entry.description)))
    if entry.location:
        event.add("location", _Text(_plain(entry.location)))
    if entry.url:
        event.add("url", vUri(_uri(entry.url)))
    if entry.categories:
        event.add("categories", [_plain(category).replace("\\", "/") for category in entry.categories])
    if entry.private:
        event.add("class", "PRIVATE")
    if with_people:
        event.add("organizer", _person(entry.organizer_name, entry.organizer_address))
        attendee = _person(entry.attendee_name, entry.attendee_address)
        attendee.params.update(CUTYPE="INDIVIDUAL", ROLE="REQ-PARTICIPANT", PARTSTAT="ACCEPTED", RSVP="FALSE")
        event.add("attendee", attendee)
    if entry.alarm_minutes is not None and status == "CONFIRMED":
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", _Text(_plain(entry.summary)))
        alarm.add("trigger", timedelta(minutes=-entry.alarm_minutes))
        event.add_component(alarm)
    return _lines(event)


class _Text(vText):
    """Text whose escapes are RFC 5545's own: the library's takes a typed backslash and N for a line break."""

    def to_ical(self) -> bytes:
        return str(self).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n").encode()


def _lines(component: Component) -> str:
    """A component's content lines, folded, in the order in which they were added."""
    return component.to_ical(sorted=False).decode()


class Times(NamedTuple):
    """DTSTART and DTEND as icalendar takes them, and the VTIMEZONE they need, if any."""

    start: datetime | date
    end: datetime | date
    component: str | None


def _times(entry: Entry) -> Times:
    """With TZID, or both in UTC where one of them could be misread."""
    if entry.all_day:
        zone = ZoneInfo(entry.zone)
        first = entry.starts_at.astimezone(zone)
        # The last moment that belongs to the entry; DTEND names the day after it (RFC 5545, 3.6.1).
        last = max(first, (entry.ends_at.astimezone(UTC) - timedelta(microseconds=1)).astimezone(zone))
        return Times(first.date(), last.date() + timedelta(days=1), None)
    start, end = vtimezone.local(entry.starts_at, entry.zone), vtimezone.local(entry.ends_at, entry.zone)
    component = vtimezone.component(entry.zone)
    if start is None or end is None or component is None or entry.zone in {"UTC", "Etc/UTC"}:
        return Times(entry.starts_at.astimezone(UTC), entry.ends_at.astimezone(UTC), None)
    zone = ZoneInfo(entry.zone)
    return Times(entry.starts_at.astimezone(zone), entry.ends_at.astimezone(zone), component)


def _person(name: str, address: str) -> vCalAddress:
    person = vCalAddress(_address(address))
    shown = _plain(name).replace('"', "'").replace("\\", "/")  # ical.js takes a backslash here for an escape
    if shown:
        person.params["CN"] = vText(shown)
    return person


def _plain(text: str) -> str:
    """A name, a title, a place: one line, single spaces, nothing unseen."""
    if not text.isprintable():
        text = _UNSEEN.sub("", _BREAKS.sub(" ", text))
    return " ".join(text.split())


def _prose(text: str) -> str:
    """Text that keeps its line breaks, each written as backslash and n."""
    if not text.replace("\n", "").isprintable():
        text = _UNSEEN.sub("", _BREAKS.sub("\n", text))
    return text.strip()


def _address(address: str) -> str:
    """An e-mail address as `mailto:` (RFC 6068). Raises `ValueError` if it is none."""
    plain = _UNSEEN.sub("", _BREAKS.sub("", address)).strip()
    local, at, domain = plain.rpartition("@")
    if not (local and at and domain):
        raise ValueError("an invitation needs the addresses of its organiser and its recipient")
    return f"mailto:{quote(local, safe=_SAFE_IN_ADDRESS)}@{quote(domain, safe='')}"


def _uri(url: str) -> str:
    """A URL with nothing in it but what RFC 3986 allows. URIs are not escaped like text (RFC 5545, 3.3.13)."""
    return quote(_UNSEEN.sub("", _BREAKS.sub("", url)).strip(), safe=_SAFE_IN_URL)
