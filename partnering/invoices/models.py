"""Number series, invoices as issued, their lines and documents, what was paid, reminders."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import (
    BilingualText,
    InEvent,
    Json,
    Model,
    PublicId,
    Versioned,
    append_only,
    in_event,
    one_of,
    only_where,
    table_of,
    to_many,
    to_one,
    whole_number,
    within_event,
)
from ..events.models import Event, Host
from ..registration.models import Item, Party


class InvoiceSeries(PublicId, Model):
    """A host's numbers. `last_number` rises in the issuing transaction alone, so there are no gaps."""

    host_id: Mapped[int] = mapped_column(sa.ForeignKey("host.id"))
    prefix: Mapped[str] = mapped_column(sa.String(20))
    last_number: Mapped[int] = mapped_column(default=0)
    last_issued_on: Mapped[date | None]

    host: Mapped[Host] = to_one("InvoiceSeries", "Host", "host_id")

    __table_args__ = (
        sa.UniqueConstraint("host_id", "prefix"),
        sa.CheckConstraint("last_number >= 0", name="last_number_counts"),
        whole_number("last_number"),
    )


class InvoiceSetup(Versioned, Model):
    """How an event invoices: series, account, days to pay, when to remind. `reminder_days` count from the due day."""

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), unique=True)
    series_id: Mapped[int] = mapped_column(sa.ForeignKey("invoice_series.id"), index=True)
    account_holder: Mapped[str] = mapped_column(default="")
    iban: Mapped[str] = mapped_column(sa.String(34), default="")
    bic: Mapped[str] = mapped_column(sa.String(11), default="")
    bank: Mapped[str] = mapped_column(default="")
    payment_days: Mapped[int] = mapped_column(sa.Integer, default=14)
    reminder_days: Mapped[list[int]] = mapped_column(Json, default=lambda: [3, 14])
    small_business: Mapped[bool] = mapped_column(default=False)
    footer: Mapped[BilingualText] = mapped_column(default=BilingualText())

    event: Mapped[Event] = to_one("InvoiceSetup", "Event", "event_id")
    series: Mapped[InvoiceSeries] = to_one("InvoiceSetup", "InvoiceSeries", "series_id")

    __table_args__ = (sa.CheckConstraint("payment_days BETWEEN 0 AND 120", name="payment_days_range"),)


class Invoice(PublicId, InEvent, Model):
    """An invoice or cancellation invoice as issued; never changed. Money in cents, negative in cancellations.

    `previous` is the number before in the series, which must exist: so there is no gap. `contents` is everything that
    the document says, and its hash: {"seller": …, "buyer": …, "lines": […], "notes": […], …}.
    """

    series_id: Mapped[int] = mapped_column(sa.ForeignKey("invoice_series.id"))
    number: Mapped[int]
    previous: Mapped[int | None]
    text: Mapped[str] = mapped_column(sa.String(40), index=True)
    kind: Mapped[str] = mapped_column(sa.String(12), default="invoice")
    cancels_id: Mapped[int | None]
    party_id: Mapped[int] = mapped_column(index=True)
    issued_on: Mapped[date]
    due_on: Mapped[date]
    locale: Mapped[str] = mapped_column(sa.String(2))
    currency: Mapped[str] = mapped_column(sa.String(3))
    net: Mapped[int]
    vat: Mapped[int]
    gross: Mapped[int]
    contents: Mapped[dict[str, Any]] = mapped_column(Json)
    contents_hash: Mapped[str] = mapped_column(sa.String(64))
    issued_at: Mapped[datetime]

    series: Mapped[InvoiceSeries] = to_one("Invoice", "InvoiceSeries", "series_id")
    party: Mapped[Party] = to_one("Invoice", "Party", "party_id")
    cancels: Mapped["Invoice | None"] = to_one("Invoice", "Invoice", "cancels_id", remote_side="Invoice.id")
    lines: Mapped[list["InvoiceLine"]] = to_many(
        "Invoice", "InvoiceLine", "invoice_id", order_by="InvoiceLine.position"
    )

    __table_args__ = in_event(
        sa.UniqueConstraint("series_id", "number"),
        sa.ForeignKeyConstraint(["series_id", "previous"], ["invoice.series_id", "invoice.number"]),
        within_event("cancels_id", "invoice"),
        within_event("party_id", "party"),
        sa.UniqueConstraint("cancels_id"),
        one_of("kind", "invoice", "cancellation"),
        one_of("locale", "de", "en"),
        sa.CheckConstraint("gross = net + vat", name="gross_is_sum"),
        sa.CheckConstraint("number >= 1 AND COALESCE(previous, 0) = number - 1", name="no_gap"),
        sa.CheckConstraint("(previous IS NULL) = (number = 1)", name="only_first_has_none_before"),
        sa.CheckConstraint("(kind = 'cancellation') = (cancels_id IS NOT NULL)", name="cancellation_names_its_invoice"),
        whole_number("number"),
        whole_number("gross"),
    )


