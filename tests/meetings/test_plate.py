"""The plate of tables through time: who sits where, what is wrong, and what is done with a picked table."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.agenda.models import Location, ParticipantAtom
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event
from partnering.meetings import furnishing, plate, queries, reseating, setting_up
from partnering.meetings.errors import TooFar
from partnering.meetings.models import Meeting
from tests.factories.events import make_organiser, make_person
from tests.factories.meetings import make_meeting, make_partnering_event, make_tables
from tests.support.counting import statements_of
from tests.support.signing_in import sign_in
from tests.support.there import there


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_partnering_event(tables=3)


@pytest.fixture
def client(app: Flask, event: Event) -> FlaskClient:
    """An organiser's browser."""
    client = app.test_client()
    sign_in(client, make_organiser(event, make_person(locale="en")))
    return client


def seats(event: Event, at: int = 0) -> dict[str, str]:
    """The state of each place in the slot of this number."""
    return {well.place.name.en: well.state for well in plate.wells(event, queries.slots_of(event)[at])}


def place_of(meeting: Meeting) -> str:
    """Where a meeting is held now."""
    fresh = db.session.get_one(Meeting, meeting.id, populate_existing=True)
    return there(there(fresh.appointment).location).name.en


def firms(meeting: Meeting) -> str:
    """The organisations that meet, the requester's first."""
    return f"{meeting.requester.profile.organisation.name} – {meeting.invitee.profile.organisation.name}"


def test_a_plan_of_the_hall_marks_the_table_at_which_one_sits(event: Event):
    tables = queries.tables_of(event)
    [(letter, cells)] = plate.hall_of(tables[1])
    assert (letter, cells) == ("A", ["table", "here", "table"])
    with transaction():
        db.session.get_one(Location, tables[0].id).row = "C"
        db.session.get_one(Location, tables[2].id).row = ""
    assert plate.hall_of(tables[1]) == [("A", ["", "here"]), ("C", ["table", ""])]
    assert plate.hall_of(tables[2]) == []
    with transaction():
        setting_up.close_table(tables[0], clock.now())
        room = setting_up.add_virtual_room(event, BilingualText("Videoraum", "Video room"), "https://meet.example/1")
    assert plate.hall_of(room) == []


def test_each_place_has_its_state(event: Event):
    meeting = make_meeting(event)
    slot = queries.slots_of(event)[0]
    assert seats(event) == {"A1": "reserved", "A2": "free", "A3": "free"}
    with transaction():
        setting_up.close_table(queries.tables_of(event)[2], slot.starts_at)
    assert seats(event) == {"A1": "reserved", "A2": "free", "A3": "closed"}
    with clock.frozen(slot.starts_at + timedelta(minutes=3)):
        assert seats(event)["A1"] == "in_use"
    with transaction():
        db.session.execute(
            sa.update(ParticipantAtom)
            .where(ParticipantAtom.participant_id == meeting.requester.participant_id)
            .values(contested=True)
        )
    assert seats(event)["A1"] == "conflict"
    assert seats(event, 1) == {"A1": "free", "A2": "free", "A3": "closed"}


def test_a_meeting_that_is_stuck_at_a_closed_table_is_a_conflict(ctx: Flask):
    event = make_partnering_event(tables=1)
    make_meeting(event)
    with transaction():
        done = setting_up.close_table(queries.tables_of(event)[0], clock.now())
    assert len(done.stuck) == 1
    (well,) = plate.wells(event, queries.slots_of(event)[0])
    assert (well.state, well.why) == ("conflict", "closed")


def test_two_tables_change_their_meetings(event: Event):
    slot = queries.slots_of(event)[0]
    one, other = make_meeting(event, slot=slot), make_meeting(event, slot=slot)
    assert (place_of(one), place_of(other)) == ("A1", "A2")
    first, second, third = queries.tables_of(event)
    with transaction():
        reseating.exchange(slot, first, second)
    assert (place_of(one), place_of(other)) == ("A2", "A1")
    with transaction():
        reseating.exchange(slot, first, third)
    assert (place_of(one), place_of(other)) == ("A2", "A3")
    with pytest.raises(reseating.NobodyThere), transaction():
        reseating.exchange(queries.slots_of(event)[1], first, third)


def test_nobody_is_put_at_a_closed_table_or_too_far_away(event: Event):
    slots = queries.slots_of(event)
    meeting = make_meeting(event, slot=slots[0])
    make_meeting(event, by=meeting.requester, slot=slots[1])
    first, second, third = queries.tables_of(event)
    with transaction():
        setting_up.close_table(second, slots[0].starts_at)
        near = setting_up.set_zone(event, BilingualText("Halle", "Hall"), walk_minutes=5)
        far = setting_up.set_zone(event, BilingualText("Zelt", "Tent"), walk_minutes=15)
        furnishing.put_tables([first, second], near)
        furnishing.put_tables([third], far)
    with pytest.raises(reseating.PlaceClosed), transaction():
        reseating.exchange(slots[0], first, second)
    with pytest.raises(TooFar), transaction():
        reseating.exchange(slots[0], first, third)
    assert place_of(meeting) == "A1"


