"""What can be asked about people's time: what a talk has pushed aside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from .. import clock
from ..db import db
from ..events.models import Event
from .models import AgendaEntry, Appointment, Location, ParticipantAtom

CANCELLED_KEPT = timedelta(days=30)
"""How long something cancelled stays in calendars that people subscribe to; then its UID is spent."""


@dataclass(frozen=True)
class Contest:
    """That `by` has the time which `entry` holds too, from `starts_at` to `ends_at` (UTC)."""

    entry: AgendaEntry
    by: AgendaEntry
    starts_at: datetime
    ends_at: datetime


def contested(event: Event) -> Sequence[Contest]:
    """Everything at an event that something else has pushed aside and that has not passed, by time."""
    twin = aliased(ParticipantAtom)
    rows = db.session.execute(
        sa.select(
            ParticipantAtom.entry_id,
            twin.entry_id,
            sa.func.min(ParticipantAtom.atom),
            sa.func.max(ParticipantAtom.atom),
        )
        .join(
            twin,
            sa.and_(
                twin.participant_id == ParticipantAtom.participant_id,
                twin.atom == ParticipantAtom.atom,
                sa.not_(twin.contested),
            ),
        )
        .join(AgendaEntry, AgendaEntry.id == ParticipantAtom.entry_id)
        .where(
            AgendaEntry.event_id == event.id,
            ParticipantAtom.contested,
            ParticipantAtom.atom >= clock.to_atom(clock.now()),
        )
        .group_by(ParticipantAtom.entry_id, twin.entry_id)
        .order_by(sa.func.min(ParticipantAtom.atom), ParticipantAtom.entry_id, twin.entry_id)
    ).all()
    known = _entries({each for row in rows for each in row[:2]})
    return [
        Contest(known[entry], known[by], clock.from_atom(first), clock.from_atom(last + 1))
        for entry, by, first, last in rows
    ]


def pushed_aside(appointment: Appointment) -> set[int]:
    """Ids of an appointment's entries whose time something else has, at least in part."""
    return set(
        db.session.scalars(
            sa.select(ParticipantAtom.entry_id)
            .join(AgendaEntry, AgendaEntry.id == ParticipantAtom.entry_id)
            .where(AgendaEntry.appointment_id == appointment.id, ParticipantAtom.contested)
            .distinct()
        )
    )


def _entries(ids: set[int]) -> dict[int, AgendaEntry]:
    found = db.session.scalars(
        sa.select(AgendaEntry)
        .where(AgendaEntry.id.in_(ids))
        .options(
            joinedload(AgendaEntry.appointment).joinedload(Appointment.location), joinedload(AgendaEntry.participant)
        )
    )
    return {entry.id: entry for entry in found}


# -- what takes place at the venue


def at_venue(event: Event) -> tuple[sa.ColumnElement[bool], ...]:
    """Conditions on appointments: sessions, booked workshops and meetings in a room of the event, not yet over."""
    virtual = sa.select(Location.id).where(Location.event_id == event.id, Location.kind == "virtual")
    in_a_room = sa.and_(Appointment.location_id.is_not(None), Appointment.location_id.not_in(virtual))
    return (
        Appointment.event_id == event.id,
        Appointment.state == "live",
        Appointment.ends_at > clock.now(),
        sa.or_(Appointment.kind == "session", sa.and_(Appointment.kind == "meeting", in_a_room)),
    )


def told_at_venue(event: Event) -> Sequence[str]:
    """Public ids of the entries there that some calendar has heard of, or may have, by participant and time."""
    heard = sa.or_(AgendaEntry.sent_state != "none", AgendaEntry.tried_sequence.is_not(None))
    return db.session.scalars(
        sa.select(AgendaEntry.public_id)
        .join(Appointment, Appointment.id == AgendaEntry.appointment_id)
        .where(*at_venue(event), AgendaEntry.state == "live", heard)
        .order_by(AgendaEntry.participant_id, Appointment.starts_at, AgendaEntry.id)
    ).all()


def live_entry_at(public_id: str) -> AgendaEntry | None:
    """An entry that still takes place, or None."""
    return db.session.scalars(
        sa.select(AgendaEntry).where(AgendaEntry.public_id == public_id, AgendaEntry.state == "live")
    ).one_or_none()
