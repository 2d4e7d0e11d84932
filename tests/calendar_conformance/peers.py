"""What other programs read in the same objects: ical.js, libical, and a CalDAV server that stored them.

A program that is not there is a fault of its own and never passed over.
"""

import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.readers.calendars import Libical, ical_js, libical

from . import applier, checking, expectation
from .applier import Event
from .letters import Letter
from .lines import Moment, calendar, zones
from .rules import Fault

_SUPPORT = Path(__file__).parents[1] / "support/caldav"
_PYTHON = _SUPPORT / ".venv/bin/python"
_PEER = Path(__file__).parents[1] / "readers/caldav_peer.py"


@dataclass(frozen=True)
class Said:
    """What one reader makes of one event: instants in seconds since the epoch, days as YYYYMMDD, and words."""

    uid: str
    sequence: int
    start: str
    end: str
    status: str
    summary: str
    location: str


@dataclass(frozen=True)
class Kept:
    """An object and where it comes from."""

    where: str
    content: bytes
    is_letter: bool


def faults(root: Path) -> list[Fault]:
    """Where another program reads something else than this suite does in a folder of scenarios."""
    kept = list(_objects(root))
    ours = [_ours(each.content) for each in kept]
    return [*_by_ical_js(kept, ours), *_by_libical(kept, ours), *_by_caldav(kept)]


def _objects(root: Path) -> Iterator[Kept]:
    for folder in checking.folders(root):
        for file in expectation.scenario(folder).files:
            content = file.calendar if isinstance(file, Letter) else file.content
            if content is not None:
                yield Kept(f"{folder.name}/{file.name}", content, isinstance(file, Letter))


def _ours(content: bytes) -> list[Said]:
    whole = calendar(content)
    known = zones(whole)
    return [_said(applier.read(part, known)) for part in whole.inside("VEVENT")]


def _said(event: Event) -> Said:
    start, end = _plain(event.start), _plain(event.end)
    return Said(event.uid, event.sequence, start, end, event.status, event.summary, event.location)


def _plain(moment: Moment) -> str:
    at = moment.at
    return str(int(at.astimezone(UTC).timestamp())) if isinstance(at, datetime) else f"{at:%Y%m%d}"


def _by_ical_js(kept: Sequence[Kept], ours: Sequence[list[Said]]) -> Iterator[Fault]:
    for each, mine, read in zip(kept, ours, ical_js(*(each.content for each in kept)), strict=True):
        theirs = [
            Said(
                one["uid"],
                int(one["sequence"]),
                str(one["start"]),
                str(one["end"]),
                one["status"],
                one["summary"],
                one["location"] or "",
            )
            for one in read["events"]
        ]
        if theirs != mine:
            yield Fault("P1", each.where, f"ical.js reads {theirs}, not {mine}")


def _by_libical(kept: Sequence[Kept], ours: Sequence[list[Said]]) -> Iterator[Fault]:
    for each, mine in zip(kept, ours, strict=True):
        read = libical(each.content)
        theirs = [
            Said(
                one["uid"],
                int(one["sequence"]),
                one["start"],
                one["end"],
                one["status"],
                one["summary"],
                one.values.get("location", [""])[0],
            )
            for one in read.events
        ]
        if theirs != mine:
            yield Fault("P2", each.where, f"libical reads {theirs}, not {mine}")
        if read.errors or (each.is_letter and not read.allowed):
            yield Fault("P2", each.where, f"libical complains: {_complaint(read)}")


def _complaint(read: Libical) -> str:
    return f"{read.errors} errors, {'allowed' if read.allowed else 'not allowed'} under METHOD:{read.method}"


def _by_caldav(kept: Sequence[Kept]) -> Iterator[Fault]:
    """RFC 4791, 4.1: an object stands alone under its UID, and without METHOD."""
    if not _PYTHON.exists():
        yield Fault("P3", str(_SUPPORT), "the CalDAV server and client are not installed here (make setup)")
        return
    sent = [(each.where, _stored(each.content)) for each in kept if each.is_letter]
    asked = [(_ours(content)[0].uid.partition("@")[0], content.decode()) for _where, content in sent]
    done = subprocess.run(
        [str(_PYTHON), str(_PEER)], input=json.dumps(asked).encode(), capture_output=True, check=False
    )
    if done.returncode:
        yield Fault("P3", str(_PEER), done.stderr.decode()[-500:])
        return
    for (where, content), (answer, refused) in zip(sent, json.loads(done.stdout), strict=True):
        if refused:
            yield Fault("P3", where, f"the CalDAV server refuses it: {refused}")
        elif _ours(answer.encode()) != _ours(content):
            yield Fault("P3", where, f"the CalDAV server keeps {_ours(answer.encode())}, not {_ours(content)}")


def _stored(content: bytes) -> bytes:
    return re.sub(rb"(?m)^METHOD:[A-Z]+\r\n", b"", content)
