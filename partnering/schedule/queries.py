"""One person's days from everything that takes them, in a constant number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import clock
from ..agenda.models import AgendaEntry, Appointment, Location
from ..db import BilingualText, db
from ..delegates.models import Delegate
from ..delegates.queries import delegate_of
from ..events.models import Event, Participant
from ..i18n import days_between
from ..meetings import mails as meeting_words
from ..meetings import queries as meetings
from ..meetings.models import Meeting, MeetingSide, MeetingSlot
from ..programme.models import ProgrammeSession
from ..programme.queries import WHOLE
from ..tickets.models import Product

KINDS = ("session", "meeting", "block")
CANCELLED_KEPT = timedelta(days=30)
"""How long something cancelled stays in calendars that people subscribe to."""


@dataclass(frozen=True)
class Item:
    """A block of somebody's day.

    kind: "session" chosen or workshop booked, "talk" of one's own, "break", "met" a meeting, "ask" an open request,
    "free" a slot that can be booked, "own" a time kept free. A meeting carries the other side as this person may read
    it.
    """

    kind: str
    starts_at: datetime
    ends_at: datetime
    entry: AgendaEntry | None = None
    place: Location | None = None
    session: ProgrammeSession | None = None
    meeting: Meeting | None = None
    slot: MeetingSlot | None = None
    workshop: BilingualText | None = None
    name: str = ""
    organisation: str = ""
    my_turn: bool = False
    set_up_at: datetime | None = None

    @property
    def title(self) -> BilingualText | str:
        """What it is about: the session's title, the workshop's name, or who is met."""
        return self.session.title if self.session is not None else self.workshop or self.name

    @property
    def minutes(self) -> int:
        """Its length."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


@dataclass(frozen=True)
class Plan:
    """A participant's items by time, and the delegate they are, if they partner."""

    participant: Participant
    delegate: Delegate | None
    items: list[Item]
    cancelled: list[Item] = field(default_factory=list)


def plan_of(participant: Participant, *, open_too: bool = False, cancelled: bool = False) -> Plan:
    """Everything that takes a participant's time.

    `open_too` adds open requests and free slots, `cancelled` what was called off in the last thirty days.
    """
    delegate = delegate_of(participant)
    entries = _entries(participant, cancelled=cancelled)
    ids = [entry.appointment_id for entry in entries]
    sessions, booked = _sessions(ids), _workshops(ids)
    held = meetings.meetings_of(delegate) if delegate is not None else ()
    by_appointment = {meeting.appointment_id: meeting for meeting in held if meeting.appointment_id is not None}
    items = [_item(entry, sessions, booked, by_appointment, delegate) for entry in entries]
    live = [item for item in items if item.entry is not None and item.entry.state == "live"]
    gone = [item for item in items if item.entry is not None and item.entry.state != "live"]
    if open_too and delegate is not None:
        asked = _asked(delegate, held)
        taken = {item.slot.id for item in asked if item.slot is not None}
        live += asked
        live += [
            Item("free", slot.starts_at, slot.ends_at, slot=slot)
            for slot in meetings.free_slots([delegate])
            if slot.id not in taken
        ]
    return Plan(participant, delegate, sorted(live, key=_order), sorted(gone, key=_order))


def _order(item: Item) -> tuple[datetime, int, datetime]:
    return item.starts_at, ("talk", "met").index(item.kind) if item.kind in ("talk", "met") else 2, item.ends_at


def _entries(participant: Participant, *, cancelled: bool) -> Sequence[AgendaEntry]:
    state = AgendaEntry.state == "live"
    if cancelled:
        state = sa.or_(state, AgendaEntry.changed_at > clock.now() - CANCELLED_KEPT)
    return db.session.scalars(
        sa.select(AgendaEntry)
        .join(Appointment, Appointment.id == AgendaEntry.appointment_id)
        .where(AgendaEntry.participant_id == participant.id, Appointment.kind.in_(KINDS), state)
        .options(joinedload(AgendaEntry.appointment).joinedload(Appointment.location).joinedload(Location.zone))
        .order_by(Appointment.starts_at, AgendaEntry.id)
    ).all()


def _sessions(appointment_ids: Iterable[int]) -> dict[int, ProgrammeSession]:
    found = db.session.scalars(
        sa.select(ProgrammeSession).where(ProgrammeSession.appointment_id.in_(list(appointment_ids))).options(*WHOLE)
    ).all()
    return {session.appointment_id: session for session in found if session.appointment_id is not None}


