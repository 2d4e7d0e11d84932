"""The roles of a badge: each is a word, a colour and a number of dots, so that it is told apart in black and white."""

import re
from dataclasses import dataclass

from ..db import BilingualText

Colour = str
"""As in style sheets: #rrggbb."""

INK, GREY, CUT, WHITE, BLACK = "#1b1631", "#565070", "#7d7994", "#ffffff", "#000000"
READABLE = 4.5
COLOUR = re.compile(r"#[0-9a-f]{6}\Z")


@dataclass(frozen=True)
class Look:
    """How a role is printed. `style` names it to the style sheet; colours are those of the tokens."""

    style: str
    word: BilingualText
    dots: int
    band: Colour
    on_band: Colour


@dataclass(frozen=True)
class Colours:
    """A band and what stands on it."""

    band: Colour
    on: Colour


LOOKS = {
    "attendee": Look("guest", BilingualText(de="Teilnahme", en="Attendee"), 1, "#231850", WHITE),
    "speaker": Look("speaker", BilingualText(de="Vortrag", en="Speaker"), 2, "#f7a8ca", "#2a0f25"),
    "exhibitor": Look("exhibitor", BilingualText(de="Ausstellung", en="Exhibitor"), 3, "#0a6646", WHITE),
    "crew": Look("crew", BilingualText(de="Team", en="Crew"), 4, "#f6b73c", "#241600"),
    "press": Look("guest", BilingualText(de="Presse", en="Press"), 1, "#231850", WHITE),
}


def colours_of(role: str, band: Colour | None = None) -> Colours:
    """A role's own colours, or a band of another colour with white or ink on it, whichever is read more easily."""
    look = LOOKS[role]
    if band is None or band == look.band:
        return Colours(look.band, look.on_band)
    on = max((WHITE, INK, BLACK), key=lambda on: (contrast(band, on) >= READABLE, on != BLACK, contrast(band, on)))
    return Colours(band, on)


def contrast(one: Colour, other: Colour) -> float:
    """The contrast of two colours as WCAG 2 counts it, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Colour) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
