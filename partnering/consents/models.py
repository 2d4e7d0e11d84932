"""Texts of consent and who agreed to them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import BilingualText, InEvent, Model, PublicId, in_event, only_where

PURPOSES = ("directory", "matchmaking", "photo", "newsletter", "sponsor", "contact", "speaker_page", "recording")


class ConsentText(Model):
    """A version of the sentence that people agree to."""

    host_id: Mapped[int] = mapped_column(sa.ForeignKey("host.id"), index=True)
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("event.id"))
    purpose: Mapped[str] = mapped_column(sa.String(20))
    recipient: Mapped[str] = mapped_column(default="")
    number: Mapped[int] = mapped_column(sa.Integer, default=1)
    text: Mapped[BilingualText]
    created_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("event_id", "purpose", "recipient", "number"),)


class ConsentRecipient(PublicId, InEvent, Model):
    """A sponsor or exhibitor, by name, to whom people may let the organiser pass their details on.

    Consents to one have the purpose "sponsor" and its `name` as recipient, so a name stays. Nobody is asked any more
    once it has `ended_at`; consents that were given stay.
    """

    name: Mapped[str] = mapped_column(sa.String(120))
    aim: Mapped[BilingualText]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = in_event(sa.UniqueConstraint("event_id", "name"))


class Consent(Model):
    """One giving of consent, with proof; withdrawing sets its end. "Current" is the partial unique index."""

    text_id: Mapped[int] = mapped_column(sa.ForeignKey("consent_text.id"), index=True)
    participant_id: Mapped[int | None] = mapped_column(sa.ForeignKey("participant.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    host_id: Mapped[int] = mapped_column(sa.ForeignKey("host.id"))
    purpose: Mapped[str] = mapped_column(sa.String(20))
    recipient: Mapped[str] = mapped_column(default="")
    given_at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(sa.String(30))
    locale: Mapped[str] = mapped_column(sa.String(2))
    proof: Mapped[str] = mapped_column(default="")
    withdrawn_at: Mapped[datetime | None]

    text: Mapped[ConsentText] = relationship()

    __table_args__ = (
        sa.CheckConstraint("(participant_id IS NULL) <> (person_id IS NULL)", name="one_giver"),
        sa.Index(
            "uq_consent_participant",
            "participant_id",
            "purpose",
            "recipient",
            unique=True,
            **only_where("withdrawn_at IS NULL AND participant_id IS NOT NULL"),
        ),
        sa.Index(
            "uq_consent_person",
            "person_id",
            "host_id",
            "purpose",
            "recipient",
            unique=True,
            **only_where("withdrawn_at IS NULL AND person_id IS NOT NULL"),
        ),
    )
