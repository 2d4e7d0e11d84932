"""What people and desks may send on the day. Shapes only; the rules are in the services."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length, Optional

from ..errors import DomainError
from ..i18n import _l
from ..text import clean_lines
from .evidence import DeskScan
from .forms import Deed

MOST_SCANS = 100
"""As many signs may come at once from a desk that had no network."""

_SCAN_ID = re.compile(r"[A-Za-z0-9_-]{8,40}")
_REF = re.compile(r"[a-z2-7]{16}")
_CODE_LENGTH = 64


class NotReadable(DomainError):
    """No list of signs, or one with names that nobody knows."""

    message = _l("This could not be read.")
    status = 422


class LiveForm(Deed):
    """A request for the next free slot."""

    message = TextAreaField(_l("Message"), [Length(max=600, message=_l("Keep it to 600 characters"))])


class HereForm(Deed):
    """A button at the table: nothing is typed."""


class CodeForm(Deed):
    """The code on somebody's badge, read by the camera or typed."""

    code = StringField(_l("Code on the badge"), [InputRequired(_l("Enter or scan a code")), Length(max=_CODE_LENGTH)])


class NoteForm(Deed):
    """What one's own side keeps of a meeting, and how it was; `seen` is the mark of what the page showed."""

    note = TextAreaField(
        _l("Private note"),
        [Length(max=2000, message=_l("Keep it to 2,000 characters"))],
        [lambda text: clean_lines(text or "")],
    )
    rating = RadioField(
        _l("How useful was the meeting?"),
        [Optional()],
        choices=[
            SelectChoice("5", _l("Very useful")),
            SelectChoice("4", _l("Useful")),
            SelectChoice("3", _l("So-so")),
            SelectChoice("2", _l("Hardly useful")),
            SelectChoice("1", _l("Not useful")),
        ],
    )
    seen = HiddenField(validators=[Optional(), Length(max=64)])


class ContactForm(Deed):
    """Whether the other side may have one's address."""

    agreed = HiddenField(validators=[AnyOf(("yes", "ask", "no"))])


def read_scans(body: bytes) -> Sequence[DeskScan]:
    """What a desk sends: {"scans": [{"scan_id", "scanned_at", "code"}, …]}, or "meeting" and "side" for "code".

    Raises `NotReadable`, for more than `MOST_SCANS` too.
    """
    try:
        sent = json.loads(body, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise NotReadable from None
    if not isinstance(sent, dict) or sent.keys() != {"scans"} or not isinstance(sent["scans"], list):
        raise NotReadable
    if not 1 <= len(sent["scans"]) <= MOST_SCANS:
        raise NotReadable
    return [_scan(each) for each in sent["scans"]]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _value in pairs]
    if len(set(names)) != len(names):
        raise NotReadable
    return dict(pairs)


def _scan(sent: Any) -> DeskScan:
    if not isinstance(sent, dict) or not all(isinstance(value, str) for value in sent.values()):
        raise NotReadable
    if sent.keys() == {"scan_id", "scanned_at", "code"}:
        fits = 0 < len(sent["code"]) <= _CODE_LENGTH
    elif sent.keys() == {"scan_id", "scanned_at", "meeting", "side"}:
        fits = bool(_REF.fullmatch(sent["meeting"])) and sent["side"] in ("requester", "invitee")
    else:
        raise NotReadable
    if not fits or not _SCAN_ID.fullmatch(sent["scan_id"]):
        raise NotReadable
    return DeskScan(
        sent["scan_id"],
        _moment(sent["scanned_at"]),
        code=sent.get("code", ""),
        meeting=sent.get("meeting", ""),
        side=sent.get("side", ""),
    )


def _moment(text: str) -> datetime:
    """An instant such as 2027-10-13T08:42:10.120Z."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise NotReadable from None
    if moment.tzinfo is None or not 2000 <= moment.year <= 2100:
        raise NotReadable
    return moment
