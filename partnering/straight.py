"""Small statements straight to the driver: compiled once, values in, plain rows out, the same errors.

For what every registration asks and writes. SQLAlchemy keeps a result open, looks its statement up anew and prepares
for every kind of row; that costs a third of what a small statement takes altogether. Types, compiling, connections
and exceptions stay SQLAlchemy's.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

Processor = Callable[[Any], Any] | None

KEPT = 1_000
"""Statements that stay compiled; ours are about a hundred, each with the columns that it is given."""


class Answer(list[Any]):
    """The rows of an answer, which say their columns by name; `rowcount` is how many rows were written."""

    rowcount: int

    def first(self) -> Any:
        """The first row, or None."""
        return self[0] if self else None

    def one_or_none(self) -> Any:
        """The only row, or None. Raises `sqlalchemy.exc.MultipleResultsFound`."""
        if len(self) > 1:
            raise sa.exc.MultipleResultsFound("several rows where at most one was expected")
        return self.first()

    def one(self) -> Any:
        """The only row. Raises `sqlalchemy.exc.NoResultFound` or `MultipleResultsFound`."""
        row = self.one_or_none()
        if row is None:
            raise sa.exc.NoResultFound("no row where one was expected")
        return row

    def scalar(self) -> Any:
        """The first column of the first row, or None."""
        return self[0][0] if self else None

    def column(self) -> list[Any]:
        """The first column."""
        return [row[0] for row in self]


@dataclass(slots=True, eq=False)
class Ready:
    """A statement as the driver gets it.

    `fixed` are the values that it says itself, `made` those made for each row; `plain` are given one by one, `lists`
    each stand for several; `order` is their order where they have no names.
    """

    text: str
    wire: str | bytes
    fixed: dict[str, Any]
    made: list[tuple[str, Callable[[Any], Any], Processor]]
    plain: list[tuple[str, Processor]]
    lists: list[tuple[str, list[str], Processor]]
    order: list[str] | None
    types: list[sa.types.TypeEngine[Any]]
    row: Callable[[Iterable[Any]], Any]
    readers: list[tuple[int, Callable[[Any], Any]]] | None = field(default=None)

    def values(self, given: Mapping[str, Any]) -> Any:
        """What the driver is given beside the text."""
        said = dict(self.fixed)
        for name, make, process in self.made:
            said[name] = make(None) if process is None else process(make(None))
        for name, process in self.plain:
            said[name] = given[name] if process is None else process(given[name])
        for name, names, process in self.lists:
            said.update(zip(names, given[name] if process is None else map(process, given[name]), strict=True))
        return said if self.order is None else [said[name] for name in self.order]

    def rows(self, dialect: sa.Dialect, cursor: Any) -> Iterable[Any]:
        """The rows that a cursor has."""
        if self.readers is None:
            self.readers = [
                (at, process)
                for at, process in enumerate(
                    kind.dialect_impl(dialect).result_processor(dialect, said[1])
                    for kind, said in zip(self.types, cursor.description, strict=True)
                )
                if process is not None
            ]
        for values in cursor.fetchall():
            row = list(values)
            for at, process in self.readers:
                row[at] = process(row[at])
            yield self.row(row)


_ready: dict[tuple[Any, ...], Ready] = {}


def run(link: sa.Connection, statement: Any, given: Mapping[str, Any]) -> Answer:
    """Run a statement that is made once and kept, with these values.

    Raises what SQLAlchemy raises where the database refuses, and drops a connection that is gone as it does.
    """
    dialect = link.dialect
    # a list that is written is one value, of whatever length; one that is asked for stands for several
    lengths = () if statement.is_dml else tuple([len(value) for value in given.values() if type(value) is list])
    key = (statement, dialect.name, tuple(given), lengths)
    ready = _ready.get(key)
    if ready is None:
        if len(_ready) >= KEPT:
            _ready.clear()
        ready = _ready[key] = _compiled(statement, dialect, given)
    values = ready.values(given)
    if statement.is_dml:
        for listener in link.engine.dispatch.before_execute:
            listener(link, statement, (), values, {})
    cursor = _cursor(link, ready)
    try:
        for listener in link.engine.dispatch.before_cursor_execute:
            listener(link, cursor, ready.text, values, None, False)
        cursor.execute(ready.wire, values)
        for listener in link.engine.dispatch.after_cursor_execute:
            listener(link, cursor, ready.text, values, None, False)
        answer = Answer(ready.rows(dialect, cursor) if ready.types else ())
        answer.rowcount = cursor.rowcount
    except dialect.loaded_dbapi.Error as error:
        raise _refused(link, ready.text, values, cursor, error) from error
    return answer


def _cursor(link: sa.Connection, ready: Ready) -> Any:
    """The cursor of this statement on this connection: one that stays knows how its values go in and come out."""
    cursors: dict[Ready, Any] = link.info.setdefault("straight", {})
    cursor = cursors.get(ready)
    if cursor is None:
        if len(cursors) >= KEPT:
            cursors.clear()
        cursor = cursors[ready] = link.connection.cursor()
    return cursor


def _refused(link: sa.Connection, text: str, values: Any, cursor: Any, error: Any) -> BaseException:
    """The error as SQLAlchemy says it."""
    dialect = link.dialect
    gone = dialect.is_disconnect(error, link.connection.dbapi_connection, cursor)
    if gone:
        link.invalidate(error)
    return sa.exc.DBAPIError.instance(
        text,
        values,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=link.engine.hide_parameters,
        connection_invalidated=gone,
        dialect=dialect,
    )


def _compiled(statement: Any, dialect: sa.Dialect, given: Mapping[str, Any]) -> Ready:
    """A statement made ready for whoever gives values of these names, and lists of these lengths."""
    writes = statement.is_dml
    compiled = statement.compile(dialect=dialect, column_keys=list(given) if writes else None)
    defaults = {column.key: column.default for column in compiled.insert_prefetch} if writes else {}
    binds = compiled.binds
    said = compiled.construct_params(dict(given))
    expanded = compiled.construct_expanded_state(said)
    names = expanded.parameter_expansion
    processors = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
    columns = statement.exported_columns
    row: Any = namedtuple("Row", columns.keys(), rename=True)  # type: ignore[misc]  # columns are known at run time only
    types = [column.type for column in columns]
    text = expanded.statement
    # the driver hashes the text each time, and remembers that of bytes
    wire = text.encode() if dialect.driver == "psycopg" else text
    ready = Ready(text, wire, {}, [], [], [], expanded.positiontup, types, row._make)
    for name in said:
        process = processors[name]
        if name in defaults:
            default = defaults[name]
            if default.is_callable:
                ready.made.append((name, default.arg, process))
            else:
                ready.fixed[name] = default.arg if process is None else process(default.arg)
        elif name not in given and name in names:  # a list that the statement says itself
            each = said[name] if process is None else map(process, said[name])
            ready.fixed.update(zip(names[name], each, strict=True))
        elif name not in given:
            ready.fixed[name] = said[name] if process is None else process(said[name])
        elif name in names:
            ready.lists.append((name, list(names[name]), process))
        else:
            ready.plain.append((name, process))
    return ready
