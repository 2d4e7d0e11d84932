"""What can be asked about tickets. What is left of them is answered by `services.left`."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from ..agenda.models import Appointment
from ..db import db, table_of
from ..events.models import Event
from ..rows import Reader, ask
from .models import Pool, PriceTier, Product, ProductAddOn, ProductPart, ProductPool
from .pools import identity


def products_on_show(event: Event) -> Sequence[Product]:
    """The tickets that visitors see, sold out and not yet on sale included, in the organiser's order."""
    return db.session.scalars(
        sa.select(Product)
        .where(Product.event_id == event.id, Product.kind == "ticket", Product.active, sa.not_(Product.hidden))
        .options(sa.orm.selectinload(Product.tiers), sa.orm.selectinload(Product.draws))
        .order_by(Product.position, Product.id)
    ).all()


def know_parts(products: Sequence[Product]) -> None:
    """Let tickets whose price contains parts know them, in one question; none is asked where there are no such."""
    bundled = [product for product in products if product.bundled]
    if not bundled:
        return
    found: dict[int, list[ProductPart]] = {product.id: [] for product in bundled}
    for part in db.session.scalars(
        sa.select(ProductPart).where(ProductPart.product_id.in_([*found])).order_by(ProductPart.id)
    ):
        found[part.product_id].append(part)
    for product in bundled:
        set_committed_value(product, "parts", found[product.id])


def products_of(event: Event) -> Sequence[Product]:
    """Every product of an event, for its organisers."""
    return db.session.scalars(
        sa.select(Product)
        .where(Product.event_id == event.id)
        .options(sa.orm.selectinload(Product.tiers), sa.orm.selectinload(Product.draws))
        .order_by(Product.position, Product.id)
    ).all()


def admits_on(product: Product, day: date) -> bool:
    """Whether a ticket lets people in on a day; one that names no days lets them in on all of them."""
    return not product.days or day.isoformat() in product.days


def product_at(event: Event, public_id: str) -> Product | None:
    """The event's product with this public id, whatever was asked for in an address; with its prices and draws."""
    return (
        product_in(ask(PRODUCT_AT, {"event": identity(event), "public_id": public_id})) if is_ref(public_id) else None
    )


def is_ref(text: str) -> bool:
    """Whether a text may be a public id; PostgreSQL would not even look for a NUL."""
    return text.isascii() and text.isalnum()


def product_in(rows: Iterable[Any]) -> Product | None:
    """The product of which `PRODUCT_AT` told, with its prices and draws; None if it told of none."""
    found: dict[int, Product] = {}
    tiers: dict[int, PriceTier] = {}
    draws: dict[int, ProductPool] = {}
    for row in rows:
        PRODUCTS.once(found, row)
        TIERS.once(tiers, row, _TIER_AT)
        _DRAWS.once(draws, row, _DRAW_AT)
    for product in found.values():
        set_committed_value(product, "tiers", list(tiers.values()))
        set_committed_value(product, "draws", list(draws.values()))
        return product
    return None


PRODUCTS = Reader(Product, without=(Product.description, Product.features))
TIERS, _DRAWS = Reader(PriceTier), Reader(ProductPool)
_TIER_AT = len(PRODUCTS.columns)
_DRAW_AT = _TIER_AT + len(TIERS.columns)
PRODUCT_AT = (
    sa.select(*PRODUCTS.columns, *TIERS.columns, *_DRAWS.columns)
    .select_from(
        table_of(Product)
        .outerjoin(table_of(PriceTier), PriceTier.product_id == Product.id)
        .outerjoin(table_of(ProductPool), ProductPool.product_id == Product.id)
    )
    .where(Product.event_id == sa.bindparam("event"), Product.public_id == sa.bindparam("public_id"))
    .order_by(PriceTier.until, PriceTier.id, ProductPool.pool_id)
)


def pools_of(event: Event) -> Sequence[Pool]:
    """The event's pools, in the order in which they were made."""
    return db.session.scalars(sa.select(Pool).where(Pool.event_id == event.id).order_by(Pool.id)).all()


def add_ons_for(product: Product) -> list[Product]:
    """The add-ons that are offered with a ticket and shown to visitors, in the organiser's order.

    What takes place at a time that was called off is not among them.
    """
    with_some = sa.select(ProductAddOn.add_on_id).where(ProductAddOn.event_id == product.event_id)
    with_this = sa.select(ProductAddOn.add_on_id).where(ProductAddOn.product_id == product.id)
    return _add_ons(
        Product.event_id == product.event_id,
        sa.not_(Product.hidden),
        sa.or_(Product.id.in_(with_this), Product.id.not_in(with_some)),
        sa.or_(Product.appointment_id.is_(None), Product.appointment.has(Appointment.state == "live")),
    )


def _add_ons(*conditions: sa.ColumnElement[bool]) -> list[Product]:
    return list(
        db.session.scalars(
            sa.select(Product)
            .where(Product.kind == "add_on", Product.active, *conditions)
            .options(
                sa.orm.selectinload(Product.tiers),
                sa.orm.selectinload(Product.draws),
                sa.orm.joinedload(Product.appointment),
            )
            .order_by(Product.position, Product.id)
        )
    )
