"""Whom invoices go to, said when somebody is entered by hand or brought in from a list: they issue by themselves."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import verify
from partnering.db import db
from partnering.events.models import Event
from partnering.invoices.models import Invoice
from partnering.registration.models import Party
from partnering.tables import as_csv
from partnering.tickets.models import Product
from tests.factories import make_product
from tests.factories.invoices import make_setup

from .desk import form_of, open_desk
from .test_imports import bring_in, check, upload

JANA = {"given_name": "Jana", "family_name": "Wittkowski", "email": "jana@lumenfold.example"}
ADDRESS = {"street": "Lichtweg 4", "postcode": "04109", "city": "Leipzig", "vat_id": "DE123456788"}
HEADS = ["E-Mail", "Vorname", "Nachname", "Firma", "Straße", "PLZ", "Ort", "Land", "USt-IdNr.", "Bestellnummer"]


@pytest.fixture
def event(ctx: Flask, client: FlaskClient) -> Event:
    """An event that sends invoices, with a ticket for 300 €; its organiser is signed in."""
    event = open_desk(client)
    make_setup(event)
    make_product(event, gross=30_000)
    return db.session.get_one(Event, event.id)


def enter(client: FlaskClient, event: Event, **values: str) -> Any:
    page = f"/manage/{event.slug}/people/add"
    return client.post(page, data={**form_of(client, page), **JANA, **values})


def invoiced() -> list[tuple[str, str, str]]:
    """Name, town and country on each invoice."""
    db.session.rollback()
    found = db.session.scalars(sa.select(Invoice).order_by(Invoice.id))
    return [tuple(one.contents["buyer"][key] for key in ("name", "city", "country")) for one in found]


def billing() -> dict[str, Any]:
    db.session.rollback()
    return db.session.scalars(sa.select(Party)).one().billing


def test_somebody_entered_with_an_address_gets_the_invoice_at_once(event: Event, client: FlaskClient):
    enter(client, event, company="Lumenfold GmbH", **ADDRESS, order_number="B 7")

    assert invoiced() == [("Lumenfold GmbH", "Leipzig", "DE")]
    assert (billing()["kind"], billing()["order_number"], billing()["vat_id"]) == ("company", "B 7", "DE123456788")


def test_without_an_address_the_invoice_waits_and_a_half_one_is_refused(event: Event, client: FlaskClient):
    half = enter(client, event, street="Lichtweg 4").status_code
    none = enter(client, event).status_code

    assert (half, none, invoiced(), billing()) == (422, 302, [], {})


def test_columns_of_a_list_say_whom_the_invoices_go_to(ctx: Flask, event: Event, client: FlaskClient):
    rows = [
        [
            "jana@lumenfold.example",
            "Jana",
            "Wittkowski",
            "Lumenfold GmbH",
            "Lichtweg 4",
            "04109",
            "Leipzig",
            "",
            "",
            "B 7",
        ],
        ["ada@wien.example", "Ada", "Neu", "", "Ring 1", "1010", "Wien", "Österreich", "", ""],
        ["ben@nirgends.example", "Ben", "Alt", "", "", "", "Halle", "Deutschland", "", ""],
    ]
    page = upload(client, event, as_csv(HEADS, rows))
    kept = check(ctx, client, event, page, product=ticket_of(event))

    bring_in(ctx, client, page)

    assert kept.report["errors"] == []
    assert invoiced() == [("Lumenfold GmbH", "Leipzig", "DE"), ("Ada Neu", "Wien", "AT")]
    assert [finding for _rule, findings in verify.results() for finding in findings] == []


def ticket_of(event: Event) -> str:
    """The public id of its ticket."""
    return db.session.scalars(sa.select(Product.public_id).where(Product.event_id == event.id)).one()


def test_what_is_wrong_in_an_address_is_named(ctx: Flask, event: Event, client: FlaskClient):
    rows = [
        ["jana@lumenfold.example", "Jana", "Wittkowski", "", "Lichtweg 4", "", "Leipzig", "", "", ""],
        ["ada@wien.example", "Ada", "Neu", "", "Ring 1", "1010", "Wien", "Atlantis", "12", ""],
        ["bo@dresden.example", "Bo", "Neu", "", "Weg 1", "1099", "Dresden", "DE", "", ""],
    ]
    page = upload(client, event, as_csv(HEADS, rows))

    kept = check(ctx, client, event, page, product=ticket_of(event))

    assert [(fault["row"], fault["field"], fault["code"]) for fault in kept.report["errors"]] == [
        (2, "postcode", "missing"),
        (3, "country", "unknown_country"),
        (3, "vat_id", "bad_vat_id"),
        (4, "postcode", "bad_postcode"),
    ]


def test_an_online_ticket_is_taxed_where_its_recipient_is(event: Event, client: FlaskClient):
    online = make_product(event, gross=11_900, online=True)

    enter(
        client,
        event,
        ticket=online.public_id,
        company="Bio AG",
        **{**ADDRESS, "vat_id": "CHE-107.787.577 MWST", "country": "CH", "postcode": "8001"},
    )

    db.session.rollback()
    [item] = db.session.scalars(sa.select(Party)).one().items
    assert (item.tax_kind, item.gross, item.vat) == ("outside", 10_000, 0)
