"""Who sits at the table: colleagues who come along, take over, or leave."""

from collections.abc import Sequence

import sqlalchemy as sa

from ..agenda import services as agenda
from ..agenda.models import AgendaEntry
from ..db import db
from ..delegates import queries as partnering
from ..delegates.models import Delegate
from . import bookable, mails, placing, queries, steps
from .errors import AlreadyOpen, LastOfSide, NotYours, RequestNotOpen
from .models import Meeting, MeetingDelegate, MeetingProposal, MeetingSide
from .states import AHEAD

SEATED = ("pending", "countered", "accepted")
"""Request states in which people come and go."""


def join(meeting: Meeting, delegate: Delegate, *, by: Delegate | None = None, version: int | None = None) -> Meeting:
    """Let a colleague come along; at a confirmed meeting their time is taken too. Without `by` organisers do it.

    Raises `RequestNotOpen`, `NotYours` for somebody who is no colleague of that side, `NotThere`, `SlotTaken` when they
    have something else then.
    """
    steps.take(meeting, [delegate])
    side = _side_of_profile(meeting, delegate, by)
    if queries.side_of(meeting, delegate) is not None:
        return meeting
    _reseated(meeting, version)
    _come(meeting, side, delegate)
    steps.record(meeting, "joined", delegate=delegate.public_id)
    mails.meeting_changed(meeting, besides=delegate)
    return meeting


def leave(meeting: Meeting, delegate: Delegate, *, by: Delegate | None = None, version: int | None = None) -> Meeting:
    """Let one of several leave a meeting; whoever led their side hands that to a colleague.

    Raises `RequestNotOpen`, `NotYours`, `LastOfSide`, or `AlreadyOpen` when every colleague has something else open
    with the other side.
    """
    steps.take(meeting)
    side = queries.side_of(meeting, delegate)
    if side is None:
        raise NotYours
    _require_company(meeting, side, by)
    if len(_rest(meeting, side, delegate)) == 0:
        raise LastOfSide(meeting=meeting)
    _reseated(meeting, version)
    if not drop_seat(meeting, delegate):
        raise AlreadyOpen(meeting=meeting)
    steps.record(meeting, "left", delegate=delegate.public_id)
    return meeting


def replace(
    meeting: Meeting, old: Delegate, new: Delegate, *, by: Delegate | None = None, version: int | None = None
) -> Meeting:
    """Let a colleague sit in somebody's stead, also where they sat alone. Errors as `join` and `leave`."""
    steps.take(meeting, [new])
    side = queries.side_of(meeting, old)
    if side is None or side.profile_id != new.profile_id or new.left_at is not None or new.id == old.id:
        raise NotYours
    _require_company(meeting, side, by)
    _reseated(meeting, version)
    comes = queries.side_of(meeting, new) is None
    if comes:
        _come(meeting, side, new, instead=old)
    if not drop_seat(meeting, old, newcomer=new, heard=comes):
        raise AlreadyOpen(meeting=meeting)
    steps.record(meeting, "replaced", old=old.public_id, new=new.public_id)
    return meeting


def drop_seat(meeting: Meeting, delegate: Delegate, *, newcomer: Delegate | None = None, heard: bool = False) -> bool:
    """Let one delegate leave a meeting that colleagues keep; False when nobody is left who could lead their side.

    A colleague becomes the lead where the leaver was it, unless the pair that makes has an open meeting already; a
    `newcomer` in their stead comes first. `heard`: the others' calendars have heard of the change already.
    """
    side = queries.side_of(meeting, delegate)
    if side is None:
        return True
    rest = _rest(meeting, side, delegate)
    if newcomer is not None:
        rest.sort(key=lambda other: other.id != newcomer.id)
    led = side.lead_id == delegate.id
    if not rest or (led and not _lead_instead(meeting, side, delegate, rest)):
        return False
    vacant = next(seat.vacant_since for seat in meeting.delegates if seat.delegate_id == delegate.id) is not None
    db.session.execute(
        sa.delete(MeetingDelegate).where(
            MeetingDelegate.meeting_id == meeting.id, MeetingDelegate.delegate_id == delegate.id
        )
    )
    steps.anew(meeting)
    if vacant:
        steps.end_idle([delegate.id])
    if led:
        mails.lead_passed(meeting, delegate, side.lead)
    if meeting.is_open:
        return True
    if not vacant:
        go(meeting, delegate)
    if meeting.appointment is not None and not heard:
        agenda.touch(meeting.appointment)
    mails.meeting_changed(meeting, besides=newcomer if heard else None)
    return True


def go(meeting: Meeting, delegate: Delegate) -> AgendaEntry | None:
    """Take a meeting out of one delegate's agenda, and tell their calendar if it knew."""
    appointment = meeting.appointment
    entry = agenda.entry_of(appointment, delegate.participant) if appointment is not None else None
    if entry is not None and entry.state == "live":
        agenda.leave(entry)
        db.session.flush()
        mails.meeting_left(meeting, entry, delegate)
    return entry


