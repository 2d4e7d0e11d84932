"""The news of meetings: who is told what, and when.

What waits for an answer, and what became of what somebody waited for, is gathered in letters (`telling`). Whatever
stands in a calendar comes as one letter for each person and meeting.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from .. import clock
from ..agenda import calendars
from ..agenda import services as agenda
from ..agenda.models import AgendaEntry, Appointment
from ..delegates.models import Delegate
from ..events.mails import know_people, to_participant
from .models import Meeting, MeetingProposal
from .states import UNDO_SECONDS
from .telling import ANSWERS, ASKS, forget, has_heard, tell

BESIDES_CONTACTS = 600
"""Seconds in which the letter about swapping addresses says, too, that no place was found."""

HEARD_OF = ("requested", "countered", "revived")
"""What tells somebody that there is a request at all."""


# -- what waits for an answer


def meeting_requested(meeting: Meeting) -> None:
    """Tell whoever was asked: now, or together with what else comes within the hour since their last letter."""
    tell(_lead(meeting, "invitee"), meeting, "requested", answer_by=meeting.expires_at)


def meeting_forwarded(meeting: Meeting, before: Delegate) -> None:
    """Tell the new host of a request that a colleague handed on, and whoever asked; `before` need hear no more."""
    forget(meeting, HEARD_OF, [before.id])
    meeting_requested(meeting)
    tell(_lead(meeting, "requester"), meeting, "forwarded")


def lead_passed(meeting: Meeting, before: Delegate, after: Delegate) -> None:
    """Tell who leads a side in a colleague's stead what the colleague was not told yet, and what to answer."""
    inherited = forget(meeting, (*ASKS, *ANSWERS), [before.id])
    proposal = next((each for each in meeting.proposals if each.state == "open"), None)
    for kind in inherited:
        if kind in ANSWERS:
            tell(after, meeting, kind, wait=_undo_wait(meeting))
    if meeting.is_open and meeting.turn_id == after.id:
        tell(after, meeting, "requested", answer_by=meeting.expires_at)
    elif proposal is not None and proposal.to_id == after.id:
        meeting_proposed(proposal)


def meeting_countered(meeting: Meeting) -> None:
    """Tell the side whose turn it is now that other times were suggested."""
    forget(meeting, HEARD_OF)
    tell(_lead(meeting, _side_at_turn(meeting)), meeting, "countered", answer_by=meeting.expires_at)


def meeting_revived(meeting: Meeting) -> None:
    """Tell the other side that a meeting which was called off might take place after all."""
    tell(_lead(meeting, _side_at_turn(meeting)), meeting, "revived", answer_by=meeting.expires_at)


def meeting_proposed(proposal: MeetingProposal) -> None:
    """Tell whoever is asked that another time was proposed, or, at once, that one came free."""
    free = proposal.kind == "time"
    tell(
        proposal.to,
        proposal.meeting,
        "offered" if free else "proposed",
        at_once=free,
        answer_by=proposal.expires_at,
    )


# -- what became of it


def meeting_accepted(meeting: Meeting, not_before: datetime | None = None) -> None:
    """Tell both sides that they will meet; the time follows when the organisers have planned."""
    wait = _seconds_until(not_before)
    for side in meeting.sides:
        tell(side.lead, meeting, "accepted", wait=wait)


def meeting_declined(meeting: Meeting, not_before: datetime | None = None, *, by: str | None = None) -> None:
    """Tell whoever waited for this answer, in a neutral sentence; `by` is the side that declined, if not in turn."""
    side = by or _side_at_turn(meeting)
    other = next(each.lead for each in meeting.sides if each.side != side)
    tell(other, meeting, "declined", wait=_seconds_until(not_before))


def meeting_withdrawn(meeting: Meeting) -> None:
    """Tell the invitee, if they heard of the request."""
    invitee = _lead(meeting, "invitee")
    if _knows(meeting, invitee):
        tell(invitee, meeting, "withdrawn")
    forget(meeting, ASKS)


