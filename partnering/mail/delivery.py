"""How letters leave the outbox: claimed with lease and fence, rendered from the newest state, handed over, marked.

ready → leased → sending → sent. A sender that dies while a letter is leased loses the lease; one that dies in `sending`
leaves it in doubt, and it goes out again ten minutes later with the same Message-ID, so that none is lost and a copy
is known as one. Letters to one address leave in the order in which they were decided on; urgent ones overtake.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Protocol

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import aliased

from .. import clock, faults
from ..db import db, transaction
from . import letters, transport
from .models import OutboxLetter

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
IN_DOUBT = timedelta(minutes=10)
BATCH = 20
RETRY_MINUTES = (1, 5, 15, 60, 120, 240, 480, 480, 480, 480, 480)
"""Waiting times after passing failures: 47 hours and 21 minutes in all."""
POISON_SECONDS = (10, 30, 60, 120)
"""Waiting times after a letter could not be rendered, five attempts in all; letters to the same address wait."""


class NotDelivered(Exception):
    """The letter did not go. The text says why."""


class Later(NotDelivered):
    """The server says: not now. It may be asked again."""


class Never(NotDelivered):
    """The server says: not this letter, or not to this address."""


class InDoubt(NotDelivered):
    """The conversation broke off; the letter may have been taken."""


class NoServer(NotDelivered):
    """There is no server to talk to; other letters need not try either."""


class Carrier(Protocol):
    """What takes messages away."""

    def open(self) -> None:
        """Get ready. Raises `NoServer`."""

    def carry(self, letter: OutboxLetter, message: EmailMessage) -> None:
        """Hand one message over. Raises `Later`, `Never` or `InDoubt`."""

    def close(self) -> None:
        """Say goodbye."""


@dataclass(frozen=True)
class Claimed:
    """A letter that is ours for the length of the lease, under this fence."""

    id: int
    fence: int


def deliver_due(
    carrier: Carrier, stop: threading.Event | None = None, *, per_second: int = 0, batch: int = BATCH
) -> int:
    """Deliver one batch of the letters that are due; how many were dealt with.

    `stop`, or a server that is away, gives the rest of the batch back.
    """
    stop = stop or threading.Event()
    claimed = claim(batch)
    started, dealt, carried = time.monotonic(), 0, 0
    try:
        while claimed and not stop.is_set():
            carried += _deliver_or_log(claimed.pop(0), carrier)
            dealt += 1
            if per_second:
                stop.wait(max(0.0, started + carried / per_second - time.monotonic()))
    except NoServer as error:
        log.warning("letters wait: %s", error)
    finally:
        carrier.close()
    for rest in claimed:
        _move(rest, "leased", "ready", lease_until=None)
    return dealt


def deliver_all_due(carrier: Carrier, stop: threading.Event | None = None) -> int:
    """Deliver until nothing is due any more, at the rate of the settings; how many letters were dealt with."""
    rate: int = current_app.extensions["settings"].mail_rate
    total = 0
    while not (stop and stop.is_set()):
        count = deliver_due(carrier, stop, per_second=rate)
        total += count
        if not count:
            break
    return total


def claim(limit: int = BATCH) -> list[Claimed]:
    """Take up to `limit` letters, the oldest open one of each address. Looks first, so that idling writes nothing."""
    db.session.rollback()
    if db.session.scalar(_due(clock.now()).limit(1)) is None:
        return []
    with transaction() as session:
        now = clock.now()
        found = _due(now).order_by(OutboxLetter.urgent.desc(), OutboxLetter.id).limit(limit)
        ids = session.scalars(found.with_for_update(skip_locked=True, of=OutboxLetter)).all()
        if not ids:
            return []
        crashed = sa.case((OutboxLetter.state == "leased", 1), else_=0)
        taken = session.execute(
            sa.update(OutboxLetter)
            .where(OutboxLetter.id.in_(ids))
            .values(
                state="leased",
                lease_until=now + LEASE,
                fence=OutboxLetter.fence + 1,
                attempts=OutboxLetter.attempts + crashed,
            )
            .returning(OutboxLetter.id, OutboxLetter.fence)
            .execution_options(synchronize_session=False)
        ).all()
        fences = {row.id: row.fence for row in taken}
        return [Claimed(id, fences[id]) for id in ids]


def _due(now: datetime) -> sa.Select[int]:
    """Letters that may leave now: due or abandoned, and not behind an open one to the same address."""
    earlier = aliased(OutboxLetter)
    waiting = sa.and_(earlier.state == "ready", sa.or_(earlier.run_at <= now, earlier.attempts > 0))
    return sa.select(OutboxLetter.id).where(
        sa.or_(
            sa.and_(OutboxLetter.state == "ready", OutboxLetter.run_at <= now),
            sa.and_(OutboxLetter.state.in_(("leased", "sending")), OutboxLetter.lease_until < now),
        ),
        ~sa.exists().where(
            earlier.address == OutboxLetter.address,
            earlier.id < OutboxLetter.id,
            sa.or_(earlier.urgent, ~OutboxLetter.urgent),
            sa.or_(waiting, earlier.state.in_(("leased", "sending"))),
        ),
    )


def _deliver_or_log(claimed: Claimed, carrier: Carrier) -> bool:
    """Deliver one letter; a fault of ours leaves it to its lease and the others flow on."""
    try:
        return deliver(claimed, carrier)
    except (NoServer, OperationalError):
        raise
    except Exception:
        log.exception("letter %s was left in the middle", claimed.id)
        return False


def deliver(claimed: Claimed, carrier: Carrier) -> bool:
    """Render and hand over one claimed letter; whether it was handed over. Raises `NoServer`."""
    db.session.rollback()
    letter = db.session.get_one(OutboxLetter, claimed.id)
    kind = letters.kinds.get(letter.kind)
    if is_superseded(letter):
        _settle(claimed, "dropped", reason="a newer letter on the same matter has taken its place")
        return False
    if letter.attempts > len(RETRY_MINUTES):
        _bury(claimed, f"given up after {letter.attempts} attempts; {letter.last_error}")
        return False
    try:
        content = letters.render(letter)
        message = transport.build(letter, content) if content is not None else None
    except transport.UnusableAddress as error:
        _bury(claimed, f"not an address that letters can go to: {error}")
        return False
    except OperationalError:  # the database, not the letter: the lease ends by itself
        raise
    except Exception as error:
        _poisoned(claimed, letter.attempts, error)
        return False
    if content is None or message is None:
        _settle(claimed, "dropped", reason="there was nothing to say any more")
        return False
    try:
        carrier.open()
    except NoServer as error:
        _retry(claimed, str(error))
        raise
    return _hand_over(claimed, carrier, letter, content, message, secret=kind is not None and kind.secret)


def _hand_over(
    claimed: Claimed,
    carrier: Carrier,
    letter: OutboxLetter,
    content: letters.Letter,
    message: EmailMessage,
    *,
    secret: bool,
) -> bool:
    with transaction():
        attempts, until = OutboxLetter.attempts + 1, clock.now() + IN_DOUBT
        if not _compare_and_set(claimed, "leased", "sending", lease_until=until, attempts=attempts):
            return False
        if content.on_leaving is not None:
            content.on_leaving()
    try:
        carrier.carry(db.session.get_one(OutboxLetter, claimed.id), message)
    except Later as error:
        _retry(claimed, str(error), content)
    except Never as error:
        _bury(claimed, str(error), content)
    except InDoubt as error:
        _doubt(claimed, str(error))
    else:
        faults.point("mail.before_mark")
        _mark_sent(claimed, content, secret)
    return True


def is_superseded(letter: OutboxLetter) -> bool:
    """Whether a newer letter of the same topic has taken this one's place."""
    if not letter.topic:
        return False
    newer = sa.select(OutboxLetter.id).where(
        OutboxLetter.topic == letter.topic,
        OutboxLetter.address == letter.address,
        sa.or_(
            OutboxLetter.topic_version > letter.topic_version,
            sa.and_(OutboxLetter.topic_version == letter.topic_version, OutboxLetter.id > letter.id),
        ),
        OutboxLetter.state.in_(("ready", "leased", "sending", "sent")),
    )
    return db.session.scalar(sa.select(newer.exists())) is True


