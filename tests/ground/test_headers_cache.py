"""What may be kept where: public pages for a minute without cookies, everything personal nowhere."""

from typing import Any

import pytest
from flask import session
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from partnering import headers
from partnering.guards import guarded, public
from tests.factories import make_event, make_person
from tests.support.signing_in import sign_in

pytestmark = pytest.mark.engine("sqlite")


@pytest.fixture
def site(make_app) -> Any:
    """A site with two pages more: one that is public for a minute, and one that also sets a cookie."""
    app = make_app()

    @guarded(public)
    def kept() -> str:
        headers.cacheable(60)
        return "the same for everybody"

    @guarded(public)
    def with_cookie() -> str:
        headers.cacheable(60)
        session["seen"] = True
        return "yours"

    @guarded(public)
    def personal() -> str:
        return "yours"

    @guarded(public)
    def scanner() -> str:
        headers.allow_wasm()
        return "scan"

    @guarded(public)
    def secret() -> str:
        headers.secret_path()
        return "secret"

    for view in (kept, with_cookie, personal, scanner, secret):
        app.add_url_rule(f"/probe/{view.__name__}", f"probe_{view.__name__}", view)
    return app


def test_a_public_page_may_be_kept(site):
    answer = site.test_client().get("/probe/kept")

    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert {part.strip() for part in ",".join(answer.headers.getlist("Vary")).split(",")} >= {
        "Accept-Language",
        "Cookie",
    }
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["with_cookie", "personal"])
def test_what_is_not_the_same_for_everybody_is_not_kept(site, path):
    assert site.test_client().get(f"/probe/{path}").headers["Cache-Control"] == "no-store"


def test_a_public_page_is_not_kept_for_whoever_is_signed_in(site):
    client = site.test_client()
    with site.app_context():
        sign_in(client, make_person())

    assert client.get("/probe/kept").headers["Cache-Control"] == "no-store"


def test_errors_are_kept_nowhere(site):
    assert site.test_client().get("/probe/nothing").headers["Cache-Control"] == "no-store"


def test_an_unchanged_event_page_is_not_sent_again(app, client):
    with app.app_context():
        slug = make_event().slug
    first = client.get(f"/e/{slug}/")
    tag = first.headers.get("ETag")

    assert first.headers["Cache-Control"].startswith("public, max-age=")
    assert tag is not None
    second = client.get(f"/e/{slug}/", headers={"If-None-Match": tag})
    assert (second.status_code, second.data) == (304, b"")
    assert second.headers["Cache-Control"] == first.headers["Cache-Control"]


def test_only_the_scanners_page_may_compile(site):
    client = site.test_client()

    plain, wasm = (client.get(f"/probe/{path}").headers["Content-Security-Policy"] for path in ("kept", "scanner"))

    assert "unsafe" not in plain
    assert "script-src 'self' 'wasm-unsafe-eval'" in wasm.split("; ")
    assert "object-src 'none'" in wasm.split("; ")
    assert client.get("/probe/kept").headers["Content-Security-Policy"] == plain


def test_a_secret_address_is_not_sent_on(site):
    client = site.test_client()

    assert client.get("/probe/secret").headers["Referrer-Policy"] == "no-referrer"
    assert client.get("/probe/kept").headers["Referrer-Policy"] == "same-origin"


def test_each_answer_has_a_number_of_its_own(site):
    client = site.test_client()

    assert len({client.get("/probe/kept").headers["X-Request-Id"] for _ in range(20)}) == 20


@pytest.mark.parametrize(("sent", "value"), [("", None), ("a=1", "1"), ("a=1&a=1", "1"), ("a=", ""), ("b=2", None)])
def test_a_parameter_has_one_value(sent, value):
    pairs = [tuple(pair.split("=")) for pair in sent.split("&") if pair]

    assert headers.single(MultiDict(pairs), "a") == value


def test_a_parameter_with_two_values_is_refused():
    with pytest.raises(BadRequest):
        headers.single(MultiDict([("a", "1"), ("a", "2")]), "a")
