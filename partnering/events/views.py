"""The desk pages on the event itself: making one, its texts and looks, legal texts, state, team."""

from datetime import datetime, time, timedelta
from typing import Any

from flask import flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.services import person_for
from ..db import BilingualText, transaction
from ..errors import DomainError, NotFound, or_404, require
from ..guards import GuardedBlueprint
from ..i18n import _, locale
from . import cloning, queries, services
from .forms import CloneForm, EventForm, LegalForm, StateForm, TeamForm
from .models import Event
from .pages import fresh_event, once, page
from .routing import current_event, current_person, manage_blueprint, signed_in, to_second_factor

TEXTS = ("name", "claim", "description", "notice", "venue", "travel", "accessibility")
PLAIN = (
    "slug",
    "first_day",
    "last_day",
    "zone",
    "address",
    "city",
    "languages",
    "dye",
    "sender_name",
    "sender_address",
)


def organiser_somewhere() -> Response | None:
    """People who organise at least one event or host, after their second factor."""
    answer = signed_in()
    if answer is not None:
        return answer
    if not (g.person.is_admin or queries.hosts_organised_by(g.person)):
        raise NotFound
    return to_second_factor()


all_events = GuardedBlueprint("desk", __name__, guard=organiser_somewhere, url_prefix="/manage")
bp = manage_blueprint("events_desk", __name__)


@all_events.get("/")
def index() -> str:
    """The events that this person organises."""
    return render_template("events/desk/index.html", events=queries.events_organised_by(current_person()))


@all_events.route("/new", methods=["GET", "POST"])
def create() -> str | Response | tuple[str, int]:
    """A new draft, on the host's behalf."""
    hosts = queries.hosts_organised_by(current_person())
    require(hosts)
    form = EventForm(opens=time(8, 30), closes=time(17, 0), zone="Europe/Berlin")
    if form.validate_on_submit():
        try:
            with transaction():
                hosts = queries.hosts_organised_by(current_person())
                require(hosts)
                event = services.create(hosts[0], _values(form))
                services.give_role(event, current_person(), "organiser")
                slug = event.slug
        except services.SlugTaken as error:
            form.slug.errors = [str(error.message)]
        else:
            flash(_("The draft is made. Enter the legal texts next, then publish it."), "ok")
            return redirect(url_for("events_desk.legal", event_slug=slug, kind="legal_notice"))
    return page("events/desk/create.html", form, hosts=hosts)


@bp.route("/settings", methods=["GET", "POST"])
def settings() -> str | Response | tuple[str, int]:
    """Names, texts, days, place, looks, sender."""
    form = EventForm(data=_form_data(current_event()))
    if form.validate_on_submit():
        try:
            with transaction():
                event = fresh_event()
                services.edit(event, _values(form))
                slug = event.slug
        except services.SlugTaken as error:
            form.slug.errors = [str(error.message)]
        else:
            flash(_("Your answers are saved."), "ok")
            return redirect(url_for(".settings", event_slug=slug))
    return page("events/desk/settings.html", form)


@bp.route("/clone", methods=["GET", "POST"])
def clone() -> str | Response | tuple[str, int]:
    """A draft like this event, on other days."""
    form = CloneForm(**_proposed(current_event()))
    require(_may_clone(current_event()))
    if form.validate_on_submit():
        try:
            with transaction():
                slug = _clone(form, fresh_event())
        except services.SlugTaken as error:
            form.slug.errors = [str(error.message)]
        else:
            flash(_("The draft is made. Look through its texts and days, then publish it."), "ok")
            return redirect(url_for("events_desk.settings", event_slug=slug))
    return page("events/desk/clone.html", form)


def _may_clone(event: Event) -> bool:
    return any(host.id == event.host_id for host in queries.hosts_organised_by(current_person()))


def _clone(form: CloneForm, event: Event) -> str:
    """The address of the copy; the same one when the same form is sent again."""
    person = current_person()
    require(_may_clone(event))

    def deed() -> dict[str, Any]:
        made = cloning.clone(
            event,
            slug=form.slug.data or "",
            name=BilingualText(form.name_de.data or "", form.name_en.data or ""),
            first_day=form.first_day.data,
            parts=form.parts.data or (),
        )
        services.give_role(made, person, "organiser")
        return {"slug": made.slug}

    return str(once(form, deed)["slug"])


def _proposed(event: Event) -> dict[str, Any]:
    """The same weekday a year later, with the year in name and address, and everything taken along."""
    first, later = event.first_day, event.first_day + timedelta(days=364)
    year, following = str(first.year), str(later.year)
    slug = event.slug.replace(year, following)
    return {
        "name_de": event.name.de.replace(year, following),
        "name_en": event.name.en.replace(year, following),
        "slug": slug if slug != event.slug else f"{event.slug}-{following}"[:60],
        "first_day": later,
        "parts": list(cloning.PARTS),
    }


