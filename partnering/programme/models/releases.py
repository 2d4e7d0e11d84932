"""What of the programme is public: releases, sessions as they were released, and the letters that a release causes.

Texts, times and places are kept as they were; people are not: they are called as they are called now, or not at all.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...accounts.models import Person
from ...agenda.models import Appointment, Location
from ...db import (
    BilingualText,
    InEvent,
    Json,
    Model,
    PublicId,
    in_event,
    one_of,
    only_where,
    to_many,
    to_one,
    within_event,
)
from ...events.models import Participant
from .sessions import KINDS, SPEAKER_ROLES, ProgrammeSession, Track

PARTS = ("", *SPEAKER_ROLES, "booked", "bookmark")
"""What somebody is in a session: "" before they were in it, or after they left."""


class Release(PublicId, InEvent, Model):
    """A version of the programme, numbered from 1. A `partial` one left other drafted changes for later.

    `note` stands above the public list of what changed, `greeting` below the changes in each letter.
    """

    number: Mapped[int] = mapped_column(sa.Integer)
    partial: Mapped[bool] = mapped_column(default=False)
    note: Mapped[BilingualText] = mapped_column(default=BilingualText())
    greeting: Mapped[BilingualText] = mapped_column(default=BilingualText())
    released_at: Mapped[datetime]
    released_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    released_by: Mapped[Person | None] = relationship()
    sessions: Mapped[list["ReleasedSession"]] = to_many(
        "Release", "ReleasedSession", "release_id", order_by="ReleasedSession.id"
    )

    __table_args__ = in_event(
        sa.UniqueConstraint("event_id", "number"),
        sa.CheckConstraint("number >= 1", name="number_from_one"),
    )


class ReleasedSession(InEvent, Model):
    """A session from one release until the next that changed it; the `current` one is what everybody sees.

    live; "cancelled" stays on the pages, marked; "withdrawn" is gone from them, and keeps the last time it had.
    `changes` names what differs from the one before: new, moved, room, people, title, texts, track, kind, language,
    capacity, cancelled, restored, withdrawn.
    """

    session_id: Mapped[int]
    release_id: Mapped[int] = mapped_column(index=True)
    current: Mapped[bool] = mapped_column(default=True)
    state: Mapped[str] = mapped_column(sa.String(10), default="live")
    changes: Mapped[list[str]] = mapped_column(Json, default=list)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    location_id: Mapped[int | None]
    track_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(sa.String(12), default="talk")
    title: Mapped[BilingualText]
    subtitle: Mapped[BilingualText] = mapped_column(default=BilingualText())
    abstract: Mapped[BilingualText] = mapped_column(default=BilingualText())
    language: Mapped[str] = mapped_column(sa.String(2), default="")
    capacity: Mapped[int | None] = mapped_column(sa.Integer)

    session: Mapped[ProgrammeSession] = to_one("ReleasedSession", "ProgrammeSession", "session_id")
    release: Mapped[Release] = to_one("ReleasedSession", "Release", "release_id")
    location: Mapped[Location | None] = to_one("ReleasedSession", "Location", "location_id")
    track: Mapped[Track | None] = to_one("ReleasedSession", "Track", "track_id")
    people: Mapped[list["ReleasedPerson"]] = to_many(
        "ReleasedSession", "ReleasedPerson", "released_id", order_by="ReleasedPerson.position"
    )

    __table_args__ = in_event(
        within_event("session_id", "programme_session"),
        within_event("release_id", "release"),
        within_event("location_id", "location"),
        within_event("track_id", "track"),
        sa.UniqueConstraint("session_id", "release_id"),
        sa.Index("uq_released_session_current", "session_id", unique=True, **only_where("current")),
        sa.Index("ix_released_session_time", "event_id", "starts_at", **only_where("current")),
        one_of("state", "live", "cancelled", "withdrawn"),
        one_of("kind", *KINDS),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    )

    @property
    def public_id(self) -> str:
        """The session's name in addresses."""
        return self.session.public_id

    @property
    def appointment(self) -> Appointment:
        """Its time in agendas and calendars."""
        found = self.session.appointment
        assert found is not None  # what was released has one
        return found

    @property
    def cancelled_at(self) -> datetime | None:
        """When it was called off."""
        return self.release.released_at if self.state != "live" else None

    @property
    def updated_at(self) -> datetime:
        """When something that is shown of it changed last."""
        return self.release.released_at


class ReleasedPerson(InEvent, Model):
    """That a participant speaks in or chairs a session as it was released."""

    released_id: Mapped[int]
    participant_id: Mapped[int] = mapped_column(index=True)
    role: Mapped[str] = mapped_column(sa.String(12), default="speaker")
    set_up: Mapped[int] = mapped_column(sa.Integer, default=0)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)

    participant: Mapped[Participant] = to_one("ReleasedPerson", "Participant", "participant_id")

    __table_args__ = (
        within_event("released_id", "released_session"),
        within_event("participant_id", "participant"),
        sa.UniqueConstraint("released_id", "participant_id"),
        one_of("role", *SPEAKER_ROLES),
    )


class ReleaseLetter(PublicId, InEvent, Model):
    """What a release means for one person, to be looked at and then sent; its words are made when it leaves.

    draft → sent | left_out; "merged" when a later release took its changes along; "empty" when nothing was left to say.
    Nobody has two drafts.
    """

    release_id: Mapped[int]
    participant_id: Mapped[int] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(sa.String(10), default="draft")
    decided_at: Mapped[datetime | None]

    release: Mapped[Release] = to_one("ReleaseLetter", "Release", "release_id")
    participant: Mapped[Participant] = to_one("ReleaseLetter", "Participant", "participant_id")
    changes: Mapped[list["LetterChange"]] = to_many(
        "ReleaseLetter", "LetterChange", "letter_id", order_by="LetterChange.id"
    )

    __table_args__ = in_event(
        within_event("release_id", "release"),
        within_event("participant_id", "participant"),
        sa.UniqueConstraint("release_id", "participant_id"),
        sa.Index("uq_release_letter_draft", "participant_id", unique=True, **only_where("state = 'draft'")),
        one_of("state", "draft", "sent", "left_out", "merged", "empty"),
        sa.CheckConstraint("(state = 'draft') = (decided_at IS NULL)", name="decided_when_not_draft"),
    )


class LetterChange(InEvent, Model):
    """One session of a letter: as its reader was last told of it (`before`, None for never), and as it is now.

    `was_part` and `part` say what the reader is in it, see `PARTS`; without a `part` it goes on without them.
    """

    letter_id: Mapped[int]
    session_id: Mapped[int] = mapped_column(index=True)
    before_id: Mapped[int | None]
    after_id: Mapped[int]
    was_part: Mapped[str] = mapped_column(sa.String(12), default="")
    part: Mapped[str] = mapped_column(sa.String(12), default="")

    before: Mapped[ReleasedSession | None] = to_one("LetterChange", "ReleasedSession", "before_id")
    after: Mapped[ReleasedSession] = to_one("LetterChange", "ReleasedSession", "after_id")

    __table_args__ = (
        within_event("letter_id", "release_letter"),
        within_event("session_id", "programme_session"),
        within_event("before_id", "released_session"),
        within_event("after_id", "released_session"),
        sa.UniqueConstraint("letter_id", "session_id"),
        one_of("was_part", *PARTS),
        one_of("part", *PARTS),
        sa.CheckConstraint("part <> '' OR was_part <> ''", name="concerns_its_reader"),
    )
