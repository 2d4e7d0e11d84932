"""What registrations do when the event itself moves or is called off, and who waits when places come back."""

from collections.abc import Collection
from typing import Any

from ..agenda import services as agenda
from ..events.models import Event
from ..events.signals import event_cancelled, event_changed
from ..jobs import defer
from ..questions.services import kept_elsewhere
from ..tickets.signals import places_freed
from . import approval, offers, seats, waiting, waiting_queries, workshop_times
from .models import Party, Registration
from .signals import party_placed, registration_cancelled

kept_elsewhere.append(approval.files_sent_in)

SHOWN = {"opens_at", "closes_at", "zone", "venue", "address", "city"}
"""What a calendar shows of an event's time and place."""


@event_changed.connect
def attendance_moves(event: Event, changes: dict[str, Any] | None = None, **_more: Any) -> None:
    """Move everybody's attendance with the event, and let the worker write to them."""
    if not SHOWN & set(changes or {}):
        return
    appointment = seats.found_attendance(event)
    if appointment is None:
        return
    if not agenda.move(appointment, event.opens_at, event.closes_at, appointment.location):
        agenda.touch(appointment)
    defer("registration.tell_event_news", event_ref=event.public_id, news="moved")


@event_cancelled.connect
def attendance_ends(event: Event, **_more: Any) -> None:
    """Take the event and every workshop out of everybody's calendar; who had registered stays on record.

    Nobody waits any more.
    """
    if waiting_queries.open_entries(event.id):
        defer("registration.end_waiting", event_ref=event.public_id)
    if approval.undecided_at(event.public_id):
        defer("registration.end_requests", event_ref=event.public_id)
    workshop_times.call_off(event)
    appointment = seats.found_attendance(event)
    if appointment is not None:
        agenda.cancel(appointment)
    defer("registration.tell_event_news", event_ref=event.public_id, news="called_off")


@places_freed.connect
def places_go_on(event_id: int, pool_ids: Collection[int] = (), **_more: Any) -> None:
    """Offer what came back to those who wait for it."""
    offers.after_freeing(event_id, pool_ids)


@party_placed.connect
def waits_no_more(party: Party, offered: bool = True, **_more: Any) -> None:
    """An offer was taken."""
    if offered:
        offers.party_taken(party)


@registration_cancelled.connect
def workshops_not_waited_for(registration: Registration, **_more: Any) -> None:
    """Whoever does not come waits for no workshop."""
    waiting.end_for(registration)
