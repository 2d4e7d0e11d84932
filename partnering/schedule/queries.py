"""One person's days from everything that takes them, in a constant number of queries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import clock
from ..agenda.calendars import is_call
from ..agenda.models import AgendaEntry, Appointment, Location
from ..agenda.queries import CANCELLED_KEPT
from ..agenda.services import entry_of
from ..db import BilingualText, db
from ..delegates.models import Delegate
from ..delegates.queries import delegate_of
from ..events.models import Event, Participant
from ..i18n import days_between
from ..meetings import calls
from ..meetings import mails as meeting_words
from ..meetings import queries as meetings
from ..meetings.models import Meeting, MeetingProposal, MeetingSide, MeetingSlot
from ..programme.models import ProgrammeSession, ReleasedSession
from ..programme.queries import WHOLE
from ..tickets.models import Product

KINDS = ("session", "meeting", "block")


@dataclass(frozen=True)
class Item:
    """A block of somebody's day.

    kind: "session" chosen or workshop booked, "talk" of one's own, "break", "met" a meeting, "ask" an open request,
    "free" a slot that can be booked, "own" a time kept free. A meeting carries the other side as this person may read
    it; `link` is that of its video call. An "ask" with a `proposal` is another time that was suggested for a meeting
    that is agreed. `zones` are those besides the event's in which the times are read, too.
    """

    kind: str
    starts_at: datetime
    ends_at: datetime
    entry: AgendaEntry | None = None
    place: Location | None = None
    session: ReleasedSession | None = None
    meeting: Meeting | None = None
    slot: MeetingSlot | None = None
    workshop: BilingualText | None = None
    name: str = ""
    organisation: str = ""
    my_turn: bool = False
    set_up_at: datetime | None = None
    proposal: MeetingProposal | None = None
    link: str = ""
    zones: tuple[str, ...] = ()

    @property
    def by_video(self) -> bool:
        """Whether people meet by video then."""
        return self.kind == "met" and self.entry is not None and is_call(self.entry.appointment)

    @property
    def title(self) -> BilingualText | str:
        """What it is about: the session's title, the workshop's name, or who is met."""
        return self.session.title if self.session is not None else self.workshop or self.name

    @property
    def minutes(self) -> int:
        """Its length."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


@dataclass(frozen=True)
class Waiting:
    """A meeting that is agreed and has no time yet: it follows, or as a `reserve` as soon as one is free."""

    meeting: Meeting
    name: str
    organisation: str
    reserve: bool


@dataclass(frozen=True)
class Plan:
    """A participant's items by time, what waits for a time, and the delegate they are, if they partner."""

    participant: Participant
    delegate: Delegate | None
    items: list[Item]
    cancelled: list[Item] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)

    @property
    def zone(self) -> str:
        """The zone besides the event's in which the participant reads times, or ""."""
        mine = [self.delegate] if self.delegate is not None else []
        return next(iter(calls.zones_of(mine, self.participant.event.zone)), "")


def plan_of(participant: Participant, *, open_too: bool = False, cancelled: bool = False) -> Plan:
    """Everything that takes a participant's time.

    `open_too` adds free slots and open requests at times when nothing is held, `cancelled` what was called off in the
    last thirty days.
    """
    delegate = delegate_of(participant)
    held = meetings.meetings_of(delegate) if delegate is not None else ()
    known = {participant.id: delegate} if delegate is not None else {}
    items = items_of(entries_of([participant.id], cancelled=cancelled), known, held, participant.event.zone)
    live = [item for item in items if item.entry is not None and item.entry.state == "live"]
    gone = [item for item in items if item.entry is not None and item.entry.state != "live"]
    if open_too and delegate is not None:
        asked = [*_possible(_asked(delegate, held), live), *_proposed(delegate, held)]
        taken = {item.slot.id for item in asked if item.slot is not None}
        live += asked
        live += [
            Item("free", slot.starts_at, slot.ends_at, slot=slot)
            for slot in meetings.free_slots([delegate])
            if slot.id not in taken
        ]
    zones = calls.zones_of([delegate] if delegate is not None else [], participant.event.zone)
    if zones:
        live = [replace(item, zones=tuple(dict.fromkeys([*zones, *item.zones]))) for item in live]
    waiting = _waiting(delegate, held) if delegate is not None else []
    return Plan(participant, delegate, sorted(live, key=in_order), sorted(gone, key=in_order), waiting)


def in_order(item: Item) -> tuple[datetime, int, datetime]:
    """By time; talks and meetings before what else begins then."""
    return item.starts_at, ("talk", "met").index(item.kind) if item.kind in ("talk", "met") else 2, item.ends_at


def entries_of(participant_ids: Collection[int], *, cancelled: bool = False) -> Sequence[AgendaEntry]:
    """What takes these people's time, by time; with `cancelled` also what was called off in the last thirty days."""
    state = AgendaEntry.state == "live"
    if cancelled:
        state = sa.or_(state, AgendaEntry.changed_at > clock.now() - CANCELLED_KEPT)
    return db.session.scalars(
        sa.select(AgendaEntry)
        .join(Appointment, Appointment.id == AgendaEntry.appointment_id)
        .where(AgendaEntry.participant_id.in_(participant_ids), Appointment.kind.in_(KINDS), state)
        .options(joinedload(AgendaEntry.appointment).joinedload(Appointment.location).joinedload(Location.zone))
        .order_by(Appointment.starts_at, AgendaEntry.id)
    ).all()


