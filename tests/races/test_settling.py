"""Two organisers who settle the same scan at once: the first one decides, and the story is told by nobody else."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering.accounts.models import Person
from partnering.checkin import conflicts, knowing
from partnering.checkin.conflicts import Outcome
from partnering.checkin.invariants import admissions_elected
from partnering.checkin.models import Admission, CheckinList, Device, Scan
from partnering.db import db, transaction
from partnering.events.models import Event
from tests.checkin.handing_in import START, hand_in, hand_in_doubtful, make_phones, ref
from tests.factories import make_event, make_organiser
from tests.factories.checkin import make_door
from tests.support.waiting import until

from .test_slots import somebody_waits

pytestmark = [pytest.mark.engine("postgresql"), pytest.mark.timeout(60)]  # SQLite has one writer at a time


@pytest.fixture
def event(ctx: Flask, freeze) -> Event:
    freeze(START)
    return make_event(days=0)


@pytest.fixture
def door(event: Event) -> CheckinList:
    return make_door(event)


@pytest.fixture
def doubtful(event: Event, door: CheckinList, freeze) -> str:
    """A guest whom a phone let in that was let go."""
    return hand_in_doubtful(event, door, freeze)


def settling(event_id: int, scans: list[str], person_id: int, *, count: bool) -> Outcome:
    """One organiser's deed, within a transaction."""
    event, person = db.session.get_one(Event, event_id), db.session.get_one(Person, person_id)
    return conflicts.settle(event, scans, count=count, reason="Gesehen", by=person)


@contextmanager
def beside(app: Flask, deed: Callable[[], Outcome], outcomes: list[Outcome]) -> Iterator[threading.Thread]:
    """Another organiser, in a transaction of their own meanwhile."""

    def run() -> None:
        with app.app_context():
            with transaction():
                outcomes.append(deed())
            db.session.remove()

    thread = threading.Thread(target=run, daemon=True)
    yield thread
    thread.join(20)
    assert not thread.is_alive()


def both_at_once(app: Flask, event: Event) -> tuple[Outcome, Outcome]:
    """Katja lets a scan count, and commits while Paul, who dismisses it, waits for her."""
    event_id, scan = event.id, ref("doubt-001")
    katja, paul = (make_organiser(event).id for _ in range(2))
    later: list[Outcome] = []
    with beside(app, lambda: settling(event_id, [scan], paul, count=False), later) as other, transaction():
        first = settling(event_id, [scan], katja, count=True)
        other.start()
        until(lambda: somebody_waits() or not other.is_alive(), 20, "the second organiser to wait or to be done")
    db.session.expire_all()
    return first, later[0]


def what_became() -> tuple[str, str]:
    row = db.session.execute(sa.select(Scan.state, Scan.settlement).where(Scan.scan_id == "doubt-001")).one()
    return row.state, row.settlement


def test_of_two_organisers_the_first_one_decides(ctx: Flask, event, doubtful):
    assert both_at_once(ctx, event) == (Outcome(1, 0, 0), Outcome(0, 1, 0))
    assert what_became() == ("counted", "counted")


def test_without_asking_again_the_second_one_overwrites_what_counts(ctx: Flask, event, doubtful, monkeypatch):
    """The negative control: a scan counts of which the page says that it was dismissed."""
    monkeypatch.setattr(conflicts, "_undecided", sa.true)

    assert both_at_once(ctx, event) == (Outcome(1, 0, 0), Outcome(1, 0, 0))
    assert what_became() == ("counted", "dismissed")


def counted_while_a_phone_hands_in(app: Flask, event: Event, door: CheckinList, text: str) -> None:
    """An organiser lets a scan count while a phone hands in another one of the same ticket."""
    event_id, door_id, scan, katja = event.id, door.id, ref("doubt-001"), make_organiser(event).id
    phone = make_phones(event, 1)[0].id
    told = threading.Event()
    go_on = threading.Event()

    def organiser() -> None:
        with app.app_context():
            with transaction():
                settling(event_id, [scan], katja, count=True)
                told.set()
                go_on.wait(20)
            db.session.remove()

    thread = threading.Thread(target=organiser, daemon=True)
    thread.start()
    assert told.wait(20)
    uploader = threading.Thread(target=_bring, args=(app, event_id, phone, door_id, text), daemon=True)
    uploader.start()
    until(lambda: somebody_waits() or not uploader.is_alive(), 20, "the phone to wait or to be done")
    go_on.set()
    for each in (thread, uploader):
        each.join(20)
        assert not each.is_alive()
    db.session.expire_all()


def _bring(app: Flask, event_id: int, phone_id: int, door_id: int, text: str) -> None:
    with app.app_context():
        event = db.session.get_one(Event, event_id)
        door, phone = db.session.get_one(CheckinList, door_id), db.session.get_one(Device, phone_id)
        hand_in(event, phone, door, ("other-001", text, 20))
        db.session.remove()


def told_so_far() -> dict[str, str]:
    db.session.rollback()
    return {row.scan_id: row.state for row in db.session.execute(sa.select(Scan.scan_id, Scan.state))}


def test_a_phone_that_hands_in_meanwhile_waits_for_the_story(ctx: Flask, event, door, doubtful):
    counted_while_a_phone_hands_in(ctx, event, door, doubtful)

    assert told_so_far() == {"doubt-001": "counted", "other-001": "duplicate"}
    assert db.session.scalars(sa.select(Admission.scan_id)).all() == ["doubt-001"]
    assert list(admissions_elected()) == []


def test_without_holding_the_place_two_scans_count(ctx: Flask, event, door, doubtful, monkeypatch):
    """The negative control: each tells the story without the other's scan, and only the index keeps one admission."""
    monkeypatch.setattr(conflicts, "lock_places", lambda places: None)
    monkeypatch.setattr(knowing, "lock_places", lambda places: None)
    monkeypatch.setattr(knowing, "_held", lambda question: question)
    monkeypatch.setattr(knowing, "_by_code", knowing._by_code.__wrapped__)

    counted_while_a_phone_hands_in(ctx, event, door, doubtful)

    assert told_so_far() == {"doubt-001": "counted", "other-001": "counted"}
