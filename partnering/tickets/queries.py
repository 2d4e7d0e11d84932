"""What can be asked about tickets. What is left of them is answered by `services.left`."""

from collections.abc import Sequence

import sqlalchemy as sa

from ..db import db
from ..events.models import Event
from .models import Pool, Product


def products_on_show(event: Event) -> Sequence[Product]:
    """The tickets that visitors see, sold out and not yet on sale included, in the organiser's order."""
    return db.session.scalars(
        sa.select(Product)
        .where(Product.event_id == event.id, Product.kind == "ticket", Product.active, sa.not_(Product.hidden))
        .options(sa.orm.selectinload(Product.tiers), sa.orm.selectinload(Product.draws))
        .order_by(Product.position, Product.id)
    ).all()


def products_of(event: Event) -> Sequence[Product]:
    """Every product of an event, for its organisers."""
    return db.session.scalars(
        sa.select(Product)
        .where(Product.event_id == event.id)
        .options(sa.orm.selectinload(Product.tiers), sa.orm.selectinload(Product.draws))
        .order_by(Product.position, Product.id)
    ).all()


def product_at(event: Event, public_id: str) -> Product | None:
    """The event's product with this public id."""
    return db.session.scalars(
        sa.select(Product).where(Product.event_id == event.id, Product.public_id == public_id)
    ).one_or_none()


def pools_of(event: Event) -> Sequence[Pool]:
    """The event's pools, in the order in which they were made."""
    return db.session.scalars(sa.select(Pool).where(Pool.event_id == event.id).order_by(Pool.id)).all()
