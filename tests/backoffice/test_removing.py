"""What was made and never used can be taken away; what was booked, asked for or answered to stays."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.backoffice import changes, coding
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event
from partnering.tickets import codes
from partnering.tickets.models import Code, MemberList, Pool, PriceTier, Product, ProductPart
from tests.factories import make_bundle, make_code, make_event, make_pool, make_product, make_registration

from .desk import open_desk


@pytest.fixture
def event(ctx: Flask, client: FlaskClient) -> Event:
    """An event whose organiser is signed in."""
    return open_desk(client)


def remove(client: FlaskClient, event: Event, what: str, thing: Any) -> int:
    """Press the button; how many rows of its kind are left."""
    model, ref = type(thing), thing.public_id
    answer = client.post(f"/manage/{event.slug}/tickets/remove/{what}/{ref}")
    assert answer.status_code in (302, 404)
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def made_list(event: Event) -> MemberList:
    with transaction():
        return coding.create_list(db.session.get_one(Event, event.id), "Mitglieder", ["tessera.example"])


def test_a_ticket_that_nobody_booked_goes_with_its_prices(event: Event, client: FlaskClient):
    product = make_product(event, capacity=3)

    assert remove(client, event, "ticket", product) == 0
    assert db.session.scalars(sa.select(PriceTier)).all() == []


def test_a_ticket_with_parts_goes_with_them(event: Event, client: FlaskClient):
    assert remove(client, event, "ticket", make_bundle(event)) == 0
    assert db.session.scalars(sa.select(ProductPart)).all() == []


def test_a_booked_ticket_stays_and_keeps_its_prices(event: Event, client: FlaskClient):
    product = make_product(event, capacity=3)
    make_registration(event, product=product)
    prices = db.session.scalar(sa.select(sa.func.count()).select_from(PriceTier))

    assert remove(client, event, "ticket", product) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PriceTier)) == prices


def test_a_ticket_that_a_code_names_stays_so_that_the_code_does_not_work_for_all(event: Event, client: FlaskClient):
    product = make_product(event, capacity=3)
    make_code(event, "VIP", products=[product])

    assert remove(client, event, "ticket", product) == 1


def test_a_pool_goes_once_nothing_draws_on_it(event: Event, client: FlaskClient):
    empty, used = make_pool(event, 3), make_pool(event, 3)
    make_product(event, pools=[used])

    assert remove(client, event, "pool", used) == 2
    assert remove(client, event, "pool", empty) == 1


def test_an_unused_voucher_goes_and_its_places_are_on_sale_again(event: Event, client: FlaskClient):
    pool = make_pool(event, 5)
    code = make_code(event, "GAST", "voucher", products=[make_product(event, pools=[pool])], blocked=4)

    assert remove(client, event, "code", code) == 0
    assert db.session.scalars(sa.select(Pool.used)).one() == 0


def test_a_code_that_somebody_used_stays(event: Event, client: FlaskClient):
    code = make_code(event, "ZEHN", discount="percent", value=1_000)
    with transaction():
        db.session.execute(sa.update(Code).values(uses=1))

    assert remove(client, event, "code", code) == 1


def test_a_list_goes_unless_a_code_asks_for_it_even_elsewhere(event: Event, client: FlaskClient):
    members = made_list(event)
    elsewhere = make_event(host=event.host)
    with transaction():
        codes.make(elsewhere, text="M", kind="member", member_list_id=members.id)

    assert remove(client, event, "list", members) == 1

    with transaction():
        db.session.execute(sa.update(Code).values(member_list_id=None))
    assert remove(client, event, "list", members) == 0


def test_what_belongs_to_another_host_is_not_there(event: Event, client: FlaskClient):
    foreign = make_event()

    assert remove(client, event, "ticket", make_product(foreign)) == 1
    assert remove(client, event, "list", made_list(foreign)) == 1


def test_the_log_still_knows_what_a_removed_ticket_was_called(event: Event, client: FlaskClient):
    product = make_product(event, name=BilingualText("Hörerkarte", "Audit"))

    remove(client, event, "ticket", product)

    sentences = [change.sentence for change in changes.latest(db.session.get_one(Event, event.id))]
    assert sentences[0] == "Katja Ruhland hat „Hörerkarte“ entfernt."


def test_a_removed_product_is_no_product(event: Event, client: FlaskClient):
    product = make_product(event)
    page = f"/manage/{event.slug}/tickets/{product.public_id}"
    remove(client, event, "ticket", product)

    assert client.get(page).status_code == 404
    assert db.session.scalars(sa.select(Product)).all() == []
