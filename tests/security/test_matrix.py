"""R51, R52, R42: every route for every role, on both databases; nothing of another event; no route without a row."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from partnering.guards import GuardedBlueprint, guarded, public

from .matrix import BODIES, JSON, MATRIX, REFUSED, ROLES, SIGNED_IN, denied_as
from .stage import NO_OBJECTS, Stage, methods_of, on_stage, outcome, parameters, routes

OWN_ANSWERS = {200, 302, 303, 304, 308}
NOT_BEGUN = {"delegates.register_profile": 409, "meetings.notices_now": 204}
"""Steps that say so when the step before is missing, and news that there are none of."""


@pytest.fixture(scope="module")
def stage(engine: str) -> Iterator[Stage]:
    """A world that the tests of this module share."""
    with on_stage(engine) as stage:
        yield stage


def expected(rule: Rule, role: str) -> str:
    """What the matrix says."""
    if role in MATRIX[rule.endpoint]:
        return "in"
    return denied_as(rule.endpoint, role, by_link="token" in rule.arguments)


def known(app: Flask) -> list[Rule]:
    """The routes that have a row; the first test names those that do not."""
    return [rule for rule in routes(app) if rule.endpoint in MATRIX]


def told_to(stage: Stage, rule: Rule, method: str, role: str) -> tuple[str, bool]:
    """What a role is told, and whether that may have changed something."""
    response = stage.ask(stage.visitor(role), method, stage.address(rule, role), rule.endpoint)
    told = outcome(response)
    if method == "GET" and told == "in" and response.status_code not in OWN_ANSWERS:
        told = told if response.status_code == NOT_BEGUN.get(rule.endpoint) else str(response.status_code)
    return told, method != "GET" and (response.status_code == 429 or (told == "in" and response.status_code < 400))


def walk(stage: Stage, *, endpoint: str = "") -> dict[tuple[str, str, str], tuple[str, str]]:
    """Every (endpoint, method, role) whose answer is not what the matrix says: (told, expected)."""
    wrong = {}
    for rule in known(stage.app):
        if endpoint and rule.endpoint != endpoint:
            continue
        for method in methods_of(rule):
            changed = False
            for role in ROLES:
                told, changes = told_to(stage, rule, method, role)
                if told != expected(rule, role) and changed:
                    stage.restore()  # somebody before was let in and changed something
                    told, changes = told_to(stage, rule, method, role)
                changed = changed or changes
                if told != expected(rule, role):
                    wrong[rule.endpoint, method, role] = (told, expected(rule, role))
            if changed:
                stage.restore()
    return wrong


@pytest.mark.engine("sqlite")
def test_every_endpoint_has_a_row_and_every_row_an_endpoint(stage: Stage):
    endpoints = {rule.endpoint for rule in routes(stage.app)}

    assert endpoints - set(MATRIX) == set(), "endpoints without a row"
    assert set(MATRIX) - endpoints == set(), "rows without an endpoint"
    assert {endpoint for endpoint, _role in REFUSED} | set(BODIES) | set(JSON) <= endpoints


@pytest.mark.timeout(400)
def test_everybody_gets_in_where_they_may_and_nowhere_else(stage: Stage):
    assert walk(stage) == {}


def test_looking_changes_nothing(stage: Stage):
    stage.restore()
    before = stage.contents()
    for rule in known(stage.app):
        for role in sorted(MATRIX[rule.endpoint]):
            if "GET" in methods_of(rule):
                address = stage.address(rule, role)
                stage.visitor(role).get(address, buffered=True)
                stage.visitor(role).head(address, buffered=True)

    assert stage.contents() == before


def test_things_of_another_event_do_not_exist_here(stage: Stage):
    stage.restore()
    before = stage.contents()
    found = {}
    for rule in known(stage.app):
        for name in sorted(parameters(rule) - NO_OBJECTS):
            for method in methods_of(rule):
                for role in (role for role in ROLES if role != "foreign organiser"):  # to whom they are her own
                    address = stage.address(rule, role, foreign=name)
                    response = stage.ask(stage.visitor(role), method, address, rule.endpoint)
                    if outcome(response) in ("in", "broken"):
                        found[rule.endpoint, method, role, name] = response.status_code

    assert found == {}
    assert stage.contents() == before


def test_people_of_one_event_find_no_other(stage: Stage):
    found = {}
    for rule in known(stage.app):
        if "event_slug" not in rule.arguments or MATRIX[rule.endpoint] >= SIGNED_IN:
            continue  # who hands a contribution in takes part from then on
        for role in ("attendee", "other attendee", "exhibitor", "speaker", "crew", "organiser", "device", "kiosk"):
            if role in ("device", "kiosk") and role not in MATRIX[rule.endpoint]:
                continue  # who is led to sign in, as anybody without an account
            values = {
                name: stage.value(rule.endpoint, name, role, foreign=name == "event_slug" or name not in NO_OBJECTS)
                for name in parameters(rule)
            }
            for method in methods_of(rule):
                address = stage.app.url_map.bind("localhost").build(rule.endpoint, values, method=method)
                told = outcome(stage.ask(stage.visitor(role), method, address, rule.endpoint))
                if told != "absent":
                    found[rule.endpoint, method, role] = told

    assert found == {}


# -- and the matrix would notice


@pytest.mark.engine("sqlite")
def test_a_route_without_guard_is_not_served(engine: str):
    def forget_the_guard(app: Flask) -> None:
        app.add_url_rule("/forgotten", "forgotten", lambda: "all attendees")

    with on_stage(engine, prepare=forget_the_guard) as stage:
        assert [stage.visitor(role).get("/forgotten").status_code for role in ROLES] == [404] * len(ROLES)
        assert "forgotten" in {rule.endpoint for rule in routes(stage.app)} - set(MATRIX)


@pytest.mark.engine("sqlite")
def test_a_wrong_guard_is_noticed(engine: str):
    def open_the_desk(app: Flask) -> None:
        view = app.view_functions["events_desk.team"]
        app.view_functions["events_desk.team"] = guarded(_loading(app, public))(_copy_of(view))

    with on_stage(engine, prepare=open_the_desk) as stage:
        wrong = walk(stage, endpoint="events_desk.team")

    assert ("events_desk.team", "GET", "visitor") in wrong
    assert ("events_desk.team", "GET", "attendee") in wrong


def _copy_of(view):
    def copy(**values):
        return view(**values)

    return copy


def _loading(app: Flask, guard):
    from partnering.events.routing import within_event

    assert isinstance(app.blueprints["events_desk"], GuardedBlueprint)
    return within_event(guard)
