"""What organisers ask of the programme while they draft it, each in one question for the whole event."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa

from .. import clock
from ..agenda.models import AgendaEntry, Appointment, Zone
from ..db import db
from ..events.models import Event
from ..registration.models import Registration
from . import availability
from .availability import Day
from .models import ProgrammeDay, ProgrammeSession, ReleasedPerson, SessionPerson


def local_day(event: Event, at: datetime) -> date:
    """The day at the venue on which an instant lies."""
    return clock.in_zone(at, event.zone).date()


def days_of(event: Event) -> tuple[list[Day], bool]:
    """The days of the programme with their hours, and whether organisers have set them."""
    rows = stored_days(event)
    return (
        ([Day(row.day, row.opens_at, row.closes_at) for row in rows], True)
        if rows
        else (
            availability.event_days(event),
            False,
        )
    )


def stored_days(event: Event) -> Sequence[ProgrammeDay]:
    """The days that organisers have set, in order."""
    return db.session.scalars(
        sa.select(ProgrammeDay).where(ProgrammeDay.event_id == event.id).order_by(ProgrammeDay.day)
    ).all()


def zones_of(event: Event) -> Sequence[Zone]:
    """The zones of the venue in their order; once they are read, rooms name theirs without another question."""
    return db.session.scalars(sa.select(Zone).where(Zone.event_id == event.id).order_by(Zone.position, Zone.id)).all()


def registered(event: Event) -> frozenset[int]:
    """The ids of those in a session who have a live registration."""
    return frozenset(
        db.session.scalars(
            sa.select(Registration.participant_id).where(
                Registration.state == "live", Registration.participant_id.in_(_on_stage(event))
            )
        )
    )


def _on_stage(event: Event) -> sa.CompoundSelect[tuple[int]]:
    return sa.union(
        sa.select(SessionPerson.participant_id).where(SessionPerson.event_id == event.id),
        sa.select(ReleasedPerson.participant_id).where(ReleasedPerson.event_id == event.id),
    )


def meetings_of_speakers(event: Event) -> dict[int, list[tuple[datetime, datetime]]]:
    """The times of the meetings of those who are in a session, by participant's id."""
    found: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for row in db.session.execute(
        sa.select(AgendaEntry.participant_id, Appointment.starts_at, Appointment.ends_at)
        .join(Appointment, Appointment.id == AgendaEntry.appointment_id)
        .where(
            AgendaEntry.event_id == event.id,
            AgendaEntry.state == "live",
            Appointment.kind == "meeting",
            Appointment.state == "live",
            AgendaEntry.participant_id.in_(_on_stage(event)),
        )
        .order_by(AgendaEntry.participant_id, Appointment.starts_at)
    ):
        found[row.participant_id].append((row.starts_at, row.ends_at))
    return dict(found)


def booked(event: Event) -> dict[int, int]:
    """How many have booked each session, by its id."""
    rows = db.session.execute(
        sa.select(ProgrammeSession.id, sa.func.count())
        .join(AgendaEntry, AgendaEntry.appointment_id == ProgrammeSession.appointment_id)
        .where(ProgrammeSession.event_id == event.id, AgendaEntry.role == "attendee", AgendaEntry.state == "live")
        .group_by(ProgrammeSession.id)
    )
    return {row[0]: row[1] for row in rows}
