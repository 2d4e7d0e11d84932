"""Whatever belongs to whoever is signed in, each with its own page: also for buyers who hold no ticket themselves."""

from flask import render_template, url_for

from ... import links
from ...accounts.models import Person
from ...events.models import Event
from ...events.routing import current_person, signed_in
from ...guards import guarded
from .. import mine
from ..models import Party, Registration
from ..waiting_mails import waiting_token
from .blueprint import bp


@bp.get("/bookings")
@guarded(signed_in)
def my_bookings() -> str:
    """Bookings, requests, places on waiting lists and tickets, by event."""
    return render_template(
        "registration/mine.html",
        everything=mine.everything_of(current_person()),
        party_token=_party_token,
        ticket_token=_ticket_token,
        waiting_token=waiting_token,
    )


def _party_token(party: Party) -> str:
    return links.token("party", party.public_id, party.generation)


def _ticket_token(registration: Registration) -> str:
    return links.token("ticket", registration.public_id, registration.generation)


def home_without_part(person: Person, event: Event) -> str | None:
    """Where somebody belongs who takes no part in an event: to their bookings, if they have something there."""
    return url_for("registration.my_bookings") if mine.has_something(person, event) else None
