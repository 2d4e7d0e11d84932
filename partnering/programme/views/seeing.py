"""Whether somebody else has changed a session while its form was open: nothing that was typed is lost then."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..forms import SessionForm

PLAIN = (
    "title_de",
    "title_en",
    "subtitle_de",
    "subtitle_en",
    "abstract_de",
    "abstract_en",
    "kind",
    "language",
    "track",
    "capacity",
    "note",
    "day",
    "starts",
    "ends",
    "room",
)


@dataclass
class _People:
    """The rows of people as one answer."""

    data: list[str]
    label: Any
    errors: list[str] = field(default_factory=list)
    raw_data: object = None


def note(form: SessionForm, stored: Mapping[str, Any]) -> None:
    """Remember what the page shows."""
    form.seen.note(_flat(stored))


def overtaken(form: SessionForm, stored: Mapping[str, Any]) -> bool:
    """Whether the session is another one by now; then the form says what, and shows the newest or what was typed."""
    rows = [row for row in form.people.data if row["name"]]
    people = _People([_person(row) for row in rows], form.people.label)
    fields = {name: form[name] for name in PLAIN} | {"people": people}
    if not form.seen.overtaken(fields, _flat(stored)):
        return False
    if people.errors:
        if people.data == _flat(stored)["people"]:
            _show(form, stored["people"])
        form.people.errors = [*people.errors]
    return True


def _show(form: SessionForm, rows: list[dict[str, Any]]) -> None:
    while form.people.entries:
        form.people.pop_entry()
    for row in rows:
        form.people.append_entry(row)
    form.people.append_entry({"role": "speaker"})


def _flat(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {name: stored[name] for name in PLAIN} | {"people": [_person(row) for row in stored["people"]]}


def _person(row: Mapping[str, Any]) -> str:
    return f"{row['name']} ({row['role']}, {row['set_up'] or 0})"
