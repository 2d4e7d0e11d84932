"""What badges say, as plain values."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from .. import qr
from .roles import LOOKS, Look


@dataclass(frozen=True)
class Heading:
    """What every badge of an event says: its name, its days, and what the code is for."""

    event: str
    days: str
    hint: str


@dataclass(frozen=True)
class Badge:
    """What one badge says. `code` is what its QR code holds, `printed` the same ticket for people to read.

    `ref` is the public id of the registration, `code_id` the row of the ticket code, `ticket` the public id of the
    ticket type and `ticket_name` its name. `days` are the ISO days that the ticket admits to (none: all), `place` is
    the organisation's own table or stand; `no_photos` says that its bearer did not agree to being photographed.
    Nothing else that somebody answered stands on a badge, and nothing at all in its code.
    """

    ref: str
    first: str
    last: str
    organisation: str
    function: str
    role: str
    code: str
    printed: str
    days: tuple[str, ...] = ()
    no_photos: bool = False
    place: str = ""
    ticket: str = ""
    ticket_name: str = ""
    code_id: int = 0
    whole: str = ""

    @property
    def look(self) -> Look:
        """How the role is printed."""
        return LOOKS[self.role]

    @property
    def name(self) -> str:
        """The name as one says it, title first."""
        return self.whole or " ".join(part for part in (self.first, self.last) if part)

    def content_hash(self) -> str:
        """SHA-256 in hex of all that the badge says; another one means that a badge on paper is out of date."""
        said = [
            *(self.first, self.last, self.organisation, self.function, self.role, self.ticket_name),
            *(self.code, list(self.days), self.no_photos, self.place),
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


SPECIMEN_CODE = qr.encode_code(bytes(qr.CODE_ID_OCTETS), b"a code that opens no door")
SPECIMEN_PRINTED = qr.printed(bytes(qr.CODE_ID_OCTETS))


def _specimen(number: int, first: str, last: str, organisation: str, **more: Any) -> Badge:
    given = {"function": "", "role": "attendee", "code": SPECIMEN_CODE, "printed": SPECIMEN_PRINTED, **more}
    return Badge(f"specimen{number}", first, last, organisation, **given)


SPECIMENS = (
    _specimen(1, "Jana", "Dr. Wittkowski", "Lumenfold GmbH", function="Geschäftsführerin", place="Stand 12"),
    _specimen(
        *(2, "Wolfgang-Maximilian", "Freiherr von Hohenlohe-Langenbeck"),
        "Sächsisches Staatsministerium für Wissenschaft, Kultur und Tourismus",
        role="speaker",
        no_photos=True,
    ),
    _specimen(3, "Łucja", "Wiśniewska-Żółtowska", "Uniwersytet Przyrodniczy we Wrocławiu", role="exhibitor"),
)
"""People that nobody is, for looking at layouts while nobody is registered."""
