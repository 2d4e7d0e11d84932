"""What the desk can do that no room below offers: pools and ticket types, corrections to people, new codes."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from .. import audit, clock
from ..db import BilingualText, db
from ..errors import DomainError, Stale
from ..events.models import Event, Participant
from ..events.services import rename
from ..i18n import _l
from ..registration import codes
from ..registration.models import Registration, TicketCode
from ..registration.queries import live_registration
from ..tickets.models import Claim, Pool, PriceTier, Product, ProductPool
from ..tickets.services import set_capacity
from . import mails


class NoTicket(DomainError):
    """The person holds no ticket, or no longer."""

    message = _l("This person holds no ticket.")


# -- pools


def create_pool(event: Event, name: BilingualText, capacity: int) -> Pool:
    """A new pool of `capacity` places."""
    pool = Pool(event_id=event.id, name=name, capacity=capacity)
    db.session.add(pool)
    db.session.flush()
    audit.record("pool.created", pool, event=event, after={"name": name, "capacity": capacity})
    return pool


def edit_pool(event: Event, pool: Pool, name: BilingualText, capacity: int, version: int | None) -> int:
    """Rename a pool and set how many places it holds; returns by how many it is now overbooked.

    Lowering it under what is used removes nobody. Raises `Stale` when the pool is no longer at `version`.
    """
    if pool.version != version:
        raise Stale
    before = {"name": pool.name, "capacity": pool.capacity}
    after = {"name": name, "capacity": capacity}
    if before == after:
        return pool.over
    pool.name = name
    db.session.flush()
    if before["capacity"] != capacity:
        set_capacity(pool, capacity)
    audit.record("pool.changed", pool, event=event, before=before, after=after)
    return pool.over


# -- ticket types


def create_product(event: Event, values: Mapping[str, Any], tiers: "Prices", draws: Mapping[int, int]) -> Product:
    """A new ticket type: columns, prices, and how many places one ticket takes from each pool, by its id."""
    product = Product(event_id=event.id, **values)
    db.session.add(product)
    db.session.flush()
    _price(product, tiers)
    _draw(product, draws)
    audit.record("product.created", product, event=event, after={**values, **tiers.told()})
    return product


def edit_product(
    event: Event,
    product: Product,
    values: Mapping[str, Any],
    tiers: "Prices",
    draws: Mapping[int, int],
    version: int | None,
) -> bool:
    """Change a ticket type; what was sold keeps its price and places. Returns whether anything changed.

    Raises `Stale` when it is no longer at `version`.
    """
    if product.version != version:
        raise Stale
    before = {name: getattr(product, name) for name, value in values.items() if getattr(product, name) != value}
    after = {name: values[name] for name in before}
    held = Prices.of(product).told()
    if held != tiers.told():
        before, after = before | held, after | tiers.told()
        _price(product, tiers)
    drawn = {draw.pool_id: draw.quantity for draw in product.draws}
    if drawn != dict(draws):
        before["draws"], after["draws"] = {str(k): v for k, v in drawn.items()}, {str(k): v for k, v in draws.items()}
        _draw(product, draws)
    if not after:
        return False
    for name, value in values.items():
        setattr(product, name, value)
    sa.orm.attributes.flag_modified(product, "name")  # prices and draws alone raise the version too
    db.session.flush()
    audit.record("product.changed", product, event=event, before=before, after=after)
    return True


class Prices:
    """The two prices that the desk sets, in cents: the early one until an instant, and the one for good."""

    def __init__(self, gross: int, early: int | None = None, until: datetime | None = None) -> None:
        self.gross, self.early, self.until = gross, early, until if early is not None else None

    @classmethod
    def of(cls, product: Product) -> "Prices":
        """The prices of a ticket type as they are; of several early ones the one that ends first after now."""
        final, early = lasting_tier(product), early_tier(product)
        return cls(final.gross if final else 0, early.gross if early else None, early.until if early else None)

    def told(self) -> dict[str, Any]:
        """As the log remembers them."""
        return {"gross": self.gross, "early": self.early, "until": self.until}


def lasting_tier(product: Product) -> PriceTier | None:
    """The price without an end, else the one that ends last."""
    return next(
        (tier for tier in product.tiers if tier.until is None),
        max(product.tiers, key=lambda tier: tier.until or clock.now(), default=None),
    )


def early_tier(product: Product) -> PriceTier | None:
    """The price before the lasting one: the next to end, else the last that ended."""
    lasting = lasting_tier(product)
    early = sorted((t for t in product.tiers if t.until is not None and t is not lasting), key=_until)
    running = [tier for tier in early if _until(tier) > clock.now()]
    return next(iter(running or early[-1:]), None)


def _until(tier: PriceTier) -> datetime:
    assert tier.until is not None  # asked of early prices only
    return tier.until


def _price(product: Product, prices: Prices) -> None:
    lasting, early = lasting_tier(product), early_tier(product)
    if lasting is None:
        db.session.add(PriceTier(event_id=product.event_id, product_id=product.id, gross=prices.gross, until=None))
    else:
        lasting.gross = prices.gross
    if prices.early is not None and early is None:
        db.session.add(
            PriceTier(event_id=product.event_id, product_id=product.id, gross=prices.early, until=prices.until)
        )
    elif prices.early is not None and early is not None:
        early.gross, early.until = prices.early, prices.until
    elif early is not None:
        _end(early)
    db.session.flush()
    db.session.expire(product, ["tiers"])


def _end(tier: PriceTier) -> None:
    """Take a price away; one that was sold stays on record and ends now."""
    if db.session.scalar(sa.select(sa.exists().where(Claim.tier_id == tier.id))):
        tier.until = min(_until(tier), clock.now())
    else:
        db.session.delete(tier)


def _draw(product: Product, draws: Mapping[int, int]) -> None:
    for draw in list(product.draws):
        if draws.get(draw.pool_id):
            draw.quantity = draws[draw.pool_id]
        else:
            db.session.delete(draw)
    known = {draw.pool_id for draw in product.draws}
    db.session.add_all(
        ProductPool(event_id=product.event_id, product_id=product.id, pool_id=pool_id, quantity=quantity)
        for pool_id, quantity in draws.items()
        if quantity and pool_id not in known
    )
    db.session.flush()
    db.session.expire(product, ["draws"])


# -- people

PRINTED = ("title", "given_name", "family_name", "function", "company")


def state_of(participant: Participant) -> str:
    """A word that changes whenever what is printed of a participant does; forms carry it to notice stale edits."""
    text = "\n".join(getattr(participant, name) for name in PRINTED)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def correct(event: Event, participant: Participant, values: Mapping[str, str], version: str | None) -> bool:
    """Correct what is printed of somebody; returns whether anything changed.

    Raises `Stale` when it is no longer as it was shown (`version`).
    """
    if state_of(participant) != version:
        raise Stale
    before = {name: getattr(participant, name) for name in PRINTED}
    rename(participant, **{name: values[name] for name in PRINTED})
    after = {name: getattr(participant, name) for name in PRINTED}
    if before == after:
        return False
    held = live_registration(participant)
    if held is not None:
        held.badge_name = participant.name
    db.session.flush()
    audit.record("participant.corrected", participant, event=event, before=before, after=after)
    return True


def renew_code(event: Event, registration: Registration | None) -> TicketCode:
    """Make the old ticket code and link worthless, issue new ones, and send them. Raises `NoTicket`."""
    held = _held(registration)
    codes.revoke(held)
    held.generation += 1
    code = codes.issue(held)
    audit.record("registration.code_renewed", held, event=event)
    mails.ticket_renewed(held, code)
    return code


def send_again(event: Event, registration: Registration | None) -> bool:
    """Send the ticket once more; False if that was done within this minute. Raises `NoTicket`."""
    held = _held(registration)
    if not mails.ticket_again(held):
        return False
    audit.record("registration.sent_again", held, event=event)
    return True


def _held(registration: Registration | None) -> Registration:
    if registration is None or registration.state != "live":
        raise NoTicket
    return registration


def pools_by_ref(pools: Sequence[Pool]) -> dict[str, int]:
    """Ids of pools by their public ids."""
    return {pool.public_id: pool.id for pool in pools}
