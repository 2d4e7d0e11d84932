"""Parties, places, registrations, items, ticket codes, the waiting list and refund rules."""

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
from ..questions.models import AnswerSheet
from ..tickets.models import Claim, Code, Product


class Party(PublicId, InEvent, Versioned, Linked, Model):
    """What one buyer books at once. Until `placed_at` it is a draft that holds places for a while.

    `draft` keeps what was typed step by step; it is emptied when the party is placed. Where an organiser approves
    first, a party is sent in (`asked_at`, approval "waiting") with its draft kept, and placed when it is approved.
    """

    contact_person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    product_id: Mapped[int | None]
    code_id: Mapped[int | None]
    sheet_id: Mapped[int | None]
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
    withdrawn_at: Mapped[datetime | None]
    approval: Mapped[str] = mapped_column(sa.String(10), default="none")
    approval_reason: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]

    contact_person: Mapped[Person | None] = to_one("Party", "Person", "contact_person_id")
    organisation: Mapped[Organisation | None] = to_one("Party", "Organisation", "organisation_id")
    product: Mapped[Product | None] = to_one("Party", "Product", "product_id")
    code: Mapped[Code | None] = to_one("Party", "Code", "code_id")
    sheet: Mapped[AnswerSheet | None] = to_one("Party", "AnswerSheet", "sheet_id")
    event: Mapped[Event] = to_one("Party", "Event", "event_id")
    places: Mapped[list["Place"]] = to_many("Party", "Place", "party_id", order_by="Place.id")
    items: Mapped[list["Item"]] = to_many("Party", "Item", "party_id", order_by="Item.id")

    __table_args__ = in_event(
        within_event("product_id", "product"),
        within_event("code_id", "code"),
        within_event("sheet_id", "answer_sheet"),
        one_of("approval", "none", "waiting", "approved", "rejected"),
        sa.Index("ix_party_asked", "event_id", "asked_at", **only_where("approval = 'waiting'")),
        sa.UniqueConstraint("event_id", "reference"),
        one_of("locale", "de", "en"),
    )


class Place(PublicId, InEvent, Model):
    """One seat that was bought. It keeps price and admissions when the person on it changes.

    `invited_*` is who was asked to take it and has not yet answered, `asked_at` when, `reminded_at` when last again.
    """

    party_id: Mapped[int] = mapped_column(index=True)
    product_id: Mapped[int]
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    invited_name: Mapped[str] = mapped_column(default="")
    invited_address: Mapped[str] = mapped_column(sa.String(254), default="")
    asked_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    party: Mapped[Party] = to_one("Place", "Party", "party_id")
    product: Mapped[Product] = to_one("Place", "Product", "product_id")
    registrations: Mapped[list["Registration"]] = to_many(
        "Place", "Registration", "place_id", order_by="Registration.id"
    )

    __table_args__ = in_event(
        within_event("party_id", "party"),
        within_event("product_id", "product"),
    )

    @property
    def registration(self) -> "Registration | None":
        """The live registration on this place, if somebody holds it."""
        return next((r for r in self.registrations if r.state == "live"), None)


class Registration(PublicId, InEvent, Versioned, Linked, Model):
    """One person's hold on a place; its participant is never rewritten. A substitute gets a new one.

    `changes_until` is an organiser's exception from the day until which tickets may be changed. `silent_since` is when
    somebody was entered without a letter; they have to be told, and then it is empty (article 14 GDPR).
    """

    place_id: Mapped[int] = mapped_column(index=True)
    participant_id: Mapped[int] = mapped_column(index=True)
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    appointment_id: Mapped[int | None]
    sheet_id: Mapped[int | None]
    changes_until: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(sa.String(12), default="live")
    badge_name: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    silent_since: Mapped[datetime | None]

    place: Mapped[Place] = to_one("Registration", "Place", "place_id")
    participant: Mapped[Participant] = to_one("Registration", "Participant", "participant_id")
    organisation: Mapped[Organisation | None] = to_one("Registration", "Organisation", "organisation_id")
    appointment: Mapped[Appointment | None] = to_one("Registration", "Appointment", "appointment_id")
    sheet: Mapped[AnswerSheet | None] = to_one("Registration", "AnswerSheet", "sheet_id")
    codes: Mapped[list["TicketCode"]] = to_many("Registration", "TicketCode", "registration_id")

    __table_args__ = in_event(
        within_event("place_id", "place"),
        within_event("participant_id", "participant"),
        within_event("appointment_id", "appointment"),
        within_event("sheet_id", "answer_sheet"),
        sa.Index("uq_registration_participant", "participant_id", unique=True, **only_where("state = 'live'")),
        sa.Index("uq_registration_place", "place_id", unique=True, **only_where("state = 'live'")),
        one_of("state", "live", "cancelled", "substituted", "declined", "rejected", "expired"),
    )

    @property
    def code(self) -> "TicketCode | None":
        """The ticket code in force."""
        return next((code for code in self.codes if code.revoked_at is None), None)


