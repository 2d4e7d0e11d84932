"""One person: their page, corrections, their ticket cancelled, moved, passed on, sent again."""

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from ... import clock
from ...checkin import attendance, noting
from ...db import transaction
from ...errors import DomainError, or_404, require
from ...events.models import Participant
from ...events.pages import fresh_event, once, page
from ...events.routing import current_event
from ...i18n import _, _n
from ...meetings import queries as meeting_queries
from ...meetings import states
from ...questions import queries as questions
from ...questions.shown import lines
from ...registration import codes, desk, lacking, refunds
from ...registration import queries as registrations
from ...registration import services as registering
from ...registration.models import Registration
from ...tickets import queries as ticket_queries
from ...tickets.services import NotOnSale, SoldOut
from .. import answers, consenting, guests, log, services, typed
from ..forms import ConfirmForm, PersonForm
from ..people_forms import CancelForm, ExceptionForm, MoveForm, SeatForm
from .blueprint import bp, opened
from .letters import kind_words
from .people import say_stranger, state_words


@bp.get("/people/<public_id>")
def person(public_id: str) -> str:
    """One person: data, ticket, answers, party, letters, scans, meetings, changes."""
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


@bp.route("/people/<public_id>/answers", methods=["GET", "POST"])
def edit_answers(public_id: str) -> str | BaseResponse | tuple[str, int]:
    """Change what somebody has answered, and what organisers answer about them."""
    held = ticket_or_404(public_id)
    form, status = ConfirmForm(), 200
    asked = answers.form_for(held)
    if form.validate_on_submit() and asked.validate():
        given = asked.kept()
        try:
            with transaction():
                event = fresh_event()
                held = ticket_or_404(public_id)
                registrations.locked_party(held.place.party.public_id, in_turn=True)
                answers.save(event, held, asked.questions, given)
        except DomainError as error:
            if error.status == 404:
                raise
            flash(str(error.message), "bad")
            status = error.status
        else:
            flash(_("The answers are saved."), "ok")
            return redirect(url_for(".person", public_id=public_id))
    return page(
        "backoffice/edit_answers.html",
        form,
        status,
        guest=guest_or_404(public_id),
        asked=asked,
        internal={question.public_id for question in asked.questions if question.internal},
    )


@bp.route("/people/<public_id>/exception", methods=["GET", "POST"])
def allow_changes(public_id: str) -> str | BaseResponse | tuple[str, int]:
    """Let somebody change their ticket until another moment than everybody."""
    event, held = current_event(), ticket_or_404(public_id)
    until = held.changes_until
    form = ExceptionForm(until=clock.in_zone(until, event.zone).replace(tzinfo=None) if until else None)
    if form.validate_on_submit():
        with transaction():
            event = fresh_event()
            moment = clock.from_zone(form.until.data, event.zone) if form.until.data else None
            desk.allow_changes(ticket_or_404(public_id), moment)
        flash(_("The exception is saved."), "ok")
        return redirect(url_for(".person", public_id=public_id))
    return page("backoffice/exception.html", form, guest=guest_or_404(public_id), event=event)


# -- the ticket


@bp.route("/people/<public_id>/move", methods=["GET", "POST"])
def move_person(public_id: str) -> str | BaseResponse | tuple[str, int]:
    """Put somebody on another ticket."""
    held = ticket_or_404(public_id)
    offered = [
        product
        for product in ticket_queries.products_of(current_event())
        if product.kind == "ticket" and product.active and product.id != held.place.product_id and product.seats == 1
    ]
    form = MoveForm.over(offered)
    status = 200
    if form.validate_on_submit():
        try:
            with transaction():
                event = fresh_event()
                product = or_404(ticket_queries.product_at(event, form.ticket.data))
                gross = typed.cents(form.price.data) if form.price.data else None
                held, letter = ticket_or_404(public_id), bool(form.letter.data)
                desk.move(held, product, gross=gross, basis=form.basis.data, letter=letter)
        except SoldOut as error:
            form.ticket.errors = [str(error.message)]
            status = 409
        except (desk.SharedTicket, desk.NothingToMove, NotOnSale) as error:
            flash(str(error.message), "bad")
            status = 409
        else:
            flash(_("The person is on another ticket now."), "ok")
            return redirect(url_for(".person", public_id=public_id))
    held = ticket_or_404(public_id)
    prices = {
        product.id: (desk.moved_price(held, product, "then"), desk.moved_price(held, product, "today"))
        for product in offered
    }
    shared = str(desk.SharedTicket.message)
    context = {"guest": guest_or_404(public_id), "held": held, "offered": offered, "prices": prices, "shared": shared}
    return page(
        "backoffice/move.html", form, status, paid=desk.moved_price(held, held.place.product, "same"), **context
    )


