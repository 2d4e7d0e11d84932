"""Layouts as plain values: what stands where on a badge, for whom, and what is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, TypeAlias

from ..i18n import LazyText, _, _l, number
from ..typeface import Weight
from .content import Badge
from .papers import LEAST_HIGH, LEAST_WIDE, MOST_HIGH, MOST_WIDE, OWN, PAPERS, Paper
from .roles import LOOKS, Colours, colours_of

Align: TypeAlias = Literal["L", "C", "R"]
Settle: TypeAlias = Literal["top", "middle", "bottom"]

QR_LEAST = 25.0
QR_MODULES, QR_QUIET = 25, 4
"""A ticket code is a symbol of version 2: 25 modules, and 4 of white on every side."""

LEAST_SIZE, MOST_SIZE = 5.0, 120.0
MOST_ELEMENTS = 30
TEXT_LENGTH = 200

KINDS: dict[str, LazyText] = {
    "first": _l("First name"),
    "last": _l("Family name"),
    "organisation": _l("Organisation"),
    "function": _l("Function"),
    "place": _l("Table or stand"),
    "ticket": _l("Ticket type"),
    "valid": _l("Days of the ticket"),
    "photos": _l("Sign against photos"),
    "qr": _l("QR code"),
    "code": _l("Short code"),
    "hint": _l("What the code is for"),
    "event": _l("Mark and name of the event"),
    "days": _l("Days of the event"),
    "band": _l("Band with role, colour and dots"),
    "text": _l("Text of your own"),
    "slot": _l("Slot for the strap"),
}


@dataclass(frozen=True)
class For:
    """Whose badges: those with one of these tickets and one of these roles, where something is said."""

    products: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    def fits(self, badge: Badge) -> bool:
        """Whether it is meant for this badge."""
        return (not self.products or badge.ticket in self.products) and (not self.roles or badge.role in self.roles)

    def stored(self) -> dict[str, list[str]]:
        """As it lies in the database."""
        found = {"products": list(self.products), "roles": list(self.roles)}
        return {name: values for name, values in found.items() if values}


def read_for(stored: Mapping[str, Any] | None) -> For:
    """A condition as it lies in the database."""
    stored = stored or {}
    return For(tuple(stored.get("products", ())), tuple(stored.get("roles", ())))


@dataclass(frozen=True)
class Element:
    """One thing on a badge: its box in millimetres from the upper left corner, its largest type size in points.

    Text shrinks until it fits. What `follows` moves up to what stands above it when that needs less room; `settle`
    says where such a column, or a text alone, stands in the room that it does not need. A QR code is `w` wide without
    its quiet zone, and as high.
    """

    kind: str
    x: float
    y: float
    w: float
    h: float
    size: float = 10.0
    weight: Weight = 400
    align: Align = "L"
    settle: Settle = "top"
    follows: bool = False
    text: str = ""
    when: For = field(default_factory=For)

    @property
    def height(self) -> float:
        """How high its box is."""
        return self.w if self.kind == "qr" else self.h

    @property
    def quiet(self) -> float:
        """How much white it needs on every side."""
        return self.w * QR_QUIET / QR_MODULES if self.kind == "qr" else 0.0

    def reaches(self, other: "Element") -> bool:
        """Whether its box, with the white that it needs, meets that of another element."""
        edge = self.quiet - 0.05
        return (
            self.x - edge < other.x + other.w
            and other.x < self.x + self.w + edge
            and self.y - edge < other.y + other.height
            and other.y < self.y + self.height + edge
        )


@dataclass(frozen=True)
class Layout:
    """What stands where on badges of `width` by `height`, on which paper, in which colours by role, and for whom.

    `id` is its row; one of the house's own has none.
    """

    paper: str
    width: float
    height: float
    elements: tuple[Element, ...]
    colours: Mapping[str, str] = field(default_factory=dict)
    when: For = field(default_factory=For)
    id: int | None = None

    @property
    def sheet(self) -> Paper:
        """What it is printed on."""
        return PAPERS[self.paper]

    def colours_of(self, role: str) -> Colours:
        """Colour of a role's band, and of what stands on it."""
        return colours_of(role, self.colours.get(role))

    def alone(self) -> "Layout":
        """The same as a single page."""
        return self if self.sheet.is_single else replace(self, paper=OWN)


