"""What can be asked about invoices and payments. What is paid or overdue is derived from the ledger, never stored.

What a party paid counts for its invoices in the order of their issue (§ 366(2) BGB: the oldest debt first); an
invoice that was cancelled takes nothing, so money moves on to the one that replaced it by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from .. import clock
from ..accounts.models import Person
from ..db import db, once_in_deed, table_of
from ..events.models import Event
from ..mail.models import OutboxLetter
from ..registration.models import Item, Party
from ..rows import Reader, ask
from .models import Invoice, InvoiceDocument, InvoiceLine, InvoiceReminder, InvoiceSeries, InvoiceSetup, LedgerEntry

STATES = ("open", "part_paid", "overdue", "paid", "cancelled", "cancellation")
"""Of a document; "cancellation" is what takes an invoice back."""

PAGE = 50

_Storno, _Earlier, _EarlierStorno = aliased(Invoice), aliased(Invoice), aliased(Invoice)


def _whole(expression: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """A sum as a whole number: PostgreSQL sums big integers into decimals."""
    return sa.cast(sa.func.coalesce(expression, 0), sa.BigInteger)


_is_cancelled = sa.exists().where(_Storno.cancels_id == Invoice.id).correlate(Invoice)
_received = (
    sa.select(_whole(sa.func.sum(LedgerEntry.cents)))
    .where(LedgerEntry.party_id == Invoice.party_id)
    .correlate(Invoice)
    .scalar_subquery()
)
_before = (
    sa.select(_whole(sa.func.sum(_Earlier.gross)))
    .where(
        _Earlier.party_id == Invoice.party_id,
        _Earlier.kind == "invoice",
        _Earlier.id < Invoice.id,
        ~sa.exists().where(_EarlierStorno.cancels_id == _Earlier.id).correlate(_Earlier),
    )
    .correlate(Invoice)
    .scalar_subquery()
)
_counts = sa.and_(Invoice.kind == "invoice", ~_is_cancelled)
_paid = sa.case(
    (~_counts, 0),
    (_received - _before <= 0, 0),
    (_received - _before >= Invoice.gross, Invoice.gross),
    else_=_received - _before,
)


def _state(today: date) -> sa.ColumnElement[str]:
    return sa.case(
        (Invoice.kind == "cancellation", "cancellation"),
        (_is_cancelled, "cancelled"),
        (_paid >= Invoice.gross, "paid"),
        (Invoice.due_on < today, "overdue"),
        (_paid > 0, "part_paid"),
        else_="open",
    )


class Standing(NamedTuple):
    """How an invoice stands: its state, and how many cents of it are paid."""

    state: str
    paid: int


@dataclass(frozen=True)
class Row:
    """An invoice in a list."""

    invoice: Invoice
    state: str
    paid: int

    @property
    def open(self) -> int:
        """What is still to be paid, in cents."""
        return self.invoice.gross - self.paid if self.state in ("open", "part_paid", "overdue") else 0


class Account(NamedTuple):
    """What a party owes by its lines, and what it paid, in cents."""

    owed: int
    paid: int

    @property
    def credit(self) -> int:
        """What was paid too much."""
        return max(0, self.paid - self.owed)


@dataclass(frozen=True)
class Wanted:
    """What a list shows: words to find, a state ("credit" for whoever paid too much)."""

    words: str = ""
    state: str = ""


class Total(NamedTuple):
    """How many invoices are in a state, their sum, and what of it is paid."""

    number: int
    gross: int
    paid: int


def today_at(event: Event) -> date:
    """The day it is where the event is."""
    return clock.in_zone(clock.now(), event.zone).date()


# -- set-up


def setup_of(event: Event) -> InvoiceSetup | None:
    """How the event invoices."""
    row = ask(_SETUP, {"event": event.id}).one_or_none()
    setup = _SETUPS.thing(row) if row is not None else None
    if setup is not None:
        vars(setup)["series"] = _SERIES.thing(row, len(_SETUPS.columns))
    return setup


_SETUPS, _SERIES = Reader(InvoiceSetup), Reader(InvoiceSeries)
_SETUP = (
    sa.select(*_SETUPS.columns, *_SERIES.columns)
    .select_from(table_of(InvoiceSetup).join(table_of(InvoiceSeries), InvoiceSeries.id == InvoiceSetup.series_id))
    .where(InvoiceSetup.event_id == sa.bindparam("event"))
)


def setup_in_deed(event: Event) -> InvoiceSetup | None:
    """The same, asked once in a transaction: an order is taxed and invoiced by one set of rules."""
    return once_in_deed(("invoice setup", event.id), lambda: setup_of(event))


def is_small_business(event: Event) -> bool:
    """Whether the event invoices as a small business, which shows no VAT (§ 19 UStG)."""
    setup = setup_in_deed(event)
    return setup is not None and setup.small_business


# -- one invoice


def invoice_at(public_id: str) -> Invoice | None:
    """The invoice or cancellation with this public id."""
    return db.session.scalars(
        sa.select(Invoice).where(Invoice.public_id == public_id).options(joinedload(Invoice.party))
    ).one_or_none()


def state(invoice: Invoice) -> str:
    """One of `STATES`."""
    return standing(invoice).state


def standing(invoice: Invoice) -> Standing:
    """State of an invoice and what of it is paid."""
    event = invoice.party.event
    row = db.session.execute(sa.select(_state(today_at(event)), _paid).where(Invoice.id == invoice.id)).one()
    return Standing(row[0], int(row[1]))


def cancellation_of(invoice: Invoice) -> Invoice | None:
    """What took an invoice back."""
    return db.session.scalars(sa.select(Invoice).where(Invoice.cancels_id == invoice.id)).one_or_none()


def document_of(invoice: Invoice) -> InvoiceDocument | None:
    """The bytes of an invoice, once the worker has made them."""
    return db.session.scalars(
        sa.select(InvoiceDocument).where(InvoiceDocument.invoice_id == invoice.id, InvoiceDocument.kind == "pdf")
    ).one_or_none()


def has_document(invoice: Invoice) -> bool:
    """Whether the PDF is there, without loading it."""
    found = sa.select(InvoiceDocument.id).where(InvoiceDocument.invoice_id == invoice.id)
    return db.session.scalar(found) is not None


def with_documents(ids: Sequence[int]) -> set[int]:
    """Which of these invoices have their PDF, by id."""
    found = sa.select(InvoiceDocument.invoice_id).where(InvoiceDocument.invoice_id.in_(ids))
    return set(db.session.scalars(found))


def newest_for(event: Event, person: Person) -> Invoice | None:
    """The newest invoice that holds, of what a person booked at an event."""
    return db.session.scalars(
        sa.select(Invoice)
        .join(Party, Party.id == Invoice.party_id)
        .where(Invoice.event_id == event.id, Party.contact_person_id == person.id, _counts)
        .options(joinedload(Invoice.party))
        .order_by(Invoice.id.desc())
        .limit(1)
    ).one_or_none()


def letters_about(party: Party) -> Sequence[OutboxLetter]:
    """The letters that brought a party its invoices or reminded of them, newest first."""
    return db.session.scalars(
        sa.select(OutboxLetter)
        .where(OutboxLetter.recipient_ref == party.public_id, OutboxLetter.kind.startswith("invoices."))
        .order_by(OutboxLetter.id.desc())
        .limit(20)
    ).all()


def reminders_of(invoice: Invoice) -> Sequence[InvoiceReminder]:
    """When payment was reminded of, first to last."""
    return db.session.scalars(
        sa.select(InvoiceReminder).where(InvoiceReminder.invoice_id == invoice.id).order_by(InvoiceReminder.level)
    ).all()


def reminder_levels(event: Event) -> dict[int, int]:
    """How often payment of each of an event's invoices was reminded of, by invoice id."""
    rows = db.session.execute(
        sa.select(InvoiceReminder.invoice_id, sa.func.max(InvoiceReminder.level))
        .where(InvoiceReminder.event_id == event.id)
        .group_by(InvoiceReminder.invoice_id)
    )
    return {invoice_id: int(level) for invoice_id, level in rows}


