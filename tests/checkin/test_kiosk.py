"""The kiosk: guests check themselves in by code, nothing of them remains, and nothing else opens."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.audit import AuditEntry
from partnering.badges.models import BadgePrint
from partnering.checkin import devices, kiosk
from partnering.checkin.models import CheckinList, Device, DoorNote, Scan
from partnering.db import db, transaction
from partnering.events.models import Event, Participant
from partnering.registration import codes
from partnering.registration.models import Registration
from tests.support.there import there

from .conftest import Foyer


@dataclass
class Tablet:
    """A browser that is a kiosk."""

    client: FlaskClient
    app: Flask
    id: str
    slug: str

    def at(self, path: str = "") -> str:
        """An address of the kiosk."""
        return f"/e/{self.slug}/door/kiosk/{path}"

    def show(self, code: str, *, read: str = "1") -> str:
        """Where a code leads."""
        answer = self.client.post(self.at(), data={"code": code, "read": read})
        return answer.headers["Location"].rpartition("/")[2]

    def page(self, path: str = "") -> str:
        """A page, as text."""
        return self.client.get(self.at(path)).text

    def come_in(self, given_name: str = "Jana", family_name: str = "Wittkowski"):
        """Say that the name is right, or spell it otherwise."""
        return self.client.post(self.at("guest"), data={"given_name": given_name, "family_name": family_name})


@pytest.fixture
def tablet(app: Flask, foyer: Foyer) -> Tablet:
    """A tablet that was enrolled as a kiosk with a printer."""
    client = app.test_client()
    with app.app_context(), transaction():
        event = db.session.scalars(sa.select(Event).where(Event.slug == foyer.slug)).one()
        device = devices.make(event, "Kiosk 1", by=None, kind="kiosk", may_add=True)
        kiosk.set_pin(event, device, "2468")
        secret = devices.offer(device, None)
        id = device.public_id
    answer = client.post("/checkin/enrol", data={"secret": secret})
    assert answer.headers["Location"] == f"/e/{foyer.slug}/door/kiosk/"
    return Tablet(client, app, id, foyer.slug)


def scans(app: Flask) -> list[tuple[str, str, str]]:
    """(answer, state, via) of every attempt."""
    with app.app_context():
        rows = db.session.execute(sa.select(Scan.answer, Scan.state, Scan.via).order_by(Scan.id))
        return [(row[0], row[1], row[2]) for row in rows]


def test_a_guest_checks_in_and_prints_and_nothing_of_them_remains(app: Flask, tablet: Tablet, foyer: Foyer):
    assert tablet.show(foyer.ticket) == "guest"
    assert scans(app) == []
    assert 'value="Wittkowski"' in tablet.page("guest")

    tablet.come_in()
    done = tablet.client.get(tablet.at("done"))
    assert "Jana Wittkowski" in done.text
    assert done.headers["Refresh"] == f"15; url={tablet.at()}"
    for _twice in range(2):
        assert "data-print-now" in tablet.client.post(tablet.at("print")).text
    with app.app_context():
        assert len(db.session.scalars(sa.select(BadgePrint)).all()) == 1

    assert "Wittkowski" not in tablet.page()
    for path in ("guest", "done"):
        assert tablet.client.get(tablet.at(path)).headers["Location"] == tablet.at()
    assert tablet.client.post(tablet.at("print")).headers["Location"] == tablet.at()
    assert scans(app) == [("ok", "counted", "kiosk")]


def test_a_code_is_typed_as_it_is_printed_but_never_read_so(app: Flask, tablet: Tablet, foyer: Foyer):
    with app.app_context():
        held = db.session.scalars(sa.select(Registration).where(Registration.public_id == foyer.guest)).one()
        printed = codes.printed(there(held.code))

    assert tablet.show(printed, read="") == "guest"
    assert tablet.show(printed, read="1") == "done"
    assert "Diesen Code kennen wir nicht" in tablet.page("done")


def test_a_name_is_spelt_anew_and_logged(app: Flask, tablet: Tablet, foyer: Foyer):
    tablet.show(foyer.ticket)
    tablet.come_in("Jana", "Witkowska")

    assert "Jana Witkowska" in tablet.page("done")
    with app.app_context():
        assert db.session.scalars(sa.select(Participant.family_name)).first() == "Witkowska"
        deeds = db.session.scalars(sa.select(AuditEntry.action)).all()
        assert "registration.changed" in deeds


def test_a_ticket_is_not_passed_on_at_a_kiosk(app: Flask, tablet: Tablet, foyer: Foyer):
    tablet.show(foyer.ticket)

    answer = tablet.come_in("Peter", "Zimmermann")

    assert answer.status_code == 422
    assert 'id="family_name-error"' in answer.text
    assert scans(app) == []


def test_an_empty_name_and_an_empty_code_are_said_beside_their_fields(tablet: Tablet, foyer: Foyer):
    assert 'id="code-error"' in tablet.client.post(tablet.at(), data={}).text
    tablet.show(foyer.ticket)
    assert 'id="given_name-error"' in tablet.come_in("", "Wittkowski").text


def block(guest: Registration) -> None:
    db.session.add(DoorNote(event_id=guest.event_id, registration_id=guest.id, blocked_at=clock.now()))


def cancel(guest: Registration) -> None:
    guest.state, guest.ended_at = "cancelled", clock.now()


@pytest.mark.parametrize(("deed", "answer"), [(block, "blocked"), (cancel, "cancelled")])
def test_whoever_cannot_come_in_is_sent_to_the_desk_and_nobody_reads_why(
    app: Flask, tablet: Tablet, foyer: Foyer, deed: Callable[[Registration], None], answer: str
):
    with app.app_context(), transaction():
        deed(db.session.scalars(sa.select(Registration).where(Registration.public_id == foyer.guest)).one())

    assert tablet.show(foyer.ticket) == "done"
    page = tablet.page("done")

    assert "Bitte gehen Sie zum Schalter „Klärung“." in page
    assert ("Wittkowski" in page, "storniert" in page, "gesperrt" in page) == (False, False, False)
    assert scans(app) == [(answer, "refused", "kiosk")]


def test_who_is_in_already_reads_no_name(app: Flask, tablet: Tablet, foyer: Foyer):
    tablet.show(foyer.ticket)
    tablet.come_in()
    assert tablet.show(foyer.ticket) == "done"

    page = tablet.page("done")
    assert ("Sie sind schon eingecheckt." in page, "Wittkowski" in page) == (True, False)


def test_a_guest_who_goes_away_is_forgotten(tablet: Tablet, foyer: Foyer, freeze):
    moment = clock.now()
    freeze(moment)
    tablet.show(foyer.ticket)
    freeze(moment + timedelta(minutes=4))

    assert tablet.client.get(tablet.at("guest")).status_code == 302
    assert tablet.come_in().headers["Location"] == tablet.at()


def test_a_kiosk_opens_nothing_else(tablet: Tablet, foyer: Foyer):
    door = f"/e/{foyer.slug}/door"
    for address in (
        f"{door}/",
        foyer.at("scan"),
        foyer.at("search?q=wi"),
        foyer.at("new"),
        f"{door}/badge/{foyer.guest}",
    ):
        answer = tablet.client.get(address)
        assert (answer.status_code, "/login" in answer.headers["Location"]) == (302, True)
    sent = {"code": foyer.ticket, "scan_id": "a" * 16, "type": "entry", "force": False}
    assert tablet.client.post(foyer.at("redeem"), json=sent).status_code == 302
    assert scans(tablet.app) == []


def test_crew_and_phones_are_no_kiosk(crew: FlaskClient, foyer: Foyer, tablet: Tablet):
    assert crew.get(tablet.at()).status_code == 404


def test_the_pin_ends_the_kiosk(tablet: Tablet):
    wrong = tablet.client.post(tablet.at("staff"), data={"pin": "1357"})
    assert (wrong.status_code, 'id="pin-error"' in wrong.text) == (422, True)

    right = tablet.client.post(tablet.at("staff"), data={"pin": "2468"})

    assert "kein Kiosk mehr" in right.text
    assert tablet.client.get(tablet.at()).status_code == 302
    with tablet.app.app_context():
        device = db.session.scalars(sa.select(Device).where(Device.public_id == tablet.id)).one()
        assert device.token_hash is None
        assert "2468" not in there(device.pin_hash).split("$")


def test_a_pin_is_tried_five_times_in_a_quarter_of_an_hour(tablet: Tablet, freeze):
    freeze(clock.now())
    told = [tablet.client.post(tablet.at("staff"), data={"pin": f"000{n}"}).status_code for n in range(5)]

    assert told == [422] * 5
    assert tablet.client.post(tablet.at("staff"), data={"pin": "2468"}).status_code == 429


def test_a_revoked_kiosk_is_told(tablet: Tablet, foyer: Foyer):
    with tablet.app.app_context(), transaction():
        device = db.session.scalars(sa.select(Device).where(Device.public_id == tablet.id)).one()
        devices.revoke(db.session.get_one(Event, device.event_id), device)

    assert tablet.client.get(tablet.at()).status_code == 401


def test_whoever_sets_a_tablet_up_is_signed_out_on_it(app: Flask, organiser: FlaskClient, foyer: Foyer):
    assert organiser.get(f"/manage/{foyer.slug}/door/devices").status_code == 200
    sent = {"name": "Kiosk 2", "door": foyer.door, "prints": "tap", "pin": "97531"}
    made = organiser.post(f"/manage/{foyer.slug}/door/devices/kiosk", data=sent)
    assert made.status_code == 302
    with app.app_context(), transaction():
        device = db.session.scalars(sa.select(Device).where(Device.name == "Kiosk 2")).one()
        assert [each.list_id for each in device.own_lists] == [db.session.scalars(sa.select(CheckinList.id)).one()]
        secret = devices.offer(device, None)

    organiser.post("/checkin/enrol", data={"secret": secret})

    assert organiser.get(f"/manage/{foyer.slug}/door/devices").status_code == 302
    assert organiser.get(f"/e/{foyer.slug}/door/kiosk/").status_code == 200


def test_an_organiser_edits_a_kiosk_and_keeps_its_pin(app: Flask, organiser: FlaskClient, foyer: Foyer, tablet: Tablet):
    address = f"/manage/{foyer.slug}/door/devices/kiosk/{tablet.id}"
    assert organiser.get(f"/manage/{foyer.slug}/door/devices/{tablet.id}").headers["Location"] == address

    short = organiser.post(address, data={"name": "K", "door": foyer.door, "prints": "no", "pin": "12"})
    right = organiser.post(address, data={"name": "Kiosk West", "door": foyer.door, "prints": "no", "pin": ""})

    assert (short.status_code, right.status_code) == (422, 302)
    with app.app_context():
        device = db.session.scalars(sa.select(Device).where(Device.public_id == tablet.id)).one()
        assert (device.name, device.may_add, kiosk.is_pin(device, "2468")) == ("Kiosk West", False, True)
    tablet.show(foyer.ticket)
    tablet.come_in()
    assert "am Schalter ab" in tablet.page("done")
    assert tablet.client.post(tablet.at("print")).headers["Location"] == tablet.at()


def test_a_kiosk_says_in_both_languages_where_badges_are(organiser: FlaskClient, foyer: Foyer, tablet: Tablet):
    address = f"/manage/{foyer.slug}/door/devices/kiosk/{tablet.id}"
    pickup = {"pickup_de": "Schalter 3, neben der Garderobe", "pickup_en": "Counter 3, beside the cloakroom"}
    sent = {"name": "Kiosk 1", "door": foyer.door, "prints": "no", "pin": "", **pickup}
    assert organiser.post(address, data=sent).status_code == 302
    again = organiser.get(address).text
    assert all(f'value="{text}"' in again for text in pickup.values())

    tablet.show(foyer.ticket)
    tablet.come_in()

    assert "Schalter 3, neben der Garderobe" in tablet.page("done")
    assert "Counter 3, beside the cloakroom" in tablet.page("done?lang=en")
    assert organiser.post(address, data={**sent, "pickup_de": "x" * 201}).status_code == 422


def test_a_kiosk_prints_by_itself_once(app: Flask, organiser: FlaskClient, foyer: Foyer, tablet: Tablet):
    address = f"/manage/{foyer.slug}/door/devices/kiosk/{tablet.id}"
    sent = {"name": "Kiosk 1", "door": foyer.door, "prints": "once", "pickup_de": "Aus dem Drucker links", "pin": ""}
    assert organiser.post(address, data=sent).status_code == 302
    assert re.search(r'<input checked[^>]*value="once"|value="once"[^>]* checked', organiser.get(address).text)

    tablet.show(foyer.ticket)
    tablet.come_in()
    first, second = tablet.page("done"), tablet.page("done")

    assert ("data-print-now" in first, "Jana" in first, "Aus dem Drucker links" in first) == (True, True, True)
    assert "data-print-now" not in second  # who opens the page again prints nothing by that
    assert "data-print-now" in tablet.client.post(tablet.at("print")).text
    with app.app_context():
        assert len(db.session.scalars(sa.select(BadgePrint)).all()) == 1


def test_whoever_is_not_let_in_gets_no_badge_by_itself(
    app: Flask, organiser: FlaskClient, foyer: Foyer, tablet: Tablet
):
    with app.app_context(), transaction():
        device = db.session.scalars(sa.select(Device).where(Device.public_id == tablet.id)).one()
        device.prints_at_once = True
    tablet.show(foyer.ticket)
    with app.app_context(), transaction():
        block(db.session.scalars(sa.select(Registration)).one())
    tablet.come_in()

    assert "data-print-now" not in tablet.page("done")
    with app.app_context():
        assert db.session.scalars(sa.select(BadgePrint)).all() == []


def test_the_pages_of_a_kiosk_ask_little(
    tablet: Tablet, foyer: Foyer, queries_of: Callable[[Callable[[], object]], int]
):
    assert queries_of(lambda: tablet.page()) <= 8
