"""What meetings do when somebody leaves: open requests end, meetings pass to colleagues or are called off."""

from typing import Any

from flask import Flask, g

from ..db import db
from ..delegates import booking
from ..delegates.models import Delegate
from ..delegates.queries import delegate_of
from ..delegates.signals import delegate_left
from ..events.models import Event
from ..events.signals import event_cancelled
from ..jobs import defer
from ..navigation import count_beside
from . import queries, services
from .standing import MeetingBookings

booking.answer_with(MeetingBookings())


@delegate_left.connect
def meetings_end(delegate: Delegate, **news: Any) -> None:
    """End what the delegate had asked or was asked, and leave or cancel what was agreed."""
    db.session.flush()
    for meeting in queries.meetings_of(delegate):
        if meeting.closed_at is not None:
            continue
        side = queries.side_of(meeting, delegate)
        leads = side is not None and side.lead_id == delegate.id
        if meeting.is_open and leads:
            if side is not None and side.side == "requester":
                services.withdraw(meeting)
            else:
                services.decline_for(meeting)
        elif meeting.is_open:
            services.drop_seat(meeting, delegate)
        elif meeting.placement in ("none", "published") and not services.drop_seat(meeting, delegate):
            services.cancel(meeting, by=delegate)


@event_cancelled.connect
def meetings_called_off(event: Event, **_more: Any) -> None:
    """Let the worker end every request and meeting of an event that does not take place."""
    defer("meetings.call_off", event_ref=event.public_id)


def install(app: Flask) -> None:
    """Say beside "Meetings" how many requests wait for an answer."""
    count_beside(app, "meetings.inbox", waiting)


def waiting() -> int:
    """How many requests wait for the person of this request."""
    participant = g.get("participant")
    me = delegate_of(participant) if participant is not None else None
    return queries.waiting_for(me) if me is not None else 0
