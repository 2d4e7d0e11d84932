"""When people and tables are free: blocks and slots, tables, and one's own time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import clock
from ..agenda.models import AgendaEntry, Appointment, Location, LocationAtom, ParticipantAtom
from ..db import db
from ..delegates.models import Delegate
from ..delegates.queries import is_ref
from ..events.models import Event, Participant
from .models import MeetingBlock, MeetingSlot

LEAD_MINUTES = 10
"""Nothing is booked that begins sooner than this."""


def blocks_of(event: Event) -> Sequence[MeetingBlock]:
    """The event's meeting blocks in their order of time."""
    return db.session.scalars(
        sa.select(MeetingBlock).where(MeetingBlock.event_id == event.id).order_by(MeetingBlock.starts_at)
    ).all()


def slots_of(event: Event) -> Sequence[MeetingSlot]:
    """All slots of an event in their order of time."""
    return db.session.scalars(
        sa.select(MeetingSlot).where(MeetingSlot.event_id == event.id).order_by(MeetingSlot.first_atom, MeetingSlot.id)
    ).all()


def slots_by_ref(event: Event, public_ids: Iterable[str]) -> list[MeetingSlot]:
    """The slots of these public ids, in their order of time; unknown ones are left out."""
    return list(
        db.session.scalars(
            sa.select(MeetingSlot)
            .where(
                MeetingSlot.event_id == event.id,
                MeetingSlot.public_id.in_([ref for ref in public_ids if is_ref(ref)][:50]),
            )
            .options(joinedload(MeetingSlot.block))
            .order_by(MeetingSlot.first_atom)
        )
    )


def slot_at(event_id: int, starts_at: datetime, ends_at: datetime) -> MeetingSlot | None:
    """The slot of exactly this time."""
    return db.session.scalars(
        sa.select(MeetingSlot)
        .where(
            MeetingSlot.event_id == event_id,
            MeetingSlot.first_atom == clock.to_atom(starts_at),
            MeetingSlot.last_atom == clock.to_atom(ends_at, up=True) - 1,
            MeetingSlot.removed_at.is_(None),
        )
        .order_by(MeetingSlot.id)
    ).first()


def bookable_slots(event_id: int) -> Sequence[MeetingSlot]:
    """Slots of blocks in which people book, that have not begun."""
    soonest = clock.to_atom(clock.now() + timedelta(minutes=LEAD_MINUTES), up=True)
    return db.session.scalars(
        sa.select(MeetingSlot)
        .join(MeetingBlock, MeetingBlock.id == MeetingSlot.block_id)
        .where(
            MeetingSlot.event_id == event_id,
            MeetingSlot.first_atom >= soonest,
            MeetingSlot.removed_at.is_(None),
            MeetingBlock.phase.in_(("open", "published", "running")),
        )
        .options(joinedload(MeetingSlot.block))
        .order_by(MeetingSlot.first_atom, MeetingSlot.id)
    ).all()


def taken_atoms(participant_ids: Iterable[int], first: int, last: int) -> dict[int, set[int]]:
    """The atoms from `first` to `last` in which each participant is taken, by their id."""
    rows = db.session.execute(
        sa.select(ParticipantAtom.participant_id, ParticipantAtom.atom).where(
            ParticipantAtom.participant_id.in_(set(participant_ids)), ParticipantAtom.atom.between(first, last)
        )
    )
    found: dict[int, set[int]] = {}
    for participant_id, atom in rows:
        found.setdefault(participant_id, set()).add(atom)
    return found


def free_slots(delegates: Sequence[Delegate], slots: Sequence[MeetingSlot] | None = None) -> list[MeetingSlot]:
    """The slots in which all these delegates are free, in their order of time."""
    if not delegates:
        return []
    slots = bookable_slots(delegates[0].event_id) if slots is None else slots
    if not slots:
        return []
    first, last = min(slot.first_atom for slot in slots), max(slot.last_atom for slot in slots)
    taken = taken_atoms((delegate.participant_id for delegate in delegates), first, last)
    return [slot for slot in slots if all(fits(slot, delegate, taken) for delegate in delegates)]


def there(slot: MeetingSlot, delegate: Delegate) -> bool:
    """Whether a delegate's ticket admits them on the day of a slot, and they have arrived and not left yet."""
    if delegate.departs_at is not None and slot.ends_at > delegate.departs_at:
        return False
    if delegate.arrives_at is not None and slot.starts_at < delegate.arrives_at:
        return False
    if not delegate.days:
        return True
    return clock.in_zone(slot.starts_at, delegate.participant.event.zone).date().isoformat() in delegate.days


