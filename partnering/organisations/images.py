"""Logos of organisations: read as images and drawn anew, so that nothing but their pixels is kept."""

import io
import warnings
from dataclasses import dataclass
from typing import IO

import sqlalchemy as sa
from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy.orm import undefer

from .. import clock
from ..db import db
from ..errors import DomainError
from ..i18n import _l
from .models import Organisation, OrganisationImage

MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 25_000_000
LONGEST_EDGE = 512
"""Pixels to which a larger image is drawn smaller."""


class ImageRefused(DomainError):
    """Not an image, one of another kind, or one that cannot be read."""

    message = _l("Please choose a PNG or a JPEG image.")
    status = 422


class ImageTooLarge(ImageRefused):
    """More bytes or pixels than we read."""

    message = _l("This image is too large. At most 2\u00a0MB and 25 megapixels, please.")


@dataclass(frozen=True)
class Drawn:
    """An image as it may be kept."""

    media_type: str
    content: bytes
    width: int
    height: int


def read(stream: IO[bytes]) -> Drawn:
    """What was sent, drawn anew and no larger than 512 pixels. Raises `ImageRefused` or `ImageTooLarge`."""
    content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ImageTooLarge
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise ImageTooLarge
                is_png = image.format == "PNG"
                upright = ImageOps.exif_transpose(image)
                plain = upright.convert("RGBA" if is_png else "RGB")
        plain.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise ImageTooLarge from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):  # what Pillow says of broken files
        raise ImageRefused from None
    plain.info.clear()
    drawn = io.BytesIO()
    if is_png:
        plain.save(drawn, "PNG", optimize=True)
    else:
        plain.save(drawn, "JPEG", quality=90)
    return Drawn("image/png" if is_png else "image/jpeg", drawn.getvalue(), plain.width, plain.height)


def keep(organisation: Organisation, drawn: Drawn) -> OrganisationImage:
    """Let this be the organisation's logo from now on; the one before is gone."""
    take_away(organisation)
    image = OrganisationImage(
        organisation_id=organisation.id,
        media_type=drawn.media_type,
        content=drawn.content,
        width=drawn.width,
        height=drawn.height,
        uploaded_at=clock.now(),
    )
    db.session.add(image)
    db.session.flush()
    db.session.expire(organisation, ["logo"])
    return image


def take_away(organisation: Organisation) -> None:
    """Leave the organisation without a logo."""
    lock = sa.select(Organisation.id).where(Organisation.id == organisation.id)
    db.session.execute(lock.with_for_update(key_share=True))  # two at once come one after the other
    db.session.execute(sa.delete(OrganisationImage).where(OrganisationImage.organisation_id == organisation.id))
    db.session.expire(organisation, ["logo"])


def image_at(organisation: Organisation, public_id: str) -> OrganisationImage | None:
    """The logo of this public id with its content, if it is the one the organisation has now."""
    return db.session.scalars(
        sa.select(OrganisationImage)
        .where(
            OrganisationImage.organisation_id == organisation.id,
            OrganisationImage.public_id == public_id,
            OrganisationImage.current,
        )
        .options(undefer(OrganisationImage.content))
    ).one_or_none()
