"""The last steps: everything on one page, what makes it binding, and what comes after."""

from typing import Any

from flask import flash, redirect, request, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from ... import clock, ical, limits
from ...accounts import signing_in
from ...agenda import calendars
from ...agenda.models import AgendaEntry
from ...agenda.services import new_uid
from ...consents import recipients
from ...db import transaction
from ...events.models import Event
from ...events.queries import legal_text
from ...events.routing import asked_in_deed, current_event
from ...guards import guarded
from ...headers import as_file
from ...i18n import _, bi, locale
from ...tickets import services as tickets
from .. import approval, describing, drafts, mails, queries, services, workshops
from ..forms import CheckForm, SureForm
from ..models import Party
from ..refunds import refund_sentences
from .blueprint import bp, page
from .flow import used_sentence
from .shown import answers_of, order_of, owed, shows_no_vat

PARTIES_A_CALLER = 300
"""Parties placed by one network address in a quarter of an hour: each causes letters."""

TRIES = 3
"""How often a deed is tried when two people's rows collide; the second try finds what the first one met."""

Answer = Response | tuple[str, int]


@bp.get("/e/<event_slug>/register/check")
def check() -> Answer:
    """Everything on one page before it becomes binding."""
    event = current_event()
    too_early = drafts.elsewhere(event, "check")
    if too_early is not None:
        return redirect(too_early)
    party = drafts.required_draft(event, "check")
    drafts.put_profile_off(party)
    company = party.draft.get("company", "")
    buyer = services.Guest.of(party.draft["people"][0])
    guess = {"kind": "company" if company else "private", "name": company or buyer.name}
    kept = party.draft.get("billing", {}) or guess
    renamed = {"billing_name": kept.get("name", ""), "billing_email": kept.get("email", "")}
    form = CheckForm(formdata=None, data={**kept, **renamed}, free=not _costs(party))
    return _check_page(party, form)


@bp.post("/e/<event_slug>/register/check")
@guarded(asked_in_deed)
def place() -> Answer:
    """Make it binding. Sent twice, it happens once and answers the same."""
    try:
        form, other_sum = _place()
    except services.AddOnGone:
        _keep_billing(current_event())
        return redirect(_left_out(current_event()), 303)
    except drafts.StepsMissing:
        party = drafts.current_draft(current_event())
        if party is None or "add_ons_left" not in party.draft:  # else a second click found what the first took out
            raise
        return redirect(drafts.next_url(party), 303)
    except workshops.TimeConflict as error:
        _keep_billing(current_event())
        flash(str(error.message), "bad")
        return redirect(drafts.step_url("extras"), 303)
    except (
        tickets.CodeInvalid,
        tickets.CodeUsed,
        tickets.HoldExpired,
        tickets.NotOnSale,
        tickets.LimitPerOrder,
        tickets.SoldOut,
    ) as error:
        _keep_billing(current_event())
        flash(used_sentence(error) if isinstance(error, tickets.CodeUsed) else str(error.message), "bad")
        return redirect(drafts.step_url("ticket"), 303)
    if form is None:
        return redirect(f"{request.path.removesuffix('check')}done", 303)
    return _check_page(drafts.required_draft(current_event(), "check"), form, 422, other_sum=other_sum)


def _keep_billing(event: Event) -> None:
    """What was typed at the last step is still there when people come back to it with other places."""
    with transaction():
        party = drafts.to_place(event)
        form = CheckForm(free=not _costs(party))
        if form.validate_on_submit() and not drafts.is_sent(party):
            services.keep(party, billing=form.billing())


def _left_out(event: Event) -> str:
    """Where to go on when something is not offered any more: it is taken out, said so, and nothing is ordered yet."""
    with transaction():
        party = drafts.current_draft(event)
        if party is None:
            return drafts.begin_again()
        names = ", ".join(bi(product.name) for product in services.leave_out_gone(party))
        url = drafts.next_url(party)
    if names:
        flash(
            _(
                "No longer offered: %(names)s. We have taken that out; everything else is as you chose it. "
                "Nothing is ordered yet.",
                names=names,
            ),
            "warn",
        )
    return url


