"""Files are known by what they hold, images drawn anew, names harmless."""

import io
import struct
import zlib

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from partnering.questions import uploads
from partnering.questions.uploads import FileRefused, FileTooLarge, read


def sent(content: bytes, name: str = "datei.bin") -> FileStorage:
    """A file as a browser sends it."""
    return FileStorage(io.BytesIO(content), filename=name)


def image(kind: str = "PNG", size: tuple[int, int] = (8, 6), **options) -> bytes:
    """A small image."""
    held = io.BytesIO()
    Image.new("RGB", size, (60, 30, 120)).save(held, kind, **options)
    return held.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """The head of a PNG that claims to be this large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(head))
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + b"\x00\x00\x00\x00IEND\xaeB`\x82"
    )


@pytest.mark.parametrize(
    ("content", "media_type", "name"),
    [
        (b"%PDF-1.7\n", "application/pdf", "datei.pdf"),
        (image("PNG"), "image/png", "datei.png"),
        (image("JPEG"), "image/jpeg", "datei.jpg"),
    ],
)
def test_a_file_is_what_it_holds_whatever_it_is_called(content, media_type, name):
    upload = read(sent(content, "datei.exe"))

    assert (upload.media_type, upload.name) == (media_type, name)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        b"PK\x03\x04",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0 not a picture",
        image("BMP"),
        image("TIFF"),
        image("PNG")[:45],
    ],
)
def test_anything_else_is_refused(content):
    with pytest.raises(FileRefused):
        read(sent(content, "bild.png"))


def test_an_image_is_drawn_anew_without_what_was_hidden_in_it():
    exif = Image.Exif()
    exif[0x010E] = "Beschreibung mit Standort"
    drawn = read(sent(image("JPEG", exif=exif) + b"<script>alert(1)</script>", "foto.jpg")).content

    assert b"Standort" not in drawn
    assert b"<script" not in drawn
    with Image.open(io.BytesIO(drawn)) as again:
        assert (again.size, dict(again.getexif())) == ((8, 6), {})


def test_an_image_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(io.BytesIO(read(sent(image("JPEG", exif=exif))).content)) as drawn:
        assert drawn.size == (6, 8)


def test_size_is_limited_in_bytes_and_pixels(monkeypatch):
    monkeypatch.setattr(uploads, "MOST_BYTES", 100)
    read(sent(b"%PDF-".ljust(100)))
    with pytest.raises(FileTooLarge):
        read(sent(b"%PDF-".ljust(101)))
    monkeypatch.undo()
    for width, height in ((5001, 5000), (60_000, 60_000)):
        with pytest.raises(FileTooLarge):
            read(sent(huge_png(width, height)))


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\jana\\Nachweis.PDF", "Nachweis.pdf"),
        ('a"b;c\r\nd.pdf', "abc d.pdf"),
        ("‮fdp.exe", "fdp.pdf"),
        ("...", "file.pdf"),
        (None, "file.pdf"),
        ("ä" * 300, "ä" * 120 + ".pdf"),
    ],
)
def test_names_lose_paths_and_signs(given, name):
    assert read(FileStorage(io.BytesIO(b"%PDF-1.4"), filename=given)).name == name
