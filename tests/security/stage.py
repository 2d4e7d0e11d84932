"""A world in a database of its own, that is put back as it was whenever a test has changed it."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from partnering import memory
from partnering.accounts import sessions, tokens
from partnering.accounts.models import Person, SecondFactor, UserSession
from partnering.app import create_app
from partnering.db import db, transaction
from tests.factories.world import Conference, World, make_world, plainly
from tests.support import databases
from tests.support.signing_in import cookie_of

from . import matrix

FORGED = "aaaaaaaaaaaaaaaa1-1-aaaaaaaaaaaaaaaaaaaaaaaaaa"
NO_OBJECTS = {"event_slug", "token", "kind", "area", "filename", "day", "position", "way", "what", "deed", "version"}
"""URL parameters that name no stored thing, or the event itself."""

COOKIE_OF_DOORS = "door"

RESTLESS = {
    "device",
    "rate_limit",
    "user_session",
    "audit_entry",
    "audit_detail",
    "idempotency_key",
    "outbox_letter",
    "one_time_token",
}
"""Tables that may note that somebody looked or tried."""


class NoValue(LookupError):
    """The world has nothing to put into a URL parameter."""


@dataclass
class Stage:
    """An application with a `World` in it."""

    app: Flask
    world: World
    engine: str
    people: dict[str, int] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=dict)
    _kept: str = ""

    # -- who asks

    def visitor(self, role: str) -> FlaskClient:
        """A browser, signed in where the role is a person's, or with the token of a device."""
        client = self.app.test_client()
        host = self.app.extensions["settings"].host
        token = self.sessions.get(role)
        if token is not None:
            client.set_cookie(cookie_of(self.app), token, domain=host)
        if role in ("device", "kiosk"):  # with every request, wherever its browser would send it
            client.set_cookie(COOKIE_OF_DOORS, self.world.own.tokens[role], domain=self.app.extensions["settings"].host)
        return client

    def secret_of(self, role: str, endpoint: str) -> str:
        """What this role puts where an address wants a secret: its own one, whatever it is for, or a forged one."""
        own = self.world.own.tokens
        return {
            "party link": own["party"],
            "ticket link": own["ticket"],
            "feed link": own["feed"],
            "waiting link": own["waiting"],
            "letters link": own["letters"],
            "chosen link": own["chosen"],
            "given link": own["given"],
            "sign-in letter": self.letters["sign-in"],
            "attendee": self.letters["address"],
        }.get(role, FORGED)

    # -- what they ask for

    def address(self, rule: Rule, role: str, *, foreign: str = "") -> str:
        """The address of a route for this role; the parameter `foreign` names a thing of the other event."""
        values = {name: self.value(rule.endpoint, name, role, foreign=name == foreign) for name in parameters(rule)}
        with self.app.test_request_context():
            return self.app.url_map.bind("localhost").build(rule.endpoint, values, method=_method(rule))

    def value(self, endpoint: str, name: str, role: str, *, foreign: bool = False) -> str:
        """What stands for one URL parameter. Raises `NoValue`."""
        event = self.world.other if foreign else self.world.own
        if name == "event_slug":
            return event.slug
        if name == "token":
            return self.secret_of(role, endpoint)
        if name == "filename":
            return "css/components.css"
        things = event.things
        for key in (f"{endpoint}.{name}", f"{endpoint.partition('.')[0]}.{name}", name):
            if key in things:
                return things[key]
        raise NoValue(f"{endpoint}: the world has no {name}")

    def ask(self, client: FlaskClient, method: str, address: str, endpoint: str) -> TestResponse:
        """Send what is least: no query, an empty form, or an empty JSON object."""
        if method == "GET":
            return client.get(address, buffered=True)
        things = self.world.own.things
        body = {
            name: said.format_map(_Things(things)) if isinstance(said, str) else said
            for name, said in matrix.BODIES.get(endpoint, {}).items()
        }
        if endpoint in matrix.JSON:
            return client.open(address, method=method, json=body, buffered=True)
        return client.open(address, method=method, data=body, buffered=True)

    # -- as it was

    def keep(self) -> None:
        """Remember the database as it is now."""
        url = self._let_go()
        if self.engine == "sqlite":
            self._kept = f"{url.database}.kept"
            shutil.copyfile(str(url.database), self._kept)
        else:
            self._kept = f"{url.database}_kept"
            databases.copy_database(self._kept, str(url.database))

    def restore(self) -> None:
        """Put the database back."""
        url = self._let_go()
        if self.engine == "sqlite":
            for suffix in ("-wal", "-shm"):
                Path(f"{url.database}{suffix}").unlink(missing_ok=True)
            shutil.copyfile(self._kept, str(url.database))
        else:
            databases.administer("DROP DATABASE {} WITH (FORCE)", str(url.database))
            databases.copy_database(str(url.database), self._kept)

    def drop(self) -> None:
        """Remove both databases."""
        url = self._let_go()
        if self.engine == "sqlite":
            Path(self._kept).unlink(missing_ok=True)
        elif self._kept:
            databases.administer("DROP DATABASE {} WITH (FORCE)", self._kept)
        databases.drop_database(url.render_as_string(hide_password=False))

    def _let_go(self) -> sa.URL:
        with self.app.app_context():
            db.session.remove()
            engine = db.engine
            memory.memory().forget()
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        return engine.url

    def contents(self) -> dict[str, list[Any]]:
        """Every row of every table that may not change by looking."""
        with self.app.app_context():
            found = {
                table.name: [
                    tuple(map(str, row)) for row in db.session.execute(sa.select(table).order_by(*table.primary_key))
                ]
                for table in db.metadata.sorted_tables
                if table.name not in RESTLESS
            }
            db.session.remove()
        return found


