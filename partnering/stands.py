"""Whether anything of a kind has changed, asked in one small question: words that every commit about it replaces.

A room says which tables its `topic` depends on. A transaction that has written to one of them puts a word drawn by lot
in the place of another, as the last thing it does: readers see it together with what was written, and those who write
at the same time wait for each other at most while one of them commits. Whoever keeps something beside the words that
he read before, keeps what is still true as long as the words are the same.
"""

import random
import secrets
import threading
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import straight
from .db import Model, connected, table_of

LANES = 16
"""So many words a topic has, so that those who commit at the same time seldom replace the same one."""

_topics: dict[str, set[str]] = {}
"""The topics that a table belongs to, by its name."""

_topics_of_new: dict[str, set[str]] = {}
"""The same for rows that are new in it."""

_written = threading.local()
"""The topics that the transaction of this thread has written about."""


class Stand(Model):
    """One of the words of a topic."""

    topic: Mapped[str] = mapped_column(sa.String(20))
    lane: Mapped[int] = mapped_column(sa.SmallInteger)
    word: Mapped[int]

    __table_args__ = (
        sa.UniqueConstraint("topic", "lane"),
        sa.CheckConstraint(f"lane >= 0 AND lane < {LANES}", name="lane_known"),
    )


def watch(topic: str, *models: type[Model], new: bool = True) -> None:
    """Say which tables a topic depends on; for modules, when they are imported.

    Without `new`, a new row makes no difference by itself: whoever adds one that does, says so with `mark`.
    """
    for table in map(table_of, models):
        _topics.setdefault(table.name, set()).add(topic)
        if new:
            _topics_of_new.setdefault(table.name, set()).add(topic)


def mark(topic: str) -> None:
    """Say within a transaction that it writes about a topic, where its tables alone do not tell."""
    vars(_written).setdefault("topics", set()).add(topic)


def watched(topic: str) -> frozenset[str]:
    """The tables that a topic depends on, by name."""
    return frozenset(name for name, topics in _topics.items() if topic in topics)


def words(link: sa.Connection, topic: str) -> str:
    """The words of a topic now; equal ones mean that nothing of it has been changed between."""
    return ",".join(map(str, straight.run(link, _WORDS, {"topic": topic}).column()))


_WORDS = sa.select(Stand.word).where(Stand.topic == sa.bindparam("topic")).order_by(Stand.lane)


@cache
def _replace(dialect: str) -> Any:
    table = table_of(Stand)
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    return insert.on_conflict_do_update(index_elements=["topic", "lane"], set_={"word": insert.excluded.word})


@event.listens_for(sa.Engine, "before_execute")
def _note(link: sa.Connection, statement: Any, *_more: Any) -> None:
    """Remember that a statement writes about a topic, if it does."""
    if getattr(statement, "is_dml", False):
        topics = (_topics_of_new if statement.is_insert else _topics).get(statement.table.name)
        if topics:
            vars(_written).setdefault("topics", set()).update(topics)


@event.listens_for(Session, "before_commit")
def _say(session: Session) -> None:
    session.flush()  # what waits to be written has not been noted yet
    topics = vars(_written).pop("topics", None)
    if not topics:
        return
    link = connected(session)
    lane = random.randrange(LANES) if link.dialect.name == "postgresql" else 0
    for topic in sorted(topics):
        straight.run(link, _replace(link.dialect.name), {"topic": topic, "lane": lane, "word": secrets.randbits(62)})


@event.listens_for(Session, "after_rollback")
def _undo(session: Session) -> None:
    vars(_written).pop("topics", None)
