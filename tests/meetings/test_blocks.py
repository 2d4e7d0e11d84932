"""The desk's pages of meeting blocks, halls, stands, video rooms and lunch."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.agenda.models import Location, Zone
from partnering.audit import AuditEntry
from partnering.db import BilingualText, db, transaction
from partnering.delegates.models import OrganisationProfile
from partnering.events.models import Event
from partnering.meetings import block_queries, furnishing, lunch, queries, setting_up
from partnering.meetings.models import Meeting, MeetingBlock
from partnering.meetings.rules import rules_of
from tests.factories.delegates import make_delegate
from tests.factories.events import make_organiser, make_person
from tests.factories.meetings import make_block, make_meeting, make_partnering_event, make_request
from tests.support.counting import statements_of
from tests.support.signing_in import sign_in
from tests.support.there import there


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_partnering_event(tables=2)


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


def stored(event: Event) -> list[MeetingBlock]:
    """The event's blocks as they are stored."""
    db.session.rollback()
    db.session.expire_all()
    return list(block_queries.blocks(event))


def starts(block: MeetingBlock) -> list[str]:
    """When the block's times begin, in the event's zone."""
    zone = db.session.get_one(Event, block.event_id).zone
    return [f"{clock.in_zone(slot.starts_at, zone):%H:%M}" for slot in block.slots if slot.removed_at is None]


def form_of(event: Event, block: MeetingBlock, **changes: object) -> dict[str, object]:
    """A block as its form would send it."""
    begins, ends = (clock.in_zone(moment, event.zone) for moment in (block.starts_at, block.ends_at))
    return {
        "name_de": block.name.de,
        "name_en": block.name.en,
        "day": begins.date().isoformat(),
        "starts": f"{begins:%H:%M}",
        "ends": f"{ends:%H:%M}",
        "slot_minutes": str(block.slot_minutes),
        "break_minutes": str(block.break_minutes),
        "mode": block.mode,
        **changes,
    }


def actions(event: Event) -> list[str]:
    """What the log says."""
    return list(db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.event_ref == event.public_id)))


def test_organisers_set_up_times_and_tables(app: Flask, ctx: Flask):
    event = make_partnering_event(tables=0, slots=0)
    client = app.test_client()
    sign_in(client, make_organiser(event, make_person(locale="en")))
    path = f"/manage/{event.slug}/tables"
    assert client.get(path).status_code == 200
    assert client.post(path, data={"rows": "2", "columns": "3", "zone_de": "Halle"}).status_code == 302
    zone = db.session.scalars(sa.select(Zone).where(Zone.event_id == event.id)).one()
    block = {
        "name_de": "Erster Tag",
        "day": event.first_day.isoformat(),
        "starts": "10:00",
        "ends": "12:00",
        "slot_minutes": "20",
        "break_minutes": "10",
        "mode": "batch",
        "zones": zone.public_id,
    }
    assert client.post(f"{path}/blocks", data=block).status_code == 302
    (made,) = stored(event)
    assert starts(made) == ["10:00", "10:30", "11:00", "11:30"]
    assert (made.mode, made.phase, [row.zone_id for row in made.zones]) == ("batch", "open", [zone.id])
    assert [table.name.de for table in queries.tables_of(event)] == ["A1", "A2", "A3", "B1", "B2", "B3"]
    wrong = client.post(f"{path}/blocks", data={**block, "ends": "09:00"})
    assert wrong.status_code == 422
    assert "must end after it begins" in wrong.text
    assert client.post(f"{path}/blocks", data={**block, "mode": "dance"}).status_code == 422
    assert client.post(f"{path}/blocks", data={**block, "zones": "aaaaaaaaaaaaaaaa"}).status_code == 422


def test_the_list_says_day_times_mode_and_meetings(client: FlaskClient, event: Event, path: str):
    make_meeting(event)
    page = client.get(f"{path}/blocks").text
    assert "6 times of 20 min" in page
    assert '<td class="r num" data-label="Meetings">1</td>' in page


def test_a_change_that_costs_no_meeting_is_done_at_once(client: FlaskClient, event: Event, path: str):
    (block,) = stored(event)
    before = starts(block)
    sent = form_of(event, block, name_de="Vormittag", mode="live", ends="23:30")
    assert client.post(f"{path}/blocks/{block.public_id}", data=sent).status_code == 302
    (block,) = stored(event)
    assert (block.name.de, block.mode) == ("Vormittag", "live")
    assert starts(block)[: len(before)] == before
    assert len(starts(block)) > len(before)


