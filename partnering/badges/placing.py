"""From a layout and a badge to marks: what is shown, how large, and where. The same for paper and for the screen.

A column is an element with those that follow it: each shrinks and breaks its text within its own box, then all move
together so that nothing stands apart from what it belongs to.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ..i18n import _, bi, some_days
from ..typeface import MM_PER_POINT, Fitted, Weight, fit, ruler
from .content import Badge, Heading
from .layout import LEAST_SIZE, Element, Layout
from .marks import Box, Disc, Mark, Stroke, Symbol, Words
from .roles import CUT, GREY, INK, WHITE, Colour

STEPS = (1.0, 0.92, 0.85, 0.78, 0.72, 0.66, 0.6, 0.54, 0.48, 0.43, 0.38, 0.34, 0.3)
"""The sizes that are tried, as parts of the largest one."""

LONG_NAME = 9
"""From this many letters a first name is set in two thirds of its size."""

CAPS = {"first": ("last", 0.7), "organisation": ("function", 1.0)}
"""What stands above another one in a column: that one is not larger than this part of it."""

BREAK_WORDS = 0.5
"""Rather than at less than this part of their size, words that are too long are broken."""

LEADING = {"first": 1.0, "last": 1.1, "event": 1.05}
QUIET_WORDS = ("hint",)
SIGN = 6.6
"""How high the sign against photos is drawn in its own measures."""

WELLS = (True, False, True, False, True, False, True, True, False)
"""Which of the nine wells of the mark are full."""


@dataclass(frozen=True)
class _Part:
    """An element that is shown: how high it came out, and what draws it from a y on."""

    element: Element
    height: float
    draw: Callable[[float], Iterator[Mark]]
    size: float = 0.0


def place(layout: Layout, badge: Badge, heading: Heading) -> list[Mark]:
    """What is drawn for a badge, in the language in force."""
    marks: list[Mark] = []
    for column in _columns(layout.elements):
        marks += _set(column, layout, badge, heading)
    return marks


def _columns(elements: tuple[Element, ...]) -> list[list[Element]]:
    """Each element with those that follow it."""
    columns: list[list[Element]] = []
    for element in elements:
        if element.follows and columns:
            columns[-1].append(element)
        else:
            columns.append([element])
    return columns


def _set(column: list[Element], layout: Layout, badge: Badge, heading: Heading) -> Iterator[Mark]:
    """The marks of a column, moved together."""
    top = column[0].y
    bottom = max(each.y + each.height for each in column)
    parts: list[tuple[float, _Part]] = []
    used, end = 0.0, top
    largest: dict[str, float] = {}
    for element in column:
        gap = max(0.0, element.y - end) if parts else 0.0
        end = element.y + element.height
        part = _part(element, layout, badge, heading, largest) if element.when.fits(badge) else None
        if part is None or not part.height:
            continue
        if element.kind in CAPS:
            largest[CAPS[element.kind][0]] = part.size * CAPS[element.kind][1]
        parts.append((gap, part))
        used += gap + part.height
    free = bottom - top - used
    y = top + {"top": 0.0, "middle": max(0.0, free / 2), "bottom": free}[column[0].settle]
    for gap, part in parts:
        y += gap
        yield from part.draw(y)
        y += part.height


def _part(
    element: Element, layout: Layout, badge: Badge, heading: Heading, largest: Mapping[str, float]
) -> _Part | None:
    """An element as it comes out for a badge; None where there is nothing to say."""
    kind = element.kind
    if kind == "qr":
        return _Part(element, element.w, lambda y: iter([Symbol(element.x, y, element.w, badge.code)]))
    if kind == "slot":
        return _Part(element, element.h, lambda y: _slot(element, y))
    if kind == "band":
        return _Part(element, element.h, lambda y: _band(element, layout, badge, y))
    if kind == "event":
        return _Part(element, element.h, lambda y: _event(element, heading, y))
    if kind == "photos":
        return _Part(element, element.h, lambda y: _no_photos(element, y)) if badge.no_photos else None
    return _text(element, _words(element, badge, heading), largest)


def _words(element: Element, badge: Badge, heading: Heading) -> str:
    """What a text says."""
    kind = element.kind
    if kind == "valid":
        return _("Valid: %(days)s", days=some_days(badge.days)) if badge.days else ""
    if kind in ("days", "hint"):
        return heading.days if kind == "days" else heading.hint
    own = {"text": element.text, "code": badge.printed, "ticket": badge.ticket_name}
    return own[kind] if kind in own else str(getattr(badge, kind))


def _text(element: Element, words: str, largest: Mapping[str, float]) -> _Part:
    size = element.size
    if element.kind == "first" and len(words) >= LONG_NAME:
        size = size * 2 / 3
    size = min(size, largest.get(element.kind, size))
    leading = LEADING.get(element.kind, 1.25)
    fitted = fitting(words, element.w, element.h, size, element.weight, leading)
    colour = GREY if element.kind in QUIET_WORDS else INK
    height = len(fitted.lines) * fitted.size * MM_PER_POINT * leading
    return _Part(
        element,
        height,
        lambda y: lines(fitted, element.x, y, element.w, element.weight, leading, element.align, colour),
        fitted.size,
    )


@lru_cache(maxsize=4096)
def fitting(words: str, width: float, height: float, size: float, weight: Weight, leading: float) -> Fitted:
    """Text in the largest size, `size` at most, at which it has room in a box."""
    sizes = sorted({max(LEAST_SIZE, round(size * step, 1)) for step in STEPS})
    broken = size * BREAK_WORDS
    return fit(words, width, sizes, weight=weight, height=height, leading=leading, balanced=True, break_words_at=broken)


def lines(
    fitted: Fitted, x: float, y: float, width: float, weight: Weight, leading: float, align: str, colour: Colour
) -> Iterator[Words]:
    """Fitted text from a y on, each line in the middle of its height."""
    step = fitted.size * MM_PER_POINT * leading
    for number, line in enumerate(fitted.lines):
        wide = ruler(weight)(line) * fitted.size
        left = x + {"L": 0.0, "C": (width - wide) / 2, "R": width - wide}[align]
        baseline = y + number * step + step / 2 + 0.33 * fitted.size * MM_PER_POINT
        yield Words(left, baseline, line, fitted.size, weight, wide, colour)


# -- what is drawn rather than written


def _slot(element: Element, y: float) -> Iterator[Mark]:
    """Where the strap's hole may be punched."""
    yield Box(element.x, y, element.w, element.h, stroke=CUT, radius=element.h / 2, dash=(0.8, 0.6))


