"""Copying a form to another event: the questions that are still asked, without answers."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from .. import audit, conditions
from ..db import db
from ..events.models import Event
from . import queries
from .building import Words, write_version
from .models import Question, QuestionSection


def clone_form(source: Event, target: Event, names: Mapping[str, str] | None = None) -> None:
    """Give `target` the questions of `source` that are still asked, in words of their own; no answers.

    `names` says which public ids stand in `target` for those that conditions name, such as tickets. A line about a
    ticket that is not among them is left as it is. Does nothing when `target` has a form already.
    """
    if db.session.scalar(sa.select(sa.exists().where(QuestionSection.event_id == target.id))):
        return
    facts: dict[str, str] = {}
    for place, section in enumerate(queries.form_of(source)):
        made = QuestionSection(
            event_id=target.id, title=section.title, introduction=section.introduction, position=place
        )
        db.session.add(made)
        db.session.flush()
        for position, shown in enumerate(section.questions):
            copy = Question(
                event_id=target.id,
                section_id=made.id,
                asks=shown.asks,
                internal=shown.internal,
                position=position,
            )
            db.session.add(copy)
            db.session.flush()
            facts[shown.fact] = f"question:{copy.public_id}"
            rule = _with_names(conditions.renamed(shown.rule, facts), names or {})
            write_version(
                copy,
                Words(
                    shown.kind,
                    shown.label,
                    shown.help,
                    shown.required,
                    rule,
                    shown.settings,
                    shown.purpose,
                    shown.data_class,
                    shown.retention_days,
                    tuple((choice.key, choice.label) for choice in shown.choices),
                ),
                1,
            )
    audit.record("form.copied", target, event=target, after={"from": source.public_id})


def _with_names(rule: Any, names: Mapping[str, str]) -> Any:
    """The rule with the values of lines about tickets replaced."""
    if rule is None or "fact" in rule:
        if rule is None or rule["fact"] != "ticket":
            return rule
        return {
            word: [names.get(one, one) for one in value] if isinstance(value, list) else names.get(value, value)
            for word, value in rule.items()
        }
    if "not" in rule:
        return {"not": _with_names(rule["not"], names)}
    word = "all" if "all" in rule else "any"
    return {word: [_with_names(part, names) for part in rule[word]]}
