"""What waits in somebody's inbox: requests and suggestions to answer, own ones, what is agreed, what is over."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from ..agenda.models import Appointment, Location
from ..db import db
from ..delegates.models import Delegate, OrganisationProfile
from ..rows import ask
from . import times
from .models import Meeting, MeetingDelegate, MeetingOffer, MeetingProposal, MeetingSide, MeetingSlot

TABS = ("received", "sent", "confirmed", "closed")
"""The tabs of the inbox. What waits for an answer is received, an agreed meeting with a suggested time too."""


def whole() -> sa.Select[Meeting]:
    """Meetings with everything that a list shows of each."""
    return for_deeds().options(selectinload(Meeting.messages), selectinload(Meeting.proposals))


def for_deeds() -> sa.Select[Meeting]:
    """Meetings with everything that most deeds ask of one: who sits there, what is offered, time and table."""
    seat = selectinload(Meeting.delegates).joinedload(MeetingDelegate.delegate)
    side = selectinload(Meeting.sides)
    return sa.select(Meeting).options(
        seat.joinedload(Delegate.participant),
        seat.joinedload(Delegate.profile).joinedload(OrganisationProfile.organisation),
        side.joinedload(MeetingSide.lead).joinedload(Delegate.participant),
        side.joinedload(MeetingSide.profile).joinedload(OrganisationProfile.organisation),
        selectinload(Meeting.offers).joinedload(MeetingOffer.slot),
        joinedload(Meeting.appointment).joinedload(Appointment.location).joinedload(Location.zone),
    )


def meetings_of(delegate: Delegate, tab: str | None = None) -> Sequence[Meeting]:
    """A delegate's meetings on one of `TABS`, or all; the most urgent first."""
    mine = sa.exists().where(MeetingDelegate.meeting_id == Meeting.id, MeetingDelegate.delegate_id == delegate.id)
    query = whole().where(Meeting.event_id == delegate.event_id, mine)
    if tab is not None:
        query = query.where(_on(tab, delegate))
    if tab == "received":
        query = query.order_by(_DUE, Meeting.id)
    elif tab == "confirmed":
        query = query.outerjoin(Appointment, Appointment.id == Meeting.appointment_id).order_by(
            Appointment.starts_at.is_(None), Appointment.starts_at, Meeting.id
        )
    else:
        latest = sa.func.coalesce(Meeting.closed_at, Meeting.answered_at, Meeting.sent_at, Meeting.created_at)
        query = query.order_by(latest.desc(), Meeting.id.desc())
    return db.session.scalars(query).unique().all()


def offered(meeting: Meeting) -> list[MeetingSlot]:
    """The slots offered in this round, in their order of time."""
    slots = [each.slot for each in meeting.offers if each.round == meeting.round and each.slot.removed_at is None]
    return sorted(slots, key=lambda slot: slot.first_atom)


def still_free(meetings: Sequence[Meeting]) -> dict[int, list[MeetingSlot]]:
    """Of the slots that each of these offers, by its id, those in which everybody is still there and free.

    Whether a place is left then is not asked. A constant number of queries.
    """
    if not meetings:
        return {}
    bookable = {slot.id for slot in times.bookable_slots(meetings[0].event_id)}
    groups = [
        ([seat.delegate for seat in each.delegates], [slot for slot in offered(each) if slot.id in bookable])
        for each in meetings
    ]
    return {each.id: free for each, free in zip(meetings, times.each_free(groups), strict=True)}


def numbers(delegate: Delegate) -> dict[str, int]:
    """How many meetings a delegate has on each tab."""
    mine = sa.exists().where(MeetingDelegate.meeting_id == Meeting.id, MeetingDelegate.delegate_id == delegate.id)
    row = db.session.execute(
        sa.select(*(sa.func.count(sa.case((_on(tab, delegate), 1))) for tab in TABS)).where(
            Meeting.event_id == delegate.event_id, mine
        )
    ).one()
    return dict(zip(TABS, row, strict=True))


def waiting_for(delegate: Delegate) -> int:
    """How many requests, and times suggested for agreed meetings, wait for a delegate's answer."""
    return ask(_WAITING, {"delegate": delegate.id}).scalar() or 0


