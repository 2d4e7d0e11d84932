"""Setting reasons and suggestions aside, and fetching them back."""

import re

from flask import flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from ...db import transaction
from ...errors import or_404, require
from ...headers import single
from ...i18n import _
from .. import permissions, queries, suggestions
from ..models import Delegate
from .blueprint import bp, me

KEY = re.compile("[A-Za-z0-9_.-]{1,120}")


@bp.post("/me/suggestions/<id>/dismiss")
def dismiss_suggestion(id: str) -> Response:
    """Have somebody suggested to me no more."""
    with transaction():
        suggestions.dismiss(me(), _other(id))
    flash(_("Not suggested to you again."), "ok")
    return redirect(url_for("schedule.today", _anchor="h-suggested"), 303)


@bp.post("/me/partners/<id>/reasons/dismiss")
def dismiss_reason(id: str) -> Response:
    """Read one reason to meet somebody no more."""
    code = single(request.form, "code") or ""
    require(KEY.fullmatch(code) is not None)
    with transaction():
        suggestions.dismiss(me(), _other(id), code)
    flash(_("Not shown again."), "ok")
    return redirect(url_for(".partner", id=id), 303)


@bp.post("/me/partners/<id>/reasons/restore")
def restore_reasons(id: str) -> Response:
    """Read all reasons to meet somebody again."""
    with transaction():
        suggestions.restore(me(), _other(id))
    flash(_("All reasons are shown again."), "ok")
    return redirect(url_for(".partner", id=id), 303)


def _other(id: str) -> Delegate:
    """Whoever I can see and who is not of my own organisation."""
    mine, other = me(), or_404(queries.delegate_by_ref(g.event, id))
    require(permissions.may_see(mine, other))
    require(other.profile_id != mine.profile_id)
    return other
