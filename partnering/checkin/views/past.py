"""The organisers' log of all scans: found by name, door and state, and reverted with a reason, however old."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...db import transaction
from ...errors import or_404
from ...events.pages import fresh_event
from ...events.routing import current_event
from ...headers import single, words_in
from ...i18n import _
from .. import queries, services, words
from ..forms import AnnulForm
from .desk import bp
from .door import rows


@bp.get("/log")
def log(form: AnnulForm | None = None, about: str = "") -> str:
    """Scans, the newest first, page by page: `q` words of a guest's name, `door`, `before` which scan."""
    event = current_event()
    lists = queries.lists_of(event)
    door = next((each for each in lists if each.public_id == single(request.args, "door")), None)
    asked = words_in(request.args)
    before = queries.scan_at(event, single(request.args, "before") or "")
    found = queries.log(event, door, queries.LOG + 1, words=asked, before=before)
    shown = rows(found[: queries.LOG])
    return render_template(
        "checkin/desk/log.html",
        form=form or AnnulForm(formdata=None),
        form_errors=form.errors if form is not None else {},
        about=about,
        asked=asked,
        door=door,
        doors=[(each.public_id, words.door_name(each)) for each in lists],
        shown=[row | {"door": words.door_name(scan.list)} for row, scan in zip(shown, found, strict=False)],
        more=url_for(".log", **_kept(before=shown[-1]["id"])) if len(found) > queries.LOG else None,
        first=url_for(".log", **_kept(before=None)) if before is not None else None,
        action=_kept(),
    )


def _kept(**values: str | None) -> dict[str, Any]:
    """What the address asks for, with other values."""
    asked = {name: single(request.args, name) for name in ("q", "door", "before")}
    return {name: value for name, value in (asked | values).items() if value}


@bp.post("/log/<scan_id>")
def revert(scan_id: str) -> str | Response | tuple[str, int]:
    """Make a scan count no more, with the reason."""
    form = AnnulForm()
    if not form.validate_on_submit():
        or_404(queries.scan_at(current_event(), scan_id))
        return log(form, scan_id), 422
    with transaction():
        event = fresh_event()
        scan = or_404(queries.scan_at(event, scan_id))
        name = words.name_of(scan.registration)
        services.annul(event, scan, form.reason.data or "")
    flash(_("The scan of %(name)s does not count any more.", name=name), "ok")
    return redirect(url_for(".log", **_kept()), 303)
