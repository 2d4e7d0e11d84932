"""The organisers' page of what doors without network left open: who came in twice, and what waits for a decision."""

from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import clock, i18n
from ...db import transaction
from ...events.pages import fresh_event
from ...events.routing import current_event, current_person
from ...headers import page_in, single
from ...i18n import _n
from .. import conflict_words, conflicts, words
from ..conflicts import Conflict, Outcome, ReasonNeeded
from ..forms import SettleForm
from ..models import Scan
from .desk import bp

NEAR = timedelta(seconds=1)
"""A device that claims a time so near to ours claims the same one."""

MOST = 500
"""More scans than are settled with one click."""


@bp.get("/conflicts")
def all_conflicts() -> str:
    """What is open, or with `?state=settled` what was settled by whom."""
    return _page(SettleForm(formdata=None))


@bp.post("/conflicts")
def settle() -> str | Response | tuple[str, int]:
    """Let what was ticked count, or dismiss it; what somebody else has settled meanwhile stays as they did."""
    form = SettleForm()
    form.read()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        with transaction():
            outcome = conflicts.settle(
                fresh_event(),
                form.refs[:MOST],
                count=form.deed.data == "count",
                reason=form.reason.data or "",
                by=current_person(),
            )
    except ReasonNeeded as error:
        form.reason.errors = [str(error.message)]
        return _page(form), error.status
    _say(outcome)
    return redirect(url_for(".all_conflicts"), 303)


def _say(outcome: Outcome) -> None:
    if outcome.done:
        flash(_n("%(num)s scan settled.", "%(num)s scans settled.", outcome.done), "ok")
    if outcome.gone:
        flash(
            _n(
                "%(num)s scan had been settled by somebody else meanwhile.",
                "%(num)s scans had been settled by somebody else meanwhile.",
                outcome.gone,
            ),
            "warn",
        )
    if outcome.unfit:
        flash(
            _n(
                "%(num)s scan cannot count: the guest is in already, or nobody knows who it was.",
                "%(num)s scans cannot count: the guest is in already, or nobody knows who it was.",
                outcome.unfit,
            ),
            "warn",
        )


def _page(form: SettleForm) -> str:
    event, page = current_event(), page_in(request.args)
    settled = single(request.args, "state") == "settled"
    number = conflicts.number_open(event)
    shown: list[dict[str, Any]] = []
    more = page * conflicts.PAGE < number
    if settled:
        scans = conflicts.settled_ones(event, page)
        more = len(scans) > conflicts.PAGE
        reasons = conflicts.reasons_of(scans)
        shown = [_settled(scan, reasons.get(scan.public_id, "")) for scan in scans[: conflicts.PAGE]]
    else:
        shown = [_conflict(each) for each in conflicts.open_ones(event, page)]

    def at(number: int) -> str:
        return url_for(".all_conflicts", page=number, state="settled" if settled else None)

    return render_template(
        "checkin/desk/conflicts.html",
        form=form,
        form_errors=form.errors,
        settled=settled,
        number=number,
        shown=shown,
        picked=form.pick.data or [],
        previous=at(page - 1) if page > 1 else None,
        next=at(page + 1) if more else None,
    )


def _conflict(conflict: Conflict) -> dict[str, Any]:
    first = conflict.first
    word, tone = conflict_words.headline(conflict)
    return {
        "refs": ".".join(scan.public_id for scan in conflict.open),
        "kind": conflict.kind,
        "may_count": conflict.may_count,
        **_guest(first),
        "headline": word,
        "tone": tone,
        "reason": conflict_words.why(conflict),
        "story": [_passage(scan, scan in conflict.open) for scan in conflict.story],
    }


def _guest(scan: Scan) -> dict[str, Any]:
    return {
        "name": words.name_of(scan.registration) or conflict_words.nameless(scan),
        "ticket": scan.place.product.name if scan.place is not None else None,
        "door": words.door_name(scan.list),
    }


def _passage(scan: Scan, is_open: bool) -> dict[str, Any]:
    """One line of what happened: when and where, by which device, and whether it counts."""
    zone = current_event().zone
    word, tone, well = conflict_words.mark(scan)
    claimed = scan.claimed_at if abs(scan.claimed_at - scan.bounded_at) >= NEAR else None
    return {
        "at": scan.bounded_at,
        "second": _second(scan.bounded_at, zone),
        "claimed": _second(claimed, zone) if claimed is not None else "",
        "handed_in": i18n.time(scan.received_at, zone) if scan.offline else "",
        "by": scan.device.name,
        "open": is_open,
        "word": word,
        "tone": tone,
        "well": well,
    }


def _second(moment: datetime, zone: str) -> str:
    return f"{clock.in_zone(moment, zone):%H:%M:%S}".removeprefix("0")


def _settled(scan: Scan, reason: str) -> dict[str, Any]:
    word, tone, well = conflict_words.settled(scan)
    return {
        **_guest(scan),
        "at": scan.bounded_at,
        "by": scan.device.name,
        "word": word,
        "tone": tone,
        "well": well,
        "reason": reason,
        "settled_at": scan.settled_at,
        "settled_by": scan.settled_by.display_name if scan.settled_by is not None else "",
    }
