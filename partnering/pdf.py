"""PDF files: a document with our typeface, codes drawn as vectors, names that fit. What is printed stands in the rooms.

Millimetres from the upper left corner; type sizes in points. Text is set in Hanken Grotesk, which covers the languages
of Europe that write Latin letters; any other letter comes from DejaVu Sans, and what that lacks becomes U+FFFD, seen
as a question mark in a diamond. Scripts written from right to left, or joined, are not shaped.
"""

import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from fpdf import FPDF
from fpdf.fonts import TTFFont
from fpdf.prefs import ViewerPreferences

from partnering import qr

_FONTS = Path(__file__).parent / "fonts"
_FACES = {
    400: "HankenGrotesk-Regular.ttf",
    700: "HankenGrotesk-Bold.ttf",
    800: "HankenGrotesk-ExtraBold.ttf",
}
_FALLBACKS = {400: "DejaVuSans.ttf", 700: "DejaVuSans-Bold.ttf", 800: "DejaVuSans-Bold.ttf"}

Weight: TypeAlias = Literal[400, 700, 800]

MM_PER_POINT = 25.4 / 72
_BREAKS = re.compile("\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
# What a line may break after: a space, hyphens, slashes. Joined again, the pieces are the text.
_PIECES = re.compile(r" |[^ /-]*[/-]+|[^ /-]+")
_ELLIPSIS = "…"
_UNKNOWN = "\ufffd"


class Document(FPDF):
    """A PDF in our typeface. Made by `document()`; pages, lines and colours as in fpdf2, fonts by `face()`."""

    weight: Weight = 400
    widths: dict[Weight, dict[str, float]]

    def face(self, size: float, weight: Weight = 400) -> None:
        """Write on in this size (points) and weight. Only faces that were used are embedded, as subsets."""
        family = f"hanken{weight}"
        if family not in self.fonts:
            self._load(family, _FACES[weight])
        self.weight = weight
        self.set_font(family, size=size)

    def normalize_text(self, text: str) -> str:
        """What fpdf2 asks of every text it draws or measures: composed, without controls, every letter in some font."""
        text = _clean(text)
        font = self.current_font
        if not isinstance(font, TTFFont):
            return text
        missing = {char for char in text if ord(char) not in font.cmap} - {"\n"}
        if missing:
            others = self._fallback().cmap
            text = text.translate({ord(char): _UNKNOWN for char in missing if ord(char) not in others})
        return text

    def get_fallback_font(self, char: str, style: str = "") -> str | None:
        """The face that has a letter which ours lacks, in the weight nearest to it."""
        return _fallback_family(self.weight) if ord(char) in self._fallback().cmap else None

    def _fallback(self) -> TTFFont:
        """DejaVu Sans, embedded once it is needed: it is twenty times the size of our own."""
        family = _fallback_family(self.weight)
        if family not in self.fonts:
            self._load(family, _FALLBACKS[self.weight])
            self.set_fallback_fonts([name for name in self.fonts if name.startswith("dejavu")], exact_match=False)
        font = self.fonts[family]
        assert isinstance(font, TTFFont)
        return font

    def _load(self, family: str, name: str) -> None:
        """Add a font, and close its file, which fpdf2 would keep open until the collector comes by."""
        self.add_font(family, fname=_FONTS / name)
        font = self.fonts[family]
        assert isinstance(font, TTFFont)
        reader = font.ttfont.reader
        reader.file.close()
        reader.file = io.BytesIO(_octets(name))


@cache
def _octets(name: str) -> bytes:
    return (_FONTS / name).read_bytes()


def _fallback_family(weight: Weight) -> str:
    return "dejavu400" if weight == 400 else "dejavu700"


def document(
    title: str,
    language: str,
    created_at: datetime,
    *,
    size: Literal["A4", "A5"] | tuple[float, float] = "A4",
    landscape: bool = False,
    author: str = "",
) -> Document:
    """A document without pages yet, without margins and page breaks of its own, in Hanken Grotesk at 10 points.

    `language` is that of its text ("de", "en"); `size` a format or (width, height) in millimetres. Equal arguments and
    equal drawing give equal bytes. Raises `ValueError` for a naive `created_at`.
    """
    if created_at.tzinfo is None:
        raise ValueError("a document is created at an aware time")
    pdf = Document("landscape" if landscape else "portrait", "mm", size)
    pdf.widths = {}
    pdf.set_margin(0)
    pdf.c_margin = 0
    pdf.set_auto_page_break(False)
    pdf.alias_nb_pages("")  # or somebody named {nb} would be called by the number of pages
    pdf.set_title(_clean(title))
    pdf.set_lang(language)
    pdf.set_creator("Partnering")
    pdf.set_producer("Partnering")
    if author:
        pdf.set_author(_clean(author))
    pdf.set_creation_date(created_at)
    pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)
    pdf.face(10)
    return pdf


def _clean(text: str) -> str:
    """Text to draw: letters composed, line ends as newlines, nothing that has no shape of its own."""
    if text.isascii() and text.isprintable():
        return text
    text = unicodedata.normalize("NFC", _BREAKS.sub("\n", text)).replace("\t", " ")
    return "".join(char for char in text if char == "\n" or not _is_unseen(char))


def _is_unseen(char: str) -> bool:
    """Controls, joiners, direction marks, halves of pairs, selectors of variants: nothing to draw."""
    return unicodedata.category(char) in {"Cc", "Cf", "Cs"} or "\ufe00" <= char <= "\ufe0f"


