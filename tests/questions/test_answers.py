"""Answers: kept under their version, sensitive ones apart, gone in time."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import clock
from partnering.db import BilingualText, db, transaction
from partnering.events import services as events
from partnering.events.models import Event
from partnering.questions import building, invariants, queries, services, shown, uploads
from partnering.questions.building import Words
from partnering.questions.models import Answer, AnswerFile, AnswerSheet, Question, SensitiveAnswer
from partnering.questions.tasks import purge
from partnering.questions.uploads import Upload
from tests.factories.events import make_event
from tests.factories.questions import make_question, make_sheet
from tests.factories.questions import shown as asked
from tests.support.counting import statements

Freeze = Callable[[datetime], None]


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event without a form."""
    return make_event()


def save(sheet: AnswerSheet, questions: list, answers: dict, **more) -> None:
    """Save in a transaction of its own."""
    with transaction():
        services.save(db.session.get_one(AnswerSheet, sheet.id), questions, answers, **more)


def rows(table: type) -> int:
    """How many rows a table holds."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_every_kind_comes_back_as_it_was_given(event):
    given = {
        "short_text": "kurz",
        "long_text": "zwei\nZeilen",
        "single_choice": "b",
        "multiple_choice": ["a", "b"],
        "number": 0,
        "date": "2027-10-13",
        "country": "CZ",
        "phone": "+49 351 4040",
        "yes_no": False,
        "organisation": "Lumenfold GmbH",
    }
    questions = {kind: make_question(event, kind, kind) for kind in given}

    sheet = make_sheet(event, {questions[kind]: value for kind, value in given.items()})

    assert queries.answers_of(sheet) == {questions[kind].public_id: value for kind, value in given.items()}
    assert [(label, text) for label, text, _number in shown.lines(sheet)] == [
        ("short_text", "kurz"),
        ("long_text", "zwei\nZeilen"),
        ("single_choice", "Zweitens"),
        ("multiple_choice", "Erstens, Zweitens"),
        ("number", "0"),
        ("date", "13. Oktober 2027"),
        ("country", "Tschechien"),
        ("phone", "+49 351 4040"),
        ("yes_no", "Nein"),
        ("organisation", "Lumenfold GmbH"),
    ]


def test_an_answer_that_is_not_there_any_more_is_deleted_and_others_stay(event):
    first, second, third = (make_question(event, label=label) for label in "ABC")
    sheet = make_sheet(event, {first: "1", second: "2", third: "3"})

    save(sheet, [asked(event, first), asked(event, second)], {first.public_id: "eins"})

    assert queries.answers_of(sheet) == {first.public_id: "eins", third.public_id: "3"}


def test_sensitive_answers_lie_apart_and_show_nowhere_else(event):
    plain, apart = make_question(event, label="Offen"), make_question(event, label="Allergie", data_class="sensitive")

    sheet = make_sheet(event, {plain: "ja", apart: "Nüsse"})

    assert (rows(Answer), rows(SensitiveAnswer)) == (1, 1)
    assert queries.answers_of(sheet) == {plain.public_id: "ja"}
    assert queries.sensitive_answers_of(sheet) == {apart.public_id: "Nüsse"}
    assert [line[1] for line in shown.lines(sheet)] == ["ja"]
    assert [text for _q, text in shown.sensitive(event, [sheet.id])[sheet.id]] == ["Nüsse"]


def test_sensitive_answers_stay_until_thirty_days_after_the_event_and_drafts_for_one(event, freeze: Freeze):
    apart = make_question(event, data_class="sensitive", retention_days=30)
    now = clock.now()
    freeze(now)
    with transaction():
        sheet = services.new_sheet(event)
        services.save(sheet, [asked(event, apart)], {apart.public_id: "Nüsse"}, draft=True)
    day = clock.in_zone(now, event.zone).date()
    assert sheet.sensitive_answers[0].delete_after == day + timedelta(days=1)

    save(sheet, [], {})

    kept = db.session.get_one(AnswerSheet, sheet.id).sensitive_answers[0]
    assert kept.delete_after == event.last_day + timedelta(days=30)


def test_taking_back_consent_deletes_sensitive_answers_at_once(event):
    plain, apart = make_question(event), make_question(event, data_class="sensitive")
    sheet = make_sheet(event, {plain: "ja", apart: "Nüsse"})

    with transaction():
        services.withdraw_sensitive(db.session.get_one(AnswerSheet, sheet.id))

    assert (rows(Answer), rows(SensitiveAnswer)) == (1, 0)


def test_what_is_due_is_deleted_and_nothing_else(event, freeze: Freeze):
    short = make_question(event, label="kurz", retention_days=10)
    long = make_question(event, label="lang", retention_days=365)
    apart = make_question(event, label="Allergie", data_class="sensitive", retention_days=30)
    sheet = make_sheet(event, {short: "1", long: "2", apart: "3"})
    end = clock.from_zone(datetime.combine(event.last_day, datetime.min.time()), "UTC")
    kept = []
    for days in (10, 11, 30, 31, 365, 366):
        freeze(end + timedelta(days=days, hours=12))
        purge()
        kept.append(sorted([*queries.answers_of(sheet).values(), *queries.sensitive_answers_of(sheet).values()]))

    assert kept == [["1", "2", "3"], ["2", "3"], ["2", "3"], ["2"], ["2"], []]


def test_each_answer_goes_by_the_days_of_its_own_version(event, freeze: Freeze):
    question = make_question(event, retention_days=10)
    sheet = make_sheet(event, {question: "alt"})
    with transaction():
        held = db.session.get_one(Question, question.id)
        words = building.words_of(queries.newest_version(held))
        building.revise(held, Words(**{**words.__dict__, "retention_days": 300}))
    other = make_sheet(event, {question: "neu"})

    freeze(clock.from_zone(datetime.combine(event.last_day, datetime.min.time()), "UTC") + timedelta(days=20))
    purge()

    assert (queries.answers_of(sheet), queries.answers_of(other)) == ({}, {question.public_id: "neu"})


PDF = Upload("a.pdf", "application/pdf", b"%PDF-1.4")


def test_a_file_belongs_to_the_sheet_it_was_sent_in_with_and_a_new_one_replaces_it(event):
    question = make_question(event, "file", "Nachweis")
    with transaction():
        first, second = (uploads.keep(event, question.id, PDF).public_id for _n in range(2))
    sheet = make_sheet(event, {question: first})
    assert [file.sheet_id for file in db.session.scalars(sa.select(AnswerFile).order_by(AnswerFile.id))] == [
        sheet.id,
        None,
    ]

    save(sheet, [asked(event, question)], {question.public_id: second})

    assert [file.public_id for file in db.session.scalars(sa.select(AnswerFile))] == [second]
    assert [line[1] for line in shown.lines(sheet)] == ["a.pdf"]


def test_the_file_of_another_sheet_cannot_be_taken(event):
    question = make_question(event, "file", "Nachweis")
    with transaction():
        first = uploads.keep(event, question.id, PDF).public_id
    owner = make_sheet(event, {question: first})

    make_sheet(event, {question: first})

    assert db.session.scalars(sa.select(AnswerFile.sheet_id)).all() == [owner.id]


def test_files_nobody_sent_in_go_after_a_day_and_those_of_answers_with_them(event, freeze: Freeze):
    question = make_question(event, "file", "Nachweis", retention_days=5)
    with transaction():
        lost, kept = (uploads.keep(event, question.id, PDF).public_id for _n in range(2))
    sheet = make_sheet(event, {question: kept})
    freeze(clock.now() + timedelta(days=1, hours=1))
    purge()
    assert db.session.scalars(sa.select(AnswerFile.public_id)).all() == [kept] != [lost]

    freeze(clock.from_zone(datetime.combine(event.last_day, datetime.min.time()), "UTC") + timedelta(days=6))
    purge()

    assert (rows(AnswerFile), queries.answers_of(sheet)) == (0, {})


def test_files_that_wait_are_limited(event, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_UNSENT", 2)
    question = make_question(event, "file", "Nachweis")
    with transaction():
        for _n in range(2):
            uploads.keep(event, question.id, PDF)

    with pytest.raises(uploads.TooManyFiles), transaction():
        uploads.keep(event, question.id, PDF)


def test_answers_of_many_sheets_are_read_in_a_constant_number_of_questions(event):
    question = make_question(event, "single_choice")
    counts = []
    sheets: list[int] = []
    for _n in range(2):
        sheets += [make_sheet(event, {question: "a"}).id for _m in range(1 if not sheets else 9)]
        with statements() as asked_for:
            assert {len(lines) for lines in shown.lines_of(event, sheets).values()} == {1}
        counts.append(len(asked_for))

    assert counts[0] == counts[1]


def test_an_answer_is_shown_in_the_words_it_was_given_to(event):
    question = make_question(event, "single_choice", "Essen")
    sheet = make_sheet(event, {question: "a"})
    with transaction():
        held = db.session.get_one(Question, question.id)
        words = building.words_of(queries.newest_version(held))
        changed = {"label": BilingualText("Mahlzeit"), "choices": [("a", BilingualText("Drittens"))]}
        building.revise(held, Words(**{**words.__dict__, **changed}))

    assert shown.lines(sheet) == [("Essen", "Erstens", 1)]


def test_an_answer_in_the_wrong_table_or_under_another_question_is_noticed(event):
    plain, apart = make_question(event, label="A"), make_question(event, label="B", data_class="sensitive")
    make_sheet(event, {plain: "ja", apart: "Nüsse"})
    assert [*invariants.sensitive_apart(), *invariants.answers_match_versions()] == []
    version = asked(event, apart).version_id

    with transaction():
        db.session.execute(sa.update(Answer).values(version_id=version))

    assert len([*invariants.sensitive_apart()]) == 1
    assert len([*invariants.answers_match_versions()]) == 1


def test_files_of_sensitive_answers_go_with_them(event, freeze: Freeze):
    question = make_question(event, "file", "Attest", data_class="sensitive", retention_days=30)
    with transaction():
        public_ids = [uploads.keep(event, question.id, PDF).public_id for _n in range(2)]
    first, _second = [make_sheet(event, {question: public_id}) for public_id in public_ids]
    assert rows(AnswerFile) == 2

    with transaction():
        services.withdraw_sensitive(db.session.get_one(AnswerSheet, first.id))
    assert db.session.scalars(sa.select(AnswerFile.public_id)).all() == public_ids[1:]

    freeze(clock.from_zone(datetime.combine(event.last_day, datetime.min.time()), "UTC") + timedelta(days=31, hours=12))
    purge()
    assert (rows(AnswerFile), rows(SensitiveAnswer)) == (0, 0)


@pytest.mark.parametrize("shift", [40, -10])
def test_sensitive_answers_follow_an_event_that_moves(event, shift):
    """L06: thirty days after the event, not after the day it was planned for when somebody answered."""
    long = make_question(event, label="Allergie", data_class="sensitive", retention_days=30)
    short = make_question(event, label="Rampe", data_class="sensitive", retention_days=7)
    make_sheet(event, {long: "Nüsse", short: "ja"})
    unsent = make_sheet(event, {})
    with transaction():
        services.save(unsent, [asked(event, long)], {long.public_id: "Milch"}, draft=True)
    (typed,) = db.session.scalars(sa.select(SensitiveAnswer.delete_after).where(SensitiveAnswer.sheet_id == unsent.id))

    with transaction():
        events.edit(
            event,
            {
                "first_day": event.first_day + timedelta(days=shift),
                "last_day": event.last_day + timedelta(days=shift),
            },
        )

    db.session.expire_all()
    kept = {answer.value["value"]: answer.delete_after for answer in db.session.scalars(sa.select(SensitiveAnswer))}
    assert kept == {
        "Nüsse": event.last_day + timedelta(days=30),
        "ja": event.last_day + timedelta(days=7),
        "Milch": typed,
    }
