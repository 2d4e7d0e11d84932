"""Our typeface: how wide its letters are, and text that fits. Plain values; it knows no document and no page.

Millimetres; type sizes in points. Hanken Grotesk covers the languages of Europe that write Latin letters; any other
letter comes from DejaVu Sans, and what that lacks becomes U+FFFD, seen as a question mark in a diamond. Nothing is
kerned, so a text is as wide as its letters together, in a PDF and in a browser that is told so.
"""

import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # ships no types

FOLDER = Path(__file__).parent / "fonts"
Weight: TypeAlias = Literal[400, 700, 800]
FACES: dict[Weight, str] = {
    400: "HankenGrotesk-Regular.ttf",
    700: "HankenGrotesk-Bold.ttf",
    800: "HankenGrotesk-ExtraBold.ttf",
}
FALLBACKS: dict[Weight, str] = {400: "DejaVuSans.ttf", 700: "DejaVuSans-Bold.ttf", 800: "DejaVuSans-Bold.ttf"}

MM_PER_POINT = 25.4 / 72
UNKNOWN = "\ufffd"
_BREAKS = re.compile("\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
# What a line may break after: a space, hyphens, slashes. Joined again, the pieces are the text.
_PIECES = re.compile(r" |[^ /-]*[/-]+|[^ /-]+")
_ELLIPSIS = "…"


# -- letters


def cleaned(text: str) -> str:
    """Text to draw: letters composed, line ends as newlines, nothing that has no shape of its own."""
    if text.isascii() and text.isprintable():
        return text
    text = unicodedata.normalize("NFC", _BREAKS.sub("\n", text)).replace("\t", " ")
    return "".join(char for char in text if char == "\n" or not _is_unseen(char))


def _is_unseen(char: str) -> bool:
    """Controls, joiners, direction marks, halves of pairs, selectors of variants: nothing to draw."""
    return unicodedata.category(char) in {"Cc", "Cf", "Cs"} or "\ufe00" <= char <= "\ufe0f"


@cache
def octets(name: str) -> bytes:
    """A font's file."""
    return (FOLDER / name).read_bytes()


@cache
def _advances(name: str) -> dict[int, float]:
    """How wide each letter of a font is, in ems."""
    font = TTFont(io.BytesIO(octets(name)), lazy=True)
    metrics, em = font["hmtx"].metrics, font["head"].unitsPerEm
    return {code: round(1000 * metrics[glyph][0] / em + 0.001) / 1000 for code, glyph in font.getBestCmap().items()}


class Ruler:
    """Widths of text in millimetres at one point, in one weight. Sizes only scale them."""

    def __init__(self, weight: Weight) -> None:
        self.weight = weight
        self._known: dict[str, float] = {}

    def __call__(self, text: str) -> float:
        known = self._known
        for char in set(text).difference(known):
            known[char] = self._width(char)
        return sum(map(known.__getitem__, text))

    def _width(self, char: str) -> float:
        own = _advances(FACES[self.weight]).get(ord(char))
        if own is None:
            others = _advances(FALLBACKS[self.weight])
            own = others.get(ord(char), others[ord(UNKNOWN)])
        return own * MM_PER_POINT


@cache
def ruler(weight: Weight) -> Ruler:
    """The ruler of a weight, which measures each letter once."""
    return Ruler(weight)


# -- text that fits


@dataclass(frozen=True, slots=True)
class Fitted:
    """Text cut into lines that fit at `size` points."""

    size: float
    lines: tuple[str, ...]


def fit(
    text: str,
    width: float,
    sizes: Sequence[float],
    lines: int = 1,
    *,
    weight: Weight = 400,
    height: float | None = None,
    leading: float = 1.15,
    balanced: bool = False,
    break_words_at: float = 0.0,
) -> Fitted:
    """The largest of `sizes` at which `text` fits into at most `lines` lines of `width`.

    With `height` (millimetres; `leading` in type sizes) as many lines as have room in it, at least one. Lines break at
    spaces, hyphens and slashes; `balanced` makes them about equally long. From the size `break_words_at` down, or where
    it does not fit even at the smallest size, words are broken, and at last cut off with an ellipsis; so the result
    always fits. Text without anything to see gives no lines.
    """
    plain = " ".join(cleaned(text).split())
    if not plain:
        return Fitted(max(sizes), ())
    measure = ruler(weight)
    pieces = _PIECES.findall(plain)
    widest = max(map(measure, pieces))

    def most(size: float) -> int:
        return lines if height is None else max(1, int(height / (size * MM_PER_POINT * leading) + 1e-6))

    for size in sorted(sizes, reverse=True):
        if widest * size <= width:
            broken = _fill(pieces, width / size, measure)
            if len(broken) <= most(size):
                return Fitted(size, tuple(_even(pieces, broken, width / size, measure) if balanced else broken))
        elif size <= break_words_at and len(broken := _broken(pieces, width / size, measure)) <= most(size):
            return Fitted(size, tuple(broken))
    size = min(sizes)
    room = width / size
    broken = _broken(pieces, room, measure)
    if len(broken) > most(size):
        broken = [*broken[: most(size) - 1], _cut(broken[most(size) - 1], room, measure)]
    return Fitted(size, tuple(broken))


def _fill(pieces: list[str], room: float, measure: Ruler) -> list[str]:
    """Lines as full as can be. No piece is wider than `room`."""
    lines = [""]
    for piece in pieces:
        if lines[-1] and measure((lines[-1] + piece).rstrip()) > room:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] = (lines[-1] + piece).lstrip()
    return lines


def _broken(pieces: list[str], room: float, measure: Ruler) -> list[str]:
    """Lines as full as can be, words broken where they are wider than `room`."""
    return _fill([part for piece in pieces for part in _split(piece, room, measure)], room, measure)


def _even(pieces: list[str], broken: list[str], room: float, measure: Ruler) -> list[str]:
    """As many lines as are `broken`, in the narrowest room that holds them."""
    if len(broken) < 2:
        return broken
    low, high = max(map(measure, pieces)), room
    for _step in range(8):
        middle = (low + high) / 2
        tried = _fill(pieces, middle, measure)
        if len(tried) <= len(broken):
            high, broken = middle, tried
        else:
            low = middle
    return broken


def _split(piece: str, room: float, measure: Ruler) -> list[str]:
    """A piece as parts that are not wider than `room`, each but the last with a hyphen."""
    if measure(piece) <= room:
        return [piece]
    parts = [""]
    for letter in _letters(piece):
        if parts[-1] and measure(f"{parts[-1]}{letter}-") > room:
            parts[-1] += "-"
            parts.append("")
        parts[-1] += letter
    return parts


def _cut(line: str, room: float, measure: Ruler) -> str:
    """A line with an ellipsis for what came after it."""
    letters = _letters(line)
    while letters and measure("".join(letters).rstrip() + _ELLIPSIS) > room:
        letters.pop()
    return "".join(letters).rstrip() + _ELLIPSIS


def _letters(text: str) -> list[str]:
    """Letters with the marks that stand on them."""
    letters: list[str] = []
    for char in text:
        if letters and unicodedata.combining(char):
            letters[-1] += char
        else:
            letters.append(char)
    return letters
