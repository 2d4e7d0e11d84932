"""Whether a VAT number can be right: its country's format and check digits, as far as they are known.

Format and digits are python-stdnum's, for the EU, Northern Ireland, the United Kingdom, Switzerland, Liechtenstein and
Norway; of other countries only the shape is asked. Whether a number was given out is not asked: that is VIES's to say.
"""

import re
from collections.abc import Callable

from stdnum.ch import uid as swiss_business
from stdnum.ch import vat as swiss
from stdnum.eu import vat as european
from stdnum.exceptions import ValidationError
from stdnum.gb import vat as british
from stdnum.no import mva as norwegian
from stdnum.no import orgnr as norwegian_business

from ..i18n import _

_SHAPE = re.compile(r"[A-Za-z]{2}[A-Za-z0-9 .+*-]{2,18}")
_EUROPEAN = (european.MEMBER_STATES - {"gr"}) | {"el"}


def fault(text: str) -> str:
    """Why a VAT number cannot be right, as a sentence for whoever typed it; empty when it can."""
    if not _SHAPE.fullmatch(text):
        return _("Enter the VAT number with its country code, for example DE123456788")
    if text[:2].upper() == "GR":
        return _("Greek VAT numbers begin with EL")
    if not can_be(text):
        return _("This is no valid VAT number: compare it character by character, it does not fit its check digits")
    return ""


def can_be(text: str) -> bool:
    """Whether a number with its country's code fits that country's format and check digits, if we know them."""
    country = text[:2].lower()
    if country in _EUROPEAN:
        return _fits(european.validate, text)
    if country == "gb":
        return _fits(british.validate, text)
    if country == "ch":  # "CHE-107.787.577 MWST", on invoices often without what stands behind
        return _fits(swiss.validate, text) or _fits(swiss_business.validate, text)
    if country == "no":
        return _fits(norwegian.validate, text) or _fits(norwegian_business.validate, text[2:])
    return bool(_SHAPE.fullmatch(text))


def _fits(validate: Callable[[str], str], text: str) -> bool:
    try:
        validate(text)
    except ValidationError:
        return False
    return True
