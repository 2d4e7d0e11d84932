"""What can be asked about the form of an event and the answers to it."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ..conditions import Rule
from ..db import BilingualText, db, writing
from ..events.models import Event
from ..organisations.models import Organisation
from ..text import fold
from .models import Answer, AnswerFile, AnswerSheet, Choice, Question, QuestionSection, QuestionVersion, SensitiveAnswer

MOST_FORMS = 64
"""How many forms a process remembers."""


@dataclass(frozen=True)
class ChoiceShown:
    """A choice as it stands in a version."""

    key: str
    label: BilingualText


@dataclass(frozen=True)
class QuestionShown:
    """A question in the words of one of its versions; plain values that outlive the transaction."""

    id: int
    public_id: str
    event_id: int
    section_id: str
    section_title: BilingualText
    section_introduction: BilingualText
    asks: str
    internal: bool
    retired: bool
    version_id: int
    number: int
    kind: str
    label: BilingualText
    help: BilingualText
    required: bool
    rule: Rule
    settings: Mapping[str, Any]
    purpose: BilingualText
    data_class: str
    retention_days: int
    choices: tuple[ChoiceShown, ...]

    @property
    def fact(self) -> str:
        """The name under which conditions know its answer."""
        return f"question:{self.public_id}"

    @property
    def sensitive(self) -> bool:
        """Whether its answers live apart."""
        return self.data_class == "sensitive"


@dataclass(frozen=True)
class SectionShown:
    """A heading with its questions, retired ones left out."""

    public_id: str
    title: BilingualText
    introduction: BilingualText
    version: int
    questions: tuple[QuestionShown, ...]


_forms: dict[str, tuple[object, list[SectionShown]]] = {}
"""Forms by their event's public id, each with the marks of the rows it was made from."""

_forms_lock = threading.Lock()


def form_of(event: Event) -> list[SectionShown]:
    """The event's form in the words in force: one query while nothing has changed, else three."""
    marks = _marks(event)
    kept = _forms.get(event.public_id)
    if kept is not None and kept[0] == marks:
        return kept[1]
    form = _read(event)
    if not writing():  # what may yet be undone is not remembered
        with _forms_lock:
            _forms.pop(event.public_id, None)
            _forms[event.public_id] = (marks, form)
            while len(_forms) > MOST_FORMS:
                del _forms[next(iter(_forms))]
    return form


def _marks(event: Event) -> object:
    """Public id and version of every section and question: any change of the form changes them."""
    return [
        tuple(row)
        for row in db.session.execute(
            sa.union_all(
                sa.select(QuestionSection.public_id, QuestionSection.version).where(
                    QuestionSection.event_id == event.id
                ),
                sa.select(Question.public_id, Question.version).where(Question.event_id == event.id),
            ).order_by(sa.text("1"))
        )
    ]


def _read(event: Event) -> list[SectionShown]:
    sections = sections_of(event.id)
    questions = shown_versions(event, newest=True)
    return [
        SectionShown(
            section.public_id,
            section.title,
            section.introduction,
            section.version,
            tuple(q for q in questions if q.section_id == section.public_id and not q.retired),
        )
        for section in sections
    ]


def sections_of(event_id: int) -> list[QuestionSection]:
    """The sections of an event's form, in their order."""
    return list(
        db.session.scalars(
            sa.select(QuestionSection)
            .where(QuestionSection.event_id == event_id)
            .order_by(QuestionSection.position, QuestionSection.id)
        )
    )


def shown_versions(event: Event, *, newest: bool = False, ids: Iterable[int] | None = None) -> list[QuestionShown]:
    """Versions of the event's questions in form order, retired ones too: all, the `newest` ones, or those `ids`."""
    statement = (
        sa.select(Question, QuestionVersion, QuestionSection)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .join(QuestionSection, QuestionSection.id == Question.section_id)
        .where(Question.event_id == event.id)
        .order_by(QuestionSection.position, QuestionSection.id, Question.position, Question.id, QuestionVersion.number)
    )
    choices_of = sa.select(Choice).where(Choice.event_id == event.id).order_by(Choice.version_id, Choice.position)
    if newest:
        last = _last_versions(event)
        statement = statement.where(QuestionVersion.id.in_(last))
        choices_of = choices_of.where(Choice.version_id.in_(last))
    if ids is not None:
        wanted = sorted(set(ids))
        statement = statement.where(QuestionVersion.id.in_(wanted))
        choices_of = choices_of.where(Choice.version_id.in_(wanted))
    choices: dict[int, list[ChoiceShown]] = {}
    for choice in db.session.scalars(choices_of):
        choices.setdefault(choice.version_id, []).append(ChoiceShown(choice.key, choice.label))
    return [
        _shown(question, version, section, choices.get(version.id, []))
        for question, version, section in db.session.execute(statement).all()
    ]


