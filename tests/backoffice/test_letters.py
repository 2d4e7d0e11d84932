"""Letters at the desk: what became of them, what they say, another try."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.mail import outbox
from partnering.mail.models import OutboxLetter
from tests.factories import make_event, make_registration

from .desk import open_desk


@pytest.fixture
def event(ctx: Flask, client: FlaskClient) -> Event:
    """An event whose organiser is signed in."""
    return open_desk(client)


def make_letter(event: Event, state: str = "ready", **values: object) -> OutboxLetter:
    """A ticket's letter in a state."""
    make_registration(event)
    with transaction():
        letter = db.session.scalars(
            sa.select(OutboxLetter).where(OutboxLetter.event_ref == event.public_id).order_by(OutboxLetter.id.desc())
        ).first()
        assert letter is not None
        letter.state = state
        for name, value in values.items():
            setattr(letter, name, value)
    db.session.refresh(letter)
    return letter


def test_letters_are_listed_by_state_with_their_numbers(event: Event, client: FlaskClient):
    make_letter(event, "dead", subject="Gescheitert", last_error="550 no such user")
    make_letter(event, "sent", subject="Angekommen")

    dead = client.get(f"/manage/{event.slug}/letters?state=dead&lang=en").text

    assert ("Gescheitert" in dead, "550 no such user" in dead, "Angekommen" in dead) == (True, True, False)
    assert client.get(f"/manage/{event.slug}/letters?state=nonsense").text.count("data-label") == 2


def test_a_letter_shows_its_text_without_the_secrets_in_it(event: Event, client: FlaskClient):
    letter = make_letter(event)

    page = client.get(f"/manage/{event.slug}/letters/{letter.public_id}").text

    assert "/t/…" in page
    assert letter.address in page


def test_a_letter_for_its_reader_alone_is_not_shown(event: Event, client: FlaskClient):
    with transaction():
        outbox.post(
            "accounts.sign_in",
            key="one",
            address="jana@example.org",
            locale="en",
            payload={"token": "secret-token-of-jana"},
            event_ref=event.public_id,
        )
    letter = db.session.scalars(sa.select(OutboxLetter)).one()

    page = client.get(f"/manage/{event.slug}/letters/{letter.public_id}?lang=en")

    assert (page.status_code, "secret-token" in page.text) == (200, False)
    assert "There is nothing to show" in page.text


def test_a_letter_that_failed_is_tried_again(event: Event, client: FlaskClient):
    letter = make_letter(event, "dead", attempts=8)

    answer = client.post(f"/manage/{event.slug}/letters/{letter.public_id}/retry")

    db.session.expire_all()
    assert answer.status_code == 302
    assert (letter.state, letter.attempts) == ("ready", 0)


def test_a_letter_that_left_is_not_sent_again(event: Event, client: FlaskClient):
    letter = make_letter(event, "sent")

    answer = client.post(f"/manage/{event.slug}/letters/{letter.public_id}/retry", follow_redirects=True)

    db.session.expire_all()
    assert (letter.state, 'data-tone="bad" role="alert"' in answer.text) == ("sent", True)


def test_letters_of_another_event_do_not_exist_here(event: Event, client: FlaskClient):
    letter = make_letter(make_event(), "dead")

    assert client.get(f"/manage/{event.slug}/letters/{letter.public_id}").status_code == 404
    assert client.post(f"/manage/{event.slug}/letters/{letter.public_id}/retry").status_code == 404
    assert letter.address not in client.get(f"/manage/{event.slug}/letters").text


def test_many_letters_stand_on_several_pages(event: Event, client: FlaskClient):
    with transaction():
        for number in range(51):
            outbox.post(
                "registration.party",
                key=str(number),
                address=f"a{number}@example.org",
                locale="de",
                payload={},
                event_ref=event.public_id,
            )
    first = client.get(f"/manage/{event.slug}/letters").text
    last = min(db.session.scalars(sa.select(OutboxLetter.id).order_by(OutboxLetter.id.desc()).limit(50)))

    second = client.get(f"/manage/{event.slug}/letters?before={last}").text

    assert ("a50@example.org" in first, "a0@example.org" in first) == (True, False)
    assert ("a50@example.org" in second, "a0@example.org" in second) == (False, True)
