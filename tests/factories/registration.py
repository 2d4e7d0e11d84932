"""Builders of registrations and parties."""

from collections.abc import Sequence
from typing import Any

from partnering.db import db
from partnering.events.models import Event
from partnering.registration import refund_rules, services
from partnering.registration.models import Party, Registration
from partnering.tickets.models import Product

from .ground import deed, number
from .tickets import make_product


def make_registration(
    event: Event,
    *,
    product: Product | None = None,
    email: str | None = None,
    given_name: str = "Jana",
    family_name: str = "Wittkowski",
    **values: Any,
) -> Registration:
    """A live registration with its ticket code, of a person and on a ticket of its own unless given.

    Keywords are those of `services.add_registration`: title, function, company, locale, gross, letters …
    """
    with deed():
        registration = services.add_registration(
            event,
            product or make_product(event),
            email=email or f"guest{number()}@example.org",
            given_name=given_name,
            family_name=family_name,
            **values,
        )
    return registration


def make_draft(
    event: Event,
    *,
    product: Product | None = None,
    quantity: int = 1,
    people: Sequence[dict[str, str]] | None = None,
    company: str = "Lumenfold GmbH",
    locale: str = "de",
    **answers: Any,
) -> Party:
    """A party that holds places and is filled in, ready to be placed; `people` as in `drafts`, {} for open names."""
    with deed():
        product = product or make_product(event, seats=len(people) if people else 1)
        party = services.begin(event, product, quantity, locale)
        people = [make_guest(), *[{}] * (product.seats * quantity - 1)] if people is None else people
        services.keep(party, people=list(people), company=company, **{"billing": {}, **answers})
    return party


def make_party(event: Event, *, agreed: Sequence[str] = (), **values: Any) -> Party:
    """A placed party; keywords as for `make_draft`."""
    with deed():
        party = make_draft(event, **values)
        services.place(party, agreed=agreed)
        db.session.flush()
    return party


def make_guest(
    email: str | None = None, given_name: str = "Jana", family_name: str = "Wittkowski", **more: str
) -> dict[str, str]:
    """A person as the draft keeps them."""
    return {
        "title": "",
        "given_name": given_name,
        "family_name": family_name,
        "email": email or f"guest{number()}@example.org",
        "function": "",
        **more,
    }


FULL = (0, 10_000, 0)
"""A refund rule: everything is paid back until the day the event opens."""

BIONECTION = ((28, 10_000, 2_500), (14, 5_000, 2_500))
"""bionection's own rules: four weeks before the fee less 25 euros, two weeks before half of it less 25 euros."""


def make_rules(event: Event, *rules: tuple[int, int, int]) -> None:
    """Refund rules: (days before, percentage in basis points, fee in cents) each."""
    with deed():
        refund_rules.set_rules(event, [refund_rules.Terms(*rule) for rule in rules])
