"""The job that prints badges."""

from .. import clock
from ..db import db, transaction
from ..events.models import Event
from ..i18n import _, bi, days, speaking
from ..jobs import Progress, task
from . import printing, queries, services
from .content import Heading
from .standard import standard

STEP = 100
"""How many badges are drawn between two reports of progress."""


@task(queries.TASK)
def make(job: Progress, *, batch: str, paper: str | None, refs: list[str]) -> dict[str, int] | None:
    """Print the badges of a batch in its event's first language, and note what was printed in the same deed."""
    asked = queries.batch_by_ref(batch)
    event = db.session.get(Event, asked.event_id) if asked is not None else None
    if asked is None or event is None:
        return None
    language, slug, now = event.languages.partition(",")[0], event.slug, clock.now()
    with speaking(language):
        found = queries.wanted(event, asked.which, asked.sort, refs)
        layouts = queries.layouts(event)
        one = queries.read(asked.layout) if asked.layout is not None else standard(paper) if paper else None
        placed = [(badge, one or layouts.of(badge)) for badge in found]
        total, heading = len(placed), heading_of(event)
        job.progress(0, total)

        told = 0

        def report(done: int) -> None:
            nonlocal told
            if done // STEP > told // STEP and done < total:
                told = done
                job.progress(done, total)

        content = printing.sheets(placed, heading, language, now, report)
    with transaction():
        job.progress(total, total)
        again = queries.batch_by_ref(batch)
        if again is None:
            return None
        services.note_batch(again, placed)
        job.file(f"badges-{slug}.pdf", "application/pdf", content)
    return {"badges": total}


def heading_of(event: Event) -> Heading:
    """What the badges of an event say besides names, in the language in force."""
    return Heading(
        event=bi(event.name),
        days=days(event.first_day, event.last_day),
        hint=_("Your ticket. Show this code at the doors."),
    )
