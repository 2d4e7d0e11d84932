"""Whom a release tells what, and when; each person's calendar follows."""

from html import escape

import pytest
import sqlalchemy as sa
from flask import Flask
from icalendar import Calendar

from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event, Participant
from partnering.i18n import speaking
from partnering.jobs import worker
from partnering.programme import drafting, release_letters, releasing, services
from partnering.programme.facts import Time
from partnering.programme.letter_words import items_of
from partnering.programme.models import ReleaseLetter
from partnering.programme.services import Part
from partnering.registration.workshops import book
from tests.factories import make_event, make_participant
from tests.factories.programme import at, make_room, make_session, move_and_release
from tests.factories.registration import make_registration
from tests.factories.tickets import make_product
from tests.support.letters import calendar_of, deliver_all, text_of


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_event("probe")


@pytest.fixture
def jana(event: Event) -> Participant:
    return make_participant(event, email="jana@example.org", given_name="Jana", family_name="Muster")


def pending(event: Event) -> list[ReleaseLetter]:
    db.session.expire_all()
    return list(release_letters.pending(event))


def said(letter: ReleaseLetter) -> list[tuple[str, list[tuple[str, str]]]]:
    """The sessions of a letter, each with old and new of what it says."""
    with speaking("en"):
        return [
            (item.session.title.de, [(line.old[-11:], line.new[-11:]) for line in item.lines])
            for item in items_of(letter)
        ]


def send(event: Event) -> int:
    with transaction():
        return release_letters.send(event, release_letters.pending(event))


def told(app: Flask) -> list[tuple[str, str, str]]:
    """Subject, method and sequence of everything that leaves now."""
    found = []
    for letter in deliver_all(app):
        calendar = calendar_of(letter)
        [thing] = Calendar.from_ical(calendar).walk("VEVENT") if calendar else [{"SEQUENCE": ""}]
        method = str(Calendar.from_ical(calendar)["METHOD"]) if calendar else ""
        found.append((str(letter["Subject"]), method, str(thing["SEQUENCE"])))
    return found


def test_nothing_leaves_before_an_organiser_sends_it(app: Flask, event: Event, jana: Participant):
    session = make_session(event, "Vortrag", people=[Part(jana)])
    move_and_release(event, session, 14)

    assert told(app) == []
    assert [said(letter) for letter in pending(event)] == [[("Vortrag", [("10:00–10:45", "14:00–14:45")])]]
    assert send(event) == 1
    assert told(app) == [("Geändert: Vortrag", "REQUEST", "1")]
    assert (pending(event), send(event)) == ([], 0)


def test_two_releases_before_the_letters_are_one_letter_from_old_to_newest(app: Flask, event: Event, jana: Participant):
    session = make_session(event, "Vortrag", people=[Part(jana)])
    move_and_release(event, session, 12)
    move_and_release(event, session, 14, letters=False)

    assert [said(letter) for letter in pending(event)] == [[("Vortrag", [("10:00–10:45", "14:00–14:45")])]]
    assert sorted(letter.state for letter in db.session.scalars(sa.select(ReleaseLetter))) == ["draft", "merged"]
    send(event)
    assert told(app) == [("Geändert: Vortrag", "REQUEST", "2")]


def test_what_comes_back_before_the_letters_is_not_told(event: Event, jana: Participant):
    session = make_session(event, people=[Part(jana)])
    move_and_release(event, session, 12)
    move_and_release(event, session, 10)

    assert pending(event) == []
    assert [letter.state for letter in db.session.scalars(sa.select(ReleaseLetter))] == ["empty"]


