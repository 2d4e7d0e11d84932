"""What people fill in: bounds of each kind, conditions, consent, what comes up late, what is kept."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, render_template_string

from partnering.db import BilingualText
from partnering.events.models import Event
from partnering.i18n import speaking
from partnering.questions import answering, queries
from partnering.questions.forms import AnswerForm, Offer
from partnering.questions.models import Question
from tests.factories.events import make_event
from tests.factories.questions import make_question, shown


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event without a form."""
    return make_event()


@pytest.fixture
def send(ctx: Flask, event: Event) -> Any:
    """A function that sends answers and gives back the form that took them."""

    def post(answers: Mapping[Any, Any], *, facts: Mapping[str, Any] | None = None, **options: Any) -> AnswerForm:
        data = {
            (f"x-q_{name.public_id}" if isinstance(name, Question) else f"x-{name}"): value
            for name, value in answers.items()
        }
        with ctx.test_request_context("/?lang=en", method="POST", data=data):
            form = AnswerForm.build(
                queries.current_questions(event, internal=None), facts or {}, "x", options.pop("kept", {}), **options
            )
            form.good = form.validate_on_submit()
            return form

    return post


def sentences(form: AnswerForm, question: Question) -> list[str]:
    """What is wrong with the answer to a question."""
    return [str(error) for error in form[f"q_{question.public_id}"].errors]


@pytest.mark.parametrize("text", ["", "-1", "٣", "３", "1_0", "1.5", "1e1", "+1", "x", "9" * 12, "11", "2"])
def test_a_number_is_ascii_digits_within_its_bounds(event, send, text):
    question = make_question(event, "number", required=True, settings={"least": 3, "most": 10})

    assert send({question: text}).good is False


@pytest.mark.parametrize(("kind", "most"), [("short_text", 300), ("long_text", 4000), ("organisation", 300)])
def test_a_text_is_as_long_as_it_may_be_and_no_longer(event, send, kind, most):
    question = make_question(event, kind)

    assert send({question: "ä" * most}).kept() == {question.public_id: "ä" * most}
    assert sentences(send({question: "ä" * (most + 1)}), question) == [f"At most {most} characters, please."]


@pytest.mark.parametrize(
    ("kind", "settings", "good", "bad"),
    [
        ("short_text", {"most": 5}, "abcde", "abcdef"),
        ("number", {"least": 3, "most": 10}, "3", "2"),
        ("number", {"least": 3, "most": 10}, "10", "11"),
        ("number", {}, "999999999", "1000000000"),
        ("date", {"least": "2027-10-13", "most": "2027-10-14"}, "2027-10-13", "2027-10-12"),
        ("date", {"least": "2027-10-13", "most": "2027-10-14"}, "2027-10-14", "2027-10-15"),
        ("date", {}, "2100-12-31", "2101-01-01"),
        ("multiple_choice", {"least": 2}, ["a", "b"], ["a"]),
        ("multiple_choice", {"most": 1}, ["a"], ["a", "b"]),
        ("single_choice", {}, "a", "c"),
        ("multiple_choice", {}, ["b"], ["b", "c"]),
        ("country", {}, "CZ", "XX"),
        ("yes_no", {}, "no", "maybe"),
        ("phone", {}, "+49 (351) 4040-1", "0351/٤٠٤٠"),
        ("phone", {}, "12345", "1234"),
        ("phone", {}, "1" * 39, "1" * 40),
    ],
)
def test_each_kind_takes_what_is_at_its_limit_and_not_what_is_above(event, send, kind, settings, good, bad):
    question = make_question(event, kind, settings=settings)

    assert send({question: good}).good is True
    assert send({question: bad}).good is False
    assert sentences(send({question: bad}), question) != []


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("short_text", "Answer this question"),
        ("single_choice", "Choose an answer"),
        ("multiple_choice", "Choose at least one answer"),
        ("number", "Enter a whole number"),
        ("date", "Enter the date"),
        ("country", "Choose the country"),
        ("phone", "Enter the phone number"),
        ("file", "Choose a file"),
        ("yes_no", "Choose yes or no"),
        ("organisation", "Enter the organisation"),
    ],
)
def test_what_must_be_answered_says_so_and_what_need_not_does_not(event, send, kind, sentence):
    required, optional = make_question(event, kind, required=True), make_question(event, kind)

    form = send({})

    assert (sentences(form, required), sentences(form, optional)) == ([sentence], [])


