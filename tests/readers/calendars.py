"""What ical.js and libical understand of a calendar; their verdict, not ours."""

import json
import subprocess
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_ICAL_JS = _HERE.parent / "support/node/node_modules/ical.js/dist/ical.js"


@cache
def _libical() -> tuple[tempfile.TemporaryDirectory[str], Path]:
    """Our C program linked with Debian's libical, compiled once a run."""
    folder = tempfile.TemporaryDirectory(prefix="partnering-libical-")
    program = Path(folder.name, "libical")
    subprocess.run(
        ["gcc", "-O1", "-Wall", "-Werror", "-o", program, _HERE / "libical.c", "-lical"],
        check=True,
        capture_output=True,
    )
    return folder, program


@dataclass
class LibicalEvent:
    """A VEVENT as libical reads it: property name to values; moments in seconds since the epoch, days as YYYYMMDD."""

    values: dict[str, list[str]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.values[name][0]


@dataclass
class Libical:
    """A calendar as libical reads it. `allowed` is its check against the tables of RFC 5546 for the METHOD."""

    errors: int
    allowed: bool
    method: str
    components: list[str]
    events: list[LibicalEvent]


def libical(calendar: bytes) -> Libical:
    """Read a calendar with libical."""
    printed = subprocess.run([_libical()[1]], input=calendar, capture_output=True, check=True).stdout.decode()
    head: dict[str, list[str]] = {}
    events: list[LibicalEvent] = []
    for line in printed.splitlines():
        name, _, octets = line.partition("\t")
        if name == "event":
            events.append(LibicalEvent())
            continue
        values = events[-1].values if events else head
        values.setdefault(name, []).append(bytes.fromhex(octets).decode())
    return Libical(
        errors=int(head["errors"][0]),
        allowed=head["allowed"] == ["1"],
        method=head.get("method", [""])[0],
        components=head.get("component", []),
        events=events,
    )


def ical_js(*calendars: bytes) -> list[dict[str, Any]]:
    """Read calendars with ical.js: one dictionary each, moments in seconds since the epoch, days as YYYYMMDD."""
    texts = json.dumps([calendar.decode() for calendar in calendars])
    command = ["node", str(_HERE / "icaljs.mjs"), str(_ICAL_JS)]
    read: list[dict[str, Any]] = json.loads(
        subprocess.run(command, input=texts.encode(), capture_output=True, check=True).stdout
    )
    return read


def cards_read(text: str) -> list[dict[str, Any]]:
    """Read a file of vCards with ical.js: one dictionary each, the value by the name of its property.

    A value of several parts, such as a name, is a list.
    """
    command = ["node", str(_HERE / "icaljs_cards.mjs"), str(_ICAL_JS)]
    cards = json.loads(subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout)
    return [{name: values[0] for name, _more, values in card} for card in cards]
