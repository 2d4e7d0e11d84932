"""What can happen to letters in the outbox, besides being delivered."""

from datetime import timedelta

import sqlalchemy as sa

from .. import clock
from ..db import db
from ..errors import DomainError
from ..i18n import _l
from .models import OutboxLetter

KEPT = timedelta(days=400)
"""How long it can be seen what became of a letter: for an event's year and the one after it begins."""


class NotDead(DomainError):
    """Only a letter that was given up can be tried again."""

    message = _l("This letter has not failed. It cannot be sent again.")


def retry(letter: OutboxLetter) -> None:
    """Try a dead letter again at once, with the same Message-ID. Raises `NotDead`."""
    if letter.state != "dead":
        raise NotDead
    letter.state = "ready"
    letter.attempts = 0
    letter.run_at = clock.now()
    letter.lease_until = None


def forget_old() -> int:
    """Delete letters that were settled long ago; returns how many."""
    result = db.session.execute(
        sa.delete(OutboxLetter)
        .where(OutboxLetter.state.in_(("sent", "dropped", "dead")), OutboxLetter.created_at < clock.now() - KEPT)
        .returning(OutboxLetter.id)
    )
    return len(result.all())
