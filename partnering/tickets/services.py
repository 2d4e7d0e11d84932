"""What can happen to capacity: held, confirmed, given back. The pools' CHECK is the referee behind these functions.

Lock order: pools by id, then whatever the caller touches. Claims that ran out are only taken over when nobody else
holds their rows, so nobody waits for a claim while holding a pool.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from .. import audit, clock
from ..db import db
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l
from .models import Claim, ClaimDraw, Pool, PriceTier, Product, ProductPool

UNLIMITED = 1_000_000
"""What is left of a product that draws on no pool."""

Wanted = Sequence[tuple[Product, int]]
"""Products and how many units of each; a product may stand in several lines."""

Draws = Mapping[int, int]
"""How much is taken from each pool, by its id."""


class SoldOut(DomainError):
    """Not enough places are left, expired holds given back included. `product` is the first that did not fit."""

    message = _l("Sold out: there are not enough places left. Somebody else was faster.")
    product: Product | None = None


class HoldExpired(DomainError):
    """The hold is over and its places are with somebody else."""

    message = _l("The time for which we held your places is over, and they have been taken. Please choose again.")


class NotOnSale(DomainError):
    """The product cannot be bought now."""

    message = _l("This ticket is not on sale at the moment.")


class LimitPerOrder(DomainError):
    """More units than one order may hold, over all its lines. `most` says how many may."""

    message = _l("That is more than one order may hold.")
    most = 0


# -- what is left, and what it costs


def price(product: Product, at: datetime | None = None) -> PriceTier:
    """The price that holds at a moment (now): of the tiers not over yet, the one that ends first.

    Raises `NotOnSale` when every tier is over.
    """
    at = at or clock.now()
    running = [tier for tier in product.tiers if tier.until is None or tier.until > at]
    if not running:
        raise NotOnSale
    return min(running, key=lambda tier: (tier.until is None, tier.until or at, tier.gross, tier.id))


def left(product: Product) -> int:
    """How many units of a product can still be claimed: never less than 0. Sale, offer and import all ask this."""
    return lefts([product])[product.id]


def lefts(products: Iterable[Product]) -> dict[int, int]:
    """The same for several products in one question, by id. Holds that have run out count as free."""
    ids = [product.id for product in products]
    expired = (
        sa.select(ClaimDraw.pool_id, sa.func.sum(ClaimDraw.quantity).label("quantity"))
        .join(Claim, Claim.id == ClaimDraw.claim_id)
        .where(Claim.state == "held", Claim.until < clock.now())
        .group_by(ClaimDraw.pool_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(
            ProductPool.product_id,
            ProductPool.quantity,
            Pool.capacity + Pool.over - Pool.used + sa.func.coalesce(expired.c.quantity, 0),
        )
        .join(Pool, Pool.id == ProductPool.pool_id)
        .outerjoin(expired, expired.c.pool_id == Pool.id)
        .where(ProductPool.product_id.in_(ids))
    )
    answer = dict.fromkeys(ids, UNLIMITED)
    for product_id, quantity, free in rows:
        answer[product_id] = min(answer[product_id], max(0, int(free)) // quantity)
    return answer


def is_on_sale(product: Product, at: datetime | None = None) -> bool:
    """Whether visitors may buy a product at a moment (now), places left or not."""
    at = at or clock.now()
    return (
        product.active
        and not product.hidden
        and (product.on_sale_from is None or product.on_sale_from <= at)
        and (product.on_sale_until is None or at < product.on_sale_until)
        and any(tier.until is None or tier.until > at for tier in product.tiers)
    )


def check_order(event: Event, wanted: Wanted) -> None:
    """Refuse what visitors may not order now: sale windows, and limits summed over repeated lines.

    Raises `NotOnSale` or `LimitPerOrder`.
    """
    units: Counter[int] = Counter()
    for product, quantity in wanted:
        if product.event_id != event.id or event.state != "published" or not is_on_sale(product):
            raise NotOnSale
        units[product.id] += quantity
        if quantity < 1 or units[product.id] > product.most_per_order:
            raise LimitPerOrder(most=product.most_per_order)


# -- claims


def hold(event: Event, wanted: Wanted, until: datetime) -> list[Claim]:
    """Take places for everything in `wanted` until a moment: one claim for each unit, all or nothing.

    Raises `SoldOut`; then nothing was taken, and holds that had run out have been given back.
    """
    units = [product for product, quantity in wanted for _unit in range(quantity)]
    needs = [_needs(product) for product in units]
    _take(needs, units)
    now = clock.now()
    claims = []
    for product, need in zip(units, needs, strict=True):
        running = [tier for tier in product.tiers if tier.until is None or tier.until > now]
        claim = Claim(
            event_id=event.id,
            product_id=product.id,
            tier_id=price(product, now).id if running else None,
            state="held",
            until=until,
            created_at=now,
            changed_at=now,
        )
        db.session.add(claim)
        claims.append((claim, need))
    db.session.flush()
    db.session.add_all(
        ClaimDraw(event_id=event.id, claim_id=claim.id, pool_id=pool_id, quantity=quantity)
        for claim, need in claims
        for pool_id, quantity in need.items()
    )
    db.session.flush()
    return [claim for claim, _need in claims]


def confirm(claims: Iterable[Claim]) -> None:
    """Make holds final. A hold that has run out and was given back is taken anew if there is room.

    Raises `HoldExpired` when there is none; then nothing has changed.
    """
    _keep(claims, "confirmed", None)


def extend(claims: Iterable[Claim], until: datetime) -> None:
    """Hold places until a later moment; what has run out is taken anew if there is room. Raises `HoldExpired`."""
    _keep(claims, "held", until)


def release(claims: Iterable[Claim]) -> None:
    """Give held places back; claims that are not held stay as they are."""
    _end(claims, "held", "released")


def cancel(claims: Iterable[Claim]) -> None:
    """Give confirmed places back; claims that are not confirmed stay as they are."""
    _end(claims, "confirmed", "cancelled")


def set_capacity(pool: Pool, capacity: int) -> None:
    """Give a pool another capacity. Lowering it under what is used removes nobody: `over` carries the rest."""
    before = {"capacity": pool.capacity, "over": pool.over}
    row = db.session.execute(
        sa.update(Pool)
        .where(Pool.id == pool.id)
        .values(
            capacity=capacity,
            over=sa.case((Pool.used > capacity, Pool.used - capacity), else_=0),
            version=Pool.version + 1,
        )
        .returning(Pool.over)
        .execution_options(synchronize_session=False)
    ).one()
    db.session.expire(pool)
    audit.record("pool.capacity_set", pool, before=before, after={"capacity": capacity, "over": row.over})


def _needs(product: Product) -> Draws:
    return {draw.pool_id: draw.quantity for draw in product.draws}


def _sum(needs: Iterable[Draws]) -> dict[int, int]:
    total: Counter[int] = Counter()
    for need in needs:
        total.update(need)
    return dict(sorted(total.items()))


def _take(needs: Sequence[Draws], units: Sequence[Product]) -> None:
    """Draw all `needs`, or give back what ran out and try once more. Raises `SoldOut`.

    The first try stands in a savepoint: rolling it back frees the pools' locks, so that the second can take them
    all in order, those of expired claims included.
    """
    total = _sum(needs)
    db.session.flush()
    connection = db.session.connection()
    savepoint = connection.begin_nested()
    refused = _draw(total)
    if refused is None:
        savepoint.commit()
        return
    savepoint.rollback()
    if _expire(total):
        savepoint = connection.begin_nested()
        refused = _draw(total)
        if refused is None:
            savepoint.commit()
            return
        savepoint.rollback()
    raise SoldOut(product=next(unit for unit, need in zip(units, needs, strict=True) if refused in need))


def _draw(total: Draws) -> int | None:
    """Count `total` as used, pool by pool in order of id. Returns the first pool that refused, or None."""
    for pool_id, quantity in total.items():
        statement = (
            sa.update(Pool)
            .where(Pool.id == pool_id, Pool.used + quantity <= Pool.capacity + Pool.over)
            .values(used=Pool.used + quantity)
            .returning(Pool.id)
            .execution_options(synchronize_session=False)
        )
        if db.session.execute(statement).scalar_one_or_none() is None:
            return pool_id
    _forget_pools(total)
    return None


def _expire(total: Draws) -> bool:
    """Give back the holds on these pools that have run out; whether there were any."""
    ids = db.session.scalars(
        sa.select(Claim.id)
        .where(
            Claim.state == "held",
            Claim.until < clock.now(),
            Claim.id.in_(sa.select(ClaimDraw.claim_id).where(ClaimDraw.pool_id.in_(total))),
        )
        .order_by(Claim.id)
        .with_for_update(skip_locked=True)
    ).all()
    if not ids:
        return False
    pools = db.session.scalars(sa.select(ClaimDraw.pool_id).where(ClaimDraw.claim_id.in_(ids)).distinct()).all()
    _lock({*pools, *total})
    _change(ids, "held", "expired")
    return True


def _lock(pool_ids: Iterable[int]) -> None:
    db.session.execute(sa.select(Pool.id).where(Pool.id.in_(list(pool_ids))).order_by(Pool.id).with_for_update())


def _keep(claims: Iterable[Claim], state: str, until: datetime | None) -> None:
    claims = sorted(claims, key=lambda claim: claim.id)
    ids = [claim.id for claim in claims]
    states = {
        row.id: row.state
        for row in db.session.execute(
            sa.select(Claim.id, Claim.state).where(Claim.id.in_(ids)).order_by(Claim.id).with_for_update()
        )
    }
    lost = [claim for claim in claims if states[claim.id] == "expired"]
    if any(states[claim.id] not in ("held", "expired") for claim in claims):
        raise HoldExpired
    if lost:
        try:
            _take([{draw.pool_id: draw.quantity for draw in claim.draws} for claim in lost], [c.product for c in lost])
        except SoldOut as error:
            raise HoldExpired from error
    db.session.execute(
        sa.update(Claim)
        .where(Claim.id.in_(ids))
        .values(state=state, until=until, changed_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    for claim in claims:
        db.session.expire(claim)


def _end(claims: Iterable[Claim], before: str, after: str) -> None:
    claims = list(claims)
    db.session.flush()
    _change([claim.id for claim in claims], before, after)
    for claim in claims:
        db.session.expire(claim)


def _change(ids: Sequence[int], before: str, after: str) -> None:
    """Move claims from a state that counts to one that does not, and give back what they took."""
    changed = db.session.scalars(
        sa.update(Claim)
        .where(Claim.id.in_(ids), Claim.state == before)
        .values(state=after, changed_at=clock.now())
        .returning(Claim.id)
        .execution_options(synchronize_session=False)
    ).all()
    total = db.session.execute(
        sa.select(ClaimDraw.pool_id, sa.func.sum(ClaimDraw.quantity))
        .where(ClaimDraw.claim_id.in_(changed))
        .group_by(ClaimDraw.pool_id)
        .order_by(ClaimDraw.pool_id)
    ).all()
    for pool_id, summed in total:
        quantity = int(summed)
        rest = Pool.used - quantity - Pool.capacity
        db.session.execute(
            sa.update(Pool)
            .where(Pool.id == pool_id)
            .values(
                used=Pool.used - quantity,
                over=sa.case((rest <= 0, 0), (rest < Pool.over, rest), else_=Pool.over),
            )
            .execution_options(synchronize_session=False)
        )
    _forget_pools(dict.fromkeys(pool_id for pool_id, _quantity in total))


def _forget_pools(pool_ids: Iterable[int]) -> None:
    """Pools that the session has read are read anew: their numbers changed behind it."""
    wanted = set(pool_ids)
    for thing in db.session.identity_map.values():
        if isinstance(thing, Pool) and wanted & set(sa.inspect(thing).identity or ()):
            db.session.expire(thing)
