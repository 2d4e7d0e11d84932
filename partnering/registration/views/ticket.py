"""A ticket, opened by the secret link in its holder's letter, or by its holder signed in."""

from flask import flash, g, redirect, url_for
from werkzeug.wrappers import Response

from ... import limits, qr
from ...accounts import signing_in
from ...db import transaction
from ...errors import Gone, NotFound
from ...events.models import Event
from ...events.routing import current_event, current_participant, participant, within_event
from ...guards import guarded
from ...i18n import _, bi, locale
from .. import codes, mails, permissions, queries, services
from ..forms import DetailsForm, GuestForm, SureForm
from ..models import Registration
from .blueprint import bp, check_generation, page, public_id_of, secret_link
from .flow import calendar_file


class TicketEnded(Gone):
    """The link of a ticket that was passed on or given back. `registration` is the one it led to."""

    registration: Registration


SUBSTITUTES_A_DAY = 10
"""How often one ticket can be passed on in a day."""


def _registration(token: str, *, ended: bool = False) -> Registration:
    """The registration of a secret link; with `ended` a cancelled one too.

    Raises `NotFound`, `Gone` for an address taken back, or `TicketEnded`.
    """
    public_id, generation = public_id_of("ticket", token)
    registration = queries.registration_at(public_id)
    if registration is None:
        raise NotFound
    g.event = registration.participant.event
    last = registration.generation if registration.state in ("live", "cancelled") else registration.generation - 1
    check_generation(last, generation)
    if registration.state != "live" and not (ended and registration.state == "cancelled"):
        raise TicketEnded(registration=registration)
    return registration


@bp.errorhandler(TicketEnded)
def ticket_ended(error: TicketEnded) -> tuple[str, int]:
    """What became of the ticket, for whoever opens its old link."""
    registration = error.registration
    return page("gone", _event(registration), status=error.status, passed_on=registration.state == "substituted")


def _event(registration: Registration) -> Event:
    return registration.participant.event


def _changeable(registration: Registration) -> Registration:
    if not permissions.may_change_ticket(registration):
        raise services.ChangesClosed
    return registration


def _details(registration: Registration) -> DetailsForm:
    return DetailsForm(obj=registration.participant)


@bp.get("/t/<token>")
@guarded(secret_link)
def ticket_page(token: str) -> tuple[str, int]:
    """The ticket with its code, and one's own data."""
    registration = _registration(token, ended=True)
    return _ticket_page(token, registration, DetailsForm(formdata=None, obj=registration.participant))


@bp.post("/t/<token>")
@guarded(secret_link)
def set_details(token: str) -> Response | tuple[str, int]:
    """Change or confirm what is printed."""
    registration = _registration(token)
    form = _details(registration)
    if not form.validate_on_submit():
        return _ticket_page(token, registration, form, 422)
    with transaction():
        services.set_details(
            _changeable(_registration(token)),
            title=form.title.data or "",
            given_name=str(form.given_name.data),
            family_name=str(form.family_name.data),
            function=form.function.data or "",
        )
    flash(_("Your answers are saved."), "ok")
    return redirect(url_for(".ticket_page", token=token), 303)


def _ticket_page(token: str, registration: Registration, form: DetailsForm, status: int = 200) -> tuple[str, int]:
    return page(
        "my_data",
        _event(registration),
        status=status,
        form=form,
        form_errors=form.errors,
        token=token,
        registration=registration,
        shown=shown_ticket(registration),
        alone=len(queries.places_of(registration.place.party)) == 1,
        may_change=permissions.may_change_ticket(registration),
        sure=SureForm(formdata=None),
    )


def shown_ticket(registration: Registration) -> dict[str, object] | None:
    """What the ticket shows: its code as drawing and as text; None when it no longer opens a door."""
    code = registration.code
    if registration.state != "live" or code is None:
        return None
    return {
        "svg": qr.svg(codes.code_text(code), _("QR code of your ticket. The code as text stands below.")),
        "printed": codes.printed(code),
        "name": registration.participant.name,
        "company": registration.participant.company,
        "product": bi(registration.place.product.name),
    }


@bp.route("/t/<token>/substitute", methods=["GET", "POST"])
@guarded(secret_link)
def substitute(token: str) -> Response | tuple[str, int]:
    """Pass the ticket on. From then on this link is dead."""
    registration = _registration(token)
    form = GuestForm()
    if not form.validate_on_submit():
        return page(
            "substitute",
            _event(registration),
            status=422 if form.errors else 200,
            form=form,
            form_errors=form.errors,
            token=token,
            registration=registration,
            may_change=permissions.may_change_ticket(registration),
        )
    limits.hit("ticket passed on", registration.place.public_id, limit=SUBSTITUTES_A_DAY, seconds=86_400)
    with transaction():
        services.name_substitute(_changeable(_registration(token)), form.guest)
    return page("passed_on", _event(registration), name=form.guest.name)


@bp.route("/t/<token>/cancel", methods=["GET", "POST"])
@guarded(secret_link)
def cancel(token: str) -> Response | tuple[str, int]:
    """Cancel one's own registration; asks first. A colleague's place goes back to whoever booked it."""
    registration = _registration(token)
    party = registration.place.party
    keep = len(queries.places_of(party)) > 1
    if not SureForm().validate_on_submit():
        return page(
            "cancel_ticket",
            _event(registration),
            token=token,
            registration=registration,
            keep=keep,
            form=SureForm(formdata=None),
            may_change=permissions.may_change_ticket(registration),
        )
    with transaction():
        registration = _changeable(_registration(token))
        services.cancel_registration(registration, "holder", keep_place=keep)
        if keep:
            mails.party_changed(registration.place.party, f"declined:{registration.public_id}")
    return page("ended", _event(registration), keep=keep)


@bp.get("/t/<token>/calendar.ics")
@guarded(secret_link)
def ticket_calendar(token: str) -> Response:
    """Attendance as a file for the calendar, under the UID of the letter."""
    registration = _registration(token)
    entry = queries.attendance_entry(registration)
    if entry is None:
        raise NotFound
    return calendar_file(_event(registration), entry.uid, entry.sequence)


@bp.post("/t/<token>/sign-in")
@guarded(secret_link)
def mail_sign_in(token: str) -> Response:
    """Send the holder a sign-in link: this secret link itself opens no account."""
    registration = _registration(token)
    person, event = registration.participant.person, _event(registration)
    if person is None:
        raise NotFound
    signing_in.count_try(person.email, limits.caller())
    with transaction():
        signing_in.mail_link(person.email, f"/e/{event.slug}/me/", locale())
    flash(_("We have sent you a link."), "ok")
    return redirect(url_for(".ticket_page", token=token), 303)


@bp.get("/e/<event_slug>/me/ticket")
@guarded(within_event(participant))
def my_ticket() -> tuple[str, int]:
    """The ticket of whoever is signed in."""
    registration = queries.live_registration(current_participant())
    full = queries.registration_at(registration.public_id) if registration is not None else None
    return page(
        "my_ticket",
        current_event(),
        registration=full,
        shown=shown_ticket(full) if full is not None else None,
        details_url=mails.ticket_url(full) if full is not None else None,
    )
