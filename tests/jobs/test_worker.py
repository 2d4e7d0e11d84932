"""The worker: jobs with both engines, periodic tasks once in the whole installation, and no fault that ends it."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from partnering import clock, jobs
from partnering.db import db, transaction
from partnering.jobs import procrastinate_worker, queries, registry, runner, worker
from partnering.jobs.models import Job, JobFile, PeriodicRun
from partnering.mail.models import OutboxLetter, Suppression
from tests.support import kinds
from tests.support import worker as processes
from tests.support.waiting import until

START = datetime(2027, 3, 1, 8, tzinfo=UTC)


def defer(task: str, /, **arguments: Any) -> str:
    assert kinds.mark is not None
    with transaction():
        return jobs.defer(task, **arguments).public_id


def job(public_id: str) -> Job:
    db.session.rollback()
    found = queries.job_by_id(public_id)
    assert found is not None
    return found


def letter_state() -> str | None:
    db.session.rollback()
    return db.session.scalar(sa.select(OutboxLetter.state))


def work(app) -> None:
    """Do what is due, as `flask worker --once` does."""
    said = app.test_cli_runner().invoke(args=["worker", "--once"])
    assert said.exception is None


def test_a_job_runs_and_its_row_says_so(ctx):
    id = defer("test.mark", name="a")

    work(ctx)
    work(ctx)

    done = job(id)
    assert (done.state, done.result, done.done, done.total, done.attempts) == ("done", {"name": "a"}, 1, 1, 1)
    assert done.finished_at is not None
    assert db.session.scalars(sa.select(Suppression.scope)).all() == ["a"]


def test_a_job_keeps_one_file_however_often_it_makes_it(ctx):
    id = defer("test.file", words="eins")
    work(ctx)
    with transaction() as session:
        claimed = runner.Claimed(job(id).id, job(id).fence, id, "test.file", {}, 1, None, None)
        session.execute(sa.update(Job).values(state="running"))
        runner.RunningJob(claimed).file("words.txt", "text/plain", b"zwei")

    made = queries.file_of(job(id))
    assert made is not None
    assert (made.name, made.media_type, made.content) == ("words.txt", "text/plain", b"zwei")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(JobFile)) == 1


def test_a_job_that_fails_is_tried_again_later_and_then_given_up(ctx, caplog):
    id = defer("test.fails")
    before = clock.now()

    work(ctx)
    waiting = job(id)
    assert (waiting.state, waiting.attempts, waiting.last_error) == ("ready", 1, "ValueError: it cannot be done")
    assert timedelta(seconds=9) < waiting.run_at - before < timedelta(seconds=90)
    work(ctx)
    assert job(id).attempts == 1

    with transaction() as session:
        session.execute(sa.update(Job).values(run_at=clock.now()))
        if session.get_bind().dialect.name == "postgresql":
            session.execute(sa.text("UPDATE procrastinate_jobs SET scheduled_at = now()"))
    work(ctx)

    failed = job(id)
    assert (failed.state, failed.attempts, failed.last_error) == ("failed", 2, "ValueError: it cannot be done")
    assert "ValueError: it cannot be done" in caplog.text


def test_a_job_that_waits_for_its_time_does_not_run_before(ctx):
    with transaction():
        id = jobs.defer("test.mark", name="a", not_before=clock.now() + timedelta(hours=1)).public_id

    work(ctx)

    assert job(id).state == "ready"


def test_a_worker_that_lost_its_job_writes_nothing_any_more(ctx):
    id = defer("test.mark", name="a")
    first = runner.claim(id)
    second = runner.claim(id)
    assert first is not None
    assert second is not None

    with pytest.raises(runner.JobLost):
        runner.RunningJob(first).progress(1, 2)
    with pytest.raises(runner.JobLost):
        runner.RunningJob(first).file("a", "text/plain", b"")
    runner.run(second)

    assert (job(id).state, job(id).fence) == ("done", 2)
    assert runner.claim(id) is None


def test_progress_keeps_the_job(ctx, freeze):
    id = defer("test.mark", name="a")
    freeze(START)
    claimed = runner.claim(id)
    assert claimed is not None

    freeze(START + timedelta(seconds=50))
    runner.RunningJob(claimed).progress(3, 10)

    kept = job(id)
    assert (kept.done, kept.total, kept.lease_until) == (3, 10, START + timedelta(seconds=50) + runner.LEASE)


# -- killed in the middle


@pytest.mark.engine("postgresql")
def test_stalled_jobs_are_looked_for_where_an_event_loop_runs_already(ctx):
    async def beside_another_loop() -> int:
        return procrastinate_worker.rescue()

    def with_a_loop() -> int:
        with ctx.app_context():
            return asyncio.run(beside_another_loop())

    with ThreadPoolExecutor(1) as elsewhere:  # this thread's own loop may be that of a browser test before us
        assert elsewhere.submit(with_a_loop).result(60) == 0


@pytest.mark.parametrize("place", ["jobs.before_run", "jobs.before_done"])
def test_a_worker_killed_in_a_job_is_rescued(make_app, engine, place):
    app = make_app()
    with app.app_context():
        id = defer("test.mark", name="a")
        db.session.remove()

    assert processes.run_once(app.extensions["settings"], fault=f"{place}:1:kill") == -9
    with app.app_context():
        assert job(id).state == "running"
        with transaction() as session:  # as half a minute or a minute would
            session.execute(sa.update(Job).values(lease_until=clock.now() - timedelta(seconds=1)))
            if engine == "postgresql":
                session.execute(
                    sa.text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '31 seconds'")
                )
        db.session.remove()
    assert processes.run_once(app.extensions["settings"]) == 0

    with app.app_context():
        assert (job(id).state, job(id).attempts) == ("done", 2)
        assert db.session.scalars(sa.select(Suppression.scope)).all() == ["a"]
        db.session.remove()


def test_a_worker_works_until_it_is_told_to_end(make_app, post):
    app = make_app(mail_server="127.0.0.1", mail_port=post.port)
    with app.app_context():
        kinds.post_letter()
        id = defer("test.mark", name="a")
        db.session.remove()
    process = processes.start(app.extensions["settings"])
    try:
        post.wait_for(1, 60)
        with app.app_context():
            until(lambda: job(id).state == "done", 30)
            until(lambda: letter_state() == "sent", 30)
            db.session.remove()
    finally:
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=30)

    assert process.returncode == 0, said
    assert "Traceback" not in said


# -- periodic tasks


@pytest.fixture
def ticks() -> Iterator[list[str]]:
    """Periodic tasks of the test's own, in place of the rooms'; what they note."""
    noted: list[str] = []
    known = dict(registry.periodic_tasks)
    registry.periodic_tasks.clear()

    @jobs.periodic("test.broken", every=timedelta(minutes=1))
    def broken() -> None:
        raise ValueError("a periodic task fails")

    @jobs.periodic("test.tick", every=timedelta(minutes=1))
    def tick() -> None:
        noted.append("tick")

    @jobs.periodic("test.own", every=timedelta(seconds=2), each_worker=True)
    def own() -> None:
        noted.append("own")

    yield noted
    registry.periodic_tasks.clear()
    registry.periodic_tasks.update(known)


def test_a_periodic_task_runs_once_at_its_time_whoever_looks(ctx, ticks, freeze, caplog):
    freeze(START)
    one, two = worker.Clock(), worker.Clock()

    for clockwork in (one, two, one):
        clockwork.tick()
    assert ticks == ["tick", "own", "own"]
    freeze(START + timedelta(minutes=1))
    two.tick()
    one.tick()

    assert ticks.count("tick") == 2
    assert "a periodic task fails" in caplog.text


def test_the_next_run_does_not_begin_before_the_last_has_ended(ctx, ticks):
    task = registry.periodic_tasks["test.tick"]
    first = worker.claim_slot(task, START)
    assert first is not None

    assert worker.claim_slot(task, START + task.every) is None
    with transaction() as session:
        session.execute(sa.update(PeriodicRun).values(finished_at=clock.now()))

    assert worker.claim_slot(task, START + task.every) is not None


def test_a_run_whose_worker_died_holds_up_nobody_for_long(ctx, ticks, freeze):
    freeze(START)
    task = registry.periodic_tasks["test.tick"]
    worker.claim_slot(task, START)

    freeze(START + worker.PERIODIC_LEASE)

    assert worker.claim_slot(task, START + worker.PERIODIC_LEASE) is not None


def effects_of_two_schedulers(app) -> int:
    """How many of two threads that look at the same moment run the task."""
    barrier = threading.Barrier(2)
    won: list[int] = []

    def look() -> None:
        with app.app_context():
            barrier.wait(20)
            run = worker.claim_slot(registry.periodic_tasks["test.tick"], START)
            if run is not None:
                won.append(run)

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return len(won)


def test_two_schedulers_have_one_effect(app, ticks):
    for _round in range(5):
        with app.app_context(), transaction() as session:
            session.execute(sa.delete(PeriodicRun))
        assert effects_of_two_schedulers(app) == 1


def test_without_the_unique_run_they_would_have_two(make_app, engine, ticks, monkeypatch):
    app = make_app()
    meet = threading.Barrier(2)

    def grab(task: registry.Periodic, slot: datetime) -> int | None:
        known = db.session.scalar(sa.select(PeriodicRun.id).where(PeriodicRun.due_at == slot))
        db.session.rollback()
        meet.wait(20)
        if known is not None:
            return None
        with transaction() as session:
            run = PeriodicRun(task=task.name, due_at=slot, started_at=clock.now())
            session.add(run)
            session.flush()
            return run.id

    with app.app_context(), transaction() as session:
        if engine == "postgresql":
            session.execute(sa.text("ALTER TABLE periodic_run DROP CONSTRAINT uq_periodic_run_task_due_at"))
        else:
            session.execute(sa.text("DROP TABLE periodic_run"))
            session.execute(
                sa.text("CREATE TABLE periodic_run (id INTEGER PRIMARY KEY, task, due_at, started_at, finished_at)")
            )
    monkeypatch.setattr(worker, "claim_slot", grab)

    assert effects_of_two_schedulers(app) == 2


def test_no_fault_ends_the_loop(app, monkeypatch, caplog):
    monkeypatch.setattr(worker, "AFTER_FAULT_SECONDS", 0.01)
    rounds: list[int] = []

    def fail() -> bool:
        rounds.append(1)
        if len(rounds) == 3:
            worker.stopping.set()
        raise RuntimeError("out of the blue")

    worker.stopping.clear()
    try:
        worker._repeat(app, fail)
    finally:
        worker.stopping.clear()

    assert len(rounds) == 3
    assert caplog.text.count("the worker goes on after a fault") == 3


def test_what_is_over_is_forgotten(ctx, freeze):
    from partnering.jobs import tasks

    kept = defer("test.mark", name="waits")
    gone = defer("test.file", words="a")
    with transaction() as session:
        session.execute(sa.update(Job).where(Job.public_id == gone).values(state="done", finished_at=clock.now()))
    freeze(clock.now() + tasks.JOBS_KEPT + timedelta(seconds=1))

    tasks.forget_old()

    assert db.session.scalars(sa.select(Job.public_id)).all() == [kept]
