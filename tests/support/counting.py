"""What is asked of the database."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import g

from partnering.db import db


@contextmanager
def statements(engine: sa.Engine | None = None) -> Iterator[list[str]]:
    """The statements that are run meanwhile, growing; of the application's engine unless another one is named."""
    asked: list[str] = []
    engine = engine or db.engine
    gc.collect()  # what a session still remembers of things that nobody holds is asked for anew, one by one

    def note(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def statements_of(deed: Callable[[], Any]) -> int:
    """How many statements a deed takes when nothing is loaded yet, and nothing kept in `g` as within one request."""
    for name in list(g):
        g.pop(name)
    db.session.expire_all()
    db.session.rollback()
    with statements() as asked:
        deed()
    return len(asked)
