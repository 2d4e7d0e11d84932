"""The grid: one day of the draft, to be moved by keyboard, by form and by dragging."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import flash, jsonify, render_template, request, session
from werkzeug.wrappers import Response

from ... import clock
from ...db import transaction
from ...errors import require
from ...events.pages import fresh_event
from ...events.routing import current_event
from ...headers import single, words_in
from ...i18n import _, bi
from ...text import fold
from .. import days, desk_list, desk_queries, drafting, grid_draft, grid_forms, queries
from ..facts import IsCancelled, NoTime, Stale
from ..grid_forms import PlaceForm, UnplaceForm
from ..models import ProgrammeSession
from . import drawing, lists, moving
from .blueprints import desk as bp
from .blueprints import session_or_404

MOST = 200
"""How many unplaced sessions the list beside the grid shows; its filter finds the others."""


@bp.get("/grid")
def grid() -> str:
    """One day of the draft, and beside it what has no time yet."""
    ref = single(request.args, "session")
    opened = session_or_404(ref) if ref else None
    form = moving.place_form(current_event(), opened) if opened is not None else None
    return page(opened, form)


@bp.get("/grid.json")
def grid_state() -> Response:
    """Which version each session of the draft is at, for a grid that looks whether others changed something."""
    event = current_event()
    return jsonify(versions={each.public_id: each.version for each in queries.sessions_of(event)})


@bp.post("/<public_id>/place")
def place(public_id: str) -> Response | tuple[Response, int] | tuple[str, int]:
    """Give a session another time and room in the draft."""
    if request.is_json:
        return _place_sent(public_id)
    event = current_event()
    form = moving.place_form(event)
    if not form.validate_on_submit():
        return page(session_or_404(public_id), form), 422
    assert form.day.data is not None  # validated
    hours, _set = desk_queries.days_of(event)
    at = days.instant(event, form.day.data, form.starts.data, hours)
    try:
        done = moving.move(
            public_id, at, form.room.data or "", form.minutes.data or 0, moving.number(form.version.data)
        )
    except Stale as error:
        form.version.data = str(error.newest.version if error.newest is not None else "")
        return page(session_or_404(public_id), form, str(error.message)), 409
    except (IsCancelled, NoTime) as error:
        return page(session_or_404(public_id), form, str(error.message)), error.status
    flash(moving.moved_words(event, done), "ok")
    return moving.back(form.back.data, done)


@bp.post("/<public_id>/unplace")
def unplace(public_id: str) -> Response:
    """Take a session's time and room from it in the draft."""
    form = UnplaceForm()
    require(form.validate_on_submit())
    day = None
    try:
        with transaction():
            fresh_event()
            found = session_or_404(public_id)
            before = drafting.drafted_time(found)
            drafting.unplace(found, version=moving.number(form.version.data))
            moving.remember(found, before)
        if before is not None:
            day = days.day_of(current_event(), before.starts_at, desk_queries.days_of(current_event())[0])
    except (Stale, IsCancelled) as error:
        flash(str(error.message), "bad")
        found = session_or_404(public_id)
    else:
        flash(_("“%(title)s” has no time now.", title=bi(found.title)), "ok")
    return moving.back(form.back.data, found, day)


def page(opened: ProgrammeSession | None, form: PlaceForm | None, error: str = "") -> str:
    """The grid with one session opened, as far as one is."""
    event, desk = current_event(), drawing.draft_desk()
    wanted = lists.day_argument()
    if wanted is None and form is not None and form.day.data is not None:
        wanted = form.day.data
    elif wanted is None and opened is not None and opened.starts_at is not None:
        wanted = days.day_of(event, opened.starts_at, desk.board.days)
    draft = grid_draft.of(event, desk.board, desk.sessions, desk.by_session, desk.rooms, wanted)
    sought = words_in(request.args, "find")
    unplaced = [each for each in draft.unplaced if fold(sought) in fold(desk_list.words_of(each))]
    if form is not None and form.day.data is None and opened is not None and opened.starts_at is None:
        form.day.data = draft.day.day
    return render_template(
        "programme/desk/grid.html",
        draft=draft,
        sought=sought,
        unplaced=unplaced[:MOST],
        more=max(0, len(unplaced) - MOST),
        away={each.id: grid_draft.away_of(desk.board, each, draft.day) for each in unplaced[:MOST]},
        opened=opened,
        form=form,
        form_errors=form.errors if form is not None else {},
        error=error,
        ways=drawing.with_ways(desk, desk.by_session.get(opened.id, [])) if opened is not None else [],
        undo=undo_of(desk.sessions),
        here=draft.day.day.isoformat(),
        **drawing.words(),
    )


def _place_sent(public_id: str) -> Response | tuple[Response, int]:
    move = grid_forms.sent(request.get_json())
    try:
        done = moving.move(public_id, move.at, move.room, move.minutes, move.version)
    except Stale as error:
        newest = session_or_404(public_id)
        return jsonify(error=str(error.message), session=moving.plain(newest)), 409
    except (IsCancelled, NoTime) as error:
        return jsonify(error=str(error.message), session=moving.plain(session_or_404(public_id))), error.status
    return jsonify(said=moving.moved_words(current_event(), done), session=moving.plain(done))


def undo_of(sessions: Sequence[ProgrammeSession]) -> dict[str, Any] | None:
    """How to take the last move of this browser back, as long as nobody has touched the session since."""
    kept = session.get(moving.UNDO)
    if not isinstance(kept, dict) or kept.get("event") != current_event().public_id:
        return None
    found = next((each for each in sessions if each.public_id == kept.get("id")), None)
    if found is None or found.version != kept.get("version") or found.cancelled_at is not None:
        return None
    fields = {"version": found.version, "back": "grid"}
    if kept.get("at"):
        at = datetime.fromisoformat(kept["at"])
        day = days.day_of(current_event(), at, desk_queries.days_of(current_event())[0])
        starts = f"{clock.in_zone(at, current_event().zone):%H:%M}"
        fields |= {"day": day, "starts": starts, "minutes": kept["minutes"], "room": kept["room"]}
    return {"session": found, "fields": fields, "placed": bool(kept.get("at"))}
