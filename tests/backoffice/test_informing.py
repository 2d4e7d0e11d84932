"""Whoever was entered without a letter is told within a month where their data come from, once (law.md L01)."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.backoffice import informing
from partnering.backoffice import mails as desk_mails
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.jobs.models import Job
from partnering.mail.models import OutboxLetter
from partnering.registration.models import Registration
from tests.factories import make_registration
from tests.support.letters import deliver_all, text_of

from .desk import open_desk


@pytest.fixture
def event(ctx: Flask, client: FlaskClient) -> Event:
    """An event whose organiser is signed in."""
    event = open_desk(client)
    client.get("/?lang=en")
    return event


def url(event: Event, page: str = "people/untold") -> str:
    return f"/manage/{event.slug}/{page}"


def kinds() -> list[tuple[str, str]]:
    db.session.rollback()
    return [(one.kind, one.address) for one in db.session.scalars(sa.select(OutboxLetter).order_by(OutboxLetter.id))]


def test_who_was_entered_without_a_letter_waits_to_be_told(event: Event, client: FlaskClient):
    make_registration(event, email="told@example.org")
    make_registration(event, email="untold@example.org", family_name="Adams", letters=False)

    page, overview = client.get(f"{url(event)}?lang=en").text, client.get(f"{url(event, '')}?lang=en").text

    assert ("One person has not been told." in page, "Adams" in page, "Wittkowski" in page) == (True, True, False)
    assert re.search(r"person was entered and must be told by", overview)
    number, due = informing.number_untold(event)
    assert due is not None
    assert (number, due - timedelta(days=30) <= clock.now()) == (1, True)


def test_one_click_tells_everybody_once(app: Flask, event: Event, client: FlaskClient):
    for name in ("ada", "ben"):
        make_registration(event, email=f"{name}@example.org", letters=False, locale="en")
    slug, host = event.slug, event.host.name

    for _click in range(2):
        answer = client.post(url(event), data={"source": "list of members of the Bio e. V."})
        assert answer.status_code == 303

    found = [letter for letter in kinds() if letter[0] == "registration.data_notice"]
    assert sorted(address for _kind, address in found) == ["ada@example.org", "ben@example.org"]
    [letter, _other] = deliver_all(app)
    said = text_of(letter)
    assert str(letter["Subject"]).startswith(f"{host} has registered you for ")
    assert "They come from: list of members of the Bio e. V." in said
    assert (f"/e/{slug}/privacy" in said, "/t/" in said) == (True, True)
    assert "Everybody has been told." in client.get(f"/manage/{slug}/people/untold?lang=en").text


def test_a_ticket_sent_later_tells_them_as_well(event: Event):
    registration = make_registration(event, email="ada@example.org", letters=False)
    with transaction():
        desk_mails.ticket_again(registration)

    assert informing.number_untold(event) == (0, None)


def test_nobody_is_told_without_the_source(event: Event, client: FlaskClient):
    make_registration(event, email="ada@example.org", letters=False)

    answer = client.post(f"{url(event)}?lang=en", data={"source": " "})

    assert (answer.status_code, "Enter where the data come from" in answer.text) == (422, True)
    assert kinds() == []


def test_the_worker_tells_those_who_are_many(event: Event, client: FlaskClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(informing, "AT_ONCE", 2)
    for number in range(3):
        make_registration(event, email=f"guest-{number}@example.org", letters=False)

    client.post(url(event), data={"source": "the list of last year"})

    db.session.rollback()
    left = db.session.scalars(sa.select(Registration).where(Registration.silent_since.is_not(None))).all()
    assert [job.task for job in db.session.scalars(sa.select(Job)) if job.task == informing.JOB] == [informing.JOB]
    assert len(left) == 1
    with transaction():
        assert not informing.inform(left[0].participant.event, "the list of last year")
    assert len(kinds()) == 3


def test_whose_ticket_has_ended_is_told_nothing(app: Flask, event: Event, client: FlaskClient):
    registration = make_registration(event, email="ada@example.org", letters=False)
    with transaction():
        registration.state = "cancelled"

    assert informing.number_untold(event) == (0, None)