class InvoiceLine(InEvent, Model):
    """Which item an invoice charges, or gives back, and how much. An item stands on one invoice that holds."""

    invoice_id: Mapped[int]
    position: Mapped[int] = mapped_column(sa.Integer)
    item_id: Mapped[int] = mapped_column(index=True)
    net: Mapped[int]
    vat: Mapped[int]
    gross: Mapped[int]
    vat_rate: Mapped[int] = mapped_column(sa.Integer)
    tax_kind: Mapped[str] = mapped_column(sa.String(20))

    item: Mapped[Item] = to_one("InvoiceLine", "Item", "item_id")

    __table_args__ = (
        sa.UniqueConstraint("invoice_id", "position"),
        sa.UniqueConstraint("invoice_id", "item_id"),
        within_event("invoice_id", "invoice"),
        within_event("item_id", "item"),
        sa.CheckConstraint("gross = net + vat", name="gross_is_sum"),
    )


class InvoiceDocument(InEvent, Model):
    """The bytes of an invoice, made once; `kind` leaves room for more forms than PDF."""

    invoice_id: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(10), default="pdf")
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    made_at: Mapped[datetime]

    __table_args__ = (
        within_event("invoice_id", "invoice"),
        sa.UniqueConstraint("invoice_id", "kind"),
        one_of("kind", "pdf"),
    )


class LedgerEntry(PublicId, InEvent, Model):
    """Money that came in (positive) or went out (negative) for a party, in cents; never changed, only balanced.

    `source` and `external_ref` name where it is known from, so that nothing is booked twice.
    """

    party_id: Mapped[int] = mapped_column(index=True)
    invoice_id: Mapped[int | None] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(sa.String(12))
    cents: Mapped[int]
    currency: Mapped[str] = mapped_column(sa.String(3))
    booked_on: Mapped[date]
    source: Mapped[str] = mapped_column(sa.String(20))
    external_ref: Mapped[str | None] = mapped_column(sa.String(120))
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]

    party: Mapped[Party] = to_one("LedgerEntry", "Party", "party_id")
    invoice: Mapped[Invoice | None] = to_one("LedgerEntry", "Invoice", "invoice_id")

    __table_args__ = in_event(
        within_event("party_id", "party"),
        within_event("invoice_id", "invoice"),
        one_of("kind", "payment", "refund", "correction"),
        sa.CheckConstraint("cents <> 0", name="cents_move"),
        sa.CheckConstraint("(kind <> 'payment' OR cents > 0) AND (kind <> 'refund' OR cents < 0)", name="sign_fits"),
        sa.Index(
            "uq_ledger_entry_source", "source", "external_ref", unique=True, **only_where("external_ref IS NOT NULL")
        ),
        whole_number("cents"),
    )


class InvoiceReminder(InEvent, Model):
    """That a payment was reminded of, and how many times before."""

    invoice_id: Mapped[int]
    level: Mapped[int] = mapped_column(sa.Integer)
    sent_on: Mapped[date]

    __table_args__ = (
        within_event("invoice_id", "invoice"),
        sa.UniqueConstraint("invoice_id", "level"),
        sa.CheckConstraint("level >= 1", name="level_counts"),
    )


for _model in (Invoice, InvoiceLine, InvoiceDocument, LedgerEntry):
    append_only(table_of(_model))
