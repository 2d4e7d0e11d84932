"""How the event invoices: who, with which numbers, to which account, and when to remind."""

from typing import Any

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from ...db import BilingualText, transaction
from ...epc import compact, in_fours
from ...errors import Stale, require
from ...events.models import Event
from ...events.pages import fresh_event, page
from ...events.permissions import may_answer_for_host
from ...events.routing import current_event, current_person
from ...i18n import _
from ...questions.forms import country_name
from .. import queries, services
from ..forms import SetUpForm
from ..models import InvoiceSetup
from .blueprint import desk

SELLER = ("legal_name", "street", "postcode", "city", "country", "vat_id", "tax_number")


@desk.route("/set-up", methods=["GET", "POST"])
def set_up() -> str | Response | tuple[str, int]:
    """The set-up; what was issued before stays as it is. Who the host is in law, only its own organisers say."""
    event = current_event()
    setup = queries.setup_of(event)
    form, own_host = SetUpForm(data=_shown(event, setup)), may_answer_for_host(current_person(), event)
    if not own_host:
        form.leave_out(SELLER)
    status = 200
    if form.validate_on_submit():
        try:
            with transaction():
                event = fresh_event()
                if own_host:
                    require(may_answer_for_host(current_person(), event))
                    services.set_seller(event, {name: str(form[name].data or "") for name in SELLER})
                services.set_up(event, _values(form), _version(form))
                waiting = len(queries.uninvoiced_parties(event))
        except Stale as error:
            flash(str(error.message), "bad")
            status = error.status
        else:
            flash(_("Your answers are saved."), "ok")
            return redirect(url_for(".waiting" if waiting else ".index"), 303)
    prefix, last = (setup.series.prefix, setup.series.last_number) if setup else (services.default_prefix(event), 0)
    number = services.number_text(prefix, last + 1)
    return page("invoices/set_up.html", form, status, next_number=number, own_host=own_host, country_name=country_name)


def _version(form: SetUpForm) -> int | None:
    text = form.version.data or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _values(form: SetUpForm) -> dict[str, Any]:
    return {
        "prefix": form.prefix.data,
        "account_holder": form.account_holder.data,
        "iban": compact(form.iban.data or ""),
        "bic": compact(form.bic.data or ""),
        "bank": form.bank.data or "",
        "payment_days": form.payment_days.data,
        "reminder_days": form.reminders,
        "small_business": form.small_business.data,
        "footer": BilingualText(form.footer_de.data or "", form.footer_en.data or ""),
    }


def _shown(event: Event, setup: InvoiceSetup | None) -> dict[str, Any]:
    """The set-up as the form shows it; sensible values where there is none yet."""
    host = event.host
    shown: dict[str, Any] = {name: getattr(host, name) for name in SELLER}
    shown["legal_name"] = host.legal_name or host.name
    shown["country"] = host.country or "DE"
    if setup is None:
        return {
            **shown,
            "prefix": services.default_prefix(event),
            "account_holder": shown["legal_name"][:70],
            "payment_days": 14,
            "reminder_days": "3, 14",
        }
    return {
        **shown,
        "version": str(setup.version),
        "prefix": setup.series.prefix,
        "account_holder": setup.account_holder,
        "iban": in_fours(setup.iban),
        "bic": setup.bic,
        "bank": setup.bank,
        "payment_days": setup.payment_days,
        "reminder_days": ", ".join(map(str, setup.reminder_days)),
        "small_business": setup.small_business,
        "footer_de": setup.footer.de,
        "footer_en": setup.footer.en,
    }
