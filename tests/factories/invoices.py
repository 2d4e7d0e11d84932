"""Builders of invoice set-ups and of parties that are invoiced."""

from typing import Any

from partnering import clock
from partnering.db import BilingualText, db
from partnering.events.models import Event, Host
from partnering.invoices import queries, services
from partnering.invoices.models import Invoice, InvoiceSetup
from partnering.registration import signals
from partnering.registration.models import Item, Party
from partnering.tickets.money import split

from .ground import deed
from .registration import make_party

IBAN = "DE02120300000000202051"
BILLING = {
    "kind": "company",
    "name": "Lumenfold GmbH",
    "street": "Lichtweg 4",
    "postcode": "04103",
    "city": "Leipzig",
    "country": "DE",
    "vat_id": "DE136695976",
    "order_number": "PO-815",
    "leitweg_id": "",
    "email": "",
}
SELLER = {
    "legal_name": "Probe e. V.",
    "street": "Beispielweg 1",
    "postcode": "01067",
    "city": "Dresden",
    "country": "DE",
    "vat_id": "DE123456788",
    "tax_number": "203/140/12345",
}


def make_setup(
    event: Event, *, prefix: str = "P27-", seller: dict[str, str] | None = None, **values: Any
) -> InvoiceSetup:
    """How an event invoices, nothing missing. Keywords are columns of `InvoiceSetup`."""
    with deed():
        host = db.session.get_one(Host, event.host_id)
        for name, value in {**SELLER, **(seller or {})}.items():
            setattr(host, name, value)
        defaults = {
            "account_holder": "Probe e. V.",
            "iban": IBAN,
            "bic": "BYLADEM1001",
            "bank": "Probebank",
            "payment_days": 14,
            "reminder_days": [3, 14],
            "small_business": False,
            "footer": BilingualText(),
        }
        setup = services.set_up(event, {**defaults, "prefix": prefix, **values})
    return setup


def make_invoiced(event: Event, *, billing: dict[str, str] | None = None, **values: Any) -> Party:
    """A placed party with its invoice, of an event that is set up; other keywords as for `make_party`."""
    with deed():
        if queries.setup_of(event) is None:
            make_setup(event)
        party = make_party(event, billing=BILLING if billing is None else billing, **values)
    return party


def invoice_of(party: Party) -> Invoice:
    """The one invoice of a party that holds."""
    [invoice] = queries.live_invoices(party)
    return invoice


def give_back(party: Party, *items: Item, fee: int = 0) -> None:
    """Cancel lines of a party, keep a fee in cents for them, and tell the rooms above, as cancelling does."""
    with deed():
        for item in items:
            item.cancelled_at = clock.now()
        if fee:
            net, vat = split(fee, items[0].vat_rate)
            db.session.add(
                Item(
                    event_id=party.event_id,
                    party_id=party.id,
                    kind="fee",
                    name=BilingualText("Stornogebühr", "Cancellation fee"),
                    net=net,
                    vat=vat,
                    gross=fee,
                    list_gross=fee,
                    vat_rate=items[0].vat_rate,
                )
            )
        db.session.flush()
        signals.party_changed.send(party)
