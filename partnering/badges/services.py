"""What can happen to badges: they are printed, in the background."""

from .. import audit, jobs
from ..accounts.models import Person
from ..events.models import Event
from ..jobs.models import Job
from . import queries


def print_badges(event: Event, by: Person, *, only_new: bool = False, sort: str = "name", paper: str = "a4") -> Job:
    """Have an event's badges made into a file; the job says how far it is and keeps the file for a week."""
    since = queries.printed_last_at(event)
    job = jobs.defer(
        queries.TASK,
        event_ref=event.public_id,
        owner_ref=by.public_id,
        only_new=only_new,
        sort=sort,
        paper=paper,
        since=since.isoformat() if since else None,
    )
    audit.record("badges.printed", event, event=event, after={"only_new": only_new, "sort": sort})
    return job
