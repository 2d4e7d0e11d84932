"""What speakers give and say: a portrait, when they can come, what they need on the stage, slides in versions."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...accounts.models import Person
from ...db import InEvent, Json, Model, PublicId, Versioned, in_event, one_of, only_where, to_one, within_event
from ...events.models import Participant
from .sessions import ProgrammeSession

EQUIPMENT = (
    "own_laptop",
    "house_laptop",
    "hdmi",
    "usb_c",
    "sound",
    "clicker",
    "hand_microphone",
    "headset",
    "flipchart",
    "internet",
    "video_in",
)
"""What can be asked for on the stage. Nothing about health: that has its own form and its own permission."""

FILE_KINDS = ("slides", "handout")
FILE_TYPES = (
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.presentation",
)


class SpeakerProfile(InEvent, Versioned, Model):
    """What a speaker says beside their biography. `availability_at` is when they last said when they can come.

    Without it they have said nothing; with it and no `AvailableTime` they can come at no time. `desk_note` is for
    organisers alone.
    """

    participant_id: Mapped[int]
    website: Mapped[str] = mapped_column(default="")
    availability_at: Mapped[datetime | None]
    availability_note: Mapped[str] = mapped_column(default="")
    desk_note: Mapped[str] = mapped_column(default="")
    reminded_at: Mapped[datetime | None]

    participant: Mapped[Participant] = to_one("SpeakerProfile", "Participant", "participant_id")

    __table_args__ = (
        within_event("participant_id", "participant"),
        sa.UniqueConstraint("participant_id"),
        sa.CheckConstraint("website = '' OR substr(website, 1, 4) = 'http'", name="website_is_a_link"),
    )


class AvailableTime(InEvent, Model):
    """A stretch of time in which a speaker can come."""

    participant_id: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    __table_args__ = (
        within_event("participant_id", "participant"),
        sa.UniqueConstraint("participant_id", "starts_at"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    )


class SpeakerPhoto(PublicId, InEvent, Model):
    """A portrait, drawn anew from what was sent; public with the consent "speaker_page" alone."""

    participant_id: Mapped[int] = mapped_column(index=True)
    media_type: Mapped[str] = mapped_column(sa.String(20))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    width: Mapped[int] = mapped_column(sa.Integer)
    height: Mapped[int] = mapped_column(sa.Integer)
    current: Mapped[bool] = mapped_column(default=True)
    uploaded_at: Mapped[datetime]

    __table_args__ = (
        within_event("participant_id", "participant"),
        sa.Index("uq_speaker_photo_current", "participant_id", unique=True, **only_where("current")),
        one_of("media_type", "image/png", "image/jpeg"),
    )


class SessionNeeds(InEvent, Versioned, Model):
    """What a session needs on its stage: codes of `EQUIPMENT`, and a sentence."""

    session_id: Mapped[int]
    items: Mapped[list[str]] = mapped_column(Json, default=list)
    remarks: Mapped[str] = mapped_column(default="")
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    session: Mapped[ProgrammeSession] = to_one("SessionNeeds", "ProgrammeSession", "session_id")

    __table_args__ = (within_event("session_id", "programme_session"), sa.UniqueConstraint("session_id"))


class SessionFile(PublicId, InEvent, Model):
    """A version of somebody's slides or handout for a session; the highest `number` is `current` until taken back.

    Its content lies in chunks of at most a megabyte, so that nobody holds the whole of it in memory. `public` says
    whether guests may download it; its speaker decides. `digest` is SHA-256.
    """

    session_id: Mapped[int]
    participant_id: Mapped[int] = mapped_column(index=True)
    uploaded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(sa.String(10), default="slides")
    number: Mapped[int] = mapped_column(sa.Integer)
    name: Mapped[str]
    media_type: Mapped[str] = mapped_column(sa.String(80))
    size: Mapped[int] = mapped_column(sa.Integer)
    digest: Mapped[str] = mapped_column(sa.String(64))
    public: Mapped[bool] = mapped_column(default=False)
    current: Mapped[bool] = mapped_column(default=True)
    uploaded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    session: Mapped[ProgrammeSession] = to_one("SessionFile", "ProgrammeSession", "session_id")
    participant: Mapped[Participant] = to_one("SessionFile", "Participant", "participant_id")
    uploaded_by: Mapped[Person | None] = relationship()

    __table_args__ = in_event(
        within_event("session_id", "programme_session"),
        within_event("participant_id", "participant"),
        sa.UniqueConstraint("session_id", "participant_id", "kind", "number"),
        sa.Index(
            "uq_session_file_current", "session_id", "participant_id", "kind", unique=True, **only_where("current")
        ),
        one_of("kind", *FILE_KINDS),
        one_of("media_type", *FILE_TYPES),
        sa.CheckConstraint("number >= 1 AND size > 0", name="number_and_size_count"),
        sa.CheckConstraint("NOT current OR withdrawn_at IS NULL", name="withdrawn_is_not_current"),
    )


class FileChunk(Model):
    """A piece of a file's content, in order."""

    file_id: Mapped[int] = mapped_column(sa.ForeignKey("session_file.id"))
    position: Mapped[int] = mapped_column(sa.Integer)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)

    __table_args__ = (sa.UniqueConstraint("file_id", "position"),)
