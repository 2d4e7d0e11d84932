"""How long the worker takes to check a list of a thousand people, and to bring them in."""

import time
from typing import Any

import sqlalchemy as sa
from flask import Flask

from partnering.backoffice import imports, queries, spreadsheet
from partnering.db import db, transaction
from partnering.jobs import defer, worker
from partnering.registration.models import Registration
from tests.backoffice.people_lists import as_csv, conference, right_rows
from tests.factories import make_organiser

PEOPLE = 1_000


def seconds(app: Flask) -> tuple[float, float]:
    """Seconds from the job to its end, for the dry run and for bringing in."""
    with app.app_context():
        event, fields = conference(capacity=PEOPLE)
        organiser, content = make_organiser(event), as_csv(right_rows(PEOPLE))
        with transaction():
            kept = imports.keep(event, organiser, "gaeste.csv", content)
            asked = imports.answerable(event)
            kept.mapping = imports.guessed(spreadsheet.read(content).heads, asked)
            kept.options = {"product": "", "gross": None, "locale": "de"}
        public_id, event_id = kept.public_id, event.id
        assert set(fields.values()) <= set(kept.mapping)
        db.session.remove()
    checked = _timed(app, public_id, queries.CHECK)
    brought = _timed(app, public_id, queries.BRING_IN, letters=False)
    with app.app_context():
        number = db.session.scalar(
            sa.select(sa.func.count()).select_from(Registration).where(Registration.event_id == event_id)
        )
        assert number == PEOPLE, f"{number} came in"
        db.session.remove()
    return checked, brought


def _timed(app: Flask, public_id: str, task: str, **more: Any) -> float:
    with app.app_context():
        with transaction():
            kept = queries.import_by_id(public_id)
            assert kept is not None
            kept.state = "running" if task == queries.BRING_IN else kept.state
            kept.job_ref = defer(task, public_id=public_id, **more).public_id
        db.session.remove()
    started = time.perf_counter()
    with app.app_context():
        while worker.run_jobs():
            pass
    return time.perf_counter() - started
