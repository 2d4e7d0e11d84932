"""What people and programs may send at a door. Shape only; who may come in is decided in `services`."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, Regexp, ValidationError

from ..errors import DomainError
from ..i18n import _l
from ..text import clean
from .models import ANSWERS, WAYS
from .redeeming import ANSWER_LENGTH
from .uploading import MOST, Brought
from .verdicts import Asked

SCAN_ID = re.compile(r"[A-Za-z0-9-]{8,40}")
CODE_LENGTH = 300
NAME_LENGTH = 16
MOST_ANSWERS = 50
ASKING, ASK = "asking", "ask-"
"""The form within a verdict says that it is one, and calls each answer by its question."""


def one_line(value: str | None) -> str:
    """A line as it is stored."""
    return clean(value or "")


def answers_in(sent: Mapping[str, str], asked: Sequence[Asked]) -> dict[str, Any] | None:
    """The answers that the form within a verdict gave to these questions, by their public ids; None without the form.

    A field that was left empty answers nothing.
    """
    if ASKING not in sent:
        return None
    given: dict[str, Any] = {}
    for each in asked:
        answer = sent.get(f"{ASK}{each.public_id}", "").strip()
        if each.kind != "yes_no" and answer:
            given[each.public_id] = answer
        elif answer in ("yes", "no"):
            given[each.public_id] = answer == "yes"
    return given


# -- what a scanner sends


class NotReadable(DomainError):
    """The body is no JSON object, or names something twice."""

    message = _l("We could not read this request.")
    status = 400


class WrongAnswers(DomainError):
    """A value is missing, of another type, or nobody knows its name. `field` says which."""

    message = _l("Some answers are not right yet.")
    status = 422


@dataclass(frozen=True)
class ScanRequest:
    """One attempt as a scanner sends it; with `simulate` it is only tried."""

    code: str
    scan_id: str
    type: str
    force: bool
    scanned_at: datetime | None
    answers: dict[str, Any]
    simulate: bool


def read_scan(body: bytes) -> ScanRequest:
    """What a scanner sent, types checked strictly.

    Raises `NotReadable`, or `WrongAnswers` for names nobody knows and values that do not fit.
    """
    sent = _object(body)
    answers, simulate = sent.pop("answers", {}), sent.pop("simulate", False)
    if not isinstance(simulate, bool):
        raise WrongAnswers(field="simulate")
    known = {"code", "scan_id", "type", "force", "scanned_at"}
    for name in (*(sent.keys() - known), *({"code", "scan_id", "type", "force"} - sent.keys())):
        raise WrongAnswers(field=name)
    code, scan_id, kind, force, at = (sent.get(name) for name in ("code", "scan_id", "type", "force", "scanned_at"))
    if not isinstance(code, str) or len(code) > CODE_LENGTH:
        raise WrongAnswers(field="code")
    if not isinstance(scan_id, str) or not SCAN_ID.fullmatch(scan_id):
        raise WrongAnswers(field="scan_id")
    if kind not in ("entry", "exit"):
        raise WrongAnswers(field="type")
    if not isinstance(force, bool):
        raise WrongAnswers(field="force")
    return ScanRequest(
        code, scan_id, str(kind), force, None if at is None else _moment(at), _answers(answers), simulate
    )


def read_batch(body: bytes) -> tuple[list[Brought], int]:
    """{"scans": [{…}, …], "waiting": n}: at most `uploading.MOST` scans, each with the fields of `Brought`.

    Raises as `read_scan`; `field` says which scan by its number.
    """
    sent = _object(body)
    scans, waiting = sent.get("scans"), sent.get("waiting", 0)
    if set(sent) - {"scans", "waiting"} or not isinstance(scans, list) or len(scans) > MOST:
        raise WrongAnswers(field="scans")
    if not _whole(waiting) or not 0 <= waiting <= 1_000_000:
        raise WrongAnswers(field="waiting")
    read = []
    for number, each in enumerate(scans):
        brought = _brought(each)
        if brought is None:
            raise WrongAnswers(field=f"scans-{number}")
        read.append(brought)
    return read, waiting


FITS: dict[str, Callable[[Any], bool]] = {
    "scan_id": lambda value: isinstance(value, str) and SCAN_ID.fullmatch(value) is not None,
    "list": lambda value: _text(value, NAME_LENGTH) and value != "",
    "said": lambda value: value in ANSWERS,
    "since": lambda value: _whole(value),
    "contact": lambda value: _text(value, 80),
    "code": lambda value: _text(value, CODE_LENGTH),
    "guest": lambda value: _text(value, NAME_LENGTH),
    "type": lambda value: value in ("entry", "exit"),
    "via": lambda value: value in WAYS,
    "forced": lambda value: isinstance(value, bool),
    "undone": lambda value: value is None or _whole(value),
    "answers": lambda value: isinstance(value, dict) and len(value) <= MOST_ANSWERS,
}
"""What each part of a scan that a device brings has to be."""


def _brought(each: Any) -> Brought | None:
    needed = {"scan_id", "list", "said", "since", "contact"}
    if not isinstance(each, dict) or not needed <= each.keys() or not each.keys() <= FITS.keys():
        return None
    fits = all(isinstance(value, str | int | bool | dict | None) and FITS[name](value) for name, value in each.items())
    return Brought(**{**each, "answers": _answers(each.get("answers", {}))}) if fits else None


def _text(value: Any, most: int) -> bool:
    return isinstance(value, str) and len(value) <= most


def _whole(value: Any) -> bool:
    """A whole number of milliseconds, within a hundred years either way."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 4_000_000_000_000


