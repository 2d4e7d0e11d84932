"""Invoices for whoever pays them: by the secret link of their booking, or signed in."""

from flask import Response, g, render_template
from markupsafe import Markup

from ... import epc, links, qr
from ...errors import Gone, NotFound
from ...events.routing import current_event, current_person, event_blueprint, participant
from ...guards import GuardedBlueprint, secret_link
from ...i18n import _, speaking
from ...registration.models import Party
from ...registration.queries import party_at
from .. import mails, queries
from ..errors import NotMadeYet
from ..models import Invoice
from .blueprint import state_words

HOLDS = ("open", "part_paid", "overdue", "paid")

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


def file_of(invoice: Invoice) -> Response:
    """The PDF as it was made. Raises `NotMadeYet` while the worker is at it."""
    document = queries.document_of(invoice)
    if document is None:
        raise NotMadeYet
    with speaking(invoice.locale):
        name = mails.file_name(invoice)
    return Response(
        document.content,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


def section(party: Party) -> Markup | None:
    """The invoices of a booking, for the page of its buyer; None when there are none."""
    rows = queries.rows_of(party)
    if not rows:
        return None
    html = render_template(
        "invoices/of_party.html",
        rows=rows,
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
    html = render_template("invoices/on_ticket.html", row=row, states=state_words(), slug=party.event.slug)
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
