"""Edge 11: a table that is taken away shortly before: its meetings sit elsewhere at the same time."""

from datetime import timedelta

from flask import Flask
from icalendar import Calendar

from partnering.agenda import services as agenda
from partnering.db import transaction
from partnering.meetings import queries, setting_up
from partnering.meetings.models import Meeting
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event
from tests.support.letters import calendar_of, deliver_all


def seat_of(meeting: Meeting) -> tuple[int | None, list[int]]:
    """The place of a meeting, and the sequences of those who come."""
    assert meeting.appointment is not None
    return meeting.appointment.location_id, [each.sequence for each in agenda.live_entries(meeting.appointment)]


def test_edge_11_meetings_move_to_another_table_and_the_letter_says_from_where(app: Flask, ctx: Flask, freeze):
    event = make_partnering_event(tables=2, slots=2)
    first, second = queries.tables_of(event)
    jana, tomas = make_delegate(event, locale="en"), make_delegate(event, locale="en")
    slot = queries.slots_of(event)[0]
    meeting = make_meeting(event, by=tomas, to=jana, slots=[slot])
    assert meeting.appointment is not None
    begins = meeting.appointment.starts_at
    freeze(begins - timedelta(hours=1))
    deliver_all(app)

    freeze(begins - timedelta(minutes=59))
    with transaction():
        done = setting_up.close_table(first, begins - timedelta(minutes=59))

    assert (done.moved, done.stuck) == ([meeting], [])
    assert seat_of(meeting) == (second.id, [1, 1])
    assert meeting.appointment.starts_at == begins
    letters = [letter for letter in deliver_all(app) if letter["Subject"].startswith("Meeting changed")]
    assert [Calendar.from_ical(calendar_of(letter) or b"").events[0]["SEQUENCE"] for letter in letters] == [1, 1]
    plain = letters[0].get_body(("plain",))
    assert plain is not None
    body = plain.get_content()
    assert "Where: Table A2" in body
    assert "Until now: " in body
    assert body.index("Table A2") < body.index("Until now") < body.index("Table A1")


def test_edge_11_without_a_free_table_nothing_is_cancelled(ctx: Flask):
    event = make_partnering_event(tables=1, slots=2)
    (table,) = queries.tables_of(event)
    slots = queries.slots_of(event)
    early, late = (make_meeting(event, slots=[slot]) for slot in slots)

    with transaction():
        done = setting_up.close_table(table, slots[0].ends_at)

    assert (done.moved, done.stuck) == ([], [late])
    assert (late.request_state, late.placement, seat_of(late)) == ("accepted", "published", (table.id, [0, 0]))
    assert seat_of(early) == (table.id, [0, 0])
    with transaction():
        opened = setting_up.close_table(table, None)
    assert (opened.moved, opened.stuck, table.closed_from) == ([], [], None)
