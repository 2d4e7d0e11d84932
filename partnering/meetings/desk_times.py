"""Which times and tables organisers can give a meeting, and why the others are impossible."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import clock
from ..agenda.models import AgendaEntry, Appointment, Location, ParticipantAtom
from ..agenda.services import BINDING
from ..db import db
from ..delegates.models import Delegate
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _, _l
from . import queries
from .errors import TooFar, VideoMissing
from .lunch import Lunches
from .models import Meeting, MeetingBlock, MeetingSlot
from .places import Places, open_until
from .states import PLACED
from .times import absence

ABSENT = {
    "left": _l("%(name)s has left by then"),
    "coming": _l("%(name)s has not arrived yet"),
    "day": _l("%(name)s has no ticket for this day"),
}

BUSY = {
    "meeting": _l("%(name)s has another meeting"),
    "stage": _l("%(name)s is on stage"),
    "session": _l("%(name)s has booked something else"),
    "block": _l("%(name)s keeps this time free"),
}


class TableTaken(DomainError):
    """A table that somebody else has at that time, or that is closed by then."""

    message = _l("This table is not free at that time. Choose another one.")


@dataclass(frozen=True)
class Choice:
    """A time, and in sentences what stands against it; nothing does where everybody and a place are free."""

    slot: MeetingSlot
    why_not: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seat:
    """A table at a time, and the meeting that has it then, with which one can swap."""

    table: Location
    meeting: Meeting | None = None


def choices(
    people: Sequence[Delegate], *, hosts: Sequence[Delegate] = (), besides: Appointment | None = None
) -> list[Choice]:
    """Every time that is still to come, with what stands against these people meeting then, by time.

    `hosts` are the leads whose own places count, the invitee first; what `besides` holds counts as free. The desk books
    in any block that is not over, whatever its phase.
    """
    slots = [slot for slot in _slots(people[0].event_id) if besides is None or slot.starts_at != besides.starts_at]
    if not slots:
        return []
    busy = _busy(people, slots, besides)
    lunches = Lunches(people[0].participant.event, [each.participant_id for each in people], besides=besides)
    places = Places(people, slots, hosts=hosts, besides=besides)
    found = []
    for slot in slots:
        why_not = [sentence for delegate in people for sentence in _against(slot, delegate, busy)]
        lost = lunches.lost_by(slot)
        why_not += [
            _("%(name)s would have no time left for lunch", name=name(delegate))
            for delegate in people
            if delegate.participant_id in lost
        ]
        found.append(Choice(slot, tuple(why_not or _without_place(places, slot))))
    return found


def seats_at(meeting: Meeting) -> list[Seat]:
    """The other tables at a meeting's time, row by row: free, or with the meeting that could swap with it."""
    appointment = meeting.appointment
    if appointment is None or meeting.virtual or meeting.placement not in PLACED:
        return []
    event = db.session.get_one(Event, meeting.event_id)
    free = {table.id for table in queries.tables_free(event.id, appointment.starts_at, appointment.ends_at)}
    beside = {
        other.appointment.location_id: other
        for other in _at_once(meeting, appointment)
        if other.appointment is not None and not other.virtual
    }
    return [
        Seat(table, beside.get(table.id))
        for table in queries.tables_of(event)
        if table.id != appointment.location_id
        and (table.id in free or (table.id in beside and open_until(table, appointment.ends_at)))
    ]


def require_free(table: Location, slot: MeetingSlot, *, besides: Appointment | None = None) -> None:
    """Refuse a table that is not free in a slot. Raises `TableTaken`."""
    if table.id not in {each.id for each in queries.free_tables(slot, besides=besides)}:
        raise TableTaken


def name(delegate: Delegate) -> str:
    """What somebody is called at the desk."""
    return delegate.participant.name or _("Former participant")


def _slots(event_id: int) -> Sequence[MeetingSlot]:
    return db.session.scalars(
        sa.select(MeetingSlot)
        .join(MeetingBlock, MeetingBlock.id == MeetingSlot.block_id)
        .where(
            MeetingSlot.event_id == event_id,
            MeetingSlot.first_atom > clock.to_atom(clock.now()),
            MeetingSlot.removed_at.is_(None),
            MeetingBlock.phase != "closed",
        )
        .options(joinedload(MeetingSlot.block))
        .order_by(MeetingSlot.first_atom, MeetingSlot.id)
    ).all()


def _busy(
    people: Sequence[Delegate], slots: Sequence[MeetingSlot], besides: Appointment | None
) -> dict[int, dict[int, str]]:
    """What takes each participant's time, one of `BUSY` by atom, by their id; in one query."""
    query = (
        sa.select(ParticipantAtom.participant_id, ParticipantAtom.atom, Appointment.kind, AgendaEntry.role)
        .join(AgendaEntry, AgendaEntry.id == ParticipantAtom.entry_id)
        .join(Appointment, Appointment.id == AgendaEntry.appointment_id)
        .where(
            ParticipantAtom.participant_id.in_({delegate.participant_id for delegate in people}),
            ParticipantAtom.atom.between(slots[0].first_atom, max(slot.last_atom for slot in slots)),
        )
        .order_by(ParticipantAtom.id)
    )
    if besides is not None:
        query = query.where(Appointment.id != besides.id)
    found: dict[int, dict[int, str]] = {}
    for participant_id, atom, kind, role in db.session.execute(query):
        what = "stage" if role in BINDING else kind if kind in BUSY else "session"
        found.setdefault(participant_id, {})[atom] = what
    return found


def _against(slot: MeetingSlot, delegate: Delegate, busy: dict[int, dict[int, str]]) -> Iterable[str]:
    """Why one person cannot come to a slot: that they are not there, else what they have then."""
    absent = absence(slot, delegate)
    if absent:
        return [str(ABSENT[absent]) % {"name": name(delegate)}]
    taken = busy.get(delegate.participant_id, {})
    held = (taken[atom] for atom in range(slot.first_atom, slot.last_atom + 1) if atom in taken)
    return [str(BUSY[what]) % {"name": name(delegate)} for what in dict.fromkeys(held)]


def _without_place(places: Places, slot: MeetingSlot) -> list[str]:
    try:
        found = places.for_slot(slot)
    except TooFar:
        return [_("nobody could walk to a free table in time")]
    except VideoMissing:
        return [_("there is no video link")]
    return [_("no table is free")] if found == [] else []


def _at_once(meeting: Meeting, appointment: Appointment) -> Sequence[Meeting]:
    """Confirmed meetings at exactly a meeting's time, besides itself."""
    ids = db.session.scalars(
        sa.select(Meeting.id)
        .join(Appointment, Appointment.id == Meeting.appointment_id)
        .where(
            Meeting.event_id == meeting.event_id,
            Meeting.id != meeting.id,
            Meeting.placement.in_(PLACED),
            Meeting.closed_at.is_(None),
            Appointment.starts_at == appointment.starts_at,
            Appointment.ends_at == appointment.ends_at,
            Appointment.location_id.is_not(None),
        )
    ).all()
    return queries.meetings_by_ids(ids)
