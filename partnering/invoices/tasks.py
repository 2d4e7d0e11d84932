"""What the worker does for invoices: make each PDF once, send it, remind of what is overdue."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from .. import clock, faults
from ..db import db, transaction
from ..i18n import speaking
from ..jobs import Progress, periodic, task
from . import auditing, mails, printing, queries, services
from .models import InvoiceDocument

BATCH = 20
"""How many PDFs that were left behind are made in one go."""


@task(services.DOCUMENT_TASK)
def make_documents(job: Progress, *, invoices: list[str], letter: bool) -> dict[str, int] | None:
    """Make the PDFs of invoices that were issued together, and send them in one letter.

    A second run changes nothing.
    """
    found = [invoice for public_id in invoices for invoice in [queries.invoice_at(public_id)] if invoice is not None]
    if not found:
        return None
    for invoice in found:
        make_document(invoice.public_id)
    if letter:
        with transaction():
            mails.issued([i for public_id in invoices for i in [queries.invoice_at(public_id)] if i is not None])
    return {"documents": len(found)}


def make_document(public_id: str) -> bool:
    """Draw an invoice from its contents and keep the bytes with their hash; False when they were there already."""
    invoice = queries.invoice_at(public_id)
    if invoice is None or queries.has_document(invoice):
        return False
    id, event_id = invoice.id, invoice.event_id
    with speaking(invoice.locale):
        content = printing.sheet(invoice.contents, invoice.issued_at)
    faults.point("invoices.drawn")
    with transaction():
        return _keep(id, event_id, content)


def _keep(id: int, event_id: int, content: bytes) -> bool:
    """Two workers may draw; one keeps."""
    insert: Any = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    kept = db.session.execute(
        insert(InvoiceDocument)
        .values(
            event_id=event_id,
            invoice_id=id,
            kind="pdf",
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            made_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["invoice_id", "kind"])
        .returning(InvoiceDocument.id)
    )
    return kept.scalar_one_or_none() is not None


@task(auditing.TASK)
def make_audit_file(job: Progress, *, language: str) -> dict[str, int] | None:
    """Make the file for a tax audit of an event's invoices."""
    event = queries.event_at(job.event_ref or "")
    if event is None:
        return None
    name = f"audit-{event.slug}.zip"
    with speaking(language):
        content = auditing.file_of(event, job.progress)
    job.file(name, "application/zip", content)
    return {"bytes": len(content)}


@periodic("invoices.make_missing", every=timedelta(minutes=10))
def make_missing() -> bool:
    """Make the PDFs that a job failed to make; whether there may be more."""
    db.session.rollback()
    left: Sequence[str] = queries.without_document(clock.now() - timedelta(minutes=30), BATCH)
    return sum(make_document(public_id) for public_id in left) == BATCH


@periodic("invoices.remind", every=timedelta(hours=1))
def remind() -> None:
    """Write to everybody whose invoice is overdue, as often as their event says."""
    db.session.rollback()
    for event_id in queries.events_with_overdue():
        event = queries.event_by_id(event_id)
        for public_id in services.due_reminders(event) if event is not None else ():
            with transaction():
                invoice = queries.invoice_at(public_id)
                if invoice is not None:
                    services.remind(invoice)
