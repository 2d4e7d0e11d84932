"""A time that organisers take away while somebody books it: nobody is left with a meeting in it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering.db import db, transaction
from partnering.meetings import errors, placing, queries, services, setting_up
from partnering.meetings.models import Meeting, MeetingSlot
from tests.factories.meetings import make_meeting, make_partnering_event, make_request
from tests.support.waiting import until

pytestmark = [pytest.mark.engine("postgresql"), pytest.mark.timeout(60)]  # SQLite has one writer at a time


@contextmanager
def beside(app: Flask, deed: Callable[[], None], refused: list[str] | None = None) -> Iterator[threading.Thread]:
    """Do something in a transaction of its own meanwhile; by what it was `refused` is kept."""

    def run() -> None:
        with app.app_context():
            try:
                with transaction():
                    deed()
            except errors.NoSuchSlot as error:
                (refused if refused is not None else []).append(type(error).__name__)
            db.session.remove()

    thread = threading.Thread(target=run, daemon=True)
    yield thread
    thread.join(20)
    assert not thread.is_alive()


def somebody_waits() -> bool:
    """Whether a connection of this database waits for another one."""
    with db.engine.connect() as link:
        found = link.scalar(
            sa.text(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
        )
    return bool(found)


def take_away(slot_id: int) -> Callable[[], None]:
    def deed() -> None:
        setting_up.remove_slots([db.session.get_one(MeetingSlot, slot_id)])

    return deed


def booked_while_it_goes(ctx: Flask) -> Meeting:
    """A meeting that is accepted in a slot while organisers take it away, and commits first."""
    event = make_partnering_event(slots=2)
    slot = queries.slots_of(event)[0]
    meeting = make_request(event, slots=[slot])
    slot_id = slot.id
    with beside(ctx, take_away(slot_id)) as organiser, transaction():
        services.accept(meeting, db.session.get_one(MeetingSlot, slot_id))
        organiser.start()
        until(lambda: somebody_waits() or not organiser.is_alive(), 20, "the organiser to wait or to be done")
    db.session.expire_all()
    return meeting


def test_whoever_takes_a_time_away_waits_for_who_books_it_and_finds_the_meeting(ctx: Flask):
    meeting = booked_while_it_goes(ctx)

    assert (meeting.placement, meeting.unplaced_reason) == ("none", "slot_removed")


def test_without_that_look_a_meeting_is_left_in_a_time_that_is_gone(ctx: Flask, monkeypatch):
    monkeypatch.setattr(placing, "_stands", lambda slot: slot.removed_at is None)
    meeting = booked_while_it_goes(ctx)

    assert meeting.placement == "published"


def test_who_books_a_time_that_is_being_taken_away_is_refused_at_once(ctx: Flask):
    event = make_partnering_event(slots=2)
    first, second = (slot.id for slot in queries.slots_of(event))
    meeting = make_request(event, slots=queries.slots_of(event))
    told: list[str] = []

    def accept() -> None:
        services.accept(db.session.get_one(Meeting, meeting_id), db.session.get_one(MeetingSlot, first))

    meeting_id = meeting.id
    with beside(ctx, accept, told) as guest, transaction():
        take_away(first)()
        guest.start()
        until(lambda: not guest.is_alive(), 20, "the guest to be told")
    assert told == ["NoSuchSlot"]
    with transaction():
        services.accept(db.session.get_one(Meeting, meeting_id), db.session.get_one(MeetingSlot, second))


def test_all_who_lose_their_time_are_held_before_the_first_is_told(ctx: Flask):
    event = make_partnering_event(slots=3)
    slots = queries.slots_of(event)
    meetings = [make_meeting(event, slots=[slot]) for slot in slots]
    with transaction():
        lost = setting_up.remove_slots(reversed(slots))

    assert lost == meetings
