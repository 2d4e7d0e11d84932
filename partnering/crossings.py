"""Deeds that met crosswise: the database ends one of two that wait for each other, and it is done once more."""

import logging

from flask import Flask, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from .db import db

log = logging.getLogger(__name__)

AGAIN = 3
"""How often a request is done anew at most."""

CROSSED = ("40P01", "40001")
"""What PostgreSQL calls a deadlock, and a transaction that it could not put in order. SQLite has one writer."""


class Application(Flask):
    """Flask; but a request that the database ended for another's sake is done again, before anybody sees it."""

    def dispatch_request(self) -> ResponseReturnValue:
        """The view's answer, from the first time that nothing stood in its way."""
        for number in range(1, AGAIN + 1):
            try:
                return super().dispatch_request()
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in CROSSED:
                    raise
                log.warning("request %s met another crosswise, time %d", g.get("request_id"), number)
            _start_anew()
        return super().dispatch_request()


def _start_anew() -> None:
    """Forget what was read and done so far; uploads are read from their beginning again."""
    db.session.rollback()
    for file in request.files.values():
        file.stream.seek(0)
