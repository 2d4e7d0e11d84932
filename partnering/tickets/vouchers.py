"""How often codes are used, and the places kept for vouchers.

`Code.uses` counts the units that claims with the code take, those kept for it left out. Of `Code.blocked` places a
voucher keeps those not used yet: max(0, blocked - uses) claims of state "blocked". Whoever buys with it thereby uses
them up, and what is given back while it is valid is kept for it again.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import sqlalchemy as sa

from .. import clock
from ..db import db
from . import pools
from .errors import CodeUsed
from .models import Claim, ClaimDraw, Code

_claim, _claim_draw, _code = Claim.__table__, ClaimDraw.__table__, Code.__table__


class Ended(Protocol):
    """A claim that has just been given back."""

    @property
    def id(self) -> int: ...
    @property
    def event_id(self) -> int: ...
    @property
    def product_id(self) -> int: ...
    @property
    def draws(self) -> dict[int, int]: ...


def use(code: Code, units: int) -> None:
    """Count units as uses of a code. Raises `CodeUsed` when that would be more than it allows."""
    number = pools.identity(code)
    more = _code.c.uses + units
    done = db.session.connection().execute(
        sa.update(Code)
        .where(_code.c.id == number, sa.or_(_code.c.uses_max.is_(None), more <= _code.c.uses_max))
        .values(uses=more)
        .returning(_code.c.id)
    )
    if done.first() is None:
        row = _standing(number)
        raise CodeUsed(left=max(0, (row.uses_max or 0) - row.uses))
    pools.forget(Code, [number])


def unuse(code_id: int, ended: Sequence[Ended]) -> set[int]:
    """Count the units of claims just given back as uses no longer; the claims whose places stay with the voucher."""
    row = (
        db.session.connection()
        .execute(
            sa.update(Code)
            .where(_code.c.id == code_id)
            .values(uses=_code.c.uses - len(ended))
            .returning(*(_code.c[name] for name in ("kind", "uses", "blocked", "active", "valid_until")))
        )
        .one()
    )
    pools.forget(Code, [code_id])
    more = max(0, row.blocked - row.uses) - max(0, row.blocked - row.uses - len(ended))
    if row.kind != "voucher" or more == 0:
        return set()
    if not row.active or (row.valid_until is not None and row.valid_until <= clock.now()):
        db.session.connection().execute(
            sa.update(Code).where(_code.c.id == code_id).values(blocked=_code.c.blocked - more)
        )
        return set()
    kept = list(ended[:more])
    for claim in kept:
        _block_again(code_id, claim)
    return {claim.id for claim in kept}


def _block_again(code_id: int, claim: Ended) -> None:
    now = clock.now()
    again = Claim(
        event_id=claim.event_id,
        product_id=claim.product_id,
        code_id=code_id,
        state="blocked",
        created_at=now,
        changed_at=now,
    )
    db.session.add(again)
    db.session.flush()
    db.session.add_all(
        ClaimDraw(event_id=claim.event_id, claim_id=again.id, pool_id=pool_id, quantity=quantity)
        for pool_id, quantity in claim.draws.items()
    )
    db.session.flush()


def lay_open(code: Code, product_ids: Sequence[int]) -> dict[int, int]:
    """End as many of a voucher's kept places as there are units about to be bought, those of their products first.

    What they drew from each pool still counts as used: the caller draws that much less, and gives back the rest.
    """
    row = _standing(pools.identity(code))
    units = min(len(product_ids), max(0, row.blocked - row.uses))
    if units == 0:
        return {}
    link = db.session.connection()
    ids = link.execute(
        sa.select(_claim.c.id)
        .where(_claim.c.code_id == pools.identity(code), _claim.c.state == "blocked")
        .order_by(_claim.c.product_id.not_in(set(product_ids)), _claim.c.id)
        .limit(units)
    ).scalars()
    taken = list(ids)
    link.execute(sa.update(Claim).where(_claim.c.id.in_(taken)).values(state="released", changed_at=clock.now()))
    draws = link.execute(
        sa.select(_claim_draw.c.pool_id, sa.func.sum(_claim_draw.c.quantity))
        .where(_claim_draw.c.claim_id.in_(taken))
        .group_by(_claim_draw.c.pool_id)
        .order_by(_claim_draw.c.pool_id)
    ).all()
    pools.forget(Claim, taken)
    return {pool_id: int(quantity) for pool_id, quantity in draws}


def _standing(code_id: int) -> Any:
    """How far a code is used, as it is stored now."""
    columns = (_code.c[name] for name in ("uses", "uses_max", "blocked"))
    return db.session.connection().execute(sa.select(*columns).where(_code.c.id == code_id)).one()
