"""Badges as PDF: A6 upright, four to an A4 sheet with cut marks, or single A6 pages for badge printers.

Millimetres; the layout is that of the visual system. The code stands on white with its quiet zone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ..i18n import _, bi, some_days
from ..pdf import MM_PER_POINT, Document, Fitted, document, draw_lines, draw_qr, fit_text
from .queries import Badge

Paper = Literal["a4", "a6"]

WIDTH, HEIGHT = 105.0, 148.0
MARGIN = 8.0
BAND = 16.0
QR = 25.0
SIGN = 6.6
"""How high the sign against photos is."""
SHEET_TOP = (297.0 - 2 * HEIGHT) / 2
INK, GREY, CUT = (0x1B, 0x16, 0x31), (0x56, 0x50, 0x70), (0x7D, 0x79, 0x94)
LONG_NAME = 9
"""From this many letters a first name is set smaller."""

FIRST_SIZES = (54.0, 48.0, 42.0, 36.0, 30.0, 26.0, 22.0)
LONG_SIZES = (36.0, 32.0, 28.0, 24.0, 20.0)
LAST_SIZES = (23.0, 20.0, 18.0, 16.0, 14.0)
ORGANISATION_SIZES = (13.0, 12.0, 11.0, 10.0)


@dataclass(frozen=True)
class Heading:
    """What every badge of an event says: its name, its days, and what the code is for."""

    event: str
    days: str
    hint: str


def sheets(
    found: Sequence[Badge],
    heading: Heading,
    language: str,
    now: datetime,
    *,
    paper: Paper = "a4",
    progress: Callable[[int], None] | None = None,
) -> bytes:
    """The badges as a file in `language`; `progress` hears after each page how many are done."""
    pdf = document(heading.event, language, now, size="A4" if paper == "a4" else (WIDTH, HEIGHT), author=heading.event)
    per_page = 4 if paper == "a4" else 1
    for start in range(0, len(found), per_page):
        pdf.add_page()
        page = found[start : start + per_page]
        for index, badge in enumerate(page):
            x = (index % 2) * WIDTH if paper == "a4" else 0.0
            y = SHEET_TOP + (index // 2) * HEIGHT if paper == "a4" else 0.0
            draw(pdf, badge, heading, x, y)
        if paper == "a4":
            _cut_marks(pdf)
        if progress is not None:
            progress(start + len(page))
    return bytes(pdf.output())


def draw(pdf: Document, badge: Badge, heading: Heading, x: float, y: float) -> None:
    """One badge with its upper left corner at (x, y)."""
    _slot(pdf, x, y)
    _top(pdf, heading, x, y)
    _foot(pdf, badge, heading, x, y)
    _band(pdf, badge, x, y)
    _name(pdf, badge, x, y)


def _slot(pdf: Document, x: float, y: float) -> None:
    """Where the strap's hole may be punched."""
    pdf.set_draw_color(*CUT)
    pdf.set_line_width(0.2)
    pdf.set_dash_pattern(dash=0.8, gap=0.6)
    pdf.rect(x + WIDTH / 2 - 7, y + 5, 14, 3.5, round_corners=True, corner_radius=1.75)
    pdf.set_dash_pattern()


def _top(pdf: Document, heading: Heading, x: float, y: float) -> None:
    """The event's mark and name, and its days."""
    width = WIDTH - 2 * MARGIN
    pdf.set_text_color(*INK)
    pdf.face(10.5)
    days = fit_text(pdf, heading.days, width * 0.45, (10.5, 9.5, 8.5))
    draw_lines(pdf, days, x + MARGIN, y + 16, width, align="R")
    days_width = max(pdf.get_string_width(line) for line in days.lines) if days.lines else 0
    _mark(pdf, x + MARGIN, y + 14, 7)
    pdf.face(15, 800)
    room = width - 9 - days_width - 3
    name = fit_text(pdf, heading.event, room, (15, 13, 11, 9.5), lines=2)
    top = y + 17.5 - len(name.lines) * name.size * MM_PER_POINT * 1.05 / 2
    draw_lines(pdf, name, x + MARGIN + 9, top, room, leading=1.05)


