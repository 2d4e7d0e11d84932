"""Registering, step by step: ticket, people, (partnering,) check, done. Needs no account and no script."""

import secrets
from typing import Any

from flask import current_app, flash, g, redirect, request, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from ... import clock, ical, idempotency, limits
from ...accounts import signing_in
from ...agenda.services import new_uid
from ...db import transaction
from ...events.models import Event
from ...events.queries import is_over, legal_text
from ...events.routing import current_event
from ...i18n import _, bi, locale
from ...tickets import queries as ticket_queries
from ...tickets import services as tickets
from ...tickets.models import Product
from .. import drafts, queries, services
from ..forms import CheckForm, PeopleForm, SureForm, TicketForm
from ..models import Party
from .blueprint import bp, page
from .shown import option_of, order_of

HOLDS_A_CALLER = 500
"""Choices of a ticket by one network address in a quarter of an hour: a university shares one address."""

PARTIES_A_CALLER = 300
"""Parties placed by one network address in a quarter of an hour: each causes letters."""

TRIES = 3
"""How often a deed is tried when two people's rows collide; the second try finds what the first one met."""

Answer = Response | tuple[str, int]


@bp.get("/e/<event_slug>/register")
def ticket() -> Answer:
    """Which ticket? Sold-out ones stay and say so."""
    party = drafts.current_draft(current_event())
    drafts.visitor()
    form = TicketForm(formdata=None, key=secrets.token_hex(16))
    form.ticket.data = request.args.get("ticket") or (party.product.public_id if party and party.product else "")
    form.quantity.data = str(len(queries.items_of(party)) or 1) if party else "1"
    return _ticket_page(form, party)


@bp.post("/e/<event_slug>/register")
def choose_ticket() -> Answer:
    """Hold the places, and go on to the people."""
    event, form = current_event(), TicketForm()
    product = ticket_queries.product_at(event, form.ticket.data or "")
    if not form.validate_on_submit() or product is None or product.hidden:
        if product is None and not form.ticket.errors:
            form.ticket.errors = [_("Choose a ticket")]
        if form.quantity.errors and product is not None:
            form.quantity.errors = [_("Enter a number from 1 to %(most)s", most=product.most_per_order)]
        return _ticket_page(form, drafts.current_draft(event), 422)
    limits.hit("hold places", limits.caller(), limit=HOLDS_A_CALLER, seconds=900)
    try:
        with transaction():
            reference, url = _held(event, product, form)
    except tickets.LimitPerOrder as error:
        form.quantity.errors = [_("At most %(most)s in one order, please", most=error.most)]
        return _ticket_page(form, drafts.current_draft(event), 422)
    except (tickets.SoldOut, tickets.NotOnSale) as error:
        form.ticket.errors = [str(error.message)]
        return _ticket_page(form, drafts.current_draft(event), error.status)
    drafts.remember(event, reference)
    return redirect(url, 303)


def _held(event: Event, product: Product, form: TicketForm) -> tuple[str, str]:
    """The party that holds what was chosen, and where it goes on; a double click begins one party, not two."""
    party = drafts.current_draft(event)
    if party is None:

        def begin() -> dict[str, Any]:
            return {"party": services.begin(event, product, form.units, locale()).public_id}

        key = form.key.data or secrets.token_hex(16)
        body = f"{product.public_id} {form.units}"
        answer = idempotency.once(f"visitor:{drafts.visitor()}", f"{key}:{body}", body, begin)
        party = queries.locked_party(answer["party"])
        if party is None or party.placed_at is not None:
            raise drafts.StepsMissing
    services.choose(party, product, form.units)
    return party.public_id, drafts.next_url(party)