def test_a_change_that_costs_meetings_says_so_in_its_button_first(client: FlaskClient, event: Event, path: str):
    slots = queries.slots_of(event)
    meetings = [make_meeting(event, slot=slots[1]), make_meeting(event, slot=slots[2])]
    (block,) = stored(event)
    before, address = starts(block), f"{path}/blocks/{block.public_id}"
    sent = form_of(event, block, slot_minutes="45", break_minutes="0")
    asked = client.post(address, data=sent)
    assert asked.status_code == 409
    assert "Save and take their time from 2 meetings" in asked.text
    assert starts(stored(event)[0]) == before
    assert client.post(address, data={**sent, "meetings": "1"}).status_code == 409
    assert client.post(address, data={**sent, "meetings": "2"}).status_code == 302
    db.session.expire_all()
    assert [db.session.get_one(Meeting, one.id).placement for one in meetings] == ["none", "none"]
    assert [db.session.get_one(Meeting, one.id).unplaced_reason for one in meetings] == ["slot_removed"] * 2
    assert starts(stored(event)[0])[0] == before[0]


def test_each_phase_can_be_set_and_stops_or_lets_people_book(client: FlaskClient, event: Event, path: str):
    (block,) = stored(event)
    address = f"{path}/blocks/{block.public_id}/phase"
    bookable = {}
    for phase in ("frozen", "review", "published", "running", "frozen", "open"):
        assert client.post(address, data={"phase": phase}).status_code == 302
        assert stored(event)[0].phase == phase
        bookable[phase] = bool(queries.bookable_slots(event.id))
    assert [phase for phase, free in bookable.items() if free] == ["published", "running", "open"]
    assert client.post(address, data={"phase": "party"}).status_code == 404
    assert actions(event).count("meetings.block_changed") == 6


def test_a_block_is_ended_by_hand_only_when_it_is_over_and_then_its_meetings_are_final(
    client: FlaskClient, event: Event, path: str, freeze
):
    (block,) = stored(event)
    address = f"{path}/blocks/{block.public_id}/phase"
    meeting = make_meeting(event)
    asked = make_request(event)
    early = client.post(address, data={"phase": "closed"}, follow_redirects=True)
    assert "This block is not over yet" in early.text
    assert (stored(event)[0].phase, there(db.session.get(Meeting, meeting.id)).closed_at) == ("open", None)
    freeze(block.ends_at + timedelta(minutes=11))
    sign_in(client, make_organiser(event, make_person(locale="en")))
    assert client.post(address, data={"phase": "closed"}).status_code == 302
    assert stored(event)[0].phase == "closed"
    assert there(db.session.get(Meeting, meeting.id)).closed_at is not None
    assert there(db.session.get(Meeting, asked.id)).request_state == "expired"


def test_times_go_after_a_question_that_counts_their_meetings(client: FlaskClient, event: Event, path: str):
    slots = queries.slots_of(event)
    meeting = make_meeting(event, slot=slots[1])
    request = make_request(event, slots=slots[:2])
    (block,) = stored(event)
    address = f"{path}/blocks/{block.public_id}/remove"
    named = [slots[0].public_id, slots[1].public_id]
    question = client.get(f"{address}?slot={named[0]}&slot={named[1]}").text
    assert "Take away 2 times with 1 meeting" in question
    alone = client.get(f"{address}?slot={named[0]}").text
    assert "Take away 1 time<" in alone
    assert client.post(address, data={"slot": named, "meetings": "0"}).status_code == 409
    assert len(starts(stored(event)[0])) == 6
    assert client.post(address, data={"slot": named, "meetings": "1"}).status_code == 302
    assert len(starts(stored(event)[0])) == 4
    assert db.session.get_one(Meeting, meeting.id).placement == "none"
    assert db.session.get_one(Meeting, request.id).request_state == "pending"
    again = client.post(address, data={"slot": named, "meetings": "1"})
    assert again.status_code == 302
    none = client.get(f"{address}", follow_redirects=True).text
    assert "Tick the times that you want to take away." in none


