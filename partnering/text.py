"""Text made comparable: folding for search, and cleaning of what people type."""

import re
import unicodedata
from itertools import takewhile
from typing import NamedTuple

_BY_HAND = {ord(c): plain for c, plain in zip("łøđıð", "lodid", strict=True)} | {
    ord("œ"): "oe",
    ord("æ"): "ae",
    ord("þ"): "th",
}
_UMLAUTS = {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue"}
_WORD = re.compile(r"[^\W_]+")
_SPELLED = zip("äöüßæœøłđıðþ", ["ae", "oe", "ue", "ss", "ae", "oe", "o", "l", "d", "i", "d", "th"], strict=True)
_SPELT = {ord("ẞ"): "SS"} | {
    ord(letter): plain
    for small, spelt in _SPELLED
    for letter, plain in ((small, spelt), (small.upper(), spelt.capitalize()))
    if len(letter) == 1 and not letter.isascii()
}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def fold(text: str) -> str:
    """Letters without case and marks: "Straße" and "STRASSE", "Łódź" and "lodz" become equal."""
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_BY_HAND))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def folds(text: str) -> str:
    """All folded forms of a text for an index: "Müller" is found by "muller" and by "mueller"."""
    plain = fold(text)
    if text.isascii():
        return plain
    german = fold(unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS))
    return plain if plain == german else f"{plain} {german}"


def words(text: str) -> str:
    """The words of a text for a search, each once, in all their folded forms, with single spaces between.

    Letters and digits only, so that both databases cut it alike.
    """
    return " ".join(dict.fromkeys(_WORD.findall(folds(text))))


def word_forms(query: str) -> list[list[str]]:
    """The words of what somebody looks for, each in all its folded forms: "Müller Straße" is muller or mueller, and
    strasse.
    """
    forms = [words(word).split() for word in _WORD.findall(unicodedata.normalize("NFC", query))]
    return [each for each in forms if each]


def in_ascii(text: str) -> str:
    """What can be written with other letters is: "Größe" becomes "Groesse"; what else is not ASCII loses its marks."""
    if text.isascii():
        return text
    written = unicodedata.normalize("NFC", text).translate(_SPELT)
    return unicodedata.normalize("NFKD", written).encode("ascii", "ignore").decode()


def clean(text: str) -> str:
    """One line: NFC, no control or direction characters, single spaces."""
    return " ".join(_CONTROL.sub(" ", unicodedata.normalize("NFC", text)).split())


def clean_lines(text: str) -> str:
    """Several lines: as `clean`, but keeping line breaks (at most two in a row)."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    lines = "\n".join(" ".join(_CONTROL.sub(" ", line).split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


class Name(NamedTuple):
    """A person's name in parts."""

    title: str
    given_name: str
    family_name: str


def taken_apart(name: str) -> Name:
    """A name that was typed as one line.

    Titles end with a dot and are longer than an initial; a family name begins where small words do ("van der").
    """
    words = name.split()
    titles = list(takewhile(lambda word: word.endswith(".") and not (len(word) == 2 and word.isupper()), words))
    rest = words[len(titles) :]
    family = next((n for n, word in enumerate(rest[:-1]) if n and word.islower()), max(len(rest) - 1, 0))
    return Name(" ".join(titles), " ".join(rest[:family]), " ".join(rest[family:]))