def _sessions(appointment_ids: Iterable[int]) -> dict[int, ReleasedSession]:
    found = db.session.scalars(
        sa.select(ReleasedSession)
        .join(ProgrammeSession, ProgrammeSession.id == ReleasedSession.session_id)
        .where(ProgrammeSession.appointment_id.in_(list(appointment_ids)), ReleasedSession.current)
        .options(*WHOLE)
    ).all()
    return {row.appointment.id: row for row in found}


def _workshops(appointment_ids: Iterable[int]) -> dict[int, BilingualText]:
    """Names of the add-ons that take place at these times."""
    rows = db.session.execute(
        sa.select(Product.appointment_id, Product.name)
        .where(Product.appointment_id.in_(list(appointment_ids)))
        .order_by(Product.id.desc())
    )
    return {appointment_id: name for appointment_id, name in rows if appointment_id is not None}


def items_of(
    entries: Sequence[AgendaEntry], delegates: Mapping[int, Delegate], held: Iterable[Meeting], zone: str
) -> list[Item]:
    """The blocks of these entries, in their order.

    `delegates` are those of the entries' participants who partner, by the participant's id; `held` the meetings that
    may be among them; `zone` that of the event.
    """
    ids = {entry.appointment_id for entry in entries}
    sessions, booked = _sessions(ids), _workshops(ids)
    by_appointment = {meeting.appointment_id: meeting for meeting in held if meeting.appointment_id is not None}
    return [
        _item(
            entry,
            sessions.get(entry.appointment_id),
            booked.get(entry.appointment_id),
            by_appointment.get(entry.appointment_id),
            delegates.get(entry.participant_id),
            zone,
        )
        for entry in entries
    ]


def _item(
    entry: AgendaEntry,
    session: ReleasedSession | None,
    workshop: BilingualText | None,
    meeting: Meeting | None,
    delegate: Delegate | None,
    zone: str,
) -> Item:
    at = entry.appointment
    if session is not None:
        kind = "talk" if entry.role in ("speaker", "chair") else "break" if session.kind == "break" else "session"
        set_up = next((part.set_up for part in session.people if part.participant_id == entry.participant_id), 0)
        set_up_at = at.starts_at - timedelta(minutes=set_up) if set_up and kind == "talk" else None
        return Item(kind, at.starts_at, at.ends_at, entry, at.location, session=session, set_up_at=set_up_at)
    if workshop is not None:
        return Item("session", at.starts_at, at.ends_at, entry, at.location, workshop=workshop)
    if at.kind != "meeting":
        return Item("own", at.starts_at, at.ends_at, entry)
    if meeting is None or delegate is None:
        return Item("met", at.starts_at, at.ends_at, entry, at.location)
    name, organisation = _names(delegate, meeting)
    return Item(
        "met",
        at.starts_at,
        at.ends_at,
        entry,
        at.location,
        meeting=meeting,
        name=name,
        organisation=organisation,
        link=calls.link_of(meeting),
        zones=tuple(calls.zones_of(calls.sitting(meeting), zone)) if meeting.virtual else (),
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


def _possible(asked: Sequence[Item], live: Sequence[Item]) -> list[Item]:
    """Of the times of open requests those at which nothing is held; the others could not be accepted."""
    held = [item for item in live if item.entry is not None and item.entry.blocks]
    return [
        each
        for each in asked
        if not any(item.starts_at < each.ends_at and each.starts_at < item.ends_at for item in held)
    ]


def _proposed(delegate: Delegate, held: Sequence[Meeting]) -> list[Item]:
    """Other times that are suggested for meetings which are agreed, each as a block."""
    now = clock.now()
    by_id = {meeting.id: meeting for meeting in held if meeting.request_state == "accepted"}
    proposals = db.session.scalars(
        sa.select(MeetingProposal)
        .where(MeetingProposal.meeting_id.in_(by_id), MeetingProposal.state == "open")
        .order_by(MeetingProposal.id)
    )
    items = []
    for proposal in proposals:
        meeting = by_id[proposal.meeting_id]
        name, organisation = _names(delegate, meeting)
        mine = meetings.side_of(meeting, delegate)
        asked = next((seat.side for seat in meeting.delegates if seat.delegate_id == proposal.to_id), None)
        items += [
            Item(
                "ask",
                offer.slot.starts_at,
                offer.slot.ends_at,
                meeting=meeting,
                slot=offer.slot,
                name=name,
                organisation=organisation,
                my_turn=mine is not None and mine.side == asked,
                proposal=proposal,
            )
            for offer in meeting.offers
            if offer.round == proposal.round and offer.slot.removed_at is None and offer.slot.starts_at > now
        ]
    return items


def _waiting(delegate: Delegate, held: Sequence[Meeting]) -> list[Waiting]:
    """What is agreed and has no time yet, the oldest first."""
    found = [
        meeting
        for meeting in held
        if meeting.request_state == "accepted" and meeting.placement == "none" and meeting.closed_at is None
    ]
    return [
        Waiting(meeting, *_names(delegate, meeting), meeting.reserve_rank is not None)
        for meeting in sorted(found, key=lambda meeting: meeting.id)
    ]


def of_meeting(participant: Participant, public_id: str) -> Plan | None:
    """A plan of nothing but one meeting, called off or not, for somebody who sits in it and whom it gave a time."""
    delegate, meeting = delegate_of(participant), meetings.meeting_by_ref(participant.event, public_id)
    if delegate is None or meeting is None or meeting.appointment is None:
        return None
    entry = entry_of(meeting.appointment, participant)
    if entry is None or meetings.side_of(meeting, delegate) is None:
        return None
    return Plan(participant, delegate, items_of([entry], {participant.id: delegate}, [meeting], participant.event.zone))


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
