"""The form as organisers build it in the browser: kinds, prices, conditions line by line, order, preview."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.backoffice import question_prices
from partnering.backoffice.question_forms import KINDS
from partnering.db import db
from partnering.events.models import Event
from partnering.questions import queries
from partnering.questions.models import AnswerSheet, Question
from partnering.questions.queries import QuestionShown
from partnering.registration.models import ChoiceProduct
from partnering.tickets.models import Pool, Product
from tests.factories import make_product
from tests.factories.questions import make_question, make_section, make_sheet

from .desk import counted, form_of, open_desk


@pytest.fixture
def event(ctx: Flask, client: FlaskClient) -> Event:
    """An event whose organiser is signed in and reads English."""
    event = open_desk(client)
    client.get(f"/manage/{event.slug}/tickets?lang=en")  # below a test's context, the first request's language stays
    return event


def at(event: Event, path: str = "") -> str:
    """An address of the builder."""
    return f"/manage/{event.slug}/forms{path}"


def asked(event: Event) -> list[QuestionShown]:
    """What is asked now."""
    db.session.expire_all()
    return queries.current_questions(event, internal=None)


def send(client: FlaskClient, event: Event, path: str, **answers: Any) -> int:
    """Send the form of a page with these answers changed; the status it answers."""
    sent = form_of(client, at(event, path.partition("?")[0])) if "?" not in path else _of_new(client, event, path)
    return client.post(at(event, path), data={**sent, **answers}).status_code


def _of_new(client: FlaskClient, event: Event, path: str) -> dict[str, Any]:
    page = client.get(at(event, path)).text
    once = re.search(r'name="once"[^>]*value="([^"]+)"', page)
    assert once is not None
    section = queries.form_of(event)[-1].public_id
    return {"once": once[1], "section": section, "asks": "attendee", "data_class": "plain", "mode": "all"}


WORDS = {"label_de": "Frage", "label_en": "Question", "purpose_de": "Planung", "retention_days": "90", "vat": "19"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_made_in_the_browser(event, client, kind):
    make_section(event)
    choices = {"choices-0-label_de": "Eins", "choices-1-label_de": "Zwei"} if "choice" in kind else {}

    assert send(client, event, f"/questions/new?kind={kind}", **WORDS, **choices) == 302

    made = asked(event)
    assert [(q.kind, q.label.en, q.purpose.de, q.retention_days) for q in made] == [(kind, "Question", "Planung", 90)]
    assert [choice.label.de for choice in made[0].choices] == (["Eins", "Zwei"] if choices else [])


def test_a_double_click_makes_one_question(event, client):
    make_section(event)
    sent = {**_of_new(client, event, "/questions/new?kind=short_text"), **WORDS}

    answers = [client.post(at(event, "/questions/new?kind=short_text"), data=sent).status_code for _n in range(2)]

    assert answers == [302, 302]
    assert len(asked(event)) == 1


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        ("short_text", {"label_de": ""}),
        ("short_text", {"label_de": "x" * 201}),
        ("short_text", {"purpose_de": ""}),
        ("short_text", {"retention_days": "3651"}),
        ("short_text", {"retention_days": "٩٠"}),
        ("short_text", {"most": "301"}),
        ("short_text", {"section": "elsewhere"}),
        ("short_text", {"asks": "everybody"}),
        ("short_text", {"data_class": "secret"}),
        ("short_text", {"asks": "buyer", "data_class": "sensitive"}),
        ("number", {"least": "5", "most": "4"}),
        ("number", {"least": "1_0"}),
        ("date", {"earliest": "2027-10-14", "latest": "2027-10-13"}),
        ("single_choice", {"choices-0-label_de": "Eins"}),
        ("single_choice", {"choices-0-label_de": "Eins", "choices-1-label_de": "Zwei", "choices-1-price": "1.00,00"}),
        ("single_choice", {"choices-0-label_de": "Eins", "choices-1-label_de": "Zwei", "choices-1-limit": "-1"}),
        (
            "single_choice",
            {
                "choices-0-label_de": "Eins",
                "choices-1-label_de": "Zwei",
                "choices-2-label_de": "",
                "choices-2-price": "5",
            },
        ),
    ],
)
def test_what_makes_no_question_is_said_beside_it(event, client, kind, answers):
    make_section(event)

    assert send(client, event, f"/questions/new?kind={kind}", **{**WORDS, **answers}) == 422
    assert asked(event) == []


def test_rows_of_choices_come_go_and_move_without_script(event, client):
    question = make_question(event, "single_choice")
    path = f"/questions/{question.public_id}"
    sent = form_of(client, at(event, path))

    def rows(pressed: str) -> list[str]:
        page = client.post(at(event, path), data={**sent, "rows": pressed})
        assert page.status_code == 200
        return re.findall(r'name="choices-\d-label_de"[^>]*value="([^"]*)"', page.text)

    assert rows("choices:down:0") == ["Zweitens", "Erstens"]
    assert rows("choices:up:0") == ["Erstens", "Zweitens"]
    assert rows("choices:add") == ["Erstens", "Zweitens", ""]
    assert rows("choices:remove:0") == ["Zweitens"]
    assert [choice.label.de for choice in asked(event)[0].choices] == ["Erstens", "Zweitens"]


def test_a_condition_is_built_line_by_line_without_script(event, client):
    ticket = make_product(event)
    first = make_question(event, "single_choice", "Essen")
    second = make_question(event, label="Welche")
    path = f"/questions/{second.public_id}"
    sent = form_of(client, at(event, path))

    page = client.post(at(event, path), data={**sent, "rows": "lines:add", "new_fact": f"question:{first.public_id}"})
    assert page.status_code == 200
    assert 'name="lines-0-values" value="a"' in page.text
    lines = {
        "lines-0-fact": f"question:{first.public_id}",
        "lines-0-word": "one_of",
        "lines-0-values": ["a"],
        "lines-1-fact": "ticket",
        "lines-1-word": "none_of",
        "lines-1-values": [ticket.public_id],
        "mode": "any",
    }
    assert client.post(at(event, path), data={**sent, **lines}).status_code == 302

    assert asked(event)[1].rule == {
        "any": [
            {"fact": f"question:{first.public_id}", "in": ["a"]},
            {"not": {"fact": "ticket", "in": [ticket.public_id]}},
        ]
    }
    again = form_of(client, at(event, path))
    assert {name: again[name] for name in lines if name in again} == {
        name: value if isinstance(value, list) else [value] for name, value in lines.items()
    }
    listed = client.get(at(event) + "?lang=en").text
    assert "“Essen (en)” is Erstens" in listed


def test_a_line_without_a_value_and_a_look_ahead_are_refused_with_a_sentence(event, client):
    first = make_question(event, "yes_no", "Erste")
    second = make_question(event, "yes_no", "Zweite")

    for fact, word in ((f"question:{second.public_id}", "yes"), ("places", "least")):
        path = f"/questions/{first.public_id}"
        sent = {**form_of(client, at(event, path)), "lines-0-fact": fact, "lines-0-word": word, "mode": "all"}
        status = client.post(at(event, path), data=sent).status_code
        assert (status, asked(event)[0].rule) == ((302, None) if fact.startswith("question") else (422, None))


def test_choices_with_a_price_or_a_limit_are_sold_as_add_ons(event, client):
    question = make_question(event, "multiple_choice")
    path = f"/questions/{question.public_id}"

    assert send(client, event, path, **{"choices-0-price": "45,00", "choices-1-limit": "12", "vat": "7"}) == 302
    held = question_prices.prices_of(db.session.get_one(Question, question.id))
    assert {key: (sold.gross, sold.limit, sold.vat_rate) for key, sold in held.items()} == {
        "a": (4500, None, 700),
        "b": (None, 12, 700),
    }
    assert send(client, event, path, **{"choices-0-price": "50.00", "choices-1-limit": "10"}) == 302
    assert db.session.scalars(sa.select(Pool.capacity)).all() == [10]
    assert send(client, event, path, **{"choices-0-price": "", "choices-1-limit": ""}) == 302

    assert db.session.scalars(sa.select(ChoiceProduct)).all() == []
    assert set(db.session.scalars(sa.select(Product.active).where(Product.kind == "add_on"))) == {False}


def test_a_limit_below_what_is_taken_takes_nothing_away(event, client):
    question = make_question(event, "single_choice")
    path = f"/questions/{question.public_id}"
    send(client, event, path, **{"choices-0-limit": "5"})
    with db.engine.begin() as connection:
        connection.execute(sa.update(Pool).values(used=4))

    assert send(client, event, path, **{"choices-0-limit": "2"}) == 302

    db.session.expire_all()
    assert db.session.execute(sa.select(Pool.capacity, Pool.used, Pool.over)).one() == (2, 4, 2)


def test_versions_and_their_answers_are_shown(event, client):
    question = make_question(event, label="Alt")
    make_sheet(event, {question: "ja"})

    assert send(client, event, f"/questions/{question.public_id}", label_de="Neu") == 302

    page = client.get(at(event) + "?lang=en").text
    assert "1 answer to version 1" in page
    assert [(q.number, q.label.de) for q in asked(event)] == [(2, "Neu")]


def test_a_page_that_somebody_else_overtook_changes_nothing(event, client):
    question = make_question(event, label="Alt")
    path = f"/questions/{question.public_id}"
    sent = form_of(client, at(event, path))
    send(client, event, path, label_de="Neu")

    assert client.post(at(event, path), data={**sent, "label_de": "Anders"}).status_code == 409
    assert [q.label.de for q in asked(event)] == ["Neu"]


def test_order_and_end_are_a_button_each(event, client):
    first, second = make_question(event, label="A"), make_question(event, label="B")
    for deed in (f"/questions/{second.public_id}/up", f"/questions/{first.public_id}/retire"):
        assert client.post(at(event, deed)).status_code == 302
    assert [q.label.de for q in asked(event)] == ["B"]
    assert client.post(at(event, f"/questions/{first.public_id}/ask-again")).status_code == 302

    assert [q.label.de for q in asked(event)] == ["B", "A"]


def test_organisers_are_warned_about_what_they_should_not_ask(event, client):
    make_question(event, "date", "Geburtsdatum")
    make_question(event, "short_text", "Passnummer oder Personalausweis")
    make_question(event, "short_text", "Allergien")
    make_question(event, "short_text", "Interessen im Gesundheitswesen")

    page = client.get(at(event) + "?lang=en").text

    assert [page.count(words) for words in ("date of birth is rarely", "invite misuse", "Make it sensitive")] == [
        1,
        1,
        1,
    ]


def test_the_preview_shows_both_languages_tickets_and_days_and_stores_nothing(event, client):
    student = make_product(event, audience="student")
    make_question(event, label="Alle")
    make_question(event, label="Studierende", rule={"fact": "audience", "is": "student"}, required=True)
    make_question(event, label="Intern", internal=True)

    def shown(query: str) -> list[str]:
        page = client.get(at(event, f"/preview?{query}")).text
        return re.findall(r'<div data-question="[^"]+"><div class="field"><label[^>]*>([^<]+?) ?<', page)

    make_product(event)
    assert shown("in=de")[:1] == ["Alle"]
    assert shown(f"in=en&ticket={student.public_id}") == ["Alle (en)", "Studierende (en)", "Intern (en)"]
    refused = client.post(at(event, f"/preview?in=en&ticket={student.public_id}"), data={"guest-seen": ""})
    assert refused.status_code == 422
    assert client.post(at(event, f"/preview?in=de&ticket={student.public_id}"), data={}).status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AnswerSheet)) == 0


def test_the_page_asks_the_server_what_is_shown(event, client):
    first = make_question(event, "yes_no")
    second = make_question(event, rule={"fact": f"question:{first.public_id}", "is": True})

    told = [
        client.post(at(event, "/preview/shown"), data={f"guest-q_{first.public_id}": answer}).get_json()["shown"]
        for answer in ("no", "yes")
    ]

    assert told == [
        [f"guest-q_{first.public_id}"],
        [f"guest-q_{first.public_id}", f"guest-q_{second.public_id}"],
    ]


@pytest.mark.parametrize("path", ["", "/preview"])
def test_one_question_costs_as_many_statements_as_many(event, client, path):
    make_question(event, "single_choice")
    client.get(at(event, path))
    with counted() as few:
        assert client.get(at(event, path)).status_code == 200
    for number in range(12):
        question = make_question(event, "multiple_choice", f"Frage {number}")
        make_sheet(event, {question: ["a"]})
    client.get(at(event, path))
    with counted() as many:
        assert client.get(at(event, path)).status_code == 200

    assert len(few) == len(many)