# -- a party


def invoices_of(party: Party) -> Sequence[Invoice]:
    """All invoices and cancellations of a party, in the order of their issue."""
    return db.session.scalars(sa.select(Invoice).where(Invoice.party_id == party.id).order_by(Invoice.id)).all()


def rows_of(party: Party) -> list[Row]:
    """The same, with how each stands."""
    event = party.event
    rows = db.session.execute(
        sa.select(Invoice, _state(today_at(event)), _paid).where(Invoice.party_id == party.id).order_by(Invoice.id)
    )
    return [Row(invoice, word, int(paid)) for invoice, word, paid in rows]


def live_invoices(party: Party) -> Sequence[Invoice]:
    """The invoices of a party that hold, with their lines."""
    return db.session.scalars(
        sa.select(Invoice)
        .where(Invoice.party_id == party.id, _counts)
        .options(selectinload(Invoice.lines))
        .order_by(Invoice.id)
    ).all()


def uninvoiced(party: Party) -> Sequence[Item]:
    """The lines of a party that cost something, hold, and stand on no invoice that holds."""
    return db.session.scalars(
        sa.select(Item)
        .where(Item.party_id == party.id, _unbilled())
        .order_by(Item.id)
        .execution_options(populate_existing=True)
    ).all()


def _unbilled() -> sa.ColumnElement[bool]:
    on_invoice = (
        sa.exists().where(InvoiceLine.item_id == Item.id, InvoiceLine.invoice_id == Invoice.id, _counts).correlate(Item)
    )
    return sa.and_(Item.cancelled_at.is_(None), Item.gross > 0, ~on_invoice)


def uninvoiced_parties(event: Event) -> Sequence[Party]:
    """Placed parties that owe something no invoice tells them, oldest first."""
    owing = sa.select(Item.party_id).where(Item.event_id == event.id, _unbilled())
    return db.session.scalars(
        sa.select(Party)
        .where(Party.event_id == event.id, Party.placed_at.is_not(None), Party.id.in_(owing))
        .options(joinedload(Party.organisation), selectinload(Party.items))
        .order_by(Party.placed_at, Party.id)
    ).all()