def _ticket_page(form: TicketForm, party: Party | None, status: int = 200) -> tuple[str, int]:
    event = current_event()
    products = ticket_queries.products_on_show(event)
    left = tickets.lefts(products)
    own = (party.product_id, len(queries.items_of(party))) if party else (None, 0)
    options = [
        option_of(product, left[product.id] + (own[1] if product.id == own[0] else 0), event) for product in products
    ]
    open_now = event.state == "published" and not is_over(event)
    if not form.ticket.data:
        free = [option for option in options if option.choosable]
        wanted = next((option for option in free if option.product.recommended), free[0] if len(free) == 1 else None)
        form.ticket.data = wanted.product.public_id if wanted else ""
    return page(
        "ticket",
        event,
        status=status,
        form=form,
        form_errors=form.errors,
        options=options,
        open_now=open_now and any(option.choosable for option in options),
        over=not open_now,
        most=max((option.product.most_per_order for option in options), default=1),
        steps=drafts.steps(party),
    )


@bp.get("/e/<event_slug>/register/people")
def people() -> Answer:
    """Who comes? Colleagues' names may stay open."""
    party = drafts.current_draft(current_event())
    if party is None:
        return redirect(drafts.step_url("ticket"))
    typed = party.draft.get("people") or party.draft.get("typed") or _known()
    form = PeopleForm(
        formdata=None, company=party.draft.get("company", ""), people=[{**p, "open": not p} for p in typed]
    )
    return _people_page(party, form.for_places(_places(party)))


@bp.post("/e/<event_slug>/register/people")
def keep_people() -> Answer:
    """Keep who comes, and go on."""
    event, form = current_event(), PeopleForm()
    party = drafts.required_draft(event, "people")
    if not form.for_places(_places(party)).validate_on_submit():
        return _people_page(party, form, 422)
    with transaction():
        party = drafts.required_draft(event, "people")
        if len(form.people) != _places(party):
            raise drafts.StepsMissing
        services.keep(party, people=form.kept(), company=form.company.data or "")
        url = drafts.next_url(party)
    return redirect(url, 303)


def _known() -> list[dict[str, str]]:
    """What a signed-in person need not type again."""
    person = g.get("person")
    if person is None:
        return []
    return [{"given_name": person.given_name, "family_name": person.family_name, "email": person.email}]


def _places(party: Party) -> int:
    return len(queries.items_of(party)) * (party.product.seats if party.product else 1)


def _people_page(party: Party, form: PeopleForm, status: int = 200) -> tuple[str, int]:
    return page(
        "people",
        current_event(),
        status=status,
        form=form,
        form_errors=form.errors,
        party=party,
        order=order_of(party),
        steps=drafts.steps(party),
        sure=SureForm(formdata=None),
        step="people",
    )


@bp.get("/e/<event_slug>/register/check")
def check() -> Answer:
    """Everything on one page before it becomes binding."""
    event = current_event()
    too_early = drafts.elsewhere(event, "check")
    if too_early is not None:
        return redirect(too_early)
    party = drafts.required_draft(event, "check")
    company = party.draft.get("company", "")
    buyer = services.Guest.of(party.draft["people"][0])
    kept = {"billing_name": company or buyer.name, **party.draft.get("billing", {})}
    return _check_page(party, CheckForm(formdata=None, data=kept, free=services.total(party) == 0))


@bp.post("/e/<event_slug>/register/check")
def place() -> Answer:
    """Make it binding. Sent twice, it happens once and answers the same."""
    event = current_event()
    if drafts.placed_now(event) is not None:
        return _placed(event, drafts.placed_now(event) or "")
    party = drafts.required_draft(event, "check")
    form = CheckForm(free=services.total(party) == 0)
    if not form.validate_on_submit():
        return _check_page(party, form, 422)
    limits.hit("place party", limits.caller(), limit=PARTIES_A_CALLER, seconds=900)
    try:
        reference = _place(event, party.public_id, form)
    except (tickets.HoldExpired, tickets.NotOnSale, tickets.LimitPerOrder, tickets.SoldOut) as error:
        flash(str(error.message), "bad")
        return redirect(drafts.step_url("ticket"), 303)
    return _placed(event, reference)


