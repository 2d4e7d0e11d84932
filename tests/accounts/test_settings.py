"""One's own account: what can be changed, and who is told."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.accounts.models import EmailAddress, Person
from partnering.db import db, transaction
from partnering.mail import letters
from partnering.mail.models import OutboxLetter
from tests.factories.accounts import make_person
from tests.support.signing_in import sign_in

PROFILE = {"given_name": "Jana", "family_name": "Wittkowski", "locale": "de", "theme": "auto"}


@pytest.fixture
def jana(app: Flask) -> Person:
    with app.app_context():
        return make_person("jana@lumenfold.example", locale="en")


def addresses(app: Flask) -> dict[str, bool]:
    """Every address, and whether letters go there."""
    with app.app_context():
        rows = db.session.scalars(sa.select(EmailAddress).order_by(EmailAddress.id))
        return {row.address: row.is_primary for row in rows}


def outbox(app: Flask) -> list[tuple[str, str]]:
    """Kind and recipient of every letter."""
    with app.app_context():
        rows = db.session.scalars(sa.select(OutboxLetter).order_by(OutboxLetter.id))
        return [(row.payload.get("change", row.kind), row.address) for row in rows]


def newest_link(app: Flask) -> str:
    with app.app_context():
        row = db.session.scalars(sa.select(OutboxLetter).order_by(OutboxLetter.id.desc()).limit(1)).one()
        letter = letters.render(row)
        assert letter is not None
        found = re.findall(r"^http://localhost(/\S+)$", letter.text, re.MULTILINE)
        return str(found[0])


def add(app: Flask, client: FlaskClient, address: str) -> None:
    client.post("/account/addresses", data={"email": address})
    assert client.post(newest_link(app)).status_code == 303


def test_name_language_and_colours_are_kept(app: Flask, client: FlaskClient, jana: Person):
    sign_in(client, jana)
    data = PROFILE | {"given_name": "  Jana \u202e Maria ", "theme": "dark", "locale": "de"}
    assert client.post("/account", data=data).location == "/account"
    page = client.get("/account").get_data(as_text=True)
    assert '<html lang="de" data-dye="haematoxylin" data-theme="dark">' in page
    assert 'value="Jana Maria"' in page


@pytest.mark.parametrize("wrong", [{"locale": "fr"}, {"theme": "neon"}, {"given_name": "x" * 101}, {"locale": ""}])
def test_what_cannot_be_chosen_is_refused(app: Flask, client: FlaskClient, jana: Person, wrong: dict[str, str]):
    sign_in(client, jana)
    assert client.post("/account", data=PROFILE | wrong).status_code == 422
    with app.app_context():
        person = db.session.scalars(sa.select(Person)).one()
        assert (person.locale, person.theme, person.given_name) == ("en", "auto", "Jana")


def test_visitors_are_sent_to_sign_in(client: FlaskClient):
    assert client.get("/account").location == "/login?next=/account"
    assert client.post("/account", data=PROFILE).location == "/login"


def test_an_address_is_added_by_its_letter_and_the_first_is_told(app: Flask, client: FlaskClient, jana: Person):
    sign_in(client, jana)
    client.post("/account/addresses", data={"email": "jana@home.example"})
    assert addresses(app) == {"jana@lumenfold.example": True}
    link = newest_link(app)
    assert client.get(link).headers["Referrer-Policy"] == "no-referrer"
    assert addresses(app) == {"jana@lumenfold.example": True}
    assert client.post(link).location == "/account"
    assert addresses(app) == {"jana@lumenfold.example": True, "jana@home.example": False}
    assert outbox(app) == [
        ("accounts.confirm_address", "jana@home.example"),
        ("address_added", "jana@lumenfold.example"),
    ]
    assert client.post(link).status_code == 410


def test_only_the_one_who_asked_can_add_the_address(app: Flask, client: FlaskClient, jana: Person):
    sign_in(client, jana)
    client.post("/account/addresses", data={"email": "victim@home.example"})
    link = newest_link(app)
    victim = app.test_client()
    assert victim.get(link).status_code == 403
    assert victim.post(link).status_code == 403
    with app.app_context():
        other = make_person("victim@work.example")
    sign_in(victim, other)
    assert victim.get(link).status_code == 403
    assert victim.post(link).status_code == 404
    assert addresses(app) == {"jana@lumenfold.example": True, "victim@work.example": True}


def test_an_address_of_somebody_else_stays_theirs(app: Flask, client: FlaskClient, jana: Person):
    with app.app_context():
        make_person("paul@work.example")
    sign_in(client, jana)
    answer = client.post("/account/addresses", data={"email": "Paul@work.example"})
    assert answer.status_code == 303
    assert newest_link(app) == "/login"
    assert addresses(app) == {"jana@lumenfold.example": True, "paul@work.example": True}


def test_another_address_can_take_the_letters_and_the_former_one_is_told(app: Flask, client: FlaskClient, jana: Person):
    sign_in(client, jana)
    add(app, client, "jana@home.example")
    assert client.post("/account/addresses/prefer", data={"address": "jana@home.example"}).status_code == 303
    assert addresses(app) == {"jana@lumenfold.example": False, "jana@home.example": True}
    assert outbox(app)[-1] == ("address_preferred", "jana@lumenfold.example")


def test_sign_in_links_die_when_the_address_changes(app: Flask, client: FlaskClient, jana: Person):
    visitor = app.test_client()
    sign_in(client, jana)
    add(app, client, "jana@home.example")
    visitor.post("/login", data={"email": "jana@lumenfold.example"})
    link = newest_link(app)
    client.post("/account/addresses/prefer", data={"address": "jana@home.example"})
    assert visitor.post(link).status_code == 410


def test_an_address_is_removed_and_told(app: Flask, client: FlaskClient, jana: Person):
    sign_in(client, jana)
    add(app, client, "jana@home.example")
    assert client.post("/account/addresses/remove", data={"address": "jana@home.example"}).status_code == 303
    assert addresses(app) == {"jana@lumenfold.example": True}
    assert outbox(app)[-1] == ("address_removed", "jana@home.example")


def test_the_address_for_letters_cannot_be_removed(app: Flask, client: FlaskClient, jana: Person):
    sign_in(client, jana)
    client.post("/account/addresses/remove", data={"address": "jana@lumenfold.example"})
    assert addresses(app) == {"jana@lumenfold.example": True}


@pytest.mark.parametrize("deed", ["prefer", "remove"])
def test_nobody_touches_another_persons_address(app: Flask, client: FlaskClient, jana: Person, deed: str):
    with app.app_context():
        make_person("paul@work.example")
    sign_in(client, jana)
    assert client.post(f"/account/addresses/{deed}", data={"address": "paul@work.example"}).status_code == 404


def test_the_letter_about_a_change_speaks_the_owners_language(app: Flask, client: FlaskClient, jana: Person):
    sign_in(client, jana)
    add(app, client, "jana@home.example")
    with app.app_context(), transaction():
        row = db.session.scalars(sa.select(OutboxLetter).order_by(OutboxLetter.id.desc()).limit(1)).one()
        letter = letters.render(row)
    assert letter is not None
    assert letter.subject == "Your account has changed"
    assert "A further email address was added to your account." in letter.text
    assert "http://localhost/account" in letter.text
