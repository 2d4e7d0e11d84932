"""Calendars that are behind, and letters about chosen sessions that somebody may stop."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from partnering.db import db, transaction
from partnering.events import services as events
from partnering.events.models import Event, Participant
from partnering.jobs import worker
from partnering.mail.models import OutboxLetter
from partnering.programme import catching_up, choosing, chosen_letters, drafting, queries, release_letters, releasing
from partnering.programme.models import ReleaseLetter
from partnering.programme.services import Part
from partnering.registration.changes import cancel_registration
from partnering.registration.workshops import book
from tests.factories import make_event, make_organiser, make_participant
from tests.factories.programme import at, make_session, make_speaker, move_and_release
from tests.factories.registration import make_registration
from tests.factories.tickets import make_product
from tests.support.counting import statements_of
from tests.support.letters import calendar_of, deliver_all, text_of
from tests.support.signing_in import sign_in

HERE = "/manage/probe/programme"


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_event("probe")


@pytest.fixture
def jana(event: Event) -> Participant:
    return make_participant(event, email="jana@example.org", given_name="Jana", family_name="Muster")


def send(event: Event) -> None:
    with transaction():
        release_letters.send(event, release_letters.pending(event))


def catch_up(event: Event) -> int:
    with transaction():
        return catching_up.catch_up(event)


def told(app: Flask) -> list[tuple[str, str, str, str]]:
    """Recipient, subject, METHOD and SEQUENCE of everything that leaves now."""
    found = []
    for letter in deliver_all(app):
        calendar = Calendar.from_ical(calendar_of(letter) or b"")
        sequence = str(calendar.walk("VEVENT")[0]["SEQUENCE"])
        found.append((str(letter["To"]), str(letter["Subject"]), str(calendar["METHOD"]), sequence))
    return sorted(found)


def test_a_calendar_that_was_told_nothing_of_a_release_is_brought_up_to_date_once(
    app: Flask, event: Event, jana: Participant
):
    session = make_session(event, "Vortrag", people=[Part(jana)])
    make_session(event, "Nie erzählt", people=[Part(jana)], starts_at=at(event, 8))
    move_and_release(event, session, 12)
    assert catching_up.behind(event) == []  # a letter waits to be looked at
    send(event)
    assert catching_up.behind(event) == []  # and is on its way
    told(app)

    move_and_release(event, session, 14, letters=False)
    assert [entry.participant for entry in catching_up.behind(event)] == [jana]
    assert (catch_up(event), catch_up(event)) == (1, 0)
    assert told(app) == [("jana@example.org", "Geändert: Vortrag", "REQUEST", "2")]
    with transaction():
        drafting.call_off(session)
        releasing.release(event, letters=False)
    with transaction():
        db.session.execute(sa.update(OutboxLetter).values(state="dead"))
    assert catch_up(event) == 1
    assert told(app) == [("jana@example.org", "Abgesagt: Vortrag", "CANCEL", "3")]
    assert (catching_up.behind(event), catch_up(event)) == ([], 0)


def test_who_has_booked_is_caught_up_in_the_words_of_the_booking_and_many_by_the_worker(
    app: Flask, event: Event, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(catching_up, "AT_ONCE", 1)
    monkeypatch.setattr(release_letters, "AT_ONCE", 1)
    session = make_session(event, "Werkstatt", kind="workshop")
    workshop = make_product(event, kind="add_on", appointment_id=session.appointment_id, gross=0)
    for n in range(3):
        with transaction():
            book(make_registration(event, email=f"gast{n}@example.org"), workshop)
    deliver_all(app)
    move_and_release(event, session, 14, letters=False)
    assert len(catching_up.behind(event)) == 3
    asked = statements_of(lambda: catching_up.behind(event))
    assert catch_up(event) == 3
    while worker.run_jobs():
        continue

    ready = sa.select(OutboxLetter.kind, OutboxLetter.address).where(OutboxLetter.state == "ready")
    assert sorted(tuple(row) for row in db.session.execute(ready)) == [
        ("registration.workshop_moved", f"gast{n}@example.org") for n in range(3)
    ]
    assert {(method, sequence) for _to, _subject, method, sequence in told(app)} == {("REQUEST", "1")}
    assert asked <= 5


def test_letters_about_chosen_sessions_say_how_to_stop_them_and_are_stopped_by_one_post(
    app: Flask, client: FlaskClient, event: Event, jana: Participant
):
    session = make_session(event, "Vortrag", people=[Part(make_participant(event, email="ben@example.org"))])
    with transaction():
        choosing.bookmark(session, jana)
    move_and_release(event, session, 12)
    send(event)
    letters = {str(each["To"]): each for each in deliver_all(app)}
    assert letters["ben@example.org"]["List-Unsubscribe"] is None
    header = letters["jana@example.org"]["List-Unsubscribe"]
    path = re.sub(r"^<https?://[^/]+|>$", "", header)
    assert (path.removesuffix("/stop") in text_of(letters["jana@example.org"]), path.endswith("/stop")) == (True, True)

    page = path.removesuffix("/stop")
    assert (client.get(path).location, chosen_letters.wants(jana)) == (page, True)  # looking stops nothing
    assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 204
    db.session.rollback()
    move_and_release(event, session, 14)
    waiting = db.session.scalars(sa.select(ReleaseLetter).where(ReleaseLetter.state == "draft"))
    assert [letter.participant.person.email for letter in waiting if letter.participant.person] == ["ben@example.org"]
    assert [entry.participant_id for entry in catching_up.behind(event)] == []

    assert client.post(page, data={"wanted": "yes"}).status_code == 303
    db.session.rollback()
    assert chosen_letters.wants(jana)
    assert client.get("/chosen-letters/falsch").status_code == 404


def test_letters_are_found_by_part_day_and_room_and_seen_as_their_readers_get_them(
    client: FlaskClient, event: Event, jana: Participant
):
    ben = make_participant(event, email="ben@example.org", given_name="Ben", family_name="Neu", locale="en")
    for name, people, day in (("Eins", [Part(jana)], 1), ("Zwei", [Part(ben, "chair"), Part(jana)], 2)):
        session = make_session(event, name, people=people, starts_at=at(event, 10, day=day))
        move_and_release(event, session, 12)
    sign_in(client, make_organiser(event))

    def named(query: str) -> list[str]:
        page = client.get(f"{HERE}/releases/letters?{query}")
        assert page.status_code == 200
        return re.findall(r"letters/\w{16}\">([^<]+)<", page.text)

    first = event.first_day.isoformat()
    assert named("") == ["Jana Muster", "Ben Neu"]
    assert (named("part=chair"), named(f"day={first}"), named(f"day={first}&part=chair")) == (
        ["Ben Neu"],
        ["Jana Muster", "Ben Neu"],
        ["Ben Neu"],
    )
    assert (named("room=nichts"), named("state=sent")) == ([], [])
    waiting = sa.select(ReleaseLetter).where(ReleaseLetter.state == "draft")
    ids = {letter.participant.given_name: letter.public_id for letter in db.session.scalars(waiting)}
    hers = client.get(f"{HERE}/releases/letters/{ids['Jana']}?lang=en").text
    assert (hers.count('<section class="card'), "Neues im Programm" in hers, "Guten Tag Jana Muster" in hers) == (
        3,
        True,
        True,
    )
    his = client.get(f"{HERE}/releases/letters/{ids['Ben']}?lang=de").text
    assert ("Hello Ben Neu" in his, "12:00–12:45" in his) == (True, True)
    assert client.get(f"{HERE}/releases/letters/nichts").status_code == 404


def test_a_preview_shows_no_secret_link_of_its_reader(client: FlaskClient, event: Event):
    session = make_session(event, "Werkstatt", kind="workshop")
    workshop = make_product(event, kind="add_on", appointment_id=session.appointment_id, gross=0)
    with transaction():
        book(make_registration(event, email="gast@example.org"), workshop)
    move_and_release(event, session, 14)
    sign_in(client, make_organiser(event))
    letter = db.session.scalars(sa.select(ReleaseLetter)).one()
    page = client.get(f"{HERE}/releases/letters/{letter.public_id}").text

    assert ("/t/…" in page, re.search(r"/t/\w{16}\d", page)) == (True, None)


def test_people_without_an_address_are_named_before_the_release(client: FlaskClient, event: Event, jana: Participant):
    session = make_session(event, people=[Part(jana), Part(make_speaker(event, "Nur Name"))], released=False)
    with transaction():
        drafting.place(session, at(event, 9), None)
    sign_in(client, make_organiser(event))
    seen = releasing.preview(event)

    assert (sum(seen.affected.values()), [each.name for each in seen.by_hand]) == (2, ["Nur Name"])
    assert "Nur Name" in client.get(f"{HERE}/release").text


def test_a_conference_that_is_called_off_leaves_every_calendar_that_knew_of_a_session_once(
    app: Flask, event: Event, jana: Participant, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(catching_up, "AT_ONCE", 1)
    monkeypatch.setattr(release_letters, "AT_ONCE", 1)
    chooser = make_participant(event, email="carl@example.org")
    told_of, untold = (
        make_session(event, name, people=[Part(jana)], starts_at=at(event, hour))
        for name, hour in (("Erzählt", 9), ("Nie erzählt", 11))
    )
    with transaction():
        choosing.bookmark(told_of, chooser)
        choosing.bookmark(untold, chooser)
    move_and_release(event, told_of, 10)
    send(event)
    while worker.run_jobs():
        continue
    assert len(told(app)) == 2
    move_and_release(event, untold, 12)  # its letters still wait to be looked at
    with transaction():
        events.cancel(event)
        events.cancel(event)
    while worker.run_jobs():
        continue

    assert told(app) == [
        ("carl@example.org", "Abgesagt: Erzählt", "CANCEL", "2"),
        ("jana@example.org", "Abgesagt: Erzählt", "CANCEL", "2"),
    ]
    assert (release_letters.waiting(event), catch_up(event)) == (0, 0)


def test_what_somebody_has_chosen_goes_with_their_ticket_and_out_of_a_calendar_that_holds_it(app: Flask, event: Event):
    registration = make_registration(event, email="gast@example.org")
    session, silent = make_session(event, "Vortrag"), make_session(event, "Still", starts_at=at(event, 15))
    for each in (session, silent):
        with transaction():
            choosing.bookmark(each, registration.participant)
    move_and_release(event, session, 12)
    send(event)
    deliver_all(app)
    with transaction():
        cancel_registration(registration)

    assert queries.sessions_chosen(registration.participant) == []
    about = [(subject, method) for _to, subject, method, _sequence in told(app) if "Vortrag" in subject]
    assert about == [("Nicht mehr in Ihrem Plan: Vortrag", "CANCEL")]