def test_the_list_of_blocks_takes_as_many_questions_for_eight_as_for_one(client: FlaskClient, event: Event, path: str):
    client.get(f"{path}/blocks")
    few = statements_of(lambda: client.get(f"{path}/blocks"))
    for number in range(7):
        make_block(event, slots=3, start=300 + 90 * number)
    assert statements_of(lambda: client.get(f"{path}/blocks")) == few


def test_halls_are_added_and_changed(client: FlaskClient, event: Event, path: str):
    new = {"new-zone-name_de": "Zelt", "new-zone-name_en": "Tent", "new-zone-walk_minutes": "12"}
    assert client.post(f"{path}/zones", data=new).status_code == 302
    zone = db.session.scalars(sa.select(Zone).where(Zone.event_id == event.id)).one()
    assert (zone.name, zone.walk_minutes) == (BilingualText("Zelt", "Tent"), 12)
    twice = client.post(f"{path}/zones", data=new)
    assert twice.status_code == 422
    assert "There is a hall of this name already." in twice.text
    ref = zone.public_id
    changed = {f"{ref}-name_de": "Zelt", f"{ref}-name_en": "Marquee", f"{ref}-walk_minutes": "61"}
    assert client.post(f"{path}/zones/{ref}", data=changed).status_code == 422
    assert client.post(f"{path}/zones/{ref}", data={**changed, f"{ref}-walk_minutes": "3"}).status_code == 302
    db.session.expire_all()
    zone = db.session.get_one(Zone, zone.id)
    assert (zone.name.en, zone.walk_minutes) == ("Marquee", 3)
    assert (
        client.post(
            f"{path}/zones/aaaaaaaaaaaaaaaa",
            data={f"aaaaaaaaaaaaaaaa-{name}": value for name, value in (("name_de", "X"), ("walk_minutes", "1"))},
        ).status_code
        == 404
    )


def test_video_rooms_have_links_that_browsers_may_follow(client: FlaskClient, event: Event, path: str):
    new = {"new-room-name_de": "Raum 1", "new-room-url": "javascript:alert(1)"}
    refused = client.post(f"{path}/rooms", data=new)
    assert refused.status_code == 422
    assert "A link begins with https://" in refused.text
    assert client.post(f"{path}/rooms", data={**new, "new-room-url": " https://meet.example/1 "}).status_code == 302
    room = db.session.scalars(
        sa.select(Location).where(Location.event_id == event.id, Location.kind == "virtual")
    ).one()
    assert room.url == "https://meet.example/1"
    ref = room.public_id
    sent = {f"{ref}-name_de": "Raum Eins", f"{ref}-url": "http://meet.example/1"}
    assert client.post(f"{path}/rooms/{ref}", data=sent).status_code == 422
    assert client.post(f"{path}/rooms/{ref}", data={**sent, f"{ref}-url": "https://meet.example/2"}).status_code == 302
    db.session.expire_all()
    room = db.session.get_one(Location, room.id)
    assert (room.name.de, room.url) == ("Raum Eins", "https://meet.example/2")
    table = queries.tables_of(event)[0].public_id
    sent = {f"{table}-name_de": "Raum", f"{table}-url": "https://meet.example/3"}
    assert client.post(f"{path}/rooms/{table}", data=sent).status_code == 404


def test_a_stand_is_added_given_and_taken_back(client: FlaskClient, event: Event, path: str):
    delegate = make_delegate(event)
    assert client.post(f"{path}/stands", data={"new-stand-name_de": "Stand 7", "new-stand-zone": ""}).status_code == 302
    assert client.post(f"{path}/stands", data={"new-stand-name_de": "Stand 7", "new-stand-zone": ""}).status_code == 422
    stand = db.session.scalars(sa.select(Location).where(Location.event_id == event.id, Location.kind == "stand")).one()
    given = {"place": stand.public_id, "organisation": delegate.profile.public_id}
    assert client.post(f"{path}/stands/holders", data=given).status_code == 302
    db.session.expire_all()
    assert [profile.id for profile in furnishing.holders_of(event)[stand.id]] == [delegate.profile_id]
    meeting = make_meeting(event, to=delegate)
    assert there(meeting.appointment).location_id == stand.id
    held = {"held": f"{stand.public_id}:{delegate.profile.public_id}"}
    assert client.post(f"{path}/stands/back", data=held).status_code == 302
    db.session.expire_all()
    assert db.session.get_one(OrganisationProfile, delegate.profile_id).location_id is None
    nobody = client.post(f"{path}/stands/holders", data={"place": stand.public_id}, follow_redirects=True)
    assert "Choose a stand and an organisation." in nobody.text
    assert actions(event).count("meetings.place_changed") == 2


