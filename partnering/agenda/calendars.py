"""What calendars hold of somebody's agenda: one description of each thing, for letters, downloads and feeds alike.

Rooms say what a thing is called (`describes`); this module makes it an iCalendar entry and remembers in the agenda
entry what each recipient has got. A letter about an entry has the topic `topic(entry)` and the entry's sequence as
version, and is rendered from the newest state when it leaves.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from .. import clock, ical
from ..db import db
from ..events.models import Event
from ..i18n import _, bi, locale
from ..mail import letters
from ..mail.letters import Letter
from .models import AgendaEntry, Appointment, Location


@dataclass(frozen=True, slots=True)
class Thing:
    """What a calendar says of one thing beside its time and place, in the language in force.

    No ticket code, secret link or address of other people goes into it: calendars are shared. `changed_at` is when
    these words changed last, where that may be later than the entry itself.
    """

    summary: str
    description: str = ""
    url: str = ""
    categories: tuple[str, ...] = ()
    private: bool = False
    all_day: bool = False
    changed_at: datetime | None = None


Describer = Callable[[Sequence[AgendaEntry]], Mapping[int, Thing]]
DescriberT = TypeVar("DescriberT", bound=Describer)

_describers: dict[str, list[Describer]] = defaultdict(list)


def describes(kind: str, *, first: bool = False) -> Callable[[DescriberT], DescriberT]:
    """Register what says, by id, what these entries of appointments of one kind are, in a constant number of queries.

    An entry that it leaves out is asked of the next; `first` is asked before those that stand on lower floors.
    """

    def register(describe: DescriberT) -> DescriberT:
        _describers[kind].insert(0 if first else len(_describers[kind]), describe)
        return describe

    return register


def things(entries: Iterable[AgendaEntry]) -> dict[int, Thing]:
    """What these entries are, by id, in the language in force; what nobody describes stands in no calendar."""
    found: dict[int, Thing] = {}
    by_kind: dict[str, list[AgendaEntry]] = defaultdict(list)
    for entry in entries:
        by_kind[entry.appointment.kind].append(entry)
    for kind, waiting in by_kind.items():
        for describe in _describers[kind]:
            if waiting:
                found.update(describe(waiting))
                waiting = [entry for entry in waiting if entry.id not in found]
    return found


def shown(entry: AgendaEntry, thing: Thing) -> ical.Entry:
    """An entry as its recipient's calendar holds it; the organiser is the event's sender."""
    event = entry.participant.event
    name, sender = letters.sender_of(event)
    appointment = entry.appointment
    return ical.Entry(
        uid=entry.uid,
        sequence=entry.sequence,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        zone=event.zone,
        summary=thing.summary,
        description=thing.description,
        location=place_of(entry),
        url=thing.url,
        status="CONFIRMED" if entry.state == "live" else "CANCELLED",
        organizer_name=name,
        organizer_address=sender,
        attendee_name=entry.participant.name,
        attendee_address=address_of(entry),
        last_modified=max(entry.changed_at, thing.changed_at or entry.changed_at),
        categories=thing.categories,
        private=thing.private,
        all_day=thing.all_day,
    )


def feed(entries: Sequence[AgendaEntry]) -> list[ical.Entry]:
    """These entries for a file or a feed, in their order."""
    known = things(entries)
    return [shown(entry, known[entry.id]) for entry in entries if entry.id in known]


# -- letters


def attach(letter: Letter, entry: AgendaEntry | None, thing: Thing | None = None) -> Letter:
    """The letter with the calendar object of `entry`: METHOD:REQUEST while it is live, else CANCEL.

    Without one where nothing may go out: a cancellation of what no calendar can hold, a recipient or an event without
    an address, an entry that nobody describes. `thing` is for a caller who knows it. RFC 5546, 3.2.2 and 3.2.5.
    """
    if entry is None or not address_of(entry) or (entry.state == "cancelled" and not knows(entry)):
        return letter
    thing = thing or things([entry]).get(entry.id)
    if thing is None:
        return letter
    content = shown(entry, thing)
    if not content.organizer_address:
        return letter
    live = entry.state == "live"
    return letter.with_(
        calendar=(ical.invitation if live else ical.cancellation)(content, clock.now()),
        method="REQUEST" if live else "CANCEL",
        on_leaving=_tried(entry, entry.sequence),
        on_refused=_tried(entry, entry.tried_sequence),
        on_sent=told(entry, content),
    )


def _tried(entry: AgendaEntry, sequence: int | None) -> Callable[[], None]:
    """What to do when a mail server is given a letter, or refuses it: remember what it may have."""
    entry_id, uid = entry.id, entry.uid

    def remember() -> None:
        known = db.session.get(AgendaEntry, entry_id)
        if known is not None and known.uid == uid:
            known.tried_sequence = sequence

    return remember


def told(entry: AgendaEntry, content: ical.Entry) -> Callable[[], None]:
    """What to do when a letter with `content` for this entry has left: remember that it did.

    A mark that comes late changes nothing: after a newer letter, or after the entry began a new generation.
    """
    entry_id, uid, sequence, live = entry.id, entry.uid, entry.sequence, entry.state == "live"
    sent = digest(content)

    def remember() -> None:
        known = db.session.get(AgendaEntry, entry_id)
        if known is None or known.uid != uid:
            return
        if known.sent_sequence is not None and known.sent_sequence > sequence:
            return
        known.sent_sequence = sequence
        known.sent_hash = sent
        known.sent_state = "confirmed" if live else "cancelled"

    return remember


def digest(content: ical.Entry) -> str:
    """A hash over what a recipient reads of an entry; another SEQUENCE or a later change alone makes no other."""
    read = (
        content.uid,
        content.status,
        content.starts_at.isoformat(),
        content.ends_at.isoformat(),
        content.zone,
        content.all_day,
        content.summary,
        content.description,
        content.location,
        content.organizer_address,
        content.attendee_address,
    )
    return hashlib.sha256(repr(read).encode()).hexdigest()


# -- what is known


def knows(entry: AgendaEntry) -> bool:
    """Whether this recipient's calendar has heard of the entry, or may have: a mail server took it and did not say."""
    return entry.sent_state != "none" or entry.tried_sequence is not None


