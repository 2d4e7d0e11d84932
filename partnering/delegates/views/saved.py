"""People and searches to come back to."""

from flask import flash, g, redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from ...db import transaction
from ...errors import or_404, require
from ...i18n import _
from .. import permissions, queries, saved
from ..models import Delegate
from .blueprint import bp, me
from .directory import label, wished

LONGEST_NAME = 120


@bp.get("/me/saved", endpoint="saved")
def listing() -> str:
    """Everybody I have saved, and my searches with who is new."""
    mine = me()
    return render_template("delegates/saved.html", me=mine, people=saved.people(mine), searches=saved.searches(mine))


@bp.post("/me/partners/<id>/save")
def save_person(id: str) -> Response:
    """Come back to somebody."""
    require(FlaskForm().validate_on_submit())
    with transaction():
        saved.keep_person(me(), _seen(id))
    flash(_("Saved. You find everybody you saved in one list."), "ok")
    return redirect(url_for("delegates.partner", id=id))


@bp.post("/me/partners/<id>/unsave")
def unsave_person(id: str) -> Response:
    """Come back to somebody no longer; whoever has hidden meanwhile can be removed too."""
    require(FlaskForm().validate_on_submit())
    with transaction():
        saved.forget_person(me(), or_404(queries.delegate_by_ref(g.event, id)))
    flash(_("Removed from your list."), "ok")
    return redirect(url_for("delegates.saved"))


@bp.post("/me/saved/searches")
def save_search() -> Response:
    """Save the search of the address, called as its filters are."""
    require(FlaskForm().validate_on_submit())
    mine, wish = me(), wished()
    if not wish.active:
        flash(_("Choose a filter first, then save the search."), "info")
        return redirect(url_for("delegates.directory"))
    name = ", ".join(label(kind, code) for kind, code in wish.active)
    with transaction():
        saved.keep_search(mine, name[:LONGEST_NAME], wish)
    flash(_("The search is saved. We write to you when somebody new fits."), "ok")
    return redirect(url_for("delegates.saved"))


@bp.post("/me/saved/searches/<id>/delete")
def delete_search(id: str) -> Response:
    """Delete a saved search."""
    require(FlaskForm().validate_on_submit())
    with transaction():
        saved.drop_search(or_404(saved.search_by_ref(me(), id)))
    flash(_("The search is deleted."), "ok")
    return redirect(url_for("delegates.saved"))


@bp.post("/me/saved/searches/<id>/letters/<any(on,off):deed>")
def set_search_letters(id: str, deed: str) -> Response:
    """Get letters about a search, or not."""
    require(FlaskForm().validate_on_submit())
    with transaction():
        saved.set_letters(or_404(saved.search_by_ref(me(), id)), deed == "on")
    flash(_("You get letters about this search.") if deed == "on" else _("No more letters about this search."), "ok")
    return redirect(url_for("delegates.saved"))


def _seen(id: str) -> Delegate:
    other = or_404(queries.delegate_by_ref(g.event, id))
    require(permissions.may_see(me(), other))
    return other
