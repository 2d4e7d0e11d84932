"""What conditions of questions may look at: the ticket, the audience, how many places, the day, other answers."""

from collections.abc import Iterable, Mapping
from typing import Any

from .. import clock
from ..conditions import in_order
from ..events.models import Event
from ..questions.queries import QuestionShown
from ..tickets.models import Code, Product


def facts_of(
    event: Event,
    product: Product,
    places: int,
    answers: Mapping[str, Any] | None = None,
    *,
    code: Code | None = None,
) -> dict[str, Any]:
    """The facts of one order; `answers` by the public ids of questions. Today is the day where the event is."""
    return {
        "ticket": product.public_id,
        "audience": code.audience if code is not None and code.audience else product.audience,
        "places": places,
        "today": clock.in_zone(clock.now(), event.zone).date().isoformat(),
        **{f"question:{public_id}": value for public_id, value in (answers or {}).items()},
    }


def as_facts(questions: Iterable[QuestionShown], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as facts for the questions that follow."""
    return {question.fact: answers[question.public_id] for question in questions if question.public_id in answers}


def visible(questions: Iterable[QuestionShown], facts: Mapping[str, Any], answers: Mapping[str, Any]) -> list[str]:
    """Public ids of the questions that are asked, given these facts and what has been answered so far."""
    questions = list(questions)
    names = {question.fact: question.public_id for question in questions}
    shown = in_order(((q.fact, q.rule) for q in questions), facts, as_facts(questions, answers))
    return [names[name] for name in shown]


def visible_answers(
    questions: Iterable[QuestionShown], facts: Mapping[str, Any], answers: Mapping[str, Any]
) -> dict[str, Any]:
    """The plain answers to what is asked; nothing else is kept."""
    questions = list(questions)
    shown = set(visible(questions, facts, answers))
    return {
        q.public_id: answers[q.public_id]
        for q in questions
        if q.public_id in shown and q.public_id in answers and not q.sensitive
    }
