"""What can happen between two who want to meet: asked, accepted, countered, declined, withdrawn, cancelled, expired.

Every deed first locks the two lead delegates by id, then changes the meeting only in the version and state it was
seen in, then takes or frees time, people before tables. So of two deeds at once one wins, and the other is told why.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from .. import audit, clock
from ..agenda import services as agenda
from ..db import db
from ..delegates import queries as partnering
from ..delegates.models import Delegate
from ..events.models import Event
from ..text import clean_lines
from . import mails, queries, steps
from .errors import (
    AlreadyOpen,
    NoSuchSlot,
    NotBookable,
    NothingOffered,
    NoTurn,
    PartneringClosed,
    RequestNotOpen,
    SameOrganisation,
    SlotTaken,
    TooLateToUndo,
)
from .models import DECLINE_REASONS, Meeting, MeetingDelegate, MeetingSide, MeetingSlot
from .setting_up import make_block, make_slots, make_tables

__all__ = [
    "accept",
    "cancel",
    "counter",
    "decline",
    "expire",
    "make_block",
    "make_slots",
    "make_tables",
    "request_meeting",
    "undo_accept",
    "withdraw",
]

UNDO_SECONDS = 30
"""How long an acceptance can be taken back; letters wait as long."""

MOST_OFFERS = 3


def request_meeting(
    requester: Delegate,
    invitee: Delegate,
    slots: Sequence[MeetingSlot],
    message: str = "",
    *,
    companions: Iterable[Delegate] = (),
) -> Meeting:
    """Ask somebody for a meeting in one of up to three slots; `companions` come along.

    When they asked first, the two requests become one and it is accepted: the meeting returned is then theirs.
    Raises `PartneringClosed`, `SameOrganisation`, `NotBookable`, `NothingOffered`, `NoSuchSlot`, `TooManyOpen`,
    `AlreadyOpen`, or `SlotTaken` when two requests meet and no time is left.
    """
    event = requester.participant.event
    _check_bookable(event, requester, invitee)
    slots = _checked(event, slots)
    steps.lock([requester.id, invitee.id])
    low, high = sorted((requester.id, invitee.id))
    meeting_id = steps.insert(
        event_id=event.id,
        low_id=low,
        high_id=high,
        requester_id=requester.id,
        turn_id=invitee.id,
        request_state="pending",
        placement="none",
        round=1,
        message=clean_lines(message),
        answer_text="",
        sent_at=clock.now(),
        expires_at=deadline(event, slots),
        created_at=clock.now(),
    )
    if meeting_id is None:
        return _merge(requester, invitee, slots, message, companions)
    steps.count_open(requester.id, 1, limit=event.open_request_limit)
    db.session.add_all(
        MeetingSide(
            event_id=event.id,
            meeting_id=meeting_id,
            side=side,
            profile_id=lead.profile_id,
            lead_id=lead.id,
            priority=0,
            note="",
        )
        for side, lead in (("requester", requester), ("invitee", invitee))
    )
    meeting = db.session.get_one(Meeting, meeting_id)
    steps.seat(meeting, "invitee", [invitee])
    steps.seat(meeting, "requester", [requester, *_team(requester, companions)])
    steps.offer(meeting, slots)
    db.session.refresh(meeting)
    mails.meeting_requested(meeting)
    return meeting


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
    steps.seat(meeting, mine.side if mine else "invitee", _team(by, companions))
    offered_ids = {each.id for each in queries.offered(meeting)}
    if slot.id not in offered_ids and slot.id not in {each.id for each in queries.choices(meeting)}:
        raise NoSuchSlot
    return _accepted(meeting, slot, version)


def undo_accept(meeting: Meeting, *, by: Delegate, version: int | None = None) -> None:
    """Take an acceptance back within 30 seconds, before its letters leave; time and table are free again.

    Raises `TooLateToUndo`, `NoTurn`, `RequestNotOpen`.
    """
    steps.lock([meeting.low_id, meeting.high_id])
    if meeting.request_state != "accepted":
        raise RequestNotOpen(meeting=meeting)
    if not may_undo(meeting, by):
        raise TooLateToUndo if _answered_by(meeting, by) else NoTurn
    appointment, event = meeting.appointment, _event_of(meeting)
    slots = queries.offered(meeting)
    steps.move(
        meeting,
        "undo",
        version,
        request_state="countered" if meeting.round > 1 else "pending",
        placement="none",
        appointment_id=None,
        answered_at=None,
        expires_at=deadline(event, slots) if slots else clock.now() + timedelta(days=1),
    )
    if appointment is not None:
        agenda.cancel(appointment)
    steps.count_open(meeting.requester_id, 1)
    _record(meeting, "undone")


def may_undo(meeting: Meeting, by: Delegate) -> bool:
    """Whether this delegate's acceptance can still be taken back."""
    return (
        meeting.request_state == "accepted"
        and meeting.placement in ("none", "published")
        and meeting.answered_at is not None
        and clock.now() - meeting.answered_at < timedelta(seconds=UNDO_SECONDS)
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
    event = _event_of(meeting)
    slots = _checked(event, slots)
    mine = queries.side_of(meeting, by)
    assert mine is not None
    steps.move(
        meeting,
        "counter",
        version,
        turn_id=queries.other_side(meeting, mine).lead_id,
        round=meeting.round + 1,
        expires_at=deadline(event, slots),
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


def withdraw(meeting: Meeting, *, by: Delegate | None = None, version: int | None = None) -> None:
    """Take an open request back; the other side hears of it only if it heard of the request.

    Raises `RequestNotOpen`, `NoTurn` when the other side asked.
    """
    steps.lock([meeting.low_id, meeting.high_id])
    side = queries.side_of(meeting, by) if by is not None else None
    if by is not None and (side is None or side.side != "requester"):
        raise NoTurn
    steps.move(meeting, "withdraw", version, closed_at=clock.now(), expires_at=None)
    steps.count_open(meeting.requester_id, -1)
    mails.meeting_withdrawn(meeting)


def expire(meeting: Meeting) -> None:
    """Close an open request that nobody answered in time. Raises `RequestNotOpen`."""
    steps.lock([meeting.low_id, meeting.high_id])
    steps.move(meeting, "expire", None, closed_at=clock.now(), expires_at=None)
    steps.count_open(meeting.requester_id, -1)
    mails.meeting_expired(meeting)


def cancel(meeting: Meeting, *, by: Delegate | None = None, reason: str = "", version: int | None = None) -> None:
    """Call an accepted meeting off; time and table are free again, and calendars hear of it if they knew.

    Without `by` the organisers do it. Raises `RequestNotOpen`.
    """
    steps.lock([meeting.low_id, meeting.high_id])
    appointment = meeting.appointment
    if meeting.placement not in ("none", "published") or (
        appointment is not None and appointment.ends_at <= clock.now()
    ):
        raise RequestNotOpen(meeting=meeting)
    steps.move(meeting, "cancel", version, closed_at=clock.now(), answer_text=clean_lines(reason)[:600])
    entries = agenda.cancel(appointment) if appointment is not None else []
    _record(meeting, "cancelled", reason=reason)
    mails.meeting_cancelled(meeting, entries, by)


def drop_seat(meeting: Meeting, delegate: Delegate) -> bool:
    """Let one delegate leave a meeting that colleagues keep; False when nobody is left who could lead their side.

    A colleague becomes the lead where the leaver was it, unless the pair that makes has an open meeting already.
    """
    side = queries.side_of(meeting, delegate)
    if side is None:
        return True
    rest = [
        other for other in queries.seats_of(meeting, side.side) if other.id != delegate.id and other.left_at is None
    ]
    if not rest or (side.lead_id == delegate.id and not _lead_instead(meeting, side, delegate, rest)):
        return False
    db.session.execute(
        sa.delete(MeetingDelegate).where(
            MeetingDelegate.meeting_id == meeting.id, MeetingDelegate.delegate_id == delegate.id
        )
    )
    appointment = meeting.appointment
    if appointment is not None:
        entry = agenda.entry_of(appointment, delegate.participant)
        if entry is not None:
            agenda.leave(entry)
            mails.meeting_left(meeting, entry)
        agenda.touch(appointment)
    db.session.refresh(meeting)
    mails.meeting_changed(meeting)
    return True


def deadline(event: Event, slots: Sequence[MeetingSlot]) -> datetime:
    """Until when to answer: ten days, 48 hours in the last week, 30 minutes on site; 10 minutes before the last slot.

    Raises `NoSuchSlot` when that is over already.
    """
    now = clock.now()
    if any(slot.block.mode == "live" for slot in slots):
        until = now + timedelta(minutes=30)
    elif event.opens_at - now <= timedelta(days=7):
        until = now + timedelta(hours=48)
    else:
        until = now + timedelta(days=event.request_days)
    latest = max(slot.starts_at for slot in slots) - timedelta(minutes=queries.LEAD_MINUTES)
    if latest <= now:
        raise NoSuchSlot
    return min(until, latest)


# -- how they are done


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


def _merge(
    requester: Delegate, invitee: Delegate, slots: Sequence[MeetingSlot], message: str, companions: Iterable[Delegate]
) -> Meeting:
    """The other side asked first: keep theirs, and accept it at a time that suits both requests, else both people."""
    meeting = queries.open_between(requester, invitee)
    if meeting is None or not queries.has_turn(meeting, requester):
        raise AlreadyOpen(meeting=meeting)
    steps.say(meeting, requester, message)
    mine = queries.side_of(meeting, requester)
    steps.seat(meeting, mine.side if mine else "invitee", _team(requester, companions))
    free = queries.shared_slots([seat.delegate for seat in meeting.delegates])
    theirs, ours = {slot.id for slot in queries.offered(meeting)}, {slot.id for slot in slots}
    for wanted in (theirs & ours, theirs, ours):
        suiting = [slot for slot in free if slot.id in wanted]
        if suiting:
            return _accepted(meeting, suiting[0], None)
    raise SlotTaken(meeting=meeting)


def _accepted(meeting: Meeting, slot: MeetingSlot, version: int | None) -> Meeting:
    steps.move(meeting, "accept", version, answered_at=clock.now(), expires_at=None)
    steps.count_open(meeting.requester_id, -1)
    if slot.block.mode == "batch":
        mails.meeting_accepted(meeting)
        return meeting
    seats = [(seat.delegate.participant, seat.side) for seat in meeting.delegates]
    leaves_before = [
        s.delegate for s in meeting.delegates if s.delegate.departs_at and s.delegate.departs_at < slot.ends_at
    ]
    if leaves_before or slot.starts_at <= clock.now():
        raise NoSuchSlot
    try:
        appointment = agenda.hold_meeting(
            _event_of(meeting), slot.starts_at, slot.ends_at, seats, queries.free_tables(slot)
        )
    except (agenda.TimeTaken, agenda.PlaceTaken) as taken:
        raise SlotTaken(meeting=meeting) from taken
    meeting.appointment_id, meeting.placement = appointment.id, "published"
    db.session.flush()
    db.session.refresh(meeting)
    mails.meeting_confirmed(meeting, clock.now() + timedelta(seconds=UNDO_SECONDS))
    return meeting


def _check_bookable(event: Event, requester: Delegate, invitee: Delegate) -> None:
    now = clock.now()
    if (event.partnering_from and now < event.partnering_from) or (
        event.partnering_until and now > event.partnering_until
    ):
        raise PartneringClosed
    if requester.profile_id == invitee.profile_id:
        raise SameOrganisation
    if requester.left_at or invitee.left_at or invitee.visibility == "hidden" or requester.event_id != invitee.event_id:
        raise NotBookable


def _checked(event: Event, slots: Sequence[MeetingSlot]) -> list[MeetingSlot]:
    """The slots in order of time. Raises `NothingOffered`, `NoSuchSlot`."""
    chosen = sorted({slot.id: slot for slot in slots}.values(), key=lambda slot: slot.first_atom)
    if not 1 <= len(chosen) <= MOST_OFFERS:
        raise NothingOffered
    if any(slot.event_id != event.id or slot.starts_at <= clock.now() for slot in chosen):
        raise NoSuchSlot
    return chosen


def _team(lead: Delegate, companions: Iterable[Delegate]) -> list[Delegate]:
    """Those of `companions` whom `lead` may bring along: colleagues who partner for the same profile."""
    wanted = {companion.id for companion in companions}
    return [other for other in partnering.colleagues(lead) if other.id in wanted] if wanted else []


def _require_turn(meeting: Meeting, by: Delegate | None) -> None:
    if not meeting.is_open:
        raise RequestNotOpen(meeting=meeting)
    if by is None or not queries.has_turn(meeting, by):
        raise NoTurn


def _answered_by(meeting: Meeting, delegate: Delegate) -> bool:
    mine = queries.side_of(meeting, delegate)
    turn = next((seat.side for seat in meeting.delegates if seat.delegate_id == meeting.turn_id), None)
    return mine is not None and mine.side == turn


def _lead_instead(meeting: Meeting, side: MeetingSide, leaver: Delegate, rest: Sequence[Delegate]) -> bool:
    across = queries.other_side(meeting, side).lead
    for heir in rest:
        if queries.open_between(heir, across) is not None:
            continue
        side.lead_id = heir.id
        meeting.low_id, meeting.high_id = sorted((heir.id, across.id))
        meeting.requester_id = heir.id if meeting.requester_id == leaver.id else meeting.requester_id
        meeting.turn_id = heir.id if meeting.turn_id == leaver.id else meeting.turn_id
        db.session.flush()
        return True
    return False


def _event_of(meeting: Meeting) -> Event:
    return db.session.get_one(Event, meeting.event_id)


def _record(meeting: Meeting, deed: str, **after: Any) -> None:
    audit.record(f"meeting.{deed}", meeting, event=_event_of(meeting), after=after or None)
