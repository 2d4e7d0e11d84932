"""The news about sessions for those who speak in them; each letter brings one calendar entry."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..agenda import calendars
from ..agenda.models import AgendaEntry, Appointment, Location
from ..agenda.services import live_entries
from ..db import db
from ..events.mails import to_participant
from ..mail import letters
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from . import describing, queries
from .models import ProgrammeSession

ON_STAGE = ("speaker", "chair")


def shown(session: ProgrammeSession) -> dict[str, Any]:
    """Time and room of a session as JSON, for a letter to say what they were."""
    appointment = session.appointment
    if appointment is None:
        return {}
    return {
        "starts_at": appointment.starts_at.isoformat(),
        "ends_at": appointment.ends_at.isoformat(),
        "room": appointment.location.public_id if appointment.location else None,
    }


def session_changed(session: ProgrammeSession, was: dict[str, Any], left: Iterable[AgendaEntry] = ()) -> None:
    """A session has another time or place: told to its people; and to those who no longer speak in it, that."""
    assert session.appointment is not None  # released
    for entry in live_entries(session.appointment):
        _post("programme.session_changed", session, entry, was=was)
    session_cancelled(session, left)


def session_cancelled(session: ProgrammeSession, entries: Iterable[AgendaEntry]) -> None:
    """A session was called off, or goes on without these people."""
    for entry in entries:
        _post("programme.session_cancelled", session, entry)


def session_restored(session: ProgrammeSession) -> None:
    """A session that was called off takes place after all."""
    assert session.appointment is not None  # released
    for entry in live_entries(session.appointment):
        _post("programme.session_restored", session, entry)


def _post(kind: str, session: ProgrammeSession, entry: AgendaEntry, **more: Any) -> None:
    if entry.role not in ON_STAGE:
        return
    to_participant(
        kind,
        entry.participant,
        key=f"session:{session.public_id}:seq{calendars.edition(entry)}:to:{entry.participant.public_id}",
        payload={"session": session.public_id, "entry": entry.public_id, **more},
        topic=calendars.topic(entry),
        topic_version=entry.sequence,
    )


# -- letters


@letters.kind("programme.session_changed")
def render_changed(letter: OutboxLetter) -> Letter | None:
    """The session as it is now, and as it was; nothing when it was called off meanwhile."""
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
    session = queries.session_at(str(letter.payload.get("session")))
    entry = queries.entry_at(str(letter.payload.get("entry")))
    if session is None or entry is None or entry.state != state or not calendars.address_of(entry):
        return None
    event = entry.participant.event
    url = letters.url("programme.session", event_slug=event.slug, public_id=session.public_id)
    composed = letters.compose(
        template,
        event=event,
        session=session,
        participant=entry.participant,
        appointment=entry.appointment,
        place=calendars.place_of(entry),
        was=_was(letter.payload.get("was") or {}, entry.appointment),
        url_of_session=url,
        schedule_url=letters.url("schedule.agenda", event_slug=event.slug),
    )
    return calendars.attach(composed, entry, describing.thing(event, session))


def _was(payload: dict[str, Any], now: Appointment) -> dict[str, Any]:
    """What was different before, read back: `starts_at` and `ends_at`, and `room` with its name."""
    was: dict[str, Any] = {}
    if payload.get("starts_at"):
        was["starts_at"] = datetime.fromisoformat(payload["starts_at"])
        was["ends_at"] = datetime.fromisoformat(payload["ends_at"])
    room = payload.get("room")
    if room and (now.location is None or now.location.public_id != room):
        was["room"] = db.session.scalars(sa.select(Location).where(Location.public_id == room)).one_or_none()
    if (was.get("starts_at"), was.get("ends_at")) == (now.starts_at, now.ends_at) and "room" not in was:
        return {}
    return was
