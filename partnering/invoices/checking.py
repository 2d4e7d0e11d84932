"""Whether contents hold what the law asks of an invoice: § 14(4) UStG, with § 33 UStDV (up to 250 euros) and § 19 UStG.

An invoice that lacks something is not issued; the desk shows these sentences instead.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .. import epc
from ..i18n import LazyText, _l
from ..tickets.vat import STANDARD_RATES

SMALL_AMOUNT = 250_00
"""Up to this gross amount in cents § 33 UStDV asks for less; not where the recipient owes the VAT."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EU = {*STANDARD_RATES, "EL", "XI"}
"""Countries whose businesses prove themselves by VAT ids; Greek ones begin with EL, Northern Irish ones with XI."""


class Missing(NamedTuple):
    """What an invoice lacks, and whose part it is to give: "host", "event", "buyer", "setup" or "house"."""

    key: str
    sentence: LazyText
    whose: str


SENTENCES: dict[str, tuple[LazyText, str]] = {
    "seller.name": (_l("The organiser's full name"), "host"),
    "seller.address": (_l("The organiser's street, postcode and city"), "host"),
    "seller.tax": (_l("The organiser's VAT id or tax number"), "host"),
    "buyer.name": (_l("The buyer's name"), "buyer"),
    "buyer.address": (_l("The buyer's street, postcode and city"), "buyer"),
    "buyer.vat_id": (_l("The buyer's VAT id, since the buyer owes the VAT"), "buyer"),
    "number": (_l("A number of its own"), "house"),
    "issued_on": (_l("The day of issue"), "house"),
    "supply": (_l("The days of the event"), "event"),
    "lines": (_l("Quantity and kind of what is charged"), "house"),
    "amounts": (_l("Net amount, VAT rate and VAT of each line, and their sums"), "house"),
    "reduction": (_l("The reduction that was agreed"), "house"),
    "note": (_l("Why no VAT is charged"), "house"),
    "cancels": (_l("Number and day of the invoice that is cancelled"), "house"),
    "account": (_l("A bank account with a valid IBAN"), "setup"),
}


def missing(contents: Mapping[str, Any]) -> list[Missing]:
    """What these contents lack; nothing means that they may be issued."""
    found = [key for key, holds in RULES.items() if not holds(contents)]
    return [Missing(key, *SENTENCES[key]) for key in found]


def is_small(contents: Mapping[str, Any]) -> bool:
    """Whether § 33 UStDV holds: up to 250 euros, VAT owed by the seller."""
    reverse = any(line["tax"] == "reverse_charge" for line in contents["lines"])
    return abs(contents["gross"]) <= SMALL_AMOUNT and not reverse


def _filled(*values: Any) -> bool:
    return all(isinstance(value, str) and value.strip() for value in values)


def _address(who: Mapping[str, Any]) -> bool:
    return _filled(who.get("street"), who.get("postcode"), who.get("city"))


def _buyer_address(contents: Mapping[str, Any]) -> bool:
    return is_small(contents) or _address(contents["buyer"])


def _buyer_vat_id(contents: Mapping[str, Any]) -> bool:
    """§ 14a(1) UStG: where the VAT is owed by a business elsewhere in the EU, both VAT ids stand on the invoice."""
    reverse = any(line["tax"] == "reverse_charge" for line in contents["lines"])
    if not reverse or contents["buyer"].get("country", "") not in _EU:
        return True
    return _filled(contents["buyer"].get("vat_id"), contents["seller"].get("vat_id"))


def _supply(contents: Mapping[str, Any]) -> bool:
    supply = contents.get("supply") or {}
    days = (supply.get("from") or "", supply.get("until") or "")
    return is_small(contents) or all(_DAY.fullmatch(day) for day in days)


def _lines(contents: Mapping[str, Any]) -> bool:
    lines = contents["lines"]
    return bool(lines) and all(_filled(line.get("text")) and line.get("quantity") for line in lines)


def _amounts(contents: Mapping[str, Any]) -> bool:
    """Each line and the totals add up, VAT is what the rate makes of the net, and the totals are sums of lines."""
    lines, totals = contents["lines"], contents["totals"]
    if not all(_adds_up(part) for part in [*lines, *totals, contents]) or not all(map(_rate_fits, lines)):
        return False
    by_rate = {(total["rate"], total["tax"]): total for total in totals}
    if len(by_rate) != len(totals) or {(line["rate"], line["tax"]) for line in lines} != set(by_rate):
        return False
    for name in ("net", "vat", "gross"):
        for key, total in by_rate.items():
            if total[name] != sum(line[name] for line in lines if (line["rate"], line["tax"]) == key):
                return False
        if contents[name] != sum(total[name] for total in totals):
            return False
    return True


def _adds_up(part: Mapping[str, Any]) -> bool:
    amounts = (part.get("net"), part.get("vat"), part.get("gross"))
    return all(isinstance(amount, int) for amount in amounts) and part["net"] + part["vat"] == part["gross"]


def _rate_fits(line: Mapping[str, Any]) -> bool:
    """The usual rule has a rate, every other has none; VAT is off by rounding each unit at most."""
    if not isinstance(line.get("rate"), int) or (line["tax"] == "standard") != (line["rate"] > 0):
        return False
    return bool(abs(line["net"] * line["rate"] - line["vat"] * 10_000) <= 10_000 * abs(line["quantity"] or 1))


def _reduction(contents: Mapping[str, Any]) -> bool:
    return all(
        line.get("list") is None or (isinstance(line["list"], int) and line["list"] > line["unit"])
        for line in contents["lines"]
    )


def _note(contents: Mapping[str, Any]) -> bool:
    """A line without VAT says why; whoever is a small business says it once."""
    given = {note["key"] for note in contents["notes"] if _filled(note.get("text"))}
    needed = {line["tax"] for line in contents["lines"] if line["tax"] != "standard"}
    small = {"small_business"} if contents["small_business"] else set()
    return (needed | small) <= given


def _cancels(contents: Mapping[str, Any]) -> bool:
    if contents["kind"] != "cancellation":
        return True
    original = contents.get("cancels") or {}
    return _filled(original.get("number")) and bool(_DAY.fullmatch(original.get("issued_on") or ""))


def _account(contents: Mapping[str, Any]) -> bool:
    if contents["due"] <= 0:
        return True
    return contents["payment"] is not None and epc.is_iban(contents["payment"]["iban"])


RULES: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "seller.name": lambda contents: _filled(contents["seller"].get("name")),
    "seller.address": lambda contents: _address(contents["seller"]),
    "seller.tax": lambda contents: (
        is_small(contents) or _filled(contents["seller"].get("vat_id")) or _filled(contents["seller"].get("tax_number"))
    ),
    "buyer.name": lambda contents: is_small(contents) or _filled(contents["buyer"].get("name")),
    "buyer.address": _buyer_address,
    "buyer.vat_id": _buyer_vat_id,
    "number": lambda contents: _filled(contents.get("number")),
    "issued_on": lambda contents: bool(_DAY.fullmatch(contents.get("issued_on") or "")),
    "supply": _supply,
    "lines": _lines,
    "amounts": _amounts,
    "reduction": _reduction,
    "note": _note,
    "cancels": _cancels,
    "account": _account,
}
"""What must hold, by the name of what is missing when it does not."""