def test_no_is_an_answer_and_zero_is_one(event, send):
    no, zero = make_question(event, "yes_no", required=True), make_question(event, "number", required=True)

    assert send({no: "no", zero: "0"}).kept() == {no.public_id: False, zero.public_id: 0}


def test_a_hidden_question_is_neither_asked_nor_stored(event, send):
    first = make_question(event, "yes_no", "Essen")
    second = make_question(
        event, "number", "Wie oft", required=True, rule={"fact": f"question:{first.public_id}", "is": True}
    )

    form = send({first: "no", second: "not a number"})

    assert (form.good, form.errors, form.kept()) == (True, {}, {first.public_id: False})


def test_the_answer_to_a_hidden_question_shows_no_other(event, send):
    first = make_question(event, "yes_no")
    second = make_question(event, "yes_no", rule={"fact": f"question:{first.public_id}", "is": True})
    make_question(event, rule={"fact": f"question:{second.public_id}", "is": True}, required=True)

    assert send({first: "no", second: "yes"}).kept() == {first.public_id: False}


@pytest.mark.parametrize(
    ("rule", "facts"),
    [
        ({"fact": "ticket", "in": ["abc"]}, {"ticket": "abc"}),
        ({"fact": "audience", "is": "student"}, {"audience": "student"}),
        ({"fact": "today", "before": "2027-10-13"}, {"today": "2027-10-12"}),
        ({"fact": "places", "least": 3}, {"places": 3}),
    ],
)
def test_questions_depend_on_ticket_audience_day_and_places(event, send, rule, facts):
    question = make_question(event, rule=rule)

    assert send({question: "ja"}, facts=facts).kept() == {question.public_id: "ja"}
    assert send({question: "ja"}).kept() == {}


def test_what_comes_up_late_is_shown_once_before_it_is_passed_over(event, send):
    first = make_question(event, "yes_no")
    second = make_question(event, rule={"fact": f"question:{first.public_id}", "is": True})

    late = send({first: "yes", "seen": first.public_id})
    again = send({first: "yes", "seen": " ".join(late.shown)})

    assert (late.good, sentences(late, second)) == (False, ["This question has come up because of your answers"])
    assert (again.good, again.kept()) == (True, {first.public_id: True})


def test_sensitive_answers_need_consent_of_their_own(event, send):
    plain, apart = make_question(event), make_question(event, data_class="sensitive")
    answers: dict[Any, Any] = {plain: "ja", apart: "Nüsse"}

    without, given = send(answers), send(answers | {"agreed": "y"})

    assert [str(error) for error in without["agreed"].errors] == [
        "Tick the box so that we may keep these answers, or leave the questions empty"
    ]
    assert (without.good, without.kept(sensitive=True)) == (False, {})
    assert (given.good, given.kept(), given.kept(sensitive=True)) == (
        True,
        {plain.public_id: "ja"},
        {apart.public_id: "Nüsse"},
    )
    assert send({plain: "ja"}).good is True


def test_the_box_of_consent_is_empty_until_somebody_has_ticked_it(event, ctx):
    apart = make_question(event, data_class="sensitive")

    with ctx.test_request_context("/"):
        asked = queries.current_questions(event)
        assert AnswerForm.build(asked, {}, formdata=None)["agreed"].data is False
        assert AnswerForm.build(asked, {}, "", {apart.public_id: "Nüsse"}, formdata=None)["agreed"].data is True


