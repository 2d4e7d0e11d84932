"""How requests and meetings end before they are held: withdrawn, run out, called off."""

from .. import clock
from ..agenda import services as agenda
from ..delegates.models import Delegate
from ..text import clean_lines
from . import mails, queries, steps
from .errors import (
    NoTurn,
    RequestNotOpen,
)
from .models import Meeting


def withdraw(meeting: Meeting, *, by: Delegate | None = None, version: int | None = None) -> None:
    """Take an open request back; the other side hears of it only if it heard of the request.

    Raises `RequestNotOpen`, `NoTurn` when the other side asked.
    """
    steps.lock([meeting.low_id, meeting.high_id])
    side = queries.side_of(meeting, by) if by is not None else None
    if by is not None and (side is None or side.side != "requester"):
        raise NoTurn
    steps.move(meeting, "withdraw", version, closed_at=clock.now(), expires_at=None)
    steps.count_open(meeting.requester_id, -1)
    mails.meeting_withdrawn(meeting)


def expire(meeting: Meeting) -> None:
    """Close an open request that nobody answered in time. Raises `RequestNotOpen`."""
    steps.lock([meeting.low_id, meeting.high_id])
    steps.move(meeting, "expire", None, closed_at=clock.now(), expires_at=None)
    steps.count_open(meeting.requester_id, -1)
    mails.meeting_expired(meeting)


def cancel(meeting: Meeting, *, by: Delegate | None = None, reason: str = "", version: int | None = None) -> None:
    """Call an accepted meeting off; time and table are free again, and calendars hear of it if they knew.

    Without `by` the organisers do it. Raises `RequestNotOpen`.
    """
    steps.lock([meeting.low_id, meeting.high_id])
    appointment = meeting.appointment
    if meeting.placement not in ("none", "published") or (
        appointment is not None and appointment.ends_at <= clock.now()
    ):
        raise RequestNotOpen(meeting=meeting)
    steps.move(meeting, "cancel", version, closed_at=clock.now(), answer_text=clean_lines(reason)[:600])
    entries = agenda.cancel(appointment) if appointment is not None else []
    steps.record(meeting, "cancelled", reason=reason)
    mails.meeting_cancelled(meeting, entries, by)