@bp.route("/settings/<any(legal_notice, privacy, terms):kind>", methods=["GET", "POST"])
def legal(kind: str) -> str | Response | tuple[str, int]:
    """Legal notice, privacy notice or terms; a change becomes a new version."""
    held = queries.legal_text(current_event(), kind)
    form = LegalForm(text_de=held.text.de if held else "", text_en=held.text.en if held else "")
    if form.validate_on_submit():
        with transaction():
            event = fresh_event()
            services.set_legal_text(event, kind, BilingualText(form.text_de.data or "", form.text_en.data or ""))
        flash(_("Your answers are saved."), "ok")
        return redirect(url_for(".legal", kind=kind))
    return page("events/desk/legal.html", form, kind=kind, held=held)


@bp.get("/settings/state")
def state() -> str:
    """Draft, published or cancelled, and what is missing for the next step."""
    return _state_page(StateForm())


@bp.post("/settings/publish")
def publish() -> str | Response | tuple[str, int]:
    """Let everybody see the event."""
    return _change_state(services.publish, _("The conference is published."))


@bp.post("/settings/withdraw")
def withdraw() -> str | Response | tuple[str, int]:
    """Make it a draft again."""
    return _change_state(services.withdraw, _("The conference is a draft again. Only your team sees it."))


@bp.post("/settings/cancel")
def cancel() -> str | Response | tuple[str, int]:
    """Call the event off, after saying so twice."""
    form = StateForm()
    if not form.validate_on_submit() or not form.understood.data:
        form.understood.errors = [_("Tick the box to cancel the conference")]
        return _state_page(form), 422
    return _change_state(services.cancel, _("The conference is cancelled. Everybody who registered is told."))


def _change_state(deed: Any, message: str) -> str | Response | tuple[str, int]:
    form = StateForm()
    if not form.validate_on_submit():
        return _state_page(form), 422
    try:
        with transaction():
            event = fresh_event()
            deed(event)
    except DomainError as error:
        if error.status == 404:
            raise
        flash(str(error.message), "bad")
        return _state_page(form), error.status
    flash(message, "ok")
    return redirect(url_for(".state"))


def _state_page(form: StateForm) -> str:
    missing = services.missing_texts(current_event())
    return render_template("events/desk/state.html", form=form, missing=missing, form_errors=form.errors)


@bp.route("/team", methods=["GET", "POST"])
def team() -> str | Response | tuple[str, int]:
    """Who organises and who helps; somebody new is let in by address."""
    form = TeamForm()
    if form.validate_on_submit():
        with transaction():
            event = fresh_event()
            person = person_for(
                form.email.data or "",
                given_name=form.given_name.data or "",
                family_name=form.family_name.data or "",
                locale=locale(),
            )
            services.give_role(event, person, form.area.data)
        flash(_("They can sign in with their email address now."), "ok")
        return redirect(url_for(".team"))
    return page("events/desk/team.html", form, roles=queries.team_of(current_event()))


@bp.post("/team/<public_id>/<any(organiser, crew, catering, committee):area>/remove")
def remove(public_id: str, area: str) -> Response:
    """End somebody's work at this event, effective at their next click."""
    with transaction():
        event = fresh_event()
        role = or_404(queries.role_at(event, public_id, area))
        try:
            services.take_role(role)
        except services.LastOrganiser as error:
            flash(str(error.message), "bad")
        else:
            flash(_("The role has ended."), "ok")
    return redirect(url_for(".team"))


def _values(form: EventForm) -> dict[str, Any]:
    """The form's answers as columns."""
    data = form.data
    values: dict[str, Any] = {name: data[name] or "" for name in PLAIN}
    for name in TEXTS:
        values[name] = BilingualText(data[f"{name}_de"] or "", data[f"{name}_en"] or "")
    values["opens_at"] = clock.from_zone(datetime.combine(data["first_day"], data["opens"]), data["zone"])
    values["closes_at"] = clock.from_zone(datetime.combine(data["last_day"], data["closes"]), data["zone"])
    until = data["change_until"]
    values["change_until"] = (
        clock.from_zone(datetime.combine(until, time(0)) + timedelta(days=1), data["zone"]) if until else None
    )
    return values


def _form_data(event: Event) -> dict[str, Any]:
    """An event's columns as the form shows them."""
    data: dict[str, Any] = {name: getattr(event, name) for name in PLAIN}
    for name in TEXTS:
        text = getattr(event, name)
        data[f"{name}_de"], data[f"{name}_en"] = text.de, text.en
    data["opens"] = clock.in_zone(event.opens_at, event.zone).time()
    data["closes"] = clock.in_zone(event.closes_at, event.zone).time()
    until = event.change_until
    data["change_until"] = (clock.in_zone(until, event.zone) - timedelta(seconds=1)).date() if until else None
    return data


blueprints = (all_events, bp)
