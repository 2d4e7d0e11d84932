"""Issuing, cancelling and correcting: one deed each, numbers without gaps, contents frozen."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.db import db, transaction
from partnering.invoices import contents, ledger, queries, services
from partnering.invoices.models import Invoice, InvoiceLine, InvoiceSeries
from partnering.jobs.models import Job
from tests.factories import make_event, make_party, make_product
from tests.factories.invoices import BILLING, give_back, invoice_of, make_invoiced, make_setup

pytestmark = pytest.mark.usefixtures("ctx")


class Unlucky(Exception):
    """Something that goes wrong after the number was taken."""


def test_a_party_that_owes_something_is_invoiced_when_it_is_placed():
    event = make_event()
    party = make_invoiced(event, product=make_product(event, gross=22_000), quantity=2)

    invoice = invoice_of(party)

    assert (invoice.text, invoice.number, invoice.previous) == ("P27-00001", 1, None)
    assert (invoice.net, invoice.vat, invoice.gross) == (36_974, 7_026, 44_000)
    assert invoice.due_on == invoice.issued_on + timedelta(days=14)
    assert [(line.position, line.gross) for line in invoice.lines] == [(1, 22_000), (2, 22_000)]
    [line] = invoice.contents["lines"]
    assert (line["quantity"], line["unit"], line["gross"]) == (2, 22_000, 44_000)
    assert invoice.contents_hash == contents.hash_of(invoice.contents)
    job = db.session.scalars(sa.select(Job).where(Job.task == services.DOCUMENT_TASK)).one()
    assert job.arguments == {"invoices": [invoice.public_id], "letter": True}


def test_who_owes_nothing_gets_no_invoice():
    event = make_event()
    party = make_invoiced(event, product=make_product(event, gross=0))

    assert queries.invoices_of(party) == []
    assert party.settled_at is not None


def test_without_a_set_up_the_party_is_placed_and_waits():
    event = make_event()
    party = make_party(event, billing=BILLING, product=make_product(event, gross=30_000))

    assert party.placed_at is not None
    assert queries.invoices_of(party) == []
    assert [waiting.id for waiting in queries.uninvoiced_parties(event)] == [party.id]
    with pytest.raises(services.NotSetUp), transaction():
        services.issue(party)


def test_an_invoice_that_lacks_an_address_is_not_issued_until_it_is_given():
    event = make_event()
    party = make_invoiced(event, product=make_product(event, gross=30_000), billing={"name": "Lumenfold GmbH"})
    assert queries.invoices_of(party) == []
    with transaction():
        assert [each.key for each in services.lacking(party)] == ["buyer.address"]
        with pytest.raises(services.ContentsMissing) as refused:
            services.issue(party)
    assert [each.key for each in refused.value.missing] == ["buyer.address"]

    with transaction():
        services.set_billing(party, BILLING)
        invoice = services.issue(party)

    assert invoice is not None
    assert invoice.number == 1  # the refusal has taken none
    assert invoice.contents["buyer"]["street"] == "Lichtweg 4"


def test_issuing_again_issues_nothing():
    party = make_invoiced(make_event())

    with transaction():
        assert services.issue(party) is None

    assert len(queries.invoices_of(party)) == 1


def test_what_is_given_back_is_cancelled_and_the_rest_is_invoiced_with_the_fee():
    event = make_event()
    party = make_invoiced(event, product=make_product(event, gross=22_000), quantity=3)
    first = invoice_of(party)

    give_back(party, party.items[0], fee=2_500)

    storno, corrected = queries.invoices_of(party)[1:]
    assert (storno.kind, storno.cancels_id, storno.gross) == ("cancellation", first.id, -66_000)
    assert storno.contents["cancels"]["number"] == first.text
    assert storno.contents["cancels"]["issued_on"] == first.issued_on.isoformat()
    assert [-line.gross for line in storno.lines] == [line.gross for line in first.lines]
    assert (corrected.kind, corrected.gross) == ("invoice", 2 * 22_000 + 2_500)
    assert [line["kind"] for line in corrected.contents["lines"]] == ["ticket", "fee"]
    assert [invoice.number for invoice in (first, storno, corrected)] == [1, 2, 3]
    assert [queries.state(invoice) for invoice in (first, storno, corrected)] == ["cancelled", "cancellation", "open"]
    last = db.session.scalars(sa.select(Job).order_by(Job.id.desc()).limit(1)).one()
    assert last.arguments["invoices"] == [storno.public_id, corrected.public_id]  # one letter for both


def test_what_is_given_back_whole_leaves_only_the_cancellation():
    party = make_invoiced(make_event())

    give_back(party, *party.items)

    assert [invoice.kind for invoice in queries.invoices_of(party)] == ["invoice", "cancellation"]
    assert queries.live_invoices(party) == []
    assert sum(invoice.gross for invoice in queries.invoices_of(party)) == 0
    assert party.settled_at is not None  # nothing is owed


def test_a_change_that_concerns_no_invoice_issues_nothing():
    party = make_invoiced(make_event())

    with transaction():
        assert services.correct(party) == []

    assert len(queries.invoices_of(party)) == 1


def test_an_invoice_is_cancelled_once():
    party = make_invoiced(make_event())
    invoice = invoice_of(party)
    with transaction():
        services.cancel(invoice, "Falsche Anschrift")

    with pytest.raises(services.AlreadyCancelled), transaction():
        services.cancel(invoice)
    with pytest.raises(services.AlreadyCancelled), transaction():
        services.cancel(queries.invoices_of(party)[1])


def test_issued_anew_it_goes_to_the_new_address():
    party = make_invoiced(make_event())
    first = invoice_of(party)
    with transaction():
        services.set_billing(party, {**BILLING, "name": "Lumenfold AG"})
        storno, anew = services.issue_anew(first, "Neue Firma")

    assert storno.contents["buyer"]["name"] == "Lumenfold GmbH"
    assert storno.contents["cancels"]["reason"] == "Neue Firma"
    assert anew.contents["buyer"]["name"] == "Lumenfold AG"
    assert first.contents["buyer"]["name"] == "Lumenfold GmbH"


def test_no_invoice_is_dated_before_the_one_before(freeze):
    event = make_event()
    now = clock.now()
    freeze(now)
    late = make_invoiced(event)
    freeze(now - timedelta(days=3))  # a clock that was wrong, or a party placed on another day

    early = make_invoiced(event)

    assert invoice_of(early).issued_on == invoice_of(late).issued_on
    assert invoice_of(early).number == 2


def test_the_day_of_issue_is_that_of_the_event(freeze):
    event = make_event()
    midnight = clock.from_zone(
        clock.in_zone(clock.now(), event.zone).replace(hour=0, minute=10, tzinfo=None), event.zone
    )
    freeze(midnight)

    party = make_invoiced(event)

    assert invoice_of(party).issued_on == clock.in_zone(midnight, event.zone).date()
    assert midnight.date() < invoice_of(party).issued_on  # in UTC it is still the day before


def test_two_events_of_a_host_share_a_series():
    event = make_event()
    other = make_event(host=event.host)
    make_setup(event, prefix="R-")
    make_setup(other, prefix="R-")

    texts = [invoice_of(make_invoiced(each)).text for each in (event, other, event)]

    assert texts == ["R-00001", "R-00002", "R-00003"]


def test_a_small_business_shows_no_vat():
    event = make_event()
    make_setup(event, small_business=True)

    invoice = invoice_of(make_invoiced(event, product=make_product(event, gross=30_000)))

    assert (invoice.net, invoice.vat, invoice.gross) == (30_000, 0, 30_000)
    assert [note["key"] for note in invoice.contents["notes"]] == ["small_business"]


def test_the_invoice_speaks_the_buyers_language():
    event = make_event()
    make_setup(event)

    german, english = (invoice_of(make_invoiced(event, locale=locale)) for locale in ("de", "en"))

    assert german.contents["event"] == "Probetagung 2027"
    assert english.contents["event"] == "Sample Conference 2027"


def test_money_that_came_in_counts_for_the_corrected_invoice():
    event = make_event()
    party = make_invoiced(event, product=make_product(event, gross=22_000), quantity=2)
    with transaction():
        ledger.record_payment(party, 44_000, queries.today_at(event))
    give_back(party, party.items[0])

    corrected = invoice_of(party)
    assert (corrected.contents["paid"], corrected.contents["due"]) == (22_000, 0)
    assert corrected.contents["payment"] is None  # nobody is asked to pay twice
    assert queries.state(corrected) == "paid"
    assert queries.account(party).credit == 22_000


def test_what_was_issued_cannot_be_changed_or_deleted():
    party = make_invoiced(make_event())
    invoice = invoice_of(party)
    id, line_id = invoice.id, invoice.lines[0].id
    for statement in (
        sa.update(Invoice).where(Invoice.id == id).values(gross=1, net=1, vat=0),
        sa.delete(Invoice).where(Invoice.id == id),
        sa.update(InvoiceLine).where(InvoiceLine.id == line_id).values(position=9),
        sa.delete(InvoiceLine).where(InvoiceLine.id == line_id),
    ):
        with pytest.raises(sa.exc.DatabaseError, match="append-only"), transaction():
            db.session.execute(statement)


def test_a_number_needs_the_one_before():
    party = make_invoiced(make_event())
    invoice = invoice_of(party)
    values = {
        column.name: getattr(invoice, column.name)
        for column in Invoice.__table__.columns
        if column.name not in ("id", "public_id")
    }

    def skip() -> None:
        with transaction():
            db.session.add(Invoice(**{**values, "number": 3, "previous": 2, "text": "P27-00003"}))

    with pytest.raises(sa.exc.IntegrityError):
        skip()


def test_what_fails_after_the_number_leaves_no_gap():
    event = make_event()
    make_setup(event)
    product = make_product(event)

    def fail() -> None:
        with transaction():
            make_invoiced(event, product=product)
            raise Unlucky

    with pytest.raises(Unlucky):
        fail()

    assert db.session.scalar(sa.select(InvoiceSeries.last_number)) == 0
    assert invoice_of(make_invoiced(event, product=product)).number == 1
