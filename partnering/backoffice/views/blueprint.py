"""The blueprint that the desk's pages share, and what several of them need."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from flask import render_template, request

from ... import idempotency
from ...db import db
from ...errors import require
from ...events.models import Event
from ...events.permissions import may_organise
from ...events.routing import current_event, current_person, manage_blueprint
from ...headers import single
from .. import typed

bp = manage_blueprint("backoffice", __name__)


def fresh_event() -> Event:
    """The event as it is inside the running transaction, for somebody who still organises it."""
    event = db.session.get(Event, current_event().id, populate_existing=True)
    require(event)
    assert event is not None  # required above
    require(may_organise(current_person(), event))
    return event


def page(template: str, form: Any, status: int = 200, **context: Any) -> str | tuple[str, int]:
    """A page with a form; 422 when it was sent and did not pass."""
    shown = render_template(template, form=form, form_errors=form.errors, **context)
    if request.method == "POST" and status == 200:
        status = 422
    return (shown, status) if status != 200 else shown


def once(form: Any, deed: Callable[[], Any]) -> None:
    """Do a deed once for each time its form was shown, inside `transaction()`; a repetition does nothing more."""
    if not form.once.data:
        deed()
        return
    sent = {name: request.form.getlist(name) for name in sorted(request.form) if name != "csrf_token"}
    body = hashlib.sha256(json.dumps([request.path, sent]).encode()).hexdigest()
    idempotency.once(f"person:{current_person().public_id}", form.once.data[:64], body, lambda: {"done": bool(deed())})


def argument(name: str, known: tuple[str, ...] | None = None) -> str:
    """A word from the address: cut to 80 letters, or empty when it is none of the `known` ones."""
    text = (single(request.args, name) or "").replace("\x00", "")[:80]
    return text if known is None or text in known else ""


def page_number() -> int:
    """Which page of a list is wanted: 1 for anything that is no number."""
    return typed.whole(single(request.args, "page"), 1, 10_000) or 1
