"""The letter of the evening before, with the whole schedule to print; more of it for those on the stage."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from .. import clock
from ..db import db
from ..events.models import Participant
from ..i18n import _
from ..mail import letters
from ..mail.letters import Attachment, Letter
from ..mail.models import OutboxLetter
from ..programme import lacking, needs, profiles, stage
from ..programme.speaker_words import EQUIPMENT
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
    on_stage = _on_stage(participant) if any(item.kind == "talk" for item in items) else {}
    settings = profiles.settings_of(event) if on_stage else None
    composed = letters.compose(
        "schedule/mail/tomorrow",
        event=event,
        me=participant,
        day=day,
        items=[_said(item, plan, on_stage) for item in items],
        contact=settings.contact if settings is not None else None,
        talks_url=letters.url("programme.talks", event_slug=event.slug) if on_stage else "",
        partners=plan.delegate is not None,
        agenda_url=letters.url("schedule.agenda", event_slug=event.slug, day=day.isoformat()),
    )
    sheet = Attachment(printing.file_name(event, now), "application/pdf", printing.sheet(plan, now))
    return composed.with_(attachments=[sheet])


def _said(item: Item, plan: queries.Plan, on_stage: dict[int, list[str]]) -> dict[str, Any]:
    """An item as the letter says it; `lines` are for whoever is on its stage."""
    return {
        "item": item,
        "title": printing.title_of(item),
        "words": printing.meta_of(item, plan.participant.event),
        "lines": on_stage.get(item.session.session_id, []) if item.kind == "talk" and item.session is not None else [],
    }


def _on_stage(participant: Participant) -> dict[int, list[str]]:
    """What somebody on the stage should know the evening before, by session: who chairs, what is there, what is not."""
    parts = [part for part in stage.parts_of(participant) if part.state == "live"]
    agreed = needs.of(part.session.id for part in parts)
    without = {lack.session_id for lack in lacking.of_one(participant, parts) if lack.code == "slides"}
    return {
        part.session.id: [
            line
            for line in (
                _("Chair: %(names)s", names=", ".join(one.name for one in part.chairs)) if part.chairs else "",
                _("With you: %(names)s", names=", ".join(one.name for one in part.beside)) if part.beside else "",
                _needs_line(agreed[part.session.id].items) if part.session.id in agreed else "",
                _("Your slides are not here yet. Please send them tonight, or bring them along.")
                if part.session.id in without
                else "",
            )
            if line
        ]
        for part in parts
    }


def _needs_line(items: list[str]) -> str:
    said = ", ".join(str(EQUIPMENT[code]) for code in items if code in EQUIPMENT)
    return _("On the stage, as you asked: %(items)s", items=said) if said else ""
