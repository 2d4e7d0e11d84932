"""Questions that crew ask at a list: made, changed, ordered, asked no more; what was answered stays readable."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .. import audit, clock
from ..db import BilingualText, db, new_public_id
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l
from .models import CheckinList, CheckinQuestion, Scan

MOST_QUESTIONS = 8
"""So many at a list at most: a door lets one guest in per second."""


class TooManyQuestions(DomainError):
    """Nobody can ask so much at a door."""

    message = _l("There are eight questions at this list already. Ask one of them no longer first.")


class OptionAnswered(DomainError):
    """Somebody chose what shall go."""

    message = _l("Somebody has chosen “%(option)s”, so it stays. You can change its words.")


class KindAnswered(DomainError):
    """Answers of one kind are none of another."""

    message = _l("This was answered already, so the kind of answer stays. Ask a new question instead.")


@dataclass(frozen=True)
class Words:
    """A question as organisers wrote it; `options` are (key, text) of a choice, "" for keys that are new."""

    label: BilingualText
    kind: str = "yes_no"
    required: bool = False
    options: Sequence[tuple[str, BilingualText]] = ()


# -- what can be asked about them


def questions_of(checkin_list: CheckinList, *, retired: bool = False) -> Sequence[CheckinQuestion]:
    """The questions of a list in their order; with `retired` those as well that are asked no more."""
    asked = sa.select(CheckinQuestion).where(CheckinQuestion.list_id == checkin_list.id)
    if not retired:
        asked = asked.where(CheckinQuestion.retired_at.is_(None))
    return db.session.scalars(asked.order_by(CheckinQuestion.position, CheckinQuestion.id)).all()


def question_at(checkin_list: CheckinList, public_id: str) -> CheckinQuestion | None:
    """One of a list's questions."""
    return db.session.scalars(
        sa.select(CheckinQuestion).where(
            CheckinQuestion.list_id == checkin_list.id, CheckinQuestion.public_id == public_id
        )
    ).one_or_none()


def numbers(event: Event) -> dict[int, int]:
    """By list id: how many questions are asked there, where any are."""
    asked = (
        sa.select(CheckinQuestion.list_id, sa.func.count())
        .where(CheckinQuestion.event_id == event.id, CheckinQuestion.retired_at.is_(None))
        .group_by(CheckinQuestion.list_id)
    )
    return {row[0]: row[1] for row in db.session.execute(asked)}


def answered(checkin_list: CheckinList, questions: Collection[CheckinQuestion]) -> dict[str, int]:
    """How often each of these questions was answered, by public id; one query for all."""
    if not questions:
        return {}
    given = [
        sa.func.count(Scan.answers[each.public_id].as_string()).label(f"n{number}")
        for number, each in enumerate(questions)
    ]
    row = db.session.execute(sa.select(*given).where(Scan.list_id == checkin_list.id)).one()
    return {each.public_id: row[number] for number, each in enumerate(questions)}


def chosen(question: CheckinQuestion) -> frozenset[str]:
    """The keys of its options that anybody ever chose."""
    key = Scan.answers[question.public_id].as_string()
    found = db.session.scalars(sa.select(key).where(Scan.list_id == question.list_id, key.is_not(None)).distinct())
    return frozenset(found)


# -- what can happen to them


def add(event: Event, checkin_list: CheckinList, words: Words) -> CheckinQuestion:
    """Ask one more, after the others. Raises `TooManyQuestions`."""
    _room_for_one(checkin_list)
    last = db.session.scalar(
        sa.select(sa.func.max(CheckinQuestion.position)).where(CheckinQuestion.list_id == checkin_list.id)
    )
    made = CheckinQuestion(
        event_id=event.id,
        list_id=checkin_list.id,
        position=0 if last is None else last + 1,
        **_columns(words),
    )
    db.session.add(made)
    db.session.flush()
    audit.record("checkin_question.added", made, event=event, after=_as_logged(_columns(words)))
    return made


def _room_for_one(checkin_list: CheckinList) -> None:
    if len(questions_of(checkin_list)) >= MOST_QUESTIONS:
        raise TooManyQuestions


def change(event: Event, question: CheckinQuestion, words: Words) -> None:
    """Ask it in other words. Raises `KindAnswered` or `OptionAnswered` where answers would mean nothing any more."""
    values = _columns(words)
    options: list[dict[str, str]] = values["options"]
    if words.kind != question.kind and chosen(question):
        raise KindAnswered
    gone = {each["key"]: each for each in question.options} if question.kind == "choice" else {}
    for each in options:
        gone.pop(each["key"], None)
    lost = chosen(question) & gone.keys() if gone else frozenset[str]()
    for key in sorted(lost):
        option = gone[key].get("de") or gone[key].get("en", "")
        raise OptionAnswered(str(OptionAnswered.message) % {"option": option})
    before, after = audit.differing({name: getattr(question, name) for name in values}, values)
    if not after:
        return
    for name, value in after.items():
        setattr(question, name, value)
    db.session.flush()
    audit.record("checkin_question.changed", question, event=event, before=_as_logged(before), after=_as_logged(after))


def _as_logged(values: dict[str, Any]) -> dict[str, Any]:
    """A question as the log remembers it: answers to choose by their words."""
    said = dict(values)
    if "options" in said:
        said["options"] = [{"de": each["de"], "en": each["en"]} for each in said["options"]]
    return said


def _columns(words: Words) -> dict[str, Any]:
    options = [
        {"key": key or new_public_id()[:8], "de": text.de, "en": text.en}
        for key, text in (words.options if words.kind == "choice" else ())
    ]
    return {"label": words.label, "kind": words.kind, "required": words.required, "options": options}


def move(event: Event, checkin_list: CheckinList, question: CheckinQuestion, by: int) -> None:
    """Ask it one place earlier (-1) or later (1), if there is one."""
    rows = list(questions_of(checkin_list))
    if question not in rows:
        return
    at = rows.index(question)
    to = at + by
    if not 0 <= to < len(rows):
        return
    rows[at], rows[to] = rows[to], rows[at]
    for position, each in enumerate(rows):
        each.position = position
    db.session.flush()
    audit.record("checkin_question.moved", question, event=event, before={"position": at}, after={"position": to})


def retire(event: Event, question: CheckinQuestion) -> None:
    """Ask it no longer; its answers stay."""
    if question.retired_at is None:
        question.retired_at = clock.now()
        db.session.flush()
        audit.record("checkin_question.retired", question, event=event, before={"label": question.label})


def ask_again(event: Event, checkin_list: CheckinList, question: CheckinQuestion) -> None:
    """Ask what was retired again, in its old place. Raises `TooManyQuestions`."""
    if question.retired_at is not None:
        _room_for_one(checkin_list)
        question.retired_at = None
        db.session.flush()
        audit.record("checkin_question.asked_again", question, event=event, after={"label": question.label})
