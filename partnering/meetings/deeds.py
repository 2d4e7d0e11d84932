"""Which deeds on a request or a meeting are open to somebody: what pages offer is what the services would do."""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

import sqlalchemy as sa

from .. import clock
from ..agenda import walking
from ..db import db
from ..delegates import queries as partnering
from ..delegates.models import Delegate
from . import answering, bookable, ending, placing, proposing, queries
from .models import Meeting, MeetingProposal, MeetingSide, MeetingSlot
from .moving import LATE_MINUTES
from .seats import SEATED
from .states import AHEAD, PLACED


def sitting_for(meeting: Meeting, by: Delegate, acting: Sequence[Delegate]) -> Delegate | None:
    """As whom somebody looks at a meeting: themselves if they sit there, else the first for whom they may act."""
    for one in (by, *acting):
        if queries.side_of(meeting, one) is not None:
            return one
    return None


def open_to(meeting: Meeting, by: Delegate, acting: Sequence[Delegate] | None = None) -> frozenset[str]:
    """The deeds that `by` may do with a meeting now, by the names of the services.

    "accept" is at a time, or without one where none was offered; "reserve" is accepting without a time when one has
    all the meetings one wants, or no time suits both. "join" is for colleagues who do not sit there, "bring" for who
    lets one come along, "replace" for sitting in somebody's stead. `acting` are those for whom `by` may act.
    """
    acting = bookable.acts_for(by) if acting is None else acting
    whom = sitting_for(meeting, by, acting)
    if whom is None:
        return frozenset(["join"]) if may_join(meeting, by) else frozenset()
    side = queries.side_of(meeting, whom)
    assert side is not None  # they sit there
    return frozenset(
        {
            *_of_drafts(meeting, side),
            *_of_answers(meeting, by, whom),
            *_of_ends(meeting, by, side),
            *_of_proposals(meeting, by, side),
            *_of_seats(meeting, by, side),
        }
    )


def _of_drafts(meeting: Meeting, side: MeetingSide) -> set[str]:
    mine = meeting.request_state == "draft" and side.side == "requester"
    return {"send", "discard"} if mine else set()


def _of_answers(meeting: Meeting, by: Delegate, whom: Delegate) -> set[str]:
    if not queries.has_turn(meeting, whom) or meeting.turn is None:
        return set()
    found = {"decline"}
    offered, choices = queries.offered(meeting), queries.choices(meeting)
    full = placing.limit_reached(meeting.turn)
    if (choices or not offered) and not full:
        found.add("accept")
    else:
        found.add("reserve")
    if other_times(meeting) or partnering.colleagues(answering.answering(meeting, by)):
        found.add("counter")
    if heirs(meeting):
        found.add("forward")
    return found


def _of_ends(meeting: Meeting, by: Delegate, side: MeetingSide) -> set[str]:
    found = set()
    if meeting.is_open and side.side == "requester":
        found.add("withdraw")
    if ending.is_cancellable(meeting):
        found.add("cancel")
    if meeting.request_state == "cancelled" and ending.revivable(meeting, by) is not None:
        found.add("revive")
    if may_undo(meeting, by):
        found.add("undo")
    return found


def may_undo(meeting: Meeting, by: Delegate) -> bool:
    """Whether an answer can still be taken back; not a refusal when the two have something else open by now."""
    if not answering.may_undo(meeting, by):
        return False
    return meeting.request_state == "accepted" or not (
        queries.open_between(meeting.low, meeting.high) or partnering.blocked(meeting.low, meeting.high)
    )


def _of_proposals(meeting: Meeting, by: Delegate, side: MeetingSide) -> set[str]:
    if meeting.request_state != "accepted" or meeting.closed_at is not None:
        return set()
    proposal = proposing.open_of(meeting)
    if proposal is None:
        return {"propose"} if times_to_propose(meeting) else set()
    asked = next((each.side for each in meeting.sides if each.lead_id == proposal.to_id), None)
    if side.side == asked:
        return {"agree", "refuse"} if times_to_agree(proposal) else {"refuse"}
    return {"take_back"} if proposal.by_id == side.lead_id else set()


