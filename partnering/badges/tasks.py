"""The job that prints badges."""

from datetime import datetime

import sqlalchemy as sa

from .. import clock
from ..db import db
from ..events.models import Event
from ..i18n import _, bi, days, speaking
from ..jobs import Progress, task
from . import printing, queries

STEP = 100
"""How many badges are drawn between two reports of progress."""


@task(queries.TASK)
def make(job: Progress, *, only_new: bool, sort: str, paper: str, since: str | None) -> dict[str, int] | None:
    """Print an event's badges in its first language; `since` (ISO) is when they were printed last."""
    event = db.session.scalars(sa.select(Event).where(Event.public_id == job.event_ref)).one_or_none()
    if event is None:
        return None
    language = event.languages.partition(",")[0]
    found = queries.badges(event, since=datetime.fromisoformat(since) if only_new and since else None, sort=sort)
    total, slug, now = len(found), event.slug, clock.now()
    with speaking(language):
        heading = heading_of(event)
        job.progress(0, total)

        def report(done: int) -> None:
            if done % STEP < 4 and done < total:
                job.progress(done, total)

        content = printing.sheets(found, heading, language, now, paper="a6" if paper == "a6" else "a4", progress=report)
    job.progress(total, total)
    job.file(f"badges-{slug}.pdf", "application/pdf", content)
    return {"badges": total}


def heading_of(event: Event) -> printing.Heading:
    """What the badges of an event say besides names, in the language in force."""
    return printing.Heading(
        event=bi(event.name),
        days=days(event.first_day, event.last_day),
        hint=_("Your ticket. Show this code at the doors."),
    )
