"""iCalendar files: what letters carry, what people download, what calendars subscribe to.

Plain values in, bytes out. The lines are written here and not by a library: a feed of a hundred talks costs about a
millisecond, and nothing but this file decides what a line may hold. RFC 5545 (form), 5546 (methods), 7986 (names).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from partnering import vtimezone

_PRODUCT = "-//biosaxony//Partnering//EN"
_LINE_OCTETS = 75
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


def invitation(entry: Entry, now: datetime) -> bytes:
    """A confirmation, or the news of a change, for one recipient: METHOD:REQUEST, nothing to answer.

    Raises `ValueError` if the entry is cancelled or lacks an address.
    """
    if entry.status == "CANCELLED":
        raise ValueError("nobody can be invited to what is cancelled")
    return _calendar("REQUEST", [], [(entry, [*_people(entry), *_alarm(entry)], entry.status)], now)


def cancellation(entry: Entry, now: datetime) -> bytes:
    """Takes the entry out of its recipient's calendar: METHOD:CANCEL. `sequence` must be higher than what went before.

    Raises `ValueError` if the entry lacks an address.
    """
    return _calendar("CANCEL", [], [(entry, _people(entry), "CANCELLED")], now)


def calendar(entries: Iterable[Entry], name: str, now: datetime, refresh_minutes: int | None = None) -> bytes:
    """Many entries to download, or to subscribe to when `refresh_minutes` says how often to look: METHOD:PUBLISH.

    It names no organiser and no attendee, whatever the entries hold. Equal arguments give equal bytes; a feed with an
    ETag passes the time of its last change as `now`.
    """
    shown = _text(name)
    head = [f"NAME:{shown}", f"X-WR-CALNAME:{shown}"]
    if refresh_minutes is not None:
        head += [f"REFRESH-INTERVAL;VALUE=DURATION:PT{refresh_minutes:d}M", f"X-PUBLISHED-TTL:PT{refresh_minutes:d}M"]
    events = [(entry, _alarm(entry) if entry.status == "CONFIRMED" else [], entry.status) for entry in entries]
    return _calendar("PUBLISH", head, events, now)


def _calendar(method: str, head: list[str], events: Sequence[tuple[Entry, list[str], str]], now: datetime) -> bytes:
    zones: dict[str, str] = {}
    lines: list[str] = []
    stamp = _utc(now)
    for entry, extra, status in events:
        lines += _event(entry, extra, status, stamp, zones)
    top = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", "CALSCALE:GREGORIAN", f"METHOD:{method}", *head]
    body = [*map(_fold, top), *(zones[zone] for zone in sorted(zones)), *map(_fold, lines), "END:VCALENDAR", ""]
    return "\r\n".join(body).encode()


def _event(entry: Entry, extra: list[str], status: str, stamp: str, zones: dict[str, str]) -> list[str]:
    start, end = _times(entry, zones)
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_text(entry.uid)}",
        f"SEQUENCE:{entry.sequence:d}",
        f"DTSTAMP:{stamp}",
        f"LAST-MODIFIED:{_utc(entry.last_modified)}",
        f"DTSTART{start}",
        f"DTEND{end}",
        f"SUMMARY:{_text(entry.summary)}",
        f"STATUS:{status}",
        f"TRANSP:{'TRANSPARENT' if entry.all_day or status == 'CANCELLED' else 'OPAQUE'}",
    ]
    if entry.description:
        lines.append(f"DESCRIPTION:{_prose(entry.description)}")
    if entry.location:
        lines.append(f"LOCATION:{_text(entry.location)}")
    if entry.url:
        lines.append(f"URL:{_uri(entry.url)}")
    if entry.categories:
        lines.append(f"CATEGORIES:{','.join(_text(category) for category in entry.categories)}")
    if entry.private:
        lines.append("CLASS:PRIVATE")
    return [*lines, *extra, "END:VEVENT"]


def _times(entry: Entry, zones: dict[str, str]) -> tuple[str, str]:
    """DTSTART and DTEND without their names: with TZID, or both in UTC where one of them could be misread."""
    if entry.all_day:
        zone = ZoneInfo(entry.zone)
        first = entry.starts_at.astimezone(zone)
        # The last moment that belongs to the entry; DTEND names the day after it (RFC 5545, 3.6.1).
        last = max(first, (entry.ends_at.astimezone(UTC) - timedelta(microseconds=1)).astimezone(zone))
        return f";VALUE=DATE:{first:%Y%m%d}", f";VALUE=DATE:{last + timedelta(days=1):%Y%m%d}"
    start, end = vtimezone.local(entry.starts_at, entry.zone), vtimezone.local(entry.ends_at, entry.zone)
    component = vtimezone.component(entry.zone)
    if start is None or end is None or component is None or entry.zone in {"UTC", "Etc/UTC"}:
        return f":{_utc(entry.starts_at)}", f":{_utc(entry.ends_at)}"
    zones[entry.zone] = component
    return f";TZID={entry.zone}:{_digits(start)}", f";TZID={entry.zone}:{_digits(end)}"


def _people(entry: Entry) -> list[str]:
    organizer, attendee = _address(entry.organizer_address), _address(entry.attendee_address)
    return [
        f"ORGANIZER{_common_name(entry.organizer_name)}:{organizer}",
        f"ATTENDEE{_common_name(entry.attendee_name)};CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED"
        f";RSVP=FALSE:{attendee}",
    ]


def _alarm(entry: Entry) -> list[str]:
    if entry.alarm_minutes is None:
        return []
    return [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_text(entry.summary)}",
        f"TRIGGER:-PT{entry.alarm_minutes:d}M",
        "END:VALARM",
    ]


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _plain(text: str) -> str:
    """A name, a title, a place: one line, single spaces, nothing unseen."""
    if not text.isprintable():
        text = _UNSEEN.sub("", _BREAKS.sub(" ", text))
    return " ".join(text.split())


def _text(text: str) -> str:
    return _escape(_plain(text))


def _prose(text: str) -> str:
    """Text that keeps its line breaks, each written as backslash and n."""
    if not text.replace("\n", "").isprintable():
        text = _UNSEEN.sub("", _BREAKS.sub("\n", text))
    return _escape(text.strip())


def _common_name(name: str) -> str:
    """A CN parameter: carets doubled (RFC 6868), no quotes, and no backslash, which ical.js takes for an escape."""
    shown = _plain(name).replace("^", "^^").replace('"', "'").replace("\\", "/")
    return f';CN="{shown}"' if shown else ""


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


def _utc(instant: datetime) -> str:
    return _digits(instant.astimezone(UTC)) + "Z"


def _digits(time: datetime) -> str:
    return f"{time.year:04}{time.month:02}{time.day:02}T{time.hour:02}{time.minute:02}{time.second:02}"


def _fold(line: str) -> str:
    """A content line of at most 75 octets a row, never broken inside a character or an escape (RFC 5545, 3.1)."""
    if len(line) <= _LINE_OCTETS and line.isascii():
        return line
    octets = line.encode()
    if len(octets) <= _LINE_OCTETS:
        return line
    rows = []
    start, room = 0, _LINE_OCTETS
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:
            end -= 1
        row = octets[start:end]
        if (len(row) - len(row.rstrip(b"\\"))) % 2:
            end -= 1
        rows.append(octets[start:end])
        start, room = end, _LINE_OCTETS - 1  # the space that continues a line counts
    rows.append(octets[start:])
    return b"\r\n ".join(rows).decode()
