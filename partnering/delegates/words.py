"""The words of a profile in the language in force: terms of the taxonomy, countries, languages."""

import re
from functools import cache, lru_cache
from typing import Literal

from babel import Locale

from ..i18n import locale
from . import taxonomy

FIELDS = ("sector", "therapeutic_area", "technology")
"""The facets that together say in which field somebody works."""

LANGUAGES = ("de", "en", "fr", "pl", "cs", "es", "it", "nl", "pt", "uk", "zh", "ja")

SIDES = ("offer", "seek", "is")


def term_label(facet: str, code: str, side: str | None = None, language: str | None = None) -> str:
    """What a term is called; a code that the taxonomy has no more stands for itself."""
    return _term_label(facet, code, side, language or locale())


@lru_cache(4_000)
def _term_label(facet: str, code: str, side: str | None, language: str) -> str:
    try:
        term = taxonomy.term(facet, code)
    except taxonomy.UnknownWord:
        return code
    sided: Literal["offer", "seek"] | None = "offer" if side == "offer" else "seek" if side == "seek" else None
    return term.label_for(sided).in_(language)


def facet_label(facet: str) -> str:
    """What a facet is called."""
    return taxonomy.facet(facet).label.in_(locale())


def is_term(facet: str, code: str) -> bool:
    """Whether the taxonomy has this term."""
    try:
        taxonomy.term(facet, code)
    except taxonomy.UnknownWord:
        return False
    return True


def country_name(code: str) -> str:
    """A country's name, or the code where there is none."""
    return _country_name(code, locale())


@lru_cache(1_000)
def _country_name(code: str, language: str) -> str:
    return str(_BABEL[language].territories.get(code, code))


def stages(group: str = "") -> list[tuple[str, str]]:
    """Codes and labels of the ladders of development, or of one group of them, such as "ip", in their order.

    Rights are no stage: without a group they are left out.
    """
    return [(code, label) for code, label in taxonomy.choices("stage", locale()) if is_stage(code, group)]


def is_stage(code: str, group: str = "") -> bool:
    """Whether the ladders of development have this code, or one group of them has it."""
    if not is_term("stage", code):
        return False
    held = taxonomy.term("stage", code).group
    return held == group if group else held != "ip"


REGIONS = {
    "DE-BW": ("Baden-Württemberg", "Baden-Württemberg"),
    "DE-BY": ("Bayern", "Bavaria"),
    "DE-BE": ("Berlin", "Berlin"),
    "DE-BB": ("Brandenburg", "Brandenburg"),
    "DE-HB": ("Bremen", "Bremen"),
    "DE-HH": ("Hamburg", "Hamburg"),
    "DE-HE": ("Hessen", "Hesse"),
    "DE-MV": ("Mecklenburg-Vorpommern", "Mecklenburg-Western Pomerania"),
    "DE-NI": ("Niedersachsen", "Lower Saxony"),
    "DE-NW": ("Nordrhein-Westfalen", "North Rhine-Westphalia"),
    "DE-RP": ("Rheinland-Pfalz", "Rhineland-Palatinate"),
    "DE-SL": ("Saarland", "Saarland"),
    "DE-SN": ("Sachsen", "Saxony"),
    "DE-ST": ("Sachsen-Anhalt", "Saxony-Anhalt"),
    "DE-SH": ("Schleswig-Holstein", "Schleswig-Holstein"),
    "DE-TH": ("Thüringen", "Thuringia"),
}
"""The federal states in German and English by their ISO 3166-2 codes."""


@cache
def label_words(side: str, facet: str, code: str) -> str:
    """What a term is called in both languages, for a search."""
    return " ".join(term_label(facet, code, side, language) for language in ("de", "en"))


@cache
def country_words(code: str) -> str:
    """A country's name in both languages, for a search."""
    return " ".join(str(Locale.parse(language).territories.get(code, "")) for language in ("de_DE", "en_GB"))


def regions() -> list[tuple[str, str]]:
    """Codes and names of the federal states, as a dictionary would sort them."""
    named = [(code, region_name(code)) for code in REGIONS]
    return sorted(named, key=lambda pair: taxonomy.collation_key(pair[1]))


def region_name(code: str) -> str:
    """What a region is called; one that is not a federal state stands for itself."""
    german, english = REGIONS.get(code, (code, code))
    return german if locale() == "de" else english


def language_name(code: str) -> str:
    """A language's name as a heading would write it."""
    return _language_name(code, locale())


@lru_cache(1_000)
def _language_name(code: str, language: str) -> str:
    name = str(_BABEL[language].languages.get(code, code))
    return name[:1].upper() + name[1:]


def countries() -> list[tuple[str, str]]:
    """Codes and names of countries, as a dictionary would sort them."""
    return list(_countries(_babel()))


@cache
def _countries(language: Locale) -> tuple[tuple[str, str], ...]:
    named = [(code, name) for code, name in language.territories.items() if re.fullmatch("[A-Z]{2}", code)]
    real = [(code, str(name)) for code, name in named if code not in ("EU", "EZ", "UN", "QO", "XA", "XB", "XK", "ZZ")]
    return tuple(sorted(real, key=lambda pair: taxonomy.collation_key(pair[1])))


def languages() -> list[tuple[str, str]]:
    """The languages one can say one speaks, German and English first."""
    return [(code, language_name(code)) for code in LANGUAGES]


def _babel() -> Locale:
    return _BABEL[locale()]


_BABEL = {"de": Locale.parse("de_DE"), "en": Locale.parse("en_GB")}
