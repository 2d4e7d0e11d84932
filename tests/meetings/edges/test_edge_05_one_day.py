"""Edge 5: a ticket of one day blocks the other days."""

from datetime import timedelta

import pytest
from flask import Flask

from partnering.db import transaction
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.i18n import speaking
from partnering.meetings import errors, queries, services
from partnering.meetings.models import MeetingSlot
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_block, make_partnering_event, make_request
from tests.factories.timing import free_of, starts


def two_days() -> tuple[Event, list[MeetingSlot], list[MeetingSlot]]:
    """An event with three slots on each of two days."""
    event = make_partnering_event(slots=3)
    make_block(event, slots=3, start=60 + 24 * 60)
    slots = list(queries.slots_of(event))
    assert slots[3].starts_at - slots[0].starts_at == timedelta(days=1)
    return event, slots[:3], slots[3:]


def only(delegate: Delegate, *days: str) -> Delegate:
    with transaction():
        delegate.days = list(days)
    return delegate


def test_edge_05_slots_of_other_days_are_not_there(ctx: Flask):
    event, first, second = two_days()
    jana = only(make_delegate(event), first[0].starts_at.date().isoformat())
    tomas = make_delegate(event)

    assert free_of(jana, tomas) == starts(first)
    assert [queries.there(slot, jana) for slot in (first[0], second[0])] == [True, False]

    meeting = make_request(event, by=tomas, to=jana, slots=[second[0], first[1]])
    with pytest.raises(errors.NotThere), transaction():
        services.accept(meeting, second[0], by=jana)
    with transaction():
        services.accept(meeting, first[1], by=jana)
    assert meeting.placement == "published"


def test_edge_05_two_who_share_no_day_cannot_ask_each_other_and_read_why(ctx: Flask):
    event, first, second = two_days()
    jana = only(make_delegate(event), first[0].starts_at.date().isoformat())
    tomas = only(make_delegate(event), second[0].starts_at.date().isoformat())

    with pytest.raises(errors.NoCommonDay) as refused, transaction():
        services.request_meeting(tomas, jana, [first[0]])

    with speaking("en"):
        assert str(refused.value.message) == "The two of you are not there on the same day."
