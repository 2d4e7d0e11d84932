"""Fixtures for all tests. Whatever asks for `app` runs on SQLite and on PostgreSQL."""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page

from partnering import clock
from partnering.app import create_app
from partnering.db import db

from .support import browser as browsing
from .support import databases, servers, smtp


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="SQLite only")


def pytest_configure(config: pytest.Config) -> None:
    for name in [name for name in os.environ if name.startswith("PARTNERING_") and name != databases.FOLDER]:
        del os.environ[name]
    if not hasattr(config, "workerinput"):
        databases.make_folder()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        databases.remove_folder()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what touches data on every engine, or on the one that the test is marked with."""
    if "engine" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("engine")
        engines = [engine for engine in databases.ENGINES if marker is None or engine in marker.args]
        if metafunc.config.getoption("--quick"):
            engines = [engine for engine in engines if engine == "sqlite"]
        metafunc.parametrize("engine", engines, ids=engines, scope="session")


LONGEST = ("sweep", "soak", "races", "flows")
"""Folders whose tests take longest: begun first, so that no worker ends long after the other."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    places = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.parent.name, len(LONGEST)))


def pytest_collection_finish() -> None:
    """Take ten thousand tests out of the rounds of the garbage collector."""
    gc.collect()
    gc.freeze()


@cache
def _app_on(engine: str) -> Flask:
    """The application that all tests of this process share."""
    settings = databases.settings_for(databases.new_database(engine))
    return create_app({"TESTING": True, "WTF_CSRF_ENABLED": False}, settings)


@pytest.fixture
def app(engine: str) -> Flask:
    """The application in production settings on loopback, its tables empty; forms need no CSRF token."""
    app = _app_on(engine)
    databases.empty(app)
    return app


@pytest.fixture
def ctx(app: Flask) -> Iterator[Flask]:
    """The application with its context entered, for tests below the pages."""
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor with a cookie jar."""
    return app.test_client()


@pytest.fixture
def csrf(app: Flask) -> Iterator[None]:
    """Let forms need their CSRF token in this test, as they do on a real site."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def make_app(engine: str) -> Iterator[Callable[..., Flask]]:
    """A function that makes one more application on a database of its own; keywords are fields of `Settings`."""
    made: list[tuple[str, Flask]] = []

    def make(**settings: object) -> Flask:
        url = databases.new_database(engine)
        app = create_app({"TESTING": True}, databases.settings_for(url, **settings))
        made.append((url, app))
        return app

    yield make
    for url, app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        databases.drop_database(url)


@pytest.fixture
def freeze() -> Iterator[Callable[[datetime], None]]:
    """A function that stops the clock at a moment, until it is called again or the test ends."""
    with ExitStack() as stack:

        def at(moment: datetime) -> None:
            stack.close()
            stack.enter_context(clock.frozen(moment))

        yield at


@pytest.fixture
def post() -> Iterator[smtp.SmtpSink]:
    """A post office on loopback, see `SmtpSink`."""
    with smtp.post_office() as sink:
        yield sink


@pytest.fixture(scope="module")
def live_server(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Site]:
    """A real site, two processes and a worker, shared by the tests of a module, see `Site`."""
    with servers.running_site(engine, tmp_path_factory.mktemp("site")) as site:
        yield site


StartSite = Callable[..., AbstractContextManager[servers.Site]]


@pytest.fixture
def start_site(engine: str, tmp_path_factory: pytest.TempPathFactory) -> StartSite:
    """A function like `running_site` for a test with a site of its own: `with start_site(processes=4) as site`."""

    def start(**options: object) -> AbstractContextManager[servers.Site]:
        return servers.running_site(engine, tmp_path_factory.mktemp("site"), **options)  # type: ignore[arg-type]  # passed on

    return start


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, one for each worker."""
    with browsing.chromium() as browser:
        yield browser


NewVisitor = Callable[..., BrowserContext]


@pytest.fixture
def new_visitor(browser: Browser) -> Iterator[NewVisitor]:
    """A function that opens a fresh browser context: `new_visitor(site.url, width=390, locale="de").new_page()`.

    When the test ends, script errors, CSP reports, requests to other hosts and failed requests of pages fail it.
    """
    with ExitStack() as stack:

        def visit(base_url: str, **options: object) -> BrowserContext:
            return stack.enter_context(browsing.watched_context(browser, base_url, **options))  # type: ignore[arg-type]  # passed on

        yield visit


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """A function that fails where axe finds something on a page."""

    def check(page: Page) -> None:
        assert browsing.axe_violations(page) == []

    return check


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the project."""
    return servers.ROOT
