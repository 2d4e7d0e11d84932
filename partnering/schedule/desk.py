"""The organisers' papers: choose, wait, download."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from .. import audit, jobs
from ..db import transaction
from ..events.pages import fresh_event, job_or_404
from ..events.routing import current_event, current_person, manage_blueprint
from ..headers import as_file
from ..i18n import _
from ..jobs import queries as made
from ..meetings import plate
from ..meetings.views.desk_blueprint import tabs
from . import pack_queries
from .forms import PapersForm
from .pack_queries import TASK

desk = manage_blueprint("schedule_desk", __name__, "meetings/paper")


@desk.get("")
def index() -> str:
    """Which papers; and what was printed before."""
    return _page(PapersForm(formdata=None))


@desk.post("")
def make() -> AnyResponse | tuple[str, int]:
    """Have the papers made."""
    form = PapersForm()
    if not form.validate_on_submit():
        return _page(form), 422
    with transaction():
        event = fresh_event()
        job = jobs.defer(
            TASK, event_ref=event.public_id, owner_ref=current_person().public_id, parts=list(form.parts.data or [])
        )
        audit.record("meetings.papers_made", event, event=event, after={"parts": list(form.parts.data or [])})
        public_id = job.public_id
    return redirect(url_for(".progress", public_id=public_id))


@desk.get("/<public_id>")
def progress(public_id: str) -> str:
    """How far the printing is; then the file."""
    job = job_or_404(public_id, TASK)
    return render_template("schedule/desk_pack_progress.html", job=job, file=made.file_of(job))


@desk.get("/<public_id>/papers.pdf")
def download(public_id: str) -> AnyResponse:
    """The file."""
    file = made.file_of(job_or_404(public_id, TASK))
    if file is None:
        flash(_("This file is no longer kept. Make the papers again."), "warn")
        return redirect(url_for(".index"))
    return as_file(file.content, file.media_type, file.name)


def _page(form: PapersForm) -> str:
    event = current_event()
    people = pack_queries.number_of_plans(event)
    tables = sum(place.kind == "table" for place in plate.places_of(event))
    return render_template(
        "schedule/desk_pack.html",
        form=form,
        form_errors=form.errors,
        people=people,
        tables=tables,
        tabs=tabs(),
        jobs=made.jobs_of_event(event.public_id, TASK, 5),
    )
