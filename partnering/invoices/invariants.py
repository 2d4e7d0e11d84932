"""What must hold of invoices and payments at every commit."""

import hashlib
from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from ..db import db
from ..verify import broken, invariant
from .contents import hash_of
from .models import Invoice, InvoiceDocument, InvoiceSeries

BATCH = 200
"""How many documents are read at a time."""


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    yield from (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


@invariant("I8", "The numbers of a series are 1 to n without a gap, its dates do not go back")
def numbers_are_contiguous() -> Iterator[str]:
    """Series whose last number is not that of their newest invoice, with gaps, or with days that go back."""
    rows = db.session.execute(
        sa.select(
            InvoiceSeries.prefix,
            InvoiceSeries.last_number,
            InvoiceSeries.last_issued_on,
            sa.func.count(Invoice.id),
            sa.func.coalesce(sa.func.max(Invoice.number), 0),
            sa.func.max(Invoice.issued_on),
        )
        .outerjoin(Invoice, Invoice.series_id == InvoiceSeries.id)
        .group_by(InvoiceSeries.id)
        .order_by(InvoiceSeries.id)
    )
    for prefix, last, day, count, highest, newest in rows:
        if not last == count == highest:
            yield f"series {prefix} says {last}, has {count} invoices, the last is {highest}"
        if count and str(day) != str(newest):
            yield f"series {prefix} was last used on {day}, its newest invoice is of {newest}"
    yield from broken(
        """
        SELECT a.text AS earlier, b.text AS later FROM invoice a
        JOIN invoice b ON b.series_id = a.series_id AND b.previous = a.number WHERE b.issued_on < a.issued_on
        """,
        "{later} is dated before {earlier}",
    )


@invariant("I8b", "What was issued is what was hashed, and so are its PDFs")
def issued_is_unchanged() -> Iterator[str]:
    """Invoices and documents whose hash is another, or whose columns are not what the contents say."""
    ids = db.session.scalars(sa.select(Invoice.id).order_by(Invoice.id)).all()
    for some in _batches(ids):
        columns = (Invoice.text, Invoice.net, Invoice.vat, Invoice.gross, Invoice.contents, Invoice.contents_hash)
        for text, net, vat, gross, said, kept in db.session.execute(sa.select(*columns).where(Invoice.id.in_(some))):
            if hash_of(said) != kept:
                yield f"invoice {text} has other contents than were issued"
            if (text, net, vat, gross) != (said["number"], said["net"], said["vat"], said["gross"]):
                yield f"invoice {text} does not say what its row says"
    ids = db.session.scalars(sa.select(InvoiceDocument.id).order_by(InvoiceDocument.id)).all()
    for some in _batches(ids):
        made = sa.select(InvoiceDocument.id, InvoiceDocument.content, InvoiceDocument.sha256)
        for id, content, kept in db.session.execute(made.where(InvoiceDocument.id.in_(some))):
            if hashlib.sha256(content).hexdigest() != kept:
                yield f"document {id} has other bytes than were made"


@invariant("I9b", "An invoice is the sum of its lines, a cancellation takes back all of its invoice")
def lines_add_up() -> Iterator[str]:
    """Invoices whose lines sum to something else, and cancellations of another amount."""
    yield from broken(
        """
        SELECT i.text AS number FROM invoice i LEFT JOIN invoice_line l ON l.invoice_id = i.id
        GROUP BY i.id, i.text, i.net, i.vat, i.gross
        HAVING COALESCE(SUM(l.net), 0) <> i.net OR COALESCE(SUM(l.vat), 0) <> i.vat
            OR COALESCE(SUM(l.gross), 0) <> i.gross
        """,
        "the lines of {number} do not add up to it",
    )
    yield from broken(
        """
        SELECT s.text AS number FROM invoice s JOIN invoice i ON i.id = s.cancels_id
        WHERE s.net <> -i.net OR s.vat <> -i.vat OR s.gross <> -i.gross OR s.party_id <> i.party_id
        """,
        "{number} does not take back what it cancels",
    )


@invariant("I9c", "A line of a booking stands on one invoice that holds, at most")
def nothing_is_invoiced_twice() -> Iterator[str]:
    """Items on two invoices of which none was cancelled."""
    yield from broken(
        """
        SELECT l.item_id FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id
        WHERE i.kind = 'invoice' AND NOT EXISTS (SELECT 1 FROM invoice s WHERE s.cancels_id = i.id)
        GROUP BY l.item_id HAVING COUNT(*) > 1
        """,
        "item {item_id} is invoiced twice",
    )


@invariant("I9d", "Who has paid what they owe is settled, nobody else is; no more is paid back than came in")
def settled_as_paid() -> Iterator[str]:
    """Parties with an account that says something else than `settled_at`, and accounts below nothing."""
    yield from broken(
        """
        SELECT p.reference, a.paid, o.owed FROM party p
        JOIN (SELECT e.party_id, SUM(e.cents) AS paid FROM ledger_entry e GROUP BY e.party_id
              UNION ALL
              SELECT DISTINCT i.party_id, 0 AS paid FROM invoice i
              WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.party_id = i.party_id)) a ON a.party_id = p.id
        JOIN (SELECT i.party_id, SUM(CASE WHEN i.cancelled_at IS NULL THEN i.gross ELSE 0 END) AS owed
              FROM item i GROUP BY i.party_id) o ON o.party_id = p.id
        WHERE (p.settled_at IS NOT NULL AND a.paid < o.owed) OR (p.settled_at IS NULL AND a.paid >= o.owed)
           OR a.paid < 0
        """,
        "booking {reference} has paid {paid} of {owed} cents, and is marked otherwise",
    )
