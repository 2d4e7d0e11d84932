"""What a tax audit may ask for, in one file: documents, the data behind them, payments, log, and how it is done.

Everything in it has its SHA-256 in SHA256SUMS, as `sha256sum --check` reads it (GoBD, BMF 28 November 2019).
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from .. import audit, clock, jobs
from ..accounts.models import Person
from ..audit import AuditEntry
from ..db import db
from ..events.models import Event
from ..i18n import _, locale, moment
from ..jobs.models import Job
from ..tables import Figure, as_csv
from . import bookkeeping, queries
from .models import Invoice, InvoiceDocument, InvoiceSeries, LedgerEntry

TASK = "invoices.audit_file"


def ask_for_file(event: Event, by: Person) -> Job:
    """Have the file made by the worker, in the language in force; it is kept for a week."""
    job = jobs.defer(TASK, event_ref=event.public_id, owner_ref=by.public_id, language=locale())
    audit.record("invoices.audit_file", event, event=event)
    return job


def file_of(event: Event, report: Callable[[int, int], None]) -> bytes:
    """The ZIP, in the language in force. `report` is told how many of how many files are in it."""
    content = io.BytesIO()
    sums: list[str] = []
    total = _number(event) * 2 + 4
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        for number, (name, data) in enumerate(_files(event), start=1):
            made.writestr(zipfile.ZipInfo(name, _now()), data, zipfile.ZIP_DEFLATED)
            sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
            if number % 50 == 0:
                report(number, total)
        made.writestr(zipfile.ZipInfo("SHA256SUMS", _now()), "".join(sums), zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _now() -> tuple[int, int, int, int, int, int]:
    now = clock.now()
    return now.year, now.month, now.day, now.hour, now.minute, now.second


def _number(event: Event) -> int:
    return db.session.scalar(sa.select(sa.func.count()).where(Invoice.event_id == event.id)) or 0


def _files(event: Event) -> Iterator[tuple[str, bytes]]:
    yield _("procedure.txt"), procedure(event).encode()
    yield _("invoices.csv"), bookkeeping.file_of(queries.invoices(event, queries.Wanted(), limit=None))
    yield _("payments.csv"), _payments(event)
    yield _("log.csv"), _log(event)
    asked = (
        sa.select(Invoice.text, Invoice.contents, Invoice.contents_hash, InvoiceDocument.content)
        .outerjoin(InvoiceDocument, InvoiceDocument.invoice_id == Invoice.id)
        .where(Invoice.event_id == event.id)
        .order_by(Invoice.id)
        .execution_options(yield_per=50)
    )
    for text, contents, contents_hash, document in db.session.execute(asked):
        name = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in text)
        data = {"contents_sha256": contents_hash, "contents": contents}
        yield f"data/{name}.json", json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True).encode()
        if document is not None:
            yield f"documents/{name}.pdf", document


def _payments(event: Event) -> bytes:
    heads = [
        _("Date"),
        _("Kind"),
        _("Amount"),
        _("Currency"),
        _("Reference"),
        _("Invoice number"),
        _("Source"),
        _("Note"),
    ]
    kinds = {"payment": _("Payment"), "refund": _("Paid back"), "correction": _("Correction")}
    found = db.session.scalars(
        sa.select(LedgerEntry)
        .where(LedgerEntry.event_id == event.id)
        .order_by(LedgerEntry.id)
        .options(sa.orm.joinedload(LedgerEntry.party), sa.orm.joinedload(LedgerEntry.invoice))
    )
    return as_csv(
        heads,
        (
            [
                entry.booked_on.isoformat(),
                kinds[entry.kind],
                Figure(bookkeeping.decimal(entry.cents)),
                entry.currency,
                entry.party.reference,
                entry.invoice.text if entry.invoice is not None else "",
                entry.source,
                entry.note,
            ]
            for entry in found
        ),
    )


def _log(event: Event) -> bytes:
    """Who did what to invoices and payments, without the details, whose hash each entry keeps."""
    heads = [_("When"), _("Who"), _("What"), _("Thing"), _("SHA-256 of the detail")]
    deeds = sa.or_(*(AuditEntry.action.startswith(kind, autoescape=True) for kind in ("invoice", "payment", "ledger")))
    found = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.event_ref == event.public_id, deeds).order_by(AuditEntry.id)
    )
    return as_csv(
        heads,
        (
            [
                entry.at.isoformat(timespec="seconds"),
                f"{entry.actor_kind} {entry.actor_ref}".strip(),
                entry.action,
                f"{entry.object_kind} {entry.object_ref}",
                entry.detail_hash or "",
            ]
            for entry in found
        ),
    )


# -- how it is done


def procedure(event: Event) -> str:
    """The description of the procedure that GoBD asks for, made from how this event is really set up."""
    setup = queries.setup_of(event)
    facts = _facts(event, setup)
    chapters = (
        (
            _("1. What this describes"),
            _(
                "How %(host)s issues, keeps and corrects invoices of “%(event)s” with this program. Made on %(now)s "
                "from the settings in force then.",
                **facts,
            ),
        ),
        (
            _("2. From the order to the invoice"),
            _(
                "A buyer orders on the public pages and accepts with the button that names the obligation to pay, or "
                "an organiser enters them. Order, lines, number and invoice are written in one transaction of the "
                "database: either all of it is there or nothing. What the law asks for on an invoice is checked "
                "before; if something is missing, none is issued and the order waits in a list until it is completed."
            ),
        ),
        (_("3. Numbers"), _numbers(event)),
        (
            _("4. Unchangeable"),
            _(
                "Everything that an invoice says is kept as data when it is issued, with its SHA-256. The PDF is drawn "
                "once from these data and kept with its own SHA-256. Triggers of the database refuse to change or "
                "delete invoices, their lines, their documents and payments; a command checks hashes, sums and numbers."
            ),
        ),
        (
            _("5. Corrections"),
            _(
                "An invoice is never changed. It is cancelled by a cancellation invoice with a number of its own that "
                "names it, and a new one is issued where something is still owed."
            ),
        ),
        (
            _("6. Payments"),
            _(
                "Payments are booked by organisers, with date and source; each can be balanced by another entry, none "
                "can be deleted. What is open or overdue is derived from them and stored nowhere. Payable within "
                "%(days)s days; reminders: %(reminders)s.",
                **facts,
            ),
        ),
        (
            _("7. Tax"),
            _("The event invoices as a small business without VAT (§\u00a019 UStG).")
            if facts["small"]
            else _(
                "The rate belongs to the ticket. For online tickets the place of the recipient decides; businesses in "
                "other EU states with a VAT number are invoiced without VAT (reverse charge). Each line names its rule."
            ),
        ),
        (
            _("8. Who did what"),
            _(
                "Every deed is in a log that can only grow: who, when, what. Only people with a role at this event may "
                "invoice; they sign in with a link or a passkey. The log of invoices and payments lies beside this "
                "text."
            ),
        ),
        (
            _("9. Kept for how long"),
            _(
                "Invoices and what belongs to them are kept for at least eight years after the end of the year in "
                "which they were issued (§\u00a0147 AO). Personal data beside them is deleted as the "
                "privacy notice says."
            ),
        ),
        (
            _("10. What is in this file"),
            _(
                "documents: the PDFs as sent. data: what they were drawn from. invoices.csv: every line of every "
                "invoice. payments.csv: every payment. log.csv: every deed. SHA256SUMS: the hash of each file."
            ),
        ),
    )
    return "".join(f"{head}\n{'=' * len(head)}\n{text}\n\n" for head, text in chapters)


def _facts(event: Event, setup: Any) -> Mapping[str, Any]:
    return {
        "host": event.host.legal_name or event.host.name,
        "event": event.name.in_(locale()),
        "now": moment(clock.now()),
        "days": setup.payment_days if setup is not None else 0,
        "reminders": ", ".join(_("%(days)s days after the due date", days=day) for day in setup.reminder_days)
        if setup is not None and setup.reminder_days
        else _("none"),
        "small": setup is not None and setup.small_business,
    }


def _numbers(event: Event) -> str:
    """How numbers are given, and which ones this event used of each series."""
    rule = _(
        "Numbers rise by one within a series. The series is locked while an invoice is issued, and each number points "
        "at the one before it, so that there are no gaps and no doubles."
    )
    used = db.session.execute(
        sa.select(InvoiceSeries.prefix, sa.func.min(Invoice.number), sa.func.max(Invoice.number))
        .join(Invoice, Invoice.series_id == InvoiceSeries.id)
        .where(Invoice.event_id == event.id)
        .group_by(InvoiceSeries.id, InvoiceSeries.prefix)
        .order_by(InvoiceSeries.id)
    ).all()
    if not used:
        none = _("No invoice has been issued for this event yet.")
        return f"{rule} {none}"
    told = [
        _(
            "Series “%(series)s”: this event used numbers from %(first)s to %(last)s.",
            series=series,
            first=first,
            last=last,
        )
        for series, first, last in used
    ]
    others = _("Numbers between them that are not in this file belong to other events of the same series.")
    return " ".join([rule, *told, others])
