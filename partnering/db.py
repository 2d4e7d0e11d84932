"""The database: column types, mixins, and `transaction()`, the only place that commits.

SQLite and PostgreSQL are equals here. Every writing transaction on SQLite begins with `BEGIN IMMEDIATE`, so
that a reader never has to become a writer half-way (which SQLite refuses at once).
"""

import json
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from flask.globals import _cv_app, app_ctx
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from psycopg.pq import TransactionStatus
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    SessionTransaction,
    declared_attr,
    mapped_column,
    registry,
    relationship,
)

from . import indexes, postgresql, sqlite

T = TypeVar("T")

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class NaiveTime(TypeError):
    """A time without a zone was about to be stored."""


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An instant. Takes aware datetimes only and gives back UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise NaiveTime(f"{value!r} has no zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@dataclass(frozen=True)
class BilingualText:
    """An organiser's text in German and English; a missing language falls back to the other."""

    de: str = ""
    en: str = ""

    def in_(self, locale: str) -> str:
        """The text in `locale`, else in the other language."""
        return (self.de or self.en) if locale == "de" else (self.en or self.de)

    def language(self, locale: str) -> str:
        """The language that `in_(locale)` answers in, for a `lang` attribute."""
        other = "en" if locale == "de" else "de"
        return locale if getattr(self, locale, "") or not getattr(self, other) else other

    def __bool__(self) -> bool:
        return bool(self.de or self.en)

    def __str__(self) -> str:
        return self.de or self.en


class Bilingual(sa.types.TypeDecorator[BilingualText]):
    """A `BilingualText`, stored as JSON. Sort by a language with `column["de"].as_string()`."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else sa.JSON())

    def process_bind_param(self, value: BilingualText | None, dialect: Dialect) -> dict[str, str] | None:
        return None if value is None else {"de": value.de, "en": value.en}

    def process_result_value(self, value: Any, dialect: Dialect) -> BilingualText | None:
        if value is None:
            return None
        pair = json.loads(value) if isinstance(value, str) else value
        return BilingualText(pair.get("de", ""), pair.get("en", ""))


Json = sa.JSON().with_variant(JSONB(), "postgresql")


class Model(DeclarativeBase):
    """The base of every stored thing. `id` never leaves the house; what people see is `public_id`."""

    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: UtcDateTime(),
            BilingualText: Bilingual(),
            int: sa.BigInteger(),
            str: sa.Text(),
            dict[str, Any]: Json,
            list[str]: Json,
        },
    )

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    id: Mapped[int] = mapped_column(BigId, primary_key=True, sort_order=-10)


class OneEngineSession(FlaskSession):
    """A session of an application that has one database: nobody need look up, for each question, whom to ask."""

    engine: sa.Engine | None = None

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **_more: Any) -> Any:
        """The application's engine, unless the caller names one."""
        if bind is not None:
            return bind
        if self.engine is None:
            self.engine = self._db.engine
        return self.engine


def _context() -> int:
    """Whom a session belongs to: an application's context, found without the proxies in front of it."""
    return id(_cv_app.get(None) or app_ctx._get_current_object())  # type: ignore[attr-defined]  # which says what is wrong


db = SQLAlchemy(
    model_class=Model,
    disable_autonaming=True,
    session_options={"class_": OneEngineSession, "scopefunc": _context},
)


_SYMBOLS = b"abcdefghijklmnopqrstuvwxyz234567" * 8
"""For each byte the base32 symbol of its last five bits."""


def new_public_id() -> str:
    """Sixteen random base32 characters (80 bit): a name, not a secret."""
    return secrets.token_bytes(16).translate(_SYMBOLS).decode()


class PublicId:
    """A thing that people or other programs can name."""

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id, sort_order=-9)


class Versioned:
    """A thing that pages edit: a stale edit raises `StaleDataError`, which becomes 409."""

    version: Mapped[int] = mapped_column(sa.Integer, default=1, sort_order=-8)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


