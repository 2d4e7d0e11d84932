"""Cards: two guests read each other's badge, and each has the other's contact details once both have agreed."""

from .. import clock
from ..db import db
from ..events.models import Participant
from . import locking, mails, queries, texts
from .errors import HiddenByMe, NoSuchBadge, OwnBadge
from .models import CardExchange


def guest_with(me: Participant, text: str) -> Participant:
    """Whose badge I have read. Raises `NoSuchBadge`, `OwnBadge`, `HiddenByMe`."""
    other = queries.holder_of(me.event, text)
    if other is None:
        raise NoSuchBadge
    if other.id == me.id:
        raise OwnBadge
    if queries.hidden_by(me, other):
        raise HiddenByMe
    return other


def ask(me: Participant, other: Participant) -> CardExchange:
    """Agree to exchange cards with whoever's badge I have read: they see mine, and I theirs, once they agree too.

    Whoever has asked me, or reads my badge now, has agreed already. Somebody who hides me never learns of it.
    """
    locking.hold(me, other)
    exchange = queries.exchange_between(me, other)
    if exchange is None:
        low, high = sorted((me, other), key=lambda each: each.id)
        exchange = CardExchange(
            event_id=me.event_id,
            low_id=low.id,
            high_id=high.id,
            asked_by_id=me.id,
            text_id=texts.card_text(me.event).id,
            asked_at=clock.now(),
        )
        db.session.add(exchange)
    _agree(exchange, me)
    if not queries.is_agreed(exchange):
        mails.card_asked(exchange, other)
    return exchange


def agree(exchange: CardExchange, me: Participant) -> None:
    """Let the other side have my card, and get theirs."""
    locking.hold(exchange.low, exchange.high)
    _agree(exchange, me)


def end(exchange: CardExchange) -> None:
    """Decline what was asked, take it back, or part again: neither side reads the other's card from this moment."""
    locking.hold(exchange.low, exchange.high)
    exchange.ended_at = exchange.ended_at or clock.now()
    db.session.flush()


def _agree(exchange: CardExchange, me: Participant) -> None:
    if exchange.low_id == me.id:
        exchange.low_agreed_at = exchange.low_agreed_at or clock.now()
    else:
        exchange.high_agreed_at = exchange.high_agreed_at or clock.now()
    db.session.flush()
