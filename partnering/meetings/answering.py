"""How a request is answered: accepted, countered, declined, and an acceptance taken back."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from .. import clock
from ..agenda import services as agenda
from ..db import db
from ..delegates.models import Delegate
from ..text import clean_lines
from . import asking, mails, placing, queries, seats, steps
from .errors import (
    NoSuchSlot,
    NoTurn,
    RequestNotOpen,
    TooLateToUndo,
)
from .models import DECLINE_REASONS, Meeting, MeetingSlot


def accept(
    meeting: Meeting,
    slot: MeetingSlot,
    *,
    by: Delegate | None = None,
    companions: Iterable[Delegate] = (),
    version: int | None = None,
) -> Meeting:
    """Accept an open request and hold the meeting in `slot`, at the first free table, for everybody who comes.

    `by` is who answers (by default whoever's turn it is), `version` the one their page showed. In a block that the
    organisers plan themselves no time is taken yet. Letters leave when the answer can no longer be taken back.
    Raises `RequestNotOpen`, `NoTurn`, `NoSuchSlot`, or `SlotTaken` when the time or the last table went to another.
    """
    steps.lock([meeting.low_id, meeting.high_id])
    by = by or meeting.turn
    _require_turn(meeting, by)
    assert by is not None
    mine = queries.side_of(meeting, by)
    steps.seat(meeting, mine.side if mine else "invitee", seats.team(by, companions))
    offered_ids = {each.id for each in queries.offered(meeting)}
    if slot.id not in offered_ids and slot.id not in {each.id for each in queries.choices(meeting)}:
        raise NoSuchSlot
    return placing.accepted(meeting, slot, version)


def undo_accept(meeting: Meeting, *, by: Delegate, version: int | None = None) -> None:
    """Take an acceptance back within 30 seconds, before its letters leave; time and table are free again.

    Raises `TooLateToUndo`, `NoTurn`, `RequestNotOpen`.
    """
    steps.lock([meeting.low_id, meeting.high_id])
    if meeting.request_state != "accepted":
        raise RequestNotOpen(meeting=meeting)
    if not may_undo(meeting, by):
        raise TooLateToUndo if _answered_by(meeting, by) else NoTurn
    appointment, event = meeting.appointment, steps.event_of(meeting)
    slots = queries.offered(meeting)
    steps.move(
        meeting,
        "undo",
        version,
        request_state="countered" if meeting.round > 1 else "pending",
        placement="none",
        appointment_id=None,
        answered_at=None,
        expires_at=asking.deadline(event, slots) if slots else clock.now() + timedelta(days=1),
    )
    if appointment is not None:
        agenda.cancel(appointment)
    steps.count_open(meeting.requester_id, 1)
    steps.record(meeting, "undone")


def may_undo(meeting: Meeting, by: Delegate) -> bool:
    """Whether this delegate's acceptance can still be taken back."""
    return (
        meeting.request_state == "accepted"
        and meeting.placement in ("none", "published")
        and meeting.answered_at is not None
        and clock.now() - meeting.answered_at < timedelta(seconds=placing.UNDO_SECONDS)
        and _answered_by(meeting, by)
    )


def counter(
    meeting: Meeting,
    slots: Sequence[MeetingSlot],
    *,
    by: Delegate | None = None,
    message: str = "",
    version: int | None = None,
) -> None:
    """Suggest other times; the turn passes to the other side, and its time to answer begins anew.

    Raises `RequestNotOpen`, `NoTurn`, `NothingOffered`, `NoSuchSlot`.
    """
    steps.lock([meeting.low_id, meeting.high_id])
    by = by or meeting.turn
    _require_turn(meeting, by)
    assert by is not None
    event = steps.event_of(meeting)
    slots = asking.checked(event, slots)
    mine = queries.side_of(meeting, by)
    assert mine is not None
    steps.move(
        meeting,
        "counter",
        version,
        turn_id=queries.other_side(meeting, mine).lead_id,
        round=meeting.round + 1,
        expires_at=asking.deadline(event, slots),
    )
    steps.offer(meeting, slots)
    steps.say(meeting, by, message)
    db.session.refresh(meeting)
    mails.meeting_countered(meeting)


def decline(
    meeting: Meeting,
    *,
    by: Delegate | None = None,
    reason: str | None = None,
    text: str = "",
    version: int | None = None,
) -> None:
    """Decline an open request; the other side reads a neutral sentence, and `text` if there is one.

    Raises `RequestNotOpen`, `NoTurn`.
    """
    steps.lock([meeting.low_id, meeting.high_id])
    _require_turn(meeting, by or meeting.turn)
    _declined(meeting, version, reason, text)


def decline_for(meeting: Meeting) -> None:
    """Decline an open request for an invitee who no longer takes part. Raises `RequestNotOpen`."""
    steps.lock([meeting.low_id, meeting.high_id])
    _declined(meeting, None, None, "")


def _declined(meeting: Meeting, version: int | None, reason: str | None, text: str) -> None:
    steps.move(
        meeting,
        "decline",
        version,
        answered_at=clock.now(),
        closed_at=clock.now(),
        expires_at=None,
        decline_reason=reason if reason in DECLINE_REASONS else None,
        answer_text=clean_lines(text),
    )
    steps.count_open(meeting.requester_id, -1)
    mails.meeting_declined(meeting)


def _require_turn(meeting: Meeting, by: Delegate | None) -> None:
    if not meeting.is_open:
        raise RequestNotOpen(meeting=meeting)
    if by is None or not queries.has_turn(meeting, by):
        raise NoTurn


def _answered_by(meeting: Meeting, delegate: Delegate) -> bool:
    mine = queries.side_of(meeting, delegate)
    turn = next((seat.side for seat in meeting.delegates if seat.delegate_id == meeting.turn_id), None)
    return mine is not None and mine.side == turn
