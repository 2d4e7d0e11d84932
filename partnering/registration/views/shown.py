"""What the pages of registering show, worked out before the templates see it."""

from dataclasses import dataclass
from datetime import datetime

from ... import clock
from ...events.models import Event
from ...i18n import bi
from ...tickets import services as tickets
from ...tickets.models import PriceTier, Product
from .. import queries, services
from ..models import Item, Party

FEW = 10
"""From how many places left on the card says so."""


@dataclass(frozen=True)
class Option:
    """A ticket as its card shows it: the price of today, the one that follows, what is left."""

    product: Product
    price: PriceTier | None
    later: PriceTier | None
    left: int
    on_sale: bool
    features: list[str]

    @property
    def choosable(self) -> bool:
        """Whether it can be chosen now."""
        return self.on_sale and self.left > 0 and self.price is not None

    @property
    def is_few(self) -> bool:
        """Whether the card says how many are left."""
        return self.choosable and self.left <= FEW

    @property
    def not_yet(self) -> datetime | None:
        """When its sale begins, if that is still to come."""
        begins = self.product.on_sale_from
        return begins if begins is not None and begins > clock.now() else None


def option_of(product: Product, left: int, event: Event) -> Option:
    """The card of a ticket."""
    on_sale = tickets.is_on_sale(product) and event.state == "published"
    price = later = None
    if on_sale:
        price = tickets.price(product)
        later = tickets.price(product, price.until) if price.until and _tier_after(product, price.until) else None
    elif product.tiers:
        price = product.tiers[0]
    features = [line.strip() for line in bi(product.features).splitlines() if line.strip()]
    return Option(product, price, later, left, on_sale, features)


def _tier_after(product: Product, moment: datetime) -> bool:
    return any(tier.until is None or tier.until > moment for tier in product.tiers)


@dataclass(frozen=True)
class Order:
    """What a party is about to owe: lines, sums in cents, and until when its places are held."""

    lines: list[tuple[Item, int, int]]
    gross: int
    vat: int
    vat_rates: list[int]
    currency: str
    until: datetime | None
    minutes: int
    extensions: int

    @property
    def has_run_out(self) -> bool:
        """Whether the places are no longer held for certain."""
        return self.until is None or self.until <= clock.now()


def order_of(party: Party) -> Order:
    """The order of a party under way or placed, equal lines counted together."""
    items = [item for item in queries.items_of(party) if item.cancelled_at is None]
    grouped: dict[tuple[object, ...], list[Item]] = {}
    for item in items:
        grouped.setdefault((item.name, item.tier_name, item.gross), []).append(item)
    held = [item.claim for item in items if item.claim is not None and item.claim.state == "held"]
    ends = [claim.until for claim in held if claim.until is not None]
    until = min(ends) if len(ends) == len(items) and ends else None
    seconds = (until - clock.now()).total_seconds() if until else 0
    return Order(
        lines=[(group[0], len(group), sum(item.gross for item in group)) for group in grouped.values()],
        gross=sum(item.gross for item in items),
        vat=sum(item.vat for item in items),
        vat_rates=sorted({item.vat_rate for item in items}),
        currency=items[0].currency if items else "EUR",
        until=until,
        minutes=max(0, -int(-seconds // 60)),
        extensions=services.EXTENSIONS - party.extensions,
    )
