"""Who comes to the desk, and who is turned away."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering.events.models import Event
from tests.factories import (
    make_admin,
    make_crew,
    make_event,
    make_organiser,
    make_person,
    make_pool,
    make_product,
    make_registration,
)
from tests.support.signing_in import sign_in

PAGES = [
    "",
    "people",
    "people.csv",
    "people/add",
    "people/{person}",
    "people/{person}/edit",
    "tickets",
    "tickets/new",
    "tickets/{product}",
    "tickets/pools/new",
    "tickets/pools/{pool}",
    "letters",
    "settings",
    "settings/state",
    "settings/terms",
    "team",
]
DEEDS = [
    "people/{person}/cancel",
    "people/{person}/resend",
    "people/{person}/new-code",
    "people/{person}/edit",
    "people/add",
    "tickets/new",
    "tickets/{product}",
    "tickets/pools/new",
    "tickets/pools/{pool}",
    "letters/aaaaaaaaaaaaaaaa/retry",
    "settings",
    "settings/publish",
    "settings/withdraw",
    "settings/cancel",
    "settings/terms",
    "team",
]


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event with a guest, a ticket and a pool."""
    return make_event()


def path_of(event: Event, page: str) -> str:
    product = make_product(event)
    values = {
        "person": make_registration(event, product=product).participant.public_id,
        "product": product.public_id,
        "pool": make_pool(event).public_id,
    }
    return f"/manage/{event.slug}/{page.format(**values)}"


@pytest.mark.parametrize("page", PAGES)
def test_each_page_opens_to_its_organisers_alone(event: Event, client: FlaskClient, page: str):
    path = path_of(event, page)

    assert client.get(path).location == f"/login?next={path}"
    for stranger in (
        make_person(),
        make_crew(event),
        make_organiser(make_event()),
        make_registration(event).participant.person,
    ):
        assert stranger is not None
        sign_in(client, stranger)
        assert client.get(path).status_code == 404
    organiser = make_organiser(event)
    sign_in(client, organiser, second_factor=False)
    assert client.get(path).location == f"/second-factor?next={path}"
    sign_in(client, organiser)
    assert client.get(path).status_code == 200
    sign_in(client, make_admin())
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("deed", DEEDS)
def test_each_deed_is_for_organisers_alone(event: Event, client: FlaskClient, deed: str):
    path = path_of(event, deed)

    assert client.post(path).status_code in (302, 403, 404)
    assert (client.post(path).location or "/login").startswith("/login")
    for stranger in (make_person(), make_crew(event), make_organiser(make_event())):
        sign_in(client, stranger)
        assert client.post(path).status_code == 404
    sign_in(client, make_organiser(event), second_factor=False)
    assert client.post(path).status_code == 403


@pytest.mark.parametrize("page", ["/manage/", "/manage/new"])
def test_the_list_of_events_is_for_people_who_organise_one(event: Event, client: FlaskClient, page: str):
    assert client.get(page).location == f"/login?next={page}"
    sign_in(client, make_crew(event))
    assert client.get(page).status_code == 404
    sign_in(client, make_organiser(event))
    assert client.get(page).status_code == 200
