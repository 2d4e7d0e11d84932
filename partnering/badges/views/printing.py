"""Printing badges together: choose, look, wait, download."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ...db import transaction
from ...errors import or_404
from ...events.models import Event
from ...events.pages import fresh_event
from ...events.routing import current_event, current_person, manage_blueprint
from ...headers import as_file
from ...i18n import _, speaking
from ...jobs import queries as jobs
from ...jobs.models import Job
from .. import queries, services
from ..content import Badge
from ..forms import OrderForm, PrintForm
from ..models import BadgeBatch
from ..papers import PAPERS
from ..roles import LOOKS
from . import pictures

bp = manage_blueprint("badges", __name__, "badges")


@bp.get("")
def index() -> str:
    """Which badges, in which order; what the longest names look like; layouts; what was printed before."""
    return _page(PrintForm())


@bp.post("")
def make() -> Response | tuple[str, int]:
    """Have the badges made."""
    form = PrintForm()
    form.offer(own_layouts())
    if not form.validate_on_submit():
        return _page(form), 422
    return start(form, which=form.which.data)


def own_layouts() -> list[tuple[str, Any]]:
    """The event's layouts to choose from."""
    return [(row.public_id, row.name) for row in queries.layout_rows(current_event())]


def start(form: OrderForm, **wanted: Any) -> Response:
    """Ask for a batch as the form says, and go to where it shows how far it is."""
    chosen = form.layout.data or ""
    with transaction():
        event = fresh_event()
        paper = chosen.removeprefix("paper:") if chosen.startswith("paper:") else None
        batch = services.print_badges(
            event,
            current_person(),
            sort=form.sort.data,
            layout=or_404(queries.layout_at(event, chosen)) if chosen and not paper else None,
            paper=paper,
            **wanted,
        )
        public_id = batch.public_id
    return redirect(url_for(".progress", public_id=public_id))


@bp.get("/batches/<public_id>")
def progress(public_id: str) -> str:
    """How far the printing is; then the file."""
    batch = _batch(public_id)
    job = _job(batch)
    return render_template(
        "badges/progress.html", batch=batch, job=job, file=jobs.file_of(job) if job is not None else None
    )


@bp.get("/batches/<public_id>/badges.pdf")
def download(public_id: str) -> Response:
    """The file."""
    job = _job(_batch(public_id))
    file = jobs.file_of(job) if job is not None else None
    if file is None:
        flash(_("This file is no longer kept. Print the badges again."), "warn")
        return redirect(url_for(".index"))
    return as_file(file.content, file.media_type, file.name)


def _batch(public_id: str) -> BadgeBatch:
    return or_404(queries.batch_at(current_event(), public_id))


def _job(batch: BadgeBatch) -> Job | None:
    return jobs.job_by_id(batch.job_ref) if batch.job_ref else None


def _page(form: PrintForm) -> str:
    event: Event = current_event()
    form.offer(own_layouts())
    with speaking(event.languages.partition(",")[0]):
        found = queries.badges(event)
        layouts = queries.layouts(event)
        preview = pictures.preview(event, found, layouts.of)
    return render_template(
        "badges/index.html",
        form=form,
        form_errors=form.errors,
        count=len(found),
        numbers=_numbers(event, found),
        preview=preview,
        layouts=[(row, queries.read(row)) for row in queries.layout_rows(event)],
        tickets={each.public_id: each.name for each in queries.tickets_of(event)},
        batches=queries.batches_of(event),
        papers=PAPERS,
        looks=LOOKS,
    )


def _numbers(event: Event, found: list[Badge]) -> dict[str, int]:
    """How many badges are new, have changed, or are printed as they are."""
    hashes = queries.printed_hashes(event)
    numbers = dict.fromkeys(queries.STATES, 0)
    for badge in found:
        numbers[queries.state_of(badge, hashes)] += 1
    return numbers
