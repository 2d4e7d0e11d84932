"""One deed, killed after each of its statements in turn: `python -m tests.races.killed URL DEED [--careless]`.

Each time a child does the deed and dies after its nth statement, until one comes through; KILL_EVERY (1) leaves some
statements out. Prints as JSON after which
statements something of the deed was left, how many statements it has, and whether it was done in the end. With
`--careless` every statement is committed at once, so that half a deed stays.
"""

import hashlib
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Flask

from partnering.app import create_app
from partnering.db import db, transaction
from partnering.registration import approval, offers, services, waiting
from partnering.registration.models import Party, Place, Registration, WaitingEntry
from partnering.registration.seats import Guest

from ..support.databases import settings_for


def _one(model: type[Any], *conditions: sa.ColumnElement[bool]) -> Any:
    return db.session.scalars(sa.select(model).where(*conditions).order_by(model.id.desc()).limit(1)).one()


def _accept() -> None:
    entry = _one(WaitingEntry, WaitingEntry.state == "offered")
    party = offers.accept(entry)
    assert party is not None
    guest = {"title": "", "given_name": "Wanda", "family_name": "Quast", "email": entry.email, "function": ""}
    services.keep(party, people=[guest], company="", billing={})
    services.place(party)


def _substitute() -> None:
    registration = _one(Registration, Registration.state == "live")
    services.name_substitute(registration, Guest("new@example.org", "", "Neu", "Person", ""))


DEEDS: dict[str, Callable[[], object]] = {
    "place": lambda: services.place(_one(Party, Party.placed_at.is_(None))),
    "approve": lambda: approval.approve(_one(Party, Party.approval == "waiting")),
    "accept": _accept,
    "cancel": lambda: services.cancel_place(_one(Place, Place.cancelled_at.is_(None))),
    "substitute": _substitute,
    "leave": lambda: waiting.leave(_one(WaitingEntry, WaitingEntry.state == "offered")),
}


def rows(app: Flask) -> str:
    """A digest of everything that is stored."""
    digest = hashlib.sha256()
    with app.app_context():
        with db.engine.connect() as link:
            for table in db.metadata.sorted_tables:
                for row in link.execute(sa.select(table).order_by(*table.primary_key)):
                    digest.update(repr((table.name, tuple(row))).encode())
        db.engine.dispose()
    return digest.hexdigest()


def attempt(app: Flask, name: str, nth: int, careless: bool) -> None:
    """Do the deed; die after its nth statement."""
    passed = 0

    def count(link: Any, cursor: Any, *_more: Any) -> None:
        nonlocal passed
        passed += 1
        if careless:
            link.connection.driver_connection.commit()
        if passed == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    with app.app_context():
        sa.event.listen(db.engine, "after_cursor_execute", count)
        with transaction():
            DEEDS[name]()


def main(url: str, name: str, careless: bool) -> dict[str, Any]:
    """What was left after each statement."""
    app = create_app({"TESTING": True}, settings_for(url))
    before, nth = rows(app), 0
    left: list[int] = []
    while True:
        nth += int(os.environ.get("KILL_EVERY", "1"))
        child = os.fork()
        if child == 0:
            attempt(app, name, nth, careless)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        after = rows(app)
        if status == 0:
            return {"left": left, "statements": nth, "done": after != before}
        if status != signal.SIGKILL:
            raise RuntimeError(f"{name} failed by itself at statement {nth}")
        if after != before:
            left.append(nth)
            if careless:
                return {"left": left, "statements": nth, "done": False}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], "--careless" in sys.argv)))  # noqa: T201 -- its answer