class Item(InEvent, Model):
    """A line of what a party owes, as sold: texts, price and VAT in cents. gross = net + VAT.

    `list_gross` is the price before a code's reduction, `code_text` that code. A "fee" is what is kept of a place that
    was given back. `tax_kind` says under which rule the rate stands, see `tickets/vat.py`.

    A ticket whose price contains what is taxed by itself is several lines: its own, which holds the place, and a "part"
    for each, `part_of_id` that ticket. All of them keep what they are at home: price, rate, and whether `online`.
    """

    party_id: Mapped[int] = mapped_column(index=True)
    place_id: Mapped[int | None] = mapped_column(index=True)
    claim_id: Mapped[int | None]
    part_of_id: Mapped[int | None] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(sa.String(10), default="ticket")
    name: Mapped[BilingualText]
    tier_name: Mapped[BilingualText] = mapped_column(default=BilingualText())
    quantity: Mapped[int] = mapped_column(sa.Integer, default=1)
    net: Mapped[int]
    vat: Mapped[int]
    gross: Mapped[int]
    vat_rate: Mapped[int] = mapped_column(sa.Integer)
    currency: Mapped[str] = mapped_column(sa.String(3), default="EUR")
    list_gross: Mapped[int] = mapped_column(default=0)
    code_text: Mapped[str] = mapped_column(sa.String(40), default="")
    tax_kind: Mapped[str] = mapped_column(sa.String(20), default="standard")
    home_gross: Mapped[int | None]
    home_rate: Mapped[int | None] = mapped_column(sa.Integer)
    online: Mapped[bool | None]
    cancelled_at: Mapped[datetime | None]

    party: Mapped[Party] = to_one("Item", "Party", "party_id")
    place: Mapped[Place | None] = to_one("Item", "Place", "place_id")
    claim: Mapped[Claim | None] = to_one("Item", "Claim", "claim_id")

    __table_args__ = in_event(
        within_event("party_id", "party"),
        within_event("place_id", "place"),
        within_event("claim_id", "claim"),
        within_event("part_of_id", "item"),
        sa.UniqueConstraint("claim_id"),
        one_of("kind", "ticket", "add_on", "fee", "part"),
        one_of("tax_kind", "standard", "reverse_charge", "outside", "exempt", "small_business"),
        sa.CheckConstraint("gross = net + vat", name="gross_is_sum"),
        sa.CheckConstraint("kind <> 'fee' OR claim_id IS NULL", name="fee_takes_no_place"),
        sa.CheckConstraint("(kind = 'part') = (part_of_id IS NOT NULL)", name="part_of_ticket"),
        sa.CheckConstraint("kind <> 'part' OR claim_id IS NULL", name="part_takes_no_place"),
        sa.CheckConstraint("kind <> 'part' OR home_gross IS NOT NULL", name="part_knows_home"),
        sa.CheckConstraint("(home_gross IS NULL) = (home_rate IS NULL)", name="home_is_whole"),
        sa.CheckConstraint("(home_gross IS NULL) = (online IS NULL)", name="home_has_place"),
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


class ChoiceProduct(InEvent, Model):
    """That a choice of a question costs something, or is limited: it is sold as this add-on.

    `choice_key` names the choice in every version of the question.
    """

    question_id: Mapped[int]
    choice_key: Mapped[str] = mapped_column(sa.String(16))
    product_id: Mapped[int]

    product: Mapped[Product] = to_one("ChoiceProduct", "Product", "product_id")

    __table_args__ = (
        sa.UniqueConstraint("question_id", "choice_key"),
        within_event("question_id", "question"),
        within_event("product_id", "product"),
    )


class RefundRule(InEvent, Model):
    """Until `days_before` days before the event opens, `percent` (basis points) of a fee less `fee` cents is paid back.

    The rule with the most days that still holds applies; when none does, nothing is paid back.
    """

    days_before: Mapped[int] = mapped_column(sa.Integer)
    percent: Mapped[int] = mapped_column(sa.Integer)
    fee: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        sa.UniqueConstraint("event_id", "days_before"),
        sa.CheckConstraint("days_before BETWEEN 0 AND 1000", name="days_before_range"),
        sa.CheckConstraint("percent BETWEEN 0 AND 10000", name="percent_range"),
        sa.CheckConstraint("fee >= 0", name="fee_counts"),
        whole_number("fee"),
    )


