"""What an organisation shows at an event, who partners for it, what they offer and seek, what the directory keeps."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..agenda.models import Location
from ..db import (
    BilingualText,
    InEvent,
    Json,
    Model,
    PublicId,
    Versioned,
    in_event,
    one_of,
    only_where,
    searchable,
    table_of,
    to_many,
    to_one,
    within_event,
)
from ..events.models import Participant
from ..organisations.models import Organisation
from ..registration.models import Registration

VISIBILITIES = ("hidden", "organisation", "name")
RHYTHMS = ("hourly", "daily")
OPPORTUNITY_KINDS = ("asset", "technology", "project")


class OrganisationProfile(PublicId, InEvent, Versioned, Model):
    """An organisation's profile at one event. People's own texts are plain, in `language`.

    `lead_id` is the participant to whom whoever bought the places gave it to keep; without one it is who partnered for
    the organisation first. `location_id` is a stand or table of its own, `walk_in` says that it is found there without
    a meeting. With `team_acts` colleagues answer and ask for each other. `carried_from_id` is the profile of an earlier
    event from which the first answers came. `withheld_at`: organisers took it out of the directory.
    """

    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    description: Mapped[str] = mapped_column(default="")
    offers: Mapped[str] = mapped_column(default="")
    seeks: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(sa.String(2), default="de")
    organisation_type: Mapped[str] = mapped_column(sa.String(60), default="")
    region: Mapped[str] = mapped_column(sa.String(6), default="")
    country: Mapped[str] = mapped_column(sa.String(2), default="")
    lead_id: Mapped[int | None]
    location_id: Mapped[int | None] = mapped_column(index=True)
    walk_in: Mapped[bool] = mapped_column(default=False)
    team_acts: Mapped[bool] = mapped_column(default=False)
    carried_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation_profile.id"))
    withheld_at: Mapped[datetime | None]
    withheld_reason: Mapped[str] = mapped_column(default="")
    updated_at: Mapped[datetime]

    organisation: Mapped[Organisation] = to_one("OrganisationProfile", "Organisation", "organisation_id")
    location: Mapped[Location | None] = to_one("OrganisationProfile", "Location", "location_id")
    terms: Mapped[list["ProfileTerm"]] = to_many("OrganisationProfile", "ProfileTerm", "profile_id")
    delegates: Mapped[list["Delegate"]] = to_many("OrganisationProfile", "Delegate", "profile_id")
    opportunities: Mapped[list["Opportunity"]] = to_many(
        "OrganisationProfile", "Opportunity", "profile_id", order_by="(Opportunity.position, Opportunity.id)"
    )

    __table_args__ = in_event(
        within_event("lead_id", "participant"),
        within_event("location_id", "location"),
        sa.UniqueConstraint("event_id", "organisation_id"),
        sa.CheckConstraint("NOT walk_in OR location_id IS NOT NULL", name="walk_in_somewhere"),
    )


class PartnerGroup(PublicId, InEvent, Model):
    """A kind of guest in the organisers' matrix of who may ask whom.

    It holds whoever has one of its tickets (`PartnerGroupProduct`) or whose organisation is of one of its types; of
    several the first by position counts. Whoever is in none may ask and be asked by everybody.
    """

    name: Mapped[BilingualText]
    organisation_types: Mapped[list[str]] = mapped_column(default=list)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)

    __table_args__ = in_event()


class PartnerGroupProduct(InEvent, Model):
    """That holders of a ticket belong to a group."""

    group_id: Mapped[int] = mapped_column(index=True)
    product_id: Mapped[int]

    __table_args__ = (
        within_event("group_id", "partner_group"),
        within_event("product_id", "product"),
        sa.UniqueConstraint("event_id", "product_id"),
    )


class ForbiddenPair(InEvent, Model):
    """That members of one group may not ask members of another for a meeting; what is not here is allowed."""

    asker_id: Mapped[int]
    asked_id: Mapped[int] = mapped_column(index=True)

    __table_args__ = (
        within_event("asker_id", "partner_group"),
        within_event("asked_id", "partner_group"),
        sa.UniqueConstraint("asker_id", "asked_id"),
    )


class Delegate(PublicId, InEvent, Versioned, Model):
    """An attendee who partners. `visibility`: hidden, organisation only, or name and function.

    `shows_…` narrow what "name" shows, field by field. `days` are those (ISO) that the ticket admits to, none means
    all. `remote` guests meet by video, at `video_url` where they have a room of their own, and read times in `zone`
    too. `meeting_limit`: no more meetings than this, further ones become reserve. `rhythm`: letters about requests, at
    most one an hour or one a day. `shown_often` and `shown_last_at` count suggestions to others, so that nobody is left
    out for long.
    """

    registration_id: Mapped[int] = mapped_column(unique=True)
    participant_id: Mapped[int] = mapped_column(index=True)
    profile_id: Mapped[int] = mapped_column(index=True)
    group_id: Mapped[int | None] = mapped_column(index=True)
    visibility: Mapped[str] = mapped_column(sa.String(12), default="hidden")
    visible_at: Mapped[datetime | None]
    shows_function: Mapped[bool] = mapped_column(default=True)
    shows_languages: Mapped[bool] = mapped_column(default=True)
    shows_seeks: Mapped[bool] = mapped_column(default=True)
    languages: Mapped[str] = mapped_column(sa.String(60), default="")
    seeks: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(sa.String(40), default="")
    takes_requests: Mapped[bool] = mapped_column(default=True)
    meeting_limit: Mapped[int | None] = mapped_column(sa.Integer)
    shares_agenda: Mapped[bool] = mapped_column(default=True)
    rhythm: Mapped[str] = mapped_column(sa.String(6), default="hourly")
    remote: Mapped[bool] = mapped_column(default=False)
    video_url: Mapped[str] = mapped_column(default="")
    zone: Mapped[str] = mapped_column(sa.String(60), default="")
    days: Mapped[list[str]] = mapped_column(default=list)
    arrives_at: Mapped[datetime | None]
    departs_at: Mapped[datetime | None]
    open_requests: Mapped[int] = mapped_column(sa.Integer, default=0)
    shown_often: Mapped[int] = mapped_column(sa.Integer, default=0)
    shown_last_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    registration: Mapped[Registration] = to_one("Delegate", "Registration", "registration_id")
    participant: Mapped[Participant] = to_one("Delegate", "Participant", "participant_id")
    profile: Mapped[OrganisationProfile] = to_one("Delegate", "OrganisationProfile", "profile_id")
    group: Mapped[PartnerGroup | None] = to_one("Delegate", "PartnerGroup", "group_id")
    terms: Mapped[list["DelegateTerm"]] = to_many("Delegate", "DelegateTerm", "delegate_id")

    __table_args__ = in_event(
        within_event("registration_id", "registration"),
        within_event("participant_id", "participant"),
        within_event("profile_id", "organisation_profile"),
        within_event("group_id", "partner_group"),
        one_of("visibility", *VISIBILITIES),
        one_of("rhythm", *RHYTHMS),
        sa.CheckConstraint("open_requests >= 0", name="open_requests_counts"),
        sa.CheckConstraint("meeting_limit > 0", name="meeting_limit_counts"),
        sa.CheckConstraint("departs_at > arrives_at", name="departs_after_arriving"),
        sa.Index("ix_delegate_shown", "event_id", "shown_often", **only_where("left_at IS NULL")),
    )


class ProfileTerm(InEvent, Model):
    """A code of the taxonomy on a profile: `side` says whether it is offered, sought, or simply so ("is")."""

    profile_id: Mapped[int]
    side: Mapped[str] = mapped_column(sa.String(5))
    facet: Mapped[str] = mapped_column(sa.String(30))
    term: Mapped[str] = mapped_column(sa.String(60))

    __table_args__ = (
        within_event("profile_id", "organisation_profile"),
        sa.UniqueConstraint("profile_id", "side", "facet", "term"),
        sa.Index("ix_profile_term_lookup", "event_id", "facet", "term", "side"),
        one_of("side", "offer", "seek", "is"),
    )


class DelegateTerm(InEvent, Model):
    """A code of the taxonomy that a delegate themselves seek, beside their organisation."""

    delegate_id: Mapped[int]
    facet: Mapped[str] = mapped_column(sa.String(30))
    term: Mapped[str] = mapped_column(sa.String(60))

    __table_args__ = (within_event("delegate_id", "delegate"), sa.UniqueConstraint("delegate_id", "facet", "term"))


class Opportunity(PublicId, InEvent, Versioned, Model):
    """An asset, technology or project of an organisation, offered or sought; `contact_id` is whom to ask about it.

    `stage` and `ip` are codes of the facet "stage"; modalities, goals and fields are its terms. `public_at` is since
    when it stands, as it is, in the organisation's entry in the public directory.
    """

    profile_id: Mapped[int] = mapped_column(index=True)
    contact_id: Mapped[int | None] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(sa.String(12))
    side: Mapped[str] = mapped_column(sa.String(5), default="offer")
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(sa.String(2), default="de")
    stage: Mapped[str] = mapped_column(sa.String(60), default="")
    ip: Mapped[str] = mapped_column(sa.String(60), default="")
    shown: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    public_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    profile: Mapped[OrganisationProfile] = to_one("Opportunity", "OrganisationProfile", "profile_id")
    contact: Mapped[Delegate | None] = to_one("Opportunity", "Delegate", "contact_id")
    terms: Mapped[list["OpportunityTerm"]] = to_many("Opportunity", "OpportunityTerm", "opportunity_id")

    __table_args__ = in_event(
        within_event("profile_id", "organisation_profile"),
        within_event("contact_id", "delegate"),
        one_of("kind", *OPPORTUNITY_KINDS),
        one_of("side", "offer", "seek"),
    )


class OpportunityTerm(InEvent, Model):
    """A modality, goal, therapeutic area, sector or technology of an opportunity."""

    opportunity_id: Mapped[int]
    facet: Mapped[str] = mapped_column(sa.String(30))
    term: Mapped[str] = mapped_column(sa.String(60))

    __table_args__ = (
        within_event("opportunity_id", "opportunity"),
        sa.UniqueConstraint("opportunity_id", "facet", "term"),
    )


class BlockedPair(InEvent, Model):
    """That a delegate wants nothing to do with another one, or with everybody of an organisation.

    Neither finds the other or can ask; nobody but the blocker ever learns of it.
    """

    delegate_id: Mapped[int]
    other_id: Mapped[int | None] = mapped_column(index=True)
    other_profile_id: Mapped[int | None] = mapped_column(index=True)
    created_at: Mapped[datetime]

    other: Mapped[Delegate | None] = to_one("BlockedPair", "Delegate", "other_id")
    other_profile: Mapped[OrganisationProfile | None] = to_one("BlockedPair", "OrganisationProfile", "other_profile_id")

    __table_args__ = (
        within_event("delegate_id", "delegate"),
        within_event("other_id", "delegate"),
        within_event("other_profile_id", "organisation_profile"),
        sa.CheckConstraint("(other_id IS NULL) <> (other_profile_id IS NULL)", name="one_blocked"),
        sa.CheckConstraint("other_id <> delegate_id", name="not_oneself"),
        sa.UniqueConstraint("delegate_id", "other_id"),
        sa.UniqueConstraint("delegate_id", "other_profile_id"),
    )


class SavedPerson(InEvent, Model):
    """That a delegate wants to come back to another one."""

    delegate_id: Mapped[int]
    other_id: Mapped[int] = mapped_column(index=True)
    saved_at: Mapped[datetime]

    other: Mapped[Delegate] = to_one("SavedPerson", "Delegate", "other_id")

    __table_args__ = (
        within_event("delegate_id", "delegate"),
        within_event("other_id", "delegate"),
        sa.UniqueConstraint("delegate_id", "other_id"),
    )


class SavedSearch(PublicId, InEvent, Model):
    """A search of the directory to come back to; with `letters`, a letter when somebody new fits.

    `wish` holds what its address carries after `?`. New is who became visible after `looked_at`.
    """

    delegate_id: Mapped[int] = mapped_column(index=True)
    name: Mapped[str]
    wish: Mapped[dict[str, Any]] = mapped_column(Json)
    letters: Mapped[bool] = mapped_column(default=True)
    looked_at: Mapped[datetime] = mapped_column(index=True)
    created_at: Mapped[datetime]

    delegate: Mapped[Delegate] = to_one("SavedSearch", "Delegate", "delegate_id")

    __table_args__ = in_event(within_event("delegate_id", "delegate"))


class Suggestion(InEvent, Model):
    """That somebody should meet somebody: made anew every day, `position` 1 first."""

    delegate_id: Mapped[int]
    other_id: Mapped[int] = mapped_column(index=True)
    position: Mapped[int] = mapped_column(sa.Integer)
    in_turn: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime] = mapped_column(index=True)

    other: Mapped[Delegate] = to_one("Suggestion", "Delegate", "other_id")

    __table_args__ = (
        within_event("delegate_id", "delegate"),
        within_event("other_id", "delegate"),
        sa.UniqueConstraint("delegate_id", "other_id"),
    )


class DismissedReason(InEvent, Model):
    """That a delegate does not want to read a reason to meet somebody again; `code` "" is all of them."""

    delegate_id: Mapped[int]
    other_id: Mapped[int] = mapped_column(index=True)
    code: Mapped[str] = mapped_column(sa.String(120), default="")
    dismissed_at: Mapped[datetime]

    __table_args__ = (
        within_event("delegate_id", "delegate"),
        within_event("other_id", "delegate"),
        sa.UniqueConstraint("delegate_id", "other_id", "code"),
    )


class DirectoryDocument(InEvent, Model):
    """What the directory knows of a delegate: a cache, written with what it says and rebuilt by `flask reindex`.

    `text` are the folded words they can be found by, `codes` what filters and reasons go by ("offer.goal.licence",
    "country.DE"; "~" before the facet where a text says it, not a choice), `facts` what reasons quote. It says no more
    than they show. Rows are never deleted and `number` rises with each writing, so that COUNT and SUM(number) of an
    event tell whether what a process remembers is still true, whatever the order of commits.
    """

    delegate_id: Mapped[int] = mapped_column(unique=True)
    profile_id: Mapped[int]
    number: Mapped[int] = mapped_column(sa.Integer, default=1)
    shown: Mapped[bool] = mapped_column(default=False)
    sort_name: Mapped[str] = mapped_column(default="")
    visible_at: Mapped[datetime | None]
    text: Mapped[str] = mapped_column(default="")
    codes: Mapped[list[str]] = mapped_column(default=list)
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    changed_at: Mapped[datetime]

    __table_args__ = (
        within_event("delegate_id", "delegate"),
        within_event("profile_id", "organisation_profile"),
        sa.Index("ix_directory_document_numbers", "event_id", "number"),
        sa.Index("ix_directory_document_changes", "event_id", "changed_at"),
    )


searchable(table_of(DirectoryDocument))
