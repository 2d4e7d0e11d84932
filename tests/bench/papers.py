"""How long a worker takes to print all papers of an event of a thousand people, and how much memory it needs.

As a program it is that worker: it runs the jobs that are due and says what they took, as JSON.
"""

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa
from flask import Flask

from partnering import clock
from partnering.agenda.models import Location
from partnering.app import create_app
from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.jobs import defer, worker
from partnering.jobs.models import Job
from partnering.meetings import queries
from partnering.meetings.models import MeetingSlot
from partnering.schedule.pack_queries import TASK
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event
from tests.support.servers import ROOT, environment_of

from . import partnering

SLOTS = 16
PEOPLE_AT_A_TABLE = 8
"""People for each table: with two at each of them, everybody has a meeting in every fourth slot."""


class Made(NamedTuple):
    """What the papers took: seconds from the job to its end, the worker's memory at most; how many pages there are."""

    seconds: float
    megabytes: float
    pages: int


def made(app: Flask, people: int) -> Made:
    """Let a worker of its own print everything for so many people."""
    with app.app_context():
        event = make_partnering_event(slots=SLOTS, tables=max(1, people // PEOPLE_AT_A_TABLE))
        first = make_delegate(event)
        dice = random.Random(5)
        with transaction():
            profiles = partnering.profiles(event, dice, people // 3)
            _meet(event, partnering.delegates(event, first, profiles, dice, people), dice)
            ref = defer(TASK, event_ref=event.public_id, parts=["schedules", "signs", "lists"]).public_id
        db.session.remove()
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.papers"],
        cwd=ROOT,
        env=environment_of(app.extensions["settings"]),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    took = json.loads(done.stdout.splitlines()[-1])
    with app.app_context():
        job = db.session.scalars(sa.select(Job).where(Job.public_id == ref)).one()
        assert job.state == "done", (job.state, job.last_error)
        assert job.result is not None
        assert job.done == job.total > people / 2, (job.done, job.total)
        pages = job.result["pages"]
        db.session.remove()
    return Made(took["seconds"], took["megabytes"], pages)


def _meet(event: Event, people: list[Delegate], dice: random.Random) -> None:
    """Fill every table in every slot."""
    held = list(_held(event, people, dice))
    now = clock.now()
    sitting = [(slot, table, list(zip(pair, ("invitee", "requester"), strict=True))) for slot, table, pair in held]
    times, _entries = partnering.taken(event, "meeting", sitting)
    partnering.meetings(
        event,
        [pair for _slot, _table, pair in held],
        [
            {
                "request_state": "accepted",
                "placement": "published",
                "appointment_id": each.id,
                "answered_at": now - timedelta(minutes=5),
            }
            for each in times
        ],
    )


def _held(
    event: Event, people: list[Delegate], dice: random.Random
) -> Iterator[tuple[MeetingSlot, Location, tuple[Delegate, Delegate]]]:
    """Who meets in which slot at which table; no two twice."""
    known: set[tuple[int, int]] = set()
    tables = queries.tables_of(event)
    for slot in queries.slots_of(event):
        around = dice.sample(people, 2 * len(tables))
        for table, one, other in zip(tables, around[::2], around[1::2], strict=True):
            low, high = sorted((one, other), key=lambda each: each.id)
            if (low.id, high.id) not in known:
                known.add((low.id, high.id))
                yield slot, table, (low, high)


def main() -> int:
    """Run what is due."""
    app = create_app()
    begun = time.perf_counter()
    with app.app_context():
        while worker.run_jobs():
            pass
    took = {"seconds": time.perf_counter() - begun, "megabytes": _most_memory()}
    sys.stdout.write(json.dumps(took) + "\n")
    return 0


def _most_memory() -> float:
    """The memory of this program at most, in megabytes; its resource usage would count that of whoever started it."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    sys.exit(main())
