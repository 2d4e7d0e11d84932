"""The list of all sessions, with what does not fit in the draft."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from flask import render_template, request

from ...events.models import Event
from ...events.routing import current_event
from ...headers import words_in
from .. import changes, days, desk_list, desk_queries, queries, release_letters, warning_words, words
from ..desk_list import Wanted
from ..models import ProgrammeSession
from ..warnings import SEVERITIES, Misfit
from . import drawing
from .blueprints import desk as bp

SHOWN = 20
"""How many things that do not fit the list names, with ways out; a filter finds the others."""


@bp.get("")
def index() -> str:
    """All sessions by day, those without a time last; above them what does not fit, and what to do about it."""
    event, wanted = current_event(), asked()
    desk = drawing.draft_desk()
    drafted = {change.session.id for change in changes.drafted(event)}
    shown = desk_list.those(
        event,
        desk.sessions,
        wanted,
        hours=desk.board.days,
        drafted=drafted,
        misfits=desk.by_session,
    )
    serious, notes = _by_weight(desk.found)
    return render_template(
        "programme/desk/index.html",
        days=_by_day(event, shown, desk),
        total=len(desk.sessions),
        shown=len(shown),
        wanted=wanted,
        kinds=words.KINDS,
        states=desk_list.STATES,
        codes={code: warning_words.NAMES[code] for code in SEVERITIES},
        severity_of=SEVERITIES,
        numbers=Counter(misfit.code for misfit in desk.found),
        all_days=sorted({day.day for day in desk.board.days} | _days_used(event, desk)),
        rooms=desk.rooms,
        tracks=queries.tracks_of(event),
        serious=len(serious),
        rows=drawing.with_ways(desk, serious[:SHOWN]),
        most_shown=SHOWN,
        notes=Counter(misfit.code for misfit in notes),
        misfits_of=desk.by_session,
        drafted=drafted,
        waiting=release_letters.waiting(event),
        **drawing.words(),
    )


def asked() -> Wanted:
    """What the address asks for; words that are none ask for nothing."""
    state, code, kind = (words_in(request.args, name) for name in ("state", "code", "kind"))
    return Wanted(
        day=day_argument(),
        room=words_in(request.args, "room"),
        track=words_in(request.args, "track"),
        kind=kind if kind in words.KINDS else "",
        state=state if state in desk_list.STATES else "",
        code=code if code in SEVERITIES else "",
        words=words_in(request.args, "q"),
    )


def day_argument() -> date | None:
    """The day that the address asks for, if it is one."""
    text = words_in(request.args, "day")
    try:
        return date.fromisoformat(text) if len(text) == 10 and text.isascii() else None
    except ValueError:
        return None


def _by_weight(found: Sequence[Misfit]) -> tuple[list[Misfit], list[Misfit]]:
    serious = [misfit for misfit in found if misfit.severity != "note"]
    return serious, [misfit for misfit in found if misfit.severity == "note"]


def _by_day(
    event: Event, sessions: Sequence[ProgrammeSession], desk: drawing.Desk
) -> list[tuple[date | None, list[ProgrammeSession]]]:
    found: dict[date | None, list[ProgrammeSession]] = {}
    for each in sessions:
        day = days.day_of(event, each.starts_at, desk.board.days) if each.starts_at is not None else None
        found.setdefault(day, []).append(each)
    return list(found.items())


def _days_used(event: Event, desk: drawing.Desk) -> set[date]:
    return {desk_queries.local_day(event, each.starts_at) for each in desk.sessions if each.starts_at is not None}
