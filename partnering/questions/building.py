"""How organisers build a form: sections, questions, their versions and order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified

from .. import audit, clock, conditions
from ..db import BilingualText, db, new_public_id
from ..errors import DomainError, Stale
from ..events.models import Event
from ..i18n import _l
from . import queries
from .models import Answer, Choice, Question, QuestionSection, QuestionVersion, SensitiveAnswer
from .queries import QuestionShown
from .services import SENSITIVE_DAYS, is_answered

BASE_FACTS = ("ticket", "audience", "today", "places")
"""What conditions may look at besides earlier questions."""

WORDS_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "short_text": ("answered",),
    "long_text": ("answered",),
    "single_choice": ("is", "in", "answered"),
    "multiple_choice": ("has", "answered"),
    "number": ("is", "least", "most", "answered"),
    "date": ("is", "before", "after", "answered"),
    "country": ("is", "in", "answered"),
    "phone": ("answered",),
    "file": ("answered",),
    "yes_no": ("is", "answered"),
    "organisation": ("answered",),
}
"""What a condition may say about the answer to a question of each kind."""

EMPTY = BilingualText()

MOST_QUESTIONS = 200
MOST_CHOICES = 50


class SectionNotEmpty(DomainError):
    """A section that has questions, retired ones included, stays."""

    message = _l("This section still has questions. Move them first; those that are no longer asked count as well.")


class AlreadyAnswered(DomainError):
    """What was answered cannot become an answer of somebody else or of another class."""

    message = _l(
        "People have answered this question. Whom it asks and whether it is sensitive stays as it is; "
        "make a new question, and stop asking this one."
    )


class LookedAt(DomainError):
    """Another question's condition looks at this one."""

    message = _l("The condition of another question looks at this one. Change that condition first.")


class ConditionDoesNotFit(conditions.RuleError):
    """A condition asks of an answer what it can never be."""

    message = _l("This condition does not fit the question that it looks at.")


class SensitiveBelongsToAttendees(DomainError):
    """Sensitive questions ask people themselves, and what depends on their answers is sensitive too."""

    message = _l("Sensitive questions ask each guest, never the buyer.")
    status = 422


class DependsOnSensitive(DomainError):
    """What is asked because of a sensitive answer would give that answer away."""

    message = _l("A question that depends on a sensitive answer is sensitive itself.")
    status = 422


class FormFull(DomainError):
    """More questions than anybody would answer."""

    message = _l("A form has at most 200 questions.")


@dataclass(frozen=True)
class Words:
    """A question as its version holds it. `choices` are (key, label); an empty key asks for a new one."""

    kind: str
    label: BilingualText
    help: BilingualText = EMPTY
    required: bool = False
    rule: conditions.Rule = None
    settings: Mapping[str, Any] | None = None
    purpose: BilingualText = EMPTY
    data_class: str = "plain"
    retention_days: int = 90
    choices: Sequence[tuple[str, BilingualText]] = ()


# -- sections


def add_section(event: Event, title: BilingualText, introduction: BilingualText = EMPTY) -> QuestionSection:
    """A new section at the end of the form."""
    last = db.session.scalar(
        sa.select(sa.func.max(QuestionSection.position)).where(QuestionSection.event_id == event.id)
    )
    section = QuestionSection(
        event_id=event.id, title=title, introduction=introduction, position=0 if last is None else last + 1
    )
    db.session.add(section)
    db.session.flush()
    audit.record("form.section_added", section, event=event, after={"title": title})
    return section


def edit_section(section: QuestionSection, title: BilingualText, introduction: BilingualText, version: int) -> None:
    """Change what a section says. Raises `Stale` when it is no longer at `version`."""
    if section.version != version:
        raise Stale
    before = {"title": section.title, "introduction": section.introduction}
    after = {"title": title, "introduction": introduction}
    if before == after:
        return
    section.title, section.introduction = title, introduction
    db.session.flush()
    audit.record("form.section_changed", section, event=_event(section), before=before, after=after)


def remove_section(section: QuestionSection) -> None:
    """Delete a section without questions. Raises `SectionNotEmpty`."""
    if db.session.scalar(sa.select(sa.exists().where(Question.section_id == section.id))):
        raise SectionNotEmpty
    audit.record("form.section_removed", section, event=_event(section), before={"title": section.title})
    db.session.delete(section)
    db.session.flush()


def move_section(section: QuestionSection, steps: int) -> None:
    """Move a section up (-1) or down (1); at the end it stays. Raises `RuleLooksAhead` for questions below it."""
    order = queries.sections_of(section.event_id)
    if _moved(order, section, steps):
        db.session.flush()
        check_form(_event(section))
        audit.record("form.section_moved", section, event=_event(section))


