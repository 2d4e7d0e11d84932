"""What a drawn badge is made of: marks with their place in millimetres from its upper left corner, and their colour."""

from dataclasses import dataclass
from typing import TypeAlias

from ..typeface import Weight
from .roles import Colour


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text: its left end on the baseline, its size in points, and how wide it is."""

    x: float
    baseline: float
    text: str
    size: float
    weight: Weight
    width: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, filled or with a line `line` wide; dashed if `dash` says (on, off)."""

    x: float
    y: float
    w: float
    h: float
    fill: Colour | None = None
    stroke: Colour | None = None
    line: float = 0.2
    radius: float = 0.0
    dash: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Disc:
    """A circle."""

    x: float
    y: float
    radius: float
    fill: Colour | None = None
    stroke: Colour | None = None
    line: float = 0.2


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line."""

    x: float
    y: float
    to_x: float
    to_y: float
    colour: Colour
    line: float = 0.2
    dash: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Symbol:
    """A QR code whose black square is `size` wide; it is black on white with its quiet zone."""

    x: float
    y: float
    size: float
    text: str


Mark: TypeAlias = Words | Box | Disc | Stroke | Symbol
