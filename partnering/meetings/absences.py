"""Who cannot come in which slot, of everybody at an event at once, and in which slots somebody is free.

Asking that of 12,000 people takes longer than a page may. Each process therefore keeps what it has found out as long as
nobody's times have changed since, which one small question tells: nobody reads what is no longer true.
"""

from collections.abc import Iterable, Sequence, Set
from datetime import datetime
from threading import RLock
from typing import Any, NamedTuple

import sqlalchemy as sa

from .. import clock
from ..agenda.models import ParticipantAtom
from ..db import writing
from ..delegates.models import Delegate
from ..delegates.presence import TIMES
from ..memory import fresh, memory, stand
from ..stands import watch
from . import times
from .lunch import Lunches
from .models import LunchWindow, MeetingBlock, MeetingSlot

watch(TIMES, ParticipantAtom, MeetingSlot, MeetingBlock, LunchWindow)
watch(TIMES, Delegate, new=False)  # most are there all the time; `delegates.services` marks those who are not

FEW = 300
"""So many people are looked at one by one."""

MOST = 4
"""So many events a process keeps."""

MOST_KEPT = 1_000
"""So many sets of slots are remembered with whom none of them suits."""


class Presence(NamedTuple):
    """When somebody is there who is not there all the time, as `Delegate` says it."""

    arrives_at: datetime | None
    departs_at: datetime | None
    days: list[str]


class Slot(NamedTuple):
    """A slot as plain values: what is kept outlives the rows it was read from."""

    id: int
    atoms: range
    starts_at: datetime
    ends_at: datetime

    @property
    def first_atom(self) -> int:
        """Its first five minutes."""
        return self.atoms.start

    @property
    def last_atom(self) -> int:
        """The last five minutes of it."""
        return self.atoms.stop - 1


class Absences:
    """What is known of an event as it was at one moment; each question is asked when it comes up first."""

    def __init__(self, event_id: int, zone: str, state: str) -> None:
        self.event_id, self.zone, self.state = event_id, zone, state
        self._slots: dict[int, Slot] = {}
        self._places: dict[int, int] = {}
        self._missing: dict[int, frozenset[int]] = {}
        self._open: dict[int, int] = {}
        self._rare: dict[int, Presence] | None = None
        self._bookable: list[Slot] | None = None
        self._lunch: bool | None = None
        self._never: dict[int, frozenset[int]] = {}
        self._lock = RLock()

    def free(self, participant_id: int) -> list[Slot]:
        """The bookable slots that have not begun in which one participant is there and free; lunch is not looked at."""
        with self._lock:
            if self._bookable is None:
                self._bookable = self._asked()
            first = times.soonest()
            slots = [slot for slot in self._bookable if slot.atoms.start >= first]
            if not slots:
                return []
            self._learn(self._bookable)
            self._look_at([participant_id])
            held = self._open[participant_id]
            return [slot for slot in slots if held >> self._places[slot.id] & 1]

    @property
    def protects_lunch(self) -> bool:
        """Whether the event has lunch windows."""
        if self._lunch is None:
            with fresh() as link:
                self._lunch = bool(link.execute(_LUNCH, {"event": self.event_id}).scalar())
        return self._lunch

    def of_all(self, slots: Sequence[MeetingSlot | Slot]) -> frozenset[int]:
        """The participants who are taken or away in every one of these slots."""
        with self._lock:
            self._learn(slots)
            mine = self._bits(slots)
            if mine not in self._never:
                if len(self._never) >= MOST_KEPT:
                    self._never.clear()
                self._never[mine] = self._in_none(slots, mine)
            return self._never[mine]

    def _in_none(self, slots: Sequence[MeetingSlot | Slot], mine: int) -> frozenset[int]:
        never: frozenset[int] | None = None
        for slot in reversed(slots):  # late ones are booked least, so that there are soon few left to look at
            missed = self._in(slot.id)
            never = missed if never is None else never & missed
            if len(never) <= FEW:
                self._look_at(never)
                return frozenset(one for one in never if not mine & self._open[one])
        return never or frozenset()

    def shared(self, people: Sequence[int], slots: Sequence[MeetingSlot | Slot]) -> dict[int, int]:
        """To how many of these slots each of a few participants can come."""
        with self._lock:
            self._learn(slots)
            self._look_at(people)
            mine = self._bits(slots)
            return {one: (mine & self._open[one]).bit_count() for one in people}

    def _bits(self, slots: Iterable[MeetingSlot | Slot]) -> int:
        """Slots as a set of bits."""
        return sum(1 << self._places[slot.id] for slot in slots)

    def _asked(self) -> list[Slot]:
        with fresh() as link:
            rows = link.execute(_SLOTS, {"event": self.event_id}).all()
        return [
            Slot(
                row.id,
                range(row.first_atom, row.last_atom + 1),
                clock.from_atom(row.first_atom),
                clock.from_atom(row.last_atom + 1),
            )
            for row in rows
        ]

    def _learn(self, slots: Sequence[MeetingSlot | Slot]) -> None:
        """Remember the slots that are asked about; of whoever was looked at before, new ones are not known yet."""
        new = [slot for slot in slots if slot.id not in self._slots]
        if new:
            self._open.clear()
        for slot in new:
            atoms = range(slot.first_atom, slot.last_atom + 1)
            self._places[slot.id] = len(self._slots)
            self._slots[slot.id] = Slot(slot.id, atoms, slot.starts_at, slot.ends_at)

    def _in(self, slot_id: int) -> frozenset[int]:
        """The participants who are taken or away in a slot."""
        if slot_id not in self._missing:
            slot = self._slots[slot_id]
            with fresh() as link:
                busy = _numbers(link.execute(_BUSY, {"first": slot.atoms[0], "last": slot.atoms[-1]}).scalar())
            away = (one for one, presence in self._rarely.items() if not self._there(slot, presence))
            self._missing[slot_id] = frozenset((*busy, *away))
        return self._missing[slot_id]

    def _look_at(self, people: Iterable[int]) -> None:
        """Learn to which of the slots a few people can come."""
        taken: dict[int, Iterable[int]] = {one: () for one in people if one not in self._open}
        if not taken:
            return
        first = min(slot.atoms[0] for slot in self._slots.values())
        last = max(slot.atoms[-1] for slot in self._slots.values())
        with fresh() as link:
            for one, joined in link.execute(_TAKEN, {"people": list(taken), "first": first, "last": last}):
                taken[one] = _numbers(joined)
        for one, held in taken.items():
            atoms = set(held)
            self._open[one] = self._bits(
                slot
                for slot in self._slots.values()
                if atoms.isdisjoint(slot.atoms) and (one not in self._rarely or self._there(slot, self._rarely[one]))
            )

    @property
    def _rarely(self) -> dict[int, Presence]:
        """Those who are not there all the time."""
        if self._rare is None:
            with fresh() as link:
                rows = link.execute(_RARELY, {"event": self.event_id}).all()
            self._rare = {row.participant_id: Presence(row.arrives_at, row.departs_at, row.days) for row in rows}
        return self._rare

    def _there(self, slot: Slot, presence: Presence) -> bool:
        """As `times.there` answers."""
        if presence.departs_at is not None and slot.ends_at > presence.departs_at:
            return False
        if presence.arrives_at is not None and slot.starts_at < presence.arrives_at:
            return False
        return not presence.days or clock.in_zone(slot.starts_at, self.zone).date().isoformat() in presence.days


