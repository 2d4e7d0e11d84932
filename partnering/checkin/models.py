"""Lists, devices, scans, and the admissions that scans are elected into."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..accounts.models import Person
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
    to_many,
    to_one,
    within_event,
)
from ..programme.models import ProgrammeSession
from ..registration.models import Place, Registration

ANSWERS = (
    "ok",
    "incomplete",
    "unknown",
    "revoked",
    "wrong_event",
    "wrong_ticket_type",
    "wrong_day",
    "cancelled",
    "not_approved",
    "unpaid",
    "blocked",
    "not_yet_valid",
    "no_longer_valid",
    "rules",
    "already_in",
)
"""What a door says, see `deciding`."""

REASONS = (*ANSWERS[2:-1], "device_revoked", "lease_over", "no_contact")
"""Why a scan waits for an organiser: what the server would have said, or what is wrong with its device."""

KINDS = ("door", "workshop", "dinner", "setup")
ENTRIES = ("single", "reentry", "multiple")
UNPAID = ("admit", "warn", "refuse")
WAYS = ("camera", "typed", "search", "kiosk", "group")


class CheckinList(PublicId, InEvent, Versioned, Model):
    """A door: which tickets it lets in, when, and how often.

    `kind` is what it is for, `session_id` the session whose attendance it notes, with a `certificate` for whoever came.

    When: between `opens_at` and `closes_at`, and each day from `daily_from` until before `daily_until`, wall clock
    "HH:MM" in the event's zone, either or both empty; an end that is not after its start is on the next day, and what
    happens before it belongs to the day before. `closed_at`: an organiser closed the list, and it lets nobody in.

    How often: `window_kind` says what one admission covers, the event or a day. In a window "single" lets in once,
    "reentry" again after going out, "multiple" always; at most `most_entries` times, and not within `least_minutes` of
    the entry before. At `exit_all_at` ("HH:MM") everybody counts as gone out.

    `unpaid`: guests who owe are let in, let in with a warning, or refused. `rules` are
    {"products": […], "addons": […], "days": […], "after": […], "extras": […]}, each only where it says something: let
    in is a ticket of one of these types or with one of these add-ons (public ids of products), on these days (ISO), and
    after having been let in at one of these other lists (public ids). "extras" are what the door is shown of a guest:
    public ids of add-ons, and "photo" for those who refuse to be photographed.
    """

    name: Mapped[BilingualText]
    kind: Mapped[str] = mapped_column(sa.String(10), default="door")
    window_kind: Mapped[str] = mapped_column(sa.String(6), default="event")
    entries: Mapped[str] = mapped_column(sa.String(10), default="reentry")
    unpaid: Mapped[str] = mapped_column(sa.String(10), default="warn")
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    daily_from: Mapped[str | None] = mapped_column(sa.String(5))
    daily_until: Mapped[str | None] = mapped_column(sa.String(5))
    most_entries: Mapped[int | None] = mapped_column(sa.Integer)
    least_minutes: Mapped[int | None] = mapped_column(sa.Integer)
    exit_all_at: Mapped[str | None] = mapped_column(sa.String(5))
    session_id: Mapped[int | None] = mapped_column(index=True)
    certificate: Mapped[bool] = mapped_column(default=False)
    rules: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    closed_at: Mapped[datetime | None]

    session: Mapped[ProgrammeSession | None] = to_one("CheckinList", "ProgrammeSession", "session_id")
    questions: Mapped[list["CheckinQuestion"]] = to_many(
        "CheckinList",
        "CheckinQuestion",
        "list_id",
        order_by="(CheckinQuestion.position, CheckinQuestion.id)",
    )

    __table_args__ = in_event(
        within_event("session_id", "programme_session"),
        one_of("kind", *KINDS),
        one_of("window_kind", "event", "day"),
        one_of("entries", *ENTRIES),
        one_of("unpaid", *UNPAID),
        sa.CheckConstraint("most_entries >= 1", name="most_entries_counts"),
        sa.CheckConstraint("least_minutes BETWEEN 1 AND 1440", name="least_minutes_range"),
    )


class CheckinQuestion(PublicId, InEvent, Versioned, Model):
    """What crew ask a guest at a list. `options` are [{"key": …, "de": …, "en": …}, …] where the kind is "choice".

    Answers stand in `Scan.answers` by the public id of the question: true or false, a text, or the key of an option.
    One that was answered is never removed: it is retired.
    """

    list_id: Mapped[int] = mapped_column(index=True)
    label: Mapped[BilingualText]
    kind: Mapped[str] = mapped_column(sa.String(10), default="yes_no")
    options: Mapped[list[dict[str, str]]] = mapped_column(Json, default=list)
    required: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    retired_at: Mapped[datetime | None]

    __table_args__ = in_event(
        within_event("list_id", "checkin_list"),
        one_of("kind", "yes_no", "text", "choice"),
    )


class DoorNote(InEvent, Versioned, Model):
    """What crew are told when this guest comes; with `attention` they have to confirm it.

    `blocked_at`: nobody lets this guest in, for the reason that organisers gave. The reason is for organisers alone.
    """

    registration_id: Mapped[int] = mapped_column(unique=True)
    text: Mapped[str] = mapped_column(default="")
    attention: Mapped[bool] = mapped_column(default=False)
    blocked_at: Mapped[datetime | None]
    blocked_reason: Mapped[str] = mapped_column(default="")

    registration: Mapped[Registration] = to_one("DoorNote", "Registration", "registration_id")

    __table_args__ = (within_event("registration_id", "registration"),)


class Device(PublicId, InEvent, Model):
    """What scans: an enrolled phone, a kiosk, or a signed-in crew member's browser.

    Phones and kiosks show a token, of which the hash is kept; it opens nothing once `revoked_at`, or after
    `lease_until`, which each contact moves on. Whoever rolls a device raises `generation`: the token before it,
    `former_token_hash`, still hands in what was scanned before `rolled_at`. Scans from `reviewed_from` on wait for an
    organiser: since then the device was not in good hands.

    `waiting` scans were on the device at `waiting_at`; `clock_offset` is by how many milliseconds its clock is ahead.
    With `may_force` it may overrule a refusal, with `may_add` register who comes without a ticket, and print badges.
    Without rows of `DeviceList` it may scan at every list. `pin_hash` unlocks a kiosk, `pickup` says at it where guests
    get their badge, and with `prints_at_once` it prints each by itself.
    """

    kind: Mapped[str] = mapped_column(sa.String(10))
    name: Mapped[str] = mapped_column(default="")
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    token_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    former_token_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    generation: Mapped[int] = mapped_column(sa.Integer, default=1)
    lease_until: Mapped[datetime | None]
    last_contact_at: Mapped[datetime | None]
    rolled_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    reviewed_from: Mapped[datetime | None]
    waiting: Mapped[int] = mapped_column(sa.Integer, default=0)
    waiting_at: Mapped[datetime | None]
    clock_offset: Mapped[int | None]
    may_force: Mapped[bool] = mapped_column(default=True)
    may_add: Mapped[bool] = mapped_column(default=False)
    pin_hash: Mapped[str | None]
    pickup: Mapped[BilingualText] = mapped_column(default=BilingualText())
    prints_at_once: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    person: Mapped[Person | None] = to_one("Device", "Person", "person_id")
    own_lists: Mapped[list["DeviceList"]] = to_many("Device", "DeviceList", "device_id", order_by="DeviceList.id")

    __table_args__ = in_event(
        one_of("kind", "enrolled", "browser", "kiosk"),
        sa.UniqueConstraint("event_id", "person_id"),
        sa.CheckConstraint("generation >= 1", name="generation_counts"),
        sa.CheckConstraint("waiting >= 0", name="waiting_counts"),
    )


class DeviceList(InEvent, Model):
    """That a device may scan at a list; without any it may at all."""

    device_id: Mapped[int]
    list_id: Mapped[int] = mapped_column(index=True)

    __table_args__ = (
        within_event("device_id", "device"),
        within_event("list_id", "checkin_list"),
        sa.UniqueConstraint("device_id", "list_id"),
    )


class DeviceEnrolment(PublicId, InEvent, Model):
    """The secret in a QR code that makes a phone this device: used once, within a quarter of an hour."""

    device_id: Mapped[int] = mapped_column(index=True)
    secret_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    device: Mapped[Device] = to_one("DeviceEnrolment", "Device", "device_id")

    __table_args__ = in_event(within_event("device_id", "device"))


class Scan(PublicId, InEvent, Model):
    """One attempt at a door, refused and unknown ones too. Never deleted; undo makes it annulled.

    `registration` is whose ticket was shown, which the place no longer tells after a substitution. `bounded_at` is the
    claimed time, clamped between the device's last contact and the arrival.

    `answer` is what the guest was told: by the server, or, of an `offline` scan, by the device, which `said` it.
    `via` is how the guest was found. `forced_by` is who overruled a refusal, unless the device did by itself.

    `state`: of those let in or out, the story of the place at this list makes each "counted", or a "duplicate" that
    came in on a ticket that was in already (see `story`); "review" waits for an organiser because of its `reason` and
    is no part of the story; the others are "refused" or "annulled". `window_key` is the window that it belongs to.
    An organiser's `settlement` of a review is "counted" or "dismissed"; a duplicate that was seen is "dismissed".
    """

    device_id: Mapped[int]
    scan_id: Mapped[str] = mapped_column(sa.String(40))
    list_id: Mapped[int] = mapped_column(index=True)
    place_id: Mapped[int | None] = mapped_column(index=True)
    registration_id: Mapped[int | None] = mapped_column(index=True)
    code_text: Mapped[str] = mapped_column(sa.String(64), default="")
    type: Mapped[str] = mapped_column(sa.String(5), default="entry")
    via: Mapped[str] = mapped_column(sa.String(10), default="camera")
    claimed_at: Mapped[datetime]
    received_at: Mapped[datetime]
    bounded_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(sa.String(20))
    said: Mapped[str] = mapped_column(sa.String(20), default="")
    answers: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    state: Mapped[str] = mapped_column(sa.String(10), default="counted")
    reason: Mapped[str] = mapped_column(sa.String(20), default="")
    window_key: Mapped[str] = mapped_column(sa.String(10), default="")
    forced: Mapped[bool] = mapped_column(default=False)
    forced_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    offline: Mapped[bool] = mapped_column(default=False)
    annulled_at: Mapped[datetime | None]
    annulled_reason: Mapped[str] = mapped_column(default="")
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    settlement: Mapped[str] = mapped_column(sa.String(10), default="")

    device: Mapped[Device] = to_one("Scan", "Device", "device_id")
    list: Mapped[CheckinList] = to_one("Scan", "CheckinList", "list_id")
    place: Mapped[Place | None] = to_one("Scan", "Place", "place_id")
    registration: Mapped[Registration | None] = to_one("Scan", "Registration", "registration_id")
    forced_by: Mapped[Person | None] = to_one("Scan", "Person", "forced_by_id")
    settled_by: Mapped[Person | None] = to_one("Scan", "Person", "settled_by_id")

    __table_args__ = in_event(
        within_event("device_id", "device"),
        within_event("list_id", "checkin_list"),
        within_event("place_id", "place"),
        within_event("registration_id", "registration"),
        sa.UniqueConstraint("device_id", "scan_id"),
        one_of("type", "entry", "exit"),
        one_of("via", *WAYS),
        one_of("answer", *ANSWERS),
        one_of("said", "", *ANSWERS),
        one_of("reason", "", *REASONS),
        one_of("state", "counted", "duplicate", "refused", "annulled", "review"),
        one_of("settlement", "", "counted", "dismissed"),
        sa.CheckConstraint("(said <> '') = offline", name="offline_said"),
        sa.CheckConstraint("(settlement <> '') = (settled_at IS NOT NULL)", name="settled_how"),
        sa.CheckConstraint("state <> 'review' OR reason <> ''", name="review_has_reason"),
        sa.CheckConstraint("state NOT IN ('counted', 'duplicate') OR answer = 'ok'", name="counted_was_let_through"),
        sa.CheckConstraint("state NOT IN ('counted', 'duplicate') OR place_id IS NOT NULL", name="counted_has_place"),
        sa.Index("ix_scan_received", "event_id", "received_at"),
        sa.Index("ix_scan_settled", "event_id", "settled_at", **only_where("settled_at IS NOT NULL")),
        sa.Index(
            "ix_scan_unsettled",
            "event_id",
            "received_at",
            **only_where("state IN ('duplicate', 'review') AND settlement = ''"),
        ),
    )


class Admission(InEvent, Model):
    """The one counted admission of a place to a list in a window; the earliest scan is elected.

    `at`, `device_id` and `scan_id` are that scan's. `entries` have counted in this window, the last one that came in
    was at `entered_at`; whether the guest is still `inside` knows nothing of `CheckinList.exit_all_at` (see
    `story.still_inside`). It is the story so far, so that nobody need read all scans.
    """

    list_id: Mapped[int]
    place_id: Mapped[int] = mapped_column(index=True)
    window_key: Mapped[str] = mapped_column(sa.String(10))
    scan_row_id: Mapped[int] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    device_id: Mapped[int]
    scan_id: Mapped[str] = mapped_column(sa.String(40))
    inside: Mapped[bool] = mapped_column(default=True)
    entries: Mapped[int] = mapped_column(sa.Integer, default=1)
    entered_at: Mapped[datetime]

    scan: Mapped[Scan] = to_one("Admission", "Scan", "scan_row_id")
    place: Mapped[Place] = to_one("Admission", "Place", "place_id")

    __table_args__ = (
        sa.UniqueConstraint("list_id", "place_id", "window_key"),
        within_event("list_id", "checkin_list"),
        within_event("place_id", "place"),
        within_event("scan_row_id", "scan"),
        within_event("device_id", "device"),
        sa.CheckConstraint("entries >= 1", name="entries_count"),
        sa.CheckConstraint("entered_at >= at", name="entered_after_first"),
    )


class DoorRow(InEvent, Model):
    """When something last changed that a door says of a registration: what devices are told since their last sync.

    Written by the database itself, see `touching`, and by its own clock, so that no writer can forget it.
    """

    registration_id: Mapped[int] = mapped_column(unique=True)
    changed_at: Mapped[datetime]

    __table_args__ = (
        within_event("registration_id", "registration"),
        sa.Index("ix_door_row_changed", "event_id", "changed_at"),
    )
