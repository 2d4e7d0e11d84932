"""Answers as people read them: on the organisers' pages, in exports, on one's own ticket."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from ..db import db
from ..events.models import Event
from ..i18n import _, bi, day
from . import queries
from .forms import country_name
from .models import Answer, AnswerSheet, SensitiveAnswer
from .queries import QuestionShown


class FileName(str):
    """The name of a file that was given as an answer; `file` is the public id under which organisers open it."""

    __slots__ = ("file",)

    file: str

    @classmethod
    def of(cls, name: str, file: str) -> "FileName":
        """A name that knows its file."""
        named = cls(name)
        named.file = file
        return named


Line = tuple[str, str, int]
"""What was asked, what was answered, and the number of the version under which it was."""


def lines(sheet: AnswerSheet | None) -> list[Line]:
    """The plain answers on a sheet in form order, in the words they were asked in; sensitive ones are never here."""
    if sheet is None:
        return []
    event = db.session.get(Event, sheet.event_id)
    assert event is not None  # a sheet belongs to an event
    return lines_of(event, [sheet.id])[sheet.id]


def lines_of(event: Event, sheet_ids: Sequence[int]) -> dict[int, list[Line]]:
    """The same for many sheets, in a constant number of queries."""
    return {
        sheet_id: [(bi(question.label), text, question.number) for question, text in given]
        for sheet_id, given in answered(event, sheet_ids).items()
    }


def answered(event: Event, sheet_ids: Sequence[int]) -> dict[int, list[tuple[QuestionShown, str]]]:
    """(question as it was asked, answer as text) of the plain answers of each sheet."""
    return _read(Answer, event, sheet_ids)


def sensitive(event: Event, sheet_ids: Sequence[int]) -> dict[int, list[tuple[QuestionShown, str]]]:
    """The same for sensitive answers: for those who cater, and for people themselves."""
    return _read(SensitiveAnswer, event, sheet_ids)


def _read(
    table: type[Answer] | type[SensitiveAnswer], event: Event, sheet_ids: Sequence[int]
) -> dict[int, list[tuple[QuestionShown, str]]]:
    found: dict[int, list[tuple[QuestionShown, str]]] = {sheet_id: [] for sheet_id in sheet_ids}
    rows = db.session.execute(
        sa.select(table.sheet_id, table.version_id, table.value)
        .where(table.event_id == event.id, table.sheet_id.in_(sorted(found)))
        .order_by(table.sheet_id, table.question_id)
    ).all()
    if not rows:
        return found
    versions = queries.shown_versions(event, ids=[row.version_id for row in rows])
    by_id = {version.version_id: version for version in versions}
    place = {version.version_id: number for number, version in enumerate(versions)}
    files = queries.file_names(event, [row.value["value"] for row in rows if by_id[row.version_id].kind == "file"])
    for row in sorted(rows, key=lambda row: place[row.version_id]):
        question = by_id[row.version_id]
        found[row.sheet_id].append((question, text_of(question, row.value["value"], files)))
    return found


def text_of(question: QuestionShown, value: Any, files: Mapping[str, str] | None = None) -> str:
    """An answer in words, on one or more lines, in the language in force."""
    if value is None:
        return ""
    if question.kind in ("single_choice", "multiple_choice"):
        labels = {choice.key: bi(choice.label) for choice in question.choices}
        keys = value if isinstance(value, list) else [value]
        return ", ".join(labels.get(key) or str(key) for key in keys)
    if question.kind == "yes_no":
        return _("Yes") if value else _("No")
    if question.kind == "date":
        return day(date.fromisoformat(value))
    if question.kind == "country":
        return country_name(value)
    if question.kind == "file":
        return FileName.of((files or {}).get(value) or _("File"), value)
    return str(value)
