"""A file on its way from the dry run to the deed: packed into a form, so that nothing need be kept between the two."""

import base64
import binascii
import zlib

from ...errors import DomainError
from ...i18n import _l
from .reader import LARGEST


class TooLarge(DomainError):
    """A packed file that no form carries."""

    message = _l("This file is too large for this page. It can be read in with the command, see the README.")
    status = 422


class Broken(DomainError):
    """What came back is not what was packed."""

    message = _l("The file did not arrive whole. Upload it again.")
    status = 422


def pack(content: bytes, most: int) -> str:
    """The file as text of at most `most` characters. Raises `TooLarge`."""
    packed = base64.b64encode(zlib.compress(content, 9)).decode()
    if len(packed) > most:
        raise TooLarge
    return packed


def unpack(packed: str) -> bytes:
    """The file again, never more of it than a file may hold. Raises `Broken`."""
    try:
        opened = zlib.decompressobj()
        content = opened.decompress(base64.b64decode(packed, validate=True), LARGEST + 1)
    except (binascii.Error, ValueError, zlib.error):
        raise Broken from None
    if not opened.eof:
        raise Broken
    return content
