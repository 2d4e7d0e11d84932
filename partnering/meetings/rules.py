"""How meetings are asked for and answered at an event: what organisers have set, and what holds where they have not."""

from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from .. import audit
from ..db import db
from ..events.models import Event
from .models import MeetingRules


@dataclass(frozen=True)
class Rules:
    """An event's rules; see `MeetingRules` for what each says. Times in minutes, hours and days as named."""

    late_days: int = 7
    late_hours: int = 48
    live_minutes: int = 30
    reserve_minutes: int = 30
    meeting_limit: int | None = None
    same_organisation: bool = False
    unpaid_may_ask: bool = True
    lunch_minutes: int = 30
    plan_on: date | None = None


NAMES = tuple(field.name for field in fields(Rules))


def rules_of(event: Event) -> Rules:
    """The rules that hold at an event."""
    row = _row(event)
    return Rules(**{name: getattr(row, name) for name in NAMES}) if row is not None else Rules()


def set_rules(event: Event, **values: Any) -> Rules:
    """Change some of an event's rules; the others stay. Raises `TypeError` for a rule there is not."""
    before = rules_of(event)
    after = replace(before, **values)
    if before == after:
        return before
    row = _row(event) or MeetingRules(event_id=event.id)
    for name, value in asdict(after).items():
        setattr(row, name, value)
    db.session.add(row)
    db.session.flush()
    changed = [name for name in NAMES if getattr(before, name) != getattr(after, name)]
    audit.record(
        "meetings.rules_set",
        event,
        event=event,
        before={name: getattr(before, name) for name in changed},
        after={name: getattr(after, name) for name in changed},
    )
    return after


def _row(event: Event) -> MeetingRules | None:
    return db.session.scalars(sa.select(MeetingRules).where(MeetingRules.event_id == event.id)).one_or_none()
