"""What this room does when somebody is erased or hides somebody else."""

from typing import Any

from ..delegates.models import Delegate
from ..delegates.signals import somebody_blocked
from ..events.models import Participant
from ..events.signals import participant_erased
from . import cards, erasing, queries


@participant_erased.connect
def forgotten(participant: Participant, **_news: Any) -> None:
    """Whoever is erased is nobody's lead and on nobody's list of cards."""
    erasing.erase(participant)


@somebody_blocked.connect
def cards_taken_back(delegate: Delegate, **_news: Any) -> None:
    """Whoever hides somebody has their card no longer, nor they theirs."""
    apart = queries.apart_from(delegate.participant)
    for exchange in queries.exchanges_of(delegate.participant):
        if queries.other_of(exchange, delegate.participant).id in apart:
            cards.end(exchange)
