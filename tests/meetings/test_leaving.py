"""What becomes of requests and meetings when somebody no longer takes part."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.agenda.models import AgendaEntry
from partnering.agenda.services import block
from partnering.db import db, transaction
from partnering.delegates import services as partnering
from partnering.delegates.models import Delegate
from partnering.mail.models import OutboxLetter
from partnering.meetings import errors, queries, services, tasks
from partnering.meetings.models import Meeting, MeetingVacancy
from partnering.registration.signals import registration_cancelled
from partnering.verify import results
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event, make_request

pytestmark = pytest.mark.usefixtures("ctx")


def leave(delegate: Delegate, state: str = "cancelled") -> None:
    """The delegate's registration is cancelled, or passed on to a substitute."""
    with transaction():
        registration = delegate.registration
        registration.state, registration.ended_at = state, clock.now()
        db.session.flush()
        registration_cancelled.send(registration)


def states() -> list[str]:
    """The request states of all meetings in their order, read anew."""
    return list(db.session.scalars(sa.select(Meeting.request_state).order_by(Meeting.id)))


def broken_rules() -> list[str]:
    """What the house finds wrong with the stored meetings."""
    return [finding for _rule, findings in results("I3") for finding in findings]


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
    assert kinds == ["meetings.requested", "meetings.confirmed", "meetings.partner_left", "meetings.cancelled"]
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


def vacancy_of(delegate: Delegate) -> MeetingVacancy | None:
    """What the delegate left open, read anew."""
    db.session.rollback()
    return db.session.scalars(sa.select(MeetingVacancy).where(MeetingVacancy.leaver_id == delegate.id)).one_or_none()


def successor_of(delegate: Delegate) -> Delegate:
    """Somebody who takes the delegate's place, by the same ticket."""
    heir = make_delegate(delegate.participant.event, colleague_of=delegate)
    with transaction():
        heir.registration.place_id = delegate.registration.place_id
        db.session.flush()
    return heir


def test_while_a_substitute_may_come_the_meetings_wait():
    event = make_partnering_event(slots=8)
    jana, tomas = make_delegate(event), make_delegate(event)
    meeting = make_meeting(event, by=jana, to=tomas)
    leave(jana, "substituted")
    vacancy = vacancy_of(jana)
    assert vacancy is not None
    assert (vacancy.state, vacancy.due_at) == ("open", vacancy.created_at + timedelta(hours=48))
    assert states() == ["accepted"]
    entries = {entry.participant_id: entry.state for entry in db.session.scalars(sa.select(AgendaEntry))}
    assert entries == {jana.participant_id: "cancelled", tomas.participant_id: "live"}
    assert meeting.appointment is not None
    assert broken_rules() == []
    heir = successor_of(jana)
    assert services.may_fill(vacancy, heir)
    assert not services.may_fill(vacancy, tomas)
    with pytest.raises(errors.NotYours), transaction():
        services.take_over(vacancy, tomas)
    with transaction():
        taken = services.take_over(vacancy, heir)
    assert [(one.id, one.requester_id, one.placement) for one in taken] == [(meeting.id, heir.id, "published")]
    assert (vacancy.state, vacancy.successor_id) == ("filled", heir.id)
    found = {
        entry.participant_id: (entry.sequence, entry.state) for entry in db.session.scalars(sa.select(AgendaEntry))
    }
    assert found[heir.participant_id] == (0, "live")
    assert found[tomas.participant_id] == (1, "live")
    with pytest.raises(errors.VacancyOver), transaction():
        services.take_over(vacancy, heir)
    assert broken_rules() == []


def test_a_substitute_takes_what_they_have_time_for_and_wish():
    event = make_partnering_event(slots=8)
    jana = make_delegate(event)
    slots = queries.slots_of(event)
    meetings = [make_meeting(event, by=jana, slots=[slot], slot=slot) for slot in slots[:3]]
    leave(jana, "substituted")
    heir, vacancy = successor_of(jana), vacancy_of(jana)
    assert vacancy is not None
    with transaction():
        block(heir.participant, event, slots[1].starts_at, slots[1].ends_at)
    with transaction():
        taken = services.take_over(vacancy, heir, only={meetings[0].id, meetings[1].id})
    assert [one.id for one in taken] == [meetings[0].id]
    assert states() == ["accepted", "cancelled", "cancelled"]
    assert broken_rules() == []


def test_when_nobody_comes_in_time_the_meetings_are_cancelled(freeze: Callable[[datetime], None]):
    event = make_partnering_event(slots=8)
    jana, tomas = make_delegate(event), make_delegate(event)
    make_delegate(event, colleague_of=jana)
    slot = queries.slots_of(event)[0]
    make_meeting(event, by=jana, to=tomas, slots=[slot], slot=slot)
    freeze(slot.starts_at - timedelta(hours=1))
    leave(jana)
    vacancy = vacancy_of(jana)
    assert vacancy is not None
    assert vacancy.due_at == slot.starts_at - timedelta(minutes=15)
    freeze(vacancy.due_at)
    for _twice in range(2):
        tasks.expire_overdue()
    db.session.rollback()
    assert (states(), vacancy.state) == (["cancelled"], "lapsed")
    assert broken_rules() == []


def test_a_colleague_who_joins_meanwhile_keeps_the_meeting():
    event = make_partnering_event(slots=8)
    jana = make_delegate(event)
    ben = make_delegate(event, colleague_of=jana)
    meeting = make_meeting(event, by=jana)
    leave(jana)
    vacancy = vacancy_of(jana)
    assert vacancy is not None
    with transaction():
        services.join(meeting, ben)
    with transaction():
        services.lapse(vacancy)
    db.session.refresh(meeting)
    assert (meeting.request_state, meeting.requester_id) == ("accepted", ben.id)
    assert broken_rules() == []
