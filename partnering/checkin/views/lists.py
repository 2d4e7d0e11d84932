"""The organisers' pages of check-in lists: what each lets in; made, edited, copied, closed, deleted."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import clock, i18n
from ...db import BilingualText, transaction
from ...errors import DomainError, or_404
from ...events.models import Event
from ...events.pages import fresh_event, page
from ...events.routing import current_event
from ...headers import single
from ...i18n import _, _n
from .. import asking, presets, queries, sentences, services, setting_up, words
from ..forms import DeedForm
from ..list_forms import KIND_WORDS, ListForm
from ..models import CheckinList
from .desk import bp

Answer = str | Response | tuple[str, int]


@bp.get("/lists")
def all_lists() -> str:
    """Every list with what it lets in, how it stands, and how many are in."""
    event = current_event()
    lists = queries.lists_of(event)
    counts, asked = queries.counts(event, lists), asking.numbers(event)
    offers = presets.offers_of(event)
    scanned, names, open_to_all = setting_up.scanned(event), names_of(event, offers), offers.open_to_all(lists)
    return render_template(
        "checkin/desk/lists.html",
        several_days=event.last_day > event.first_day,
        rows=[
            {
                "id": each.public_id,
                "name": words.door_name(each),
                "kind": KIND_WORDS[each.kind],
                "state": sentences.state_of(event, each),
                "closed": each.closed_at is not None,
                "count": counts[each.id][0],
                "of": counts[each.id][1],
                "says": sentences.told(event, each, names, asked.get(each.id, 0)),
                "open_to_all": each.id in open_to_all,
                "questions": asked.get(each.id, 0),
                "certificate": each.certificate,
                "scanned": each.id in scanned,
            }
            for each in lists
        ],
    )


def names_of(event: Event, offers: presets.Offers) -> sentences.Names:
    """What sentences about this event's lists call things."""
    return sentences.Names(
        {each.public_id: each.name for each in (*offers.tickets, *offers.addons)},
        {each.public_id: each.name for each in queries.lists_of(event)},
    )


# -- make and edit


@bp.route("/lists/new", methods=["GET", "POST"])
def new_list() -> Answer:
    """One more list: first what it is for, then its form with what such a list usually needs."""
    event, kind = current_event(), single(request.args, "kind") or ""
    offers = presets.offers_of(event)
    if kind not in KIND_WORDS and request.method == "GET":
        return render_template(
            "checkin/desk/new_list.html",
            several_days=event.last_day > event.first_day,
            sessions=[
                (each.public_id, _session_name(each, event))
                for each in sorted(
                    offers.sessions, key=lambda one: offers.booked_for(one) is None
                )  # bookable ones first
            ],
            addons=[(each.public_id, i18n.bi(each.name)) for each in offers.addons],
        )
    kind = kind if kind in KIND_WORDS else "door"
    begun = presets.preset(event, offers, kind, single(request.args, "for") or "")
    blank = CheckinList(event_id=event.id, name=begun.name, **{**_DEFAULTS, "kind": kind, **begun.values})
    form = _form(event, offers, _shown(event, offers, blank, begun.session), None)
    if form.validate_on_submit():
        with transaction():
            event = fresh_event()
            values = _values(form, event, presets.offers_of(event))
            services.make_list(event, values.pop("name"), **values)
        flash(_("The check-in list is made."), "ok")
        return redirect(url_for(".all_lists"))
    return _page(form, None)


_DEFAULTS: dict[str, Any] = {
    "window_kind": "event",
    "entries": "reentry",
    "unpaid": "warn",
    "certificate": False,
    "rules": {},
}


@bp.post("/lists/days")
def doors_by_day() -> Response:
    """A door for each day, in one click."""
    if DeedForm().validate_on_submit():
        with transaction():
            number = len(setting_up.doors_by_day(fresh_event()))
        if number:
            flash(_n("%(num)s door is made.", "%(num)s doors are made.", number), "ok")
        else:
            flash(_("Each day has its door already."), "info")
    return redirect(url_for(".all_lists"))


@bp.route("/lists/<list_id>", methods=["GET", "POST"])
def edit_list(list_id: str) -> Answer:
    """Everything about a list."""
    event, door = current_event(), list_or_404(list_id)
    offers = presets.offers_of(event)
    stored = _shown(event, offers, door, door.session.public_id if door.session is not None else "")
    form = _form(event, offers, stored, door)
    if form.seen.passes(form, stored):
        try:
            with transaction():
                event = fresh_event()
                door = or_404(setting_up.locked(event, list_id))
                offers = presets.offers_of(event)
                stored = _shown(event, offers, door, door.session.public_id if door.session is not None else "")
                asked = {name: form[name] for name in stored if name in form}
                if form.seen.overtaken(asked, stored):
                    return page("checkin/desk/list.html", form, 409, door=words.door_name(door), new=False)
                values = _values(form, event, offers)
                setting_up.check_order(event, door, values["rules"].get("after", ()))
                services.edit_list(event, door, values)
        except setting_up.InCircles as error:
            form.after.errors = [str(error.message)]
        else:
            flash(_("Your answers are saved."), "ok")
            return redirect(url_for(".all_lists"))
    return _page(form, list_or_404(list_id))


def list_or_404(list_id: str) -> CheckinList:
    """A list of this event."""
    return or_404(queries.list_at(current_event(), list_id))


def _session_name(session: Any, event: Event) -> str:
    name = i18n.bi(session.title)
    return f"{name} ({i18n.moment(session.starts_at, 'short', event.zone)})" if session.starts_at else name


