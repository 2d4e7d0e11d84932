"""What devices carry, by their addresses: they are told, hand in, and forget once they were let go."""

import gzip
import json
import secrets
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.checkin import arrivals, devices
from partnering.checkin.models import Admission, CheckinList, Device, DeviceList, Scan
from partnering.db import db, transaction
from partnering.events.models import Event
from tests.factories import make_event
from tests.factories.checkin import make_attendee, make_door, ticket_text
from tests.support.counting import statements
from tests.support.signing_in import sign_in


@pytest.fixture
def secret(app, foyer):
    """What the QR code of a device says that is to be enrolled."""
    with app.app_context(), transaction():
        event = db.session.scalars(sa.select(Event).where(Event.slug == foyer.slug)).one()
        return devices.offer(devices.make(event, "Telefon", by=None, may_force=True), None)


def enrolled(client, secret):
    return client.post("/checkin/enrol", data={"secret": secret})


@pytest.fixture
def phone(app, secret):
    client = app.test_client()
    assert enrolled(client, secret).status_code == 303
    return client


def at(foyer, what):
    return f"/e/{foyer.slug}/door/{what}"


def told(phone, foyer, cursor=""):
    response = phone.get(at(foyer, "sync"), query_string={"cursor": cursor})
    assert response.headers["Content-Encoding"] == "gzip"
    return json.loads(gzip.decompress(response.data))


def brought(phone, foyer, scan_id="scan-000001", **more):
    stamp = told(phone, foyer)["stamp"]
    return {
        "scan_id": scan_id,
        "list": foyer.door,
        "said": "ok",
        "since": 0,
        "contact": stamp,
        "code": foyer.ticket,
    } | more


def the_device():
    db.session.rollback()
    return db.session.scalars(sa.select(Device).where(Device.kind == "enrolled")).one()


def test_a_phone_redeems_syncs_and_uploads(app, phone, foyer):
    with app.app_context():
        event = db.session.scalars(sa.select(Event).where(Event.slug == foyer.slug)).one()
        other = ticket_text(make_attendee(event))
    scan = {"code": foyer.ticket, "scan_id": "scan-000001", "type": "entry", "force": False}

    online = phone.post(foyer.at("redeem"), json=scan).json
    offline = phone.post(
        at(foyer, "scans"), json={"scans": [brought(phone, foyer, "scan-000002", code=other)], "waiting": 3}
    ).json
    again = phone.post(foyer.at("redeem"), json=scan).json

    assert (online["answer"], again["answer"], online["count"]) == ("ok", "ok", 1)
    assert offline["scans"] == [{"scan_id": "scan-000002", "state": "counted", "reason": ""}]
    assert sum(bool(row[7]) for row in told(phone, foyer)["rows"]) == 2
    with app.app_context():
        assert (the_device().waiting, db.session.scalar(sa.select(sa.func.count(Admission.id)))) == (3, 2)


def test_only_simulating_keeps_nothing(app, phone, foyer):
    scan = {"code": foyer.ticket, "scan_id": "scan-000001", "type": "entry", "force": False}

    answer = phone.post(foyer.at("redeem"), json={**scan, "simulate": True}).json

    assert (answer["answer"], answer["scan"], answer["undo"]) == ("ok", "", False)
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Scan.id))) == 0


@pytest.mark.parametrize("ended", ["revoked", "rolled", "lease"])
def test_a_phone_that_is_no_device_any_more_forgets_and_hands_in_for_review(app, phone, foyer, freeze, ended):
    scan = brought(phone, foyer)
    with app.app_context(), transaction():
        device = the_device()
        event = db.session.get_one(Event, device.event_id)
        if ended == "revoked":
            devices.revoke(event, device)
        if ended == "rolled":
            devices.roll(event, device)
        if ended == "lease":
            device.lease_until = clock.now() - timedelta(minutes=1)

    asked = {"Accept": "application/json"}
    refused = [phone.get(at(foyer, "sync"), headers=asked), phone.post(foyer.at("redeem"), json={}, headers=asked)]
    received = phone.post(at(foyer, "scans"), json={"scans": [scan]})

    assert [(each.status_code, each.json["revoked"]) for each in refused] == [(401, True)] * 2
    expected = ("counted", "") if ended == "lease" else ("review", "device_revoked")
    assert [(each["state"], each["reason"]) for each in received.json["scans"]] == [expected]
    assert received.json["stamp"] == ""
    assert phone.get(at(foyer, "sync"), headers=asked).status_code == 401


def test_a_stranger_gets_nothing(client, foyer):
    client.set_cookie("door", "forged", path=f"/e/{foyer.slug}/door")

    answers = [client.get(at(foyer, "sync")), client.post(at(foyer, "scans"), json={"scans": []})]

    assert [(each.status_code, "/login" in each.headers["Location"]) for each in answers] == [(302, True)] * 2


def test_crew_who_are_signed_in_carry_too(crew, foyer):
    answer = crew.post(at(foyer, "scans"), json={"scans": [brought(crew, foyer)]}).json

    assert [each["state"] for each in answer["scans"]] == ["counted"]
    assert answer["stamp"] != ""


