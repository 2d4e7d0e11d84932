"""The letters about sessions, made from the newest state when they leave."""

from typing import Any

from ..agenda import calendars
from ..agenda.models import AgendaEntry
from ..db import db
from ..events.models import Participant
from ..i18n import bi
from ..mail import letters
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from . import changes, chosen_letters, describing, queries
from .letter_words import items_of
from .models import ReleasedSession

ON_STAGE = ("speaker", "chair")


@letters.kind("programme.session_told")
def render_told(letter: OutboxLetter) -> Letter | None:
    """That its reader is in a session, and when and where it is."""
    return _render(letter, "programme/mail/told", "live")


@letters.kind("programme.session_changed")
def render_changed(letter: OutboxLetter) -> Letter | None:
    """The session as it is now, and what is new about it; nothing when it was called off meanwhile."""
    return _render(letter, "programme/mail/changed", "live")


@letters.kind("programme.session_restored")
def render_restored(letter: OutboxLetter) -> Letter | None:
    """That the session takes place after all, and when; nothing when it was called off again."""
    return _render(letter, "programme/mail/restored", "live")


@letters.kind("programme.session_cancelled")
def render_cancelled(letter: OutboxLetter) -> Letter | None:
    """That the session does not take place, or goes on without its recipient."""
    return _render(letter, "programme/mail/cancelled", "cancelled")


def _render(letter: OutboxLetter, template: str, state: str) -> Letter | None:
    session = queries.row_at(str(letter.payload.get("session")))
    entry = queries.entry_at(str(letter.payload.get("entry")))
    if session is None or entry is None or entry.state != state or not calendars.address_of(entry):
        return None
    chosen = entry.role == "bookmark"
    if chosen and not chosen_letters.wants(entry.participant):
        return None
    event = entry.participant.event
    url = letters.url("programme.session", event_slug=event.slug, public_id=session.public_id)
    composed = letters.compose(
        template,
        **_about(entry, session, letter.payload),
        place=calendars.place_of(entry),
        url_of_session=url,
        schedule_url=letters.url("schedule.agenda", event_slug=event.slug),
        stop_url=chosen_letters.address(entry.participant) if chosen else "",
    )
    return calendars.attach(_stoppable(composed, entry.participant, chosen), entry, describing.thing(event, session))


def _stoppable(composed: Letter, reader: Participant, chosen: bool) -> Letter:
    """With the way to stop such letters, if they are about what its reader has merely chosen."""
    return composed.with_(unsubscribe_url=chosen_letters.address(reader, at_once=True)) if chosen else composed


def _about(entry: AgendaEntry, session: ReleasedSession, payload: dict[str, Any]) -> dict[str, Any]:
    event = entry.participant.event
    before = db.session.get(ReleasedSession, payload["before"]) if payload.get("before") else None
    alone = queries.letter_at(str(payload.get("letter") or ""))
    return {
        "event": event,
        "session": session,
        "participant": entry.participant,
        "appointment": entry.appointment,
        "on_stage": entry.role in ON_STAGE,
        "lines": changes.lines(changes.between(session.session, before, changes.as_released(session)), event.zone)
        if before is not None
        else [],
        "greeting": bi(alone.release.greeting) if alone is not None else "",
    }


@letters.kind("programme.release_news")
def render_news(letter: OutboxLetter) -> Letter | None:
    """Everything that a release means for one person; each thing's calendar object comes in a letter of its own."""
    told = queries.letter_at(str(letter.payload.get("letter")))
    if told is None or told.participant.erased_at is not None:
        return None
    event, items = told.participant.event, items_of(told)
    chosen = all(item.part == "bookmark" for item in items)
    if chosen and not chosen_letters.wants(told.participant):
        return None
    composed = letters.compose(
        "programme/mail/release_news",
        event=event,
        participant=told.participant,
        greeting=bi(told.release.greeting),
        items=items,
        schedule_url=letters.url("schedule.agenda", event_slug=event.slug),
        stop_url=chosen_letters.address(told.participant) if chosen else "",
    )
    return _stoppable(composed, told.participant, chosen)
