"""Telling what was decided: looked at first, then sent to everybody at once."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ...db import transaction
from ...events.pages import fresh_event
from ...events.routing import current_event, current_person
from ...i18n import _, _n
from .. import deciding, mails, queries
from ..desk_forms import PickForm
from ..models import Submission
from .blueprints import call_or_404
from .blueprints import desk as bp


@bp.get("/tell")
def letters() -> str | Response:
    """Every answer that waits to be told, with who will read it."""
    if queries.call_of(current_event()) is None:
        return redirect(url_for(".index"))
    return _page(PickForm(formdata=None))


def _page(form: PickForm) -> str:
    call = call_or_404()
    waiting = deciding.untold(queries.handed_in(call))
    return str(
        render_template(
            "contributions/desk/tell.html",
            form=form,
            form_errors=form.errors,
            call=call,
            rows=[(one, _readers(one)) for one in sorted(waiting, key=_order)],
            counts=deciding.counts(waiting),
        )
    )


def _order(one: Submission) -> tuple[int, int]:
    return list(deciding.STATE_OF).index(one.decision), one.id


def _readers(one: Submission) -> list[str]:
    """Who receives a letter, by name; nobody for a main author without an address."""
    names = {author.position: author.name for author in one.authors}
    person = one.participant.person
    main = [one.participant.name] if person is not None and person.email else []
    return main + [names[reader.position] for reader in mails.other_readers(one)]


@bp.post("/tell")
def tell() -> Response | tuple[str, int]:
    """Send the answers that are ticked."""
    form = PickForm()
    picked = list(dict.fromkeys(form.pick.data or ()))
    if form.validate_on_submit() and not picked:
        form.pick.errors = [_("Tick at least one contribution")]
    if form.errors:
        return _page(form), 422
    with transaction():
        event, call = fresh_event(), call_or_404()
        waiting = {one.public_id: one for one in deciding.untold(queries.handed_in(call))}
        number = deciding.tell(event, call, [waiting[ref] for ref in picked if ref in waiting], current_person())
    if number:
        flash(
            _n(
                "%(num)s answer is being sent. Within a minute it shows here as told.",
                "%(num)s answers are being sent. Within a minute they show here as told.",
                number,
            ),
            "ok",
        )
    else:
        flash(_("These answers were told already."), "info")
    return redirect(url_for(".index"), 303)
