"""Places, appointments, who is in them, and the atoms of time that make a double booking impossible."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import (
    BilingualText,
    InEvent,
    Model,
    PublicId,
    in_event,
    one_of,
    only_where,
    to_many,
    to_one,
    within_event,
)
from ..events.models import Participant


class Zone(PublicId, InEvent, Model):
    """A part of the venue. `walk_minutes` is how long it takes to get there from any other zone, and back."""

    name: Mapped[BilingualText]
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    walk_minutes: Mapped[int] = mapped_column(sa.Integer, default=5)

    __table_args__ = in_event(sa.CheckConstraint("walk_minutes BETWEEN 0 AND 60", name="walk_minutes_range"))


class Location(PublicId, InEvent, Model):
    """A room, table, stand or virtual room. An exclusive one holds one appointment at a time.

    Tables are named like the wells of a plate: row letter and column number, "C4". A virtual room has a `url`.
    `changeover_minutes` is how long a room needs between two sessions.
    """

    zone_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(sa.String(10))
    name: Mapped[BilingualText]
    external_ref: Mapped[str | None] = mapped_column(sa.String(200))
    row: Mapped[str] = mapped_column(sa.String(2), default="")
    column: Mapped[int] = mapped_column(sa.Integer, default=0)
    capacity: Mapped[int | None] = mapped_column(sa.Integer)
    exclusive: Mapped[bool] = mapped_column(default=False)
    closed_from: Mapped[datetime | None]
    changeover_minutes: Mapped[int] = mapped_column(sa.Integer, default=5)
    url: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(sa.Integer, default=0)

    zone: Mapped[Zone | None] = to_one("Location", "Zone", "zone_id")

    __table_args__ = in_event(
        within_event("zone_id", "zone"),
        one_of("kind", "room", "table", "stand", "virtual"),
        sa.CheckConstraint("url = '' OR kind = 'virtual'", name="only_virtual_has_url"),
        sa.CheckConstraint("changeover_minutes BETWEEN 0 AND 240", name="changeover_minutes_range"),
        sa.UniqueConstraint("event_id", "kind", "external_ref"),
    )


class Appointment(PublicId, InEvent, Model):
    """A time and place: attendance at the event, a session, a meeting, or blocked time.

    `sequence` rises when time, place or status change, for public feeds; what each recipient was told lies in the
    entries.
    """

    kind: Mapped[str] = mapped_column(sa.String(12))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    location_id: Mapped[int | None] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(sa.String(10), default="live")
    uid: Mapped[str] = mapped_column(sa.String(80), unique=True)
    sequence: Mapped[int] = mapped_column(sa.Integer, default=0)
    changed_at: Mapped[datetime]

    location: Mapped[Location | None] = to_one("Appointment", "Location", "location_id")
    entries: Mapped[list["AgendaEntry"]] = to_many("Appointment", "AgendaEntry", "appointment_id")

    __table_args__ = in_event(
        within_event("location_id", "location"),
        one_of("kind", "attendance", "session", "meeting", "block"),
        one_of("state", "live", "cancelled"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.CheckConstraint("sequence >= 0", name="sequence_counts"),
    )


class AgendaEntry(PublicId, InEvent, Model):
    """A participant's part in an appointment, and what their calendar has been told of it.

    `sequence` rises in the transaction that changes time, place, people or status for this recipient; `sent_sequence`
    and `sent_state` say what left the house, `sent_hash` what it showed, and `tried_sequence` what may have left: a
    mail server was given it and did not answer. A letter's topic is the entry and its version the sequence.
    Someone who comes back long after they left is a new `generation`, with a new `uid` and sequences from 0.
    `lead_minutes` before the appointment are taken too: setting up before a talk.
    """

    appointment_id: Mapped[int]
    participant_id: Mapped[int] = mapped_column(index=True)
    role: Mapped[str] = mapped_column(sa.String(12))
    blocks: Mapped[bool] = mapped_column(default=True)
    lead_minutes: Mapped[int] = mapped_column(sa.Integer, default=0)
    state: Mapped[str] = mapped_column(sa.String(10), default="live")
    generation: Mapped[int] = mapped_column(sa.Integer, default=1)
    uid: Mapped[str] = mapped_column(sa.String(80), unique=True)
    sequence: Mapped[int] = mapped_column(sa.Integer, default=0)
    tried_sequence: Mapped[int | None] = mapped_column(sa.Integer)
    sent_sequence: Mapped[int | None] = mapped_column(sa.Integer)
    sent_hash: Mapped[str | None] = mapped_column(sa.String(64))
    sent_state: Mapped[str] = mapped_column(sa.String(10), default="none")
    changed_at: Mapped[datetime]

    appointment: Mapped[Appointment] = to_one("AgendaEntry", "Appointment", "appointment_id")
    participant: Mapped[Participant] = to_one("AgendaEntry", "Participant", "participant_id")

    __table_args__ = in_event(
        within_event("appointment_id", "appointment"),
        within_event("participant_id", "participant"),
        sa.UniqueConstraint("appointment_id", "participant_id"),
        sa.UniqueConstraint("id", "participant_id"),
        one_of("role", "attendee", "speaker", "chair", "bookmark", "requester", "invitee", "self"),
        one_of("state", "live", "cancelled"),
        one_of("sent_state", "none", "confirmed", "cancelled"),
        sa.CheckConstraint("sent_sequence IS NULL OR sent_sequence <= sequence", name="sent_not_ahead"),
        sa.CheckConstraint("tried_sequence IS NULL OR tried_sequence <= sequence", name="tried_not_ahead"),
        sa.CheckConstraint("generation >= 1", name="generation_counts"),
        sa.CheckConstraint("lead_minutes BETWEEN 0 AND 240", name="lead_minutes_range"),
    )


class ParticipantAtom(Model):
    """Five minutes of a participant's time. The index makes a double booking impossible.

    Written by meetings, talks, booked workshops and blocked times alike, whatever their length. `atom` counts
    five-minute steps since the epoch, UTC. A talk that moves onto something else wins: the older rows become
    contested.
    """

    entry_id: Mapped[int] = mapped_column(index=True)
    participant_id: Mapped[int]
    atom: Mapped[int]
    contested: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        sa.ForeignKeyConstraint(["entry_id", "participant_id"], ["agenda_entry.id", "agenda_entry.participant_id"]),
        sa.Index("uq_participant_atom_binding", "participant_id", "atom", unique=True, **only_where("NOT contested")),
        sa.Index("ix_participant_atom_time", "atom", "participant_id"),
    )


class LocationAtom(Model):
    """Five minutes of an exclusive location's time."""

    appointment_id: Mapped[int] = mapped_column(sa.ForeignKey("appointment.id"), index=True)
    location_id: Mapped[int] = mapped_column(sa.ForeignKey("location.id"))
    atom: Mapped[int]

    __table_args__ = (sa.UniqueConstraint("location_id", "atom"),)