# -- what becomes of a letter; every step compares fence and state, and does nothing when the lease was lost


def _move(claimed: Claimed, before: str | tuple[str, ...], after: str, **values: object) -> bool:
    with transaction():
        return _compare_and_set(claimed, before, after, **values)


def _compare_and_set(claimed: Claimed, before: str | tuple[str, ...], after: str, **values: object) -> bool:
    states = (before,) if isinstance(before, str) else before
    moved = db.session.execute(
        sa.update(OutboxLetter)
        .where(OutboxLetter.id == claimed.id, OutboxLetter.fence == claimed.fence, OutboxLetter.state.in_(states))
        .values(state=after, **values)
        .returning(OutboxLetter.id)
        .execution_options(synchronize_session=False)
    )
    return moved.scalar_one_or_none() is not None


def _mark_sent(claimed: Claimed, content: letters.Letter, secret: bool) -> None:
    try:
        _mark(claimed, content, secret, content.on_sent)
    except OperationalError:  # in doubt: it goes out once more, with the same Message-ID
        raise
    except Exception:
        log.exception("letter %s has left, but what should follow failed", claimed.id)
        _mark(claimed, content, secret, None)


def _mark(claimed: Claimed, content: letters.Letter, secret: bool, on_sent: Callable[[], None] | None) -> None:
    values: dict[str, object] = {
        "lease_until": None,
        "sent_at": clock.now(),
        "subject": transport.plain(content.subject),
        "last_error": "",
    }
    if secret:
        values["payload"] = {}
    with transaction():
        if _compare_and_set(claimed, "sending", "sent", **values) and on_sent is not None:
            on_sent()


