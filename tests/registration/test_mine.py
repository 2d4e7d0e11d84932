"""What belongs to whoever is signed in: bookings, requests, places on waiting lists, tickets, each with its page."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.accounts.models import EmailAddress, Person
from partnering.db import db
from partnering.events.models import Event
from partnering.registration import desk
from tests.factories import make_event, make_person, make_product, make_registration
from tests.factories.ground import deed
from tests.factories.waiting import make_asked, make_sold_out, make_waiting
from tests.support.counting import statements
from tests.support.signing_in import sign_in

ADDRESS = "paula@press.example"


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_event("alpha-2027")


@pytest.fixture
def paula(event: Event, client: FlaskClient) -> Person:
    """Somebody with two addresses, who is signed in and holds no ticket."""
    person = make_person(ADDRESS, given_name="Paula", family_name="Press")
    with deed():
        person.addresses[0].verified_at = clock.now()
        more = {"verified_at": clock.now(), "is_primary": False}
        second = EmailAddress(
            person_id=person.id, address="Office@Press.example", canonical="office@press.example", **more
        )
        db.session.add(second)
    sign_in(client, person)
    return person


def given(event: Event, email: str = ADDRESS) -> None:
    with deed():
        desk.give(event, make_product(event), 2, name="Paula Press", email=email)


def page(client: FlaskClient) -> str:
    return client.get("/bookings?lang=en").text


def pages_behind(client: FlaskClient, text: str) -> list[int]:
    """What the pages behind the secret links on it answer."""
    found = re.findall(r'href="((?:/r/|/t/|/e/[^"]+/waitlist/)[^"]+)"', text)
    return [client.get(url).status_code for url in found]


def test_everything_of_all_addresses_is_listed_with_its_page(event: Event, client: FlaskClient, paula: Person):
    given(event)
    make_asked(event, email="office@press.example")
    product, _held = make_sold_out(event)
    make_waiting(product, email=ADDRESS)
    make_registration(make_event("beta-2027"), email=ADDRESS)

    text = page(client)

    words = ("Booking ", "Request ", "Waiting list", "Your ticket")
    assert ([text.count(f"<b>{word}") for word in words], pages_behind(client, text)) == ([2, 1, 1, 1], [200] * 5)


def test_nothing_of_others_is_listed(event: Event, client: FlaskClient, paula: Person):
    given(event, "somebody@else.example")
    make_asked(event)
    product, _held = make_sold_out(event)
    make_waiting(product)

    assert pages_behind(client, page(client)) == []
    assert "Nothing is booked with your addresses." in page(client)


def test_a_buyer_without_a_ticket_is_led_from_the_event_to_their_bookings(
    event: Event, client: FlaskClient, paula: Person
):
    given(event)

    here, elsewhere = client.get("/e/alpha-2027/me/ticket"), client.get(f"/e/{make_event('gamma').slug}/me/ticket")

    assert (here.status_code, here.location, elsewhere.status_code) == (302, "/bookings", 404)


def test_visitors_are_led_to_sign_in(event: Event, client: FlaskClient):
    assert client.get("/bookings").location.startswith("/login")


def test_the_page_asks_as_much_for_one_booking_as_for_ten(event: Event, client: FlaskClient, paula: Person):
    asked = []
    for number in (1, 9):
        for _party in range(number):
            given(event)
        page(client)
        db.session.remove()
        with statements() as found:
            page(client)
        asked.append(len(found))

    assert asked[0] == asked[1]
