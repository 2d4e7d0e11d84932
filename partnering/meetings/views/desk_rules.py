"""How meetings are asked for and answered at this event."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from ... import clock
from ...db import transaction
from ...events import services as events
from ...events.models import Event
from ...events.pages import fresh_event, page
from ...events.routing import current_event
from ...i18n import _, day
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
    "plan_on",
)


WINDOW = {"partnering_from": ("from_day", "from_time"), "partnering_until": ("until_day", "until_time")}
"""When requests can be sent: columns of the event, and the fields of day and time on its clock."""


@desk.route("/meetings/rules", methods=["GET", "POST"])
def rules() -> Response | str | tuple[str, int]:
    """What holds, and a form to change it."""
    event = current_event()
    form = RulesForm(data=values_of(event))
    if not form.is_submitted():
        form.seen.note(values_of(event))
    elif form.validate() and fits_the_event(form, event):
        with transaction():
            event = fresh_event()
            stored = values_of(event)
            if form.seen.overtaken({name: form[name] for name in stored}, stored):
                return page("meetings/desk_rules.html", form, 409, tabs=tabs())
            events.edit(event, {name: form.data[name] for name in OF_EVENT} | window(form, event))
            meeting_rules.set_rules(event, **{name: form.data[name] for name in SET_HERE})
        flash(_("The rules are saved. They hold from now on; open requests keep their deadline."), "ok")
        return redirect(url_for(".rules"))
    return page("meetings/desk_rules.html", form, tabs=tabs())


def values_of(event: Event) -> dict[str, Any]:
    """Every rule as the form shows it."""
    held = vars(meeting_rules.rules_of(event))
    rules_here = {name: held[name] for name in SET_HERE}
    return {**rules_here, **{name: getattr(event, name) for name in OF_EVENT}, **on_the_wall(event)}


def on_the_wall(event: Event) -> dict[str, Any]:
    """The window of requests as the form shows it, in the event's zone."""
    shown: dict[str, Any] = {}
    for column, (day_field, time_field) in WINDOW.items():
        moment = getattr(event, column)
        wall = clock.in_zone(moment, event.zone) if moment is not None else None
        shown |= {day_field: wall and wall.date(), time_field: wall and wall.time()}
    return shown


def window(form: RulesForm, event: Event) -> dict[str, datetime | None]:
    """The window of requests as it was typed, as instants; None where it is open."""
    found: dict[str, datetime | None] = {}
    for column, (day_field, time_field) in WINDOW.items():
        typed = form.data[day_field], form.data[time_field]
        found[column] = clock.from_zone(datetime.combine(*typed), event.zone) if None not in typed else None
    return found


def fits_the_event(form: RulesForm, event: Event) -> bool:
    """Whether requests begin before the conference is over and end by then, and plans come no later than its days."""
    typed, fields = window(form, event), {"partnering_from": form.from_day, "partnering_until": form.until_day}
    for column, field in fields.items():
        moment = typed[column]
        if moment is not None and moment > event.closes_at:
            field.errors = [_("At the latest when the conference ends, on %(day)s", day=day(event.last_day))]
    if form.plan_on.data is not None and form.plan_on.data > event.last_day:
        form.plan_on.errors = [_("At the latest on the last day of the conference, %(day)s", day=day(event.last_day))]
    return not any(field.errors for field in (form.from_day, form.until_day, form.plan_on))
