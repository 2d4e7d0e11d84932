"""Pages that are the same for everybody, kept while the database stays as it is.

Each process asks the database, in one small question, whether anything at all has been written since a page was made;
if so, it is made anew, or, where the page says its topic, only if anything of that was (see `stands`). So nobody ever
reads what is no longer true, and no process need tell another.
"""

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import current_app, g, make_response, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine

from . import clock, stands
from .db import db, end_reading, writing
from .headers import cacheable
from .i18n import locale

T = TypeVar("T")

SNAPSHOT = sa.text("SELECT pg_current_snapshot()::text, now()")

MOST = 256
"""How many pages a process keeps."""

SLOT_SECONDS = 10
"""Pages depend on the clock too: what was made in one such slot is made anew in the next."""


COMMITTED = sa.cast(sa.func.pg_current_snapshot(), sa.Text)
"""PostgreSQL's word for what has been committed, as a column of a question about something else."""


@dataclass(frozen=True)
class Moment:
    """When something was made: what is made at an equal moment is equal."""

    state: str
    slot: int


class Memory:
    """What one application keeps. `watch` is a connection that does nothing but see whether others have written.

    `indexes` and `rooms` are for rooms that know themselves whether what they keep still holds, by event, or by their
    own word and an event. `words` are those of each topic, after the state at which they were asked.
    """

    def __init__(self) -> None:
        self.pages: OrderedDict[tuple[Any, ...], tuple[Moment, bytes]] = OrderedDict()
        self.parts: OrderedDict[tuple[Any, ...], tuple[Moment, Any]] = OrderedDict()
        self.indexes: OrderedDict[int, Any] = OrderedDict()
        self.rooms: OrderedDict[tuple[str, int], Any] = OrderedDict()
        self.words: dict[str, tuple[str, str]] = {}
        self.watch: sqlite3.Connection | None = None
        self.lock = threading.Lock()

    def state(self, engine: Engine) -> tuple[str, datetime]:
        """A word that is another one as soon as anybody has committed anything, and what time it is."""
        if engine.dialect.name == "postgresql":
            if db.session().in_transaction():
                word, read_at = db.session.execute(SNAPSHOT).one()
                clock.learn(read_at)
                return str(word), clock.now()
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as alone:  # spares BEGIN and ROLLBACK
                word, read_at = alone.execute(SNAPSHOT).one()
            return str(word), clock.unless_frozen(read_at)
        with self.lock:
            if self.watch is None:
                self.watch = sqlite3.connect(str(engine.url.database), check_same_thread=False)
            return str(self.watch.execute("PRAGMA data_version").fetchone()[0]), clock.now()

    def forget(self) -> None:
        """Forget everything: the database was replaced."""
        with self.lock:
            self.pages.clear()
            self.parts.clear()
            self.indexes.clear()
            self.rooms.clear()
            self.words.clear()
            if self.watch is not None:
                self.watch.close()
                self.watch = None


def memory() -> Memory:
    """This application's."""
    kept: Memory = current_app.extensions.setdefault("memory", Memory())
    return kept


def moment(topic: str = "") -> Moment:
    """The moment that it is now, in one small question; what is read after it is at least as new.

    One of a `topic` stays the same while only other things are written, which a second question tells.
    """
    state, now = memory().state(db.engine)
    return Moment(_words(topic, state) if topic else state, int(now.timestamp()) // SLOT_SECONDS)


def _words(topic: str, state: str) -> str:
    """The words of a topic, which are those from before as long as nothing at all has been committed."""
    kept = memory()
    known = kept.words.get(topic)
    if known is None or known[0] != state:
        with fresh() as link:
            known = kept.words[topic] = (state, stands.words(link, topic))
    return known[1]


def part_of(key: tuple[Any, ...], at: Moment) -> Any:
    """What was kept under this key at this moment; None for nothing."""
    found = memory().parts.get(key)
    return found[1] if found is not None and found[0] == at else None


def keep_part(key: tuple[Any, ...], at: Moment, value: object) -> None:
    """Keep something that was read after this moment was asked for."""
    kept = memory()
    with kept.lock:
        kept.parts[key] = (at, value)
        kept.parts.move_to_end(key)
        while len(kept.parts) > MOST:
            kept.parts.popitem(last=False)


def stand(topic: str) -> str:
    """A word that is another one as soon as anybody has committed anything of this topic.

    What is read after it, on a `fresh` connection, is at least as new.
    """
    return _words(topic, _state())


def _state() -> str:
    """What `Memory.state` says, asked once in what is being read."""
    session = db.session()
    known: str | None = session.info.get("stand")
    if known is None:
        known, _now = memory().state(db.engine)
        if session.in_transaction():
            session.info["stand"] = known
    return known


def learn(stand: str) -> None:
    """Take a word that the first question of this reading has asked beside something else."""
    session = db.session()
    if session.in_transaction():
        session.info.setdefault("stand", stand)


@contextmanager
def fresh() -> Iterator[sa.Connection]:
    """What has been written up to now: the session of this request on SQLite still sees what was there before."""
    if writing() or db.engine.dialect.name != "sqlite":
        yield db.session.connection()
        return
    with db.engine.connect() as link:
        yield link


def remembered_part(key: tuple[Any, ...], make: Callable[[], T], *, topic: str = "") -> T:
    """A part of a page that is the same for everybody who has this `key`: plain values, kept likewise."""
    if writing():
        return make()
    at = moment(topic)
    part: T | None = part_of(key, at)
    if part is None:
        end_reading()  # what was read so far may be older than `at`
        part = make()
        keep_part(key, at, part)
    return part


def remembered(seconds: int = 60) -> Callable[[Callable[..., str]], Callable[..., ResponseReturnValue]]:
    """Let a view's page, public for `seconds`, be kept; for visitors whom it does not address in person."""

    def keep(view: Callable[..., str]) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        def answer(**values: Any) -> ResponseReturnValue:
            if g.get("person") is not None or session.get("_flashes") or writing():
                return view(**values)
            kept, at = memory(), moment()
            key = (request.host_url, request.full_path, locale())
            found = kept.pages.get(key)
            if found is None or found[0] != at:
                end_reading()  # what was read so far may be older than `at`
                html = view(**values)
                if not g.get("public_for"):
                    return html
                found = (at, html.encode())
                with kept.lock:
                    kept.pages[key] = found
                    kept.pages.move_to_end(key)
                    while len(kept.pages) > MOST:
                        kept.pages.popitem(last=False)
            cacheable(seconds)
            return make_response(found[1])

        return answer

    return keep
