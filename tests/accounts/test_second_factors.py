"""Second factors: apps whose codes work once, recovery codes, and the way to the desk."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.accounts import second_factors, sessions, totp
from partnering.accounts.models import OneTimeToken, Person, RecoveryCode, SecondFactor, UserSession
from partnering.db import db, transaction
from partnering.mail.models import OutboxLetter
from tests.factories.accounts import make_person
from tests.support.signing_in import cookie_of, sign_in

START = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
Freeze = Callable[[datetime], None]


@pytest.fixture
def katja(app: Flask, freeze: Freeze) -> Person:
    freeze(START)
    with app.app_context():
        return make_person("katja@host.example", locale="en")


def code_at(app: Flask, moment: datetime) -> str:
    """The code that the first app of the first person shows at a moment."""
    with app.app_context():
        person = db.session.scalars(sa.select(Person).order_by(Person.id).limit(1)).one()
        name = db.session.scalars(sa.select(SecondFactor.public_id).where(SecondFactor.kind == "totp")).one()
        return totp.code(second_factors.app_key(person, name), totp.step_at(moment.timestamp()))


def enrol(app: Flask, client: FlaskClient, moment: datetime = START) -> None:
    """Set up an app through the pages, with the key as they show it."""
    page = client.get("/second-factor/app").get_data(as_text=True)
    found = re.search(r"secret=([A-Z2-7]{32})", page)
    assert found is not None
    with app.app_context():
        person = db.session.scalars(sa.select(Person).order_by(Person.id).limit(1)).one()
        with client.session_transaction() as session:
            key = second_factors.app_key(person, session["new_app"])
    assert totp.text_of(key).replace(" ", "") == found[1]
    code = totp.code(key, totp.step_at(moment.timestamp()))
    assert client.post("/second-factor/app", data={"code": code}).location == "/second-factor/codes"


def new_codes(client: FlaskClient) -> list[str]:
    """Recovery codes as the page shows them."""
    page = client.post("/second-factor/codes").get_data(as_text=True)
    return re.findall(r"<code>([2-9A-Z]{4}(?:-[2-9A-Z]{4}){3})</code>", page)


def has_second_factor(app: Flask, client: FlaskClient) -> bool:
    """Whether the session of this client's cookie has its second factor."""
    cookie = client.get_cookie(cookie_of(app))
    assert cookie is not None
    with app.app_context():
        session = sessions.session_of(cookie.value)
        return session is not None and session.second_factor_at is not None


def test_without_any_factor_the_way_leads_to_setting_one_up(client: FlaskClient, katja: Person):
    sign_in(client, katja, second_factor=False)
    assert client.get("/second-factor?next=/account").location == "/second-factor/new?next=/account"
    page = client.get("/second-factor/new?next=/account").get_data(as_text=True)
    assert 'href="/second-factor/app?next=/account"' in page


def test_setting_up_an_app_confirms_the_session_under_a_new_name(app: Flask, client: FlaskClient, katja: Person):
    before = sign_in(client, katja, second_factor=False)
    enrol(app, client)
    assert has_second_factor(app, client)
    thief = app.test_client()
    thief.set_cookie(cookie_of(app), before)
    assert thief.get("/account").status_code == 302


def test_no_table_holds_the_key_of_an_app(app: Flask, client: FlaskClient, katja: Person):
    sign_in(client, katja, second_factor=False)
    enrol(app, client)
    with app.app_context():
        factor = db.session.scalars(sa.select(SecondFactor)).one()
        assert factor.secret == {"key": 1}


def test_a_code_works_once(app: Flask, client: FlaskClient, katja: Person, freeze: Freeze):
    sign_in(client, katja, second_factor=False)
    enrol(app, client)
    later = START + timedelta(minutes=5)
    freeze(later)
    first, second = app.test_client(), app.test_client()
    sign_in(first, katja, second_factor=False)
    sign_in(second, katja, second_factor=False)
    code = code_at(app, later)
    assert first.post("/second-factor", data={"code": code, "next": "/account"}).location == "/account"
    assert second.post("/second-factor", data={"code": code}).status_code == 422
    assert (has_second_factor(app, first), has_second_factor(app, second)) == (True, False)


