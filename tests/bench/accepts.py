"""Accepting meetings over HTTP, so many a second whether or not those before have been answered."""

import threading
import time
from collections.abc import Iterator

import sqlalchemy as sa
from flask import Flask

from partnering.db import db
from partnering.meetings import queries
from partnering.meetings.models import Meeting, MeetingSlot
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event, make_request
from tests.support.signing_in import cookie_of, session_token

from .partnering import together
from .visitor import Visitor

RATE = 20
"""So many a second."""

LANES = 10
"""So many people at once, each of whom begins their next when its time has come."""

Ready = tuple[Visitor, str, dict[str, str]]
"""Somebody with their page open, where they send their answer, and what they answer."""


def milliseconds(app: Flask, base: str, number: int) -> list[float]:
    """What each of so many accepts took, from the moment it was due, in order."""
    lanes = LANES
    with app.app_context():
        event = make_partnering_event(tables=number, slots=6)
        slots = db.session.scalars(
            sa.select(MeetingSlot).where(MeetingSlot.event_id == event.id).order_by(MeetingSlot.first_atom)
        ).all()
        ready = []
        for turn in range(number):
            slot = slots[turn % len(slots)]
            meeting = make_request(event, by=make_delegate(event), to=make_delegate(event), slots=[slot])
            ready.append(_open(app, base, event.slug, meeting, queries.offered(meeting)[0]))
        event_id = event.id
        db.session.remove()
    begun, never = time.perf_counter() + 0.5, threading.Event()

    def accept(lane: int) -> Iterator[float]:
        for turn in range(lane, number, lanes):
            visitor, path, answers = ready[turn]
            due = begun + turn / RATE
            never.wait(max(0.0, due - time.perf_counter()))
            status = visitor.post(path, answers)
            yield 1000 * (time.perf_counter() - due)
            assert status in (302, 303), (status, visitor.page[:2000])

    taken = together(accept, lanes)
    with app.app_context():
        accepted = sa.select(sa.func.count()).where(Meeting.event_id == event_id, Meeting.placement == "published")
        agreed = db.session.scalar(accepted)
        db.session.remove()
    assert agreed == number, f"{agreed} of {number} were accepted"
    return taken


def _open(app: Flask, base: str, slug: str, meeting: Meeting, slot: MeetingSlot) -> Ready:
    """Whoever was asked opens the page on which they answer."""
    assert meeting.turn is not None
    person = meeting.turn.participant.person
    assert person is not None
    visitor = Visitor(base)
    visitor.cookies[cookie_of(app)] = session_token(app, person)
    page = f"/e/{slug}/me/meetings/{meeting.public_id}"
    assert visitor.get(page) == 200, (visitor.status, page)
    return visitor, f"{page}/accept", {"slot": slot.public_id, "version": str(meeting.version)}
