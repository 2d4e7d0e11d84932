"""What a release takes: the first of a whole programme, and then one of a single change."""

import time

from flask import Flask

from partnering.agenda.models import Location
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.programme import drafting, releasing
from partnering.programme.models import ProgrammeSession
from tests.factories import make_event
from tests.factories.programme import make_draft_programme

SESSIONS, SPEAKERS = 400, 500
FIRST_SECONDS, CHANGE_MS = 5.0, 100.0
"""Seconds of the first release, and milliseconds of a release of one change."""


def times(app: Flask, changes: int) -> tuple[float, list[float]]:
    """Seconds of the first release, and sorted milliseconds of so many that change one session each."""
    with app.app_context():
        event = make_event(days=60)
        event_id, ids = event.id, make_draft_programme(event, sessions=SESSIONS, speakers=SPEAKERS)
        first = _seconds(event_id)
        taken = []
        for turn in range(changes + 1):
            with transaction():
                session = db.session.get_one(ProgrammeSession, ids[turn])
                assert session.starts_at is not None
                room = db.session.get_one(Location, session.location_id)
                drafting.place(session, session.starts_at.replace(minute=10), room)
            taken.append(1000 * _seconds(event_id))
    return first, sorted(taken[1:])  # the first of them warms up


def _seconds(event_id: int) -> float:
    """How long it takes to release what is drafted, as from the page: nothing is known before."""
    db.session.remove()
    with transaction():
        event = db.session.get_one(Event, event_id)
        stand = releasing.preview(event).stand
    db.session.remove()
    begun = time.perf_counter()
    with transaction():
        releasing.release(db.session.get_one(Event, event_id), stand=stand)
    return time.perf_counter() - begun
