"""What can happen to jobs: deferred with the deed that needs them."""

from datetime import datetime
from typing import Any

from .. import clock
from ..db import OutsideTransaction, db, writing
from . import procrastinate_engine, registry
from .models import Job


def defer(
    name: str,
    /,
    *,
    event_ref: str | None = None,
    owner_ref: str | None = None,
    not_before: datetime | None = None,
    **arguments: Any,
) -> Job:
    """Have the task `name` run with these JSON arguments, once the running transaction has been committed.

    `event_ref` and `owner_ref` are public ids of the event it belongs to and the person who asked for it.
    Raises `OutsideTransaction`, or `UnknownTask`.
    """
    if not writing():
        raise OutsideTransaction("a job outside transaction()")
    registry.find(name)
    now = clock.now()
    job = Job(
        task=name,
        arguments=arguments,
        state="ready",
        run_at=max(not_before, now) if not_before else now,
        event_ref=event_ref,
        owner_ref=owner_ref,
        created_at=now,
    )
    db.session.add(job)
    db.session.flush()
    if db.session.get_bind().dialect.name == "postgresql":
        procrastinate_engine.defer(job, later=not_before is not None)
    return job
