"""Lists as CSV that spreadsheets open without executing anything.

RFC 4180 with CRLF and every field quoted; a semicolon and a byte order mark, because that is what Excel expects
where commas stand in numbers.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

CSV = "text/csv; charset=utf-8"
"""The media type of what `as_csv` and `pieces` write."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # half and full width

_FIGURE = re.compile(r"-?[0-9]+([.,][0-9]+)?")


class Figure(str):
    """A number of ours, which may be negative: "-369,74" is no formula. Raises `ValueError` for anything else."""

    __slots__ = ()

    def __new__(cls, value: object) -> "Figure":
        text = str(value)
        if not _FIGURE.fullmatch(text):
            raise ValueError(f"{text!r} is no figure")
        return super().__new__(cls, text)


_FIRST = frozenset(sign[0] for sign in FORMULA) | {" ", "\u00a0"}


def safe(cell: object) -> str:
    """A cell as text that no spreadsheet takes for a formula: such beginnings get an apostrophe before them."""
    if isinstance(cell, Figure):
        return str(cell)
    text = "" if cell is None else cell if isinstance(cell, str) else str(cell)
    if not text or text[0] not in _FIRST:  # nearly every cell, and so the cost of a long list
        return text
    return f"'{text}" if text.lstrip(" \u00a0").startswith(FORMULA) or text.startswith(FORMULA) else text


def pieces(heads: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The table as a file, piece by piece, so that it is never held whole."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([safe(head) for head in heads])
    yield codecs.BOM_UTF8
    for number, row in enumerate(rows, start=1):
        writer.writerow([safe(cell) for cell in row])
        if number % 500 == 0:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def as_csv(heads: Sequence[object], rows: Iterable[Sequence[object]]) -> bytes:
    """The table as a file."""
    return b"".join(pieces(heads, rows))
