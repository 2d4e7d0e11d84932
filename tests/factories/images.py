"""Images as people send them."""

import io

from PIL import Image


def make_image(width: int = 60, height: int = 30, *, format: str = "PNG", mode: str = "RGB", **options) -> bytes:
    """An image of one colour. Other keywords are what Pillow saves with it."""
    made = io.BytesIO()
    Image.new(mode, (width, height), (12, 70, 120, 255)[: len(mode)]).save(made, format, **options)
    return made.getvalue()


def make_png(width: int = 60, height: int = 30) -> bytes:
    """A small PNG."""
    return make_image(width, height)
