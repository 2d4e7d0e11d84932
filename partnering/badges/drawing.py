"""Badges on the screen: the same marks as on paper, as an SVG picture in the page's own typeface."""

from collections.abc import Iterable, Iterator

from markupsafe import Markup, escape

from .. import qr
from ..typeface import MM_PER_POINT
from .marks import Box, Disc, Mark, Stroke, Symbol, Words


def picture(marks: Iterable[Mark], width: float, height: float, title: str) -> Markup:
    """An `<svg>` element of a badge at its size in millimetres, which a page may scale; `title` says whose it is."""
    inside = "".join(_element(mark) for mark in marks)
    return Markup(
        '<svg class="badge-art" xmlns="http://www.w3.org/2000/svg" width="{w}mm" height="{h}mm" viewBox="0 0 {w} {h}"'
        ' role="img" aria-label="{title}"><path fill="#fff" d="M0 0h{w}v{h}H0z"/>{inside}</svg>'
    ).format(w=_n(width), h=_n(height), title=title, inside=Markup(inside))


def _element(mark: Mark) -> str:
    match mark:
        case Words():
            at = _all(x=mark.x, y=mark.baseline, font_size=mark.size * MM_PER_POINT, textLength=mark.width)
            look = f'font-weight="{mark.weight}" fill="{mark.colour}" lengthAdjust="spacingAndGlyphs"'
            return f"<text {at} {look}>{escape(mark.text)}</text>"
        case Box():
            at = _all(x=mark.x, y=mark.y, width=mark.w, height=mark.h, rx=mark.radius)
            return f"<rect {at} {_paint(mark.fill, mark.stroke, mark.line)}{_dash(mark.dash)}/>"
        case Disc():
            at = _all(cx=mark.x, cy=mark.y, r=mark.radius)
            return f"<circle {at} {_paint(mark.fill, mark.stroke, mark.line)}/>"
        case Stroke():
            at = _all(x1=mark.x, y1=mark.y, x2=mark.to_x, y2=mark.to_y)
            return f"<line {at} {_paint(None, mark.colour, mark.line)}{_dash(mark.dash)}/>"
        case Symbol():
            return "".join(_symbol(mark))


def _symbol(mark: Symbol) -> Iterator[str]:
    side = len(qr.matrix(mark.text))
    step = mark.size / side
    quiet = qr.QUIET
    white = side + 2 * quiet
    path = "".join(f"M{x} {y}h{width}v{height}h-{width}z" for x, y, width, height in qr.rects(mark.text))
    yield f'<g transform="translate({_n(mark.x)} {_n(mark.y)}) scale({step:.6f})" shape-rendering="crispEdges">'
    yield f'<path fill="#fff" d="M-{quiet} -{quiet}h{white}v{white}h-{white}z"/><path fill="#000" d="{path}"/></g>'


def _all(**values: float) -> str:
    return " ".join(
        f'{name.replace("_", "-")}="{_n(value)}"' for name, value in values.items() if value or name != "rx"
    )


def _paint(fill: str | None, stroke: str | None, line: float) -> str:
    return f'fill="{fill or "none"}"' + (f' stroke="{stroke}" stroke-width="{_n(line)}"' if stroke else "")


def _dash(dash: tuple[float, float] | None) -> str:
    return f' stroke-dasharray="{_n(dash[0])} {_n(dash[1])}"' if dash else ""


def _n(value: float) -> str:
    """A number as short as can be, in hundredths of a millimetre and finer."""
    return f"{value:.3f}".rstrip("0").rstrip(".")
