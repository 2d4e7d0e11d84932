"""Halls, places and blocks are deleted when nothing hangs on them; else a sentence says what does, and what to do."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.agenda.models import Location, Zone
from partnering.audit import AuditEntry
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event
from partnering.meetings import block_queries, furnishing, plate, queries, removing, services, setting_up
from partnering.meetings.models import MeetingBlock, MeetingSlot
from tests.factories.delegates import make_delegate
from tests.factories.events import make_organiser, make_person
from tests.factories.meetings import make_block, make_meeting, make_partnering_event, make_request
from tests.factories.timing import make_zone
from tests.meetings.deeds import all_is_well, at
from tests.support.counting import statements_of
from tests.support.signing_in import sign_in


@pytest.fixture
def event(ctx: Flask) -> Event:
    """Four tables, and a block of four times."""
    return make_partnering_event(tables=4, slots=4)


@pytest.fixture
def client(app: Flask, event: Event) -> FlaskClient:
    """An organiser's browser."""
    client = app.test_client()
    sign_in(client, make_organiser(event, make_person(locale="en")))
    return client


@pytest.fixture
def path(event: Event) -> str:
    """Where the desk's pages about times and places are."""
    return f"/manage/{event.slug}/tables"


def names(event: Event) -> list[str]:
    """The places that are stored."""
    db.session.rollback()
    return sorted(place.name.en for place in plate.places_of(event))


def deeds() -> list[str]:
    """What of this the log has."""
    actions = sa.select(AuditEntry.action).where(AuditEntry.action.like("meetings.%removed")).order_by(AuditEntry.id)
    return list(db.session.scalars(actions))


def test_what_nothing_hangs_on_is_deleted_and_the_rest_says_why_it_stays(client: FlaskClient, event: Event, path: str):
    meeting, past = make_meeting(event, slots=[at(event, 0)]), make_meeting(event, slots=[at(event, 0)])
    with transaction():
        services.cancel(past)
        furnishing.give_stand(make_delegate(event, company="Peptidwerk").profile, queries.tables_of(event)[2])
        room = setting_up.add_virtual_room(event, BilingualText("Raum", "Room"), "https://video.example/1")
    picks = {"pick": [*(table.public_id for table in queries.tables_of(event)), room.public_id]}

    page = client.post(f"{path}/places/remove?lang=en", data=picks)

    assert page.status_code == 200
    assert "2 places can be deleted" in page.text
    assert "1 meeting is still to be held here." in page.text
    assert "Meetings were held here, and their history names it." in page.text
    assert "Peptidwerk receives others here. Take it back first." in page.text
    assert names(event) == ["A1", "A2", "A3", "A4", "Room"]
    assert client.post(f"{path}/places/remove", data={**picks, "sure": "1"}).status_code == 302
    assert names(event) == ["A1", "A2", "A3"]
    assert deeds() == ["meetings.place_removed"] * 2
    held = db.session.get_one(type(meeting), meeting.id).appointment
    assert held is not None
    assert held.location is not None
    assert all_is_well()


def test_sent_twice_empty_or_with_foreign_ids_nothing_is_deleted(client: FlaskClient, event: Event, path: str):
    foreign = queries.tables_of(make_partnering_event(tables=1))[0]
    mine = queries.tables_of(event)[3]
    for pick in ([], [foreign.public_id], ["\x00", "none"]):
        answer = client.post(f"{path}/places/remove", data={"pick": pick, "sure": "1"}, follow_redirects=True)
        assert answer.status_code == 200
    for _turn in range(2):
        data = {"pick": mine.public_id, "sure": "1"}
        assert client.post(f"{path}/places/remove", data=data).status_code == 302
    assert names(event) == ["A1", "A2", "A3"]
    assert db.session.get(Location, foreign.id) is not None
    assert deeds() == ["meetings.place_removed"]


def test_why_places_stay_takes_a_constant_number_of_questions(event: Event):
    few = statements_of(lambda: removing.sorted_out(queries.tables_of(event)[:1]))
    for number in range(3):
        make_meeting(event, slots=[at(event, number)])
    assert statements_of(lambda: removing.sorted_out(queries.tables_of(event))) == few


def test_ticked_tables_go_into_another_hall_with_their_meetings(client: FlaskClient, event: Event, path: str):
    one, two, three, _four = queries.tables_of(event)
    hall = make_zone(event, one)
    meeting = make_meeting(event, slots=[at(event, 0)])
    data = {"pick": [two.public_id, three.public_id], "zone": hall.public_id}
    assert client.post(f"{path}/places/hall", data=data).status_code == 302
    db.session.rollback()
    assert {table.name.en for table in queries.tables_of(event) if table.zone_id == hall.id} == {"A1", "A2", "A3"}
    assert "They stand there already." in client.post(f"{path}/places/hall", data=data, follow_redirects=True).text
    client.post(f"{path}/places/hall", data={"pick": [two.public_id], "zone": ""})
    db.session.rollback()
    assert db.session.get_one(Location, two.id).zone_id is None
    strange = make_zone(make_partnering_event())
    data["zone"] = strange.public_id
    assert client.post(f"{path}/places/hall", data=data).status_code == 404
    assert queries.open_between(meeting.low, meeting.high) is not None
    assert all_is_well()


def test_a_hall_goes_once_nothing_stands_in_it_and_no_block_needs_it(client: FlaskClient, event: Event, path: str):
    table = queries.tables_of(event)[0]
    hall = make_zone(event, table)
    (block,) = queries.blocks_of(event)
    with transaction():
        setting_up.set_zones(block, [hall])
    url = f"{path}/zones/{hall.public_id}/remove"
    assert "1 place stands in it." in client.post(url, follow_redirects=True).text
    with transaction():
        furnishing.put_tables([table], None)
    assert "is held only here. Change the block first." in client.post(url, follow_redirects=True).text
    with transaction():
        setting_up.set_zones(block, [])
    assert "The hall is deleted." in client.post(url, follow_redirects=True).text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Zone).where(Zone.event_id == event.id)) == 0
    assert (client.post(url).status_code, deeds()) == (404, ["meetings.zone_removed"])


def test_a_block_goes_unless_a_time_of_it_was_offered_or_held(client: FlaskClient, event: Event, path: str):
    (block,) = queries.blocks_of(event)
    url = f"{path}/blocks/{block.public_id}"
    make_request(event, slots=[at(event, 3)])
    assert "Guests have been offered times of this block." in client.get(url).text
    meeting = make_meeting(event, slots=[at(event, 0)])
    assert "1 meeting has its time in this block." in client.post(f"{url}/delete", follow_redirects=True).text
    with transaction():
        services.put(meeting, "held", begins=("published",), closed_at=clock.now())
        setting_up.remove_slots(queries.slots_of(event))
    assert "Meetings were held in this block" in client.post(f"{url}/delete", follow_redirects=True).text

    other = make_block(event, slots=2, start=400)
    answer = client.post(f"{path}/blocks/{other.public_id}/delete", follow_redirects=True)

    assert "The block is deleted." in answer.text
    db.session.rollback()
    assert [each.id for each in block_queries.blocks(event)] == [block.id]
    assert db.session.scalar(sa.select(sa.func.count()).where(MeetingSlot.block_id == other.id)) == 0
    assert client.post(f"{path}/blocks/{other.public_id}/delete").status_code == 404
    assert db.session.get(MeetingBlock, block.id) is not None
    assert all_is_well()
