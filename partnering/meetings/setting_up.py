"""How organisers set up meetings: blocks of time with their slots, and tables like the wells of a plate."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from .. import audit, clock
from ..agenda.models import Location, Zone
from ..db import BilingualText, db
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l
from .models import MeetingBlock, MeetingSlot

MOST_SLOTS = 300
MOST_TABLES = 400


class BadTimes(DomainError):
    """Times that make no block."""

    message = _l("The block must end after it begins, and hold at least one slot.")
    status = 422


class TooMuch(DomainError):
    """More than a page can show."""

    message = _l("That would be too many. Please make it smaller.")
    status = 422


def make_block(
    event: Event,
    name: BilingualText,
    starts_at: datetime,
    ends_at: datetime,
    *,
    slot_minutes: int = 20,
    break_minutes: int = 5,
    mode: str = "instant",
) -> MeetingBlock:
    """A stretch of time for meetings, with its slots. Raises `BadTimes`, `TooMuch`."""
    if ends_at - starts_at < timedelta(minutes=slot_minutes) or slot_minutes % 5 or break_minutes % 5:
        raise BadTimes
    block = MeetingBlock(
        event_id=event.id,
        name=name,
        starts_at=starts_at,
        ends_at=ends_at,
        slot_minutes=slot_minutes,
        break_minutes=break_minutes,
        mode=mode,
        phase="open",
    )
    db.session.add(block)
    db.session.flush()
    make_slots(block)
    audit.record("meetings.block_made", block, event=event, after={"starts_at": starts_at, "ends_at": ends_at})
    return block


def make_slots(block: MeetingBlock) -> list[MeetingSlot]:
    """The slots of a block, one after the other with its break between; those that are there stay. Raises `TooMuch`."""
    length = timedelta(minutes=block.slot_minutes)
    step = length + timedelta(minutes=block.break_minutes)
    known = set(db.session.scalars(sa.select(MeetingSlot.first_atom).where(MeetingSlot.block_id == block.id)))
    starts_at, made = block.starts_at, 0
    while starts_at + length <= block.ends_at:
        made += 1
        if made > MOST_SLOTS:
            raise TooMuch
        first = clock.to_atom(starts_at)
        if first not in known:
            last = clock.to_atom(starts_at + length, up=True) - 1
            db.session.add(MeetingSlot(event_id=block.event_id, block_id=block.id, first_atom=first, last_atom=last))
        starts_at += step
    db.session.flush()
    return list(
        db.session.scalars(
            sa.select(MeetingSlot).where(MeetingSlot.block_id == block.id).order_by(MeetingSlot.first_atom)
        )
    )


def make_tables(
    event: Event, rows: Iterable[str] = "ABCDEFGH", columns: int = 12, *, zone: BilingualText | None = None
) -> list[Location]:
    """Tables named like the wells of a plate, "A1" to "H12"; those that are there stay. Raises `TooMuch`."""
    letters = list(dict.fromkeys(rows))
    if not letters or columns < 1 or len(letters) * columns > MOST_TABLES:
        raise TooMuch
    hall = _zone(event, zone)
    known = {
        (table.row, table.column)
        for table in db.session.scalars(
            sa.select(Location).where(Location.event_id == event.id, Location.kind == "table")
        )
    }
    for index, letter in enumerate(letters):
        for column in range(1, columns + 1):
            if (letter, column) in known:
                continue
            name = f"{letter}{column}"
            db.session.add(
                Location(
                    event_id=event.id,
                    zone_id=hall.id if hall else None,
                    kind="table",
                    name=BilingualText(name, name),
                    external_ref=f"table-{name}",
                    row=letter,
                    column=column,
                    exclusive=True,
                    position=index * 100 + column,
                )
            )
    db.session.flush()
    return list(
        db.session.scalars(
            sa.select(Location)
            .where(Location.event_id == event.id, Location.kind == "table")
            .order_by(Location.position, Location.id)
        )
    )


def close_table(table: Location, from_: datetime | None) -> None:
    """Take a table away from a moment on, or give it back with None. Meetings held there stay until they are moved."""
    table.closed_from = from_
    db.session.flush()


def _zone(event: Event, name: BilingualText | None) -> Zone | None:
    if not name:
        return None
    for zone in db.session.scalars(sa.select(Zone).where(Zone.event_id == event.id).order_by(Zone.id)):
        if zone.name == name:
            return zone
    made = Zone(event_id=event.id, name=name)
    db.session.add(made)
    db.session.flush()
    return made
