"""How procrastinate runs our jobs on PostgreSQL: drained by the worker's thread, the stalled ones put back."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import Flask, current_app
from procrastinate import App, JobContext, PsycopgConnector

from ..db import db
from . import runner
from .procrastinate_engine import TASK

T = TypeVar("T")

HEARTBEAT_SECONDS = 10
STALLED_SECONDS = 30

DUE = sa.text(
    "SELECT 1 FROM procrastinate_jobs WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()) LIMIT 1"
)


def drain(stop: threading.Event) -> bool:
    """Run the jobs that are due, one after the other, until none is or `stop`; whether there were any."""
    db.session.rollback()
    if db.session.scalar(DUE) is None:
        return False
    db.session.rollback()
    _run_apart(_drain(_application(), stop))
    return True


def _run_apart(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in a thread of its own, since the caller's may run an event loop already."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(copy_context().run, asyncio.run, work).result()


async def _drain(application: App, stop: threading.Event) -> None:
    async with application.open_async():
        worker = asyncio.create_task(
            application.run_worker_async(
                wait=False,
                concurrency=1,
                listen_notify=False,
                install_signal_handlers=False,
                delete_jobs="successful",
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_SECONDS,
                additional_context={"flask": current_app._get_current_object()},  # type: ignore[attr-defined]  # the documented way
            )
        )
        while not worker.done():
            await asyncio.wait({worker}, timeout=0.5)
            if stop.is_set():
                worker.cancel()  # it waits for the job that is running
                await asyncio.wait({worker})
        if not worker.cancelled():
            worker.result()


def _application() -> App:
    """Procrastinate on our database, with its one task."""
    url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    application = App(connector=PsycopgConnector(conninfo=url, min_size=1, max_size=3))

    @application.task(name=TASK, pass_context=True)
    def run(context: JobContext, job: str) -> None:
        app: Flask = context.additional_context["flask"]
        with app.app_context():
            claimed = runner.claim(job)
            if claimed is not None:
                runner.run(claimed)

    return application


def rescue() -> int:
    """Put jobs back whose worker has not been heard of for `STALLED_SECONDS`; how many."""
    return _run_apart(_rescue(_application()))


async def _rescue(application: App) -> int:
    async with application.open_async():
        manager = application.job_manager
        stalled = list(await manager.get_stalled_jobs(task_name=TASK, seconds_since_heartbeat=STALLED_SECONDS))
        for job in stalled:
            await manager.retry_job(job)
        return len(stalled)
