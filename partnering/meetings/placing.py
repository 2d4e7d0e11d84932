"""How an accepted meeting gets its time and its table."""

from datetime import timedelta

from .. import clock
from ..agenda import services as agenda
from ..db import db
from . import mails, queries, steps
from .errors import (
    NoSuchSlot,
    SlotTaken,
)
from .models import Meeting, MeetingSlot

UNDO_SECONDS = 30
"""How long an acceptance can be taken back; letters wait as long."""


def accepted(meeting: Meeting, slot: MeetingSlot, version: int | None) -> Meeting:
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
            steps.event_of(meeting), slot.starts_at, slot.ends_at, seats, queries.free_tables(slot)
        )
    except (agenda.TimeTaken, agenda.PlaceTaken) as taken:
        raise SlotTaken(meeting=meeting) from taken
    meeting.appointment_id, meeting.placement = appointment.id, "published"
    db.session.flush()
    db.session.refresh(meeting)
    mails.meeting_confirmed(meeting, clock.now() + timedelta(seconds=UNDO_SECONDS))
    return meeting
