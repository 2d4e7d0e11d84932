"""Edge 12, at the desk: two who stand there are booked into the next time, with what they said in the log."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from partnering.audit import AuditDetail
from partnering.db import db, transaction
from partnering.meetings import desk_times, services
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event
from tests.meetings.deeds import all_is_well, at, letters_to


def test_edge_12_the_desk_books_the_next_time_with_spoken_consent(ctx: Flask, freeze):
    event = make_partnering_event(tables=1, slots=4)
    jana, tomas = make_delegate(event), make_delegate(event)
    make_meeting(event, slots=[at(event, 1)])
    freeze(at(event, 1).starts_at - timedelta(minutes=1))

    soonest = next(each.slot for each in desk_times.choices([jana, tomas]) if not each.why_not)
    with transaction():
        meeting = services.book(event, jana, tomas, soonest, consent="Beide sagten am Schalter ja.")

    assert soonest.id == at(event, 2).id
    assert (meeting.origin, meeting.placement) == ("desk", "published")
    assert [letters_to(one) for one in (jana, tomas)] == [["meetings.confirmed"]] * 2
    assert {"consent": "Beide sagten am Schalter ja."} in list(db.session.scalars(sa.select(AuditDetail.after)))
    assert all_is_well()