BAD = {
    "no object": [1],
    "no list of scans": {"scans": {}},
    "too many": {"scans": [{}] * 201},
    "another name": {"scans": [], "more": 1},
    "waiting as a word": {"scans": [], "waiting": "3"},
    "less than none waiting": {"scans": [], "waiting": -1},
    "an empty scan": {"scans": [{}]},
}
BAD_PARTS: dict[str, list[Any]] = {
    "scan_id": ["1", 1, None, "x" * 41],
    "list": ["", 1, "x" * 17],
    "said": ["yes", True, None, {}],
    "since": ["1", 1.5, True, None, 10**15],
    "contact": [1, None, "x" * 81],
    "code": [1, None, "x" * 301],
    "type": ["both", None],
    "via": ["mail", 1],
    "forced": ["yes", 1, None],
    "undone": ["1", True],
    "answers": [[], {"q": 1}, {"q": None}, {"x" * 17: "y"}, {str(n): "" for n in range(51)}],
    "place_id": [1],
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_batch_is_refused(phone, foyer, what):
    assert phone.post(at(foyer, "scans"), json=BAD[what]).status_code in (400, 422)


@pytest.mark.parametrize("name", BAD_PARTS)
def test_a_scan_that_does_not_fit_is_refused_and_nothing_is_kept(app, phone, foyer, name):
    right = brought(phone, foyer)
    answers = [
        phone.post(at(foyer, "scans"), json={"scans": [right, {**right, name: value}]}).status_code
        for value in BAD_PARTS[name]
    ]

    assert set(answers) == {422}
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Scan.id))) == 0


def test_a_form_is_not_json(phone, foyer):
    assert phone.post(at(foyer, "scans"), data="{}").status_code == 415


def test_too_much_at_once_is_refused(phone, foyer):
    assert phone.post(at(foyer, "scans"), json={"scans": [], "x": "x" * 600_000}).status_code == 413


def test_a_scan_asks_five_questions_however_many_guests_there_are(app, foyer, phone, freeze, monkeypatch):
    def asked() -> int:
        with app.app_context():
            event = db.session.scalars(sa.select(Event).where(Event.slug == foyer.slug)).one()
            texts = [ticket_text(make_attendee(event)) for _ in range(2)]
            engine = db.engine
        numbers = []
        for text in texts:
            with statements(engine) as ran:
                scan = {"code": text, "scan_id": secrets.token_hex(8), "type": "entry", "force": False}
                assert phone.post(foyer.at("redeem"), json=scan).json["answer"] == "ok"
            numbers.append(len(ran))
        return numbers[-1]

    freeze(clock.now())  # that a phone was heard is written down twice a minute, with two questions more
    monkeypatch.setattr(arrivals, "SECONDS", 600.0)  # everybody is counted anew now and then, with two more
    few = asked()
    with app.app_context():
        event = db.session.scalars(sa.select(Event).where(Event.slug == foyer.slug)).one()
        for _ in range(12):
            make_attendee(event)
    # the device with event and door; the ticket, held; who was in; the scan; the admission
    assert (few, asked()) == (5, 5)


def test_scanners_hear_how_many_have_arrived(app, foyer, phone):
    with app.app_context():
        event = db.session.scalars(sa.select(Event).where(Event.slug == foyer.slug)).one()
        texts = [ticket_text(make_attendee(event)) for _ in range(2)]

    def shown(text, **more):
        scan = {"code": text, "scan_id": secrets.token_hex(8), "type": "entry", "force": False, **more}
        answer = phone.post(foyer.at("redeem"), json=scan).json
        return answer["answer"], answer["count"]

    told = [shown(texts[0]), shown(texts[0]), shown(texts[1], simulate=True), shown(texts[1], scan_id="scan-00001")]
    assert [*told, shown(texts[1], scan_id="scan-00001")] == [
        ("ok", 1),
        ("already_in", 1),
        ("ok", 1),
        ("ok", 2),
        ("ok", 2),
    ]


def test_crew_who_are_signed_in_on_a_phone_scan_as_themselves(app, foyer, phone):
    sign_in(phone, foyer.crew)
    scan = {"code": foyer.ticket, "scan_id": "scan-00001", "type": "entry", "force": False}

    assert phone.post(foyer.at("redeem"), json=scan).json["answer"] == "ok"
    with app.app_context():
        assert db.session.scalars(sa.select(Scan)).one().device.kind == "browser"


def test_a_phone_scans_only_at_its_own_doors_and_events(app, foyer, phone):
    with app.app_context():
        device = the_device()
        own = make_door(db.session.get_one(Event, device.event_id), "Abend").public_id
        with transaction():
            device = the_device()
            kept = db.session.scalars(sa.select(CheckinList).where(CheckinList.public_id == own)).one()
            db.session.add(DeviceList(event_id=device.event_id, device_id=device.id, list_id=kept.id))
        other = make_event(days=0)
        elsewhere = f"/e/{other.slug}/door/{make_door(other).public_id}/redeem"
    kept = phone.get_cookie("door", path=f"/e/{foyer.slug}/door")
    phone.set_cookie("door", kept.value, path="/")  # which no browser would send there
    scan = {"code": foyer.ticket, "scan_id": "scan-00001", "type": "entry", "force": False}
    addresses = [foyer.at("redeem"), elsewhere, f"/e/{foyer.slug}/door/{own}/redeem"]

    assert [phone.post(address, json=scan).status_code for address in addresses] == [404, 404, 200]
