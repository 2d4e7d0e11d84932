"""All invoices of an event: the list, its file for bookkeeping, and bookings that wait for an invoice."""

import secrets

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from ...db import transaction
from ...errors import require
from ...events.pages import page
from ...events.routing import current_event
from ...headers import as_file, single, words_in
from ...i18n import _, _n
from ...tables import CSV
from .. import bookkeeping, mails, queries, services
from ..forms import BillingForm, DeedForm
from .blueprint import desk, party_or_404, state_words

FILTERS = (*queries.STATES, "credit")


def wanted_now() -> queries.Wanted:
    """What the address asks for."""
    words = words_in(request.args)
    state = single(request.args, "state") or ""
    return queries.Wanted(words, state if state in FILTERS else "")


@desk.get("")
def index() -> str:
    """The invoices, newest first, by state and words; sums of all above them."""
    event, wanted = current_event(), wanted_now()
    after = queries.invoice_at(single(request.args, "after") or "")
    after = after if after is not None and after.event_id == event.id else None
    rows = queries.invoices(event, wanted, before=after, limit=queries.PAGE + 1)
    totals = queries.totals(event)
    shown = rows[: queries.PAGE]
    return render_template(
        "invoices/index.html",
        wanted=wanted,
        rows=shown,
        more=shown[-1].invoice.public_id if len(rows) > queries.PAGE else None,
        paged=after is not None,
        totals=totals,
        sums=_sums(totals),
        waiting=len(queries.uninvoiced_parties(event)),
        setup=queries.setup_of(event),
        states=state_words(),
    )


def _sums(totals: dict[str, queries.Total]) -> dict[str, int]:
    """What is invoiced, paid, open and overdue, in cents."""
    live = [total for state, total in totals.items() if state not in ("cancelled", "cancellation")]
    overdue = totals.get("overdue", queries.Total(0, 0, 0))
    return {
        "gross": sum(total.gross for total in live),
        "paid": sum(total.paid for total in live),
        "open": sum(total.gross - total.paid for total in live),
        "overdue": overdue.gross - overdue.paid,
    }


@desk.get("/export.csv")
def export() -> Response:
    """Every line of every invoice and cancellation as a file for bookkeeping."""
    event = current_event()
    content = bookkeeping.file_of(queries.invoices(event, queries.Wanted(), limit=None))
    name = _("invoices")
    return as_file(content, CSV, f"{name}-{event.slug}.csv")


# -- what waits for an invoice


@desk.get("/waiting")
def waiting() -> str:
    """Bookings that owe something and have no invoice for it, with what is missing."""
    event = current_event()
    setup = queries.setup_of(event)
    found = queries.uninvoiced_parties(event)
    return render_template(
        "invoices/waiting.html",
        setup=setup,
        rows=[(party, services.lacking(party) if setup is not None else ()) for party in found],
        form=DeedForm(formdata=None),
    )


@desk.post("/waiting/issue")
def issue_all() -> BaseResponse:
    """Issue whatever can be issued; one transaction for each booking, so that nobody waits for all of them."""
    require(DeedForm().validate_on_submit())
    refs = [party.public_id for party in queries.uninvoiced_parties(current_event())]
    count = 0
    for ref in refs:
        with transaction():
            count += services.issue_when_possible(party_or_404(ref, lock=True)) is not None
    left = len(refs) - count
    if count:
        flash(_n("%(num)s invoice issued.", "%(num)s invoices issued.", count), "ok")
    if left:
        flash(_n("%(num)s booking still lacks something.", "%(num)s bookings still lack something.", left), "warn")
    return redirect(url_for(".waiting" if left else ".index"), 303)


@desk.route("/parties/<public_id>/billing", methods=["GET", "POST"])
def billing(public_id: str) -> str | BaseResponse | tuple[str, int]:
    """Whom a booking's invoices go to. What was issued stays; what waits is issued once nothing is missing."""
    party = party_or_404(public_id)
    kept = {name: party.billing.get(name) for name in BillingForm.NAMES}
    company = party.organisation.name if party.organisation is not None else ""
    kept["kind"] = kept["kind"] or ("company" if company else "private")
    kept["country"] = kept["country"] or party.event.host.country
    kept["name"] = kept["name"] or party.billing.get("billing_name") or company or party.contact_name
    form = BillingForm(data=kept)
    if form.validate_on_submit():
        with transaction():
            party = party_or_404(public_id, lock=True)
            corrected = services.set_billing(party, form.billing)
            made = services.issue_when_possible(party) or next(reversed(corrected), None)
            ref = made.public_id if made is not None else None
        flash(
            _("Invoice issued. The letter follows once the PDF is made.") if ref else _("Your answers are saved."), "ok"
        )
        back = _back()
        return redirect(url_for(".show", public_id=ref or back) if ref or back else url_for(".waiting"), 303)
    return page(
        "invoices/billing.html",
        form,
        party=party,
        address=mails.address_of(party),
        back_to=_back(),
        live=[row for row in queries.rows_of(party) if row.state not in ("cancelled", "cancellation")],
    )


def _back() -> str:
    """The invoice of this event from whose page somebody came, or nothing."""
    found = queries.invoice_at(single(request.args, "invoice") or "")
    return found.public_id if found is not None and found.event_id == current_event().id else ""


def new_key() -> str:
    """What tells a repeated click from a second one."""
    return secrets.token_hex(16)
