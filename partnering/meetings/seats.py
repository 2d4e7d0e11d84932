"""Who sits at the table: colleagues who come along, and those who leave."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from ..agenda import services as agenda
from ..db import db
from ..delegates import queries as partnering
from ..delegates.models import Delegate
from . import mails, queries
from .models import Meeting, MeetingDelegate, MeetingSide


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


def team(lead: Delegate, companions: Iterable[Delegate]) -> list[Delegate]:
    """Those of `companions` whom `lead` may bring along: colleagues who partner for the same profile."""
    wanted = {companion.id for companion in companions}
    return [other for other in partnering.colleagues(lead) if other.id in wanted] if wanted else []


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
