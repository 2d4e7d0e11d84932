"""One invoice: its lines, what was paid, and what organisers can do about it."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from ...db import transaction
from ...errors import DomainError, NotFound, require
from ...events.pages import fresh_event, once
from ...events.routing import current_event, current_person
from ...i18n import _, money
from ...questions.forms import country_name
from .. import late, ledger, mails, queries, services
from ..forms import DeedForm, PaymentForm, ReasonForm, shown
from ..models import Invoice
from .blueprint import desk, invoice_or_404, state_words
from .buyer import file_of
from .lists import new_key


@desk.get("/<public_id>")
def show(public_id: str) -> str | tuple[str, int]:
    """An invoice or cancellation, with the account of its booking."""
    return _shown(invoice_or_404(public_id))


def _shown(invoice: Invoice, **forms: Any) -> str | tuple[str, int]:
    party = invoice.party
    standing, account = queries.standing(invoice), queries.account(party)
    due = invoice.gross - standing.paid if standing.state in ("open", "part_paid", "overdue") else 0
    today = queries.today_at(party.event)
    reminders = queries.reminders_of(invoice)
    key = new_key()
    payment = PaymentForm(formdata=None, prefix="payment", amount=shown(due) if due else "", on=today, once=key)
    refund = PaymentForm(
        formdata=None, prefix="refund", amount=shown(account.credit or account.paid), on=today, once=key
    )
    failed = next((form for form in forms.values() if form.errors), None)
    html = render_template(
        "invoices/show.html",
        invoice=invoice,
        party=party,
        said=invoice.contents,
        country_name=country_name,
        state=standing.state,
        states=state_words(),
        paid=standing.paid,
        due=due,
        account=account,
        entries=queries.ledger_of(party),
        undone={entry.external_ref for entry in queries.ledger_of(party) if entry.source == "undo"},
        others=[row for row in queries.rows_of(party) if row.invoice.id != invoice.id],
        cancellation=queries.cancellation_of(invoice),
        reminders=reminders,
        reminded_today=bool(reminders) and reminders[-1].sent_on >= today,
        letters=queries.letters_about(party),
        has_document=queries.has_document(invoice),
        dearer=sum(line.gross for line in late.dearer(party).values()),
        address=mails.address_of(party),
        payment=forms.get("payment", payment),
        refund=forms.get("refund", refund),
        reason=ReasonForm(formdata=None, once=key),
        deed=DeedForm(formdata=None, once=key),
        form_errors=failed.errors if failed is not None else {},
        failed=failed,
    )
    return (html, 422) if failed is not None else html


@desk.get("/<public_id>.pdf")
def pdf(public_id: str) -> Response:
    """The document as it was made."""
    return file_of(invoice_or_404(public_id))


@desk.post("/<public_id>/payment")
def record_payment(public_id: str) -> BaseResponse | str | tuple[str, int]:
    """Write down a payment, whole or in part."""
    form = PaymentForm(prefix="payment")
    if not form.validate_on_submit():
        return _shown(invoice_or_404(public_id), payment=form)

    def deed(invoice: Invoice) -> str:
        ledger.record_payment(invoice.party, form.cents, form.on.data, note=form.note.data or "", invoice=invoice)
        return _("%(amount)s is booked.", amount=money(form.cents, invoice.currency))

    return _do(public_id, form, deed)


@desk.post("/<public_id>/refund")
def refund(public_id: str) -> BaseResponse | str | tuple[str, int]:
    """Write down that money was paid back."""
    form = PaymentForm(prefix="refund")
    if not form.validate_on_submit():
        return _shown(invoice_or_404(public_id), refund=form)

    def deed(invoice: Invoice) -> str:
        ledger.refund(invoice.party, form.cents, form.on.data, note=form.note.data or "")
        return _("%(amount)s is booked as paid back.", amount=money(form.cents, invoice.currency))

    return _do(public_id, form, deed)


@desk.post("/<public_id>/entries/<entry>/undo")
def take_back(public_id: str, entry: str) -> BaseResponse:
    """Balance an entry that was wrong."""

    def deed(invoice: Invoice) -> str:
        found = queries.entry_at(invoice.party, entry)
        if found is None:
            raise NotFound
        ledger.take_back(found, queries.today_at(invoice.party.event))
        return _("The entry is balanced by one of the opposite amount.")

    return _do(public_id, DeedForm(), deed)


@desk.post("/<public_id>/cancel")
def cancel(public_id: str) -> BaseResponse:
    """Take an invoice back; what it charged waits for another."""
    form = ReasonForm()

    def deed(invoice: Invoice) -> str:
        services.cancel(invoice, form.reason.data or "")
        ledger.settle(invoice.party)
        return _("The invoice is cancelled. The letter follows once the PDF is made.")

    return _do(public_id, form, deed)


@desk.post("/<public_id>/anew")
def issue_anew(public_id: str) -> BaseResponse:
    """Cancel an invoice and issue it once more, with what is known now."""
    form = ReasonForm()
    made: list[str] = []

    def deed(invoice: Invoice) -> str:
        issued = services.issue_anew(invoice, form.reason.data or "")
        made.append(issued[-1].public_id)
        if issued[-1].kind != "invoice":
            return _("The invoice is cancelled. A new one cannot be issued yet: something is missing.")
        return _("Cancelled and issued anew. Both go out in one letter once the PDFs are made.")

    return _do(public_id, form, deed, made)


@desk.post("/<public_id>/today")
def charge_today(public_id: str) -> BaseResponse:
    """Charge today's price to a booking that did not pay in time."""
    made: list[str] = []

    def deed(invoice: Invoice) -> str:
        made.append(late.charge_today(invoice.party)[-1].public_id)
        return _("Today's price is charged. The corrected invoice goes out once its PDF is made.")

    return _do(public_id, DeedForm(), deed, made)


@desk.post("/<public_id>/send")
def send(public_id: str) -> BaseResponse:
    """Send an invoice once more."""

    def deed(invoice: Invoice) -> str:
        sent = services.send_again(invoice, current_person().public_id)
        return _("The letter is on its way.") if sent else _("The letter was sent just now.")

    return _do(public_id, DeedForm(), deed)


@desk.post("/<public_id>/remind")
def remind(public_id: str) -> BaseResponse:
    """Remind of an overdue invoice now."""

    def deed(invoice: Invoice) -> str:
        sent = services.remind_now(invoice)
        return _("The reminder is on its way.") if sent else _("There is no email address to write to.")

    return _do(public_id, DeedForm(), deed)


def _do(
    public_id: str, form: DeedForm, deed: Callable[[Invoice], str], leads_to: list[str] | None = None
) -> BaseResponse:
    """Do something with an invoice, once for each time its form was shown; come back to it, or to what came of it."""
    require(form.validate_on_submit())
    said: list[str] = []
    try:
        with transaction():
            fresh_event()
            invoice = invoice_or_404(public_id)
            services.lock(invoice.party)
            once(form, lambda: said.extend([deed(invoice)]))
    except DomainError as error:
        if error.status == 404:
            raise
        flash(_message(error), "bad")
    else:
        flash(said[0] if said else _("That is done already."), "ok" if said else "info")
    target = leads_to[-1] if leads_to else public_id
    return redirect(url_for(".show", public_id=target, event_slug=current_event().slug), 303)


def _message(error: DomainError) -> str:
    if isinstance(error, ledger.MoreThanPaid):
        return _("That is more than was paid: at most %(amount)s can be paid back.", amount=money(error.most))
    return str(error.message)
