"""What the worker does for people's agendas: bring calendars to the event's new place."""

import sqlalchemy as sa

from ..db import db, transaction
from ..events.models import Event
from ..jobs import Progress, task
from . import calendars, mails, queries

BATCH = 100
"""How many letters are written in one transaction."""


@task("agenda.tell_place")
def tell_place(job: Progress) -> None:
    """Write one short letter for each entry that a calendar has heard of.

    In batches; taken up again after a break it writes nothing twice, since each letter's key names entry and sequence.
    """
    event = db.session.scalars(sa.select(Event).where(Event.public_id == job.event_ref)).one_or_none()
    refs = queries.told_at_venue(event) if event is not None else ()
    for start in range(0, len(refs), BATCH):
        with transaction():
            for public_id in refs[start : start + BATCH]:
                entry = queries.live_entry_at(public_id)
                if entry is not None and calendars.has_news(entry):
                    mails.place_changed(entry)
        job.progress(min(start + BATCH, len(refs)), len(refs))
