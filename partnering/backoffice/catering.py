"""What guests eat and which help they need: counts for organisers, names for catering alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..db import db
from ..events.models import Event, Participant
from ..i18n import bi
from ..questions import queries, shown
from ..questions.models import SensitiveAnswer
from ..questions.queries import QuestionShown
from ..registration.models import Registration

COUNTED = ("single_choice", "multiple_choice", "yes_no", "number")
"""Kinds whose answers can be counted without telling who gave them; texts may give somebody away."""


@dataclass(frozen=True)
class Counted:
    """A question, how many live registrations answered it, and how often each answer was given (texts: none)."""

    question: QuestionShown
    answers: int
    values: list[tuple[str, int]]


@dataclass(frozen=True)
class Named:
    """One guest and what they answered: (question, answer)."""

    participant: Participant
    answers: list[tuple[QuestionShown, str]]


def counts(event: Event) -> list[Counted]:
    """Every sensitive question that has answers of live registrations, in form order."""
    given = _given(event)
    by_question: dict[int, list[tuple[QuestionShown, object]]] = {}
    versions = _versions(event, given)
    for _sheet_id, version_id, value in given:
        question = versions[version_id]
        by_question.setdefault(question.id, []).append((question, value))
    newest = {question.id: question for question in queries.shown_versions(event, newest=True)}
    return [_counted(newest[place], by_question[place]) for place in newest if place in by_question]


def _counted(question: QuestionShown, given: Sequence[tuple[QuestionShown, object]]) -> Counted:
    told: Counter[str] = Counter()
    for version, value in given:
        if version.kind not in COUNTED:
            continue
        keys = value if isinstance(value, list) else [value]
        told.update(shown.text_of(version, key) for key in keys)
    return Counted(question, len(given), sorted(told.items(), key=lambda pair: (-pair[1], pair[0])))


def _given(event: Event) -> list[tuple[int, int, object]]:
    rows = db.session.execute(
        sa.select(SensitiveAnswer.sheet_id, SensitiveAnswer.version_id, SensitiveAnswer.value)
        .join(Registration, Registration.sheet_id == SensitiveAnswer.sheet_id)
        .where(SensitiveAnswer.event_id == event.id, Registration.state == "live")
        .order_by(SensitiveAnswer.sheet_id, SensitiveAnswer.question_id)
    )
    return [(sheet_id, version_id, value["value"]) for sheet_id, version_id, value in rows]


def _versions(event: Event, given: Sequence[tuple[int, int, object]]) -> Mapping[int, QuestionShown]:
    ids = {version_id for _sheet_id, version_id, _value in given}
    return {version.version_id: version for version in queries.shown_versions(event, ids=ids)} if ids else {}


def named(event: Event) -> list[Named]:
    """Every guest with a live registration who answered a sensitive question, by name."""
    held = db.session.scalars(
        sa.select(Registration)
        .join(Participant, Participant.id == Registration.participant_id)
        .where(
            Registration.event_id == event.id,
            Registration.state == "live",
            sa.exists().where(SensitiveAnswer.sheet_id == Registration.sheet_id),
        )
        .options(joinedload(Registration.participant))
        .order_by(Participant.sort_name, Registration.id)
    ).all()
    answers = shown.sensitive(event, [registration.sheet_id for registration in held if registration.sheet_id])
    return [
        Named(registration.participant, answers[registration.sheet_id])
        for registration in held
        if registration.sheet_id
    ]


def rows_of_counts(counted: Sequence[Counted]) -> list[tuple[str, str, int]]:
    """(question, answer, how often) for a file."""
    rows: list[tuple[str, str, int]] = []
    for one in counted:
        rows += [(bi(one.question.label), value, number) for value, number in one.values]
        if not one.values:
            rows.append((bi(one.question.label), "", one.answers))
    return rows
