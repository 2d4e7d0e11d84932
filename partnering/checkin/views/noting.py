"""What the doors are told of one guest: the organisers' page."""

from typing import Any

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from ...db import transaction
from ...errors import or_404
from ...events.pages import fresh_event, page
from ...events.routing import current_event
from ...i18n import _
from ...registration.models import Registration
from ...registration.queries import live_registrations_at
from .. import noting
from ..knowing import lock_place
from ..models import DoorNote
from ..note_forms import DoorNoteForm
from .desk import bp


@bp.route("/people/<person_id>", methods=["GET", "POST"])
def note(person_id: str) -> str | Response | tuple[str, int]:
    """A note for the doors, and blocking; `person_id` is the public id of a participant with a ticket."""
    guest = _guest(person_id)
    stored = _shown(noting.note_of(guest))
    form = DoorNoteForm(data=stored)
    if form.seen.passes(form, stored):
        with transaction():
            event = fresh_event()
            guest = _guest(person_id)
            lock_place(guest.place_id)
            stored = _shown(noting.note_of(guest))
            if form.seen.overtaken({name: form[name] for name in stored}, stored):
                return _page(form, guest, 409)
            noting.set_note(
                event,
                guest,
                text=form.text.data or "",
                attention=bool(form.attention.data),
                blocked=bool(form.blocked.data),
                reason=form.reason.data or "",
            )
        flash(_("The doors know from now on. Phones without a connection hear of it when they are online."), "ok")
        return redirect(url_for("backoffice.person", public_id=person_id))
    return _page(form, guest)


def _guest(person_id: str) -> Registration:
    return or_404(next(iter(live_registrations_at(current_event(), [person_id])), None))


def _shown(note: DoorNote | None) -> dict[str, Any]:
    """A note as its form shows it."""
    if note is None:
        return {"text": "", "attention": False, "blocked": False, "reason": ""}
    return {
        "text": note.text,
        "attention": note.attention,
        "blocked": note.blocked_at is not None,
        "reason": note.blocked_reason,
    }


def _page(form: DoorNoteForm, guest: Registration, status: int = 200) -> str | tuple[str, int]:
    return page("checkin/desk/note.html", form, status, guest=guest)
