"""What lines come to for one buyer: the VAT of law.md L24, settled when an order is placed and whenever its invoice
address changes after that.

Checkout, party page, add-ons booked later and the event page all ask here. Whether the seller shows VAT at all is known
above (§ 19 UStG is said where invoicing is set up): a room that knows registers its answer with `known_by`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from .. import audit
from ..db import db
from ..events.models import Event
from ..tickets import money, prices, vat
from ..tickets.models import Product
from . import queries
from .models import Item, Party

ABROAD = ("reverse_charge", "outside")
"""Rules under which the price without VAT is charged."""

_answers: list[Callable[[Event], bool]] = []


def known_by(answer: Callable[[Event], bool]) -> None:
    """Let `answer` say whether an event's seller is a small business, once however often it is registered."""
    if answer not in _answers:
        _answers.append(answer)


def is_small(event: Event) -> bool:
    """Whether an event's seller is a small business, which shows no VAT (§ 19 UStG)."""
    return any(answer(event) for answer in _answers)


class Amount(NamedTuple):
    """What a line comes to for one buyer: cents, the rate in basis points, and the rule behind it."""

    net: int
    vat: int
    gross: int
    rate: int
    kind: str
    note: str


class Home(NamedTuple):
    """What a line costs a buyer at home: cents with VAT included, and the rate in basis points."""

    gross: int
    rate: int


def home_of(item: Item) -> Home:
    """What a line that was sold would cost at home, whatever it was taxed as. A ticket with parts says so itself.

    Where only the net price is charged now, the price before is the list price, or that less the code's reduction, if
    one of them comes to this net; else it is the net price with VAT, which is right to the cent or one beside it.
    """
    if item.home_gross is not None and item.home_rate is not None:
        return Home(item.home_gross, item.home_rate)
    assert item.claim is not None  # asked by the callers
    product = item.claim.product
    rate = product.vat_rate if product.online or item.tax_kind == "small_business" else item.vat_rate
    if item.tax_kind not in ABROAD:
        return Home(item.gross, rate)
    code = item.claim.code
    known = [item.list_gross, *([prices.reduced(item.list_gross, code)] if code is not None else [])]
    fitting = (gross for gross in known if money.net_of(gross, rate) == item.gross)
    return Home(next(fitting, money.gross_of(item.gross, rate)), rate)


def amount_of(item: Item, event: Event, billing: Mapping[str, Any], *, small: bool) -> Amount:
    """What a line comes to with this invoice address. What is kept of something given back stays as it is.

    `small`: whether the seller is a small business, see `is_small`.
    """
    if not _was_sold(item) or not item.gross:
        return as_settled(item)
    home = home_of(item)
    return _charged(home, _treatment(_is_online(item), home.rate, event, billing, small))


def _was_sold(item: Item) -> bool:
    """Whether a line is something bought, and no fee."""
    return item.claim is not None or item.part_of_id is not None


def _is_online(item: Item) -> bool:
    if item.online is not None:
        return item.online
    return item.claim is not None and item.claim.product.online


def as_settled(item: Item) -> Amount:
    """What a line comes to as it was settled, with why it shows another tax than at home."""
    note = item.tax_kind if item.tax_kind != "standard" and item.gross else ""
    return Amount(item.net, item.vat, item.gross, item.vat_rate, item.tax_kind, note)


def price_for(
    party: Party, product: Product, gross: int, *, small: bool, billing: Mapping[str, Any] | None = None
) -> int:
    """What a party, or one with this invoice address, pays in cents for an add-on that costs `gross` at home."""
    tax = _treatment(
        product.online, product.vat_rate, party.event, party.billing if billing is None else billing, small
    )
    return vat.charged(gross, product.vat_rate, tax)


def bill_to(party: Party, billing: Mapping[str, str]) -> bool:
    """Whom a party's invoices go to from now on; its lines are taxed as that asks for. Whether anything changed."""
    before = {name: party.billing.get(name, "") for name in billing}
    if before == dict(billing):
        return False
    party.billing = {**party.billing, **billing}
    db.session.flush()
    audit.record("party.billing_changed", party, event=party.event, before=before, after=dict(billing))
    settle(party, queries.items_of(party))
    return True


def total_for(party: Party, billing: Mapping[str, Any]) -> int:
    """What all that holds would come to, in cents, with this invoice address."""
    small = is_small(party.event)
    items = [item for item in queries.items_of(party) if item.cancelled_at is None]
    return sum(amount_of(item, party.event, billing, small=small).gross for item in items)


def settle(party: Party, items: Iterable[Item], *, small: bool | None = None) -> None:
    """Write the tax that the party's invoice address asks for into those of these lines that hold.

    It can be done again at any time: what is charged then is what it would have been from the start. `small`: what
    `is_small` says, where the caller has asked.
    """
    lines = [item for item in items if item.gross and _was_sold(item) and item.cancelled_at is None]
    if not lines:
        return
    small = is_small(party.event) if small is None else small
    for item in lines:
        amount = amount_of(item, party.event, party.billing, small=small)
        if amount[:5] != (item.net, item.vat, item.gross, item.vat_rate, item.tax_kind):
            item.net, item.vat, item.gross = amount.net, amount.vat, amount.gross
            item.vat_rate, item.tax_kind = amount.rate, amount.kind
    db.session.flush()


def listed(item: Item) -> int:
    """The list price of a line in cents, in the terms in which it is charged: without VAT where none is."""
    if item.tax_kind not in ABROAD or not _was_sold(item):
        return item.list_gross
    return money.net_of(item.list_gross, home_of(item).rate)


def _charged(home: Home, tax: vat.Tax) -> Amount:
    gross = vat.charged(home.gross, home.rate, tax)
    net, contained = money.split(gross, tax.rate)
    return Amount(net, contained, gross, tax.rate, tax.kind, tax.note_key)


def _treatment(online: bool, rate: int, event: Event, billing: Mapping[str, Any], small: bool) -> vat.Tax:
    """Online tickets are taxed where the recipient is (§ 3a UStG)."""
    country = event.host.country
    return vat.treatment(
        online,
        rate,
        seller_country=country,
        buyer_country=str(billing.get("country") or country),
        business=billing.get("kind", "company") == "company",
        vat_id=str(billing.get("vat_id", "")),
        small_business=small,
    )
