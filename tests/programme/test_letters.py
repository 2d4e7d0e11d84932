"""Letters about sessions."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.mail import letters as news
from partnering.mail.models import OutboxLetter
from partnering.programme import services
from partnering.programme.services import Part, Time
from tests.factories import make_event, make_participant
from tests.factories.programme import at, make_room, make_session
from tests.readers.calendars import ical_js, libical


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_event("probe")


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


def test_a_letter_says_what_was_and_what_is_and_changes_the_calendar(event: Event):
    jana = make_participant(event, email="jana@example.org", locale="en")
    session = make_session(event, "Vortrag", room=make_room(event, "Alter Saal"), people=[Part(jana)])
    other = make_room(event, "Neuer Saal")
    with transaction():
        services.change(event, session, time=Time(at(event, 14), at(event, 15), other), tell=True)
    letter = db.session.scalars(sa.select(OutboxLetter)).one()
    made = news.render(letter)

    assert made is not None
    assert made.calendar is not None
    assert (made.subject, made.method) == ("Changed: Vortrag", "REQUEST")
    assert re.findall(r"(\w+): (?:.*, )?(.+) → (?:.*, )?(.+)", made.text) == [
        ("Time", "10:00–10:45", "14:00–15:00"),
        ("Room", "Alter Saal", "Neuer Saal"),
    ]
    [entry] = ical_js(made.calendar)[0]["events"]
    assert (entry["sequence"], entry["start"]) == ("1", int(at(event, 14).timestamp()))
    assert libical(made.calendar).allowed
    assert entry["attendees"][0]["address"] == "mailto:jana@example.org"


def test_a_cancellation_reaches_only_calendars_that_knew(event: Event):
    jana = make_participant(event, email="jana@example.org", locale="en")
    session = make_session(event, "Vortrag", people=[Part(jana)])
    with transaction():
        services.change(event, session, time=Time(at(event, 14), at(event, 15)), tell=True)
    first = news.render(db.session.scalars(sa.select(OutboxLetter)).one())
    assert first is not None
    assert first.on_sent is not None
    with transaction():
        first.on_sent()
    with transaction():
        services.cancel(event, session, tell=True)
    second = db.session.scalars(sa.select(OutboxLetter).order_by(OutboxLetter.id.desc()).limit(1)).one()
    made = news.render(second)

    assert made is not None
    assert made.calendar is not None
    assert (made.subject, made.method) == ("Cancelled: Vortrag", "CANCEL")
    [entry] = ical_js(made.calendar)[0]["events"]
    assert (entry["sequence"], entry["status"]) == ("2", "CANCELLED")
    assert news.render(db.session.scalars(sa.select(OutboxLetter).order_by(OutboxLetter.id).limit(1)).one()) is None


def test_a_calendar_that_knew_nothing_gets_no_cancellation(event: Event):
    jana = make_participant(event, email="jana@example.org")
    session = make_session(event, people=[Part(jana)])
    with transaction():
        services.cancel(event, session, tell=True)
    made = news.render(db.session.scalars(sa.select(OutboxLetter)).one())

    assert made is not None
    assert (made.calendar, made.on_sent) == (None, None)
