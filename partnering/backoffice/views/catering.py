"""The catering page: how often each answer was given; and, for catering alone, who gave it. Looking is logged."""

from collections.abc import Sequence
from dataclasses import replace

from flask import Response, render_template, url_for

from ... import audit
from ...db import db, transaction
from ...errors import or_404, require
from ...events.models import Event
from ...events.permissions import may_cater, may_organise
from ...events.routing import catering as catering_guard
from ...events.routing import current_event, current_person, meal_counting, within_event
from ...guards import guarded
from ...headers import as_file
from ...i18n import _, bi
from ...questions import queries as questions
from ...registration import approval
from ...tables import CSV
from .. import catering as answers
from ..export import as_csv
from .blueprint import bp, opened


@bp.get("/catering")
@guarded(within_event(meal_counting))
def catering() -> str:
    """How often each answer was given, without names."""
    event = current_event()
    return _page("backoffice/catering.html", event, counted=answers.counts(event))


@bp.get("/catering.csv")
@guarded(within_event(meal_counting))
def catering_counts() -> Response:
    """The same as a file."""
    rows = answers.rows_of_counts(answers.counts(current_event()))
    return as_file(as_csv([_("Question"), _("Answer"), _("Guests")], rows), CSV, _("catering.csv"))


@bp.get("/catering/names")
@guarded(within_event(catering_guard))
def catering_names() -> str:
    """Who answered what."""
    event = _looked("catering.names_seen")
    return _page("backoffice/catering_names.html", event, guests=_opened(answers.named(event)))


@bp.get("/catering/names.csv")
@guarded(within_event(catering_guard))
def catering_list() -> Response:
    """The same as a file."""
    event = _looked("catering.names_taken")
    rows = [
        (guest.participant.name, bi(question.label), text)
        for guest in answers.named(event)
        for question, text in guest.answers
    ]
    return as_file(as_csv([_("Name"), _("Question"), _("Answer")], rows), CSV, _("catering-names.csv"))


def _opened(guests: Sequence[answers.Named]) -> list[answers.Named]:
    return [replace(one, answers=[(question, opened(text)) for question, text in one.answers]) for one in guests]


def _looked(action: str) -> Event:
    """The event, once it is written down that somebody looked."""
    with transaction():
        event = db.session.get_one(Event, current_event().id)
        require(may_cater(current_person(), event))
        audit.record(action, event, event=event)
    return db.session.get_one(Event, current_event().id)


def _page(template: str, event: Event, **context: object) -> str:
    """A page whose navigation leads catering nowhere else."""
    person = current_person()
    organises = may_organise(person, event)
    if not organises:
        entry = {"label": _("Catering"), "url": url_for(".catering"), "current": True, "group": None, "count": 0}
        context["nav_items"] = [entry]
    return render_template(template, names=may_cater(person, event), organises=organises, **context)


@bp.get("/answers/files/<public_id>")
@guarded(within_event(meal_counting))
def answer_file(public_id: str) -> Response:
    """A file that a guest gave as an answer; those to sensitive questions are for catering only, and that is logged.

    What was sent in with a request that still waits for a decision can be looked at before deciding.
    """
    event, person = current_event(), current_person()
    file = or_404(questions.file_at(event, public_id))
    require(file.sheet_id is not None or public_id in approval.files_sent_in())
    newest = next((q for q in questions.shown_versions(event, newest=True) if q.id == file.question_id), None)
    require(newest is not None and (may_cater if newest.sensitive else may_organise)(person, event))
    content, media_type, name = file.content, file.media_type, file.name
    if newest is not None and newest.sensitive:
        _looked("catering.names_seen")
    response = as_file(content, media_type, name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
