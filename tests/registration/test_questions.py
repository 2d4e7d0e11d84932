"""Questions while registering: when they are asked, what is kept of the answers and what they cost."""

import io

import pytest
import sqlalchemy as sa

from partnering.db import db, transaction
from partnering.questions import answering
from partnering.questions.models import Answer, AnswerFile, SensitiveAnswer
from partnering.questions.queries import answers_of, question_at
from partnering.registration.models import ChoiceProduct, Item, Party, Registration
from tests.factories import make_product
from tests.factories.questions import make_question
from tests.support.there import there

from .shop import BEN, URL, at_extras, items
from .test_flow import BILL, JANA, shown


@pytest.fixture
def asking(shop):
    """The shop with questions: one for the buyer that leads to a second, one for everybody, and one about diet."""
    shop.how = shop.add(make_question, "single_choice", "Woher?", asks="buyer", required=True)
    rule = {"fact": f"question:{shop.how}", "is": "b"}
    shop.which = shop.add(make_question, "short_text", "Welche?", asks="buyer", required=True, rule=rule)
    shop.phone = shop.add(make_question, "phone", "Telefon", required=True)
    shop.diet = shop.add(make_question, "multiple_choice", "Kost", data_class="sensitive", choices={"a": "Kein Fisch"})
    return shop


def at_questions(shop, client, people=JANA, quantity="1"):
    """Go as far as the questions; the answer to the people."""
    return at_extras(shop, client, people, quantity)


def field(asking, prefix, name):
    """The name of a question's field."""
    return f"{prefix}-q_{getattr(asking, name)}"


def answers(asking, **more):
    """What a buyer sends who answers what is needed."""
    given = {field(asking, "o", "how"): "a", field(asking, "p0", "phone"): "+49 351 4040", **more}
    return {**given, "o-seen": asking.how, "p0-seen": f"{asking.phone} {asking.diet}"}


def test_questions_stand_before_the_check_and_answers_on_sheets(asking, client):
    assert at_questions(asking, client).location == f"{URL}/questions"
    assert client.get(f"{URL}/check").location == f"{URL}/questions"
    assert client.get(f"{URL}/questions").status_code == 200

    assert client.post(f"{URL}/questions", data=answers(asking)).location == f"{URL}/check"
    assert "+49 351 4040" in shown(client.get(f"{URL}/check"))
    client.post(f"{URL}/check", data=BILL)

    with asking.app.app_context():
        party = db.session.scalars(sa.select(Party)).one()
        registration = db.session.scalars(sa.select(Registration)).one()
        assert answers_of(party.sheet) == {asking.how: "a"}
        assert answers_of(registration.sheet) == {asking.phone: "+49 351 4040"}
        assert party.draft == {}
        db.session.remove()


def test_a_question_that_comes_up_is_asked_before_one_goes_on(asking, client):
    at_questions(asking, client)

    asked = client.post(f"{URL}/questions?lang=en", data=answers(asking, **{field(asking, "o", "how"): "b"}))
    seen = answers(asking, **{field(asking, "o", "how"): "b", field(asking, "o", "which"): "Netz"})
    sent = client.post(f"{URL}/questions", data={**seen, "o-seen": f"{asking.how} {asking.which}"})

    assert asked.status_code == 422
    assert f'data-question="{field(asking, "o", "which")}"' in asked.text
    assert sent.location == f"{URL}/check"


def test_what_is_hidden_again_is_not_kept(asking, client):
    at_questions(asking, client)
    both = answers(asking, **{field(asking, "o", "how"): "b", field(asking, "o", "which"): "Netz"})
    client.post(f"{URL}/questions", data={**both, "o-seen": f"{asking.how} {asking.which}"})

    client.post(f"{URL}/questions", data={**both, field(asking, "o", "how"): "a"})
    client.post(f"{URL}/check", data=BILL)

    with asking.app.app_context():
        assert answers_of(db.session.scalars(sa.select(Party)).one().sheet) == {asking.how: "a"}
        db.session.remove()


def test_the_page_asks_the_same_engine_which_questions_are_shown(asking, client):
    at_questions(asking, client)
    sent = answers(asking, **{field(asking, "o", "how"): "b"})

    answer = client.post(f"{URL}/questions/shown", data=sent)

    names = [field(asking, "o", "how"), field(asking, "o", "which"), field(asking, "p0", "phone")]
    assert set(answer.json["shown"]) == {*names, field(asking, "p0", "diet"), "p0-agreed"}
    assert asking.app.test_client().post(f"{URL}/questions/shown", data=sent).status_code == 409
    asking.app.config["WTF_CSRF_ENABLED"] = True
    try:
        assert client.post(f"{URL}/questions/shown", data=sent).status_code == 400
    finally:
        asking.app.config["WTF_CSRF_ENABLED"] = False


