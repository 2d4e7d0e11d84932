"""What is to be taken, unit by unit: what each draws, and which price holds for it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from .. import clock
from . import prices
from .models import Code, PriceTier, Product, ProductPool
from .pools import Draws, identity

Wanted = Sequence[tuple[Product, int]]
"""Products and how many units of each; a product may stand in several lines."""


KNOWN = {"draws", "tiers"}
"""What a product that was read with them knows of its pools and prices."""


class Unit(NamedTuple):
    """One unit to be taken: what it draws, the price tier that holds, and the code it is sold with, if any."""

    product: Product
    draws: Draws
    tier_id: int | None
    code_id: int | None


def units_of(link: sa.Connection, wanted: Wanted, code: Code | None) -> list[Unit]:
    """Every unit with what stands behind its product, asked in one question."""
    now = clock.now()
    products = {identity(product): product for product, _quantity in wanted}
    needs: dict[int, dict[int, int]] = {number: {} for number in products}
    tiers: dict[int, dict[int, Any]] = {number: {} for number in products}
    asked = (
        (_BEHIND_ONE, {"product": next(iter(products))}) if len(products) == 1 else (_BEHIND, {"products": [*products]})
    )
    for row in link.execute(*asked):
        if row.pool_id is not None:
            needs[row.product_id][row.pool_id] = row.quantity
        if row.id is not None:
            tiers[row.product_id][row.id] = row
    units = []
    for product, quantity in wanted:
        number = identity(product)
        audience = prices.audience_of(product, code) if code is not None else ""
        tier = prices.running(tiers[number].values(), now, audience)
        coded = identity(code) if code is not None and prices.works_for(code, product) else None
        units += [Unit(product, needs[number], tier.id if tier else None, coded)] * quantity
    return units


def units_read(wanted: Wanted) -> list[Unit]:
    """The same, without a code, if it was read with the products in this transaction; else nothing."""
    if not all(vars(product).keys() >= KNOWN for product, _quantity in wanted):
        return []
    now, units = clock.now(), []
    for product, quantity in wanted:
        draws = {draw.pool_id: draw.quantity for draw in product.draws}
        tier = prices.running(product.tiers, now)
        units += [Unit(product, draws, tier.id if tier else None, None)] * quantity
    return units


_behind = (
    sa.select(
        Product.__table__.c.id.label("product_id"),
        ProductPool.__table__.c.pool_id,
        ProductPool.__table__.c.quantity,
        PriceTier.__table__.c.id,
        PriceTier.__table__.c.gross,
        PriceTier.__table__.c.until,
        PriceTier.__table__.c.audience,
    )
    .select_from(
        Product.__table__.outerjoin(
            ProductPool.__table__, ProductPool.__table__.c.product_id == Product.__table__.c.id
        ).outerjoin(PriceTier.__table__, PriceTier.__table__.c.product_id == Product.__table__.c.id)
    )
    .order_by(ProductPool.__table__.c.pool_id, PriceTier.__table__.c.id)
)
_BEHIND_ONE = _behind.where(Product.__table__.c.id == sa.bindparam("product"))
_BEHIND = _behind.where(Product.__table__.c.id.in_(sa.bindparam("products", expanding=True)))
