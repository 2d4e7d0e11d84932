"""The page of one meeting at the desk: what happened to it, and what organisers do with it."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from partnering import clock
from partnering.agenda import services as agenda
from partnering.agenda.models import Location
from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.meetings import desk_history, desk_times, queries, services, setting_up
from partnering.meetings.models import Meeting, MeetingSlot
from tests.factories.delegates import make_delegate
from tests.factories.events import make_organiser, make_person
from tests.factories.meetings import after_letters, make_block, make_meeting, make_partnering_event, make_request
from tests.factories.timing import make_lunch
from tests.meetings.deeds import all_is_well
from tests.support.counting import statements_of
from tests.support.letters import deliver_all
from tests.support.signing_in import sign_in


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_partnering_event(tables=3, slots=6)


@pytest.fixture
def client(app: Flask, event: Event) -> FlaskClient:
    """Katja's browser, who organises."""
    client = app.test_client()
    sign_in(client, make_organiser(event, make_person("katja@haus.example", given_name="Katja", family_name="Ruhland")))
    return client


def slot(event: Event, number: int) -> MeetingSlot:
    """The slot of this number, from nought."""
    return queries.slots_of(event)[number]


def page(client: FlaskClient, meeting: Meeting) -> TestResponse:
    """The meeting's page in English."""
    return client.get(f"/manage/{meeting.requester.participant.event.slug}/meetings/{meeting.public_id}?lang=en")


def send(client: FlaskClient, meeting: Meeting, deed: str, prefix: str, **data: str) -> TestResponse:
    """Send one of the page's forms with the version that the page showed."""
    shown = re.search(rf'name="{prefix}-version" value="(\d+)"', page(client, meeting).text)
    path = f"/manage/{meeting.requester.participant.event.slug}/meetings/{meeting.public_id}/{deed}?lang=en"
    data = {"version": shown[1] if shown else "", **data}
    return client.post(path, data={f"{prefix}-{name}": value for name, value in data.items()})


def anew(meeting: Meeting) -> Meeting:
    """The meeting as it is stored."""
    db.session.rollback()
    return db.session.get_one(Meeting, meeting.id, populate_existing=True)


def where(meeting: Meeting) -> tuple[object, str]:
    """When a meeting begins, and at which table."""
    held = anew(meeting).appointment
    assert held is not None
    return held.starts_at, held.location.name.en if held.location is not None else ""


# -- times and what stands against them


def test_only_times_that_suit_all_are_offered_and_the_others_say_why_not(event: Event, freeze):
    jana = make_delegate(event, given_name="Jana", family_name="Wittkowski")
    tomas = make_delegate(event, given_name="Tomáš", family_name="Novák")
    meeting = make_meeting(event, by=jana, to=tomas, slots=[slot(event, 0)])
    make_meeting(event, by=jana, slots=[slot(event, 1)])
    with transaction():
        agenda.block(tomas.participant, event, slot(event, 2).starts_at, slot(event, 2).ends_at)
        tomas.departs_at = slot(event, 5).starts_at
    freeze(slot(event, 0).starts_at.replace(hour=0))

    found = desk_times.choices([jana, tomas], hosts=[tomas, jana], besides=meeting.appointment)

    assert [(each.slot.id, list(map(str, each.why_not))) for each in found] == [
        (slot(event, 1).id, ["Jana Wittkowski hat ein anderes Gespräch"]),
        (slot(event, 2).id, ["Tomáš Novák hält sich diese Zeit frei"]),
        (slot(event, 3).id, []),
        (slot(event, 4).id, []),
        (slot(event, 5).id, ["Tomáš Novák ist dann schon abgereist"]),
    ]


def test_full_tables_and_a_lost_lunch_are_said_too(event: Event):
    jana, tomas = make_delegate(event, given_name="Jana", family_name="W"), make_delegate(event)
    make_lunch(event, slot(event, 3).starts_at, 20)
    for _number in range(3):
        make_meeting(event, slots=[slot(event, 1)])

    found = {each.slot.id: list(map(str, each.why_not)) for each in desk_times.choices([jana, tomas])}

    assert found[slot(event, 1).id] == ["kein Tisch ist frei"]
    assert found[slot(event, 3).id][0] == "Jana W hätte keine Zeit mehr zum Mittagessen"
    assert found[slot(event, 0).id] == []


