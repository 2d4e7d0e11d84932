"""Phones at the doors: enrolled once, held by a lease, passed on and revoked; organisers see how they are."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.badges.models import BadgePrint
from partnering.checkin import devices, phones
from partnering.checkin.models import CheckinList, Device, DeviceEnrolment, Scan
from partnering.db import db, transaction
from partnering.events.models import Event
from tests.factories import make_event
from tests.factories.checkin import make_door

from .conftest import Foyer, Phone


def redeem(phone: Phone, foyer: Foyer, **more):
    """Send what the camera read."""
    sent = {"code": foyer.ticket, "scan_id": "a" * 16, "type": "entry", "force": False, **more}
    return phone.client.post(foyer.at("redeem"), json=sent)


def test_an_enrolled_phone_scans_without_an_account(phone: Phone, foyer: Foyer):
    assert phone.client.get(foyer.at("scan")).status_code == 302

    answer = phone.enrol()

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/e/{foyer.slug}/door/")
    cookie = next(each for each in answer.headers.getlist("Set-Cookie") if each.startswith("door="))
    assert f"HttpOnly; Path=/e/{foyer.slug}/door; SameSite=Strict" in cookie
    assert phone.client.get(foyer.at("scan")).status_code == 200
    told = redeem(phone, foyer).get_json()
    assert (told["answer"], told["name"], told["count"]) == ("ok", "Jana Wittkowski", 1)
    with phone.app.app_context():
        assert db.session.scalars(sa.select(Scan)).one().device.name == "Südtür 1"


def test_a_code_enrols_one_phone(phone: Phone):
    assert phone.enrol().status_code == 303

    again = phone.app.test_client().post("/checkin/enrol", data={"secret": phone.secret})

    assert again.status_code == 410
    assert 'data-tone="bad"' in again.text
    assert "door=" not in str(again.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize(("minutes", "status"), [(14, 303), (16, 410)])
def test_a_code_holds_for_a_quarter_of_an_hour(phone: Phone, minutes: int, status: int):
    def age(event: Event, device: Device) -> None:
        code = db.session.scalars(sa.select(DeviceEnrolment).where(DeviceEnrolment.device_id == device.id)).one()
        code.expires_at -= timedelta(minutes=minutes)

    phone.change(age)

    assert phone.enrol().status_code == status


def test_a_newer_code_and_a_revocation_take_the_older_one_back(phone: Phone):
    phone.change(lambda event, device: devices.offer(device, None))

    assert phone.enrol().status_code == 410


@pytest.mark.parametrize("secret", ["", "x", "a" * 81, "aaaaaaaaaaaaaaaa1-1-aaaaaaaaaaaaaaaaaaaaaaaaaa"])
def test_what_is_no_secret_is_refused_with_a_sentence(app: Flask, secret: str):
    answer = app.test_client().post("/checkin/enrol", data={"secret": secret})

    assert answer.status_code in (410, 422)
    assert 'data-tone="bad"' in answer.text


def let_go(phone: Phone, foyer: Foyer) -> tuple[int, object, int]:
    """What a phone is told: (status, JSON) of a scan, and the status of the page."""
    answer = redeem(phone, foyer)
    return answer.status_code, answer.get_json(), phone.client.get(foyer.at("scan")).status_code


def test_a_revoked_phone_is_told_at_once(phone: Phone, foyer: Foyer):
    phone.enrol()
    phone.change(lambda event, device: devices.revoke(event, device))

    assert let_go(phone, foyer) == (401, {"revoked": True, "why": "revoked"}, 401)
    with phone.app.app_context():
        assert db.session.scalars(sa.select(Scan)).all() == []
    assert phone.enrol().status_code == 410


def test_a_phone_that_was_passed_on_is_told_and_the_next_one_scans(phone: Phone, foyer: Foyer):
    phone.enrol()
    secrets: list[str] = []

    def hand_on(event: Event, device: Device) -> None:
        phones.hand_on(event, device, None)
        code = phones.code_shown(device)
        assert code is not None
        secrets.append(devices.secret_of(code))

    phone.change(hand_on)

    assert let_go(phone, foyer) == (401, {"revoked": True, "why": "rolled"}, 401)
    heir = Phone(phone.app.test_client(), phone.app, phone.id, secrets[0])
    assert heir.enrol().status_code == 303
    assert redeem(heir, foyer).get_json()["answer"] == "ok"
    assert let_go(phone, foyer)[0] == 401
    assert heir.row().generation == 2


def test_a_lease_ends_after_twelve_hours_and_each_contact_moves_it_on(phone: Phone, foyer: Foyer):
    phone.enrol()

    def later(hours: int) -> None:
        def set_back(event: Event, device: Device) -> None:
            assert device.lease_until is not None
            assert device.last_contact_at is not None
            device.lease_until -= timedelta(hours=hours)
            device.last_contact_at -= timedelta(hours=hours)

        phone.change(set_back)

    later(11)
    assert phone.client.get(foyer.at("scan"), headers={"X-Door-Waiting": "14"}).status_code == 200
    row = phone.row()
    assert row.lease_until is not None
    assert row.lease_until > clock.now() + timedelta(hours=11, minutes=59)
    assert row.waiting == 14
    later(13)
    assert let_go(phone, foyer) == (401, {"revoked": True, "why": "lease_over"}, 401)


@pytest.mark.parametrize("said", ["-1", "1e3", "x", "9999999999", "١٢", ""])
def test_a_phone_that_says_nonsense_of_what_waits_says_nothing(phone: Phone, foyer: Foyer, said: str):
    phone.enrol()
    headers = {"X-Door-Waiting": said.encode().decode("latin-1")}

    assert phone.client.get(foyer.at("scan"), headers=headers).status_code == 200
    assert phone.row().waiting == 0


def test_a_phone_stands_only_at_its_doors(phone: Phone, foyer: Foyer, app: Flask):
    with app.app_context():
        event = db.session.scalars(sa.select(Event).where(Event.slug == foyer.slug)).one()
        other = make_door(event, "Dinner").public_id
    phone.enrol()
    assert phone.client.get(f"/e/{foyer.slug}/door/{other}/scan").status_code == 200

    def only_first(event: Event, device: Device) -> None:
        door = db.session.scalars(sa.select(CheckinList).where(CheckinList.public_id == foyer.door)).one()
        phones.edit(event, device, device.name, [door], may_force=False, may_add=False)

    phone.change(only_first)

    assert phone.client.get(foyer.at("scan")).status_code == 200
    for path in ("scan", "search?q=ja", "log", f"person/{foyer.guest}"):
        assert phone.client.get(f"/e/{foyer.slug}/door/{other}/{path}").status_code == 404
    assert "Dinner" not in phone.client.get(f"/e/{foyer.slug}/door/").text


def test_a_phone_overrules_only_where_it_may(phone: Phone, foyer: Foyer):
    phone.enrol()
    redeem(phone, foyer)
    second = redeem(phone, foyer, scan_id="b" * 16).get_json()
    assert (second["answer"], second["force"]) == ("already_in", True)

    phone.change(lambda event, device: phones.edit(event, device, "x", [], may_force=False, may_add=False))

    refused = redeem(phone, foyer, scan_id="c" * 16, force=True).get_json()
    assert (refused["answer"], refused["force"]) == ("already_in", False)
    page = phone.client.get(foyer.at(f"person/{foyer.guest}"))
    assert "Trotzdem einlassen" not in page.text


def test_a_token_opens_nothing_at_another_event_and_nothing_for_organisers(phone: Phone, foyer: Foyer, app: Flask):
    with app.app_context():
        elsewhere = make_event().slug
    phone.enrol()
    cookie = phone.client.get_cookie("door", path=f"/e/{foyer.slug}/door")
    assert cookie is not None
    phone.client.set_cookie("door", cookie.value, path="/")

    assert phone.client.get(f"/e/{elsewhere}/door/").status_code == 404
    for path in (
        f"/manage/{foyer.slug}/door/",
        f"/manage/{foyer.slug}/door/devices",
        f"/e/{foyer.slug}/me/",
        "/account",
    ):
        assert phone.client.get(path).status_code == 302, path
    assert phone.client.post(foyer.at(f"log/{'a' * 16}"), data={"reason": "Irrtum"}).status_code == 302


def test_a_phone_rehearses_at_an_event_that_is_not_public_yet(phone: Phone, foyer: Foyer):
    phone.enrol()
    phone.change(lambda event, device: setattr(event, "state", "draft"))

    assert phone.client.get(foyer.at("scan")).status_code == 200
    assert phone.client.get(f"/e/{foyer.slug}/").status_code == 404


# -- the organisers' page


def test_organisers_enrol_a_phone_by_a_code_and_see_how_it_is(
    phone: Phone, foyer: Foyer, organiser: FlaskClient, app: Flask
):
    desk = f"/manage/{foyer.slug}/door/devices"
    made = organiser.post(f"{desk}/new", data={"name": "Nordtür", "lists": [foyer.door], "may_force": "y"})
    code = organiser.get(made.headers["Location"])
    assert (made.status_code, code.status_code) == (302, 200)
    assert 'class="qr"' in code.text

    phone.enrol()
    phone.client.get(foyer.at("scan"), headers={"X-Door-Waiting": "14"})

    rows = {row["id"]: row for row in organiser.get(f"{desk}/now").get_json()["devices"]}
    assert (rows[phone.id]["state"], rows[phone.id]["waiting"]) == ("In Gebrauch", "14 Scans warten")
    assert sorted(row["state"] for row in rows.values()) == ["In Gebrauch", "Noch nicht angemeldet"]
    assert organiser.post(f"{desk}/{phone.id}/revoke").status_code == 302
    assert redeem(phone, foyer).status_code == 401
    assert "Widerrufen" in organiser.get(desk).text
    assert organiser.post(f"{desk}/{phone.id}/roll").status_code == 404


def test_a_phone_needs_a_name_and_a_door(foyer: Foyer, organiser: FlaskClient):
    answer = organiser.post(f"/manage/{foyer.slug}/door/devices/new", data={"name": " "})

    assert answer.status_code == 422
    assert "Geben Sie einen Namen ein" in answer.text
    assert "Kreuzen Sie mindestens eine Tür an" in answer.text


@pytest.mark.parametrize("number", [1, 8])
def test_the_page_of_phones_asks_as_little_for_many(
    foyer: Foyer, organiser: FlaskClient, app: Flask, queries_of, number: int
):
    with app.app_context(), transaction():
        event = db.session.scalars(sa.select(Event).where(Event.slug == foyer.slug)).one()
        door = db.session.scalars(sa.select(CheckinList).where(CheckinList.public_id == foyer.door)).one()
        for each in range(number):
            devices.make(event, f"Telefon {each}", by=None, lists=[door])

    asked = queries_of(lambda: organiser.get(f"/manage/{foyer.slug}/door/devices/now"))

    assert asked <= 8


def test_a_phone_prints_badges_where_organisers_let_it(phone: Phone, foyer: Foyer):
    phone.enrol()
    address = f"/e/{foyer.slug}/door/badge/{foyer.guest}"
    asked = [phone.client.get(address), phone.client.post(address), phone.client.post(f"{address}/lost")]
    assert [each.status_code for each in asked] == [404, 404, 404]
    assert f"badge/{foyer.guest}" not in phone.client.get(foyer.at(f"person/{foyer.guest}")).text

    def allow(event: Event, device: Device) -> None:
        device.may_add = True

    phone.change(allow)
    assert f"badge/{foyer.guest}" in phone.client.get(foyer.at(f"person/{foyer.guest}")).text
    assert phone.client.post(address).headers["Location"] == f"{address}?print=now"
    assert "data-print-now" in phone.client.get(f"{address}?print=now").text
    with phone.app.app_context():
        assert db.session.scalars(sa.select(BadgePrint.printed_by_id)).all() == [None]
