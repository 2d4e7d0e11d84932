"""What can be asked about those who wait: the queue, who is in it, what they want. One function counts them anew."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from .. import clock
from ..accounts.addresses import canonical
from ..db import db
from ..events.models import Event
from ..rows import ask
from ..tickets import queries as ticket_queries
from ..tickets.models import Claim, Pool, Product, ProductPool
from ..tickets.pools import identity
from .models import Party, WaitingEntry, WaitingOther, WaitingStep

HESITATED = ("declined", "expired")
"""What somebody did last who does not want what is available now."""

WAITING = WaitingEntry.state == "waiting"


@dataclass(frozen=True)
class Line:
    """An entry of the queue as it is served: which products it takes, by id, best first, and how many."""

    id: int
    quantity: int
    all_or_none: bool
    products: tuple[int, ...]
    hesitated: bool


def over_with_waiting() -> Sequence[str]:
    """The events that are over and still have somebody on their waiting list, by public id."""
    waits = sa.exists().where(WaitingEntry.event_id == Event.id, WaitingEntry.closed_at.is_(None))
    return db.session.scalars(
        sa.select(Event.public_id).where(Event.closes_at < clock.now(), waits).order_by(Event.id)
    ).all()


def queue(event_id: int) -> list[Line]:
    """Everybody who waits at an event, in the order in which they are served."""
    others: dict[int, list[int]] = {}
    for entry_id, product_id in db.session.execute(
        sa.select(WaitingOther.entry_id, WaitingOther.product_id)
        .join(WaitingEntry, WaitingEntry.id == WaitingOther.entry_id)
        .where(WaitingEntry.event_id == event_id, WAITING)
        .order_by(WaitingOther.entry_id, WaitingOther.position)
    ):
        others.setdefault(entry_id, []).append(product_id)
    last = (
        sa.select(WaitingStep.deed)
        .where(WaitingStep.entry_id == WaitingEntry.id)
        .order_by(WaitingStep.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(WaitingEntry.id, WaitingEntry.quantity, WaitingEntry.all_or_none, WaitingEntry.product_id, last)
        .where(WaitingEntry.event_id == event_id, WAITING)
        .order_by(WaitingEntry.rank.desc(), WaitingEntry.id)
    )
    return [
        Line(entry_id, quantity, whole, (product_id, *others.get(entry_id, ())), deed in HESITATED)
        for entry_id, quantity, whole, product_id, deed in rows
    ]


def anybody(event_id: int, pool_ids: Collection[int] | None = None) -> bool:
    """Whether somebody waits at an event, or has an offer whose time is over; with `pool_ids` for one of these."""
    statement = _ANYBODY if pool_ids is None else _ANYBODY_FOR
    values = {"event": event_id, "now": clock.now(), "pools": sorted(pool_ids or ())}
    return bool(ask(statement, values).scalar())


def product_and_anybody(event: Event, public_id: str) -> tuple[Product | None, bool]:
    """The event's product with this public id, and whether `anybody` waits at the event, in one question."""
    if not ticket_queries.is_ref(public_id):
        return None, False
    rows = ask(_PRODUCT_AND_ANYBODY, {"event": identity(event), "public_id": public_id, "now": clock.now()})
    return ticket_queries.product_in(rows), bool(rows and rows[0][-1])


_WAITS = sa.exists().where(Pool.event_id == sa.bindparam("event"), Pool.waiting > 0)
_OVERDUE = sa.exists().where(
    WaitingEntry.event_id == sa.bindparam("event"),
    WaitingEntry.state == "offered",
    WaitingEntry.offered_until <= sa.bindparam("now"),
)
_ANYBODY = sa.select(sa.or_(_WAITS, _OVERDUE))
_PRODUCT_AND_ANYBODY = ticket_queries.PRODUCT_AT.add_columns(_ANYBODY.scalar_subquery())
_ANYBODY_FOR = sa.select(sa.or_(_WAITS.where(Pool.id.in_(sa.bindparam("pools", expanding=True))), _OVERDUE))


