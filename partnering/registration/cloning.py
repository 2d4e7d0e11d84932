"""Refund rules and the form of an event that is made from another one."""

from typing import Any

import sqlalchemy as sa

from ..db import db
from ..events.cloning import Copies, taken_along
from ..events.models import Event
from ..questions.copying import clone_form
from ..questions.models import Question, QuestionSection, QuestionVersion
from .models import ChoiceProduct, RefundRule


@taken_along("refunds", floor=6)
def refund_rules(copies: Copies) -> None:
    """What is paid back, until as many days before."""
    copies.copy(copies.rows(RefundRule))


@taken_along("form", floor=6)
def form(copies: Copies) -> None:
    """The questions that are still asked, without answers, and the add-ons as which choices are sold."""
    clone_form(copies.source, copies.target, copies.names)
    asked, copied = _questions(copies.source), _questions(copies.target)
    for question, made in zip(asked, copied, strict=True):
        copies.remember(question, made)
    for version in copies.rows_of_target(QuestionVersion):
        version.rule = _moved(copies, version.rule)
    copies.copy(copies.rows(ChoiceProduct))


def _questions(event: Event) -> list[Question]:
    """The questions that are asked, in the order in which forms show them."""
    return list(
        db.session.scalars(
            sa.select(Question)
            .join(QuestionSection, QuestionSection.id == Question.section_id)
            .where(Question.event_id == event.id, Question.retired_at.is_(None))
            .order_by(QuestionSection.position, QuestionSection.id, Question.position, Question.id)
        )
    )


def _moved(copies: Copies, rule: Any) -> Any:
    """A condition whose lines about the day of answering move with the event."""
    if not isinstance(rule, dict):
        return rule
    if "fact" in rule:
        if rule["fact"] != "today":
            return rule
        return {word: copies.day(value) if word in ("before", "after") else value for word, value in rule.items()}
    if "not" in rule:
        return {"not": _moved(copies, rule["not"])}
    return {word: [_moved(copies, part) for part in parts] for word, parts in rule.items()}