def test_lunch_is_protected_day_by_day(client: FlaskClient, event: Event, path: str):
    page = client.get(f"{path}/lunch").text
    days = (event.last_day - event.first_day).days + 1
    assert page.count('type="time"') == 2 * days
    sent = {
        "lunch_minutes": "40",
        "days-0-day": event.first_day.isoformat(),
        "days-0-starts": "12:00",
        "days-0-ends": "13:30",
    }
    assert client.post(f"{path}/lunch", data=sent).status_code == 302
    (window,) = lunch.windows_of(event)
    assert f"{clock.in_zone(window.starts_at, event.zone):%d %H:%M}" == f"{event.first_day:%d} 12:00"
    assert window.ends_at - window.starts_at == timedelta(minutes=90)
    assert rules_of(event).lunch_minutes == 40
    for wrong in ({"days-0-ends": ""}, {"days-0-ends": "11:00"}, {"lunch_minutes": "121"}):
        assert client.post(f"{path}/lunch", data={**sent, **wrong}).status_code == 422
    assert len(lunch.windows_of(event)) == 1
    elsewhere = {**sent, "days-0-day": "0001-01-01"}
    assert client.post(f"{path}/lunch", data=elsewhere).status_code == 302
    assert lunch.windows_of(event) == []


def test_lunch_sent_twice_is_protected_once_and_overlaps_are_named(client: FlaskClient, event: Event, path: str):
    row = {"day": event.first_day.isoformat(), "starts": "12:00", "ends": "13:30"}
    twice = {f"days-{n}-{name}": value for n in (0, 1) for name, value in row.items()} | {"lunch_minutes": "40"}
    for _again in range(2):
        assert client.post(f"{path}/lunch", data=twice).status_code == 302
        assert len(lunch.windows_of(event)) == 1
    assert actions(event).count("meetings.lunch_set") == 1
    answer = client.post(f"{path}/lunch", data={**twice, "days-1-starts": "13:00", "days-1-ends": "14:00"})
    assert answer.status_code == 422
    assert "two of them must not overlap" in answer.text


def seen_on(page: str) -> dict[str, str]:
    """What the forms of a page remember of what it showed."""
    return dict(re.findall(r'name="([a-z0-9-]*seen(?:_phase)?)" type="hidden" value="([^"]+)"', page))


def test_two_organisers_at_once_lose_nothing(client: FlaskClient, event: Event, path: str):
    """Each form names what somebody else has changed and keeps what was typed; sent again, that holds."""
    (block,) = stored(event)
    with transaction():
        zone = setting_up.set_zone(event, BilingualText("Halle", "Hall"))
        room = setting_up.add_virtual_room(event, BilingualText("Raum", "Room"), "https://video.example/1")
    own, hall, video = f"blocks/{block.public_id}", zone.public_id, room.public_id
    named = {f"{hall}-name_de": "Halle", f"{hall}-name_en": "Hall"}
    called = {f"{video}-name_de": "Raum", f"{video}-name_en": "Room"}
    noon = {"lunch_minutes": "30", "days-0-day": event.first_day.isoformat(), "days-0-ends": "13:00"}
    link = "https://video.example"
    for shown, sent_to, whole, field, first, second in (
        (own, own, form_of(event, block), "name_de", "Vormittag", "Früh"),
        (own, f"{own}/phase", {}, "phase", "frozen", "running"),
        ("zones", f"zones/{hall}", named, f"{hall}-walk_minutes", "7", "9"),
        ("zones", f"rooms/{video}", called, f"{video}-url", f"{link}/2", f"{link}/3"),
        ("lunch", "lunch", noon, "days-0-starts", "12:00", "11:30"),
    ):
        sent = {**whole, **seen_on(client.get(f"{path}/{shown}").text)}
        assert client.post(f"{path}/{sent_to}", data={**sent, field: first}).status_code == 302, sent_to
        late = client.post(f"{path}/{sent_to}?lang=en", data={**sent, field: second})
        assert (late.status_code, ": somebody else has changed this to" in late.text) == (409, True), sent_to
        assert second in late.text
        assert "Nothing is saved yet." in late.text, "the summary is there"
        again = {**sent, **seen_on(late.text), field: second}
        assert client.post(f"{path}/{sent_to}", data=again).status_code == 302, sent_to
        assert client.post(f"{path}/{sent_to}", data=again).status_code == 302, "nothing differs: a second click"
    (block,) = stored(event)
    assert (block.name.de, block.phase) == ("Früh", "running")
    assert db.session.get_one(Zone, zone.id).walk_minutes == 9
    assert db.session.get_one(Location, room.id).url == f"{link}/3"
    assert f"{clock.in_zone(lunch.windows_of(event)[0].starts_at, event.zone):%H:%M}" == "11:30"


