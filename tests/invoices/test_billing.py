"""Another address for invoices: taxed anew, corrected where it was invoiced, by organiser or buyer."""

import pytest

from partnering import clock
from partnering.db import db, transaction
from partnering.invoices import ledger, queries, services
from partnering.registration import services as registration
from partnering.registration.models import Party
from tests.factories import make_event, make_product
from tests.factories.invoices import BILLING, invoice_of, make_invoiced, make_setup
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")

AUSTRIA = {**BILLING, "country": "AT", "vat_id": "ATU12345678"}
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
