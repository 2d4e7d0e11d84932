"""Two of the same organisation: refused, unless organisers allow it; along with each other they need no request."""

import pytest

from partnering.db import transaction
from partnering.meetings import errors, queries, services
from partnering.meetings.rules import set_rules
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event, make_request
from tests.meetings.deeds import all_is_well

pytestmark = pytest.mark.usefixtures("ctx")


def test_they_meet_only_where_organisers_allow_it():
    event = make_partnering_event()
    jana = make_delegate(event)
    ben = make_delegate(event, colleague_of=jana)
    with pytest.raises(errors.SameOrganisation):
        make_request(event, by=jana, to=ben)
    with pytest.raises(errors.SameOrganisation), transaction():
        services.book(event, jana, ben, queries.slots_of(event)[0], consent="Ja.")
    with transaction():
        set_rules(event, same_organisation=True)
    meeting = make_meeting(event, by=jana, to=ben)
    assert meeting.placement == "published"
    assert all_is_well()


def test_colleagues_come_along_without_asking():
    event = make_partnering_event()
    jana = make_delegate(event)
    ben = make_delegate(event, colleague_of=jana)
    meeting = make_meeting(event, by=jana, companions=[ben])
    assert {seat.delegate_id for seat in meeting.delegates} >= {jana.id, ben.id}
    assert all_is_well()