def _form(event: Event, offers: presets.Offers, shown: dict[str, Any], door: CheckinList | None) -> ListForm:
    form = ListForm(data=shown)
    own = door.public_id if door is not None else ""
    form.offer(
        sessions={each.public_id: _session_name(each, event) for each in offers.sessions}
        | ({door.session.public_id: _session_name(door.session, event)} if door is not None and door.session else {}),
        products={each.public_id: i18n.bi(each.name) for each in offers.tickets},
        addons={each.public_id: i18n.bi(each.name) for each in offers.addons},
        lists={each.public_id: words.door_name(each) for each in queries.lists_of(event) if each.public_id != own},
        days=presets.shown_days(event),
        booked=_booked(offers),
    )
    return form


def _booked(offers: presets.Offers) -> dict[str, str]:
    """By which add-on places in a session are booked, for each session that has one."""
    found = ((each, offers.booked_for(each)) for each in offers.sessions)
    return {session.public_id: product.public_id for session, product in found if product is not None}


def _whom(rules: dict[str, Any], booked: str | None) -> str:
    if booked is not None and rules.get("addons") == [booked] and "products" not in rules:
        return "booked"
    return "some" if "products" in rules or "addons" in rules else "all"


def _shown(event: Event, offers: presets.Offers, door: CheckinList, session: str) -> dict[str, Any]:
    """A list as its form shows it."""
    rules = door.rules
    whom = _whom(rules, _booked(offers).get(session))
    return {
        "name_de": door.name.de,
        "name_en": door.name.en,
        "kind": door.kind,
        "session": session,
        "whom": whom,
        "products": list(rules.get("products", ())),
        "addons": list(rules.get("addons", ())) if whom == "some" else [],
        "after": list(rules.get("after", ())),
        "days": rules.get("days", list(presets.shown_days(event))),
        "opens_at": _wall(door.opens_at, event),
        "closes_at": _wall(door.closes_at, event),
        "daily_from": _hour(door.daily_from),
        "daily_until": _hour(door.daily_until),
        "window_kind": door.window_kind,
        "entries": door.entries,
        "most_entries": door.most_entries,
        "least_minutes": door.least_minutes,
        "exit_all_at": _hour(door.exit_all_at),
        "unpaid": door.unpaid,
        "extras": list(rules.get("extras", ())),
        "certificate": door.certificate,
    }


def _wall(moment: datetime | None, event: Event) -> datetime | None:
    return clock.in_zone(moment, event.zone).replace(tzinfo=None) if moment is not None else None


def _hour(wall: str | None) -> time | None:
    return time.fromisoformat(wall) if wall is not None else None


def _values(form: ListForm, event: Event, offers: presets.Offers) -> dict[str, Any]:
    """The columns of a list. Days that are all ticked are no rule, so that the event may get another one."""
    picked = {name: list(form[name].data) for name in ("products", "addons", "after", "extras") if name in form}
    rules: dict[str, Any] = {"days": sorted(form.days.data)} if len(form.days.data) < len(form.days.choices) else {}
    if form.whom.data != "some":
        picked = {name: refs for name, refs in picked.items() if name not in ("products", "addons")}
    if form.whom.data == "booked":
        picked["addons"] = [form.booked[form.session.data]]
    rules |= {name: sorted(refs) for name, refs in picked.items() if refs}
    session = offers.session_at(form.session.data or "") if "session" in form else None
    hours = ("daily_from", "daily_until", "exit_all_at")
    return {
        "name": BilingualText(form.name_de.data or "", form.name_en.data or ""),
        "kind": form.kind.data,
        "session_id": session.id if session is not None else None,
        "opens_at": clock.from_zone(form.opens_at.data, event.zone) if form.opens_at.data else None,
        "closes_at": clock.from_zone(form.closes_at.data, event.zone) if form.closes_at.data else None,
        **{name: f"{form[name].data:%H:%M}" if form[name].data is not None else None for name in hours},
        **{name: form[name].data for name in ("window_kind", "entries", "most_entries", "least_minutes", "unpaid")},
        "certificate": bool(form.certificate.data),
        "rules": rules,
    }


def _page(form: ListForm, door: CheckinList | None) -> str | tuple[str, int]:
    name = words.door_name(door) if door is not None else ""
    return page("checkin/desk/list.html", form, 422 if form.errors else 200, door=name, new=door is None)


# -- one button each


@bp.post("/lists/<list_id>/copy")
def copy_list(list_id: str) -> Response:
    """The same list once more, to be changed."""
    if not DeedForm().validate_on_submit():
        return redirect(url_for(".all_lists"))
    with transaction():
        event = fresh_event()
        copied = setting_up.copy_list(event, or_404(setting_up.locked(event, list_id))).public_id
    flash(_("This is the copy. Change what differs."), "ok")
    return redirect(url_for(".edit_list", list_id=copied))


@bp.post("/lists/<list_id>/close")
def close_list(list_id: str) -> Response:
    """Let nobody in any more."""
    return _do(list_id, setting_up.close_list, _("“%(name)s” lets nobody in any more."))


@bp.post("/lists/<list_id>/reopen")
def reopen_list(list_id: str) -> Response:
    """Let in again."""
    return _do(list_id, setting_up.reopen_list, _("“%(name)s” is open again."))


@bp.post("/lists/<list_id>/remove")
def remove_list(list_id: str) -> Response:
    """Delete a list that was never used."""
    return _do(list_id, setting_up.remove_list, _("“%(name)s” is deleted."))


def _do(list_id: str, deed: Callable[[Event, CheckinList], None], done: str) -> Response:
    if DeedForm().validate_on_submit():
        try:
            with transaction():
                event = fresh_event()
                door = or_404(setting_up.locked(event, list_id))
                name = words.door_name(door)
                deed(event, door)
        except DomainError as error:
            if error.status == 404:
                raise
            flash(str(error.message), "bad")
        else:
            flash(done % {"name": name}, "ok")
    return redirect(url_for(".all_lists"))
