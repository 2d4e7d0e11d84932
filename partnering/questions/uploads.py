"""Files given as answers: known by their content, images drawn anew, PDFs kept as they are for download only."""

import io
import re
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from PIL import Image, ImageOps, UnidentifiedImageError

from .. import clock
from ..db import db
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l
from ..text import clean
from .models import AnswerFile

MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 25_000_000
LONGEST_NAME = 120
MOST_UNSENT = 1_000
"""Files of one event that wait to be sent in, from everybody together; old ones are deleted every hour."""

SUFFIXES = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


class FileRefused(DomainError):
    """A file of another kind, or one that cannot be read."""

    message = _l("Please choose a PDF, a PNG or a JPEG image.")
    status = 422


class FileTooLarge(FileRefused):
    """A file of more bytes or pixels than we keep."""

    message = _l("This file is too large. At most 5\u00a0MB, and 25 megapixels for an image, please.")


class TooManyFiles(DomainError):
    """More files wait to be sent in than we keep."""

    message = _l("Too many files are waiting to be sent in. Please try again in an hour.")
    status = 429


@dataclass(frozen=True)
class Upload:
    """A file that was read and found good; `name` has the ending that its content asks for."""

    name: str
    media_type: str
    content: bytes


def read(storage: Any) -> Upload:
    """What was sent, as it may be kept. Raises `FileRefused` or `FileTooLarge`."""
    content = storage.stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise FileTooLarge
    if content.startswith(b"%PDF-"):
        return Upload(_name(storage.filename, "application/pdf"), "application/pdf", content)
    media_type, drawn = _drawn_anew(content)
    return Upload(_name(storage.filename, media_type), media_type, drawn)


def _drawn_anew(content: bytes) -> tuple[str, bytes]:
    """An image without anything but its pixels: no metadata, no second file inside."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise FileTooLarge
                media_type = "image/png" if image.format == "PNG" else "image/jpeg"
                upright = ImageOps.exif_transpose(image)
                plain = upright.convert("RGB" if media_type == "image/jpeg" or upright.mode == "RGB" else "RGBA")
        plain.info.clear()
        drawn = io.BytesIO()
        if media_type == "image/png":
            plain.save(drawn, "PNG", optimize=False)
        else:
            plain.save(drawn, "JPEG", quality=88)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise FileTooLarge from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):  # what Pillow says of broken files
        raise FileRefused from None
    if len(drawn.getvalue()) > 4 * MOST_BYTES:
        raise FileTooLarge
    return media_type, drawn.getvalue()


def _name(given: str | None, media_type: str) -> str:
    """A name to download it by: the last part of what the browser said, with plain signs and the right ending."""
    last = re.split(r"[/\\]", given or "")[-1]
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}\Z", "", clean(last))
    stem = re.sub(r'["<>|:*?;]', "", stem).strip(". ")[:LONGEST_NAME]
    return f"{stem or 'file'}.{SUFFIXES[media_type]}"


def keep(event: Event, question_id: int, upload: Upload) -> AnswerFile:
    """Store a file for an answer that is not sent in yet. Raises `TooManyFiles`."""
    waiting = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(AnswerFile)
        .where(AnswerFile.event_id == event.id, AnswerFile.sheet_id.is_(None))
    )
    if (waiting or 0) >= MOST_UNSENT:
        raise TooManyFiles
    stored = AnswerFile(
        event_id=event.id,
        sheet_id=None,
        question_id=question_id,
        name=upload.name,
        media_type=upload.media_type,
        content=upload.content,
        uploaded_at=clock.now(),
    )
    db.session.add(stored)
    db.session.flush()
    return stored


def forget(event: Event, public_ids: Collection[str]) -> None:
    """Delete files that were never sent in: others took their place before."""
    if public_ids:
        db.session.execute(
            sa.delete(AnswerFile).where(
                AnswerFile.event_id == event.id,
                AnswerFile.public_id.in_(sorted(public_ids)),
                AnswerFile.sheet_id.is_(None),
            )
        )
