"""Electronic business cards, vCard 4.0 (RFC 6350). Plain values in, text out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

MEDIA_TYPE = "text/vcard; charset=utf-8"

_LONGEST = 75
"""Octets in a line before the rest goes on in the next one (section 3.2)."""

_ESCAPED = {"\\": "\\\\", "\n": "\\n", ",": "\\,"}
_TO_ESCAPE = re.compile(r"[\\\n,]")
_NOT_DIALLED = re.compile(r"\(0\)|[^0-9+]")


@dataclass(frozen=True)
class Card:
    """What a card says of somebody; empty is what nobody knows. `uid` is the same whenever the card is made anew."""

    uid: str
    given_name: str
    family_name: str
    title: str = ""
    function: str = ""
    organisation: str = ""
    email: str = ""
    phone: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        """Title, given and family name in one line."""
        return " ".join(part for part in (self.title, self.given_name, self.family_name) if part)


def as_vcard(*cards: Card) -> str:
    """The cards as one file, in their order."""
    return "".join(f"{_folded(line)}\r\n" for card in cards for line in _lines(card))


def _lines(card: Card) -> Iterable[str]:
    yield "BEGIN:VCARD"
    yield "VERSION:4.0"
    yield f"UID:{_text(card.uid)}"
    yield f"FN:{_text(card.name or card.organisation or card.email)}"
    yield f"N:{_part(card.family_name)};{_part(card.given_name)};;{_part(card.title)};"
    if card.organisation:
        yield f"ORG:{_part(card.organisation)}"
    if card.function:
        yield f"TITLE:{_text(card.function)}"
    if card.email:
        yield f"EMAIL;TYPE=work:{_text(card.email)}"
    number = _NOT_DIALLED.sub("", card.phone)
    if number:
        yield f"TEL;TYPE=work;VALUE=uri:tel:{number}"
    if card.note:
        yield f"NOTE:{_text(card.note)}"
    yield "END:VCARD"


def _text(value: str) -> str:
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    return _TO_ESCAPE.sub(lambda sign: _ESCAPED[sign[0]], value)


def _part(value: str) -> str:
    """A part of a value whose parts a semicolon divides; elsewhere not every program takes its escape back."""
    return _text(value).replace(";", "\\;")


def _folded(line: str) -> str:
    """The line in pieces of at most 75 octets, none of them ending within a letter."""
    pieces: list[str] = []
    piece, size = "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > _LONGEST - (1 if pieces else 0):
            pieces.append(piece)
            piece, size = "", 0
        piece += letter
        size += octets
    pieces.append(piece)
    return "\r\n ".join(pieces)