def _mark(pdf: Document, x: float, y: float, size: float) -> None:
    """The nine wells."""
    pdf.set_draw_color(*INK)
    pdf.set_fill_color(*INK)
    pdf.set_line_width(2 * size / 28)
    filled = (True, False, True, False, True, False, True, True, False)
    for index, full in enumerate(filled):
        centre_x, centre_y = (5 + 9 * (index % 3)) * size / 28, (5 + 9 * (index // 3)) * size / 28
        pdf.circle(x + centre_x, y + centre_y, 3.2 * size / 28, style="DF" if full else "D")


def _name(pdf: Document, badge: Badge, x: float, y: float) -> None:
    """First name large, family name, organisation and function, in the middle of the room that is left."""
    width = WIDTH - 2 * MARGIN
    pdf.set_text_color(*INK)
    pdf.face(54, 800)
    long = len(badge.first) >= LONG_NAME
    first = fit_text(pdf, badge.first, width, LONG_SIZES if long else FIRST_SIZES)
    if first.lines and (first.size < LONG_SIZES[0] or first.lines[0].endswith("…")):
        in_two = fit_text(pdf, badge.first, width, LONG_SIZES, lines=2)
        first = in_two if in_two.size > first.size or first.lines[0].endswith("…") else first
    pdf.face(23, 700)
    sizes = [size for size in LAST_SIZES if size <= first.size * 0.7] or LAST_SIZES[-1:]
    last = fit_text(pdf, badge.last, width, sizes, lines=2)
    pdf.face(13)
    organisation = fit_text(pdf, badge.organisation, width, ORGANISATION_SIZES, lines=3)
    function = fit_text(pdf, badge.function, width, (min(organisation.size, 12.0), 10.0), lines=2)
    gap = 4.0 if organisation.lines or function.lines else 0.0
    heights = [
        _height(first, 1.0),
        1.0 + _height(last, 1.1),
        gap + _height(organisation, 1.25),
        _height(function, 1.25),
    ]
    top, bottom = y + 25, y + HEIGHT - BAND - QR - 11
    at = max(top, top + (bottom - top - sum(heights)) / 2)
    pdf.face(first.size, 800)
    at = draw_lines(pdf, first, x + MARGIN, at, width, leading=1.0)
    pdf.face(last.size, 700)
    at = draw_lines(pdf, last, x + MARGIN, at + 1.0, width, leading=1.1)
    pdf.face(organisation.size)
    at = draw_lines(pdf, organisation, x + MARGIN, at + gap, width, leading=1.25)
    pdf.face(function.size)
    draw_lines(pdf, function, x + MARGIN, at, width, leading=1.25)


def _height(fitted: Fitted, leading: float) -> float:
    return len(fitted.lines) * fitted.size * MM_PER_POINT * leading


def _foot(pdf: Document, badge: Badge, heading: Heading, x: float, y: float) -> None:
    """The code as QR, and as text beside what it is for."""
    bottom = y + HEIGHT - BAND - 5
    left = x + WIDTH - MARGIN - QR
    draw_qr(pdf, badge.code, left, bottom - QR, QR)
    room = left - x - MARGIN - 6
    pdf.set_text_color(*GREY)
    pdf.face(8.5)
    hint = fit_text(pdf, heading.hint, room, (8.5,), lines=3)
    top = bottom - _height(hint, 1.35) - 10 * MM_PER_POINT * 1.35
    at = draw_lines(pdf, hint, x + MARGIN, top, room, leading=1.35)
    pdf.set_text_color(*INK)
    pdf.face(10, 700)
    draw_lines(pdf, fit_text(pdf, badge.printed, room, (10.0, 9.0, 8.0)), x + MARGIN, at, room, leading=1.35)
    if badge.days:
        pdf.face(8.5, 700)
        valid = fit_text(pdf, _("Valid: %(days)s", days=some_days(badge.days)), room, (8.5, 7.5), lines=2)
        top -= _height(valid, 1.25) + 1
        draw_lines(pdf, valid, x + MARGIN, top, room, leading=1.25)
    if badge.no_photos:
        _no_photos(pdf, x + MARGIN, top - SIGN - 1.5, room)


def _no_photos(pdf: Document, x: float, y: float, room: float) -> None:
    """A camera that is crossed out, and the same in words: its bearer did not agree to being photographed."""
    pdf.set_draw_color(*INK)
    pdf.set_fill_color(*INK)
    pdf.set_line_width(0.45)
    pdf.rect(x, y + 1.6, 7.6, 4.6, round_corners=True, corner_radius=0.8)
    pdf.rect(x + 2.4, y + 0.6, 2.8, 1.0, style="DF")
    pdf.circle(x + 3.8, y + 3.9, 1.4)
    pdf.set_draw_color(255, 255, 255)
    pdf.set_line_width(1.5)
    pdf.line(x - 0.2, y + SIGN, x + 7.8, y)
    pdf.set_draw_color(*INK)
    pdf.set_line_width(0.7)
    pdf.line(x - 0.2, y + SIGN, x + 7.8, y)
    pdf.set_text_color(*INK)
    pdf.face(11, 800)
    words = fit_text(pdf, _("No photos"), room - 10, (11.0, 10.0))
    draw_lines(pdf, words, x + 10, y + (SIGN - _height(words, 1.0)) / 2, room - 10, leading=1.0)


def _band(pdf: Document, badge: Badge, x: float, y: float) -> None:
    """The role as colour, word and number of dots."""
    look = badge.look
    top = y + HEIGHT - BAND
    pdf.set_fill_color(*look.band)
    pdf.rect(x, top, WIDTH, BAND, style="F")
    pdf.set_text_color(*look.on_band)
    pdf.face(17, 800)
    word = fit_text(pdf, bi(look.word), WIDTH - 2 * MARGIN - 24, (17.0, 15.0, 13.0))
    draw_lines(pdf, word, x + MARGIN, top + (BAND - _height(word, 1.0)) / 2, 65, leading=1.0)
    pdf.set_draw_color(*look.on_band)
    pdf.set_fill_color(*look.on_band)
    pdf.set_line_width(0.5)
    for index in range(4):
        centre = x + WIDTH - MARGIN - 1.6 - (3 - index) * 4.2
        pdf.circle(centre, top + BAND / 2, 1.4, style="DF" if index < look.dots else "D")


def _cut_marks(pdf: Document) -> None:
    """Dotted lines between the badges, and crosses where they end."""
    pdf.set_draw_color(*CUT)
    pdf.set_line_width(0.1)
    pdf.set_dash_pattern(dash=0.4, gap=1.6)
    middle = SHEET_TOP + HEIGHT
    pdf.line(WIDTH, SHEET_TOP, WIDTH, SHEET_TOP + 2 * HEIGHT)
    for y in (SHEET_TOP, middle, SHEET_TOP + 2 * HEIGHT):
        pdf.line(0, y, 2 * WIDTH, y)
    pdf.set_dash_pattern()
    pdf.set_line_width(0.25)
    for y in (SHEET_TOP, middle, SHEET_TOP + 2 * HEIGHT):
        for x in (0.0, WIDTH, 2 * WIDTH):
            pdf.line(max(0, x - 3), y, min(2 * WIDTH, x + 3), y)
            pdf.line(x, max(0, y - 3), x, min(297, y + 3))
