"""Several requests declined politely at once."""

import secrets
from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...db import transaction
from ...delegates.models import Delegate
from ...events.pages import once
from ...i18n import _n
from .. import queries, services
from ..forms import BulkForm
from ..models import Meeting
from .blueprint import bp, me, shown


@bp.route("/meetings/decline", methods=["GET", "POST"])
def decline_several() -> Response | str | tuple[str, int]:
    """Tick those that cannot be, choose one reason for all, and decline them in one go."""
    form = BulkForm()
    if request.method == "GET":
        return page(me(), BulkForm(formdata=None))
    if not form.validate_on_submit():
        return page(me(), form), 422
    with transaction():
        mine = me()
        done = once(form, lambda: {"count": decline(mine, form), "of": len(set(form.meetings.data or []))})
    count, of = int(done["count"]), int(done["of"])
    said = _n("%(num)s request declined.", "%(num)s requests declined.", count)
    if count < of:
        left = _n(
            "%(num)s had been answered or withdrawn meanwhile.",
            "%(num)s had been answered or withdrawn meanwhile.",
            of - count,
        )
        said = f"{said} {left}"
    flash(said, "ok" if count else "warn")
    return redirect(url_for(".inbox", tab="closed") if count else url_for(".inbox"))


def decline(mine: Delegate, form: BulkForm) -> int:
    """Decline those of the ticked requests that still wait for me; how many they were."""
    wanted = set(form.meetings.data or [])
    meetings = [each for each in requests_to(mine) if each.public_id in wanted]
    return services.decline_all(meetings, by=mine, reason=form.reason.data or None, text=form.text.data or "")


def requests_to(mine: Delegate) -> Sequence[Meeting]:
    """What waits for my answer, without agreed meetings for which a time is suggested: those are answered singly."""
    return [meeting for meeting in queries.meetings_of(mine, "received") if meeting.is_open]


def page(mine: Delegate, form: BulkForm) -> str:
    """What waits for my answer, the most urgent first."""
    return render_template(
        "meetings/decline.html",
        me=mine,
        cards=[shown(mine, meeting) for meeting in requests_to(mine)],
        ticked=set(form.meetings.data or []),
        form=form,
        form_errors=form.errors,
        once=form.once.data or secrets.token_hex(16),
    )
