"""Places to book in a session: an add-on with a pool of its own, sold as soon as the session is public."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from .. import audit
from ..db import db
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l
from ..tickets import services as tickets
from ..tickets.models import Pool, PriceTier, Product, ProductPool
from .models import ProgrammeSession


class OfferedAlready(DomainError):
    """Places in this session can be booked already."""

    message = _l("Places in this session can be booked already.")


class NotOffered(DomainError):
    """No places in this session can be booked, or they draw on pools that other products share."""

    message = _l("The places of this session are set among the add-ons.")


@dataclass(frozen=True)
class Offer:
    """What can be booked of a session. `pool` is None where its capacity is not its own alone."""

    product: Product
    pool: Pool | None

    @property
    def sold(self) -> bool:
        """Whether places can be booked now, as far as the session goes."""
        return self.product.active and self.product.appointment_id is not None


def of(session: ProgrammeSession) -> Offer | None:
    """What can be booked of a session, made here or among the add-ons."""
    same_time = sa.and_(
        Product.appointment_id.is_not(None),
        Product.appointment_id == session.appointment_id,
        Product.kind == "add_on",
    )
    product = db.session.scalars(
        sa.select(Product)
        .where(Product.event_id == session.event_id, sa.or_(Product.id == session.product_id, same_time))
        .order_by(sa.case((Product.id == session.product_id, 0), else_=1), Product.id)
        .limit(1)
    ).one_or_none()
    return Offer(product, _own_pool(product)) if product is not None else None


def _own_pool(product: Product) -> Pool | None:
    """The pool on which this product alone draws, one place a time."""
    draws = db.session.execute(
        sa.select(ProductPool.pool_id, ProductPool.quantity).where(ProductPool.product_id == product.id)
    ).all()
    if len(draws) != 1 or draws[0].quantity != 1:
        return None
    pool_id = draws[0].pool_id
    users = db.session.scalar(sa.select(sa.func.count()).where(ProductPool.pool_id == pool_id))
    return db.session.get_one(Pool, pool_id) if users == 1 else None


def offer(session: ProgrammeSession, seats: int, *, gross: int = 0) -> Product:
    """Let people book this many places, for so many cents each; on sale as soon as the session is public.

    Places whose sale was ended are offered again, with these seats and their price of before. Raises `OfferedAlready`.
    """
    event, known = _event(session), of(session)
    if known is not None:
        if known.product.active:
            raise OfferedAlready
        change(session, seats)
        known.product.active = session.appointment_id is not None
        db.session.flush()
        return known.product
    last = db.session.scalar(
        sa.select(sa.func.max(Product.position)).where(Product.event_id == event.id, Product.kind == "add_on")
    )
    product = Product(
        event_id=event.id,
        kind="add_on",
        name=session.title,
        position=0 if last is None else last + 1,
        partnering=False,
        active=session.appointment_id is not None,
        appointment_id=session.appointment_id,
    )
    pool = Pool(event_id=event.id, name=session.title, capacity=seats)
    db.session.add_all([product, pool])
    db.session.flush()
    db.session.add_all(
        [
            PriceTier(event_id=event.id, product_id=product.id, gross=gross),
            ProductPool(event_id=event.id, product_id=product.id, pool_id=pool.id),
        ]
    )
    session.product_id = product.id
    db.session.flush()
    audit.record("programme.places_offered", session, event=event, after={"seats": seats, "gross": gross})
    return product


def change(session: ProgrammeSession, seats: int) -> bool:
    """Let there be this many places; whoever has booked keeps theirs, even where that are more. Raises `NotOffered`."""
    known = of(session)
    if known is None or known.pool is None:
        raise NotOffered
    if known.pool.capacity == seats:
        return False
    before = known.pool.capacity
    tickets.set_capacity(known.pool, seats)
    audit.record(
        "programme.places_changed",
        session,
        event=_event(session),
        before={"seats": before},
        after={"seats": seats},
    )
    return True


def end(session: ProgrammeSession) -> bool:
    """Sell no more places; what is booked stays. Places that were never on sale are forgotten."""
    known = of(session)
    if known is None:
        return False
    product, pool = known.product, known.pool
    if product.appointment_id is None and pool is not None and not pool.used:
        session.product_id = None
        db.session.flush()
        for model in (PriceTier, ProductPool):
            db.session.execute(sa.delete(model).where(model.product_id == product.id))
        db.session.delete(product)
        db.session.delete(pool)
    elif product.active:
        product.active = False
    else:
        return False
    db.session.flush()
    audit.record("programme.places_ended", session, event=_event(session))
    return True


def follow(sessions: Collection[ProgrammeSession]) -> None:
    """Put places on sale that waited for these sessions to be public."""
    waiting = {each.product_id: each for each in sessions if each.product_id is not None}
    if not waiting:
        return
    for product in db.session.scalars(
        sa.select(Product).where(Product.id.in_(waiting), Product.appointment_id.is_(None))
    ):
        session = waiting[product.id]
        if session.appointment_id is not None:
            product.appointment_id, product.active = session.appointment_id, True
    db.session.flush()


def _event(session: ProgrammeSession) -> Event:
    return db.session.get_one(Event, session.event_id)
