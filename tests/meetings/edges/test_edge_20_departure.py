"""Edge 20: who leaves early or arrives late says so once, and keeps no times free by hand for it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering.agenda.models import Appointment
from partnering.db import db, transaction
from partnering.meetings import errors, queries, services
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event, make_request
from tests.factories.timing import free_of, starts


def test_edge_20_no_slot_ends_later_than_somebody_leaves_or_begins_before_they_come(ctx: Flask):
    event = make_partnering_event(slots=6)
    jana, tomas = make_delegate(event), make_delegate(event)
    slots = queries.slots_of(event)
    meeting = make_request(event, by=tomas, to=jana, slots=[slots[0], slots[4], slots[3]])
    with transaction():
        jana.departs_at = slots[4].ends_at - timedelta(minutes=5)
        tomas.arrives_at = slots[1].starts_at

    assert free_of(jana, tomas) == starts(slots[1:4])
    for slot in (slots[0], slots[4]):
        with pytest.raises(errors.NotThere), transaction():
            services.accept(meeting, slot, by=jana)
    with transaction():
        services.accept(meeting, slots[3], by=jana)
    assert meeting.placement == "published"
    assert db.session.scalar(sa.select(sa.func.count()).where(Appointment.kind == "block")) == 0
