"""The letter of the evening before: who gets it, when, once, and what it says."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import clock
from partnering.agenda import services as agenda
from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.mail import carriers, delivery
from partnering.mail.models import OutboxLetter
from partnering.meetings import queries as meetings
from partnering.meetings import services
from partnering.programme import services as programme
from partnering.schedule import evening, tasks
from tests.factories import make_participant
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event, make_request
from tests.factories.programme import at, make_session
from tests.factories.timing import make_place
from tests.readers import pages
from tests.support.letters import deliver_all, text_of
from tests.support.smtp import Arrived, SmtpSink

MakeApp = Callable[..., Flask]


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_partnering_event(slug="probe", tables=4, slots=6)


def the_evening_before(event: Event, hour: int = 18, minute: int = 0) -> datetime:
    """That time of the day before the event, in its zone."""
    return clock.from_zone(datetime.combine(event.first_day - timedelta(days=1), time(hour, minute)), event.zone)


def written() -> list[str]:
    """To whom letters were decided on."""
    db.session.rollback()
    return list(
        db.session.scalars(
            sa.select(OutboxLetter.address).where(OutboxLetter.kind == evening.KIND).order_by(OutboxLetter.id)
        )
    )


def evenings_letters(app: Flask) -> list[EmailMessage]:
    """What leaves, without the letters about the meetings themselves."""
    return [each for each in deliver_all(app) if "whole schedule" in text_of(each) or "ganzer Plan" in text_of(each)]


def test_everybody_with_something_on_the_next_day_is_written_to_once(event: Event, freeze):
    jana = make_delegate(event, email="jana@lumenfold.example")
    katrin = make_delegate(event, email="katrin@saale.example")
    make_meeting(event, by=jana, to=katrin)
    speaker = make_participant(event, email="henrike@uni.example")
    make_session(event, speakers=[speaker])
    later = make_participant(event, email="later@example.org")
    make_session(event, starts_at=at(event, 10, day=2), speakers=[later])
    make_delegate(event, email="nothing@example.org")
    make_request(event, to=make_delegate(event, email="asked@example.org"))
    kept = make_delegate(event, email="kept@example.org")
    with transaction():
        agenda.block(kept.participant, event, at(event, 10), at(event, 11))

    freeze(the_evening_before(event, 17, 59))
    assert (tasks.tell_about_tomorrow(), written()) == (False, [])
    freeze(the_evening_before(event))
    expected = ["henrike@uni.example", "jana@lumenfold.example", "katrin@saale.example"]
    for _again in range(2):
        tasks.tell_about_tomorrow()
        assert sorted(written()) == expected
    freeze(the_evening_before(event) + timedelta(days=1))
    tasks.tell_about_tomorrow()
    assert written()[3:] == ["later@example.org"]


def test_nobody_is_written_to_at_night_or_by_a_conference_that_is_called_off(event: Event, freeze):
    make_session(event, speakers=[make_participant(event)])
    for hour in (0, 9, 22, 23):
        freeze(the_evening_before(event, hour))
        tasks.tell_about_tomorrow()
        assert written() == []
    with transaction():
        db.session.get_one(Event, event.id).state = "cancelled"
    freeze(the_evening_before(event))
    tasks.tell_about_tomorrow()
    assert written() == []


def test_many_are_written_to_in_several_goes(event: Event, freeze, monkeypatch):
    monkeypatch.setattr(evening, "MOST", 2)
    make_session(event, speakers=[make_participant(event) for _each in range(5)])
    freeze(the_evening_before(event))
    more: list[bool] = []
    while not more or more[-1]:
        more.append(tasks.tell_about_tomorrow())

    assert (more, len(set(written()))) == ([True, True, False], 5)


def test_it_speaks_each_ones_language_and_brings_the_page_to_print(app: Flask, event: Event, freeze):
    jana = make_delegate(event, given_name="Jana", company="Lumenfold", email="jana@lumenfold.example", locale="de")
    tomas = make_delegate(event, given_name="Tomáš", company="Elbe", email="tomas@elbe.example", locale="en")
    meeting = make_meeting(event, by=jana, to=tomas, slots=meetings.slots_of(event)[:1])
    freeze(the_evening_before(event))
    tasks.tell_about_tomorrow()
    german, english = sorted(evenings_letters(app), key=lambda each: each["To"])

    assert ("Ihr Tag bei" in german["Subject"], "Your day at" in english["Subject"]) == (True, True)
    assert "Tisch A1 · Elbe" in text_of(german)
    assert "Table A1 · Lumenfold" in text_of(english)
    assert "/me/schedule?day=" in text_of(english)
    assert german["List-Unsubscribe"] is None
    [sheet] = [each for each in german.iter_attachments() if each.get_content_type() == "application/pdf"]
    content = sheet.get_payload(decode=True)
    assert isinstance(content, bytes)
    read = pages.reader(content)
    assert (len(read.pages), "Tomáš" in read.pages[0].extract_text()) == (1, True)
    assert meeting.appointment is not None


@pytest.mark.engine("sqlite")  # the conversation does not depend on the database
def test_it_arrives_over_smtp_in_german_with_every_letter_and_the_page(make_app: MakeApp, post: SmtpSink, freeze):
    app = make_app(mail_server="127.0.0.1", mail_port=post.port)
    with app.app_context():
        event = make_partnering_event(tables=1, slots=2)
        jana = make_delegate(event, given_name="Jürgen", family_name="Groß", email="juergen@firma.example")
        make_meeting(event, by=jana, to=make_delegate(event, given_name="Łukasz", family_name="Żółć", company="Öl AG"))
        freeze(the_evening_before(event))
        tasks.tell_about_tomorrow()
        while delivery.deliver_due(carriers.SmtpServer()):
            pass
        db.session.rollback()
    [letter] = [each for each in post.arrived if each.recipients == ["juergen@firma.example"] and has_sheet(each)]

    assert str(letter.message["Subject"]).startswith("Ihr Tag bei ")
    assert all(byte < 128 for byte in letter.content)
    for said in (letter.text(), letter.text("text/html")):
        assert ("Jürgen Groß" in said, "Łukasz Żółć" in said, "Öl AG" in said) == (True, True, True)
    sheet = letter.part("application/pdf")
    assert str(sheet.get_filename()).endswith(".pdf")
    content = sheet.get_payload(decode=True)
    assert isinstance(content, bytes)
    [paper] = pages.reader(content).pages
    assert [round(float(side) * 25.4 / 72) for side in paper.mediabox[2:]] == [210, 297]


def has_sheet(letter: Arrived) -> bool:
    """Whether a PDF comes with it."""
    return any(part.get_content_type() == "application/pdf" for part in letter.message.walk())


def test_it_says_what_holds_when_it_leaves(app: Flask, event: Event, freeze):
    jana, katrin = make_delegate(event, locale="en"), make_delegate(event, locale="en", family_name="Voss")
    meeting = make_meeting(event, by=jana, to=katrin)
    talk = make_session(event, "Vortrag", speakers=[jana.participant], starts_at=at(event, 15))
    freeze(the_evening_before(event))
    tasks.tell_about_tomorrow()
    with transaction():
        services.cancel(meeting, by=katrin)
    [letter] = evenings_letters(app)

    assert ("Vortrag" in text_of(letter), "Voss" in text_of(letter)) == (True, False)
    with transaction():
        programme.cancel(event, talk)


def test_a_letter_that_leaves_when_the_day_has_gone_is_dropped(app: Flask, event: Event, freeze):
    make_session(event, speakers=[make_participant(event)], starts_at=at(event, 10))
    freeze(the_evening_before(event))
    tasks.tell_about_tomorrow()
    freeze(at(event, 11))

    assert evenings_letters(app) == []


def test_edge_14_whoever_is_not_there_reads_both_clocks_and_the_link(app: Flask, event: Event, freeze):
    hana = make_delegate(event, given_name="Hana", email="hana@tokyo.example", locale="en")
    jana = make_delegate(event, given_name="Jana", email="jana@lumenfold.example", locale="en")
    with transaction():
        far = db.session.get_one(Delegate, hana.id)
        far.remote, far.zone = True, "Asia/Tokyo"
    make_place(event, "virtual", url="https://video.example/1")
    make_meeting(event, by=hana, to=jana, slots=meetings.slots_of(event)[:1])
    freeze(the_evening_before(event))
    tasks.tell_about_tomorrow()
    texts = [text_of(each) for each in evenings_letters(app)]

    assert len(texts) == 2
    for text in texts:
        assert "in Tokyo" in text
        assert "https://video.example/1" in text
        assert "Table" not in text
