"""How organisers set up meetings: blocks of time with their slots, and tables like the wells of a plate."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from .. import audit, clock
from ..agenda.models import Location, Zone
from ..db import BilingualText, db
from ..delegates.stands import set_stand as set_stand  # offered beside the other places
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l
from . import ending, evidence, moving, queries, steps
from .lunch import set_lunch as set_lunch  # offered beside the other times
from .models import Meeting, MeetingBlock, MeetingBlockZone, MeetingSlot

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


class BadWalk(DomainError):
    """A zone farther away than any is."""

    message = _l("Walking takes 0 to 60 minutes.")
    status = 422


class NameTaken(DomainError):
    """A second zone of the same name."""

    message = _l("There is a zone of this name already.")
    status = 422


class NotOver(DomainError):
    """A block that shall end although people still meet in it."""

    message = _l("This block is not over yet; it ends by itself. Freeze it if nobody shall book in it any more.")


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
    """A stretch of time for meetings, with its slots, at tables of `zones` or all.

    Raises `BadTimes`, `TooMuch`, and `NameTaken` for the same name at the same time.
    """
    _grid(starts_at, ends_at, slot_minutes, break_minutes)
    there = sa.select(MeetingBlock.name).where(
        MeetingBlock.event_id == event.id, MeetingBlock.starts_at == starts_at, MeetingBlock.ends_at == ends_at
    )
    if name in db.session.scalars(there).all():
        raise NameTaken
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
    known = {slot.first_atom for slot in _slots_of(block)}
    db.session.add_all(
        MeetingSlot(event_id=block.event_id, block_id=block.id, first_atom=first, last_atom=last)
        for first, last in _grid(block.starts_at, block.ends_at, block.slot_minutes, block.break_minutes).items()
        if first not in known
    )
    db.session.flush()
    return _slots_of(block)


def _slots_of(block: MeetingBlock) -> list[MeetingSlot]:
    return list(
        db.session.scalars(
            sa.select(MeetingSlot).where(MeetingSlot.block_id == block.id).order_by(MeetingSlot.first_atom)
        )
    )


def _grid(starts_at: datetime, ends_at: datetime, slot_minutes: int, break_minutes: int) -> dict[int, int]:
    """The first and last atom of each slot that a block of these times has. Raises `BadTimes`, `TooMuch`."""
    length, step = timedelta(minutes=slot_minutes), timedelta(minutes=slot_minutes + break_minutes)
    if slot_minutes < 5 or break_minutes < 0 or slot_minutes % 5 or break_minutes % 5 or ends_at - starts_at < length:
        raise BadTimes
    if (ends_at - starts_at - length) // step >= MOST_SLOTS:
        raise TooMuch
    found = {}
    while starts_at + length <= ends_at:
        found[clock.to_atom(starts_at)] = clock.to_atom(starts_at + length, up=True) - 1
        starts_at += step
    return found


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
    """Let a block begin its next phase: only in an open, published or running one people book for themselves.

    When it is closed, its meetings are final, as when it ends by itself. Raises `NotOver` before that.
    """
    if block.phase == phase:
        return
    if phase == "closed" and block.ends_at + evidence.AFTER > clock.now():
        raise NotOver
    before = block.phase
    if phase == "closed":
        ending.close_block(block)
    block.phase = phase
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
    lost = _take_away(removed)
    if removed:
        block = removed[0].block
        _record_block(block, {"slots": len(removed)}, {"slots": 0, "meetings": len(lost)})
    return lost


def _take_away(slots: Sequence[MeetingSlot]) -> list[Meeting]:
    """Remove slots; the meetings that lose their time, because no other block has it."""
    for slot in slots:
        slot.removed_at = clock.now()
    db.session.flush()
    steps.take_all(losing(slots))
    return [moving.unplace(meeting, "slot_removed") for meeting in losing(slots)]


def losing(slots: Collection[MeetingSlot]) -> list[Meeting]:
    """The meetings that would lose their time with these slots, to ask before."""
    ids = {slot.id for slot in slots}
    in_order = sorted(slots, key=lambda slot: slot.first_atom)
    return [meeting for slot in in_order if not _offered_twice(slot, ids) for meeting in queries.held_in(slot)]


def _offered_twice(slot: MeetingSlot, besides: Collection[int]) -> bool:
    """Whether a slot that is not one of `besides` has exactly the same time."""
    return bool(
        db.session.scalar(
            sa.select(
                sa.exists().where(
                    MeetingSlot.event_id == slot.event_id,
                    MeetingSlot.first_atom == slot.first_atom,
                    MeetingSlot.last_atom == slot.last_atom,
                    MeetingSlot.removed_at.is_(None),
                    MeetingSlot.id.not_in(besides),
                )
            )
        )
    )


@dataclass(frozen=True)
class Changed:
    """What a change of a block's times leads to: how many times are new or gone, and the meetings that lose theirs."""

    new: int = 0
    gone: int = 0
    lost: list[Meeting] = field(default_factory=list)


