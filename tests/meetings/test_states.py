"""Every deed in every state, and the one label that people read."""

from collections.abc import Callable

import pytest

from partnering import clock
from partnering.db import db, transaction
from partnering.delegates import queries as partnering
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.meetings import errors, queries, services
from partnering.meetings.models import PLACEMENTS, REQUEST_STATES, Meeting, MeetingSlot
from partnering.meetings.states import DEEDS, LABELS, label
from partnering.verify import results
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event

pytestmark = pytest.mark.usefixtures("ctx")


def broken_rules() -> list[str]:
    """What the house finds wrong with the stored meetings."""
    return [finding for _rule, findings in results("I3") for finding in findings]


def another(meeting: Meeting) -> MeetingSlot:
    """A slot that nobody has offered yet."""
    known = {offer.slot_id for offer in meeting.offers}
    return next(slot for slot in queries.slots_of(event_of(meeting)) if slot.id not in known)


def event_of(meeting: Meeting) -> Event:
    """The meeting's event."""
    return db.session.get_one(Event, meeting.event_id)


def turned(meeting: Meeting) -> Delegate:
    """Who has, or had, the turn."""
    return meeting.turn or meeting.invitee


def colleague(meeting: Meeting) -> Delegate:
    """A colleague of the invitee."""
    return partnering.colleagues(meeting.invitee)[0]


DO: dict[str, Callable[[Meeting], object]] = {
    "send": lambda meeting: services.send(meeting, by=meeting.requester),
    "accept": lambda meeting: services.accept(meeting, queries.offered(meeting)[0]),
    "counter": lambda meeting: services.counter(meeting, [another(meeting)]),
    "forward": lambda meeting: services.forward(meeting, colleague(meeting), by=turned(meeting)),
    "decline": lambda meeting: services.decline(meeting),
    "withdraw": lambda meeting: services.withdraw(meeting, by=meeting.requester),
    "expire": lambda meeting: services.expire(meeting),
    "undo": lambda meeting: services.undo(meeting, by=turned(meeting)),
    "cancel": lambda meeting: services.cancel(meeting, by=meeting.requester),
    "revive": lambda meeting: services.revive(meeting, by=meeting.requester),
}
REACHED_BY = {
    "draft": (),
    "pending": ("send",),
    "countered": ("send", "counter"),
    "accepted": ("send", "accept"),
    "declined": ("send", "decline"),
    "withdrawn": ("send", "withdraw"),
    "expired": ("send", "expire"),
    "cancelled": ("send", "accept", "cancel"),
}


def drafted() -> Meeting:
    """A draft; the invitee has a colleague."""
    event = make_partnering_event(slots=8)
    jana, tomas = make_delegate(event), make_delegate(event)
    make_delegate(event, colleague_of=tomas)
    with transaction():
        return services.save_draft(jana, tomas, queries.slots_of(event)[:2], "Peptide?")


def test_every_deed_is_tried():
    assert set(DO) == set(DEEDS)
    assert set(REACHED_BY) == set(REQUEST_STATES)


@pytest.mark.parametrize("state", REACHED_BY)
@pytest.mark.parametrize("deed", DO)
def test_every_deed_happens_in_its_states_only(state: str, deed: str):
    meeting = drafted()
    for step in REACHED_BY[state]:
        with transaction():
            DO[step](meeting)
    assert meeting.request_state == state
    version = meeting.version
    begins, ends = DEEDS[deed]
    if state in begins:
        with transaction():
            DO[deed](meeting)
        assert meeting.request_state == ends
        assert meeting.version > version
    else:
        with pytest.raises(errors.RequestNotOpen), transaction():
            DO[deed](meeting)
        assert (meeting.request_state, meeting.version) == (state, version)
    assert broken_rules() == []


@pytest.mark.parametrize("placement", PLACEMENTS)
@pytest.mark.parametrize("deed", sorted(DO))
def test_what_is_agreed_ends_until_it_is_over(placement: str, deed: str):
    meeting = drafted()
    for step in REACHED_BY["accepted"]:
        with transaction():
            DO[step](meeting)
    with transaction():
        meeting.placement = placement
        db.session.flush()
    allowed = {"cancel": ("none", "published", "live"), "undo": ("none", "published")}.get(deed, ())
    if placement in allowed:
        with transaction():
            DO[deed](meeting)
        assert meeting.request_state == DEEDS[deed][1]
    else:
        with pytest.raises((errors.RequestNotOpen, errors.TooLateToUndo)), transaction():
            DO[deed](meeting)
        assert (meeting.request_state, meeting.placement) == ("accepted", placement)


@pytest.mark.parametrize(
    ("state", "placement", "expected"),
    [
        ("pending", "none", "requested"),
        ("countered", "none", "countered"),
        ("accepted", "none", "accepted"),
        ("accepted", "published", "confirmed"),
        ("accepted", "live", "live"),
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


def test_a_reserve_reads_as_one():
    meeting = Meeting(request_state="accepted", placement="none", reserve_rank=1)
    assert label(meeting).code == "reserve"


def test_an_accepted_meeting_without_a_place_when_its_block_has_closed():
    meeting = Meeting(request_state="accepted", placement="none", closed_at=clock.now())
    assert label(meeting).code == "unplaced"
