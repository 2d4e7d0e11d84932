"""Who people are, what they offer and what they seek, in words that can be matched.

The words live in `taxonomy.json`. Their codes are stable: profiles, exports and filters store them.
Sources: the OECD list-based definition of biotechnology, the German company survey, vfa's projects
by indication, the MDR and IVDR classes, the TRL scale and the partnering types of the Enterprise
Europe Network (EEN).
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from partnering.db import BilingualText

Side = Literal["offer", "seek"]


class UnknownWord(LookupError):
    """A facet or a term that the taxonomy does not have."""


@dataclass(frozen=True)
class Term:
    """One word to choose.

    `group` gathers terms within a facet ("drug", "device", "trl", "ip", "other" ...), `weight` is the
    number of vfa's 434 projects in a therapeutic area, `trl` the technology readiness level that a stage
    equals, `een` the export type of a goal by side.
    """

    code: str
    label: BilingualText
    group: str | None = None
    weight: float | None = None
    trl: int | None = None
    een: Mapping[str, str] | None = field(default=None, hash=False)
    offer_label: BilingualText | None = None
    seek_label: BilingualText | None = None

    def label_for(self, side: Side | None) -> BilingualText:
        """The label on one side of a profile; most terms read the same on both."""
        sided = {"offer": self.offer_label, "seek": self.seek_label, None: None}[side]
        return sided or self.label


@dataclass(frozen=True)
class Facet:
    """One question about a profile, with its terms. `ordered` facets are ladders, read from bottom to top."""

    code: str
    label: BilingualText
    terms: tuple[Term, ...]
    ordered: bool = False

    @cached_property
    def by_code(self) -> dict[str, Term]:
        """The terms by their codes."""
        return {term.code: term for term in self.terms}


def facet(code: str) -> Facet:
    """The facet with this code. Raises `UnknownWord`."""
    try:
        return _BY_CODE[code]
    except KeyError:
        raise UnknownWord(code) from None


def term(facet_code: str, code: str) -> Term:
    """The term with this code in a facet. Raises `UnknownWord`."""
    try:
        return facet(facet_code).by_code[code]
    except KeyError:
        raise UnknownWord(facet_code, code) from None


def choices(facet_code: str, locale: str, side: Side | None = None) -> list[tuple[str, str]]:
    """Codes and labels of a facet for a pick list, sorted as a dictionary in `locale` would sort them.

    Umlauts sort as their base letters (DIN 5007-1). Ladders, such as the development stage, keep their order.
    """
    return list(_listed(facet_code, locale.replace("-", "_").split("_")[0], side))


@cache
def _listed(facet_code: str, language: str, side: Side | None) -> tuple[tuple[str, str], ...]:
    asked = facet(facet_code)
    pairs = [(each.code, _in(language, each.label_for(side))) for each in asked.terms]
    return tuple(pairs if asked.ordered else sorted(pairs, key=lambda pair: collation_key(pair[1])))


def _in(language: str, text: BilingualText) -> str:
    return text.de if language == "de" else text.en


def collation_key(label: str) -> tuple[str, str]:
    """Letters first, without marks and case, hyphens as spaces; the label itself decides between equals."""
    letters = unicodedata.normalize("NFKD", label.casefold())
    plain = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return re.sub(r"\W+", " ", plain).strip(), label


def _bilingual(raw: Mapping[str, str] | None) -> BilingualText | None:
    return None if raw is None else BilingualText(de=raw["de"], en=raw["en"])


def _read_facet(raw: Mapping[str, Any]) -> Facet:
    """A facet from its JSON. What `shared_weights` gives to a group is split evenly among its terms."""
    sizes = Counter(each.get("group") for each in raw["terms"])
    shares = {group: weight / sizes[group] for group, weight in raw.get("shared_weights", {}).items()}
    terms = tuple(
        Term(
            code=each["code"],
            label=BilingualText(**each["label"]),
            group=each.get("group"),
            weight=each.get("weight", shares.get(each.get("group"))),
            trl=each.get("trl"),
            een=each.get("een"),
            offer_label=_bilingual(each.get("offer_label")),
            seek_label=_bilingual(each.get("seek_label")),
        )
        for each in raw["terms"]
    )
    return Facet(raw["code"], BilingualText(**raw["label"]), terms, raw.get("ordered", False))


_RAW = json.loads(Path(__file__).with_name("taxonomy.json").read_text(encoding="utf-8"))

MAX_PER_FACET: int = _RAW["max_per_facet"]
FACETS: tuple[Facet, ...] = tuple(_read_facet(raw) for raw in _RAW["facets"])
_BY_CODE = {each.code: each for each in FACETS}