def _workshops(appointment_ids: Iterable[int]) -> dict[int, BilingualText]:
    """Names of the add-ons that take place at these times."""
    rows = db.session.execute(
        sa.select(Product.appointment_id, Product.name)
        .where(Product.appointment_id.in_(list(appointment_ids)))
        .order_by(Product.id.desc())
    )
    return {appointment_id: name for appointment_id, name in rows if appointment_id is not None}


def _item(
    entry: AgendaEntry,
    sessions: Mapping[int, ProgrammeSession],
    booked: Mapping[int, BilingualText],
    by_appointment: Mapping[int, Meeting],
    delegate: Delegate | None,
) -> Item:
    at = entry.appointment
    session, meeting = sessions.get(at.id), by_appointment.get(at.id)
    if session is not None:
        kind = "talk" if entry.role in ("speaker", "chair") else "break" if session.kind == "break" else "session"
        set_up = next((part.set_up for part in session.people if part.participant_id == entry.participant_id), 0)
        set_up_at = at.starts_at - timedelta(minutes=set_up) if set_up and kind == "talk" else None
        return Item(kind, at.starts_at, at.ends_at, entry, at.location, session=session, set_up_at=set_up_at)
    if at.id in booked:
        return Item("session", at.starts_at, at.ends_at, entry, at.location, workshop=booked[at.id])
    if at.kind != "meeting":
        return Item("own", at.starts_at, at.ends_at, entry)
    if meeting is None or delegate is None:
        return Item("met", at.starts_at, at.ends_at, entry, at.location)
    name, organisation = _names(delegate, meeting)
    return Item(
        "met", at.starts_at, at.ends_at, entry, at.location, meeting=meeting, name=name, organisation=organisation
    )


def _names(delegate: Delegate, meeting: Meeting) -> tuple[str, str]:
    """The other side's name and organisation; a side that shows no name is called by its organisation alone."""
    other = _across(delegate, meeting)
    name, organisation = meeting_words.name_of(delegate, meeting, other), other.profile.organisation.name
    return name, "" if name == organisation else organisation


def _across(delegate: Delegate, meeting: Meeting) -> MeetingSide:
    mine = meetings.side_of(meeting, delegate)
    return next(side for side in meeting.sides if mine is None or side.side != mine.side)


def _asked(delegate: Delegate, held: Sequence[Meeting]) -> list[Item]:
    """The offered times of open requests, each as a block; they take nobody's time."""
    items = []
    now = clock.now()
    for meeting in held:
        if not meeting.is_open:
            continue
        name, organisation = _names(delegate, meeting)
        items += [
            Item(
                "ask",
                slot.starts_at,
                slot.ends_at,
                meeting=meeting,
                slot=slot,
                name=name,
                organisation=organisation,
                my_turn=meetings.has_turn(meeting, delegate),
            )
            for slot in meetings.offered(meeting)
            if slot.starts_at > now
        ]
    return items


def days_of(event: Event, items: Iterable[Item]) -> list[date]:
    """The event's days, and any other on which something happens, in the event's zone."""
    days = set(days_between(event.first_day, event.last_day))
    days |= {day_of(item, event) for item in items}
    return sorted(days)


def day_of(item: Item, event: Event) -> date:
    """The day of an item in the event's zone."""
    return clock.in_zone(item.starts_at, event.zone).date()


def slot_by_ref(event: Event, public_id: str) -> MeetingSlot | None:
    """The slot of this public id."""
    return next(iter(meetings.slots_by_ref(event, [public_id])), None)


def own_block(participant: Participant, public_id: str) -> AgendaEntry | None:
    """A time that a participant keeps free, by the public id of its entry."""
    return db.session.scalars(
        sa.select(AgendaEntry)
        .join(Appointment, Appointment.id == AgendaEntry.appointment_id)
        .where(
            AgendaEntry.participant_id == participant.id,
            AgendaEntry.public_id == public_id,
            AgendaEntry.state == "live",
            Appointment.kind == "block",
        )
    ).one_or_none()


def participant_by_feed(public_id: str) -> Participant | None:
    """The participant whose calendar this public id opens, with the event."""
    return db.session.scalars(
        sa.select(Participant).where(Participant.public_id == public_id).options(joinedload(Participant.event))
    ).one_or_none()
