"""What became of an event's requests and meetings, in numbers: by day, by slot, by group, and how fast."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from .. import clock
from ..agenda.models import Appointment, Location
from ..db import BilingualText, db
from ..delegates.models import Delegate, PartnerGroup
from ..events.models import Event
from .models import Meeting, MeetingBlockZone, MeetingDelegate, MeetingSlot
from .places import open_until
from .times import tables_of

MOST_DAYS = 366
"""Days further back than this before the last request are not drawn."""

STEPS = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=3), timedelta(days=7))
"""The upper ends of the classes of answer times; what took longer is in one more."""


class Row(NamedTuple):
    """What is counted of one request or meeting; its time and the kind of its place where it has them."""

    id: int
    requester_id: int
    invitee_id: int
    request_state: str
    placement: str
    origin: str
    sent_at: datetime | None
    answered_at: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    kind: str | None


@dataclass(frozen=True)
class Occupancy:
    """One slot: how many meetings are held at tables, how many elsewhere, and how many tables are open."""

    slot: MeetingSlot
    at_tables: int
    elsewhere: int
    tables: int

    @property
    def percent(self) -> int | None:
        """How much of the tables is taken; None where none is open."""
        return percent(self.at_tables, self.tables)


@dataclass(frozen=True)
class OfGroup:
    """One group of guests: its people, what they sent and received, what was answered and accepted of it, meetings.

    `name` is None for those in no group. `meetings` counts each meeting in which somebody of the group sits once.
    """

    name: BilingualText | None
    people: int
    sent: int
    received: int
    answered: int
    accepted: int
    meetings: int

    @property
    def acceptance(self) -> int | None:
        """The share of the received and answered requests that were accepted, in percent."""
        return percent(self.accepted, self.answered)


@dataclass(frozen=True)
class Statistics:
    """An event's numbers.

    `states`: requests by what became of them; accepted is also what was cancelled later. `by_day`: when they were sent,
    in the event's zone, without a gap. `median` and `p90` of the times from asking to the answer; `answer_times`: how
    many took no longer than each of `STEPS`, and longer. `held`, `missed` and `unknown`: meetings whose time is over.
    """

    requests: int
    states: dict[str, int]
    by_day: list[tuple[date, int]]
    median: timedelta | None
    p90: timedelta | None
    answer_times: list[int]
    slots: list[Occupancy]
    held: int
    missed: int
    unknown: int
    groups: list[OfGroup]

    @property
    def acceptance(self) -> int | None:
        """The share of the answered requests that were accepted, in percent."""
        return percent(self.states["accepted"], self.states["accepted"] + self.states["declined"])

    @property
    def occupancy(self) -> int | None:
        """How much of the tables was taken over all slots, in percent."""
        return percent(sum(each.at_tables for each in self.slots), sum(each.tables for each in self.slots))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to count yet."""
        return not self.requests and not any(each.at_tables + each.elsewhere for each in self.slots)


def statistics(event: Event) -> Statistics:
    """An event's numbers as of now, in a constant number of queries."""
    rows = _rows(event)
    asked = [row for row in rows if row.origin in ("asked", "live") and row.sent_at is not None]
    times = sorted(time for time in map(_answer_time, asked) if time is not None)
    over = [row for row in rows if _placed(row) and row.ends_at is not None and row.ends_at <= clock.now()]
    ends = Counter("held" if row.placement == "held" else row.placement.partition("_")[0] for row in over)
    return Statistics(
        requests=len(asked),
        states=_states(asked),
        by_day=_by_day([row.sent_at for row in asked if row.sent_at is not None], event.zone),
        median=share_of(times, 50),
        p90=share_of(times, 90),
        answer_times=_classes(times),
        slots=_occupancy(event, rows),
        held=ends["held"],
        missed=ends["no"],
        unknown=len(over) - ends["held"] - ends["no"],
        groups=_groups(event, rows, asked),
    )


def percent(part: int, whole: int) -> int | None:
    """A share in whole percent, halves up; None of nothing."""
    return (200 * part + whole) // (2 * whole) if whole else None