def count_waiting(pool_ids: Iterable[int]) -> None:
    """Write down how many entries wait for products of each of these pools. It is the caller's turn.

    An entry counts once in every pool that one of the products it takes draws on.
    """
    ids = sorted(pool_ids)
    if not ids:
        return
    wants = sa.union(
        sa.select(WaitingEntry.id.label("entry_id"), WaitingEntry.product_id).where(WAITING),
        sa.select(WaitingOther.entry_id, WaitingOther.product_id)
        .join(WaitingEntry, WaitingEntry.id == WaitingOther.entry_id)
        .where(WAITING),
    ).subquery()
    number = (
        sa.select(sa.func.count(sa.distinct(wants.c.entry_id)))
        .join(ProductPool, ProductPool.product_id == wants.c.product_id)
        .where(ProductPool.pool_id == Pool.id)
        .correlate(Pool)
        .scalar_subquery()
    )
    db.session.execute(
        sa.update(Pool).where(Pool.id.in_(ids)).values(waiting=number).execution_options(synchronize_session=False)
    )
    for thing in db.session.identity_map.values():
        if isinstance(thing, Pool) and thing in db.session and (sa.inspect(thing).identity or (0,))[0] in ids:
            db.session.expire(thing, ["waiting"])


def products_by_id(ids: Collection[int]) -> dict[int, Product]:
    """Products with their pools and prices, by id."""
    found = db.session.scalars(
        sa.select(Product)
        .where(Product.id.in_(sorted(ids)))
        .options(selectinload(Product.draws), selectinload(Product.tiers))
        .order_by(Product.id)
    )
    return {product.id: product for product in found}


def wanted_by(entry: WaitingEntry) -> list[Product]:
    """What an entry takes, best first."""
    return [entry.product, *(other.product for other in entry.others)]


