"""Guests who come without a ticket: registered at the door, as if they had bought one on the web."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .. import clock
from ..events.models import Event
from ..i18n import LazyText
from ..registration import entering
from ..registration.changes import agree
from ..registration.models import Registration
from ..registration.placing import in_both
from ..registration.seats import Guest
from ..tickets import selling
from ..tickets.errors import NotOnSale
from ..tickets.models import Product
from ..tickets.queries import admits_on, products_on_show
from .models import CheckinList
from .queries import lets_in


@dataclass(frozen=True)
class Comer:
    """Somebody who wants in. `billing` is whom the invoice goes to; empty, a letter asks for it.

    `agreed` are the consents given at the door by purpose, with the sentence that the guest was shown.
    """

    guest: Guest
    company: str
    locale: str
    billing: Mapping[str, str] = field(default_factory=dict)
    agreed: Mapping[str, LazyText] = field(default_factory=dict)


def on_sale(event: Event, door: CheckinList) -> Sequence[tuple[Product, int]]:
    """The tickets that visitors may buy now and that this door lets in today, each with how many are left.

    Those that organisers have to approve, or that ask for a code, are not sold at doors.
    """
    if event.state != "published":
        return []
    today = clock.in_zone(clock.now(), event.zone).date()
    found = [
        product
        for product in products_on_show(event)
        if selling.is_on_sale(product)
        and not product.needs_approval
        and product.seats == 1
        and product.fewest_per_order <= 1
        and lets_in(door, product)
        and admits_on(product, today)
    ]
    left = selling.lefts(found)
    return [(product, left[product.id]) for product in found]


def still_on_sale(event: Event, door: CheckinList, public_id: str) -> Product:
    """One of them, by its public id. Raises `NotOnSale`."""
    for product, _left in on_sale(event, door):
        if product.public_id == public_id:
            return product
    raise NotOnSale


def register(event: Event, product: Product, comer: Comer) -> Registration:
    """Give somebody a ticket at the price of the day; the letter with it leaves at once, the invoice is owed.

    Raises as `registration.entering.enter`: `SoldOut`, or `DuplicateRegistration`.
    """
    entry = entering.Entry(comer.guest, product, comer.company, comer.locale, billing=comer.billing)
    registration = entering.enter(event, entry)
    if comer.agreed:
        sentences = {purpose: in_both(sentence) for purpose, sentence in comer.agreed.items()}
        agree(registration, dict.fromkeys(sentences, True), sentences)
    return registration
