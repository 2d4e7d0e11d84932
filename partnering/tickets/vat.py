"""Which VAT a line bears (law.md L24).

Admission on site is taxed where the event is, for everybody (section 3a(3) no. 5 UStG; article 53 and 54 of the VAT
directive). Taking part online is taxed where the recipient is: a business abroad accounts for it itself, a private
person within the EU pays the rate of their country, which the seller declares through the one-stop shop, and outside
the EU nothing is owed. A small business (section 19 UStG) shows no VAT on what is taxed at home.
"""

from typing import NamedTuple

from . import money

STANDARD_RATES = {
    "AT": 2000, "BE": 2100, "BG": 2000, "CY": 1900, "CZ": 2100, "DE": 1900, "DK": 2500, "EE": 2400, "ES": 2100,
    "FI": 2550, "FR": 2000, "GR": 2400, "HR": 2500, "HU": 2700, "IE": 2300, "IT": 2200, "LT": 2100, "LU": 1700,
    "LV": 2100, "MT": 1800, "NL": 2100, "PL": 2300, "PT": 2300, "RO": 2100, "SE": 2500, "SI": 2200, "SK": 2300,
}  # fmt: skip
"""The standard rates of the EU's member states in basis points, as of January 2026 (Taxes in Europe Database)."""


class Tax(NamedTuple):
    """`kind` as in `Item.tax_kind`, `rate` in basis points, `note_key` names the sentence the invoice needs ("")."""

    kind: str
    rate: int
    note_key: str


def treatment(
    product_online: bool,
    rate: int,
    *,
    seller_country: str,
    buyer_country: str,
    business: bool,
    vat_id: str = "",
    small_business: bool = False,
) -> Tax:
    """The VAT on one line. `rate` is the product's at home, in basis points; countries are ISO 3166 codes.

    A business within the EU proves itself by the VAT id of its country; without one it is taxed as a private person.
    A country that was not given is the seller's.
    """
    home, country = seller_country.upper(), (buyer_country or seller_country).upper()
    if product_online and country != home:
        if country not in STANDARD_RATES:
            return Tax("outside", 0, "outside")
        if business and is_vat_id_of(vat_id, country):
            return Tax("reverse_charge", 0, "reverse_charge")
        if rate:
            return Tax("standard", STANDARD_RATES[country], "destination")
    if small_business:
        return Tax("small_business", 0, "small_business")
    if rate == 0:
        return Tax("exempt", 0, "exempt")
    return Tax("standard", rate, "")


def is_vat_id_of(vat_id: str, country: str) -> bool:
    """Whether a VAT id has the form of one from this country of the EU; Greek ones begin with EL."""
    text = "".join(vat_id.split()).replace(".", "").replace("-", "").upper()
    prefix = "EL" if country == "GR" else country
    rest = text[2:]
    return text.startswith(prefix) and 2 <= len(rest) <= 12 and rest.isascii() and rest.isalnum()


def charged(gross: int, rate: int, tax: Tax) -> int:
    """What is charged for a product of `gross` cents with VAT at `rate` included, when it is taxed as `tax` says.

    Where the VAT of home falls away, the net price is charged; a price for private persons stays what it was.
    """
    return money.net_of(gross, rate) if tax.kind in ("reverse_charge", "outside") else gross
