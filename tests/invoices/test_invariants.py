"""`flask verify` notices what should never be: each rule is broken once, behind the triggers' back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from partnering.db import append_only_statements, db, transaction
from partnering.invoices import invariants, ledger, queries, tasks
from partnering.invoices.models import Invoice, InvoiceDocument, InvoiceLine, InvoiceSeries
from partnering.registration.models import Party
from tests.factories import make_event, make_product
from tests.factories.invoices import give_back, invoice_of, make_invoiced

pytestmark = [pytest.mark.usefixtures("ctx"), pytest.mark.engine("sqlite")]


@pytest.fixture
def party():
    """A party with an invoice, its cancellation, a corrected one, a document and a payment."""
    event = make_event()
    party = make_invoiced(event, product=make_product(event, gross=22_000), quantity=2)
    give_back(party, party.items[0])
    tasks.make_document(invoice_of(party).public_id)
    with transaction():
        ledger.record_payment(party, 10_000, queries.today_at(event))
    assert all(not list(rule()) for rule in RULES)
    return party


RULES = (
    invariants.numbers_are_contiguous,
    invariants.issued_is_unchanged,
    invariants.lines_add_up,
    invariants.nothing_is_invoiced_twice,
    invariants.settled_as_paid,
)


def tamper(statement, table):
    """Change what triggers keep, as somebody with the database in hand could."""
    with transaction() as session:
        for deed in ("update", "delete"):
            session.execute(sa.text(f"DROP TRIGGER {table}_no_{deed}"))
        session.execute(statement)
        for made in append_only_statements(table, "sqlite"):
            session.execute(sa.text(made))


@pytest.mark.parametrize(
    ("statement", "table", "rule"),
    [
        (sa.update(InvoiceSeries).values(last_number=4), None, invariants.numbers_are_contiguous),
        (sa.update(InvoiceSeries).values(last_issued_on=None), None, invariants.numbers_are_contiguous),
        (
            sa.update(Invoice).where(Invoice.number == 2).values(issued_on=Invoice.issued_on - timedelta(days=1)),
            "invoice",
            invariants.numbers_are_contiguous,
        ),
        (sa.update(Invoice).values(contents_hash="0" * 64), "invoice", invariants.issued_is_unchanged),
        (sa.update(Invoice).values(gross=1, net=1, vat=0), "invoice", invariants.issued_is_unchanged),
        (sa.update(InvoiceDocument).values(content=b"%PDF-0"), "invoice_document", invariants.issued_is_unchanged),
        (sa.update(InvoiceLine).values(net=1, vat=0, gross=1), "invoice_line", invariants.lines_add_up),
        (sa.update(Party).values(settled_at=sa.func.current_timestamp()), None, invariants.settled_as_paid),
    ],
)
def test_what_was_tampered_with_is_found(party, statement, table, rule):
    if table is None:
        with transaction() as session:
            session.execute(statement)
    else:
        tamper(statement, table)

    assert list(rule()) != []
    db.session.rollback()
