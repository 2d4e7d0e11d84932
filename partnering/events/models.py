"""Hosts, series, events, their legal texts, participants and team."""

import re
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import Person
from ..db import BilingualText, InEvent, Linked, Model, PublicId, Versioned, in_event, one_of, only_where, to_one

DYES = ("haematoxylin", "malachite", "methylene", "carmine")
AREAS = ("organiser", "crew", "catering", "committee")
"""catering: reads who eats what, and who needs which help; nobody else does, organisers included.
committee: reads contributions and gives points."""


class Host(PublicId, Model):
    """Who organises and answers in law."""

    name: Mapped[str]
    legal_name: Mapped[str] = mapped_column(default="")
    street: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(sa.String(2), default="DE")
    vat_id: Mapped[str] = mapped_column(default="")
    tax_number: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")


class Series(PublicId, Model):
    """A host's events that follow each other."""

    host_id: Mapped[int] = mapped_column(sa.ForeignKey("host.id"))
    name: Mapped[BilingualText]

    host: Mapped[Host] = relationship()

    __table_args__ = (sa.UniqueConstraint("host_id", "id"),)


class Event(PublicId, Versioned, Model):
    """A conference. `first_day` and `last_day` are days in `zone`; "over" is derived from them, never stored.

    `withdrawal` says whether consumers find the button "Vertrag widerrufen" (§ 356a BGB).
    """

    host_id: Mapped[int] = mapped_column(sa.ForeignKey("host.id"))
    series_id: Mapped[int | None]
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    name: Mapped[BilingualText]
    claim: Mapped[BilingualText] = mapped_column(default=BilingualText())
    description: Mapped[BilingualText] = mapped_column(default=BilingualText())
    venue: Mapped[BilingualText] = mapped_column(default=BilingualText())
    address: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    travel: Mapped[BilingualText] = mapped_column(default=BilingualText())
    accessibility: Mapped[BilingualText] = mapped_column(default=BilingualText())
    notice: Mapped[BilingualText] = mapped_column(default=BilingualText())
    faq: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    first_day: Mapped[date]
    last_day: Mapped[date]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(sa.String(60), default="Europe/Berlin")
    languages: Mapped[str] = mapped_column(sa.String(20), default="de,en")
    dye: Mapped[str] = mapped_column(sa.String(20), default="haematoxylin")
    sender_name: Mapped[str] = mapped_column(default="")
    sender_address: Mapped[str] = mapped_column(sa.String(254), default="")
    state: Mapped[str] = mapped_column(sa.String(10), default="draft")
    change_until: Mapped[datetime | None]
    withdrawal: Mapped[str] = mapped_column(sa.String(10), default="none")
    partnering_from: Mapped[datetime | None]
    partnering_until: Mapped[datetime | None]
    open_request_limit: Mapped[int] = mapped_column(sa.Integer, default=20)
    request_days: Mapped[int] = mapped_column(sa.Integer, default=10)
    created_at: Mapped[datetime]

    host: Mapped[Host] = relationship()

    def place(self, language: str, address: bool = True) -> str:
        """Venue, address and city in one line, each said once; without `address` only venue and city."""
        venue, city = self.venue.in_(language), self.city.strip()
        street = self.address.strip() if address else ""
        if venue.strip().casefold() == city.casefold():
            venue = ""
        if re.search(rf"\b{re.escape(city)}$", street, re.IGNORECASE):
            city = ""
        return ", ".join(part for part in (venue, street, city) if part)

    __table_args__ = (
        sa.ForeignKeyConstraint(["host_id", "series_id"], ["series.host_id", "series.id"]),
        sa.UniqueConstraint("host_id", "id"),
        one_of("state", "draft", "published", "cancelled"),
        one_of("dye", *DYES),
        one_of("withdrawal", "none", "button"),
        sa.CheckConstraint("last_day >= first_day", name="days_in_order"),
        sa.CheckConstraint("closes_at > opens_at", name="hours_in_order"),
    )


class FormerSlug(Model):
    """A slug that an event had before; its address leads to the new one."""

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), index=True)
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)

    event: Mapped[Event] = relationship()


class LegalText(Model):
    """A version of an event's legal notice, privacy notice or terms; the highest number is in force."""

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    kind: Mapped[str] = mapped_column(sa.String(20))
    number: Mapped[int] = mapped_column(sa.Integer)
    text: Mapped[BilingualText]
    published_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("event_id", "kind", "number"),
        one_of("kind", "legal_notice", "privacy", "terms"),
    )


class Participant(PublicId, InEvent, Linked, Model):
    """A person at one event in any role: all of them that its host sees. Erasure cuts `person_id`."""

    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    title: Mapped[str] = mapped_column(default="")
    given_name: Mapped[str] = mapped_column(default="")
    family_name: Mapped[str] = mapped_column(default="")
    function: Mapped[str] = mapped_column(default="")
    company: Mapped[str] = mapped_column(default="")
    sort_name: Mapped[str] = mapped_column(default="", index=True)
    search_name: Mapped[str] = mapped_column(default="")
    biography: Mapped[str] = mapped_column(default="")
    external_ref: Mapped[str | None] = mapped_column(sa.String(200))
    locale: Mapped[str] = mapped_column(sa.String(2), default="de")
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship()
    event: Mapped[Event] = to_one("Participant", "Event", "event_id")

    __table_args__ = in_event(
        sa.UniqueConstraint("event_id", "person_id"),
        sa.UniqueConstraint("event_id", "external_ref"),
        sa.Index("ix_participant_name", "event_id", "sort_name", "id"),
        one_of("locale", "de", "en"),
    )

    @property
    def name(self) -> str:
        """Title, given and family name as printed."""
        return " ".join(part for part in (self.title, self.given_name, self.family_name) if part)


class TeamRole(Model):
    """That a person organises, helps or caters: at one event, or (without event) at all events of a host."""

    host_id: Mapped[int] = mapped_column(sa.ForeignKey("host.id"), index=True)
    event_id: Mapped[int | None] = mapped_column(index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    area: Mapped[str] = mapped_column(sa.String(20))
    given_at: Mapped[datetime]

    person: Mapped[Person] = relationship()
    host: Mapped[Host] = relationship()
    event: Mapped[Event | None] = to_one("TeamRole", "Event", "event_id")

    __table_args__ = (
        sa.ForeignKeyConstraint(["host_id", "event_id"], ["event.host_id", "event.id"]),
        sa.Index("uq_team_role_host", "host_id", "person_id", "area", unique=True, **only_where("event_id IS NULL")),
        sa.Index(
            "uq_team_role_event", "event_id", "person_id", "area", unique=True, **only_where("event_id IS NOT NULL")
        ),
        one_of("area", *AREAS),
    )
