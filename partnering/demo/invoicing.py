"""Invoices of a sample event: issued when each party was placed, paid by those who have paid.

Account, tax numbers and addresses are invented; the IBAN is one that banks print as a sample, with right check digits.
"""

from datetime import timedelta

import sqlalchemy as sa

from .. import clock
from ..db import BilingualText, db
from ..events.models import Event
from ..events.queries import is_over
from ..invoices import ledger, services
from ..registration import queries
from ..registration.models import Party
from .reading import Sheet

IBAN = "DE02120300000000202051"
STREETS = ("Musterweg", "Beispielallee", "Probengasse", "Lindenstraße", "Am Laborhof", "Peptidring")
PAID_AFTER = timedelta(days=6)

SELLER = {
    "street": "Musterstraße 7",
    "postcode": "04109",
    "vat_id": "DE999999995",
    "tax_number": "231/000/00000",
}


def make_invoices(event: Event, sheet: Sheet) -> None:
    """Set the event up, issue what its parties owe on the days they came, and book what was paid."""
    host = event.host
    services.set_seller(event, {"legal_name": host.legal_name, "city": host.city, "country": host.country, **SELLER})
    services.set_up(
        event,
        {
            "prefix": services.default_prefix(event),
            "account_holder": host.legal_name,
            "iban": IBAN,
            "bic": "BYLADEM1001",
            "bank": "Musterbank",
            "payment_days": 14,
            "reminder_days": [] if is_over(event) else [3, 14],
            "small_business": False,
            "footer": BilingualText(
                "Dies ist ein Muster: Konto, Steuernummern und Anschriften sind erfunden.",
                "This is a sample: account, tax numbers and addresses are invented.",
            ),
        },
    )
    today = clock.now()
    parties = db.session.scalars(
        sa.select(Party)
        .where(Party.event_id == event.id, Party.placed_at.is_not(None))
        .order_by(Party.placed_at, Party.id)
    ).all()
    for number, party in enumerate(parties):
        owed, settled_at = sum(item.gross for item in queries.items_of(party)), party.settled_at
        assert party.placed_at is not None  # asked for
        if not owed:
            continue
        party.billing = {**address(party, number), **{key: value for key, value in party.billing.items() if value}}
        with clock.frozen(party.placed_at):
            services.issue(party, letter=False)
        if settled_at is None:
            continue
        with clock.frozen(min(party.placed_at + PAID_AFTER, today)):
            day = clock.in_zone(clock.now(), event.zone).date()
            ledger.record_payment(party, owed, day, note="Überweisung", source="sample")


def address(party: Party, number: int) -> dict[str, str]:
    """An invented address for invoices."""
    organisation = party.organisation
    return {
        "kind": "company" if organisation is not None else "private",
        "name": organisation.name if organisation is not None else party.contact_name,
        "street": f"{STREETS[number % len(STREETS)]} {1 + number % 89}",
        "postcode": f"{1067 + 7 * number:05d}",
        "city": organisation.city if organisation is not None and organisation.city else "Musterstadt",
        "country": organisation.country if organisation is not None and organisation.country else "DE",
    }