def _come(meeting: Meeting, side: MeetingSide, delegate: Delegate, *, instead: Delegate | None = None) -> None:
    """Seat a newcomer and tell them: their calendar gets the meeting, the others' a higher sequence.

    Whoever they sit there `instead` of leaves next, and that is the one change that their calendar hears of.
    """
    steps.seat(meeting, side.side, [delegate])
    appointment = meeting.appointment
    if meeting.request_state != "accepted" or meeting.placement == "none" or appointment is None:
        return
    slot = queries.slot_at(meeting.event_id, appointment.starts_at, appointment.ends_at)
    agenda.lock_people([delegate.participant_id])
    if slot is not None:
        placing.come(slot, delegate, appointment)
    leaver = instead.participant_id if instead is not None else None
    agenda.touch(appointment, [each for each in agenda.live_entries(appointment) if each.participant_id != leaver])
    try:
        entry = agenda.attend(appointment, delegate.participant, side.side, blocks=True)
    except agenda.TimeTaken as taken:
        raise placing.taken_meanwhile(meeting) from taken
    mails.meeting_joined(meeting, delegate, entry)


def _reseated(meeting: Meeting, version: int | None) -> None:
    """Raise the version of a meeting whose seats change, if that still may be. Raises `RequestNotOpen`."""
    if meeting.request_state not in SEATED or meeting.placement not in AHEAD or meeting.closed_at is not None:
        raise RequestNotOpen(meeting=meeting)
    steps.change(meeting, version, SEATED)


def _side_of_profile(meeting: Meeting, delegate: Delegate, by: Delegate | None) -> MeetingSide:
    """The side of a newcomer's organisation. Raises `NotYours`."""
    side = next((each for each in meeting.sides if each.profile_id == delegate.profile_id), None)
    if side is None or delegate.left_at is not None:
        raise NotYours
    if by is not None:
        _require_company(meeting, side, by, newcomer=delegate)
    return side


def _require_company(
    meeting: Meeting, side: MeetingSide, by: Delegate | None, *, newcomer: Delegate | None = None
) -> None:
    """Refuse who neither sits on a side nor is a colleague of somebody who does. Raises `NotYours`."""
    if by is None:
        return
    sitting = {other.id for other in queries.seats_of(meeting, side.side)}
    known = {by.id, *(other.id for other in partnering.colleagues(by))}
    if by.profile_id != side.profile_id or not known & sitting:
        raise NotYours
    if newcomer is not None and newcomer.id not in known:
        raise NotYours
    if newcomer is None or newcomer.id != by.id:
        bookable.require_acting(by, *queries.seats_of(meeting, side.side))


def _rest(meeting: Meeting, side: MeetingSide, delegate: Delegate) -> list[Delegate]:
    """Who stays on a side when one goes."""
    vacant = {seat.delegate_id for seat in meeting.delegates if seat.vacant_since is not None}
    return [
        other
        for other in queries.seats_of(meeting, side.side)
        if other.id != delegate.id and other.left_at is None and other.id not in vacant
    ]


def _lead_instead(meeting: Meeting, side: MeetingSide, leaver: Delegate, rest: Sequence[Delegate]) -> bool:
    across = queries.other_side(meeting, side).lead
    for heir in rest:
        already = queries.open_between(heir, across)
        if already is not None and already.id != meeting.id:
            continue
        low, high = sorted((heir.id, across.id))
        requester, turn = meeting.requester_id, meeting.turn_id
        was_open = meeting.is_open
        reserve = meeting.reserve_rank is not None and turn == leaver.id
        steps.change(
            meeting,
            None,
            SEATED,
            low_id=low,
            high_id=high,
            requester_id=heir.id if requester == leaver.id else requester,
            turn_id=heir.id if turn == leaver.id else turn,
            reserve_rank=placing.next_rank(meeting, heir.id) if reserve else meeting.reserve_rank,
        )
        if was_open and requester == leaver.id:
            steps.count_open(leaver.id, -1)
            steps.count_open(heir.id, 1)
        db.session.execute(
            sa.update(MeetingSide)
            .where(MeetingSide.meeting_id == meeting.id, MeetingSide.side == side.side)
            .values(lead_id=heir.id, contact_at=None)
        )
        for column in (MeetingProposal.by_id, MeetingProposal.to_id):
            db.session.execute(
                sa.update(MeetingProposal)
                .where(MeetingProposal.meeting_id == meeting.id, MeetingProposal.state == "open", column == leaver.id)
                .values({column.key: heir.id})
            )
        steps.anew(meeting)
        return True
    return False
