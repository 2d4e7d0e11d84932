"""Two organisers release at once, and somebody is booked while a talk takes their time."""

import threading

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering.agenda import services as agenda
from partnering.agenda.models import AgendaEntry
from partnering.db import db, transaction
from partnering.errors import DomainError
from partnering.events.models import Event, Participant
from partnering.programme import drafting, releasing
from partnering.programme.models import ProgrammeSession, Release, ReleasedSession
from tests.factories import make_event
from tests.factories.programme import at, make_session, make_speaker
from tests.races.test_slots import somebody_waits
from tests.support.waiting import until

pytestmark = [pytest.mark.engine("postgresql"), pytest.mark.timeout(60)]  # SQLite has one writer at a time


def released_twice_at_once(ctx: Flask) -> tuple[list[str], list[int]]:
    """What the second of two organisers with the same page is told, and the versions that there are."""
    event = make_event()
    session = make_session(event, speakers=[make_speaker(event)])
    with transaction():
        drafting.place(session, at(event, 14), None)
    event_id, stand = event.id, releasing.preview(event).stand
    refused: list[str] = []

    def second() -> None:
        with ctx.app_context():
            try:
                with transaction():
                    releasing.release(db.session.get_one(Event, event_id), stand=stand)
            except (DomainError, sa.exc.IntegrityError) as error:
                refused.append(type(error).__name__)
            db.session.remove()

    other = threading.Thread(target=second, daemon=True)
    with transaction():
        releasing.release(db.session.get_one(Event, event_id), stand=stand)
        other.start()
        until(lambda: somebody_waits() or not other.is_alive(), 20, "the second to wait or to be done")
    other.join(20)
    assert not other.is_alive()
    db.session.remove()
    return refused, list(db.session.scalars(sa.select(Release.number).order_by(Release.number)))


def test_of_two_who_release_at_once_one_is_told_that_the_draft_has_moved_on(ctx: Flask):
    assert released_twice_at_once(ctx) == (["MovedOn"], [1, 2])
    [row] = db.session.scalars(sa.select(ReleasedSession).where(ReleasedSession.current))
    assert row.session.appointment is not None
    assert row.session.appointment.sequence == 1


def test_without_the_turn_the_second_stumbles_over_the_first(ctx: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(drafting, "turn", lambda event: None)

    assert released_twice_at_once(ctx) == (["IntegrityError"], [1, 2])


def test_a_time_that_a_speaker_blocks_while_a_talk_takes_it_is_theirs_only_once(ctx: Flask):
    event = make_event()
    henrike = make_speaker(event)
    session = make_session(event, speakers=[henrike])
    with transaction():
        drafting.place(session, at(event, 14), None)
    event_id, person_id, starts = event.id, henrike.id, at(event, 14)
    taken: list[str] = []

    def block() -> None:
        with ctx.app_context():
            try:
                with transaction():
                    now = db.session.get_one(Event, event_id)
                    agenda.block(db.session.get_one(Participant, person_id), now, starts, at(now, 14, 30))
            except agenda.TimeTaken:
                taken.append("taken")
            db.session.remove()

    other = threading.Thread(target=block, daemon=True)
    with transaction():
        releasing.release(db.session.get_one(Event, event_id))
        other.start()
        until(lambda: somebody_waits() or not other.is_alive(), 20, "the block to wait or to be done")
    other.join(20)
    db.session.remove()
    appointment_id = db.session.scalars(sa.select(ProgrammeSession.appointment_id)).one()
    held = sa.select(AgendaEntry.blocks).where(AgendaEntry.appointment_id == appointment_id)
    assert (taken, db.session.scalars(held).all()) == (["taken"], [True])
