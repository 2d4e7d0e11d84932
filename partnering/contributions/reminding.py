"""Accepted main authors who have not registered are reminded of it, once two weeks and once three days before."""

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import clock
from ..db import db
from ..events.models import Event, Participant
from ..registration.models import Registration
from . import mails, queries
from .models import Submission

DAYS = (14, 3)
"""Days before the event's first one."""


def remind(today_is: date | None = None) -> int:
    """Write to everybody whose reminder is due and who was not written to; how many. Inside a transaction."""
    today = today_is or clock.now().date()
    written = 0
    for event in db.session.scalars(
        sa.select(Event)
        .where(Event.state == "published", Event.first_day > today, Event.first_day <= today + timedelta(days=DAYS[0]))
        .order_by(Event.id)
    ):
        days = min(days for days in DAYS if (event.first_day - today).days <= days)
        written += sum(mails.register(submission, days) for submission in without_ticket(event))
    return written


def without_ticket(event: Event) -> list[Submission]:
    """Accepted contributions whose main author has no live registration."""
    registered = sa.exists().where(
        Registration.participant_id == Submission.participant_id, Registration.state == "live"
    )
    return list(
        db.session.scalars(
            sa.select(Submission)
            .join(Participant, Participant.id == Submission.participant_id)
            .where(
                Submission.event_id == event.id,
                Submission.state == "accepted",
                Participant.erased_at.is_(None),
                sa.not_(registered),
            )
            .options(joinedload(Submission.call), *queries.WHOLE)
            .order_by(Submission.id)
        )
    )
