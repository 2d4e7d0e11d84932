"""How SQLite is spoken to: its file in WAL mode, nothing lost, and one writer after another without idle waiting."""

import sqlite3
from threading import Event
from time import monotonic
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

LOOK_SECONDS = 0.001
"""So often a writer looks whether those of other processes have finished."""

_never = Event()


def install(engine: sa.Engine) -> None:
    """Look after the engine's connections."""
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begun)


def _connected(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" below says BEGIN, not the driver
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begun(connection: sa.Connection) -> None:
    kind = connection.get_execution_options().get("begin", "")
    if not kind:
        connection.exec_driver_sql("BEGIN")
        return
    driver: Any = connection.connection.driver_connection
    patience = driver.execute("PRAGMA busy_timeout").fetchone()[0]
    driver.execute("PRAGMA busy_timeout=0")
    try:
        if not _turn_comes(driver, patience / 1000):
            connection.exec_driver_sql(f"BEGIN {kind}")  # says what is wrong
    finally:
        driver.execute(f"PRAGMA busy_timeout={patience}")


def _turn_comes(link: sqlite3.Connection, seconds: float) -> bool:
    """Begin to write as soon as no other process does; False if that takes too long, or something else is wrong.

    SQLite itself looks ever more seldom, in the end ten times a second, and finds that others came first.
    """
    until = monotonic() + seconds
    while True:
        try:
            link.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > until:
                return False
            _never.wait(LOOK_SECONDS)
        else:
            return True
