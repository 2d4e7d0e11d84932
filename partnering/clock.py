"""Time: one clock, aware and in UTC; wall-clock time exists only at the edges.

On PostgreSQL the database's clock decides, read once per transaction, so that nodes whose clocks differ agree.
"""

import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import has_app_context

from .db import db

ATOM_SECONDS = 300
"""Occupied time is counted in steps of five minutes."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

zoneinfo.reset_tzpath(to=())  # the pinned tzdata decides, not the machine's, which may be years older

_frozen: datetime | None = None


def now() -> datetime:
    """This moment in UTC; the same throughout one database transaction."""
    if _frozen is not None:
        return _frozen
    if not has_app_context():
        return datetime.now(UTC)
    session = db.session()
    moment = session.info.get("now")
    if moment is None:
        moment = _read(session.get_bind().dialect.name)
        if session.in_transaction():
            session.info["now"] = moment
    return moment


def learn(moment: datetime) -> None:
    """Take `moment`, which a statement of this transaction has asked of PostgreSQL's clock beside something else."""
    session = db.session()
    if session.in_transaction():
        session.info.setdefault("now", moment.astimezone(UTC))


def unless_frozen(moment: datetime) -> datetime:
    """`moment`, just read of the database's clock outside a transaction, in UTC; or that at which the clock stands."""
    return _frozen if _frozen is not None else moment.astimezone(UTC)


def _read(dialect: str) -> datetime:
    if dialect == "postgresql":
        moment: datetime = db.session.execute(sa.text("SELECT now()")).scalar_one()
        return moment.astimezone(UTC)
    return datetime.now(UTC)


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Let `now()` answer `moment` for a while; for tests and for sample data that lies in the past."""
    global _frozen
    before, _frozen = _frozen, moment.astimezone(UTC)
    try:
        yield
    finally:
        _frozen = before


def from_zone(wall: datetime, zone: str) -> datetime:
    """The instant, in UTC, of wall-clock time `wall` in IANA `zone`.

    A time that the change to summer time skips is moved forward by the gap; a doubled one is the first.
    """
    local = wall.replace(tzinfo=ZoneInfo(zone), fold=0)
    return local.astimezone(UTC)


def in_zone(moment: datetime, zone: str) -> datetime:
    """Wall-clock time of `moment` in IANA `zone`, aware."""
    return moment.astimezone(ZoneInfo(zone))


def to_atom(moment: datetime, *, up: bool = False) -> int:
    """The five-minute step since the epoch that holds `moment`; `up` rounds to the next one, for ends."""
    since, step = moment - _EPOCH, timedelta(seconds=ATOM_SECONDS)
    return -(-since // step) if up else since // step


def from_atom(atom: int) -> datetime:
    """The start of a five-minute step, in UTC."""
    return datetime.fromtimestamp(atom * ATOM_SECONDS, UTC)


def atoms(starts_at: datetime, ends_at: datetime) -> range:
    """The five-minute steps from `starts_at` (rounded down) to before `ends_at` (rounded up)."""
    return range(to_atom(starts_at), to_atom(ends_at, up=True))


def minutes(count: int) -> timedelta:
    """`count` minutes."""
    return timedelta(minutes=count)
