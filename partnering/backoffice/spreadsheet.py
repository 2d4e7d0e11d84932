"""Tables that people bring: CSV in any of the usual forms, and XLSX. Hostile files end in one refusal, `Unreadable`.

What comes out is text alone. A row keeps the number that it has in the spreadsheet, where the headings are row 1.
"""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from ..errors import DomainError
from ..i18n import _l
from ..text import clean

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 5_000
MOST_COLUMNS = 60
MOST_LETTERS = 5_000
"""In one cell; what is longer is cut here, and then too long for any field."""

MOST_UNPACKED = 40 * 1024 * 1024
MOST_PARTS = 200
DELIMITERS = ",;\t"

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKED = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class Unreadable(DomainError):
    """The file cannot be read as a table; the sentence says why."""

    status = 422
    message = _l("This file cannot be read. Save it as CSV or XLSX and try again.")


EMPTY = _l("The file is empty.")
NO_ROWS = _l("The file has headings and no rows below them.")
TOO_LARGE = _l("The file is larger than 5\u00a0MB. Split it, please.")
TOO_MANY_ROWS = _l("The file has more than %(most)s rows. Split it, please.", most=MOST_ROWS)
TOO_MANY_COLUMNS = _l("The file has more than %(most)s columns.", most=MOST_COLUMNS)
LOCKED = _l(
    "The file is protected by a password or stands in an old Excel form. Save it as XLSX without a password, or as CSV."
)
BROKEN = _l("The file is damaged, or is no XLSX workbook.")
BOMB = _l("What the file unpacks to is too large.")
NO_TEXT = _l("The file holds characters that no text has. Save it as CSV or XLSX and try again.")


@dataclass(frozen=True)
class Table:
    """Headings, each told apart from the others, and rows as (number in the spreadsheet, cells)."""

    heads: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read(content: bytes, most_rows: int = MOST_ROWS) -> Table:
    """The table in a file; rows without any text are left out. Raises `Unreadable`."""
    if len(content) > MOST_BYTES:
        raise Unreadable(TOO_LARGE)
    if not content.strip():
        raise Unreadable(EMPTY)
    if content.startswith(_OLE):
        raise Unreadable(LOCKED)
    rows = _workbook(content) if content.startswith(_ZIP) else _lines(content)
    return _table(rows, most_rows)


def _table(rows: Iterable[Sequence[str]], most_rows: int) -> Table:
    numbered = iter(enumerate(rows, start=1))
    first = next(numbered, None)
    while first is not None and not any(first[1]):
        first = next(numbered, None)
    if first is None:
        raise Unreadable(EMPTY)
    heads = list(first[1])
    while heads and not heads[-1]:
        heads.pop()
    if len(heads) > MOST_COLUMNS:
        raise Unreadable(TOO_MANY_COLUMNS)
    found: list[tuple[int, tuple[str, ...]]] = []
    for number, cells in numbered:
        if not any(cells):
            continue
        if len(found) >= most_rows:
            raise Unreadable(TOO_MANY_ROWS)
        found.append((number, (*cells[: len(heads)], *[""] * (len(heads) - len(cells)))))
    if not found:
        raise Unreadable(NO_ROWS)
    return Table(_told_apart(heads), tuple(found))


def _told_apart(heads: Sequence[str]) -> tuple[str, ...]:
    """Headings as they stand; an empty one gets its number, a repeated one is counted."""
    known: dict[str, int] = {}
    named = []
    for number, head in enumerate(heads, start=1):
        name = clean(head)[:120] or f"#{number}"
        known[name] = known.get(name, 0) + 1
        named.append(name if known[name] == 1 else f"{name} ({known[name]})")
    return tuple(named)


# -- CSV


def _lines(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    if "\x00" in text:
        raise Unreadable(NO_TEXT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for cells in reader:
            yield [_cut(cell) for cell in cells[: MOST_COLUMNS + 1]]
    except csv.Error as error:
        line = _l("Line %(line)s cannot be read: quotation marks do not close.", line=reader.line_num)
        raise Unreadable(line) from error


def _decoded(content: bytes) -> str:
    """Text by its byte order mark, else UTF-8, else what Windows calls ANSI."""
    try:
        for mark, encoding in _MARKED:
            if content.startswith(mark):
                return content.decode(encoding)
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            return content.decode("windows-1252")
    except UnicodeDecodeError:
        raise Unreadable(NO_TEXT) from None


def _delimiter(text: str) -> str:
    """What parts the cells of the first line that says something, quoted parts left out."""
    lines = [line for line in text[:100_000].splitlines() if line.strip()]
    line = next((line for line in lines if line.strip(f'{DELIMITERS} "')), lines[0] if lines else "")
    bare = "".join(line.split('"')[::2])
    return max(DELIMITERS, key=bare.count)


def _cut(text: str) -> str:
    return text.strip()[: MOST_LETTERS + 1]


# -- XLSX


def _workbook(content: bytes) -> list[list[str]]:
    """The rows of the first sheet. openpyxl reads XML through defusedxml, which refuses entities."""
    _weigh(content)
    from openpyxl import load_workbook  # read when it is used only

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what openpyxl leaves out, such as drop-down lists, is no fault of ours
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            sheet = book.worksheets[0]
            rows = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS + 1, values_only=True)
            return [[_cut(_text(cell)) for cell in cells] for cells in rows]
    except Exception as error:  # whatever a crafted file makes openpyxl stumble over: it is damaged
        raise Unreadable(BROKEN) from error


def _weigh(content: bytes) -> None:
    """Refuse what unpacks to too much. zipfile reads no more of a part than its directory declares."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            listed = parts.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError) as error:
        raise Unreadable(BROKEN) from error
    if len(listed) > MOST_PARTS or sum(part.file_size for part in listed) > MOST_UNPACKED:
        raise Unreadable(BOMB)
    if any(part.flag_bits & 1 for part in listed):
        raise Unreadable(LOCKED)


def _text(value: Any) -> str:
    """A cell as somebody would type it: days as 2027-10-13, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
