"""A ticket, opened by the secret link in its holder's letter, or by its holder signed in."""

from collections.abc import Callable

from flask import flash, g, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from ... import limits, qr
from ...accounts import signing_in
from ...consents import recipients
from ...consents import services as consents
from ...consents.models import Consent
from ...db import transaction
from ...errors import Gone, NotFound, require
from ...events.models import Event
from ...events.routing import current_event, current_participant, participant, within_event
from ...guards import guarded, secret_link
from ...i18n import _, bi, locale
from ...questions.shown import lines
from .. import codes, lacking, mails, permissions, queries, refunds, services
from ..change_forms import ConsentForm, NameForm, OnceForm
from ..forms import DetailsForm
from ..models import Registration
from .blueprint import bp, check_generation, page, public_id_of
from .check import calendar_file
from .deeds import once
from .extras import sections_of_buyer, sections_of_guest
from .places import asked_of_holder, booked, offered


class TicketEnded(Gone):
    """The link of a ticket that was passed on or given back. `registration` is the one it led to."""

    registration: Registration


SUBSTITUTES_A_DAY = 10
"""How often one ticket can be passed on in a day."""


def registration_of(token: str, *, ended: bool = False) -> Registration:
    """The registration of a secret link; with `ended` a cancelled one too.

    Raises `NotFound`, `Gone` for an address taken back, `TicketEnded`, or `RegistrationEnded` for a deed on a ticket
    that was cancelled.
    """
    registration = known(token)
    if registration.state == "live" or (ended and registration.state == "cancelled"):
        return registration
    if registration.state == "cancelled" and request.method == "POST":
        raise services.RegistrationEnded
    raise TicketEnded(registration=registration)


def known(token: str) -> Registration:
    """The same in any state, so that what was sent twice is answered as the first time."""
    public_id, generation = public_id_of("ticket", token)
    registration = queries.registration_at(public_id)
    if registration is None:
        raise NotFound
    g.event = registration.participant.event
    last = registration.generation if registration.state in ("live", "cancelled") else registration.generation - 1
    check_generation(last, generation)
    return registration


@bp.errorhandler(TicketEnded)
def ticket_ended(error: TicketEnded) -> tuple[str, int]:
    """What became of the ticket, for whoever opens its old link."""
    registration = error.registration
    return page(
        "gone",
        _event(registration),
        status=error.status,
        passed_on=registration.state == "substituted",
        given=_given(registration),
        boxes=_boxes(registration),
        token=(request.view_args or {}).get("token"),
    )


def _given(registration: Registration) -> list[Consent]:
    """What somebody whose ticket has ended agreed to while they had it."""
    shown = {*services.CONSENTS, recipients.PURPOSE}
    return [one for one in consents.in_force(registration.participant) if one.purpose in shown]


def _boxes(registration: Registration) -> dict[str, str]:
    """The names of the boxes of named recipients, by recipient; those of other purposes are called like these."""
    return {one.name: recipients.field_of(one) for one in recipients.recipients_of(_event(registration))}


def _event(registration: Registration) -> Event:
    return registration.participant.event


Asked = Callable[[Registration], bool]


def changeable(registration: Registration, may: Asked = permissions.may_change_ticket) -> Registration:
    """The registration, if its holder `may` still do so with it. Raises `ChangesClosed`."""
    if not may(registration):
        raise services.ChangesClosed
    return registration


def _details(registration: Registration) -> DetailsForm:
    return DetailsForm(obj=registration.participant)


@bp.get("/t/<token>")
@guarded(secret_link)
def ticket_page(token: str) -> tuple[str, int]:
    """The ticket with its code, and one's own data."""
    registration = registration_of(token, ended=True)
    return _ticket_page(token, registration, DetailsForm(formdata=None, obj=registration.participant))


@bp.post("/t/<token>")
@guarded(secret_link)
def set_details(token: str) -> Response | tuple[str, int]:
    """Change or confirm what is printed."""
    registration = registration_of(token)
    form = _details(registration)
    if not form.validate_on_submit():
        return _ticket_page(token, registration, form, 422)
    with transaction():
        services.set_details(
            changeable(registration_of(token), permissions.may_answer),
            title=form.title.data or "",
            given_name=str(form.given_name.data),
            family_name=str(form.family_name.data),
            function=form.function.data or "",
        )
    flash(_("Your answers are saved."), "ok")
    return redirect(_next_after_details(token), 303)


def _next_after_details(token: str) -> str:
    """On to what must still be answered: in the form, or among the extras where a choice is booked; else the ticket."""
    registration = registration_of(token)
    missing = lacking.of(registration)
    if not missing or not permissions.may_answer(registration):
        return url_for(".ticket_page", token=token)
    flash(_("Please answer the questions as well that are still open."), "info")
    in_form = {question.id for question in asked_of_holder(registration).questions}
    if any(question.id in in_form for question in missing):
        return url_for(".ticket_answers", token=token)
    return url_for(".ticket_page", token=token, _anchor="extras")


def _ticket_page(token: str, registration: Registration, form: DetailsForm, status: int = 200) -> tuple[str, int]:
    party, event = registration.place.party, _event(registration)
    live = registration.state == "live"
    return page(
        "my_data",
        event,
        status=status,
        form=form,
        form_errors=form.errors,
        token=token,
        registration=registration,
        shown=shown_ticket(registration),
        alone=len(queries.places_of(party)) == 1,
        may_change=permissions.may_change_ticket(registration),
        may_answer=permissions.may_answer(registration),
        may_pass_on=permissions.may_pass_on(registration),
        until=permissions.changes_until(registration),
        passes_until=permissions.passes_until(registration),
        invited_by=queries.named_by(registration),
        may_spend=permissions.may_spend(registration),
        sections=[
            *(sections_of_guest(registration, token) if live else []),
            *(sections_of_buyer(party) if live and permissions.may_spend(registration) else []),
        ],
        booked=booked(registration.place, registration) if live else [],
        offered=offered(registration.place, token) if live else [],
        asks=asked_of_holder(registration).questions if live else [],
        lacks=lacking.of(registration),
        answers=lines(registration.sheet) if registration.sheet else [],
        consents=_consents(registration),
        recipients=recipients.offered(event, registration.participant) if live else [],
        given=[] if live else _given(registration),
        boxes={} if live else _boxes(registration),
        sentences=services.CONSENTS,
        sure=OnceForm(formdata=None),
    )


