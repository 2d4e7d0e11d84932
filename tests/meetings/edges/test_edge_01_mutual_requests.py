"""Two who ask each other: one meeting, the older request, agreed once."""

import pytest
import sqlalchemy as sa

from partnering.db import db
from partnering.meetings import queries
from partnering.meetings.models import Meeting
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event, make_request
from tests.meetings.deeds import all_is_well, counted

pytestmark = pytest.mark.usefixtures("ctx")


@pytest.mark.parametrize("first_asks_twice", [False, True])
def test_they_become_one_meeting_under_the_older_id(first_asks_twice: bool):
    event = make_partnering_event()
    jana, tomas = make_delegate(event), make_delegate(event)
    slots = queries.slots_of(event)
    older = make_request(event, by=tomas, to=jana, slots=slots[:2], message="Von Tomáš")
    newer = make_request(event, by=jana, to=tomas, slots=slots[1:3], message="Von Jana")
    if first_asks_twice:
        with pytest.raises(Exception, match="AlreadyOpen"):
            make_request(event, by=tomas, to=jana, slots=slots[3:4])
    assert newer.id == older.id
    assert db.session.scalars(sa.select(Meeting.id)).all() == [older.id]
    assert (older.message, [note.text for note in older.messages]) == ("Von Tomáš", ["Von Jana"])
    assert (counted(jana), counted(tomas)) == (0, 0)
    assert all_is_well()
