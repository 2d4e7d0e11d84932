"""The desk's list of conflicts: why, which ways out, and nothing sent before one is chosen."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.meetings import queries, repair, services, setting_up
from partnering.meetings.models import Meeting
from tests.factories.delegates import make_delegate
from tests.factories.events import make_organiser
from tests.factories.meetings import after_letters, make_meeting, make_partnering_event
from tests.meetings.deeds import all_is_well, at
from tests.support.counting import statements_of
from tests.support.letters import deliver_all
from tests.support.signing_in import sign_in


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_partnering_event(tables=1, slots=6)


@pytest.fixture
def client(app: Flask, event: Event) -> FlaskClient:
    """An organiser's browser."""
    client = app.test_client()
    sign_in(client, make_organiser(event))
    return client


def close(event: Event, meeting: Meeting) -> None:
    """Close the only table while a meeting is held there."""
    assert meeting.appointment is not None
    with transaction():
        setting_up.close_table(queries.tables_of(event)[0], meeting.appointment.starts_at)


def look(client: FlaskClient, event: Event) -> str:
    """The page in English."""
    return client.get(f"/manage/{event.slug}/meetings/conflicts?lang=en").text


def ways(page: str, meeting: Meeting, reason: str = "table") -> list[str]:
    """The ways that the page offers for a meeting."""
    return re.findall(rf'name="{reason}-{meeting.public_id}-way" value="([^"]+)"', page)


def solve(client: FlaskClient, event: Event, meeting: Meeting, way: str, reason: str = "table"):
    """Choose a way."""
    path = f"/manage/{event.slug}/meetings/conflicts/{meeting.public_id}?lang=en"
    return client.post(path, data={"reason": reason, f"{reason}-{meeting.public_id}-way": way})


def begin_of(meeting: Meeting) -> object:
    """When a meeting begins, as it is stored."""
    db.session.rollback()
    held = db.session.get_one(Meeting, meeting.id, populate_existing=True).appointment
    return held.starts_at if held is not None else None


def test_without_conflicts_the_page_says_so(client: FlaskClient, event: Event):
    make_meeting(event)
    assert "There are no conflicts." in look(client, event)


def test_a_way_is_applied_and_everybody_told_only_then(app: Flask, client: FlaskClient, event: Event, freeze):
    meeting = make_meeting(event, slots=[at(event, 2)])
    freeze(clock.now() + after_letters())
    deliver_all(app)
    close(event, meeting)
    page = look(client, event)
    assert "The table is closed at that time" in page
    assert deliver_all(app) == []
    offered = ways(page, meeting)
    assert offered == [
        f"{at(event, 1).public_id}:{queries.tables_of(event)[0].public_id}",
        f"{at(event, 0).public_id}:{queries.tables_of(event)[0].public_id}",
        "ask",
    ]

    assert solve(client, event, meeting, offered[1]).status_code == 302

    assert begin_of(meeting) == at(event, 0).starts_at
    assert len(deliver_all(app)) == 2
    assert repair.conflicts(event) == []
    assert "There are no conflicts." in look(client, event)
    assert all_is_well()


def test_asked_first_everything_stays_as_it_is(client: FlaskClient, event: Event):
    meeting = make_meeting(event, slots=[at(event, 2)])
    close(event, meeting)
    solve(client, event, meeting, "ask")
    page = look(client, event)
    assert begin_of(meeting) == at(event, 2).starts_at
    assert "was asked for another time" in page
    assert "ask" not in ways(page, meeting)
    assert len(ways(page, meeting)) == 2


def test_a_way_that_is_gone_or_none_is_refused_beside_it(client: FlaskClient, event: Event):
    meeting = make_meeting(event, slots=[at(event, 2)])
    close(event, meeting)
    way = ways(look(client, event), meeting)[0]
    make_meeting(event, by=meeting.requester, slots=[at(event, 1)])
    gone = solve(client, event, meeting, way)
    assert (gone.status_code, "This way is not free any more" in gone.text) == (409, True)
    none = solve(client, event, meeting, "")
    assert (none.status_code, f'id="table-{meeting.public_id}-way-error"' in none.text) == (422, True)
    assert begin_of(meeting) == at(event, 2).starts_at


def test_what_is_solved_already_is_not_solved_twice(client: FlaskClient, event: Event):
    meeting = make_meeting(event, slots=[at(event, 2)])
    close(event, meeting)
    way = ways(look(client, event), meeting)[0]
    for _turn in range(2):
        assert solve(client, event, meeting, way).status_code == 302
    assert "This has been solved meanwhile." in look(client, event)
    assert begin_of(meeting) == at(event, 1).starts_at


def test_an_empty_seat_leads_to_the_meeting(client: FlaskClient, event: Event):
    meeting = make_meeting(event)
    with transaction():
        meeting.delegates[0].vacant_since = clock.now()
    page = look(client, event)
    assert "nobody was named in time" in page
    assert f"/meetings/{meeting.public_id}" in page


def test_what_clashes_after_merging_is_solved_for_the_registration_that_stays(client: FlaskClient, event: Event):
    with transaction():
        setting_up.make_tables(event, "A", 3)
    kept = make_delegate(event)
    gone = make_delegate(event, colleague_of=kept)
    make_meeting(event, by=kept, slots=[at(event, 1)])
    clash = make_meeting(event, by=gone, slots=[at(event, 1)])
    with transaction():
        assert services.merge_delegates(kept, gone).clashes == [clash]

    offered = ways(look(client, event), clash, "merged")
    assert solve(client, event, clash, offered[0], "merged").status_code == 302

    assert begin_of(clash) in (at(event, 0).starts_at, at(event, 2).starts_at)
    assert [each.id for each in queries.seats_of(clash, "requester")] == [kept.id]
    assert repair.conflicts(event) == []
    assert all_is_well()


def test_ten_have_ways_and_the_page_does_not_ask_more_for_more(client: FlaskClient, event: Event):
    with transaction():
        setting_up.make_tables(event, "AB", 7)
    made = [make_meeting(event, slots=[at(event, number)]) for number in (0, 1) for _table in range(6)]
    with transaction():
        for table in queries.tables_of(event):
            table.closed_from = event.opens_at
    assert len(repair.conflicts(event)) == 12
    page = look(client, event)
    assert page.count("-way-error") == 0
    assert "For 2 more, ways are shown" in page
    few = statements_of(lambda: look(client, event))
    with transaction():
        for table in queries.tables_of(event):
            table.closed_from = None
    made += [make_meeting(event, slots=[at(event, number)]) for number in (2, 3) for _table in range(6)]
    with transaction():
        for table in queries.tables_of(event):
            table.closed_from = event.opens_at
    assert statements_of(lambda: look(client, event)) == few


def test_the_overview_names_their_number(client: FlaskClient, event: Event):
    meeting = make_meeting(event, slots=[at(event, 2)])
    assert "cannot take place as booked" not in client.get(f"/manage/{event.slug}/?lang=en").text
    close(event, meeting)
    page = client.get(f"/manage/{event.slug}/?lang=en").text
    assert "meeting cannot take place as booked" in page
    assert f"/manage/{event.slug}/meetings/conflicts" in page


def test_other_events_are_not_solved_here(client: FlaskClient, event: Event, freeze):
    other = make_partnering_event(tables=1, slots=3)
    foreign = make_meeting(other, slots=[at(other, 1)])
    close(other, foreign)
    freeze(clock.now() + timedelta(seconds=1))
    assert "There are no conflicts." in look(client, event)
    assert solve(client, event, foreign, "ask").status_code == 404
