"""What the worker does for the ground floor: puts stalled jobs back, forgets what is over."""

from datetime import timedelta

import sqlalchemy as sa

from .. import clock, idempotency, limits
from ..db import db, transaction
from . import procrastinate_worker
from .models import Job, JobFile, PeriodicRun
from .registry import periodic

FILES_KEPT = timedelta(days=7)
JOBS_KEPT = timedelta(days=30)
RUNS_KEPT = timedelta(days=7)


@periodic("jobs.rescue", every=timedelta(seconds=30))
def rescue() -> bool:
    """Put jobs back whose worker has died; whether there were any. On SQLite the lease alone does that."""
    return db.session.get_bind().dialect.name == "postgresql" and procrastinate_worker.rescue() > 0


@periodic("jobs.forget_old", every=timedelta(days=1))
def forget_old() -> None:
    """Delete rate limits and idempotency keys that are over, files after a week, jobs after a month."""
    with transaction() as session:
        now = clock.now()
        limits.forget_old()
        idempotency.forget_old()
        session.execute(sa.delete(JobFile).where(JobFile.created_at < now - FILES_KEPT))
        over = sa.select(Job.id).where(Job.state.in_(("done", "failed")), Job.finished_at < now - JOBS_KEPT)
        session.execute(sa.delete(JobFile).where(JobFile.job_id.in_(over)))
        session.execute(sa.delete(Job).where(Job.id.in_(over)).execution_options(synchronize_session=False))
        session.execute(sa.delete(PeriodicRun).where(PeriodicRun.due_at < now - RUNS_KEPT))