def test_several_changes_are_one_summary_and_one_short_letter_each(app: Flask, event: Event, jana: Participant):
    first, second = (
        make_session(event, name, people=[Part(jana)], starts_at=at(event, hour))
        for name, hour in (("Eins", 9), ("Zwei", 11))
    )
    with transaction():
        drafting.place(first, at(event, 14), make_room(event))
        drafting.call_off(second)
    with transaction():
        releasing.release(event, greeting=BilingualText(de="Liebe Leute"))
    send(event)
    letters = deliver_all(app)

    assert [(letter["Subject"], bool(calendar_of(letter))) for letter in letters] == [
        (f"Neues im Programm: {event.name.de}", False),
        ("Abgesagt: Zwei", False),  # its calendar had never heard of it
        ("Geändert: Eins", True),
    ]
    summary = text_of(letters[0])
    assert ("Liebe Leute" in summary, "Findet nicht statt" in summary, summary.count("→")) == (True, True, 2)


@pytest.mark.parametrize("deed", ["moved", "called off"])
def test_own_words_reach_those_who_have_booked_too(app: Flask, event: Event, deed: str):
    session = make_session(event, "Werkstatt", kind="workshop")
    workshop = make_product(event, kind="add_on", appointment_id=session.appointment_id, gross=0)
    for locale in ("de", "en"):
        with transaction():
            book(make_registration(event, email=f"gast-{locale}@example.org", locale=locale), workshop)
    deliver_all(app)
    with transaction():
        drafting.call_off(session) if deed == "called off" else drafting.place(session, at(event, 14), make_room(event))
    with transaction():
        releasing.release(event, greeting=BilingualText(de="Es tut uns leid.", en="We are <sorry>."))
    send(event)

    read = {str(letter["To"]): letter for letter in deliver_all(app)}
    for locale, words in (("de", "Es tut uns leid."), ("en", "We are <sorry>.")):
        letter = read[f"gast-{locale}@example.org"]
        body = letter.get_body(("html",))
        assert words in text_of(letter)
        assert body is not None
        assert escape(words) in body.get_content()


def test_who_joins_leaves_or_has_chosen_it_is_told_only_that(app: Flask, event: Event, jana: Participant):
    ben = make_participant(event, email="ben@example.org", given_name="Ben", family_name="Neu")
    carl = make_participant(event, email="carl@example.org", given_name="Carl", family_name="Merkt")
    session = make_session(event, "Vortrag", people=[Part(jana)])
    with transaction():
        services.bookmark(session, carl)
        drafting.edit(session, people=[Part(ben)], time=Time(at(event, 14), at(event, 15)))
    with transaction():
        releasing.release(event)
    parts = {
        letter.participant.given_name: [(each.was_part, each.part) for each in letter.changes]
        for letter in pending(event)
    }
    assert parts == {
        "Jana": [("speaker", "")],
        "Ben": [("", "speaker")],
        "Carl": [("bookmark", "bookmark")],
    }

    send(event)
    assert sorted(told(app)) == [
        ("Geändert: Vortrag", "REQUEST", "1"),
        ("Im Programm: Vortrag", "REQUEST", "0"),
        ("Ohne Sie: Vortrag", "", ""),
    ]
    with transaction():
        services.forget(session, carl)
    assert told(app) == [("Nicht mehr in Ihrem Plan: Vortrag", "CANCEL", "2")]


def test_what_is_left_out_is_not_sent_and_can_wait_again(app: Flask, event: Event, jana: Participant):
    session = make_session(event, "Vortrag", people=[Part(jana)])
    move_and_release(event, session, 12)
    [letter] = pending(event)
    with transaction():
        assert release_letters.leave_out(letter)
    assert (send(event), told(app)) == (0, [])
    with transaction():
        assert release_letters.take_in(letter)
    with transaction():
        release_letters.leave_out(letter)
    move_and_release(event, session, 13, letters=False)
    with transaction():
        assert not release_letters.take_in(letter)  # it would say what is so no more


def test_more_letters_than_one_deed_sends_are_sent_by_the_worker_once(
    app: Flask, event: Event, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(release_letters, "AT_ONCE", 2)
    people = [make_participant(event, email=f"p{n}@example.org") for n in range(5)]
    session = make_session(event, "Podium", kind="panel", people=[Part(each) for each in people])
    move_and_release(event, session, 14)

    assert send(event) == 5
    assert len(pending(event)) == 3
    while worker.run_jobs():
        continue
    assert (pending(event), len(told(app))) == ([], 5)
