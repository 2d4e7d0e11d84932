"""Parties, places, registrations, items and ticket codes."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..accounts.models import Person
from ..agenda.models import Appointment
from ..db import (
    BilingualText,
    InEvent,
    Json,
    Linked,
    Model,
    PublicId,
    Versioned,
    in_event,
    one_of,
    only_where,
    to_many,
    to_one,
    whole_number,
    within_event,
)
from ..events.models import Event, Participant
from ..organisations.models import Organisation
from ..tickets.models import Claim, Product


class Party(PublicId, InEvent, Versioned, Linked, Model):
    """What one buyer books at once. Until `placed_at` it is a draft that holds places for a while.

    `draft` keeps what was typed step by step; it is emptied when the party is placed.
    """

    contact_person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    product_id: Mapped[int | None]
    reference: Mapped[str] = mapped_column(sa.String(12))
    contact_name: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(sa.String(254), default="")
    billing: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    draft: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    locale: Mapped[str] = mapped_column(sa.String(2), default="de")
    extensions: Mapped[int] = mapped_column(sa.Integer, default=0)
    created_at: Mapped[datetime]
    placed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    contact_person: Mapped[Person | None] = to_one("Party", "Person", "contact_person_id")
    organisation: Mapped[Organisation | None] = to_one("Party", "Organisation", "organisation_id")
    product: Mapped[Product | None] = to_one("Party", "Product", "product_id")
    event: Mapped[Event] = to_one("Party", "Event", "event_id")
    places: Mapped[list["Place"]] = to_many("Party", "Place", "party_id", order_by="Place.id")
    items: Mapped[list["Item"]] = to_many("Party", "Item", "party_id", order_by="Item.id")

    __table_args__ = in_event(
        within_event("product_id", "product"),
        sa.UniqueConstraint("event_id", "reference"),
        one_of("locale", "de", "en"),
    )


class Place(PublicId, InEvent, Model):
    """One seat that was bought. It keeps price and admissions when the person on it changes.

    `invited_*` is who was asked to take it and has not yet answered.
    """

    party_id: Mapped[int] = mapped_column(index=True)
    product_id: Mapped[int]
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    invited_name: Mapped[str] = mapped_column(default="")
    invited_address: Mapped[str] = mapped_column(sa.String(254), default="")
    approval: Mapped[str] = mapped_column(sa.String(10), default="none")
    cancelled_at: Mapped[datetime | None]

    party: Mapped[Party] = to_one("Place", "Party", "party_id")
    product: Mapped[Product] = to_one("Place", "Product", "product_id")
    registrations: Mapped[list["Registration"]] = to_many(
        "Place", "Registration", "place_id", order_by="Registration.id"
    )

    __table_args__ = in_event(
        within_event("party_id", "party"),
        within_event("product_id", "product"),
        one_of("approval", "none", "waiting", "approved", "rejected"),
    )

    @property
    def registration(self) -> "Registration | None":
        """The live registration on this place, if somebody holds it."""
        return next((r for r in self.registrations if r.state == "live"), None)


class Registration(PublicId, InEvent, Versioned, Linked, Model):
    """One person's hold on a place; its participant is never rewritten. A substitute gets a new one."""

    place_id: Mapped[int] = mapped_column(index=True)
    participant_id: Mapped[int] = mapped_column(index=True)
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    appointment_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(sa.String(12), default="live")
    badge_name: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    place: Mapped[Place] = to_one("Registration", "Place", "place_id")
    participant: Mapped[Participant] = to_one("Registration", "Participant", "participant_id")
    organisation: Mapped[Organisation | None] = to_one("Registration", "Organisation", "organisation_id")
    appointment: Mapped[Appointment | None] = to_one("Registration", "Appointment", "appointment_id")
    codes: Mapped[list["TicketCode"]] = to_many("Registration", "TicketCode", "registration_id")

    __table_args__ = in_event(
        within_event("place_id", "place"),
        within_event("participant_id", "participant"),
        within_event("appointment_id", "appointment"),
        sa.Index("uq_registration_participant", "participant_id", unique=True, **only_where("state = 'live'")),
        sa.Index("uq_registration_place", "place_id", unique=True, **only_where("state = 'live'")),
        one_of("state", "live", "cancelled", "substituted", "declined", "rejected", "expired"),
    )

    @property
    def code(self) -> "TicketCode | None":
        """The ticket code in force."""
        return next((code for code in self.codes if code.revoked_at is None), None)


class Item(InEvent, Model):
    """A line of what a party owes, as sold: texts, price and VAT in cents. gross = net + VAT."""

    party_id: Mapped[int] = mapped_column(index=True)
    place_id: Mapped[int | None] = mapped_column(index=True)
    claim_id: Mapped[int | None]
    name: Mapped[BilingualText]
    tier_name: Mapped[BilingualText] = mapped_column(default=BilingualText())
    quantity: Mapped[int] = mapped_column(sa.Integer, default=1)
    net: Mapped[int]
    vat: Mapped[int]
    gross: Mapped[int]
    vat_rate: Mapped[int] = mapped_column(sa.Integer)
    currency: Mapped[str] = mapped_column(sa.String(3), default="EUR")
    cancelled_at: Mapped[datetime | None]

    party: Mapped[Party] = to_one("Item", "Party", "party_id")
    place: Mapped[Place | None] = to_one("Item", "Place", "place_id")
    claim: Mapped[Claim | None] = to_one("Item", "Claim", "claim_id")

    __table_args__ = in_event(
        within_event("party_id", "party"),
        within_event("place_id", "place"),
        within_event("claim_id", "claim"),
        sa.UniqueConstraint("claim_id"),
        sa.CheckConstraint("gross = net + vat", name="gross_is_sum"),
        whole_number("gross"),
    )


class TicketCode(PublicId, InEvent, Model):
    """The bearer secret on ticket and badge: a random id (hex of 9 bytes), MAC'd with key `key_number`."""

    registration_id: Mapped[int] = mapped_column(index=True)
    code_id: Mapped[str] = mapped_column(sa.String(18), unique=True)
    key_number: Mapped[int] = mapped_column(sa.Integer)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    registration: Mapped[Registration] = to_one("TicketCode", "Registration", "registration_id")

    __table_args__ = in_event(
        within_event("registration_id", "registration"),
        sa.Index("uq_ticket_code_live", "registration_id", unique=True, **only_where("revoked_at IS NULL")),
    )
