"""Deny by default: what nobody guards is not served, and guards are asked before views."""

import pytest
from flask import Blueprint, Flask, abort, redirect

from partnering import guards
from partnering.errors import Forbidden
from partnering.guards import GuardedBlueprint, guard_of, guarded, public

SERVED: list[str] = []


def refuse() -> None:
    """Let nobody in who is known."""
    raise Forbidden


def send_away():
    """Send everybody to the front door."""
    return redirect("/front-door")


def view() -> str:
    """A page that remembers that it was shown."""
    SERVED.append("shown")
    return "shown"


@pytest.fixture
def site() -> Flask:
    """Nothing but guards, and a page behind each kind of them."""
    SERVED.clear()
    app = Flask(__name__)
    guards.install(app)
    app.register_error_handler(Forbidden, lambda error: ("forbidden", 403))
    app.add_url_rule("/bare", "bare", lambda: view(), methods=["GET", "POST"])
    app.add_url_rule("/marked", "marked", guarded(public)(lambda: view()))
    plain = Blueprint("plain", __name__)
    plain.add_url_rule("/plain", "page", lambda: view())
    open_room = GuardedBlueprint("open_room", __name__, guard=public)
    open_room.add_url_rule("/open", "page", lambda: view())
    open_room.add_url_rule("/open/refused", "refused", guarded(refuse)(lambda: view()))
    open_room.add_url_rule("/open/gone", "gone", lambda: abort(410))
    closed = GuardedBlueprint("closed", __name__, guard=refuse)
    closed.add_url_rule("/closed", "page", lambda: view())
    closed.add_url_rule("/closed/open", "open", guarded(public)(lambda: view()))
    away = GuardedBlueprint("away", __name__, guard=send_away)
    away.add_url_rule("/away", "page", lambda: view())
    for blueprint in (plain, open_room, closed, away):
        app.register_blueprint(blueprint)
    return app


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/bare", 404),
        ("/plain", 404),
        ("/marked", 200),
        ("/open", 200),
        ("/open/refused", 403),
        ("/open/gone", 410),
        ("/closed", 403),
        ("/closed/open", 200),
        ("/away", 302),
        ("/nothing", 404),
    ],
)
def test_only_what_a_guard_lets_pass_is_served(site, path, status):
    answer = site.test_client().get(path)

    assert answer.status_code == status
    shown = ["shown"] if status == 200 else []
    assert shown == SERVED


@pytest.mark.parametrize("method", ["POST", "HEAD", "GET"])
def test_an_unguarded_page_is_served_in_no_way(site, method):
    assert site.test_client().open("/bare", method=method).status_code == 404
    assert SERVED == []


def test_a_wrong_method_is_answered_as_such(site):
    answer = site.test_client().post("/open")

    assert (answer.status_code, SERVED) == (405, [])
    assert "GET" in answer.headers["Allow"]


def test_guards_are_found_by_endpoint(site):
    endpoints = ("bare", "plain.page", "marked", "open_room.page", "open_room.refused", "closed.page", "away.page")

    assert [guard_of(site, endpoint) for endpoint in endpoints] == [
        None,
        None,
        public,
        public,
        refuse,
        refuse,
        send_away,
    ]


@pytest.mark.engine("sqlite")
def test_every_page_of_the_house_has_its_guard(app):
    unguarded = [rule.endpoint for rule in app.url_map.iter_rules() if guard_of(app, rule.endpoint) is None]

    assert unguarded == []


@pytest.mark.engine("sqlite")
def test_a_page_added_to_the_house_without_guard_is_not_there(make_app):
    app = make_app()
    app.add_url_rule("/forgotten", "forgotten", lambda: view())
    SERVED.clear()

    assert app.test_client().get("/forgotten").status_code == 404
    assert SERVED == []