def may_hold(entry: AgendaEntry) -> bool:
    """Whether it stands in this recipient's calendar, as far as anybody can know."""
    in_doubt = entry.tried_sequence is not None and (
        entry.sent_sequence is None or entry.tried_sequence > entry.sent_sequence
    )
    return entry.sent_state == "confirmed" or in_doubt


def has_news(entry: AgendaEntry) -> bool:
    """Whether this recipient's calendar does not yet hold the newest state of `entry`.

    Something cancelled before anything went out is no news.
    """
    if entry.state == "cancelled":
        return may_hold(entry)
    return entry.sent_sequence != entry.sequence


def topic(entry: AgendaEntry) -> str:
    """What letters about this entry are about; of several, only the newest leaves. A new generation is a new topic."""
    return f"entry:{entry.public_id}" + (f":{entry.generation}" if entry.generation > 1 else "")


def edition(entry: AgendaEntry) -> str:
    """The entry as it is now, for the key of a letter: its sequence, and its generation after the first."""
    return f"{entry.sequence}" + (f":{entry.generation}" if entry.generation > 1 else "")


def address_of(entry: AgendaEntry) -> str:
    """Where letters about this entry go, or "" for someone who is erased or has no address."""
    person = entry.participant.person
    return person.email if person is not None and entry.participant.erased_at is None else ""


# -- places


def place_of(entry: AgendaEntry) -> str:
    """Where it is, in the language in force: the room or table, then venue and address of the event.

    A meeting by video is at no venue, and its link is for its people alone: calendars are shared.
    """
    appointment = entry.appointment
    if is_call(appointment):
        return name_of(appointment.location) or _("Video call")
    return place_at(entry.participant.event, appointment.location)


def place_at(event: Event, location: Location | None) -> str:
    """A room or table of an event, with venue and address, in the language in force."""
    return ", ".join(part for part in (name_of(location), event.place(locale())) if part)


def is_call(appointment: Appointment) -> bool:
    """Whether people meet by video then: in a virtual room, or in no place of the event at all."""
    place = appointment.location
    return appointment.kind == "meeting" and (place is None or place.kind == "virtual")


def name_of(location: Location | None) -> str:
    """What people call a room or table, in the language in force; "" for none."""
    if location is None:
        return ""
    name = bi(location.name)
    return _("Table %(name)s", name=name) if location.kind == "table" else name


def lasts_days(appointment: Appointment, zone: str) -> bool:
    """Whether it begins and ends on different days in `zone`: attendance fills days then, and not hours."""
    first, last = (clock.in_zone(moment, zone).date() for moment in (appointment.starts_at, appointment.ends_at))
    return first != last
