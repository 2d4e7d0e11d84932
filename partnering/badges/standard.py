"""The house's own layouts, one for each paper: printed until organisers draw their own, and where these begin.

The upright one is that of the visual system; lying ones and labels keep its order, smaller.
"""

from .layout import Element, Layout
from .papers import OWN, PAPERS
from .roles import LOOKS

A6X4 = "a6x4"


def standard(paper: str, width: float | None = None, height: float | None = None) -> Layout:
    """The house's layout for a paper; for single badges of another size that size in millimetres."""
    sheet = PAPERS[paper]
    wide, high = (width or sheet.width, height or sheet.height) if paper == OWN else (sheet.width, sheet.height)
    draw = _large if wide >= 90 and high >= 120 else _lying if wide >= high * 1.2 else _upright
    colours = {role: look.band for role, look in LOOKS.items()}
    return Layout(paper, wide, high, tuple(draw(wide, high)), colours)


def new_element(kind: str, layout: Layout) -> Element:
    """An element as it begins when it is added: in the middle, large enough to be seen."""
    wide = min(25.0, layout.width) if kind == "qr" else round(layout.width * 0.6, 1)
    x, y = round((layout.width - wide) / 2, 1), round(layout.height * 0.4, 1)
    return Element(kind, x, y, wide, wide if kind == "qr" else 8.0, 11.0)


def _large(wide: float, high: float) -> list[Element]:
    """A6 upright: first name 54 points, code at the lower right above the band."""
    room, band = wide - 16, high - 16
    foot = band - 5
    return [
        Element("slot", wide / 2 - 7, 5, 14, 3.5),
        Element("event", 8, 13, room - 38, 9, 15, 800),
        Element("days", wide - 8 - 37, 13, 37, 9, 10.5, align="R", settle="middle"),
        Element("first", 8, 25, room, 32, 54, 800, settle="middle"),
        Element("last", 8, 58, room, foot - 25 - 5.5 - 58 - 21.5, 23, 700, follows=True),
        Element("organisation", 8, foot - 25 - 5.5 - 18.5, room, 13, 13, follows=True),
        Element("function", 8, foot - 25 - 5.5 - 5.5, room, 5.5, 12, follows=True),
        Element("place", 8, foot - 31, room - 35, 5.2, 11, 800, settle="bottom"),
        Element("photos", 8, foot - 25, room - 35, 6.6, 11, 800, follows=True),
        Element("valid", 8, foot - 17.4, room - 35, 4.2, 8.5, 700, follows=True),
        Element("hint", 8, foot - 13, room - 35, 8, 8.5, follows=True),
        Element("code", 8, foot - 4.6, room - 35, 4.6, 10, 700, follows=True),
        Element("qr", wide - 8 - 25, foot - 25, 25, 25),
        Element("band", 0, band, wide, 16, 17, 800),
    ]


def _upright(wide: float, high: float) -> list[Element]:
    """A7 and labels that are about as wide as high."""
    edge, band = 4.0, high - 9
    room, code = wide - 2 * edge, wide - edge - 25
    top, below = band - 4 - 25, code - 2 * edge - 1
    tall = high >= 90
    start = 12.0 if tall else 8.5
    names = top - 4 - start
    first, organisation = names * (0.45 if tall else 0.4), names * 0.3
    last = names - first - organisation - 1
    return [
        Element("event", edge, 4 if tall else 3, room, 5, 9 if tall else 8, 800),
        Element("first", edge, start, room, first, 38 if tall else 26, 800, settle="middle"),
        Element("last", edge, start + first, room, last, 17 if tall else 13, 700, follows=True),
        Element("organisation", edge, start + 1 + first + last, room, organisation, 10 if tall else 8.5, follows=True),
        Element("place", edge, top, below, 5, 8.5, 800, settle="bottom"),
        Element("photos", edge, top + 5.5, below, 5, 8, 800, follows=True),
        Element("valid", edge, top + 11, below, 7, 7, 700, follows=True),
        Element("code", edge, top + 18.5, below, 6.5, 8, 700, follows=True),
        Element("qr", code, top, 25, 25),
        Element("band", 0, band, wide, 9, 11, 800),
    ]


def _lying(wide: float, high: float) -> list[Element]:
    """Labels that lie: name at the left, code at the right."""
    edge, deep = 4.0, 8.0 if high < 60 else 11.0
    band, code = high - deep, wide - 4 - 25
    room = code - 2 * edge
    names = band - 9 - 2
    first, last, organisation = names * 0.4, names * 0.22, names * 0.23
    place = names - 1 - first - last - organisation
    big = high >= 60
    return [
        Element("event", edge, 3, room, 5, 9 if big else 7.5, 800),
        Element("first", edge, 9, room, first, 36 if big else 26, 800, settle="middle"),
        Element("last", edge, 9 + first, room, last, 18 if big else 13, 700, follows=True),
        Element("organisation", edge, 10 + first + last, room, organisation, 11 if big else 8.5, follows=True),
        Element("place", edge, band - 1 - place, room, place, 8.5, 800, follows=True),
        Element("qr", code, 4, 25, 25),
        Element("code", code, 33.2, 25, 3.2, 6, 700, align="C"),
        Element("photos", code, 36.6, 25, 4.4, 7, 800),
        Element("band", 0, band, wide, deep, 13 if big else 11, 800),
    ]
