"""Builders of those who wait, and of parties that wait for approval."""

from collections.abc import Sequence
from typing import Any

from partnering.db import db
from partnering.events.models import Event
from partnering.registration import approval, services, waiting
from partnering.registration.models import Party, Registration, WaitingEntry
from partnering.tickets.models import Product

from .ground import deed, number
from .registration import make_draft, make_guest, make_registration
from .tickets import make_product


def make_sold_out(event: Event, *, capacity: int = 1, **values: Any) -> tuple[Product, list[Registration]]:
    """A ticket whose places are all taken, and who took them, each with a party of their own."""
    with deed():
        product = make_product(event, capacity=capacity, **values)
        taken = [make_registration(event, product=product) for _place in range(capacity)]
    return product, taken


def make_waiting(
    product: Product,
    *,
    quantity: int = 1,
    email: str | None = None,
    name: str = "Wanda Quast",
    locale: str = "de",
    all_or_none: bool = True,
    others: Sequence[Product] = (),
) -> WaitingEntry:
    """Somebody who waits for a ticket that is sold out."""
    with deed():
        event = db.session.get_one(Event, product.event_id)
        entry = waiting.join(
            event,
            product,
            quantity,
            email=email or f"waits{number()}@example.org",
            name=name,
            locale=locale,
            all_or_none=all_or_none,
            others=others,
        )
        assert entry is not None
    return entry


def make_asked(
    event: Event, *, product: Product | None = None, email: str | None = None, people: Any = None, **values: Any
) -> Party:
    """A party that waits for an organiser's approval; keywords as for `make_draft`."""
    with deed():
        product = product or make_product(event, needs_approval=True)
        guests = people or [make_guest(email)]
        party = make_draft(event, product=product, quantity=len(guests), people=guests, **values)
        approval.ask(party)
    return party


def cancel(registration: Registration) -> None:
    """Give a place back."""
    with deed():
        services.cancel_registration(registration)
