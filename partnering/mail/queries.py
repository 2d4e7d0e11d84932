"""What can be asked about letters: what became of them."""

from collections.abc import Sequence

import sqlalchemy as sa

from ..db import db
from .models import OutboxLetter

OPEN = ("ready", "leased", "sending")


def letters_of_event(
    event_ref: str, *, states: Sequence[str] = (), before: int | None = None, limit: int = 50
) -> Sequence[OutboxLetter]:
    """An event's letters, newest first, in any or the given states; `before` is the id that a page ended with."""
    asked = sa.select(OutboxLetter).where(OutboxLetter.event_ref == event_ref)
    if states:
        asked = asked.where(OutboxLetter.state.in_(states))
    if before is not None:
        asked = asked.where(OutboxLetter.id < before)
    return db.session.scalars(asked.order_by(OutboxLetter.id.desc()).limit(limit)).all()


def counts(event_ref: str | None = None) -> dict[str, int]:
    """How many letters of an event, or of all, are "waiting", "sent", "dropped" and "dead"."""
    asked = sa.select(OutboxLetter.state, sa.func.count()).group_by(OutboxLetter.state)
    if event_ref is not None:
        asked = asked.where(OutboxLetter.event_ref == event_ref)
    found = {"waiting": 0, "sent": 0, "dropped": 0, "dead": 0}
    for state, number in db.session.execute(asked):
        found["waiting" if state in OPEN else state] += number
    return found


def letter_by_id(public_id: str) -> OutboxLetter | None:
    """The letter of this public id."""
    return db.session.scalars(sa.select(OutboxLetter).where(OutboxLetter.public_id == public_id)).one_or_none()


def sent_letters(limit: int = 200) -> Sequence[OutboxLetter]:
    """The letters that left last, newest first; those that only count as sent are left out."""
    return db.session.scalars(
        sa.select(OutboxLetter)
        .where(OutboxLetter.state == "sent", OutboxLetter.subject != "")
        .order_by(OutboxLetter.sent_at.desc(), OutboxLetter.id.desc())
        .limit(limit)
    ).all()
