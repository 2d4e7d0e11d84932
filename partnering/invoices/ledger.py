"""What came in and went out: an account for each party, append-only, and `settled_at`, which the door reads.

A payment counts for the party, not for one invoice, so that it follows when an invoice is cancelled and replaced.
Whatever brings payments in (an organiser's hand now, bank statements and payment providers) goes through `book` or
`record_payment`; `source` and `external_ref` see to it that nothing is booked twice.
"""

import re
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from .. import audit, clock
from ..db import db, new_public_id
from ..errors import DomainError
from ..events.models import Host
from ..i18n import _l
from ..qr import READABLE
from ..registration.models import Item, Party
from ..text import clean_lines
from . import queries
from .models import Invoice, LedgerEntry

DESK = "desk"
"""The source of what organisers write down by hand."""

_REFERENCE = re.compile(rf"(?<![0-9A-Z])(?=([{READABLE}]{{4}})[\s-]?([{READABLE}]{{4}})(?![0-9A-Z]))")
"""Eight symbols that stand alone, written together or as two fours; matches may overlap."""


class AlreadyBooked(DomainError):
    """This payment was booked before."""

    message = _l("This payment is booked already.")


class MoreThanPaid(DomainError):
    """More was to be paid back than came in. `most` says in cents what may be."""

    message = _l("That is more than was paid.")
    most = 0


class Booked(NamedTuple):
    """What became of a payment: "matched" (the account is even), "partial", "too much", "cancelled" (nothing is owed
    any more; booked, to be paid back), "duplicate" (booked before) or "unknown" (booked nowhere)."""

    outcome: str
    party: Party | None
    entry: LedgerEntry | None


# -- booking


def record_payment(
    party: Party,
    cents: int,
    on: date,
    *,
    note: str = "",
    source: str = DESK,
    external_ref: str | None = None,
    invoice: Invoice | None = None,
) -> LedgerEntry:
    """Write down that a party paid `cents` (more than 0) on a day. Raises `AlreadyBooked`."""
    entry = _write(party, "payment", cents, on, note, source, external_ref, invoice)
    audit.record("payment.recorded", party, event=party.event, after={"cents": cents, "on": on, "source": source})
    return entry


def refund(
    party: Party,
    cents: int,
    on: date,
    *,
    note: str = "",
    source: str = DESK,
    external_ref: str | None = None,
) -> LedgerEntry:
    """Write down that `cents` (more than 0) were paid back. Raises `MoreThanPaid` or `AlreadyBooked`."""
    _lock(party)
    most = queries.account(party).paid
    if cents > most:
        raise MoreThanPaid(most=most)
    entry = _write(party, "refund", -cents, on, note, source, external_ref, None)
    audit.record("payment.refunded", party, event=party.event, after={"cents": cents, "on": on, "source": source})
    return entry


def take_back(entry: LedgerEntry, on: date, note: str = "") -> LedgerEntry:
    """Balance an entry that was wrong by one of the opposite amount; once. Raises `AlreadyBooked`."""
    if entry.kind == "correction":
        raise AlreadyBooked
    party = entry.party
    made = _write(party, "correction", -entry.cents, on, note, "undo", entry.public_id, entry.invoice)
    audit.record("payment.taken_back", party, event=party.event, after={"cents": -entry.cents, "on": on})
    return made


def book(host: Host, source: str, external_ref: str, reference: str, cents: int, on: date) -> Booked:
    """Book what a bank statement or a payment provider tells of: `cents` came in, saying `reference`.

    The reference of a party is found anywhere in that text, whatever stands around it. What is unknown is booked
    nowhere: it is for a person to say whose it is.
    """
    known = db.session.scalars(
        sa.select(LedgerEntry).where(LedgerEntry.source == source, LedgerEntry.external_ref == external_ref)
    ).one_or_none()
    if known is not None:
        return Booked("duplicate", known.party, known)
    party = named_in(host, reference)
    if party is None or cents <= 0:
        return Booked("unknown", None, None)
    try:
        entry = record_payment(party, cents, on, note=reference[:200], source=source, external_ref=external_ref)
    except AlreadyBooked:
        return Booked("duplicate", party, None)
    owed, paid = queries.account(party)
    if owed == 0:
        return Booked("cancelled", party, entry)
    return Booked("matched" if paid == owed else "partial" if paid < owed else "too much", party, entry)


def named_in(host: Host, text: str) -> Party | None:
    """The one party of a host's events whose reference stands in a text; None when there is none, or several."""
    found: dict[int, Party] = {}
    for first, second in sorted(set(_REFERENCE.findall(text.upper()[:500]))):
        found |= {party.id: party for party in queries.party_by_reference(host.id, first + second)}
    return next(iter(found.values())) if len(found) == 1 else None


# -- settled


def settle(party: Party) -> bool:
    """Say on the party whether everything it owes is paid, for the door to read; whether it is.

    Who owes nothing is settled. `settled_at` keeps the moment at which that came about.
    """
    db.session.flush()
    owed, paid = queries.account(party)
    if paid >= owed:
        party.settled_at = party.settled_at or clock.now()
    else:
        party.settled_at = None
    db.session.flush()
    return party.settled_at is not None


def _lock(party: Party) -> None:
    db.session.flush()
    db.session.execute(sa.select(Party.id).where(Party.id == party.id).with_for_update())


def _write(
    party: Party,
    kind: str,
    cents: int,
    on: date,
    note: str,
    source: str,
    external_ref: str | None,
    invoice: Invoice | None,
) -> LedgerEntry:
    _lock(party)
    insert: Any = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    public_id = new_public_id()
    written = db.session.execute(
        insert(LedgerEntry)
        .values(
            public_id=public_id,
            event_id=party.event_id,
            party_id=party.id,
            invoice_id=invoice.id if invoice is not None else None,
            kind=kind,
            cents=cents,
            currency=_currency(party),
            booked_on=on,
            source=source,
            external_ref=external_ref,
            note=clean_lines(note),
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(
            index_elements=["source", "external_ref"], index_where=sa.text("external_ref IS NOT NULL")
        )
        .returning(LedgerEntry.id)
    ).scalar_one_or_none()
    if written is None:
        raise AlreadyBooked
    entry = db.session.get_one(LedgerEntry, written)
    settle(party)
    return entry


def _currency(party: Party) -> str:
    found = db.session.scalar(sa.select(Item.currency).where(Item.party_id == party.id).limit(1))
    return found or "EUR"