def test_a_meeting_gets_the_best_other_place(event: Event):
    slot = queries.slots_of(event)[0]
    meeting = make_meeting(event, slot=slot)
    with transaction():
        reseating.seat_anew(slot, queries.tables_of(event)[0])
    assert place_of(meeting) == "A2"


def test_the_page_speaks_state_and_organisations(client: FlaskClient, event: Event):
    meeting = make_meeting(event)
    slots = queries.slots_of(event)
    page = client.get(f"/manage/{event.slug}/tables?slot={slots[0].public_id}").text
    assert re.findall(r'aria-label="(Table A[^"]+)"', page) == [
        f"Table A1: reserved, {firms(meeting)}",
        "Table A2: available",
        "Table A3: available",
    ]
    assert re.findall(r'slot=(\w+)[^"]*"[^>]* rel="(\w+)"', page) == [(slots[1].public_id, "next")]
    later = client.get(f"/manage/{event.slug}/tables?slot={slots[1].public_id}").text
    assert re.findall(r'aria-label="(Table [^"]+)"', later) == [f"Table A{n}: available" for n in (1, 2, 3)]
    table = queries.tables_of(event)[0].public_id
    picked = client.get(f"/manage/{event.slug}/tables?slot={slots[0].public_id}&table={table}").text
    assert f"<dd>{meeting.requester.participant.name}, {meeting.requester.profile.organisation.name}</dd>" in picked
    assert re.findall(r'aria-label="([^"]+)" aria-current="true"', picked) == [f"Table A1: reserved, {firms(meeting)}"]


def test_the_page_closes_opens_swaps_and_seats_anew(client: FlaskClient, event: Event):
    slot, path = queries.slots_of(event)[0], f"/manage/{event.slug}/tables"
    meeting = make_meeting(event, slot=slot)
    first, second, _third = (table.public_id for table in queries.tables_of(event))
    client.post(f"{path}/swap", data={"table": first, "other": second, "slot": slot.public_id})
    assert place_of(meeting) == "A2"
    client.post(f"{path}/swap", data={"table": second, "slot": slot.public_id})
    assert place_of(meeting) == "A1"
    answer = client.post(f"{path}/close", data={"table": first, "slot": slot.public_id})
    assert answer.location.endswith(f"/tables?slot={slot.public_id}&table={first}#table")
    assert place_of(meeting) == "A2"
    nobody = client.post(f"{path}/swap", data={"table": first, "slot": slot.public_id}, follow_redirects=True)
    assert "No meeting is held there at this time." in nobody.text
    client.post(f"{path}/close", data={"table": first, "open": "1"})
    assert seats(event) == {"A1": "free", "A2": "reserved", "A3": "free"}


def test_a_table_closes_from_a_later_slot_and_says_who_is_stuck(app: Flask, ctx: Flask):
    event = make_partnering_event(tables=1)
    client = app.test_client()
    sign_in(client, make_organiser(event, make_person(locale="en")))
    slots, path = queries.slots_of(event), f"/manage/{event.slug}/tables"
    make_meeting(event, slot=slots[0])
    stuck = make_meeting(event, slot=slots[2])
    table = queries.tables_of(event)[0].public_id
    answer = client.post(
        f"{path}/close",
        data={"table": table, "since": slots[1].public_id, "slot": slots[0].public_id},
        follow_redirects=True,
    )
    assert "1 meeting found no other table" in answer.text
    assert firms(stuck) in answer.text
    assert seats(event) == {"A1": "reserved"}
    assert seats(event, 2) == {"A1": "conflict"}


def test_stands_and_rooms_stand_beside_the_tables(client: FlaskClient, event: Event):
    with transaction():
        furnishing.add_stand(event, BilingualText("Stand 7", "Stand 7"))
        setting_up.add_virtual_room(event, BilingualText("Videoraum", "Video room"), "https://meet.example/a")
    page = client.get(f"/manage/{event.slug}/tables").text
    assert "<span>Stand 7: available</span>" in page
    assert "<span>Video room: available</span>" in page


def test_the_page_takes_as_many_questions_for_forty_tables_as_for_two(client: FlaskClient, event: Event):
    slot = queries.slots_of(event)[0]
    address = f"/manage/{event.slug}/tables?slot={slot.public_id}"
    for _number in range(2):
        make_meeting(event, slot=slot)
    client.get(address)
    few = statements_of(lambda: client.get(address))
    make_tables(event, 40)
    for _number in range(24):
        make_meeting(event, slot=slot)
    assert len(db.session.scalars(sa.select(Location.id).where(Location.event_id == event.id)).all()) == 40
    assert statements_of(lambda: client.get(address)) == few
