"""Many appointments rearranged in one deed: what holds time and places is freed first, then taken anew.

So that two talks may change rooms, or times, or speakers, without either being in the other's way. Each entry's
sequence rises once, however much becomes of it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from .. import clock
from ..db import db
from ..events.models import Participant
from ..rows import new_row, write
from . import services as agenda
from .models import AgendaEntry, Appointment, Location, LocationAtom, ParticipantAtom

Thing = TypeVar("Thing")
MOST = 500
"""How many ids one question names."""


@dataclass(frozen=True)
class Move:
    """An appointment, and when and where it is to be."""

    appointment: Appointment
    starts_at: datetime
    ends_at: datetime
    location: Location | None = None


@dataclass(frozen=True)
class Seat:
    """Somebody's part in an appointment: "speaker", "chair", "attendee" or "bookmark"; the lead is for the stage."""

    appointment: Appointment
    participant: Participant
    role: str
    lead_minutes: int = 0


@dataclass
class Outcome:
    """What became of the entries: new, back again, gone; and whose time does not follow.

    `pushed` are those on a stage whose other deeds are contested by it now, `yielding` those who are on another stage
    then, `clashing` the others whose time something else takes.
    """

    joined: list[AgendaEntry] = field(default_factory=list)
    back: list[AgendaEntry] = field(default_factory=list)
    gone: list[AgendaEntry] = field(default_factory=list)
    pushed: list[AgendaEntry] = field(default_factory=list)
    yielding: list[AgendaEntry] = field(default_factory=list)
    clashing: list[AgendaEntry] = field(default_factory=list)

    @property
    def busy(self) -> list[Participant]:
        """Who of those on a stage has something else then, each once, by id."""
        people = {entry.participant_id: entry.participant for entry in (*self.pushed, *self.yielding)}
        return [people[id] for id in sorted(people)]


def rearrange(
    moves: Collection[Move],
    *,
    new: Collection[Appointment] = (),
    cancelled: Collection[Appointment] = (),
    revived: Collection[Appointment] = (),
    touched: Collection[Appointment] = (),
    staged: Collection[Appointment] = (),
    seats: Iterable[Seat] = (),
) -> Outcome:
    """Move, cancel, bring back and change these appointments as one deed; people are locked by the caller.

    `new` ones are written already and hold nothing yet. `seats` name everybody on the stage of each appointment that is
    new, moved, revived, `touched` or `staged`: who stands there and is not named leaves; for others they bring somebody
    back. `touched` calendars show something else now than time or place; of `staged` ones nothing that calendars show
    has changed. What is `revived` and in no move comes back where it was.
    Raises `PlaceTaken`; the caller's transaction must then end.
    """
    return _Deed(moves, new, cancelled, revived, touched, staged, seats).done()