def _event(element: Element, heading: Heading, y: float) -> Iterator[Mark]:
    """The nine wells, and the name of the event beside them."""
    side = min(element.h, element.size * 0.47)
    top = y + (element.h - side) / 2
    step, radius = side / 28, 3.2 * side / 28
    for index, full in enumerate(WELLS):
        x, down = element.x + (5 + 9 * (index % 3)) * step, top + (5 + 9 * (index // 3)) * step
        yield Disc(x, down, radius, INK if full else None, INK, 2 * step)
    left = side * 1.3
    fitted = fitting(heading.event, element.w - left, element.h, element.size, element.weight, 1.05)
    high = len(fitted.lines) * fitted.size * MM_PER_POINT * 1.05
    start = y + (element.h - high) / 2
    yield from lines(fitted, element.x + left, start, element.w - left, element.weight, 1.05, "L", INK)


def _band(element: Element, layout: Layout, badge: Badge, y: float) -> Iterator[Mark]:
    """The role as colour, word and number of dots."""
    colours = layout.colours_of(badge.role)
    yield Box(element.x, y, element.w, element.h, fill=colours.band)
    edge = min(8.0, max(3.0, element.w * 0.076))
    radius = min(1.4, element.size * 0.0825)
    step = 3 * radius
    right = element.x + element.w - edge - radius * 1.15
    room = element.w - 2 * edge - 4 * step
    fitted = fitting(bi(badge.look.word), room, element.h, element.size, element.weight, 1.0)
    high = len(fitted.lines) * fitted.size * MM_PER_POINT
    start = y + (element.h - high) / 2
    yield from lines(fitted, element.x + edge, start, room, element.weight, 1.0, "L", colours.on)
    for index in range(4):
        full = colours.on if index < badge.look.dots else None
        yield Disc(right - (3 - index) * step, y + element.h / 2, radius, full, colours.on, radius * 0.36)


def _no_photos(element: Element, y: float) -> Iterator[Mark]:
    """A camera that is crossed out, and the same in words: its bearer did not agree to being photographed."""
    k = min(1.0, element.h / SIGN)
    x = element.x
    y += (element.h - SIGN * k) / 2
    yield Box(x + 0.2 * k, y + 1.6 * k, 7.6 * k, 4.6 * k, stroke=INK, line=0.45 * k, radius=0.8 * k)
    yield Box(x + 2.6 * k, y + 0.6 * k, 2.8 * k, 1.0 * k, fill=INK)
    yield Disc(x + 4 * k, y + 3.9 * k, 1.4 * k, stroke=INK, line=0.45 * k)
    for colour, line in ((WHITE, 1.5), (INK, 0.7)):
        yield Stroke(x, y + SIGN * k, x + 8 * k, y, colour, line * k)
    left = 10 * k
    fitted = fitting(_("No photos"), element.w - left, element.h, element.size, element.weight, 1.0)
    high = len(fitted.lines) * fitted.size * MM_PER_POINT
    start = y + (SIGN * k - high) / 2
    yield from lines(fitted, x + left, start, element.w - left, element.weight, 1.0, "L", INK)