def change_block(
    block: MeetingBlock,
    *,
    name: BilingualText | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    slot_minutes: int | None = None,
    break_minutes: int | None = None,
    mode: str | None = None,
) -> Changed:
    """Give a block another name, mode or other times (UTC, minutes); what is None stays.

    Times that are the same before and after keep their meetings, and so do those that have begun. The others go:
    meetings held then stay agreed and wait for another time, as with `remove_slots`. A time that organisers took away
    one by one stays away. Raises `BadTimes`, `TooMuch`.
    """
    before = {each: getattr(block, each) for each in CHANGEABLE}
    old = _grid(block.starts_at, block.ends_at, block.slot_minutes, block.break_minutes)
    given = zip(CHANGEABLE, (name, starts_at, ends_at, slot_minutes, break_minutes, mode), strict=True)
    wanted = before | {each: value for each, value in given if value is not None}
    if wanted == before:
        return Changed()
    new = _grid(wanted["starts_at"], wanted["ends_at"], wanted["slot_minutes"], wanted["break_minutes"])
    for each, value in wanted.items():
        setattr(block, each, value)
    db.session.flush()
    done = _regrid(block, old, new)
    event = db.session.get_one(Event, block.event_id)
    audit.record(
        "meetings.block_changed",
        block,
        event=event,
        before={each: before[each] for each in CHANGEABLE if before[each] != wanted[each]},
        after={each: wanted[each] for each in CHANGEABLE if before[each] != wanted[each]}
        | {"new": done.new, "gone": done.gone, "meetings": len(done.lost)},
    )
    return done


CHANGEABLE = ("name", "starts_at", "ends_at", "slot_minutes", "break_minutes", "mode")
"""What of a block can be changed."""


def would_change(
    block: MeetingBlock, starts_at: datetime, ends_at: datetime, slot_minutes: int, break_minutes: int
) -> Changed:
    """What `change_block` would do with these times (UTC, minutes), to ask before. Raises `BadTimes`, `TooMuch`."""
    old = _grid(block.starts_at, block.ends_at, block.slot_minutes, block.break_minutes)
    new = _grid(starts_at, ends_at, slot_minutes, break_minutes)
    gone, fresh = _gone(block, new), _fresh(block, old, new)
    return Changed(len(fresh), len(gone), losing(gone))


def _regrid(block: MeetingBlock, old: Mapping[int, int], new: Mapping[int, int]) -> Changed:
    gone, fresh = _gone(block, new), _fresh(block, old, new)
    lost = _take_away(gone)
    known = {slot.first_atom: slot for slot in _slots_of(block)}
    for first in fresh:
        slot = known.get(first)
        if slot is None:
            slot = MeetingSlot(event_id=block.event_id, block_id=block.id, first_atom=first)
            db.session.add(slot)
        slot.last_atom, slot.removed_at = new[first], None
    db.session.flush()
    db.session.expire(block, ["slots"])
    return Changed(len(fresh), len(gone), lost)


def _gone(block: MeetingBlock, new: Mapping[int, int]) -> list[MeetingSlot]:
    """Slots to come that a new grid does not have."""
    return [
        slot
        for slot in _slots_of(block)
        if slot.removed_at is None and slot.starts_at > clock.now() and new.get(slot.first_atom) != slot.last_atom
    ]


def _fresh(block: MeetingBlock, old: Mapping[int, int], new: Mapping[int, int]) -> list[int]:
    """The first atoms of slots to come that a new grid adds.

    One that the old grid had and that was removed all the same was taken away by itself, and stays away.
    """
    known = {slot.first_atom: slot for slot in _slots_of(block)}
    soonest = clock.to_atom(clock.now(), up=True)
    there = {
        first
        for first, slot in known.items()
        if new.get(first) == slot.last_atom and (slot.removed_at is None or old.get(first) == slot.last_atom)
    }
    return [first for first in new if first >= soonest and first not in there]


def set_zone(
    event: Event, name: BilingualText, *, walk_minutes: int = 5, position: int | None = None, zone: Zone | None = None
) -> Zone:
    """A new zone, or another name, walk or place in order for `zone`; what is booked stays as it is.

    `walk_minutes` is how long it takes from any other zone. Raises `BadWalk`, `NameTaken`.
    """
    if not 0 <= walk_minutes <= 60:
        raise BadWalk
    others = [
        each
        for each in db.session.scalars(sa.select(Zone).where(Zone.event_id == event.id).order_by(Zone.id))
        if each is not zone
    ]
    if any(each.name == name for each in others):
        raise NameTaken
    before = {"name": zone.name, "walk_minutes": zone.walk_minutes} if zone is not None else None
    if zone is None:
        behind = max((each.position for each in others), default=-1) + 1
        zone = Zone(event_id=event.id, name=name, walk_minutes=walk_minutes, position=behind)
        db.session.add(zone)
    zone.name, zone.walk_minutes = name, walk_minutes
    zone.position = zone.position if position is None else position
    db.session.flush()
    after = {"name": name, "walk_minutes": walk_minutes}
    if before != after:
        audit.record("meetings.zone_set", event, event=event, before=before, after=after)
    return zone


def add_virtual_room(event: Event, name: BilingualText, url: str) -> Location:
    """A room for one video call at a time. Raises `BadLink` unless `url` is a link with https, and `NameTaken`."""
    check_link(url)
    known = sa.select(Location.name).where(Location.event_id == event.id, Location.kind == "virtual")
    if name in db.session.scalars(known).all():
        raise NameTaken
    room = Location(event_id=event.id, kind="virtual", name=name, url=url, exclusive=True, position=0)
    db.session.add(room)
    db.session.flush()
    return room


def check_link(url: str) -> None:
    """Raises `BadLink` unless browsers would follow a link to some house with https."""
    try:
        parts = urlsplit(url)
        fits = parts.scheme == "https" and bool(parts.hostname)
    except ValueError:
        fits = False
    if not fits or any(c.isspace() for c in url):
        raise BadLink


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
