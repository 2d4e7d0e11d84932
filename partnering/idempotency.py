"""One effect and one answer for a submission that arrives twice: double click, retry, back button."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from . import clock, straight
from .db import Json, Model, OutsideTransaction, connected, db, table_of, writing
from .errors import DomainError
from .i18n import _l


class IdempotencyKey(Model):
    """That `actor` sent `key` with a body of this hash, and the answer it got."""

    actor: Mapped[str] = mapped_column(sa.String(80))
    key: Mapped[str] = mapped_column(sa.String(80))
    body_hash: Mapped[str] = mapped_column(sa.String(64))
    answer: Mapped[dict[str, Any] | None] = mapped_column(Json)
    expires_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (sa.UniqueConstraint("actor", "key"),)


class KeyReused(DomainError):
    """The same key came with other content."""

    message = _l("This form was already sent with other answers. Please reload the page.")
    status = 409


def once(
    actor: str, key: str, body: str, deed: Callable[[], dict[str, Any]], *, promised: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Do `deed` unless `actor` already sent `key`; either way, the answer of the first time.

    Whoever knows what `deed` is going to answer says it as `promised`: it is kept with the key.

    Must be called inside `transaction()`, before anything else is written: the key goes in first, a twin waits for
    it. Raises `KeyReused` when the body differs.
    """
    if not writing():
        raise OutsideTransaction("a deed that is done once, outside transaction()")
    hashed = hashlib.sha256(body.encode()).hexdigest()
    until = clock.now() + timedelta(days=2)
    row = {"actor": actor, "key": key, "body_hash": hashed, "answer": promised, "expires_at": until}
    link = connected(db.session())
    inserted = straight.run(link, _first(link.dialect.name), row).scalar()
    if inserted is None:
        kept = db.session.scalars(
            sa.select(IdempotencyKey).where(IdempotencyKey.actor == actor, IdempotencyKey.key == key)
        ).one()
        if kept.body_hash != hashed:
            raise KeyReused
        return dict(kept.answer or {})
    answer = deed()
    if answer != promised:
        straight.run(link, _ANSWERED, {"first": inserted, "said": answer})
    return answer


@cache
def _first(dialect: str) -> sa.Insert:
    """A new key, unless it is there."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(IdempotencyKey).on_conflict_do_nothing(index_elements=["actor", "key"])
    return statement.returning(IdempotencyKey.__table__.c.id)


_ANSWERED = (
    sa.update(table_of(IdempotencyKey))
    .where(IdempotencyKey.__table__.c.id == sa.bindparam("first"))
    .values(answer=sa.bindparam("said"))
)


def forget_old() -> int:
    """Delete keys whose time is over; returns how many."""
    result = db.session.execute(sa.delete(IdempotencyKey).where(IdempotencyKey.expires_at < clock.now()))
    return int(getattr(result, "rowcount", 0))