def fits(slot: MeetingSlot, delegate: Delegate, taken: Mapping[int, set[int]]) -> bool:
    """Whether a delegate is there and free in a slot; `taken` as `taken_atoms` answers."""
    if not there(slot, delegate):
        return False
    return taken.get(delegate.participant_id, set()).isdisjoint(range(slot.first_atom, slot.last_atom + 1))


def shared_slots(delegates: Sequence[Delegate], *, with_table: bool = True) -> list[MeetingSlot]:
    """Slots in which all these delegates and at least one table are free."""
    slots = free_slots(delegates)
    return [slot for slot in slots if slot.id in _with_table(slots)] if with_table and slots else slots


def _with_table(slots: Sequence[MeetingSlot]) -> set[int]:
    event_id = slots[0].event_id
    tables = db.session.scalars(_tables_of(event_id)).all()
    first, last = min(slot.first_atom for slot in slots), max(slot.last_atom for slot in slots)
    rows = db.session.execute(
        sa.select(LocationAtom.location_id, LocationAtom.atom).where(
            LocationAtom.location_id.in_([table.id for table in tables]), LocationAtom.atom.between(first, last)
        )
    )
    taken: dict[int, set[int]] = {}
    for location_id, atom in rows:
        taken.setdefault(atom, set()).add(location_id)
    found = set()
    for slot in slots:
        busy: set[int] = set()
        for atom in range(slot.first_atom, slot.last_atom + 1):
            busy |= taken.get(atom, set())
        if any(_open_until(table, slot.ends_at) and table.id not in busy for table in tables):
            found.add(slot.id)
    return found


def _open_until(table: Location, ends_at: datetime) -> bool:
    return table.closed_from is None or ends_at <= table.closed_from


# -- tables


def _tables_of(event_id: int) -> sa.Select[Location]:
    return (
        sa.select(Location)
        .where(Location.event_id == event_id, Location.kind == "table", Location.exclusive)
        .order_by(Location.position, Location.row, Location.column, Location.id)
    )


def tables_of(event: Event) -> Sequence[Location]:
    """The event's tables, row by row."""
    return db.session.scalars(_tables_of(event.id).options(joinedload(Location.zone))).all()


def table_by_ref(event: Event, public_id: str | None) -> Location | None:
    """The table of this public id."""
    if not is_ref(public_id):
        return None
    return db.session.scalars(_tables_of(event.id).where(Location.public_id == public_id)).one_or_none()


def free_tables(slot: MeetingSlot, *, besides: Appointment | None = None) -> list[Location]:
    """Tables with nothing in a slot, in their order; what `besides` holds itself counts as free."""
    return tables_free(slot.event_id, slot.starts_at, slot.ends_at, besides=besides)


def tables_free(
    event_id: int, starts_at: datetime, ends_at: datetime, *, besides: Appointment | None = None
) -> list[Location]:
    """The same for any time."""
    atoms = clock.atoms(starts_at, ends_at)
    busy = sa.select(LocationAtom.location_id).where(LocationAtom.atom.between(min(atoms), max(atoms)))
    if besides is not None:
        busy = busy.where(LocationAtom.appointment_id != besides.id)
    tables = db.session.scalars(_tables_of(event_id).where(Location.id.not_in(busy))).all()
    return [table for table in tables if _open_until(table, ends_at)]


# -- one's own time


def own_blocks(participant: Participant, slot: MeetingSlot) -> Sequence[AgendaEntry]:
    """The times within a slot that a participant keeps free for themselves."""
    return db.session.scalars(
        sa.select(AgendaEntry)
        .join(Appointment, Appointment.id == AgendaEntry.appointment_id)
        .where(
            AgendaEntry.participant_id == participant.id,
            AgendaEntry.state == "live",
            Appointment.kind == "block",
            Appointment.starts_at < slot.ends_at,
            Appointment.ends_at > slot.starts_at,
        )
    ).all()


def entries_in(participant: Participant, slots: Sequence[MeetingSlot]) -> dict[int, AgendaEntry]:
    """What takes a participant's time in each slot, by the slot's id."""
    if not slots:
        return {}
    first, last = min(slot.first_atom for slot in slots), max(slot.last_atom for slot in slots)
    rows = db.session.execute(
        sa.select(ParticipantAtom.atom, AgendaEntry)
        .join(AgendaEntry, AgendaEntry.id == ParticipantAtom.entry_id)
        .where(ParticipantAtom.participant_id == participant.id, ParticipantAtom.atom.between(first, last))
        .options(joinedload(AgendaEntry.appointment).joinedload(Appointment.location))
    )
    by_atom = {row[0]: row[1] for row in rows}
    found = {}
    for slot in slots:
        entry = next((by_atom[atom] for atom in range(slot.first_atom, slot.last_atom + 1) if atom in by_atom), None)
        if entry is not None:
            found[slot.id] = entry
    return found
