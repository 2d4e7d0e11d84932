"""The outbox: letters as intents, in the order in which they were caused."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Json, Model, PublicId, one_of


class OutboxLetter(PublicId, Model):
    """A letter that was decided on. Rendered from the newest state when it is sent.

    ready → leased → sending → sent; back to ready after a passing failure; dead after a final one; dropped when a
    newer letter of the same `topic` has overtaken it. A letter in `sending` whose sender died is in doubt: it is sent
    again with the same Message-ID. `topic_version` orders letters of one topic.
    """

    dedup_key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    message_id: Mapped[str] = mapped_column(sa.String(120), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(60))
    topic: Mapped[str] = mapped_column(sa.String(80), default="", index=True)
    topic_version: Mapped[int] = mapped_column(sa.Integer, default=0)
    event_ref: Mapped[str | None] = mapped_column(sa.String(16), index=True)
    recipient_ref: Mapped[str] = mapped_column(sa.String(40), default="")
    address: Mapped[str] = mapped_column(sa.String(254))
    locale: Mapped[str] = mapped_column(sa.String(2))
    payload: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    urgent: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(sa.String(10), default="ready")
    run_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(sa.Integer, default=0)
    attempts: Mapped[int] = mapped_column(sa.Integer, default=0)
    last_error: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("state", "ready", "leased", "sending", "sent", "dropped", "dead"),
        one_of("locale", "de", "en"),
        sa.Index("ix_outbox_letter_due", "state", "run_at"),
        sa.Index("ix_outbox_letter_address", "address", "id"),
    )


class Suppression(Model):
    """An address that wants no letters of a scope, as keyed hash."""

    scope: Mapped[str] = mapped_column(sa.String(40))
    address_hash: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("scope", "address_hash"),)
