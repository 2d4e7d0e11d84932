"""What the worker does for the desk: checks lists of people, brings them in, forgets them; one thing for many."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from .. import audit
from ..accounts.models import Person
from ..db import db, transaction
from ..errors import DomainError
from ..events.models import Event
from ..events.permissions import may_organise
from ..jobs import Progress, periodic, task
from ..tickets import queries as ticket_queries
from . import imports, informing, queries, several, spreadsheet
from .models import PeopleImport


@task(queries.CHECK, attempts=2)
def check_people(job: Progress, *, public_id: str) -> dict[str, Any] | None:
    """The dry run: what would be brought in, and everything that is wrong."""
    kept = _kept(job, public_id)
    if kept is None or kept.content is None:
        return None
    rows = _rows(job, kept)
    report = imports.report_of(rows)
    with transaction():
        fresh = _kept(job, public_id)
        if fresh is not None:
            imports.checked(fresh, report)
    return {"rows": report["rows"], "wrong": report["wrong"]}


@task(informing.JOB, attempts=3)
def inform_people(job: Progress, *, source: str) -> None:
    """Tell everybody who was entered without a letter, in batches; nobody twice."""
    more = True
    while more:
        with transaction():
            event = db.session.scalars(sa.select(Event).where(Event.public_id == job.event_ref)).one_or_none()
            more = event is not None and informing.inform(event, source)


@task(queries.BRING_IN, attempts=3)
def bring_in_people(job: Progress, *, public_id: str, letters: bool) -> dict[str, Any] | None:
    """Check once more, then register everybody in one transaction. Run again, it finds its work done."""
    kept = _kept(job, public_id)
    if kept is None or kept.content is None or kept.state != "running":
        return None
    rows = _rows(job, kept)
    if any(row.faults for row in rows):
        report = imports.report_of(rows)
        with transaction():
            fresh = _kept(job, public_id)
            if fresh is not None:
                imports.checked(fresh, report)
        return {"people": 0, "wrong": report["wrong"]}
    try:
        with transaction():
            fresh = _kept(job, public_id)
            if fresh is None or fresh.state != "running":
                return None
            people = imports.bring_in(db.session.get_one(Event, fresh.event_id), fresh, rows, letters=letters)
    except DomainError as error:  # somebody else took the last place, or registered, since the rows were checked
        with transaction():
            fresh = _kept(job, public_id)
            if fresh is not None:
                fresh.state, fresh.report = "failed", {**fresh.report, "failed": error.code}
        return {"people": 0, "failed": error.code}
    return {"people": people}


def _kept(job: Progress, public_id: str) -> PeopleImport | None:
    """The import, as long as this job is the one that works on it; locked inside a transaction."""
    kept = queries.import_by_id(public_id, lock=True)
    return kept if kept is not None and kept.job_ref == job.public_id else None


def _rows(job: Progress, kept: PeopleImport) -> list[imports.Row]:
    event = db.session.get_one(Event, kept.event_id)
    mapping, options, content = dict(kept.mapping), dict(kept.options), kept.content or b""
    return imports.understood(event, spreadsheet.read(content), mapping, options, job.progress)


@task(several.TASK, attempts=1)
def several_people(
    job: Progress, *, deed: str, people: list[str], ticket: str, basis: str, letter: bool, waive_fee: bool
) -> dict[str, Any]:
    """Do one thing with many people, as long as whoever asked may; how many it was done with, and what ended it."""
    number, done = 0, 0
    for piece in several.pieces(people):
        try:
            with transaction(), audit.acting(("person", job.owner_ref or "")):
                event, person = _event_and_person(job)
                if event is None or not may_organise(person, event):
                    return {"done": number, "failed": "forbidden"}
                product = ticket_queries.product_at(event, ticket) if ticket else None
                number += several.do(
                    event, deed, piece, product=product, basis=basis, letter=letter, waive_fee=waive_fee
                )
        except DomainError as error:
            return {"done": number, "failed": error.code}
        done += len(piece)
        job.progress(done, len(people))
    return {"done": number}


def _event_and_person(job: Progress) -> tuple[Event | None, Person | None]:
    event = db.session.scalars(sa.select(Event).where(Event.public_id == job.event_ref)).one_or_none()
    person = db.session.scalars(sa.select(Person).where(Person.public_id == job.owner_ref)).one_or_none()
    return event, person


@periodic("people.forget_files", every=timedelta(hours=12))
def forget_files() -> bool:
    """Forget old files; whether there may be more."""
    with transaction():
        return imports.forget_old() > 0
