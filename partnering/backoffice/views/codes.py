"""Codes: made one by one or many at once, shared by link, changed, switched off."""

from typing import Any

from flask import Response as FileResponse
from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ... import clock
from ...db import transaction
from ...errors import Stale, or_404, require
from ...events.models import Event
from ...events.pages import fresh_event, once, page
from ...events.routing import current_event
from ...headers import as_file
from ...i18n import _, _n, moment
from ...mail.letters import url as full_url
from ...registration.refund_rules import percent
from ...tables import CSV
from ...tickets import errors
from ...tickets import queries as ticket_queries
from ...tickets.models import Code
from .. import coding, typed
from ..code_forms import KINDS, CodeForm, SwitchForm
from ..export import as_csv
from .blueprint import argument, bp, page_number

Answer = str | Response | tuple[str, int]


@bp.get("/tickets/codes")
def codes() -> str:
    """All codes, how often they were used, and whether they work."""
    event, wanted = current_event(), argument("q")
    total = coding.number_of_codes(event, wanted)
    number = min(page_number(), max(1, -(-total // coding.PAGE)))
    found = coding.codes_of(event, wanted, number)
    return render_template(
        "backoffice/codes.html",
        codes=found,
        states={code.id: coding.state(code) for code in found},
        kinds=KINDS,
        percent=percent,
        wanted=wanted,
        total=total,
        number=number,
        first_row=(number - 1) * coding.PAGE + 1,
    )


@bp.get("/tickets/codes.csv")
def codes_file() -> FileResponse:
    """The same codes as a file for spreadsheets, all pages at once."""
    event = current_event()
    heads = [
        _("Code"),
        _("Kind"),
        _("Used"),
        _("How many tickets in all"),
        _("Places it keeps"),
        _("Valid from"),
        _("Valid until"),
        _("Works"),
        _("Note for yourself"),
        _("Link to share"),
    ]
    rows = [
        [
            code.text,
            str(KINDS[code.kind][0]),
            code.uses,
            code.uses_max if code.uses_max is not None else "",
            code.blocked if code.kind == "voucher" else "",
            moment(code.valid_from, in_zone=event.zone) if code.valid_from else "",
            moment(code.valid_until, in_zone=event.zone) if code.valid_until else "",
            _("yes") if coding.state(code) == "on" else _("no"),
            code.note,
            link_of(event, code),
        ]
        for code in coding.codes_of(event, argument("q"))
    ]
    what = _("codes")
    return as_file(as_csv(heads, rows), CSV, f"{event.slug}-{what}.csv")


@bp.route("/tickets/codes/new/<any(discount, access, member, voucher):kind>", methods=["GET", "POST"])
def create_code(kind: str) -> Answer:
    """One code of a kind, or many of them."""
    form = _form(kind, discount="percent" if kind == "discount" else "none", number="1", **_new_audience(kind))
    if form.validate_on_submit():
        number = typed.whole(form.number.data) or 1
        if number == 1 and not form.text.data:
            form.text.data = coding.random_text(form.prefix.data or "")
        try:
            with transaction():
                _make(form, fresh_event(), number)
        except (errors.CodeTaken, errors.CodeUnfit) as error:
            form.text.errors = [str(error.message)]
        except (errors.SoldOut, errors.NothingToKeep) as error:
            form.blocked.errors = [str(error.message)]
        else:
            flash(_n("%(num)s code is there.", "%(num)s codes are there.", number), "ok")
            return redirect(url_for(".codes"))
    return page("backoffice/code.html", form, code=None, kind=kind, kinds=KINDS)


@bp.route("/tickets/codes/<public_id>", methods=["GET", "POST"])
def edit_code(public_id: str) -> Answer:
    """A code: what it does, how often, until when, and the link to share."""
    code = _code_or_404(public_id)
    form = _form(code.kind, **_shown(code, current_event()))
    status = 200
    if form.validate_on_submit():
        try:
            with transaction():
                _change(form, fresh_event(), public_id)
        except Stale as error:
            flash(str(error.message), "bad")
            status = error.status
        except errors.UsedMoreOften as error:
            form.uses_max.errors, status = [str(error.message)], 422
        except (errors.SoldOut, errors.NothingToKeep) as error:
            form.blocked.errors, status = [str(error.message)], 422
        else:
            flash(_("Your answers are saved."), "ok")
            return redirect(url_for(".codes"))
        code = _code_or_404(public_id)
    return page(
        "backoffice/code.html",
        form,
        status,
        code=code,
        kind=code.kind,
        kinds=KINDS,
        share_link=link_of(current_event(), code),
        state=coding.state(code),
        switch=SwitchForm(formdata=None),
    )


@bp.post("/tickets/codes/<public_id>/switch")
def switch_code(public_id: str) -> Response:
    """Let a code work, or not any more."""
    form = SwitchForm()
    require(form.validate_on_submit() and form.active.data in ("yes", "no"))
    active = form.active.data == "yes"
    with transaction():
        event = fresh_event()
        coding.switch(event, _code_or_404(public_id), active)
    flash(_("The code works again.") if active else _("The code does not work any more."), "ok")
    return redirect(url_for(".edit_code", public_id=public_id))


def link_of(event: Event, code: Code) -> str:
    """The address that fills in the code."""
    return full_url("registration.ticket", event_slug=event.slug, code=code.text)


# -- between forms and services


def _form(kind: str, **values: Any) -> CodeForm:
    event = current_event()
    form: CodeForm = type("CodeFormOfKind", (CodeForm,), {"kind": kind})(**values)
    form.offer(ticket_queries.products_of(event), coding.lists_of(event))
    return form


def _new_audience(kind: str) -> dict[str, str]:
    return {"audience": "member" if kind == "member" else ""}


def _values(form: CodeForm, event: Event) -> dict[str, Any]:
    """The form's answers as columns."""
    chosen = next((each for each in coding.lists_of(event) if each.public_id == form.member_list.data), None)
    return {
        "note": form.note.data or "",
        "discount": form.discount.data,
        "value": form.amount,
        "audience": form.audience.data or "",
        "opens_hidden": form.kind == "access" or bool(form.opens_hidden.data),
        "member_list_id": chosen.id if chosen is not None else None,
        "valid_from": clock.from_zone(form.valid_from.data, event.zone) if form.valid_from.data else None,
        "valid_until": clock.from_zone(form.valid_until.data, event.zone) if form.valid_until.data else None,
    }


def _products(form: CodeForm, event: Event) -> list[Any]:
    chosen = set(form.products.data or ())
    return [product for product in ticket_queries.products_of(event) if product.public_id in chosen]


def _blocked(form: CodeForm) -> int:
    return (typed.whole(form.blocked.data) or 0) if form.kind == "voucher" else 0


def _make(form: CodeForm, event: Event, number: int) -> None:
    values = {
        **_values(form, event),
        "kind": form.kind,
        "products": _products(form, event),
        "uses_max": typed.whole(form.uses_max.data),
        "blocked": _blocked(form),
    }
    text = (form.text.data or "") if number == 1 else ""
    once(form, lambda: len(coding.make(event, values, text=text, number=number, prefix=form.prefix.data or "")))


def _change(form: CodeForm, event: Event, public_id: str) -> None:
    coding.edit(
        event,
        _code_or_404(public_id),
        _values(form, event),
        products=_products(form, event),
        uses_max=typed.whole(form.uses_max.data),
        blocked=_blocked(form),
        version=typed.whole(form.version.data),
    )


def _shown(code: Code, event: Event) -> dict[str, Any]:
    """A code as its form shows it."""
    shown: dict[str, Any] = {name: getattr(code, name) for name in ("text", "note", "discount", "audience")}
    for name in ("valid_from", "valid_until"):
        at = getattr(code, name)
        shown[name] = clock.in_zone(at, event.zone).replace(tzinfo=None) if at else None
    percent = code.discount == "percent"
    amount = typed.shown_percent(code.value) if percent else typed.shown_amount(code.value)
    return {
        **shown,
        "version": str(code.version),
        "value": amount if code.discount != "none" else "",
        "opens_hidden": code.opens_hidden,
        "member_list": code.member_list.public_id if code.member_list else "",
        "blocked": str(code.blocked),
        "uses_max": "" if code.uses_max is None else str(code.uses_max),
        "products": [row.product.public_id for row in code.products],
    }


def _code_or_404(public_id: str) -> Code:
    return or_404(coding.code_at(current_event(), public_id))
