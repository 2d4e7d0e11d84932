"""The taxonomy's terms as people write them, in German and English: what a text offers, seeks or is about.

`vocabulary.json` holds the words beside the labels; one that ends in "*" begins a word ("peptid*" is in
"Peptidsynthese"). Found in one language, a term fits the same term found in the other.
"""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from ..text import fold, folds
from . import taxonomy

Found = tuple[str, str]
"""Facet and code of a term."""

LONGEST = 20_000
"""Signs of a text that are read."""

LONGEST_WORD = 40
"""Signs of a word by which beginnings are looked up."""

NOT = frozenset(
    ("kein", "keine", "keinen", "keinem", "keiner", "keines", "ohne", "nicht", "nie", "weder", "ausser", "ausgenommen")
) | frozenset(("no", "not", "without", "never", "neither", "nor", "except", "excluding"))
"""Folded words that deny what follows."""

LITTLE = frozenset(
    ("ein", "eine", "einen", "einer", "der", "die", "das", "den", "fur", "fuer", "im", "zur", "zum")
) | frozenset(("a", "an", "the", "any", "for", "in", "of", "on"))
"""Folded words that may stand between."""

_WORD = re.compile(r"[^\W_]+")
_NOTHING: frozenset[Found] = frozenset()


def terms_in(text: str) -> set[Found]:
    """The terms that a text names; of words that overlap the longest counts, and nothing that is denied.

    The time grows with the length of the text alone: words are looked up, and nothing of the text becomes a pattern.
    """
    words = _words(text[:LONGEST])
    known = _known()
    found: set[Found] = set()
    place = 0
    while place < len(words):
        length, terms = known.at(words, place)
        if terms and not _denied(words, place):
            found |= terms
        place += max(length, 1)
    return found


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def _denied(words: Sequence[str], place: int) -> bool:
    """Whether "no", "without" and the like stand just before, or before one little word."""
    if place and words[place - 1] in LITTLE:
        place -= 1
    return bool(place) and words[place - 1] in NOT


class _Known:
    """Phrases by their words: whole ones, and those of which the last word may go on."""

    def __init__(self, entries: Iterator[tuple[str, Found]]) -> None:
        self.whole: dict[tuple[str, ...], frozenset[Found]] = {}
        self.begun: dict[tuple[str, ...], frozenset[Found]] = {}
        self.longest: dict[str, int] = {}  # of the phrases of several words, by their first
        for phrase, term in entries:
            kept = self.begun if phrase.endswith("*") else self.whole
            for words in _written(phrase.removesuffix("*")):
                kept[words] = kept.get(words, _NOTHING) | {term}
                if len(words) > 1:
                    self.longest[words[0]] = max(self.longest.get(words[0], 0), len(words))

    def at(self, words: Sequence[str], place: int) -> tuple[int, frozenset[Found]]:
        """How many words the longest phrase has that stands here, and its terms."""
        for length in range(min(self.longest.get(words[place], 1), len(words) - place), 0, -1):
            phrase = tuple(words[place : place + length])
            terms = self.whole.get(phrase) or self._beginning(phrase)
            if terms:
                return length, terms
        return 0, _NOTHING

    def _beginning(self, phrase: tuple[str, ...]) -> frozenset[Found]:
        *first, last = phrase
        for end in range(min(len(last), LONGEST_WORD), 1, -1):
            terms = self.begun.get((*first, last[:end]))
            if terms:
                return terms
        return _NOTHING


def _written(phrase: str) -> set[tuple[str, ...]]:
    """A phrase with its umlauts as one letter and as two."""
    words = folds(phrase).split()
    plain = _words(phrase)
    other = _WORD.findall(" ".join(words[len(fold(phrase).split()) :])) or plain
    return {tuple(plain), tuple(other)}


def _entries() -> Iterator[tuple[str, Found]]:
    """Every word and phrase of the vocabulary, and the labels of its terms, with what they stand for."""
    raw = json.loads(Path(__file__).with_name("vocabulary.json").read_text(encoding="utf-8"))
    for facet, terms in raw.items():
        for code, phrases in terms.items():
            label = taxonomy.term(facet, code).label
            for phrase in (*phrases, label.de, label.en):
                yield phrase, (facet, code)


@cache
def _known() -> _Known:
    return _Known(_entries())
