"""What the database ended is done once more: one of two deeds that wait for each other, or what a lost line cut."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from .db import db

T = TypeVar("T")

log = logging.getLogger(__name__)

AGAIN = 3
"""How often a request is done anew at most."""

CROSSED = ("40P01", "40001")
"""What PostgreSQL calls a deadlock, and a transaction that it could not put in order. SQLite has one writer."""


class Application(Flask):
    """Flask; but a request that the database ended for another's sake is done again, before anybody sees it."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: no view or hook of ours is a coroutine, and nobody need look each time."""
        return func

    def preprocess_request(self) -> ResponseReturnValue | None:
        """What the guards say, from the first time that nothing stood in their way."""
        guards, said = super().preprocess_request, request.view_args

        def ask() -> Any:  # a longer name of a type would be looked up with each request
            request.view_args = dict(said) if said is not None else None  # what is read off an address is taken out
            return guards()

        return _again(ask)

    def dispatch_request(self) -> ResponseReturnValue:
        """The view's answer, from the first time that nothing stood in its way."""
        return _again(super().dispatch_request)


def _again(ask: Callable[[], T]) -> T:
    for number in range(1, AGAIN + 1):
        try:
            return ask()
        except DBAPIError as error:
            if not _undone(error):
                raise
            log.warning("request %s was ended by the database, time %d", g.get("request_id"), number)
        _start_anew()
    return ask()


def _undone(error: DBAPIError) -> bool:
    """Whether the database ended the deed for no fault of its own, and surely undid it.

    Of a line that broke at the commit, which is no statement, nobody knows whether it was done.
    """
    cut = error.connection_invalidated and error.statement is not None
    return cut or getattr(error.orig, "sqlstate", None) in CROSSED


def _start_anew() -> None:
    """Forget what was read and done so far; uploads are read from their beginning again."""
    db.session.rollback()
    for file in request.files.values():
        file.stream.seek(0)
