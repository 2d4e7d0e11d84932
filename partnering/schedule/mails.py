"""The letter of the evening before, with the whole schedule on one page."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from .. import clock
from ..db import db
from ..events.models import Participant
from ..mail import letters
from ..mail.letters import Attachment, Letter
from ..mail.models import OutboxLetter
from . import evening, printing, queries
from .queries import Item


@letters.kind(evening.KIND)
def render_tomorrow(letter: OutboxLetter) -> Letter | None:
    """What is still to come on a day, as it is now; nothing where it has all gone."""
    participant = db.session.scalars(
        sa.select(Participant).where(Participant.public_id == letter.payload.get("participant"))
    ).one_or_none()
    if participant is None or participant.erased_at is not None or participant.event.state != "published":
        return None
    event, now = participant.event, clock.now()
    day = date.fromisoformat(letter.payload["day"])
    plan = queries.plan_of(participant, open_too=True)
    items = [
        item
        for item in plan.items
        if item.kind in ("talk", "met", "session") and queries.day_of(item, event) == day and item.starts_at > now
    ]
    if not items:
        return None
    composed = letters.compose(
        "schedule/mail/tomorrow",
        event=event,
        me=participant,
        day=day,
        items=[_said(item, plan) for item in items],
        partners=plan.delegate is not None,
        agenda_url=letters.url("schedule.agenda", event_slug=event.slug, day=day.isoformat()),
    )
    sheet = Attachment(printing.file_name(event, now), "application/pdf", printing.sheet(plan, now))
    return composed.with_(attachments=[sheet])


def _said(item: Item, plan: queries.Plan) -> dict[str, Any]:
    """An item as the letter says it."""
    return {"item": item, "title": printing.title_of(item), "words": printing.meta_of(item, plan.participant.event)}
