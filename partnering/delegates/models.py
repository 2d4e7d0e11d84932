"""What an organisation shows at an event, who partners for it, and what they offer and seek."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import InEvent, Model, PublicId, Versioned, in_event, one_of, to_many, to_one, within_event
from ..events.models import Participant
from ..organisations.models import Organisation
from ..registration.models import Registration

VISIBILITIES = ("hidden", "organisation", "name")


class OrganisationProfile(PublicId, InEvent, Versioned, Model):
    """An organisation's profile at one event. People's own texts are plain, in `language`.

    `lead_id` is the participant to whom whoever bought the places gave it to keep; without one it is who partnered for
    the organisation first.
    """

    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    description: Mapped[str] = mapped_column(default="")
    offers: Mapped[str] = mapped_column(default="")
    seeks: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(sa.String(2), default="de")
    organisation_type: Mapped[str] = mapped_column(sa.String(60), default="")
    country: Mapped[str] = mapped_column(sa.String(2), default="")
    search_text: Mapped[str] = mapped_column(default="")
    lead_id: Mapped[int | None]
    updated_at: Mapped[datetime]

    organisation: Mapped[Organisation] = to_one("OrganisationProfile", "Organisation", "organisation_id")
    terms: Mapped[list["ProfileTerm"]] = to_many("OrganisationProfile", "ProfileTerm", "profile_id")
    delegates: Mapped[list["Delegate"]] = to_many("OrganisationProfile", "Delegate", "profile_id")

    __table_args__ = in_event(
        within_event("lead_id", "participant"),
        sa.UniqueConstraint("event_id", "organisation_id"),
    )


class Delegate(PublicId, InEvent, Versioned, Model):
    """An attendee who partners. `visibility`: hidden, organisation only, or name and function."""

    registration_id: Mapped[int] = mapped_column(unique=True)
    participant_id: Mapped[int] = mapped_column(index=True)
    profile_id: Mapped[int] = mapped_column(index=True)
    visibility: Mapped[str] = mapped_column(sa.String(12), default="hidden")
    visible_at: Mapped[datetime | None]
    languages: Mapped[str] = mapped_column(sa.String(60), default="")
    departs_at: Mapped[datetime | None]
    open_requests: Mapped[int] = mapped_column(sa.Integer, default=0)
    left_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    registration: Mapped[Registration] = to_one("Delegate", "Registration", "registration_id")
    participant: Mapped[Participant] = to_one("Delegate", "Participant", "participant_id")
    profile: Mapped[OrganisationProfile] = to_one("Delegate", "OrganisationProfile", "profile_id")

    __table_args__ = in_event(
        within_event("registration_id", "registration"),
        within_event("participant_id", "participant"),
        within_event("profile_id", "organisation_profile"),
        one_of("visibility", *VISIBILITIES),
        sa.CheckConstraint("open_requests >= 0", name="open_requests_counts"),
    )


class ProfileTerm(InEvent, Model):
    """A code of the taxonomy on a profile: `side` says whether it is offered, sought, or simply so ("is")."""

    profile_id: Mapped[int] = mapped_column(index=True)
    side: Mapped[str] = mapped_column(sa.String(5))
    facet: Mapped[str] = mapped_column(sa.String(30))
    term: Mapped[str] = mapped_column(sa.String(60))

    __table_args__ = (
        within_event("profile_id", "organisation_profile"),
        sa.UniqueConstraint("profile_id", "side", "facet", "term"),
        sa.Index("ix_profile_term_lookup", "event_id", "facet", "term", "side"),
        one_of("side", "offer", "seek", "is"),
    )
