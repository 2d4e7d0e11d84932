"""What the worker does for registrations: forget what nobody sent, tell of an event's news, serve those who wait."""

from datetime import timedelta

from ..db import transaction
from ..jobs import Progress, periodic, task
from ..tickets import services as tickets
from . import approval, mails, queries, services, waiting, waiting_queries, workshop_times

BATCH = 100
"""How many people are written to in one transaction."""


@periodic("registration.forget_drafts", every=timedelta(hours=1))
def forget_drafts() -> bool:
    """Delete parties that were begun a day ago and never placed, and who asked or waited a month after the event."""
    with transaction():
        return services.forget_drafts() + approval.forget_old() + waiting.forget_old() > 0


@periodic("registration.end_over", every=timedelta(hours=1))
def end_over() -> None:
    """After an event nobody decides on requests or waits for places any more: both end, without a letter."""
    for public_id in approval.undecided():
        _end_request(public_id, called_off=False)
    for event_ref in waiting_queries.over_with_waiting():
        with transaction():
            event = waiting_queries.event_at(event_ref)
            if event is not None:
                waiting.end_all(event, letters=False)


def _end_request(public_id: str, *, called_off: bool) -> None:
    with transaction():
        party = queries.locked_party(public_id, in_turn=True)
        if party is not None:
            approval.end(party, called_off=called_off)


@task("registration.end_requests")
def end_requests(job: Progress) -> None:
    """Tell everybody whose request waits that the event was called off; taken up again, it tells nobody twice."""
    waiting_now = approval.undecided_at(job.event_ref or "")
    for done, public_id in enumerate(waiting_now, start=1):
        _end_request(public_id, called_off=True)
        job.progress(done, len(waiting_now))


@periodic("registration.serve_everybody", every=timedelta(minutes=1))
def serve_waiting_everywhere() -> None:
    """End offers and holds whose time is over, and offer what is available to those who wait."""
    for event_ref in waiting_queries.events_to_serve():
        _serve(event_ref)


def _serve(event_ref: str) -> None:
    with transaction():
        event = waiting_queries.event_at(event_ref)
        if event is not None:
            waiting.serve(event.id)
            tickets.expire_due(event)


@task("registration.end_waiting")
def end_waiting(job: Progress) -> None:
    """Tell everybody who waits for an event that it was called off, and let them wait no longer."""
    with transaction():
        event = waiting_queries.event_at(job.event_ref or "")
        if event is not None and event.state == "cancelled":
            waiting.end_all(event)


@task("registration.tell_event_news")
def tell_event_news(job: Progress, news: str) -> None:
    """Write to everybody who is registered that the event has "moved" or was "called_off".

    Called off, each workshop that somebody has booked has a letter of its own, with its calendar's CANCEL. In batches;
    taken up again after a break, it writes to nobody twice, since each letter's key names the deed.
    """
    everybody = queries.live_registration_refs(job.event_ref or "")
    for start in range(0, len(everybody), BATCH):
        with transaction():
            found = [queries.registration_at(public_id) for public_id in everybody[start : start + BATCH]]
            told = [registration for registration in found if registration is not None]
            for registration in told:
                mails.event_news(registration, news)
            if news == "called_off":
                workshop_times.tell_called_off(told)
        job.progress(min(start + BATCH, len(everybody)), len(everybody))
