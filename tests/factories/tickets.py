"""Builders of pools and products."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from partnering.agenda import services as agenda
from partnering.db import BilingualText, db
from partnering.events.models import Event
from partnering.tickets import codes
from partnering.tickets.models import Code, MemberList, Pool, PriceTier, Product, ProductPart, ProductPool

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


def make_bundle(event: Event, parts: Sequence[tuple[str, int, int, bool]] = (), **values) -> Product:
    """A ticket whose price contains `parts`: (name, share and VAT in basis points, online).

    Unless they are said: recordings online for a fifth and meals at 7 % for a tenth. Keywords as for `make_product`.
    """
    parts = parts or [("Aufzeichnungen", 2_000, 1_900, True), ("Verpflegung", 1_000, 700, False)]
    with deed():
        product = make_product(event, bundled=True, **values)
        db.session.add_all(
            ProductPart(
                event_id=event.id,
                product_id=product.id,
                name=BilingualText(de=name, en=name),
                share=share,
                vat_rate=rate,
                online=online,
            )
            for name, share, rate, online in parts
        )
        db.session.flush()
    return product


def make_workshop(event: Event, name: str, starts_at: datetime, minutes: int = 90, **values) -> Product:
    """An add-on with a time; keywords as for `make_product`."""
    with deed():
        at = agenda.appoint(event, "session", starts_at, starts_at + timedelta(minutes=minutes))
        return make_product(
            event,
            kind="add_on",
            name=BilingualText(de=name, en=name),
            partnering=False,
            appointment_id=at.id,
            **{"gross": 0, **values},
        )


def make_member_list(
    event: Event, name: str = "Mitglieder", entries: Sequence[str] = ("verein.example",)
) -> MemberList:
    """A list of members of the event's host: addresses and domains."""
    with deed():
        members = MemberList(host_id=event.host_id, name=name)
        db.session.add(members)
        db.session.flush()
        codes.set_members(members, entries)
    return members


def make_code(event: Event, text: str = "MITGLIED-40", kind: str = "discount", **values) -> Code:
    """A code. Keywords are those of `tickets.codes.make`."""
    with deed():
        code = codes.make(event, text=text, kind=kind, **values)
    return code
