"""What every answer of every page carries, asked with a whole conference: R23, R25, R27, R30, R53, R62."""

import json
from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from .matrix import EVERYBODY, MATRIX
from .stage import Stage, methods_of, on_stage, routes

HOSTILE_ORIGINS = (
    "https://evil.example",
    "null",
    "http://localhost.evil.example",
    "http://evillocalhost",
    "http://localhost:81",
    "https://localhost",
    "http://sub.localhost",
    "file://",
    "http://localhost@evil.example",
    "http://LOCALHOST.",
)
NUMBERS = {"doors", "last"}
DOOR = {"id", "name", "count", "of"}


@pytest.fixture(scope="module")
def stage(engine: str) -> Iterator[Stage]:
    """A world that the tests of this module look at."""
    with on_stage(engine) as stage:
        yield stage


SENT_FILES = ("backoffice.answer_file", "programme.own_file", "programme.file", "programme_speakers.download")

DRAWN = ("organisations.logo", "programme.photo")

AGREED = ("contacts.", "leads.")
"""Rooms' pages that show the details of those who have agreed to it; tests/contacts shows that of nobody else."""

Looks = list[tuple[Rule, str, TestResponse]]


@pytest.fixture(scope="module")
def looks(stage: Stage) -> Looks:
    """Every page, file and list, opened by everybody who may."""
    return [
        (rule, role, stage.visitor(role).get(stage.address(rule, role), buffered=True))
        for rule in routes(stage.app)
        if "GET" in methods_of(rule) and rule.endpoint != "static"
        for role in sorted(MATRIX[rule.endpoint])
    ]


def test_personal_answers_are_stored_nowhere_and_public_ones_bring_no_cookie(stage: Stage, looks: Looks):
    wrong = []
    for rule, role, response in looks:
        rules = response.headers.get("Cache-Control", "")
        public = rules.startswith("public")
        personal = role in stage.sessions or MATRIX[rule.endpoint] != EVERYBODY
        feed = rule.endpoint == "schedule.feed" and rules == "private, no-cache"
        if personal and not feed and rules != "no-store":
            wrong.append((rule.endpoint, role, rules))
        if public and "Set-Cookie" in response.headers:
            wrong.append((rule.endpoint, role, "a cookie on a public page"))
        if "Cookie" not in response.headers.get("Vary", "") and not feed:
            wrong.append((rule.endpoint, role, f"Vary: {response.headers.get('Vary')}"))

    assert wrong == []


def test_every_answer_says_what_it_is(looks: Looks):
    expected = {
        ".ics": "text/calendar; charset=utf-8",
        ".pdf": "application/pdf",
        ".xml": "application/xml",
        ".csv": "text/csv; charset=utf-8",
        ".zip": "application/zip",
        ".css": "text/css; charset=utf-8",
        ".vcf": "text/vcard; charset=utf-8",
        ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
    wrong = {}
    for rule, role, response in looks:
        if 300 < response.status_code < 400:
            continue
        if rule.endpoint in SENT_FILES:  # it is what somebody sent, and never shown in the page
            assert response.headers["Content-Disposition"].startswith("attachment")
            continue
        if rule.endpoint in DRAWN:  # drawn anew by us; opened as a page it is in a sandbox
            assert response.content_type == "image/png"
            assert "sandbox" in response.headers["Content-Security-Policy"]
            continue
        suffix = rule.rule[rule.rule.rfind(".") :] if "." in rule.rule else ""
        kind = "application/json" if response.is_json else expected.get(suffix, "text/html; charset=utf-8")
        if response.content_type != kind:
            wrong[rule.endpoint, role] = response.content_type

    assert wrong == {}


def test_cookies_are_for_this_site_alone(looks: Looks):
    wrong = []
    for rule, role, response in looks:
        for cookie in response.headers.getlist("Set-Cookie"):
            parts = {part.strip().lower() for part in cookie.split(";")[1:]}
            if not {"httponly", "samesite=lax", "path=/"} <= parts or any(part.startswith("domain") for part in parts):
                wrong.append((rule.endpoint, role, cookie))

    assert wrong == []


def test_pages_with_a_secret_address_send_no_referrer(looks: Looks):
    wrong = []
    for rule, role, response in looks:
        wanted = "no-referrer" if "token" in rule.arguments else "same-origin"
        if response.headers["Referrer-Policy"] != wanted:
            wrong.append((rule.endpoint, role))

    assert wrong == []


def test_no_other_site_may_read_an_answer(stage: Stage):
    for origin in HOSTILE_ORIGINS:
        for role, path in (("organiser", f"/manage/{stage.world.own.slug}/door/numbers"), ("attendee", "/account")):
            response = stage.visitor(role).get(path, headers={"Origin": origin})
            assert [name for name, _value in response.headers if name.startswith("Access-Control")] == []


def test_programs_get_these_keys_and_no_others(stage: Stage):
    response = stage.visitor("organiser").get(f"/manage/{stage.world.own.slug}/door/numbers")

    said = json.loads(response.text)
    assert set(said) == NUMBERS
    assert all(set(door) == DOOR for door in said["doors"])


def test_addresses_of_others_are_on_no_page_of_a_guest(stage: Stage, looks: Looks):
    own = stage.world.own
    addresses = {*own.addresses.values(), *stage.world.other.addresses.values()}
    found = {}
    for rule, role, response in looks:
        if role not in ("attendee", "other attendee", "exhibitor", "speaker", "crew", "foreign organiser"):
            continue
        if rule.endpoint.startswith(AGREED):
            continue
        mine = {own.addresses.get(role, ""), stage.world.other.addresses["organiser"]}
        shown = {address for address in addresses - mine if address.encode() in response.data}
        if shown:
            found[rule.endpoint, role] = shown

    assert found == {}


def test_errors_name_no_secret_of_the_house(stage: Stage):
    client = stage.visitor("attendee")
    for path in ("/nothing", f"/e/{stage.world.own.slug}/me/meetings/nothing", "/t/nothing"):
        for accept in ("text/html", "application/json"):
            response = client.get(path, headers={"Accept": accept})
            assert response.status_code == 404
            assert "Traceback" not in response.text
            if accept == "application/json":
                assert set(json.loads(response.text)) == {"error", "message", "request_id"}