class _Deed:
    def __init__(
        self,
        moves: Collection[Move],
        new: Collection[Appointment],
        cancelled: Collection[Appointment],
        revived: Collection[Appointment],
        touched: Collection[Appointment],
        staged: Collection[Appointment],
        seats: Iterable[Seat],
    ) -> None:
        self.moves, self.now, self.outcome = moves, clock.now(), Outcome()
        self.new = {each.id: each for each in new}
        self.cancelled = {each.id: each for each in cancelled}
        self.revived = {each.id: each for each in revived}
        moved = {move.appointment.id: move.appointment for move in moves}
        self.placed = self.new | moved | self.revived
        self.rising = moved | self.revived | self.cancelled | {each.id: each for each in touched}
        self.known = self.new | self.rising | {each.id: each for each in staged}
        self.seats: dict[int, dict[int, Seat]] = defaultdict(dict)
        for seat in seats:
            self.seats[seat.appointment.id][seat.participant.id] = seat
        self.entries: dict[int, list[AgendaEntry]] = defaultdict(list)
        self.raised: set[int] = set()

    def done(self) -> Outcome:
        self._read()
        self._free()
        for move in self.moves:
            move.appointment.starts_at, move.appointment.ends_at = move.starts_at, move.ends_at
            move.appointment.location_id = move.location.id if move.location is not None else None
            set_committed_value(move.appointment, "location", move.location)
        for appointment in self.rising.values():
            appointment.sequence += 1
            appointment.changed_at = self.now
        for appointment in self.cancelled.values():
            appointment.state = "cancelled"
        for appointment in self.revived.values():
            appointment.state = "live"
        self._settle()
        db.session.flush()
        self._take_places()
        self._take_time()
        db.session.flush()
        return self.outcome

    def _read(self) -> None:
        """Everybody's entries of what has been there before, with what they are entries of."""
        for ids in chunks(sorted(self.known.keys() - self.new.keys())):
            for entry in db.session.scalars(
                sa.select(AgendaEntry).where(AgendaEntry.appointment_id.in_(ids)).order_by(AgendaEntry.id)
            ):
                set_committed_value(entry, "appointment", self.known[entry.appointment_id])
                self.entries[entry.appointment_id].append(entry)

    def _free(self) -> None:
        """Free the places of what moves or ends, and the time of whoever is concerned."""
        for ids in chunks(sorted((self.placed | self.cancelled).keys() - self.new.keys())):
            db.session.execute(sa.delete(LocationAtom).where(LocationAtom.appointment_id.in_(ids)))
        whole = self.placed.keys() | self.cancelled.keys()
        holding = [
            entry.id
            for id, entries in self.entries.items()
            for entry in entries
            if entry.blocks and entry.state == "live" and (id in whole or entry.role in agenda.BINDING)
        ]
        for ids in chunks(holding):
            agenda.free_time(ids)

    def _settle(self) -> None:
        """Who is in it from now on; sequences rise once."""
        for id, entries in self.entries.items():
            wanted = self.seats[id]
            for entry in entries:
                seat = wanted.get(entry.participant_id)
                if id in self.cancelled or (seat is None and entry.role in agenda.BINDING):
                    self._end(entry)
                elif seat is not None and entry.state != "live":
                    agenda.come_back(entry)
                    entry.role, entry.blocks = seat.role, False
                    self.outcome.back.append(entry)
                elif entry.state == "live":
                    if seat is not None:
                        entry.role = seat.role
                    if id in self.rising:
                        self._raise(entry)
        joining = []
        for id, seats in self.seats.items():
            there = {entry.participant_id for entry in self.entries[id]}
            joining += [seat for participant_id, seat in seats.items() if participant_id not in there]
        rows = [
            new_row(
                AgendaEntry,
                event_id=seat.appointment.event_id,
                appointment_id=seat.appointment.id,
                participant_id=seat.participant.id,
                role=seat.role,
                blocks=False,
                uid=agenda.new_uid(),
                changed_at=self.now,
            )
            for seat in joining
        ]
        write(*rows)
        for row, seat in zip(rows, joining, strict=True):
            set_committed_value(row, "appointment", seat.appointment)
            set_committed_value(row, "participant", seat.participant)
            self.entries[seat.appointment.id].append(row)
        self.outcome.joined = rows

    def _end(self, entry: AgendaEntry) -> None:
        if entry.state == "live":
            entry.state = "cancelled"
            self._raise(entry)
            self.outcome.gone.append(entry)

    def _raise(self, entry: AgendaEntry) -> None:
        if entry.id not in self.raised:
            self.raised.add(entry.id)
            entry.sequence += 1
            entry.changed_at = self.now

    def _take_places(self) -> None:
        for id in sorted(self.placed):
            location = self.placed[id].location
            if location is not None and location.exclusive and not agenda.take_place(self.placed[id], location):
                raise agenda.PlaceTaken

    def _take_time(self) -> None:
        """Stages first: what is free at once, what is not one by one; then those who have booked."""
        live = [entry for entries in self.entries.values() for entry in entries if entry.state == "live"]
        stage = sorted(
            (entry for entry in live if entry.role in agenda.BINDING),
            key=lambda entry: (entry.participant_id, entry.appointment.starts_at, entry.id),
        )
        for entry in stage:
            seat = self.seats[entry.appointment_id].get(entry.participant_id)
            entry.lead_minutes = seat.lead_minutes if seat is not None else 0
        for entry in _not_free(stage):
            pushed = agenda.win_time(entry, entry.lead_minutes)
            if pushed:
                self.outcome.pushed.append(entry)
            elif not entry.blocks:
                self.outcome.yielding.append(entry)
        guests = [entry for entry in live if entry.role == "attendee" and entry.appointment_id in self.placed]
        self.outcome.clashing = agenda.hold_all(guests)


def _not_free(entries: Sequence[AgendaEntry]) -> list[AgendaEntry]:
    """Let those take their time whose time is free, all in one go; the others."""
    if not entries:
        return []
    wanted = {entry.id: agenda.wanted_atoms(entry, entry.appointment) for entry in entries}
    first, last = min(each.start for each in wanted.values()), max(each.stop for each in wanted.values())
    held: set[tuple[int, int]] = set()
    for ids in chunks(sorted({entry.participant_id for entry in entries})):
        held.update(
            (row[0], row[1])
            for row in db.session.execute(
                sa.select(ParticipantAtom.participant_id, ParticipantAtom.atom).where(
                    ParticipantAtom.participant_id.in_(ids),
                    sa.not_(ParticipantAtom.contested),
                    ParticipantAtom.atom.between(first, last),
                )
            )
        )
    rows, left = [], []
    for entry in entries:
        atoms = [(entry.participant_id, atom) for atom in wanted[entry.id]]
        if held.isdisjoint(atoms):
            held.update(atoms)
            entry.blocks = True
            rows += [{"entry_id": entry.id, "participant_id": person, "atom": atom} for person, atom in atoms]
        else:
            left.append(entry)
    if rows:
        db.session.flush()
        db.session.execute(sa.insert(ParticipantAtom).values(contested=False), rows)
    return left


def chunks(things: Sequence[Thing], most: int = MOST) -> Iterator[Sequence[Thing]]:
    """The things in pieces of at most `most`."""
    for start in range(0, len(things), most):
        yield things[start : start + most]
