"""How a request is answered: accepted, countered, forwarded, declined, and an answer taken back."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

import sqlalchemy as sa

from .. import clock
from ..agenda import services as agenda
from ..db import db
from ..delegates import queries as partnering
from ..delegates.models import Delegate
from ..text import clean_lines
from . import asking, bookable, mails, placing, queries, signals, steps
from .errors import (
    AlreadyOpen,
    LimitReached,
    NoSuchSlot,
    NotBookable,
    NothingOffered,
    NoTurn,
    NotYours,
    RequestNotOpen,
    TooLateToUndo,
)
from .models import DECLINE_REASONS, Meeting, MeetingDelegate, MeetingOffer, MeetingSide, MeetingSlot


def accept(
    meeting: Meeting,
    slot: MeetingSlot | None = None,
    *,
    by: Delegate | None = None,
    companions: Iterable[Delegate] = (),
    reserve: bool = False,
    version: int | None = None,
) -> Meeting:
    """Accept an open request and hold the meeting in `slot`, at the first free table, for everybody who comes.

    `by` is who answers (by default whoever's turn it is), `version` the one their page showed. In a block that the
    organisers plan themselves, or as `reserve`, no time is taken yet. Letters leave when the answer can no longer be
    taken back. Raises `RequestNotOpen`, `NoTurn`, `NoSuchSlot`, `NotThere`, `LimitReached`, or `SlotTaken` when the
    time or the last table went to another.
    """
    lead = answering(meeting, by)
    team = bookable.team(lead, list(companions))
    steps.take(meeting, team)
    lead = answering(meeting, by)
    mine = queries.side_of(meeting, lead)
    steps.seat(meeting, mine.side if mine else "invitee", team)
    if reserve:
        return placing.accepted(meeting, None, version, reserve=True)
    offered = queries.offered(meeting)
    if slot is None and offered:
        raise NoSuchSlot
    known = {each.id for each in offered}
    if slot is not None and slot.id not in known and slot.id not in {each.id for each in queries.choices(meeting)}:
        raise NoSuchSlot
    if meeting.turn is not None and placing.limit_reached(meeting.turn):
        raise LimitReached(meeting=meeting)
    return placing.accepted(meeting, slot, version)


def undo(meeting: Meeting, *, by: Delegate, version: int | None = None) -> Meeting:
    """Take an acceptance or a refusal back within 30 seconds, before letters leave; time and table are free again.

    An answered request keeps `expires_at` for this: once taken back it is to be answered by the same time as before.
    Raises `TooLateToUndo`, also when the two have another request open by now, `NoTurn`, `RequestNotOpen`.
    """
    steps.take(meeting)
    if meeting.request_state not in ("accepted", "declined"):
        raise RequestNotOpen(meeting=meeting)
    if not may_undo(meeting, by):
        raise TooLateToUndo if _answered_by(meeting, by) else NoTurn
    if meeting.request_state == "declined" and (
        queries.open_between(meeting.low, meeting.high) is not None or partnering.blocked(meeting.low, meeting.high)
    ):
        raise TooLateToUndo
    appointment, people = meeting.appointment, placing.sitting(meeting)
    event = steps.event_of(meeting)
    steps.move(
        meeting,
        "undo",
        version,
        request_state="countered" if meeting.round > 1 else "pending",
        placement="none",
        appointment_id=None,
        answered_at=None,
        closed_at=None,
        reserve_rank=None,
        decline_reason=None,
        answer_text="",
        later=False,
        expires_at=meeting.expires_at
        or asking.deadline(event, queries.offered(meeting), origin=meeting.origin, late=True),
    )
    steps.count_open(meeting.requester_id, 1)
    steps.end_open(meeting, "withdrawn")
    steps.record(meeting, "undone")
    mails.answer_undone(meeting, agenda.cancel(appointment) if appointment is not None else ())
    if appointment is not None:
        signals.time_freed.send(event.id, delegate_ids={delegate.id for delegate in people})
    return meeting


def may_undo(meeting: Meeting, by: Delegate) -> bool:
    """Whether this delegate's answer can still be taken back."""
    return (
        meeting.request_state in ("accepted", "declined")
        and meeting.placement in ("none", "published")
        and meeting.answered_at is not None
        and clock.now() - meeting.answered_at < timedelta(seconds=placing.UNDO_SECONDS)
        and not any(side.lead.left_at for side in meeting.sides)
        and _answered_by(meeting, by)
    )


def counter(
    meeting: Meeting,
    slots: Sequence[MeetingSlot] = (),
    *,
    by: Delegate | None = None,
    companions: Iterable[Delegate] | None = None,
    message: str = "",
    version: int | None = None,
) -> Meeting:
    """Suggest other times, or other people of one's own side; the turn passes, and the time to answer begins anew.

    Without slots those of this round stay offered. Raises `RequestNotOpen`, `NoTurn`, `NoSuchSlot`, and
    `NothingOffered` when there is neither a new slot nor another person.
    """
    lead = answering(meeting, by)
    team = bookable.team(lead, list(companions)) if companions is not None else None
    steps.take(meeting, team or ())
    lead = answering(meeting, by)
    event, mine = steps.event_of(meeting), queries.side_of(meeting, lead)
    assert mine is not None  # whoever answers has a side
    known = queries.offered(meeting)
    slots = asking.checked(event, slots or known, at_least=1 if slots else 0)
    seats = {other.id for other in queries.seats_of(meeting, mine.side)}
    others = team is not None and {mine.lead_id, lead.id, *(other.id for other in team)} != seats
    if not others and {slot.id for slot in slots} <= {slot.id for slot in known}:
        raise NothingOffered
    steps.move(
        meeting,
        "counter",
        version,
        turn_id=queries.other_side(meeting, mine).lead_id,
        round=steps.next_round(meeting),
        expires_at=asking.deadline(event, slots, origin=meeting.origin),
    )
    if team is not None:
        db.session.execute(
            sa.delete(MeetingDelegate).where(
                MeetingDelegate.meeting_id == meeting.id,
                MeetingDelegate.side == mine.side,
                MeetingDelegate.delegate_id.not_in([mine.lead_id, lead.id, *(other.id for other in team)]),
            )
        )
        steps.seat(meeting, mine.side, team)
    steps.offer(meeting, slots)
    steps.say(meeting, lead, message)
    steps.anew(meeting)
    mails.meeting_countered(meeting)
    return meeting


def forward(meeting: Meeting, to: Delegate, *, by: Delegate, version: int | None = None) -> Meeting:
    """Hand a request that one was asked to a colleague who does not sit in it yet; their time to answer begins anew.

    Times that do not suit the colleague are offered no longer. Raises `RequestNotOpen`, `NoTurn` when it is not the
    invited side's turn, `NotYours` for somebody who is no colleague, `NotBookable`, `AlreadyOpen`.
    """
    steps.take(meeting, [to])
    if meeting.request_state != "pending":
        raise RequestNotOpen(meeting=meeting)
    answering(meeting, by)
    host = meeting.turn
    mine = queries.side_of(meeting, host) if host is not None else None
    if host is None or mine is None or mine.side != "invitee":
        raise NoTurn
    if to.id not in {other.id for other in partnering.colleagues(host)} or queries.side_of(meeting, to) is not None:
        raise NotYours
    if to.left_at is not None or partnering.blocked(meeting.requester, to):
        raise NotBookable
    already = queries.open_between(meeting.requester, to)
    if already is not None:
        raise AlreadyOpen(meeting=already)
    suiting = queries.free_slots([to], queries.offered(meeting))
    low, high = sorted((meeting.requester_id, to.id))
    steps.move(
        meeting,
        "forward",
        version,
        low_id=low,
        high_id=high,
        turn_id=to.id,
        expires_at=asking.deadline(steps.event_of(meeting), suiting, origin=meeting.origin, late=True),
    )
    db.session.execute(
        sa.update(MeetingSide)
        .where(MeetingSide.meeting_id == meeting.id, MeetingSide.side == "invitee")
        .values(lead_id=to.id)
    )
    db.session.execute(
        sa.delete(MeetingDelegate).where(
            MeetingDelegate.meeting_id == meeting.id, MeetingDelegate.delegate_id == host.id
        )
    )
    db.session.execute(
        sa.delete(MeetingOffer).where(
            MeetingOffer.meeting_id == meeting.id,
            MeetingOffer.round == meeting.round,
            MeetingOffer.slot_id.not_in([slot.id for slot in suiting]),
        )
    )
    steps.seat(meeting, "invitee", [to])
    steps.anew(meeting)
    steps.record(meeting, "forwarded", by=by.public_id, to=to.public_id)
    mails.meeting_forwarded(meeting, host)
    return meeting


def decline(
    meeting: Meeting,
    *,
    by: Delegate | None = None,
    reason: str | None = None,
    text: str = "",
    later: bool = False,
    version: int | None = None,
) -> Meeting:
    """Decline an open request; the other side reads a neutral sentence, and `text` if there is one.

    `reason` is one of `DECLINE_REASONS`, else "other"; `later`: whoever declines wants to be written to after the
    event. Raises `RequestNotOpen`, `NoTurn`.
    """
    steps.take(meeting)
    answering(meeting, by)
    return _declined(meeting, version, reason if reason in DECLINE_REASONS else "other", text, later)


def decline_all(meetings: Sequence[Meeting], *, by: Delegate, reason: str | None = None, text: str = "") -> int:
    """Decline those of several requests that still wait for this side's answer; how many they were."""
    if not meetings:
        return 0
    steps.take_all(meetings)
    waiting = [meeting for meeting in meetings if meeting.is_open and _holds_turn(meeting, by)]
    for meeting in waiting:
        _declined(meeting, None, reason if reason in DECLINE_REASONS else "other", text, later=False)
    return len(waiting)


def decline_for(meeting: Meeting) -> Meeting:
    """Decline an open request for an invitee who no longer takes part. Raises `RequestNotOpen`."""
    steps.take(meeting)
    return _declined(meeting, None, None, "", later=False, side="invitee")


def answering(meeting: Meeting, by: Delegate | None) -> Delegate:
    """The delegate of the side whose turn it is as whom `by` answers: themselves if they sit there, else its lead.

    Raises `RequestNotOpen`, `NoTurn`.
    """
    if not meeting.is_open or meeting.turn is None:
        raise RequestNotOpen(meeting=meeting)
    if by is not None and not _holds_turn(meeting, by):
        raise NoTurn
    return by if by is not None and queries.side_of(meeting, by) is not None else meeting.turn


def _holds_turn(meeting: Meeting, by: Delegate) -> bool:
    """Whether `by` sits on the side whose turn it is, or may act for somebody who does."""
    return any(
        queries.has_turn(meeting, one) for one in ([by] if queries.side_of(meeting, by) else bookable.acts_for(by))
    )


def _declined(
    meeting: Meeting, version: int | None, reason: str | None, text: str, later: bool, side: str | None = None
) -> Meeting:
    now = clock.now()
    steps.move(
        meeting,
        "decline",
        version,
        answered_at=now,
        closed_at=now,
        decline_reason=reason,
        answer_text=clean_lines(text),
        later=later,
    )
    steps.count_open(meeting.requester_id, -1)
    mails.meeting_declined(meeting, now + timedelta(seconds=placing.UNDO_SECONDS), by=side)
    return meeting


def _answered_by(meeting: Meeting, delegate: Delegate) -> bool:
    turn = next((seat.side for seat in meeting.delegates if seat.delegate_id == meeting.turn_id), None)
    sides = [side.side for one in bookable.acts_for(delegate) if (side := queries.side_of(meeting, one)) is not None]
    return turn in sides
