"""An event at a good hour, and counts that are right after every test of the waiting list."""

import pytest

from partnering.events.models import Event
from partnering.registration.invariants import waiting_counted
from partnering.tickets.invariants import pools_counted
from tests.factories import make_event

from .queue import MORNING


@pytest.fixture
def event(freeze) -> Event:
    """An event, on a morning on which offers made now end at the same hour of the next day."""
    freeze(MORNING)
    return make_event()


@pytest.fixture(autouse=True)
def sound(ctx):
    """After every test the counts are right and nothing is oversold."""
    yield
    assert [*pools_counted(), *waiting_counted()] == []
