"""No page of another site can make somebody's browser do anything here."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.routing import AnyConverter, Rule

from partnering.db import transaction
from partnering.headers import comes_from_elsewhere
from tests.factories.events import make_admin, make_event, make_participant
from tests.support.signing_in import sign_in

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
FORGED: list[dict[str, Any]] = [{"data": {"a": "b"}}, {"json": {}}, {"data": {"csrf_token": "forged"}}]


TAKES_NO_FORM = "/e/abcdefghijklmnop/door/scans"
"""What was scanned without network comes from a page that has no token: as JSON, and never from another site."""


def some_path(rule: Rule) -> str:
    """A path that a rule serves, its variables filled with something of the right shape."""
    values: dict[str, object] = {}
    for name in rule.arguments - set(rule.defaults or {}):
        converter = rule._converters[name]
        if type(converter).__name__ == "IntegerConverter":
            values[name] = 1
        elif isinstance(converter, AnyConverter):
            values[name] = min(converter.items)
        else:
            values[name] = "abcdefghijklmnop"
    built = rule.build(values, append_unknown=False)
    assert built is not None, rule
    return str(built[1])


def unsafe_routes(app: Flask) -> Iterator[tuple[str, str]]:
    """Method and path of everything that is not only read."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & UNSAFE):
            yield method, some_path(rule)


@pytest.mark.usefixtures("csrf")
@pytest.mark.parametrize("signed_in", [False, True], ids=["visitor", "signed in"])
def test_every_unsafe_route_refuses_what_has_no_token(app: Flask, client: FlaskClient, signed_in: bool):
    with app.app_context(), transaction():
        event = make_event("abcdefghijklmnop")
        person = make_admin()
        make_participant(event, person)
    if signed_in:
        sign_in(client, person)
    routes = list(unsafe_routes(app))
    assert len(routes) > 15
    let_through = {}
    for method, path in routes:
        for sent in FORGED:
            status = client.open(path, method=method, **sent).status_code
            refused = (302, 415, 422) if path == TAKES_NO_FORM else (400, 403)
            if status not in refused:
                let_through[method, path] = status
    assert let_through == {}


@pytest.mark.usefixtures("csrf")
def test_with_its_token_a_form_is_taken(client: FlaskClient):
    client.get("/login")
    with client.session_transaction() as session:
        assert "csrf_token" in session
    page = client.get("/login").get_data(as_text=True)
    token = page.split('name="csrf_token" type="hidden" value="', 1)[1].split('"', 1)[0]
    answer = client.post("/login", data={"email": "jana@lumenfold.example", "csrf_token": token})
    assert answer.status_code == 303
    thief = client.application.test_client()
    thief.get("/login")
    assert thief.post("/login", data={"email": "x@lumenfold.example", "csrf_token": token}).status_code == 400


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({}, False),
        ({"Sec-Fetch-Site": "same-origin"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, False),
        ({"Origin": "http://localhost"}, False),
        ({"Origin": "null"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, True),
        ({"Origin": "https://evil.example"}, True),
        ({"Origin": "http://localhost.evil.example"}, True),
        ({"Origin": "http://localhost:8001"}, True),
    ],
)
def test_the_browsers_word_on_where_a_form_comes_from_counts(
    app: Flask, client: FlaskClient, headers: dict[str, str], refused: bool
):
    with app.test_request_context("/login", method="POST", headers=headers):
        assert comes_from_elsewhere(request) is refused
    status = client.post("/login", data={"email": "jana@lumenfold.example"}, headers=headers).status_code
    assert status == (400 if refused else 303)


def test_reading_changes_nothing_and_methods_are_not_overridden(app: Flask, client: FlaskClient):
    for name in ("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"):
        assert client.get("/login", headers={name: "POST"}).status_code == 200
    assert client.post("/login?_method=DELETE", data={"_method": "DELETE", "email": "a@b.example"}).status_code == 303


def test_only_declared_methods_are_answered(app: Flask, client: FlaskClient):
    wrong = {}
    routes = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        declared = set(routes.allowed_methods(some_path(rule)))
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"):
            if method in declared:
                continue
            status = client.open(some_path(rule), method=method).status_code
            if status not in (404, 405):
                wrong[method, str(rule)] = status
    assert wrong == {}
