"""Another address for invoices: taxed anew, corrected where it was invoiced, by organiser or buyer."""

from datetime import datetime, time, timedelta

import pytest

from partnering import clock, links
from partnering.db import db, transaction
from partnering.invoices import ledger, queries, services
from partnering.registration import services as registration
from partnering.registration.models import Party
from tests.factories import make_event, make_product
from tests.factories.invoices import BILLING, invoice_of, make_invoiced, make_setup
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")

AUSTRIA = {**BILLING, "country": "AT", "vat_id": "ATU12345675"}
SWISS = {**BILLING, "country": "CH", "vat_id": ""}
FRANCE = {**BILLING, "kind": "private", "country": "FR", "vat_id": ""}


def online_party(**values):
    """A party that was invoiced for taking part online."""
    event = make_event()
    return make_invoiced(event, product=make_product(event, gross=11_900, online=True), **values)


def change(party, billing):
    """Give a party another address; what was issued for it."""
    with transaction():
        return services.set_billing(there(db.session.get(Party, party.id)), billing)


@pytest.mark.parametrize(
    ("billing", "sums", "rule"),
    [
        (AUSTRIA, (10_000, 0, 10_000), "reverse_charge"),
        (SWISS, (10_000, 0, 10_000), "outside"),
        (FRANCE, (9_917, 1_983, 11_900), "standard"),
    ],
)
def test_an_address_abroad_is_taxed_anew_and_what_was_issued_is_corrected(billing, sums, rule):
    party = online_party()
    first = invoice_of(party)

    made = change(party, billing)

    assert [invoice.kind for invoice in made] == ["cancellation", "invoice"]
    assert made[0].cancels_id == first.id
    anew = invoice_of(party)
    assert (anew.net, anew.vat, anew.gross) == sums
    assert [line["tax"] for line in anew.contents["lines"]] == [rule]
    assert [line["list"] for line in anew.contents["lines"]] == [None]  # no reduction: another tax
    assert registration.total(party) == sums[2]


def test_back_home_the_price_is_what_it_was():
    party = online_party(billing=AUSTRIA)
    assert (invoice_of(party).gross, invoice_of(party).vat) == (10_000, 0)

    change(party, BILLING)

    anew = invoice_of(party)
    assert (anew.net, anew.vat, anew.gross) == (10_000, 1_900, 11_900)
    change(party, AUSTRIA)
    assert (invoice_of(party).gross, invoice_of(party).vat) == (10_000, 0)


def test_what_is_not_invoiced_yet_is_taxed_anew_too():
    event = make_event()
    make_setup(event)
    ticket = make_product(event, gross=11_900, online=True)
    party = make_invoiced(
        event, product=ticket, quantity=3, billing={"kind": "company", "name": "Lumenfold GmbH", "country": "DE"}
    )
    assert queries.invoices_of(party) == []

    assert change(party, AUSTRIA) == []

    assert registration.total(party) == 30_000
    with transaction():
        assert there(services.issue(party)).gross == 30_000


@pytest.mark.parametrize(
    "billing", [{**BILLING, "name": "Lumenfold AG"}, {**BILLING, "order_number": "PO-900"}, AUSTRIA]
)
def test_on_site_another_address_changes_no_sum_and_no_invoice(billing):
    event = make_event()
    party = make_invoiced(event, product=make_product(event, gross=11_900))
    first = invoice_of(party)

    assert change(party, billing) == []

    assert invoice_of(party).id == first.id


def test_who_has_paid_gets_the_difference_back():
    party = online_party()
    with transaction():
        ledger.record_payment(party, 11_900, clock.now().date())

    change(party, AUSTRIA)

    assert (queries.account(party).credit, queries.state(invoice_of(party))) == (1_900, "paid")
    assert there(db.session.get(Party, party.id)).settled_at is not None


# -- by the buyer


SENT = {
    "kind": "company",
    "billing_name": "Lumenfold AG",
    "street": "Lichtweg 4",
    "postcode": "04103",
    "city": "Leipzig",
    "country": "DE",
    "vat_id": "DE136695976",
    "order_number": "PO-900",
}


