"""The blueprint of the desk's pages on invoices, and what several of them need."""

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
from ...i18n import _
from ...registration.models import Party
from ...registration.queries import locked_party, party_at
from .. import queries
from ..models import Invoice

desk = manage_blueprint("invoices_desk", __name__, "invoices")


def fresh_event() -> Event:
    """The event as it is inside the running transaction, for somebody who still organises it."""
    event = db.session.get(Event, current_event().id, populate_existing=True)
    require(event)
    assert event is not None  # required above
    require(may_organise(current_person(), event))
    return event


def invoice_or_404(public_id: str) -> Invoice:
    """An invoice or cancellation of this event."""
    found = queries.invoice_at(public_id)
    require(found is not None and found.event_id == current_event().id)
    assert found is not None  # required above
    return found


def party_or_404(public_id: str, *, lock: bool = False) -> Party:
    """A placed party of this event; with `lock` kept from others."""
    found = locked_party(public_id) if lock else party_at(public_id)
    require(found is not None and found.event_id == current_event().id and found.placed_at is not None)
    assert found is not None  # required above
    return found


def page(template: str, form: Any, status: int = 200, **context: Any) -> str | tuple[str, int]:
    """A page with a form; 422 when it was sent and did not pass."""
    shown = render_template(f"invoices/{template}.html", form=form, form_errors=form.errors, **context)
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


def state_words() -> dict[str, tuple[str, str, str]]:
    """What the states of invoices are called, with tone and well."""
    return {
        "open": (_("Open"), "info", "free"),
        "part_paid": (_("Paid in part"), "warn", "pending"),
        "overdue": (_("Overdue"), "bad", "you"),
        "paid": (_("Paid"), "ok", "taken"),
        "cancelled": (_("Cancelled"), "", "off"),
        "cancellation": (_("Cancellation"), "line", "off"),
    }