def test_a_field_left_as_it_was_takes_the_new_value(client: FlaskClient, event: Event, path: str):
    (block,) = stored(event)
    address = f"{path}/blocks/{block.public_id}"
    sent = {**form_of(event, block), **seen_on(client.get(address).text)}
    assert client.post(address, data={**sent, "mode": "live"}).status_code == 302
    late = client.post(f"{address}?lang=en", data={**sent, "name_de": "Früh"})
    assert (late.status_code, "here is the new value" in late.text) == (409, True)
    assert 'value="Früh"' in late.text
    assert re.search(r'value="live"[^>]*checked|checked[^>]*value="live"', late.text)
    (block,) = stored(event)
    assert (block.name.de, block.mode) == ("Gespräche", "live")


def test_a_second_window_of_a_day_is_kept(client: FlaskClient, event: Event, path: str):
    times = [(event.opens_at + timedelta(hours=n), event.opens_at + timedelta(hours=n, minutes=45)) for n in (2, 4)]
    with transaction():
        setting_up.set_lunch(event, times)
    page = client.get(f"{path}/lunch").text
    assert f'value="{clock.in_zone(times[1][0], event.zone):%H:%M}"' in page


def test_other_peoples_blocks_are_not_there(client: FlaskClient, path: str):
    foreign = make_block(make_partnering_event(slots=0), slots=2)
    assert client.get(f"{path}/blocks/{foreign.public_id}").status_code == 404
    assert client.post(f"{path}/blocks/{foreign.public_id}/phase", data={"phase": "closed"}).status_code == 404
    assert foreign.phase == "open"


def test_what_is_no_name_link_or_day_is_refused_beside_its_field(client: FlaskClient, event: Event, path: str):
    for address, field in (("zones", "new-zone"), ("stands", "new-stand"), ("rooms", "new-room")):
        blank = {f"{field}-name_de": " \t ", f"{field}-walk_minutes": "5", f"{field}-url": "https://video.example/1"}
        answer = client.post(f"{path}/{address}", data=blank)
        assert (answer.status_code, f'id="{field}-name_de-error"' in answer.text) == (422, True)
    for link in ("https://", "https:///x", "https://[x", "https://a b.example", "http://video.example"):
        answer = client.post(f"{path}/rooms", data={"new-room-name_de": "Raum", "new-room-url": link})
        assert (link, answer.status_code, 'id="new-room-url-error"' in answer.text) == (link, 422, True)
    (block,) = stored(event)
    for day in ("0001-01-01", "2072-05-05", "9999-12-31"):
        answer = client.post(f"{path}/blocks", data=form_of(event, block, name_de="Tippfehler", day=day))
        assert (day, answer.status_code, 'id="day-error"' in answer.text) == (day, 422, True)
    assert len(stored(event)) == 1


def test_what_is_sent_twice_is_there_once(client: FlaskClient, event: Event, path: str):
    (block,) = stored(event)
    room = {"new-room-name_de": "Raum", "new-room-url": "https://video.example/1"}
    twice = [
        [client.post(f"{path}/{address}", data=data).status_code for _turn in range(2)]
        for address, data in (("rooms", room), ("blocks", form_of(event, block, name_de="Abend")))
    ]
    assert twice == [[302, 422], [302, 422]]
    assert len(stored(event)) == 2
