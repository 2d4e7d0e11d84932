"""Blocks and slots; meetings, which are requests until they are accepted, with their sides, delegates and offers."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .. import clock
from ..agenda.models import Appointment
from ..db import (
    BilingualText,
    InEvent,
    Model,
    PublicId,
    Versioned,
    in_event,
    one_of,
    only_where,
    to_many,
    to_one,
    within_event,
)
from ..delegates.models import Delegate, OrganisationProfile

REQUEST_STATES = ("draft", "pending", "countered", "accepted", "declined", "withdrawn", "expired", "cancelled")
PLACEMENTS = ("none", "published", "live", "held", "no_show_requester", "no_show_invitee", "no_show_both")
DECLINE_REASONS = ("no_fit", "no_time", "wrong_contact", "already_in_touch", "other")


class MeetingBlock(PublicId, InEvent, Model):
    """A stretch of time for meetings: slot length and break in minutes, how people book, and its phase."""

    name: Mapped[BilingualText]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    slot_minutes: Mapped[int] = mapped_column(sa.Integer, default=20)
    break_minutes: Mapped[int] = mapped_column(sa.Integer, default=5)
    mode: Mapped[str] = mapped_column(sa.String(8), default="instant")
    phase: Mapped[str] = mapped_column(sa.String(10), default="open")

    slots: Mapped[list["MeetingSlot"]] = to_many(
        "MeetingBlock", "MeetingSlot", "block_id", order_by="MeetingSlot.first_atom"
    )

    __table_args__ = in_event(
        one_of("mode", "batch", "instant", "live"),
        one_of("phase", "open", "frozen", "review", "published", "running", "closed"),
        sa.CheckConstraint("slot_minutes > 0 AND slot_minutes % 5 = 0", name="slot_in_atoms"),
        sa.CheckConstraint("break_minutes >= 0 AND break_minutes % 5 = 0", name="break_in_atoms"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    )


class MeetingSlot(PublicId, InEvent, Model):
    """A time in which meetings of a block can be held; `last_atom` is the last five minutes of it."""

    block_id: Mapped[int]
    first_atom: Mapped[int]
    last_atom: Mapped[int]

    block: Mapped[MeetingBlock] = to_one("MeetingSlot", "MeetingBlock", "block_id")

    __table_args__ = in_event(
        within_event("block_id", "meeting_block"),
        sa.UniqueConstraint("block_id", "first_atom"),
        sa.CheckConstraint("last_atom >= first_atom", name="atoms_in_order"),
    )

    @property
    def starts_at(self) -> datetime:
        """Its start, UTC."""
        return clock.from_atom(self.first_atom)

    @property
    def ends_at(self) -> datetime:
        """Its end, UTC."""
        return clock.from_atom(self.last_atom + 1)


class Meeting(PublicId, InEvent, Versioned, Model):
    """A request until it is accepted, then a meeting. Two axes: `request_state` and `placement`.

    `low_id` < `high_id` are the two lead delegates; at most one open meeting between the two.
    `turn_id` is who has to answer.
    """

    low_id: Mapped[int]
    high_id: Mapped[int] = mapped_column(index=True)
    requester_id: Mapped[int] = mapped_column(index=True)
    turn_id: Mapped[int | None] = mapped_column(index=True)
    request_state: Mapped[str] = mapped_column(sa.String(10), default="pending")
    placement: Mapped[str] = mapped_column(sa.String(18), default="none")
    appointment_id: Mapped[int | None] = mapped_column(unique=True)
    round: Mapped[int] = mapped_column(sa.Integer, default=1)
    message: Mapped[str] = mapped_column(default="")
    decline_reason: Mapped[str | None] = mapped_column(sa.String(20))
    answer_text: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[datetime | None] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    reserve_rank: Mapped[int | None] = mapped_column(sa.Integer)
    locked_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    low: Mapped[Delegate] = to_one("Meeting", "Delegate", "low_id")
    high: Mapped[Delegate] = to_one("Meeting", "Delegate", "high_id")
    requester: Mapped[Delegate] = to_one("Meeting", "Delegate", "requester_id")
    turn: Mapped[Delegate | None] = to_one("Meeting", "Delegate", "turn_id")
    appointment: Mapped[Appointment | None] = to_one("Meeting", "Appointment", "appointment_id")
    sides: Mapped[list["MeetingSide"]] = to_many("Meeting", "MeetingSide", "meeting_id")
    delegates: Mapped[list["MeetingDelegate"]] = to_many("Meeting", "MeetingDelegate", "meeting_id")
    offers: Mapped[list["MeetingOffer"]] = to_many("Meeting", "MeetingOffer", "meeting_id", order_by="MeetingOffer.id")
    messages: Mapped[list["MeetingMessage"]] = to_many(
        "Meeting", "MeetingMessage", "meeting_id", order_by="MeetingMessage.id"
    )

    __table_args__ = in_event(
        within_event("low_id", "delegate"),
        within_event("high_id", "delegate"),
        within_event("requester_id", "delegate"),
        within_event("turn_id", "delegate"),
        within_event("appointment_id", "appointment"),
        sa.CheckConstraint("low_id < high_id", name="leads_in_order"),
        sa.CheckConstraint("requester_id IN (low_id, high_id)", name="requester_leads"),
        sa.CheckConstraint(
            "(request_state IN ('declined', 'withdrawn', 'expired', 'cancelled')) = (closed_at IS NOT NULL) "
            "OR (closed_at IS NOT NULL AND request_state = 'accepted')",
            name="final_is_closed",
        ),
        sa.CheckConstraint(
            "placement = 'none' OR request_state IN ('accepted', 'cancelled')", name="placed_is_accepted"
        ),
        sa.CheckConstraint("(placement = 'published') <= (appointment_id IS NOT NULL)", name="published_has_time"),
        sa.Index(
            "uq_meeting_open_pair",
            "event_id",
            "low_id",
            "high_id",
            unique=True,
            **only_where("closed_at IS NULL AND request_state <> 'draft'"),
        ),
        one_of("request_state", *REQUEST_STATES),
        one_of("placement", *PLACEMENTS),
        one_of("decline_reason", *DECLINE_REASONS),
    )

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to answer."""
        return self.request_state in ("pending", "countered")

    @property
    def invitee(self) -> Delegate:
        """The lead delegate who was asked."""
        return self.high if self.requester_id == self.low_id else self.low

    def other_side(self, delegate: Delegate) -> Delegate:
        """The lead delegate whom `delegate` meets."""
        return self.high if delegate.id == self.low_id else self.low


