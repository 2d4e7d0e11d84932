"""Pools and ticket types: made, changed, never behind somebody's back, never with half a number."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.audit import AuditEntry
from partnering.db import db
from partnering.events.models import Event
from partnering.i18n import days_between
from partnering.tickets import services as tickets
from partnering.tickets.models import Claim, Pool, PriceTier, Product, ProductPool
from tests.factories import make_event, make_pool, make_product, make_registration

from .desk import form_of, open_desk

NUMBERS = ["", "-1", "٣", "３", "1_0", "1.5", "1e1", "+1", "x", "99999999999"]
AMOUNTS = ["-1", "٢٢٠", "1_000", "220,5", "1.000", "1e3", "x", "NaN"]


@pytest.fixture
def event(ctx: Flask, client: FlaskClient) -> Event:
    """An event whose organiser is signed in."""
    return open_desk(client)


def answers(**more: Any) -> dict[str, Any]:
    """A ticket type as the form sends it, for the event that `make_event` makes."""
    first = clock.in_zone(clock.now(), "Europe/Berlin").date() + timedelta(days=60)
    return {
        "name_de": "Standard",
        "name_en": "Standard",
        "audience": "standard",
        "role": "attendee",
        "prices-0-gross": "220,00",
        "vat": "19",
        "seats": "1",
        "fewest_per_order": "1",
        "most_per_order": "10",
        "online": "site",
        "days": [day.isoformat() for day in days_between(first, first + timedelta(days=1))],
        "partnering": "y",
        "active": "y",
        **more,
    }


def the(model: Any) -> Any:
    db.session.expire_all()
    return db.session.scalars(sa.select(model)).one()


def tiers() -> list[tuple[int, datetime | None]]:
    db.session.expire_all()
    rows = db.session.execute(sa.select(PriceTier.gross, PriceTier.until).order_by(PriceTier.id))
    return [(gross, until) for gross, until in rows]


# -- pools


def test_a_pool_is_made_and_written_down(event: Event, client: FlaskClient):
    answer = client.post(f"/manage/{event.slug}/tickets/pools/new", data={"name_de": "Plätze", "capacity": "300"})

    assert answer.location == f"/manage/{event.slug}/tickets"
    assert (the(Pool).name.de, the(Pool).capacity) == ("Plätze", 300)
    deeds = sa.select(AuditEntry.action).where(AuditEntry.event_ref == event.public_id).order_by(AuditEntry.id)
    assert db.session.scalars(deeds).all()[-1] == "pool.created"


@pytest.mark.parametrize("number", NUMBERS)
def test_a_pool_takes_whole_numbers_only(event: Event, client: FlaskClient, number: str):
    answer = client.post(f"/manage/{event.slug}/tickets/pools/new", data={"name_de": "Meiner", "capacity": number})

    assert (answer.status_code, 'value="Meiner"' in answer.text) == (422, True)
    assert db.session.scalars(sa.select(Pool)).all() == []


def test_a_pool_lowered_under_use_warns_and_removes_nobody(event: Event, client: FlaskClient):
    pool = make_pool(event, 5)
    product = make_product(event, pools=[pool])
    for _number in range(3):
        make_registration(event, product=product)
    path = f"/manage/{event.slug}/tickets/pools/{pool.public_id}"

    data = {"name_de": "Plätze", "capacity": "1", "version": the(Pool).version}
    asked = client.post(f"{path}?lang=en", data=data)
    assert (asked.status_code, "2 places would be taken beyond what there is" in asked.text) == (200, True)
    assert the(Pool).capacity == 5
    assert client.post(path, data={**data, "understood": "yes"}).status_code == 422
    client.post(path, data={**data, "understood": "yes", "reason": "Kleinerer Saal"})

    now = the(Pool)
    assert (now.capacity, now.used, now.over) == (1, 3, 2)
    assert tickets.left(the(Product)) == 0
    assert 'data-tone="warn" role="status"' in client.get(f"/manage/{event.slug}/tickets").text


def test_a_stale_edit_of_a_pool_changes_nothing(event: Event, client: FlaskClient):
    pool = make_pool(event, 5)
    path = f"/manage/{event.slug}/tickets/pools/{pool.public_id}"
    data = {"name_de": "Plätze", "capacity": "7", "version": str(pool.version)}
    assert client.post(path, data=data).status_code == 302

    answer = client.post(path, data={**data, "capacity": "9"})

    assert (answer.status_code, 'value="9"' in answer.text, 'role="alert"' in answer.text) == (409, True, True)
    assert the(Pool).capacity == 7


@pytest.mark.parametrize("version", ["", "0", "x", "٣"])
def test_an_edit_without_a_right_version_is_stale(event: Event, client: FlaskClient, version: str):
    pool = make_pool(event, 5)

    answer = client.post(
        f"/manage/{event.slug}/tickets/pools/{pool.public_id}",
        data={"name_de": "Plätze", "capacity": "7", "version": version},
    )

    assert (answer.status_code, the(Pool).capacity) == (409, 5)


# -- ticket types


def test_a_ticket_is_made_with_prices_places_and_sale(event: Event, client: FlaskClient):
    pool = make_pool(event, 10)

    answer = client.post(
        f"/manage/{event.slug}/tickets/new",
        data=answers(
            vat="7,5",
            seats="3",
            on_sale_from="2030-01-01T08:00",
            on_sale_until="2030-10-01T12:30",
            recommended="y",
            **{
                "prices-0-gross": "290.00",
                "prices-1-gross": "220",
                "prices-1-until": "2030-07-31",
                f"draw_{pool.public_id}": "3",
            },
        ),
    )

    made = the(Product)
    assert answer.location == f"/manage/{event.slug}/tickets"
    assert tiers() == [(29_000, None), (22_000, datetime(2030, 7, 31, 22, 0, tzinfo=UTC))]
    assert (made.vat_rate, made.seats, made.recommended, made.hidden) == (750, 3, True, False)
    assert made.on_sale_from == datetime(2030, 1, 1, 7, 0, tzinfo=UTC)
    assert made.on_sale_until == datetime(2030, 10, 1, 10, 30, tzinfo=UTC)
    assert [(draw.pool_id, draw.quantity) for draw in made.draws] == [(pool.id, 3)]


@pytest.mark.parametrize(
    "wrong",
    [
        *({"seats": number} for number in [*NUMBERS, "0", "21"]),
        *({"most_per_order": number} for number in [*NUMBERS, "0", "101"]),
        *({"fewest_per_order": number} for number in [*NUMBERS, "0", "11"]),
        *({"prices-0-gross": amount} for amount in ["", *AMOUNTS]),
        {"prices-0-audience": "everything"},
        {"prices-1-gross": "100"},
        {"days": []},
        {"days": ["2001-01-01"]},
        {"online": "both"},
        *({"vat": rate} for rate in ["", "-1", "101", "١٩", "19%", "1e1"]),
        {"prices-1-gross": "100", "prices-1-until": "٢٠٣٠-٠١-٠١"},
        {"prices-1-gross": "100", "prices-1-until": "0030-01-01"},
        {"on_sale_from": "2030-02-01T00:00", "on_sale_until": "2030-01-01T00:00"},
        {"on_sale_from": "٢٠٣٠-٠١-٠١T00:00"},
        {"on_sale_until": "9999-01-01T00:00"},
        {"audience": "everything"},
        {"role": "admin"},
        {"name_de": ""},
    ],
    ids=str,
)
def test_what_is_wrong_is_said_and_nothing_is_stored(event: Event, client: FlaskClient, wrong: dict[str, str]):
    answer = client.post(f"/manage/{event.slug}/tickets/new", data=answers(name_en="Kept", **wrong))

    assert (answer.status_code, 'value="Kept"' in answer.text) == (422, True)
    assert db.session.scalars(sa.select(Product)).all() == []


def test_a_wrong_price_is_named_above_by_its_row_and_in_words(event: Event, client: FlaskClient):
    sent = answers(**{"prices-0-until": "2027-03-01", "prices-1-gross": "-5"})

    page = client.post(f"/manage/{event.slug}/tickets/new?lang=en", data=sent).text

    assert re.findall(r'<li><a href="(#[^"]+)">([^<]+)</a></li>', page) == [
        ("#prices-1-gross", "Price 2: Enter an amount such as 220.00")
    ]


def test_a_first_ticket_brings_its_places_along_and_the_next_one_shares_them(event: Event, client: FlaskClient):
    path = f"/manage/{event.slug}/tickets/new"

    client.post(path, data=answers(capacity="40", seats="2"))
    pool = the(Pool)
    shared = form_of(client, path)[f"draw_{pool.public_id}"]
    client.post(path, data=answers(capacity="40", **{f"draw_{pool.public_id}": "1"}))

    assert (pool.capacity, shared) == (40, ["1"])
    assert [(row.quantity, row.pool_id) for row in drawn()] == [(2, pool.id), (1, pool.id)]


def drawn() -> list[ProductPool]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(ProductPool).order_by(ProductPool.id)))


def test_a_price_that_ends_at_midnight_is_told_with_its_last_day(event: Event, client: FlaskClient):
    client.post(f"/manage/{event.slug}/tickets/new", data=answers(**{"prices-0-until": "2027-03-01"}))

    assert "220\xa0€ bis Mo., 1. März" in client.get(f"/manage/{event.slug}/tickets").text
    assert "bis 1. März" in client.get(f"/e/{event.slug}/register").text


@pytest.mark.parametrize("number", [*NUMBERS, "101"])
def test_draws_are_whole_numbers(event: Event, client: FlaskClient, number: str):
    pool = make_pool(event, 10)

    answer = client.post(f"/manage/{event.slug}/tickets/new", data=answers(**{f"draw_{pool.public_id}": number}))

    assert answer.status_code == 422


def shown(client: FlaskClient, event: Event, product: Product) -> dict[str, Any]:
    """What the form would send if nothing were changed."""
    kind = "add-ons/" if product.kind == "add_on" else ""
    return form_of(client, f"/manage/{event.slug}/tickets/{kind}{product.public_id}")


def test_saving_what_is_shown_changes_nothing(event: Event, client: FlaskClient):
    until = datetime(2030, 7, 31, 12, 34, 56, tzinfo=UTC)
    product = make_product(
        event,
        tiers=[(22_000, until), (29_000, None)],
        vat_rate=705,
        on_sale_from=datetime(2030, 3, 31, 1, 30, tzinfo=UTC),
        seats=2,
    )
    version = product.version
    entries = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))

    answer = client.post(f"/manage/{event.slug}/tickets/{product.public_id}", data=shown(client, event, product))

    assert answer.status_code == 302
    assert tiers() == [(22_000, until), (29_000, None)]
    assert the(Product).version == version
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == entries


def test_a_change_is_written_down_with_before_and_after(event: Event, client: FlaskClient):
    product = make_product(event, gross=22_000)
    path = f"/manage/{event.slug}/tickets/{product.public_id}"

    client.post(path, data={**shown(client, event, product), "prices-0-gross": "250.00", "name_de": "Neu"})

    entry = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.object_ref, entry.event_ref) == ("product.changed", product.public_id, event.public_id)
    assert (the(Product).name.de, tiers()) == ("Neu", [(25_000, None)])


@pytest.mark.parametrize(
    "change", [{"name_de": "B"}, {"prices-0-gross": "1.00"}, {"recommended": "y"}, {"seats": "2"}], ids=str
)
def test_a_stale_edit_of_a_ticket_is_refused(event: Event, client: FlaskClient, change: dict[str, str]):
    product = make_product(event)
    path = f"/manage/{event.slug}/tickets/{product.public_id}"
    form = shown(client, event, product)
    assert client.post(path, data={**form, **change}).status_code == 302

    answer = client.post(path, data={**form, "name_en": "Mine"})

    assert (answer.status_code, 'value="Mine"' in answer.text, 'role="alert"' in answer.text) == (409, True, True)
    assert the(Product).name.en == "Standard"


def test_an_early_price_that_was_sold_ends_but_stays_on_record(event: Event, client: FlaskClient):
    until = clock.now() + timedelta(days=5)
    product = make_product(event, tiers=[(22_000, until), (29_000, None)])
    make_registration(event, product=product)
    form = {name: sent for name, sent in shown(client, event, product).items() if not name.startswith("prices-0-")}

    client.post(f"/manage/{event.slug}/tickets/{product.public_id}", data=form)

    assert [gross for gross, _until in tiers()] == [22_000, 29_000]
    assert tickets.price(the(Product)).gross == 29_000
    assert the(Claim).tier.gross == 22_000


def test_an_early_price_that_nobody_paid_disappears(event: Event, client: FlaskClient):
    product = make_product(event, tiers=[(22_000, clock.now() + timedelta(days=5)), (29_000, None)])
    form = {name: sent for name, sent in shown(client, event, product).items() if not name.startswith("prices-0-")}

    client.post(f"/manage/{event.slug}/tickets/{product.public_id}", data=form)

    assert tiers() == [(29_000, None)]


def test_a_ticket_leaves_one_pool_and_draws_on_another(event: Event, client: FlaskClient):
    old, new = make_pool(event, 5), make_pool(event, 8, "Neue")
    product = make_product(event, pools=[old])
    draws = {f"draw_{old.public_id}": "0", f"draw_{new.public_id}": "2"}

    client.post(f"/manage/{event.slug}/tickets/{product.public_id}", data={**shown(client, event, product), **draws})

    assert [(draw.pool_id, draw.quantity) for draw in the(Product).draws] == [(new.id, 2)]


def test_tickets_and_pools_of_another_event_do_not_exist_here(event: Event, client: FlaskClient):
    other = make_event()
    product, pool = make_product(other), make_pool(other)

    for path in (product.public_id, f"pools/{pool.public_id}"):
        assert client.get(f"/manage/{event.slug}/tickets/{path}").status_code == 404
        assert client.post(f"/manage/{event.slug}/tickets/{path}", data=answers(capacity="1")).status_code == 404


def test_a_pool_of_another_event_is_not_drawn_on(event: Event, client: FlaskClient):
    foreign = make_pool(make_event())

    client.post(f"/manage/{event.slug}/tickets/new", data=answers(**{f"draw_{foreign.public_id}": "1"}))

    assert the(Product).draws == []


def test_the_list_says_what_is_sold_and_left(event: Event, client: FlaskClient):
    product = make_product(event, gross=22_000, capacity=3)
    make_registration(event, product=product)

    page = client.get(f"/manage/{event.slug}/tickets?lang=en").text

    assert 'data-label="Booked">€220<' in page.replace('class="r num" ', "")
    assert 'data-label="Left">2<' in page
