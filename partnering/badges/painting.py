"""Marks on the pages of a PDF, written as what a PDF is made of: drawing through fpdf2 takes several times as long."""

from collections.abc import Iterable

from .. import qr
from ..pdf import Document
from ..typeface import MM_PER_POINT
from .marks import Box, Disc, Mark, Stroke, Symbol, Words
from .roles import Colour

K = 1 / MM_PER_POINT
ROUND = 0.5523
"""How far the handles of a quarter of a circle reach, in radii."""


class Painter:
    """Paints marks on the pages of a document. What was painted once is remembered: much is the same on every badge."""

    def __init__(self, pdf: Document) -> None:
        self.pdf = pdf
        self.known: dict[Mark, str] = {}

    def paint(self, marks: Iterable[Mark], x: float, y: float) -> None:
        """Paint marks on this page, their origin at (x, y) millimetres from its upper left corner."""
        painted = " ".join(self._painted(mark) for mark in marks)
        self.pdf._out(f"q 1 0 0 1 {x * K:.2f} {(self.pdf.h - y) * K:.2f} cm {painted} Q")

    def end_page(self) -> None:
        """Make the typefaces of the document known to this page; call it when everything stands on it."""
        for font in self.pdf.fonts.values():
            self.pdf._set_font_for_page(font, 10)
        self.pdf.current_font_is_set_on_page = False

    def _painted(self, mark: Mark) -> str:
        if isinstance(mark, Symbol):
            return symbol(mark)
        found = self.known.get(mark)
        if found is None:
            found = self.known[mark] = self._words(mark) if isinstance(mark, Words) else shape(mark)
        return found

    def _words(self, mark: Words) -> str:
        """A line of text, piece by piece where another typeface has letters that ours lacks."""
        written = " ".join(
            f"/F{font.i} {mark.size:.2f} Tf {font.encode_text(piece)}"
            for font, piece in self.pdf.pieces(mark.text, mark.weight)
        )
        return f"{rgb(mark.colour)} rg BT {mark.x * K:.2f} {-mark.baseline * K:.2f} Td {written} ET"


def shape(mark: Box | Disc | Stroke) -> str:
    """A shape, within a state of its own."""
    dash = (
        f" [{' '.join(f'{each * K:.2f}' for each in mark.dash)}] 0 d"
        if not isinstance(mark, Disc) and mark.dash
        else ""
    )
    if isinstance(mark, Stroke):
        path = f"{_at(mark.x, mark.y)} m {_at(mark.to_x, mark.to_y)} l S"
        return f"q {rgb(mark.colour)} RG {mark.line * K:.2f} w{dash} {path} Q"
    look = f" {rgb(mark.fill)} rg" if mark.fill else ""
    look += f" {rgb(mark.stroke)} RG {mark.line * K:.2f} w{dash}" if mark.stroke else ""
    end = {(True, True): "B", (True, False): "f", (False, True): "S", (False, False): "n"}[
        bool(mark.fill), bool(mark.stroke)
    ]
    if isinstance(mark, Disc):
        path = _rounded(mark.x - mark.radius, mark.y - mark.radius, 2 * mark.radius, 2 * mark.radius, mark.radius)
    elif mark.radius:
        path = _rounded(mark.x, mark.y, mark.w, mark.h, mark.radius)
    else:
        path = f"{_at(mark.x, mark.y)} {mark.w * K:.2f} {-mark.h * K:.2f} re"
    return f"q{look} {path} {end} Q"


def symbol(mark: Symbol) -> str:
    """A QR code on white. One path, filled once: squares filled one by one would show hairlines where they touch."""
    step = mark.size / len(qr.matrix(mark.text)) * K
    side = len(qr.matrix(mark.text)) + 2 * qr.QUIET
    white = f"1 g {-qr.QUIET} {qr.QUIET} {side} {-side} re f"
    black = " ".join(f"{x} {-y} {width} {-height} re" for x, y, width, height in qr.rects(mark.text))
    return f"q {step:.5f} 0 0 {step:.5f} {_at(mark.x, mark.y)} cm {white} 0 g {black} f Q"


def _rounded(x: float, y: float, w: float, h: float, r: float) -> str:
    """A path round a box with corners of this radius."""
    r = min(r, w / 2, h / 2)
    far = r * (1 - ROUND)
    right, bottom = x + w, y + h
    return (
        f"{_at(x + r, y)} m {_at(right - r, y)} l"
        f" {_at(right - far, y)} {_at(right, y + far)} {_at(right, y + r)} c {_at(right, bottom - r)} l"
        f" {_at(right, bottom - far)} {_at(right - far, bottom)} {_at(right - r, bottom)} c {_at(x + r, bottom)} l"
        f" {_at(x + far, bottom)} {_at(x, bottom - far)} {_at(x, bottom - r)} c {_at(x, y + r)} l"
        f" {_at(x, y + far)} {_at(x + far, y)} {_at(x + r, y)} c h"
    )


def _at(x: float, y: float) -> str:
    return f"{x * K:.2f} {-y * K:.2f}"


def rgb(colour: Colour) -> str:
    """A colour as a PDF says it."""
    return " ".join(f"{int(colour[at : at + 2], 16) / 255:.3f}" for at in (1, 3, 5))
