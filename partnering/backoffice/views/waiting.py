"""The waiting list at the desk: the queue by ticket, one entry with its log, moving up, offering, removing."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from ...db import transaction
from ...errors import DomainError, or_404, require
from ...events.forms import lines, listed
from ...events.pages import fresh_event, once, page
from ...events.routing import current_event
from ...i18n import _, _l
from ...registration import secret_links, waiting_mails, waiting_queries
from ...registration import waiting as waitlist
from ...registration.models import WaitingEntry
from ...tickets import services as tickets
from .. import deciding
from ..forms import OnceForm
from .blueprint import argument, bp

DEEDS = {"move_up": _l("Move up"), "offer": _l("Offer now"), "remove": _l("Remove")}


class DeedForm(FlaskForm):
    """What to do with an entry, and why: the log keeps it."""

    deed = SelectField(_l("What to do"), [InputRequired()], choices=listed(DEEDS))
    reason = TextAreaField(
        _l("Reason"),
        [DataRequired(_l("Enter the reason")), Length(max=600, message=_l("At most %(max)d characters, please."))],
        [lines],
    )


@bp.get("/waiting")
def waiting() -> str:
    """Who waits for what, in the order in which they are served."""
    event = current_event()
    state = argument("state", ("closed",))
    queues = deciding.queues(event, closed=state == "closed")
    counts = waiting_queries.numbers(event)
    return render_template(
        "backoffice/waiting.html",
        state=state,
        queues=queues,
        left=tickets.lefts([queue.product for queue in queues]) if queues else {},
        number_open=counts.get("waiting", 0) + counts.get("offered", 0),
        number_closed=counts.get("confirmed", 0) + counts.get("left", 0),
        words=deciding.deed_words(),
    )


@bp.get("/waiting/<public_id>")
def waiting_entry(public_id: str) -> str | tuple[str, int]:
    """One entry: what it waits for, what happened, what can be done."""
    return _entry_page(_entry(public_id), DeedForm(formdata=None))


@bp.post("/waiting/<public_id>")
def change_waiting(public_id: str) -> Response | str | tuple[str, int]:
    """Move up, offer or remove, with a reason."""
    form = DeedForm()
    if not form.validate_on_submit():
        return _entry_page(_entry(public_id), form)
    try:
        with transaction():
            fresh_event()
            entry, reason = _entry(public_id), str(form.reason.data)
            if form.deed.data == "move_up":
                waitlist.move_up(entry, reason)
                said = _("Moved up: served before everybody else who waits.")
            elif form.deed.data == "offer":
                waitlist.offer(entry, reason=reason)
                said = _("The offer is on its way.")
            else:
                waitlist.remove(entry, reason)
                said = _("Removed. A letter says so.")
    except DomainError as error:
        if error.status == 404:
            raise
        flash(str(error.message), "bad")
        return _entry_page(_entry(public_id), form, error.status)
    flash(said, "ok")
    return redirect(url_for(".waiting_entry", public_id=public_id), 303)


@bp.post("/waiting/<public_id>/new-link")
def renew_waiting_link(public_id: str) -> Response:
    """Take the link of an entry back and send a new one."""
    form = OnceForm()
    require(form.validate_on_submit())
    with transaction():
        fresh_event()
        once(form, lambda: secret_links.renew_waiting(_entry(public_id, still_open=True)))
    flash(_("The old link opens nothing any more. The new one is on its way."), "ok")
    return redirect(url_for(".waiting_entry", public_id=public_id), 303)


def _entry(public_id: str, *, still_open: bool = False) -> WaitingEntry:
    entry = or_404(waiting_queries.entry_at(public_id))
    require(entry.event_id == current_event().id and not (still_open and entry.closed_at is not None))
    return entry


def _entry_page(entry: WaitingEntry, form: DeedForm, status: int = 200) -> str | tuple[str, int]:
    offered: dict[str, Any] = waiting_mails.offered_facts(entry) if entry.state == "offered" else {}
    return page(
        "backoffice/waiting_entry.html",
        form,
        status,
        entry=entry,
        others=[other.product for other in entry.others],
        position=waitlist.position(entry) if entry.state == "waiting" else None,
        steps=deciding.steps_of_entry(entry),
        left=tickets.left(entry.product),
        sure=OnceForm(formdata=None),
        **offered,
    )
