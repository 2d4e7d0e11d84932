"""The file for a tax audit: asked for, waited for, downloaded."""

import secrets

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from ...db import transaction
from ...events.pages import fresh_event, job_or_404, once, page
from ...events.routing import current_event, current_person
from ...headers import as_file
from ...i18n import _
from ...jobs import queries as jobs
from ...jobs.models import Job
from .. import auditing
from ..forms import DeedForm
from .blueprint import desk


@desk.route("/audit", methods=["GET", "POST"])
def audit() -> str | BaseResponse | tuple[str, int]:
    """What is in the file, and the files made so far."""
    form = DeedForm(once=secrets.token_hex(16))
    if form.validate_on_submit():
        with transaction():
            event, by = fresh_event(), current_person()
            made = once(form, lambda: {"job": auditing.ask_for_file(event, by).public_id})
        return redirect(url_for(".audit_progress", public_id=made["job"]), 303)
    before = jobs.jobs_of_event(current_event().public_id, auditing.TASK, 5)
    return page("invoices/audit.html", form, jobs=before)


@desk.get("/audit/<public_id>")
def audit_progress(public_id: str) -> str:
    """How far the file is; then the file."""
    job = _job(public_id)
    return render_template("invoices/audit_progress.html", job=job, file=jobs.file_of(job))


@desk.get("/audit/<public_id>/audit.zip")
def audit_file(public_id: str) -> BaseResponse:
    """The file."""
    file = jobs.file_of(_job(public_id))
    if file is None:
        flash(_("This file is no longer kept. Have it made again."), "warn")
        return redirect(url_for(".audit"))
    return as_file(file.content, file.media_type, file.name)


def _job(public_id: str) -> Job:
    return job_or_404(public_id, auditing.TASK)
