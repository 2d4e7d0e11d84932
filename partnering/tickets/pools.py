"""Capacity itself: drawn and given back in conditional updates, with the pools' CHECK as the referee behind them.

Who changes what of an event is taken, or who waits for it, takes the event's `turn` before any row: so two deeds never
wait for each other crosswise, whatever pools, codes and claims they go on to touch. Confirming what is held changes no
pool and takes no turn.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from .. import audit, straight
from ..db import OutsideTransaction, connected, db, writing
from ..events.models import Event
from . import signals
from .models import Pool

Draws = Mapping[int, int]
"""How much is taken from each pool, by its id."""

_pool = Pool.__table__
_DRAW = (
    sa.update(Pool)
    .where(
        _pool.c.id == sa.bindparam("pool"),
        _pool.c.used + sa.bindparam("quantity") <= _pool.c.capacity + _pool.c.over,
    )
    .values(used=_pool.c.used + sa.bindparam("quantity"))
    .returning(_pool.c.id)
)
_left = _pool.c.used - sa.bindparam("quantity")
_GIVE_BACK = (
    sa.update(Pool)
    .where(_pool.c.id == sa.bindparam("pool"))
    .values(
        used=_left,
        over=sa.case(
            (_left <= _pool.c.capacity, 0),
            (_left - _pool.c.capacity < _pool.c.over, _left - _pool.c.capacity),
            else_=_pool.c.over,
        ),
    )
)
_UNDO = sa.update(Pool).where(_pool.c.id == sa.bindparam("pool")).values(used=_left)


def turn(event_id: int) -> sa.Connection:
    """Be the only one who changes an event's places until the transaction ends; the transaction's connection.

    On SQLite there is one writer at a time anyway. Raises `OutsideTransaction`.
    """
    if not writing():
        raise OutsideTransaction("claims are made inside transaction()")
    link = connected(db.session())
    if link.dialect.name == "sqlite":
        return link
    info, within = db.session().info, link.get_transaction()
    if info.get("turn") == (within, event_id):
        return link
    link.execute(_TURN, {"event": event_id})
    if link.get_nested_transaction() is None:  # a lock taken behind a savepoint goes when that is undone
        info["turn"] = (within, event_id)
    return link


_TURN = sa.text("SELECT pg_advisory_xact_lock(hashtext('places of an event'), CAST(:event AS integer))")


def connection(event_id: int | None = None) -> sa.Connection:
    """The connection of the running transaction, everything added so far written; with the event's turn, if named.

    Raises `OutsideTransaction`.
    """
    if not writing():
        raise OutsideTransaction("claims are made inside transaction()")
    link = turn(event_id) if event_id is not None else connected(db.session())
    db.session.flush()
    return link


def identity(thing: Any) -> int:
    """The id of a stored thing, without reading it anew when a transaction has begun since."""
    key = sa.inspect(thing).identity
    return int(key[0] if key else thing.id)


def summed(needs: Iterable[Draws]) -> dict[int, int]:
    """Several draws as one, pools in order of id."""
    total: Counter[int] = Counter()
    for need in needs:
        total.update(need)
    return dict(sorted(total.items()))


def draw(total: Draws) -> int | None:
    """Count `total` as used, pool by pool in order of id. The first pool that refused, or None; then nothing is drawn.

    What had been drawn before a refusal is taken back by hand: these rows are locked, and a savepoint for each sale
    would cost more than the sale.
    """
    link = connected(db.session())
    drawn: dict[int, int] = {}
    for pool_id, quantity in total.items():
        if straight.run(link, _DRAW, {"pool": pool_id, "quantity": quantity}).first() is None:
            undo(drawn)
            return pool_id
        drawn[pool_id] = quantity
    return None


def undo(drawn: Draws) -> None:
    """Take back what this transaction has just drawn."""
    link = connected(db.session())
    for pool_id, quantity in drawn.items():
        straight.run(link, _UNDO, {"pool": pool_id, "quantity": quantity})


def give_back(total: Draws) -> None:
    """Count `total` as used no longer; what was allowed beyond the capacity shrinks with it."""
    link = connected(db.session())
    for pool_id, quantity in sorted(total.items()):
        straight.run(link, _GIVE_BACK, {"pool": pool_id, "quantity": quantity})
    forget(Pool, total)


def forget(kind: type[Any], ids: Iterable[int]) -> None:
    """What the session has read of these rows is read anew: they changed behind it."""
    session = db.session()
    for number in ids:
        thing = session.identity_map.get(sa.inspect(kind).identity_key_from_primary_key((number,)))
        if thing is not None:
            session.expire(thing)


def set_capacity(pool: Pool, capacity: int) -> None:
    """Give a pool another capacity. Lowering it under what is used removes nobody: `over` carries the rest."""
    connection(pool.event_id)
    db.session.refresh(pool)
    before = {"capacity": pool.capacity, "over": pool.over}
    free = pool.capacity + pool.over - pool.used
    row = db.session.execute(
        sa.update(Pool)
        .where(Pool.id == pool.id)
        .values(
            capacity=capacity,
            over=sa.case((Pool.used > capacity, Pool.used - capacity), else_=0),
            version=Pool.version + 1,
        )
        .returning(Pool.over, Pool.used)
        .execution_options(synchronize_session=False)
    ).one()
    db.session.expire(pool)
    audit.record("pool.capacity_set", pool, before=before, after={"capacity": capacity, "over": row.over})
    if capacity + row.over - row.used > free:
        signals.places_freed.send(pool.event_id, pool_ids={pool.id})


def override(pool: Pool, extra: int, reason: str) -> None:
    """Let `extra` more be taken from a pool than it has left, for the organiser who asks; the log says why.

    What is not taken by the time a place comes back is forfeited. Nobody who waits is served from it.
    """
    connection(pool.event_id)
    db.session.refresh(pool)
    before = {"over": pool.over}
    row = db.session.execute(
        sa.update(Pool)
        .where(Pool.id == pool.id)
        .values(over=Pool.over + extra)
        .returning(Pool.over)
        .execution_options(synchronize_session=False)
    ).one()
    db.session.expire(pool)
    event = db.session.get(Event, pool.event_id)
    audit.record("pool.overridden", pool, event=event, before=before, after={"over": row.over, "reason": reason})