def _moved(order: list[Any], thing: Any, steps: int) -> bool:
    """Give `thing` its new place among `order`; positions become 0, 1, 2 …"""
    place = order.index(thing)
    wanted = min(max(place + steps, 0), len(order) - 1)
    if wanted == place:
        return False
    order.insert(wanted, order.pop(place))
    for position, one in enumerate(order):
        one.position = position
    return True


# -- questions


def add_question(section: QuestionSection, words: Words, *, asks: str = "attendee", internal: bool = False) -> Question:
    """A new question at the end of a section. Raises what `check_form` raises, and `FormFull`."""
    event = _event(section)
    number = db.session.scalar(sa.select(sa.func.count(Question.id)).where(Question.event_id == event.id)) or 0
    if number >= MOST_QUESTIONS:
        raise FormFull
    question = Question(
        event_id=event.id,
        section_id=section.id,
        asks=asks,
        internal=internal,
        position=_end_of(section),
    )
    db.session.add(question)
    db.session.flush()
    write_version(question, words, 1)
    check_form(event)
    audit.record("form.question_added", question, event=event, after={"label": words.label, "kind": words.kind})
    return question


def _end_of(section: QuestionSection) -> int:
    last = db.session.scalar(sa.select(sa.func.max(Question.position)).where(Question.section_id == section.id))
    return 0 if last is None else last + 1


def revise(
    question: Question,
    words: Words,
    *,
    asks: str | None = None,
    internal: bool | None = None,
    section: QuestionSection | None = None,
    version: int | None = None,
) -> QuestionVersion:
    """Change a question. Once it has been answered, a change of its words makes a new version; answers keep theirs.

    Raises `Stale` when it is no longer at `version`, `AlreadyAnswered`, and what `check_form` raises.
    """
    if version is not None and question.version != version:
        raise Stale
    event = _event(question)
    newest = queries.newest_version(question)
    held = words_of(newest)
    asks = question.asks if asks is None else asks
    internal = question.internal if internal is None else internal
    words = _settled(words)
    sensitive_now = (held.data_class == "sensitive") is not (words.data_class == "sensitive")
    if (asks != question.asks or sensitive_now) and is_answered(question):
        raise AlreadyAnswered
    same_place = section is None or section.id == question.section_id
    if held == words and (asks, internal) == (question.asks, question.internal) and same_place:
        return newest
    question.asks, question.internal = asks, internal
    if section is not None and not same_place:
        question.section_id, question.position = section.id, _end_of(section)
    version_made = newest
    if held != words:
        if _is_answered_under(newest):
            version_made = write_version(question, words, newest.number + 1)
        else:
            db.session.execute(sa.delete(Choice).where(Choice.version_id == newest.id))
            _fill(newest, words)
    flag_modified(question, "position")  # its version rises whatever was changed, so that every copy is read anew
    db.session.flush()
    check_form(event)
    audit.record(
        "form.question_changed",
        question,
        event=event,
        before={"label": held.label, "number": newest.number},
        after={"label": words.label, "number": version_made.number},
    )
    return version_made


def _is_answered_under(version: QuestionVersion) -> bool:
    given = (sa.select(sa.exists().where(table.version_id == version.id)) for table in (Answer, SensitiveAnswer))
    return any(db.session.scalar(statement) for statement in given)


def words_of(version: QuestionVersion) -> Words:
    """A version as it could be written again."""
    choices = db.session.scalars(
        sa.select(Choice).where(Choice.version_id == version.id).order_by(Choice.position, Choice.id)
    )
    return Words(
        kind=version.kind,
        label=version.label,
        help=version.help,
        required=version.required,
        rule=version.rule,
        settings=version.settings,
        purpose=version.purpose,
        data_class=version.data_class,
        retention_days=version.retention_days,
        choices=tuple((choice.key, choice.label) for choice in choices),
    )


def _settled(words: Words) -> Words:
    """The same words as they are stored: new choices with keys, settings that mean something, time kept in bounds."""
    choices: tuple[tuple[str, BilingualText], ...] = ()
    if words.kind in ("single_choice", "multiple_choice"):
        choices = tuple((key or new_public_id()[:8], label) for key, label in words.choices[:MOST_CHOICES])
    days = min(words.retention_days, SENSITIVE_DAYS) if words.data_class == "sensitive" else words.retention_days
    settings = {name: value for name, value in (words.settings or {}).items() if value not in (None, "")}
    return Words(
        words.kind,
        words.label,
        words.help,
        words.required,
        words.rule,
        settings,
        words.purpose,
        words.data_class,
        days,
        choices,
    )


def write_version(question: Question, words: Words, number: int) -> QuestionVersion:
    """A version of a question in these words."""
    version = QuestionVersion(
        event_id=question.event_id, question_id=question.id, number=number, created_at=clock.now()
    )
    _fill(version, _settled(words))
    return version


