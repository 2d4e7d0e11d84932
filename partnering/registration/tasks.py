"""What the worker does for registrations: forget what nobody sent, tell of an event's news, serve those who wait."""

from datetime import timedelta

from .. import audit
from ..db import transaction
from ..events.models import Event
from ..events.permissions import may_organise
from ..jobs import Progress, periodic, task
from ..tickets import services as tickets
from . import approval, calling_off, mails, queries, services, waiting, waiting_queries, workshop_times

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
    taken up again after a break, it writes to nobody twice, since each letter's key names the deed. Buyers who booked
    for others, or have places open, hear it as well.
    """
    everybody = queries.live_registration_refs(job.event_ref or "")
    buyers = calling_off.open_parties(job.event_ref or "") if news == "called_off" else []
    number = len(everybody) + len(buyers)
    for start in range(0, len(everybody), BATCH):
        with transaction():
            found = [queries.registration_at(public_id) for public_id in everybody[start : start + BATCH]]
            told = [registration for registration in found if registration is not None]
            for registration in told:
                mails.event_news(registration, news)
            if news == "called_off":
                workshop_times.tell_called_off(told)
        job.progress(min(start + BATCH, len(everybody)), number)
    for start in range(0, len(buyers), BATCH):
        with transaction():
            for public_id in buyers[start : start + BATCH]:
                party = queries.party_at(public_id)
                if party is not None:
                    calling_off.tell_buyer(party)
        job.progress(len(everybody) + min(start + BATCH, len(buyers)), number)


@task(calling_off.EVERYTHING)
def end_parties(job: Progress) -> dict[str, int]:
    """End every booking of an event that was called off, without a fee; one party in each transaction.

    What has ended stays as it is, so a job that is taken up again ends nothing twice.
    """
    parties, ended = calling_off.open_parties(job.event_ref or ""), 0
    for done, public_id in enumerate(parties, start=1):
        with transaction(), audit.acting(("person", job.owner_ref or "")):
            party = queries.party_at(public_id)
            if party is not None and party.event.state == "cancelled" and _may(job, party.event):
                ended += calling_off.end_party(party)
        job.progress(done, len(parties))
    return {"done": ended}


@task(calling_off.ADD_ON)
def end_bookings(job: Progress, *, product: str) -> dict[str, int]:
    """End every booking of an add-on that does not take place, without a fee; one booking in each transaction."""
    bookings, ended = calling_off.open_bookings(product), 0
    for done, item_id in enumerate(bookings, start=1):
        with transaction(), audit.acting(("person", job.owner_ref or "")):
            item = queries.item_at(item_id)
            if item is not None and _may(job, item.party.event):
                ended += calling_off.end_booking(item)
        job.progress(done, len(bookings))
    return {"done": ended}


def _may(job: Progress, event: Event) -> bool:
    """Whether whoever asked for this still organises the event."""
    return may_organise(queries.person_by_id(job.owner_ref or ""), event)
