"""Every deed in every state, and the one label that people read."""

import pytest

from partnering import clock
from partnering.db import transaction
from partnering.meetings import errors, queries, services
from partnering.meetings.models import Meeting
from partnering.meetings.states import DEEDS, LABELS, label
from partnering.verify import results
from tests.factories.meetings import make_partnering_event, make_request

pytestmark = pytest.mark.usefixtures("ctx")


def broken_rules() -> list[str]:
    """What the house finds wrong with the stored meetings."""
    return [finding for rule, findings in results() if rule.code.startswith("I3") for finding in findings]


DO = {
    "accept": lambda meeting, slot: services.accept(meeting, slot),
    "counter": lambda meeting, slot: services.counter(meeting, [slot]),
    "decline": lambda meeting, slot: services.decline(meeting),
    "withdraw": lambda meeting, slot: services.withdraw(meeting, by=meeting.requester),
    "expire": lambda meeting, slot: services.expire(meeting),
    "undo": lambda meeting, slot: services.undo_accept(meeting, by=meeting.turn),
    "cancel": lambda meeting, slot: services.cancel(meeting),
}
REACHED_BY = {
    "pending": (),
    "countered": ("counter",),
    "accepted": ("accept",),
    "declined": ("decline",),
    "withdrawn": ("withdraw",),
    "expired": ("expire",),
    "cancelled": ("accept", "cancel"),
}


@pytest.mark.parametrize("state", REACHED_BY)
@pytest.mark.parametrize("deed", DO)
def test_every_deed_happens_in_its_states_only(state: str, deed: str):
    event = make_partnering_event()
    meeting = make_request(event)
    slot = queries.offered(meeting)[0]
    for step in REACHED_BY[state]:
        with transaction():
            DO[step](meeting, slot)
    assert meeting.request_state == state
    version = meeting.version
    begins, ends = DEEDS[deed]
    if state in begins:
        with transaction():
            DO[deed](meeting, slot)
        assert meeting.request_state == ends
        assert meeting.version > version
    else:
        with pytest.raises(errors.RequestNotOpen), transaction():
            DO[deed](meeting, slot)
        assert (meeting.request_state, meeting.version) == (state, version)
    assert broken_rules() == []


@pytest.mark.parametrize(
    ("state", "placement", "expected"),
    [
        ("pending", "none", "requested"),
        ("countered", "none", "countered"),
        ("accepted", "none", "accepted"),
        ("accepted", "published", "confirmed"),
        ("accepted", "live", "confirmed"),
        ("accepted", "held", "held"),
        ("accepted", "no_show_invitee", "missed"),
        ("accepted", "no_show_both", "missed"),
        ("declined", "none", "declined"),
        ("withdrawn", "none", "withdrawn"),
        ("expired", "none", "expired"),
        ("cancelled", "published", "cancelled"),
        ("draft", "none", "draft"),
    ],
)
def test_two_states_read_as_one_label(state: str, placement: str, expected: str):
    meeting = Meeting(request_state=state, placement=placement)
    assert label(meeting) == LABELS[expected]


def test_an_accepted_meeting_without_a_place_when_its_block_has_closed():
    meeting = Meeting(request_state="accepted", placement="none", closed_at=clock.now())
    assert label(meeting).code == "unplaced"
