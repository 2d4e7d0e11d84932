"""The roles of a badge: each is a word, a colour and a number of dots, so that it is told apart in black and white."""

from dataclasses import dataclass

from ..db import BilingualText

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Look:
    """How a role is printed. `style` names it to the style sheet; colours are those of the tokens."""

    style: str
    word: BilingualText
    dots: int
    band: Colour
    on_band: Colour


WHITE = (255, 255, 255)

LOOKS = {
    "attendee": Look("guest", BilingualText(de="Teilnahme", en="Attendee"), 1, (0x23, 0x18, 0x50), WHITE),
    "speaker": Look("speaker", BilingualText(de="Vortrag", en="Speaker"), 2, (0xF7, 0xA8, 0xCA), (0x2A, 0x0F, 0x25)),
    "exhibitor": Look("exhibitor", BilingualText(de="Ausstellung", en="Exhibitor"), 3, (0x0A, 0x66, 0x46), WHITE),
    "crew": Look("crew", BilingualText(de="Team", en="Crew"), 4, (0xF6, 0xB7, 0x3C), (0x24, 0x16, 0x00)),
    "press": Look("guest", BilingualText(de="Presse", en="Press"), 1, (0x23, 0x18, 0x50), WHITE),
}
