"""Whom the invoices of people go to whom organisers enter: typed by hand, or columns of a list."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flask_babel.speaklater import LazyString

from ..i18n import _l
from ..text import clean, fold
from ..tickets import postcodes, vat_numbers
from . import reading
from .reading import Wrong

FIELDS: dict[str, LazyString] = {
    "billing_name": _l("Invoice to"),
    "street": _l("Street and number"),
    "postcode": _l("Postcode"),
    "city": _l("Town"),
    "country": _l("Country"),
    "vat_id": _l("VAT number"),
    "order_number": _l("Order number"),
    "billing_email": _l("Email address for the invoice"),
}
HEADINGS = {
    "billing_name": "invoice to, billing name, invoice recipient, rechnung an, rechnungsempfänger, rechnungsname",
    "street": "street and number, street, address, straße und hausnummer, straße, strasse, adresse, anschrift",
    "postcode": "postcode, postal code, zip, zip code, plz, postleitzahl",
    "city": "town, city, ort, stadt",
    "country": "country, billing country, land, staat",
    "vat_id": "vat number, vat id, vat, ust-idnr., ust-idnr, ust-id, umsatzsteuer-id",
    "order_number": "your order number, order number, po number, purchase order, ihre bestellnummer, bestellnummer",
    "billing_email": "email address for the invoice, invoice email, billing email, e-mail-adresse für die rechnung, "
    "rechnungs-e-mail",
}
"""Headings by which a column is known, as in `imports.HEADINGS`; a question that is called so comes first."""

LENGTHS = {"billing_name": 160, "street": 160, "postcode": 20, "city": 100, "vat_id": 20, "order_number": 60}
NEEDED = ("street", "postcode", "city")


def read(
    cells: Mapping[str, str],
    attempt: Callable[[str, Callable[[], Any]], Any],
    *,
    name: str,
    company: str,
    country: str,
) -> dict[str, str]:
    """The invoice address in a row, empty where none stands; `attempt` keeps what is wrong in which field.

    A town or country alone is where somebody comes from.

    Without a name of its own it is that of the company, else of the person; without a country the organiser's.
    """
    if not any(clean(cells.get(key, "")) for key in FIELDS if key not in ("city", "country")):
        return {}
    kept = {
        key: attempt(key, partial(reading.line, cells.get(key, ""), most, needed=key in NEEDED)) or ""
        for key, most in LENGTHS.items()
    }
    email = clean(cells.get("billing_email", ""))
    known = attempt("country", lambda: _country(cells.get("country", ""), country)) or ""
    return {
        "kind": "company" if company or kept["vat_id"] or kept["billing_name"] else "private",
        "name": kept.pop("billing_name") or company or name,
        **kept,
        "vat_id": attempt("vat_id", lambda: _vat_id(kept["vat_id"])) or "",
        "postcode": attempt("postcode", lambda: _postcode(kept["postcode"], known)) or "",
        "country": known or country,
        "email": (attempt("billing_email", lambda: reading.address(email)) or "") if email else "",
        "leitweg_id": "",
    }


def _postcode(text: str, country: str) -> str:
    if text and not postcodes.can_be(text, country):
        raise Wrong("bad_postcode")
    return text


def _vat_id(text: str) -> str:
    if text and not vat_numbers.can_be(text):
        raise Wrong("bad_vat_id")
    return text


def _country(text: str, otherwise: str) -> str:
    if not clean(text):
        return otherwise
    code = reading.countries().get(fold(re.sub(r"\s+", " ", text)))
    if code is None:
        raise Wrong("unknown_country")
    return code
