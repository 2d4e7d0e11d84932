"""Signing in by letter: one use, thirty minutes, a button first, the same answer for everybody."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.accounts import sessions, signing_in, tokens
from partnering.accounts.models import EmailAddress, OneTimeToken, Person, UserSession
from partnering.audit import AuditEntry
from partnering.db import db, transaction
from partnering.limits import RateLimit
from partnering.mail import letters
from partnering.mail.models import OutboxLetter
from tests.factories.accounts import make_person
from tests.support.signing_in import cookie_of, sign_in

START = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
Freeze = Callable[[datetime], None]


@pytest.fixture
def jana(app: Flask) -> Person:
    with app.app_context():
        return make_person("jana@lumenfold.example", locale="en")


def ask(client: FlaskClient, address: str = "jana@lumenfold.example", **fields: str) -> int:
    return client.post("/login", data={"email": address, **fields}).status_code


def newest_letter(app: Flask) -> letters.Letter | None:
    with app.app_context():
        letter = db.session.scalars(sa.select(OutboxLetter).order_by(OutboxLetter.id.desc()).limit(1)).one()
        return letters.render(letter)


def newest_link(app: Flask) -> str:
    """The path of the link in the newest letter."""
    letter = newest_letter(app)
    assert letter is not None
    found = re.findall(r"^http://localhost(/login/\S+)$", letter.text, re.MULTILINE)
    assert len(found) == 1
    assert f'<a href="http://localhost{found[0]}"' in letter.html
    return str(found[0])


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def test_the_link_in_the_letter_signs_in_once(app: Flask, client: FlaskClient, jana: Person):
    assert ask(client) == 303
    link = newest_link(app)
    answer = client.post(link)
    assert (answer.status_code, answer.location) == (303, "/")
    assert is_signed_in(client)

    stranger = app.test_client()
    assert stranger.post(link).status_code == 410
    assert not is_signed_in(stranger)


def test_looking_at_the_page_uses_nothing_up(app: Flask, client: FlaskClient, jana: Person):
    ask(client)
    link = newest_link(app)
    for _ in range(3):
        for method in ("GET", "HEAD"):
            answer = client.open(link, method=method)
            assert answer.status_code == 200
            assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert not is_signed_in(client)
    assert client.post(link).status_code == 303


def test_the_link_dies_after_thirty_minutes(app: Flask, client: FlaskClient, jana: Person, freeze: Freeze):
    freeze(START)
    ask(client)
    link = newest_link(app)
    freeze(START + timedelta(minutes=29, seconds=59))
    assert client.get(link).status_code == 200
    freeze(START + timedelta(minutes=30))
    assert client.get(link).status_code == 410
    assert client.post(link).status_code == 410
    assert not is_signed_in(client)


def test_the_page_of_a_dead_link_offers_a_new_one(client: FlaskClient):
    page = client.get("/login/never-was").get_data(as_text=True)
    assert "Dieser Link ist abgelaufen. Neuen Link senden" in page
    assert 'action="/login"' in page


def test_a_new_link_kills_the_older_one(app: Flask, client: FlaskClient, jana: Person):
    ask(client)
    first = newest_link(app)
    ask(client, "JANA@lumenfold.example ")
    assert client.post(first).status_code == 410
    assert client.post(newest_link(app)).status_code == 303


def test_a_letter_whose_link_is_dead_does_not_leave(app: Flask, client: FlaskClient, jana: Person, freeze: Freeze):
    freeze(START)
    ask(client)
    freeze(START + timedelta(minutes=31))
    assert newest_letter(app) is None


def test_a_link_is_good_for_its_purpose_only(app: Flask, client: FlaskClient, jana: Person):
    with app.app_context(), transaction():
        person = db.session.scalars(sa.select(Person)).one()
        name = tokens.for_letter(tokens.ADDRESS, person=person, address="jana@home.example")
        secret = tokens.secret_of(tokens.ADDRESS, name)
        as_if = tokens.secret_of(tokens.SIGN_IN, name)
    for wrong in (secret, as_if):
        assert client.get(f"/login/{wrong}").status_code == 410
        assert client.post(f"/login/{wrong}").status_code == 410


def test_no_table_holds_the_secret(app: Flask, client: FlaskClient, jana: Person):
    ask(client)
    secret = newest_link(app).removeprefix("/login/").partition("?")[0]
    with app.app_context():
        for table in db.metadata.sorted_tables:
            for row in db.session.execute(sa.select(table)):
                assert secret not in str(row)
        assert db.session.scalars(sa.select(OneTimeToken)).one().token_hash == sessions.hash_of(secret)


def test_signing_in_proves_the_address_and_is_written_down(app: Flask, client: FlaskClient, jana: Person):
    ask(client)
    client.post(newest_link(app))
    with app.app_context():
        assert db.session.scalars(sa.select(EmailAddress.verified_at)).one() is not None
        entry = db.session.scalars(sa.select(AuditEntry)).one()
        assert (entry.action, entry.actor_ref) == ("person.signed_in", jana_ref(app))


def jana_ref(app: Flask) -> str:
    return db.session.scalars(sa.select(Person.public_id)).one()


def test_the_session_before_never_survives_signing_in(app: Flask, client: FlaskClient, jana: Person):
    with app.app_context():
        other = make_person("mallory@elsewhere.example")
    planted = sign_in(client, other)
    ask(client)
    client.post(newest_link(app))
    cookie = client.get_cookie(cookie_of(app))
    assert cookie is not None
    assert cookie.value != planted
    assert b"jana@lumenfold.example" in client.get("/account").data

    attacker = app.test_client()
    attacker.set_cookie(cookie_of(app), planted)
    assert not is_signed_in(attacker)


def test_a_planted_cookie_that_was_never_valid_is_replaced(app: Flask, client: FlaskClient, jana: Person):
    client.set_cookie(cookie_of(app), "p" * 43)
    ask(client)
    client.post(newest_link(app))
    assert is_signed_in(client)
    attacker = app.test_client()
    attacker.set_cookie(cookie_of(app), "p" * 43)
    assert not is_signed_in(attacker)


def test_signing_out_kills_the_session(app: Flask, client: FlaskClient, jana: Person):
    token = sign_in(client, jana)
    assert client.post("/logout").status_code == 303
    assert not is_signed_in(client)
    thief = app.test_client()
    thief.set_cookie(cookie_of(app), token)
    assert not is_signed_in(thief)
    with app.app_context():
        assert db.session.scalars(sa.select(UserSession.revoked_at)).one() is not None


def test_signing_out_everywhere_ends_every_session(app: Flask, client: FlaskClient, jana: Person):
    others = [app.test_client() for _ in range(2)]
    for browser in (client, *others):
        sign_in(browser, jana)
    assert client.post("/account/sessions/end").status_code == 303
    assert [is_signed_in(browser) for browser in (client, *others)] == [False, False, False]


def test_one_browser_can_be_signed_out_from_another(app: Flask, client: FlaskClient, jana: Person):
    lost = app.test_client()
    sign_in(lost, jana)
    with app.app_context():
        public_id = db.session.scalars(sa.select(UserSession.public_id)).one()
    sign_in(client, jana)
    assert client.post(f"/account/sessions/{public_id}/end").status_code == 303
    assert (is_signed_in(client), is_signed_in(lost)) == (True, False)


def test_nobody_ends_another_persons_session(app: Flask, client: FlaskClient, jana: Person):
    victim = app.test_client()
    sign_in(victim, jana)
    with app.app_context():
        public_id = db.session.scalars(sa.select(UserSession.public_id)).one()
        mallory = make_person("mallory@elsewhere.example")
    sign_in(client, mallory)
    assert client.post(f"/account/sessions/{public_id}/end").status_code == 404
    assert is_signed_in(victim)


def test_known_and_unknown_addresses_get_the_same_answer(app: Flask, jana: Person):
    answers = []
    for address in ("jana@lumenfold.example", "nobody@lumenfold.example", "gone@lumenfold.example"):
        client = app.test_client()
        with app.app_context(), transaction():
            if address.startswith("gone"):
                make_person(address).disabled_at = START
        answer = client.post("/login", data={"email": address})
        page = client.get("/login/sent").get_data(as_text=True)
        fields = {name: value for name, value in answer.headers if name not in ("Set-Cookie", "X-Request-Id")}
        answers.append((answer.status_code, answer.data, fields, page.replace(address, "ADDRESS")))
    assert answers[0] == answers[1] == answers[2]
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(OutboxLetter.id))) == 3


def test_an_unknown_address_gets_a_letter_without_a_link(app: Flask, client: FlaskClient, jana: Person):
    ask(client, "nobody@lumenfold.example")
    letter = newest_letter(app)
    assert letter is not None
    assert letter.subject == "Kein Konto unter dieser Adresse"
    assert "/login/" not in letter.text + letter.html


def test_a_letter_goes_to_the_stored_address_in_its_owners_language(app: Flask, client: FlaskClient, jana: Person):
    ask(client, "Jana@LUMENFOLD.example")
    with app.app_context():
        letter = db.session.scalars(sa.select(OutboxLetter)).one()
        assert (letter.address, letter.locale, letter.urgent) == ("jana@lumenfold.example", "en", True)
    rendered = newest_letter(app)
    assert rendered is not None
    assert rendered.subject == "Your link to sign in"


@pytest.mark.parametrize(
    "address", ["", "jana", "jana@", "@x.example", "a@b", "a b@c.example", "x" * 250 + "@c.example"]
)
def test_an_incomplete_address_is_named_beside_the_field(client: FlaskClient, address: str):
    answer = client.post("/login", data={"email": address})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.get_data(as_text=True)


def test_letters_to_one_address_are_limited(app: Flask, client: FlaskClient, jana: Person, freeze: Freeze):
    freeze(START)
    answers = [ask(client) for _ in range(signing_in.TARGET_LIMIT + 1)]
    assert answers == [303] * signing_in.TARGET_LIMIT + [429]
    assert ask(client, "nobody@lumenfold.example") == 303
    freeze(START + timedelta(minutes=15))
    assert ask(client) == 303


def test_forwarded_headers_from_outside_change_no_limit(client: FlaskClient, jana: Person, freeze: Freeze):
    freeze(START)
    answers = [
        client.post(
            "/login",
            data={"email": "jana@lumenfold.example"},
            headers={"X-Forwarded-For": f"192.0.2.{n}", "Forwarded": f"for=192.0.2.{n}", "X-Real-IP": f"192.0.2.{n}"},
        ).status_code
        for n in range(signing_in.TARGET_LIMIT + 1)
    ]
    assert answers == [303] * signing_in.TARGET_LIMIT + [429]


def test_one_caller_is_limited_over_all_addresses(app: Flask, client: FlaskClient, freeze: Freeze):
    freeze(START)
    answers = [ask(client, f"guest{n}@venue.example") for n in range(signing_in.CALLER_LIMIT + 1)]
    assert answers == [303] * signing_in.CALLER_LIMIT + [429]
    with app.app_context():
        keys = db.session.scalars(sa.select(RateLimit.key)).all()
        assert all(re.fullmatch("[0-9a-f]{64}", key) for key in keys)


def test_opening_links_is_limited(client: FlaskClient, freeze: Freeze):
    freeze(START)
    answers = [client.post(f"/login/guess{n}").status_code for n in range(signing_in.CALLER_LIMIT + 1)]
    assert answers == [410] * signing_in.CALLER_LIMIT + [429]


def test_the_link_leads_back_to_where_one_was(app: Flask, client: FlaskClient, jana: Person):
    ask(client, next="/account?x=1")
    assert client.post(newest_link(app)).location == "/account?x=1"


def test_links_of_an_address_that_left_the_account_are_dead(app: Flask, client: FlaskClient, jana: Person):
    ask(client)
    link = newest_link(app)
    with app.app_context(), transaction():
        row = db.session.scalars(sa.select(EmailAddress)).one()
        row.address = row.canonical = "other@lumenfold.example"
    assert client.post(link).status_code == 410
    assert not is_signed_in(client)


def test_a_disabled_persons_link_is_dead(app: Flask, client: FlaskClient, jana: Person):
    ask(client)
    link = newest_link(app)
    with app.app_context(), transaction():
        db.session.scalars(sa.select(Person)).one().disabled_at = START
    assert client.get(link).status_code == 410
    assert client.post(link).status_code == 410
