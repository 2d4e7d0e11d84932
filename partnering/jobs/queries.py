"""What can be asked about jobs: how far they are and what they made."""

from collections.abc import Sequence

import sqlalchemy as sa

from ..db import db
from .models import Job, JobFile


def job_by_id(public_id: str) -> Job | None:
    """The job of this public id."""
    return db.session.scalars(sa.select(Job).where(Job.public_id == public_id)).one_or_none()


def jobs_of_event(event_ref: str, task: str | None = None, limit: int = 20) -> Sequence[Job]:
    """An event's jobs, newest first."""
    asked = sa.select(Job).where(Job.event_ref == event_ref)
    if task is not None:
        asked = asked.where(Job.task == task)
    return db.session.scalars(asked.order_by(Job.id.desc()).limit(limit)).all()


def file_of(job: Job) -> JobFile | None:
    """What the job made for download."""
    return db.session.scalars(sa.select(JobFile).where(JobFile.job_id == job.id)).one_or_none()
