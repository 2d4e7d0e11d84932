"""Jobs of the embedded worker, their progress, and when periodic tasks last ran."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Json, Model, PublicId, one_of


class Job(PublicId, Model):
    """A deferred task: on SQLite this row is the queue; on PostgreSQL procrastinate runs it and the row shows how."""

    task: Mapped[str] = mapped_column(sa.String(60))
    arguments: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    state: Mapped[str] = mapped_column(sa.String(10), default="ready")
    run_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(sa.Integer, default=0)
    attempts: Mapped[int] = mapped_column(sa.Integer, default=0)
    done: Mapped[int] = mapped_column(sa.Integer, default=0)
    total: Mapped[int] = mapped_column(sa.Integer, default=0)
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    last_error: Mapped[str] = mapped_column(default="")
    event_ref: Mapped[str | None] = mapped_column(sa.String(16), index=True)
    owner_ref: Mapped[str | None] = mapped_column(sa.String(16))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("state", "ready", "running", "done", "failed"),
        sa.Index("ix_job_due", "state", "run_at"),
    )


class JobFile(Model):
    """What a job made for download, such as a PDF."""

    job_id: Mapped[int] = mapped_column(sa.ForeignKey("job.id"), unique=True)
    name: Mapped[str]
    media_type: Mapped[str]
    content: Mapped[bytes]
    created_at: Mapped[datetime]


class PeriodicRun(Model):
    """One run of a periodic task at its due time; the unique key lets one scheduler win.

    Without `finished_at` it is running, or its worker died.
    """

    task: Mapped[str] = mapped_column(sa.String(60))
    due_at: Mapped[datetime]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    __table_args__ = (sa.UniqueConstraint("task", "due_at"),)
