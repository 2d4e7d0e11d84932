"""Who wants no letters of a scope any more: kept as keyed hashes, so that the list names nobody."""

import hmac
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from .. import clock, links
from ..db import db, table_of
from .models import Suppression

MOST = 500
"""How many hashes one question names."""


def suppress(scope: str, address: str) -> None:
    """Let no more letters of a scope go to an address; doing it twice changes nothing."""
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"scope": scope, "address_hash": _hash(max(links.keys()), scope, address), "created_at": clock.now()}
    db.session.execute(insert(table_of(Suppression)).values(row).on_conflict_do_nothing())


def allow(scope: str, address: str) -> None:
    """Let letters of a scope go to an address again."""
    db.session.execute(sa.delete(Suppression).where(*_known(scope, address)))


def is_suppressed(scope: str, address: str) -> bool:
    """Whether an address wants no letters of a scope."""
    return db.session.scalar(sa.select(sa.exists().where(*_known(scope, address)))) or False


def suppressed(wanted: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these scopes and addresses want no letters, asked for `MOST` at once."""
    named = {_hash(number, *pair): pair for pair in wanted for number in sorted(links.keys())}
    hashes = sorted(named)
    found: set[tuple[str, str]] = set()
    for start in range(0, len(hashes), MOST):
        some = hashes[start : start + MOST]
        rows = db.session.execute(
            sa.select(Suppression.scope, Suppression.address_hash).where(Suppression.address_hash.in_(some))
        )
        found |= {named[row[1]] for row in rows if named[row[1]][0] == row[0]}
    return found


def _known(scope: str, address: str) -> list[sa.ColumnElement[bool]]:
    hashes = [_hash(number, scope, address) for number in sorted(links.keys())]
    return [Suppression.scope == scope, Suppression.address_hash.in_(hashes)]


def _hash(number: int, scope: str, address: str) -> str:
    return hmac.digest(links.keys()[number], f"no letters\n{scope}\n{address.casefold()}".encode(), "sha256").hex()
