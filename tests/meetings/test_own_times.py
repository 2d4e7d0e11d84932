"""One's own times: kept free one by one or for the rest of a day, from arrival to departure, by video."""

import re
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.db import db, transaction
from partnering.delegates import presence
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.meetings import own_times, queries
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_block, make_meeting, make_partnering_event
from tests.factories.timing import free_of, make_lunch, starts
from tests.support.counting import statements_of
from tests.support.signing_in import sign_in

ROOT = "/e/probe/me/availability"


@pytest.fixture
def event(ctx: Flask) -> Event:
    """Four slots on each of two days."""
    made = make_partnering_event(slug="probe", slots=4)
    make_block(made, slots=4, start=60 + 24 * 60)
    return made


@pytest.fixture
def jana(event: Event) -> Delegate:
    return make_delegate(event, locale="en")


@pytest.fixture
def mine(client: FlaskClient, jana: Delegate) -> FlaskClient:
    assert jana.participant.person is not None
    sign_in(client, jana.participant.person)
    return client


def day_of(event: Event, n: int) -> date:
    return clock.in_zone(queries.slots_of(event)[n].starts_at, event.zone).date()


def read(client: FlaskClient, event: Event, n: int = 0) -> str:
    answer = client.get(f"{ROOT}?day={day_of(event, n).isoformat()}")
    assert answer.status_code == 200
    return answer.text


# -- the rest of a day


def test_the_rest_of_a_day_is_kept_free_around_what_is_booked_and_opened_again(
    event: Event, jana: Delegate, mine: FlaskClient
):
    slots = queries.slots_of(event)
    make_meeting(event, to=jana, slots=[slots[2]])
    assert mine.post(f"{ROOT}/day", data={"slot": slots[1].public_id}).status_code == 302
    db.session.rollback()

    assert free_of(jana) == starts([slots[0], *slots[4:]])
    page = read(mine, event)
    assert (page.count("Blocked by you"), "2 times are blocked now." in page) == (2, True)

    assert mine.post(f"{ROOT}/day/free", data={"slot": slots[0].public_id}).status_code == 302
    db.session.rollback()
    assert free_of(jana) == starts([*slots[:2], *slots[3:]])


def test_what_has_begun_and_other_days_are_left_alone(event: Event, jana: Delegate, freeze):
    slots = queries.slots_of(event)
    freeze(slots[1].starts_at)

    assert own_times.rest_of_day(slots, slots[0], event.zone) == list(slots[2:4])


def test_a_time_is_kept_free_only_once(event: Event, jana: Delegate):
    slots = queries.slots_of(event)
    with transaction():
        assert own_times.keep_free(event, jana.participant, slots[:2]) == 2
        assert own_times.keep_free(event, jana.participant, slots[:3]) == 1
        assert own_times.open_again(jana.participant, slots[1:]) == 2
    assert free_of(jana) == starts(slots[1:])


@pytest.mark.parametrize("path", ["block", "free", "day", "day/free"])
def test_a_slot_that_there_is_not_changes_nothing(event: Event, mine: FlaskClient, path: str):
    for sent in ({}, {"slot": "unbekannt"}, {"slot": "a" * 16}):
        assert mine.post(f"{ROOT}/{path}", data=sent).status_code == 404


# -- arrival, departure, lunch, days


def test_arrival_and_departure_bound_what_can_be_booked(event: Event, jana: Delegate, mine: FlaskClient):
    slots = queries.slots_of(event)
    begins, ends = (clock.in_zone(each, event.zone) for each in (slots[1].starts_at, slots[5].ends_at))
    mine.post(f"{ROOT}/arrival", data={"arrival-day": f"{begins:%Y-%m-%d}", "arrival-time": f"{begins:%H:%M}"})
    mine.post(f"{ROOT}/departure", data={"day": f"{ends:%Y-%m-%d}", "time": f"{ends:%H:%M}"})
    db.session.rollback()

    assert free_of(jana) == starts(slots[1:6])
    assert "You have not arrived yet" in read(mine, event)
    mine.post(f"{ROOT}/arrival", data={"arrival-day": "", "arrival-time": ""})
    db.session.rollback()
    assert free_of(jana) == starts(slots[:6])


def test_nobody_leaves_before_they_arrive(event: Event, jana: Delegate, mine: FlaskClient):
    day = event.first_day.isoformat()
    mine.post(f"{ROOT}/arrival", data={"arrival-day": day, "arrival-time": "12:00"})
    answer = mine.post(f"{ROOT}/departure", data={"day": day, "time": "11:30"})

    assert (answer.status_code, "You would leave before you arrive." in answer.text) == (422, True)
    assert answer.text.count('value="11:30"') == 1
    answer = mine.post(f"{ROOT}/arrival", data={"arrival-day": day, "arrival-time": ""})
    assert (answer.status_code, "Enter a time such as 8:30" in answer.text) == (422, True)
    with pytest.raises(presence.LeavesBeforeArriving), transaction():
        presence.depart(db.session.get_one(Delegate, jana.id), event.opens_at)