def _answers(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) > MOST_ANSWERS:
        raise WrongAnswers(field="answers")
    for name, answer in value.items():
        if len(name) > NAME_LENGTH or not (isinstance(answer, bool) or _text(answer, ANSWER_LENGTH)):
            raise WrongAnswers(field="answers")
    return value


def _object(body: bytes) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _value in pairs]
        if len(set(names)) != len(names):
            raise NotReadable
        return dict(pairs)

    try:
        sent = json.loads(body, object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise NotReadable from None
    if not isinstance(sent, dict):
        raise NotReadable
    return sent


def _moment(value: Any) -> datetime:
    """An instant such as 2027-10-13T08:42:10.120Z."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise WrongAnswers(field="scanned_at") from None
    if moment.tzinfo is None or not 2000 <= moment.year <= 2100:
        raise WrongAnswers(field="scanned_at")
    return moment


# -- forms


class DeedForm(FlaskForm):
    """A button: nothing is typed."""


class EntryForm(FlaskForm):
    """Letting in or out somebody who was found by name. `scan_id` makes sending twice one attempt."""

    scan_id = HiddenField(validators=[InputRequired(), Regexp(SCAN_ID.pattern + r"\Z")])
    type = HiddenField(default="entry", validators=[AnyOf(("entry", "exit"))])
    force = HiddenField(default="", validators=[AnyOf(("", "1"))])


class CodeForm(EntryForm):
    """A code that is typed, or read by a hand scanner that types. It is not trimmed: spaces belong to it."""

    code = StringField(_l("Code from the ticket"), [InputRequired(_l("Enter or scan a code")), Length(max=CODE_LENGTH)])


class AnnulForm(FlaskForm):
    """Why a scan shall count no more."""

    reason = StringField(_l("Reason"), [InputRequired(_l("Enter the reason")), Length(min=3, max=200)], [one_line])


class SettleForm(FlaskForm):
    """What shall become of scans that are open. `pick` holds their public ids, those of one conflict joined by dots.

    A button beside a conflict says both in `one`: "count:…" or "dismiss:…", whatever else is ticked.
    """

    pick = SelectMultipleField(_l("Scans"), choices=[], validate_choice=False)
    deed = HiddenField(validators=[AnyOf(("count", "dismiss"), _l("Choose what to do with them"))])
    one = HiddenField(validators=[Length(max=2000)])
    reason = TextAreaField(
        _l("Reason"), [Length(max=200, message=_l("At most %(max)d characters, please."))], [one_line]
    )

    def read(self) -> None:
        """Take what the button says that was pressed."""
        deed, _colon, refs = (self.one.data or "").partition(":")
        if refs:
            self.deed.data, self.pick.data = deed, [refs]

    @property
    def refs(self) -> list[str]:
        """The public ids of what was picked, each once."""
        named = [ref for joined in self.pick.data or () for ref in joined.split(".")]
        return [ref for ref in dict.fromkeys(named) if len(ref) == NAME_LENGTH]

    def validate_pick(self, field: SelectMultipleField) -> None:
        """Something has to be picked."""
        if not self.refs:
            raise ValidationError(str(_l("Tick at least one scan")))


class EnrolForm(FlaskForm):
    """What a phone sends that read the organisers' code: the part of the address behind the #."""

    secret = HiddenField(validators=[InputRequired(), Length(max=80)])


class DeviceForm(FlaskForm):
    """A phone at the doors: what it is called, where it may scan, and what else it may."""

    name = StringField(_l("Name of the phone"), [DataRequired(_l("Enter a name")), Length(max=60)], [one_line])
    lists = SelectMultipleField(_l("At which doors"), validators=[InputRequired(_l("Tick at least one door"))])
    may_force = BooleanField(_l("May let in anyway who was refused"))
    may_add = BooleanField(_l("May register guests and print badges"))
