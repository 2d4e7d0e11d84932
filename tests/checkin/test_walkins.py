"""Guests who come without a ticket: registered by the rules of buying, let in at once, and only once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.checkin.models import CheckinList, Device, Scan
from partnering.consents.models import Consent
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event
from partnering.mail.models import OutboxLetter
from partnering.registration.models import Party, Registration
from partnering.tickets.queries import products_of
from tests.factories import make_crew, make_event
from tests.factories.checkin import make_door
from tests.factories.tickets import make_product
from tests.support.signing_in import sign_in

from .conftest import Foyer, Phone


@pytest.fixture
def ticket(app: Flask, foyer: Foyer) -> str:
    """A ticket on sale at the door, by its public id."""
    with app.app_context():
        event = db.session.scalars(sa.select(Event).where(Event.slug == foyer.slug)).one()
        for product in products_of(event):  # what the guest of this foyer holds is not for sale
            with transaction():
                db.session.merge(product).hidden = True
        return make_product(event, name=BilingualText("Tageskarte", "Day ticket"), capacity=2).public_id


def typed(ticket: str, **more: str) -> dict[str, str]:
    """What crew type."""
    return {
        "key": "a" * 16,
        "given_name": "Zoë",
        "family_name": "Łukasik",
        "email": "zoe@kommt-so.example",
        "company": "Kommt So GmbH",
        "ticket": ticket,
        "locale": "de",
        "told": "y",
        **more,
    }


def guests(app: Flask) -> list[tuple[str, str, bool]]:
    """(name, reference's state, whether the invoice is open) of everybody registered at the door."""
    with app.app_context():
        rows = db.session.scalars(sa.select(Registration).order_by(Registration.id).offset(1))
        return [(each.participant.name, each.state, each.place.party.settled_at is None) for each in rows]


def scans(app: Flask) -> list[tuple[str, str]]:
    """(answer, state) of every attempt."""
    with app.app_context():
        return [(row[0], row[1]) for row in db.session.execute(sa.select(Scan.answer, Scan.state).order_by(Scan.id))]


def test_a_guest_is_registered_let_in_and_written_to(app: Flask, crew: FlaskClient, foyer: Foyer, ticket: str):
    assert "Tageskarte" in crew.get(foyer.at("new")).text

    answer = crew.post(foyer.at("new"), data=typed(ticket, photo="y"))

    assert answer.status_code == 200
    assert "Willkommen, Rechnung offen" in answer.text
    assert "Namensschild drucken" in answer.text
    assert (guests(app), scans(app)) == ([("Zoë Łukasik", "live", True)], [("ok", "counted")])
    with app.app_context():
        kinds = [letter.kind for letter in db.session.scalars(sa.select(OutboxLetter))]
        assert "registration.confirmed" in kinds
        assert db.session.scalars(sa.select(sa.func.count(Consent.id))).one() == 1


def test_an_address_for_the_invoice_is_kept(app: Flask, crew: FlaskClient, foyer: Foyer, ticket: str):
    bill = {"kind": "company", "street": "Weg 1", "postcode": "01067", "city": "Dresden", "country": "DE"}

    wrong = crew.post(foyer.at("new"), data=typed(ticket, **{**bill, "city": ""}))
    right = crew.post(foyer.at("new"), data=typed(ticket, **bill))

    assert (wrong.status_code, right.status_code) == (422, 200)
    assert "Geben Sie den Ort ein" in wrong.text
    with app.app_context():
        party = db.session.scalars(sa.select(Party).order_by(Party.id.desc())).first()
        assert party is not None
        assert (party.billing["name"], party.billing["city"]) == ("Kommt So GmbH", "Dresden")


@pytest.mark.parametrize("name", ["given_name", "family_name", "email", "ticket", "told"])
def test_what_is_missing_is_said_beside_its_field(app: Flask, crew: FlaskClient, foyer: Foyer, ticket: str, name: str):
    answer = crew.post(foyer.at("new"), data={**typed(ticket), name: ""})

    assert (answer.status_code, guests(app)) == (422, [])
    assert f'id="{name}-error"' in answer.text
    assert 'value="Kommt So GmbH"' in answer.text


def test_who_is_registered_is_not_registered_again(app: Flask, crew: FlaskClient, foyer: Foyer, ticket: str):
    crew.post(foyer.at("new"), data=typed(ticket))

    answer = crew.post(foyer.at("new"), data=typed(ticket, key="b" * 16))

    assert answer.status_code == 422
    assert "schon angemeldet" in answer.text
    assert len(guests(app)) == 1


def test_the_same_form_twice_is_one_guest_and_one_scan(app: Flask, crew: FlaskClient, foyer: Foyer, ticket: str):
    answers = [crew.post(foyer.at("new"), data=typed(ticket)) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert (len(guests(app)), scans(app)) == (1, [("ok", "counted")])


def test_nobody_gets_a_place_that_is_not_there(app: Flask, crew: FlaskClient, foyer: Foyer, ticket: str):
    for number in range(2):
        assert crew.post(foyer.at("new"), data=typed(ticket, key=f"{number}" * 16, email=f"n{number}@x.example"))

    page = crew.get(foyer.at("new"))
    answer = crew.post(foyer.at("new"), data=typed(ticket, key="c" * 16, email="drei@x.example"))

    assert "Ausgebucht" in page.text
    assert (answer.status_code, len(guests(app))) == (422, 2)


def test_only_what_anybody_may_buy_is_sold_at_a_door(app: Flask, crew: FlaskClient, foyer: Foyer, ticket: str):
    with app.app_context():
        event = db.session.scalars(sa.select(Event).where(Event.slug == foyer.slug)).one()
        yesterday = clock.now() - timedelta(days=1)
        withheld: dict[str, dict[str, Any]] = {
            "Geheim": {"hidden": True},
            "Presse": {"needs_approval": True},
            "Vorbei": {"on_sale_until": yesterday},
            "Zehner": {"seats": 10},
            "Weg": {"active": False},
            "Früher": {"days": ["2020-01-01"]},
        }
        for name, columns in withheld.items():
            make_product(event, name=BilingualText(name, name), **columns)
        other = make_product(event, name=BilingualText("Andere Tür", "Other door")).public_id
        with transaction():
            door = db.session.scalars(sa.select(CheckinList)).one()
            door.rules = {"products": [ticket]}

    page = crew.get(foyer.at("new")).text

    assert page.count('name="ticket"') == 1
    assert crew.post(foyer.at("new"), data=typed(other)).status_code == 422


def test_a_door_where_nothing_is_sold_says_so(app: Flask, crew: FlaskClient):
    with app.app_context():
        event = make_event("leer", days=0)
        door = make_door(event).public_id
        sign_in(crew, make_crew(event))

    assert "wird heute kein Ticket verkauft" in crew.get(f"/e/leer/door/{door}/new").text


def test_a_phone_registers_where_organisers_let_it(
    app: Flask,
    phone: Phone,
    foyer: Foyer,
    ticket: str,
):
    phone.enrol()
    told = [phone.client.get(foyer.at("new")), phone.client.post(foyer.at("new"), data=typed(ticket))]
    assert [answer.status_code for answer in told] == [404, 404]
    assert foyer.at("new") not in phone.client.get(foyer.at("search")).text

    def allow(event: Event, device: Device) -> None:
        device.may_add = True

    phone.change(allow)

    assert phone.client.post(foyer.at("new"), data=typed(ticket)).status_code == 200
    assert len(guests(app)) == 1


def at_once(app: Flask, foyer: Foyer, bodies: list[dict[str, str]]) -> list[int]:
    """The statuses of forms that are sent at the same moment by one person."""
    clients = [app.test_client() for _ in bodies]
    for client in clients:
        with app.app_context():
            sign_in(client, foyer.crew)
    start = threading.Barrier(len(bodies))

    def send(number: int) -> int:
        start.wait(30)
        return clients[number].post(foyer.at("new"), data=bodies[number]).status_code

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(send, range(len(bodies))))


def test_two_clicks_at_once_are_one_guest(app: Flask, foyer: Foyer, ticket: str):
    assert at_once(app, foyer, [typed(ticket)] * 4) == [200] * 4

    assert (len(guests(app)), scans(app)) == (1, [("ok", "counted")])


def test_without_the_key_a_second_form_is_refused(app: Flask, foyer: Foyer, ticket: str):
    """The control of the race above: it is the key that makes them one."""
    statuses = at_once(app, foyer, [typed(ticket, key=f"{number}" * 16) for number in range(4)])

    assert sorted(statuses) == [200, 422, 422, 422]
    assert len(guests(app)) == 1


def test_more_tickets_ask_no_more(
    app: Flask, crew: FlaskClient, foyer: Foyer, ticket: str, queries_of: Callable[[Callable[[], object]], int]
):
    one = queries_of(lambda: crew.get(foyer.at("new")))
    with app.app_context():
        event = db.session.scalars(sa.select(Event).where(Event.slug == foyer.slug)).one()
        for number in range(6):
            make_product(event, name=BilingualText(f"Karte {number}", f"Card {number}"))

    assert queries_of(lambda: crew.get(foyer.at("new"))) == one