def test_what_is_booked_while_somebody_is_away_is_named(event: Event, jana: Delegate, mine: FlaskClient):
    slots = queries.slots_of(event)
    make_meeting(event, to=jana, slots=[slots[3]])
    ends = clock.in_zone(slots[2].ends_at, event.zone)
    sent = {"day": f"{ends:%Y-%m-%d}", "time": f"{ends:%H:%M}"}
    answer = mine.post(f"{ROOT}/departure", data=sent, follow_redirects=True)

    assert "One meeting is booked while you are not there." in answer.text


def test_lunch_stands_among_the_times_and_a_day_without_ticket_is_closed(
    event: Event, jana: Delegate, mine: FlaskClient
):
    make_lunch(event, queries.slots_of(event)[1].starts_at, 60)
    assert "30 minutes of it stay free." in read(mine, event)
    with transaction():
        db.session.get_one(Delegate, jana.id).days = [day_of(event, 0).isoformat()]

    page = read(mine, event, 4)
    assert ("Your ticket does not admit to this day" in page, page.count('data-kind="free"')) == (True, 0)
    assert "Your ticket does not admit to this day" not in read(mine, event)


def test_before_there_are_times_the_page_says_so(ctx: Flask, client: FlaskClient):
    jana = make_delegate(make_partnering_event(slug="probe", slots=0), locale="en")
    assert jana.participant.person is not None
    sign_in(client, jana.participant.person)

    assert "There are no meeting times yet" in client.get(ROOT).text


def test_the_page_takes_a_constant_number_of_queries(event: Event, jana: Delegate, mine: FlaskClient):
    slots = queries.slots_of(event)
    with transaction():
        own_times.keep_free(event, jana.participant, slots[:1])
    few = statements_of(lambda: mine.get(ROOT))
    make_block(event, slots=36, start=300, minutes=10, pause=0)
    with transaction():
        own_times.keep_free(event, jana.participant, queries.slots_of(event)[8:20])

    assert statements_of(lambda: mine.get(ROOT)) == few


# -- by video


def test_a_link_and_a_zone_are_stored_and_only_good_ones(event: Event, jana: Delegate, mine: FlaskClient):
    with transaction():
        jana.remote = True
    link = "https://video.example/jana"
    assert mine.post(f"{ROOT}/video", data={"video_url": link, "zone": "Asia/Tokyo"}).status_code == 302
    db.session.rollback()
    stored = sa.select(Delegate.video_url, Delegate.zone).where(Delegate.id == jana.id)
    assert db.session.execute(stored).one() == (link, "Asia/Tokyo")

    for bad in ("javascript:alert(1)", "http://video.example", "video.example"):
        answer = mine.post(f"{ROOT}/video", data={"video_url": bad, "zone": "Mars/Olympus"})
        assert (answer.status_code, "A link begins with https://" in answer.text) == (422, True)
    db.session.rollback()
    assert db.session.execute(stored).one() == (link, "Asia/Tokyo")


def test_who_is_at_the_venue_chooses_no_zone(event: Event, jana: Delegate, mine: FlaskClient):
    assert 'name="zone"' not in read(mine, event)
    mine.post(f"{ROOT}/video", data={"video_url": "", "zone": "Asia/Tokyo"})
    db.session.rollback()

    assert db.session.scalar(sa.select(Delegate.zone).where(Delegate.id == jana.id)) == ""


# -- afterwards


def test_after_the_last_time_the_page_looks_back_and_asks_for_nothing(
    event: Event, jana: Delegate, mine: FlaskClient, freeze
):
    make_meeting(event, by=jana, slot=queries.slots_of(event)[0])
    freeze(queries.slots_of(event)[-1].starts_at)
    assert jana.participant.person is not None
    sign_in(mine, jana.participant.person)
    page = mine.get(ROOT).text
    assert "nobody can be asked any more" in page
    assert "Was free" in page
    assert f'{day_of(event, -1).isoformat()}" aria-current="page"' in page
    assert page.partition("<main")[2].partition("</main")[0].count("<form") == 0


def test_no_two_fields_of_the_page_are_called_alike(event: Event, mine: FlaskClient):
    page = read(mine, event)
    labels = re.findall(r"<label[^>]*>\s*([^<]+?)\s*<", page)
    assert {"Day of arrival", "Time of arrival", "Day of departure", "Time of departure"} <= set(labels)
    assert len(labels) == len(set(labels))