def overdue(event_id: int) -> Sequence[WaitingEntry]:
    """Entries whose offer has run out, locked; those that somebody else holds just now are left out."""
    return db.session.scalars(
        sa.select(WaitingEntry)
        .where(
            WaitingEntry.event_id == event_id,
            WaitingEntry.state == "offered",
            WaitingEntry.offered_until <= clock.now(),
        )
        .order_by(WaitingEntry.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


def may_lock(party: Party) -> bool:
    """Whether nobody holds this party just now; from here on we do."""
    return (
        db.session.scalar(sa.select(Party.id).where(Party.id == party.id).with_for_update(skip_locked=True)) is not None
    )


def events_to_serve() -> Sequence[str]:
    """The public ids of events where somebody waits, or where an offer or hold has run out."""
    now = clock.now()
    due = sa.exists().where(Claim.event_id == Event.id, Claim.state.in_(("held", "offered")), Claim.until < now)
    waits = sa.exists().where(WaitingEntry.event_id == Event.id, WaitingEntry.state.in_(("waiting", "offered")))
    return db.session.scalars(sa.select(Event.public_id).where(sa.or_(due, waits)).order_by(Event.id)).all()


def event_at(public_id: str) -> Event | None:
    """The event with this public id."""
    return db.session.scalars(sa.select(Event).where(Event.public_id == public_id)).one_or_none()


# -- entries


def entry_at(public_id: str) -> WaitingEntry | None:
    """The entry with this public id, whatever became of it."""
    return db.session.scalars(sa.select(WaitingEntry).where(WaitingEntry.public_id == public_id)).one_or_none()


def open_entry(product: Product, address: str) -> WaitingEntry | None:
    """The entry that waits for a product, or has an offer, under this address."""
    return db.session.scalars(
        sa.select(WaitingEntry).where(
            WaitingEntry.product_id == product.id,
            WaitingEntry.address_key == canonical(address),
            WaitingEntry.closed_at.is_(None),
        )
    ).one_or_none()


def open_entries_of(event: Event, address: str) -> Sequence[WaitingEntry]:
    """Everything that waits at an event, or has an offer, under this address."""
    return db.session.scalars(
        sa.select(WaitingEntry)
        .where(
            WaitingEntry.event_id == event.id,
            WaitingEntry.address_key == canonical(address),
            WaitingEntry.closed_at.is_(None),
        )
        .order_by(WaitingEntry.id)
    ).all()


def entry_of_party(party: Party) -> WaitingEntry | None:
    """The entry whose offer a party is, locked."""
    return db.session.scalars(
        _OF_PARTY, {"event": party.event_id, "party": party.id}, execution_options={"populate_existing": True}
    ).one_or_none()


_OF_PARTY = (
    sa.select(WaitingEntry)
    .where(WaitingEntry.event_id == sa.bindparam("event"), WaitingEntry.party_id == sa.bindparam("party"))
    .order_by(WaitingEntry.id)
    .limit(1)
    .with_for_update()
)


def entries_of_registration(registration_id: int) -> Sequence[WaitingEntry]:
    """What a registration waits for, or was offered, besides its ticket."""
    return db.session.scalars(
        sa.select(WaitingEntry)
        .where(WaitingEntry.registration_id == registration_id, WaitingEntry.closed_at.is_(None))
        .order_by(WaitingEntry.id)
    ).all()


def open_entries(event_id: int) -> Sequence[WaitingEntry]:
    """Everybody who waits at an event or has an offer, in the queue's order."""
    return db.session.scalars(
        sa.select(WaitingEntry)
        .where(WaitingEntry.event_id == event_id, WaitingEntry.closed_at.is_(None))
        .order_by(WaitingEntry.rank.desc(), WaitingEntry.id)
    ).all()


def ahead_of(entry: WaitingEntry) -> int:
    """How many entries are served before this one and wait for one of the same pools."""
    pools = sa.select(ProductPool.pool_id).where(
        ProductPool.product_id.in_({product.id for product in wanted_by(entry)})
    )
    same = sa.select(ProductPool.product_id).where(ProductPool.pool_id.in_(pools))
    others = sa.select(WaitingOther.entry_id).where(WaitingOther.product_id.in_(same))
    before = sa.or_(
        WaitingEntry.rank > entry.rank, sa.and_(WaitingEntry.rank == entry.rank, WaitingEntry.id < entry.id)
    )
    return (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(WaitingEntry)
            .where(
                WaitingEntry.event_id == entry.event_id,
                WAITING,
                before,
                sa.or_(WaitingEntry.product_id.in_(same), WaitingEntry.id.in_(others)),
            )
        )
        or 0
    )


def highest_rank(event_id: int) -> int:
    """The highest rank of those who wait."""
    return (
        db.session.scalar(sa.select(sa.func.max(WaitingEntry.rank)).where(WaitingEntry.event_id == event_id, WAITING))
        or 0
    )


# -- for organisers


def queue_shown(event: Event, *, closed: bool = False, most: int = 500) -> Sequence[WaitingEntry]:
    """The entries of an event as its organisers see them: open ones in the queue's order, or the newest closed ones."""
    asked = (
        sa.select(WaitingEntry)
        .where(WaitingEntry.event_id == event.id)
        .options(
            joinedload(WaitingEntry.product),
            selectinload(WaitingEntry.others).joinedload(WaitingOther.product),
            selectinload(WaitingEntry.steps),
        )
        .limit(most)
    )
    if closed:
        asked = asked.where(WaitingEntry.closed_at.is_not(None)).order_by(
            WaitingEntry.closed_at.desc(), WaitingEntry.id.desc()
        )
    else:
        asked = asked.where(WaitingEntry.closed_at.is_(None)).order_by(WaitingEntry.rank.desc(), WaitingEntry.id)
    return db.session.scalars(asked).all()


def numbers(event: Event) -> dict[str, int]:
    """How many entries of an event are in each state."""
    rows = db.session.execute(
        sa.select(WaitingEntry.state, sa.func.count().label("number"))
        .where(WaitingEntry.event_id == event.id)
        .group_by(WaitingEntry.state)
    )
    return {str(row.state): int(row.number) for row in rows}
