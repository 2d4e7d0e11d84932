"""What every answer carries, whoever asks, on every address there is."""

import re
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from partnering.accounts.models import Person
from partnering.db import db, transaction
from partnering.mail import letters
from partnering.mail.models import OutboxLetter
from partnering.redaction import redact
from tests.factories.accounts import make_person
from tests.factories.events import make_admin, make_event, make_participant
from tests.security.test_csrf import some_path
from tests.support.signing_in import sign_in

MakeApp = Callable[..., Flask]

POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


@pytest.fixture(params=["visitor", "admin"])
def somebody(app: Flask, client: FlaskClient, request: pytest.FixtureRequest) -> FlaskClient:
    """A visitor, and somebody whom every page of the event in `some_path` is open to."""
    with app.app_context(), transaction():
        event = make_event("abcdefghijklmnop")
        person = make_admin()
        make_participant(event, person)
    if request.param == "admin":
        sign_in(client, person)
    return client


def answers(client: FlaskClient) -> Iterator[tuple[str, TestResponse]]:
    """What every rule answers to GET, and some addresses that do not exist."""
    rules = [rule for rule in client.application.url_map.iter_rules() if "GET" in (rule.methods or ())]
    paths = [some_path(rule) for rule in rules if rule.endpoint != "static"]
    for path in (*paths, "/no-such-page", "/e/none/", "/static/css/tokens.css", "/static/none.css"):
        answer = client.get(path)
        yield path, answer
        answer.close()
    yield "PUT /account", client.put("/account")


def directives(answer: TestResponse) -> dict[str, str]:
    header = answer.headers["Content-Security-Policy"]
    return dict(directive.split(" ", 1) for directive in header.split("; "))


def test_every_answer_carries_the_security_headers(somebody: FlaskClient):
    for path, answer in answers(somebody):
        policy = directives(answer)
        assert {name: policy.get(name) for name in POLICY} == POLICY, path
        assert not re.search(r"unsafe-inline|'unsafe-eval'|\*|https?:", str(policy)), path
        assert answer.headers.getlist("X-Content-Type-Options") == ["nosniff"], path
        assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer"), path
        assert answer.headers["Permissions-Policy"] == "camera=(self), microphone=(), geolocation=()", path
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", path
        assert "Server" not in answer.headers, path
        assert answer.status_code < 500, path
        assert re.fullmatch("[0-9a-f]{16}", answer.headers["X-Request-Id"]), path
        if answer.data and answer.status_code != 304:
            kind = answer.headers["Content-Type"]
            assert kind.startswith("text/") is ("charset=utf-8" in kind.lower()), path


def test_personal_answers_are_stored_nowhere(somebody: FlaskClient):
    for path, answer in answers(somebody):
        rules = answer.headers["Cache-Control"]
        if path.startswith("/static/"):
            continue
        if "public" in rules:
            assert "Set-Cookie" not in answer.headers, path
            assert "session" not in {cookie.key for cookie in somebody._cookies.values()}, path  # type: ignore[union-attr]  # a jar is there
        else:
            assert rules == "no-store", path
        assert "Cookie" in answer.headers.get("Vary", ""), path


