"""The people of an event: the list and its file, one person, adding, correcting, cancelling."""

from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from ... import clock
from ...db import transaction
from ...errors import DomainError, require
from ...events.models import Participant
from ...events.routing import current_event
from ...i18n import _, _n, bi, locale
from ...meetings import queries as meeting_queries
from ...meetings import states
from ...registration import codes
from ...registration import queries as registrations
from ...registration import services as registering
from ...registration.models import Registration
from ...tickets import queries as ticket_queries
from ...tickets.services import SoldOut
from .. import guests, services, typed
from ..export import as_csv
from ..forms import AddForm, ConfirmForm, PersonForm
from .blueprint import argument, bp, fresh_event, page, page_number
from .letters import kind_words


@bp.get("/people")
def people() -> str:
    """Everybody at the event, by name, ticket and state."""
    event = current_event()
    wanted, number = asked(), page_number()
    total = guests.number_of(event, wanted)
    last = max(1, -(-total // guests.PAGE))
    number = min(number, last)
    return render_template(
        "backoffice/people.html",
        wanted=wanted,
        rows=guests.guests(event, wanted, page=number),
        total=total,
        number=number,
        last=last,
        first_row=(number - 1) * guests.PAGE + 1,
        products=ticket_queries.products_of(event),
        states=state_words(),
        here=here,
    )


@bp.get("/people.csv")
def people_file() -> Response:
    """The same people as a file for spreadsheets, all pages at once."""
    event, words = current_event(), state_words()
    heads = [
        _("Last name"),
        _("First name"),
        _("Title"),
        _("Function"),
        _("Organisation"),
        _("Email address"),
        _("Ticket"),
        _("State"),
        _("Registered on"),
        _("Checked in at"),
        _("Meetings"),
        _("Reference"),
        _("Language"),
    ]
    rows = [_cells(guest, words, event.zone) for guest in guests.guests(event, asked(), page=None)]
    response = Response(as_csv(heads, rows), content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"{event.slug}-people.csv")
    return response


def _cells(guest: guests.Guest, words: dict[str, str], zone: str) -> list[object]:
    one, held = guest.participant, guest.registration
    wall = "%Y-%m-%d %H:%M"
    return [
        one.family_name,
        one.given_name,
        one.title,
        one.function,
        one.company,
        one.person.email if one.person else "",
        bi(held.place.product.name) if held else "",
        words[guest.state],
        format(clock.in_zone(held.created_at, zone), wall) if held else "",
        format(clock.in_zone(guest.arrived_at, zone), wall) if held and guest.arrived_at else "",
        guest.meetings,
        held.place.party.reference if held else "",
        one.locale,
    ]


def asked() -> guests.Wanted:
    """What the address asks for; unknown words are left out."""
    return guests.Wanted(
        words=argument("q"),
        ticket=argument("ticket"),
        state=argument("state", guests.STATES),
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


# -- one person


@bp.get("/people/<public_id>")
def person(public_id: str) -> str:
    """One person: data, ticket, party, letters, scans, meetings."""
    return person_page(guest_or_404(public_id))


@bp.route("/people/<public_id>/edit", methods=["GET", "POST"])
def edit_person(public_id: str) -> str | BaseResponse | tuple[str, int]:
    """Correct what is printed of somebody."""
    guest = guest_or_404(public_id)
    one = guest.participant
    form = PersonForm(version=services.state_of(one), **{name: getattr(one, name) for name in services.PRINTED})
    status = 200
    if form.validate_on_submit():
        try:
            with transaction():
                event = fresh_event()
                fresh = participant_or_404(public_id)
                values = {name: form.data[name] or "" for name in services.PRINTED}
                services.correct(event, fresh, values, form.version.data)
        except DomainError as error:
            if error.status == 404:
                raise
            flash(str(error.message), "bad")
            status = error.status
        else:
            flash(_("The details are saved."), "ok")
            return redirect(url_for(".person", public_id=public_id))
    return page("backoffice/edit_person.html", form, status, guest=guest_or_404(public_id))


@bp.route("/people/add", methods=["GET", "POST"])
def add_person() -> str | BaseResponse | tuple[str, int]:
    """Register somebody by hand."""
    products = [product for product in ticket_queries.products_of(current_event()) if product.kind == "ticket"]
    form = AddForm.offering(products, locale=locale())
    status = 200
    if form.validate_on_submit():
        try:
            with transaction():
                event = fresh_event()
                product = ticket_queries.product_at(event, form.ticket.data)
                require(product)
                assert product is not None  # required above
                printed: dict[str, Any] = {name: form.data[name] or "" for name in services.PRINTED}
                added = registering.add_registration(
                    event,
                    product,
                    email=form.email.data or "",
                    locale=form.locale.data,
                    gross=typed.cents(form.price.data) if form.price.data else None,
                    letters=form.letter.data,
                    **printed,
                )
                public_id = added.participant.public_id
        except registering.DuplicateRegistration as error:
            form.email.errors = [str(error.message)]
        except SoldOut as error:
            form.ticket.errors = [str(error.message)]
            status = 409
        else:
            flash(_("The person is registered."), "ok")
            return redirect(url_for(".person", public_id=public_id))
    return page("backoffice/add_person.html", form, status, products=products)


@bp.post("/people/<public_id>/cancel")
def cancel_registration(public_id: str) -> BaseResponse:
    """End somebody's registration; the place becomes free, letter and calendar tell them."""

    def deed(held: Registration) -> str:
        registering.cancel_registration(held, by="organiser")
        return _("The registration is cancelled. A letter says so.")

    return _with_ticket(public_id, deed)


@bp.post("/people/<public_id>/resend")
def resend(public_id: str) -> BaseResponse:
    """Send somebody their ticket again."""

    def deed(held: Registration) -> str:
        sent = services.send_again(fresh_event(), held)
        return _("The ticket is on its way.") if sent else _("The ticket was sent just now.")

    return _with_ticket(public_id, deed)


@bp.post("/people/<public_id>/new-code")
def renew_code(public_id: str) -> BaseResponse:
    """Give somebody a new ticket code; the old one opens no door any more."""

    def deed(held: Registration) -> str:
        services.renew_code(fresh_event(), held)
        return _("The old code is worthless now. The new ticket is on its way.")

    return _with_ticket(public_id, deed)


def _with_ticket(public_id: str, deed: Any) -> BaseResponse:
    """Do something with the ticket that somebody holds, and come back to them."""
    require(ConfirmForm().validate_on_submit())
    try:
        with transaction():
            fresh_event()
            held = registrations.live_registration(participant_or_404(public_id))
            if held is None:
                raise services.NoTicket
            registrations.locked_party(held.place.party.public_id)
            sentence = deed(held)
    except DomainError as error:
        if error.status == 404:
            raise
        flash(str(error.message), "bad")
    else:
        flash(sentence, "ok")
    return redirect(url_for(".person", public_id=public_id))


def person_page(guest: guests.Guest) -> str:
    """The page on one person."""
    event, one = current_event(), guest.participant
    held = guests.registrations_of(one)
    bought = {
        registration.place.party.public_id: registration.place.party
        for registration in held
        if registration.place.party.contact_person_id == one.person_id
    }
    live = next((registration for registration in held if registration.state == "live"), None)
    meetings = [
        {
            "meeting": meeting,
            "label": states.label(meeting),
            "with": meeting.other_side(delegate),
        }
        for delegate in guests.delegates_of(one)
        for meeting in meeting_queries.meetings_of(delegate)
    ]
    return render_template(
        "backoffice/person.html",
        guest=guest,
        live=live,
        held=held,
        printed=codes.printed(live.code) if live is not None and live.code is not None else "",
        letters=guests.letters_to(event, one, list(bought.values())),
        scans=guests.scans_of(event, held),
        meetings=meetings,
        states=state_words(),
        answers=answer_words(),
        kinds=kind_words(),
        paid_for=_n("%(num)s place", "%(num)s places", len(live.place.party.places)) if live is not None else "",
    )


def answer_words() -> dict[str, str]:
    """What became of a scan."""
    words = {
        "ok": _("let in"),
        "already_in": _("already in"),
        "unknown": _("unknown code"),
        "revoked": _("old code"),
        "cancelled": _("cancelled"),
        "unpaid": _("unpaid"),
        "wrong_event": _("another conference"),
        "wrong_ticket_type": _("wrong ticket"),
        "wrong_day": _("wrong day"),
    }
    return words


def guest_or_404(public_id: str) -> guests.Guest:
    """The person of this public id at this event."""
    guest = guests.guest_at(current_event(), public_id)
    require(guest)
    assert guest is not None  # required above
    return guest


def participant_or_404(public_id: str) -> Participant:
    """The same, read anew inside a transaction."""
    return guest_or_404(public_id).participant
