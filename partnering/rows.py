"""Rows asked for and written one by one, without the bookkeeping with which the session gathers what has changed.

For what every registration does: the same rows, constraints and refusals, at a fraction of the time.
"""

from collections.abc import Callable, Collection
from functools import cache, partial
from typing import Any, Generic, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_state, manager_of_class, set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from . import straight
from .db import Model, OutsideTransaction, Versioned, connected, db, table_of

Thing = TypeVar("Thing", bound=Model)


def ask(question: sa.Executable, values: dict[str, Any]) -> straight.Answer:
    """The rows of a small question about plain columns, at a third of what the session takes to answer it."""
    session = db.session()
    session.flush()
    return straight.run(connected(session), question, values)


class Reader(Generic[Thing]):
    """Things of one kind out of the plain columns of a question, at a third of what the session takes to read them.

    `columns` are what the question asks for; those left out are read when somebody looks at them. Nothing beside the
    row is read: what belongs to it, whoever asks may put into `vars()` of the thing.
    """

    def __init__(
        self,
        kind: type[Thing],
        *,
        without: Collection[sa.orm.InstrumentedAttribute[Any]] = (),
        only: Collection[sa.orm.InstrumentedAttribute[Any]] = (),
    ) -> None:
        """For things of `kind`, `without` columns that are seldom looked at, or with `only` these beside the id."""
        left_out = {attribute.key for attribute in without}
        if only:
            kept = {"id", *(attribute.key for attribute in only)}
            left_out = {column.name for column in table_of(kind).columns} - kept
        self.columns = tuple(column for column in table_of(kind).columns if column.name not in left_out)
        self._kind, self._left_out = kind, left_out
        self._names = [column.name for column in self.columns]
        self._id = self._names.index("id")
        self._width = len(self.columns)
        self._by_id = sa.select(*self.columns).where(table_of(kind).c.id == sa.bindparam("number"))

    def thing(self, row: Any, at: int = 0) -> Thing | None:
        """The thing whose columns begin `at` this place of a row, as the row has it; None where a join met nothing."""
        return self.once({}, row, at)

    def at(self, number: int) -> Thing | None:
        """The thing of this id, as it is known or else stored."""
        known: Thing | None = db.session().identity_map.get((self._kind, (number,), None))
        if known is not None and not instance_state(known).expired:
            return known
        row = ask(self._by_id, {"number": number}).one_or_none()
        return self.thing(row) if row is not None else None

    def once(self, known: dict[int, Thing], row: Any, at: int = 0) -> Thing | None:
        """The same, but each thing is read once into `known`, by id, however many rows of a join say it."""
        number = row[at + self._id]
        if number is None:
            return None
        if number not in known:
            known[number] = self._read(number, row, at)
        return known[number]

    def _read(self, number: int, row: Any, at: int) -> Thing:
        session = db.session()
        values = zip(self._names, row[at : at + self._width], strict=True)
        thing: Thing | None = session.identity_map.get((self._kind, (number,), None))
        if thing is None:
            thing = new_row(self._kind, **dict(values))
            _keep(session, thing, number, self._left_out)
        else:
            for name, value in values:
                set_committed_value(thing, name, value)
        return thing


def _keep(session: Session, thing: Model, number: int, left_out: Collection[str] = ()) -> None:
    """Let the session know a thing as if it had read it by itself, but for what was left out."""
    state = instance_state(thing)
    if state.modified:  # somebody has set what it says, instead of saying it from the beginning
        make_transient_to_detached(thing)
        session.add(thing)
        return
    state.key = (type(thing), (number,), None)
    state.session_id = session.hash_key
    state.expired_attributes.update(left_out)
    # what a deed wrote that was undone is still known while anybody holds it, and SQLite gives its id anew
    session.identity_map.replace(state)


def new_row(what: type[Thing], /, **columns: Any) -> Thing:
    """A row that is to be written by `write`, said by its columns alone: nobody listens, so that nothing is told."""
    thing: Thing = manager_of_class(what).new_instance()
    vars(thing).update(columns)
    return thing


def say(thing: Model, /, **columns: Any) -> None:
    """Say more columns of a row of `new_row` that is not written yet."""
    vars(thing).update(columns)


def write(*things: Model) -> None:
    """Insert new rows of one kind at once and give them their ids, as adding and flushing does, at a third of its cost.

    For rows that name others by id and say the same columns. Raises `OutsideTransaction`.
    """
    session = db.session()
    if not session.info.get("writing"):
        raise OutsideTransaction("a write outside transaction()")
    session.flush()
    if not things:
        return
    statement = _insert(type(things[0]))
    rows = [_row(vars(thing), statement.defaults) for thing in things]
    assert all(row.keys() == rows[0].keys() for row in rows), "rows that say different columns"
    link = connected(session)
    if len(rows) == 1:
        numbers = [straight.run(link, statement.one, rows[0]).scalar()]
    else:
        numbers = list(link.execute(statement.many, rows).scalars())
    for thing, number in zip(things, numbers, strict=True):
        vars(thing)["id"] = number
        _keep(session, thing, number)


def change(thing: Model, **values: Any) -> None:
    """Write new values of a row's columns at once, as setting and flushing does, at a fifth of its cost.

    For columns of which nothing set so far waits to be written. Raises `StaleDataError` where somebody else has changed
    a `Versioned` row meanwhile, and `OutsideTransaction`.
    """
    session = db.session()
    if not session.info.get("writing"):
        raise OutsideTransaction("a write outside transaction()")
    row = {**values, "row_id": thing.id}
    if isinstance(thing, Versioned):
        values["version"] = thing.version + 1
        row.update(version=values["version"], row_version=thing.version)
    if straight.run(connected(session), _update(type(thing)), row).rowcount != 1:
        raise StaleDataError(f"{type(thing).__name__} {thing.id} was changed by somebody else")
    for name, value in values.items():
        set_committed_value(thing, name, value)


@cache
def _update(kind: type[Model]) -> sa.Update:
    """How one row of a kind is updated; which columns, its parameters say."""
    table = table_of(kind)
    statement = sa.update(table).where(table.c.id == sa.bindparam("row_id"))
    if issubclass(kind, Versioned):
        statement = statement.where(table.c.version == sa.bindparam("row_version"))
    return statement


def _row(said: dict[str, Any], defaults: dict[str, Callable[[], Any] | None]) -> dict[str, Any]:
    """What is stored of a thing that says this; its defaults are said by it from now on."""
    row = {}
    for name, default in defaults.items():
        if name not in said:
            said[name] = default() if default is not None else None
            if default is None:
                continue
        row[name] = said[name]
    return row


class _Insert(NamedTuple):
    """How one row of a kind is inserted, and several; and what stands in each column unless it is said."""

    one: Any
    many: Any
    defaults: dict[str, Callable[[], Any] | None]


@cache
def _insert(kind: type[Model]) -> _Insert:
    table = table_of(kind)
    defaults = {column.name: _default(column.default) for column in table.columns if column.name != "id"}
    insert = sa.insert(table)
    return _Insert(insert.returning(table.c.id), insert.returning(table.c.id, sort_by_parameter_order=True), defaults)


def _default(default: Any) -> Callable[[], Any] | None:
    """What makes the value of a column that nobody has set; None for one that stays empty."""
    if default is None:
        return None
    return partial(default.arg, None) if default.is_callable else lambda: default.arg