class MeetingSide(InEvent, Model):
    """One of the two parties of a meeting, with its private notes."""

    meeting_id: Mapped[int]
    side: Mapped[str] = mapped_column(sa.String(10))
    profile_id: Mapped[int] = mapped_column(index=True)
    lead_id: Mapped[int] = mapped_column(index=True)
    priority: Mapped[int] = mapped_column(sa.Integer, default=0)
    note: Mapped[str] = mapped_column(default="")
    rating: Mapped[int | None] = mapped_column(sa.Integer)
    first_scan_at: Mapped[datetime | None]

    profile: Mapped[OrganisationProfile] = to_one("MeetingSide", "OrganisationProfile", "profile_id")
    lead: Mapped[Delegate] = to_one("MeetingSide", "Delegate", "lead_id")

    __table_args__ = (
        within_event("meeting_id", "meeting"),
        within_event("profile_id", "organisation_profile"),
        within_event("lead_id", "delegate"),
        sa.UniqueConstraint("meeting_id", "side"),
        one_of("side", "requester", "invitee"),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="rating_range"),
    )


class MeetingDelegate(InEvent, Model):
    """Who sits at the table."""

    meeting_id: Mapped[int]
    delegate_id: Mapped[int] = mapped_column(index=True)
    side: Mapped[str] = mapped_column(sa.String(10))

    delegate: Mapped[Delegate] = to_one("MeetingDelegate", "Delegate", "delegate_id")
    meeting: Mapped[Meeting] = to_one("MeetingDelegate", "Meeting", "meeting_id")

    __table_args__ = (
        within_event("meeting_id", "meeting"),
        within_event("delegate_id", "delegate"),
        sa.UniqueConstraint("meeting_id", "delegate_id"),
        one_of("side", "requester", "invitee"),
    )


class MeetingOffer(InEvent, Model):
    """A slot offered in a round. Offers are soft marks that block nobody."""

    meeting_id: Mapped[int]
    slot_id: Mapped[int] = mapped_column(index=True)
    round: Mapped[int] = mapped_column(sa.Integer, default=1)

    slot: Mapped[MeetingSlot] = to_one("MeetingOffer", "MeetingSlot", "slot_id")

    __table_args__ = (
        within_event("meeting_id", "meeting"),
        within_event("slot_id", "meeting_slot"),
        sa.UniqueConstraint("meeting_id", "round", "slot_id"),
    )


class MeetingMessage(InEvent, Model):
    """A message in a meeting, after the first."""

    meeting_id: Mapped[int] = mapped_column(index=True)
    author_id: Mapped[int]
    text: Mapped[str]
    at: Mapped[datetime]

    author: Mapped[Delegate] = to_one("MeetingMessage", "Delegate", "author_id")

    __table_args__ = (within_event("meeting_id", "meeting"), within_event("author_id", "delegate"))
