"""Claims: places taken for somebody, kept, and given back. Their state alone says what of a pool is used.

It is the event's `turn` (see `pools`) wherever places are taken or given back. Claims that ran out are given back only
when nobody holds their rows: somebody may be paying for them at this very moment.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from .. import clock, straight
from ..db import connected, db, new_public_id
from ..events.models import Event
from ..rows import new_row, write
from . import pools, signals, vouchers
from .errors import CodeUsed, HoldExpired, SoldOut
from .models import Claim, ClaimDraw, Code, Pool, Product
from .pools import Draws, identity
from .units import Unit, Wanted, units_of, units_read

ENDING = ("held", "offered")
"""States that end by themselves."""

OPEN = ("held", "offered", "pending")
"""States of places that are kept for somebody who has not bought them yet."""

_claim, _claim_draw = Claim.__table__, ClaimDraw.__table__


class Taken(NamedTuple):
    """A claim as stored: what giving it back must know."""

    id: int
    event_id: int
    product_id: int
    code_id: int | None
    state: str
    draws: dict[int, int]


# -- taking


def hold(
    event: Event,
    wanted: Wanted,
    until: datetime | None,
    *,
    code: Code | None = None,
    state: str = "held",
    alone: bool = False,
) -> list[Claim]:
    """Take places for everything in `wanted` until a moment: one claim for each unit, all or nothing.

    With a code, the units that it works for count as its uses; of a voucher the places kept for it are taken first.
    `state` may be "offered", for those who waited. Raises `SoldOut` or `CodeUsed`; then nothing was taken, and holds
    that had run out have been given back. `alone` where nothing else in the transaction takes or gives back places,
    and a refusal ends it: then nobody waits for anybody longer than the pool itself must be theirs.
    """
    event_id = identity(event)
    if alone and code is None:
        return _hold_alone(event_id, wanted, until, state)
    link = pools.connection(event_id)
    units = units_of(link, wanted, code)
    _take(event_id, units, code, tell=state != "offered")
    return _write(event_id, units, until, state)


def _hold_alone(event_id: int, wanted: Wanted, until: datetime | None, state: str) -> list[Claim]:
    """The same without the event's turn, as long as one pool has enough left: that is drawn on late."""
    link = pools.connection()
    units = units_read(wanted) or units_of(link, wanted, None)
    total = pools.summed(unit.draws for unit in units)
    if len(total) > 1:
        pools.turn(event_id)
    claims = _write_claims(event_id, units, until, state)
    # before the draws are written: what they refer to would be locked by many at once, and counted anew with each
    _draw(event_id, units, total, tell=state != "offered")
    _write_draws(event_id, claims, units)
    return claims


def exchange(
    event: Event, given: Iterable[Claim], wanted: Wanted, until: datetime | None, *, code: Code | None = None
) -> list[Claim]:
    """Take places for everything in `wanted`, as `hold`, and give the confirmed ones in `given` back for them.

    Pools may refuse only what is drawn beyond that, so that one which is over-full meanwhile lets its own people stay.
    Raises `SoldOut` or `CodeUsed`; then the transaction must end.
    """
    event_id = identity(event)
    link = pools.connection(event_id)
    units = units_of(link, wanted, code)
    given = list(given)
    _ended, back = _leave(_stored(_claim.c.id.in_([identity(claim) for claim in given])), ("confirmed",), "cancelled")
    _take(event_id, units, code, back=back)
    for claim in given:
        db.session.expire(claim)
    taken = _write(event_id, units, until, "held")
    freed = _beyond(back, pools.summed(unit.draws for unit in units))
    if freed:
        signals.places_freed.send(event_id, pool_ids=set(freed))
    return taken


def _take(
    event_id: int, units: Sequence[Unit], code: Code | None, *, back: Draws | None = None, tell: bool = True
) -> None:
    """Draw what the units need and count the code's uses, or do neither. Raises `SoldOut` or `CodeUsed`.

    What comes `back` from whoever takes still counts as used: so much less is drawn, and the rest given back.
    """
    uses = [identity(unit.product) for unit in units if unit.code_id is not None]
    total = pools.summed(unit.draws for unit in units)
    if code is not None and uses and code.kind == "voucher":
        _make_room(event_id, total, tell)  # what ran out of a voucher is kept for it again
        with db.session.begin_nested():
            kept = vouchers.lay_open(code, uses)  # stays theirs, also where the capacity has been lowered since
            theirs = pools.summed((kept, back or {}))
            _draw(event_id, units, _beyond(total, theirs), tell)
            pools.give_back(_beyond(theirs, total))
            vouchers.use(code, len(uses))
    else:
        more = _beyond(total, back) if back else total
        _draw(event_id, units, more, tell)
        if code is not None and uses:
            try:
                vouchers.use(code, len(uses))
            except CodeUsed:
                pools.undo(more)
                raise
        if back:
            pools.give_back(_beyond(back, total))


