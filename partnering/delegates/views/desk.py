"""The organisers' desk: groups of guests, and which of them may ask which for a meeting."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ...db import BilingualText, transaction
from ...errors import or_404, require
from ...events.models import Event
from ...events.routing import current_event, manage_blueprint
from ...i18n import _, bi
from ...text import clean
from ...tickets import queries as tickets
from .. import groups
from ..forms import GroupForm, MatrixForm
from ..models import PartnerGroup

desk = manage_blueprint("delegates_desk", __name__, "groups")


@desk.get("")
def index() -> str:
    """All groups, and the matrix of who may ask whom."""
    event = current_event()
    found = groups.groups_of(event.id)
    return render_template(
        "delegates/desk_groups.html",
        event=event,
        groups=found,
        members=groups.members(event.id),
        forbidden=groups.forbidden(event.id),
    )


@desk.post("")
def set_matrix() -> Response:
    """Allow what is ticked, forbid the rest. Open requests stay."""
    event = current_event()
    known = {group.public_id: group.id for group in groups.groups_of(event.id)}
    form = MatrixForm(groups=list(known))
    require(form.validate_on_submit())
    allowed = set(form.allowed.data or [])
    with transaction():
        groups.set_matrix(
            current_event(),
            [(known[one], known[two]) for one in known for two in known if f"{one}.{two}" not in allowed],
        )
    flash(_("Saved. New requests follow it from now on; open ones can still be answered."), "ok")
    return redirect(url_for(".index"), 303)


@desk.route("/new", methods=["GET", "POST"])
def add() -> Response | str | tuple[str, int]:
    """Make a group."""
    return _edited(None)


@desk.route("/<id>", methods=["GET", "POST"])
def edit(id: str) -> Response | str | tuple[str, int]:
    """Change a group."""
    return _edited(or_404(groups.group_by_ref(current_event(), id)))


@desk.post("/<id>/delete")
def remove(id: str) -> Response:
    """Take a group away; nobody is forbidden anything because of it any more."""
    with transaction():
        event = current_event()
        groups.remove(event, or_404(groups.group_by_ref(event, id)))
    flash(_("The group is gone."), "ok")
    return redirect(url_for(".index"), 303)


def _edited(group: PartnerGroup | None) -> Response | str | tuple[str, int]:
    event = current_event()
    form = _form(event, group)
    if not form.validate_on_submit():
        html = render_template("delegates/desk_group.html", event=event, group=group, form=form)
        return (html, 422) if form.is_submitted() else html
    with transaction():
        event = current_event()
        chosen = set(form.tickets.data or [])
        groups.keep(
            event,
            or_404(groups.group_by_ref(event, group.public_id)) if group is not None else None,
            name=BilingualText(clean(form.name_de.data or ""), clean(form.name_en.data or "")),
            organisation_types=form.organisation_types.data or [],
            products=[each for each in tickets.products_of(event) if each.public_id in chosen],
        )
    flash(_("The group is saved, and everybody is in the one that holds them."), "ok")
    return redirect(url_for(".index"), 303)


def _form(event: Event, group: PartnerGroup | None) -> GroupForm:
    """The form with what is stored."""
    products = [each for each in tickets.products_of(event) if each.partnering and each.kind == "ticket"]
    choices = [(each.public_id, bi(each.name)) for each in products]
    if group is None:
        return GroupForm(tickets=choices)
    held = groups.products_in(event.id).get(group.id, set())
    return GroupForm(
        tickets=choices,
        data={
            "name_de": group.name.de,
            "name_en": group.name.en,
            "organisation_types": group.organisation_types,
            "tickets": [each.public_id for each in products if each.id in held],
        },
    )
