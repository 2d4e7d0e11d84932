"""What people and programs read when something goes wrong: a sentence, a status, a number, and never a trace."""

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask, abort, request
from flask.testing import FlaskClient
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.test import TestResponse

from partnering import errors
from partnering.db import db, transaction
from partnering.errors import SENTENCES, DomainError
from partnering.guards import guarded, public
from partnering.i18n import speaking
from tests.factories import make_event
from tests.support import databases
from tests.support.there import there

SECRET = "password-of-the-database"
JSON = {"Accept": "application/json"}


class SlotGone(DomainError):
    message = "Just taken."
    status = 409


@guarded(public)
def fail(how: str) -> str:
    """Fail in the way that the address asks for."""
    if how.isdigit():
        abort(int(how))
    if how == "domain":
        raise SlotGone(free=[1])
    if how == "too-many":
        error = errors.TooMany()
        error.seconds = 42
        raise error
    if how == "stale":
        raise StaleDataError
    if how == "bug":
        raise RuntimeError(SECRET)
    return str(request.form.get("x", ""))


@pytest.fixture
def failing(make_app) -> FlaskClient:
    """A visitor of a site with a page that fails on purpose; errors are answered, as they are in production."""
    return with_failures(make_app()).test_client()


def with_failures(app: Flask) -> Flask:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/fail/<how>", "fail", fail, methods=["GET", "POST"])
    return app


def sentence_in(page: str) -> str:
    found = re.search(r'<p class="lead">([^<]+)</p>', page)
    return found[1] if found else ""


def tell_nothing(answer: TestResponse) -> bool:
    """Whether an answer holds neither trace nor secret."""
    return not re.search(rf"Traceback|File &#34;|\.py\b|{SECRET}|sqlalchemy|psycopg|sqlite", answer.text, re.IGNORECASE)


@pytest.mark.engine("sqlite")
def test_each_status_is_a_page_and_json(failing):
    wrong = []
    for status in SENTENCES:
        page = failing.get(f"/fail/{status}?lang=en")
        told = failing.get(f"/fail/{status}?lang=en", headers=JSON)
        with failing.application.test_request_context(), speaking("en"):
            sentence = str(SENTENCES[500 if status >= 500 else status])
        shown = 500 if status >= 500 else status
        facts = (
            page.status_code == told.status_code == shown,
            page.mimetype == "text/html" and told.mimetype == "application/json",
            told.json is not None and told.json["message"] == sentence,
            told.json is not None and told.json["request_id"] == told.headers["X-Request-Id"],
            page.text.count("<h1>") == 1 and page.headers["X-Request-Id"] in page.text,
            page.headers["Cache-Control"] == told.headers["Cache-Control"] == "no-store",
            tell_nothing(page) and tell_nothing(told),
        )
        if not all(facts):
            wrong.append((status, facts))

    assert wrong == []


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    ("how", "status", "code"),
    [("domain", 409, "slot_gone"), ("stale", 409, "stale"), ("too-many", 429, "too_many"), ("404", 404, "http_404")],
)
def test_a_program_is_told_the_fact(failing, how, status, code):
    answer = failing.get(f"/fail/{how}", headers=JSON)

    assert (answer.status_code, answer.json["error"]) == (status, code)


@pytest.mark.engine("sqlite")
def test_a_refused_deed_says_its_sentence(failing):
    assert sentence_in(failing.get("/fail/domain").text) == "Just taken."


@pytest.mark.engine("sqlite")
def test_whoever_is_too_quick_learns_how_long_to_wait(failing):
    assert failing.get("/fail/too-many").headers["Retry-After"] == "42"


@pytest.mark.engine("sqlite")
def test_a_bug_is_told_to_the_log_and_to_nobody_else(failing, caplog):
    with caplog.at_level(logging.ERROR):
        answer = failing.get("/fail/bug")

    number = answer.headers["X-Request-Id"]
    assert answer.status_code == 500
    assert tell_nothing(answer)
    assert number in answer.text
    assert [record.getMessage() for record in caplog.records] == [f"unexpected error, request {number}"]
    assert caplog.records[0].exc_info is not None


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    ("language", "words"), [("de", "Diese Seite gibt es nicht"), ("en", "This page does not exist")]
)
def test_errors_speak_the_visitors_language(failing, language, words):
    page = failing.get("/no/such/page", headers={"Accept-Language": language}).text

    assert f"<h1>{words}</h1>" in page
    assert f'<html lang="{language}"' in page


@pytest.mark.engine("sqlite")
def test_a_wrong_method_names_the_right_ones(failing):
    answer = failing.delete("/static/css/tokens.css")

    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.engine("sqlite")
