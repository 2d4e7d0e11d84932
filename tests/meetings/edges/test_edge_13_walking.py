"""Edge 13: the way from one zone to the other is a hard gap between two meetings."""

import pytest
from flask import Flask

from partnering.agenda import walking
from partnering.db import transaction
from partnering.meetings import errors, queries, services
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event, make_request
from tests.factories.timing import free_of, make_place, make_zone, starts


def test_edge_13_back_to_back_they_stay_where_they_can_be_in_time(ctx: Flask):
    event = make_partnering_event(tables=2, slots=3)
    near, far = queries.tables_of(event)
    make_zone(event, near)
    make_zone(event, far)
    jana, tomas, lea = (make_delegate(event) for _each in range(3))
    slots = queries.slots_of(event)

    with transaction():
        first = services.book(event, tomas, jana, slots[0], table=far, consent="Both said yes.")
    assert first.appointment is not None
    meeting = make_request(event, by=lea, to=jana, slots=[slots[1], slots[2]])

    assert queries.places_for(slots[1], meeting) == [far]
    assert queries.places_for(slots[2], meeting) == [far, near]
    with transaction():
        services.accept(meeting, slots[1], by=jana)
    assert meeting.appointment is not None
    assert meeting.appointment.location_id == far.id


def test_edge_13_without_a_table_near_enough_it_is_too_far_and_the_slot_is_not_offered(ctx: Flask):
    event = make_partnering_event(tables=1, slots=3)
    (table,) = queries.tables_of(event)
    make_zone(event, table, walk_minutes=10)
    jana, tomas, lea = (make_delegate(event) for _each in range(3))
    stand = make_place(event, owner=tomas)
    make_zone(event, stand, walk_minutes=5)
    slots = queries.slots_of(event)
    meeting = make_request(event, by=lea, to=jana, slots=[slots[1]])
    held = make_meeting(event, by=jana, to=tomas, slots=[slots[0]])
    assert held.appointment is not None
    assert held.appointment.location_id == stand.id

    with pytest.raises(errors.TooFar), transaction():
        services.accept(meeting, slots[1], by=jana)
    with pytest.raises(errors.TooFar), transaction():
        services.book(event, lea, jana, slots[1], table=table, consent="Both said yes.")
    assert free_of(jana, lea) == starts([slots[2]])
    assert (walking.minutes(table.zone, stand.zone), walking.minutes(table.zone, None)) == (10, 0)
    assert meeting.request_state == "pending"


def test_edge_13_a_colleague_who_could_not_walk_there_cannot_take_over(ctx: Flask):
    event = make_partnering_event(tables=2, slots=2)
    near, far = queries.tables_of(event)
    make_zone(event, near)
    make_zone(event, far)
    jana, tomas, lea = (make_delegate(event) for _each in range(3))
    colleague = make_delegate(event, colleague_of=jana)
    slots = queries.slots_of(event)
    with transaction():
        services.book(event, lea, colleague, slots[0], table=far, consent="Both said yes.")
        meeting = services.book(event, tomas, jana, slots[1], table=near, consent="Both said yes.")

    with pytest.raises(errors.TooFar), transaction():
        services.replace(meeting, jana, colleague, by=jana)
