"""The PDF: made once by the worker, saying what the contents say, its GiroCode read by two readers."""

import hashlib
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from partnering import clock, epc
from partnering.db import BilingualText, db, transaction
from partnering.i18n import speaking
from partnering.invoices import ledger, printing, queries, services, tasks
from partnering.invoices.models import InvoiceDocument
from partnering.jobs import runner
from tests.factories import make_event, make_product
from tests.factories.invoices import BILLING, give_back, invoice_of, make_invoiced, make_setup
from tests.readers import codes, pages

pytestmark = pytest.mark.usefixtures("ctx")

LONG = "Łódzkie Zakłady Peptydów GmbH & Co. KG, Niederlassung für Lebenswissenschaften Mitteldeutschland"


def work():
    """Let the worker do what was deferred."""
    while (claimed := runner.claim_due()) is not None:
        runner.run(claimed)


def pdf_of(invoice):
    with speaking(invoice.locale):
        return printing.sheet(invoice.contents, invoice.issued_at)


def flat(pdf):
    return re.sub(r"\s+", " ", pages.text(pdf))


@pytest.mark.engine("sqlite")
def test_the_worker_makes_it_once():
    invoice = invoice_of(make_invoiced(make_event()))
    assert queries.document_of(invoice) is None

    work()

    document = queries.document_of(invoice)
    assert document is not None
    assert document.content.startswith(b"%PDF-")
    assert document.sha256 == hashlib.sha256(document.content).hexdigest()
    assert tasks.make_document(invoice.public_id) is False
    assert db.session.scalar(sa.select(sa.func.count(InvoiceDocument.id))) == 1


def test_two_workers_keep_one_document():
    invoice = invoice_of(make_invoiced(make_event()))
    kept = []
    for content in (b"%PDF-1", b"%PDF-2"):
        with transaction():
            kept.append(tasks._keep(invoice.id, invoice.event_id, content))

    document = queries.document_of(invoice)

    assert kept == [True, False]
    assert document is not None
    assert document.content == b"%PDF-1"


def test_documents_cannot_be_changed_or_deleted():
    invoice = invoice_of(make_invoiced(make_event()))
    tasks.make_document(invoice.public_id)
    for statement in (sa.update(InvoiceDocument).values(content=b""), sa.delete(InvoiceDocument)):
        with pytest.raises(sa.exc.DatabaseError, match="append-only"), transaction():
            db.session.execute(statement)


def test_the_same_contents_give_the_same_bytes():
    invoice = invoice_of(make_invoiced(make_event()))

    assert pdf_of(invoice) == pdf_of(invoice)


def test_it_says_what_the_law_asks_for():
    event = make_event()
    make_setup(event, footer=BilingualText("Danke für Ihr Kommen.", "Thank you for coming."))
    product = make_product(event, gross=22_000, name=BilingualText("Standard", "Standard"))
    billing = {**BILLING, "name": LONG, "leitweg_id": "04011000-1234512345-06"}
    invoice = invoice_of(make_invoiced(event, product=product, quantity=2, billing=billing, locale="en"))

    text = flat(pdf_of(invoice))

    for said in (
        "Invoice P27-00001",
        "Probe e. V.",
        "Beispielweg 1",
        "01067 Dresden",
        "DE123456788",
        "203/140/12345",
        "Łódzkie Zakłady Peptydów GmbH & Co. KG,",
        "Lichtweg 4",
        "04103 Leipzig",
        "PO-815",
        "04011000-1234512345-06",
        "€369.74",
        "€70.26",
        "19%",
        "€440.00",
        "DE02 1203 0000 0000 2020 51",
        "BYLADEM1001",
        f"{invoice.party.reference} P27-00001",
        "Thank you for coming.",
        "GiroCode",
        "Page 1 of 1",
    ):
        assert said in text


