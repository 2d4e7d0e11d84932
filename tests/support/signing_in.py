"""Signing somebody in without a letter: a session row and its cookie."""

from contextlib import nullcontext

import sqlalchemy as sa
from flask import Flask, current_app
from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext

from partnering.accounts import cookies, sessions
from partnering.accounts.models import Person
from partnering.db import db, transaction

from .servers import Site


def session_token(app: Flask, person: Person, *, second_factor: bool = True) -> str:
    """The cookie value of a new session of a person; organisers' desks open only with the second factor."""
    identity = sa.inspect(person).identity
    assert identity is not None, "store the person first"
    # in the context that is there, if any: on SQLite the reading session of another one would not see the row
    with (
        nullcontext() if current_app and current_app.extensions is app.extensions else app.app_context(),
        transaction(),
    ):
        known = db.session.get_one(Person, identity[0])
        return sessions.begin(known, browser="Test", second_factor=second_factor)[1]


def cookie_of(app: Flask) -> str:
    """The name of the session cookie."""
    with app.app_context():
        return cookies.cookie_name()


def sign_in(client: FlaskClient, person: Person, *, second_factor: bool = True) -> str:
    """Let `client` be signed in as `person`; returns the token in its cookie."""
    app = client.application
    token = session_token(app, person, second_factor=second_factor)
    client.set_cookie(cookie_of(app), token, domain=app.extensions["settings"].host)
    return token


def sign_out(client: FlaskClient) -> None:
    """Let `client` be a visitor again."""
    app = client.application
    client.delete_cookie(cookie_of(app), domain=app.extensions["settings"].host)


def sign_in_browser(context: BrowserContext, site: Site, person: Person, *, second_factor: bool = True) -> None:
    """Let every page of a browser context be signed in as `person` at a running site."""
    token = session_token(site.app, person, second_factor=second_factor)
    context.add_cookies([{"name": cookie_of(site.app), "value": token, "url": site.url}])
