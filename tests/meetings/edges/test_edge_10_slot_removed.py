"""Edge 10: what was to happen in a slot that is taken away waits for another time, and says why."""

import pytest
from flask import Flask

from partnering.db import transaction
from partnering.meetings import errors, queries, services, setting_up
from partnering.meetings.invariants import meetings_hold_their_time
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_block, make_meeting, make_partnering_event, make_request
from tests.factories.timing import free_of, starts


def test_edge_10_meetings_lose_their_time_with_a_reason_and_are_never_orphaned(ctx: Flask):
    event = make_partnering_event(slots=3)
    jana, tomas = make_delegate(event), make_delegate(event)
    slots = queries.slots_of(event)
    meeting = make_meeting(event, by=tomas, to=jana, slots=[slots[1]])

    with transaction():
        lost = setting_up.remove_slots([slots[1]])

    assert lost == [meeting]
    assert (meeting.request_state, meeting.placement, meeting.unplaced_reason) == ("accepted", "none", "slot_removed")
    assert (meeting.closed_at, meeting.appointment_id) == (None, None)
    assert list(meetings_hold_their_time()) == []
    assert free_of(jana, tomas) == starts([slots[0], slots[2]])
    with transaction():
        services.place(meeting, slots[2])
    assert (meeting.placement, meeting.unplaced_reason) == ("published", "")


def test_edge_10_a_request_whose_only_time_is_gone_stays_open(ctx: Flask):
    event = make_partnering_event(slots=3)
    jana, tomas = make_delegate(event), make_delegate(event)
    slots = queries.slots_of(event)
    meeting = make_request(event, by=tomas, to=jana, slots=[slots[1]])

    with transaction():
        setting_up.remove_slots([slots[1]])

    assert (meeting.request_state, queries.offered(meeting)) == ("pending", [])
    assert starts(queries.choices(meeting)) == starts([slots[0], slots[2]])
    with pytest.raises(errors.NoSuchSlot), transaction():
        services.accept(meeting, slots[1], by=jana)
    with transaction():
        services.decline(meeting, by=jana, reason="no_time")
    assert meeting.request_state == "declined"


def test_edge_10_a_time_that_another_block_offers_too_keeps_its_meetings(ctx: Flask):
    event = make_partnering_event(slots=2)
    make_block(event, slots=2, name="Meetings in the annex")
    meeting = make_meeting(event, slots=[queries.slots_of(event)[0]])

    with transaction():
        lost = setting_up.remove_slots([queries.slots_of(event)[0]])

    assert (lost, meeting.placement) == ([], "published")