class Linked:
    """A thing with a long-lived secret link; raising `generation` revokes every link given out."""

    generation: Mapped[int] = mapped_column(sa.Integer, default=1, sort_order=-7)


@indexes.found_by("event_id")
class InEvent:
    """A row that belongs to one event. Children point at (event_id, id), so they cannot stray into another."""

    @declared_attr
    def event_id(cls) -> Mapped[int]:
        return mapped_column(sa.ForeignKey("event.id"), sort_order=-6)


def in_event(*args: Any) -> tuple[Any, ...]:
    """Table arguments of a row in an event: `args` and UNIQUE(event_id, id) for its children to point at."""
    return (sa.UniqueConstraint("event_id", "id"), *args)


def within_event(column: str, table: str) -> sa.ForeignKeyConstraint:
    """A composite foreign key (event_id, `column`) to `table`."""
    return sa.ForeignKeyConstraint(["event_id", column], [f"{table}.event_id", f"{table}.id"])


def to_one(owner: str, target: str, column: str, **options: Any) -> Any:
    """The relationship `owner.column` to `target.id`, beside composite keys that share `event_id`."""
    return relationship(
        target, primaryjoin=f"{owner}.{column} == {target}.id", foreign_keys=f"{owner}.{column}", **options
    )


def to_many(owner: str, target: str, column: str, **options: Any) -> Any:
    """The other direction of `to_one`: all `target` rows whose `column` names this row. For reading only."""
    return relationship(
        target,
        primaryjoin=f"{target}.{column} == {owner}.id",
        foreign_keys=f"{target}.{column}",
        viewonly=True,
        **options,
    )


def one_of(column: str, *values: str, name: str | None = None) -> sa.CheckConstraint:
    """CHECK that `column` holds one of `values`."""
    return sa.CheckConstraint(f"{column} IN ({', '.join(repr(v) for v in values)})", name=name or f"{column}_known")


def only_where(condition: str) -> dict[str, Any]:
    """Options that make an index partial on both databases."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def whole_number(column: str) -> sa.CheckConstraint:
    """CHECK, on SQLite only, that a count is an integer: there, text would pass `> 0`."""
    constraint = sa.CheckConstraint(f"typeof({column}) = 'integer'", name=f"{column}_integer")
    return constraint.ddl_if(dialect="sqlite")


def append_only_tables() -> list[str]:
    """The tables of ours that triggers keep append-only."""
    return [table.name for table in Model.metadata.sorted_tables if table.info.get("append_only")]


def table_of(model: type[Model]) -> sa.Table:
    """The table of a model."""
    table = model.__table__
    assert isinstance(table, sa.Table)  # as of every mapped class
    return table


def append_only(table: sa.Table) -> None:
    """Add triggers to `table` that refuse UPDATE and DELETE on both databases."""
    table.info["append_only"] = True
    for statement in append_only_statements(table.name, "sqlite"):
        event.listen(table, "after_create", sa.DDL(statement).execute_if(dialect="sqlite"))
    for statement in append_only_statements(table.name, "postgresql"):
        event.listen(table, "after_create", sa.DDL(statement.replace("%", "%%")).execute_if(dialect="postgresql"))
    drop = sa.DDL(f"DROP FUNCTION IF EXISTS {table.name}_append_only()")
    event.listen(table, "after_drop", drop.execute_if(dialect="postgresql"))


def append_only_statements(table: str, dialect: str) -> list[str]:
    """The statements that make `table` append-only on `dialect`; migrations run the same ones."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for deed in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$",
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()",
    ]


