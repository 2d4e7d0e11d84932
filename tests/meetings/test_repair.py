"""Conflicts other than talks: closed tables, and seats that stay empty."""

from datetime import datetime

from flask import Flask

from partnering import clock
from partnering.db import transaction
from partnering.meetings import queries, repair, setting_up
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event
from tests.support.counting import statements_of


def test_what_is_stuck_at_a_closed_table_moves_to_another_table_as_soon_as_there_is_one(ctx: Flask):
    event = make_partnering_event(tables=1, slots=3)
    (table,) = queries.tables_of(event)
    slots = queries.slots_of(event)
    meeting = make_meeting(event, slots=[slots[1]])
    with transaction():
        setting_up.close_table(table, slots[1].starts_at)

    (conflict,) = repair.conflicts(event)
    assert (conflict.meeting, conflict.reason) == (meeting, "table")
    assert [(way.slot.id, way.table) for way in repair.ways(conflict)] == [(slots[0].id, table)]

    with transaction():
        setting_up.make_tables(event, "A", 2)
    (way,) = repair.ways(conflict)
    assert (way.slot.id, way.table is not None and way.table.name.en) == (slots[1].id, "A2")
    with transaction():
        repair.apply(conflict, way)
    assert (repair.conflicts(event), meeting.appointment and meeting.appointment.location_id) == (
        [],
        way.table and way.table.id,
    )


def test_a_seat_that_nobody_takes_is_listed_without_a_way(ctx: Flask):
    event = make_partnering_event()
    jana = make_delegate(event)
    meeting = make_meeting(event, to=jana)
    with transaction():
        seat = next(each for each in meeting.delegates if each.delegate_id == jana.id)
        seat.vacant_since = clock.now()

    (conflict,) = repair.conflicts(event)
    assert (conflict.meeting, conflict.reason, repair.ways(conflict)) == (meeting, "vacant", [])


def test_the_list_takes_a_constant_number_of_queries(ctx: Flask):
    event = make_partnering_event(tables=1, slots=6)
    slots = queries.slots_of(event)
    (table,) = queries.tables_of(event)

    def close(from_: datetime | None) -> None:
        with transaction():
            table.closed_from = from_

    asked = []
    for more in (slots[:2], slots[2:]):
        close(None)
        for slot in more:
            make_meeting(event, slots=[slot])
        close(event.opens_at)
        asked.append(statements_of(lambda: repair.conflicts(event)))

    assert len(repair.conflicts(event)) == 6
    assert asked[0] == asked[1]
