"""Edge 21: at least one stretch in a lunch window stays free for everybody."""

from datetime import timedelta

import pytest
from flask import Flask

from partnering.agenda import services as agenda
from partnering.db import transaction
from partnering.events.models import Event
from partnering.meetings import errors, queries, services
from partnering.meetings.rules import set_rules
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event, make_request
from tests.factories.programme import make_session
from tests.factories.timing import free_of, make_lunch, starts


def hour_of_lunch() -> Event:
    """Six slots of 25 minutes, of which the third and the fourth lie in a lunch of 50 minutes."""
    event = make_partnering_event(slots=6)
    make_lunch(event, queries.slots_of(event)[2].starts_at, 50)
    return event


def test_edge_21_the_booking_that_takes_the_last_stretch_is_refused(ctx: Flask):
    event = hour_of_lunch()
    with transaction():
        set_rules(event, lunch_minutes=25)
    jana, tomas, lea = (make_delegate(event) for _each in range(3))
    slots = queries.slots_of(event)
    make_meeting(event, by=tomas, to=jana, slots=[slots[2]])
    meeting = make_request(event, by=lea, to=jana, slots=[slots[3], slots[4]])

    assert queries.keeps_lunch([jana, lea], slots[3]) == {jana.id}
    assert slots[3].starts_at not in free_of(jana, lea)
    with pytest.raises(errors.LunchGone), transaction():
        services.accept(meeting, slots[3], by=jana)
    with transaction():
        services.accept(meeting, slots[4], by=jana)
    assert meeting.placement == "published"


def test_edge_21_talks_may_and_so_may_one_who_keeps_that_time_free(ctx: Flask):
    event = hour_of_lunch()
    jana, lea = make_delegate(event), make_delegate(event)
    slots = queries.slots_of(event)

    make_session(event, starts_at=slots[2].starts_at, minutes=50, speakers=[jana.participant])
    assert queries.keeps_lunch([jana], slots[1]) == set()
    with transaction():
        agenda.block(lea.participant, event, slots[2].starts_at, slots[3].ends_at)
    assert free_of(lea) == starts([slot for slot in slots if slot not in slots[2:4]])
    assert slots[4].starts_at - slots[2].starts_at == timedelta(minutes=50)


def test_edge_21_without_a_rule_everything_can_be_booked(ctx: Flask):
    event = hour_of_lunch()
    with transaction():
        set_rules(event, lunch_minutes=0)
    jana, lea = make_delegate(event), make_delegate(event)

    assert free_of(jana, lea) == starts(queries.slots_of(event))
