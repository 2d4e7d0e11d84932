"""What can be bought now: what is left, what is on sale, and what one order may hold."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from .. import clock
from ..db import db
from ..events.models import Event
from . import codes, prices
from .claims import ENDING
from .errors import CodeInvalid, LimitPerOrder, NotOnSale
from .models import Claim, ClaimDraw, Code, Pool, Product, ProductPool
from .pools import identity
from .units import Wanted

UNLIMITED = 1_000_000
"""What is left of a product that draws on no pool."""


def left(product: Product, code: Code | None = None) -> int:
    """How many units of a product can still be claimed: never less than 0. Sale, offer and import all ask this.

    For whoever has a voucher, the places kept for it are left as well.
    """
    return lefts([product], code)[identity(product)]


def lefts(products: Iterable[Product], code: Code | None = None) -> dict[int, int]:
    """The same for several products in one go, by id. Holds that have run out count as free."""
    ids = [identity(product) for product in products]
    draws = db.session.execute(
        sa.select(ProductPool.product_id, ProductPool.pool_id, ProductPool.quantity)
        .where(ProductPool.product_id.in_(ids))
        .order_by(ProductPool.id)
    ).all()
    free = _free({pool_id for _product_id, pool_id, _quantity in draws}, code)
    answer = dict.fromkeys(ids, UNLIMITED)
    for product_id, pool_id, quantity in draws:
        answer[product_id] = min(answer[product_id], free[pool_id] // quantity)
    return answer


def free_pools(pools: Iterable[Pool]) -> dict[int, int]:
    """How many places are free in each pool, by id, holds that have run out counted as free."""
    return _free({identity(pool) for pool in pools}, None)


def _free(pool_ids: set[int], code: Code | None) -> dict[int, int]:
    """What can be drawn from each pool, never less than 0."""
    if not pool_ids:
        return {}
    back, own = _coming_back(pool_ids, code)
    rows = db.session.execute(
        sa.select(Pool.id, Pool.capacity, Pool.over, Pool.used).where(Pool.id.in_(pool_ids)).order_by(Pool.id)
    )
    free = {}
    for number, capacity, over, used in rows:
        used -= back[number]
        beyond = min(over, max(0, used - capacity)) if back[number] else over
        free[number] = max(0, capacity + beyond - used) + own[number]
    return free


def _coming_back(pool_ids: set[int], code: Code | None) -> tuple[Mapping[int, int], Mapping[int, int]]:
    """What claims that ran out would give back to each pool, and what of each is kept for the code alone."""
    now = clock.now()
    ran_out = sa.and_(Claim.state.in_(ENDING), Claim.until < now)
    kept: sa.ColumnElement[bool] = sa.false()
    if code is not None and code.kind == "voucher":
        kept = sa.and_(Claim.code_id == identity(code), Claim.state == "blocked")
    rows = db.session.execute(
        sa.select(
            Claim.id,
            ClaimDraw.pool_id,
            ClaimDraw.quantity,
            Claim.state,
            Code.id,
            Code.uses,
            Code.blocked,
            sa.and_(Code.active, sa.or_(Code.valid_until.is_(None), Code.valid_until > now)),
        )
        .join(Claim, Claim.id == ClaimDraw.claim_id)
        .outerjoin(Code, sa.and_(Code.id == Claim.code_id, Code.kind == "voucher"))
        .where(
            Claim.event_id == sa.select(Pool.event_id).where(Pool.id == min(pool_ids)).scalar_subquery(),
            ClaimDraw.pool_id.in_(pool_ids),
            sa.or_(ran_out, kept),
        )
        .order_by(Claim.id)
    ).all()
    back, own = Counter[int](), Counter[int]()
    ending: dict[int, dict[int, int]] = {}
    for claim_id, pool_id, quantity, state, voucher_id, uses, blocked, valid in rows:
        if state == "blocked":
            own[pool_id] += quantity
            continue
        if voucher_id is not None:
            # of what ran out of a voucher, it keeps the first again, as `vouchers.unuse` has it
            nth = ending.setdefault(voucher_id, {}).setdefault(claim_id, len(ending[voucher_id]))
            if valid and nth < _kept_again(uses, blocked, rows, voucher_id):
                if code is not None and voucher_id == identity(code):
                    own[pool_id] += quantity
                continue
        back[pool_id] += quantity
    return back, own


def _kept_again(uses: int, blocked: int, rows: Iterable[sa.Row], voucher_id: int) -> int:
    ended = len({row[0] for row in rows if row[4] == voucher_id and row[3] != "blocked"})
    return max(0, blocked - uses + ended) - max(0, blocked - uses)


def is_on_sale(product: Product, at: datetime | None = None, code: Code | None = None) -> bool:
    """Whether visitors may buy a product at a moment (now), places left or not; a hidden one by its code alone."""
    at = at or clock.now()
    return (
        product.active
        and not is_called_off(product)
        and (not product.hidden or prices.opens(code, product))
        and (product.on_sale_from is None or product.on_sale_from <= at)
        and (product.on_sale_until is None or at < product.on_sale_until)
        and prices.running(product.tiers, at, prices.audience_of(product, code)) is not None
    )


def is_called_off(product: Product) -> bool:
    """Whether what the product lets people attend has a time that was called off."""
    return product.appointment is not None and product.appointment.state != "live"


def check_order(event: Event, wanted: Wanted, code: Code | None = None) -> None:
    """Refuse what visitors may not order now: sale windows, limits summed over repeated lines, codes, add-ons.

    Raises `NotOnSale`, `LimitPerOrder` or `CodeInvalid`. Uses of the code are counted by `hold`.
    """
    if code is not None:
        codes.check_time(code)
        if not any(prices.works_for(code, product) for product, _quantity in wanted if product.kind == "ticket"):
            raise CodeInvalid("product")
    units: Counter[int] = Counter()
    for product, quantity in wanted:
        if product.event_id != event.id or event.state != "published" or not is_on_sale(product, code=code):
            raise NotOnSale
        units[product.id] += quantity
        if quantity < 1 or units[product.id] > product.most_per_order:
            raise LimitPerOrder(fewest=product.fewest_per_order, most=product.most_per_order)
    tickets = {product.id for product, _quantity in wanted if product.kind == "ticket"}
    for product, _quantity in wanted:
        if units[product.id] < product.fewest_per_order:
            raise LimitPerOrder(fewest=product.fewest_per_order, most=product.most_per_order)
        together = {row.product_id for row in product.offered_with} if tickets and product.kind == "add_on" else set()
        if together and not tickets & together:
            raise NotOnSale
