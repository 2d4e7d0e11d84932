"""How meetings move: to another time, another table, to a time when they had none, and out of one they cannot keep."""

from datetime import timedelta

from .. import clock
from ..agenda import services as agenda
from ..agenda.models import Location
from ..db import db
from ..delegates.models import Delegate
from ..events.models import Event
from . import bookable, mails, placing, queries, signals, steps
from .asking import insert_accepted
from .errors import AlreadyOpen, NoSuchSlot, RequestNotOpen, TooLateToMove
from .models import Meeting, MeetingSlot
from .states import PLACED

LATE_MINUTES = 15
"""So shortly before the start only the desk moves a meeting."""


def move(
    meeting: Meeting,
    slot: MeetingSlot,
    *,
    table: Location | None = None,
    at_desk: bool = False,
    version: int | None = None,
) -> Meeting:
    """Move a confirmed meeting to another slot, at `table` or the best free one; calendars keep it under its UID.

    Raises `RequestNotOpen`, `TooLateToMove` unless `at_desk`, and what `placing.hold` raises.
    """
    steps.take(meeting)
    appointment = meeting.appointment
    if meeting.request_state != "accepted" or meeting.placement != "published" or appointment is None:
        raise RequestNotOpen(meeting=meeting)
    earliest = clock.now() + timedelta(minutes=LATE_MINUTES)
    if not at_desk and min(appointment.starts_at, slot.starts_at) < earliest:
        raise TooLateToMove(meeting=meeting)
    people = placing.sitting(meeting)
    placing.check(slot, people)
    was = mails.before(appointment)
    steps.put(meeting, "published", begins=("published",), version=version)
    steps.end_open(meeting, "withdrawn")
    agenda.lock_people(delegate.participant_id for delegate in people)
    old = (appointment.starts_at, appointment.ends_at)
    placing.spare_lunch(slot, people, besides=appointment)
    places = queries.places_for(slot, meeting, table=table, besides=appointment)
    try:
        agenda.relocate(appointment, slot.starts_at, slot.ends_at, places)
    except (agenda.TimeTaken, agenda.PlaceTaken) as taken:
        raise placing.taken_meanwhile(meeting) from taken
    steps.anew(meeting)
    steps.record(meeting, "moved", was=old[0], starts_at=slot.starts_at, place=_place_ref(meeting))
    mails.meeting_changed(meeting, was=was)
    if old != (slot.starts_at, slot.ends_at):
        signals.time_freed.send(meeting.event_id, delegate_ids={delegate.id for delegate in people})
    return meeting


def swap_tables(one: Meeting, other: Meeting) -> None:
    """Let two confirmed meetings change tables. Raises `RequestNotOpen`, `SlotTaken` when a third is in the way."""
    steps.take_all([one, other])
    for meeting in (one, other):
        steps.put(meeting, meeting.placement, begins=PLACED)
    first, second = one.appointment, other.appointment
    assert first is not None  # a placed meeting has its time
    assert second is not None
    try:
        agenda.swap_places(first, second)
    except agenda.PlaceTaken as taken:
        raise placing.taken_meanwhile(one) from taken
    for meeting in (one, other):
        steps.anew(meeting)
        steps.record(meeting, "table_changed", place=_place_ref(meeting))
        mails.meeting_changed(meeting)


def reseat(meeting: Meeting, table: Location | None = None) -> Location | None:
    """Give a confirmed meeting another table at its time: `table`, or the best free one; None for a call without room.

    Raises `RequestNotOpen`, `TooFar`, `VideoMissing`, `SlotTaken` when there is none.
    """
    steps.take(meeting)
    steps.put(meeting, meeting.placement, begins=PLACED)
    appointment = meeting.appointment
    assert appointment is not None  # a placed meeting has its time
    was = mails.before(appointment)
    slot = queries.slot_at(meeting.event_id, appointment.starts_at, appointment.ends_at)
    places: list[Location] | None = [table] if table is not None else []
    if slot is not None:
        places = queries.places_for(slot, meeting, table=table)
    elif table is None:
        places = queries.tables_free(meeting.event_id, appointment.starts_at, appointment.ends_at)
    try:
        found = agenda.relocate(appointment, appointment.starts_at, appointment.ends_at, places)
    except agenda.PlaceTaken as taken:
        raise placing.taken_meanwhile(meeting) from taken
    steps.anew(meeting)
    steps.record(meeting, "table_changed", place=_place_ref(meeting))
    mails.meeting_changed(meeting, was=was)
    return found


def unplace(meeting: Meeting, reason: str) -> Meeting:
    """Take a confirmed meeting's time away; it stays accepted and waits for another one.

    `reason` is one of those that the model names. Raises `RequestNotOpen`.
    """
    steps.take(meeting)
    appointment, people = meeting.appointment, placing.sitting(meeting)
    steps.put(meeting, "none", begins=("published",), appointment_id=None, unplaced_reason=reason)
    steps.end_open(meeting, "withdrawn")
    entries = agenda.cancel(appointment) if appointment is not None else []
    steps.record(meeting, "unplaced", reason=reason)
    mails.meeting_lost_its_time(meeting, entries)
    signals.time_freed.send(meeting.event_id, delegate_ids={delegate.id for delegate in people})
    return meeting


def place(meeting: Meeting, slot: MeetingSlot, *, table: Location | None = None) -> Meeting:
    """Give an accepted meeting that has no time one, for everybody who comes.

    Raises `RequestNotOpen`, and what `placing.hold` raises.
    """
    steps.take(meeting)
    if meeting.request_state != "accepted" or meeting.placement != "none" or meeting.closed_at is not None:
        raise RequestNotOpen(meeting=meeting)
    steps.end_open(meeting, "withdrawn")
    placing.publish(meeting, placing.hold(meeting, slot, table=table))
    steps.record(meeting, "placed", starts_at=slot.starts_at, place=_place_ref(meeting))
    mails.meeting_confirmed(meeting)
    return meeting


def book(
    event: Event,
    requester: Delegate,
    invitee: Delegate,
    slot: MeetingSlot,
    *,
    table: Location | None = None,
    consent: str,
) -> Meeting:
    """Book a meeting at the desk for two who agreed to it there; `consent` is what they said, for the log.

    What the two have open already gets the time. Raises `NothingOffered` without consent, `NotBookable` and
    `SameOrganisation` where the two can never meet, `AlreadyOpen` when they have a time, and what `place` raises.
    """
    bookable.check_pair(event, requester, invitee)
    if not consent.strip() or slot.event_id != event.id:
        raise NoSuchSlot
    steps.lock([requester.id, invitee.id])
    meeting = queries.open_between(requester, invitee)
    if meeting is None:
        meeting = insert_accepted(event, requester, invitee)
    else:
        steps.take(meeting)
        if meeting.is_open:
            steps.move(meeting, "accept", None, answered_at=clock.now(), expires_at=None)
            steps.count_open(meeting.requester_id, -1)
    if meeting.placement != "none":
        raise AlreadyOpen(meeting=meeting)
    steps.record(meeting, "booked", consent=consent.strip())
    db.session.flush()
    return place(meeting, slot, table=table)


def _place_ref(meeting: Meeting) -> str:
    """The public id of the place a meeting has, for the log; "" for a call without one."""
    appointment = meeting.appointment
    return appointment.location.public_id if appointment is not None and appointment.location is not None else ""
