"""The job that draws certificates of attendance."""

import sqlalchemy as sa

from .. import clock
from ..db import db
from ..events.models import Event
from ..i18n import bi, speaking
from ..jobs import Progress, task
from . import certificate_pdf, certificates, queries
from .models import CheckinList

STEP = 50
"""So many certificates are drawn between two reports of progress."""


@task(certificates.TASK)
def make(job: Progress, *, checkin_list: str) -> dict[str, int] | None:
    """Draw the certificates of everybody who was let in at a list, each in its guest's language."""
    event = db.session.scalars(sa.select(Event).where(Event.public_id == job.event_ref)).one_or_none()
    door = queries.list_at(event, checkin_list) if event is not None else None
    if event is None or door is None:
        return None
    attended = certificates.attended(event, door)
    first, slug, total = event.languages.partition(",")[0], event.slug, len(attended)
    subjects = subjects_of(event, door)
    with speaking(first):
        name = bi(door.name)
    db.session.expunge_all()  # or each report of progress would have everything read once more
    job.progress(0, total)

    def report(done: int) -> None:
        if done % STEP == 0:
            job.progress(done, total)

    if attended:
        content = certificate_pdf.pages(attended, subjects, first, clock.now(), report)
        job.file(f"{slug}-{name}.pdf", "application/pdf", content)
    job.progress(total, total)
    return {"certificates": total}


def subjects_of(event: Event, door: CheckinList) -> dict[str, certificates.Subject]:
    """What a list certifies, by each of the event's languages."""
    found = {}
    for language in event.languages.split(","):
        with speaking(language):
            found[language] = certificates.subject_of(event, door)
    return found
