"""Sessions: who is signed in, for how long, and how that ends."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask, g
from flask.testing import FlaskClient

from partnering.accounts import services, sessions
from partnering.accounts.models import Person, UserSession
from partnering.db import db, transaction
from tests.support.signing_in import session_token, sign_in

START = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
Freeze = Callable[[datetime], None]


@pytest.fixture
def jana(app: Flask) -> Person:
    with app.app_context(), transaction():
        return services.person_for("jana@lumenfold.example", given_name="Jana", family_name="Wittkowski")


def whoever(client: FlaskClient) -> str | None:
    """The public id of whom the site takes this client for."""
    with client:
        client.get("/login")
        person = g.get("person")
        return person.public_id if person else None


def second_factor(client: FlaskClient) -> bool:
    """Whether the site takes this client's second factor as shown."""
    with client:
        client.get("/login")
        return g.user_session is not None and g.user_session.second_factor_at is not None


def test_a_session_is_stored_as_a_hash_of_256_random_bits(app: Flask, jana: Person):
    token = session_token(app, jana)
    with app.app_context():
        stored = db.session.scalars(sa.select(UserSession)).one()
        assert len(token) == 43  # 256 bit in base64
        assert stored.token_hash == sessions.hash_of(token)
        assert token not in str(vars(stored))


def test_attendees_are_signed_out_after_twelve_idle_hours(client: FlaskClient, jana: Person, freeze: Freeze):
    freeze(START)
    sign_in(client, jana)
    freeze(START + timedelta(hours=11, minutes=59))
    assert whoever(client) is not None
    freeze(START + timedelta(hours=23, minutes=58))
    assert whoever(client) is not None
    freeze(START + timedelta(hours=35, minutes=58))
    assert whoever(client) is None


def test_nobody_stays_signed_in_for_more_than_fourteen_days(client: FlaskClient, jana: Person, freeze: Freeze):
    freeze(START)
    sign_in(client, jana)
    for half_days in range(1, 31):
        freeze(START + timedelta(hours=11.5 * half_days))
        seen = whoever(client)
        assert (seen is not None) == (timedelta(hours=11.5 * half_days) < timedelta(days=14))


def test_the_second_factor_ends_after_sixty_idle_minutes(client: FlaskClient, jana: Person, freeze: Freeze):
    freeze(START)
    sign_in(client, jana)
    freeze(START + timedelta(minutes=59))
    assert second_factor(client)
    freeze(START + timedelta(minutes=119))
    assert not second_factor(client)
    assert whoever(client) is not None


def test_the_second_factor_ends_after_twelve_hours_of_work(client: FlaskClient, jana: Person, freeze: Freeze):
    freeze(START)
    sign_in(client, jana)
    for half_hours in range(1, 26):
        freeze(START + timedelta(minutes=30 * half_hours))
        assert second_factor(client) == (half_hours < 24)


@pytest.mark.parametrize(("second_factor", "minutes"), [(True, 1), (False, 5)])
def test_use_is_written_down_every_minute_of_the_desk_and_every_five_of_guests(
    app: Flask, client: FlaskClient, jana: Person, freeze: Freeze, second_factor: bool, minutes: int
):
    freeze(START)
    sign_in(client, jana, second_factor=second_factor)
    for steps, seen in ((59, 0), (60, 60), (100, 60), (120, 120)):
        freeze(START + timedelta(seconds=steps * minutes))
        whoever(client)
        with app.app_context():
            stored = db.session.scalars(sa.select(UserSession)).one()
            assert stored.seen_at == START + timedelta(seconds=seen * minutes)


def test_a_disabled_person_is_out_at_the_next_request(app: Flask, client: FlaskClient, jana: Person):
    sign_in(client, jana)
    assert whoever(client) is not None
    with app.app_context(), transaction():
        db.session.scalars(sa.select(Person)).one().disabled_at = datetime(2027, 1, 1, tzinfo=UTC)
    assert whoever(client) is None


@pytest.mark.parametrize("cookie", ["", "x", "0" * 43, "ä", "a" * 4000])
def test_a_cookie_that_nobody_was_given_opens_nothing(client: FlaskClient, jana: Person, cookie: str):
    client.set_cookie("session", cookie, domain="localhost")
    assert whoever(client) is None
