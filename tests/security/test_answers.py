"""What every answer of every page carries, asked with a whole conference: R23, R25, R27, R30, R53, R62."""

import gzip
import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from partnering.accounts.models import EmailAddress
from partnering.contacts.models import CardExchange, Lead
from partnering.db import db
from partnering.delegates.models import Delegate
from partnering.events.models import Participant

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
TOLD = {"whole", "cursor", "stamp", "now", "lease_until", "salt", "event", "may", "lists", "tickets", "addons", "rows"}
GUEST = 8
"""Hash, registration, name, organisation, ticket type, state, add-ons, stories: nothing else of a guest is told."""


@pytest.fixture(scope="module")
def stage(engine: str) -> Iterator[Stage]:
    """A world that the tests of this module look at."""
    with on_stage(engine) as stage:
        yield stage


SENT_FILES = ("backoffice.answer_file", "programme.own_file", "programme.file", "programme_speakers.download")

DRAWN = ("organisations.logo", "programme.photo")

OTHER_KINDS = {
    "checkin.worker": "text/javascript; charset=utf-8",
    "checkin.manifest": "application/manifest+json",
}

AGREED = ("contacts.", "leads.")
"""Rooms' pages that show the details of those who have agreed to it."""

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
        if rule.endpoint in OTHER_KINDS:
            assert response.content_type == OTHER_KINDS[rule.endpoint]
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
    response = stage.visitor("crew").get(f"/e/{stage.world.own.slug}/door/sync")

    said = json.loads(gzip.decompress(response.data))
    assert set(said) == TOLD
    assert said["rows"]
    assert all(len(row) == GUEST for row in said["rows"])


def _given_to(stage: Stage, address: str) -> set[str]:
    """The addresses of those who exchanged cards with whoever has this one, or are leads of their organisation."""
    with stage.app.app_context():
        held = sa.select(Participant.id).where(
            Participant.person_id.in_(sa.select(EmailAddress.person_id).where(EmailAddress.address == address))
        )
        mine = set(db.session.scalars(held))
        exchanges = db.session.scalars(
            sa.select(CardExchange).where(
                CardExchange.low_agreed_at.is_not(None),
                CardExchange.high_agreed_at.is_not(None),
                CardExchange.ended_at.is_(None),
            )
        )
        pairs = [(each.low_id, each.high_id) for each in exchanges]
        others = {other for low, high in pairs for one, other in ((low, high), (high, low)) if one in mine}
        profiles = sa.select(Delegate.profile_id).where(Delegate.participant_id.in_(mine))
        leads = sa.select(Lead.participant_id).where(Lead.profile_id.in_(profiles), Lead.withdrawn_at.is_(None))
        others |= set(db.session.scalars(leads))
        known = sa.select(Participant.person_id).where(Participant.id.in_(others))
        return set(db.session.scalars(sa.select(EmailAddress.address).where(EmailAddress.person_id.in_(known))))


def test_addresses_of_others_are_on_no_page_of_a_guest(stage: Stage, looks: Looks):
    own = stage.world.own
    addresses = {*own.addresses.values(), *stage.world.other.addresses.values()}
    guests = ("attendee", "other attendee", "exhibitor", "speaker", "crew", "foreign organiser")
    given = {role: _given_to(stage, own.addresses.get(role, "")) for role in guests}
    assert any(given.values())
    found = {}
    for rule, role, response in looks:
        if role not in guests:
            continue
        mine = {own.addresses.get(role, ""), stage.world.other.addresses["organiser"]}
        if rule.endpoint.startswith(AGREED):
            mine |= given[role]
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
