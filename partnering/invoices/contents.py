"""What an invoice says, as plain data: composed when it is issued, frozen with its hash, printed from nothing else.

    {"form": 1, "kind": "invoice", "number": "R27-00001", "issued_on": "2027-05-03", "due_on": …, "locale": "de",
     "currency": "EUR", "event": …, "supply": {"from": …, "until": …, "place": …}, "small_business": false,
     "seller": {"name", "street", "postcode", "city", "country", "vat_id", "tax_number", "email", "phone"},
     "buyer": {"kind", "name", "attention", "street", "postcode", "city", "country", "vat_id", "order_number",
               "leitweg_id"},
     "lines": [{"text", "detail", "quantity", "unit", "net", "rate", "vat", "gross", "tax", "list", "code"}],
     "totals": [{"rate", "tax", "net", "vat", "gross"}], "net", "vat", "gross", "paid", "due",
     "notes": [{"key", "text"}], "cancels": {"number", "issued_on", "reason"} or null,
     "payment": {"holder", "iban", "bic", "bank", "reference", "code"} or null, "footer": "…"}

Money in cents, VAT rates in basis points, days as ISO text, sentences in the buyer's language. Amounts of a line are
rounded each by itself; totals are their sums, never computed anew.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from datetime import date
from typing import Any, NamedTuple

from .. import epc
from ..events.models import Event, Host
from ..i18n import _, bi
from ..registration import taxing
from ..registration.models import Item, Party
from ..text import clean
from .models import Invoice, InvoiceSetup

Contents = dict[str, Any]

BUYER = ("kind", "name", "street", "postcode", "city", "country", "vat_id", "order_number", "leitweg_id")


class Taxed(NamedTuple):
    """What a line charges: cents, the rate in basis points, and the rule it stands under."""

    net: int
    vat: int
    gross: int
    rate: int
    kind: str


class Paper(NamedTuple):
    """What only the moment of issue knows."""

    number: str
    issued_on: date
    due_on: date
    paid: int


def taxed(item: Item, small_business: bool) -> Taxed:
    """The amounts of an item; whoever is a small business (§ 19 UStG) shows no VAT, and the price is all net.

    What is sold at the usual rule with 0 % is exempt, and must say so.
    """
    if small_business:
        return Taxed(item.gross, 0, item.gross, 0, "small_business")
    exempt = item.tax_kind == "standard" and item.vat_rate == 0
    return Taxed(item.net, item.vat, item.gross, item.vat_rate, "exempt" if exempt else item.tax_kind)


def compose(party: Party, setup: InvoiceSetup, items: Sequence[Item], paper: Paper) -> Contents:
    """The contents of an invoice for `items`, in the language in force."""
    event = party.event
    lines = _lines(items, setup.small_business)
    totals = _totals(lines)
    gross = sum(line["gross"] for line in lines)
    due = max(0, gross - paper.paid)
    contents: Contents = {
        "form": 1,
        "kind": "invoice",
        "number": paper.number,
        "issued_on": paper.issued_on.isoformat(),
        "due_on": paper.due_on.isoformat(),
        "locale": party.locale,
        "currency": items[0].currency if items else "EUR",
        "event": bi(event.name),
        "supply": _supply(event, party.locale),
        "small_business": setup.small_business,
        "seller": seller_of(event.host),
        "buyer": buyer_of(party),
        "lines": lines,
        "totals": totals,
        "net": sum(line["net"] for line in lines),
        "vat": sum(line["vat"] for line in lines),
        "gross": gross,
        "paid": min(paper.paid, gross),
        "due": due,
        "notes": _notes(lines),
        "cancels": None,
        "payment": None,
        "footer": bi(setup.footer),
    }
    contents["payment"] = _payment(contents, party, setup)
    return contents


def reversal(invoice: Invoice, number: str, issued_on: date, reason: str) -> Contents:
    """The contents of the cancellation of an invoice: everything that it said, with amounts turned round."""
    contents = deepcopy(invoice.contents)
    for line in contents["lines"]:
        for name in ("quantity", "net", "vat", "gross"):
            line[name] = -line[name]
    for total in contents["totals"]:
        for name in ("net", "vat", "gross"):
            total[name] = -total[name]
    for name in ("net", "vat", "gross"):
        contents[name] = -contents[name]
    contents |= {
        "kind": "cancellation",
        "number": number,
        "issued_on": issued_on.isoformat(),
        "due_on": issued_on.isoformat(),
        "paid": 0,
        "due": 0,
        "payment": None,
        "cancels": {"number": invoice.text, "issued_on": invoice.issued_on.isoformat(), "reason": clean(reason)},
    }
    return contents


def canonical(contents: Mapping[str, Any]) -> bytes:
    """The contents in the one form that is hashed: sorted names, no blanks, UTF-8."""
    return json.dumps(contents, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def hash_of(contents: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(contents)).hexdigest()


def seller_of(host: Host) -> dict[str, str]:
    """Who invoices."""
    fields = ("street", "postcode", "city", "country", "vat_id", "tax_number", "email", "phone")
    return {"name": clean(host.legal_name or host.name), **{name: clean(getattr(host, name)) for name in fields}}


def buyer_of(party: Party) -> dict[str, str]:
    """Who is invoiced: what was given for the invoice, else whom the buyer came for."""
    kept = {name: clean(str(party.billing.get(name, ""))) for name in BUYER}
    company = party.organisation.name if party.organisation is not None else ""
    kept["name"] = kept["name"] or clean(str(party.billing.get("billing_name", ""))) or company or party.contact_name
    kept["kind"] = kept["kind"] if kept["kind"] in ("company", "private") else "company" if company else "private"
    return {**kept, "attention": party.contact_name if party.contact_name != kept["name"] else ""}


def _supply(event: Event, locale: str) -> dict[str, str]:
    return {
        "from": event.first_day.isoformat(),
        "until": event.last_day.isoformat(),
        "place": event.place(locale, address=False),
    }


def _lines(items: Iterable[Item], small_business: bool) -> list[dict[str, Any]]:
    """One line for equal items, with their number; rounded item by item, then summed."""
    grouped: dict[tuple[object, ...], list[tuple[Item, Taxed]]] = {}
    for item in items:
        amounts = taxed(item, small_business)
        key = (item.kind, item.name, item.tier_name, item.quantity, amounts, item.list_gross, item.code_text)
        grouped.setdefault(key, []).append((item, amounts))
    return [_line(group) for group in grouped.values()]


def _line(group: list[tuple[Item, Taxed]]) -> dict[str, Any]:
    item, amounts = group[0]
    quantity = sum(each.quantity for each, _amounts in group)
    listed = taxing.listed(item)
    reduced = listed > item.gross
    return {
        "text": clean(bi(item.name)),
        "detail": clean(bi(item.tier_name)),
        "kind": item.kind,
        "quantity": quantity,
        "unit": amounts.gross // item.quantity,
        "net": sum(each.net for _item, each in group),
        "vat": sum(each.vat for _item, each in group),
        "gross": sum(each.gross for _item, each in group),
        "rate": amounts.rate,
        "tax": amounts.kind,
        "list": listed // item.quantity if reduced else None,
        "code": item.code_text if reduced else "",
    }


def _totals(lines: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Sums of the lines by rate and rule, the highest rate first."""
    sums: dict[tuple[int, str], dict[str, Any]] = {}
    for line in lines:
        empty = {"rate": line["rate"], "tax": line["tax"], "net": 0, "vat": 0, "gross": 0}
        total = sums.setdefault((line["rate"], line["tax"]), empty)
        for name in ("net", "vat", "gross"):
            total[name] += line[name]
    return [sums[key] for key in sorted(sums, key=lambda key: (-key[0], key[1]))]