def _place(event: Event, reference: str, form: CheckForm) -> str:
    """Place the party; tried again where a unique index met somebody who registered at the same moment."""

    def deed() -> dict[str, Any]:
        party = drafts.required_draft(event, "check")
        services.keep(party, billing=form.billing())
        services.place(party, agreed=form.agreed())
        return {"party": reference}

    for left in reversed(range(TRIES)):
        try:
            with transaction():
                answer = idempotency.once(f"party:{reference}", "place", "", deed)
            return str(answer["party"])
        except IntegrityError:
            if not left:
                raise
    return reference


def _placed(event: Event, reference: str) -> Response:
    drafts.remember_placed(event, reference)
    return redirect(url_for(".done"), 303)


def _check_page(party: Party, form: CheckForm, status: int = 200) -> tuple[str, int]:
    event = current_event()
    return page(
        "check",
        event,
        status=status,
        form=form,
        form_errors=form.errors,
        party=party,
        people=[services.Guest.of(kept) for kept in party.draft["people"]],
        company=party.draft.get("company", ""),
        order=order_of(party),
        steps=drafts.steps(party),
        partnering=party.draft.get("partnering") if drafts.has_partnering(party) else None,
        has_partnering=drafts.has_partnering(party),
        has_terms=legal_text(event, "terms") is not None,
        consents=services.CONSENTS,
        sure=SureForm(formdata=None),
        step="check",
    )


@bp.post("/e/<event_slug>/register/extend")
def extend() -> Response:
    """Hold the places a while longer, and go back to where one was."""
    event = current_event()
    step = request.form.get("step", "")
    try:
        with transaction():
            services.extend(drafts.required_draft(event, "people"))
    except (services.NoMoreExtensions, tickets.HoldExpired) as error:
        flash(str(error.message), "warn")
    else:
        flash(_("Your places are held for another 30 minutes."), "ok")
    return redirect(drafts.step_url(step if step in drafts.STEPS else "people"), 303)


@bp.get("/e/<event_slug>/register/done")
def done() -> Answer:
    """Registered: the reference, and what happens next. The same page for an address that was known already."""
    event = current_event()
    party = drafts.placed_party(event)
    if party is None:
        return redirect(drafts.step_url("ticket"))
    return page(
        "done",
        event,
        party=party,
        several=len(queries.items_of(party)) * (party.product.seats if party.product else 1) > 1,
    )


@bp.post("/e/<event_slug>/register/sign-in")
def mail_own_pages() -> Response:
    """Send whoever has just registered a sign-in link to their own pages, to the address they gave."""
    event = current_event()
    party = drafts.placed_party(event)
    if party is None:
        return redirect(drafts.step_url("ticket"), 303)
    signing_in.count_try(party.contact_email, limits.caller())
    with transaction():
        signing_in.mail_link(party.contact_email, f"/e/{event.slug}/me/", locale())
    flash(_("We have sent you a link."), "ok")
    return redirect(url_for(".done"), 303)


@bp.get("/e/<event_slug>/register/calendar.ics")
def calendar() -> Response:
    """The event for the calendar of whoever has just registered, under the UID that the letter uses."""
    event = current_event()
    party = drafts.placed_party(event)
    if party is None:
        return redirect(drafts.step_url("ticket"))
    own = queries.contact_registration(party)
    entry = queries.attendance_entry(own) if own is not None else None
    return calendar_file(event, entry.uid if entry else new_uid(), entry.sequence if entry else 0)


def calendar_file(event: Event, uid: str, sequence: int) -> Response:
    """Attendance at an event as a file to download."""
    days = (clock.in_zone(moment, event.zone).date() for moment in (event.opens_at, event.closes_at))
    entry = ical.Entry(
        uid=uid,
        sequence=sequence,
        starts_at=event.opens_at,
        ends_at=event.closes_at,
        zone=event.zone,
        summary=bi(event.name),
        location=event.place(locale()),
        url=url_for("events.show", event_slug=event.slug, _external=True),
        last_modified=event.created_at,
        all_day=len(set(days)) > 1,
    )
    response = current_app.response_class(ical.calendar([entry], bi(event.name), clock.now()), mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'attachment; filename="{event.slug}.ics"'
    return response
