"""What the pages of several rooms share: the event as it is now, a page with a form, a deed done once."""

import json
from collections.abc import Callable
from typing import Any

from flask import render_template, request

from .. import idempotency
from ..db import db
from ..errors import or_404, require
from ..jobs import queries as jobs
from ..jobs.models import Job
from .models import Event
from .permissions import may_organise
from .routing import current_event, current_person


def fresh_event() -> Event:
    """The event as it is inside the running transaction, for somebody who still organises it."""
    event = or_404(db.session.get(Event, current_event().id, populate_existing=True))
    require(may_organise(current_person(), event))
    return event


def job_or_404(public_id: str, task: str) -> Job:
    """A job of this kind at the event of this page."""
    job = or_404(jobs.job_by_id(public_id))
    require(job.task == task and job.event_ref == current_event().public_id)
    return job


def page(template: str, form: Any, status: int = 200, **context: Any) -> str | tuple[str, int]:
    """A page with a form; 422 when it was sent and did not pass."""
    shown = render_template(template, form=form, form_errors=form.errors, **context)
    if request.method == "POST" and status == 200:
        status = 422
    return (shown, status) if status != 200 else shown


def once(form: Any, deed: Callable[[], object]) -> dict[str, Any]:
    """Do a deed once for each time its form was shown, inside `transaction()`; a repetition does nothing more.

    The answer is what the deed returns if that is a dict, and the same again for a repetition.
    """

    def done() -> dict[str, Any]:
        answer = deed()
        return answer if isinstance(answer, dict) else {}

    if not form.once.data:
        return done()
    sent = {name: request.form.getlist(name) for name in sorted(request.form) if name != "csrf_token"}
    actor, body = f"person:{current_person().public_id}", json.dumps([request.path, sent])
    return idempotency.once(actor, form.once.data[:64], body, done)
