"""Times that come free are offered to meetings that wait for one: reserves in their order, then the oldest."""

from collections.abc import Collection, Iterable

import sqlalchemy as sa

from ..db import db
from ..delegates.models import Delegate
from . import placing, proposing, queries, steps
from .errors import AlreadyOpen, NoSuchSlot, RequestNotOpen
from .models import Meeting, MeetingDelegate, MeetingProposal

MOST_OFFERED = 3


def is_awaited(delegate_ids: Collection[int]) -> bool:
    """Whether any meeting of these delegates waits for a time."""
    return db.session.scalar(sa.select(_waiting(delegate_ids).exists())) or False


def offer_time(delegate: Delegate, *, besides: Iterable[int] = ()) -> MeetingProposal | None:
    """Offer a delegate's free time to the first meeting that waits and whose people are all free then.

    `besides` are ids of meetings that have just refused. None when nothing waits, or no time suits.
    """
    meetings = db.session.scalars(
        _waiting([delegate.id])
        .where(Meeting.id.not_in(list(besides)))
        .order_by(Meeting.reserve_rank.is_(None), Meeting.reserve_rank, Meeting.id)
    ).all()
    for meeting in meetings:
        proposal = _offer(meeting, delegate)
        if proposal is not None:
            return proposal
    return None


def _offer(meeting: Meeting, delegate: Delegate) -> MeetingProposal | None:
    try:
        steps.take(meeting)
        if meeting.reserve_rank is not None and (meeting.turn is None or placing.limit_reached(meeting.turn)):
            return None
        slots = [slot for slot in queries.shared_slots(placing.sitting(meeting)) if proposing.is_bookable_now(slot)]
        side = queries.side_of(meeting, delegate)
        if not slots or side is None:
            return None
        to = queries.other_side(meeting, side).lead
        return proposing.propose(meeting, slots[:MOST_OFFERED], kind="time", to=to)
    except (RequestNotOpen, AlreadyOpen, NoSuchSlot):
        return None  # somebody was quicker, or it is too late: the next one is asked


def _waiting(delegate_ids: Collection[int]) -> sa.Select[Meeting]:
    """Accepted meetings of these delegates that have no time and nothing offered; reserves only of their host."""
    seat = sa.exists().where(
        MeetingDelegate.meeting_id == Meeting.id,
        MeetingDelegate.delegate_id.in_(delegate_ids),
        MeetingDelegate.vacant_since.is_(None),
    )
    offered = sa.exists().where(MeetingProposal.meeting_id == Meeting.id, MeetingProposal.state == "open")
    return sa.select(Meeting).where(
        Meeting.request_state == "accepted",
        Meeting.placement == "none",
        Meeting.closed_at.is_(None),
        seat,
        sa.not_(offered),
        sa.or_(Meeting.reserve_rank.is_(None), Meeting.turn_id.in_(delegate_ids)),
    )