# -- as it is stored


def element_stored(element: Element) -> dict[str, Any]:
    """An element as it lies in the database."""
    return {**asdict(element), "when": element.when.stored()}


def read_element(stored: Mapping[str, Any]) -> Element:
    """An element as it lies in the database."""
    return Element(**{**stored, "when": read_for(stored.get("when"))})


def colours_stored(colours: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Colours by role as they lie in the database; what stands on a band is kept for whoever reads it there."""
    return {role: {"band": band, "on": colours_of(role, band).on} for role, band in colours.items()}


def read_colours(stored: Mapping[str, Any] | None) -> dict[str, str]:
    """Colours by role as they lie in the database."""
    return {role: look["band"] for role, look in (stored or {}).items() if role in LOOKS}


# -- what is wrong with it


@dataclass(frozen=True)
class Problem:
    """A sentence about a field of a layout, or of its element number `at`."""

    field: str
    sentence: str
    at: int | None = None


def problems(layout: Layout) -> list[Problem]:
    """What has to be put right before a layout can be printed."""
    return [*_of_size(layout), *_of_code(layout), *_of_elements(layout)]


def _of_size(layout: Layout) -> Iterator[Problem]:
    if layout.paper == OWN:
        for name, value, least, most in (
            ("width", layout.width, LEAST_WIDE, MOST_WIDE),
            ("height", layout.height, LEAST_HIGH, MOST_HIGH),
        ):
            if not least <= value <= most:
                yield Problem(name, _("Enter between %(least)s and %(most)s mm", least=mm(least), most=mm(most)))


def _of_code(layout: Layout) -> Iterator[Problem]:
    codes = [(at, each) for at, each in enumerate(layout.elements) if each.kind == "qr"]
    if not codes:
        yield Problem("elements", _("A badge needs its QR code. Add it."))
    for at, _second in codes[1:]:
        yield Problem("kind", _("A badge has one QR code. Remove this one."), at)
    for at, code in codes[:1]:
        if code.w < QR_LEAST:
            sentence = _("Enter at least %(least)s mm; smaller codes are not read by every phone", least=mm(QR_LEAST))
            yield Problem("w", sentence, at)
        if code.when != For():
            yield Problem("roles", _("The QR code stands on every badge. Untick what is ticked here."), at)
        right, bottom = layout.width - code.quiet, layout.height - code.quiet
        quiet = _("The code needs %(mm)s mm of white up to the edge on every side", mm=mm(code.quiet))
        if code.x < code.quiet - 0.05 or code.x + code.w > right + 0.05:
            yield Problem("x", quiet, at)
        if code.y < code.quiet - 0.05 or code.y + code.w > bottom + 0.05:
            yield Problem("y", quiet, at)
        for other, element in enumerate(layout.elements):
            if element.kind != "qr" and code.reaches(element):
                sentence = _("This reaches into the %(mm)s mm of white round the QR code", mm=mm(code.quiet))
                yield Problem("x", sentence, other)


def _of_elements(layout: Layout) -> Iterator[Problem]:
    if len(layout.elements) > MOST_ELEMENTS:
        yield Problem("elements", _("At most %(most)s fields", most=MOST_ELEMENTS))
    for at, element in enumerate(layout.elements):
        if not element.x >= 0 or element.x + element.w > layout.width + 0.05:
            yield Problem("x", _("This does not fit on the badge: it is %(mm)s mm wide", mm=mm(layout.width)), at)
        if not element.y >= 0 or element.y + element.height > layout.height + 0.05:
            yield Problem("y", _("This does not fit on the badge: it is %(mm)s mm high", mm=mm(layout.height)), at)
        if element.kind == "text" and not element.text.strip():
            yield Problem("text", _("Enter the text"), at)


def mm(value: float) -> str:
    """Millimetres as people read them here: "12,5"."""
    return number(round(value, 1))
