"""What the worker does for calls: tells decisions, reminds accepted authors to register."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from .. import audit
from ..accounts.models import Person
from ..db import db, transaction
from ..events.models import Event
from ..events.permissions import may_organise
from ..jobs import Progress, periodic, task
from . import deciding, reminding


@task(deciding.JOB, attempts=3)
def tell_decisions(job: Progress, *, submissions: list[str]) -> dict[str, Any]:
    """Tell answers piece by piece, as long as whoever asked may; run again, it finds told what was told."""
    told = 0
    for start in range(0, len(submissions), deciding.PIECE):
        with transaction(), audit.acting(("person", job.owner_ref or "")):
            event = db.session.scalars(sa.select(Event).where(Event.public_id == job.event_ref)).one_or_none()
            person = db.session.scalars(sa.select(Person).where(Person.public_id == job.owner_ref)).one_or_none()
            if event is None or not may_organise(person, event):
                return {"told": told, "failed": "forbidden"}
            told += deciding.tell_some(event, submissions[start : start + deciding.PIECE])
        job.progress(min(start + deciding.PIECE, len(submissions)), len(submissions))
    return {"told": told}


@periodic("contributions.remind", every=timedelta(hours=6))
def remind_to_register() -> bool:
    """Remind whoever agreed to register; there is never more to do at once."""
    with transaction():
        reminding.remind()
    return False
