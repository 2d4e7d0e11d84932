"""Telling people whom organisers entered without a letter that their data are kept (article 14 GDPR, law.md L01)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit
from ..accounts.models import EmailAddress
from ..db import db
from ..events.models import Event, Participant
from ..registration import mails
from ..registration.models import Registration

WITHIN = timedelta(days=30)
"""How long organisers have, at the latest: one month (article 14(3)(a) GDPR)."""

AT_ONCE = 100
"""How many are told in one transaction."""

JOB = "people.inform"


def _untold(event_id: int) -> sa.Select[Any]:
    """The registrations of everybody who can be written to and was not."""
    return (
        sa.select(Registration)
        .join(Participant, Participant.id == Registration.participant_id)
        .join(EmailAddress, sa.and_(EmailAddress.person_id == Participant.person_id, EmailAddress.is_primary.is_(True)))
        .where(
            Registration.event_id == event_id,
            Registration.state == "live",
            Registration.silent_since.is_not(None),
            Participant.erased_at.is_(None),
        )
    )


def untold(event: Event, most: int) -> Sequence[Registration]:
    """Who has not been told, the longest first."""
    return db.session.scalars(
        _untold(event.id)
        .options(joinedload(Registration.participant))
        .order_by(Registration.silent_since, Registration.id)
        .limit(most)
    ).all()


def number_untold(event: Event) -> tuple[int, datetime | None]:
    """How many have not been told, and until when the first of them must be."""
    rows = _untold(event.id).with_only_columns(sa.func.count(), sa.func.min(Registration.silent_since))
    number, first = db.session.execute(rows).one()
    return int(number), first + WITHIN if first is not None else None


def deadline(registration: Registration) -> datetime | None:
    """Until when somebody must be told."""
    return registration.silent_since + WITHIN if registration.silent_since is not None else None


def inform(event: Event, source: str) -> bool:
    """Tell the next ones where their data come from, each once; whether there are more."""
    people = untold(event, AT_ONCE)
    told = sum(mails.data_notice(registration, source) for registration in people)
    for registration in people:
        registration.silent_since = None  # told, or told before
    db.session.flush()
    if people:
        audit.record("people.informed", event, event=event, after={"number": told, "source": source})
    return len(people) == AT_ONCE
