"""When people and tables are free: blocks and slots, tables, and one's own time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import clock
from ..agenda import walking
from ..agenda.models import AgendaEntry, Appointment, Location, LocationAtom, ParticipantAtom
from ..db import db
from ..delegates.models import Delegate
from ..delegates.queries import is_ref
from ..events.models import Event, Participant
from .errors import TooFar
from .lunch import Lunches
from .models import Meeting, MeetingBlock, MeetingSlot
from .places import Places, open_until

LEAD_MINUTES = 10
"""Nothing is booked that begins sooner than this."""

BOOKABLE = ("open", "published", "running")
"""The phases of blocks in which people book."""


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


def soonest() -> int:
    """The first atom in which something that is booked now can begin."""
    return clock.to_atom(clock.now() + timedelta(minutes=LEAD_MINUTES), up=True)


def bookable_slots(event_id: int) -> Sequence[MeetingSlot]:
    """Slots of blocks in which people book, that have not begun."""
    return db.session.scalars(
        sa.select(MeetingSlot)
        .join(MeetingBlock, MeetingBlock.id == MeetingSlot.block_id)
        .where(
            MeetingSlot.event_id == event_id,
            MeetingSlot.first_atom >= soonest(),
            MeetingSlot.removed_at.is_(None),
            MeetingBlock.phase.in_(BOOKABLE),
        )
        .options(joinedload(MeetingSlot.block))
        .order_by(MeetingSlot.first_atom, MeetingSlot.id)
    ).all()


def taken_atoms(
    participant_ids: Iterable[int], first: int, last: int, *, besides: Appointment | None = None
) -> dict[int, set[int]]:
    """The atoms from `first` to `last` in which each participant is taken, by their id; not what `besides` takes."""
    query = sa.select(ParticipantAtom.participant_id, ParticipantAtom.atom).where(
        ParticipantAtom.participant_id.in_(set(participant_ids)), ParticipantAtom.atom.between(first, last)
    )
    if besides is not None:
        held = sa.select(AgendaEntry.id).where(AgendaEntry.appointment_id == besides.id)
        query = query.where(ParticipantAtom.entry_id.not_in(held))
    else:  # as the index says it; what is contested is taken by something else too
        query = query.where(sa.text("NOT participant_atom.contested"))
    found: dict[int, set[int]] = {}
    for participant_id, atom in db.session.execute(query):
        found.setdefault(participant_id, set()).add(atom)
    return found


def free_slots(
    delegates: Sequence[Delegate],
    slots: Sequence[MeetingSlot] | None = None,
    *,
    besides: Appointment | None = None,
) -> list[MeetingSlot]:
    """The slots in which all these delegates are there, free, and keep their lunch, in their order of time."""
    if not delegates:
        return []
    slots = bookable_slots(delegates[0].event_id) if slots is None else slots
    if not slots:
        return []
    return each_free([(delegates, slots)], besides=besides)[0]


def each_free(
    groups: Sequence[tuple[Sequence[Delegate], Sequence[MeetingSlot]]], *, besides: Appointment | None = None
) -> list[list[MeetingSlot]]:
    """The same of each group of delegates at one event and its slots; as many queries for all as for one."""
    slots = [slot for _delegates, each in groups for slot in each]
    if not slots:
        return [[] for _group in groups]
    first, last = min(slot.first_atom for slot in slots), max(slot.last_atom for slot in slots)
    delegates = [delegate for each, _slots in groups for delegate in each]
    people = [delegate.participant_id for delegate in delegates]
    taken = taken_atoms(people, first, last, besides=besides)
    free = [[slot for slot in slots if all(fits(slot, one, taken) for one in each)] for each, slots in groups]
    if not any(free):
        return free
    lunches = Lunches(delegates[0].participant.event, people, besides=besides)
    mine = [{one.participant_id for one in each} for each, _slots in groups]
    return [
        [slot for slot in each if lunches.lost_by(slot).isdisjoint(who)] for each, who in zip(free, mine, strict=True)
    ]


def there(slot: MeetingSlot, delegate: Delegate) -> bool:
    """Whether a delegate's ticket admits them on the day of a slot, and they have arrived and not left yet."""
    return not absence(slot, delegate)


def absence(slot: MeetingSlot, delegate: Delegate) -> str:
    """Why a delegate is not there in a slot: "left", "coming" later, "day" without a ticket for it, or ""."""
    if delegate.departs_at is not None and slot.ends_at > delegate.departs_at:
        return "left"
    if delegate.arrives_at is not None and slot.starts_at < delegate.arrives_at:
        return "coming"
    if not delegate.days:
        return ""
    today = clock.in_zone(slot.starts_at, delegate.participant.event.zone).date().isoformat()
    return "" if today in delegate.days else "day"


def fits(slot: MeetingSlot, delegate: Delegate, taken: Mapping[int, set[int]]) -> bool:
    """Whether a delegate is there and free in a slot; `taken` as `taken_atoms` answers."""
    if not there(slot, delegate):
        return False
    return taken.get(delegate.participant_id, set()).isdisjoint(range(slot.first_atom, slot.last_atom + 1))


def common_slots(
    delegates: Sequence[Delegate],
    *,
    after: datetime | None = None,
    limit: int | None = None,
    besides: Appointment | None = None,
) -> list[MeetingSlot]:
    """Slots in which all these delegates and a place for them are free, by time; at most `limit` that begin `after`.

    What `besides` holds counts as free. Own places count for the first of the delegates before those of the others.
    """
    slots = [slot for slot in free_slots(delegates, besides=besides) if after is None or slot.starts_at >= after]
    if not slots:
        return []
    places = Places(delegates, slots, besides=besides)
    return [slot for slot in slots if places.any_for(slot)][:limit]


def shared_slots(delegates: Sequence[Delegate], *, with_table: bool = True) -> list[MeetingSlot]:
    """The same, or also those for which there is no place."""
    return common_slots(delegates) if with_table else free_slots(delegates)


def keeps_lunch(delegates: Sequence[Delegate], slot: MeetingSlot, *, besides: Appointment | None = None) -> set[int]:
    """Ids of the delegates who would have no time left for lunch if they met in a slot; see `lunch.Lunches`."""
    if not delegates:
        return set()
    lunches = Lunches(
        delegates[0].participant.event, [delegate.participant_id for delegate in delegates], besides=besides
    )
    lost = lunches.lost_by(slot)
    return {delegate.id for delegate in delegates if delegate.participant_id in lost}


def places_for(
    slot: MeetingSlot, meeting: Meeting, *, table: Location | None = None, besides: Appointment | None = None
) -> list[Location] | None:
    """Where a meeting can be held in a slot, the best place first; None for a call in somebody's own room.

    The invitee's own stand or table, then the requester's, then tables of the block's zones, the nearest to where
    everybody comes from and goes to first; only what is free until the end, and near enough. With a `table` only that.
    Raises `VideoMissing`, and `TooFar` where all that is free is out of reach.
    """
    people = [seat.delegate for seat in meeting.delegates if seat.vacant_since is None]
    if table is None:
        return Places(people, [slot], hosts=[meeting.invitee, meeting.requester], besides=besides).for_slot(slot)
    if not open_until(table, slot.ends_at):
        return []
    ids = [delegate.participant_id for delegate in people]
    if walking.too_far(ids, slot.starts_at, slot.ends_at, table, besides=besides):
        raise TooFar
    return [table]


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
    return [table for table in tables if open_until(table, ends_at)]


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
