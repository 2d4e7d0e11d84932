"""What calendars say of a session."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from ..agenda import calendars
from ..agenda.calendars import Thing
from ..agenda.models import AgendaEntry
from ..db import db
from ..events.models import Event
from ..i18n import _, bi
from ..mail import letters
from .models import ProgrammeSession, ReleasedSession
from .queries import WHOLE


@calendars.describes("session", first=True)
def sessions(entries: Sequence[AgendaEntry]) -> Mapping[int, Thing]:
    """Sessions of the programme, whoever they stand in the agenda of."""
    found = db.session.scalars(
        sa.select(ReleasedSession)
        .join(ProgrammeSession, ProgrammeSession.id == ReleasedSession.session_id)
        .where(
            ProgrammeSession.appointment_id.in_({entry.appointment_id for entry in entries}), ReleasedSession.current
        )
        .options(*WHOLE)
    )
    known = {session.appointment.id: session for session in found}
    return {
        entry.id: thing(entry.participant.event, known[entry.appointment_id])
        for entry in entries
        if entry.appointment_id in known
    }


def thing(event: Event, session: ReleasedSession) -> Thing:
    """A session in anybody's calendar, and in the public one."""
    return Thing(
        bi(session.title),
        description(session),
        letters.url("programme.session", event_slug=event.slug, public_id=session.public_id),
        categories=(bi(session.track.name),) if session.track else (),
        changed_at=session.updated_at,
    )


def description(session: ReleasedSession) -> str:
    """Subtitle, who speaks, in which track. No address, no abstract's length."""
    people = ", ".join(part.participant.name for part in session.people)
    lines = [
        bi(session.subtitle),
        _("With %(people)s", people=people) if people else "",
        _("Track: %(track)s", track=bi(session.track.name)) if session.track else "",
    ]
    return "\n".join(line for line in lines if line)