def _of_seats(meeting: Meeting, by: Delegate, side: MeetingSide) -> set[str]:
    if not _people_may_change(meeting):
        return set()
    found = set()
    coming = newcomers(meeting, by, side)
    sitting = _staying(meeting, side)
    if coming:
        found.add("bring")
    for old in sitting:
        if any(_leads_on(meeting, side, old, [new, *sitting]) for new in coming):
            found.add("replace")
        if by.id == old.id and any(_leads_on(meeting, side, old, [heir]) for heir in sitting if heir.id != old.id):
            found.add("leave")
    return found


# -- what can be chosen


def other_times(meeting: Meeting) -> list[MeetingSlot]:
    """Times that suit everybody who sits in an open request and are not offered in it, in their order."""
    known = {slot.id for slot in queries.offered(meeting)}
    free = queries.shared_slots([seat.delegate for seat in meeting.delegates])
    return [slot for slot in free if slot.id not in known]


def heirs(meeting: Meeting) -> list[Delegate]:
    """Colleagues to whom a request can be handed on: they do not sit in it, and have nothing open with who asks."""
    host = meeting.turn
    mine = queries.side_of(meeting, host) if host is not None else None
    if meeting.request_state != "pending" or host is None or mine is None or mine.side != "invitee":
        return []
    seated = {seat.delegate_id for seat in meeting.delegates}
    return [
        other
        for other in partnering.colleagues(host)
        if other.id not in seated
        and not partnering.blocked(meeting.requester, other)
        and queries.open_between(meeting.requester, other) is None
    ]


def times_to_propose(meeting: Meeting) -> list[MeetingSlot]:
    """Other times for an accepted meeting that suit everybody, as long as it can be moved without the desk."""
    if meeting.placement not in ("none", "published"):
        return []
    appointment = meeting.appointment if meeting.placement in PLACED else None
    late = clock.now() + timedelta(minutes=LATE_MINUTES)
    if appointment is not None and appointment.starts_at <= late:
        return []
    people = placing.sitting(meeting)
    both = {seat.side for seat in meeting.delegates if seat.vacant_since is None}
    if len(both) < 2:
        return []
    return [
        slot
        for slot in queries.common_slots(people, after=late, besides=appointment)
        if proposing.is_bookable_now(slot)
        and slot.starts_at > late
        and (appointment is None or slot.starts_at != appointment.starts_at)
    ]


def times_to_agree(proposal: MeetingProposal) -> list[MeetingSlot]:
    """The proposed times that still suit everybody."""
    meeting = proposal.meeting
    appointment = meeting.appointment if meeting.placement in PLACED else None
    late = clock.now() + timedelta(minutes=LATE_MINUTES)
    if appointment is not None and (appointment.starts_at < late or meeting.placement != "published"):
        return []
    known = {slot.id for slot in proposing.slots_of(proposal)}
    free = queries.common_slots(placing.sitting(meeting), besides=appointment)
    return [slot for slot in free if slot.id in known and (appointment is None or slot.starts_at >= late)]


def newcomers(meeting: Meeting, by: Delegate, side: MeetingSide) -> list[Delegate]:
    """Who could come along on a side or sit in somebody's stead, `by` and colleagues: whoever has the time."""
    if not _people_may_change(meeting):
        return []
    seated = {seat.delegate_id for seat in meeting.delegates}
    others = [other for other in (by, *partnering.colleagues(by)) if other.profile_id == side.profile_id]
    return [other for other in others if other.id not in seated and has_time(meeting, other)]