def test_what_stands_against_times_takes_a_constant_number_of_questions(event: Event):
    people = [make_delegate(event), make_delegate(event)]
    for number in range(2):
        make_meeting(event, by=people[number], slots=[slot(event, number)])

    few = statements_of(lambda: desk_times.choices(people))
    make_block(event, slots=40, minutes=5, pause=0, start=400)
    for number in range(2, 5):
        make_meeting(event, by=people[number % 2], slots=[slot(event, number)])
    assert len(desk_times.choices(people)) == 46
    assert statements_of(lambda: desk_times.choices(people)) == few


# -- moving


def test_a_meeting_moves_with_its_calendar_entry(app: Flask, client: FlaskClient, event: Event, freeze):
    meeting = make_meeting(event, slots=[slot(event, 0)])
    freeze(clock.now() + after_letters())
    deliver_all(app)

    answer = send(client, meeting, "time", "time", slot=slot(event, 4).public_id)

    assert (answer.status_code, where(meeting)) == (302, (slot(event, 4).starts_at, "A1"))
    assert len(deliver_all(app)) == 2
    assert all_is_well()


def test_it_moves_to_the_table_that_was_chosen(client: FlaskClient, event: Event):
    meeting, table = make_meeting(event, slots=[slot(event, 0)]), queries.tables_of(event)[2]
    send(client, meeting, "time", "time", slot=slot(event, 4).public_id, table=table.public_id)
    assert where(meeting) == (slot(event, 4).starts_at, "A3")


def test_a_table_that_is_taken_then_is_refused_beside_its_field(client: FlaskClient, event: Event):
    meeting = make_meeting(event, slots=[slot(event, 0)])
    make_meeting(event, slots=[slot(event, 4)])
    taken = queries.tables_of(event)[0]
    answer = send(client, meeting, "time", "time", slot=slot(event, 4).public_id, table=taken.public_id)
    assert (answer.status_code, 'id="time-table-error"' in answer.text) == (409, True)
    assert "This table is not free at that time" in answer.text
    assert where(meeting) == (slot(event, 0).starts_at, "A1")


def test_a_time_that_somebody_else_took_meanwhile_is_refused_beside_its_field(client: FlaskClient, event: Event):
    jana = make_delegate(event)
    meeting = make_meeting(event, to=jana, slots=[slot(event, 0)])
    make_meeting(event, to=jana, slots=[slot(event, 3)])
    answer = send(client, meeting, "time", "time", slot=slot(event, 3).public_id)
    assert (answer.status_code, 'id="time-slot-error"' in answer.text) == (409, True)


def test_without_a_time_nothing_moves(client: FlaskClient, event: Event):
    meeting = make_meeting(event, slots=[slot(event, 0)])
    answer = send(client, meeting, "time", "time")
    assert (answer.status_code, "Choose a time" in answer.text) == (422, True)


def test_a_page_that_is_older_than_the_meeting_changes_nothing(client: FlaskClient, event: Event):
    meeting = make_meeting(event, slots=[slot(event, 0)])
    stale = str(meeting.version)
    send(client, meeting, "time", "time", slot=slot(event, 3).public_id)
    answer = send(client, meeting, "time", "time", slot=slot(event, 4).public_id, version=stale)
    assert (answer.status_code, where(meeting)[0]) == (302, slot(event, 3).starts_at)
    assert "already been answered or changed" in page(client, meeting).text


def test_what_lost_its_time_gets_another(client: FlaskClient, event: Event):
    meeting = make_meeting(event, slots=[slot(event, 0)])
    with transaction():
        setting_up.remove_slots([slot(event, 0)])
    assert "Give it a time" in page(client, anew(meeting)).text
    send(client, meeting, "time", "time", slot=slot(event, 2).public_id)
    assert (where(meeting)[0], anew(meeting).unplaced_reason) == (slot(event, 2).starts_at, "")
    assert all_is_well()


# -- tables


def tables(event: Event) -> list[Location]:
    """The event's tables."""
    return list(queries.tables_of(event))


def test_another_table_at_the_same_time(client: FlaskClient, event: Event):
    meeting = make_meeting(event, slots=[slot(event, 0)])
    answer = send(client, meeting, "table", "seat", table=tables(event)[2].public_id)
    assert (answer.status_code, where(meeting)) == (302, (slot(event, 0).starts_at, "A3"))


