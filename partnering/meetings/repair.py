"""What cannot be as it was booked, and how each of it could be solved; nothing moves until organisers say so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import clock
from ..agenda.models import Appointment, Location
from ..agenda.queries import contested
from ..db import db
from ..delegates.models import Delegate
from ..events.models import Event, Participant
from . import ending, merging, moving, placing, proposing, queries
from .errors import NoSuchSlot, TooFar, VideoMissing
from .models import Meeting, MeetingDelegate, MeetingProposal, MeetingSlot
from .places import open_until

MOST_WAYS = 3
"""How many ways out are shown for one conflict."""


@dataclass(frozen=True)
class Conflict:
    """A meeting that cannot take place as it was booked.

    `reason`: "talk" where `people` are on a stage or had to be elsewhere then; "table" where its table is closed;
    "vacant" where nobody follows somebody who left; "merged" where one of `people` registered twice, and their other
    registration, `kept`, has something else then; "behind" where something without a time stayed with the registration
    that was given up.
    """

    meeting: Meeting
    reason: str
    people: tuple[Participant, ...] = ()
    kept: Delegate | None = None


@dataclass(frozen=True)
class Way:
    """A time, and the place that a meeting would get then; None is a call without a room of the event."""

    slot: MeetingSlot
    table: Location | None


def conflicts(event: Event, meeting: Meeting | None = None) -> list[Conflict]:
    """What organisers have to solve, of one meeting or of all, by time: pushed aside by talks, stuck at closed tables,
    with an empty seat, and what clashes of people who had registered twice; last what has no time.
    """
    ahead = _ahead(event, meeting)
    kept = merging.merged_into(event)
    found = [*_pushed_aside(event, ahead), *_stuck(ahead), *_vacant(ahead), *_merged(kept, ahead)]
    found.sort(key=lambda each: (_begin(each.meeting), each.meeting.id, each.reason))
    return found + _left_behind(event, kept, meeting)


def ways(conflict: Conflict) -> list[Way]:
    """How to solve it, with the smallest change first: another table at its time, else the nearest times that suit."""
    meeting = conflict.meeting
    appointment = meeting.appointment
    if appointment is None or conflict.reason in ("vacant", "behind"):
        return []
    people = placing.sitting(meeting)
    if conflict.kept is not None:
        if merging.twin_of(meeting, conflict.kept) is not None:
            return []
        people = [*people, conflict.kept]
    if conflict.reason == "table":
        slot = queries.slot_at(meeting.event_id, appointment.starts_at, appointment.ends_at)
        way = _way(slot, meeting) if slot is not None else None
        if way is not None:
            return [way]
    free = queries.common_slots(people, besides=appointment)
    near = sorted(free, key=lambda slot: (abs(slot.starts_at - appointment.starts_at), slot.first_atom, slot.id))
    others = [slot for slot in near if slot.starts_at != appointment.starts_at]
    found = (_way(slot, meeting) for slot in others[: 2 * MOST_WAYS])
    return [way for way in found if way is not None][:MOST_WAYS]


def apply(conflict: Conflict, way: Way) -> Meeting:
    """Solve a conflict in one of its ways; both sides are told. Raises what `moving.move` raises."""
    meeting, appointment = conflict.meeting, conflict.meeting.appointment
    if appointment is not None and way.slot.starts_at == appointment.starts_at:
        moving.reseat(meeting, way.table)
        return meeting
    moving.move(meeting, way.slot, table=way.table, at_desk=True)
    if conflict.kept is not None:
        gone = next(each.delegate for each in meeting.delegates if each.delegate.participant in conflict.people)
        if not merging.sits_instead(meeting, conflict.kept, gone):
            raise placing.taken_meanwhile(meeting)
    return meeting


def end(conflict: Conflict) -> None:
    """End what stayed behind with a registration that was given up; who knows of it is told."""
    if conflict.meeting.is_open:
        ending.withdraw(conflict.meeting)
    else:
        ending.cancel(conflict.meeting)


def ask(conflict: Conflict, chosen: Sequence[Way]) -> MeetingProposal:
    """Ask the invitee which of these ways suits; until they agree nothing changes. Raises what `propose` raises."""
    if not chosen:
        raise NoSuchSlot
    return proposing.propose(conflict.meeting, [way.slot for way in chosen], kind="repair")


def _way(slot: MeetingSlot, meeting: Meeting) -> Way | None:
    try:
        places = queries.places_for(slot, meeting, besides=meeting.appointment)
    except (TooFar, VideoMissing):
        return None
    if places is None:
        return Way(slot, None)
    return Way(slot, places[0]) if places else None


def _ahead(event: Event, meeting: Meeting | None) -> Sequence[Meeting]:
    """Meetings of an event, or this one, that have their time and have not begun."""
    return (
        db.session.scalars(
            queries.placed_between(event.id, clock.now(), event.closes_at + timedelta(days=1))
            .where(Meeting.placement == "published", Meeting.id == meeting.id if meeting is not None else sa.true())
            .options(
                joinedload(Meeting.appointment).joinedload(Appointment.location),
                joinedload(Meeting.delegates).joinedload(MeetingDelegate.delegate).joinedload(Delegate.participant),
            )
        )
        .unique()
        .all()
    )


def _pushed_aside(event: Event, ahead: Sequence[Meeting]) -> list[Conflict]:
    by_appointment = {meeting.appointment_id: meeting for meeting in ahead}
    people: dict[int, list[Participant]] = {}
    for contest in contested(event):
        meeting = by_appointment.get(contest.entry.appointment_id)
        if meeting is not None and contest.entry.participant not in people.setdefault(meeting.id, []):
            people[meeting.id].append(contest.entry.participant)
    return [Conflict(meeting, "talk", tuple(people[meeting.id])) for meeting in ahead if meeting.id in people]


def _stuck(ahead: Sequence[Meeting]) -> list[Conflict]:
    found = []
    for meeting in ahead:
        appointment = meeting.appointment
        place = appointment.location if appointment is not None else None
        if appointment is not None and place is not None and not open_until(place, appointment.ends_at):
            found.append(Conflict(meeting, "table"))
    return found


def _vacant(ahead: Sequence[Meeting]) -> list[Conflict]:
    """Meetings with an empty seat for which nobody was named in time."""
    overdue = set(
        db.session.scalars(
            sa.select(MeetingDelegate.meeting_id).where(
                MeetingDelegate.meeting_id.in_([meeting.id for meeting in ahead]),
                MeetingDelegate.vacant_since.is_not(None),
                MeetingDelegate.delegate_id.not_in(queries.awaited_leavers()),
            )
        )
    )
    return [Conflict(meeting, "vacant") for meeting in ahead if meeting.id in overdue]


def _merged(kept: Mapping[int, Delegate], meetings: Sequence[Meeting], reason: str = "merged") -> list[Conflict]:
    """Meetings that stayed with the registration which somebody gave up, since the other one has something else."""
    return [
        Conflict(meeting, reason, (seat.delegate.participant,), kept[seat.delegate_id])
        for meeting in meetings
        for seat in meeting.delegates
        if seat.delegate_id in kept and seat.delegate.left_at is None
    ]


def _left_behind(event: Event, kept: Mapping[int, Delegate], meeting: Meeting | None) -> list[Conflict]:
    """The same of requests that are open, and of agreed meetings without a time, the oldest first."""
    if not kept:
        return []
    gone = sa.select(MeetingDelegate.meeting_id).where(MeetingDelegate.delegate_id.in_(list(kept)))
    found = db.session.scalars(
        sa.select(Meeting)
        .where(
            Meeting.event_id == event.id,
            Meeting.id.in_(gone),
            Meeting.id == meeting.id if meeting is not None else sa.true(),
            Meeting.request_state.in_(("pending", "countered", "accepted")),
            Meeting.placement == "none",
            Meeting.closed_at.is_(None),
        )
        .options(joinedload(Meeting.delegates).joinedload(MeetingDelegate.delegate).joinedload(Delegate.participant))
        .order_by(Meeting.id)
    )
    return _merged(kept, found.unique().all(), "behind")


def _begin(meeting: Meeting) -> datetime:
    assert meeting.appointment is not None  # only placed ones are asked for
    return meeting.appointment.starts_at