def _settle(claimed: Claimed, state: str, *, reason: str, refused: letters.Letter | None = None) -> bool:
    with transaction():
        moved = _compare_and_set(claimed, ("leased", "sending"), state, lease_until=None, last_error=_short(reason))
        if moved and refused is not None and refused.on_refused is not None:
            refused.on_refused()
    return moved


def _bury(claimed: Claimed, reason: str, refused: letters.Letter | None = None) -> None:
    if _settle(claimed, "dead", reason=reason, refused=refused):
        log.error("letter %s cannot be delivered: %s", claimed.id, _short(reason))


def _poisoned(claimed: Claimed, attempts: int, error: Exception) -> None:
    log.exception("letter %s cannot be rendered", claimed.id)
    reason = f"cannot be rendered: {type(error).__name__}: {error}"
    if attempts >= len(POISON_SECONDS):
        _bury(claimed, reason)
        return
    run_at = clock.now() + timedelta(seconds=POISON_SECONDS[attempts])
    _move(claimed, "leased", "ready", run_at=run_at, lease_until=None, attempts=attempts + 1, last_error=_short(reason))


def _retry(claimed: Claimed, reason: str, refused: letters.Letter | None = None) -> None:
    """Back to ready until the next attempt is due, or dead after the last; `refused` is what the server was given."""
    with transaction():
        letter = db.session.get_one(OutboxLetter, claimed.id)
        attempts = letter.attempts + (0 if refused is not None else 1)
        wait = waiting_time(attempts)
        if wait is not None:
            moved = _compare_and_set(
                claimed,
                ("leased", "sending"),
                "ready",
                run_at=clock.now() + wait,
                lease_until=None,
                attempts=attempts,
                last_error=_short(reason),
            )
            if moved and refused is not None and refused.on_refused is not None:
                refused.on_refused()
            return
    _bury(claimed, f"given up after {attempts} attempts; {reason}", refused)


def _doubt(claimed: Claimed, reason: str) -> None:
    """Leave it in `sending` until it may be tried again, or dead after the last attempt."""
    attempts = db.session.get_one(OutboxLetter, claimed.id).attempts
    wait = waiting_time(attempts)
    if wait is None:
        _bury(claimed, f"given up after {attempts} attempts; {reason}")
    else:
        until = clock.now() + max(wait, IN_DOUBT)
        _move(claimed, "sending", "sending", lease_until=until, last_error=_short(reason))


def waiting_time(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts in vain; None when that was the last."""
    return timedelta(minutes=RETRY_MINUTES[attempts - 1]) if attempts <= len(RETRY_MINUTES) else None


def _short(reason: str) -> str:
    return transport.plain(reason)[:500]