def draw_qr(pdf: Document, text: str, x: float, y: float, size_mm: float) -> None:
    """A QR code whose black square is `size_mm` wide with its upper left corner at (x, y), on white.

    Its quiet zone is painted too and reaches `quiet_mm()` beyond the square on every side: keep clear of it.
    """
    modules = len(qr.matrix(text))
    quiet = quiet_mm(text, size_mm)
    k, page = pdf.k, pdf.h
    step = size_mm / modules

    def box(left: float, top: float, width: float, height: float) -> str:
        return f"{left * k:.3f} {(page - top) * k:.3f} {width * k:.3f} {-height * k:.3f} re"

    black = " ".join(
        box(x + column * step, y + row * step, width * step, height * step)
        for column, row, width, height in qr.rects(text)
    )
    side = size_mm + 2 * quiet
    # One path, filled once: rectangles filled one by one would show hairlines where they touch.
    pdf._out(f"q 1 g {box(x - quiet, y - quiet, side, side)} f 0 g {black} f Q")


@contextmanager
def tagged(pdf: Document, kind: Literal["H1", "H2", "P", "Figure"], alt: str | None = None) -> Iterator[None]:
    """What is drawn meanwhile is a heading, a paragraph or a figure to those who have the page read to them.

    `alt` says what a figure shows. fpdf2 keeps such tags in one flat list, in the order of drawing.
    """
    page, mcid = pdf.page, pdf.struct_builder.next_mcid_for_page(pdf.page)
    pdf._add_marked_content(struct_type=f"/{kind}", mcid=mcid, alt_text=alt)
    pdf._out(f"/{kind} <</MCID {mcid}>> BDC")
    yield
    if pdf.page != page:
        raise ValueError("what is tagged stays on one page")
    pdf._out("EMC")


@contextmanager
def artifact(pdf: Document) -> Iterator[None]:
    """What is drawn meanwhile is decoration: lines, marks, what every page repeats."""
    pdf._out("/Artifact BMC")
    yield
    pdf._out("EMC")


def quiet_mm(text: str, size_mm: float) -> float:
    """How much white a code of this width needs on each side."""
    return qr.QUIET * size_mm / len(qr.matrix(text))


@dataclass(frozen=True, slots=True)
class Fitted:
    """Text cut into lines that fit at `size` points."""

    size: float
    lines: tuple[str, ...]


def fit_text(pdf: Document, text: str, width: float, sizes: Sequence[float], lines: int = 1) -> Fitted:
    """The largest of `sizes` at which `text` fits into at most `lines` lines of `width`, in the current face.

    Lines break at spaces, hyphens and slashes. What does not fit even at the smallest size is broken inside words, and
    at last cut off with an ellipsis; so the result always fits. Text without anything to see gives no lines.
    """
    plain = " ".join(_clean(text).split())
    if not plain:
        return Fitted(max(sizes), ())
    ruler = _Ruler(pdf)
    pieces = _PIECES.findall(plain)
    widest = max(map(ruler, pieces))
    for size in sorted(sizes, reverse=True):
        if widest * size <= width:
            broken = _fill(pieces, width / size, ruler)
            if len(broken) <= lines:
                return Fitted(size, tuple(broken))
    size = min(sizes)
    room = width / size
    broken = _fill([part for piece in pieces for part in _split(piece, room, ruler)], room, ruler)
    if len(broken) > lines:
        broken = [*broken[: lines - 1], _cut(broken[lines - 1], room, ruler)]
    return Fitted(size, tuple(broken))


def _fill(pieces: list[str], room: float, ruler: "_Ruler") -> list[str]:
    """Lines as full as can be. No piece is wider than `room`."""
    lines = [""]
    for piece in pieces:
        if lines[-1] and ruler((lines[-1] + piece).rstrip()) > room:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] = (lines[-1] + piece).lstrip()
    return lines


def _split(piece: str, room: float, ruler: "_Ruler") -> list[str]:
    """A piece as parts that are not wider than `room`, each but the last with a hyphen."""
    if ruler(piece) <= room:
        return [piece]
    parts = [""]
    for letter in _letters(piece):
        if parts[-1] and ruler(f"{parts[-1]}{letter}-") > room:
            parts[-1] += "-"
            parts.append("")
        parts[-1] += letter
    return parts


def _cut(line: str, room: float, ruler: "_Ruler") -> str:
    """A line with an ellipsis for what came after it."""
    letters = _letters(line)
    while letters and ruler("".join(letters).rstrip() + _ELLIPSIS) > room:
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


def draw_lines(
    pdf: Document,
    fitted: Fitted,
    x: float,
    y: float,
    width: float,
    *,
    leading: float = 1.15,
    align: Literal["L", "C", "R"] = "L",
) -> float:
    """Draw fitted text in the current face with its top at `y`; gives the y below it. `leading` is in type sizes."""
    pdf.set_font_size(fitted.size)
    height = fitted.size * MM_PER_POINT * leading
    for line in fitted.lines:
        pdf.set_xy(x, y)
        pdf.cell(width, height, line, align=align)
        y += height
    return y


class _Ruler:
    """Widths of text in millimetres at one point, in the face a document has now. Sizes only scale them.

    Nothing is kerned, so the width of a text is the sum of its letters'; a page of badges measures each letter once.
    """

    def __init__(self, pdf: Document) -> None:
        self.pdf = pdf
        self.known = pdf.widths.setdefault(pdf.weight, {})

    def __call__(self, text: str) -> float:
        for char in set(text).difference(self.known):
            self.known[char] = self.pdf.get_string_width(char) / self.pdf.font_size_pt
        return sum(map(self.known.__getitem__, text))
