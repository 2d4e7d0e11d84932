"""How PostgreSQL is spoken to: statements stay prepared, connections are asked whether they live only after a rest.

Each request would otherwise pay for it again: statements parsed and planned anew, a round trip that says nothing.
"""

from time import monotonic
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import generators
from psycopg.pq import TransactionStatus
from sqlalchemy import event

PREPARED = 1_000
"""Statements that each connection keeps prepared; ours are a few hundred, the driver's own limit is one hundred."""

AT_ONCE = 1
"""How often a statement is asked before it is prepared."""

TRUSTED_SECONDS = 1.0
"""A connection that answered so lately is believed to be alive. `crossings` does a request again if it was not."""

KEPT = 2_000
"""Statements whose columns are remembered."""

_columns: dict[Any, list[psycopg.Column]] = {}


class Cursor(psycopg.Cursor[Any]):
    """A cursor that remembers how its statement goes in, and which columns it answers with.

    Whoever asks the same one again, within a transaction, pays for the values, the question and the answer alone.
    """

    _asked: Any = None
    _understood: Any = None

    def execute(self, query: Any, *values: Any, **options: Any) -> "Cursor":
        """As psycopg's."""
        if query is self._asked and self._asks_again(*values):
            return self
        self._asked = query
        return super().execute(query, *values, **options)

    def _asks_again(self, values: Any) -> bool:
        """Send a statement that psycopg has prepared for values of these types; whether there was one."""
        line, query = self._pgconn, self._understood
        if query is None or line.transaction_status != TransactionStatus.INTRANS:
            return False
        query.dump(values)
        name = self._conn._prepared._names.get((query.query, query.types))
        if name is None:
            return False
        line.send_query_prepared(name, query.params, param_formats=query.formats, result_format=self.format)
        answers = self._conn.wait(generators.execute(line))
        self._check_results(answers)
        self._results = answers
        self._select_current_result(0)
        return True

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        self._understood = super()._convert_query(query, params)
        return self._understood

    @property
    def description(self) -> list[psycopg.Column] | None:
        """The columns of the answer, or None if there is none."""
        answer = self.pgresult
        if answer is None or not answer.nfields:
            return super().description
        columns = _columns.get(self._asked)
        if columns is None or len(columns) != answer.nfields:
            columns = super().description or []
            if len(_columns) >= KEPT:
                _columns.clear()
            _columns[self._asked] = columns
        return columns


def engine_options() -> dict[str, Any]:
    """What psycopg is told."""
    return {"connect_args": {"cursor_factory": Cursor, "prepare_threshold": AT_ONCE}}


def install(engine: sa.Engine) -> None:
    """Look after the engine's connections."""
    ping, broken = engine.dialect.do_ping, engine.dialect.loaded_dbapi.Error

    def connected(connection: Any, record: Any) -> None:
        connection.prepared_max = PREPARED
        record.info["alive"] = monotonic()

    def lent(connection: Any, record: Any, proxy: Any) -> None:
        if monotonic() - record.info["alive"] > TRUSTED_SECONDS:
            try:
                ping(connection)
            except broken as error:
                raise sa.exc.InvalidatePoolError from error

    def given_back(connection: Any, record: Any) -> None:
        if connection is not None and not connection.closed:
            if connection.read_only:
                connection.read_only = None  # as the server has it, for whoever goes without the session
            record.info["alive"] = monotonic()

    event.listen(engine, "connect", connected)
    event.listen(engine, "checkout", lent)
    event.listen(engine, "checkin", given_back)
