"""A day of the draft as a table: rooms as columns, five minutes a row; and what has no place in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from ..agenda.models import Location
from ..events.models import Event
from . import availability, days
from .availability import Day
from .changes import as_drafted
from .models import ProgrammeSession
from .warnings import Board, Misfit, Slot

ROW = timedelta(minutes=5)
LINE = 6
"""Free time is cut every so many rows, so that the half hours can be seen."""


@dataclass(frozen=True)
class Block:
    """A session as the grid shows it. `away` are the stretches of the day at which its people cannot come."""

    session: ProgrammeSession
    starts_at: datetime
    minutes: int
    room: Location | None
    misfits: Sequence[Misfit]
    away: Sequence[tuple[datetime, datetime]] = ()

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def severity(self) -> str:
        """The worst of what does not fit: "bad", "warn", "note", or "" when all does."""
        return next((each for each in ("bad", "warn", "note") if any(m.severity == each for m in self.misfits)), "")


@dataclass
class Cell:
    """What one room has from a row on, `rows` long: sessions, or nothing."""

    rows: int
    blocks: list[Block] = field(default_factory=list)


@dataclass
class Row:
    """Five minutes. `cells` are those that begin here, by room; `tick` says whether its time is written."""

    at: datetime
    tick: bool
    hour: bool
    cells: list[Cell] = field(default_factory=list)


@dataclass
class Draft:
    """A day of the draft. `outside` lies on it, but not in a room and in its hours; `off` was called off.

    `unplaced` has no time at all; `shortest` are the minutes of the shortest session in the table.
    """

    day: Day
    days: list[date]
    rooms: Sequence[Location]
    rows: list[Row]
    outside: list[Block]
    off: list[ProgrammeSession]
    unplaced: list[ProgrammeSession]
    shortest: int = 60

    @property
    def scale(self) -> str:
        """How high five minutes are: as high as its shortest session needs, and all of them alike."""
        return "high" if self.shortest < 10 else "middle" if self.shortest < 20 else "low"


def of(
    event: Event,
    board: Board,
    sessions: Sequence[ProgrammeSession],
    misfits: Mapping[int, Sequence[Misfit]],
    rooms: Sequence[Location],
    wanted: date | None = None,
) -> Draft:
    """The draft of the `wanted` day, else of the first on which something is; every session is somewhere in it or on
    another of its `days`.
    """
    by_day: dict[date, list[Slot]] = {}
    for slot in board.slots:
        by_day.setdefault(days.day_of(event, slot.starts_at, board.days), []).append(slot)
    off = [each for each in sessions if each.cancelled_at is not None]
    timed = {days.day_of(event, each.starts_at, board.days) for each in off if each.starts_at is not None}
    known = sorted({day.day for day in board.days} | set(by_day) | timed)
    shown = wanted if wanted in known else next((day for day in known if day in by_day), known[0])
    day = next((each for each in board.days if each.day == shown), None) or availability.usual(event, shown)
    blocks = [_block(board, slot, misfits.get(slot.session.id, ()), day) for slot in by_day.get(shown, ())]
    columns = {room.id for room in rooms}
    inside = [
        each
        for each in blocks
        if each.room is not None and each.room.id in columns and day.opens_at <= each.starts_at < day.closes_at
    ]
    return Draft(
        day,
        known,
        rooms,
        _rows(day, rooms, inside),
        [each for each in blocks if each not in inside],
        [each for each in off if each.starts_at is None or days.day_of(event, each.starts_at, board.days) == shown],
        [each for each in sessions if each.starts_at is None and each.cancelled_at is None],
        min((each.minutes for each in inside), default=60),
    )


def _block(board: Board, slot: Slot, misfits: Sequence[Misfit], day: Day) -> Block:
    minutes = int((slot.ends_at - slot.starts_at).total_seconds()) // 60
    people = [each.participant.id for each in slot.look.people]
    return Block(slot.session, slot.starts_at, minutes, slot.look.room, misfits, away(board, people, day))


def away(board: Board, people: Sequence[int], day: Day) -> list[tuple[datetime, datetime]]:
    """The stretches of a day at which one of these people cannot come, as far as they have said so."""
    found = []
    for id in people:
        said = board.said.get(id)
        if said is None:
            continue
        at = day.opens_at
        for begins, ends in said.windows:
            if ends > at and begins < day.closes_at:
                if begins > at:
                    found.append((at, begins))
                at = max(at, ends)
        if at < day.closes_at:
            found.append((at, day.closes_at))
    return found


def away_of(board: Board, session: ProgrammeSession, day: Day) -> list[tuple[datetime, datetime]]:
    """The same of a session that has no time."""
    return away(board, [each.participant.id for each in as_drafted(session).people], day)


def _rows(day: Day, rooms: Sequence[Location], blocks: Sequence[Block]) -> list[Row]:
    count = max(1, -(-(day.closes_at - day.opens_at) // ROW))
    rows = []
    for index in range(count):
        at = day.opens_at + index * ROW
        rows.append(Row(at, tick=at.minute % 15 == 0, hour=at.minute == 0))
    for room in rooms:
        _fill(rows, day, [each for each in blocks if each.room is not None and each.room.id == room.id])
    return rows


def _fill(rows: list[Row], day: Day, blocks: Sequence[Block]) -> None:
    """Add the cells of one room; sessions that overlap share one."""
    groups: list[tuple[int, int, list[Block]]] = []
    for block in blocks:
        first = (block.starts_at - day.opens_at) // ROW
        end = min(len(rows), max(first + 1, -((day.opens_at - block.ends_at) // ROW)))
        if groups and first < groups[-1][1]:
            begun, until, held = groups[-1]
            groups[-1] = (begun, max(until, end), [*held, block])
        else:
            groups.append((first, end, [block]))
    at = 0
    for first, end, held in groups:
        _free(rows, at, first)
        rows[first].cells.append(Cell(end - first, held))
        at = end
    _free(rows, at, len(rows))


def _free(rows: list[Row], first: int, end: int) -> None:
    while first < end:
        until = min(end, first - first % LINE + LINE)
        rows[first].cells.append(Cell(until - first))
        first = until