def _beyond(draws: Draws, others: Draws) -> dict[int, int]:
    """What `draws` take from each pool beyond `others`."""
    more = {pool_id: quantity - others.get(pool_id, 0) for pool_id, quantity in draws.items()}
    return {pool_id: quantity for pool_id, quantity in more.items() if quantity > 0}


def _draw(event_id: int, units: Sequence[Unit], total: Draws, tell: bool) -> None:
    """Draw for all units; if refused, give back what ran out and try once more. Raises `SoldOut`."""
    refused = pools.draw(total)
    if refused is not None:
        pools.turn(event_id)
        if _make_room(event_id, total, tell):
            refused = pools.draw(total)
        if refused is not None:
            raise SoldOut(product=next(unit.product for unit in units if refused in unit.draws))
    pools.forget(Pool, total)


def _make_room(event_id: int, total: Draws, tell: bool) -> bool:
    """Give back what ran out on these pools; whether anything came free. Those who wait come before whoever draws."""
    freed = _expire_on(event_id, total)
    if freed and tell:
        signals.places_freed.send(event_id, pool_ids=freed)
    return bool(freed)


def _write(event_id: int, units: Sequence[Unit], until: datetime | None, state: str) -> list[Claim]:
    """The claims of units that are drawn, and what they draw."""
    claims = _write_claims(event_id, units, until, state)
    _write_draws(event_id, claims, units)
    return claims


def _write_claims(event_id: int, units: Sequence[Unit], until: datetime | None, state: str) -> list[Claim]:
    """Rows are written as they are, without the session's bookkeeping."""
    now = clock.now()
    claims = [
        new_row(
            Claim,
            public_id=new_public_id(),
            event_id=event_id,
            product_id=identity(unit.product),
            tier_id=unit.tier_id,
            code_id=unit.code_id,
            state=state,
            until=until,
            created_at=now,
            changed_at=now,
        )
        for unit in units
    ]
    write(*claims)
    return claims


def _write_draws(event_id: int, claims: Sequence[Claim], units: Sequence[Unit]) -> None:
    drawn = [
        {"event_id": event_id, "claim_id": claim.id, "pool_id": pool_id, "quantity": quantity}
        for claim, unit in zip(claims, units, strict=True)
        for pool_id, quantity in unit.draws.items()
    ]
    link = connected(db.session())
    if len(drawn) == 1:
        straight.run(link, _WRITE_DRAWS, drawn[0])
    elif drawn:
        link.execute(_WRITE_DRAWS, drawn)


_WRITE_DRAWS = sa.insert(ClaimDraw).inline()


# -- keeping


def confirm(claims: Iterable[Claim]) -> None:
    """Make places final. A hold that has run out and was given back is taken anew if there is room.

    Raises `HoldExpired` when there is none; then nothing has changed.
    """
    _keep(claims, "confirmed", None)


def to_pending(claims: Iterable[Claim]) -> None:
    """Keep places for as long as an organiser takes to decide. Raises `HoldExpired` as `confirm` does."""
    _keep(claims, "pending", None)


def extend(claims: Iterable[Claim], until: datetime) -> None:
    """Keep places until a later moment; what has run out is taken anew if there is room. Raises `HoldExpired`."""
    _keep(claims, None, until)


def _keep(claims: Iterable[Claim], state: str | None, until: datetime | None) -> None:
    """Move open claims to `state`, or let them stay what they are and end later; all or none."""
    claims = list(claims)
    ids = sorted(identity(claim) for claim in claims)
    if not ids:
        return
    link = pools.connection()
    states = OPEN if state is not None else ENDING
    if len(ids) > 1 or not (_confirm_one(link, ids[0]) if state == "confirmed" else _move(ids, states, state, until)):
        _keep_several(ids, states, state, until)
    for claim in claims:
        db.session.expire(claim, ["state", "until", "changed_at"])


