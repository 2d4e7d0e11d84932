"""Sections, questions and their versions, answer sheets, answers, sensitive answers, files."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import (
    BilingualText,
    InEvent,
    Json,
    Model,
    PublicId,
    Versioned,
    in_event,
    one_of,
    to_many,
    to_one,
    within_event,
)

KINDS = (
    "short_text",
    "long_text",
    "single_choice",
    "multiple_choice",
    "number",
    "date",
    "country",
    "phone",
    "file",
    "yes_no",
    "organisation",
)
DATA_CLASSES = ("plain", "contact", "sensitive")
"""plain: nothing personal beyond the name beside it; contact: ways to reach somebody; sensitive: Art. 9 GDPR."""


class QuestionSection(PublicId, InEvent, Versioned, Model):
    """A heading with questions below it."""

    title: Mapped[BilingualText]
    introduction: Mapped[BilingualText] = mapped_column(default=BilingualText())
    position: Mapped[int] = mapped_column(sa.Integer, default=0)

    questions: Mapped[list["Question"]] = to_many(
        "QuestionSection", "Question", "section_id", order_by="(Question.position, Question.id)"
    )

    __table_args__ = in_event()


class Question(PublicId, InEvent, Versioned, Model):
    """What stays of a question when its words change: where it stands, whom it asks, whether it is asked at all.

    `asks` is "buyer" (once for a party) or "attendee" (each). An `internal` one is answered by organisers only.
    """

    section_id: Mapped[int] = mapped_column(index=True)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    asks: Mapped[str] = mapped_column(sa.String(10), default="attendee")
    internal: Mapped[bool] = mapped_column(default=False)
    retired_at: Mapped[datetime | None]

    section: Mapped[QuestionSection] = to_one("Question", "QuestionSection", "section_id")
    versions: Mapped[list["QuestionVersion"]] = to_many(
        "Question", "QuestionVersion", "question_id", order_by="QuestionVersion.number"
    )

    __table_args__ = in_event(
        within_event("section_id", "question_section"),
        one_of("asks", "buyer", "attendee"),
    )


class QuestionVersion(InEvent, Model):
    """The words and rules of a question as they were from `created_at` on; the highest number is in force.

    `rule` is the condition under which it is shown, as `partnering/conditions.py` reads it (None: always).
    `settings` holds bounds by kind: {"most": int, "least": int, "days": …}. `retention_days` counts from the event's
    last day.
    """

    question_id: Mapped[int]
    number: Mapped[int] = mapped_column(sa.Integer)
    kind: Mapped[str] = mapped_column(sa.String(20))
    label: Mapped[BilingualText]
    help: Mapped[BilingualText] = mapped_column(default=BilingualText())
    required: Mapped[bool] = mapped_column(default=False)
    rule: Mapped[dict[str, Any] | None] = mapped_column(Json)
    settings: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    purpose: Mapped[BilingualText] = mapped_column(default=BilingualText())
    data_class: Mapped[str] = mapped_column(sa.String(10), default="plain")
    retention_days: Mapped[int] = mapped_column(sa.Integer, default=90)
    created_at: Mapped[datetime]

    question: Mapped[Question] = to_one("QuestionVersion", "Question", "question_id")
    choices: Mapped[list["Choice"]] = to_many("QuestionVersion", "Choice", "version_id", order_by="Choice.position")

    __table_args__ = in_event(
        within_event("question_id", "question"),
        sa.UniqueConstraint("question_id", "number"),
        one_of("kind", *KINDS),
        one_of("data_class", *DATA_CLASSES),
        sa.CheckConstraint("retention_days BETWEEN 0 AND 3650", name="retention_range"),
        sa.CheckConstraint("data_class <> 'sensitive' OR retention_days <= 30", name="sensitive_goes_soon"),
    )


class Choice(InEvent, Model):
    """One choice of a version. `key` is the same in every version in which the choice stands."""

    version_id: Mapped[int]
    key: Mapped[str] = mapped_column(sa.String(16))
    label: Mapped[BilingualText]
    position: Mapped[int] = mapped_column(sa.Integer, default=0)

    __table_args__ = (
        sa.UniqueConstraint("version_id", "key"),
        within_event("version_id", "question_version"),
    )


class AnswerSheet(PublicId, InEvent, Model):
    """The answers of one party, registration or submission."""

    created_at: Mapped[datetime]

    answers: Mapped[list["Answer"]] = to_many("AnswerSheet", "Answer", "sheet_id", order_by="Answer.question_id")
    sensitive_answers: Mapped[list["SensitiveAnswer"]] = to_many(
        "AnswerSheet", "SensitiveAnswer", "sheet_id", order_by="SensitiveAnswer.question_id"
    )

    __table_args__ = in_event()


class Answer(InEvent, Model):
    """An answer, and the version of the question under which it was given.

    `value` is {"value": …}: str, int, bool, ISO date, choice key or list of keys, public id of a file or organisation.
    """

    sheet_id: Mapped[int]
    question_id: Mapped[int] = mapped_column(index=True)
    version_id: Mapped[int]
    value: Mapped[dict[str, Any]] = mapped_column(Json)
    answered_at: Mapped[datetime]

    version: Mapped[QuestionVersion] = to_one("Answer", "QuestionVersion", "version_id")

    __table_args__ = (
        sa.UniqueConstraint("sheet_id", "question_id"),
        within_event("sheet_id", "answer_sheet"),
        within_event("question_id", "question"),
        within_event("version_id", "question_version"),
    )


class SensitiveAnswer(InEvent, Model):
    """The same for diet, allergy and accessibility: apart, behind a permission of its own, gone on `delete_after`."""

    sheet_id: Mapped[int]
    question_id: Mapped[int] = mapped_column(index=True)
    version_id: Mapped[int]
    value: Mapped[dict[str, Any]] = mapped_column(Json)
    answered_at: Mapped[datetime]
    delete_after: Mapped[date] = mapped_column(index=True)

    version: Mapped[QuestionVersion] = to_one("SensitiveAnswer", "QuestionVersion", "version_id")

    __table_args__ = (
        sa.UniqueConstraint("sheet_id", "question_id"),
        within_event("sheet_id", "answer_sheet"),
        within_event("question_id", "question"),
        within_event("version_id", "question_version"),
    )


class AnswerFile(PublicId, InEvent, Model):
    """A file given as an answer; without a sheet it was uploaded and not yet sent in."""

    sheet_id: Mapped[int | None] = mapped_column(index=True)
    question_id: Mapped[int]
    name: Mapped[str]
    media_type: Mapped[str] = mapped_column(sa.String(40))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    uploaded_at: Mapped[datetime]

    __table_args__ = (
        within_event("sheet_id", "answer_sheet"),
        within_event("question_id", "question"),
        one_of("media_type", "application/pdf", "image/png", "image/jpeg"),
    )