def test_pages_with_a_secret_address_send_no_referrer(client: FlaskClient):
    for prefix in ("login", "confirm", "r", "t", "c"):
        answer = client.get(f"/{prefix}/abcdefghijklmnop1-1-abcdefghijklmnopqrstuvwxyz")
        assert answer.headers["Referrer-Policy"] == "no-referrer", prefix
    assert client.get("/login").headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://evil.example",
        "http://evil.example",
        "http://localhost",
        "http://localhost.evil.example",
        "http://evillocalhost",
        "http://localhost:1",
        "file://",
        "chrome-extension://abc",
        "http://localhost%60.evil.example",
    ],
)
@pytest.mark.parametrize("method", ["GET", "OPTIONS", "POST"])
def test_no_origin_is_invited(client: FlaskClient, origin: str, method: str):
    answer = client.open("/login", method=method, headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
    assert [name for name, _ in answer.headers if name.lower().startswith("access-control")] == []


def cookies_of(answer: TestResponse) -> dict[str, set[str]]:
    """Attributes by name of every cookie that an answer sets, values left out."""
    found = {}
    for line in answer.headers.getlist("Set-Cookie"):
        first, *attributes = line.split("; ")
        found[first.split("=", 1)[0]] = {attribute for attribute in attributes if "Expires" not in attribute}
    return found


def through_the_door(app: Flask, base: str) -> dict[str, set[str]]:
    """The cookies that signing in by letter sets."""
    with app.app_context():
        make_person("jana@lumenfold.example")
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    asked = cookies_of(client.post("/login", data={"email": "jana@lumenfold.example"}, base_url=base))
    with app.app_context():
        letter = letters.render(db.session.scalars(sa.select(OutboxLetter)).one())
    assert letter is not None
    link = re.findall(rf"^{base}(/login/\S+)$", letter.text, re.MULTILINE)[0]
    client.get(link, base_url=base)
    return cookies_of(client.post(link, base_url=base)) | asked


def test_cookies_over_tls_belong_to_this_very_host(make_app: MakeApp):
    app = make_app(base_url="https://conferences.example")
    cookies = through_the_door(app, "https://conferences.example")
    strict = {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
    assert cookies["__Host-session"] == strict | {"Max-Age=1209600"}
    assert cookies["__Host-form"] == strict


def test_cookies_on_loopback_do_without_tls(app: Flask):
    plain = {"HttpOnly", "Path=/", "SameSite=Lax"}
    cookies = through_the_door(app, "http://localhost")
    app.config["WTF_CSRF_ENABLED"] = False
    assert cookies["session"] == plain | {"Max-Age=1209600"}
    assert cookies["form"] == plain


def test_tls_is_asked_for_a_year(make_app: MakeApp):
    client = make_app(base_url="https://conferences.example").test_client()
    answer = client.get("/login", base_url="https://conferences.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_a_form_on_a_secret_page_works_over_tls_without_a_referrer(make_app: MakeApp):
    app = make_app(base_url="https://conferences.example")
    client = app.test_client()
    page = client.get("/login", base_url="https://conferences.example").get_data(as_text=True)
    token = page.split('name="csrf_token" type="hidden" value="', 1)[1].split('"', 1)[0]
    answer = client.post(
        "/login/abcdefghijklmnop1-1-abcdefghijklmnopqrstuvwxyz",
        data={"csrf_token": token},
        base_url="https://conferences.example",
        headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 410


EVIL_HOSTS = [
    {"Host": "evil.example"},
    {"Host": "localhost.evil.example"},
    {"Host": "localhost@evil.example"},
    {"Host": "evil.example#localhost"},
    {"Host": "localhost, evil.example"},
]


@pytest.mark.parametrize("headers", EVIL_HOSTS, ids=lambda headers: headers["Host"])
def test_other_hosts_are_not_answered(client: FlaskClient, headers: dict[str, str]):
    for method in ("GET", "POST"):
        answer = client.open("/login", method=method, headers=headers, data={"email": "jana@lumenfold.example"})
        assert answer.status_code == 400
        assert "evil.example" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Proto": "gopher", "X-Forwarded-Host": "evil.example", "X-Forwarded-Port": "1"},
        {"Forwarded": "host=evil.example;proto=https"},
        {"X-Original-URL": "http://evil.example/", "X-Rewrite-URL": "http://evil.example/"},
        {"X-Forwarded-Prefix": "//evil.example"},
    ],
    ids=lambda headers: ",".join(headers),
)
def test_letters_always_link_to_the_configured_address(app: Flask, client: FlaskClient, headers: dict[str, str]):
    with app.app_context():
        make_person("jana@lumenfold.example")
    answer = client.post("/login", data={"email": "jana@lumenfold.example"}, headers=headers)
    assert (answer.status_code, answer.location) == (303, "/login/sent")
    with app.app_context():
        letter = letters.render(db.session.scalars(sa.select(OutboxLetter)).one())
    assert letter is not None
    assert set(re.findall(r"https?://[^/\s\"<]+", letter.text + letter.html)) == {"http://localhost"}


def test_secrets_in_addresses_never_reach_a_log(app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture):
    secret = "abcdefghijklmnop1-1-abcdefghijklmnopqrstuvwxyz"
    caplog.set_level("DEBUG")
    for prefix in ("login", "confirm", "r", "t", "c"):
        app.logger.warning("GET /%s/%s HTTP/1.1", prefix, secret)
        try:
            raise LookupError(f"http://localhost/{prefix}/{secret}.ics?lang=de")
        except LookupError:
            app.logger.exception("while asked for %s", f"/{prefix}/{secret}")
    app.logger.warning("scanned EV1:ABCDEFGHIJKLMNOPQRSTUVWXYZ $%%*")
    assert secret not in caplog.text
    assert "ABCDEFGH" not in caplog.text
    assert caplog.text.count("/login/…") == 3


def test_what_is_no_secret_stays_readable():
    line = "GET /e/bionection-2027/register/people /login/sent /login/passkey /r 127.0.0.1"
    assert redact(line) == line


def test_sign_in_leaves_no_person_behind_for_the_next_request(app: Flask, client: FlaskClient):
    with app.app_context():
        person = make_person()
        sign_in(client, person)
        assert client.get("/account").status_code == 200
        assert app.test_client().get("/account").status_code == 302
        assert db.session.scalars(sa.select(Person)).one().id == person.id
