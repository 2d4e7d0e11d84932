"""How long a worker takes to print all papers of an event of a thousand people, and how much memory it needs."""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

import sqlalchemy as sa
from flask import Flask

from partnering import clock
from partnering.agenda.models import Location
from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.jobs import defer
from partnering.jobs.models import Job
from partnering.meetings import queries
from partnering.meetings.models import MeetingSlot
from partnering.schedule.pack_queries import TASK
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event

from . import partnering, worker

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
    took = worker.run(app)
    with app.app_context():
        job = db.session.scalars(sa.select(Job).where(Job.public_id == ref)).one()
        assert job.state == "done", (job.state, job.last_error)
        assert job.result is not None
        assert job.done == job.total > people / 2, (job.done, job.total)
        pages = job.result["pages"]
        db.session.remove()
    return Made(took.seconds, took.megabytes, pages)


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
