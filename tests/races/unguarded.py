"""The site with its guard off, for the negative control: it looks whether there is room, and writes a moment later.

The pool's CHECK is dropped by the test on PostgreSQL, and ignored here on SQLite, which cannot drop one.
"""

import threading
from typing import Any

import sqlalchemy as sa
from flask import g, request

from partnering import turns
from partnering.db import db
from partnering.tickets import pools
from partnering.tickets.models import Pool
from wsgi import app

_moment = threading.Event()


@app.before_request
def look() -> None:
    """Ask what is left before the deed, as a careless programmer would."""
    if request.endpoint == "registration.choose_ticket":
        with db.engine.connect() as connection:
            rows = connection.execute(sa.select(Pool.id, Pool.capacity - Pool.used))
            g.seen = {row[0]: row[1] for row in rows}
        _moment.wait(2 * turns.LONGEST)  # so that the others of this process have their turn, too


def draw(total: pools.Draws) -> int | None:
    """Write what was seen to fit."""
    for pool_id, quantity in total.items():
        if g.seen[pool_id] < quantity:
            return pool_id
        db.session.execute(
            sa.update(Pool)
            .where(Pool.id == pool_id)
            .values(used=Pool.used + quantity)
            .execution_options(synchronize_session=False)
        )
    return None


def ignore_checks(connection: Any, record: Any) -> None:
    """Let this process write what a CHECK forbids."""
    connection.execute("PRAGMA ignore_check_constraints=ON")


pools.draw = draw
with app.app_context():
    if db.engine.dialect.name == "sqlite":
        sa.event.listen(db.engine, "connect", ignore_checks)
    db.engine.dispose()
