"""What can happen to answers: kept, changed, deleted in time. How forms are built stands in `building`."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from .. import clock
from ..db import db
from ..events.models import Event
from .models import Answer, AnswerFile, AnswerSheet, Question, QuestionVersion, SensitiveAnswer
from .queries import QuestionShown

SENSITIVE_DAYS = 30
"""Days after the event's last day until which sensitive answers may be kept, at most."""

UNSENT_DAYS = 1
"""How long sensitive answers and files are kept that were typed and not sent in."""

kept_elsewhere: list[Callable[[], Collection[str]]] = []
"""Functions of rooms above that name files (public ids) which are sent in though no sheet has them yet."""

BATCH = 500


def new_sheet(event: Event) -> AnswerSheet:
    """An empty sheet."""
    sheet = AnswerSheet(event_id=event.id, created_at=clock.now())
    db.session.add(sheet)
    db.session.flush()
    return sheet


def save(
    sheet: AnswerSheet,
    questions: Sequence[QuestionShown],
    answers: Mapping[str, Any],
    *,
    at: datetime | None = None,
    draft: bool = False,
) -> None:
    """Make the sheet's answers to `questions` be `answers`, by the question's public id.

    A question among `questions` that has no answer loses the one it had; other questions keep theirs. Answers point at
    the versions that `questions` show. Sensitive ones go into a table of their own, until 30 days after the event, or
    for a day with `draft`; a later `save` without it lets those that are there stay until then as well.
    """
    event = db.session.get(Event, sheet.event_id)
    assert event is not None  # a sheet belongs to an event
    at = at or clock.now()
    for table in (Answer, SensitiveAnswer):
        asked = [q for q in questions if q.sensitive is (table is SensitiveAnswer)]
        _write(table, event, sheet, asked, answers, at, draft)
        strayed = [q.id for q in questions if q.sensitive is not (table is SensitiveAnswer)]
        if strayed:
            db.session.execute(sa.delete(table).where(table.sheet_id == sheet.id, table.question_id.in_(strayed)))
    if not draft:
        settle_sensitive(sheet)
    _claim_files(sheet, [(q.id, answers[q.public_id]) for q in questions if _is_file(q, answers)], questions)
    db.session.flush()


def _is_file(question: QuestionShown, answers: Mapping[str, Any]) -> bool:
    return question.kind == "file" and bool(answers.get(question.public_id))


def _write(
    table: type[Answer] | type[SensitiveAnswer],
    event: Event,
    sheet: AnswerSheet,
    questions: Sequence[QuestionShown],
    answers: Mapping[str, Any],
    at: datetime,
    draft: bool,
) -> None:
    if not questions:
        return
    statement: Any = sa.select(table).where(table.sheet_id == sheet.id).order_by(table.question_id)
    held: dict[int, Answer | SensitiveAnswer] = {row.question_id: row for row in db.session.scalars(statement)}
    for question in questions:
        value, answer = answers.get(question.public_id), held.get(question.id)
        if value is None or value == "" or value == []:
            if answer is not None:
                db.session.delete(answer)
            continue
        if answer is None:
            answer = table(event_id=event.id, sheet_id=sheet.id, question_id=question.id)
            if isinstance(answer, SensitiveAnswer):
                answer.delete_after = _unsent(at, event) if draft else _sensitive_until(question, event)
            db.session.add(answer)
        elif answer.value == {"value": value} and answer.version_id == question.version_id:
            continue
        answer.version_id, answer.value, answer.answered_at = question.version_id, {"value": value}, at


def _sensitive_until(question: QuestionShown | QuestionVersion, event: Event) -> Any:
    return event.last_day + timedelta(days=min(question.retention_days, SENSITIVE_DAYS))


def _unsent(at: datetime, event: Event) -> Any:
    return clock.in_zone(at, event.zone).date() + timedelta(days=UNSENT_DAYS)


def settle_sensitive(sheet: AnswerSheet) -> None:
    """Let the sensitive answers of a sheet that was sent in stay until 30 days after the event."""
    event = db.session.get(Event, sheet.event_id)
    assert event is not None  # a sheet belongs to an event
    db.session.flush()
    for answer in db.session.scalars(
        sa.select(SensitiveAnswer)
        .where(SensitiveAnswer.sheet_id == sheet.id)
        .options(sa.orm.joinedload(SensitiveAnswer.version))
        .order_by(SensitiveAnswer.question_id)
    ):
        answer.delete_after = _sensitive_until(answer.version, event)


def withdraw_sensitive(sheet: AnswerSheet) -> None:
    """Delete the sensitive answers of a sheet, files included: whoever gave them agrees no longer, or does not come."""
    db.session.flush()
    db.session.execute(
        sa.delete(AnswerFile).where(
            AnswerFile.sheet_id == sheet.id,
            AnswerFile.question_id.in_(
                sa.select(SensitiveAnswer.question_id).where(SensitiveAnswer.sheet_id == sheet.id)
            ),
        )
    )
    db.session.execute(sa.delete(SensitiveAnswer).where(SensitiveAnswer.sheet_id == sheet.id))


