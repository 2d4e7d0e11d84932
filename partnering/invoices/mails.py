"""The news about invoices, and what the letters say when they leave. The PDF is attached."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for

from .. import clock, links
from ..i18n import _
from ..mail import letters, outbox
from ..mail.letters import Attachment, Letter
from ..mail.models import OutboxLetter
from ..registration.mails import party_url
from ..registration.models import Party
from . import queries
from .models import Invoice


def invoice_path(invoice: Invoice) -> str:
    """The secret path of an invoice's PDF, beneath that of its party."""
    return url_for("invoices.download", token=_token(invoice.party), public_id=invoice.public_id)


def _token(party: Party) -> str:
    return links.token("party", party.public_id, party.generation)


def address_of(party: Party) -> str:
    """Where invoices go: the address given for them, else the buyer's own."""
    return str(party.billing.get("email") or party.contact_email)


# -- news


def issued(invoices: Sequence[Invoice], *, again: str = "") -> bool:
    """Invoices of one party that were issued together, their PDFs made; `again` names a repetition.

    False when that was told already.
    """
    first = invoices[0]
    numbers = "+".join(invoice.public_id for invoice in invoices)
    return _post("invoices.issued", first.party, f"invoice:{numbers}:issued:{again}", [i.public_id for i in invoices])


def reminded(invoice: Invoice, level: int, *, again: bool) -> bool:
    """An invoice is overdue, at the `level`th of the set-up's days; `again` if an earlier letter reminded of it."""
    key = f"invoice:{invoice.public_id}:reminder:{level}"
    return _post("invoices.reminder", invoice.party, key, [invoice.public_id], {"level": level, "again": again})


def _post(kind: str, party: Party, key: str, refs: list[str], more: Mapping[str, Any] | None = None) -> bool:
    address = address_of(party)
    if not address:
        return False
    return outbox.post(
        kind,
        key=key,
        address=address,
        locale=party.locale,
        payload={"invoices": refs, **(more or {"level": 0})},
        event_ref=party.event.public_id,
        recipient_ref=party.public_id,
    )


# -- letters


@letters.kind("invoices.issued")
def render_issued(letter: OutboxLetter) -> Letter | None:
    """The invoice, or a correction: what took the old one back, and what holds now."""
    invoices = _found(letter)
    if not invoices:
        return None
    party = invoices[0].party
    bill = next((invoice for invoice in invoices if invoice.kind == "invoice"), None)
    cancellations = [invoice for invoice in invoices if invoice.kind == "cancellation"]
    standing = queries.standing(bill) if bill is not None else None
    composed = letters.compose(
        "invoices/mail/issued",
        event=party.event,
        party=party,
        invoice=bill,
        cancellations=cancellations,
        standing=standing,
        credit=queries.account(party).credit,
        payment=_payment(bill) if bill is not None and standing is not None and standing.paid < bill.gross else None,
        party_url=_party_url(letter, party),
    )
    return composed.with_(attachments=_attachments(invoices))


@letters.kind("invoices.reminder")
def render_reminder(letter: OutboxLetter) -> Letter | None:
    """What is still to be paid; nothing once it is paid or cancelled."""
    invoices = _found(letter)
    if not invoices:
        return None
    [invoice] = invoices
    state, paid = queries.standing(invoice)
    if state != "overdue":
        return None
    party = invoice.party
    composed = letters.compose(
        "invoices/mail/reminder",
        event=party.event,
        party=party,
        invoice=invoice,
        paid=paid,
        due=invoice.gross - paid,
        again=letter.payload.get("again", letter.payload["level"] > 1),  # older letters know their level only
        payment=_payment(invoice),
        as_of=clock.now(),
        party_url=_party_url(letter, party),
    )
    return composed.with_(attachments=_attachments(invoices))


def _found(letter: OutboxLetter) -> list[Invoice]:
    found = [queries.invoice_at(public_id) for public_id in letter.payload["invoices"]]
    return [invoice for invoice in found if invoice is not None]


def _party_url(letter: OutboxLetter, party: Party) -> str:
    """The address of the booking for its buyer; none for whoever pays invoices: it gives places back and renames."""
    return party_url(party) if letter.address == party.contact_email else ""


def _payment(invoice: Invoice) -> dict[str, str] | None:
    payment: dict[str, str] | None = invoice.contents["payment"]
    return payment


def _attachments(invoices: Sequence[Invoice]) -> list[Attachment]:
    """The PDFs that are made; the letter waits for them, so all of them are."""
    found = []
    for invoice in invoices:
        document = queries.document_of(invoice)
        if document is not None:
            found.append(Attachment(file_name(invoice), "application/pdf", document.content))
    return found


def file_name(invoice: Invoice) -> str:
    """What an invoice's file is called, in the language in force: "Rechnung-R27-00001.pdf"."""
    word = _("Invoice") if invoice.kind == "invoice" else _("Cancellation invoice")
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in f"{word} {invoice.text}")
    return f"{plain}.pdf"