def test_the_code_that_set_up_the_app_is_used_up(app: Flask, client: FlaskClient, katja: Person):
    sign_in(client, katja, second_factor=False)
    enrol(app, client)
    other = app.test_client()
    sign_in(other, katja, second_factor=False)
    assert other.post("/second-factor", data={"code": code_at(app, START)}).status_code == 422


def test_an_older_code_is_dead_after_a_newer_one(app: Flask, client: FlaskClient, katja: Person, freeze: Freeze):
    sign_in(client, katja, second_factor=False)
    enrol(app, client)
    later = START + timedelta(minutes=5)
    freeze(later)
    newer, older = code_at(app, later), code_at(app, later - timedelta(seconds=30))
    assert client.post("/second-factor", data={"code": newer}).status_code == 303
    assert client.post("/second-factor", data={"code": older}).status_code == 422


def test_wrong_codes_are_limited(app: Flask, client: FlaskClient, katja: Person, freeze: Freeze):
    sign_in(client, katja, second_factor=False)
    enrol(app, client)
    freeze(START + timedelta(minutes=15))
    answers = [
        client.post("/second-factor", data={"code": "000 000"}, headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code
        for n in range(second_factors.TRY_LIMIT + 1)
    ]
    assert answers == [422] * second_factors.TRY_LIMIT + [429]


def test_another_persons_code_is_wrong(app: Flask, client: FlaskClient, katja: Person, freeze: Freeze):
    sign_in(client, katja, second_factor=False)
    enrol(app, client)
    with app.app_context():
        mallory = make_person("mallory@host.example")
        with transaction():
            second_factors.add_app(mallory, "m" * 16, totp.code(second_factors.app_key(mallory, "m" * 16), step(START)))
    later = START + timedelta(minutes=5)
    freeze(later)
    other = app.test_client()
    sign_in(other, mallory, second_factor=False)
    with app.app_context():
        key = second_factors.app_key(db.session.merge(katja), first_app(katja))
    assert other.post("/second-factor", data={"code": totp.code(key, step(later))}).status_code == 422


def step(moment: datetime) -> int:
    return totp.step_at(moment.timestamp())


def first_app(person: Person) -> str:
    return db.session.scalars(
        sa.select(SecondFactor.public_id).where(SecondFactor.kind == "totp").order_by(SecondFactor.id).limit(1)
    ).one()


def test_ten_recovery_codes_are_shown_once_and_stored_as_hashes(app: Flask, client: FlaskClient, katja: Person):
    sign_in(client, katja, second_factor=False)
    enrol(app, client)
    assert len(set(new_codes(client))) == 10
    assert "<code>" not in client.get("/second-factor/codes").get_data(as_text=True)
    with app.app_context():
        hashes = db.session.scalars(sa.select(RecoveryCode.code_hash)).all()
        assert len(hashes) == 10
        assert all(re.fullmatch("[0-9a-f]{64}", stored) for stored in hashes)


def test_a_recovery_code_works_once_and_tells_its_owner(app: Flask, client: FlaskClient, katja: Person):
    sign_in(client, katja, second_factor=False)
    enrol(app, client)
    code = new_codes(client)[0]
    answers = []
    for typed in (code.lower().replace("-", " "), code):
        browser = app.test_client()
        sign_in(browser, katja, second_factor=False)
        answers.append(browser.post("/second-factor", data={"code": typed}).status_code)
    assert answers == [303, 422]
    with app.app_context():
        told = [
            letter.payload["change"] for letter in db.session.scalars(sa.select(OutboxLetter).order_by(OutboxLetter.id))
        ]
        assert told == ["app_added", "recovery_made", "recovery_used"]


def test_new_recovery_codes_replace_the_old_ones(app: Flask, client: FlaskClient, katja: Person):
    sign_in(client, katja, second_factor=False)
    enrol(app, client)
    old, new = new_codes(client)[0], new_codes(client)[0]
    assert client.post("/second-factor", data={"code": old}).status_code == 422
    assert client.post("/second-factor", data={"code": new}).status_code == 303


@pytest.mark.parametrize("path", ["/second-factor/new", "/second-factor/app", "/second-factor/codes"])
def test_a_letter_alone_does_not_change_how_an_enrolled_person_signs_in(
    app: Flask, client: FlaskClient, katja: Person, path: str
):
    sign_in(client, katja, second_factor=False)
    enrol(app, client)
    other = app.test_client()
    sign_in(other, katja, second_factor=False)
    assert other.get(path).location == f"/second-factor?next={path}"
    assert (
        other.post("/account/addresses", data={"email": "new@host.example"}).location == "/second-factor?next=/account"
    )


def test_an_old_session_must_show_once_more_who_it_is(client: FlaskClient, katja: Person, freeze: Freeze):
    sign_in(client, katja, second_factor=False)
    freeze(START + timedelta(minutes=31))
    assert client.get("/second-factor/new").location == "/login?again=1&next=/second-factor/new"
    assert client.get("/account").status_code == 200


def test_removing_the_last_factor_takes_the_recovery_codes_along(app: Flask, client: FlaskClient, katja: Person):
    sign_in(client, katja, second_factor=False)
    enrol(app, client)
    client.post("/second-factor/codes")
    with app.app_context():
        name = first_app(katja)
    assert client.post(f"/account/factors/{name}/remove").status_code == 303
    with app.app_context():
        assert db.session.scalars(sa.select(RecoveryCode)).all() == []
        assert db.session.scalars(sa.select(SecondFactor)).all() == []


def test_nobody_removes_another_persons_factor(app: Flask, client: FlaskClient, katja: Person):
    sign_in(client, katja, second_factor=False)
    enrol(app, client)
    with app.app_context():
        name = first_app(katja)
        mallory = make_person("mallory@host.example")
    other = app.test_client()
    sign_in(other, mallory)
    assert other.post(f"/account/factors/{name}/remove").status_code == 404


def test_a_challenge_of_signing_in_is_of_no_use_elsewhere(app: Flask, client: FlaskClient, katja: Person):
    sign_in(client, katja)
    client.post("/login/passkey/question")
    with app.app_context():
        token = db.session.scalars(sa.select(OneTimeToken)).one()
        assert (token.purpose, token.person_id) == ("passkey-use", None)


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"id": "x"},
        {"id": [], "response": {"clientDataJSON": 5}},
        {"id": "x", "response": {"clientDataJSON": "!!"}},
        {"id": "x", "response": {"clientDataJSON": "e30"}},
    ],
)
@pytest.mark.parametrize("path", ["/login/passkey", "/second-factor/passkey", "/second-factor/passkey/new"])
def test_what_is_no_answer_of_a_passkey_is_refused(
    client: FlaskClient, katja: Person, path: str, credential: dict[str, object]
):
    sign_in(client, katja)
    answer = client.post(path, json={"credential": credential, "next": ""})
    assert (answer.status_code, answer.json["error"] if answer.json else "") == (422, "passkey_refused")


@pytest.mark.parametrize("path", ["/login/passkey", "/second-factor/passkey", "/second-factor/passkey/new"])
def test_passkey_answers_are_json_with_known_keys(client: FlaskClient, katja: Person, path: str):
    sign_in(client, katja)
    body = '{"credential": {}, "next": ""}'
    assert client.post(path, data=body, content_type="text/plain").status_code == 415
    assert client.post(path, json={"credential": {}, "next": "", "admin": True}).status_code == 422
    assert client.post(path, json=[]).status_code == 422


def test_a_second_factor_belongs_to_one_session_only(app: Flask, client: FlaskClient, katja: Person):
    sign_in(client, katja, second_factor=False)
    enrol(app, client)
    other = app.test_client()
    sign_in(other, katja, second_factor=False)
    assert (has_second_factor(app, client), has_second_factor(app, other)) == (True, False)
    with app.app_context():
        confirmed = db.session.scalars(sa.select(UserSession.second_factor_at).order_by(UserSession.id)).all()
        assert confirmed == [START, None]