def _confirm_one(link: sa.Connection, number: int) -> bool:
    """Confirm an open claim; whether it was open. What `_move` does, for the one that is asked most."""
    return straight.run(link, _CONFIRM_ONE, {"number": number, "now": clock.now()}).first() is not None


_CONFIRM_ONE = (
    sa.update(Claim)
    .where(_claim.c.id == sa.bindparam("number"), sa.or_(*(_claim.c.state == state for state in OPEN)))
    .values(state="confirmed", until=None, changed_at=sa.bindparam("now"))
    .returning(_claim.c.id)
)


def _move(ids: Sequence[int], states: Sequence[str], state: str | None, until: datetime | None) -> int:
    """Write the new state and end of claims that are in one of `states`; how many there were."""
    values = {"ids": ids, "before": states, "end": until, "now": clock.now()}
    if state is None:
        return len(db.session.connection().execute(_LATER, values).all())
    return len(db.session.connection().execute(_MOVE, {**values, "after": state}).all())


_MOVE = (
    sa.update(Claim)
    .where(_claim.c.id.in_(sa.bindparam("ids", expanding=True)))
    .where(_claim.c.state.in_(sa.bindparam("before", expanding=True)))
    .values(state=sa.bindparam("after"), until=sa.bindparam("end"), changed_at=sa.bindparam("now"))
    .returning(_claim.c.id)
)
_LATER = (
    sa.update(Claim)
    .where(_claim.c.id.in_(sa.bindparam("ids", expanding=True)))
    .where(_claim.c.state.in_(sa.bindparam("before", expanding=True)))
    .values(until=sa.bindparam("end"), changed_at=sa.bindparam("now"))
    .returning(_claim.c.id)
)


def _keep_several(ids: Sequence[int], states: Sequence[str], state: str | None, until: datetime | None) -> None:
    """The same for claims some of which may have run out: those are taken anew. Raises `HoldExpired`."""
    lost = []
    for taken in _stored(_claim.c.id.in_(ids)):
        if taken.state == "expired":
            lost.append(taken)
        elif taken.state not in states:
            raise HoldExpired
    if lost:
        pools.turn(lost[0].event_id)
    with db.session.begin_nested():
        for code_id in sorted({taken.code_id or 0 for taken in lost}):
            _take_anew([taken for taken in lost if (taken.code_id or 0) == code_id], code_id)
        _lock(ids)
        again = [taken.id for taken in lost]
        moved = _move(again, ["expired"], state or "held", until) if again else 0
        moved += _move([number for number in ids if number not in again], states, state, until)
        if moved < len(ids):  # somebody else was faster in the meantime
            raise HoldExpired


def _take_anew(lost: Sequence["Taken"], code_id: int) -> None:
    code = db.session.get_one(Code, code_id) if code_id else None
    units = [Unit(db.session.get_one(Product, t.product_id), t.draws, None, t.code_id) for t in lost]
    try:
        _take(lost[0].event_id, units, code)
    except (SoldOut, CodeUsed) as error:
        raise HoldExpired from error


# -- giving back


def release(claims: Iterable[Claim]) -> None:
    """Give back places that were not bought; claims that are not held, offered or pending stay as they are.

    Places of a voucher stay with it while it is valid.
    """
    _end(claims, OPEN, "released")


def expire(claims: Iterable[Claim]) -> None:
    """Give back holds and offers whose time is over; other claims stay as they are."""
    _end(claims, ENDING, "expired")


def decline(claims: Iterable[Claim]) -> None:
    """Give back places that were offered and not wanted; other claims stay as they are."""
    _end(claims, ("offered",), "declined")


def cancel(claims: Iterable[Claim]) -> None:
    """Give confirmed places back; claims that are not confirmed stay as they are."""
    _end(claims, ("confirmed",), "cancelled")


def expire_holds(event: Event) -> int:
    """Give back every hold and offer of an event that has run out and that nobody is busy with; how many there were."""
    pools.connection(identity(event))
    due = _stored(_claim.c.event_id == identity(event), *_ran_out())
    return len(_finish(_free_of_others(due), ENDING, "expired"))


def block(event: Event, product: Product, units: int, code: Code) -> None:
    """Take places that are kept for a voucher. Raises `SoldOut`."""
    kept = [
        unit._replace(code_id=identity(code), tier_id=None)
        for unit in units_of(db.session.connection(), [(product, units)], None)
    ]
    total = pools.summed(unit.draws for unit in kept)
    _draw(identity(event), kept, total, tell=True)
    _write(identity(event), kept, None, "blocked")


