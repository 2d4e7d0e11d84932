"""The desk opens to organisers after their second factor, and closes when a right is taken."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.accounts.models import Person
from partnering.db import db, transaction
from partnering.events.models import Event, TeamRole
from partnering.events.services import give_role
from tests.factories.accounts import make_person
from tests.factories.events import make_event
from tests.support.signing_in import sign_in

START = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
Freeze = Callable[[datetime], None]


@pytest.fixture
def desk(app: Flask, freeze: Freeze) -> str:
    """The address of a desk page; its organiser is the first person."""
    freeze(START)
    with app.app_context(), transaction():
        event = make_event()
        give_role(event, make_person("katja@host.example"), "organiser")
        return f"/manage/{event.slug}/team"


def katja(app: Flask) -> Person:
    with app.app_context():
        return db.session.scalars(sa.select(Person).join(TeamRole)).one()


def test_visitors_are_sent_to_sign_in_first(client: FlaskClient, desk: str):
    assert client.get(desk).location == f"/login?next={desk}"


def test_an_organiser_is_asked_for_the_second_factor(app: Flask, client: FlaskClient, desk: str):
    sign_in(client, katja(app), second_factor=False)
    assert client.get(desk).location == f"/second-factor?next={desk}"
    assert client.post(desk, data={"email": "x@host.example"}).status_code == 403
    sign_in(client, katja(app))
    assert client.get(desk).status_code == 200


def test_the_desk_closes_after_an_idle_hour(app: Flask, client: FlaskClient, desk: str, freeze: Freeze):
    sign_in(client, katja(app))
    freeze(START + timedelta(minutes=59))
    assert client.get(desk).status_code == 200
    freeze(START + timedelta(minutes=119))
    assert client.get(desk).location == f"/second-factor?next={desk}"


def test_whoever_loses_the_role_is_out_at_the_next_request(app: Flask, client: FlaskClient, desk: str):
    sign_in(client, katja(app))
    assert client.get(desk).status_code == 200
    with app.app_context(), transaction():
        db.session.delete(db.session.scalars(sa.select(TeamRole)).one())
    assert client.get(desk).status_code == 404


def test_a_disabled_organiser_is_a_visitor_at_the_next_request(app: Flask, client: FlaskClient, desk: str):
    sign_in(client, katja(app))
    with app.app_context(), transaction():
        db.session.scalars(sa.select(Person).join(TeamRole)).one().disabled_at = START
    assert client.get(desk).location == f"/login?next={desk}"


def test_the_sample_set_up_does_without_on_loopback(make_app: Callable[..., Flask]):
    app = make_app(mode="sample", base_url="http://localhost", bind="127.0.0.1:8000")
    with app.app_context(), transaction():
        event = make_event()
        person = make_person("katja@host.example")
        give_role(event, person, "organiser")
        path = f"/manage/{event.slug}/team"
    client = app.test_client()
    sign_in(client, person, second_factor=False)
    assert client.get(path).status_code == 200


def test_another_events_desk_does_not_exist(app: Flask, client: FlaskClient, desk: str):
    with app.app_context(), transaction():
        other: Event = make_event()
        path = f"/manage/{other.slug}/team"
    sign_in(client, katja(app))
    assert client.get(path).status_code == 404
