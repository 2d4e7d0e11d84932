"""What a product costs, with a code or without: the tier that holds, and the code's reduction."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from .. import clock
from . import money
from .errors import NotOnSale
from .models import Code, PriceTier, Product


class Price(NamedTuple):
    """The price of one unit in cents: `gross` is what is asked, `list_gross` what the tier says.

    `code_text` is the code that the unit is sold with, "" for none.
    """

    tier: PriceTier
    list_gross: int
    gross: int
    code_text: str


def price(product: Product, at: datetime | None = None, code: Code | None = None) -> PriceTier:
    """The price that holds at a moment (now): of the tiers not over yet, the one that ends first.

    Tiers of the code's audience come before those for everybody. Raises `NotOnSale` when every tier is over.
    """
    tier = running(product.tiers, at or clock.now(), audience_of(product, code))
    if tier is None:
        raise NotOnSale
    return tier


def has_price(product: Product, code: Code | None = None) -> bool:
    """Whether a product has a price now, on sale or not."""
    return running(product.tiers, clock.now(), audience_of(product, code)) is not None


def priced(product: Product, at: datetime | None = None, code: Code | None = None) -> Price:
    """What one unit costs at a moment (now) after the code's reduction, never below 0. Raises `NotOnSale`."""
    tier = price(product, at, code)
    if code is None or not works_for(code, product):
        return Price(tier, tier.gross, tier.gross, "")
    return Price(tier, tier.gross, reduced(tier.gross, code), code.text)


def reduced(gross: int, code: Code) -> int:
    """A price in cents after a code's reduction. A code's own price never makes anything dearer."""
    if code.discount == "percent":
        return money.part(gross, money.WHOLE - code.value)
    if code.discount == "amount":
        return max(0, gross - code.value)
    if code.discount == "price":
        return min(gross, code.value)
    return gross


def running(tiers: Iterable[PriceTier], at: datetime, audience: str = "") -> PriceTier | None:
    """Of these tiers the one that holds at a moment, None when all are over."""
    open_ = [tier for tier in tiers if (tier.until is None or tier.until > at) and tier.audience in ("", audience)]
    return min(
        open_,
        key=lambda tier: (tier.audience == "", tier.until is None, tier.until or at, tier.gross, tier.id),
        default=None,
    )


def audience_of(product: Product, code: Code | None) -> str:
    """The audience whose prices the code lets hold for a product; a member stays one when choosing add-ons."""
    if code is None or not (product.kind == "add_on" or works_for(code, product)):
        return ""
    return code.audience


def works_for(code: Code, product: Product) -> bool:
    """Whether units of the product are sold with the code: those it names, or else all tickets that are not hidden."""
    if code.products:
        return any(named.product_id == product.id for named in code.products)
    return product.kind == "ticket" and not product.hidden and product.event_id == code.event_id


def opens(code: Code | None, product: Product) -> bool:
    """Whether the code lets a hidden product be bought."""
    return code is not None and code.opens_hidden and any(named.product_id == product.id for named in code.products)
