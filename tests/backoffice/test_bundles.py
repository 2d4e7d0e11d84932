"""Parts of a ticket's price that are taxed by themselves, as organisers set them; and what they then see of them."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock, verify
from partnering.audit import AuditDetail
from partnering.backoffice import queries
from partnering.db import db
from partnering.events.models import Event
from partnering.invoices.models import Invoice
from partnering.registration.models import Item
from partnering.tickets.models import Product
from tests.factories import make_bundle, make_event, make_party, make_product
from tests.factories.invoices import invoice_of, make_invoiced

from .desk import form_of, open_desk
from .test_tickets import answers

RECORDINGS = {
    "parts-0-name_de": "Aufzeichnungen",
    "parts-0-name_en": "Recordings",
    "parts-0-share": "20",
    "parts-0-vat": "19",
    "parts-0-online": "y",
}
MEALS = {"parts-1-name_de": "Verpflegung", "parts-1-name_en": "", "parts-1-share": "12,5", "parts-1-vat": "7"}


@pytest.fixture
def event(ctx: Flask, client: FlaskClient) -> Event:
    """An event whose organiser is signed in."""
    return open_desk(client)


def parts(event: Event) -> list[tuple[str, int, int, bool]]:
    db.session.expire_all()
    product = db.session.scalars(sa.select(Product).order_by(Product.id.desc())).first()
    assert product is not None
    assert product.bundled == bool(product.parts)
    return [(part.name.de, part.share, part.vat_rate, part.online) for part in product.parts]


def test_parts_are_set_with_a_new_ticket_and_change_with_it(event: Event, client: FlaskClient):
    assert client.post(f"/manage/{event.slug}/tickets/new", data=answers(**RECORDINGS, **MEALS)).status_code == 302
    made, version = parts(event), db.session.scalar(sa.select(Product.version))
    path = f"/manage/{event.slug}/tickets/{db.session.scalars(sa.select(Product)).one().public_id}"
    sent = form_of(client, path)
    assert client.post(path, data=sent).status_code == 302
    untouched = db.session.scalar(sa.select(Product.version))

    client.post(path, data={name: value for name, value in sent.items() if not name.startswith("parts-0-")})
    fewer = parts(event)
    client.post(path, data={n: value for n, value in form_of(client, path).items() if not n.startswith("parts-")})

    assert made == [("Aufzeichnungen", 2_000, 1_900, True), ("Verpflegung", 1_250, 700, False)]
    assert (untouched, sent["parts-1-share"], fewer, parts(event)) == (version, ["12,5"], made[1:], [])
    told = db.session.scalars(sa.select(AuditDetail).order_by(AuditDetail.id.desc())).first()
    assert told is not None
    assert "parts" in str(told.after)


def test_rows_are_added_and_taken_away_without_script(event: Event, client: FlaskClient):
    path = f"/manage/{event.slug}/tickets/new"
    more = client.post(f"{path}?lang=en", data=answers(**RECORDINGS, rows="parts:add")).text
    less = client.post(path, data=answers(**RECORDINGS, **MEALS, rows="parts:remove:0")).text

    assert ("Part 2" in more, "Another part" in more, 'value="Recordings"' in more) == (True, True, True)
    assert ("Aufzeichnungen" in less, "Verpflegung" in less) == (False, True)
    assert db.session.scalars(sa.select(Product)).all() == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"parts-0-share": "100"}, "Enter a share above 0 and below 100 percent, such as 12.5"),
        ({"parts-0-share": "0"}, "Enter a share above 0 and below 100 percent, such as 12.5"),
        ({"parts-0-share": "٢٠"}, "Enter a share above 0 and below 100 percent, such as 12.5"),
        ({"parts-0-share": ""}, "Enter a share above 0 and below 100 percent, such as 12.5"),
        ({"parts-0-share": "87.5"}, "All parts together stay below 100 percent"),
        ({"parts-0-vat": "x"}, "Enter a percentage from 0 to 100, such as 19"),
        ({"parts-0-name_de": ""}, "Enter the name in German"),
    ],
)
def test_what_is_no_part_is_said_at_its_row(event: Event, client: FlaskClient, wrong: dict[str, str], sentence: str):
    sent = answers(**{**RECORDINGS, **MEALS, **wrong})

    answer = client.post(f"/manage/{event.slug}/tickets/new?lang=en", data=sent)

    assert (answer.status_code, sentence in answer.text, 'role="alert"' in answer.text) == (422, True, True)
    assert db.session.scalars(sa.select(Product)).all() == []


def test_sales_count_a_ticket_once_with_its_whole_price(event: Event, client: FlaskClient):
    bundle, plain = make_bundle(event, gross=10_000), make_product(event, gross=9_000)
    party = make_party(event, product=bundle, quantity=2)
    make_party(event, product=plain)

    assert queries.sales(event) == {bundle.id: (2, 20_000), plain.id: (1, 9_000)}
    page = client.get(f"/manage/{event.slug}/bookings/{party.public_id}").text
    assert ("Aufzeichnungen" in page, "Teil von: Standard" in page) == (True, True)


@pytest.mark.parametrize(("country", "was", "now"), [("DE", 20_000, 30_000), ("CH", 19_361, 29_042)])
def test_who_pays_late_pays_todays_price_of_the_whole(
    ctx: Flask, client: FlaskClient, freeze: Any, country: str, was: int, now: int
):
    begun = clock.now()
    freeze(begun)
    event = make_event()
    early = [(20_000, begun + timedelta(days=5)), (30_000, None)]
    bundle = make_bundle(event, tiers=early, keeps_price=False)
    billing = {"kind": "company", "name": "Lumenfold", "street": "Weg 1", "postcode": "1", "city": "X"}
    party = make_invoiced(event, product=bundle, billing={**billing, "country": country})
    invoice = invoice_of(party).public_id

    freeze(begun + timedelta(days=20))
    open_desk(client, event)
    path = f"/manage/{event.slug}/invoices/{invoice}"
    once = re.search(r'name="payment-once" type="hidden" value="([0-9a-f]+)"', client.get(path).text)
    assert once is not None
    client.post(f"{path}/today", data={"once": once[1]})

    db.session.expire_all()
    assert [one.gross for one in db.session.scalars(sa.select(Invoice).order_by(Invoice.id))] == [was, -was, now]
    lines = db.session.scalars(sa.select(Item).order_by(Item.id)).all()
    assert [(line.home_gross, line.list_gross) for line in lines] == [(21_000,) * 2, (6_000,) * 2, (3_000,) * 2]
    assert [finding for _rule, findings in verify.results() for finding in findings] == []
