"""How an accepted meeting gets its time and its table."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from .. import clock
from ..agenda import services as agenda
from ..agenda import walking
from ..agenda.models import Appointment, Location
from ..db import db, table_of
from ..delegates.models import Delegate
from . import mails, queries, steps
from .errors import LunchGone, NoSuchSlot, NotThere, SlotTaken, TooFar
from .models import Meeting, MeetingDelegate, MeetingSlot
from .rules import rules_of
from .states import UNDO_SECONDS as UNDO_SECONDS

CHOICES = 3
"""How many other times are shown when one is gone."""


def hold(meeting: Meeting, slot: MeetingSlot, *, table: Location | None = None) -> Appointment:
    """Take a slot for everybody who sits in a meeting, at `table` or the best free place of `times.places_for`.

    Their delegates are locked already. Raises `NoSuchSlot` for a time that has begun or was taken away, `NotThere`,
    `LunchGone`, `TooFar`, `VideoMissing`, or `SlotTaken` with `left`, the next times that suit all.
    """
    people = sitting(meeting)
    check(slot, people)
    agenda.lock_people(delegate.participant_id for delegate in people)
    seats = [(seat.delegate.participant, seat.side) for seat in meeting.delegates if seat.vacant_since is None]
    spare_lunch(slot, people)
    places = queries.places_for(slot, meeting, table=table)
    try:
        return agenda.hold_meeting(steps.event_of(meeting), slot.starts_at, slot.ends_at, seats, places)
    except (agenda.TimeTaken, agenda.PlaceTaken) as taken:
        raise taken_meanwhile(meeting) from taken


def check(slot: MeetingSlot, people: Sequence[Delegate]) -> None:
    """Refuse a slot in which these cannot meet, whatever is free. Raises `NoSuchSlot`, `NotThere`."""
    if slot.starts_at <= clock.now() or not _stands(slot):
        raise NoSuchSlot
    if not all(queries.there(slot, delegate) for delegate in people):
        raise NotThere


def _stands(slot: MeetingSlot) -> bool:
    """Whether a slot is there and stays there until this deed is done.

    Whoever takes it away waits for us, and finds the meeting; we never wait for them, which spares both a deadlock.
    """
    found = db.session.execute(
        sa.select(MeetingSlot.id)
        .where(MeetingSlot.id == slot.id, MeetingSlot.removed_at.is_(None))
        .with_for_update(read=True, skip_locked=True)
    )
    return found.first() is not None


def spare_lunch(slot: MeetingSlot, people: Sequence[Delegate], *, besides: Appointment | None = None) -> None:
    """Refuse a slot that would take somebody's last time for lunch. They are locked. Raises `LunchGone`."""
    if queries.keeps_lunch(people, slot, besides=besides):
        raise LunchGone


def come(slot: MeetingSlot, delegate: Delegate, appointment: Appointment) -> None:
    """Refuse a newcomer who cannot be at a meeting that has its time. Raises `NoSuchSlot`, `NotThere`, `LunchGone`,
    `TooFar`.
    """
    check(slot, [delegate])
    spare_lunch(slot, [delegate])
    if walking.too_far([delegate.participant_id], slot.starts_at, slot.ends_at, appointment.location):
        raise TooFar


def taken_meanwhile(meeting: Meeting) -> SlotTaken:
    """The error that says what is left."""
    return SlotTaken(meeting=meeting, left=queries.shared_slots(sitting(meeting))[:CHOICES])


def sitting(meeting: Meeting) -> list[Delegate]:
    """Everybody who will come: all seats but the vacant ones."""
    return [seat.delegate for seat in meeting.delegates if seat.vacant_since is None]


def accepted(meeting: Meeting, slot: MeetingSlot | None, version: int | None, *, reserve: bool = False) -> Meeting:
    """Accept an open request: at a time, or without one where organisers plan it, none suits, or it is a reserve."""
    waits = reserve or slot is None or slot.block.mode == "batch"
    host = meeting.turn_id
    steps.move(
        meeting,
        "accept",
        version,
        answered_at=clock.now(),
        reserve_rank=next_rank(meeting, host) if reserve and host is not None else None,
    )
    steps.count_open(meeting.requester_id, -1)
    later = clock.now() + timedelta(seconds=UNDO_SECONDS)
    if waits or slot is None:
        mails.meeting_accepted(meeting, later)
        return meeting
    publish(meeting, hold(meeting, slot))
    mails.meeting_confirmed(meeting, later)
    return meeting


def publish(meeting: Meeting, appointment: Appointment) -> None:
    """Write down that a meeting is held at this time. Raises `RequestNotOpen`."""
    steps.put(
        meeting,
        "published",
        begins=("none",),
        appointment_id=appointment.id,
        virtual=any(delegate.remote for delegate in sitting(meeting)),
        reserve_rank=None,
        unplaced_reason="",
    )
    set_committed_value(meeting, "appointment", appointment)


def limit_reached(delegate: Delegate) -> bool:
    """Whether a delegate has all the meetings they want: those with a time, and accepted ones that wait for one."""
    limit = delegate.meeting_limit or rules_of(delegate.participant.event).meeting_limit
    if limit is None:
        return False
    counted = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(Meeting)
        .join(MeetingDelegate, MeetingDelegate.meeting_id == Meeting.id)
        .where(
            MeetingDelegate.delegate_id == delegate.id,
            MeetingDelegate.vacant_since.is_(None),
            Meeting.request_state == "accepted",
            sa.or_(Meeting.placement != "none", sa.and_(Meeting.closed_at.is_(None), Meeting.reserve_rank.is_(None))),
        )
    )
    return (counted or 0) >= limit


def next_rank(meeting: Meeting, host_id: int) -> int:
    """The rank behind all reserves whom this host has accepted; the host is locked."""
    table = table_of(Meeting)
    last = db.session.scalar(
        sa.select(sa.func.max(table.c.reserve_rank)).where(
            table.c.event_id == meeting.event_id, table.c.turn_id == host_id, table.c.closed_at.is_(None)
        )
    )
    return (last or 0) + 1