def test_a_form_without_its_token_has_expired(failing):
    answer = failing.post("/fail/nothing", headers=JSON)

    assert (answer.status_code, answer.json["error"]) == (400, "csrf")


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("path", ["/", "/static/css/tokens.css", "/no/such/page"])
@pytest.mark.parametrize("headers", [{}, JSON], ids=["page", "json"])
def test_a_host_that_is_not_ours_is_answered_with_a_sentence(failing, path, headers, caplog):
    with caplog.at_level(logging.WARNING):
        answer = failing.get(path, headers={"Host": "evil.example", **headers})

    assert answer.status_code == 400
    assert answer.mimetype == "text/plain"
    assert "evil" not in answer.text
    assert tell_nothing(answer)
    assert caplog.records == []


# -- the database is away


@contextmanager
def away(app: Flask) -> Iterator[None]:
    """The application's database, out of reach for a while."""
    with app.app_context():
        db.session.remove()
        url = db.engine.url
        if db.engine.dialect.name == "sqlite":
            db.engine.dispose()
            path = Path(str(url.database))
            hidden = path.rename(path.with_suffix(".hidden"))
            path.mkdir()  # which no database opens
        else:
            databases.administer("ALTER DATABASE {} ALLOW_CONNECTIONS false", str(url.database))
            cut_off(str(url.database))
    try:
        yield
    finally:
        if url.get_backend_name() == "sqlite":
            path.rmdir()
            hidden.rename(path)
        else:
            databases.administer("ALTER DATABASE {} ALLOW_CONNECTIONS true", str(url.database))


def cut_off(name: str) -> None:
    """End every connection to a database of the cluster, as a restart does."""
    with sa.create_engine(databases.postgres_url("postgres"), poolclass=sa.NullPool).connect() as connection:
        connection.execute(
            sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
        )
        connection.rollback()


def test_without_its_database_the_site_asks_for_patience_and_then_goes_on(make_app, caplog):
    app = with_failures(make_app())
    with app.app_context():
        slug = make_event().slug
    client = app.test_client()
    assert client.get(f"/e/{slug}/").status_code == 200

    with away(app), caplog.at_level(logging.CRITICAL + 1):
        answers = {path: client.get(path) for path in (f"/e/{slug}/", f"/manage/{slug}/", "/", "/account")}
        told = client.get(f"/e/{slug}/", headers=JSON)
        with client.get("/static/css/tokens.css") as static:
            assert static.status_code == 200
    after = client.get(f"/e/{slug}/")

    assert answers.pop("/account").status_code == 302  # to sign in: visitors have nothing to look up
    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(answers, 503)
    for answer in (*answers.values(), told):
        assert answer.headers["Retry-After"] == "5"
        assert answer.headers["Cache-Control"] == "no-store"
        assert tell_nothing(answer)
    assert (told.status_code, there(told.json)["error"]) == (503, "unavailable")
    assert after.status_code == 200


@pytest.mark.engine("postgresql")
def test_a_pool_of_dead_connections_is_noticed_before_people_are(make_app):
    app = make_app()
    with app.app_context():
        slug = make_event().slug
        db.session.remove()
        name = str(db.engine.url.database)
    client = app.test_client()
    assert client.get(f"/e/{slug}/").status_code == 200

    cut_off(name)

    assert client.get(f"/e/{slug}/").status_code == 200


@pytest.mark.engine("sqlite")
def test_a_writer_that_waits_too_long_is_told_to_come_back(make_app):
    app = with_failures(make_app())

    @guarded(public)
    def write() -> str:
        db.session.execute(sa.text("PRAGMA busy_timeout=50"))
        with transaction():
            return "written"

    app.add_url_rule("/write", "write", write)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with app.app_context(), transaction():
            held.set()
            done.wait(30)

    writer = threading.Thread(target=hold)
    writer.start()
    try:
        assert held.wait(30)
        busy = app.test_client().get("/write")
    finally:
        done.set()
        writer.join()

    assert (busy.status_code, busy.headers.get("Retry-After")) == (503, "5")
    assert app.test_client().get("/write").text == "written"


@pytest.mark.engine("sqlite")
def test_a_slash_too_many_leads_to_the_page(client: FlaskClient, ctx: Flask):
    make_event("probe")
    answer = client.get("/e/probe/programme/?q=%C3%A4&lang=en")
    assert (answer.status_code, answer.location) == (308, "/e/probe/programme?q=%C3%A4&lang=en")
    assert client.get("/e/probe/programme/", follow_redirects=True).status_code == 200
    assert client.get("/e/probe/speakers/nobody/").location == "/e/probe/speakers/nobody"
    assert client.get("/e/probe/speakers/nobody").status_code == 404
    for address in ("/nothing/", "/e/probe/nothing/"):
        assert client.get(address).status_code == 404, address
    assert client.post("/e/probe/programme/").status_code == 404


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "path", ["//evil.example/", "//evil.example/help/", "/\\evil.example/", "//help/", "///help//"]
)
def test_a_slash_too_many_leads_nowhere_else(client: FlaskClient, path: str):
    location = client.get("/", environ_overrides={"PATH_INFO": path, "REQUEST_URI": path}).location or "/"
    assert re.match(r"(http://localhost)?/(?![/\\])", location), location