def ledger_of(party: Party) -> Sequence[LedgerEntry]:
    """What came in and went out for a party, in the order in which it was booked."""
    return db.session.scalars(
        sa.select(LedgerEntry).where(LedgerEntry.party_id == party.id).order_by(LedgerEntry.id)
    ).all()


def account(party: Party) -> Account:
    """What a party owes and has paid."""
    owed = sa.select(_whole(sa.func.sum(Item.gross))).where(Item.party_id == party.id, Item.cancelled_at.is_(None))
    paid = sa.select(_whole(sa.func.sum(LedgerEntry.cents))).where(LedgerEntry.party_id == party.id)
    row = db.session.execute(sa.select(owed.scalar_subquery(), paid.scalar_subquery())).one()
    return Account(int(row[0]), int(row[1]))


def entry_at(party: Party, public_id: str) -> LedgerEntry | None:
    """A party's ledger entry."""
    return db.session.scalars(
        sa.select(LedgerEntry).where(LedgerEntry.party_id == party.id, LedgerEntry.public_id == public_id)
    ).one_or_none()


def party_by_reference(host_id: int, reference: str) -> Sequence[Party]:
    """The placed parties of a host's events with this reference: one, unless two events drew the same."""
    return db.session.scalars(
        sa.select(Party)
        .join(Event, Event.id == Party.event_id)
        .where(Event.host_id == host_id, Party.reference == reference, Party.placed_at.is_not(None))
        .order_by(Party.id)
        .limit(2)
    ).all()


# -- lists


def invoices(event: Event, wanted: Wanted, *, before: Invoice | None = None, limit: int | None = PAGE) -> list[Row]:
    """The newest invoices first, those after `before` in that order; `limit` None for all."""
    today = today_at(event)
    statement = (
        sa.select(Invoice, _state(today), _paid)
        .join(Party, Party.id == Invoice.party_id)
        .where(Invoice.event_id == event.id, *_matching(wanted, today))
        .options(joinedload(Invoice.party), joinedload(Invoice.cancels))
        .order_by(Invoice.id.desc())
    )
    if before is not None:
        statement = statement.where(Invoice.id < before.id)
    if limit is not None:
        statement = statement.limit(limit)
    return [Row(invoice, word, int(paid)) for invoice, word, paid in db.session.execute(statement)]


def _matching(wanted: Wanted, today: date) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    for word in wanted.words.split()[:5]:
        found.append(
            sa.or_(
                Invoice.text.icontains(word, autoescape=True),
                Invoice.contents["buyer"]["name"].as_string().icontains(word, autoescape=True),
                Party.contact_name.icontains(word, autoescape=True),
                Party.reference == word.upper(),
            )
        )
    if wanted.state == "credit":
        owed = (
            sa.select(_whole(sa.func.sum(Item.gross)))
            .where(Item.party_id == Invoice.party_id, Item.cancelled_at.is_(None))
            .correlate(Invoice)
            .scalar_subquery()
        )
        found += [_received > owed, Invoice.kind == "invoice"]
    elif wanted.state in STATES:
        found.append(_state(today) == wanted.state)
    return found


def totals(event: Event) -> dict[str, Total]:
    """Number, sum and paid part of the event's invoices by state; states without any are left out."""
    each = (
        sa.select(_state(today_at(event)).label("state"), Invoice.gross.label("gross"), _paid.label("paid"))
        .where(Invoice.event_id == event.id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(each.c.state, sa.func.count(), sa.func.sum(each.c.gross), sa.func.sum(each.c.paid)).group_by(
            each.c.state
        )
    )
    return {word: Total(int(number), int(gross), int(paid)) for word, number, gross, paid in rows}


def overdue(event: Event) -> list[Row]:
    """What should have been paid by now, oldest first."""
    return list(reversed(invoices(event, Wanted(state="overdue"), limit=None)))


def events_with_overdue() -> Sequence[int]:
    """The ids of events that remind, with invoices whose due day may be over in their zone."""
    day = clock.now().date()
    return db.session.scalars(
        sa.select(InvoiceSetup.event_id)
        .where(
            sa.exists().where(
                Invoice.event_id == InvoiceSetup.event_id, Invoice.kind == "invoice", Invoice.due_on <= day
            )
        )
        .order_by(InvoiceSetup.event_id)
    ).all()


def event_by_id(id: int) -> Event | None:
    """The event with this id."""
    return db.session.get(Event, id)


def event_at(public_id: str) -> Event | None:
    """The event with this public id."""
    return db.session.scalars(sa.select(Event).where(Event.public_id == public_id)).one_or_none()


def without_document(issued_before: datetime, limit: int) -> Sequence[str]:
    """The public ids of invoices issued before a moment that have no PDF yet, oldest first."""
    return db.session.scalars(
        sa.select(Invoice.public_id)
        .where(Invoice.issued_at < issued_before, ~sa.exists().where(InvoiceDocument.invoice_id == Invoice.id))
        .order_by(Invoice.id)
        .limit(limit)
    ).all()
