"""What organisers do with a picked table: let two tables change their meetings, or give its meeting a better one."""

from ..agenda import walking
from ..agenda.models import Location
from ..errors import DomainError
from ..i18n import _l
from . import moving, placing, queries
from .errors import TooFar
from .models import Meeting, MeetingSlot
from .places import open_until


class NobodyThere(DomainError):
    """Tables at which no meeting is held then."""

    message = _l("No meeting is held there at this time.")


class PlaceClosed(DomainError):
    """A place that is closed then."""

    message = _l("One of the two is closed at this time. Open it again first.")


def exchange(slot: MeetingSlot, one: Location, other: Location) -> list[Meeting]:
    """Let the meetings at two places during a slot change places; a single one moves to the place that is free.

    Raises `NobodyThere`, `PlaceClosed`, `TooFar`, and what `moving.swap_tables` and `moving.reseat` raise.
    """
    plan = queries.table_plan(slot)
    here, there = plan.get(one.id), plan.get(other.id)
    if one.id == other.id or (here is None and there is None):
        raise NobodyThere
    for meeting, target in ((here, other), (there, one)):
        if meeting is not None:
            _check(meeting, target)
    if here is not None and there is not None:
        moving.swap_tables(here, there)
        return [here, there]
    meeting, target = (here, other) if here is not None else (there, one)
    assert meeting is not None  # one of the two is there
    moving.reseat(meeting, target)
    return [meeting]


def seat_anew(slot: MeetingSlot, place: Location) -> Meeting:
    """Give the meeting at a place during a slot the best other one. Raises `NobodyThere`, and what `reseat` raises."""
    meeting = queries.table_plan(slot).get(place.id)
    if meeting is None:
        raise NobodyThere
    moving.reseat(meeting)
    return meeting


def _check(meeting: Meeting, target: Location) -> None:
    appointment = meeting.appointment
    assert appointment is not None  # it sits somewhere
    if not open_until(target, appointment.ends_at):
        raise PlaceClosed
    people = [delegate.participant_id for delegate in placing.sitting(meeting)]
    if walking.too_far(people, appointment.starts_at, appointment.ends_at, target, besides=appointment):
        raise TooFar
