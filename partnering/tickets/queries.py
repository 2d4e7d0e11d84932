"""What can be asked about tickets. What is left of them is answered by `services.left`."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from ..agenda.models import Appointment
from ..db import db
from ..events.models import Event
from .models import Pool, Product, ProductAddOn, ProductPart
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
    """The event's product with this public id, whatever was asked for in an address; with its prices.

    Within a new transaction the event is read anew in the same question, unless it has been already.
    """
    if not (public_id.isascii() and public_id.isalnum()):
        return None  # PostgreSQL would not even look for a NUL
    statement = _PRODUCT_WITH_EVENT if sa.inspect(event).expired_attributes else _PRODUCT_AT
    rows = db.session.execute(statement, {"event": identity(event), "public_id": public_id})
    found = rows.unique().one_or_none()
    return found.Product if found is not None else None


_PRODUCT_AT = (
    sa.select(Product)
    .where(Product.event_id == sa.bindparam("event"), Product.public_id == sa.bindparam("public_id"))
    .options(sa.orm.joinedload(Product.tiers))
)
_PRODUCT_WITH_EVENT = _PRODUCT_AT.add_columns(Event).join(Event, Event.id == Product.event_id)


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
