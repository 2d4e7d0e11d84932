"""Edge 6: where both sides have a table of their own they meet at the host's."""

from flask import Flask

from partnering.db import transaction
from partnering.meetings import queries, services
from partnering.meetings.models import Meeting
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event, make_request
from tests.factories.timing import make_place


def place_of(meeting: Meeting) -> int | None:
    assert meeting.appointment is not None
    return meeting.appointment.location_id


def test_edge_06_the_hosts_place_then_the_requesters_then_a_free_table(ctx: Flask):
    event = make_partnering_event(tables=2)
    jana, tomas, lea, noor = (make_delegate(event) for _each in range(4))
    janas, tomass = make_place(event, owner=jana), make_place(event, "table", owner=tomas)
    slot = queries.slots_of(event)[0]

    meeting = make_request(event, by=tomas, to=jana, slots=[slot])
    tables = list(queries.tables_of(event))
    free = [table for table in tables if table.id != tomass.id]
    assert queries.places_for(slot, meeting) == [janas, tomass, *free]

    with transaction():
        services.accept(meeting, slot, by=jana)
    assert place_of(meeting) == janas.id
    assert place_of(make_meeting(event, by=lea, to=noor, slots=[slot])) == free[0].id


def test_edge_06_a_taken_place_is_passed_over_and_nobody_else_sits_at_somebodys_own(ctx: Flask):
    event = make_partnering_event(tables=1)
    jana, tomas, lea, mika, noor = (make_delegate(event) for _each in range(5))
    janas, tomass = make_place(event, owner=jana), make_place(event, "table", owner=tomas)
    slot = queries.slots_of(event)[0]
    shared = next(table for table in queries.tables_of(event) if table.id != tomass.id)
    colleague = make_delegate(event, colleague_of=jana)

    assert place_of(make_meeting(event, by=lea, to=colleague, slots=[slot])) == janas.id
    assert place_of(make_meeting(event, by=tomas, to=jana, slots=[slot])) == tomass.id
    assert place_of(make_meeting(event, by=mika, to=noor, slots=[slot])) == shared.id
