"""The organisers' desk of the doors: the lists themselves. What happens there now is in `live`."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from ... import clock, i18n
from ...db import BilingualText, transaction
from ...errors import or_404, require
from ...events.models import Event
from ...events.permissions import may_organise
from ...events.routing import current_event, current_person, manage_blueprint
from ...i18n import _
from .. import queries, services, words
from ..forms import ListForm
from ..models import CheckinList

bp = manage_blueprint("checkin_desk", __name__, "door")


@bp.route("/lists/new", methods=["GET", "POST"])
def new_list() -> str | Response | tuple[str, int]:
    """One more check-in list."""
    form = _form(None)
    if form.validate_on_submit():
        with transaction():
            event = current_event()
            require(may_organise(current_person(), event))
            values = _values(form, event)
            services.make_list(event, values.pop("name"), **values)
        flash(_("The check-in list is made."), "ok")
        return redirect(url_for(".live"))
    return _page(form, None)


@bp.route("/lists/<list_id>", methods=["GET", "POST"])
def edit_list(list_id: str) -> str | Response | tuple[str, int]:
    """Names, hours, days and tickets of a list."""
    door = _list(list_id)
    form = _form(door)
    if form.validate_on_submit():
        with transaction():
            event = current_event()
            require(may_organise(current_person(), event))
            services.edit_list(event, _list(list_id), _values(form, event))
        flash(_("Your answers are saved."), "ok")
        return redirect(url_for(".live"))
    return _page(form, door)


def _list(list_id: str) -> CheckinList:
    return or_404(queries.list_at(current_event(), list_id))


def _form(door: CheckinList | None) -> ListForm:
    event = current_event()
    days = [day.isoformat() for day in i18n.days_between(event.first_day, event.last_day)]
    products = queries.ticket_types(event)
    data: dict[str, Any] = {"days": days, "products": [each.public_id for each in products]}
    if door is not None:
        data = {
            "name_de": door.name.de,
            "name_en": door.name.en,
            "window_kind": door.window_kind,
            "opens_at": _wall(door.opens_at, event),
            "closes_at": _wall(door.closes_at, event),
            "days": door.rules.get("days", days),
            "products": door.rules.get("products", data["products"]),
            "unpaid": door.unpaid,
            "entries": door.entries,
        }
    form = ListForm(data=data)
    form.days.choices = [
        SelectChoice(day.isoformat(), i18n.day(day, "weekday"))
        for day in i18n.days_between(event.first_day, event.last_day)
    ]
    form.products.choices = [SelectChoice(each.public_id, i18n.bi(each.name)) for each in products]
    if not products:
        del form.products
    return form


def _wall(moment: datetime | None, event: Event) -> datetime | None:
    return clock.in_zone(moment, event.zone).replace(tzinfo=None) if moment is not None else None


def _values(form: ListForm, event: Event) -> dict[str, Any]:
    """The columns of a list. Rules that would name everything name nothing, so that later tickets are let in too."""
    rules = {}
    for name in ("days", "products"):
        if name in form and len(form[name].data) < len(list(form[name].choices)):
            rules[name] = sorted(form[name].data)
    return {
        "name": BilingualText(form.name_de.data or "", form.name_en.data or ""),
        "window_kind": form.window_kind.data,
        "opens_at": clock.from_zone(form.opens_at.data, event.zone) if form.opens_at.data else None,
        "closes_at": clock.from_zone(form.closes_at.data, event.zone) if form.closes_at.data else None,
        "unpaid": form.unpaid.data,
        "entries": form.entries.data,
        "rules": rules,
    }


def _page(form: ListForm, door: CheckinList | None) -> str | tuple[str, int]:
    page = render_template(
        "checkin/desk/list.html", form=form, door=words.door_name(door) if door is not None else "", new=door is None
    )
    return (page, 422) if form.errors else page
