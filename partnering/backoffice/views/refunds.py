"""What is paid back when somebody cancels, as rules and in the words that buyers read."""

from datetime import datetime, time, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import clock
from ...db import transaction
from ...errors import Stale
from ...events.models import Event
from ...events.pages import fresh_event, page
from ...events.routing import current_event
from ...events.services import edit
from ...i18n import _, speaking
from ...registration.refund_rules import Terms, refund_sentences, rules_of, set_rules
from .. import typed
from ..selling_forms import RefundForm
from .blueprint import bp
from .sold import last_day

LANGUAGES = (("de", "Deutsch"), ("en", "English"))


@bp.route("/tickets/refunds", methods=["GET", "POST"])
def refunds() -> str | Response | tuple[str, int]:
    """Rules for refunds, the last day for changes, and the right of withdrawal."""
    event = current_event()
    form = RefundForm(**_shown(event))
    if form.rules.press(request.form.get("rows")) or "preview" in request.form:
        return render_template("backoffice/refunds.html", form=form, said=_said(event, form))
    status = 200
    if form.validate_on_submit():
        try:
            with transaction():
                _save(form, fresh_event())
        except Stale as error:
            flash(str(error.message), "bad")
            status = error.status
        else:
            flash(_("Your answers are saved."), "ok")
            return redirect(url_for(".refunds"))
    return page("backoffice/refunds.html", form, status, said=_said(current_event(), form))


def _save(form: RefundForm, event: Event) -> None:
    if form.version.data != _state(event):
        raise Stale
    set_rules(event, _terms(form))
    day, until = form.change_until.data, event.change_until
    if day is None:
        until = None
    elif until is None or last_day(until, event) != day:
        until = clock.from_zone(datetime.combine(day, time()) + timedelta(days=1), event.zone)
    edit(event, {"change_until": until, "withdrawal": form.withdrawal.data})


def _terms(form: RefundForm) -> list[Terms]:
    """The rules that can be read of the form."""
    found = []
    for row in form.rules:
        days, percent = typed.whole(row.form.days.data, 0, 1000), typed.basis_points(row.form.percent.data)
        fee = typed.cents(row.form.fee.data) if row.form.fee.data else 0
        if days is not None and percent is not None and fee is not None:
            found.append(Terms(days, percent, fee))
    return found


def _said(event: Event, form: RefundForm) -> list[tuple[str, str, list[str]]]:
    """What buyers read, in each language: its code, its name, the sentences."""
    said = []
    for code, name in LANGUAGES:
        with speaking(code):
            said.append((code, name, refund_sentences(event, _terms(form))))
    return said


def _shown(event: Event) -> dict[str, Any]:
    rules = rules_of(event)
    return {
        "version": _state(event),
        "rules": [
            {
                "days": str(rule.days_before),
                "percent": typed.shown_percent(rule.percent),
                "fee": typed.shown_amount(rule.fee) if rule.fee else "",
            }
            for rule in rules
        ],
        "change_until": last_day(event.change_until, event) if event.change_until else None,
        "withdrawal": event.withdrawal,
    }


def _state(event: Event) -> str:
    """A word that changes whenever the rules or the event do, to notice stale edits."""
    rules = ".".join(f"{rule.days_before}-{rule.percent}-{rule.fee}" for rule in rules_of(event))
    return f"{event.version}:{rules}"