class WaitingEntry(PublicId, InEvent, Versioned, Linked, Model):
    """Somebody waits for `quantity` units of a product: a new party, or an add-on for the place of a registration.

    waiting → offered (until `offered_until`, its claims held) → confirmed; a declined or expired offer leads back to
    waiting or to "left". `rank` is an organiser's: higher goes first, then who came first. With `all_or_none` fewer
    places are not offered. What is offered are the claims of `party`, or `claim` for a place that is there already.
    """

    product_id: Mapped[int] = mapped_column(index=True)
    registration_id: Mapped[int | None] = mapped_column(index=True)
    party_id: Mapped[int | None] = mapped_column(index=True)
    claim_id: Mapped[int | None]
    quantity: Mapped[int] = mapped_column(sa.Integer, default=1)
    all_or_none: Mapped[bool] = mapped_column(default=True)
    name: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(sa.String(254))
    address_key: Mapped[str] = mapped_column(sa.String(254))
    locale: Mapped[str] = mapped_column(sa.String(2), default="de")
    rank: Mapped[int] = mapped_column(sa.Integer, default=0)
    state: Mapped[str] = mapped_column(sa.String(10), default="waiting")
    offered_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    product: Mapped[Product] = to_one("WaitingEntry", "Product", "product_id")
    registration: Mapped[Registration | None] = to_one("WaitingEntry", "Registration", "registration_id")
    party: Mapped[Party | None] = to_one("WaitingEntry", "Party", "party_id")
    claim: Mapped[Claim | None] = to_one("WaitingEntry", "Claim", "claim_id")
    event: Mapped[Event] = to_one("WaitingEntry", "Event", "event_id")
    others: Mapped[list["WaitingOther"]] = to_many(
        "WaitingEntry", "WaitingOther", "entry_id", order_by="WaitingOther.position"
    )
    steps: Mapped[list["WaitingStep"]] = to_many("WaitingEntry", "WaitingStep", "entry_id", order_by="WaitingStep.id")

    __table_args__ = in_event(
        within_event("product_id", "product"),
        within_event("registration_id", "registration"),
        within_event("party_id", "party"),
        within_event("claim_id", "claim"),
        one_of("state", "waiting", "offered", "confirmed", "left"),
        one_of("locale", "de", "en"),
        sa.CheckConstraint("quantity BETWEEN 1 AND 100", name="quantity_range"),
        sa.CheckConstraint("state <> 'offered' OR offered_until IS NOT NULL", name="offer_ends"),
        sa.CheckConstraint("(closed_at IS NULL) = (state IN ('waiting', 'offered'))", name="closed_when_over"),
        sa.Index("uq_waiting_entry_open", "product_id", "address_key", unique=True, **only_where("closed_at IS NULL")),
        sa.Index("ix_waiting_entry_queue", "event_id", "rank", "id", **only_where("state = 'waiting'")),
    )


class WaitingOther(InEvent, Model):
    """Another ticket that somebody who waits would take as well."""

    entry_id: Mapped[int]
    product_id: Mapped[int] = mapped_column(index=True)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)

    product: Mapped[Product] = to_one("WaitingOther", "Product", "product_id")

    __table_args__ = (
        sa.UniqueConstraint("entry_id", "product_id"),
        within_event("entry_id", "waiting_entry"),
        within_event("product_id", "product"),
    )


class WaitingStep(InEvent, Model):
    """What happened to somebody who waits, when, and why: `reason` is an organiser's own words."""

    entry_id: Mapped[int] = mapped_column(index=True)
    at: Mapped[datetime]
    deed: Mapped[str] = mapped_column(sa.String(12))
    reason: Mapped[str] = mapped_column(default="")
    actor: Mapped[str] = mapped_column(sa.String(60), default="")

    __table_args__ = (
        within_event("entry_id", "waiting_entry"),
        one_of("deed", "joined", "moved", "offered", "declined", "expired", "confirmed", "left", "changed"),
    )
