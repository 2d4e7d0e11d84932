"""Invoices for whoever pays them: by the secret link of their booking, or signed in."""

from typing import Any

from flask import Response, flash, g, redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from ... import epc, limits, links, qr
from ...errors import Gone, NotFound
from ...events.routing import current_event, current_person, event_blueprint, participant
from ...guards import GuardedBlueprint, secret_link
from ...headers import as_file
from ...i18n import _, speaking
from ...registration import taxing
from ...registration.change_forms import BillForm
from ...registration.models import Party
from ...registration.queries import party_at
from ...registration.views.deeds import once, party_of
from .. import contents, mails, permissions, queries, services
from ..errors import NotMadeYet
from ..models import Invoice
from .blueprint import state_words

HOLDS = ("open", "part_paid", "overdue", "paid")

CORRECTIONS_A_DAY = 5
"""How often a buyer changes whom invoices go to in a day: each time may take two numbers."""

bp = GuardedBlueprint("invoices", __name__, guard=secret_link)
own = event_blueprint("my_invoices", __name__, "me", guard=participant)


@bp.get("/r/<token>/invoices/<public_id>.pdf")
def download(token: str, public_id: str) -> Response:
    """An invoice of the booking whose link this is."""
    parts = links.read("party", token)
    party = party_at(parts[0]) if parts is not None else None
    if parts is None or party is None or party.placed_at is None:
        raise NotFound
    if party.generation != parts[1]:
        raise Gone
    g.event = party.event
    invoice = queries.invoice_at(public_id)
    if invoice is None or invoice.party_id != party.id:
        raise NotFound
    return file_of(invoice)


@own.get("/invoice.pdf")
def newest() -> Response:
    """The newest invoice that holds, of whatever the signed-in person booked."""
    invoice = queries.newest_for(current_event(), current_person())
    if invoice is None:
        raise NotFound
    return file_of(invoice)


@bp.route("/r/<token>/billing", methods=["GET", "POST"])
def billing(token: str) -> BaseResponse | tuple[str, int]:
    """Mend whom the invoices go to, until they are due: what was issued is cancelled and issued anew."""
    party, form = party_of(token), BillForm()
    if not form.is_submitted():
        return _billing_page(token, party, BillForm(formdata=None, data=_known(party)))
    if not form.validate_on_submit():
        return _billing_page(token, party, form, 422)
    total = taxing.total_for(party, form.billing())
    if permissions.may_correct_billing(party) and total != form.seen_cents(total):
        return _billing_page(token, party, form, 422, other_sum=True)
    limits.hit("billing corrected", party.public_id, limit=CORRECTIONS_A_DAY, seconds=86_400)

    def deed() -> dict[str, Any]:
        return {"issued": len(services.correct_billing(party_of(token), form.billing()))}

    issued = once(party.public_id, form, deed)["issued"]
    flash(
        _("The address is changed. What is issued anew comes in a letter of its own.")
        if issued
        else _("Your answers are saved."),
        "ok",
    )
    return redirect(url_for("registration.manage", token=token), 303)


def _known(party: Party) -> dict[str, str]:
    """What is known of whom the invoices go to, as the form calls it."""
    kept = {name: str(value) for name, value in party.billing.items()}
    buyer = contents.buyer_of(party)
    country = kept.get("country") or party.event.host.country
    shown = {"kind": buyer["kind"], "billing_name": buyer["name"], "billing_email": kept.get("email", "")}
    return {**kept, **shown, "country": country}


def _billing_page(
    token: str, party: Party, form: BillForm, status: int = 200, *, other_sum: bool = False
) -> tuple[str, int]:
    total = taxing.total_for(party, form.billing())
    form.seen.data = str(total)
    html = render_template(
        "invoices/correct.html",
        event=party.event,
        party=party,
        token=token,
        form=form,
        form_errors=form.errors,
        other_sum=other_sum,
        total=total,
        live=queries.live_invoices(party),
        may_correct=permissions.may_correct_billing(party),
    )
    return html, status


def file_of(invoice: Invoice) -> Response:
    """The PDF as it was made. Raises `NotMadeYet` while the worker is at it."""
    document = queries.document_of(invoice)
    if document is None:
        raise NotMadeYet
    with speaking(invoice.locale):
        name = mails.file_name(invoice)
    return as_file(document.content, "application/pdf", name, inline=True)


def section(party: Party) -> Markup | None:
    """The invoices of a booking, for the page of its buyer; None when there are none."""
    rows = queries.rows_of(party)
    waits = not rows and party.placed_at is not None and bool(queries.uninvoiced(party))
    if not rows and not waits:
        return None
    token = links.token("party", party.public_id, party.generation)
    html = render_template(
        "invoices/of_party.html",
        rows=rows,
        billing_url=url_for("invoices.billing", token=token) if permissions.may_correct_billing(party) else None,
        states=state_words(),
        credit=queries.account(party).credit,
        ready=queries.with_documents([row.invoice.id for row in rows]),
        address=mails.invoice_path,
        codes={row.invoice.id: _code(row) for row in rows if row.open},
    )
    return Markup(html)  # rendered just now, with everything escaped


def on_ticket(party: Party) -> Markup | None:
    """The newest invoice of a booking that holds, for its buyer's own ticket: it opens for whoever signs in."""
    row = next((row for row in reversed(queries.rows_of(party)) if row.state in HOLDS), None)
    if row is None:
        return None
    html = render_template(
        "invoices/on_ticket.html",
        row=row,
        states=state_words(),
        slug=party.event.slug,
        signed_in=g.get("person") is not None,
    )
    return Markup(html)  # rendered just now, with everything escaped


def _code(row: queries.Row) -> Markup | None:
    """The GiroCode of what is still open: with a part paid, not of the sum that the PDF says."""
    payment = row.invoice.contents["payment"]
    if payment is None or not payment["code"]:
        return None
    text = epc.payload(
        name=payment["holder"], iban=payment["iban"], bic=payment["bic"], cents=row.open, purpose=payment["reference"]
    )
    return qr.svg(text, _("GiroCode: the data of this transfer as a QR code"))
