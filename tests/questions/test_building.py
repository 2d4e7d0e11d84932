"""Building a form: versions, order, conditions that look back only, retiring, copying."""

import pytest
from flask import Flask

from partnering.conditions import RuleError, RuleLooksAhead
from partnering.db import BilingualText, db, transaction
from partnering.errors import Stale
from partnering.events.models import Event
from partnering.questions import building, copying, queries
from partnering.questions.building import Words
from partnering.questions.models import Question, QuestionSection, QuestionVersion
from tests.factories.events import make_event
from tests.factories.questions import make_question, make_section, make_sheet, shown
from tests.support.counting import statements


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event without a form."""
    return make_event()


def fresh(question: Question) -> Question:
    """The question in the running transaction."""
    return db.session.get_one(Question, question.id)


def words(question: Question, **changes) -> Words:
    """The words in force, changed."""
    held = building.words_of(queries.newest_version(fresh(question)))
    return Words(**{**held.__dict__, **changes})


def asked(event: Event) -> list[str]:
    """What is asked, in order."""
    return [question.label.de for question in queries.current_questions(event, internal=None)]


def test_a_change_before_any_answer_changes_the_version_that_is_there(event):
    question = make_question(event, "single_choice", "Essen")

    with transaction():
        version = building.revise(fresh(question), words(question, label=BilingualText("Mahlzeit", "Meal")))
        number = version.number

    assert number == 1
    assert asked(event) == ["Mahlzeit"]
    assert [choice.key for choice in shown(event, question).choices] == ["a", "b"]


def test_a_change_after_an_answer_makes_a_new_version_and_answers_keep_theirs(event):
    question = make_question(event, "single_choice", "Essen")
    sheet = make_sheet(event, {question: "a"})

    with transaction():
        version = building.revise(fresh(question), words(question, choices=[("b", BilingualText("Fisch", "Fish"))]))
        number = version.number

    assert number == 2
    assert [choice.label.de for choice in shown(event, question).choices] == ["Fisch"]
    under = db.session.get_one(type(sheet), sheet.id).answers[0].version
    assert (under.number, [choice.label.de for choice in under.choices]) == (1, ["Erstens", "Zweitens"])


def test_saving_the_same_words_changes_nothing(event):
    question = make_question(event, "single_choice", "Essen")
    make_sheet(event, {question: "a"})
    before = fresh(question).version

    with transaction():
        number = building.revise(fresh(question), words(question)).number

    assert (number, fresh(question).version) == (1, before)


def test_a_stale_page_changes_nothing(event):
    question = make_question(event)

    with pytest.raises(Stale), transaction():
        building.revise(fresh(question), words(question, required=True), version=question.version + 1)

    assert shown(event, question).required is False


def test_whom_an_answered_question_asks_stays_and_so_does_its_class(event):
    question = make_question(event)
    make_sheet(event, {question: "ja"})

    with pytest.raises(building.AlreadyAnswered), transaction():
        building.revise(fresh(question), words(question), asks="buyer")
    with pytest.raises(building.AlreadyAnswered), transaction():
        building.revise(fresh(question), words(question, data_class="sensitive"))


def test_a_condition_looks_back_only(event):
    first, second = make_question(event, "yes_no", "Erste"), make_question(event, "yes_no", "Zweite")
    later = {"fact": f"question:{second.public_id}", "is": True}

    with pytest.raises(RuleLooksAhead), transaction():
        building.revise(fresh(first), words(first, rule=later))
    with pytest.raises(RuleLooksAhead), transaction():
        building.revise(fresh(second), words(second, rule=later))


def test_a_question_that_others_look_at_is_not_moved_behind_them_nor_taken_away(event):
    first = make_question(event, "yes_no", "Erste")
    second = make_question(event, "yes_no", "Zweite", rule={"fact": f"question:{first.public_id}", "is": True})

    with pytest.raises(RuleLooksAhead), transaction():
        building.move(fresh(first), 1)
    with pytest.raises(RuleLooksAhead), transaction():
        building.move(fresh(second), -1)
    with pytest.raises(building.LookedAt), transaction():
        building.retire(fresh(first))
    assert asked(event) == ["Erste", "Zweite"]


@pytest.mark.parametrize(
    "line",
    [
        {"has": "a"},
        {"is": "c"},
        {"in": ["a", "c"]},
        {"least": 1},
        {"before": "2027-10-13"},
    ],
)
def test_a_condition_fits_what_it_looks_at(event, line):
    first = make_question(event, "single_choice", "Erste")

    with pytest.raises(building.ConditionDoesNotFit):
        make_question(event, rule={"fact": f"question:{first.public_id}", **line})


def test_a_choice_that_a_condition_names_stays(event):
    first = make_question(event, "single_choice", "Erste")
    make_question(event, rule={"fact": f"question:{first.public_id}", "is": "a"})

    with pytest.raises(building.ConditionDoesNotFit), transaction():
        building.revise(fresh(first), words(first, choices=[("b", BilingualText("B")), ("", BilingualText("C"))]))


def test_buyers_are_not_asked_under_conditions_that_guests_decide(event):
    guest = make_question(event, "yes_no", "Gast")

    with pytest.raises(RuleLooksAhead):
        make_question(event, asks="buyer", rule={"fact": f"question:{guest.public_id}", "is": True})


def test_guests_are_not_asked_under_conditions_that_organisers_decide(event):
    internal = make_question(event, "yes_no", "Intern", internal=True)

    with pytest.raises(RuleLooksAhead):
        make_question(event, rule={"fact": f"question:{internal.public_id}", "is": True})


def test_what_depends_on_a_sensitive_answer_is_sensitive(event):
    health = make_question(event, "yes_no", "Allergie", data_class="sensitive")
    rule = {"fact": f"question:{health.public_id}", "is": True}

    with pytest.raises(building.DependsOnSensitive):
        make_question(event, label="Welche", rule=rule)
    make_question(event, label="Welche", rule=rule, data_class="sensitive")

    assert asked(event) == ["Allergie", "Welche"]


def test_sensitive_questions_ask_guests_and_are_kept_thirty_days(event):
    with pytest.raises(building.SensitiveBelongsToAttendees):
        make_question(event, data_class="sensitive", asks="buyer")

    question = make_question(event, data_class="sensitive", retention_days=90)

    assert shown(event, question).retention_days == 30


def test_a_broken_rule_is_not_stored(event):
    with pytest.raises(RuleError):
        make_question(event, rule={"all": []})

    assert asked(event) == []


def test_questions_move_up_and_down_and_on_to_the_next_section(event):
    for label in ("A", "B"):
        make_question(event, label=label)
    other = make_section(event, "Weiteres")
    third = make_question(event, label="C", section=other)

    with transaction():
        building.move(fresh(third), -1)
    assert [[q.label.de for q in section.questions] for section in queries.form_of(event)] == [["A", "B", "C"], []]
    for _n in range(2):
        with transaction():
            building.move(fresh(third), -1)
    assert asked(event) == ["C", "A", "B"]
    with transaction():
        building.move(fresh(third), -1)
    for _n in range(3):
        with transaction():
            building.move(fresh(third), 1)
    assert [[q.label.de for q in section.questions] for section in queries.form_of(event)] == [["A", "B"], ["C"]]


def test_a_question_that_was_retired_meanwhile_does_not_move(event):
    first, second = make_question(event, label="A"), make_question(event, label="B")
    with transaction():
        building.retire(fresh(second))

    with transaction():
        building.move(fresh(second), -1)
    with transaction():
        building.bring_back(fresh(second))

    assert asked(event) == ["A", "B"]
    assert fresh(first).position == 0


def test_sections_move_with_their_questions(event):
    make_question(event, label="A")
    other = make_section(event, "Weiteres")
    make_question(event, label="B", section=other)

    with transaction():
        building.move_section(db.session.get_one(QuestionSection, other.id), -1)

    assert asked(event) == ["B", "A"]


def test_only_an_empty_section_is_removed(event):
    section = make_section(event)
    question = make_question(event, section=section)
    with transaction():
        building.retire(fresh(question))

    with pytest.raises(building.SectionNotEmpty), transaction():
        building.remove_section(db.session.get_one(QuestionSection, section.id))
    empty = make_section(event, "Leer")
    with transaction():
        building.remove_section(db.session.get_one(QuestionSection, empty.id))

    assert [s.title.de for s in queries.form_of(event)] == ["Angaben"]


def test_a_retired_question_is_not_asked_until_it_is_brought_back(event):
    question = make_question(event, label="A")
    sheet = make_sheet(event, {question: "ja"})

    with transaction():
        building.retire(fresh(question))
    assert asked(event) == []
    assert queries.answers_of(sheet) == {question.public_id: "ja"}

    with transaction():
        building.bring_back(fresh(question))
    assert asked(event) == ["A"]


def test_a_copied_form_asks_the_same_under_names_of_its_own(event):
    first = make_question(event, "single_choice", "Essen", required=True)
    rule = {"all": [{"fact": f"question:{first.public_id}", "in": ["a"]}, {"fact": "ticket", "in": ["old", "else"]}]}
    make_question(event, "number", "Wie oft", rule=rule, settings={"least": 1})
    gone = make_question(event, label="Fax")
    with transaction():
        building.retire(fresh(gone))
    target = make_event()

    with transaction():
        copying.clone_form(db.session.get_one(Event, event.id), db.session.get_one(Event, target.id), {"old": "new"})
    with transaction():  # a second time does nothing
        copying.clone_form(db.session.get_one(Event, event.id), db.session.get_one(Event, target.id))

    copies = queries.current_questions(target)
    assert [(q.label.de, q.kind, q.required, q.number) for q in copies] == [
        ("Essen", "single_choice", True, 1),
        ("Wie oft", "number", False, 1),
    ]
    assert copies[1].rule == {"all": [{"fact": copies[0].fact, "in": ["a"]}, {"fact": "ticket", "in": ["new", "else"]}]}
    assert copies[0].public_id != first.public_id
    with transaction():
        building.check_form(db.session.get_one(Event, target.id))


def test_the_form_is_read_in_one_question_once_it_is_known_and_in_four_at_first(event):
    for number in range(2):
        make_question(event, "single_choice", f"F{number}")
    with transaction():
        assert len(queries.current_questions(event)) == 2  # what may be undone is not remembered

    assert event.id  # read again after the transaction, before questions are counted
    with statements() as few:
        queries.form_of(event)
    with statements() as again:
        queries.form_of(event)
    for number in range(20):
        make_question(event, "single_choice", f"G{number}")
    assert event.id
    with statements() as many:
        queries.form_of(event)

    assert (len(few), len(again), len(many)) == (4, 1, 4)


def test_a_form_that_was_undone_is_not_remembered(event):
    question = make_question(event, label="A")
    queries.form_of(event)

    seen = []

    def change_and_fail() -> None:
        with transaction():
            building.revise(fresh(question), words(question, label=BilingualText("B", "B")))
            seen.extend(asked(event))
            raise Stale

    with pytest.raises(Stale):
        change_and_fail()
    assert [*seen, *asked(event)] == ["B", "A"]
    with transaction():
        building.revise(fresh(question), words(question, label=BilingualText("C", "C")))

    assert asked(event) == ["C"]


def test_versions_are_numbered_without_gaps(event):
    question = make_question(event)
    for number in range(3):
        make_sheet(event, {question: "x"})
        with transaction():
            building.revise(fresh(question), words(question, label=BilingualText(f"Neu {number}", "New")))

    numbers = db.session.scalars(
        db.select(QuestionVersion.number).filter_by(question_id=question.id).order_by(QuestionVersion.number)
    ).all()
    assert list(numbers) == [1, 2, 3, 4]
