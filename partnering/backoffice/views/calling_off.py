"""What does not take place: all bookings of an event that was called off, or of one add-on, end without a fee."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ...db import transaction
from ...events.models import Event
from ...events.pages import fresh_event
from ...events.routing import current_event, current_person
from ...i18n import _, money
from ...jobs import defer
from ...jobs import queries as jobs
from ...jobs.models import Job
from ...registration import calling_off
from .. import selling
from ..forms import CallOffForm
from . import sold
from .blueprint import bp


@bp.get("/called-off")
def called_off(form: CallOffForm | None = None) -> str:
    """What is booked still at an event that was called off, and how far its end has come."""
    event = current_event()
    form = form or CallOffForm(formdata=None)
    found = calling_off.all_open(event)
    job = newest(event, calling_off.EVERYTHING)
    return render_template(
        "backoffice/called_off.html", form=form, form_errors=form.errors, open=found, sums=sums(found), job=job
    )


@bp.post("/called-off")
def end_everything() -> Response | tuple[str, int]:
    """Have every booking ended without a fee. Asked twice, it is done once: what has ended stays so."""
    form = CallOffForm()
    if not form.validate_on_submit():
        return called_off(form), 422
    with transaction():
        event = fresh_event()
        if event.state == "cancelled" and not at_work(newest(event, calling_off.EVERYTHING)):
            defer(calling_off.EVERYTHING, event_ref=event.public_id, owner_ref=current_person().public_id)
            begun = True
        else:
            begun = False
    if not begun:
        flash(_("Nothing was begun: either the conference is not cancelled, or this is being done already."), "warn")
    return redirect(url_for(".called_off"))


@bp.get("/tickets/add-ons/<public_id>/called-off")
def called_off_add_on(public_id: str, form: CallOffForm | None = None) -> str:
    """What ending all bookings of an add-on means, asked first; and how far that has come."""
    product = sold.product_or_404(public_id, "add_on")
    form = form or CallOffForm(formdata=None)
    found = calling_off.bookings_open(product)
    job = newest(current_event(), calling_off.ADD_ON, product.public_id)
    return render_template(
        "backoffice/called_off_add_on.html",
        form=form,
        form_errors=form.errors,
        product=product,
        open=found,
        sums=sums(found),
        job=job,
    )


@bp.post("/tickets/add-ons/<public_id>/called-off")
def end_add_on(public_id: str) -> Response | tuple[str, int]:
    """Sell an add-on no more, and have every booking of it ended and paid back in full."""
    form = CallOffForm()
    if not form.validate_on_submit():
        return called_off_add_on(public_id, form), 422
    with transaction():
        event, product = fresh_event(), sold.product_or_404(public_id, "add_on")
        if not at_work(newest(event, calling_off.ADD_ON, product.public_id)):
            calling_off.call_off_add_on(product, own_time=selling.own_time(product))
            defer(
                calling_off.ADD_ON,
                event_ref=event.public_id,
                owner_ref=current_person().public_id,
                product=product.public_id,
            )
    return redirect(url_for(".called_off_add_on", public_id=public_id))


def newest(event: Event, task: str, product: str = "") -> Job | None:
    """The job that was ordered last."""
    found = jobs.jobs_of_event(event.public_id, task)
    return next((job for job in found if not product or job.arguments.get("product") == product), None)


def at_work(job: Job | None) -> bool:
    """Whether a job waits or runs."""
    return job is not None and job.state in ("ready", "running")


def sums(found: calling_off.Open) -> str:
    """What goes back, in words: "220 €", one sum for each currency."""
    return ", ".join(money(gross, currency) for currency, gross in found.gross.items())
