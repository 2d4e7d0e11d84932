"""Answers given once something is bought: by the buyer about the order, by everybody about themselves."""

import pytest
import sqlalchemy as sa

from partnering import links
from partnering.db import db
from partnering.questions.models import SensitiveAnswer
from partnering.questions.queries import answers_of, sensitive_answers_of
from partnering.registration import queries
from partnering.registration.models import Registration
from tests.factories import make_event, make_guest, make_party, make_product
from tests.factories.questions import make_question
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")


@pytest.fixture
def asked():
    """A party of two, a question to the buyer, and three to everybody: one follows another, one is sensitive."""
    event = make_event()
    found = {
        "heard": make_question(event, asks="buyer", label="Woher?").public_id,
        "works": make_question(event, "yes_no", label="Halten Sie einen Vortrag?").public_id,
    }
    rule = {"fact": f"question:{found['works']}", "is": True}
    found["talk"] = make_question(event, label="Worüber?", rule=rule, required=True).public_id
    found["diet"] = make_question(event, label="Allergien", data_class="sensitive", retention_days=30).public_id
    people = [make_guest("jana@example.org"), make_guest("ben@example.org")]
    party = make_party(event, product=make_product(event, gross=0), quantity=2, people=people)
    ben = there(queries.places_of(party)[1].registration)
    return {
        **found,
        "party": f"/r/{links.token('party', party.public_id, party.generation)}",
        "ticket": f"/t/{links.token('ticket', ben.public_id, ben.generation)}",
        "ben": ben.public_id,
        "ref": party.public_id,
    }


def ben_of(asked):
    """The colleague's registration as it is now."""
    db.session.rollback()
    return db.session.scalars(sa.select(Registration).where(Registration.public_id == asked["ben"])).one()


def field(asked, name):
    """The name of a question's field on these pages."""
    return f"a-q_{asked[name]}"


def test_the_buyer_answers_about_the_order(client, asked):
    assert "Woher?" in client.get(f"{asked['party']}/answers").text

    answer = client.post(f"{asked['party']}/answers", data={field(asked, "heard"): "Von Kollegen"})

    assert answer.status_code == 303
    assert "Von Kollegen" in client.get(asked["party"]).text
    db.session.rollback()
    assert answers_of(there(queries.party_at(asked["ref"])).sheet) == {asked["heard"]: "Von Kollegen"}


def test_a_colleague_answers_and_what_is_hidden_is_not_kept(client, asked):
    client.post(f"{asked['ticket']}/answers", data={field(asked, "works"): "no", field(asked, "talk"): "Enzyme"})
    assert answers_of(ben_of(asked).sheet) == {asked["works"]: False}

    missing = client.post(f"{asked['ticket']}/answers", data={field(asked, "works"): "yes"})
    assert missing.status_code == 422

    client.post(f"{asked['ticket']}/answers", data={field(asked, "works"): "yes", field(asked, "talk"): "Enzyme"})
    assert answers_of(ben_of(asked).sheet) == {asked["works"]: True, asked["talk"]: "Enzyme"}


def test_the_script_asks_the_same_engine(client, asked):
    shown = client.post(f"{asked['ticket']}/answers/shown", data={field(asked, "works"): "yes"}).json["shown"]

    assert field(asked, "talk") in shown


def test_sensitive_answers_need_consent_and_lie_apart(client, asked):
    refused = client.post(f"{asked['ticket']}/answers", data={field(asked, "diet"): "Nüsse"})
    assert (refused.status_code, ben_of(asked).sheet) == (422, None)

    client.post(f"{asked['ticket']}/answers", data={field(asked, "diet"): "Nüsse", "a-agreed": "y"})

    sheet = ben_of(asked).sheet
    assert (answers_of(sheet), sensitive_answers_of(sheet)) == ({}, {asked["diet"]: "Nüsse"})
    page = client.get(asked["ticket"]).text
    assert "Nüsse" not in page
    assert "Nüsse" not in client.get(asked["party"]).text
    assert "Nüsse" in client.get(f"{asked['ticket']}/answers").text


def test_consent_taken_back_deletes_them(client, asked):
    client.post(f"{asked['ticket']}/answers", data={field(asked, "diet"): "Nüsse", "a-agreed": "y"})

    client.post(f"{asked['ticket']}/answers", data={field(asked, "diet"): "Nüsse"})

    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(SensitiveAnswer.id))) == 0


def test_a_substitute_inherits_no_answers(client, asked):
    client.post(f"{asked['ticket']}/answers", data={field(asked, "diet"): "Nüsse", "a-agreed": "y"})
    client.post(
        f"{asked['ticket']}/substitute",
        data={"given_name": "Eva", "family_name": "Lind", "email": "eva@example.org"},
    )

    db.session.rollback()
    party = there(queries.party_at(asked["ref"]))
    eva = there(queries.places_of(party)[1].registration)
    assert (eva.participant.name, eva.sheet) == ("Eva Lind", None)


def test_photos_are_ones_own_choice_and_can_be_taken_back(client, asked):
    page = client.get(asked["ticket"]).text
    assert 'name="photo" type="checkbox" value="y"' in page

    for data, checked in (({"photo": "y"}, True), ({}, False)):
        assert client.post(f"{asked['ticket']}/consents", data=data).status_code == 303
        assert ("checked" in client.get(asked["ticket"]).text) is checked
