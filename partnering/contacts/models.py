"""Cards exchanged and leads taken, each with the consent that it rests on."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..consents.models import ConsentText
from ..db import InEvent, Model, PublicId, Versioned, in_event, only_where, to_one, within_event
from ..delegates.models import OrganisationProfile
from ..events.models import Participant


class Lead(PublicId, InEvent, Versioned, Model):
    """That a visitor let an exhibitor have their contact, at `agreed_at`, to the text `text_id` (and its version).

    `taken_by` scanned the visitor's badge for the organisation's profile; `scan_id` is how their phone calls that scan,
    so that sending it twice takes one lead. `note` and `rating` (0 is none, to 3) are the exhibitor's. Once it is
    withdrawn, nobody reads or exports it any more.
    """

    profile_id: Mapped[int]
    participant_id: Mapped[int] = mapped_column(index=True)
    taken_by_id: Mapped[int]
    text_id: Mapped[int] = mapped_column(sa.ForeignKey("consent_text.id"))
    scan_id: Mapped[str] = mapped_column(sa.String(40))
    agreed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(default="")
    rating: Mapped[int] = mapped_column(sa.SmallInteger, default=0)

    profile: Mapped[OrganisationProfile] = to_one("Lead", "OrganisationProfile", "profile_id")
    participant: Mapped[Participant] = to_one("Lead", "Participant", "participant_id")
    taken_by: Mapped[Participant] = to_one("Lead", "Participant", "taken_by_id")
    text: Mapped[ConsentText] = to_one("Lead", "ConsentText", "text_id")

    __table_args__ = in_event(
        within_event("profile_id", "organisation_profile"),
        within_event("participant_id", "participant"),
        within_event("taken_by_id", "participant"),
        sa.UniqueConstraint("taken_by_id", "scan_id"),
        sa.Index(
            "uq_lead_visitor",
            "profile_id",
            "participant_id",
            unique=True,
            **only_where("withdrawn_at IS NULL"),
        ),
        sa.CheckConstraint("rating BETWEEN 0 AND 3", name="rating_range"),
    )


class CardExchange(PublicId, InEvent, Versioned, Model):
    """That two guests may have each other's card: once both have agreed, and until one of them ends it.

    Whoever scans a badge agrees by it (`asked_by_id`), the other one on a page of their own; `low_id` < `high_id`, so
    that two who scan each other at once meet in one row. `text_id` is what both agree to.
    """

    low_id: Mapped[int]
    high_id: Mapped[int] = mapped_column(index=True)
    asked_by_id: Mapped[int]
    text_id: Mapped[int] = mapped_column(sa.ForeignKey("consent_text.id"))
    asked_at: Mapped[datetime]
    low_agreed_at: Mapped[datetime | None]
    high_agreed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    low: Mapped[Participant] = to_one("CardExchange", "Participant", "low_id")
    high: Mapped[Participant] = to_one("CardExchange", "Participant", "high_id")
    text: Mapped[ConsentText] = to_one("CardExchange", "ConsentText", "text_id")

    __table_args__ = in_event(
        within_event("low_id", "participant"),
        within_event("high_id", "participant"),
        within_event("asked_by_id", "participant"),
        sa.CheckConstraint("low_id < high_id", name="in_order"),
        sa.CheckConstraint("asked_by_id IN (low_id, high_id)", name="asked_by_one"),
        sa.Index("uq_card_exchange_open", "low_id", "high_id", unique=True, **only_where("ended_at IS NULL")),
    )
