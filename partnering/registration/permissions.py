"""Who may change what about a registration. Whoever holds the secret link stands for its holder or buyer."""

from .. import clock
from ..events.models import Event
from .models import Place, Registration


def may_change(event: Event) -> bool:
    """Until the date the organiser set, else until the event opens."""
    return event.state == "published" and clock.now() < (event.change_until or event.opens_at)


def may_change_ticket(registration: Registration) -> bool:
    """Whether the holder of a ticket may still change, pass on or cancel it."""
    return registration.state == "live" and may_change(registration.participant.event)


def may_change_place(place: Place) -> bool:
    """Whether the buyer may still name somebody for a place, or give it back."""
    return place.cancelled_at is None and may_change(place.party.event)
