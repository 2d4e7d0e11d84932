"""Whom the invoice goes to: asked before the first thing is booked that costs something, after a free ticket."""

from typing import NamedTuple

from flask import request

from ...i18n import bi
from ...tickets import services as tickets
from ...tickets.models import Product
from .. import taxing, workshops
from ..change_forms import BillForm
from ..models import Party
from .blueprint import page

Answer = tuple[str, int]


class Bill(NamedTuple):
    """The address that was sent with a booking, None where one is known; or the page that asks for it."""

    address: dict[str, str] | None
    page: Answer | None

    def keep(self, party: Party) -> None:
        """Let the party's invoices go to what was sent, within the deed that books."""
        if self.address is not None:
            tickets.turn(party.event_id)  # before the party is written to: whoever books takes them in this order
            taxing.bill_to(party, self.address)


def costs(party: Party, product: Product) -> bool:
    """Whether an add-on costs the party anything."""
    return workshops.price_for(party, product).gross > 0


def bill_of(party: Party, product: Product, url: str, back: str) -> Bill:
    """The address for what is about to be booked by a POST to `url`, or the page that asks for it with its button.

    The sum that the page showed is the one that binds: with another one the page comes again.
    """
    if party.billing.get("street") or not costs(party, product):
        return Bill(None, None)
    sent = "billing_name" in request.form
    form = BillForm() if sent else _fresh(party)
    gross = workshops.price_for(party, product).gross
    valid = sent and form.validate_on_submit()
    small, billing = taxing.is_small(party.event), form.billing()
    charged = taxing.price_for(party, product, gross, small=small, billing=billing)
    if valid and charged == form.seen_cents(gross):
        return Bill(billing, None)
    form.seen.data = str(charged)
    shown = page(
        "bill",
        party.event,
        status=422 if sent else 200,
        form=form,
        form_errors=form.errors,
        product=product,
        name=bi(product.name),
        gross=charged,
        other_sum=valid,
        url=url,
        back=back,
    )
    return Bill(None, shown)


def _fresh(party: Party) -> BillForm:
    company = party.organisation.name if party.organisation is not None else ""
    kept = {
        "kind": party.billing.get("kind") or ("company" if company else "private"),
        "billing_name": party.billing.get("name") or company or party.contact_name,
        "country": party.billing.get("country") or party.event.host.country,
    }
    return BillForm(formdata=None, data=kept)