@bp.route("/people/<public_id>/substitute", methods=["GET", "POST"])
def substitute_person(public_id: str) -> str | BaseResponse | tuple[str, int]:
    """Give somebody's place to another person, whose ticket goes out; the old one is worthless at once."""
    form = SeatForm()
    if form.validate_on_submit():

        def deed() -> dict[str, str]:
            held = ticket_or_404(public_id)
            registrations.locked_party(held.place.party.public_id, in_turn=True)
            services.require_nobody(event, form.guest.email)
            code = registering.stranger_to(held.place, form.guest)
            new = registering.name_substitute(held, form.guest, by="organiser")
            person = new.participant.public_id if new is not None else public_id
            return {"person": person, "code": code.text if code is not None else ""}

        try:
            with transaction():
                event = fresh_event()
                answer = once(form, deed)
        except registering.DuplicateRegistration as error:
            form.email.errors = [str(error.message)]
        else:
            flash(_("The place has passed on. The new ticket is on its way."), "ok")
            say_stranger(answer["code"])
            return redirect(url_for(".person", public_id=answer["person"]))
    else:
        ticket_or_404(public_id)
    return page("backoffice/substitute.html", form, guest=guest_or_404(public_id))


@bp.route("/people/<public_id>/cancel", methods=["GET", "POST"])
def cancel_registration(public_id: str) -> str | BaseResponse | tuple[str, int]:
    """End somebody's registration; the place becomes free, letter and calendar tell them."""
    form = CancelForm()
    if form.validate_on_submit():

        def deed(held: Registration) -> str:
            registering.cancel_registration(held, by="organiser", waive_fee=bool(form.waive_fee.data))
            return _("The registration is cancelled. A letter says so.")

        return _with_ticket(public_id, deed)
    held = ticket_or_404(public_id)
    return page("backoffice/cancel.html", form, guest=guest_or_404(public_id), quote=refunds.quote(held))


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


def _with_ticket(public_id: str, deed: Callable[[Registration], str]) -> BaseResponse:
    """Do something with the ticket that somebody holds, and come back to them."""
    require(ConfirmForm().validate_on_submit())
    try:
        with transaction():
            fresh_event()
            held = registrations.live_registration(participant_or_404(public_id))
            if held is None:
                raise services.NoTicket
            sentence = deed(held)
    except DomainError as error:
        if error.status == 404:
            raise
        flash(str(error.message), "bad")
    else:
        flash(sentence, "ok")
    return redirect(url_for(".person", public_id=public_id))


# -- the page


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
    asked = questions.current_questions(event, internal=None) if live is not None else []
    return render_template(
        "backoffice/person.html",
        guest=guest,
        live=live,
        held=held,
        printed=codes.printed(live.code) if live is not None and live.code is not None else "",
        letters=guests.letters_to(event, one, list(bought.values())),
        scans=guests.scans_of(event, held),
        door_note=noting.note_of(live) if live is not None else None,
        door_answers=attendance.answers_of(event, [registration.id for registration in held]),
        meetings=meetings,
        states=state_words(),
        answers=answer_words(),
        kinds=kind_words(),
        said=[
            (label, opened(text), number)
            for sheet in ((live.place.party.sheet, live.sheet) if live is not None else ())
            for label, text, number in lines(sheet)
        ],
        lacks=lacking.of(live) if live is not None else [],
        asks=any(not question.sensitive and question.kind != "file" for question in asked),
        consents=consenting.shown_of(one),
        charged=guests.items_of(live.place) if live is not None else [],
        deeds=log.about(event, one, most=8),
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
    return or_404(guests.guest_at(current_event(), public_id))


def participant_or_404(public_id: str) -> Participant:
    """The same, read anew inside a transaction."""
    return guest_or_404(public_id).participant


def ticket_or_404(public_id: str) -> Registration:
    """The registration that somebody holds."""
    return or_404(registrations.live_registration(participant_or_404(public_id)))
