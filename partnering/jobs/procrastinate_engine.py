"""How jobs enter procrastinate, the engine on PostgreSQL: one task of its own for all of ours.

Its job holds the public id of our row, and goes in over the connection of the running transaction.
"""

from typing import Any

from procrastinate import App, SyncPsycopgConnector

from ..db import db
from .models import Job

TASK = "partnering.run"

_deferring = App(connector=SyncPsycopgConnector())


def defer(job: Job, *, later: bool = False) -> None:
    """Have procrastinate run our job after the running transaction, `later` not before the job's `run_at`."""
    raw: Any = db.session.connection().connection.driver_connection
    _deferring.configure_task(
        TASK, connection=raw, schedule_at=job.run_at if later else None, allow_unknown=True
    ).defer(job=job.public_id)