def share_of(times: Sequence[timedelta], share: int) -> timedelta | None:
    """The time within which so many percent of the sorted `times` lie (nearest rank); None of nothing."""
    return times[max(-(-share * len(times) // 100) - 1, 0)] if times else None


def _rows(event: Event) -> list[Row]:
    invitee = sa.case((Meeting.requester_id == Meeting.low_id, Meeting.high_id), else_=Meeting.low_id)
    found = db.session.execute(
        sa.select(
            Meeting.id,
            Meeting.requester_id,
            invitee,
            Meeting.request_state,
            Meeting.placement,
            Meeting.origin,
            Meeting.sent_at,
            Meeting.answered_at,
            Appointment.starts_at,
            Appointment.ends_at,
            Location.kind,
        )
        .outerjoin(Appointment, Appointment.id == Meeting.appointment_id)
        .outerjoin(Location, Location.id == Appointment.location_id)
        .where(Meeting.event_id == event.id, Meeting.request_state != "draft")
        .order_by(Meeting.id)
    )
    return [Row(*row) for row in found]


def _states(asked: Iterable[Row]) -> dict[str, int]:
    names = {"pending": "open", "countered": "open", "cancelled": "accepted"}
    counted = Counter(names.get(row.request_state, row.request_state) for row in asked)
    return {name: counted[name] for name in ("open", "accepted", "declined", "withdrawn", "expired")}


def _is_answered(row: Row) -> bool:
    return row.request_state in ("accepted", "cancelled", "declined")


def _answer_time(row: Row) -> timedelta | None:
    if not _is_answered(row) or row.answered_at is None or row.sent_at is None:
        return None
    return row.answered_at - row.sent_at


def _placed(row: Row) -> bool:
    return row.request_state == "accepted" and row.placement != "none"


def _by_day(moments: Sequence[datetime], zone: str) -> list[tuple[date, int]]:
    if not moments:
        return []
    counted = Counter(clock.in_zone(moment, zone).date() for moment in moments)
    last = max(counted)
    day = max(min(counted), last - timedelta(days=MOST_DAYS - 1))
    found = []
    while day <= last:
        found.append((day, counted[day]))
        day += timedelta(days=1)
    return found


def _classes(times: Iterable[timedelta]) -> list[int]:
    found = [0] * (len(STEPS) + 1)
    for time in times:
        found[sum(time > step for step in STEPS)] += 1
    return found


def _occupancy(event: Event, rows: Iterable[Row]) -> list[Occupancy]:
    tables = tables_of(event)
    zones: dict[int, set[int]] = {}
    for block_id, zone_id in db.session.execute(
        sa.select(MeetingBlockZone.block_id, MeetingBlockZone.zone_id).where(MeetingBlockZone.event_id == event.id)
    ):
        zones.setdefault(block_id, set()).add(zone_id)
    at_tables: Counter[tuple[datetime | None, datetime | None]] = Counter()
    elsewhere: Counter[tuple[datetime | None, datetime | None]] = Counter()
    for row in rows:
        if _placed(row):
            (at_tables if row.kind == "table" else elsewhere)[row.starts_at, row.ends_at] += 1
    found: dict[tuple[datetime, datetime], Occupancy] = {}
    for slot in db.session.scalars(
        sa.select(MeetingSlot)
        .where(MeetingSlot.event_id == event.id)
        .order_by(MeetingSlot.first_atom, MeetingSlot.last_atom, MeetingSlot.id)
    ):
        when = (slot.starts_at, slot.ends_at)
        if slot.removed_at is not None and not at_tables[when] + elsewhere[when]:
            continue
        wanted = zones.get(slot.block_id)
        opened = sum((not wanted or table.zone_id in wanted) and open_until(table, slot.ends_at) for table in tables)
        known = found.get(when)  # the same time in another block: its meetings are the same ones
        most = max(opened, known.tables if known is not None else 0)
        found[when] = Occupancy(slot, at_tables[when], elsewhere[when], most)
    return list(found.values())


def _groups(event: Event, rows: Sequence[Row], asked: Sequence[Row]) -> list[OfGroup]:
    """The groups by their position, and last those in none, if there are any."""
    names = {
        group.id: group.name
        for group in db.session.scalars(
            sa.select(PartnerGroup)
            .where(PartnerGroup.event_id == event.id)
            .order_by(PartnerGroup.position, PartnerGroup.id)
        )
    }
    if not names:
        return []
    group_of: dict[int, int | None] = {}
    people: Counter[int | None] = Counter()
    for delegate_id, group_id, left_at in db.session.execute(
        sa.select(Delegate.id, Delegate.group_id, Delegate.left_at).where(Delegate.event_id == event.id)
    ):
        group_of[delegate_id] = group_id
        people[group_id] += left_at is None
    sent = Counter(group_of[row.requester_id] for row in asked)
    received = Counter(group_of[row.invitee_id] for row in asked)
    answered = Counter(group_of[row.invitee_id] for row in asked if _is_answered(row))
    accepted = Counter(
        group_of[row.invitee_id] for row in asked if _is_answered(row) and row.request_state != "declined"
    )
    placed = {row.id for row in rows if _placed(row)}
    sitting = {
        (meeting_id, group_of[delegate_id])
        for meeting_id, delegate_id in db.session.execute(
            sa.select(MeetingDelegate.meeting_id, MeetingDelegate.delegate_id).where(
                MeetingDelegate.event_id == event.id
            )
        )
        if meeting_id in placed
    }
    meetings = Counter(group_id for _meeting_id, group_id in sitting)
    every: list[int | None] = [*names, *([None] if people[None] else [])]
    return [
        OfGroup(
            name=names[each] if each is not None else None,
            people=people[each],
            sent=sent[each],
            received=received[each],
            answered=answered[each],
            accepted=accepted[each],
            meetings=meetings[each],
        )
        for each in every
    ]
