"""The worker: one thread for jobs, one for periodic tasks, letters among them, until it is told to stop.

Any number of workers may run side by side, and beside the web processes: what they do is claimed row by row.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.dialects import postgresql, sqlite

from .. import clock
from ..db import db, transaction
from . import procrastinate_worker, registry, runner
from .models import PeriodicRun
from .registry import Periodic

log = logging.getLogger(__name__)

stopping = threading.Event()
"""Set when this process is to end; what takes long looks at it between two steps."""

IDLE_SECONDS = 1.0
AFTER_FAULT_SECONDS = 5.0
PERIODIC_LEASE = timedelta(minutes=5)
"""A periodic run that has not ended after this time counts as dead; what takes longer defers a job."""


def run(app: Flask) -> None:
    """Work until `stopping` is set; then what is under way is finished."""
    threads = [
        threading.Thread(target=_repeat, args=(app, run_jobs), name="jobs"),
        threading.Thread(target=_repeat, args=(app, Clock().tick), name="periodic"),
    ]
    for thread in threads:
        thread.start()
    # a signal may reach another thread, which does not wake this one; yet only this one runs its handler
    while not stopping.wait(IDLE_SECONDS):
        if not all(thread.is_alive() for thread in threads):
            stopping.set()
    for thread in threads:
        thread.join()


def run_once(app: Flask) -> None:
    """Do everything that is due now, and what it brings about, then end."""
    clockwork = Clock()
    busy = True
    while busy and not stopping.is_set():
        with app.app_context():
            busy = run_jobs()
        with app.app_context():
            busy = clockwork.tick(always=True) or busy


def _repeat(app: Flask, work: Callable[[], bool]) -> None:
    """Do `work` again and again, at once while there is more. No fault in it ends the loop."""
    while not stopping.is_set():
        wait = IDLE_SECONDS
        try:
            with app.app_context():
                if work():
                    wait = 0
        except Exception:
            log.exception("the worker goes on after a fault")
            wait = AFTER_FAULT_SECONDS
        stopping.wait(wait)


def run_jobs() -> bool:
    """Run the jobs that are due with the database's engine; whether there were any."""
    if db.session.get_bind().dialect.name == "postgresql":
        return procrastinate_worker.drain(stopping)
    claimed = runner.claim_due()
    if claimed is None:
        return False
    runner.run(claimed)
    return True


class Clock:
    """Knows when this worker last looked at each periodic task."""

    def __init__(self) -> None:
        self._looked: dict[str, float] = {}
        self._slots: dict[str, datetime] = {}

    def tick(self, *, always: bool = False) -> bool:
        """Run what is due; whether a task says that there is more to do. `always` does not wait for a worker's own."""
        more = False
        for task in list(registry.periodic_tasks.values()):
            if stopping.is_set():
                break
            try:
                more = (self._own(task, always) if task.each_worker else self._shared(task)) or more
            except Exception:
                log.exception("periodic task %s failed", task.name)
            finally:
                db.session.rollback()
        return more

    def _own(self, task: Periodic, always: bool) -> bool:
        now = time.monotonic()
        if not always and now - self._looked.get(task.name, -1e9) < task.every.total_seconds():
            return False
        self._looked[task.name] = now
        more = task.run() is True
        if more:
            del self._looked[task.name]
        return more

    def _shared(self, task: Periodic) -> bool:
        slot = slot_of(clock.now(), task.every)
        if self._slots.get(task.name) == slot:
            return False
        run_id = claim_slot(task, slot)
        self._slots[task.name] = slot
        if run_id is None:
            return False
        try:
            return task.run() is True
        finally:
            with transaction() as session:
                session.execute(sa.update(PeriodicRun).where(PeriodicRun.id == run_id).values(finished_at=clock.now()))


def slot_of(moment: datetime, every: timedelta) -> datetime:
    """The due time that `moment` falls to: whole multiples of `every` since the epoch."""
    seconds = int(every.total_seconds())
    return datetime.fromtimestamp(int(moment.timestamp()) // seconds * seconds, UTC)


def claim_slot(task: Periodic, slot: datetime) -> int | None:
    """The right to run a periodic task at its due time, for one worker of all; None while an earlier run goes on."""
    with transaction() as session:
        dialect = session.get_bind().dialect.name
        if dialect == "postgresql":  # SQLite lets one writer in at a time anyway
            session.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"periodic {task.name}"})
        now = clock.now()
        running = sa.select(PeriodicRun.id).where(
            PeriodicRun.task == task.name,
            PeriodicRun.finished_at.is_(None),
            PeriodicRun.started_at > now - PERIODIC_LEASE,
        )
        if session.scalar(running.limit(1)) is not None:
            return None
        insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
        return session.scalar(
            insert(PeriodicRun)
            .values(task=task.name, due_at=slot, started_at=now)
            .on_conflict_do_nothing(index_elements=["task", "due_at"])
            .returning(PeriodicRun.__table__.c.id)
        )
