"""How meetings are asked for and answered at this event."""

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from ...db import transaction
from ...events import services as events
from ...events.pages import fresh_event, page
from ...events.routing import current_event
from ...i18n import _
from .. import rules as meeting_rules
from ..desk_forms import RulesForm
from .desk_blueprint import desk, tabs

OF_EVENT = ("open_request_limit", "request_days")
"""Rules that stand with the event itself."""

SET_HERE = (
    "late_days",
    "late_hours",
    "live_minutes",
    "reserve_minutes",
    "meeting_limit",
    "same_organisation",
    "unpaid_may_ask",
)


@desk.route("/meetings/rules", methods=["GET", "POST"])
def rules() -> Response | str | tuple[str, int]:
    """What holds, and a form to change it."""
    event = current_event()
    now = {**vars(meeting_rules.rules_of(event)), **{name: getattr(event, name) for name in OF_EVENT}}
    form = RulesForm(data=now)
    if form.validate_on_submit():
        with transaction():
            event = fresh_event()
            events.edit(event, {name: form.data[name] for name in OF_EVENT})
            meeting_rules.set_rules(event, **{name: form.data[name] for name in SET_HERE})
        flash(_("The rules are saved. They hold from now on; open requests keep their deadline."), "ok")
        return redirect(url_for(".rules"))
    return page("meetings/desk_rules.html", form, tabs=tabs())