def test_unticking_the_box_takes_consent_back(event, send):
    apart = make_question(event, data_class="sensitive")

    form = send({apart: "Nüsse"}, kept={apart.public_id: "Nüsse"})

    assert (form.good, form.withdrawn, form.kept(sensitive=True)) == (True, True, {})


def test_sensitive_questions_ask_people_themselves_only(event, ctx):
    make_question(event, data_class="sensitive")

    with ctx.test_request_context("/"):
        form = AnswerForm.build(queries.current_questions(event), {}, own=False, formdata=None)

    assert (form.questions, "agreed" in form) == ((), False)


def test_what_is_sold_out_cannot_be_chosen_but_kept(event, send):
    question = make_question(event, "multiple_choice")
    offers = {(question.public_id, "a"): Offer("+ 45 €", 0)}

    assert sentences(send({question: ["a"]}, offers=offers), question) == ["“Erstens” is no longer available"]
    assert send({question: ["a"]}, offers=offers, kept={question.public_id: ["a"]}).kept() == {
        question.public_id: ["a"]
    }


PDF = b"%PDF-1.4\n%%EOF\n"


def test_a_file_is_kept_over_the_steps_and_taken_back_with_a_tick(event, send):
    question = make_question(event, "file", "Nachweis")
    kept = {question.public_id: "abc"}

    assert send({}, kept=kept).kept() == kept
    assert send({f"drop_{question.public_id}": "y"}, kept=kept).kept() == {}
    new = send({question: (BytesIO(PDF), "neu.pdf")}, kept=kept)
    assert [(asked.public_id, upload.name) for asked, upload in new.uploads()] == [(question.public_id, "neu.pdf")]


def test_a_text_in_the_place_of_a_file_is_none(event, send):
    question = make_question(event, "file", "Nachweis", required=True)

    assert sentences(send({question: "nachweis.pdf"}), question) == ["Choose a file"]


def test_the_page_is_told_what_is_asked_and_a_chosen_file_counts(event, ctx):
    first = make_question(event, "file")
    make_question(event, rule={"fact": f"question:{first.public_id}", "answered": True})
    name = f"x-q_{first.public_id}"
    told = []
    for data in ({}, {f"{name}-chosen": "1"}):
        with ctx.test_request_context("/", method="POST", data=data):
            form = AnswerForm.build(queries.current_questions(event), {}, "x", {})
            told.append(len(answering.shown_now([form]).get_json()["shown"]))

    assert told == [1, 2]


MACRO = '{% from "questions/macros.html" import questions with context %}{{ questions(form) }}'


def test_labels_help_and_purpose_are_text(event, ctx):
    evil = "<script>alert(1)</script>"
    both = BilingualText(evil, evil)
    make_question(event, "single_choice", evil, help=both, purpose=both, choices={"a": evil})
    make_question(event, "short_text", evil, help=both)

    with ctx.test_request_context("/"):
        form = AnswerForm.build(queries.current_questions(event), {}, organisations=[evil], formdata=None)
        page = render_template_string(MACRO, form=form)

    assert page.count("<script") == 0
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 6


def test_hidden_questions_are_on_the_page_for_the_script_and_out_of_sight(event, ctx):
    first = make_question(event, "yes_no")
    second = make_question(event, rule={"fact": f"question:{first.public_id}", "is": True})

    with ctx.test_request_context("/"):
        form = AnswerForm.build(queries.current_questions(event), {}, "x", formdata=None)
        page = render_template_string(MACRO, form=form)

    assert f'data-question="x-q_{second.public_id}" hidden' in page
    assert f'data-question="x-q_{first.public_id}">' in page
    assert f'name="x-seen" value="{first.public_id}"' in page


def test_questions_speak_the_language_of_the_page(event, ctx):
    question = make_question(event, label="Frage")

    labels = []
    for language in ("de", "en"):
        with ctx.test_request_context("/"), speaking(language):
            form = AnswerForm.build([shown(event, question)], {}, formdata=None)
            labels.append(form[f"q_{question.public_id}"].label.text)

    assert labels == ["Frage", "Frage (en)"]
