"""The days of the programme and their hours."""

from datetime import time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event
from partnering.programme import availability, days, desk_queries
from partnering.programme.days import DaysOverlap, DayTwice, Hours
from tests.factories import make_event, make_organiser
from tests.factories.programme import at
from tests.support.signing_in import sign_in

ADDRESS = "/manage/probe/programme/days"


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_event("probe")


def hours_of(event: Event) -> list[tuple[int, int]]:
    """When the days that are set begin and end, in hours of their own day."""
    db.session.rollback()
    start = at(event, 0)
    return [
        ((row.opens_at - start) // timedelta(hours=1), (row.closes_at - start) // timedelta(hours=1))
        for row in desk_queries.stored_days(event)
    ]


def test_a_day_may_end_after_midnight_and_its_night_belongs_to_it(event: Event):
    with transaction():
        assert days.set_all(event, [Hours(event.first_day, time(9), time(2))])
        assert not days.set_all(event, [Hours(event.first_day, time(9), time(2))])

    assert hours_of(event) == [(9, 26)]
    known = availability.days_of(event)
    night = days.instant(event, event.first_day, time(1, 30), known)
    assert night == at(event, 1, 30, day=2)
    assert days.day_of(event, night, known) == event.first_day
    assert days.instant(event, event.first_day, time(8), known) == at(event, 8)  # before it opens, not the day after


def test_days_neither_overlap_nor_stand_there_twice(event: Event):
    second = event.first_day + timedelta(days=1)
    with pytest.raises(DaysOverlap) as found, transaction():
        days.set_all(event, [Hours(event.first_day, time(9), time(8)), Hours(second, time(7), time(20))])
    assert found.value.day == second
    with pytest.raises(DayTwice), transaction():
        days.set_all(event, [Hours(event.first_day, time(9), time(18))] * 2)
    assert hours_of(event) == []


def test_the_page_shows_the_usual_hours_and_stores_what_is_sent(client: FlaskClient, event: Event):
    sign_in(client, make_organiser(event))
    assert "von 8:00 bis 20:00" in client.get(ADDRESS).text
    assert hours_of(event) == []  # looking stores nothing

    day = event.first_day.isoformat()
    sent = {"days-0-day": day, "days-0-opens": "09:00", "days-0-closes": "01:00", "days-0-name_de": "Auftakt"}
    assert client.post(ADDRESS, data=sent | {"days-1-day": ""}).status_code == 302
    assert hours_of(event) == [(9, 25)]
    [row] = desk_queries.stored_days(event)
    assert row.name == BilingualText("Auftakt", "")

    again = client.post(ADDRESS, data=sent | {"days-1-day": day, "days-1-opens": "10:00", "days-1-closes": "12:00"})
    assert (again.status_code, "zweimal in der Liste" in again.text) == (422, True)
    assert hours_of(event) == [(9, 25)]
