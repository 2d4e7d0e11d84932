"""Rate limits, counted in a table so that they hold over processes and nodes without another service."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import sqlalchemy as sa
from flask import current_app, request
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from . import clock, straight
from .db import Model, connected, db, transaction, writing
from .errors import TooMany

WRITTEN_EVERY = 20
"""So many looks a process counts before it writes them down."""

MOST_LOOKERS = 10_000
"""So many people's looks a process counts."""


class RateLimit(Model):
    """How often `key` did `deed` in the window that began at `window` (unix seconds)."""

    deed: Mapped[str] = mapped_column(sa.String(40))
    key: Mapped[str] = mapped_column(sa.String(64))
    window: Mapped[int]
    count: Mapped[int] = mapped_column(sa.Integer, default=1)
    ends_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (sa.UniqueConstraint("deed", "key", "window"),)


def hit(deed: str, key: str, *, limit: int, seconds: int) -> None:
    """Count one try of `deed` by `key`; the key is stored as a hash.

    Raises `TooMany` when more than `limit` tries fall into one window of `seconds`. Counts in a transaction of its
    own when none is running, so that a refused deed counts too.
    """
    if writing():
        count, wait = _count(deed, key, seconds)
    else:
        with transaction():
            count, wait = _count(deed, key, seconds)
    if count > limit:
        error = TooMany()
        error.seconds = wait
        raise error


def look(deed: str, key: str, *, limit: int, seconds: int) -> None:
    """Count one look at something, as `hit` does with a try, where writing each down would cost more than looking.

    Each process counts by itself and writes down every twentieth: so many beyond the limit each of them may let pass.
    Raises `TooMany`.
    """
    now = int(clock.now().timestamp())
    window = now - now % seconds
    counts: dict[tuple[str, str], _Looks] = current_app.extensions.setdefault("looks", {})
    held = counts.get((deed, key))
    if held is None or held.window != window:
        if len(counts) >= MOST_LOOKERS:
            counts.clear()
        held = counts[deed, key] = _Looks(window)
    held.new += 1
    if held.new >= WRITTEN_EVERY and not writing():
        new, held.new = held.new, 0
        with transaction():
            held.written, _wait = _count(deed, key, seconds, new)
    if held.written + held.new > limit:
        error = TooMany()
        error.seconds = window + seconds - now
        raise error


@dataclass
class _Looks:
    """How often somebody looked in a window, by all processes as far as `written`, and by this one since."""

    window: int
    written: int = 0
    new: int = 0


def _count(deed: str, key: str, seconds: int, times: int = 1) -> tuple[int, int]:
    now = int(clock.now().timestamp())
    window = now - now % seconds
    hashed = hashlib.sha256(f"{deed}\n{key}".encode()).hexdigest()
    ends = datetime.fromtimestamp(window + seconds, clock.now().tzinfo)
    row = {"deed": deed, "key": hashed, "window": window, "count": times, "ends_at": ends}
    link = connected(db.session())
    return straight.run(link, _once_more(link.dialect.name), row).scalar(), window + seconds - now


@cache
def _once_more(dialect: str) -> sa.Insert:
    """More tries in a window, and how many that makes."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    counted = RateLimit.__table__.c.count
    new = insert(RateLimit)
    statement = new.on_conflict_do_update(
        index_elements=["deed", "key", "window"], set_={"count": counted + new.excluded.count}
    )
    return statement.returning(counted)


def caller() -> str:
    """The address a request comes from; forwarded headers count only behind configured proxies."""
    return request.remote_addr or "unknown"


def forget_old() -> int:
    """Delete windows that are over; returns how many."""
    result = db.session.execute(sa.delete(RateLimit).where(RateLimit.ends_at < clock.now()))
    return int(getattr(result, "rowcount", 0))