def test_two_meetings_swap_their_tables(client: FlaskClient, event: Event):
    one, other = make_meeting(event, slots=[slot(event, 0)]), make_meeting(event, slots=[slot(event, 0)])
    assert (where(one)[1], where(other)[1]) == ("A1", "A2")
    assert "A2: swap with" in page(client, one).text
    send(client, one, "table", "seat", table=tables(event)[1].public_id)
    assert (where(one)[1], where(other)[1]) == ("A2", "A1")
    assert all_is_well()


def test_a_closed_table_is_neither_offered_nor_taken(client: FlaskClient, event: Event):
    meeting = make_meeting(event, slots=[slot(event, 0)])
    with transaction():
        setting_up.close_table(tables(event)[2], clock.now())
    answer = send(client, meeting, "table", "seat", table=tables(event)[2].public_id)
    assert (answer.status_code, where(meeting)[1]) == (409, "A1")
    assert [seat.table.name.en for seat in desk_times.seats_at(anew(meeting))] == ["A2"]


# -- people


def names(meeting: Meeting, side: str) -> list[str]:
    """Who sits on a side."""
    return [delegate.participant.given_name for delegate in queries.seats_of(anew(meeting), side)]


@pytest.fixture
def team(event: Event) -> tuple[Delegate, Delegate, Meeting]:
    """Jana with a meeting, and her colleague Ben without."""
    jana = make_delegate(event, given_name="Jana")
    ben = make_delegate(event, given_name="Ben", colleague_of=jana)
    return jana, ben, make_meeting(event, by=jana, slots=[slot(event, 0)])


def test_somebody_comes_goes_and_comes_instead(client: FlaskClient, event: Event, team):
    jana, ben, meeting = team
    send(client, meeting, "seats/requester", "requester", new=ben.public_id)
    assert names(meeting, "requester") == ["Jana", "Ben"]
    send(client, meeting, "seats/requester", "requester", old=jana.public_id)
    assert names(meeting, "requester") == ["Ben"]
    send(client, meeting, "seats/requester", "requester", new=jana.public_id, old=ben.public_id)
    assert names(meeting, "requester") == ["Jana"]
    assert all_is_well()


def test_the_last_of_a_side_stays_and_the_page_says_so(client: FlaskClient, team):
    jana, _ben, meeting = team
    answer = send(client, meeting, "seats/requester", "requester", old=jana.public_id)
    assert (answer.status_code, 'id="requester-old-error"' in answer.text) == (409, True)
    assert names(meeting, "requester") == ["Jana"]


def test_nobody_comes_who_is_busy_or_of_another_firm(client: FlaskClient, event: Event, team):
    _jana, ben, meeting = team
    make_meeting(event, by=ben, slots=[slot(event, 0)])
    answer = send(client, meeting, "seats/requester", "requester", new=ben.public_id)
    assert (answer.status_code, 'id="requester-new-error"' in answer.text) == (409, True)
    stranger = make_delegate(event)
    assert send(client, meeting, "seats/requester", "requester", new=stranger.public_id).status_code == 404
    empty = send(client, meeting, "seats/requester", "requester")
    assert (empty.status_code, "Choose who comes, who goes, or both" in empty.text) == (422, True)
    assert names(meeting, "requester") == ["Jana"]


# -- cancelling, and what is remembered


def test_cancelled_with_a_reason_that_both_read(client: FlaskClient, event: Event):
    meeting = make_meeting(event, slots=[slot(event, 0)])
    send(client, meeting, "end", "end", reason="Wasser im Saal")
    assert (anew(meeting).request_state, meeting.answer_text) == ("cancelled", "Wasser im Saal")
    assert "Cancel this meeting" not in page(client, meeting).text


def test_the_history_says_who_did_what_and_when(client: FlaskClient, event: Event, freeze):
    tomas = make_delegate(event, given_name="Tomáš", family_name="Novák", company="Peptidwerk")
    jana = make_delegate(event, given_name="Jana", family_name="Wittkowski", company="Lumenfold")
    request = make_request(event, by=jana, to=tomas, slots=[slot(event, 0)], message="Geheimes über Peptide")
    freeze(clock.now() + after_letters())
    meeting = make_meeting_of(request)
    freeze(clock.now() + after_letters())
    send(client, meeting, "time", "time", slot=slot(event, 1).public_id)
    freeze(clock.now() + after_letters())
    send(client, anew(meeting), "end", "end", reason="Krank")
    text = page(client, anew(meeting)).text
    told = [each.sentence for each in desk_history.history(anew(meeting))]

    assert len(told) == 4
    assert "Lumenfold asked Tomáš Novák for a meeting." in text
    assert "Peptidwerk accepted." in text
    assert "Katja Ruhland moved it from" in text
    assert "Katja Ruhland cancelled the meeting." in text
    assert "Krank" in text
    assert "Geheimes über Peptide" not in text


