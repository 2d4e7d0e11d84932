"""The way into the outbox: a letter is decided on in the transaction of the deed that causes it."""

import ipaddress
import secrets
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.dialects import postgresql, sqlite

from .. import clock, straight
from ..db import OutsideTransaction, connected, db, new_public_id, writing
from .models import OutboxLetter


def post(
    kind: str,
    *,
    key: str,
    address: str,
    locale: str,
    payload: dict[str, Any],
    event_ref: str | None = None,
    recipient_ref: str = "",
    topic: str = "",
    topic_version: int = 0,
    urgent: bool = False,
    not_before: datetime | None = None,
) -> bool:
    """Put a letter into the outbox, inside `transaction()`; False if one with this `key` is there already.

    `kind` names the renderer (`letters.kind`), `payload` the ids it looks things up by. `key` names the deed and the
    recipient ("meeting:<public id>:seq3:to:<public id>"), so that doing it twice tells it once. Of several letters
    of one `topic` only the newest `topic_version` leaves; a letter with more to say than its topic has none. An
    `urgent` letter, such as a sign-in link, overtakes others to the same address. `event_ref` and `recipient_ref`
    are public ids, for the organiser's list.

    Raises `OutsideTransaction`.
    """
    if not writing():
        raise OutsideTransaction("a letter outside transaction()")
    now = clock.now()
    row = {
        "public_id": new_public_id(),
        "dedup_key": key,
        "message_id": new_message_id(),
        "kind": kind,
        "topic": topic,
        "topic_version": topic_version,
        "event_ref": event_ref,
        "recipient_ref": recipient_ref,
        "address": address,
        "locale": locale,
        "payload": payload,
        "urgent": urgent,
        "state": "ready",
        "run_at": max(not_before, now) if not_before else now,
        "created_at": now,
    }
    db.session.flush()
    link = connected(db.session())
    return straight.run(link, _new_letter(link.dialect.name), row).scalar() is not None


@cache
def _new_letter(dialect: str) -> sa.Insert:
    """A letter, unless its key is there."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(OutboxLetter).on_conflict_do_nothing(index_elements=["dedup_key"])
    return statement.returning(OutboxLetter.__table__.c.id)


def new_message_id() -> str:
    """A Message-ID that stays with the letter through every attempt: random, at the host of the base address."""
    return f"<{secrets.token_hex(16)}@{_domain(current_app.extensions['settings'].host)}>"


def _domain(host: str) -> str:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host[:80] or "localhost"
    return "localhost"
