"""What becomes of requests and meetings when somebody no longer takes part."""

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.agenda.models import AgendaEntry
from partnering.db import db, transaction
from partnering.delegates import services as partnering
from partnering.delegates.models import Delegate
from partnering.mail.models import OutboxLetter
from partnering.meetings import queries
from partnering.meetings.models import Meeting
from partnering.registration.signals import registration_cancelled
from partnering.verify import results
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event, make_request

pytestmark = pytest.mark.usefixtures("ctx")


def leave(delegate: Delegate) -> None:
    """The delegate's registration is cancelled."""
    with transaction():
        registration = delegate.registration
        registration.state, registration.ended_at = "cancelled", clock.now()
        db.session.flush()
        registration_cancelled.send(registration)


def states() -> list[str]:
    """The request states of all meetings in their order, read anew."""
    return list(db.session.scalars(sa.select(Meeting.request_state).order_by(Meeting.id)))


def broken_rules() -> list[str]:
    """What the house finds wrong with the stored meetings."""
    return [finding for rule, findings in results() if rule.code.startswith("I3") for finding in findings]


def test_requests_end_and_meetings_are_cancelled():
    event = make_partnering_event(slots=8)
    jana = make_delegate(event)
    make_request(event, by=jana)
    make_request(event, to=jana)
    make_meeting(event, by=jana)
    make_request(event)
    leave(jana)
    assert states() == ["withdrawn", "declined", "cancelled", "pending"]
    assert jana.left_at is not None
    assert jana.visibility == "hidden"
    assert broken_rules() == []


def test_the_other_side_is_told_and_calendars_are_cleared():
    event = make_partnering_event()
    jana, tomas = make_delegate(event), make_delegate(event)
    make_meeting(event, by=jana, to=tomas)
    leave(jana)
    kinds = db.session.scalars(
        sa.select(OutboxLetter.kind).where(OutboxLetter.recipient_ref == tomas.public_id).order_by(OutboxLetter.id)
    ).all()
    assert kinds == ["meetings.requested", "meetings.confirmed", "meetings.cancelled"]
    assert set(db.session.scalars(sa.select(AgendaEntry.state))) == {"cancelled"}


def test_a_colleague_keeps_the_meeting():
    event = make_partnering_event()
    jana = make_delegate(event)
    ben = make_delegate(event, colleague_of=jana)
    meeting = make_meeting(event, by=jana, companions=[ben])
    leave(jana)
    db.session.refresh(meeting)
    assert (meeting.request_state, meeting.placement, meeting.requester_id) == ("accepted", "published", ben.id)
    assert {seat.delegate_id for seat in meeting.delegates} == {ben.id, meeting.turn_id}
    entries = db.session.scalars(sa.select(AgendaEntry).order_by(AgendaEntry.participant_id)).all()
    assert {(entry.participant_id, entry.state) for entry in entries} == {
        (jana.participant_id, "cancelled"),
        (ben.participant_id, "live"),
        (meeting.turn.participant_id if meeting.turn else 0, "live"),
    }
    assert [entry.sequence for entry in entries] == [1, 1, 1]
    slot = queries.offered(meeting)[0]
    assert slot.id in {free.id for free in queries.free_slots([jana])}
    assert broken_rules() == []


def test_who_came_along_leaves_and_the_meeting_stays():
    event = make_partnering_event()
    jana = make_delegate(event)
    ben = make_delegate(event, colleague_of=jana)
    meeting = make_meeting(event, by=jana, companions=[ben])
    leave(ben)
    db.session.refresh(meeting)
    assert (meeting.request_state, meeting.requester_id) == ("accepted", jana.id)
    assert ben.id not in {seat.delegate_id for seat in meeting.delegates}
    assert broken_rules() == []


def test_who_only_came_along_leaves_an_open_request_open():
    event = make_partnering_event()
    jana = make_delegate(event)
    ben = make_delegate(event, colleague_of=jana)
    meeting = make_request(event, by=jana, companions=[ben])
    leave(ben)
    db.session.refresh(meeting)
    assert meeting.request_state == "pending"
    assert [seat.delegate_id for seat in meeting.delegates if seat.side == "requester"] == [jana.id]


def test_leaving_twice_changes_nothing():
    event = make_partnering_event()
    jana = make_delegate(event)
    make_request(event, by=jana)
    leave(jana)
    left_at = jana.left_at
    with transaction():
        partnering.leave(jana)
    assert jana.left_at == left_at
