"""Slides as people send them, good and bad."""

import io
import zipfile
from collections.abc import Mapping

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODP = "application/vnd.oasis.opendocument.presentation"


def make_pdf(size: int = 300) -> bytes:
    """A PDF of about this many bytes; what it shows does not matter to anybody."""
    return b"%PDF-1.7\n" + b"%" * max(0, size - 30) + b"\nstartxref\n0\n%%EOF\n"


def make_zip(entries: Mapping[str, bytes | str]) -> bytes:
    """An archive with these entries, in their order."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()


def make_pptx(more: Mapping[str, bytes | str] | None = None, *, main: str = f"{PPTX}.main+xml") -> bytes:
    """A presentation of PowerPoint, with `more` entries."""
    index = f'<Types><Override PartName="/ppt/presentation.xml" ContentType="{main}"/></Types>'
    return make_zip({"[Content_Types].xml": index, "ppt/presentation.xml": "<p/>", **(more or {})})


def make_odp(more: Mapping[str, bytes | str] | None = None, *, mimetype: str = ODP) -> bytes:
    """An OpenDocument presentation, with `more` entries."""
    return make_zip({"mimetype": mimetype, "content.xml": "<office/>", **(more or {})})
