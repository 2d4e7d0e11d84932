"""The letter of the evening before: everybody who has something on the next day reads what, where and when."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from .. import clock
from ..accounts.models import EmailAddress, Person
from ..agenda.models import AgendaEntry, Appointment
from ..db import db
from ..events.mails import to_participant
from ..events.models import Event, Participant
from ..mail.models import OutboxLetter

KIND = "schedule.tomorrow"
FROM, UNTIL = time(18), time(22)
"""When these letters leave, in the event's zone. Nobody is written to at night because the worker stood still."""

MOST = 200
"""Letters decided on in one transaction."""


def due(now: datetime) -> list[tuple[Event, date]]:
    """Events whose evening it is, each with the next day, in the event's zone."""
    events = db.session.scalars(
        sa.select(Event)
        .where(Event.state == "published", Event.opens_at < now + timedelta(days=3), Event.closes_at > now)
        .order_by(Event.id)
    )
    found = []
    for event in events:
        local = clock.in_zone(now, event.zone)
        if FROM <= local.time() < UNTIL:
            found.append((event, local.date() + timedelta(days=1)))
    return found


def write_some(event: Event, day: date) -> int:
    """Write to some of those who have something on a day and have not been written to; how many."""
    unwritten = _unwritten(event, day)
    for participant in unwritten:
        to_participant(
            KIND,
            participant,
            key=_key(participant.public_id, day),
            payload={"participant": participant.public_id, "day": day.isoformat()},
        )
    return len(unwritten)


def _unwritten(event: Event, day: date) -> Sequence[Participant]:
    begins, ends = (clock.from_zone(datetime.combine(day + timedelta(days=n), time()), event.zone) for n in (0, 1))
    key = sa.literal(f"{KIND}:") + Participant.public_id + sa.literal(f":{day.isoformat()}")
    return db.session.scalars(
        sa.select(Participant)
        .join(Participant.person)
        .join(Person.addresses)
        .where(
            Participant.event_id == event.id,
            Participant.erased_at.is_(None),
            EmailAddress.is_primary,
            sa.exists().where(
                AgendaEntry.participant_id == Participant.id,
                AgendaEntry.state == "live",
                AgendaEntry.appointment_id == Appointment.id,
                Appointment.kind.in_(("session", "meeting")),
                Appointment.starts_at >= begins,
                Appointment.starts_at < ends,
            ),
            sa.not_(sa.exists().where(OutboxLetter.dedup_key == key)),
        )
        .options(contains_eager(Participant.person).selectinload(Person.addresses))
        .order_by(Participant.id)
        .limit(MOST)
    ).all()


def _key(public_id: str, day: date) -> str:
    return f"{KIND}:{public_id}:{day.isoformat()}"
