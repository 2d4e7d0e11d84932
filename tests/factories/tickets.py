"""Builders of pools and products."""

from collections.abc import Sequence
from datetime import datetime

from partnering.db import BilingualText, db
from partnering.events.models import Event
from partnering.tickets.models import Pool, PriceTier, Product, ProductPool

from .ground import deed


def make_pool(event: Event, capacity: int = 100, name: str = "Plätze", **values) -> Pool:
    """A pool of places."""
    with deed():
        pool = Pool(event_id=event.id, name=BilingualText(de=name, en=name), capacity=capacity, **values)
        db.session.add(pool)
        db.session.flush()
    return pool


def make_product(
    event: Event,
    *,
    gross: int = 22_000,
    capacity: int = 100,
    pools: Sequence[Pool] | None = None,
    tiers: Sequence[tuple[int, datetime | None]] = (),
    draw: int | None = None,
    **values,
) -> Product:
    """A ticket on sale for `gross` cents, drawing on a pool of `capacity` places or on all `pools`.

    `tiers` (cents, until) replace `gross`. One unit draws `draw` places, as many as its `seats` unless given.
    Keywords are columns of `Product`.
    """
    with deed():
        pools = [make_pool(event, capacity)] if pools is None else pools
        product = Product(**{"event_id": event.id, "name": BilingualText(de="Standard", en="Standard"), **values})
        db.session.add(product)
        db.session.flush()
        db.session.add_all(
            PriceTier(event_id=event.id, product_id=product.id, gross=cents, until=until)
            for cents, until in (tiers or [(gross, None)])
        )
        db.session.add_all(
            ProductPool(event_id=event.id, product_id=product.id, pool_id=pool.id, quantity=draw or product.seats)
            for pool in pools
        )
        db.session.flush()
    return product