def test_it_speaks_german_to_germans():
    invoice = invoice_of(make_invoiced(make_event(), locale="de"))
    content = pdf_of(invoice)
    read, text = pages.reader(content), flat(content)

    assert str(read.root_object["/Lang"]) == "de"
    assert read.metadata is not None
    assert read.metadata.title == "Rechnung P27-00001"
    assert b"/MarkInfo" in content
    assert b"/Figure" in content  # the GiroCode, described for who cannot see it
    assert "Rechnung P27-00001" in text
    assert "220,00 €" in text
    assert "19 %" in text


def test_a_cancellation_names_what_it_cancels():
    party = make_invoiced(make_event(), locale="de")
    first = invoice_of(party)
    give_back(party, *party.items)
    storno = queries.invoices_of(party)[1]

    text = flat(pdf_of(storno))

    assert "Stornorechnung P27-00002" in text
    assert f"hebt Rechnung {first.text} vom" in text
    assert "−220,00 €" in text
    assert "GiroCode" not in text


def test_who_has_paid_is_not_asked_again():
    event = make_event()
    party = make_invoiced(event, product=make_product(event, gross=22_000), quantity=2, locale="en")
    with transaction():
        ledger.record_payment(party, 44_000, queries.today_at(event))
    give_back(party, party.items[0])

    text = flat(pdf_of(invoice_of(party)))

    assert "This invoice is paid." in text
    assert "GiroCode" not in text


@pytest.mark.parametrize("bic", ["", "BYLADEM1001"])
@pytest.mark.parametrize("holder", ["Probe e. V.", LONG[:70]])
def test_the_girocode_is_read_by_two_readers(bic, holder):
    event = make_event()
    make_setup(event, bic=bic, account_holder=holder)
    invoice = invoice_of(make_invoiced(event, product=make_product(event, gross=123_456), quantity=3))
    payment = invoice.contents["payment"]

    drawn = pages.picture(pdf_of(invoice), dpi=150)

    assert codes.zxing(drawn) == [payment["code"]]
    assert codes.zbar(drawn) == [payment["code"]]
    assert codes.symbol(drawn).endswith("-M")
    lines = payment["code"].split("\n")
    assert lines[:5] == ["BCD", "002", "1", "SCT", bic]
    assert lines[5] == epc.bank_text(holder)[:70]
    assert lines[6] == "DE02120300000000202051"
    assert lines[7] == "EUR3703.68"
    assert lines[10] == f"{invoice.party.reference} {invoice.text}"


def test_many_lines_go_over_pages_and_lose_nothing():
    event = make_event()
    make_setup(event)
    party = make_invoiced(event, product=make_product(event, gross=22_000), locale="en")
    said = dict(invoice_of(party).contents)
    [line] = said["lines"]
    said["lines"] = [
        {**line, "text": f"Workshop {number:03d} on peptides under good practice"} for number in range(120)
    ]
    with speaking("en"):
        content = printing.sheet(said, invoice_of(party).issued_at)

    read, text = pages.reader(content), flat(content)

    assert [number for number in range(120) if f"Workshop {number:03d}" not in text] == []
    count = len(read.pages)
    assert count > 2
    assert [page for page in range(1, count + 1) if f"Page {page} of {count}" not in text] == []
    assert "Total €220.00" in flat_page(content, count)
    assert "Workshop 119" in flat_page(content, count)  # the totals never stand without a line


def flat_page(content, number):
    return re.sub(r"\s+", " ", pages.reader(content).pages[number - 1].extract_text())


def test_what_the_job_left_behind_is_made_later(freeze):
    now = clock.now()
    freeze(now)
    invoice = invoice_of(make_invoiced(make_event()))

    tasks.make_missing()
    assert queries.document_of(invoice) is None  # its job may be at it

    freeze(now + timedelta(minutes=31))
    tasks.make_missing()
    assert queries.document_of(invoice) is not None


def test_issued_together_they_are_made_together():
    event = make_event()
    party = make_invoiced(event, product=make_product(event, gross=22_000), quantity=2)

    give_back(party, party.items[0])

    assert services.DOCUMENT_TASK == "invoices.document"
    made = queries.invoices_of(party)[1:]
    for invoice in made:
        tasks.make_document(invoice.public_id)
    assert queries.with_documents([invoice.id for invoice in made]) == {invoice.id for invoice in made}
