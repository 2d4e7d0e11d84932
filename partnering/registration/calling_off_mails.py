"""The news for buyers when an event does not take place: that it is called off, and what becomes of their money."""

from collections.abc import Mapping
from typing import Any

from ..mail import letters
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from . import mails, queries
from .models import Party


def called_off(party: Party) -> None:
    """The event does not take place; the organiser decides on payments next."""
    mails.to_buyer("registration.called_off", party, "called_off")


def ended(party: Party, told: Mapping[str, Any]) -> None:
    """Everything of a party has ended without a fee: what goes back, or is no longer owed."""
    mails.to_buyer("registration.called_off", party, "called_off:ended", sums=dict(told))


@letters.kind("registration.called_off")
def render_called_off(letter: OutboxLetter) -> Letter | None:
    """The event, the booking, and the money once that is decided."""
    party = queries.party_at(letter.payload["party"])
    sums = letter.payload.get("sums")
    if party is None or party.placed_at is None or (sums is None and party.cancelled_at is not None):
        return None
    return letters.compose(
        "registration/mail/called_off",
        event=party.event,
        party=party,
        count=len([place for place in queries.places_of(party) if sums or place.cancelled_at is None]),
        sums=sums,
        party_url=mails.party_url(party),
    )
