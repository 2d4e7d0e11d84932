"""How one job runs: claimed with lease and fence, kept while it lives, marked done, retried later or failed.

The row is the truth on both databases. On SQLite it is the queue too; on PostgreSQL procrastinate says when.
"""

import logging
import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from .. import clock, faults
from ..db import db, transaction, writing
from . import procrastinate_engine, registry
from .models import Job, JobFile

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
BACK_OFF_SECONDS = (10, 60, 300, 900)
"""Waiting times before the second, third, ... attempt; the last one repeats."""


class JobLost(RuntimeError):
    """Another worker has taken the job over; this one's marks no longer count."""


@dataclass(frozen=True)
class Claimed:
    """A job that is ours for the length of the lease, under this fence."""

    id: int
    fence: int
    public_id: str
    task: str
    arguments: dict[str, Any]
    attempts: int
    event_ref: str | None
    owner_ref: str | None


@dataclass
class RunningJob:
    """What a task is given; see `registry.Progress`."""

    claimed: Claimed
    public_id: str = field(init=False)
    event_ref: str | None = field(init=False)
    owner_ref: str | None = field(init=False)

    def __post_init__(self) -> None:
        self.public_id = self.claimed.public_id
        self.event_ref = self.claimed.event_ref
        self.owner_ref = self.claimed.owner_ref

    def progress(self, done: int, total: int) -> None:
        """Say how far the job is, which also keeps it; outside a transaction what was read before is read anew.

        Raises `JobLost`.
        """
        _within(lambda: _keep(self.claimed, done=done, total=total))

    def file(self, name: str, media_type: str, content: bytes) -> None:
        """Keep a file for download, in place of an earlier one. Raises `JobLost`."""

        def keep() -> None:
            _keep(self.claimed)
            db.session.execute(sa.delete(JobFile).where(JobFile.job_id == self.claimed.id))
            db.session.add(
                JobFile(
                    job_id=self.claimed.id, name=name, media_type=media_type, content=content, created_at=clock.now()
                )
            )
            db.session.flush()

        _within(keep)


def _within(deed: Any) -> None:
    """Do it in the running transaction, or in one of its own."""
    if writing():
        deed()
        return
    with transaction():
        deed()


def claim_due() -> Claimed | None:
    """Take the oldest job that is due or abandoned; the queue of SQLite. Looks first, so that idling writes nothing."""
    db.session.rollback()
    due = _due().order_by(Job.run_at, Job.id).limit(1)
    if db.session.scalar(due) is None:
        return None
    with transaction() as session:
        id = session.scalar(due)
        return None if id is None else _take(Job.id == id)


def _due() -> sa.Select[int]:
    now = clock.now()
    return sa.select(Job.id).where(
        sa.or_(
            sa.and_(Job.state == "ready", Job.run_at <= now),
            sa.and_(Job.state == "running", Job.lease_until < now),
        )
    )


def claim(public_id: str) -> Claimed | None:
    """Take the job that procrastinate names, also from a worker that procrastinate knows to be dead."""
    with transaction():
        return _take(Job.public_id == public_id, Job.state.in_(("ready", "running")))


def _take(*which: sa.ColumnElement[bool]) -> Claimed | None:
    row = db.session.execute(
        sa.update(Job)
        .where(*which)
        .values(
            state="running", fence=Job.fence + 1, lease_until=clock.now() + LEASE, attempts=Job.attempts + 1, done=0
        )
        .returning(
            Job.id, Job.fence, Job.public_id, Job.task, Job.arguments, Job.attempts, Job.event_ref, Job.owner_ref
        )
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return None if row is None else Claimed(*row)


def run(claimed: Claimed) -> None:
    """Run a claimed job to its end. What goes wrong in the task is kept in the row, never raised."""
    faults.point("jobs.before_run")
    try:
        task = registry.find(claimed.task)
        with _Heartbeat(claimed):
            result = task.run(RunningJob(claimed), **claimed.arguments)
        faults.point("jobs.before_done")
        with transaction():
            _set(claimed, state="done", result=result, finished_at=clock.now(), lease_until=None, last_error="")
    except JobLost:
        log.warning("job %s was taken over by another worker", claimed.public_id)
    except Exception as error:
        log.exception("job %s (%s) failed at attempt %s", claimed.public_id, claimed.task, claimed.attempts)
        _failed(claimed, error)


def _failed(claimed: Claimed, error: Exception) -> None:
    known = registry.tasks.get(claimed.task)
    reason = f"{type(error).__name__}: {error}"[:500]
    now = clock.now()
    try:
        with transaction():
            if claimed.attempts >= (known.attempts if known else 5):
                _set(claimed, state="failed", finished_at=now, lease_until=None, last_error=reason)
                return
            seconds = BACK_OFF_SECONDS[min(claimed.attempts, len(BACK_OFF_SECONDS)) - 1]
            run_at = now + timedelta(seconds=seconds)
            _set(claimed, state="ready", run_at=run_at, lease_until=None, last_error=reason)
            if db.session.get_bind().dialect.name == "postgresql":
                procrastinate_engine.defer(db.session.get_one(Job, claimed.id), later=True)
    except JobLost:
        log.warning("job %s was taken over by another worker", claimed.public_id)


def _keep(claimed: Claimed, **values: Any) -> None:
    _set(claimed, lease_until=clock.now() + LEASE, **values)


def _set(claimed: Claimed, **values: Any) -> None:
    """Write to the row while the job is ours. Raises `JobLost`."""
    written = db.session.execute(
        sa.update(Job)
        .where(Job.id == claimed.id, Job.fence == claimed.fence, Job.state == "running")
        .values(**values)
        .returning(Job.id)
        .execution_options(synchronize_session="fetch")
    )
    if written.scalar_one_or_none() is None:
        raise JobLost(claimed.public_id)


class _Heartbeat(AbstractContextManager["_Heartbeat"]):
    """Renews the lease three times as often as it ends, as long as the process lives."""

    def __init__(self, claimed: Claimed) -> None:
        self._claimed = claimed
        self._app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the documented way
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"job {claimed.public_id}", daemon=True)

    def __enter__(self) -> "_Heartbeat":
        self._thread.start()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._ended.wait(LEASE.total_seconds() / 3):
            try:
                with self._app.app_context(), transaction():
                    _keep(self._claimed)
            except JobLost:
                return
            except Exception:
                log.exception("could not keep job %s", self._claimed.public_id)
