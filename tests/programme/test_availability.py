"""When speakers can come: what they say, what becomes of it, and the page with the half hours."""

from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.db import db, transaction
from partnering.events.models import Event, Participant
from partnering.programme import availability
from partnering.programme.models import AvailableTime, ProgrammeDay
from tests.factories import make_event, make_participant
from tests.factories.programme import at, make_session
from tests.support.signing_in import sign_in


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_event(slug="probe")


@pytest.fixture
def henrike(event: Event) -> Participant:
    return make_participant(event, email="henrike@uni.example")


def say(event: Event, whose: Participant, *windows: tuple[datetime, datetime], note: str = "") -> None:
    with transaction():
        availability.say(event, whose, windows, note)


def test_what_touches_becomes_one_and_the_newest_word_counts(event: Event, henrike: Participant):
    assert availability.said_by(henrike) is None
    half_past = at(event, 9, 30)
    say(event, henrike, (at(event, 9), half_past), (at(event, 10), at(event, 11)), (half_past, at(event, 10)))
    said = availability.said_by(henrike)
    assert said is not None
    assert list(said.windows) == [(at(event, 9), at(event, 11))]
    assert (said.covers(at(event, 9, 30), at(event, 10, 30)), said.covers(at(event, 10), at(event, 12))) == (
        True,
        False,
    )

    say(event, henrike, note="Leider  verhindert.")
    assert availability.of(event)[henrike.id].windows == []
    assert availability.of(event)[henrike.id].note == "Leider verhindert."


def test_a_time_on_no_day_of_the_programme_is_refused_and_nothing_is_lost(event: Event, henrike: Participant):
    say(event, henrike, (at(event, 9), at(event, 10)))
    late = (at(event, 9, day=40), at(event, 10, day=40))
    for window in ((at(event, 7), at(event, 9)), (at(event, 19), at(event, 21)), late):
        with pytest.raises(availability.OutsideDays):
            say(event, henrike, window)

    said = availability.said_by(henrike)
    assert said is not None
    assert list(said.windows) == [(at(event, 9), at(event, 10))]


def test_days_end_after_midnight_and_have_as_many_half_hours_as_the_night_has(ctx: Flask):
    event = make_event(slug="night")
    night = date(2027, 10, 30)
    opens = clock.from_zone(datetime.combine(night, time(22)), event.zone)
    closes = clock.from_zone(datetime.combine(night + timedelta(days=1), time(4, 15)), event.zone)
    with transaction():
        db.session.add(ProgrammeDay(event_id=event.id, day=night, opens_at=opens, closes_at=closes))
    [day] = availability.days_of(event)

    assert (len(day.steps), day.steps[-1][1] - day.steps[-1][0]) == (15, timedelta(minutes=15))  # 2:00 comes twice
    assert sum((ends - begins for begins, ends in day.steps), timedelta()) == closes - opens


def test_half_hours_are_ticked_on_a_page_that_remembers_them(
    client: FlaskClient, app: Flask, event: Event, henrike: Participant
):
    assert henrike.person is not None
    sign_in(client, henrike.person)
    address = "/e/probe/me/talks/availability"
    assert client.get(address).status_code == 404  # who is in no session is not asked
    make_session(event, speakers=[henrike], released=False)
    ticks = [str(int(at(event, 9, minutes).timestamp())) for minutes in (0, 30)]

    answer = client.post(address, data={"times": ticks, "note": "Gern früh."})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/e/probe/me/talks")
    page = client.get(address).text
    assert page.count(" checked") == 2
    assert f'value="{ticks[0]}" data-column="0" checked' in page
    assert client.post(address, data={"times": "12345"}).status_code == 422
    client.post(address, data={"note": ""})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AvailableTime)) == 0
    assert "Zu keiner Zeit." in client.get("/e/probe/me/talks").text
