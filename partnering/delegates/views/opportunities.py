"""My organisation's assets, technologies and projects."""

from types import SimpleNamespace
from typing import Any, Literal

from flask import flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ... import jobs
from ...db import transaction
from ...errors import Stale, or_404, require
from ...i18n import _, locale
from .. import opportunities as deeds
from .. import permissions, queries
from ..errors import TooManyOpportunities
from ..models import Delegate, Opportunity
from ..opportunity_forms import LISTS, OpportunityForm
from .blueprint import bp, me


@bp.get("/me/opportunities")
def opportunities() -> str:
    """Everything that my organisation offers or seeks by itself, in its order."""
    mine = me()
    held = queries.opportunities_of(mine.profile)
    return render_template(
        "delegates/opportunities.html",
        me=mine,
        opportunities=held,
        contacts=deeds.contacts_for(mine, held),
        may_edit=permissions.may_edit(mine),
        most=deeds.MOST,
    )


@bp.route("/me/opportunities/new", methods=["GET", "POST"])
def add_opportunity() -> Response | str | tuple[str, int]:
    """Write down a new one."""
    mine = _editing()
    form = OpportunityForm(team=_team(mine))
    if not form.validate_on_submit():
        return _page(form, None)
    try:
        with transaction():
            deeds.add(_editing().profile, language=locale(), **_said(form, me()))
            _suggest_anew(me())
    except TooManyOpportunities as full:
        flash(str(full.message), "warn")
        return redirect(url_for(".opportunities"), 303)
    flash(_("Saved. Others of your organisation can change it too.") if _has_team(mine) else _("Saved."), "ok")
    return redirect(url_for(".opportunities"), 303)


@bp.route("/me/opportunities/<id>", methods=["GET", "POST"])
def edit_opportunity(id: str) -> Response | str | tuple[str, int]:
    """Change one."""
    opportunity = _mine(id)
    form = OpportunityForm(obj=_stored(opportunity), team=_team(me()))
    if not form.validate_on_submit():
        return _page(form, opportunity)
    with transaction():
        opportunity = _mine(id)
        if form.version.data and form.version.data != str(opportunity.version):
            raise Stale
        deeds.edit(opportunity, language=locale(), **_said(form, me()))
        _suggest_anew(me())
    flash(_("Saved."), "ok")
    return redirect(url_for(".opportunities"), 303)


@bp.post("/me/opportunities/<id>/delete")
def delete_opportunity(id: str) -> Response:
    """Take one away."""
    with transaction():
        opportunity = _mine(id)
        title = opportunity.title
        deeds.remove(opportunity)
    flash(_("“%(title)s” is deleted.", title=title), "ok")
    return redirect(url_for(".opportunities"), 303)


@bp.post("/me/opportunities/<id>/<any(up, down):way>")
def move_opportunity(id: str, way: Literal["up", "down"]) -> Response:
    """Let one change places with its neighbour."""
    with transaction():
        deeds.move(_mine(id), way)
    return redirect(url_for(".opportunities", _anchor=f"o-{id}"), 303)


def _editing() -> Delegate:
    """Me, as one who may write the profile."""
    mine = me()
    require(permissions.may_edit(mine))
    return mine


def _mine(id: str) -> Opportunity:
    """The opportunity of my organisation that I may change."""
    return or_404(queries.opportunity_by_ref(_editing().profile, id))


def _team(mine: Delegate) -> list[tuple[str, str]]:
    """Everybody who partners for my organisation, to choose from."""
    return [(one.public_id, one.participant.name) for one in queries.team_of(mine.profile_id)]


def _has_team(mine: Delegate) -> bool:
    return bool(queries.colleagues(mine))


def _suggest_anew(mine: Delegate) -> None:
    jobs.defer("delegates.suggest_to", event_ref=g.event.public_id, delegate=mine.public_id)


def _stored(opportunity: Opportunity) -> Any:
    """What the form begins with."""
    held: dict[str, Any] = {
        name: [term.term for term in opportunity.terms if term.facet == facet] for name, facet in LISTS.items()
    }
    return SimpleNamespace(
        kind=opportunity.kind,
        side=opportunity.side,
        title=opportunity.title,
        summary=opportunity.summary,
        stage=opportunity.stage,
        ip=opportunity.ip,
        contact=opportunity.contact.public_id if opportunity.contact is not None else "",
        shown=opportunity.shown,
        version=str(opportunity.version),
        **held,
    )


def _said(form: OpportunityForm, mine: Delegate) -> dict[str, Any]:
    """The keywords of the services from what was sent."""
    team = queries.team_of(mine.profile_id)
    return {
        "kind": form.kind.data,
        "side": form.side.data,
        "title": form.title.data or "",
        "summary": form.summary.data or "",
        "stage": form.stage.data or "",
        "ip": form.ip.data or "",
        "terms": form.terms,
        "contact": next((one for one in team if one.public_id == form.contact.data), None),
        "shown": form.shown.data,
    }


def _page(form: OpportunityForm, opportunity: Opportunity | None) -> str | tuple[str, int]:
    html = render_template("delegates/opportunity.html", form=form, form_errors=form.errors, opportunity=opportunity)
    return (html, 422) if form.is_submitted() else html
