"""Whether a postcode can be right: the shape it has in its country, where we know it.

The shapes are those of the Universal Postal Union's addressing sheets, for the countries most guests come from. Of
other countries any text is taken. Whether one is needed is for the forms to say; whether it was given out nobody asks.
"""

import re

from ..i18n import _

_SHAPES = {
    "AT": "[1-9][0-9]{3}",
    "BE": "[1-9][0-9]{3}",
    "BG": "[1-9][0-9]{3}",
    "CH": "[1-9][0-9]{3}",
    "CZ": "[1-7][0-9]{2} ?[0-9]{2}",
    "DE": "(?!00)[0-9]{5}",
    "DK": "[0-9]{4}",
    "EE": "[0-9]{5}",
    "ES": "[0-5][0-9]{4}",
    "FI": "[0-9]{5}",
    "FR": "[0-9]{2} ?[0-9]{3}",
    "GB": "[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}",
    "HU": "[1-9][0-9]{3}",
    "IT": "[0-9]{5}",
    "LI": "94[89][0-9]",
    "LU": "[1-9][0-9]{3}",
    "NL": "[1-9][0-9]{3} ?[A-Z]{2}",
    "NO": "[0-9]{4}",
    "PL": "[0-9]{2}-?[0-9]{3}",
    "PT": "[1-9][0-9]{3}(-?[0-9]{3})?",
    "SE": "[1-9][0-9]{2} ?[0-9]{2}",
    "SI": "[1-9][0-9]{3}",
    "SK": "[089][0-9]{2} ?[0-9]{2}",
    "US": "[0-9]{5}(-[0-9]{4})?",
}
_EXAMPLES = {
    "DE": "01099",
    "AT": "1010",
    "CH": "8001",
    "GB": "SW1A 1AA",
    "NL": "1012 AB",
    "PL": "00-950",
    "US": "20001",
}


def can_be(text: str, country: str) -> bool:
    """Whether a postcode has the shape of this country, with or without the country's letters before it ("D-01099")."""
    shape = _SHAPES.get(country)
    return shape is None or bool(re.fullmatch(f"([A-Z]{{1,2}}[- ])?{shape}", text.upper(), re.ASCII))


def fault(text: str, country: str) -> str:
    """Why a postcode cannot be right, as a sentence for whoever typed it; empty when it can."""
    if not text or can_be(text, country):
        return ""
    if country in _EXAMPLES:
        return _("Enter a postcode of the chosen country, for example %(example)s", example=_EXAMPLES[country])
    return _("Enter a postcode of the chosen country")
