"""What must be so in every letter, whatever it is about. Each rule has a number that a fault names, see README.md."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from . import applier, lines
from .applier import Event
from .letters import Letter, octets
from .lines import Component, Unreadable

STATUS = {"REQUEST": ("CONFIRMED",), "CANCEL": ("CANCELLED",)}
MOST_OCTETS = 75

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_SECRET = re.compile(r"\bEV1:\S+|https?://\S*(?:[?&](?:token|key|code|secret)=|[/.][A-Za-z0-9_-]{24,})\S*")
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n")


@dataclass(frozen=True)
class Fault:
    """Something that is not as it must be: the number of the rule, in which letter, and what is wrong."""

    rule: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.rule}: {self.what}"


@dataclass(frozen=True)
class Opened:
    """One event of a letter or a subscription, read."""

    content: bytes
    calendar: Component
    vevent: Component
    event: Event
    method: str


@dataclass(frozen=True)
class Enclosed(Opened):
    """The event of a letter."""

    letter: Letter


def faults(letters: Sequence[Letter], secrets: Sequence[str] = ()) -> Iterator[Fault]:
    """What is wrong with the letters of one recipient, in the order in which they came.

    `secrets` are strings that a calendar must never show.
    """
    opened: list[Enclosed] = []
    for letter in letters:
        yield from _envelope(letter)
        if not letter.parts:
            if letter.attachments:
                yield Fault("R3", letter.name, "a calendar comes as a file and not as a part of the letter")
            continue
        try:
            found = _open(letter)
        except Unreadable as error:
            yield Fault("R1", letter.name, str(error))
            continue
        opened.append(found)
        for rule, check in OF_LETTERS.items():
            for what in check(found):
                yield Fault(rule, letter.name, what)
        yield from _of_any(found, letter.name, secrets)
    yield from _in_order(opened)
    yield from _message_ids(letters)


def of_subscription(content: bytes, name: str, secrets: Sequence[str] = ()) -> Iterator[Fault]:
    """What is wrong with a subscribed calendar."""
    try:
        whole = lines.calendar(content)
        known = lines.zones(whole)
        events = [(part, applier.read(part, known)) for part in whole.inside("VEVENT")]
    except Unreadable as error:
        yield Fault("R1", name, str(error))
        return
    method = whole.text("METHOD").upper()
    if method not in ("", "PUBLISH"):
        yield Fault("R15", name, f"METHOD:{method} in a subscription")
    uids = [event.uid for _part, event in events]
    if len(set(uids)) != len(uids):
        yield Fault("R15", name, "a UID twice")
    for part, event in events:
        if part.all("ATTENDEE"):
            yield Fault("R15", name, "an ATTENDEE in a subscription, which people share")
        yield from _of_any(Opened(content, whole, part, event, method), name, secrets)


def _of_any(opened: Opened, name: str, secrets: Sequence[str]) -> Iterator[Fault]:
    for rule, check in OF_ALL.items():
        for what in check(opened):
            yield Fault(rule, name, what)
    for what in _shown_secrets(opened, secrets):
        yield Fault("R9", name, what)


def _open(letter: Letter) -> Enclosed:
    whole = letter.object
    assert whole is not None  # the caller looked
    events = whole.inside("VEVENT")
    if len(events) != 1:
        raise Unreadable(f"{len(events)} events in one letter")
    event = applier.read(events[0], lines.zones(whole))
    return Enclosed(letter.calendar or b"", whole, events[0], event, whole.text("METHOD").upper(), letter)


# -- one letter


def _one_thing(opened: Opened) -> Iterator[str]:
    if not opened.event.uid:
        yield "the event has no UID"
    for name in ("RECURRENCE-ID", "RRULE", "RDATE"):
        if opened.vevent.all(name):
            yield f"{name} in a letter about one thing"


def _method(opened: Enclosed) -> Iterator[str]:
    part = opened.letter.parts[0]
    said = str(part.get_param("method") or "").upper()
    if opened.method not in STATUS:
        yield f"METHOD:{opened.method} in a letter"
    if said != opened.method:
        yield f"method={said} around METHOD:{opened.method}"
    if str(part.get_param("component") or "VEVENT").upper() != "VEVENT":
        yield "component= is not VEVENT"
    if str(part.get_param("charset") or "").lower() != "utf-8":
        yield "charset= is not UTF-8"


def _structure(opened: Enclosed) -> Iterator[str]:
    letter = opened.letter
    around = [part for part in letter.message.walk() if part.get_content_type() == "multipart/alternative"]
    inner = [part.get_content_type() for part in around[0].iter_parts()] if around else []
    if not inner or inner[-1] != "text/calendar" or inner.count("text/calendar") != 1 or "text/plain" not in inner:
        yield f"text/calendar is not the last alternative beside a text: {inner}"
    if len(letter.attachments) != 1:
        yield f"{len(letter.attachments)} calendars as files, not one"
        return
    if octets(letter.attachments[0]) != letter.calendar:
        yield "the file differs from the part"
    if letter.attachments[0].get_filename() != "invite.ics":
        yield f"the file is called {letter.attachments[0].get_filename()}"


def _people(opened: Enclosed) -> Iterator[str]:
    recipients = opened.letter.addresses("To")
    attendees = applier.people(opened.vevent, "ATTENDEE")
    if attendees != recipients or len(attendees) != 1:
        yield f"ATTENDEE {attendees} in a letter to {recipients}"
    organizers = applier.people(opened.vevent, "ORGANIZER")
    if organizers != opened.letter.addresses("From"):
        yield f"ORGANIZER {organizers} in a letter from {opened.letter.addresses('From')}"
    for name in ("ATTENDEE", "ORGANIZER"):
        for each in opened.vevent.all(name):
            if not re.fullmatch(r"mailto:[^\s?,;<>]+@[^\s?,;<>]+", each.value, re.IGNORECASE):
                yield f"{name} is no bare mailto: {each.value}"


def _answered(opened: Opened) -> Iterator[str]:
    for each in opened.vevent.all("ATTENDEE"):
        if (each.parameter("PARTSTAT"), each.parameter("RSVP") or "FALSE") != ("ACCEPTED", "FALSE"):
            yield f"PARTSTAT={each.parameter('PARTSTAT')} RSVP={each.parameter('RSVP')}: something is left to answer"


def _status(opened: Opened) -> Iterator[str]:
    if opened.event.status not in STATUS.get(opened.method, (opened.event.status,)):
        yield f"STATUS:{opened.event.status} under METHOD:{opened.method}"


def _octets(opened: Opened) -> Iterator[str]:
    content = opened.content
    found = _CONTROLS.search(content)
    if found:
        yield f"a bare control character or line end at octet {found.start()}"
    for each in content.split(b"\r\n"):
        if len(each) > MOST_OCTETS:
            yield f"a line of {len(each)} octets"
        try:
            each.decode()
        except UnicodeDecodeError:
            yield "a line that is folded inside a character"


def _zones(opened: Opened) -> Iterator[str]:
    zones = lines.zones(opened.calendar)
    for part in opened.calendar.inside("VTIMEZONE"):
        if any(each.all("RDATE") for each in part.parts):
            yield "a VTIMEZONE with RDATE, which some programs read an hour wrong"
    for name in ("DTSTART", "DTEND"):
        for each in opened.vevent.all(name):
            moment = lines.moment(each, zones)
            if moment.zone and isinstance(moment.at, datetime):
                back = zones[moment.zone].wall(moment.at)
                if f"{back:%Y%m%dT%H%M%S}" != each.value:
                    yield f"{name} {each.value} does not exist in {moment.zone}"
    events = opened.calendar.inside("VEVENT")
    unused = set(zones) - {each.parameter("TZID") for event in events for each in event.lines}
    if unused:
        yield f"a VTIMEZONE that nothing names: {sorted(unused)}"


def _length(opened: Opened) -> Iterator[str]:
    start, end = opened.event.start, opened.event.end
    if start.is_day != end.is_day:
        yield "DTSTART and DTEND are of two kinds"
    elif not start.at < end.at:
        yield f"it ends at {end.at}, not after {start.at}"


def _shown_secrets(opened: Opened, secrets: Sequence[str]) -> Iterator[str]:
    people = {*applier.people(opened.vevent, "ORGANIZER")}
    for name in ("SUMMARY", "DESCRIPTION", "LOCATION", "URL", "CONTACT", "COMMENT"):
        for each in opened.vevent.all(name):
            shown = each.value if name == "URL" else lines.text(each.value)
            addresses = {found[0].lower() for found in _ADDRESS.finditer(shown)} - people
            held = [*addresses, *(found[0] for found in _SECRET.finditer(shown))]
            held += [secret for secret in secrets if secret and secret in shown]
            yield from (f"{name} shows {secret!r}" for secret in held)


OF_LETTERS: dict[str, Callable[[Enclosed], Iterator[str]]] = {
    "R2": _method,
    "R3": _structure,
    "R4": _people,
    "R5": _answered,
    "R6": _status,
}
OF_ALL: dict[str, Callable[[Opened], Iterator[str]]] = {
    "R1": _one_thing,
    "R10": _octets,
    "R11": _zones,
    "R12": _length,
}


# -- a letter beside others


def _in_order(opened: Sequence[Enclosed]) -> Iterator[Fault]:
    """R7 and R8: what a later letter about the same thing must be, beside the one before it."""
    before: dict[str, Enclosed] = {}
    for each in opened:
        was = before.get(each.event.uid)
        before[each.event.uid] = each
        if was is None:
            if each.method == "CANCEL":
                yield Fault("R8", each.letter.name, "it ends what no letter began")
            continue
        if each.event.stamp < was.event.stamp:
            yield Fault("R7", each.letter.name, "DTSTAMP is before that of the letter before")
        if each.event.sequence < was.event.sequence:
            yield Fault("R8", each.letter.name, f"SEQUENCE falls from {was.event.sequence} to {each.event.sequence}")
        changed = each.event.shown != was.event.shown or each.method != was.method
        if changed and each.event.sequence <= was.event.sequence:
            what = f"time, place or status changed, and SEQUENCE is {each.event.sequence} as before"
            yield Fault("R8", each.letter.name, what)


def _envelope(letter: Letter) -> Iterator[Fault]:
    """R13: what stands outside of the letter."""
    recipients = [address for name in ("To", "Cc", "Bcc") for address in letter.addresses(name)]
    if len(recipients) != 1:
        yield Fault("R13", letter.name, f"{len(recipients)} recipients")
    if not letter.message["Message-ID"]:
        yield Fault("R13", letter.name, "no Message-ID")
    if str(letter.message["Auto-Submitted"] or "no").lower() == "no":
        yield Fault("R13", letter.name, "Auto-Submitted does not say that no person wrote it")


def _message_ids(letters: Sequence[Letter]) -> Iterator[Fault]:
    """R13: two letters of one Message-ID are copies of one letter."""
    seen: dict[str, Letter] = {}
    for letter in letters:
        first = seen.setdefault(str(letter.message["Message-ID"]), letter)
        if first is not letter and said(first) != said(letter):
            yield Fault("R13", letter.name, f"the Message-ID of {first.name}, which says something else")


def said(letter: Letter) -> tuple[object, ...]:
    """What a letter tells a calendar, its DTSTAMP left out: a copy sent later has another."""
    if letter.object is None:
        return ()
    return tuple(
        (line.name, line.value)
        for part in letter.object.inside("VEVENT")
        for line in part.lines
        if line.name not in ("DTSTAMP", "LAST-MODIFIED")
    )


def shared_uids(folders: Mapping[str, Sequence[Letter]]) -> Iterator[Fault]:
    """R14: a UID belongs to one recipient. `folders` are the letters of each recipient, by the name of the folder."""
    owner: dict[str, str] = {}
    for name, letters in folders.items():
        for letter in letters:
            for part in letter.object.inside("VEVENT") if letter.object is not None else ():
                first = owner.setdefault(part.text("UID"), name)
                if first != name:
                    yield Fault("R14", f"{name}/{letter.name}", f"it has a UID that {first} has already")
