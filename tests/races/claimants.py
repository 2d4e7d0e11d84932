"""Buyers who need no page: `python -m tests.races.claimants URL COUNT [--careless]`.

Plays one round for each line on stdin, TICKETS and perhaps CODE: TICKETS are public ids joined by commas, all claimed
at once; CODE is typed with them. Each buyer is a thread that is ready before another line lets all of them go. Prints
as JSON what each met: "got", or the code of the refusal. With `--careless` the guard is off: they look whether there
is room, and write a moment later.
"""

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from partnering import clock
from partnering.app import create_app
from partnering.db import db, transaction
from partnering.errors import DomainError
from partnering.events.models import Event
from partnering.tickets import codes, pools, services, vouchers
from partnering.tickets.models import Code, Pool, Product

from ..support.databases import settings_for

_moment = threading.Event()


def claim(app: Flask, refs: list[str], text: str, ready: threading.Barrier) -> str:
    """One buyer: hold and confirm in one transaction; what they were told."""
    with app.app_context():
        found = sa.select(Product).where(Product.public_id.in_(refs)).order_by(Product.id)
        event = db.session.get_one(Event, db.session.scalars(found).all()[0].event_id)
        ready.wait(240)
        try:
            seen = look() if CARELESS else {}
            with transaction():
                db.session.info["seen"] = seen
                products = sorted(db.session.scalars(found), key=lambda product: refs.index(product.public_id))
                code = codes.find(event, text) if text else None
                until = clock.now() + timedelta(minutes=30)
                services.confirm(services.hold(event, [(product, 1) for product in products], until, code=code))
        except DomainError as error:
            return error.code
        return "got"


CARELESS = "--careless" in sys.argv


def look() -> dict[tuple[str, int], int]:
    """What is left of everything, read before the deed."""
    with db.engine.connect() as connection:
        free = {("pool", row[0]): row[1] for row in connection.execute(sa.select(Pool.id, Pool.capacity - Pool.used))}
        uses = sa.select(Code.id, sa.func.coalesce(Code.uses_max, 0) - Code.uses)
        free |= {("code", row[0]): row[1] for row in connection.execute(uses)}
    _moment.wait(0.05)
    return free


def careless_draw(total: pools.Draws) -> int | None:
    """Write what was seen to fit."""
    for pool_id, quantity in total.items():
        if db.session.info["seen"]["pool", pool_id] < quantity:
            return pool_id
        db.session.connection().execute(
            sa.update(Pool).where(Pool.__table__.c.id == pool_id).values(used=Pool.__table__.c.used + quantity)
        )
    return None


def careless_use(code: Code, units: int) -> None:
    """The same for a code."""
    if db.session.info["seen"]["code", code.id] < units:
        raise services.CodeUsed
    table = Code.__table__
    db.session.connection().execute(sa.update(Code).where(table.c.id == code.id).values(uses=table.c.uses + units))


def ignore_checks(connection: Any, record: Any) -> None:
    """Let this process write what a CHECK forbids."""
    connection.execute("PRAGMA ignore_check_constraints=ON")


def main(url: str, count: int) -> None:
    """All buyers of this process."""
    options = {"TESTING": True, "SQLALCHEMY_ENGINE_OPTIONS": {"pool_size": count, "max_overflow": count}}
    app = create_app(options, settings_for(url))
    if CARELESS:
        pools.draw, vouchers.use = careless_draw, careless_use
        with app.app_context():
            if db.engine.dialect.name == "sqlite":
                sa.event.listen(db.engine, "connect", ignore_checks)
            db.engine.dispose()
    ready = threading.Barrier(count + 1)
    with ThreadPoolExecutor(count) as threads:
        while line := sys.stdin.readline():
            refs, _blank, text = line.strip().partition(" ")
            answers = [threads.submit(claim, app, refs.split(","), text, ready) for _ in range(count)]
            print("ready", flush=True)  # noqa: T201 -- the parent waits for it
            sys.stdin.readline()
            ready.wait(240)
            print(json.dumps([answer.result() for answer in answers]), flush=True)  # noqa: T201 -- the answer


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
