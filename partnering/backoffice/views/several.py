"""One thing for many people: those who were ticked, or everybody whom a search and filters find."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from ...db import transaction
from ...errors import DomainError, or_404
from ...events.models import Event
from ...events.pages import fresh_event, job_or_404
from ...events.routing import current_event, current_person
from ...headers import single
from ...i18n import _, _n, bi
from ...jobs.models import Job
from ...jobs.services import defer
from ...registration import queries as registrations
from ...tickets import queries as ticket_queries
from .. import several as deeds
from .. import typed
from ..people_forms import BulkForm
from .blueprint import bp
from .people import asked

SHOWN = 20
"""How many people the question names before it only counts them."""


@bp.post("/people/several")
def several() -> str | BaseResponse | tuple[str, int]:
    """Do one thing with everybody who is meant: asked first, then done at once, or by the worker when they are many."""
    event, form = current_event(), _form(current_event())
    people = _meant(event)
    if len(people) > deeds.MOST:
        flash(_("These are more than %(number)s people. Narrow the list first.", number=deeds.MOST), "warn")
        return redirect(_list())
    if not people:
        flash(_("Tick people who hold a ticket first."), "warn")
        return redirect(_list())
    sure = form.validate_on_submit() and "sure" in request.form
    if not sure:
        return _ask(form, people, 422 if "sure" in request.form else 200)
    if "everybody" in request.form and typed.whole(single(request.form, "number")) != len(people):
        flash(_("The list has changed meanwhile. Please look at it once more."), "warn")
        return _ask(form, people, 409)
    given = {"letter": bool(form.letter.data), "waive_fee": bool(form.waive_fee.data)}
    if len(people) > deeds.AT_ONCE:
        return redirect(url_for(".several_at_work", public_id=_defer(form, people, given)))
    try:
        with transaction():
            event = fresh_event()
            product = or_404(ticket_queries.product_at(event, form.ticket.data)) if form.deed.data == "move" else None
            number = deeds.do(event, form.deed.data, people, product=product, basis=form.basis.data, **given)
    except DomainError as error:
        if error.status == 404:
            raise
        flash(str(error.message), "bad")
        return _ask(_form(current_event()), people, 409)
    flash(done_words(form.deed.data, number), "ok")
    return redirect(_list())


@bp.get("/people/several/<public_id>")
def several_at_work(public_id: str) -> str:
    """How far the worker is with many people; then with how many it was done."""
    job = _job(public_id)
    result = job.result or {}
    deed = str(job.arguments.get("deed", ""))
    return render_template(
        "backoffice/several_at_work.html",
        job=job,
        title=_words(deed, len(job.arguments.get("people", [])))[1],
        said=done_words(deed, int(result.get("done", 0))) if result.get("done") else "",
        failed=_failed(job, result),
        working=job.state in ("ready", "running"),
    )


def _defer(form: BulkForm, people: list[str], given: dict[str, bool]) -> str:
    with transaction():
        event = fresh_event()
        if form.deed.data == "move":
            or_404(ticket_queries.product_at(event, form.ticket.data))
        job = defer(
            deeds.TASK,
            event_ref=event.public_id,
            owner_ref=current_person().public_id,
            deed=form.deed.data,
            people=people,
            ticket=form.ticket.data or "",
            basis=form.basis.data,
            letter=given["letter"],
            waive_fee=given["waive_fee"],
        )
        return job.public_id


def _meant(event: Event) -> list[str]:
    """The public ids of those who are meant and hold a ticket."""
    if "everybody" in request.form:
        return deeds.holders(event, asked(_filter()))
    picked = list(dict.fromkeys(request.form.getlist("pick")))[: deeds.MOST]
    return [one.participant.public_id for one in registrations.live_registrations_at(event, picked)]


def _filter() -> MultiDict[str, str]:
    """The search and filters of the list, as they stood in its address."""
    return MultiDict(parse_qsl((single(request.form, "filter") or "")[:1000], max_num_fields=20))


def _list() -> str:
    """The list that people were chosen from."""
    known = ("q", "ticket", "state", "paid", "answered", "list", "sort", "order")
    query = urlencode([(name, value) for name, value in _filter().items() if name in known])
    return f"{url_for('.people')}?{query}" if query else url_for(".people")


def _form(event: Event) -> BulkForm:
    form = BulkForm()
    products = [one for one in ticket_queries.products_of(event) if one.kind == "ticket" and one.active]
    form.ticket.choices = [(product.public_id, bi(product.name)) for product in products]
    if "sure" not in request.form:
        form.letter.data = True
    return form


def _ask(form: BulkForm, people: list[str], status: int) -> tuple[str, int]:
    deed = form.deed.data if form.deed.data in ("cancel", "move", "resend") else "resend"
    return render_template(
        "backoffice/several.html",
        form=form,
        form_errors=form.errors,
        deed=deed,
        people=people,
        held=registrations.live_registrations_at(current_event(), people[:SHOWN]),
        everybody="everybody" in request.form,
        filtered=single(request.form, "filter") or "",
        words=_words(deed, len(people)),
        back_to=_list(),
        later=len(people) > deeds.AT_ONCE,
    ), status


def _words(deed: str, number: int) -> tuple[str, str]:
    """The question and the button."""
    return {
        "cancel": (
            _n("Cancel one registration?", "Cancel %(num)s registrations?", number),
            _n("Cancel one registration", "Cancel %(num)s registrations", number),
        ),
        "move": (
            _n("Move one person to another ticket?", "Move %(num)s people to another ticket?", number),
            _n("Move one person", "Move %(num)s people", number),
        ),
    }.get(
        deed,
        (
            _n("Send one ticket again?", "Send %(num)s tickets again?", number),
            _n("Send one ticket again", "Send %(num)s tickets again", number),
        ),
    )


def done_words(deed: str, number: int) -> str:
    """What was done."""
    if deed == "cancel":
        return _n("One registration is cancelled.", "%(num)s registrations are cancelled.", number)
    if deed == "move":
        return _n("One person is on another ticket now.", "%(num)s people are on another ticket now.", number)
    return _n("One ticket is on its way.", "%(num)s tickets are on their way.", number)


def _failed(job: Job, result: dict[str, Any]) -> str:
    """Why the worker stopped, or an empty string."""
    sentences = {
        "sold_out": _("There are not enough places on that ticket for everybody."),
        "shared_ticket": _("Among them is a ticket for several people, which cannot be moved for one of them."),
    }
    if "failed" in result:
        return sentences.get(
            str(result["failed"]), _("Something has changed meanwhile, so it was not done for everybody.")
        )
    if job.state == "failed":
        return _("This could not be finished. Look at the list: it shows with whom it was done.")
    return ""


def _job(public_id: str) -> Job:
    """A job of this kind at this event."""
    return job_or_404(public_id, deeds.TASK)
