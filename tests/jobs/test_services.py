"""A job is deferred with the deed that needs it, or not at all."""

import pytest
import sqlalchemy as sa

from partnering import jobs
from partnering.db import OutsideTransaction, db, transaction
from partnering.jobs import registry
from partnering.jobs.models import Job
from tests.support import kinds


def queued() -> tuple[int, int]:
    """How many rows of ours there are, and how many of procrastinate's."""
    db.session.rollback()
    theirs = 0
    if db.session.get_bind().dialect.name == "postgresql":
        theirs = db.session.scalar(sa.text("SELECT count(*) FROM procrastinate_jobs")) or 0
    return db.session.scalar(sa.select(sa.func.count()).select_from(Job)) or 0, theirs


def test_a_deed_that_is_undone_leaves_no_job(ctx):
    def deed() -> None:
        with transaction():
            jobs.defer("test.mark", name="a")
            raise RuntimeError("undo")

    with pytest.raises(RuntimeError, match="undo"):
        deed()

    assert queued() == (0, 0)


def test_a_deed_that_is_done_leaves_one_job_with_its_engine(ctx, engine):
    with transaction():
        job = jobs.defer("test.mark", name="a", event_ref="e" * 16, owner_ref="p" * 16)
        found = (job.state, job.arguments, job.event_ref, job.owner_ref)

    assert found == ("ready", {"name": "a"}, "e" * 16, "p" * 16)
    assert queued() == (1, 1 if engine == "postgresql" else 0)


def test_a_job_outside_a_transaction_is_refused(ctx):
    with pytest.raises(OutsideTransaction):
        jobs.defer("test.mark", name="a")


def test_a_task_that_no_room_offers_is_refused(ctx):
    assert kinds.mark is registry.find("test.mark").run
    with pytest.raises(registry.UnknownTask), transaction():
        jobs.defer("test.nothing")
