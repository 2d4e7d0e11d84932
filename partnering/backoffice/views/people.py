"""The people of an event: the list, its files, places without names, and what is done with many at once."""

from collections.abc import Callable, Iterator
from typing import Any

from flask import Response, flash, redirect, render_template, request, stream_with_context, url_for
from werkzeug.wrappers import Response as BaseResponse

from ... import audit
from ...db import transaction
from ...errors import DomainError, require
from ...events.models import Event
from ...events.pages import fresh_event
from ...events.routing import current_event
from ...i18n import _, _n, bi
from ...registration import desk
from ...registration import queries as registrations
from ...registration import services as registering
from ...registration.models import Registration
from ...tickets import queries as ticket_queries
from ...tickets import services as ticket_services
from ...tickets.models import Product
from .. import export, guests, lists, queries, services, workbook
from ..people_forms import BulkForm
from .blueprint import argument, bp
from .overview import address

MOST_PICKED = 200


@bp.get("/people")
def people() -> str:
    """Everybody at the event, by name, ticket and state."""
    event, wanted = current_event(), asked()
    shown = guests.page(event, wanted, after=argument("after"), before=argument("before"))
    products = ticket_queries.products_of(event)
    imported = queries.import_at(event, wanted.imported) if wanted.imported else None
    return render_template(
        "backoffice/people.html",
        wanted=wanted,
        shown=shown,
        most=guests.COUNTED,
        names={product.id: product.name for product in products},
        products=[product for product in products if product.kind == "ticket"],
        states=state_words(),
        imported=imported,
        here=here,
        tabs=tabs(),
    )


@bp.get("/people/unnamed")
def unnamed() -> str:
    """Places that were bought and that nobody holds yet."""
    return render_template("backoffice/unnamed.html", places=guests.unnamed_places(current_event()), tabs=tabs())


def tabs() -> list[tuple[str, str, str]]:
    """The lists of people; rooms that are not there are left out."""
    listed = [
        ("people", _("People"), address("backoffice.people")),
        ("unnamed", _("Places without a name"), address("backoffice.unnamed")),
        ("waiting", _("Waiting list"), address("backoffice.waiting")),
        ("approvals", _("For approval"), address("backoffice.approvals")),
    ]
    return [(key, label, url) for key, label, url in listed if url is not None]


# -- as a file


@bp.get("/people.csv")
def people_file() -> Response:
    """The same people as a file for spreadsheets, all pages at once."""
    return _as_file("csv", "text/csv; charset=utf-8", export.pieces)


@bp.get("/people.xlsx")
def people_workbook() -> Response:
    """The same as a workbook."""
    return _as_file("xlsx", workbook.MEDIA_TYPE, workbook.as_xlsx)


def _as_file(kind: str, media_type: str, write: Callable[..., Iterator[bytes]]) -> Response:
    """Write down who takes the list along, then send it as it is read."""
    wanted = asked()
    left_out = {key: value for key, value in vars(wanted).items() if value and key not in ("sort", "descending")}
    with transaction():
        event = fresh_event()
        audit.record("people.exported", event, event=event, after={"format": kind, **left_out})
    event = current_event()
    rows = lists.rows(event, wanted, state_words())
    response = Response(stream_with_context(write(lists.heads(lists.asked_of(event)), rows)), content_type=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=f"{event.slug}-people.{kind}")
    return response


def asked() -> guests.Wanted:
    """What the address asks for; unknown words are left out."""
    return guests.Wanted(
        words=argument("q"),
        ticket=argument("ticket"),
        state=argument("state", guests.STATES),
        paid=argument("paid", guests.PAID),
        answered=argument("answered", guests.ANSWERED),
        imported=argument("list"),
        sort=argument("sort", guests.SORTS) or "name",
        descending=argument("order") == "down",
    )


def here(endpoint: str = "backoffice.people", **changes: Any) -> str:
    """This list with something else asked for."""
    wanted = asked()
    values = {
        "q": wanted.words or None,
        "ticket": wanted.ticket or None,
        "state": wanted.state or None,
        "paid": wanted.paid or None,
        "answered": wanted.answered or None,
        "list": wanted.imported or None,
        "sort": wanted.sort if wanted.sort != "name" else None,
        "order": "down" if wanted.descending else None,
        **changes,
    }
    return url_for(endpoint, **values)


def state_words() -> dict[str, str]:
    """What the states of people are called."""
    return {
        "expected": _("Expected"),
        "in": _("Checked in"),
        "ended": _("Cancelled"),
        "none": _("Without a ticket"),
    }


# -- many at once


@bp.post("/people/several")
def several() -> str | BaseResponse | tuple[str, int]:
    """Do one thing with everybody who was ticked: asked first, then done for all of them or for nobody."""
    event = current_event()
    form = _bulk(event)
    picked = list(dict.fromkeys(request.form.getlist("pick")))[:MOST_PICKED]
    held = registrations.live_registrations_at(event, picked)
    if not held:
        flash(_("Tick people who hold a ticket first."), "warn")
        return redirect(url_for(".people"))
    sure = form.validate_on_submit() and "sure" in request.form
    if not sure:
        status = 422 if "sure" in request.form else 200
        return _ask(form, held, status)
    try:
        with transaction():
            sentence = _do(fresh_event(), form, [one.participant.public_id for one in held])
    except DomainError as error:
        if error.status == 404:
            raise
        flash(str(error.message), "bad")
        return _ask(_bulk(current_event()), registrations.live_registrations_at(current_event(), picked), 409)
    flash(sentence, "ok")
    return redirect(url_for(".people"))


def _bulk(event: Event) -> BulkForm:
    form = BulkForm()
    products = [one for one in ticket_queries.products_of(event) if one.kind == "ticket" and one.active]
    form.ticket.choices = [(product.public_id, bi(product.name)) for product in products]
    return form


def _ask(form: BulkForm, held: list[Registration], status: int) -> tuple[str, int]:
    deed = form.deed.data if form.deed.data in ("cancel", "move", "resend") else "resend"
    number = len(held)
    words = {
        "cancel": (
            _n("Cancel one registration?", "Cancel %(num)s registrations?", number),
            _n("Cancel one registration", "Cancel %(num)s registrations", number),
        ),
        "move": (
            _n("Move one person to another ticket?", "Move %(num)s people to another ticket?", number),
            _n("Move one person", "Move %(num)s people", number),
        ),
        "resend": (
            _n("Send one ticket again?", "Send %(num)s tickets again?", number),
            _n("Send one ticket again", "Send %(num)s tickets again", number),
        ),
    }[deed]
    return render_template(
        "backoffice/several.html", form=form, form_errors=form.errors, deed=deed, held=held, words=words
    ), status


def _do(event: Event, form: BulkForm, picked: list[str]) -> str:
    ticket_services.turn(event.id)
    held = registrations.live_registrations_at(event, picked)
    if form.deed.data == "cancel":
        for one in held:
            registering.cancel_registration(one, by="organiser", waive_fee=bool(form.waive_fee.data))
        return _n("One registration is cancelled.", "%(num)s registrations are cancelled.", len(held))
    if form.deed.data == "move":
        product = ticket_queries.product_at(event, form.ticket.data)
        require(product)
        assert isinstance(product, Product)  # required above
        others = [one for one in held if one.place.product_id != product.id]
        for one in others:
            desk.move(one, product, letter=bool(form.letter.data))
        return _n("One person is on another ticket now.", "%(num)s people are on another ticket now.", len(others))
    sent = sum(services.send_again(event, one) for one in held)
    return _n("One ticket is on its way.", "%(num)s tickets are on their way.", sent)
