"""An event that is called off takes its meetings along, once."""

import pytest
import sqlalchemy as sa

from partnering.db import db, transaction
from partnering.events import services as events
from partnering.events.models import Event
from partnering.jobs import worker
from partnering.meetings.models import Meeting
from partnering.verify import results
from tests.factories.meetings import make_meeting, make_partnering_event, make_request

pytestmark = pytest.mark.usefixtures("ctx")


def test_requests_run_out_and_meetings_are_cancelled():
    event = make_partnering_event()
    make_meeting(event)
    make_request(event)
    event_id = event.id

    for _twice in range(2):
        with transaction():
            events.cancel(db.session.get_one(Event, event_id))
        worker.run_jobs()

    db.session.rollback()
    assert sorted(db.session.scalars(sa.select(Meeting.request_state))) == ["cancelled", "expired"]
    assert [(rule.code, findings) for rule, findings in results("I2", "I3") if findings] == []
