"""Tracks, sessions, who speaks in them, and bookmarks."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..agenda.models import Appointment, Location
from ..db import (
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
from ..events.models import Participant

KINDS = ("keynote", "talk", "panel", "pitch", "workshop", "break", "poster", "social")
SPEAKER_ROLES = ("speaker", "chair", "panellist")


class Track(PublicId, InEvent, Model):
    """A strand of the programme. `tint` picks one of five checked tints."""

    name: Mapped[BilingualText]
    tint: Mapped[int] = mapped_column(sa.Integer, default=1)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)

    __table_args__ = in_event(sa.CheckConstraint("tint BETWEEN 1 AND 5", name="tint_range"))


class ProgrammeSession(PublicId, InEvent, Versioned, Model):
    """A session of the programme. `appointment` is its released time and place; without one it is not public.

    `external_ref` is its id in the schedule it was imported from, `imported_hash` what that schedule said of it.
    """

    track_id: Mapped[int | None] = mapped_column(index=True)
    appointment_id: Mapped[int | None]
    external_ref: Mapped[str | None] = mapped_column(sa.String(200))
    imported_hash: Mapped[str | None] = mapped_column(sa.String(64))
    kind: Mapped[str] = mapped_column(sa.String(12), default="talk")
    title: Mapped[BilingualText]
    subtitle: Mapped[BilingualText] = mapped_column(default=BilingualText())
    abstract: Mapped[BilingualText] = mapped_column(default=BilingualText())
    language: Mapped[str] = mapped_column(sa.String(2), default="")
    capacity: Mapped[int | None] = mapped_column(sa.Integer)
    cancelled_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]

    track: Mapped[Track | None] = to_one("ProgrammeSession", "Track", "track_id")
    appointment: Mapped[Appointment | None] = to_one("ProgrammeSession", "Appointment", "appointment_id")
    people: Mapped[list["SessionPerson"]] = to_many(
        "ProgrammeSession", "SessionPerson", "session_id", order_by="SessionPerson.position"
    )

    __table_args__ = in_event(
        within_event("track_id", "track"),
        within_event("appointment_id", "appointment"),
        sa.UniqueConstraint("event_id", "external_ref"),
        sa.UniqueConstraint("appointment_id"),
        one_of("kind", *KINDS),
    )

    @property
    def location(self) -> Location | None:
        """The room it is in."""
        return self.appointment.location if self.appointment else None


class SessionPerson(InEvent, Model):
    """That a participant speaks in or chairs a session; `set_up` minutes before it are theirs too."""

    session_id: Mapped[int] = mapped_column(index=True)
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

    session_id: Mapped[int] = mapped_column(index=True)
    participant_id: Mapped[int] = mapped_column(index=True)
    created_at: Mapped[datetime]

    session: Mapped[ProgrammeSession] = to_one("Bookmark", "ProgrammeSession", "session_id")

    __table_args__ = (
        within_event("session_id", "programme_session"),
        within_event("participant_id", "participant"),
        sa.UniqueConstraint("session_id", "participant_id"),
    )
