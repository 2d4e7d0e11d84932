"""How organisers set up meetings: blocks of time with their slots, and tables like the wells of a plate."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from .. import audit, clock
from ..agenda.models import Location, Zone
from ..db import BilingualText, db
from ..delegates.models import OrganisationProfile
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l
from . import moving, queries, steps
from .models import LunchWindow, Meeting, MeetingBlock, MeetingBlockZone, MeetingSlot

MOST_SLOTS = 300
MOST_TABLES = 400


class BadTimes(DomainError):
    """Times that make no block."""

    message = _l("The block must end after it begins, and hold at least one slot.")
    status = 422


class BadLink(DomainError):
    """A link that browsers should not follow."""

    message = _l("A link begins with https://")
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
    zones: Iterable[Zone] = (),
) -> MeetingBlock:
    """A stretch of time for meetings, with its slots, at tables of `zones` or all. Raises `BadTimes`, `TooMuch`."""
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
    db.session.add_all(
        MeetingBlockZone(event_id=event.id, block_id=block.id, zone_id=zone_id)
        for zone_id in sorted({zone.id for zone in zones})
    )
    db.session.flush()
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


def set_phase(block: MeetingBlock, phase: str) -> None:
    """Let a block begin its next phase: only in an open, published or running one people book for themselves."""
    if block.phase == phase:
        return
    before, block.phase = block.phase, phase
    db.session.flush()
    _record_block(block, {"phase": before}, {"phase": phase})


def set_zones(block: MeetingBlock, zones: Iterable[Zone]) -> None:
    """Hold a block's meetings at tables of these zones, or with none of them at every table; what has a table stays."""
    wanted = {zone.id for zone in zones}
    held = {row.zone_id for row in block.zones}
    if wanted == held:
        return
    db.session.execute(sa.delete(MeetingBlockZone).where(MeetingBlockZone.block_id == block.id))
    db.session.add_all(
        MeetingBlockZone(event_id=block.event_id, block_id=block.id, zone_id=zone_id) for zone_id in sorted(wanted)
    )
    db.session.flush()
    db.session.expire(block, ["zones"])
    _record_block(block, {"zones": sorted(held)}, {"zones": sorted(wanted)})


def remove_slots(slots: Iterable[MeetingSlot]) -> list[Meeting]:
    """Take times away; the meetings held then, which are returned, stay agreed and wait for another time.

    Nobody is offered such a time any more; a request all of whose times are gone stays open.
    """
    removed = [slot for slot in slots if slot.removed_at is None]
    for slot in removed:
        slot.removed_at = clock.now()
    db.session.flush()
    lost = []
    for slot in sorted(removed, key=lambda slot: slot.first_atom):
        if queries.slot_at(slot.event_id, slot.starts_at, slot.ends_at) is None:
            lost += [moving.unplace(meeting, "slot_removed") for meeting in queries.held_in(slot)]
    if removed:
        block = removed[0].block
        _record_block(block, {"slots": len(removed)}, {"slots": 0, "meetings": len(lost)})
    return lost


def add_virtual_room(event: Event, name: BilingualText, url: str) -> Location:
    """A room for one video call at a time. Raises `BadLink` unless `url` begins with https."""
    if not url.startswith("https://"):
        raise BadLink
    room = Location(event_id=event.id, kind="virtual", name=name, url=url, exclusive=True, position=0)
    db.session.add(room)
    db.session.flush()
    return room


def set_lunch(event: Event, times: Iterable[tuple[datetime, datetime]]) -> list[LunchWindow]:
    """Protect lunch at these times (UTC) and no others; meetings that are booked stay. Raises `BadTimes`."""
    wanted = sorted(times)
    if any(ends_at <= starts_at for starts_at, ends_at in wanted) or len({each[0] for each in wanted}) < len(wanted):
        raise BadTimes
    db.session.execute(sa.delete(LunchWindow).where(LunchWindow.event_id == event.id))
    windows = [LunchWindow(event_id=event.id, starts_at=starts_at, ends_at=ends_at) for starts_at, ends_at in wanted]
    db.session.add_all(windows)
    db.session.flush()
    audit.record("meetings.lunch_set", event, event=event, after={"windows": len(windows)})
    return windows


def set_stand(profile: OrganisationProfile, place: Location | None) -> None:
    """Give an organisation a stand or table of its own, at which it receives others, or with None take it back."""
    profile.location_id = place.id if place is not None else None
    if place is None:
        profile.walk_in = False
    db.session.flush()
    db.session.expire(profile, ["location"])


@dataclass(frozen=True)
class Reseated:
    """What became of the meetings at a table that was closed: moved to another one, or stuck without one."""

    moved: list[Meeting] = field(default_factory=list)
    stuck: list[Meeting] = field(default_factory=list)


def close_table(table: Location, from_: datetime | None) -> Reseated:
    """Take a table away from a moment on, or give it back with None.

    Meetings that would begin or end there afterwards get the best free table at their time, and are told; one for which
    there is none stays where it is until organisers solve it, and so does one that has begun.
    """
    event = db.session.get_one(Event, table.event_id)
    before, table.closed_from = table.closed_from, from_
    db.session.flush()
    done = Reseated()
    for meeting in queries.held_at(table, from_) if from_ is not None else []:
        (done.moved if _reseat(meeting) else done.stuck).append(meeting)
    audit.record(
        "meetings.table_closed" if from_ is not None else "meetings.table_opened",
        event,
        event=event,
        before={"closed_from": before},
        after={"table": table.name.en, "closed_from": from_, "moved": len(done.moved), "stuck": len(done.stuck)},
    )
    return done


def _reseat(meeting: Meeting) -> bool:
    """Whether a meeting found another table at its time; else nothing has changed."""
    try:
        with db.session.begin_nested():
            moving.reseat(meeting)
    except DomainError:
        steps.anew(meeting)
        return False
    return True


def _record_block(block: MeetingBlock, before: dict[str, Any], after: dict[str, Any]) -> None:
    event = db.session.get_one(Event, block.event_id)
    audit.record("meetings.block_changed", block, event=event, before=before, after=after)


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
