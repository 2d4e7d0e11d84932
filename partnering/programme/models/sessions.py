"""Days, tracks, sessions as they are being drafted, who speaks in them, and bookmarks.

What is public lies in `releases`: pages, calendars and letters read that, never the draft.
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ...agenda.models import Appointment, Location
from ...db import (
    BilingualText,
    InEvent,
    Model,
    PublicId,
    Versioned,
    in_event,
    one_of,
    to_many,
    to_one,
    within_event,
)
from ...events.models import Participant
from ...tickets.models import Product

KINDS = ("keynote", "talk", "panel", "pitch", "workshop", "break", "poster", "social")
SPEAKER_ROLES = ("speaker", "chair", "panellist")


class ProgrammeSettings(InEvent, Versioned, Model):
    """What organisers set for the programme as a whole, and the turn that drafts and releases take.

    Whoever changes what is public locks this row first.
    """

    availability_until: Mapped[datetime | None]
    slides_until: Mapped[datetime | None]
    contact: Mapped[BilingualText] = mapped_column(default=BilingualText())
    equipment: Mapped[BilingualText] = mapped_column(default=BilingualText())

    __table_args__ = (sa.UniqueConstraint("event_id"),)


class ProgrammeDay(PublicId, InEvent, Model):
    """The hours of one day of the programme; they may end after midnight. Without one the event's hours count."""

    day: Mapped[date]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    name: Mapped[BilingualText] = mapped_column(default=BilingualText())

    __table_args__ = in_event(
        sa.UniqueConstraint("event_id", "day"),
        sa.CheckConstraint("closes_at > opens_at", name="hours_in_order"),
    )


class Track(PublicId, InEvent, Model):
    """A strand of the programme. `tint` picks one of five checked tints."""

    name: Mapped[BilingualText]
    tint: Mapped[int] = mapped_column(sa.Integer, default=1)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)

    __table_args__ = in_event(sa.CheckConstraint("tint BETWEEN 1 AND 5", name="tint_range"))


class ProgrammeSession(PublicId, InEvent, Versioned, Model):
    """A session as organisers draft it: texts, people, `starts_at`, `ends_at` and room, or none of these yet.

    `appointment` is the released time and place that agendas and calendars hold; it follows with a release.
    `product` is the add-on by which its places are booked. `external_ref` is its id in the schedule it was imported
    from, `imported_hash` what that schedule said of it. `note` is for organisers.
    """

    track_id: Mapped[int | None] = mapped_column(index=True)
    appointment_id: Mapped[int | None]
    location_id: Mapped[int | None] = mapped_column(index=True)
    product_id: Mapped[int | None]
    external_ref: Mapped[str | None] = mapped_column(sa.String(200))
    imported_hash: Mapped[str | None] = mapped_column(sa.String(64))
    kind: Mapped[str] = mapped_column(sa.String(12), default="talk")
    title: Mapped[BilingualText]
    subtitle: Mapped[BilingualText] = mapped_column(default=BilingualText())
    abstract: Mapped[BilingualText] = mapped_column(default=BilingualText())
    language: Mapped[str] = mapped_column(sa.String(2), default="")
    capacity: Mapped[int | None] = mapped_column(sa.Integer)
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(default="")
    cancelled_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]

    track: Mapped[Track | None] = to_one("ProgrammeSession", "Track", "track_id")
    appointment: Mapped[Appointment | None] = to_one("ProgrammeSession", "Appointment", "appointment_id")
    room: Mapped[Location | None] = to_one("ProgrammeSession", "Location", "location_id")
    product: Mapped[Product | None] = to_one("ProgrammeSession", "Product", "product_id")
    people: Mapped[list["SessionPerson"]] = to_many(
        "ProgrammeSession", "SessionPerson", "session_id", order_by="SessionPerson.position"
    )

    __table_args__ = in_event(
        within_event("track_id", "track"),
        within_event("appointment_id", "appointment"),
        within_event("location_id", "location"),
        within_event("product_id", "product"),
        sa.UniqueConstraint("event_id", "external_ref"),
        sa.UniqueConstraint("appointment_id"),
        sa.UniqueConstraint("product_id"),
        sa.Index("ix_programme_session_time", "event_id", "starts_at"),
        sa.CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name="time_whole_or_none"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        one_of("kind", *KINDS),
    )

    @property
    def location(self) -> Location | None:
        """The room it is in."""
        return self.appointment.location if self.appointment else None


class SessionPerson(InEvent, Model):
    """That a participant speaks in or chairs a session; `set_up` minutes before it are theirs too."""

    session_id: Mapped[int]
    participant_id: Mapped[int] = mapped_column(index=True)
    role: Mapped[str] = mapped_column(sa.String(12), default="speaker")
    set_up: Mapped[int] = mapped_column(sa.Integer, default=0)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)

    session: Mapped[ProgrammeSession] = to_one("SessionPerson", "ProgrammeSession", "session_id")
    participant: Mapped[Participant] = to_one("SessionPerson", "Participant", "participant_id")

    __table_args__ = in_event(
        within_event("session_id", "programme_session"),
        within_event("participant_id", "participant"),
        sa.UniqueConstraint("session_id", "participant_id"),
        one_of("role", *SPEAKER_ROLES),
    )


class Bookmark(InEvent, Model):
    """That a participant wants a session in their schedule."""

    session_id: Mapped[int]
    participant_id: Mapped[int] = mapped_column(index=True)
    created_at: Mapped[datetime]

    session: Mapped[ProgrammeSession] = to_one("Bookmark", "ProgrammeSession", "session_id")

    __table_args__ = (
        within_event("session_id", "programme_session"),
        within_event("participant_id", "participant"),
        sa.UniqueConstraint("session_id", "participant_id"),
    )
