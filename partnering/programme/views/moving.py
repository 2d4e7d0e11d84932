"""What a move of a session in the draft needs: its form, the deed, how to take it back, where to go on."""

from datetime import date, datetime

from flask import redirect, session, url_for
from werkzeug.wrappers import Response

from ... import clock
from ...agenda.models import Location
from ...db import transaction
from ...errors import or_404
from ...events.models import Event
from ...events.pages import fresh_event
from ...events.routing import current_event
from ...i18n import _, bi
from .. import changes, days, desk_queries, drafting, queries
from ..facts import Time
from ..forms import listed
from ..grid_forms import PlaceForm
from ..models import ProgrammeSession
from .blueprints import session_or_404

UNDO = "programme_undo"
"""What of the browser's own memory says how to take the last move back."""


def place_form(event: Event, found: ProgrammeSession | None = None) -> PlaceForm:
    """The form that moves a session, filled with how it is drafted."""
    form = PlaceForm(data=_stored(event, found) if found is not None else {})
    rooms = {room.public_id: bi(room.name) for room in queries.rooms_of(event)}
    form.room.choices = listed({"": _("no room"), **rooms})
    return form


def _stored(event: Event, found: ProgrammeSession) -> dict[str, object]:
    time = drafting.drafted_time(found)
    data: dict[str, object] = {"version": found.version, "minutes": drafting.MINUTES, "back": "grid"}
    if time is not None:
        hours, _set = desk_queries.days_of(event)
        data |= {
            "day": days.day_of(event, time.starts_at, hours),
            "starts": clock.in_zone(time.starts_at, event.zone).time(),
            "minutes": minutes_of(time),
            "room": time.room.public_id if time.room is not None else "",
        }
    return data


def minutes_of(time: Time) -> int:
    """How long it takes."""
    return int((time.ends_at - time.starts_at).total_seconds()) // 60


def number(text: str | None) -> int:
    """A version out of a form; what is none is never the newest."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else -1


def move(public_id: str, at: datetime, room_ref: str, minutes: int, version: int) -> ProgrammeSession:
    """Place a session in the draft, and remember how to take that back. Raises `Stale`, `IsCancelled`, `NoTime`."""
    with transaction():
        event, found = fresh_event(), session_or_404(public_id)
        room: Location | None = or_404(queries.room_by_ref(event, room_ref)) if room_ref else None
        before = drafting.drafted_time(found)
        if drafting.place(found, at, room, minutes=minutes, version=version):
            remember(found, before)
    return found


def remember(found: ProgrammeSession, before: Time | None) -> None:
    """Keep in the browser how to take this move back."""
    session[UNDO] = {
        "event": current_event().public_id,
        "id": found.public_id,
        "version": found.version,
        "at": before.starts_at.isoformat() if before is not None else None,
        "minutes": minutes_of(before) if before is not None else 0,
        "room": before.room.public_id if before is not None and before.room is not None else "",
    }


def plain(found: ProgrammeSession) -> dict[str, object]:
    """A session's place in the draft, for the grid."""
    return {
        "id": found.public_id,
        "version": found.version,
        "starts_at": found.starts_at.isoformat() if found.starts_at is not None else None,
        "ends_at": found.ends_at.isoformat() if found.ends_at is not None else None,
        "room": found.room.public_id if found.room is not None else None,
    }


def moved_words(event: Event, found: ProgrammeSession) -> str:
    """Where a session is now, as a sentence."""
    look = changes.as_drafted(found)
    return _(
        "“%(title)s” is now on %(when)s, %(room)s.",
        title=bi(found.title),
        when=changes.when(look, event.zone),
        room=bi(found.room.name) if found.room is not None else _("no room"),
    )


def back(word: str | None, found: ProgrammeSession, day: date | None = None) -> Response:
    """The page from which a move was sent; the grid shows the session, or the `day` that it has left."""
    if word == "grid":
        return redirect(url_for(".grid", session=found.public_id, day=day.isoformat() if day is not None else None))
    if word == "session":
        return redirect(url_for(".edit", public_id=found.public_id))
    return redirect(url_for("programme_release.release" if word == "release" else ".index"))
