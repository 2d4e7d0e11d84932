"""One day of the programme as a table: rooms as columns, times as rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from .listing import Listed, Room


@dataclass
class Cell:
    """What happens in one room from a row on; `rows` is how many rows it fills."""

    sessions: list[Listed] = field(default_factory=list)
    rows: int = 1


@dataclass
class Row:
    """A time at which something begins. `cells` has None where a cell above reaches into the row.

    `wide` is what fills the whole row because it is in no room and nothing else goes on: a break, an evening.
    """

    starts_at: datetime
    cells: list[Cell | None] = field(default_factory=list)
    wide: list[Listed] = field(default_factory=list)


@dataclass
class Grid:
    """The columns and rows of a day. A column without a room holds what is in no room beside other things."""

    rooms: list[Room | None]
    rows: list[Row]


def of(sessions: Sequence[Listed]) -> Grid:
    """The grid of one day's sessions, rooms in their order; only rooms in which something happens."""
    rooms = {each.room.id: each.room for each in sessions if each.room is not None}
    ordered: list[Room] = sorted(rooms.values(), key=lambda room: (room.position, room.id))
    rows = [_row(sessions, start) for start in sorted({each.starts_at for each in sessions})]
    in_columns = [each for each in sessions if not any(each in row.wide for row in rows)]
    columns: list[Room | None] = [*ordered]
    if any(each.room is None for each in in_columns) or not columns:
        columns.append(None)
    for room in columns:
        room_id = room.id if room is not None else None
        _fill(rows, [each for each in in_columns if (each.room.id if each.room else None) == room_id])
    return Grid(columns, rows)


def _row(sessions: Sequence[Listed], starts_at: datetime) -> Row:
    """A row; wide where everything that begins is in no room, and nothing in a room goes on."""
    beginning = [each for each in sessions if each.starts_at == starts_at]
    going_on = [each for each in sessions if each.starts_at < starts_at < each.ends_at and each.room is not None]
    wide = not going_on and all(each.room is None for each in beginning)
    return Row(starts_at, wide=beginning if wide else [])


def _fill(rows: list[Row], here: list[Listed]) -> None:
    """Add one room's cells to the rows."""
    last: Cell | None = None
    open_until: datetime | None = None
    for row in rows:
        if row.wide:
            last = None
            continue
        beginning = [each for each in here if each.starts_at == row.starts_at]
        if last is not None and open_until is not None and row.starts_at < open_until:
            last.rows += 1
            last.sessions += beginning  # a room that is booked twice shows both
            row.cells.append(None)
            open_until = max([open_until, *(each.ends_at for each in beginning)])
        else:
            last = Cell(beginning)
            row.cells.append(last)
            open_until = max((each.ends_at for each in beginning), default=None)
