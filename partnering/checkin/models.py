"""Lists, devices, scans, and the admissions that scans are elected into."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..accounts.models import Person
from ..db import BilingualText, InEvent, Json, Model, PublicId, in_event, one_of, to_one, within_event
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


class CheckinList(PublicId, InEvent, Model):
    """A door: which tickets it lets in, when, and how often. `window_kind` says what one admission covers."""

    name: Mapped[BilingualText]
    window_kind: Mapped[str] = mapped_column(sa.String(6), default="event")
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    allow_unpaid: Mapped[bool] = mapped_column(default=True)
    reentry: Mapped[bool] = mapped_column(default=True)
    rules: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)

    __table_args__ = in_event(one_of("window_kind", "event", "day"))


class Device(PublicId, InEvent, Model):
    """What scans: an enrolled phone, or a signed-in crew member's browser."""

    kind: Mapped[str] = mapped_column(sa.String(10))
    name: Mapped[str] = mapped_column(default="")
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    token_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    lease_until: Mapped[datetime | None]
    last_contact_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    person: Mapped[Person | None] = to_one("Device", "Person", "person_id")

    __table_args__ = in_event(
        one_of("kind", "enrolled", "browser"),
        sa.UniqueConstraint("event_id", "person_id"),
    )


class Scan(PublicId, InEvent, Model):
    """One attempt at a door, refused and unknown ones too. Never deleted; undo makes it annulled.

    `registration` is whose ticket was shown, which the place no longer tells after a substitution. `bounded_at` is the
    claimed time, clamped between the device's last contact and the arrival.
    """

    device_id: Mapped[int] = mapped_column(index=True)
    scan_id: Mapped[str] = mapped_column(sa.String(40))
    list_id: Mapped[int] = mapped_column(index=True)
    place_id: Mapped[int | None] = mapped_column(index=True)
    registration_id: Mapped[int | None] = mapped_column(index=True)
    code_text: Mapped[str] = mapped_column(sa.String(64), default="")
    type: Mapped[str] = mapped_column(sa.String(5), default="entry")
    claimed_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(index=True)
    bounded_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(sa.String(20))
    state: Mapped[str] = mapped_column(sa.String(10), default="counted")
    forced: Mapped[bool] = mapped_column(default=False)
    offline: Mapped[bool] = mapped_column(default=False)
    annulled_at: Mapped[datetime | None]
    annulled_reason: Mapped[str] = mapped_column(default="")

    device: Mapped[Device] = to_one("Scan", "Device", "device_id")
    list: Mapped[CheckinList] = to_one("Scan", "CheckinList", "list_id")
    place: Mapped[Place | None] = to_one("Scan", "Place", "place_id")
    registration: Mapped[Registration | None] = to_one("Scan", "Registration", "registration_id")

    __table_args__ = in_event(
        within_event("device_id", "device"),
        within_event("list_id", "checkin_list"),
        within_event("place_id", "place"),
        within_event("registration_id", "registration"),
        sa.UniqueConstraint("device_id", "scan_id"),
        one_of("type", "entry", "exit"),
        one_of("answer", *ANSWERS),
        one_of("state", "counted", "refused", "annulled", "review"),
    )


class Admission(InEvent, Model):
    """The one counted admission of a place to a list in a window; the earliest scan is elected."""

    list_id: Mapped[int]
    place_id: Mapped[int] = mapped_column(index=True)
    window_key: Mapped[str] = mapped_column(sa.String(10))
    scan_row_id: Mapped[int] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    device_id: Mapped[int]
    scan_id: Mapped[str] = mapped_column(sa.String(40))
    inside: Mapped[bool] = mapped_column(default=True)

    scan: Mapped[Scan] = to_one("Admission", "Scan", "scan_row_id")
    place: Mapped[Place] = to_one("Admission", "Place", "place_id")

    __table_args__ = (
        sa.UniqueConstraint("list_id", "place_id", "window_key"),
        within_event("list_id", "checkin_list"),
        within_event("place_id", "place"),
        within_event("scan_row_id", "scan"),
        within_event("device_id", "device"),
    )
