"""What calendars are told: the calendar part of a letter about one entry of one person's agenda.

A letter about an entry has the topic `topic(entry)` and the entry's sequence as version. It is rendered from the newest
state when it leaves, and remembers in the entry what left.
"""

import hashlib
from collections.abc import Callable
from typing import Literal

from .. import clock, ical
from ..db import db
from ..i18n import _, bi, locale
from ..mail import letters
from .models import AgendaEntry, Appointment, Location

CalendarPart = tuple[bytes, Literal["REQUEST", "CANCEL"]] | tuple[None, None]


def topic(entry: AgendaEntry) -> str:
    """What letters about this entry are about; of several, only the newest leaves."""
    return f"entry:{entry.public_id}"


def calendar_part(
    entry: AgendaEntry, *, summary: str, description: str, url: str | None = None, private: bool = False
) -> CalendarPart:
    """The iCalendar object for a letter about `entry`, and its METHOD: REQUEST while it is live, else CANCEL.

    (None, None) where nothing may go out: a cancellation of what nobody was told, or a recipient without an address.
    It speaks the language in force; the organiser is the event's sender. RFC 5546, 3.2.2 and 3.2.5.
    """
    address = address_of(entry)
    if not address or (entry.state == "cancelled" and entry.sent_state == "none"):
        return None, None
    event = entry.participant.event
    name, sender = letters.sender_of(event)
    appointment = entry.appointment
    content = ical.Entry(
        uid=entry.uid,
        sequence=entry.sequence,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        zone=event.zone,
        summary=summary,
        description=description,
        location=place_of(entry),
        url=url or "",
        status="CONFIRMED" if entry.state == "live" else "CANCELLED",
        organizer_name=name,
        organizer_address=sender,
        attendee_name=entry.participant.name,
        attendee_address=address,
        last_modified=entry.changed_at,
        private=private,
        all_day=_lasts_days(appointment, event.zone),
    )
    if entry.state == "live":
        return ical.invitation(content, clock.now()), "REQUEST"
    return ical.cancellation(content, clock.now()), "CANCEL"


def _lasts_days(appointment: Appointment, zone: str) -> bool:
    """Whether it is attendance over several days, which fills days and not hours."""
    first, last = (clock.in_zone(moment, zone).date() for moment in (appointment.starts_at, appointment.ends_at))
    return appointment.kind == "attendance" and first != last


def told(entry: AgendaEntry) -> Callable[[], None]:
    """What to do when a letter with the calendar part of `entry`, as it is now, has left: remember that it did."""
    entry_id, sequence, state, digest = entry.id, entry.sequence, entry.state, content_hash(entry)

    def remember() -> None:
        told_of = db.session.get(AgendaEntry, entry_id)
        if told_of is None or (told_of.sent_sequence is not None and told_of.sent_sequence > sequence):
            return
        told_of.sent_sequence = sequence
        told_of.sent_hash = digest
        told_of.sent_state = "confirmed" if state == "live" else "cancelled"

    return remember


def has_news(entry: AgendaEntry) -> bool:
    """Whether this recipient's calendar does not yet hold the newest state of `entry`.

    Something cancelled before anything went out is no news.
    """
    if entry.state == "cancelled":
        return entry.sent_state == "confirmed"
    return entry.sent_sequence != entry.sequence


def address_of(entry: AgendaEntry) -> str:
    """Where letters about this entry go, or "" for someone who is erased or has no address."""
    person = entry.participant.person
    return person.email if person is not None and entry.participant.erased_at is None else ""


def place_of(entry: AgendaEntry) -> str:
    """Where it is, in the language in force: the room or table, then venue and address of the event.

    A meeting by video is at no venue, and its link is for its people alone: calendars are shared.
    """
    event = entry.participant.event
    appointment = entry.appointment
    name = name_of(appointment.location)
    if is_call(appointment):
        return name or _("Video call")
    return ", ".join(part for part in (name, event.place(locale())) if part)


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


def content_hash(entry: AgendaEntry) -> str:
    """A hash over what calendars show of the entry: time, place and status."""
    appointment = entry.appointment
    shown = (appointment.starts_at.isoformat(), appointment.ends_at.isoformat(), appointment.location_id, entry.state)
    return hashlib.sha256(repr(shown).encode()).hexdigest()
