"""The team's agenda: colleagues side by side, in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa

from .. import clock
from ..db import db
from ..delegates import queries as partnering
from ..delegates.models import Delegate
from ..events.models import Event
from ..i18n import days_between
from ..meetings import queries as meetings
from ..meetings.lunch import Lunches
from ..meetings.models import Meeting, MeetingSlot
from . import queries
from .queries import Item


@dataclass(frozen=True)
class Cell:
    """What one of the team has at a time: what begins then, or what still `runs`; else "free", "away" or nothing."""

    delegate: Delegate
    items: list[Item] = field(default_factory=list)
    runs: Item | None = None
    state: str = ""


@dataclass(frozen=True)
class Row:
    """A time at which something begins for somebody, or a time for meetings; a cell for each who shares."""

    starts_at: datetime
    cells: list[Cell]


@dataclass(frozen=True)
class Board:
    """A day of a team: who shows their agenda, who does not, the days there are, and the times of this one."""

    members: list[Delegate]
    silent: list[Delegate]
    days: list[date]
    day: date
    rows: list[Row]


def board(me: Delegate, asked: str, today: date) -> Board:
    """My team on the day that is `asked` (ISO), else `today`, else the first. I come first, then by name.

    Of times that colleagues keep for themselves, or in which they are not there, it says no more than that.
    """
    event = me.participant.event
    others = sorted(partnering.colleagues(me), key=lambda each: (each.participant.family_name, each.id))
    members = [me, *(each for each in others if each.shares_agenda)]
    plans = _plans(event, members)
    slots = [slot for slot in meetings.slots_of(event) if slot.removed_at is None]
    days = set(days_between(event.first_day, event.last_day))
    days |= {queries.day_of(item, event) for items in plans.values() for item in items}
    days |= {_day(slot.starts_at, event) for slot in slots}
    shown = next((each for each in sorted(days) if each.isoformat() == asked), None)
    shown = shown or (today if today in days else min(days))
    chosen = {who: [item for item in items if queries.day_of(item, event) == shown] for who, items in plans.items()}
    rows = _rows(event, members, chosen, [slot for slot in slots if _day(slot.starts_at, event) == shown])
    return Board(members, [each for each in others if not each.shares_agenda], sorted(days), shown, rows)


def _day(moment: datetime, event: Event) -> date:
    return clock.in_zone(moment, event.zone).date()


def _plans(event: Event, members: Sequence[Delegate]) -> dict[int, list[Item]]:
    """What takes their time, by the participant's id."""
    by_participant = {each.participant_id: each for each in members}
    entries = queries.entries_of(list(by_participant))
    ids = db.session.scalars(
        sa.select(Meeting.id).where(Meeting.appointment_id.in_({entry.appointment_id for entry in entries}))
    ).all()
    held = meetings.meetings_by_ids(ids)
    found: dict[int, list[Item]] = {each: [] for each in by_participant}
    for entry, item in zip(entries, queries.items_of(entries, by_participant, held, event.zone), strict=True):
        found[entry.participant_id].append(item)
    return found


def _rows(
    event: Event, members: Sequence[Delegate], plans: dict[int, list[Item]], slots: Sequence[MeetingSlot]
) -> list[Row]:
    at = {slot.starts_at: slot for slot in slots}
    times = sorted(at.keys() | {item.starts_at for items in plans.values() for item in items})
    people = [each.participant_id for each in members]
    taken = (
        meetings.taken_atoms(people, min(s.first_atom for s in slots), max(s.last_atom for s in slots)) if slots else {}
    )
    lunches = Lunches(event, people)
    return [
        Row(time, [_cell(each, plans[each.participant_id], time, at.get(time), taken, lunches) for each in members])
        for time in times
    ]


def _cell(
    delegate: Delegate,
    items: Sequence[Item],
    time: datetime,
    slot: MeetingSlot | None,
    taken: dict[int, set[int]],
    lunches: Lunches,
) -> Cell:
    begins = [item for item in items if item.starts_at == time]
    shown = [item for item in begins if item.kind != "own"]
    if shown:
        return Cell(delegate, shown)
    runs = [item for item in items if item.starts_at < time < item.ends_at]
    if begins or any(item.kind == "own" for item in runs):
        return Cell(delegate, state="away")
    if runs:
        return Cell(delegate, runs=runs[0])
    if slot is None:
        return Cell(delegate)
    if not meetings.there(slot, delegate):
        return Cell(delegate, state="away")
    free = meetings.fits(slot, delegate, taken) and delegate.participant_id not in lunches.lost_by(slot)
    return Cell(delegate, state="free" if free and slot.starts_at > clock.now() else "")
