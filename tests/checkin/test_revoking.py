"""A phone is let go in the very instant in which it scans: the scan was first and counts, or it counts no more."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import clock
from partnering.checkin import devices, phones, redeeming, uploading
from partnering.checkin.forms import CodeForm, EntryForm
from partnering.checkin.invariants import good_hands
from partnering.checkin.models import Admission, Device, Scan
from partnering.checkin.views import carrying
from partnering.db import db, transaction
from partnering.events.models import Event
from tests.factories import make_event
from tests.factories.checkin import make_attendee, make_door, ticket_text
from tests.support.crowds import ROUNDS

GUESTS = 6
MOMENT = 0.4
"""Seconds that one side waits for the other, which may have to wait for it."""


@dataclass
class Foyer:
    """A phone at a door, and what guests bring, as plain values."""

    app: Flask
    event_id: int
    at: str
    door: str
    device_id: int
    token: str
    stamp: str
    tickets: list[str]
    guests: list[str]

    def revoke(self, begun: Callable[[], object] = bool) -> None:
        """Let the phone go; `begun` is called when the deed knows what time it is and nobody else does anything."""
        with self.app.app_context(), transaction():
            clock.now()
            begun()
            devices.revoke(db.session.get_one(Event, self.event_id), db.session.get_one(Device, self.device_id))

    def show(self, number: int, way: str) -> str:
        """Bring one guest by one of the ways in: what the phone is told, "" where it is turned away."""
        client = self.app.test_client()
        client.set_cookie("door", self.token, path="/")
        scan_id = f"scan-{number:06}"
        if way == "scanner":
            sent = {"code": self.tickets[number], "scan_id": scan_id, "type": "entry", "force": False}
            answer = client.post(f"{self.at}/{self.door}/redeem", json=sent)
            return answer.get_json()["answer"] if answer.status_code == 200 else ""
        if way == "upload":
            brought = {"scan_id": scan_id, "list": self.door, "said": "ok", "since": 1, "contact": self.stamp}
            batch = {"scans": [{**brought, "code": self.tickets[number], "type": "entry"}], "waiting": 0}
            answer = client.post(f"{self.at}/scans", json=batch)
            assert answer.status_code == 200, answer.text  # whoever was let go hands in as well
            return "ok"
        form = {"scan_id": scan_id, "type": "entry"}
        where = "scan" if way == "form" else f"person/{self.guests[number]}"
        answer = client.post(f"{self.at}/{self.door}/{where}", data={**form, "code": self.tickets[number]})
        return "ok" if answer.status_code == 200 else ""

    def scans(self) -> dict[str, tuple[str, str]]:
        """(state, reason) of each scan, by what the phone calls it."""
        with self.app.app_context():
            found = sa.select(Scan.scan_id, Scan.state, Scan.reason).where(Scan.device_id == self.device_id)
            return {name: (state, reason) for name, state, reason in db.session.execute(found)}

    def too_late(self) -> list[str]:
        """What is wrong: scans that count though they were made in bad hands."""
        with self.app.app_context():
            return list(good_hands())

    def admitted(self) -> int:
        """How many are in."""
        with self.app.app_context():
            found = sa.select(sa.func.count(Admission.id)).where(Admission.event_id == self.event_id)
            return db.session.scalar(found) or 0


def arrange(app: Flask, guests: int = GUESTS) -> Foyer:
    with app.app_context():
        event = make_event(days=0)
        people = [make_attendee(event) for _ in range(guests)]
        door = make_door(event)
        with transaction():
            made = devices.make(event, "Telefon Nord", by=None, may_force=True)
            device, token = devices.enrol(devices.offer(made, None))
            stamp = devices.stamp(device, clock.now())
        return Foyer(
            app,
            event.id,
            f"/e/{event.slug}/door",
            door.public_id,
            device.id,
            token,
            stamp,
            [ticket_text(each) for each in people],
            [each.public_id for each in people],
        )


@pytest.fixture
def foyer(app) -> Foyer:
    return arrange(app)


WAYS = ("scanner", "form", "name", "upload")


@pytest.mark.parametrize("way", WAYS)
def test_of_all_who_scan_while_their_phone_is_let_go_each_counts_or_does_not(app, way):
    states = set()
    for _ in range(max(2, ROUNDS // 4)):
        foyer = arrange(app)
        start = threading.Barrier(GUESTS + 1)

        def revoke(foyer=foyer, start=start):
            start.wait(30)
            foyer.revoke()

        def show(number, foyer=foyer, start=start):
            start.wait(30)
            return foyer.show(number, way)

        with ThreadPoolExecutor(GUESTS + 1) as pool:
            gone = pool.submit(revoke)
            told = list(pool.map(show, range(GUESTS)))
            gone.result(30)

        scans = foyer.scans()
        assert foyer.too_late() == []
        assert sorted(scans) == [f"scan-{number:06}" for number in range(GUESTS) if told[number] == "ok"]
        assert set(scans.values()) <= {("counted", ""), ("review", "device_revoked")}
        assert foyer.admitted() == sum(state == "counted" for state, _ in scans.values())
        states |= {state for state, _ in scans.values()} | {"turned away" for each in told if not each}
    assert states


# -- step by step


HOOKS = {
    "scanner": (redeeming, "redeem_code"),
    "form": (redeeming, "redeem_code"),
    "name": (redeeming, "redeem_registration"),
    "upload": (uploading, "receive"),
}
"""What each way does once it knows the phone."""


def let_go_between(foyer: Foyer, way: str, monkeypatch) -> str:
    """Somebody begins to let the phone go; then it scans, and is known; then it is let go, if that can be; then the
    scan goes on. What the phone was told.
    """
    module, name = HOOKS[way]
    begun, known, gone = threading.Event(), threading.Event(), threading.Event()
    deed = getattr(module, name)

    def once_known(*given, **more):
        known.set()
        gone.wait(MOMENT)
        return deed(*given, **more)

    def revoke():
        def wait():
            begun.set()
            known.wait(MOMENT)

        foyer.revoke(wait)
        gone.set()

    monkeypatch.setattr(module, name, once_known)
    with ThreadPoolExecutor(1) as pool:
        going = pool.submit(revoke)
        begun.wait(30)
        told = foyer.show(0, way)
        going.result(30)
    return told


@pytest.mark.parametrize("way", WAYS)
def test_who_is_known_is_not_let_go_before_the_scan_is_written(foyer, way, monkeypatch):
    told = let_go_between(foyer, way, monkeypatch)

    assert foyer.too_late() == []
    if way == "upload" and foyer.admitted():  # it was handed in first, and made before
        assert foyer.scans() == {"scan-000000": ("counted", "")}
    else:
        assert foyer.scans() == ({"scan-000000": ("review", "device_revoked")} if told else {})
        assert foyer.admitted() == 0


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("way", WAYS[:3])
def test_if_nobody_waited_for_the_scan_it_would_count_afterwards(foyer, way, monkeypatch):
    """The negative control: the same steps, but whoever lets the phone go does not wait for what it is doing."""
    monkeypatch.setattr(devices, "_wait_for", db.session.refresh)

    assert let_go_between(foyer, way, monkeypatch) == "ok"

    assert foyer.scans() == {"scan-000000": ("counted", "")}
    assert len(foyer.too_late()) == 1


LOOKED = {
    "form": (CodeForm, "validate_on_submit"),
    "name": (EntryForm, "validate_on_submit"),
    "upload": (carrying, "read_batch"),
}
"""What each way does when the guard has looked, and before its deed; the scanner's looks only in its deed."""


