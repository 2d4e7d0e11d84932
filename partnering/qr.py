"""QR codes, and the ticket code that stands in them. Plain values in, bytes out.

A ticket code is `EV1:` and, in base45 (RFC 9285), a random id of 9 octets with 10 octets of its HMAC-SHA256: 33
characters that fit version 2-M, the smallest symbol that phones read from a badge in a dark foyer. It opens nothing by
being well-formed: it is compared with the codes that were handed out.
"""

import hmac
import io
import secrets
from collections.abc import Sequence
from functools import lru_cache

import qrcode
from markupsafe import Markup, escape
from PIL import Image

QUIET = 4
"""Modules of white that a reader needs round the symbol (ISO/IEC 18004)."""

CODE_ID_OCTETS = 9
_MAC_OCTETS = 10
_PREFIX = "EV1:"
_PURPOSE = b"ticket code\n"
_BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUE45 = {symbol: value for value, symbol in enumerate(_BASE45)}
_CODE_LENGTH = len(_PREFIX) + 29

READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""What people can tell apart on paper and over the phone: no 0, O, 1, I, L."""

_VALUE_READABLE = {symbol: value for value, symbol in enumerate(READABLE)}
_PRINTED_SYMBOLS = 16

Rows = tuple[tuple[bool, ...], ...]
Rect = tuple[int, int, int, int]


# -- symbols


@lru_cache(maxsize=64)
def matrix(text: str) -> Rows:
    """The modules of a symbol with error correction M, row by row, True for black, without the quiet zone.

    Raises `ValueError` if the text is longer than a symbol can hold.
    """
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0, mask_pattern=0)
    code.add_data(text)
    try:
        code.make(fit=True)
    except qrcode.exceptions.DataOverflowError as error:
        raise ValueError("this text is too long for a QR code") from error
    side = len(code.modules)
    empty = _empty(code.version)
    bare = [packed ^ turned for packed, turned in zip(_packed(code.modules), empty[0], strict=True)]
    masked = [(bare[0] ^ across, bare[1] ^ down) for across, down in empty]
    best, _down = min(masked, key=lambda symbol: _penalty(symbol[0], symbol[1], side))
    rows = f"{best:0{side * (side + 1)}b}"[::-1]
    return tuple(tuple(bit == "1" for bit in rows[y * (side + 1) : y * (side + 1) + side]) for y in range(side))


def _packed(modules: Sequence[Sequence[bool]]) -> tuple[int, int]:
    """A symbol as one number, row after row, and as another one, column after column.

    The lowest bit is the upper left module. After each row one bit stays free, so that nothing runs on into the next.
    """
    return _number(modules), _number(list(zip(*modules, strict=True)))


def _number(lines: Sequence[Sequence[bool]]) -> int:
    return int("".join("0" + "".join("1" if black else "0" for black in line[::-1]) for line in lines[::-1]), 2)


@lru_cache(maxsize=40)
def _empty(version: int) -> list[tuple[int, int]]:
    """The symbols of a version that hold nothing, one under each of the eight masks.

    What all symbols share cancels out between two of them, so they turn a symbol from one mask to another. Asking the
    library for all eight of each symbol takes many times as long.
    """
    symbols = []
    for mask in range(8):
        code = qrcode.QRCode(version, qrcode.constants.ERROR_CORRECT_M, border=0, mask_pattern=mask)
        code.data_cache = []
        code.makeImpl(False, mask)
        symbols.append(_packed(code.modules))
    return symbols


def _penalty(across: int, down: int, side: int) -> int:
    """How hard a symbol is to read: the four features of ISO/IEC 18004, section 7.8.3, for all lines at once."""
    step, whole = side + 1, _whole(side)
    points = _line_penalty(across, whole) + _line_penalty(down, whole)
    like = ~(across ^ across >> step) & whole & whole >> step
    points += 3 * (like & like >> 1 & ~(across ^ across >> 1) & whole).bit_count()
    return points + 10 * (abs(20 * across.bit_count() - 10 * side * side) // (side * side))


@lru_cache(maxsize=40)
def _whole(side: int) -> int:
    """A symbol that is black all over."""
    return sum((1 << side) - 1 << y * (side + 1) for y in range(side))


def _line_penalty(lines: int, whole: int) -> int:
    """Runs of five and more modules of one colour, and what looks like a finder pattern beside four white ones."""
    like = ~(lines ^ lines >> 1) & whole & whole >> 1
    runs = like & like >> 1 & like >> 2 & like >> 3
    white = ~lines & whole
    finders = lines & white >> 1 & lines >> 2 & lines >> 3 & lines >> 4 & white >> 5 & lines >> 6
    four = white & white >> 1 & white >> 2 & white >> 3
    found = (finders & four >> 7).bit_count() + (finders & four << 4).bit_count()
    return runs.bit_count() + 2 * (runs & ~(runs << 1)).bit_count() + 40 * found


@lru_cache(maxsize=64)
def rects(text: str) -> tuple[Rect, ...]:
    """The black of a symbol as few rectangles (x, y, width, height), in modules from its upper left corner.

    They do not overlap. Drawing each module by itself leaves hairlines in print.
    """
    done: list[Rect] = []
    growing: dict[tuple[int, int], tuple[int, int]] = {}
    for y, row in enumerate((*matrix(text), ())):
        runs = _runs(row)
        for (x, width), (top, height) in list(growing.items()):
            if (x, width) not in runs:
                done.append((x, top, width, height))
                del growing[x, width]
        for run in runs:
            top, height = growing.get(run, (y, 0))
            growing[run] = (top, height + 1)
    return tuple(sorted(done, key=lambda rect: (rect[1], rect[0])))


def _runs(row: tuple[bool, ...]) -> list[tuple[int, int]]:
    """Where black begins in a row and for how many modules it goes on."""
    runs = []
    start = None
    for x, black in enumerate((*row, False)):
        if black and start is None:
            start = x
        elif not black and start is not None:
            runs.append((start, x - start))
            start = None
    return runs


def png(text: str, box: int = 8) -> bytes:
    """A black and white PNG with its quiet zone, `box` pixels a module."""
    rows = matrix(text)
    side = len(rows) + 2 * QUIET
    image = Image.new("1", (side, side), 1)
    for y, row in enumerate(rows):
        for x, black in enumerate(row):
            if black:
                image.putpixel((x + QUIET, y + QUIET), 0)
    out = io.BytesIO()
    image.resize((side * box, side * box), Image.Resampling.NEAREST).save(out, "PNG", optimize=True)
    return out.getvalue()


def svg(text: str, title: str) -> Markup:
    """An `<svg>` element to stand in a page: black on white in any colour scheme, with its quiet zone.

    `title` says to those who do not see it what the code is for. Size comes from the page's own style.
    """
    side = len(matrix(text)) + 2 * QUIET
    path = "".join(f"M{x + QUIET} {y + QUIET}h{width}v{height}h-{width}z" for x, y, width, height in rects(text))
    return Markup(
        '<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img" aria-label="{title}"'
        ' shape-rendering="crispEdges"><title>{title}</title><path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        '<path fill="#000" d="{path}"/></svg>'
    ).format(side=side, title=escape(title), path=path)


# -- ticket codes


def new_code_id() -> bytes:
    """A random name for a ticket code: 72 bits, stored with it."""
    return secrets.token_bytes(CODE_ID_OCTETS)


def encode_code(code_id: bytes, key: bytes) -> str:
    """What the QR code of a ticket says, in 33 characters. `key` is the server key whose number is stored with the id.

    Raises `ValueError` if the id has not 9 octets.
    """
    if len(code_id) != CODE_ID_OCTETS:
        raise ValueError(f"a ticket code's id has {CODE_ID_OCTETS} octets")
    return _PREFIX + _to_base45(code_id + _mac(code_id, key))


def decode_code(text: str) -> tuple[bytes, bytes] | None:
    """(id, MAC) of what was scanned, or None if it is no ticket code. Nothing is trimmed, folded or guessed."""
    if len(text) != _CODE_LENGTH or not text.startswith(_PREFIX):
        return None
    octets = _from_base45(text[len(_PREFIX) :])
    return None if octets is None else (octets[:CODE_ID_OCTETS], octets[CODE_ID_OCTETS:])


def verify(code_id: bytes, mac: bytes, key: bytes) -> bool:
    """Whether this MAC was made with this key for this id, in constant time."""
    return hmac.compare_digest(_mac(code_id, key), mac)


def _mac(code_id: bytes, key: bytes) -> bytes:
    return hmac.digest(key, _PURPOSE + code_id, "sha256")[:_MAC_OCTETS]


def _to_base45(octets: bytes) -> str:
    text = []
    for start in range(0, len(octets), 2):
        pair = octets[start : start + 2]
        value = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            value, digit = divmod(value, 45)
            text.append(_BASE45[digit])
    return "".join(text)


def _from_base45(text: str) -> bytes | None:
    octets = bytearray()
    for start in range(0, len(text), 3):
        group = text[start : start + 3]
        value = 0
        for symbol in reversed(group):
            digit = _VALUE45.get(symbol)
            if digit is None:
                return None
            value = value * 45 + digit
        size = len(group) - 1
        if size == 0 or value >= 256**size:
            return None
        octets += value.to_bytes(size, "big")
    return bytes(octets)


# -- printed codes


def printed(code_id: bytes) -> str:
    """The id of a ticket code for people to read and type: four groups of four, the last symbol a check.

    It names a ticket and proves nothing: only crew may type it, rate-limited, and compare the name shown.
    """
    if len(code_id) != CODE_ID_OCTETS:
        raise ValueError(f"a ticket code's id has {CODE_ID_OCTETS} octets")
    value = int.from_bytes(code_id, "big")
    digits = []
    for _ in range(_PRINTED_SYMBOLS - 1):
        value, digit = divmod(value, len(READABLE))
        digits.append(digit)
    digits.reverse()
    text = "".join(READABLE[digit] for digit in (*digits, _check(digits)))
    return "-".join(text[start : start + 4] for start in range(0, _PRINTED_SYMBOLS, 4))


def read_printed(text: str) -> bytes | None:
    """The id that was typed, or None. Case, spaces and hyphens do not matter; a wrong symbol or a swap is noticed."""
    symbols = text.upper().replace("-", "").replace(" ", "")
    digits = [_VALUE_READABLE.get(symbol, -1) for symbol in symbols]
    if len(digits) != _PRINTED_SYMBOLS or -1 in digits or _check(digits[:-1]) != digits[-1]:
        return None
    value = 0
    for digit in digits[:-1]:
        value = value * len(READABLE) + digit
    return value.to_bytes(CODE_ID_OCTETS, "big") if value < 256**CODE_ID_OCTETS else None


def _check(digits: list[int]) -> int:
    """A weighted sum modulo 31. As 31 is prime and no weight repeats, it finds each wrong symbol and each swap."""
    return sum(weight * digit for weight, digit in enumerate(digits, start=2)) % len(READABLE)
