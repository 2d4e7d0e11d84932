"""One day of the programme as a table: rooms as columns, times as rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..agenda.models import Location
from .queries import Released


@dataclass
class Cell:
    """What happens in one room from a row on; `rows` is how many rows it fills."""

    sessions: list[Released] = field(default_factory=list)
    rows: int = 1


@dataclass
class Row:
    """A time at which something begins. `cells` has None where a cell above reaches into the row."""

    starts_at: datetime
    cells: list[Cell | None]


@dataclass
class Grid:
    """The columns and rows of a day. A column without a room holds what has none."""

    rooms: list[Location | None]
    rows: list[Row]


def of(sessions: Sequence[Released]) -> Grid:
    """The grid of one day's sessions, rooms in their order; only rooms in which something happens."""
    rooms = {each.room.id: each.room for each in sessions if each.room is not None}
    ordered: list[Location] = sorted(rooms.values(), key=lambda room: (room.position, room.id))
    columns: list[Location | None] = [*ordered]
    if any(each.room is None for each in sessions):
        columns.append(None)
    starts = sorted({each.starts_at for each in sessions})
    rows = [Row(start, []) for start in starts]
    for room in columns:
        here = [each for each in sessions if each.room is room or (each.room and room and each.room.id == room.id)]
        open_until: datetime | None = None
        last: Cell | None = None
        for row in rows:
            beginning = [each for each in here if each.starts_at == row.starts_at]
            if last is not None and open_until is not None and row.starts_at < open_until:
                last.rows += 1
                last.sessions += beginning  # a room that is booked twice shows both
                row.cells.append(None)
            else:
                last = Cell(beginning)
                row.cells.append(last)
                open_until = None
            ends = [each.ends_at for each in beginning]
            open_until = max([*ends, *([open_until] if open_until else [])], default=None)
    return Grid(columns, rows)
