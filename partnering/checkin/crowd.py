"""Numbers of the doors as they are now, added up by the database: nobody loads rows to count them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from .. import clock
from ..db import db
from ..events.models import Event
from . import electing, forecast, queries, zones
from .forecast import Forecast
from .models import Admission, CheckinList, Scan

STEP = 600
"""Seconds of a bar in the plot of arrivals."""

HOURS = 3
"""So long the plot goes back."""

SHORT = 300
"""Seconds of a step of the forecast."""


@dataclass(frozen=True)
class DoorNow:
    """A door: guests who were let in in the window that runs, those expected, and those inside.

    `inside` is None where nobody is noted who goes out.
    """

    door: CheckinList
    arrived: int
    expected: int
    inside: int | None


@dataclass(frozen=True)
class Crowd:
    """All doors: each by itself, arrivals by steps of ten minutes (start, each door's number by its id), what comes."""

    doors: list[DoorNow]
    steps: list[tuple[datetime, Mapping[int, int]]]
    forecast: Forecast

    def bars(self, door: CheckinList | None = None) -> list[tuple[datetime, int]]:
        """The plot of one door, or of all."""
        return [(at, sum(numbers.values()) if door is None else numbers.get(door.id, 0)) for at, numbers in self.steps]


def now_at(event: Event) -> Crowd:
    """The numbers of this moment, in a constant number of questions."""
    lists = queries.lists_of(event)
    counts, inside = queries.counts(event, lists), inside_now(event, lists)
    doors = [DoorNow(each, *counts[each.id], inside.get(each.id)) for each in lists]
    awaited = max((max(0, each.expected - each.arrived) for each in doors), default=0)
    return Crowd(doors, steps_of(event), forecast.of(*_pace(event), awaited))


def inside_now(event: Event, lists: Sequence[CheckinList]) -> dict[int, int]:
    """How many guests are inside, by the id of each list that notes who goes out, in the window that runs.

    Who came in before the last hour at which everybody counts as gone out is not, see `story.still_inside`.
    """
    now = clock.now()
    noted = [each for each in lists if queries.notes_exits(each) or each.exit_all_at is not None]
    if not noted:
        return {}
    said = []
    for each in noted:
        holds = [Admission.list_id == each.id, Admission.window_key == queries.window_key(each, event, now)]
        out = gone_out_at(event, each, now)
        said.append(sa.and_(*holds, *([Admission.entered_at >= out] if out is not None else [])))
    rows = db.session.execute(
        sa.select(Admission.list_id, sa.func.count())
        .where(Admission.list_id.in_([each.id for each in noted]), Admission.inside, sa.or_(*said))
        .group_by(Admission.list_id)
    )
    found: dict[int, int] = dict(iter(rows))
    return {each.id: found.get(each.id, 0) for each in noted}


def gone_out_at(event: Event, checkin_list: CheckinList, moment: datetime) -> datetime | None:
    """When everybody last counted as gone out, up to a moment; None where they never do."""
    minute = zones.minute_of(checkin_list.exit_all_at)
    if minute is None:
        return None
    zone = zones.table(event.zone, event.first_day, event.last_day)
    return zones.from_ms(zones.last_time(zone, minute, zones.to_ms(moment)))


def steps_of(event: Event) -> list[tuple[datetime, Mapping[int, int]]]:
    """Admissions by ten minutes and door up to now, from the first one within the last hours on."""
    now = clock.now()
    step = _epoch(Admission.at) // STEP
    rows = db.session.execute(
        sa.select(step.label("step"), Admission.list_id, sa.func.count())
        .where(Admission.event_id == event.id, Admission.at >= now - timedelta(hours=HOURS))
        .group_by("step", Admission.list_id)
    )
    found: dict[int, dict[int, int]] = {}
    for number, list_id, count in rows:
        found.setdefault(number, {})[list_id] = count
    if not found:
        return []
    last = int(now.timestamp()) // STEP
    return [(_start(number), found.get(number, {})) for number in range(min(found), last + 1)]


def _start(number: int) -> datetime:
    return clock.from_atom(number * STEP // clock.ATOM_SECONDS)


def _pace(event: Event) -> tuple[list[int], dict[int, list[int]]]:
    """What `forecast.of` asks for: entries and the devices' answers, in steps of five minutes that end now.

    What was handed in late stands in the step in which it happened.
    """
    now = clock.now()
    since, end = now - timedelta(hours=1), int(now.timestamp())
    back = (end - _epoch(Scan.bounded_at)) // SHORT
    came_in = sa.and_(Scan.state.in_(electing.LET_THROUGH), Scan.type == "entry")
    rows = db.session.execute(
        sa.select(Scan.device_id, back.label("back"), sa.func.count(), sa.func.count(sa.case((came_in, 1))))
        .where(Scan.event_id == event.id, Scan.received_at >= since, Scan.bounded_at >= since, Scan.bounded_at <= now)
        .group_by(Scan.device_id, "back")
    )
    arrivals = [0] * 12
    devices: dict[int, list[int]] = {}
    for device_id, number, answers, entries in rows:
        place = 11 - min(max(number, 0), 11)
        devices.setdefault(device_id, [0] * 12)[place] += answers
        arrivals[place] += entries
    return arrivals, devices


def _epoch(column: Any) -> Any:
    """Whole seconds since the epoch, in SQL."""
    seconds = sa.extract("epoch", column)
    if db.session.get_bind().dialect.name == "postgresql":
        return sa.cast(sa.func.floor(seconds), sa.BigInteger)
    return seconds
