"""Why two should meet: what one seeks and the other offers, and what both marked."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..i18n import _, locale
from .words import FIELDS, term_label

Term = tuple[str, str, str]
"""Side, facet and code of a term on a profile."""

MOST = 5
"""No more reasons than this are shown."""

_MIRROR = {"offer": "seek", "seek": "offer"}


@dataclass(frozen=True)
class Reason:
    """One reason for me to meet them. `side` is theirs: they offer it, seek it, or it simply is so."""

    side: str
    facet: str
    code: str

    @property
    def text(self) -> str:
        """The reason as a sentence."""
        return self._pattern() % {"word": self._word()}

    @property
    def parts(self) -> tuple[str, str, str]:
        """The sentence as what stands before the word, the word, and what stands after it."""
        before, _placeholder, after = self._pattern().partition("%(word)s")
        return before, self._word(), after

    def _word(self) -> str:
        """The term as it stands within a sentence: English ones begin small unless they are abbreviations."""
        label = term_label(self.facet, self.code, self._my_side())
        return label[:1].lower() + label[1:] if locale() == "en" and label[1:2].islower() else label

    def _my_side(self) -> str:
        return _MIRROR.get(self.side, "is")

    def _pattern(self) -> str:
        if self.side == "offer":
            return _("You seek %(word)s, they offer it.")
        if self.side == "seek":
            return _("You offer %(word)s, they seek it.")
        return _("You both marked %(word)s.")


def wanted(mine: Iterable[Term]) -> set[Term]:
    """The terms on another profile that would each be a reason to meet, given my terms."""
    mirrored = {(_MIRROR[side], facet, code) for side, facet, code in mine if side in _MIRROR}
    return mirrored | {(side, facet, code) for side, facet, code in mine if side == "is" and facet in FIELDS}


def between(mine: Iterable[Term], theirs: Iterable[Term]) -> list[Reason]:
    """All reasons, offers first, then what they seek, then common fields."""
    order = {"offer": 0, "seek": 1, "is": 2}
    both = wanted(mine) & set(theirs)
    return [Reason(*term) for term in sorted(both, key=lambda term: (order[term[0]], *term[1:]))]