def follow_event(event: Event, last_day: date) -> None:
    """Let sensitive answers that were sent in stay until 30 days after the event's days of now; `last_day` was before.

    What was typed and never sent in keeps its own short time.
    """
    versions = db.session.execute(
        sa.select(QuestionVersion.id, QuestionVersion.retention_days)
        .where(
            QuestionVersion.event_id == event.id, sa.exists().where(SensitiveAnswer.version_id == QuestionVersion.id)
        )
        .order_by(QuestionVersion.id)
    ).all()
    for version_id, days in versions:
        kept = timedelta(days=min(days, SENSITIVE_DAYS))
        db.session.execute(
            sa.update(SensitiveAnswer)
            .where(SensitiveAnswer.version_id == version_id, SensitiveAnswer.delete_after == last_day + kept)
            .values(delete_after=event.last_day + kept)
        )


def _claim_files(sheet: AnswerSheet, given: Iterable[tuple[int, str]], questions: Sequence[QuestionShown]) -> None:
    """Let the files that were given belong to the sheet, and delete those that others have replaced."""
    kept = dict(given)
    asked = [question.id for question in questions if question.kind == "file"]
    if not asked:
        return
    for question_id, public_id in kept.items():
        db.session.execute(
            sa.update(AnswerFile)
            .where(
                AnswerFile.event_id == sheet.event_id,
                AnswerFile.public_id == public_id,
                AnswerFile.question_id == question_id,
                AnswerFile.sheet_id.is_(None),
            )
            .values(sheet_id=sheet.id)
        )
    db.session.execute(
        sa.delete(AnswerFile).where(
            AnswerFile.sheet_id == sheet.id,
            AnswerFile.question_id.in_(asked),
            AnswerFile.public_id.not_in(sorted(kept.values())),
        )
    )


def delete_sheet(sheet: AnswerSheet) -> None:
    """Delete a sheet with everything that was answered on it, files included; nothing may point at it any more."""
    for table in (Answer, SensitiveAnswer, AnswerFile):
        db.session.execute(sa.delete(table).where(table.sheet_id == sheet.id))
    db.session.execute(sa.delete(AnswerSheet).where(AnswerSheet.id == sheet.id))


def purge_due() -> int:
    """Delete a batch of what may no longer be kept, in UTC days; returns how many rows.

    Sensitive answers after their own day, other answers the question's retention days after the event's last day,
    files with their answers, and files that nobody sent in.
    """
    today = clock.now().date()
    gone = _deleted(AnswerFile, _sensitive_files(today))
    if gone < BATCH:  # a file is found by its answer, so it goes first
        gone += _deleted(SensitiveAnswer, sa.select(SensitiveAnswer.id).where(SensitiveAnswer.delete_after < today))
    for last_day, days, version_ids in _retentions():
        if last_day + timedelta(days=days) < today:
            files = _deleted(AnswerFile, _files_of(version_ids))
            gone += files
            if files < BATCH:
                gone += _deleted(Answer, sa.select(Answer.id).where(Answer.version_id.in_(version_ids)))
    old = clock.now() - timedelta(days=UNSENT_DAYS)
    unsent = sa.select(AnswerFile.id).where(AnswerFile.sheet_id.is_(None), AnswerFile.uploaded_at < old)
    sent_in = sorted({public_id for of_room in kept_elsewhere for public_id in of_room()})
    return gone + _deleted(AnswerFile, unsent.where(AnswerFile.public_id.not_in(sent_in)) if sent_in else unsent)


def _sensitive_files(today: date) -> Any:
    return (
        sa.select(AnswerFile.id)
        .join(
            SensitiveAnswer,
            sa.and_(
                SensitiveAnswer.sheet_id == AnswerFile.sheet_id, SensitiveAnswer.question_id == AnswerFile.question_id
            ),
        )
        .where(SensitiveAnswer.delete_after < today)
    )


def _retentions() -> list[tuple[Any, int, list[int]]]:
    """The versions that have answers, by the last day of their event and their days of retention."""
    rows = db.session.execute(
        sa.select(Event.last_day, QuestionVersion.retention_days, QuestionVersion.id)
        .join(Event, Event.id == QuestionVersion.event_id)
        .where(
            Event.last_day < clock.now().date(),
            sa.exists().where(Answer.version_id == QuestionVersion.id),
        )
        .order_by(QuestionVersion.id)
    )
    grouped: dict[tuple[Any, int], list[int]] = {}
    for last_day, days, version_id in rows:
        grouped.setdefault((last_day, days), []).append(version_id)
    return [(last_day, days, ids) for (last_day, days), ids in grouped.items()]


def _files_of(version_ids: Sequence[int]) -> Any:
    return (
        sa.select(AnswerFile.id)
        .join(Answer, sa.and_(Answer.sheet_id == AnswerFile.sheet_id, Answer.question_id == AnswerFile.question_id))
        .where(Answer.version_id.in_(version_ids))
    )


def _deleted(table: Any, ids: Any) -> int:
    result = db.session.execute(sa.delete(table).where(table.id.in_(ids.limit(BATCH))))
    return int(getattr(result, "rowcount", 0))


def is_answered(question: Question) -> bool:
    """Whether any version of the question has answers."""
    return any(
        db.session.scalar(sa.select(sa.exists().where(table.question_id == question.id)))
        for table in (Answer, SensitiveAnswer)
    )