def _place() -> tuple[CheckForm | None, bool]:
    """Place the draft in one deed: None, or the form to show again, and whether another sum is why.

    Tried again where a unique index met somebody who registered at the same moment.
    """
    for left in reversed(range(TRIES)):
        try:
            with transaction():
                return _place_once(drafts.enter())
        except IntegrityError:
            if not left:
                raise
    raise AssertionError  # the loop returns or raises


def _place_once(event: Event) -> tuple[CheckForm | None, bool]:
    party = drafts.to_place(event)
    if drafts.is_sent(party):
        drafts.remember_placed(event, party.public_id)
        return None, False
    items = queries.items_of(party, with_tiers=True)
    form = CheckForm(free=not any(item.gross for item in items))
    if not form.validate_on_submit():
        return form, False
    billing = form.billing()
    small = shows_no_vat(party, items)
    sum_now = owed(party, items, billing, small)
    if sum_now != form.seen_cents(sum(item.gross for item in items)):
        return form, True
    typed: dict[str, Any] = {"billing": billing, "consents": [*form.agreed(), *_recipients_ticked(event)]}
    if party.product is not None and party.product.needs_approval:
        services.keep(party, **typed)
        approval.ask(party)
    else:
        services.place(party, items=items, typed=typed, small=small)
    limits.hit("place party", limits.caller(), limit=PARTIES_A_CALLER, seconds=900)
    drafts.remember_placed(event, party.public_id)
    return None, False


def _costs(party: Party) -> bool:
    return any(item.gross for item in queries.items_of(party))


def _check_page(party: Party, form: CheckForm, status: int = 200, *, other_sum: bool = False) -> tuple[str, int]:
    event = current_event()
    order = order_of(party, form.billing() if form.is_submitted() else party.draft.get("billing", {}))
    if "seen" in form:
        form.seen.data = str(order.gross)
    return page(
        "check",
        event,
        status=status,
        form=form,
        form_errors=form.errors,
        party=party,
        people=[services.Guest.of(kept) for kept in party.draft["people"]],
        company=party.draft.get("company", ""),
        order=order,
        other_sum=other_sum,
        add_ons=_add_ons_of_people(party),
        answers=answers_of(event, party),
        steps=drafts.steps(party),
        partnering=party.draft.get("partnering") if drafts.has_partnering(party) else None,
        has_partnering=drafts.has_partnering(party),
        has_terms=legal_text(event, "terms") is not None,
        refunds=refund_sentences(event) if _costs(party) else [],
        privacy_notice=legal_text(event, "privacy"),
        consents=services.CONSENTS,
        recipients=recipients.offered(event),
        approval=party.product is not None and party.product.needs_approval,
        sure=SureForm(formdata=None),
        step="check",
    )


def _recipients_ticked(event: Event) -> list[str]:
    """Named recipients to whom the buyer agrees, as the draft keeps them."""
    if not any(name.startswith("to_") for name in request.form):
        return []
    return [f"to:{one.recipient.public_id}" for one in recipients.offered(event) if one.field in request.form]


def _add_ons_of_people(party: Party) -> list[list[Any]]:
    """Names of what each person has chosen beside the ticket."""
    names = {product.public_id: product for product in drafts.add_ons(party)}
    return [[names[public_id] for public_id in one if public_id in names] for one in party.draft.get("add_ons", [])]


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
        several=drafts.places(party) > 1,
        waits=party.placed_at is None,
        invoice_to=mails.invoice_address(party),
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
    """The event for the calendar of whoever has just registered, under the UID that the letter uses.

    It says nothing else of them: whoever typed an address that was known already reads the same.
    """
    event = current_event()
    party = drafts.placed_party(event)
    if party is None or party.placed_at is None:
        return redirect(drafts.step_url("ticket"))
    own = queries.contact_registration(party)
    entry = queries.attendance_entry(own) if own is not None else None
    return _file(event, [describing.event_entry(event, entry.uid if entry is not None else new_uid())])


def calendar_file(event: Event, entry: AgendaEntry | None) -> Response:
    """Attendance at an event as a file to download, as letters say it; the event alone for whoever has no entry."""
    said = calendars.feed([entry]) if entry is not None else []
    return _file(event, said or [describing.event_entry(event, new_uid())])


def _file(event: Event, said: list[ical.Entry]) -> Response:
    content = ical.calendar(said, bi(event.name), clock.now())
    return as_file(content, ical.MEDIA_TYPE, f"{event.slug}.ics")