def free(me: Delegate) -> list[Slot]:
    """The slots in which a delegate can meet, as `times.free_slots` answers, without a question if nothing changed."""
    known = _known_to(me)
    found = known.free(me.participant_id)
    if not found or not known.protects_lunch:
        return found
    lunches = Lunches(me.participant.event, [me.participant_id])
    return [slot for slot in found if not lunches.lost_by(slot)]


def never_free(me: Delegate, slots: Sequence[MeetingSlot | Slot]) -> Set[int]:
    """The participants who are taken or away in every one of these slots."""
    return _known_to(me).of_all(slots)


def shared(me: Delegate, people: Sequence[int], slots: Sequence[MeetingSlot | Slot]) -> dict[int, int]:
    """To how many of these slots each of a few participants can come, by their ids."""
    return _known_to(me).shared(people, slots)


def _known_to(me: Delegate) -> Absences:
    """What is known of my event at this moment."""
    event_id, zone = me.event_id, me.participant.event.zone
    if writing():  # what may yet be undone is remembered by nobody
        return Absences(event_id, zone, "")
    kept, state, key = memory(), stand(TIMES), ("absences", event_id)
    known: Absences | None = kept.rooms.get(key)
    if known is None or known.state != state or known.zone != zone:
        known = Absences(event_id, zone, state)
        with kept.lock:
            kept.rooms[key] = known
            kept.rooms.move_to_end(key)
            while len(kept.rooms) > MOST:
                kept.rooms.popitem(last=False)
    return known


def _numbers(joined: str | None) -> Iterable[int]:
    """Numbers that the database has joined into one text: thousands of rows would take many times as long."""
    return map(int, joined.split(",")) if joined else ()


def _joined(column: Any) -> sa.Function[str]:
    return sa.func.aggregate_strings(sa.cast(column, sa.String), ",")


_IN_SLOT = (
    sa.select(ParticipantAtom.participant_id)
    .where(ParticipantAtom.atom.between(sa.bindparam("first"), sa.bindparam("last")))
    .distinct()
    .subquery()
)
_BUSY = sa.select(_joined(_IN_SLOT.c.participant_id))
_TAKEN = (
    sa.select(ParticipantAtom.participant_id, _joined(ParticipantAtom.atom))
    .where(
        ParticipantAtom.participant_id.in_(sa.bindparam("people", expanding=True)),
        ParticipantAtom.atom.between(sa.bindparam("first"), sa.bindparam("last")),
        sa.text("NOT participant_atom.contested"),  # as its index says it; what is contested is taken by another, too
    )
    .group_by(ParticipantAtom.participant_id)
)
_RARELY = sa.select(Delegate.participant_id, Delegate.arrives_at, Delegate.departs_at, Delegate.days).where(
    Delegate.event_id == sa.bindparam("event"),
    Delegate.left_at.is_(None),
    sa.or_(
        Delegate.departs_at.is_not(None), Delegate.arrives_at.is_not(None), sa.cast(Delegate.days, sa.String) != "[]"
    ),
)
_SLOTS = (
    sa.select(MeetingSlot.id, MeetingSlot.first_atom, MeetingSlot.last_atom)
    .join(MeetingBlock, MeetingBlock.id == MeetingSlot.block_id)
    .where(
        MeetingSlot.event_id == sa.bindparam("event"),
        MeetingSlot.removed_at.is_(None),
        MeetingBlock.phase.in_(times.BOOKABLE),
    )
    .order_by(MeetingSlot.first_atom, MeetingSlot.id)
)
_LUNCH = sa.select(sa.exists().where(LunchWindow.event_id == sa.bindparam("event")))
