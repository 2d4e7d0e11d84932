"""The call for everybody: what is asked for, and the way to one's first contribution."""

from flask import g, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from ... import clock, limits
from ...accounts import signing_in
from ...accounts.services import person_for
from ...db import transaction
from ...errors import or_404, require
from ...events.queries import participant_of
from ...events.routing import current_event, current_person, signed_in, within_event
from ...events.services import participant_for
from ...guards import guarded, public
from ...headers import cacheable
from ...i18n import locale
from .. import queries, writing
from ..forms import HandInForm, StartForm
from .blueprints import call_or_404, pages, rules_of

HOUR = 3600
BEGUN_AT_MOST = 40
"""Contributions that somebody begins within an hour."""


@pages.get("/call")
@guarded(within_event(public))
def call() -> str:
    """What is asked for, until when, and how it is judged."""
    event = current_event()
    if event.state != "draft":
        cacheable()
    found = queries.call_of(event)
    if found is None:
        return render_template("contributions/no_call.html")
    mine = participant_of(g.person, event) if g.person is not None else None
    return render_template(
        "contributions/call.html",
        **rules_of(found),
        open=queries.is_open(found, event),
        now=clock.now(),
        mine=queries.submissions_of(mine) if mine is not None and mine.erased_at is None else [],
    )


@pages.get("/call/start")
@guarded(within_event(public))
def start() -> str | Response:
    """Ask a visitor for an address; somebody signed in only presses a button."""
    if queries.call_of(current_event()) is None:
        return redirect(url_for(".call"))
    return _start(StartForm(formdata=None))


def _start(form: StartForm) -> str:
    found = call_or_404()
    return str(
        render_template(
            "contributions/start.html",
            **rules_of(found),
            form=form,
            form_errors=form.errors,
            begin_form=HandInForm(formdata=None),
            open=queries.is_open(found, current_event()),
        )
    )


@pages.post("/call/start")
@guarded(within_event(public))
def send_start() -> Response | tuple[str, int]:
    """Send a link with which its reader signs in; the answer is the same whether the address is known or not."""
    form = StartForm()
    if not form.validate_on_submit():
        return _start(form), 422
    address, onward = form.email.data or "", url_for(".start")
    signing_in.count_try(address, limits.caller())
    with transaction():
        require(queries.is_open(call_or_404(), current_event()))
        person_for(address, locale=locale())
        signing_in.mail_link(address, onward, locale())
    session["link_sent"] = [address, onward]
    return redirect(url_for("accounts.login_sent"), 303)


@pages.post("/call/begin")
@guarded(within_event(signed_in))
def begin() -> Response:
    """A new draft; whoever was not part of the event is from now on."""
    limits.hit("call.begin", current_person().public_id, limit=BEGUN_AT_MOST, seconds=HOUR)
    with transaction():
        event, found = current_event(), call_or_404()
        require(queries.is_open(found, event))
        known = participant_of(current_person(), event)
        mine = known or participant_for(event, current_person(), locale=locale())
        require(mine.erased_at is None)
        submission = writing.begin(event, found, or_404(mine))
        public_id = submission.public_id
    return redirect(url_for(".edit", public_id=public_id), 303)
