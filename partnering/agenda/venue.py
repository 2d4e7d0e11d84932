"""When the event moves to another house, everything in it moves along: sessions, booked workshops, meetings.

Attendance is told by the room that sells it. What is over, called off or by video stays where it was.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from .. import clock
from ..db import db
from ..events.models import Event
from . import queries
from .models import AgendaEntry, Appointment
from .services import lock_people

BATCH = 500


def moves(event: Event) -> bool:
    """Raise the SEQUENCE of what calendars show at the venue and is not over; whether there is any such thing."""
    ids = list(db.session.scalars(sa.select(Appointment.id).where(*queries.at_venue(event)).order_by(Appointment.id)))
    entries = [
        row
        for start in range(0, len(ids), BATCH)
        for row in db.session.execute(
            sa.select(AgendaEntry.id, AgendaEntry.participant_id).where(
                AgendaEntry.appointment_id.in_(ids[start : start + BATCH]), AgendaEntry.state == "live"
            )
        )
    ]
    lock_people(participant_id for _id, participant_id in entries)
    _raise(Appointment, ids)
    _raise(AgendaEntry, sorted(entry_id for entry_id, _participant_id in entries))
    return bool(ids)


def _raise(model: type[Appointment] | type[AgendaEntry], ids: Sequence[int]) -> None:
    for start in range(0, len(ids), BATCH):
        db.session.execute(
            sa.update(model)
            .where(model.id.in_(ids[start : start + BATCH]))
            .values(sequence=model.sequence + 1, changed_at=clock.now())
        )
