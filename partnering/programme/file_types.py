"""Slides and handouts, known by what is in them and not by what they are called; nothing of them is ever unpacked."""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from ..errors import DomainError
from ..i18n import _l
from ..text import clean

MEGABYTE = 1024 * 1024
MOST_BYTES = 30 * MEGABYTE
MOST_ENTRIES = 10_000
MOST_UNPACKED = 500 * MEGABYTE
LONGEST_NAME = 120

PDF = "application/pdf"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODP = "application/vnd.oasis.opendocument.presentation"
SUFFIXES = {PDF: "pdf", PPTX: "pptx", ODP: "odp"}

_MAIN_PART = PPTX.encode() + b".main+xml"
_INDEX = "[Content_Types].xml"
_END_OF_INDEX = b"PK\x05\x06"
_LONGEST_INDEX = 2 * MEGABYTE
"""What lists ten thousand entries with names of ordinary length."""


class FileRefused(DomainError):
    """A file of another kind, or one that cannot be read."""

    message = _l("Please choose a PDF, a PowerPoint file (.pptx) or an OpenDocument presentation (.odp).")
    status = 422


class FileBroken(FileRefused):
    """The file begins as one of these kinds and does not go on as one, or is cut off."""

    message = _l("This file is damaged or not complete. Please save it again and send that.")


class FileLocked(FileRefused):
    """A file that asks for a password."""

    message = _l("This file is protected by a password. Please save it without one.")


class FileHasMacros(FileRefused):
    """A presentation that brings programs along."""

    message = _l("This file contains macros. Please save it without them, as .pptx, .odp or PDF.")


class FileTooLarge(FileRefused):
    """More bytes than we keep."""

    message = _l("This file is too large. At most 30\u00a0MB, please.")


@dataclass(frozen=True)
class Looked:
    """A file that was looked at and found good; `name` has the ending that its content asks for."""

    name: str
    media_type: str
    size: int
    digest: str
    stream: IO[bytes]

    def pieces(self) -> Iterator[bytes]:
        """Its content in pieces of a megabyte, from the beginning."""
        self.stream.seek(0)
        while piece := self.stream.read(MEGABYTE):
            yield piece


def look(stream: IO[bytes], name: str | None) -> Looked:
    """What was sent, as it may be kept; read in pieces. Raises `FileRefused` or one of its kinds."""
    digest, size = hashlib.sha256(), 0
    stream.seek(0)
    while piece := stream.read(MEGABYTE):
        size += len(piece)
        if size > MOST_BYTES:
            raise FileTooLarge
        digest.update(piece)
    stream.seek(0)
    head = stream.read(8)
    if head.startswith(b"%PDF-"):
        media_type = _pdf(stream, size)
    elif head.startswith(b"PK\x03\x04"):
        media_type = _presentation(stream, size)
    else:
        raise FileRefused
    return Looked(called(name, media_type), media_type, size, digest.hexdigest(), stream)


def _pdf(stream: IO[bytes], size: int) -> str:
    """A PDF is kept as it is, for download only; one that is cut off lacks its end."""
    stream.seek(max(0, size - 2048))
    if b"%%EOF" not in stream.read(2048):
        raise FileBroken
    return PDF


def _presentation(stream: IO[bytes], size: int) -> str:
    _require_small_index(stream, size)
    try:
        with zipfile.ZipFile(stream) as archive:
            return _kind_of(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, ValueError, RuntimeError):
        raise FileBroken from None  # what zipfile says of archives that are no archives


def _require_small_index(stream: IO[bytes], size: int) -> None:
    """The list of an archive's entries is read whole, so it may not be long."""
    begins = max(0, size - 65_557)
    stream.seek(begins)
    tail = stream.read()
    at = tail.rfind(_END_OF_INDEX)
    if at < 0 or len(tail) < at + 22:
        raise FileBroken
    if int.from_bytes(tail[at + 12 : at + 16], "little") > _LONGEST_INDEX:
        raise FileRefused


def _kind_of(archive: zipfile.ZipFile) -> str:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise FileRefused
    names = {entry.filename for entry in entries}
    if any(_leads_outside(name) for name in names):
        raise FileRefused
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileLocked
    if _INDEX in names:
        return _pptx(_read(archive, _INDEX), names)
    if entries and entries[0].filename == "mimetype":
        return _odp(_read(archive, "mimetype"), names)
    raise FileRefused


def _pptx(index: bytes, names: set[str]) -> str:
    if b"macroenabled" in index.lower() or any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileHasMacros
    if _MAIN_PART not in index:
        raise FileRefused
    return PPTX


def _odp(said: bytes, names: set[str]) -> str:
    if said.strip() != ODP.encode():
        raise FileRefused
    if any(name.startswith(("Basic/", "Scripts/")) and not name.endswith("/") for name in names):
        raise FileHasMacros
    return ODP


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    """One small entry; whoever makes it large has no presentation."""
    with archive.open(name) as entry:
        content = entry.read(MEGABYTE + 1)
    if len(content) > MEGABYTE:
        raise FileRefused
    return content


def _leads_outside(name: str) -> bool:
    """Whether an entry means a place that is not below the archive's own."""
    return name.startswith("/") or "\\" in name or ":" in name.split("/")[0] or ".." in name.split("/")


def called(given: str | None, media_type: str) -> str:
    """A name to download it by: the last part of what the browser said, with plain signs and the right ending."""
    last = re.split(r"[/\\]", given or "")[-1]
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}\Z", "", clean(last))
    stem = re.sub(r'["<>|:*?;]', "", stem).strip(". ")[:LONGEST_NAME]
    return f"{stem or 'file'}.{SUFFIXES[media_type]}"


def in_memory(content: bytes, name: str) -> Looked:
    """The same for what lies in memory already; for sample events."""
    return look(io.BytesIO(content), name)
