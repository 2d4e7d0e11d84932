"""Who was entered without a letter and has to be told."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ... import clock
from ...db import transaction
from ...events.pages import fresh_event, once
from ...events.routing import current_event
from ...i18n import _
from ...jobs import defer
from .. import informing
from ..people_forms import SourceForm
from .blueprint import bp

SHOWN = 100
"""How many are listed by name."""


@bp.get("/people/untold")
def untold(form: SourceForm | None = None) -> str:
    """Everybody who has not been told, and the button that tells them."""
    event = current_event()
    number, due = informing.number_untold(event)
    form = form or SourceForm(formdata=None)
    return render_template(
        "backoffice/untold.html",
        form=form,
        form_errors=form.errors,
        number=number,
        due=due,
        late=due is not None and due < clock.now(),
        people=informing.untold(event, SHOWN),
        deadline=informing.deadline,
    )


@bp.post("/people/untold")
def tell_untold() -> Response | tuple[str, int]:
    """Write to everybody who has not been told, many of them by the worker; nobody is told twice."""
    form = SourceForm()
    if not form.validate_on_submit():
        return untold(form), 422
    with transaction():
        event, source = fresh_event(), form.source.data or ""

        def deed() -> None:
            if informing.inform(event, source):
                defer(informing.JOB, event_ref=event.public_id, source=source)

        once(form, deed)
    flash(_("The letters are on their way."), "ok")
    return redirect(url_for(".untold"), 303)
