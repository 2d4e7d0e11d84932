"""What the worker does for registrations: forget what nobody sent, tell everybody what has become of an event."""

from datetime import timedelta

from ..db import transaction
from ..jobs import Progress, periodic, task
from . import mails, queries, services

BATCH = 100
"""How many people are written to in one transaction."""


@periodic("registration.forget_drafts", every=timedelta(hours=1))
def forget_drafts() -> bool:
    """Delete parties that were begun days ago and never placed."""
    with transaction():
        return services.forget_drafts() > 0


@task("registration.tell_event_news")
def tell_event_news(job: Progress, news: str) -> None:
    """Write to everybody who is registered that the event has "moved" or was "called_off".

    In batches; taken up again after a break, it writes to nobody twice, since each letter's key names the deed.
    """
    everybody = queries.live_registration_refs(job.event_ref or "")
    for start in range(0, len(everybody), BATCH):
        with transaction():
            for public_id in everybody[start : start + BATCH]:
                registration = queries.registration_at(public_id)
                if registration is not None:
                    mails.event_news(registration, news)
        job.progress(min(start + BATCH, len(everybody)), len(everybody))
