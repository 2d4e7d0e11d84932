"""Blocks and slots; meetings, which are requests until they are accepted, with their sides, delegates and offers."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .. import clock
from ..agenda.models import Appointment, Zone
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
from ..registration.models import Place

REQUEST_STATES = ("draft", "pending", "countered", "accepted", "declined", "withdrawn", "expired", "cancelled")
PLACEMENTS = ("none", "published", "live", "held", "no_show_requester", "no_show_invitee", "no_show_both")
DECLINE_REASONS = ("no_fit", "no_time", "wrong_contact", "already_in_touch", "other")
ORIGINS = ("asked", "live", "desk", "plan")
NEWS = (
    "requested",
    "countered",
    "accepted",
    "declined",
    "withdrawn",
    "expired",
    "forwarded",
    "revived",
    "proposed",
    "refused",
    "offered",
    "unplaced",
    "missed",
)


class MeetingRules(InEvent, Model):
    """How meetings are asked for and answered at an event; what organisers have not set is as it stands here.

    Requests run out after `Event.request_days`, in the last `late_days` before the event after `late_hours`, live ones
    after `live_minutes`. `reserve_minutes`: how long an offered time waits. `plan_on`: when times follow. Of each lunch
    window `lunch_minutes` in a row stay free.
    """

    late_days: Mapped[int] = mapped_column(sa.Integer, default=7)
    late_hours: Mapped[int] = mapped_column(sa.Integer, default=48)
    live_minutes: Mapped[int] = mapped_column(sa.Integer, default=30)
    reserve_minutes: Mapped[int] = mapped_column(sa.Integer, default=30)
    meeting_limit: Mapped[int | None] = mapped_column(sa.Integer)
    same_organisation: Mapped[bool] = mapped_column(default=False)
    unpaid_may_ask: Mapped[bool] = mapped_column(default=True)
    lunch_minutes: Mapped[int] = mapped_column(sa.Integer, default=30)
    plan_on: Mapped[date | None]

    __table_args__ = (
        sa.UniqueConstraint("event_id"),
        sa.CheckConstraint("late_days BETWEEN 0 AND 60", name="late_days_range"),
        sa.CheckConstraint("late_hours BETWEEN 1 AND 240", name="late_hours_range"),
        sa.CheckConstraint("live_minutes BETWEEN 5 AND 240", name="live_minutes_range"),
        sa.CheckConstraint("reserve_minutes BETWEEN 5 AND 1440", name="reserve_minutes_range"),
        sa.CheckConstraint("lunch_minutes BETWEEN 0 AND 120", name="lunch_minutes_range"),
        sa.CheckConstraint("meeting_limit > 0", name="meeting_limit_counts"),
    )


class LunchWindow(PublicId, InEvent, Model):
    """A time of one day in which everybody keeps a while free to eat."""

    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    __table_args__ = in_event(
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.UniqueConstraint("event_id", "starts_at"),
    )


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
    zones: Mapped[list["MeetingBlockZone"]] = to_many("MeetingBlock", "MeetingBlockZone", "block_id")

    __table_args__ = in_event(
        one_of("mode", "batch", "instant", "live"),
        one_of("phase", "open", "frozen", "review", "published", "running", "closed"),
        sa.CheckConstraint("slot_minutes > 0 AND slot_minutes % 5 = 0", name="slot_in_atoms"),
        sa.CheckConstraint("break_minutes >= 0 AND break_minutes % 5 = 0", name="break_in_atoms"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    )


class MeetingBlockZone(InEvent, Model):
    """That meetings of a block are held at tables of a zone; a block without such rows uses every table."""

    block_id: Mapped[int]
    zone_id: Mapped[int]

    zone: Mapped[Zone] = to_one("MeetingBlockZone", "Zone", "zone_id")

    __table_args__ = (
        within_event("block_id", "meeting_block"),
        within_event("zone_id", "zone"),
        sa.UniqueConstraint("block_id", "zone_id"),
    )


class MeetingSlot(PublicId, InEvent, Model):
    """A time in which meetings of a block can be held; `last_atom` is the last five minutes of it.

    One that organisers took away keeps its row, with `removed_at`, for what was offered or held in it.
    """

    block_id: Mapped[int]
    first_atom: Mapped[int]
    last_atom: Mapped[int]
    removed_at: Mapped[datetime | None]

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
    `turn_id` is who has to answer. `origin`: asked for, asked for on the day, booked at the desk, or planned.
    `virtual`: by video, without a table. `reserve_rank`: accepted by somebody who has all the meetings they want, in
    this order. `later`: whoever declined wants to be written to after the event. `cancelled_by_id` is the lead of the
    side that called it off, nobody where organisers did. `unplaced_reason`: why an accepted meeting lost its time.
    """

    low_id: Mapped[int]
    high_id: Mapped[int] = mapped_column(index=True)
    requester_id: Mapped[int] = mapped_column(index=True)
    turn_id: Mapped[int | None] = mapped_column(index=True)
    request_state: Mapped[str] = mapped_column(sa.String(10), default="pending")
    placement: Mapped[str] = mapped_column(sa.String(18), default="none")
    origin: Mapped[str] = mapped_column(sa.String(5), default="asked")
    virtual: Mapped[bool] = mapped_column(default=False)
    appointment_id: Mapped[int | None] = mapped_column(unique=True)
    round: Mapped[int] = mapped_column(sa.Integer, default=1)
    message: Mapped[str] = mapped_column(default="")
    decline_reason: Mapped[str | None] = mapped_column(sa.String(20))
    answer_text: Mapped[str] = mapped_column(default="")
    later: Mapped[bool] = mapped_column(default=False)
    unplaced_reason: Mapped[str] = mapped_column(sa.String(20), default="")
    cancelled_by_id: Mapped[int | None]
    sent_at: Mapped[datetime | None] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    reserve_rank: Mapped[int | None] = mapped_column(sa.Integer)
    locked_at: Mapped[datetime | None]
    live_at: Mapped[datetime | None]
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
    proposals: Mapped[list["MeetingProposal"]] = to_many(
        "Meeting", "MeetingProposal", "meeting_id", order_by="MeetingProposal.id"
    )

    __table_args__ = in_event(
        within_event("low_id", "delegate"),
        within_event("high_id", "delegate"),
        within_event("requester_id", "delegate"),
        within_event("turn_id", "delegate"),
        within_event("appointment_id", "appointment"),
        within_event("cancelled_by_id", "delegate"),
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
        sa.CheckConstraint("placement = 'none' OR appointment_id IS NOT NULL", name="placed_has_time"),
        sa.CheckConstraint("reserve_rank IS NULL OR request_state = 'accepted'", name="reserve_is_accepted"),
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
        one_of("origin", *ORIGINS),
        one_of("unplaced_reason", "", "slot_removed", "table_closed", "talk", "moved_away", "time_lost"),
        sa.Index(
            "ix_meeting_waiting",
            "event_id",
            "reserve_rank",
            "id",
            **only_where("request_state = 'accepted' AND placement = 'none' AND closed_at IS NULL"),
        ),
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
    """One of the two parties of a meeting, with its private notes, and what it said on the day.

    `first_scan_at`: read the table's or the other side's code; `confirmed_at`: pressed "we meet"; `missed_at`: says
    that the other side did not come; `disputed_at`: says that it did; `contact_at`: agreed to swap addresses here.
    """

    meeting_id: Mapped[int]
    side: Mapped[str] = mapped_column(sa.String(10))
    profile_id: Mapped[int] = mapped_column(index=True)
    lead_id: Mapped[int] = mapped_column(index=True)
    priority: Mapped[int] = mapped_column(sa.Integer, default=0)
    note: Mapped[str] = mapped_column(default="")
    rating: Mapped[int | None] = mapped_column(sa.Integer)
    first_scan_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    missed_at: Mapped[datetime | None]
    disputed_at: Mapped[datetime | None]
    contact_at: Mapped[datetime | None]

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
    """Who sits at the table. `vacant_since`: they left the event; their company may name a substitute for a while."""

    meeting_id: Mapped[int]
    delegate_id: Mapped[int] = mapped_column(index=True)
    side: Mapped[str] = mapped_column(sa.String(10))
    vacant_since: Mapped[datetime | None]

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


class MeetingProposal(PublicId, InEvent, Model):
    """A time proposed for an accepted meeting; until somebody agrees nothing changes. The times are `MeetingOffer`s.

    "move": a side proposes another time and keeps the old one; "time": a time that came free for a meeting that has
    none; "repair": organisers propose how to solve a conflict. `by_id` is the lead who proposes, nobody where the house
    does; `to_id` the lead who is asked.
    """

    meeting_id: Mapped[int] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(sa.String(6))
    round: Mapped[int] = mapped_column(sa.Integer)
    by_id: Mapped[int | None]
    to_id: Mapped[int] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(sa.String(9), default="open")
    message: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]

    meeting: Mapped[Meeting] = to_one("MeetingProposal", "Meeting", "meeting_id")
    by: Mapped[Delegate | None] = to_one("MeetingProposal", "Delegate", "by_id")
    to: Mapped[Delegate] = to_one("MeetingProposal", "Delegate", "to_id")

    __table_args__ = in_event(
        within_event("meeting_id", "meeting"),
        within_event("by_id", "delegate"),
        within_event("to_id", "delegate"),
        one_of("kind", "move", "time", "repair"),
        one_of("state", "open", "agreed", "refused", "expired", "withdrawn"),
        sa.CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="answered_is_over"),
        sa.Index("uq_meeting_proposal_open", "meeting_id", unique=True, **only_where("state = 'open'")),
        sa.Index("ix_meeting_proposal_due", "expires_at", **only_where("state = 'open'")),
    )


