"""The programme for everybody: days, sessions, speakers; and choosing sessions for one's own schedule."""

from collections.abc import Sequence
from datetime import date

from flask import flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ... import clock
from ...db import transaction
from ...events.models import Participant
from ...events.queries import participant_of
from ...events.routing import current_event, current_participant, participant, within_event
from ...guards import guarded
from ...headers import single
from ...i18n import _
from .. import files, grid, photos, queries, services, words
from ..speaker_words import FILE_KINDS
from .blueprints import pages, share, shown_or_404


@pages.get("/programme")
def index() -> str:
    """One day of the programme, rooms side by side."""
    share()
    event = current_event()
    days = queries.by_day(queries.released(event, cancelled=True), event.zone)
    shown = _chosen_day(list(days))
    return render_template(
        "programme/index.html",
        days=list(days),
        shown=shown,
        grid=grid.of(days[shown]) if shown else None,
        kinds=words.KINDS,
        chosen=_chosen(),
    )


def _chosen_day(days: Sequence[date]) -> date | None:
    asked = single(request.args, "day")
    found = next((day for day in days if day.isoformat() == asked), None)
    if found is not None:
        return found
    today = clock.in_zone(clock.now(), current_event().zone).date()
    return today if today in days else next(iter(days), None)


def _me() -> Participant | None:
    person = g.get("person")
    found = participant_of(person, current_event()) if person is not None else None
    return found if found is not None and found.erased_at is None else None


def _chosen() -> frozenset[int]:
    me = _me()
    return queries.chosen_by(me) if me is not None else frozenset()


@pages.get("/programme/<public_id>")
def session(public_id: str) -> str:
    """One session: when, where, who, what about; participants can put it into their schedule."""
    found = shown_or_404(public_id)
    share()
    me = _me()
    return render_template(
        "programme/session.html",
        session=found,
        at=found,
        kinds=words.KINDS,
        roles=words.ROLES,
        languages_spoken=words.LANGUAGES,
        me=me,
        marked=me is not None and queries.bookmark_of(found.session, me) is not None,
        slides=files.public_files(found.session),
        file_kinds=FILE_KINDS,
        portraits=photos.public_photos(current_event()),
        speaks=me is not None and any(part.participant_id == me.id for part in found.people),
    )


@pages.post("/programme/<public_id>/choose")
@guarded(within_event(participant))
def choose(public_id: str) -> AnyResponse:
    """Put a session into my schedule."""
    try:
        with transaction():
            services.bookmark(shown_or_404(public_id).session, current_participant())
    except services.IsCancelled as error:
        flash(str(error.message), "warn")
    else:
        flash(_("The session is in your schedule."), "ok")
    return redirect(url_for(".session", public_id=public_id))


@pages.post("/programme/<public_id>/drop")
@guarded(within_event(participant))
def drop(public_id: str) -> AnyResponse:
    """Take a session out of my schedule."""
    with transaction():
        services.forget(shown_or_404(public_id).session, current_participant())
    flash(_("The session is no longer in your schedule."), "ok")
    return redirect(url_for(".session", public_id=public_id))


@pages.get("/speakers")
def speakers() -> str:
    """Everybody who speaks, by name."""
    share()
    event = current_event()
    return render_template(
        "programme/speakers.html", speakers=queries.speakers(event), portraits=photos.public_photos(event)
    )
