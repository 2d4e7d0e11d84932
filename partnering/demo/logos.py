"""Logos for the organisations of a sample event, drawn from their keys: a mark of dots, rings or bars in one colour."""

import hashlib
import io
import math

from PIL import Image, ImageDraw

SIZE = 128
"""Pixels of an edge."""

INKS = ("#0b6e6e", "#b0413e", "#4a3aa7", "#2d6a2f", "#a85a00", "#1d5fa8", "#8a2f6f")


def draw(key: str) -> bytes:
    """A PNG with a clear ground, the same for the same key."""
    seed = hashlib.sha256(key.encode()).digest()
    fine = SIZE * 2  # drawn large and made smaller, so that edges are smooth
    image = Image.new("RGBA", (fine, fine), (255, 255, 255, 0))
    pen, ink = ImageDraw.Draw(image), INKS[seed[0] % len(INKS)]
    (_wells, _rings, _bars, _petals)[seed[1] % 4](pen, fine, ink, seed)
    made = io.BytesIO()
    image.resize((SIZE, SIZE), Image.Resampling.LANCZOS).save(made, "PNG", optimize=True)
    return made.getvalue()


def _wells(pen: ImageDraw.ImageDraw, edge: int, ink: str, seed: bytes) -> None:
    step = edge / 3
    for number in range(9):
        x, y = (number % 3 + 0.5) * step, (number // 3 + 0.5) * step
        reach = step * (0.42 if seed[2 + number] % 2 else 0.2)
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=ink)


def _rings(pen: ImageDraw.ImageDraw, edge: int, ink: str, seed: bytes) -> None:
    middle, width = edge / 2, edge // 14
    for number in range(3):
        reach = middle * (0.95 - 0.3 * number)
        begin = seed[2 + number] * 360 // 256
        box = (middle - reach, middle - reach, middle + reach, middle + reach)
        pen.arc(box, begin, begin + 230 + 30 * number, fill=ink, width=width)


def _bars(pen: ImageDraw.ImageDraw, edge: int, ink: str, seed: bytes) -> None:
    step = edge / 5
    for number in range(5):
        height = edge * (0.3 + 0.7 * seed[2 + number] / 255)
        left = number * step + step * 0.15
        pen.rounded_rectangle((left, edge - height, left + step * 0.7, edge), radius=step * 0.35, fill=ink)


def _petals(pen: ImageDraw.ImageDraw, edge: int, ink: str, seed: bytes) -> None:
    middle, number = edge / 2, 5 + seed[2] % 4
    for each in range(number):
        angle = 2 * math.pi * each / number
        x, y = middle + math.cos(angle) * middle * 0.62, middle + math.sin(angle) * middle * 0.62
        reach = middle * 0.33
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=ink)
