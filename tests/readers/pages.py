"""What pypdf reads in a PDF, and what poppler draws of it."""

import io
import subprocess

from PIL import Image
from pypdf import PdfReader


def reader(pdf: bytes) -> PdfReader:
    """The file as pypdf reads it, strictly."""
    return PdfReader(io.BytesIO(pdf), strict=True)


def text(pdf: bytes) -> str:
    """The text of all pages as poppler extracts it, one line a row."""
    command = ["pdftotext", "-layout", "-nopgbrk", "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def picture(pdf: bytes, dpi: int = 150, page: int = 1) -> Image.Image:
    """A page as poppler draws it, in grey."""
    command = ["pdftoppm", "-r", str(dpi), "-f", str(page), "-l", str(page), "-gray", "-"]
    drawn = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    return Image.open(io.BytesIO(drawn))


def fonts(pdf: bytes) -> dict[str, str]:
    """The fonts of a file as poppler lists them: name to "embedded subset unicode", each yes or no."""
    command = ["pdffonts", "-"]
    listed = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode().splitlines()[2:]
    return {line.split()[0].partition("+")[2]: " ".join(line.split()[-5:-2]) for line in listed}