def meeting_expired(meeting: Meeting) -> None:
    """Tell both sides that nobody answered in time; the invitee only if they heard of the request."""
    for side in meeting.sides:
        if side.side == "requester" or _knows(meeting, side.lead):
            tell(side.lead, meeting, "expired")
    forget(meeting, ASKS)


def proposal_refused(proposal: MeetingProposal) -> None:
    """Tell whoever proposed a time that it does not suit, or was not answered; the proposal is told no more.

    Not before the meeting itself is final: the letter says that it stays agreed.
    """
    proposal_over(proposal)
    if proposal.by is not None:
        tell(proposal.by, proposal.meeting, "refused", wait=_undo_wait(proposal.meeting))


def proposal_over(proposal: MeetingProposal) -> None:
    """A proposal that is over needs no telling any more."""
    forget(proposal.meeting, ("proposed", "offered"))


def meeting_unplaced(meeting: Meeting) -> None:
    """Tell both sides that no place was found until the end, unless the letter about swapping addresses does."""
    for side in meeting.sides:
        tell(side.lead, meeting, "unplaced", wait=BESIDES_CONTACTS)


def meeting_lost_its_time(meeting: Meeting, entries: Iterable[AgendaEntry]) -> None:
    """Take the lost time out of calendars; the meeting stays agreed, and another time follows.

    Leads whose calendar knew of it read that in the same letter, the others hear it beside other news.
    """
    entries = list(entries)
    meeting_cancelled(meeting, entries, None, ended=False)
    known = _in_calendars(entries)
    for side in meeting.sides:
        if side.lead.participant_id not in known:
            tell(side.lead, meeting, "unplaced", wait=_undo_wait(meeting))


def answer_undone(meeting: Meeting, entries: Iterable[AgendaEntry] = ()) -> None:
    """An answer is taken back before it was told; a calendar that knows of it all the same forgets it."""
    forget(meeting, ("accepted", "declined", "refused", "unplaced"))
    _post_cancelled(meeting, entries, None)
    if meeting.turn is not None and not has_heard(meeting, meeting.turn, HEARD_OF):
        forget(meeting, HEARD_OF)
        tell(meeting.turn, meeting, "requested", answer_by=meeting.expires_at)


# -- what stands in calendars


def meeting_confirmed(meeting: Meeting, not_before: datetime | None = None) -> None:
    """Tell everybody who comes, each with the meeting for their calendar."""
    forget(meeting, ("accepted", "unplaced"))
    for delegate, entry in _entries(meeting):
        _post_entry("meetings.confirmed", meeting, delegate, entry, not_before=not_before)


def meeting_joined(meeting: Meeting, delegate: Delegate, entry: AgendaEntry) -> None:
    """Tell a newcomer, with the meeting for their calendar."""
    _post_entry("meetings.confirmed", meeting, delegate, entry)


def before(appointment: Appointment) -> dict[str, str]:
    """Time and place of an appointment that is about to change, for the letters about it."""
    return {
        "starts_at": appointment.starts_at.isoformat(),
        "ends_at": appointment.ends_at.isoformat(),
        "place": appointment.location.public_id if appointment.location is not None else "",
    }


def meeting_changed(meeting: Meeting, besides: Delegate | None = None, *, was: Mapping[str, str] | None = None) -> None:
    """Tell everybody who comes that time, place or people are others now; a newcomer hears it otherwise.

    `was`, as `before` answers, is said too wherever that is what calendars show so far.
    """
    for delegate, entry in _entries(meeting):
        if besides is not None and delegate.id == besides.id:
            continue
        known = was is not None and entry.sent_sequence == entry.sequence - 1
        _post_entry("meetings.changed", meeting, delegate, entry, was=dict(was) if was is not None and known else None)


