"""Builders of forms and answers."""

from typing import Any

from partnering.db import BilingualText
from partnering.events.models import Event
from partnering.questions import building, queries, services
from partnering.questions.models import AnswerSheet, Question, QuestionSection
from partnering.questions.queries import QuestionShown

from .ground import deed


def make_section(event: Event, title: str = "Angaben", english: str = "Details") -> QuestionSection:
    """A section at the end of the form."""
    with deed():
        section = building.add_section(event, BilingualText(title, english))
    return section


def make_question(
    event: Event,
    kind: str = "short_text",
    label: str = "Frage",
    *,
    section: QuestionSection | None = None,
    asks: str = "attendee",
    internal: bool = False,
    choices: dict[str, str] | None = None,
    **words: Any,
) -> Question:
    """A question at the end of the form, in the section of the others unless given; `choices` are labels by key."""
    with deed():
        if section is None:
            made = queries.form_of(event)
            section = queries.section_at(event, made[-1].public_id) if made else make_section(event)
            assert section is not None  # found or made
        pairs = choices if choices is not None else {"a": "Erstens", "b": "Zweitens"} if "choice" in kind else {}
        words["choices"] = [(key, BilingualText(text, text)) for key, text in pairs.items()]
        words.setdefault("purpose", BilingualText("Planung", "planning"))
        question = building.add_question(
            section,
            building.Words(kind, BilingualText(label, f"{label} (en)"), **words),
            asks=asks,
            internal=internal,
        )
    return question


def shown(event: Event, question: Question) -> QuestionShown:
    """The question as it is asked now."""
    return next(q for q in queries.current_questions(event, internal=None) if q.public_id == question.public_id)


def make_sheet(event: Event, answers: dict[Question, Any]) -> AnswerSheet:
    """A sheet with these answers under the versions in force."""
    with deed():
        sheet = services.new_sheet(event)
        asked = [shown(event, question) for question in answers]
        services.save(sheet, asked, {question.public_id: value for question, value in answers.items()})
    return sheet
