"""PDF files: a document with our typeface, codes drawn as vectors, names that fit. What is printed stands in the rooms.

Millimetres from the upper left corner; type sizes in points. Text is set in Hanken Grotesk, which covers the languages
of Europe that write Latin letters; any other letter comes from DejaVu Sans, and what that lacks becomes U+FFFD, seen
as a question mark in a diamond. Scripts written from right to left, or joined, are not shaped.
"""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Literal

from fpdf import FPDF
from fpdf.fonts import TTFFont
from fpdf.prefs import ViewerPreferences

from partnering import qr

from .typeface import FACES, FALLBACKS, FOLDER, MM_PER_POINT, UNKNOWN, Fitted, Weight, cleaned, fit, octets

__all__ = [
    "MM_PER_POINT",
    "Document",
    "Fitted",
    "Weight",
    "artifact",
    "document",
    "draw_lines",
    "draw_qr",
    "fit_text",
    "quiet_mm",
    "tagged",
]


class Document(FPDF):
    """A PDF in our typeface. Made by `document()`; pages, lines and colours as in fpdf2, fonts by `face()`."""

    weight: Weight = 400

    def face(self, size: float, weight: Weight = 400) -> None:
        """Write on in this size (points) and weight. Only faces that were used are embedded, as subsets."""
        family = f"hanken{weight}"
        if family not in self.fonts:
            self._load(family, FACES[weight])
        self.weight = weight
        self.set_font(family, size=size)

    def normalize_text(self, text: str) -> str:
        """What fpdf2 asks of every text it draws or measures: composed, without controls, every letter in some font."""
        text = cleaned(text)
        font = self.current_font
        if not isinstance(font, TTFFont):
            return text
        missing = {char for char in text if ord(char) not in font.cmap} - {"\n"}
        if missing:
            others = self._fallback().cmap
            text = text.translate({ord(char): UNKNOWN for char in missing if ord(char) not in others})
        return text

    def get_fallback_font(self, char: str, style: str = "") -> str | None:
        """The face that has a letter which ours lacks, in the weight nearest to it."""
        return _fallback_family(self.weight) if ord(char) in self._fallback().cmap else None

    def _fallback(self) -> TTFFont:
        """DejaVu Sans, embedded once it is needed: it is twenty times the size of our own."""
        family = _fallback_family(self.weight)
        if family not in self.fonts:
            self._load(family, FALLBACKS[self.weight])
            self.set_fallback_fonts([name for name in self.fonts if name.startswith("dejavu")], exact_match=False)
        font = self.fonts[family]
        assert isinstance(font, TTFFont)
        return font

    def pieces(self, text: str, weight: Weight) -> list[tuple[TTFFont, str]]:
        """A line of text as pieces, each with the face that has its letters; for writing it with operators."""
        self.face(10, weight)
        text = self.normalize_text(text)
        own = self.current_font
        assert isinstance(own, TTFFont)
        found: list[tuple[TTFFont, str]] = []
        for char in text:
            font = own if ord(char) in own.cmap else self._fallback()
            if found and found[-1][0] is font:
                found[-1] = (font, found[-1][1] + char)
            else:
                found.append((font, char))
        return found

    def _load(self, family: str, name: str) -> None:
        """Add a font, and close its file, which fpdf2 would keep open until the collector comes by."""
        self.add_font(family, fname=FOLDER / name)
        font = self.fonts[family]
        assert isinstance(font, TTFFont)
        reader = font.ttfont.reader
        reader.file.close()
        reader.file = io.BytesIO(octets(name))


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
    pdf.set_margin(0)
    pdf.c_margin = 0
    pdf.set_auto_page_break(False)
    pdf.alias_nb_pages("")  # or somebody named {nb} would be called by the number of pages
    pdf.set_title(cleaned(title))
    pdf.set_lang(language)
    pdf.set_creator("Partnering")
    pdf.set_producer("Partnering")
    if author:
        pdf.set_author(cleaned(author))
    pdf.set_creation_date(created_at)
    pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)
    pdf.face(10)
    return pdf


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


def fit_text(pdf: Document, text: str, width: float, sizes: Sequence[float], lines: int = 1) -> Fitted:
    """Text that fits, in the current face, see `typeface.fit`."""
    return fit(text, width, sizes, lines, weight=pdf.weight)


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
