"""Edge 14: who is not there meets by video, without a table."""

import pytest
from flask import Flask

from partnering.db import transaction
from partnering.delegates.models import Delegate
from partnering.meetings import errors, queries, services
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event, make_request
from tests.factories.timing import free_of, make_place, starts


def remote(delegate: Delegate, url: str = "") -> Delegate:
    with transaction():
        delegate.remote, delegate.video_url, delegate.zone = True, url, "Asia/Tokyo"
    return delegate


def test_edge_14_a_free_virtual_room_then_the_room_of_a_guest_and_never_a_table(ctx: Flask):
    event = make_partnering_event(tables=2)
    hana, jana, lea = remote(make_delegate(event)), make_delegate(event), make_delegate(event)
    room = make_place(event, "virtual", url="https://video.example/1")
    slot = queries.slots_of(event)[0]

    first = make_meeting(event, by=hana, to=jana, slots=[slot])
    assert (first.virtual, first.appointment and first.appointment.location_id) == (True, room.id)

    other = remote(make_delegate(event), "https://own.example/room")
    second = make_meeting(event, by=lea, to=other, slots=[slot])
    assert (second.virtual, second.appointment and second.appointment.location_id) == (True, None)
    assert len(queries.free_tables(slot)) == 2


def test_edge_14_without_any_room_it_is_said_who_can_add_one(ctx: Flask):
    event = make_partnering_event(tables=2)
    hana, jana = remote(make_delegate(event)), make_delegate(event)
    slots = queries.slots_of(event)
    meeting = make_request(event, by=hana, to=jana, slots=slots[:1])

    with pytest.raises(errors.VideoMissing), transaction():
        services.accept(meeting, slots[0], by=jana)

    assert (meeting.request_state, free_of(hana, jana)) == ("pending", [])
    with transaction():
        jana.video_url = "https://own.example/jana"
    assert free_of(hana, jana) == starts(slots)
