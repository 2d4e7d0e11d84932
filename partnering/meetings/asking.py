"""How people ask for a meeting, and what becomes of two who ask each other."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from .. import clock
from ..db import db
from ..delegates.models import Delegate
from ..events.models import Event
from ..text import clean_lines
from . import mails, placing, queries, seats, steps
from .errors import (
    AlreadyOpen,
    NoSuchSlot,
    NotBookable,
    NothingOffered,
    PartneringClosed,
    SameOrganisation,
    SlotTaken,
)
from .models import Meeting, MeetingSide, MeetingSlot

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
    slots = checked(event, slots)
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
    steps.seat(meeting, "requester", [requester, *seats.team(requester, companions)])
    steps.offer(meeting, slots)
    db.session.refresh(meeting)
    mails.meeting_requested(meeting)
    return meeting


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


def _merge(
    requester: Delegate, invitee: Delegate, slots: Sequence[MeetingSlot], message: str, companions: Iterable[Delegate]
) -> Meeting:
    """The other side asked first: keep theirs, and accept it at a time that suits both requests, else both people."""
    meeting = queries.open_between(requester, invitee)
    if meeting is None or not queries.has_turn(meeting, requester):
        raise AlreadyOpen(meeting=meeting)
    steps.say(meeting, requester, message)
    mine = queries.side_of(meeting, requester)
    steps.seat(meeting, mine.side if mine else "invitee", seats.team(requester, companions))
    free = queries.shared_slots([seat.delegate for seat in meeting.delegates])
    theirs, ours = {slot.id for slot in queries.offered(meeting)}, {slot.id for slot in slots}
    for wanted in (theirs & ours, theirs, ours):
        suiting = [slot for slot in free if slot.id in wanted]
        if suiting:
            return placing.accepted(meeting, suiting[0], None)
    raise SlotTaken(meeting=meeting)


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


def checked(event: Event, slots: Sequence[MeetingSlot]) -> list[MeetingSlot]:
    """The slots in order of time. Raises `NothingOffered`, `NoSuchSlot`."""
    chosen = sorted({slot.id: slot for slot in slots}.values(), key=lambda slot: slot.first_atom)
    if not 1 <= len(chosen) <= MOST_OFFERS:
        raise NothingOffered
    if any(slot.event_id != event.id or slot.starts_at <= clock.now() for slot in chosen):
        raise NoSuchSlot
    return chosen