def _consents(registration: Registration) -> ConsentForm:
    given = {purpose: consents.current(registration.participant, purpose) for purpose in services.CONSENTS}
    return ConsentForm(formdata=None, data={purpose: held is not None for purpose, held in given.items()})


@bp.post("/t/<token>/consents")
@guarded(secret_link)
def set_consents(token: str) -> Response:
    """Agree to photos or news, or no longer. Once the ticket has ended nothing is agreed to, and all can be ended."""
    form = ConsentForm()
    require(form.validate_on_submit())
    with transaction():
        registration = known(token)
        sentences = {purpose: services.in_both(said) for purpose, said in services.CONSENTS.items()}
        if registration.state != "live":
            given = {consent.purpose for consent in consents.in_force(registration.participant)}
            sentences = {purpose: said for purpose, said in sentences.items() if purpose in given}
        services.agree(registration, {p: form[p].data for p in sentences}, sentences)
        ticked = {name.removeprefix("to_") for name in request.form if name.startswith("to_")}
        recipients.choose(registration.participant, ticked, channel="ticket", may_give=registration.state == "live")
    flash(_("Your choice is saved."), "ok")
    return redirect(url_for(".ticket_page", token=token, _anchor="choices"), 303)


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
        "days": registration.place.product.days,
    }


@bp.route("/t/<token>/substitute", methods=["GET", "POST"])
@guarded(secret_link)
def substitute(token: str) -> Response | tuple[str, int]:
    """Pass the ticket on. From then on this link is dead."""
    form = NameForm()
    if not form.validate_on_submit():
        return _substitute_page(token, form)
    registration = known(token)
    limits.hit("ticket passed on", registration.place.public_id, limit=SUBSTITUTES_A_DAY, seconds=86_400)

    def deed() -> None:
        services.name_substitute(changeable(registration_of(token), permissions.may_pass_on), form.guest)

    try:
        once(registration.public_id, form, deed)
    except services.MembersOnly as error:
        form.email.errors = [str(error.message)]
        return _substitute_page(token, form)
    return page("passed_on", _event(registration), name=form.guest.name)


def _substitute_page(token: str, form: NameForm) -> tuple[str, int]:
    registration = registration_of(token)
    return page(
        "substitute",
        _event(registration),
        status=422 if form.errors else 200,
        form=form,
        form_errors=form.errors,
        token=token,
        registration=registration,
        until=permissions.passes_until(registration),
        may_change=permissions.may_pass_on(registration),
        members=services.members_code(registration.place),
    )


@bp.route("/t/<token>/cancel", methods=["GET", "POST"])
@guarded(secret_link)
def cancel(token: str) -> Response | tuple[str, int]:
    """Cancel one's own registration; asks first. A colleague's place goes back to whoever booked it."""
    form = OnceForm()
    sent = form.validate_on_submit()
    registration = known(token) if sent else registration_of(token)
    party = registration.place.party
    keep = len(queries.places_of(party)) > 1
    if not sent:
        return page(
            "cancel_ticket",
            _event(registration),
            token=token,
            registration=registration,
            keep=keep,
            form=form,
            quote=None if keep or not permissions.may_spend(registration) else refunds.quote(registration),
            rules=refunds.refund_sentences(_event(registration)),
            until=permissions.passes_until(registration),
            may_change=permissions.may_pass_on(registration),
        )

    def deed() -> None:
        registration = changeable(registration_of(token), permissions.may_pass_on)
        services.cancel_registration(registration, "holder", keep_place=keep)
        if keep:
            mails.party_changed(registration.place.party, f"declined:{registration.public_id}")

    once(registration.public_id, form, deed)
    return page("ended", _event(registration), keep=keep)


@bp.get("/t/<token>/calendar.ics")
@guarded(secret_link)
def ticket_calendar(token: str) -> Response:
    """Attendance as a file for the calendar, under the UID of the letter."""
    registration = registration_of(token)
    entry = queries.attendance_entry(registration)
    if entry is None:
        raise NotFound
    return calendar_file(_event(registration), entry)


@bp.post("/t/<token>/sign-in")
@guarded(secret_link)
def mail_sign_in(token: str) -> Response:
    """Send the holder a sign-in link: this secret link itself opens no account."""
    registration = registration_of(token)
    person, event = registration.participant.person, _event(registration)
    if person is None:
        raise NotFound
    signing_in.count_try(person.email, limits.caller())
    with transaction():
        signing_in.mail_link(person.email, f"/e/{event.slug}/me/", locale())
    flash(_("We have sent you a link."), "ok")
    return redirect(url_for(".ticket_page", token=token), 303)


def _sections(registration: Registration) -> list[Markup]:
    """What other rooms say to whoever is signed in, on their own ticket."""
    bought = sections_of_buyer(registration.place.party) if permissions.may_spend(registration) else []
    return [*sections_of_guest(registration), *bought]


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
        sections=_sections(full) if full is not None else [],
        details_url=mails.ticket_url(full) if full is not None else None,
    )