class _Things(dict[str, str]):
    """Braces that name no thing stay as they are."""

    def __init__(self, things: Mapping[str, str]) -> None:
        super().__init__(things)

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


def _method(rule: Rule) -> str:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})[0]


@contextmanager
def on_stage(
    engine: str, words: Callable[[str], str] = plainly, prepare: Callable[[Flask], None] | None = None
) -> Iterator[Stage]:
    """A `Stage` with everybody signed in. `prepare` may change the application before its first request."""
    settings = databases.settings_for(databases.new_database(engine))
    app = create_app({"TESTING": True, "WTF_CSRF_ENABLED": False}, settings)
    if prepare is not None:
        prepare(app)
    stage = set_up(app, engine, words)
    stage.keep()
    try:
        yield stage
    finally:
        stage.drop()


def set_up(app: Flask, engine: str, words: Callable[[str], str] = plainly) -> Stage:
    """Put a world into the database of an application, and sign everybody in."""
    with app.app_context():
        world = make_world(words)
        stage = Stage(app, world, engine)
        stage.people = people_of(world)
        with transaction():
            _sign_everybody_in(stage)
        db.session.remove()
    return stage


def people_of(world: World) -> dict[str, int]:
    """The persons by role, as the matrix calls them."""
    return {
        **world.own.people,
        "foreign organiser": world.other.people["organiser"],
        "admin": world.admin,
    }


def _sign_everybody_in(stage: Stage) -> None:
    for conference in (stage.world.own, stage.world.other):
        _sessions_and_factors(conference)
    for role, person_id in stage.people.items():
        person = db.session.get_one(Person, person_id)
        stage.sessions[role] = sessions.begin(person, browser="Test", second_factor=True)[1]
    jana = db.session.get_one(Person, stage.people["attendee"])
    for purpose in (tokens.SIGN_IN, tokens.ADDRESS):
        address = jana.email if purpose == tokens.SIGN_IN else "jana@elsewhere.example"
        name = tokens.for_letter(purpose, person=jana, address=address)
        stage.letters[purpose] = tokens.secret_of(purpose, name)


def _sessions_and_factors(conference: Conference) -> None:
    """A session of the attendee to end, a second factor of the organiser to remove."""
    jana = db.session.get_one(Person, conference.people["attendee"])
    session = sessions.begin(jana, browser="Telefon")[0]
    db.session.flush()
    factor = db.session.scalars(
        sa.select(SecondFactor).where(SecondFactor.person_id == conference.people["organiser"])
    ).one()
    assert isinstance(session, UserSession)
    conference.things |= {
        "accounts.end_session.public_id": session.public_id,
        "accounts.remove_factor.public_id": factor.public_id,
    }


def outcome(response: TestResponse) -> str:
    """What an answer means for whoever asked: "in", "login", "absent", "refused" or "broken"."""
    status = response.status_code
    if status >= 500:
        return "broken"
    if status in (404, 410):
        return "absent"
    if status in (401, 403):
        return "refused"
    signed_out = any("Max-Age=0" in cookie for cookie in response.headers.getlist("Set-Cookie"))
    sent_to_login = "/login?next=" if response.request.method in ("GET", "HEAD") else "/login"
    if 300 < status < 309 and status != 304 and not signed_out and sent_to_login in response.headers["Location"]:
        return "login"
    return "in"


def routes(app: Flask) -> list[Rule]:
    """All routes, one rule for each endpoint and address."""
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule))


def parameters(rule: Rule) -> set[str]:
    """The parameters of a route's address."""
    return rule.arguments - set(rule.defaults or {})


def methods_of(rule: Rule) -> list[str]:
    """The methods a route declares, without those that Flask adds."""
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
