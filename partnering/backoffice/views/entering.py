"""Registering people without the public pages: one by hand, or tickets given away."""

from typing import Any

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from ...db import transaction
from ...errors import or_404
from ...events.models import Event
from ...events.pages import fresh_event, once, page
from ...events.routing import current_event
from ...i18n import _, _n, locale
from ...registration import desk, entering
from ...registration.workshops import TimeConflict, conflicts
from ...tickets import codes
from ...tickets import queries as ticket_queries
from ...tickets.models import Code, Product
from ...tickets.services import CodeInvalid, CodeUsed, SoldOut
from .. import answers, giving, services, typed
from ..people_forms import EnterBillForm, EnterForm, GiveForm
from .blueprint import bp


@bp.route("/people/add", methods=["GET", "POST"])
def add_person() -> str | BaseResponse | tuple[str, int]:
    """Register somebody by hand."""
    event = current_event()
    products = [product for product in ticket_queries.products_of(event) if product.active]
    tickets = [product for product in products if product.kind == "ticket"]
    form = EnterForm.over(tickets, [product for product in products if product.kind == "add_on"], locale=locale())
    chosen = next((one for one in tickets if one.public_id == form.ticket.data), tickets[0] if tickets else None)
    asked = answers.form_for_new(event, chosen)
    status = 200
    bill = _bill(event, form)
    good = [form.validate_on_submit(), not bill.is_wanted or bill.validate()]
    if all(good) and asked.validate():
        try:
            with transaction():
                event = fresh_event()

                def deed() -> dict[str, str]:
                    entry = _entry(event, form, asked.kept(), bill.billing() if bill.is_wanted else {})
                    added = entering.enter(event, entry, letters=bool(form.letter.data))
                    return {"person": added.participant.public_id}

                public_id = once(form, deed)["person"]
        except entering.DuplicateRegistration as error:
            form.email.errors = [str(error.message)]
        except (CodeInvalid, CodeUsed) as error:
            form.code.errors = [str(error.message)]
        except TimeConflict as error:
            form.add_ons.errors = [str(error.message)]
        except SoldOut as error:
            form.ticket.errors = [str(error.message)]
            status = 409
        else:
            flash(_("The person is registered."), "ok")
            return redirect(url_for(".person", public_id=public_id))
    return page("backoffice/add_person.html", form, status, products=tickets, asked=asked, bill=bill)


def _bill(event: Event, form: EnterForm) -> EnterBillForm:
    """The invoice address as it was typed; without a name of its own it is that of the company or the person."""
    bill = EnterBillForm(country=event.host.country)
    bill.call(form.company.data or form.guest.name)
    return bill


def _entry(event: Event, form: EnterForm, given: dict[str, Any], billing: dict[str, str]) -> entering.Entry:
    """What was typed. Raises `CodeInvalid` or `TimeConflict`."""
    product = or_404(ticket_queries.product_at(event, form.ticket.data))
    wanted = set(form.add_ons.data or [])
    add_ons = [one for one in ticket_queries.add_ons_for(product) if one.public_id in wanted]
    overlap = conflicts(add_ons)
    if overlap:
        raise TimeConflict.between(*(str(one.name) for one in overlap[0]))
    return entering.Entry(
        form.guest,
        product,
        form.company.data or "",
        form.locale.data,
        typed.cents(form.price.data) if form.price.data else None,
        _code(event, form.code.data or "", product, form.guest.email),
        add_ons,
        given,
        billing,
    )


def _code(event: Event, text: str, product: Product, email: str) -> Code | None:
    if not text:
        return None
    code = codes.find(event, text)
    codes.check(code, product, email)
    return code


@bp.route("/people/give", methods=["GET", "POST"])
def give_tickets() -> str | BaseResponse | tuple[str, int]:
    """Give tickets away: places for somebody who names the people, or a code that keeps them."""
    event = current_event()
    tickets = [one for one in ticket_queries.products_of(event) if one.kind == "ticket" and one.active]
    form = GiveForm.over(tickets, locale=locale())
    status = 200
    if form.validate_on_submit():
        count = typed.whole(form.count.data, 1, 100) or 1
        try:
            with transaction():
                event = fresh_event()
                product = or_404(ticket_queries.product_at(event, form.ticket.data))
                given = once(form, lambda: _give(event, product, count, form))
        except SoldOut as error:
            form.count.errors = [str(error.message)]
            status = 409
        else:
            if "code" in given:
                flash(_("The code %(code)s keeps the places. Whoever registers at %(link)s gets them.", **given), "ok")
            else:
                flash(_n("One ticket is given away.", "%(num)s tickets are given away.", count), "ok")
            return redirect(
                url_for(".give_tickets") if "code" in given else url_for(".booking", public_id=given["party"])
            )
    return page("backoffice/give.html", form, status, products=tickets)


def _give(event: Event, product: Product, count: int, form: GiveForm) -> dict[str, str]:
    """The code and where it is used; or the booking, where the places were given at once."""
    if form.way.data == "voucher":
        code = giving.voucher(event, product, count, note=form.name.data or "")
        link = services.register_url(event, code)
        return {"code": code.text, "link": link}
    party = desk.give(
        event,
        product,
        count,
        name=form.name.data or "",
        email=form.email.data or "",
        company=form.company.data or "",
        locale=form.locale.data,
        letter=bool(form.letter.data),
    )
    return {"party": party.public_id}