def make_meeting_of(request: Meeting) -> Meeting:
    """What was asked for, accepted at the first time offered."""
    with transaction():
        return services.accept(request, queries.offered(request)[0])


def test_what_was_declined_says_by_whom_and_why(client: FlaskClient, event: Event):
    request = make_request(event, to=make_delegate(event, company="Peptidwerk"))
    with transaction():
        services.decline(request, reason="no_time")
    text = page(client, request).text
    assert "Peptidwerk declined. Reason: I have no time." in text
    assert "Move to another time" not in text


def test_suggested_times_stand_in_the_history(client: FlaskClient, event: Event):
    jana = make_delegate(event, given_name="Jana", family_name="Wittkowski")
    meeting = make_meeting(event, by=jana, slots=[slot(event, 0)])
    with transaction():
        services.propose(meeting, [slot(event, 2)], by=jana)
    text = page(client, anew(meeting)).text
    assert "Jana Wittkowski suggested another time" in text
    assert "Until then everything stays as it is." in text


def test_the_page_takes_as_many_questions_however_much_happened(client: FlaskClient, event: Event):
    meeting = make_meeting(event, slots=[slot(event, 0)])
    send(client, meeting, "time", "time", slot=slot(event, 1).public_id)
    page(client, anew(meeting))
    few = statements_of(lambda: page(client, meeting))
    for number in (2, 3, 4, 5):
        send(client, anew(meeting), "time", "time", slot=slot(event, number).public_id)
    assert statements_of(lambda: page(client, meeting)) == few


def test_meetings_of_other_events_do_not_exist_here(client: FlaskClient, event: Event):
    foreign = make_meeting(make_partnering_event())
    assert client.get(f"/manage/{event.slug}/meetings/{foreign.public_id}").status_code == 404
    path = f"/manage/{event.slug}/meetings/{foreign.public_id}/time"
    assert client.post(path, data={"time-slot": slot(event, 0).public_id, "time-version": "1"}).status_code == 404


# -- on the day


def missed(event: Event) -> Meeting:
    """A meeting that is over, to which whoever was asked is said not to have come."""
    meeting = make_meeting(event, slots=[slot(event, 0)], to=make_delegate(event, company="Peptidwerk"))
    with transaction():
        services.put(meeting, "no_show_invitee", begins=("published",), closed_at=clock.now())
    return anew(meeting)


def test_whoever_is_said_not_to_have_come_came_after_all(app: Flask, client: FlaskClient, event: Event, freeze):
    meeting = missed(event)
    freeze(clock.now() + after_letters())
    deliver_all(app)
    assert "Peptidwerk is said not to have come." in page(client, meeting).text
    stale = str(meeting.version)

    answer = send(client, meeting, "held", "held")

    assert (answer.status_code, anew(meeting).placement, deliver_all(app)) == (302, "held", [])
    text = page(client, meeting).text
    assert "Peptidwerk was there after all." in text
    assert "Did they meet after all?" not in text
    send(client, meeting, "held", "held", version=stale)
    assert "already been answered or changed" in page(client, meeting).text
    assert all_is_well()


def test_a_meeting_to_which_both_may_still_come_is_not_made_held(client: FlaskClient, event: Event):
    meeting = make_meeting(event, slots=[slot(event, 0)])
    assert "Did they meet after all?" not in page(client, meeting).text
    send(client, meeting, "held", "held", version=str(meeting.version))
    assert anew(meeting).placement == "published"


def test_the_page_says_why_it_cannot_take_place_and_where_that_is_solved(client: FlaskClient, event: Event):
    meeting = make_meeting(event, slots=[slot(event, 0)])
    assert "See what can be done" not in page(client, meeting).text
    with transaction():
        tables(event)[0].closed_from = clock.now()
    text = page(client, anew(meeting)).text
    assert "Table closed." in text
    assert re.search(rf"/meetings/conflicts[^\"#]*#{meeting.public_id}-table\"", text)
