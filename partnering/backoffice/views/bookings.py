"""One booking at the desk: the whole order, and what organisers do with its places, extras, letters and link."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from ...db import transaction
from ...errors import DomainError, NotFound, or_404, require
from ...events.pages import fresh_event, once, page
from ...events.routing import current_event
from ...i18n import _
from ...invoices import queries as invoices
from ...invoices.views.blueprint import state_words as invoice_states
from ...questions.shown import lines
from ...registration import mails, orders, refunds, secret_links
from ...registration import queries as registrations
from ...registration import services as registering
from ...registration.models import Party, Place
from ...tickets import queries as ticket_queries
from .. import bookings, log, services
from ..forms import ConfirmForm, OnceForm
from ..people_forms import CancelForm, SeatForm
from .blueprint import argument, bp, opened, page_number
from .letters import kind_words
from .people import say_stranger, tabs


@bp.get("/bookings")
def bookings_list() -> str:
    """All bookings, newest first, found by reference, contact person or address."""
    words, number = argument("q"), page_number()
    rows = bookings.found(current_event(), words, number)
    return render_template(
        "backoffice/bookings.html",
        words=words,
        rows=rows[: bookings.PAGE],
        more=len(rows) > bookings.PAGE,
        number=number,
        first_row=(number - 1) * bookings.PAGE + 1,
        tabs=tabs(),
    )


@bp.get("/bookings/<public_id>")
def booking(public_id: str) -> str | BaseResponse:
    """One booking: people, open places, extras, money, invoices, letters, log."""
    party = booking_or_404(public_id)
    if party.placed_at is None:
        return redirect(url_for(".approval_request", public_id=public_id))
    event = current_event()
    items = registrations.items_of(party)
    return render_template(
        "backoffice/booking.html",
        party=party,
        seats=bookings.seats_of(party),
        items=items,
        total=orders.total(party),
        account=invoices.account(party),
        invoices=invoices.rows_of(party),
        invoice_states=invoice_states(),
        said=[(label, opened(text), number) for label, text, number in lines(party.sheet)],
        letters=bookings.letters_about(event, party),
        kinds=kind_words(),
        deeds=log.of(event, bookings.refs_of(party), most=12),
        has_extras=bool(party.product is not None and ticket_queries.add_ons_for(party.product))
        or any(item.kind == "add_on" for item in items),
        sure=OnceForm(formdata=None),
    )


# -- who comes


@bp.route("/bookings/<public_id>/places/<place_id>", methods=["GET", "POST"])
def seat_person(public_id: str, place_id: str) -> str | BaseResponse | tuple[str, int]:
    """Name somebody for a place, or somebody else: they get a ticket of their own."""
    place = place_or_404(public_id, place_id)
    form = SeatForm()
    if form.validate_on_submit():
        code = registering.stranger_to(place, form.guest)

        def deed() -> None:
            services.require_nobody(current_event(), form.guest.email)
            registering.name_person(place_or_404(public_id, place_id), form.guest, by="organiser")

        try:
            _do(form, deed)
        except registering.DuplicateRegistration as error:
            form.email.errors = [str(error.message)]
        except registering.PlaceGone as error:
            flash(str(error.message), "bad")
            return _back(public_id)
        else:
            flash(_("We have written to %(name)s.", name=form.guest.name), "ok")
            say_stranger(code.text if code is not None else "")
            return _back(public_id)
    return page("backoffice/seat.html", form, party=place.party, place=place, holder=_seat(place).name)


def _seat(place: Place) -> bookings.Seat:
    return next(seat for seat in bookings.seats_of(place.party) if seat.place.id == place.id)


@bp.post("/bookings/<public_id>/places/<place_id>/remind")
def remind_place(public_id: str, place_id: str) -> BaseResponse:
    """Write once more to whoever was asked to take a place."""
    name = mails.holder_name(place_or_404(public_id, place_id))
    form = OnceForm()
    require(form.validate_on_submit())
    return _done(
        public_id,
        form,
        lambda: registering.remind(place_or_404(public_id, place_id)),
        _("We have written to %(name)s.", name=name),
    )


@bp.route("/bookings/<public_id>/places/<place_id>/cancel", methods=["GET", "POST"])
def cancel_seat(public_id: str, place_id: str) -> str | BaseResponse | tuple[str, int]:
    """Give one place back, with what is kept of its price or without."""
    place = place_or_404(public_id, place_id)
    form = CancelForm()
    if form.validate_on_submit():

        def deed() -> None:
            waived = bool(form.waive_fee.data)
            registering.cancel_place(place_or_404(public_id, place_id), by="organiser", waive_fee=waived)

        return _done(public_id, form, deed, _("The place is given back. A letter says so."))
    return _cancel_page(form, place.party, place)


@bp.route("/bookings/<public_id>/cancel", methods=["GET", "POST"])
def cancel_booking(public_id: str) -> str | BaseResponse | tuple[str, int]:
    """Give everything back, with what is kept of the price or without."""
    party = booking_or_404(public_id, placed=True)
    form = CancelForm()
    if form.validate_on_submit():

        def deed() -> None:
            waived = bool(form.waive_fee.data)
            registering.cancel_party(booking_or_404(public_id), by="organiser", waive_fee=waived)

        return _done(public_id, form, deed, _("The booking is cancelled. Letters say so."))
    return _cancel_page(form, party, None)


def _cancel_page(form: CancelForm, party: Party, place: Place | None) -> str | tuple[str, int]:
    seats = [seat for seat in bookings.seats_of(party) if seat.state != "cancelled"]
    mine = next((seat for seat in seats if place is not None and seat.place.id == place.id), None)
    return page(
        "backoffice/cancel_booking.html",
        form,
        party=party,
        place=place,
        seat=mine,
        count=1 if place is not None else len(seats),
        quote=refunds.quote(place or party),
    )


# -- letters and link


@bp.post("/bookings/<public_id>/resend")
def resend_booking(public_id: str) -> BaseResponse:
    """Send the buyer the link once more."""
    require(ConfirmForm().validate_on_submit())
    with transaction():
        fresh_event()
        sent = secret_links.send_again(booking_or_404(public_id, placed=True))
    if sent:
        flash(_("The letter is on its way."), "ok")
    else:
        flash(_("The letter was sent just now."), "info")
    return _back(public_id)


@bp.post("/bookings/<public_id>/new-link")
def renew_booking_link(public_id: str) -> BaseResponse:
    """Take the buyer's link back and send a new one."""
    form = OnceForm()
    require(form.validate_on_submit())
    return _done(
        public_id,
        form,
        lambda: secret_links.renew(booking_or_404(public_id, placed=True)),
        _("The old link opens nothing any more. The new one is on its way."),
    )


# -- finding and doing


def _do(form: Any, deed: Any) -> None:
    with transaction():
        fresh_event()
        once(form, deed)


def _done(public_id: str, form: Any, deed: Any, said: str) -> BaseResponse:
    """Do what was sent, once, and come back with what became of it."""
    try:
        _do(form, deed)
    except DomainError as error:
        if error.status == 404:
            raise
        flash(str(error.message), "bad")
    else:
        flash(said, "ok")
    return _back(public_id)


def _back(public_id: str) -> BaseResponse:
    return redirect(url_for(".booking", public_id=public_id), 303)


def booking_or_404(public_id: str, *, placed: bool = False) -> Party:
    """The booking of this event that was sent in; with `placed` one that is binding."""
    party = or_404(registrations.party_at(public_id))
    require(party.event_id == current_event().id)
    if party.placed_at is None and (placed or party.asked_at is None):
        raise NotFound
    return party


def place_or_404(public_id: str, place_id: str) -> Place:
    """One of its places."""
    return or_404(registrations.place_at(booking_or_404(public_id, placed=True), place_id))