def link(party):
    """The secret address of a party's billing page."""
    return f"/r/{links.token('party', party.public_id, party.generation)}/billing"


def of(party):
    """The invoices of a party as they are now."""
    db.session.rollback()
    return queries.invoices_of(there(db.session.get(Party, party.id)))


def test_a_buyer_mends_the_address_and_gets_another_invoice(client):
    party = make_invoiced(make_event())
    first = invoice_of(party)
    first_id, gross = first.id, first.gross
    page = client.get(f"{link(party)}?lang=en").text
    assert (first.text in page, "Lumenfold GmbH" in page, "PO-815" in page) == (True, True, True)

    data = {**SENT, "seen": str(gross), "key": "once"}
    answers = [client.post(link(party), data=data).status_code for _click in range(2)]

    assert answers == [303, 303]
    old, storno, anew = of(party)
    assert (old.id, storno.cancels_id) == (first_id, first_id)
    assert (anew.contents["buyer"]["name"], anew.contents["buyer"]["order_number"]) == ("Lumenfold AG", "PO-900")
    assert (anew.gross, old.contents["buyer"]["name"]) == (gross, "Lumenfold GmbH")
    manage = link(party).removesuffix("/billing")
    assert link(party) in client.get(manage).text


def test_the_same_address_again_issues_nothing(client):
    party = make_invoiced(make_event())
    same = {**SENT, "billing_name": "Lumenfold GmbH", "order_number": "PO-815"}

    assert client.post(link(party), data={**same, "seen": "22000"}).status_code == 303

    assert len(of(party)) == 1


def test_until_the_invoice_is_due_and_no_longer(client, freeze):
    party = make_invoiced(make_event())
    invoice = invoice_of(party)
    last = clock.from_zone(datetime.combine(invoice.due_on, time(23, 0)), party.event.zone)
    data = {**SENT, "seen": str(invoice.gross)}
    freeze(last + timedelta(hours=2))

    page = client.get(f"{link(party)}?lang=en").text
    late = client.post(link(party), data={**data, "key": "late"}).status_code

    assert ("can no longer be changed here" in page, late, len(of(party))) == (True, 409, 1)
    assert link(party) not in client.get(link(party).removesuffix("/billing")).text
    freeze(last)
    db.session.rollback()
    assert client.post(link(party), data={**data, "key": "in time"}).status_code == 303
    assert len(of(party)) == 3


def test_an_address_that_was_missing_brings_the_invoice(client):
    event = make_event()
    make_setup(event)
    party = make_invoiced(event, product=make_product(event, gross=30_000), billing={"name": "Lumenfold GmbH"})
    assert of(party) == []
    assert link(party) in client.get(link(party).removesuffix("/billing")).text

    client.post(link(party), data={**SENT, "seen": "30000"})

    [invoice] = of(party)
    assert (invoice.gross, invoice.contents["buyer"]["street"]) == (30_000, "Lichtweg 4")


def test_another_sum_is_shown_before_it_binds(client):
    party = online_party()
    abroad = {**SENT, "postcode": "1010", "country": "AT", "vat_id": "ATU12345675"}

    asked = client.post(f"{link(party)}?lang=en", data={**abroad, "seen": "11900"})

    assert (asked.status_code, "the sum has changed" in asked.text, len(of(party))) == (422, True, 1)
    assert client.post(link(party), data={**abroad, "seen": "10000"}).status_code == 303
    assert [invoice.gross for invoice in of(party)] == [11_900, -11_900, 10_000]


def test_shapes_are_checked_and_whoever_owes_nothing_has_no_address_to_mend(client):
    party = make_invoiced(make_event())
    assert client.post(link(party), data={**SENT, "street": ""}).status_code == 422
    assert len(of(party)) == 1
    event = make_event()
    free = make_invoiced(event, product=make_product(event, gross=0))
    assert client.post(link(free), data={**SENT, "seen": "0"}).status_code == 409