def searchable(table: sa.Table) -> None:
    """Let the words of `table.text` be searched: FTS5 beside it on SQLite, a GIN index over tsvector on PostgreSQL.

    `text` holds folded words with single spaces between (see `text.words`), so that both databases cut it alike.
    """
    table.info["searchable"] = True
    for dialect in ("sqlite", "postgresql"):
        for statement in searchable_statements(table.name, dialect):
            event.listen(table, "after_create", sa.DDL(statement).execute_if(dialect=dialect))
    drop = sa.DDL(f"DROP TABLE IF EXISTS {table.name}_words")
    event.listen(table, "after_drop", drop.execute_if(dialect="sqlite"))


def searchable_tables() -> list[str]:
    """The tables of ours whose words can be searched."""
    return sorted(table.name for table in Model.metadata.tables.values() if table.info.get("searchable"))


def belongs_to_search(name: str | None) -> bool:
    """Whether a table or index is kept by the databases for `searchable`: no model stands behind it."""
    return any(name == f"ix_{table}_words" or f"{name}_".startswith(f"{table}_words_") for table in searchable_tables())


def searchable_statements(table: str, dialect: str) -> list[str]:
    """The statements that make `table` searchable on `dialect`; migrations run the same ones."""
    if dialect == "postgresql":
        return [f"CREATE INDEX ix_{table}_words ON {table} USING gin (to_tsvector('simple', text))"]
    words, old, new = f"{table}_words", "VALUES ('delete', old.id, old.text)", "VALUES (new.id, new.text)"
    forget = f"INSERT INTO {words} ({words}, rowid, text) {old};"
    keep = f"INSERT INTO {words} (rowid, text) {new};"
    return [
        f"CREATE VIRTUAL TABLE {words} USING fts5(text, content='{table}', content_rowid='id', "
        "tokenize='unicode61 remove_diacritics 0', prefix='2 3')",
        f"CREATE TRIGGER {words}_insert AFTER INSERT ON {table} BEGIN {keep} END",
        f"CREATE TRIGGER {words}_delete AFTER DELETE ON {table} BEGIN {forget} END",
        f"CREATE TRIGGER {words}_update AFTER UPDATE OF text ON {table} BEGIN {forget} {keep} END",
    ]


class OutsideTransaction(RuntimeError):
    """Something was about to be written or committed outside `transaction()`."""


QUEUE_SECONDS = 15
"""How long a deed waits for others of its process; then it asks SQLite itself, which waits as long once more."""

_queues: WeakKeyDictionary[Any, Lock] = WeakKeyDictionary()
"""Where threads of this process queue for SQLite's one writer, by engine; SQLite only looks now and then."""


@contextmanager
def transaction() -> Iterator[Session]:
    """One deed: ends what was read before, begins anew (IMMEDIATE on SQLite), commits at the end or undoes all.

    What the deed depends on is asked inside. Raises `OutsideTransaction` when nested.
    """
    session = db.session()
    if session.info.get("writing"):
        raise OutsideTransaction("transaction() inside transaction()")
    end_reading()
    session.info.pop("now", None)
    session.info.pop("stand", None)
    session.info["writing"] = True
    queue = _queues.get(session.get_bind())
    waited = queue is not None and queue.acquire(timeout=QUEUE_SECONDS)
    try:
        if queue is not None:
            session.connection(execution_options={"begin": "IMMEDIATE"})
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        if queue is not None and waited:
            queue.release()
        session.info["writing"] = False
    for deed in session.info.pop("afterwards", []):
        deed()


def end_reading() -> None:
    """End what was read so far and forget it: what is asked next is as new as can be."""
    session = db.session()
    _keep_plans(session)
    session.rollback()


def _keep_plans(session: Session) -> None:
    """On PostgreSQL end reading with a COMMIT: at every ROLLBACK psycopg forgets the statements that it has prepared.

    All of them would be parsed and planned anew for every request.
    """
    bind = session.get_bind()
    if not session.in_transaction() or session.info.get("writing") or bind.dialect.name != "postgresql":
        return
    with suppress(sa.exc.SQLAlchemyError, bind.dialect.loaded_dbapi.Error):  # whoever asks next meets what is wrong
        link = session.connection().connection.dbapi_connection
        if link is not None and link.info.transaction_status == TransactionStatus.INTRANS:
            link.commit()


