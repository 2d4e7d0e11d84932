"""Why two should meet: what one seeks and the other offers, their opportunities, the field both work in.

The same for everybody: nothing of tickets, prices or payments is read here. What is known of somebody are codes, see
`models.DirectoryDocument`: "offer.goal.licence" was chosen, "offer.~goal.licence" is said in a text ("~" before the
facet), "deal.offer.goal.licence" is said of an opportunity, "person.goal.licence" somebody seeks themselves.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple

from ..i18n import _, locale
from .words import FIELDS, language_name, region_name, term_label

Term = tuple[str, str, str]
"""Side, facet and code of a term on a profile."""

MOST = 5
"""No more reasons than this are shown."""

WEIGHTS = {"goal": 6, "modality": 3, "stage": 3, "therapeutic_area": 5, "technology": 5, "sector": 5}
"""What it counts that one seeks what the other offers, each way; an opportunity of a modality and a stage counts 6.

What only a text says counts half of it, rounded down, and so in `IN_COMMON`.
"""

THEMSELVES = 5
"""What it counts that a person themselves seek it, beside their organisation, unless it counts less for that."""

IN_COMMON = {"therapeutic_area": 3, "technology": 2, "sector": 1}
"""What a field counts that both chose."""

BESIDES = 2
"""What it counts in addition that partners for a goal have chosen a field in common."""

NEAR = 1
"""What a region, or a language that few speak, counts in addition; alone it is no reason."""

USUAL_LANGUAGES = frozenset({"de", "en"})
"""Languages of every event: no reason to meet."""

_MIRROR = {"offer": "seek", "seek": "offer"}
_KIND = {"offer": 0, "seek": 1, "is": 2, "region": 3, "language": 4}


@dataclass(frozen=True)
class Known:
    """What is known of somebody: their codes, and the opportunities that sentences quote."""

    codes: frozenset[str] = frozenset()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def deal(self, side: str, facet: str, code: str) -> Mapping[str, Any] | None:
        """The first opportunity of a side that says this."""
        wanted = f"{facet}.{code}"
        deals: Iterable[Mapping[str, Any]] = self.facts.get("opportunities", ())
        return next((deal for deal in deals if deal["side"] == side and wanted in deal["terms"]), None)


def chosen(terms: Iterable[Term], **facts: Any) -> Known:
    """What is known of somebody by the terms of their profile alone."""
    return Known(frozenset(".".join(term) for term in terms), facts)


@dataclass(frozen=True)
class Reason:
    """One reason for me to meet them. `side` is theirs: they offer it, seek it, or it simply is so.

    `said` tells whose text alone it was read from: mine ("m"), theirs ("t"), or both ("mt"). `title` is that of an
    opportunity of theirs and `kind` what it is.
    """

    side: str
    facet: str
    code: str
    weight: int = field(default=0, compare=False)
    said: str = field(default="", compare=False)
    title: str = field(default="", compare=False)
    kind: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        """By what it is dismissed."""
        return f"{self.side}.{self.facet}.{self.code}"

    @property
    def text(self) -> str:
        """The reason as a sentence."""
        return "".join(self.parts)

    @property
    def parts(self) -> tuple[str, str, str]:
        """The sentence as what stands before the word, the word, and what stands after it."""
        return _parts(self.side, self.facet, self.code, self.said, self.title, self.kind, locale())

    def _in_parts(self) -> tuple[str, str, str]:
        before, _placeholder, after = self._pattern().partition("%(word)s")
        return before.replace("%(title)s", self.title), self._word(), after.replace("%(title)s", self.title)

    def _word(self) -> str:
        """The term as it stands within a sentence: English ones begin small unless they are abbreviations."""
        if self.side == "language":
            return language_name(self.code)
        if self.side == "region":
            return region_name(self.code)
        label = term_label(self.facet, self.code, _MIRROR.get(self.side, "is"))
        return label[:1].lower() + label[1:] if locale() == "en" and label[1:2].islower() else label

    def _pattern(self) -> str:
        if self.side == "offer":
            return self._offered()
        if self.side == "seek":
            return self._sought()
        if self.side == "region":
            return _("You are both at home in %(word)s.")
        if self.side == "language":
            return _("You both speak %(word)s.")
        return _("Both profiles speak of %(word)s.") if self.said else _("You both marked %(word)s.")

    def _offered(self) -> str:
        if self.title:
            return {
                "asset": _("Their product “%(title)s” fits what you seek: %(word)s."),
                "technology": _("Their technology “%(title)s” fits what you seek: %(word)s."),
            }.get(self.kind, _("Their project “%(title)s” fits what you seek: %(word)s."))
        return {
            "m": _("Your text asks for %(word)s, they offer it."),
            "t": _("You seek %(word)s, their text speaks of it."),
            "mt": _("Your text asks for %(word)s, theirs speaks of it."),
        }.get(self.said, _("You seek %(word)s, they offer it."))

    def _sought(self) -> str:
        if self.title:
            return _("Their search “%(title)s” fits what you offer: %(word)s.")
        return {
            "m": _("Your text speaks of %(word)s, they seek it."),
            "t": _("You offer %(word)s, their text asks for it."),
            "mt": _("Your text speaks of %(word)s, theirs asks for it."),
        }.get(self.said, _("You offer %(word)s, they seek it."))


@lru_cache(4_000)
def _parts(side: str, facet: str, code: str, said: str, title: str, kind: str, _language: str) -> tuple[str, str, str]:
    """The sentence of such a reason in the language in force."""
    return Reason(side, facet, code, said=said, title=title, kind=kind)._in_parts()


class Tier(NamedTuple):
    """What a reason counts with people of whom one of these codes is known, and whose text alone says so."""

    weight: int
    codes: tuple[str, ...]
    said: str


class Fit(NamedTuple):
    """What would be a reason for me: one term on their side, with its tiers, of which the first that holds counts."""

    side: str
    facet: str
    code: str
    tiers: tuple[Tier, ...]


def fits(mine: Known) -> Sequence[Fit]:
    """Everything about others that would be a reason for me to meet them, but region and language."""
    return _fits(mine.codes)


@lru_cache(100)
def _fits(codes: frozenset[str]) -> tuple[Fit, ...]:
    found = []
    for side in ("offer", "seek", "is"):
        for facet, code, said in sorted(_held(codes, _MIRROR.get(side, "is"))):
            tiers = tuple(tier for tier in _tiers(side, facet, code, said, codes) if tier.weight)
            if tiers:
                found.append(Fit(side, facet, code, tiers))
    return tuple(found)


def _held(codes: Collection[str], side: str) -> set[Term]:
    """What I hold on a side as (facet, code, "m" where only my text says so)."""
    said: set[tuple[str, str]] = set()
    sure: set[tuple[str, str]] = set()
    for each in codes:
        head, _dot, rest = each.removeprefix("deal.").partition(".")
        facet, _dot, code = rest.partition(".")
        if not code:
            continue
        plain = facet.removeprefix("~")
        if head == side or (head == "person" and side == "seek") or (head == "is" and side == "offer"):
            wanted = IN_COMMON if side == "is" else WEIGHTS
            if plain in wanted and (head != "is" or plain in FIELDS):
                (sure if plain == facet else said).add((plain, code))
    return {(*term, "") for term in sure} | {(*term, "m") for term in said - sure}


def _tiers(side: str, facet: str, code: str, said: str, mine: Collection[str]) -> Iterator[Tier]:
    term, text = f"{facet}.{code}", f"~{facet}.{code}"
    if side == "is":
        full = IN_COMMON[facet]
        yield Tier(full // 2 if said else full, (f"is.{term}",), said)
        yield Tier(full // 2, (f"is.{text}",), said + "t")
        return
    full = WEIGHTS[facet]
    if side == "offer":
        if not said and f"seek.{term}" not in mine and f"deal.seek.{term}" not in mine:
            full = THEMSELVES
        working = (f"is.{term}",) if facet in FIELDS else ()
        yield Tier(full // 2 if said else full, (f"offer.{term}", f"deal.offer.{term}", *working), said)
        yield Tier(full // 2, (f"offer.{text}", f"is.{text}") if working else (f"offer.{text}",), said + "t")
        return
    sure = [(full, (f"seek.{term}", f"deal.seek.{term}")), (THEMSELVES, (f"person.{term}",))]
    for weight, codes in sorted(sure, reverse=True):
        yield Tier(weight // 2 if said else weight, codes, said)
    yield Tier(full // 2, (f"seek.{text}",), said + "t")


def between(
    mine: Known, theirs: Known, *, dismissed: Collection[str] = (), numbers: Mapping[str, int] | None = None
) -> list[Reason]:
    """All reasons for me to meet them, the weightiest first, among equals what fewest at the event have (`numbers`).

    `dismissed` are keys of reasons that I do not want to read with them again; "" is all of them. An opportunity is
    quoted once, in the weightiest reason that it gives.
    """
    if "" in dismissed:
        return []
    found: list[Reason] = []
    met: set[tuple[str, str]] = set()
    for fit in fits(mine):
        tier = next((tier for tier in fit.tiers if not theirs.codes.isdisjoint(tier.codes)), None)
        if tier is None or (fit.side == "is" and (fit.facet, fit.code) in met):
            continue
        met.add((fit.facet, fit.code))
        found.append(_reason(fit, tier, theirs))
    found = [reason for reason in found if reason.key not in dismissed]
    if found:
        found += [reason for reason in _near(mine, theirs) if reason.key not in dismissed]
    known = numbers or {}
    found.sort(key=lambda one: (-one.weight, known.get(one.key, 0), _KIND[one.side], one.facet, one.code))
    quoted: set[tuple[str, str]] = set()
    for place, one in enumerate(found):
        if one.title and (one.side, one.title) in quoted:
            found[place] = replace(one, title="", kind="")
        quoted.add((one.side, one.title))
    return found


def weight_of(reasons: Iterable[Reason]) -> int:
    """What all reasons to meet somebody count together."""
    each = list(reasons)
    goal = any(one.facet == "goal" for one in each)
    field_too = any(one.side == "is" and not one.said for one in each)
    return sum(one.weight for one in each) + (BESIDES if goal and field_too else 0)


def _reason(fit: Fit, tier: Tier, theirs: Known) -> Reason:
    deal = theirs.deal(fit.side, fit.facet, fit.code) if not tier.said.endswith("t") else None
    quoted = {"title": deal["title"], "kind": deal["kind"]} if deal is not None else {}
    return Reason(fit.side, fit.facet, fit.code, weight=tier.weight, said=tier.said, **quoted)


def _near(mine: Known, theirs: Known) -> Iterator[Reason]:
    """The region, and one language: what is pleasant beside a reason."""
    both = sorted(mine.codes & theirs.codes & _of_near(mine.codes))
    for head in ("region", "language"):
        shared = next((code for code in both if code.startswith(f"{head}.")), None)
        if shared is not None:
            yield Reason(head, head, shared.partition(".")[2], weight=NEAR)


def _of_near(codes: Iterable[str]) -> set[str]:
    usual = {f"language.{code}" for code in USUAL_LANGUAGES}
    return {code for code in codes if code.startswith(("region.", "language."))} - usual


# -- everybody at once, as sets of bits (see `index`)


def scores(codes: Mapping[str, int], mine: Known) -> list[int]:
    """What the reasons to meet each person count, as `weight_of` would say: digits, base two, lowest first, as sets.

    `codes` are the sets of people by code. It reads no names, ids or payments.
    """
    planes: list[int] = []
    anything = goals = fields = 0
    met: dict[tuple[str, str], int] = {}
    for fit in fits(mine):
        taken = met.get((fit.facet, fit.code), 0) if fit.side == "is" else 0
        for tier in fit.tiers:
            held = _any(codes, tier.codes) & ~taken
            if not held:
                continue
            taken |= held
            _add(planes, held, tier.weight)
            goals |= held if fit.facet == "goal" else 0
            fields |= held if fit.side == "is" and not tier.said else 0
        met[fit.facet, fit.code] = met.get((fit.facet, fit.code), 0) | taken
        anything |= taken
    _add(planes, goals & fields, BESIDES)
    near = _of_near(mine.codes)
    for head in ("region.", "language."):
        _add(planes, _any(codes, (code for code in near if code.startswith(head))) & anything, NEAR)
    return planes


def descending(planes: list[int], among: int) -> Iterator[tuple[int, int]]:
    """The sets of people with equal scores above nought, the highest first, as (score, set)."""
    for score in range((1 << len(planes)) - 1, 0, -1):
        level = among
        for digit, plane in enumerate(planes):
            level &= plane if score >> digit & 1 else ~plane
            if not level:
                break
        else:
            yield score, level


def _any(codes: Mapping[str, int], wanted: Iterable[str]) -> int:
    found = 0
    for code in wanted:
        found |= codes.get(code, 0)
    return found


def _add(planes: list[int], held: int, weight: int) -> None:
    """Add a weight to the score of everybody in a set."""
    for digit in range(weight.bit_length()):
        if weight >> digit & 1:
            carry, place = held, digit
            while carry:
                planes.extend([0] * (place + 1 - len(planes)))
                planes[place], carry = planes[place] ^ carry, planes[place] & carry
                place += 1