def unblock(code: Code, units: int) -> None:
    """Give back places that were kept for a voucher, the newest first."""
    blocked = _stored(_claim.c.code_id == identity(code), _claim.c.state == "blocked")
    _finish(blocked[-units:] if units else [], ("blocked",), "released")


def _end(claims: Iterable[Claim], before: Sequence[str], after: str) -> None:
    claims = list(claims)
    if not claims:
        return
    pools.connection(claims[0].event_id)
    _finish(_stored(_claim.c.id.in_([identity(claim) for claim in claims])), before, after)
    for claim in claims:
        db.session.expire(claim)


def _finish(ending: Sequence["Taken"], before: Sequence[str], after: str, *, tell: bool = True) -> list["Taken"]:
    """Move claims from states that count to one that does not, and give back what they took; those that moved."""
    if not ending:
        return []
    ended, total = _leave(ending, before, after)
    pools.give_back(total)
    if total and tell:
        signals.places_freed.send(ending[0].event_id, pool_ids=set(total))
    return ended


def _leave(ending: Sequence["Taken"], before: Sequence[str], after: str) -> tuple[list["Taken"], dict[int, int]]:
    """Move claims to a state that does not count; those that moved, and what of each pool the caller must give back."""
    _lock([taken.id for taken in ending])
    statement = (
        sa.update(Claim)
        .where(_claim.c.id.in_([taken.id for taken in ending]), _claim.c.state.in_(before))
        .values(state=after, changed_at=clock.now())
        .returning(_claim.c.id)
    )
    changed = set(db.session.connection().execute(statement).scalars())
    ended = [taken for taken in ending if taken.id in changed]
    stay: set[int] = set()
    if before != ("blocked",):
        for code_id in sorted({taken.code_id for taken in ended if taken.code_id is not None}):
            stay |= vouchers.unuse(code_id, [taken for taken in ended if taken.code_id == code_id])
    pools.forget(Claim, changed)
    return ended, pools.summed(taken.draws for taken in ended if taken.id not in stay)


def _expire_on(event_id: int, total: Draws) -> set[int]:
    """Give back the holds on these pools that have run out; the pools that got places back."""
    drawing = sa.select(_claim_draw.c.claim_id).where(_claim_draw.c.pool_id.in_(list(total)))
    due = _stored(_claim.c.event_id == event_id, *_ran_out(), _claim.c.id.in_(drawing))
    if not due:
        return set()
    ended = _finish(_free_of_others(due), ENDING, "expired", tell=False)
    return {pool_id for taken in ended for pool_id in taken.draws}


def _ran_out() -> tuple[sa.ColumnElement[bool], ...]:
    return _claim.c.state.in_(ENDING), _claim.c.until < clock.now()


def _stored(*conditions: sa.ColumnElement[bool]) -> list["Taken"]:
    """Claims with what they draw, in order of id."""
    statement = (
        sa.select(
            *(_claim.c[name] for name in ("id", "event_id", "product_id", "code_id", "state")),
            _claim_draw.c.pool_id,
            _claim_draw.c.quantity,
        )
        .outerjoin(_claim_draw, _claim_draw.c.claim_id == _claim.c.id)
        .where(*conditions)
        .order_by(_claim.c.id, _claim_draw.c.pool_id)
    )
    found: dict[int, Taken] = {}
    for row in db.session.connection().execute(statement):
        taken = found.setdefault(row.id, Taken(row.id, row.event_id, row.product_id, row.code_id, row.state, {}))
        if row.pool_id is not None:
            taken.draws[row.pool_id] = row.quantity
    return list(found.values())


def _lock(ids: Sequence[int]) -> None:
    """Lock claims in order of id, so that two deeds never wait for each other crosswise."""
    link = connected(db.session())
    if len(ids) > 1 and link.dialect.name != "sqlite":
        link.execute(sa.select(_claim.c.id).where(_claim.c.id.in_(ids)).order_by(_claim.c.id).with_for_update())


def _free_of_others(due: Sequence["Taken"]) -> list["Taken"]:
    """Of claims that ran out those whose rows nobody else holds now, locked."""
    statement = (
        sa.select(_claim.c.id)
        .where(_claim.c.id.in_([taken.id for taken in due]), *_ran_out())
        .order_by(_claim.c.id)
        .with_for_update(skip_locked=True)
    )
    free = set(db.session.connection().execute(statement).scalars())
    return [taken for taken in due if taken.id in free]
