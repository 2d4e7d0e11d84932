"""What meetings do when somebody leaves: open requests end, meetings pass to colleagues or are called off."""

from collections.abc import Collection, Sequence
from typing import Any

from flask import Flask, g

from ..db import db
from ..delegates import booking
from ..delegates.models import Delegate
from ..delegates.queries import delegate_of
from ..delegates.signals import delegate_erased, delegate_left, somebody_blocked
from ..events.models import Event
from ..events.signals import event_cancelled
from ..jobs import defer
from ..navigation import count_beside
from ..registration.models import Registration
from ..registration.signals import registration_begun
from . import erasing, mails, queries, reserve, services
from .signals import time_freed
from .standing import MeetingBookings

booking.answer_with(MeetingBookings())


@delegate_left.connect
def meetings_end(delegate: Delegate, **news: Any) -> None:
    """End what the delegate had asked or was asked, and let others take over what was agreed."""
    services.cascade(delegate)


@delegate_erased.connect
def words_forgotten(delegate: Delegate, **news: Any) -> None:
    """Delete what somebody who is erased wrote and noted, before they leave."""
    erasing.forget(delegate)


@registration_begun.connect
def substitute_comes(registration: Registration, *, placing: bool = False, **news: Any) -> None:
    """Ask whoever follows somebody on a place to take over the meetings that count on that person."""
    if placing:  # nobody has held these places before
        return
    for vacancy in queries.vacancies_at(registration.place_id):
        mails.substitute_named(vacancy, registration)


@somebody_blocked.connect
def requests_end(delegate: Delegate, **news: Any) -> None:
    """End what is open between somebody and those whom they have blocked."""
    services.part(delegate)


@time_freed.connect
def time_offered(event_id: int, delegate_ids: Collection[int] = (), besides: Sequence[int] = (), **news: Any) -> None:
    """Let the worker offer time that came free to meetings that wait for it; it locks others, so not in this deed."""
    if not reserve.is_awaited(delegate_ids):
        return
    refs = queries.refs_of(delegate_ids)
    event = db.session.get_one(Event, event_id)
    defer("meetings.offer", event_ref=event.public_id, delegates=refs, besides=list(besides))


@event_cancelled.connect
def meetings_called_off(event: Event, **_more: Any) -> None:
    """Let the worker end every request and meeting of an event that does not take place."""
    defer("meetings.call_off", event_ref=event.public_id)


def install(app: Flask) -> None:
    """Say beside "Meetings" how many requests wait for an answer."""
    count_beside(app, "meetings.inbox", waiting)


def waiting() -> int:
    """How many requests wait for the person of this request."""
    participant, me = g.get("participant"), g.get("delegate")
    if me is None or participant is None or me.participant_id != participant.id:
        me = delegate_of(participant) if participant is not None else None
    return queries.waiting_for(me) if me is not None else 0
