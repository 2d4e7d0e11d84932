"""What organisers set up: blocks in zones and phases, virtual rooms, lunch, stands."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from partnering.db import BilingualText, transaction
from partnering.errors import DomainError
from partnering.events.models import Event
from partnering.meetings import furnishing, lunch, queries, setting_up
from partnering.meetings.invariants import meetings_hold_their_time
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event, make_request
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
    for phase, count in (("frozen", 0), ("review", 0), ("published", 2), ("running", 2), ("frozen", 0), ("open", 2)):
        with transaction():
            setting_up.set_phase(block, phase)
        assert (phase, len(free_of(jana, tomas))) == (phase, count)


def test_lunch_is_set_anew_and_times_have_an_order(ctx: Flask):
    event = make_partnering_event()
    noon = event.opens_at + timedelta(hours=3)
    hour = timedelta(hours=1)
    with transaction():
        lunch.set_lunch(event, [(noon, noon + hour)])
        lunch.set_lunch(event, [(noon + hour, noon + 2 * hour)])
    assert [(each.starts_at, each.ends_at) for each in lunch.windows_of(event)] == [(noon + hour, noon + 2 * hour)]
    for times in ([(noon, noon)], [(noon, noon + hour), (noon, noon + 2 * hour)]):
        with pytest.raises(lunch.BadLunch), transaction():
            lunch.set_lunch(event, times)


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


def grid(event: Event) -> list[tuple[datetime, int]]:
    """When the slots that people book begin, and their minutes."""
    slots = [slot for slot in queries.slots_of(event) if slot.removed_at is None]
    return [(slot.starts_at, int((slot.ends_at - slot.starts_at).total_seconds() // 60)) for slot in slots]


def test_longer_slots_take_the_place_of_all_and_their_meetings_wait_for_a_time(ctx: Flask):
    event = make_partnering_event(slots=6)
    (block,) = queries.blocks_of(event)
    begins, before = block.starts_at, grid(event)
    meeting = make_meeting(event, slots=[queries.slots_of(event)[0]])
    asked = make_request(event, slots=[queries.slots_of(event)[1]])

    foreseen = setting_up.would_change(block, block.starts_at, block.ends_at, 30, 0)
    with transaction():
        done = setting_up.change_block(block, slot_minutes=30, break_minutes=0)

    assert (done.new, done.gone, done.lost) == (5, 6, [meeting])
    assert (foreseen.new, foreseen.gone, foreseen.lost) == (done.new, done.gone, done.lost)
    assert grid(event) == [(begins + timedelta(minutes=30 * n), 30) for n in range(5)]
    assert (meeting.request_state, meeting.placement, meeting.unplaced_reason) == ("accepted", "none", "slot_removed")
    assert (asked.request_state, queries.offered(asked)) == ("pending", [])
    assert list(meetings_hold_their_time()) == []

    with transaction():
        setting_up.change_block(block, slot_minutes=20, break_minutes=5)
    assert grid(event) == before
    assert queries.offered(asked) == [queries.slots_of(event)[1]]


def test_a_longer_block_keeps_what_it_has_and_what_was_taken_away_by_itself_stays_away(ctx: Flask):
    event = make_partnering_event(slots=3)
    (block,) = queries.blocks_of(event)
    first, second, third = queries.slots_of(event)
    meeting = make_meeting(event, slots=[third])
    with transaction():
        setting_up.remove_slots([second])
        done = setting_up.change_block(
            block, starts_at=block.starts_at - timedelta(minutes=25), ends_at=block.ends_at + timedelta(minutes=25)
        )

    assert (done.new, done.gone, done.lost, meeting.placement) == (2, 0, [], "published")
    step = timedelta(minutes=25)
    assert grid(event) == [(first.starts_at + n * step, 20) for n in (-1, 0, 2, 3)]


def test_what_has_begun_is_left_as_it_was(ctx: Flask, freeze):
    event = make_partnering_event(slots=4)
    (block,) = queries.blocks_of(event)
    first, second, *_later = queries.slots_of(event)
    held, ahead = make_meeting(event, slots=[first]), make_meeting(event, slots=[second])
    freeze(first.starts_at + timedelta(minutes=5))
    with transaction():
        done = setting_up.change_block(block, slot_minutes=25, break_minutes=0)

    assert (held.placement, ahead.placement, done.lost) == ("published", "none", [ahead])
    assert [minutes for _at, minutes in grid(event)] == [20, 25, 25, 25]


def test_a_name_or_mode_alone_touches_no_time(ctx: Flask):
    event = make_partnering_event(slots=2)
    (block,) = queries.blocks_of(event)
    meeting, before = make_meeting(event), grid(event)
    with transaction():
        done = setting_up.change_block(block, name=BilingualText("Abend", "Evening"), mode="batch")

    assert (done, grid(event), meeting.placement) == (setting_up.Changed(), before, "published")
    assert (block.name.en, block.mode) == ("Evening", "batch")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"slot_minutes": 0}, setting_up.BadTimes),
        ({"slot_minutes": 12}, setting_up.BadTimes),
        ({"break_minutes": -5}, setting_up.BadTimes),
        ({"slot_minutes": 240}, setting_up.BadTimes),
        ({"ends_at": datetime(2040, 1, 1, tzinfo=UTC)}, setting_up.TooMuch),
    ],
)
def test_times_that_make_no_block_change_nothing(ctx: Flask, changes: dict[str, Any], error: type[DomainError]):
    event = make_partnering_event(slots=2)
    (block,) = queries.blocks_of(event)
    before = grid(event)
    with pytest.raises(error), transaction():
        setting_up.change_block(block, **changes)
    assert grid(event) == before


def test_a_zone_is_set_up_changed_and_filled(ctx: Flask):
    event = make_partnering_event(tables=3)
    first, second, third = queries.tables_of(event)
    with transaction():
        hall = setting_up.set_zone(event, BilingualText("Halle", "Hall"), walk_minutes=10)
        foyer = setting_up.set_zone(event, BilingualText("Foyer", "Foyer"))
        assert furnishing.put_tables([first, second], hall) == 2
        assert furnishing.put_tables([second, third], foyer) == 2
        assert furnishing.put_tables([third], None) == 1
        setting_up.set_zone(event, BilingualText("Halle 2", "Hall 2"), walk_minutes=0, zone=hall)

    assert [(zone.name.en, zone.walk_minutes, zone.position) for zone in (hall, foyer)] == [
        ("Hall 2", 0, 0),
        ("Foyer", 5, 1),
    ]
    assert [table.zone for table in (first, second, third)] == [hall, foyer, None]


def test_a_zone_has_a_name_of_its_own_and_is_no_hike(ctx: Flask):
    event = make_partnering_event()
    with transaction():
        hall = setting_up.set_zone(event, BilingualText("Halle", "Hall"))
        other = setting_up.set_zone(event, BilingualText("Foyer", "Foyer"))
    for minutes in (-1, 61):
        with pytest.raises(setting_up.BadWalk), transaction():
            setting_up.set_zone(event, BilingualText("Weit", "Far"), walk_minutes=minutes)
    for zone in (None, other):
        with pytest.raises(setting_up.NameTaken), transaction():
            setting_up.set_zone(event, hall.name, zone=zone)