def _fill(version: QuestionVersion, words: Words) -> None:
    version.kind, version.label, version.help, version.required = words.kind, words.label, words.help, words.required
    version.rule, version.settings = (dict(words.rule) if words.rule else None), dict(words.settings or {})
    version.purpose, version.data_class, version.retention_days = words.purpose, words.data_class, words.retention_days
    db.session.add(version)
    db.session.flush()
    db.session.add_all(
        Choice(event_id=version.event_id, version_id=version.id, key=key, label=label, position=position)
        for position, (key, label) in enumerate(words.choices)
    )
    db.session.flush()


def retire(question: Question) -> None:
    """Ask it no longer; its answers stay. Raises `LookedAt` when another question's condition looks at it."""
    if question.retired_at is not None:
        return
    name = f"question:{question.public_id}"
    event = _event(question)
    others = queries.current_questions(event, internal=None)
    if any(name in conditions.facts_in(other.rule) for other in others):
        raise LookedAt
    question.retired_at = clock.now()
    db.session.flush()
    audit.record("form.question_retired", question, event=event)


def bring_back(question: Question) -> None:
    """Ask it again. Raises what `check_form` raises."""
    if question.retired_at is None:
        return
    question.retired_at = None
    db.session.flush()
    check_form(_event(question))
    audit.record("form.question_brought_back", question, event=_event(question))


def move(question: Question, steps: int) -> None:
    """Move a question up (-1) or down (1) past those that are asked; at the end of its section it goes on to the next.

    A retired one stays where it is. Raises `RuleLooksAhead` when a condition would look at a later question.
    """
    if question.retired_at is not None:
        return
    event = _event(question)
    order = list(
        db.session.scalars(
            sa.select(Question)
            .where(Question.section_id == question.section_id, Question.retired_at.is_(None))
            .order_by(Question.position, Question.id)
        )
    )
    if not _moved(order, question, steps) and not _moved_on(question, steps):
        return
    db.session.flush()
    check_form(event)
    audit.record("form.question_moved", question, event=event)


def _moved_on(question: Question, steps: int) -> bool:
    """Move to the end of the section before, or to the beginning of the next."""
    sections = queries.sections_of(question.event_id)
    place = next(i for i, section in enumerate(sections) if section.id == question.section_id) + (
        1 if steps > 0 else -1
    )
    if not 0 <= place < len(sections):
        return False
    section = sections[place]
    first = db.session.scalar(sa.select(sa.func.min(Question.position)).where(Question.section_id == section.id)) or 0
    question.position = first - 1 if steps > 0 else _end_of(section)
    question.section_id = section.id
    return True


# -- conditions


def known_to(question: QuestionShown, questions: Sequence[QuestionShown]) -> list[QuestionShown]:
    """The questions that the condition of `question` may look at: earlier ones that have been asked by then."""
    earlier = questions[: questions.index(question)] if question in questions else questions
    return [
        other
        for other in earlier
        if (other.asks == "buyer" or question.asks == "attendee") and (question.internal or not other.internal)
    ]


def check_form(event: Event) -> None:
    """See that every condition looks back only, and fits what it looks at; so no two questions wait for each other.

    Raises `conditions.RuleError` and the errors of this module, with the `question` that is wrong.
    """
    questions = [q for q in queries.shown_versions(event, newest=True) if not q.retired]
    for question in questions:
        try:
            _check(question, questions)
        except DomainError as error:
            error.details["question"] = question.public_id
            raise


def _check(question: QuestionShown, questions: Sequence[QuestionShown]) -> None:
    if question.sensitive and question.asks != "attendee":
        raise SensitiveBelongsToAttendees
    known = {other.fact: other for other in known_to(question, questions)}
    conditions.check(question.rule, {*BASE_FACTS, *known})
    for line in conditions.lines(question.rule):
        other = known.get(line["fact"])
        if other is not None and other.sensitive and not question.sensitive:
            raise DependsOnSensitive
        if not _fits(line, other):
            raise ConditionDoesNotFit


def _fits(line: Mapping[str, Any], other: QuestionShown | None) -> bool:
    word = next(word for word in line if word != "fact")
    if other is None:
        allowed = {"ticket": ("is", "in"), "audience": ("is", "in"), "today": ("is", "before", "after")}
        return word in allowed.get(line["fact"], ("is", "least", "most"))
    if word not in WORDS_OF_KIND[other.kind]:
        return False
    if other.kind in ("single_choice", "multiple_choice") and word != "answered":
        keys = {choice.key for choice in other.choices}
        wanted = line[word] if isinstance(line[word], list) else [line[word]]
        return all(one in keys for one in wanted)
    if other.kind == "yes_no" and word == "is":
        return isinstance(line[word], bool)
    return True


def _event(thing: Any) -> Event:
    event = db.session.get(Event, thing.event_id)
    assert event is not None  # rows in an event have one
    return event