def _notes(lines: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    words = notes_by_rule()
    return [{"key": kind, "text": words[kind]} for kind in sorted({line["tax"] for line in lines} & set(words))]


def notes_by_rule() -> dict[str, str]:
    """Why a line shows no VAT, by the rule it stands under; the sentences that the law asks for."""
    return {
        "reverse_charge": _("Reverse charge: the recipient of the service owes the VAT."),
        "small_business": _("No VAT is charged: small business (section 19 UStG)."),
        "exempt": _("Exempt from VAT (section 4 UStG)."),
        "outside": _("Not subject to German VAT."),
    }


def _payment(contents: Contents, party: Party, setup: InvoiceSetup) -> dict[str, str] | None:
    """Where to pay what is due, with the text of the GiroCode; None when nothing is."""
    if contents["due"] <= 0 or not setup.iban:
        return None
    purpose = f"{party.reference} {contents['number']}"
    account = {
        "holder": setup.account_holder or contents["seller"]["name"],
        "iban": setup.iban,
        "bic": setup.bic,
        "bank": setup.bank,
        "reference": purpose,
    }
    code = ""
    if contents["currency"] == "EUR":
        code = epc.payload(
            name=account["holder"], iban=account["iban"], bic=account["bic"], cents=contents["due"], purpose=purpose
        )
    return {**account, "code": code}