def received_by(delegate_ids: Collection[int], *, besides: Delegate, limit: int = 50) -> Sequence[Meeting]:
    """What waits for one of these, and in which `besides` does not sit, the most urgent first."""
    sits = sa.exists().where(MeetingDelegate.meeting_id == Meeting.id, MeetingDelegate.delegate_id == besides.id)
    waiting = (
        sa.select(Meeting.id)
        .where(
            Meeting.event_id == besides.event_id,
            sa.or_(
                sa.and_(Meeting.request_state.in_(("pending", "countered")), Meeting.turn_id.in_(delegate_ids)),
                sa.exists().where(_SUGGESTED, MeetingProposal.to_id.in_(delegate_ids)),
            ),
            sa.not_(sits),
        )
        .order_by(_DUE, Meeting.id)
        .limit(limit)
    )
    query = whole().where(Meeting.id.in_(waiting)).order_by(_DUE, Meeting.id)
    return db.session.scalars(query).unique().all()


def _on(tab: str, delegate: Delegate) -> sa.ColumnElement[bool]:
    is_open = Meeting.request_state.in_(("pending", "countered"))
    if tab == "received":
        return sa.or_(sa.and_(is_open, _on_the_side_of(delegate, Meeting.turn_id)), _suggested_to(delegate))
    if tab == "sent":
        return sa.or_(
            Meeting.request_state == "draft", sa.and_(is_open, sa.not_(_on_the_side_of(delegate, Meeting.turn_id)))
        )
    if tab == "confirmed":
        return sa.and_(Meeting.request_state == "accepted", Meeting.closed_at.is_(None))
    return Meeting.closed_at.is_not(None)


def _on_the_side_of(delegate: Delegate, lead_id: sa.ColumnElement[int] | Any) -> sa.ColumnElement[bool]:
    """Whoever has this id sits on the side on which the delegate sits."""
    lead, mine = aliased(MeetingDelegate), aliased(MeetingDelegate)
    return sa.exists().where(
        mine.meeting_id == Meeting.id,
        mine.delegate_id == delegate.id,
        lead.meeting_id == Meeting.id,
        lead.delegate_id == lead_id,
        lead.side == mine.side,
    )


def _suggested_to(delegate: Delegate) -> sa.ColumnElement[bool]:
    """A time was suggested to the delegate's side, and nobody has answered."""
    return sa.exists().where(_SUGGESTED, _on_the_side_of(delegate, MeetingProposal.to_id))


_SUGGESTED = sa.and_(
    MeetingProposal.meeting_id == Meeting.id,
    MeetingProposal.state == "open",
    Meeting.request_state == "accepted",
)
_DUE = sa.func.coalesce(
    sa.select(sa.func.min(MeetingProposal.expires_at)).where(_SUGGESTED).correlate(Meeting).scalar_subquery(),
    Meeting.expires_at,
)
"""Until when an answer is waited for."""

_lead, _sits = aliased(MeetingDelegate), aliased(MeetingDelegate)


def _beside(asked: Any, seat: Any) -> sa.ColumnElement[bool]:
    """That whoever is asked sits on the same side of the same meeting as `seat`."""
    return sa.and_(_lead.meeting_id == seat.meeting_id, _lead.delegate_id == asked, _lead.side == seat.side)


_ASKED = (
    sa.select(sa.func.count())
    .select_from(MeetingDelegate)
    .join(Meeting, Meeting.id == MeetingDelegate.meeting_id)
    .join(_lead, _beside(Meeting.turn_id, MeetingDelegate))
    .where(MeetingDelegate.delegate_id == sa.bindparam("delegate"), Meeting.request_state.in_(("pending", "countered")))
)
_PROPOSED = (
    sa.select(sa.func.count())
    .select_from(_sits)
    .join(MeetingProposal, MeetingProposal.meeting_id == _sits.meeting_id)
    .join(_lead, _beside(MeetingProposal.to_id, _sits))
    .join(Meeting, Meeting.id == _sits.meeting_id)
    .where(
        _sits.delegate_id == sa.bindparam("delegate"),
        MeetingProposal.state == "open",
        Meeting.request_state == "accepted",
    )
)
_WAITING = sa.select(_ASKED.scalar_subquery() + _PROPOSED.scalar_subquery())
"""Made once: it is asked on every page of a participant."""
