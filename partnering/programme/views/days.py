"""The desk page for the days of the programme and their hours."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import clock
from ...db import BilingualText, transaction
from ...events.models import Event
from ...events.pages import fresh_event
from ...events.routing import current_event
from ...i18n import _
from .. import days, desk_queries
from ..availability import Day
from ..day_forms import DaysForm
from ..days import DaysOverlap, DayTwice, Hours
from .blueprints import desk as bp

BLANK_ROWS = 2


@bp.route("/days", methods=["GET", "POST"])
def days_page() -> str | Response | tuple[str, int]:
    """The hours of each day; the event's days from 8 to 20 stand there until they are saved."""
    event = current_event()
    hours, are_set = desk_queries.days_of(event)
    form = DaysForm(data={"days": _rows(event, hours)} if request.method == "GET" else None)
    if form.validate_on_submit():
        try:
            with transaction():
                done = days.set_all(fresh_event(), _typed(form))
        except (DaysOverlap, DayTwice) as error:
            _blame(form, error)
        else:
            flash(_("Your answers are saved.") if done else _("Nothing has changed."), "ok")
            return redirect(url_for(".days_page"))
    if request.method == "GET":
        for _row in range(BLANK_ROWS):
            form.days.append_entry({})
    page = render_template("programme/desk/days.html", form=form, form_errors=form.errors, are_set=are_set)
    return (page, 422) if request.method == "POST" else page


def _rows(event: Event, hours: list[Day]) -> list[dict[str, Any]]:
    names = {row.day: row.name for row in desk_queries.stored_days(event)}
    return [
        {
            "day": each.day,
            "opens": clock.in_zone(each.opens_at, event.zone).time(),
            "closes": clock.in_zone(each.closes_at, event.zone).time(),
            "name_de": names[each.day].de if each.day in names else "",
            "name_en": names[each.day].en if each.day in names else "",
        }
        for each in hours
    ]


def _typed(form: DaysForm) -> list[Hours]:
    return [
        Hours(row["day"], row["opens"], row["closes"], BilingualText(row["name_de"] or "", row["name_en"] or ""))
        for row in form.days.data
        if row["day"]
    ]


def _blame(form: DaysForm, error: DaysOverlap | DayTwice) -> None:
    """Put a refusal beside the last row of its day."""
    row = [each for each in form.days if each.form.day.data == error.day][-1]
    row.form.day.errors = [str(error.message)]
    form.days.errors = [*form.days.errors, {"day": row.form.day.errors}]
