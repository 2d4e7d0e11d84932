"""How people ask for a meeting, and what becomes of two who ask each other."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from .. import clock
from ..db import db
from ..delegates.models import Delegate
from ..events.models import Event
from ..text import clean_lines
from . import bookable, mails, placing, queries, steps
from .errors import AlreadyOpen, NoSuchSlot, NothingOffered, RequestNotOpen
from .models import Meeting, MeetingBlock, MeetingDelegate, MeetingMessage, MeetingOffer, MeetingSide, MeetingSlot
from .rules import rules_of

MOST_OFFERS = 3


def save_draft(
    requester: Delegate,
    invitee: Delegate,
    slots: Sequence[MeetingSlot] = (),
    message: str = "",
    *,
    companions: Iterable[Delegate] = (),
    by: Delegate | None = None,
) -> Meeting:
    """Keep a request for later; only the requester's side sees it, and nobody's limit counts it.

    Somebody's earlier draft to the same person is written over. Raises `NotYours`, `SameOrganisation`, `NotBookable`,
    `NothingOffered`, `NoSuchSlot`.
    """
    event = requester.participant.event
    bookable.require_acting(by or requester, requester)
    bookable.check_pair(event, requester, invitee)
    slots = checked(event, slots, at_least=0)
    steps.lock([requester.id, invitee.id])
    old = draft_between(requester, invitee)
    if old is not None:
        _forget(old)
    draft = Meeting(
        **_values(event, requester, invitee, message),
        request_state="draft",
        origin="asked",
    )
    db.session.add(draft)
    db.session.flush()
    _sides(draft, requester, invitee)
    steps.seat(draft, "requester", [requester, *bookable.team(requester, list(companions))])
    steps.offer(draft, slots)
    db.session.refresh(draft)
    return draft


def send(draft: Meeting, *, by: Delegate, version: int | None = None) -> Meeting:
    """Send a draft as a request; the same rules hold as for one that was never a draft.

    When the invitee has asked meanwhile, the draft goes into their request, and that is returned. Raises `NotYours`,
    `RequestNotOpen` when it is no draft any more, and what `request_meeting` raises.
    """
    requester, invitee = draft.requester, draft.invitee
    bookable.require_acting(by, *queries.seats_of(draft, "requester"))
    steps.take(draft, [invitee])
    if draft.request_state != "draft":
        raise RequestNotOpen(meeting=draft)
    event = steps.event_of(draft)
    bookable.check(event, requester, invitee)
    slots = checked(event, queries.offered(draft), at_least=_fewest(event))
    if queries.open_between(requester, invitee) is not None:
        message, companions = draft.message, queries.seats_of(draft, "requester")[1:]
        _forget(draft)
        return _merge(requester, invitee, slots, message, companions)
    steps.move(
        draft, "send", version, turn_id=invitee.id, sent_at=clock.now(), expires_at=deadline(event, slots, late=True)
    )
    steps.count_open(requester.id, 1, limit=event.open_request_limit)
    steps.seat(draft, "invitee", [invitee])
    db.session.refresh(draft)
    mails.meeting_requested(draft)
    return draft


def discard(draft: Meeting, *, by: Delegate) -> None:
    """Delete a draft. Raises `NotYours`, `RequestNotOpen` when it is no draft any more."""
    bookable.require_acting(by, *queries.seats_of(draft, "requester"))
    steps.take(draft)
    if draft.request_state != "draft":
        raise RequestNotOpen(meeting=draft)
    _forget(draft)


def request_meeting(
    requester: Delegate,
    invitee: Delegate,
    slots: Sequence[MeetingSlot] = (),
    message: str = "",
    *,
    companions: Iterable[Delegate] = (),
    by: Delegate | None = None,
    origin: str = "asked",
) -> Meeting:
    """Ask somebody for a meeting in one of up to three slots; `companions` come along.

    `by` is who asks, for a colleague perhaps. Where organisers plan the times, none need be offered. When the invitee
    asked first, the two requests become one and it is accepted: the meeting returned is then theirs. Raises `NotYours`,
    `PartneringClosed`, `SameOrganisation`, `NotBookable` and its kinds, `NothingOffered`, `NoSuchSlot`, `TooManyOpen`,
    `AlreadyOpen`.
    """
    event = requester.participant.event
    bookable.require_acting(by or requester, requester)
    steps.lock([requester.id, invitee.id])  # whoever blocks somebody holds their own row, and comes before or after
    bookable.check(event, requester, invitee, live=origin == "live")
    slots = checked(event, slots, at_least=_fewest(event))
    companions = list(companions)
    meeting_id = steps.insert(
        **_values(event, requester, invitee, message),
        request_state="pending",
        origin=origin,
        turn_id=invitee.id,
        sent_at=clock.now(),
        expires_at=deadline(event, slots, origin=origin),
    )
    if meeting_id is None:
        return _merge(requester, invitee, slots, message, companions)
    steps.count_open(requester.id, 1, limit=event.open_request_limit)
    meeting = db.session.get_one(Meeting, meeting_id)
    _sides(meeting, requester, invitee)
    steps.seat(meeting, "invitee", [invitee])
    steps.seat(meeting, "requester", [requester, *bookable.team(requester, companions)])
    steps.offer(meeting, slots)
    db.session.refresh(meeting)
    mails.meeting_requested(meeting)
    return meeting


def insert_accepted(event: Event, requester: Delegate, invitee: Delegate, *, origin: str = "desk") -> Meeting:
    """A meeting that both have agreed to elsewhere; they are locked, and have nothing open. Raises `AlreadyOpen`."""
    now = clock.now()
    meeting_id = steps.insert(
        **_values(event, requester, invitee, ""),
        request_state="accepted",
        origin=origin,
        turn_id=invitee.id,
        sent_at=now,
        answered_at=now,
    )
    if meeting_id is None:
        raise AlreadyOpen
    meeting = db.session.get_one(Meeting, meeting_id)
    _sides(meeting, requester, invitee)
    steps.seat(meeting, "invitee", [invitee])
    steps.seat(meeting, "requester", [requester])
    db.session.refresh(meeting)
    return meeting


def deadline(event: Event, slots: Sequence[MeetingSlot], *, origin: str = "asked", late: bool = False) -> datetime:
    """Until when to answer: so many days, hours in the last days, minutes on site; 10 minutes before the last slot.

    Without slots it is at latest when partnering ends. Where that is over already, it raises `NoSuchSlot`, or with
    `late` answers now, so that the request runs out at once.
    """
    now, rules = clock.now(), rules_of(event)
    if origin == "live" or any(slot.block.mode == "live" for slot in slots):
        until = now + timedelta(minutes=rules.live_minutes)
    elif event.opens_at - now <= timedelta(days=rules.late_days):
        until = now + timedelta(hours=rules.late_hours)
    else:
        until = now + timedelta(days=event.request_days)
    if slots:
        latest = max(slot.starts_at for slot in slots) - timedelta(minutes=queries.LEAD_MINUTES)
    else:
        latest = event.partnering_until or event.closes_at
    if latest <= now and not late:
        raise NoSuchSlot
    return max(now, min(until, latest))


def checked(event: Event, slots: Sequence[MeetingSlot], *, at_least: int = 1) -> list[MeetingSlot]:
    """The slots in order of time. Raises `NothingOffered`, `NoSuchSlot`."""
    chosen = sorted({slot.id: slot for slot in slots}.values(), key=lambda slot: slot.first_atom)
    if not at_least <= len(chosen) <= MOST_OFFERS:
        raise NothingOffered
    if any(slot.event_id != event.id or slot.starts_at <= clock.now() or slot.removed_at for slot in chosen):
        raise NoSuchSlot
    return chosen


def _fewest(event: Event) -> int:
    """How many slots a request must offer: none where organisers plan the times of a block that is open."""
    planned = sa.exists().where(
        MeetingBlock.event_id == event.id, MeetingBlock.mode == "batch", MeetingBlock.phase == "open"
    )
    return 0 if db.session.scalar(sa.select(planned)) else 1


def _values(event: Event, requester: Delegate, invitee: Delegate, message: str) -> dict[str, object]:
    low, high = sorted((requester.id, invitee.id))
    return {
        "event_id": event.id,
        "low_id": low,
        "high_id": high,
        "requester_id": requester.id,
        "placement": "none",
        "round": 1,
        "message": clean_lines(message),
        "answer_text": "",
        "created_at": clock.now(),
    }


def _sides(meeting: Meeting, requester: Delegate, invitee: Delegate) -> None:
    db.session.add_all(
        MeetingSide(
            event_id=meeting.event_id,
            meeting_id=meeting.id,
            side=side,
            profile_id=lead.profile_id,
            lead_id=lead.id,
            priority=0,
            note="",
        )
        for side, lead in (("requester", requester), ("invitee", invitee))
    )
    db.session.flush()
    db.session.expire(meeting, ["sides"])


def _merge(
    requester: Delegate, invitee: Delegate, slots: Sequence[MeetingSlot], message: str, companions: Sequence[Delegate]
) -> Meeting:
    """The other side asked first: keep theirs, and accept it at a time that suits both requests, else both people.

    Where no time is left at all it is accepted without one, and the time follows.
    """
    meeting = queries.open_between(requester, invitee)
    if meeting is None or not queries.has_turn(meeting, requester):
        raise AlreadyOpen(meeting=meeting)
    team = bookable.team(requester, companions)
    steps.take(meeting, team)
    if not queries.has_turn(meeting, requester):
        raise AlreadyOpen(meeting=meeting)
    steps.say(meeting, requester, message)
    mine = queries.side_of(meeting, requester)
    steps.seat(meeting, mine.side if mine else "invitee", team)
    if placing.limit_reached(requester):
        return placing.accepted(meeting, None, None, reserve=True)
    free = queries.shared_slots([seat.delegate for seat in meeting.delegates])
    theirs, ours = {slot.id for slot in queries.offered(meeting)}, {slot.id for slot in slots}
    for wanted in (theirs & ours, theirs, ours, {slot.id for slot in free}):
        suiting = [slot for slot in free if slot.id in wanted]
        if suiting:
            return placing.accepted(meeting, suiting[0], None)
    return placing.accepted(meeting, None, None)


def draft_between(requester: Delegate, invitee: Delegate) -> Meeting | None:
    """The request that somebody has written to another and not sent yet."""
    low, high = sorted((requester.id, invitee.id))
    return db.session.scalars(
        sa.select(Meeting).where(
            Meeting.event_id == requester.event_id,
            Meeting.low_id == low,
            Meeting.high_id == high,
            Meeting.requester_id == requester.id,
            Meeting.request_state == "draft",
        )
    ).first()


def _forget(draft: Meeting) -> None:
    """Delete a draft, of which nobody else knows."""
    for model in (MeetingOffer, MeetingMessage, MeetingDelegate, MeetingSide):
        db.session.execute(sa.delete(model).where(model.meeting_id == draft.id))
    draft_id = draft.id
    db.session.expunge(draft)
    db.session.execute(sa.delete(Meeting).where(Meeting.id == draft_id))
