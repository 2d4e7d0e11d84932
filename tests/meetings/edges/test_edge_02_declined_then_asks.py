"""Whoever declined asks later: a new request, without a warning and without a disadvantage."""

import pytest

from partnering.db import transaction
from partnering.meetings import queries, services
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event, make_request
from tests.meetings.deeds import all_is_well, counted

pytestmark = pytest.mark.usefixtures("ctx")


def test_whoever_declined_may_ask():
    event = make_partnering_event(open_request_limit=1)
    jana, tomas = make_delegate(event), make_delegate(event)
    first = make_request(event, by=jana, to=tomas)
    with transaction():
        services.decline(first, reason="no_fit")
    second = make_request(event, by=tomas, to=jana)
    assert second.id != first.id
    assert (second.request_state, second.requester_id, counted(tomas)) == ("pending", tomas.id, 1)
    with transaction():
        services.accept(second, queries.offered(second)[0])
    assert (first.request_state, second.placement) == ("declined", "published")
    assert all_is_well()