def has_time(meeting: Meeting, newcomer: Delegate) -> bool:
    """Whether somebody who does not sit in a meeting could be there: free, there, fed, and near enough."""
    appointment = meeting.appointment
    if meeting.placement not in PLACED or appointment is None:
        return True
    slot = queries.slot_at(meeting.event_id, appointment.starts_at, appointment.ends_at)
    if slot is None:
        atoms = clock.atoms(appointment.starts_at, appointment.ends_at)
        return not queries.taken_atoms([newcomer.participant_id], min(atoms), max(atoms))
    if not queries.free_slots([newcomer], [slot]):
        return False
    place = appointment.location
    return not walking.too_far([newcomer.participant_id], slot.starts_at, slot.ends_at, place)


def may_join(meeting: Meeting, by: Delegate) -> bool:
    """Whether a colleague who does not sit in a meeting can come along."""
    side = company_side(meeting, by)
    return side is not None and _people_may_change(meeting) and has_time(meeting, by)


def company_side(meeting: Meeting, by: Delegate) -> MeetingSide | None:
    """The side on which colleagues of `by` sit in a meeting in which they do not sit themselves."""
    if queries.side_of(meeting, by) is not None:
        return None
    side = next((each for each in meeting.sides if each.profile_id == by.profile_id), None)
    if side is None:
        return None
    known = {other.id for other in partnering.colleagues(by)}
    return side if any(other.id in known for other in queries.seats_of(meeting, side.side)) else None


def joinable(me: Delegate, other: Delegate) -> list[Meeting]:
    """What colleagues who share their agenda have open or agreed with the other's organisation, and I could join."""
    shared = []
    for meeting in queries.colleagues_meeting(me, other):
        side = company_side(meeting, me)
        if side is not None and any(each.shares_agenda for each in queries.seats_of(meeting, side.side)):
            shared.append(meeting)
    return shared


def reserve_place(meeting: Meeting) -> int | None:
    """The place of an accepted reserve in its host's queue, 1 for who moves up first; None for others."""
    if meeting.reserve_rank is None:
        return None
    return 1 + _reserves(meeting, Meeting.reserve_rank < meeting.reserve_rank)


def next_place(meeting: Meeting) -> int:
    """The place a request would have among the reserves of whoever has to answer it."""
    return 1 + _reserves(meeting)


# -- the pieces


def _reserves(meeting: Meeting, *more: sa.ColumnElement[bool]) -> int:
    waiting = sa.select(sa.func.count()).where(
        Meeting.event_id == meeting.event_id,
        Meeting.turn_id == meeting.turn_id,
        Meeting.reserve_rank.is_not(None),
        Meeting.closed_at.is_(None),
        *more,
    )
    return db.session.scalar(waiting) or 0


def _people_may_change(meeting: Meeting) -> bool:
    """Whether people can come and go: as long as it is not over, has not begun, and everybody's answer is as it was."""
    if meeting.request_state not in SEATED or meeting.placement not in AHEAD or meeting.closed_at is not None:
        return False
    appointment = meeting.appointment
    if meeting.request_state != "accepted" or appointment is None:
        return True
    return appointment.starts_at > clock.now()


def _staying(meeting: Meeting, side: MeetingSide) -> list[Delegate]:
    vacant: Collection[int] = {seat.delegate_id for seat in meeting.delegates if seat.vacant_since is not None}
    seats: Iterable[Delegate] = queries.seats_of(meeting, side.side)
    return [one for one in seats if one.left_at is None and one.id not in vacant]


def _leads_on(meeting: Meeting, side: MeetingSide, old: Delegate, rest: Sequence[Delegate]) -> bool:
    """Whether one of the rest can lead a side when `old` goes; where others lead it already there is nothing to do."""
    if side.lead_id != old.id:
        return True
    across = queries.other_side(meeting, side).lead
    for heir in rest:
        if heir.id == old.id:
            continue
        already = queries.open_between(heir, across)
        if already is None or already.id == meeting.id:
            return True
    return False