class MeetingVacancy(PublicId, InEvent, Model):
    """That somebody left the event while meetings counted on them; their company can name a substitute until `due_at`.

    The place tells who follows them on the same ticket; `successor_id` is who took their meetings over.
    """

    leaver_id: Mapped[int] = mapped_column(unique=True)
    place_id: Mapped[int] = mapped_column(index=True)
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(sa.String(6), default="open")
    successor_id: Mapped[int | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    leaver: Mapped[Delegate] = to_one("MeetingVacancy", "Delegate", "leaver_id")
    successor: Mapped[Delegate | None] = to_one("MeetingVacancy", "Delegate", "successor_id")
    place: Mapped[Place] = to_one("MeetingVacancy", "Place", "place_id")

    __table_args__ = in_event(
        within_event("leaver_id", "delegate"),
        within_event("successor_id", "delegate"),
        within_event("place_id", "place"),
        one_of("state", "open", "filled", "lapsed"),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended_is_over"),
        sa.CheckConstraint("(state = 'filled') = (successor_id IS NOT NULL)", name="filled_by_somebody"),
        sa.Index("ix_meeting_vacancy_due", "due_at", **only_where("state = 'open'")),
    )


class MeetingScan(InEvent, Model):
    """A sign that a side is there: a code read at the table, a button, or the desk. Never deleted.

    `scan_id` is made by what scans, so that a queue sent twice counts once; `bounded_at` is the claimed time, no later
    than the arrival and no earlier than twelve hours before.
    """

    meeting_id: Mapped[int] = mapped_column(index=True)
    side: Mapped[str] = mapped_column(sa.String(10))
    delegate_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(sa.String(6))
    scanner: Mapped[str] = mapped_column(sa.String(80))
    scan_id: Mapped[str] = mapped_column(sa.String(40))
    claimed_at: Mapped[datetime]
    received_at: Mapped[datetime]
    bounded_at: Mapped[datetime]
    counted: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (
        within_event("meeting_id", "meeting"),
        within_event("delegate_id", "delegate"),
        one_of("side", "requester", "invitee"),
        one_of("kind", "badge", "table", "button", "desk"),
        sa.UniqueConstraint("event_id", "scanner", "scan_id"),
    )


class MeetingNews(InEvent, Model):
    """Something a delegate has not been told yet: letters gather what is due, and the page shows what is new.

    `told_at`: a letter with it has left; what was undone or overtaken is deleted. `due_at`: no letter before that.
    """

    delegate_id: Mapped[int]
    meeting_id: Mapped[int] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(sa.String(10))
    due_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    delegate: Mapped[Delegate] = to_one("MeetingNews", "Delegate", "delegate_id")
    meeting: Mapped[Meeting] = to_one("MeetingNews", "Meeting", "meeting_id")

    __table_args__ = (
        within_event("delegate_id", "delegate"),
        within_event("meeting_id", "meeting"),
        one_of("kind", *NEWS),
        sa.Index("ix_meeting_news_untold", "delegate_id", "due_at", **only_where("told_at IS NULL")),
    )
