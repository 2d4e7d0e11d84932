"""The QR code of a transfer ("GiroCode"), EPC069-12 version 002: a banking app reads it and fills in the order.

Plain values in, text out; the symbol is drawn by `qr`, whose error correction M the rules demand. What banks would
refuse is refused here: a wrong check digit of an IBAN, an account outside SEPA, an amount they cannot transfer.
"""

import re
import unicodedata

MOST_BYTES = 331
"""More does not fit into version 13 with error correction M, the largest symbol that the rules allow."""

MOST_CENTS = 999_999_999_99
NAME_LENGTH, PURPOSE_LENGTH = 70, 140

IBAN_LENGTHS = {
    "AD": 24, "AL": 28, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20,
    "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27,
    "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15,
    "PL": 28, "PT": 25, "RO": 24, "RS": 22, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "VA": 22,
}  # fmt: skip
"""How long the IBANs of the countries in SEPA are (EPC409-09 and the IBAN registry, ISO 13616)."""

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
_KNOWN = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 /-?:().,'+")
"""The letters of SEPA (EPC217-08). Umlauts, which German banks take besides, are written out all the same: readers that
guess at the encoding of a code, zbar among them, take them for Chinese."""

_BY_HAND = str.maketrans(
    {"Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "&": "+", "Ł": "L",
     "ł": "l", "Ø": "O", "ø": "o", "Đ": "D", "đ": "d", "ı": "i", "Æ": "AE", "æ": "ae", "Œ": "OE",
     "œ": "oe", "Þ": "TH", "þ": "th", "Ð": "D", "ð": "d", "ẞ": "SS", "–": "-", "—": "-", "‑": "-", "’": "'",
     "‘": "'", "“": "'", "”": "'", "„": "'", '"': "'", "_": "-", "#": "/", "@": "(at)", ";": ",", "!": "."}
)  # fmt: skip


class Untransferable(ValueError):
    """No bank would take this. `field` says what is wrong: "iban", "bic", "name", "cents", "purpose" or "length"."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"no bank takes this {field}")


def compact(text: str) -> str:
    """An IBAN or BIC as banks store it: no spaces, upper case."""
    return re.sub(r"\s", "", text).upper()


def is_iban(text: str) -> bool:
    """Whether this compact text is an IBAN of a country in SEPA: length and check digits (ISO 7064, mod 97-10)."""
    if not _IBAN.fullmatch(text) or IBAN_LENGTHS.get(text[:2]) != len(text):
        return False
    digits = "".join(str(int(symbol, 36)) for symbol in text[4:] + text[:4])
    return int(digits) % 97 == 1


def is_bic(text: str) -> bool:
    """Whether this compact text has the shape of a BIC (ISO 9362)."""
    return _BIC.fullmatch(text) is not None


def in_fours(iban: str) -> str:
    """An IBAN as people read it: "DE02 1203 0000 0000 2020 51"."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))


def bank_text(text: str) -> str:
    """Text in the letters that every bank takes: "Müller" becomes "Mueller", "Łódź" "Lodz", "&" a plus.

    What has no likeness becomes a full stop.
    """
    letters: list[str] = []
    for letter in unicodedata.normalize("NFC", " ".join(text.split())).translate(_BY_HAND):
        if letter in _KNOWN:
            letters.append(letter)
            continue
        plain = [part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part)]
        letters.extend(part if part in _KNOWN else "." for part in plain if part.isprintable())
    return " ".join("".join(letters).split())


def payload(*, name: str, iban: str, cents: int, purpose: str, bic: str = "") -> str:
    """What stands in the code: transfer `cents` euro cents to `name` at `iban`, saying `purpose`.

    Name and purpose are put into `bank_text`; a name that is too long is cut, a purpose is not, since payments are
    known by it. Raises `Untransferable`.
    """
    iban, bic = compact(iban), compact(bic)
    name, purpose = bank_text(name)[:NAME_LENGTH].strip(), bank_text(purpose)
    if not is_iban(iban):
        raise Untransferable("iban")
    if bic and not is_bic(bic):
        raise Untransferable("bic")
    if not name:
        raise Untransferable("name")
    if not 1 <= cents <= MOST_CENTS:
        raise Untransferable("cents")
    if len(purpose) > PURPOSE_LENGTH:
        raise Untransferable("purpose")
    amount = f"EUR{cents // 100}.{cents % 100:02d}"
    # tag, version, UTF-8, SEPA credit transfer, BIC, name, IBAN, amount, kind of purpose, structured reference, text
    lines = ["BCD", "002", "1", "SCT", bic, name, iban, amount, "", "", purpose]
    text = "\n".join(lines).rstrip("\n")
    if len(text.encode()) > MOST_BYTES:
        raise Untransferable("length")
    return text