def let_go_before(foyer: Foyer, way: str, monkeypatch) -> str:
    """The guard finds the phone in good hands, then it is let go, then the deed begins. What the phone was told."""
    owner, name = LOOKED[way]
    step = getattr(owner, name)

    def once_looked(*given):
        with ThreadPoolExecutor(1) as pool:  # a session of its own
            pool.submit(foyer.revoke).result(30)
        return step(*given)

    monkeypatch.setattr(owner, name, once_looked)
    return foyer.show(0, way)


@pytest.mark.parametrize("way", LOOKED)
def test_who_was_let_go_since_the_guard_looked_lets_nobody_in(foyer, way, monkeypatch):
    told = let_go_before(foyer, way, monkeypatch)

    assert foyer.admitted() == 0
    assert foyer.scans() == ({"scan-000000": ("review", "device_revoked")} if told else {})


@pytest.mark.parametrize("way", LOOKED)
def test_if_the_deed_did_not_look_again_it_would(foyer, way, monkeypatch):
    """The negative control: what the guard has seen is believed."""
    monkeypatch.setattr(devices, "held", lambda device: device)
    monkeypatch.setattr(phones, "standing_of", lambda device: "good")

    assert let_go_before(foyer, way, monkeypatch) == "ok"

    assert foyer.admitted() == 1
