"""Films for a fake camera, which repeats them."""

import io
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from partnering import qr

RATE = 5
"""Pictures a second."""

SEEN, AWAY = 2, 4  # seconds the ticket is held up, and down


def shoot(path: Path, pictures: Iterable[Image.Image]) -> None:
    """Write grey pictures of one size, even in width and height, as a film in YUV4MPEG2."""
    with path.open("wb") as file:
        for number, picture in enumerate(pictures):
            if number == 0:
                file.write(f"YUV4MPEG2 W{picture.width} H{picture.height} F{RATE}:1 Ip A1:1 C420mpeg2\n".encode())
            grey = bytes([128]) * (picture.width * picture.height // 2)
            file.write(b"FRAME\n" + picture.tobytes() + grey)


def ticket_held_up(path: Path, text: str) -> None:
    """Somebody holds up a ticket for two seconds, takes it down for four, and so on."""
    empty = Image.new("L", (320, 240), 90)
    held = empty.copy()
    code = Image.open(io.BytesIO(qr.png(text, 6))).convert("L")
    held.paste(code.rotate(7, expand=True, fillcolor=90), (50, 2))
    shoot(path, [held] * (SEEN * RATE) + [empty] * (AWAY * RATE))
