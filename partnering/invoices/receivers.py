"""What invoices do when parties are placed or change: issue, correct, and say whether all is paid."""

from typing import Any

from ..registration import taxing
from ..registration.models import Party
from ..registration.signals import party_changed, party_placed
from . import queries, services

taxing.known_by(queries.is_small_business)


@party_placed.connect
def invoice_follows(party: Party, letters: bool = True, **_more: Any) -> None:
    """Invoice a party that owes something, once the event says how; without `letters` nobody is written to."""
    services.issue_when_possible(party, letter=letters)


@party_changed.connect
def invoices_follow(party: Party, **_more: Any) -> None:
    """Correct what was invoiced, and ask anew whether everything is paid."""
    if party.placed_at is None:
        return
    services.correct(party)
