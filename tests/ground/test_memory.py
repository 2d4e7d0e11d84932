"""Pages that are kept while nothing changes, and never a moment longer."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock, memory
from partnering.app import create_app
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event
from tests.factories import make_event, make_product
from tests.support.counting import statements

START = datetime(2027, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def slug(ctx, freeze) -> str:
    freeze(START)
    event = make_event("tagung-2027", name=BilingualText(de="Tagung", en="Meeting"))
    make_product(event, gross=22_000)
    return event.slug


def test_a_page_is_made_once_while_nothing_changes(slug, client: FlaskClient):
    first = client.get(f"/e/{slug}/?lang=en")
    for _ in range(100):  # PostgreSQL counts what other tests write into its other databases too
        with statements() as asked:
            again = client.get(f"/e/{slug}/?lang=en")
        if len(asked) <= 3:
            break

    assert again.data == first.data
    assert len(asked) <= 3
    assert again.headers["Cache-Control"] == "public, max-age=60"
    assert client.get(f"/e/{slug}/?lang=en", headers={"If-None-Match": again.headers["ETag"]}).status_code == 304


def test_what_was_changed_is_seen_at_once(slug, client: FlaskClient):
    assert "Meeting" in client.get(f"/e/{slug}/?lang=en").text
    with transaction():
        _rename(slug)

    assert "Gathering" in client.get(f"/e/{slug}/?lang=en").text


def test_what_another_process_changed_is_seen_at_once(slug, client: FlaskClient, app):
    assert "Meeting" in client.get(f"/e/{slug}/?lang=en").text
    other = create_app({"TESTING": True}, app.extensions["settings"])
    with other.app_context(), transaction():
        _rename(slug)
    with other.app_context():
        db.engine.dispose()

    assert "Gathering" in client.get(f"/e/{slug}/?lang=en").text


def test_without_the_question_an_old_page_would_be_shown(slug, client: FlaskClient, monkeypatch):
    monkeypatch.setattr(memory.Memory, "state", lambda self, engine: ("as ever", clock.now()))
    assert "Meeting" in client.get(f"/e/{slug}/?lang=en").text
    with transaction():
        _rename(slug)

    assert "Gathering" not in client.get(f"/e/{slug}/?lang=en").text


def test_time_changes_pages_too(slug, client: FlaskClient, freeze):
    event = db.session.scalars(sa.select(Event).where(Event.slug == slug)).one()
    make_product(event, tiers=[(11_100, START + timedelta(hours=1)), (33_300, None)])
    assert "111" in client.get(f"/e/{slug}/?lang=en").text

    freeze(START + timedelta(hours=1, seconds=1))

    assert "111" not in client.get(f"/e/{slug}/?lang=en").text


def test_languages_are_kept_apart(app: Flask, client: FlaskClient):
    with app.app_context():
        slug = make_event("tagung-2027").slug
    assert 'lang="de"' in client.get(f"/e/{slug}/?lang=de").text[:200]
    assert 'lang="en"' in client.get(f"/e/{slug}/?lang=en").text[:200]


def test_not_more_is_kept_than_fits(slug, client: FlaskClient, app):
    for number in range(memory.MOST + 5):
        client.get(f"/e/{slug}/?lang=en&page={number}")

    assert len(app.extensions["memory"].pages) == memory.MOST


def _rename(slug: str) -> None:
    db.session.scalars(sa.select(Event).where(Event.slug == slug)).one().name = BilingualText("Tagung", "Gathering")
