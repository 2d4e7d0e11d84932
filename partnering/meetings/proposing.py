"""Times proposed for an accepted meeting: until somebody agrees nothing changes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from .. import clock
from ..db import db
from ..delegates.models import Delegate
from ..text import clean_lines
from . import asking, bookable, mails, moving, queries, signals, steps
from .errors import AlreadyOpen, NoSuchSlot, NotYours, ProposalOver, RequestNotOpen
from .models import Meeting, MeetingOffer, MeetingProposal, MeetingSlot
from .rules import rules_of
from .states import PLACED


def propose(
    meeting: Meeting,
    slots: Sequence[MeetingSlot],
    *,
    by: Delegate | None = None,
    kind: str = "move",
    message: str = "",
    to: Delegate | None = None,
) -> MeetingProposal:
    """Propose up to three times for an accepted meeting, which keeps the one it has until the other side agrees.

    `kind` "move" is for a meeting with a time, "time" for one that has none, "repair" comes from organisers. `to` is
    who is asked: the lead of the other side, unless named. Raises `RequestNotOpen`, `NotYours`, `NoSuchSlot`,
    `NothingOffered`, and `AlreadyOpen` when a proposal waits already.
    """
    steps.take(meeting)
    if meeting.request_state != "accepted" or meeting.closed_at is not None:
        raise RequestNotOpen(meeting=meeting)
    if (meeting.placement != "none") != (kind == "move") and kind != "repair":
        raise RequestNotOpen(meeting=meeting)
    side = _side_of(meeting, by) if by is not None else None
    if by is not None and side is None:
        raise NotYours
    if open_of(meeting) is not None:
        raise AlreadyOpen(meeting=meeting)
    event = steps.event_of(meeting)
    slots = asking.checked(event, slots)
    appointment = meeting.appointment if meeting.placement in PLACED else None
    slots = [slot for slot in slots if appointment is None or slot.starts_at != appointment.starts_at]
    if not slots or (by is not None and not all(is_bookable_now(slot) for slot in slots)):
        raise NoSuchSlot
    if to is None:
        asked = next((each for each in meeting.sides if side is not None and each.side != side), None)
        to = asked.lead if asked is not None else meeting.invitee
    number = steps.next_round(meeting)
    proposal = MeetingProposal(
        event_id=meeting.event_id,
        meeting_id=meeting.id,
        kind=kind,
        round=number,
        by_id=next((each.lead_id for each in meeting.sides if each.side == side), None),
        to_id=to.id,
        message=clean_lines(message),
        expires_at=_until(meeting, slots, kind),
        created_at=clock.now(),
    )
    db.session.add(proposal)
    db.session.add_all(
        MeetingOffer(event_id=meeting.event_id, meeting_id=meeting.id, slot_id=slot.id, round=number) for slot in slots
    )
    db.session.flush()
    steps.anew(meeting)
    mails.meeting_proposed(proposal)
    return proposal


def agree(proposal: MeetingProposal, slot: MeetingSlot, *, by: Delegate) -> Meeting:
    """Agree to one of the proposed times: the meeting moves there, or gets its time.

    Raises `ProposalOver`, `NotYours`, `NoSuchSlot`, `NotThere`, `SlotTaken`, `TooLateToMove`.
    """
    meeting = _answer(proposal, by)
    if slot.id not in {each.id for each in slots_of(proposal)}:
        raise NoSuchSlot
    steps.end_proposal(proposal, "agreed")
    if meeting.placement in PLACED:
        return moving.move(meeting, slot)
    return moving.place(meeting, slot)


def refuse(proposal: MeetingProposal, *, by: Delegate, message: str = "") -> Meeting:
    """Refuse: everything stays as it is. Raises `ProposalOver`, `NotYours`."""
    meeting = _answer(proposal, by)
    steps.end_proposal(proposal, "refused")
    steps.say(meeting, by, message)
    mails.proposal_refused(proposal)
    if proposal.kind == "time":
        signals.time_freed.send(meeting.event_id, delegate_ids=hosts_of(meeting), besides=[meeting.id])
    return meeting


def take_back(proposal: MeetingProposal, *, by: Delegate) -> Meeting:
    """Take one's own proposal back: everything stays as it is. Raises `ProposalOver`, `NotYours`."""
    meeting = proposal.meeting
    steps.take(meeting)
    _require_open(proposal)
    side = _side_of(meeting, by)
    if side is None or proposal.by_id not in {each.lead_id for each in meeting.sides if each.side == side}:
        raise NotYours
    steps.end_proposal(proposal, "withdrawn")
    mails.proposal_over(proposal)
    return meeting


def lapse_proposal(proposal: MeetingProposal) -> Meeting:
    """End a proposal that nobody answered in time: everything stays as it is. Raises `ProposalOver`."""
    meeting = proposal.meeting
    steps.take(meeting)
    _require_open(proposal)
    steps.end_proposal(proposal, "expired")
    mails.proposal_refused(proposal)
    return meeting


def open_of(meeting: Meeting) -> MeetingProposal | None:
    """The proposal that waits for an answer."""
    return next((proposal for proposal in meeting.proposals if proposal.state == "open"), None)


def hosts_of(meeting: Meeting) -> set[int]:
    """Whose free time was offered to a meeting that does not take it: others that wait for them may."""
    return {side.lead_id for side in meeting.sides}


def is_bookable_now(slot: MeetingSlot) -> bool:
    """Whether people book in a slot's block by now; before, organisers plan it."""
    return slot.block.mode != "batch" or slot.block.phase in ("published", "running")


def slots_of(proposal: MeetingProposal) -> list[MeetingSlot]:
    """The proposed times, in their order."""
    slots = [offer.slot for offer in proposal.meeting.offers if offer.round == proposal.round]
    return sorted(slots, key=lambda slot: slot.first_atom)


def _answer(proposal: MeetingProposal, by: Delegate) -> Meeting:
    meeting = proposal.meeting
    steps.take(meeting)
    _require_open(proposal)
    asked = next((side.side for side in meeting.sides if side.lead_id == proposal.to_id), None)
    if asked is None or _side_of(meeting, by) != asked:
        raise NotYours
    return meeting


def _require_open(proposal: MeetingProposal) -> None:
    db.session.refresh(proposal)
    if proposal.state != "open" or proposal.meeting.request_state != "accepted":
        raise ProposalOver(meeting=proposal.meeting)


def _side_of(meeting: Meeting, by: Delegate) -> str | None:
    """The side on which `by` sits, or on which somebody sits for whom `by` may act."""
    for one in [by] if queries.side_of(meeting, by) is not None else bookable.acts_for(by):
        side = queries.side_of(meeting, one)
        if side is not None:
            return side.side
    return None


def _until(meeting: Meeting, slots: Sequence[MeetingSlot], kind: str) -> datetime:
    """Until when to answer: as for requests, a reserve for some minutes; never after what it is about has begun."""
    event = steps.event_of(meeting)
    until = asking.deadline(event, slots, origin=meeting.origin)
    if kind == "time":
        until = min(until, clock.now() + timedelta(minutes=rules_of(event).reserve_minutes))
    appointment = meeting.appointment
    if appointment is not None and meeting.placement in PLACED:
        until = min(until, appointment.starts_at - timedelta(minutes=queries.LEAD_MINUTES))
        if until <= clock.now():
            raise NoSuchSlot
    return until
