"""What must hold of people's time at every commit."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from .. import clock
from ..db import db
from ..verify import broken, invariant
from .models import AgendaEntry, Appointment, LocationAtom, ParticipantAtom


@invariant("I2", "Nobody and no table is taken twice at a time, and every blocking entry holds exactly its time")
def atoms_match_entries() -> Iterator[str]:
    """Entries whose atoms are not those of their appointment, and atoms of entries that no longer block."""
    yield from _held_wrongly()
    yield from broken(
        """
        SELECT DISTINCT a.entry_id FROM participant_atom a JOIN agenda_entry e ON e.id = a.entry_id
        JOIN appointment ap ON ap.id = e.appointment_id
        WHERE e.state <> 'live' OR NOT e.blocks OR ap.state <> 'live'
        """,
        "entry {entry_id} holds time but does not block",
    )
    yield from broken(
        "SELECT participant_id, atom FROM participant_atom WHERE NOT contested "
        "GROUP BY participant_id, atom HAVING COUNT(*) > 1",
        "participant {participant_id} is taken twice at {atom}",
    )
    yield from broken(
        "SELECT location_id, atom FROM location_atom GROUP BY location_id, atom HAVING COUNT(*) > 1",
        "location {location_id} is taken twice at {atom}",
    )
    yield from broken(
        """
        SELECT DISTINCT l.appointment_id FROM location_atom l JOIN appointment a ON a.id = l.appointment_id
        WHERE a.state <> 'live' OR a.location_id IS NULL OR a.location_id <> l.location_id
        """,
        "appointment {appointment_id} holds a place that is not its own",
    )


def _held_wrongly() -> Iterator[str]:
    """Blocking entries that hold more, less or another time than their appointment's, and places held likewise."""
    entries = (
        sa.select(
            AgendaEntry.id,
            AgendaEntry.lead_minutes,
            Appointment.starts_at,
            Appointment.ends_at,
            *_steps(ParticipantAtom.atom),
        )
        .join(Appointment, Appointment.id == AgendaEntry.appointment_id)
        .outerjoin(ParticipantAtom, ParticipantAtom.entry_id == AgendaEntry.id)
        .where(AgendaEntry.state == "live", AgendaEntry.blocks, Appointment.state == "live")
        .group_by(AgendaEntry.id, AgendaEntry.lead_minutes, Appointment.starts_at, Appointment.ends_at)
    )
    for entry_id, lead, starts_at, ends_at, *held in db.session.execute(entries):
        if held != _wanted(starts_at - timedelta(minutes=lead), ends_at):
            yield f"entry {entry_id} blocks but does not hold its time"
    places = (
        sa.select(Appointment.id, Appointment.starts_at, Appointment.ends_at, *_steps(LocationAtom.atom))
        .join(LocationAtom, LocationAtom.appointment_id == Appointment.id)
        .group_by(Appointment.id, Appointment.starts_at, Appointment.ends_at)
    )
    for appointment_id, starts_at, ends_at, *held in db.session.execute(places):
        if held != _wanted(starts_at, ends_at):
            yield f"appointment {appointment_id} holds its place at another time than its own"


def _steps(atom: InstrumentedAttribute[int]) -> tuple[sa.ColumnElement[int], ...]:
    """How many steps are held, the first and the last."""
    return sa.func.count(sa.distinct(atom)), sa.func.min(atom), sa.func.max(atom)


def _wanted(starts_at: datetime, ends_at: datetime) -> list[int]:
    """What `_steps` must answer for a time."""
    steps = clock.atoms(starts_at, ends_at)
    return [len(steps), steps.start, steps.stop - 1]


@invariant("I2b", "A contested time has a binding twin")
def contested_has_twin() -> Iterator[str]:
    """Contested atoms that nobody contests."""
    yield from broken(
        """
        SELECT a.id FROM participant_atom a WHERE a.contested AND NOT EXISTS (
            SELECT 1 FROM participant_atom b
            WHERE b.participant_id = a.participant_id AND b.atom = a.atom AND NOT b.contested)
        """,
        "atom {id} is contested by nobody",
    )


@invariant("I5", "No calendar was told more than happened, and no UID serves two things")
def calendars_follow() -> Iterator[str]:
    """Entries that sent, or tried to send, a higher sequence than they have, and doubled UIDs."""
    yield from broken("SELECT id FROM agenda_entry WHERE sent_sequence > sequence", "entry {id} sent the future")
    yield from broken("SELECT id FROM agenda_entry WHERE tried_sequence > sequence", "entry {id} tried the future")
    yield from broken(
        "SELECT uid FROM (SELECT uid FROM agenda_entry UNION ALL SELECT uid FROM appointment) u "
        "GROUP BY uid HAVING COUNT(*) > 1",
        "UID {uid} is used twice",
    )
