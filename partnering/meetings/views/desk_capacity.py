"""Whether the meetings fit into times and tables: for the event's own numbers, and for any others."""

from flask import render_template, request

from ...events.routing import current_event
from ..capacity import check, check_numbers, measure
from ..desk_forms import CapacityForm
from .desk_blueprint import desk, tabs


@desk.get("/meetings/capacity")
def capacity_page() -> str | tuple[str, int]:
    """The event's meetings as agreed, and with all open requests; and numbers that somebody typed."""
    event = current_event()
    agreed, asked = measure(event), measure(event, asked_too=True)
    typed = "people" in request.args
    form = CapacityForm(request.args) if typed else CapacityForm(formdata=None, data=vars(asked))
    tried = check(**{name: form.data[name] for name in form.data}) if typed and form.validate() else None
    shown = render_template(
        "meetings/desk_capacity.html",
        own=[(agreed, check_numbers(agreed)), (asked, check_numbers(asked))],
        empty=not (asked.meetings or asked.slots or asked.tables),
        form=form,
        form_errors=form.errors,
        tried=tried,
        tabs=tabs(),
    )
    return (shown, 422) if typed and tried is None else shown
