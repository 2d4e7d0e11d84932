"""When the event moves to another house: whose calendar follows, by which letter."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import clock
from partnering.agenda import calendars, queries
from partnering.agenda import services as agenda
from partnering.agenda.models import AgendaEntry
from partnering.db import db, transaction
from partnering.events import services as events
from partnering.events.models import Event
from partnering.jobs import worker
from partnering.meetings import setting_up
from partnering.programme import services as programme
from partnering.programme.services import Time
from tests.factories import make_event, make_participant
from tests.factories.programme import at, make_room, make_session
from tests.readers.calendars import libical
from tests.support.counting import statements_of
from tests.support.letters import calendar_of, deliver_all, text_of
from tests.support.there import there


@pytest.fixture
def event(ctx: Flask, freeze) -> Event:
    """An event, at a moment that stands still."""
    made = make_event()
    freeze(clock.now())
    return made


def go_to(event: Event, **place: object) -> None:
    """The event moves there, and the worker knows."""
    with transaction():
        events.edit(db.session.get_one(Event, event.id), place)
    while worker.run_jobs():
        continue


def leave(app: Flask) -> list[EmailMessage]:
    """The letters that leave a minute later."""
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        return deliver_all(app)


def test_calendars_that_know_of_something_there_follow_and_the_others_hear_nothing(app: Flask, event: Event):
    jana, ben = (make_participant(event, email=f"{name}@example.org") for name in ("jana", "ben"))
    room = make_room(event, "Saal 1")
    told = make_session(event, "Vortrag", speakers=[jana], room=room)
    with transaction():
        programme.change(event, told, time=Time(at(event, 11), at(event, 12), room), tell=True)
        untold = make_session(event, "Stilles", speakers=[ben], starts_at=at(event, 15))
    deliver_all(app)
    for _again in range(2):
        go_to(event, city="04105 Leipzig")

    [letter] = leave(app)
    [seen] = libical(there(calendar_of(letter))).events
    assert (letter["To"], letter["Subject"]) == ("jana@example.org", "Neuer Ort: Vortrag")
    assert "findet an einem anderen Ort statt" in text_of(letter)
    assert (seen["sequence"], seen["location"].rpartition(", ")[2]) == ("2", "04105 Leipzig")
    assert (there(told.appointment).sequence, there(untold.appointment).sequence) == (2, 1)
    assert set(db.session.scalars(sa.select(AgendaEntry.sequence))) == {2, 1}


def test_what_is_over_called_off_or_by_video_stays_where_it_was(event: Event, freeze):
    ana, video = make_participant(event), setting_up.add_virtual_room
    with transaction():
        online = video(event, there(event.name), "https://video.example/1")
        kept = [
            agenda.appoint(event, "meeting", at(event, 9), at(event, 10), online),
            agenda.appoint(event, "meeting", at(event, 10), at(event, 11)),
            agenda.appoint(event, "session", at(event, 7), at(event, 8)),
            agenda.appoint(event, "session", at(event, 14), at(event, 15)),
        ]
        moved = agenda.appoint(event, "meeting", at(event, 16), at(event, 17), make_room(event))
        entries = [agenda.attend(each, ana, "invitee", blocks=False) for each in (*kept, moved)]
        agenda.cancel(kept[3])
    freeze(at(event, 8))
    before = [entry.sequence for entry in entries]
    go_to(event, address="Neuer Weg 5")

    assert [entry.sequence for entry in entries] == [*before[:4], before[4] + 1]


def test_a_letter_that_something_newer_has_overtaken_says_nothing(app: Flask, event: Event):
    jana = make_participant(event, email="jana@example.org")
    session = make_session(event, "Vortrag", speakers=[jana])
    with transaction():
        programme.change(event, session, time=Time(at(event, 11), at(event, 12)), tell=True)
    deliver_all(app)
    go_to(event, city="04105 Leipzig")
    with transaction():
        programme.cancel(event, session, tell=True)

    assert [letter["Subject"] for letter in leave(app)] == ["Abgesagt: Vortrag"]
    entry = there(agenda.entry_of(there(session.appointment), jana))
    assert (calendars.has_news(entry), queries.told_at_venue(event)) == (False, [])


def test_a_house_full_of_sessions_moves_in_as_many_statements_as_two(event: Event):
    def moves() -> int:
        return statements_of(lambda: go_to(event, city=f"City {clock.now():%f} {len(counts)}"))

    counts: list[int] = []
    for number in (2, 20):
        with transaction():
            for _each in range(number):
                make_session(event, speakers=[make_participant(event)])
        counts.append(moves())
    assert counts[0] == counts[1]
