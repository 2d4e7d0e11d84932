"""How requests and meetings end: withdrawn, run out, called off and brought back, closed with their block."""

from datetime import timedelta

import sqlalchemy as sa

from .. import clock
from ..agenda import services as agenda
from ..db import db
from ..delegates import queries as partnering
from ..delegates.models import Delegate
from ..text import clean_lines
from . import bookable, day_news, mails, on_site, placing, queries, signals, steps
from .errors import NotRevivable, NoTurn, NotYours, RequestNotOpen
from .models import Meeting, MeetingBlock, MeetingSlot
from .states import AHEAD


def withdraw(meeting: Meeting, *, by: Delegate | None = None, version: int | None = None) -> Meeting:
    """Take an open request back; the other side hears of it only if it heard of the request.

    Raises `RequestNotOpen`, `NoTurn` when the other side asked.
    """
    steps.take(meeting)
    if by is not None and "requester" not in sides_of(meeting, by):
        raise NoTurn
    steps.move(meeting, "withdraw", version, closed_at=clock.now(), expires_at=None)
    steps.count_open(meeting.requester_id, -1)
    mails.meeting_withdrawn(meeting)
    return meeting


def expire(meeting: Meeting) -> Meeting:
    """Close an open request that nobody answered in time. Raises `RequestNotOpen`."""
    steps.take(meeting)
    steps.move(meeting, "expire", None, closed_at=clock.now(), expires_at=None)
    steps.count_open(meeting.requester_id, -1)
    mails.meeting_expired(meeting)
    return meeting


def cancel(
    meeting: Meeting,
    *,
    by: Delegate | None = None,
    reason: str = "",
    version: int | None = None,
    combined: bool = False,
) -> Meeting:
    """Call an accepted meeting off; time and table are free again, and calendars hear of it if they knew.

    Without `by` the organisers do it. `combined`: another letter tells people of this and more. Raises
    `RequestNotOpen`, also when the meeting is over, and `NotYours`.
    """
    steps.take(meeting)
    mine = sides_of(meeting, by) if by is not None else []
    if by is not None and not mine:
        raise NotYours
    if not is_cancellable(meeting):
        raise RequestNotOpen(meeting=meeting)
    appointment, people = meeting.appointment, placing.sitting(meeting)
    lead_id = next((side.lead_id for side in meeting.sides if side.side in mine), None)
    steps.move(
        meeting,
        "cancel",
        version,
        closed_at=clock.now(),
        answer_text=clean_lines(reason)[:600],
        cancelled_by_id=lead_id,
        reserve_rank=None,
    )
    steps.end_open(meeting, "withdrawn")
    steps.end_idle(steps.vacant_in(meeting))
    entries = agenda.cancel(appointment) if appointment is not None else []
    steps.record(meeting, "cancelled", reason=reason)
    mails.meeting_cancelled(meeting, entries, by, ended=not combined)
    if appointment is not None:
        signals.time_freed.send(meeting.event_id, delegate_ids={delegate.id for delegate in people})
    return meeting


def is_cancellable(meeting: Meeting) -> bool:
    """Whether the meeting is agreed, and not over yet."""
    if meeting.request_state != "accepted" or meeting.placement not in AHEAD or meeting.closed_at is not None:
        return False
    return meeting.appointment is None or meeting.appointment.ends_at > clock.now()


def revive(meeting: Meeting, *, by: Delegate, version: int | None = None) -> Meeting:
    """Ask to hold a meeting after all that one's own side called off: the other side answers once, for the old time.

    Raises `RequestNotOpen`, `NotRevivable` when the other side or the organisers called it off, it had no time, that
    begins within ten minutes, or the two have something else open.
    """
    steps.take(meeting)
    if meeting.request_state != "cancelled":
        raise RequestNotOpen(meeting=meeting)
    slot = revivable(meeting, by)
    if slot is None:
        raise NotRevivable(meeting=meeting)
    side = next(each for each in meeting.sides if each.lead_id == meeting.cancelled_by_id)
    steps.move(
        meeting,
        "revive",
        version,
        turn_id=queries.other_side(meeting, side).lead_id,
        round=steps.next_round(meeting),
        placement="none",
        appointment_id=None,
        closed_at=None,
        answered_at=None,
        cancelled_by_id=None,
        answer_text="",
        expires_at=slot.starts_at - timedelta(minutes=queries.LEAD_MINUTES),
    )
    steps.count_open(meeting.requester_id, 1)
    steps.offer(meeting, [slot])
    steps.anew(meeting)
    steps.record(meeting, "revived", by=by.public_id)
    mails.meeting_revived(meeting)
    return meeting


def revivable(meeting: Meeting, by: Delegate) -> MeetingSlot | None:
    """The old slot of a cancelled meeting, if `by` can still ask to hold it there."""
    appointment = meeting.appointment
    lead = next((side for side in meeting.sides if side.lead_id == meeting.cancelled_by_id), None)
    if meeting.request_state != "cancelled" or appointment is None or lead is None:
        return None
    if lead.side not in sides_of(meeting, by) or any(side.lead.left_at for side in meeting.sides):
        return None
    if appointment.starts_at - timedelta(minutes=queries.LEAD_MINUTES) <= clock.now():
        return None
    if queries.open_between(meeting.low, meeting.high) is not None or partnering.blocked(meeting.low, meeting.high):
        return None
    return queries.slot_at(meeting.event_id, appointment.starts_at, appointment.ends_at)


def close_block(block: MeetingBlock) -> int:
    """Close a block that is over: its meetings are final, live ones held; how many were closed.

    With the last block of an event, requests run out and accepted meetings without a time are closed too: "no place
    found".
    """
    now = clock.now()
    block.phase = "closed"
    db.session.flush()
    placed = db.session.scalars(queries.placed_between(block.event_id, block.starts_at, block.ends_at)).all()
    for meeting in placed:
        on_site.settle(meeting)
        held = "held" if meeting.placement == "live" else meeting.placement
        steps.put(meeting, held, begins=(meeting.placement,), closed_at=now)
        steps.end_open(meeting, "expired")
        steps.end_idle(steps.vacant_in(meeting))
    if not _is_last(block):
        return len(placed)
    asked = db.session.scalars(queries.still_open(block.event_id)).all()
    for meeting in asked:
        expire(meeting)
    unplaced = db.session.scalars(queries.without_time(block.event_id)).all()
    for meeting in unplaced:
        steps.end_open(meeting, "expired")
        steps.put(meeting, "none", begins=("none",), closed_at=now, reserve_rank=None)
        steps.end_idle(steps.vacant_in(meeting))
        day_news.swap_contacts(meeting)
        mails.meeting_unplaced(meeting)
    return len(placed) + len(asked) + len(unplaced)


def _is_last(block: MeetingBlock) -> bool:
    others = sa.exists().where(
        MeetingBlock.event_id == block.event_id, MeetingBlock.id != block.id, MeetingBlock.phase != "closed"
    )
    return not db.session.scalar(sa.select(others))


def sides_of(meeting: Meeting, by: Delegate) -> list[str]:
    """The side on which `by` sits, else those on which somebody sits for whom `by` may act."""
    own = queries.side_of(meeting, by)
    if own is not None:
        return [own.side]
    found = (queries.side_of(meeting, one) for one in bookable.acts_for(by))
    return [side.side for side in found if side is not None]
