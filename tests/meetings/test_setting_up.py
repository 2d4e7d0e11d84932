"""What organisers set up: blocks in zones and phases, virtual rooms, lunch, stands."""

from datetime import timedelta

import pytest
from flask import Flask

from partnering.db import BilingualText, transaction
from partnering.meetings import lunch, queries, setting_up
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event, make_request
from tests.factories.timing import free_of, make_place, make_zone


def test_a_block_uses_the_tables_of_its_zones(ctx: Flask):
    event = make_partnering_event(tables=2, slots=1)
    near, far = queries.tables_of(event)
    make_zone(event, near)
    hall = make_zone(event, far)
    (block,) = queries.blocks_of(event)
    meeting = make_request(event)
    (slot,) = queries.slots_of(event)
    assert queries.places_for(slot, meeting) == [near, far]

    with transaction():
        setting_up.set_zones(block, [hall])
    assert queries.places_for(slot, meeting) == [far]
    with transaction():
        setting_up.set_zones(block, [])
    assert queries.places_for(slot, meeting) == [near, far]


def test_people_book_only_in_phases_in_which_they_may(ctx: Flask):
    event = make_partnering_event(slots=2)
    jana, tomas = make_delegate(event), make_delegate(event)
    (block,) = queries.blocks_of(event)
    for phase, count in (("frozen", 0), ("review", 0), ("published", 2), ("running", 2), ("closed", 0), ("open", 2)):
        with transaction():
            setting_up.set_phase(block, phase)
        assert (phase, len(free_of(jana, tomas))) == (phase, count)


def test_lunch_is_set_anew_and_times_have_an_order(ctx: Flask):
    event = make_partnering_event()
    noon = event.opens_at + timedelta(hours=3)
    hour = timedelta(hours=1)
    with transaction():
        setting_up.set_lunch(event, [(noon, noon + hour)])
        setting_up.set_lunch(event, [(noon + hour, noon + 2 * hour)])
    assert [(each.starts_at, each.ends_at) for each in lunch.windows_of(event)] == [(noon + hour, noon + 2 * hour)]
    for times in ([(noon, noon)], [(noon, noon + hour), (noon, noon + 2 * hour)]):
        with pytest.raises(setting_up.BadTimes), transaction():
            setting_up.set_lunch(event, times)


def test_a_virtual_room_needs_a_link_that_browsers_may_follow(ctx: Flask):
    event = make_partnering_event()
    name = BilingualText("Raum 1", "Room 1")
    for link in ("javascript:alert(1)", "http://video.example"):
        with pytest.raises(setting_up.BadLink), transaction():
            setting_up.add_virtual_room(event, name, link)
    with transaction():
        room = setting_up.add_virtual_room(event, name, "https://video.example/1")
    assert (room.kind, room.exclusive) == ("virtual", True)


def test_an_organisation_gets_a_stand_and_gives_it_back(ctx: Flask):
    event = make_partnering_event(tables=1)
    jana = make_delegate(event)
    stand = make_place(event)
    meeting = make_request(event, to=jana)
    slot = queries.slots_of(event)[0]
    with transaction():
        setting_up.set_stand(jana.profile, stand)
    assert queries.places_for(slot, meeting) == [stand, *queries.tables_of(event)]
    with transaction():
        setting_up.set_stand(jana.profile, None)
    assert queries.places_for(slot, meeting) == list(queries.tables_of(event))