def _last_versions(event: Event) -> Any:
    later = sa.orm.aliased(QuestionVersion)
    return sa.select(QuestionVersion.id).where(
        QuestionVersion.event_id == event.id,
        ~sa.exists().where(later.question_id == QuestionVersion.question_id, later.number > QuestionVersion.number),
    )


def _shown(
    question: Question, version: QuestionVersion, section: QuestionSection, choices: Sequence[ChoiceShown]
) -> QuestionShown:
    return QuestionShown(
        id=question.id,
        public_id=question.public_id,
        event_id=question.event_id,
        section_id=section.public_id,
        section_title=section.title,
        section_introduction=section.introduction,
        asks=question.asks,
        internal=question.internal,
        retired=question.retired_at is not None,
        version_id=version.id,
        number=version.number,
        kind=version.kind,
        label=version.label,
        help=version.help,
        required=version.required,
        rule=version.rule,
        settings=version.settings,
        purpose=version.purpose,
        data_class=version.data_class,
        retention_days=version.retention_days,
        choices=tuple(choices),
    )


def current_questions(event: Event, asks: str | None = None, *, internal: bool | None = False) -> list[QuestionShown]:
    """Questions in force in form order: those that ask "buyer" or "attendee" (None: both).

    `internal=True` gives only those that organisers answer, None all.
    """
    return [
        question
        for section in form_of(event)
        for question in section.questions
        if asks in (None, question.asks) and internal in (None, question.internal)
    ]


def question_at(event: Event, public_id: str) -> Question | None:
    """The question of this event."""
    return db.session.scalars(
        sa.select(Question).where(Question.event_id == event.id, Question.public_id == public_id)
    ).one_or_none()


def section_at(event: Event, public_id: str) -> QuestionSection | None:
    """The section of this event."""
    return db.session.scalars(
        sa.select(QuestionSection).where(QuestionSection.event_id == event.id, QuestionSection.public_id == public_id)
    ).one_or_none()


def newest_version(question: Question) -> QuestionVersion:
    """The version in force."""
    return db.session.scalars(
        sa.select(QuestionVersion)
        .where(QuestionVersion.question_id == question.id)
        .order_by(QuestionVersion.number.desc())
        .limit(1)
    ).one()


def answers_of(sheet: AnswerSheet | None) -> dict[str, Any]:
    """The plain answers on a sheet by the question's public id; sensitive ones are not among them."""
    return {} if sheet is None else _values(Answer, sheet)


def sensitive_answers_of(sheet: AnswerSheet | None) -> dict[str, Any]:
    """The sensitive answers on a sheet: for the person themself and for those who cater for them, nobody else."""
    return {} if sheet is None else _values(SensitiveAnswer, sheet)


def _values(table: type[Answer] | type[SensitiveAnswer], sheet: AnswerSheet) -> dict[str, Any]:
    rows = db.session.execute(
        sa.select(Question.public_id, table.value)
        .join(Question, Question.id == table.question_id)
        .where(table.sheet_id == sheet.id)
        .order_by(table.question_id)
    )
    return {public_id: value["value"] for public_id, value in rows}


def answer_counts(event: Event) -> dict[int, int]:
    """How many answers each version has, plain or sensitive, by the version's id."""
    counts: dict[int, int] = {}
    for table in (Answer, SensitiveAnswer):
        rows = db.session.execute(
            sa.select(table.version_id, sa.func.count()).where(table.event_id == event.id).group_by(table.version_id)
        )
        for version_id, number in rows:
            counts[version_id] = counts.get(version_id, 0) + number
    return counts


def file_at(event: Event, public_id: str) -> AnswerFile | None:
    """A file given as an answer."""
    return db.session.scalars(
        sa.select(AnswerFile).where(AnswerFile.event_id == event.id, AnswerFile.public_id == public_id)
    ).one_or_none()


def file_names(event: Event, public_ids: Iterable[str]) -> dict[str, str]:
    """The names of files by their public ids."""
    wanted = sorted(set(public_ids))
    if not wanted:
        return {}
    rows = db.session.execute(
        sa.select(AnswerFile.public_id, AnswerFile.name).where(
            AnswerFile.event_id == event.id, AnswerFile.public_id.in_(wanted)
        )
    ).all()
    return {row.public_id: row.name for row in rows}


def public_organisations(event: Event, most: int = 500) -> list[str]:
    """Names of the host's organisations that are shown publicly, in alphabetical order."""
    names = db.session.scalars(
        sa.select(Organisation.name)
        .where(Organisation.host_id == event.host_id, Organisation.public_at.is_not(None))
        .order_by(Organisation.folded_name, Organisation.id)
        .limit(most)
    )
    return sorted(names, key=fold)
