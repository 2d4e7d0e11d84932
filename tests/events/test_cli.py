"""The first organiser is made by a command that prints a sign-in link; there is no other way in."""

import re

import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from partnering.accounts.models import EmailAddress, Person
from partnering.accounts.services import person_at
from partnering.db import db
from partnering.events.models import Host, TeamRole


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["organiser", "create", *arguments])


def link_in(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return re.findall(r"^http://localhost(/login/\S+)$", result.output, re.MULTILINE)[0]


def test_a_fresh_installation_knows_nobody(app: Flask):
    with app.app_context():
        assert db.session.scalars(sa.select(Person)).all() == []
        assert db.session.scalars(sa.select(EmailAddress)).all() == []


def test_the_printed_link_signs_the_first_organiser_in_once(app: Flask):
    link = link_in(run(app, "katja@host.example", "--host", "biosaxony"))
    client = app.test_client()
    assert client.get(link).status_code == 200
    assert client.post(link).status_code == 303
    assert client.get("/account").status_code == 200
    assert app.test_client().post(link).status_code == 410


def test_only_the_first_organiser_runs_the_installation(app: Flask):
    run(app, "katja@host.example", "--host", "biosaxony")
    run(app, "jonas@host.example")
    with app.app_context():
        admins = [(person_at(f"{name}@host.example") or Person()).is_admin for name in ("katja", "jonas")]
        assert admins == [True, False]
        roles = db.session.scalars(sa.select(TeamRole).order_by(TeamRole.id)).all()
        assert [(role.area, role.host.name, role.event_id) for role in roles] == [("organiser", "biosaxony", None)] * 2


def test_doing_it_twice_gives_a_new_link_and_nothing_else(app: Flask):
    first = link_in(run(app, "katja@host.example"))
    second = link_in(run(app, "katja@host.example"))
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(TeamRole.id))) == 1
        assert db.session.scalar(sa.select(sa.func.count(Host.id))) == 1
    client = app.test_client()
    assert client.post(first).status_code == 410
    assert client.post(second).status_code == 303


def test_among_several_hosts_one_must_be_named(app: Flask):
    run(app, "katja@host.example", "--host", "biosaxony")
    run(app, "jonas@other.example", "--host", "Other")
    result = run(app, "paul@other.example")
    assert result.exit_code == 2
    assert "--host" in result.output


def test_what_is_no_address_is_refused(app: Flask):
    assert run(app, "katja").exit_code == 2
    with app.app_context():
        assert db.session.scalars(sa.select(Person)).all() == []
