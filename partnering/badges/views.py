"""Printing badges: choose, look, wait, download."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from ..db import transaction
from ..events.models import Event
from ..events.pages import fresh_event, job_or_404
from ..events.routing import current_event, current_person, manage_blueprint
from ..headers import as_file
from ..i18n import _, bi, speaking
from ..jobs import queries as jobs
from ..jobs.models import Job
from . import queries, services
from .forms import PrintForm
from .tasks import heading_of

bp = manage_blueprint("badges", __name__, "badges")


@bp.get("")
def index() -> str:
    """Which badges, in which order; what the longest names look like; what was printed before."""
    return _page(PrintForm())


@bp.post("")
def make() -> AnyResponse | tuple[str, int]:
    """Have the badges made."""
    form = PrintForm()
    if not form.validate_on_submit():
        return _page(form), 422
    with transaction():
        event = fresh_event()
        job = services.print_badges(
            event,
            current_person(),
            only_new=form.which.data == "new",
            sort=form.sort.data,
            paper=form.paper.data,
        )
        public_id = job.public_id
    return redirect(url_for(".progress", public_id=public_id))


@bp.get("/jobs/<public_id>")
def progress(public_id: str) -> str:
    """How far the printing is; then the file."""
    job = _job(public_id)
    return render_template("badges/progress.html", job=job, file=jobs.file_of(job))


@bp.get("/jobs/<public_id>/badges.pdf")
def download(public_id: str) -> AnyResponse:
    """The file."""
    file = jobs.file_of(_job(public_id))
    if file is None:
        flash(_("This file is no longer kept. Print the badges again."), "warn")
        return redirect(url_for(".index"))
    return as_file(file.content, file.media_type, file.name)


def _job(public_id: str) -> Job:
    """A print job of this event."""
    return job_or_404(public_id, queries.TASK)


def _page(form: PrintForm) -> str:
    event: Event = current_event()
    found = queries.badges(event)
    since = queries.printed_last_at(event)
    new = len(queries.badges(event, since=since)) if since is not None else len(found)
    with speaking(event.languages.partition(",")[0]):
        heading = heading_of(event)
        preview = [(badge, bi(badge.look.word)) for badge in queries.longest(found)]
    return render_template(
        "badges/index.html",
        form=form,
        form_errors=form.errors,
        count=len(found),
        new=new,
        since=since,
        heading=heading,
        preview=preview,
        jobs=jobs.jobs_of_event(event.public_id, queries.TASK, 5),
    )


blueprints = (bp,)