def meeting_cancelled(
    meeting: Meeting, entries: Iterable[AgendaEntry], by: Delegate | None, *, ended: bool = True
) -> None:
    """Take the meeting out of every calendar that knows of it; who called it off gets no sentence of regret.

    When it has `ended`, leads on the other side whose calendar did not know read beside other news that what they had
    asked for, or said yes to, does not come.
    """
    entries = list(entries)
    _post_cancelled(meeting, entries, by)
    forget(meeting, ("accepted", "unplaced", "proposed", "offered"))
    if not ended:
        return
    known = _in_calendars(entries)
    for side in meeting.sides:
        if side.lead_id != meeting.cancelled_by_id and side.lead.participant_id not in known:
            tell(side.lead, meeting, "declined" if side.side == "requester" else "withdrawn")


def meeting_left(meeting: Meeting, entry: AgendaEntry, delegate: Delegate) -> None:
    """Take the meeting out of the calendar of one who no longer comes, if it knew."""
    _post_entry("meetings.cancelled", meeting, delegate, entry, by=delegate.public_id)


def _post_cancelled(meeting: Meeting, entries: Iterable[AgendaEntry], by: Delegate | None) -> None:
    """One letter for each calendar; whether it knew of the meeting is asked when the letter leaves."""
    told = {entry.participant_id: entry for entry in entries}
    for seat in meeting.delegates:
        entry = told.get(seat.delegate.participant_id)
        if entry is not None:
            _post_entry("meetings.cancelled", meeting, seat.delegate, entry, by=by.public_id if by else "")


def _post_entry(
    kind: str,
    meeting: Meeting,
    delegate: Delegate,
    entry: AgendaEntry,
    *,
    not_before: datetime | None = None,
    **more: Any,
) -> None:
    wait = _undo_wait(meeting) if entry.state == "live" and entry.sent_state == "none" else 0
    earliest = max(not_before or clock.now(), clock.now() + timedelta(seconds=wait))
    to_participant(
        kind,
        delegate.participant,
        key=f"{kind}:{entry.public_id}:seq{calendars.edition(entry)}",
        payload={"meeting": meeting.public_id, "entry": entry.public_id, "delegate": delegate.public_id, **more},
        recipient_ref=delegate.public_id,
        topic=calendars.topic(entry),
        topic_version=entry.sequence,
        not_before=earliest,
    )


def _in_calendars(entries: Iterable[AgendaEntry]) -> set[int]:
    """The participants whose calendars know of these entries."""
    return {entry.participant_id for entry in entries if calendars.may_hold(entry)}


def _undo_wait(meeting: Meeting) -> int:
    """In how many seconds the answer can no longer be taken back."""
    if meeting.answered_at is None:
        return 0
    return _seconds_until(meeting.answered_at + timedelta(seconds=UNDO_SECONDS))


def _seconds_until(moment: datetime | None) -> int:
    return max(0, -int((clock.now() - moment).total_seconds() // 1)) if moment is not None else 0


def _knows(meeting: Meeting, delegate: Delegate) -> bool:
    """Whether a side has heard of a request: it answered once, or a letter has told it."""
    return meeting.round > 1 or has_heard(meeting, delegate, HEARD_OF)


def _lead(meeting: Meeting, side: str) -> Delegate:
    return next(each.lead for each in meeting.sides if each.side == side)


def _side_at_turn(meeting: Meeting) -> str:
    return next((seat.side for seat in meeting.delegates if seat.delegate_id == meeting.turn_id), "invitee")


def _entries(meeting: Meeting) -> list[tuple[Delegate, AgendaEntry]]:
    if meeting.appointment is None:
        return []
    by_participant = {entry.participant_id: entry for entry in agenda.live_entries(meeting.appointment)}
    know_people(seat.delegate.participant for seat in meeting.delegates)
    return [
        (seat.delegate, by_participant[seat.delegate.participant_id])
        for seat in meeting.delegates
        if seat.delegate.participant_id in by_participant
    ]
