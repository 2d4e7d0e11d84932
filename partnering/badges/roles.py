"""The roles of a badge: each is a word, a colour and a number of dots, so that it is told apart in black and white."""

from dataclasses import dataclass

from ..i18n import LazyText, _l

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Look:
    """How a role is printed. `style` names it to the style sheet; colours are those of the tokens."""

    style: str
    word: LazyText
    dots: int
    band: Colour
    on_band: Colour


LOOKS = {
    "attendee": Look("guest", _l("Attendee"), 1, (0x23, 0x18, 0x50), (255, 255, 255)),
    "speaker": Look("speaker", _l("Speaker"), 2, (0xF7, 0xA8, 0xCA), (0x2A, 0x0F, 0x25)),
    "exhibitor": Look("exhibitor", _l("Exhibitor"), 3, (0x0A, 0x66, 0x46), (255, 255, 255)),
    "crew": Look("crew", _l("Crew"), 4, (0xF6, 0xB7, 0x3C), (0x24, 0x16, 0x00)),
    "press": Look("guest", _l("Press"), 1, (0x23, 0x18, 0x50), (255, 255, 255)),
}
