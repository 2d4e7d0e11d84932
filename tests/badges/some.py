"""Badges to draw, and what prints them."""

from datetime import UTC, datetime
from typing import Any

from partnering.badges import printing
from partnering.badges.content import Badge, Heading
from partnering.badges.layout import Layout
from partnering.badges.standard import standard
from partnering.i18n import speaking
from partnering.qr import encode_code, printed

NOW = datetime(2027, 9, 1, 12, tzinfo=UTC)
HEADING = Heading("bionection 2027", "13.–14. Oktober 2027", "Ihr Ticket. Zeigen Sie diesen Code an den Türen.")
NAMES = [
    ("Jana", "Dr. Wittkowski", "Lumenfold GmbH"),
    ("Łukasz", "Łęcki-Żółć", "Uniwersytet Przyrodniczy we Wrocławiu"),
    ("Maximiliane", "von Trotha", "Tessera Bioprocess GmbH"),
    ("Jürgen", "Weiß", "Sächsisches Staatsministerium für Wissenschaft, Kultur und Tourismus"),
    ("Ştefan", "Băsescu-Țăranu", "Institutul Național de Sănătate"),
    ("Žofie", "Dvořáčková", "Ústav organické chemie a biochemie AV ČR"),
    ("Gyöngyvér", "Kőszegi-Tűzoltó", "Szegedi Biológiai Központ"),
]
ROLES = ("attendee", "speaker", "exhibitor", "crew", "press")


def make_badge(number: int = 0, **values: Any) -> Badge:
    """One badge; each number has its own code."""
    first, last, organisation = NAMES[number % len(NAMES)]
    code_id = number.to_bytes(9, "big")
    given: dict[str, Any] = {
        "ref": f"r{number}",
        "first": first,
        "last": last,
        "organisation": organisation,
        "function": "",
        "role": "attendee",
        "code": encode_code(code_id, b"key"),
        "printed": printed(code_id),
    }
    return Badge(**{**given, **values})


def sheets(found: list[Badge], paper: str = "a6x4", layout: Layout | None = None) -> bytes:
    """A file with these badges, in German."""
    with speaking("de"):
        return printing.sheets([(badge, layout or standard(paper)) for badge in found], HEADING, "de", NOW)


def letters(text: str) -> str:
    """A text without its spaces: poppler takes those between single letters for spaced type."""
    return "".join(text.split())
