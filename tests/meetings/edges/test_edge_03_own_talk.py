"""Edge 3: one's own talk, chairing and the set-up before it block slots by themselves."""

from datetime import timedelta

import pytest
from flask import Flask

from partnering.db import transaction
from partnering.meetings import errors, queries, services
from partnering.programme.services import Part
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event, make_request
from tests.factories.programme import make_session
from tests.factories.timing import free_of, starts


@pytest.mark.parametrize("role", ["speaker", "chair"])
def test_edge_03_slots_within_a_talk_and_its_set_up_are_not_offered(ctx: Flask, role: str):
    event = make_partnering_event(slots=6)
    jana, tomas = make_delegate(event), make_delegate(event)
    slots = queries.slots_of(event)

    make_session(event, starts_at=slots[3].starts_at, minutes=20, people=[Part(jana.participant, role, 30)])

    assert free_of(jana, tomas) == starts([*slots[:2], *slots[4:]])
    assert free_of(tomas) == starts(slots)


def test_edge_03_nobody_accepts_a_meeting_during_their_set_up(ctx: Flask):
    event = make_partnering_event(slots=6)
    jana, tomas = make_delegate(event), make_delegate(event)
    slots = queries.slots_of(event)
    meeting = make_request(event, by=tomas, to=jana, slots=[slots[2]])
    make_session(event, starts_at=slots[3].starts_at, minutes=20, people=[Part(jana.participant, "speaker", 20)])

    with pytest.raises(errors.SlotTaken), transaction():
        services.accept(meeting, slots[2], by=jana)

    assert meeting.request_state == "pending"
    assert slots[3].starts_at - slots[2].ends_at == timedelta(minutes=5)