def after_commit(deed: Callable[[], None]) -> None:
    """Run `deed` once the running transaction has been committed; it is forgotten when the transaction fails."""
    db.session().info.setdefault("afterwards_pending", []).append(deed)


def once_in_deed(key: tuple[Any, ...], question: Callable[[], T]) -> T:
    """What `question` answers, asked once in a `transaction()` and forgotten with it; outside, whenever it is asked."""
    session = db.session()
    if not session.info.get("writing"):
        return question()
    known = session.info.setdefault("asked", {})
    if key not in known:
        known[key] = question()
    answer: T = known[key]
    return answer


def writing() -> bool:
    """Whether a `transaction()` is running."""
    return bool(db.session().info.get("writing"))


def connected(session: Session) -> Connection:
    """The connection of the session's transaction, which begins if none is running; found at once while one is."""
    link: Connection | None = session.info.get("link")
    return link if link is not None else session.connection()


CONNECTIONS = 16
"""So many a process keeps: two for each of its threads. Those beyond would be opened for each request and closed, which
costs as much as a page."""


def engine_options(uri: str) -> dict[str, Any]:
    """What SQLAlchemy is told: few connections are used much, so that what they keep is of use."""
    more = (
        postgresql.engine_options()
        if uri.startswith("postgresql")
        else {"connect_args": {"cached_statements": postgresql.PREPARED}}
    )
    return {"pool_size": CONNECTIONS, "pool_use_lifo": True, **more}


def install(app: Any) -> None:
    """Guard the session of `app`: writes and commits happen inside `transaction()` only."""
    app.teardown_appcontext(lambda _error: _keep_plans(db.session()))  # the session itself is closed after that
    with app.app_context():
        engine = db.engine
        if engine.dialect.name == "sqlite":
            _queues[engine] = Lock()
            sqlite.install(engine)
        else:
            postgresql.install(engine)


@event.listens_for(Session, "after_begin")
def _read_only_unless_writing(session: Session, begun: SessionTransaction, connection: Connection) -> None:
    """Let PostgreSQL itself refuse what is written outside `transaction()`, whichever way it comes."""
    if not begun.nested:
        session.info["link"] = connection
    if connection.dialect.name == "postgresql" and not begun.nested:
        driver: Any = connection.connection.driver_connection
        read_only = not session.info.get("writing")
        if driver.read_only is not read_only:
            driver.read_only = read_only


@event.listens_for(Session, "before_flush")
def _refuse_stray_writes(session: Session, context: Any, instances: Any) -> None:
    if not session.info.get("writing") and (session.new or session.deleted or _changed(session)):
        raise OutsideTransaction("a write outside transaction()")


def _changed(session: Session) -> bool:
    return any(session.is_modified(thing) for thing in session.dirty)


@event.listens_for(Session, "do_orm_execute")
def _refuse_stray_statements(state: ORMExecuteState) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and not state.session.info.get("writing"):
        raise OutsideTransaction("a write outside transaction()")


@event.listens_for(Session, "before_commit")
def _refuse_stray_commits(session: Session) -> None:
    if not session.info.get("writing"):
        raise OutsideTransaction("a commit outside transaction()")


@event.listens_for(Session, "after_commit")
def _remember_deeds(session: Session) -> None:
    session.info.setdefault("afterwards", []).extend(session.info.pop("afterwards_pending", []))


@event.listens_for(Session, "after_rollback")
def _forget_deeds(session: Session) -> None:
    session.info.pop("afterwards_pending", None)
    session.info.pop("link", None)


@event.listens_for(Session, "after_transaction_end")
def _forget_now(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:  # a flush ends one of its own inside
        for known in ("now", "asked", "stand", "link"):
            session.info.pop(known, None)