def test_a_file_that_was_chosen_and_not_sent_yet_brings_up_what_follows_it(asking, client):
    asking.proof = asking.add(make_question, "file", "Nachweis", asks="buyer")
    rule = {"fact": f"question:{asking.proof}", "answered": True}
    asking.until = asking.add(make_question, "short_text", "Gilt bis", asks="buyer", rule=rule)
    at_questions(asking, client)
    chosen = {f"{field(asking, 'o', 'proof')}-chosen": "1"}

    asked = [
        field(asking, "o", "until") in client.post(f"{URL}/questions/shown", data=answers(asking, **more)).json["shown"]
        for more in ({}, chosen)
    ]

    assert asked == [False, True]


def test_uploading_again_and_again_leaves_one_file_and_ends_in_a_refusal(asking, client, monkeypatch):
    asking.proof = asking.add(make_question, "file", "Nachweis", asks="buyer", required=True)
    monkeypatch.setattr(answering, "FILES_A_CALLER", 3)
    at_questions(asking, client)

    def upload(name):
        file = {field(asking, "o", "proof"): (io.BytesIO(b"%PDF-1.4"), name)}
        seen = {**answers(asking), "o-seen": f"{asking.how} {asking.proof}"}
        return client.post(f"{URL}/questions", data={**seen, **file}, content_type="multipart/form-data").status_code

    sent = [upload(f"nachweis-{number}.pdf") for number in range(4)]

    assert sent == [303, 303, 303, 429]
    assert asking.ask(sa.select(AnswerFile.name)) == [("nachweis-2.pdf",)]
    assert "nachweis-2.pdf" in shown(client.get(f"{URL}/check"))


def test_sensitive_answers_never_lie_in_the_draft(asking, client):
    at_questions(asking, client)
    given = {field(asking, "p0", "diet"): ["a"]}

    refused = client.post(f"{URL}/questions?lang=en", data=answers(asking, **given))
    taken = client.post(f"{URL}/questions", data=answers(asking, **given, **{"p0-agreed": "y"}))
    [(draft,)] = asking.ask(sa.select(Party.draft))
    assert (refused.status_code, taken.location) == (422, f"{URL}/check")
    assert asking.diet not in str(draft["answers"]["people"])
    assert "Kein Fisch" not in shown(client.get(f"{URL}/check"))
    client.post(f"{URL}/check", data=BILL)

    with asking.app.app_context():
        [kept] = db.session.scalars(sa.select(SensitiveAnswer)).all()
        registration = db.session.scalars(sa.select(Registration)).one()
        assert (kept.value, kept.sheet_id) == ({"value": ["a"]}, registration.sheet_id)
        assert kept.delete_after > asking.event.last_day
        assert [answer.question_id for answer in db.session.scalars(sa.select(Answer)).all()] != [kept.question_id]
        db.session.remove()


def test_colleagues_may_answer_for_themselves(asking, client):
    at_questions(asking, client, {**JANA, **BEN}, "2")
    page = client.get(f"{URL}/questions").text

    assert (field(asking, "p1", "phone") in page, field(asking, "p1", "diet") in page) == (True, False)
    assert client.post(f"{URL}/questions", data=answers(asking)).location == f"{URL}/check"
    client.post(f"{URL}/check", data=BILL)

    sheets = asking.ask(
        sa.select(Registration.badge_name, Registration.sheet_id.is_not(None)).order_by(Registration.id)
    )
    assert [(name, bool(there_is)) for name, there_is in sheets] == [("Jana Wittkowski", True), ("Ben Adeyemi", False)]


def test_a_choice_that_costs_is_held_and_sold(asking, client):
    shirt = asking.add(make_question, "single_choice", "T-Shirt", choices={"no": "Keines", "m": "M"})
    with asking.app.app_context():
        product = make_product(asking.event, kind="add_on", gross=1_500, capacity=1, hidden=True, partnering=False)
        with transaction():
            question = there(question_at(asking.event, shirt))
            db.session.add(
                ChoiceProduct(event_id=asking.event_id, question_id=question.id, choice_key="m", product_id=product.id)
            )
        db.session.remove()
    at_questions(asking, client)
    given = answers(asking, **{f"p0-q_{shirt}": "m"})
    given["p0-seen"] += f" {shirt}"

    assert client.post(f"{URL}/questions", data=given).location == f"{URL}/check"
    assert items(asking) == [("ticket", 22_000, 22_000, ""), ("add_on", 1_500, 1_500, "")]
    other = asking.app.test_client()
    at_questions(asking, other, {**JANA, "people-0-email": "other@example.org"})
    late = other.post(f"{URL}/questions", data=given)
    client.post(f"{URL}/check", data=BILL)

    assert late.status_code == 422
    assert asking.ask(sa.select(Item.gross, Item.place_id.is_not(None)).where(Item.kind == "add_on")) == [(1_500, True)]
    assert asking.sound() == []
