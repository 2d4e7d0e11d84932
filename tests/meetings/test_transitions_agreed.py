"""The transitions of meetings that are agreed, by number: moved, proposed, cancelled, brought back, closed, undone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import clock
from partnering.agenda.services import block
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.jobs import worker
from partnering.meetings import errors, queries, services, setting_up, tasks
from partnering.meetings.models import Meeting, MeetingNews
from partnering.meetings.states import label
from tests.factories.delegates import make_delegate
from tests.factories.meetings import after_letters, make_block, make_meeting, make_partnering_event, make_request
from tests.meetings.deeds import all_is_well, at, counted, letters_to, news_of, sequences, table_of_meeting, taken
from tests.support.letters import deliver_all

pytestmark = pytest.mark.usefixtures("ctx")
Freeze = Callable[[datetime], None]


@pytest.fixture
def event() -> Event:
    """Two tables, eight slots."""
    return make_partnering_event(slots=8)


def met(event: Event, number: int = 0, **values) -> Meeting:
    """A confirmed meeting in the slot of this number."""
    return make_meeting(event, slot=at(event, number), slots=[at(event, number)], **values)


def methods(messages: list[EmailMessage]) -> set[str]:
    """What letters tell calendars."""
    parts = (part for message in messages for part in message.walk() if part.get_content_type() == "text/calendar")
    return {str(part.get_param("method")) for part in parts}


def test_transition_14_move(event: Event):
    meeting = met(event)
    appointment_id, version = meeting.appointment_id, meeting.version
    with transaction():
        services.move(meeting, at(event, 2))
    assert meeting.appointment is not None
    assert meeting.appointment_id == appointment_id
    assert meeting.appointment.starts_at == at(event, 2).starts_at
    assert meeting.version > version
    assert {sequence for sequence, _state in sequences(meeting).values()} == {1}
    assert taken() == (8, 4)
    assert letters_to(meeting.requester)[-1] == "meetings.changed"
    assert all_is_well()


def test_transition_14_refused_it_changes_nothing(event: Event):
    meeting, jana = met(event), make_delegate(event)
    busy = met(event, 1, to=jana)
    with transaction():
        block(meeting.invitee.participant, event, at(event, 3).starts_at, at(event, 3).ends_at)
        setting_up.close_table(queries.tables_of(event)[1], at(event, 0).starts_at)
    for number, refusal in ((3, errors.SlotTaken), (1, errors.SlotTaken)):
        with pytest.raises(refusal), transaction():
            services.move(meeting, at(event, number))
    assert meeting.appointment is not None
    assert meeting.appointment.starts_at == at(event, 0).starts_at
    assert {sequence for sequence, _state in sequences(meeting).values()} == {0}
    assert table_of_meeting(busy) == "A1"
    with pytest.raises(errors.RequestNotOpen), transaction():
        services.move(meeting, at(event, 5), version=meeting.version - 1)
    assert all_is_well()


def test_transition_14_shortly_before_only_at_the_desk(event: Event, freeze: Freeze):
    meeting = met(event)
    freeze(at(event, 0).starts_at - timedelta(minutes=14))
    with pytest.raises(errors.TooLateToMove), transaction():
        services.move(meeting, at(event, 5))
    with transaction():
        services.move(meeting, at(event, 5), at_desk=True)
    freeze(at(event, 1).starts_at - timedelta(minutes=14))
    with pytest.raises(errors.TooLateToMove), transaction():
        services.move(meeting, at(event, 1))
    assert all_is_well()


def test_transition_14_tables_are_swapped_and_changed(event: Event):
    one, other = met(event), met(event)
    assert (table_of_meeting(one), table_of_meeting(other)) == ("A1", "A2")
    with transaction():
        services.swap_tables(one, other)
    assert (table_of_meeting(one), table_of_meeting(other)) == ("A2", "A1")
    with pytest.raises(errors.SlotTaken), transaction():
        services.reseat(one)
    with transaction():
        services.cancel(other)
    with transaction():
        services.reseat(one)
    assert table_of_meeting(one) == "A1"
    assert {sequence for sequence, _state in sequences(one).values()} == {2}
    assert all_is_well()


def test_transition_14_what_cannot_stay_waits_for_another_time(app: Flask, event: Event, freeze: Freeze):
    start = clock.now()
    freeze(start)
    meeting = met(event)
    freeze(start + after_letters())
    deliver_all(app)
    db.session.rollback()
    meeting = db.session.get_one(Meeting, meeting.id)
    with transaction():
        services.unplace(meeting, "slot_removed")
    assert (label(meeting).code, meeting.unplaced_reason, meeting.appointment) == ("accepted", "slot_removed", None)
    assert taken() == (0, 0)
    assert letters_to(meeting.requester)[-1] == "meetings.cancelled"
    assert methods(deliver_all(app)) == {"CANCEL"}
    with transaction():
        services.place(db.session.get_one(Meeting, meeting.id), at(event, 4))
    assert label(meeting).code == "confirmed"
    assert all_is_well()


def test_the_desk_books_for_two_who_say_yes(event: Event):
    jana, tomas = make_delegate(event), make_delegate(event, visibility="hidden")
    with pytest.raises(errors.NoSuchSlot), transaction():
        services.book(event, jana, tomas, at(event, 0), consent=" ")
    with transaction():
        meeting = services.book(event, jana, tomas, at(event, 0), consent="Beide haben am Schalter zugesagt.")
    assert (meeting.origin, label(meeting).code, counted(jana)) == ("desk", "confirmed", 0)
    with pytest.raises(errors.AlreadyOpen), transaction():
        services.book(event, tomas, jana, at(event, 1), consent="Ja.")
    asked = make_request(event, slots=[at(event, 2)])
    with transaction():
        booked = services.book(event, asked.requester, asked.invitee, at(event, 3), consent="Ja.")
    assert (booked.id, label(booked).code, counted(asked.requester)) == (asked.id, "confirmed", 0)
    assert all_is_well()


def test_transition_15_propose_and_agree(event: Event):
    meeting = met(event)
    jana, tomas = meeting.requester, meeting.invitee
    with transaction():
        proposal = services.propose(meeting, [at(event, 2), at(event, 3)], by=jana, message="Ginge später?")
    assert meeting.appointment is not None
    assert meeting.appointment.starts_at == at(event, 0).starts_at
    assert (proposal.to_id, news_of(tomas)[-1]) == (tomas.id, "proposed")
    with pytest.raises(errors.AlreadyOpen), transaction():
        services.propose(meeting, [at(event, 4)], by=tomas)
    with pytest.raises(errors.NotYours), transaction():
        services.agree(proposal, at(event, 2), by=jana)
    with pytest.raises(errors.NoSuchSlot), transaction():
        services.agree(proposal, at(event, 4), by=tomas)
    with transaction():
        services.agree(proposal, at(event, 3), by=tomas)
    assert proposal.state == "agreed"
    assert meeting.appointment.starts_at == at(event, 3).starts_at
    assert {sequence for sequence, _state in sequences(meeting).values()} == {1}
    with pytest.raises(errors.ProposalOver), transaction():
        services.agree(proposal, at(event, 2), by=tomas)
    assert all_is_well()


@pytest.mark.parametrize("end", ["refuse", "take_back", "lapse"])
def test_transition_15_without_agreement_nothing_changes(event: Event, freeze: Freeze, end: str):
    meeting = met(event)
    jana, tomas = meeting.requester, meeting.invitee
    with transaction():
        proposal = services.propose(meeting, [at(event, 2)], by=jana)
    if end == "refuse":
        with transaction():
            services.refuse(proposal, by=tomas, message="Lieber nicht")
        assert "refused" in news_of(jana)
    elif end == "take_back":
        with pytest.raises(errors.NotYours), transaction():
            services.take_back(proposal, by=tomas)
        with transaction():
            services.take_back(proposal, by=jana)
    else:
        assert proposal.expires_at <= at(event, 0).starts_at - timedelta(minutes=10)
        freeze(proposal.expires_at)
        tasks.expire_overdue()
        db.session.refresh(proposal)
    ended = {"refuse": "refused", "take_back": "withdrawn", "lapse": "expired"}[end]
    assert (proposal.state, label(meeting).code) == (ended, "confirmed")
    assert {sequence for sequence, _state in sequences(meeting).values()} == {0}
    assert "proposed" not in news_of(tomas)
    assert all_is_well()


def test_transition_15_a_cancelled_meeting_has_no_open_proposal(event: Event):
    meeting = met(event)
    with transaction():
        proposal = services.propose(meeting, [at(event, 2)], by=meeting.requester)
    with transaction():
        services.cancel(meeting, by=meeting.invitee)
    assert proposal.state == "withdrawn"
    assert all_is_well()


def test_transition_16_cancel(app: Flask, event: Event, freeze: Freeze):
    start = clock.now()
    freeze(start)
    told, untold = met(event), met(event, 1)
    freeze(start + after_letters())
    deliver_all(app)
    db.session.rollback()
    told = db.session.get_one(Meeting, told.id)
    with transaction():
        services.cancel(told, by=told.invitee, reason="Krank")
    assert (told.cancelled_by_id, told.answer_text, told.placement) == (told.invitee.id, "Krank", "published")
    assert {state for _sequence, state in sequences(told).values()} == {"cancelled"}
    assert methods(deliver_all(app)) == {"CANCEL"}
    with pytest.raises(errors.NotYours), transaction():
        services.cancel(db.session.get_one(Meeting, untold.id), by=make_delegate(event))
    freeze(at(event, 1).ends_at)
    with pytest.raises(errors.RequestNotOpen), transaction():
        services.cancel(db.session.get_one(Meeting, untold.id), by=untold.requester)
    assert all_is_well()


def test_transition_17_revive(event: Event):
    meeting = met(event)
    jana, tomas, old = meeting.requester, meeting.invitee, meeting.appointment_id
    with transaction():
        services.cancel(meeting, by=tomas)
    with pytest.raises(errors.NotRevivable), transaction():
        services.revive(meeting, by=jana)
    with transaction():
        services.revive(meeting, by=tomas)
    assert (meeting.request_state, meeting.turn_id, meeting.placement) == ("pending", jana.id, "none")
    assert [slot.id for slot in queries.offered(meeting)] == [at(event, 0).id]
    assert meeting.expires_at == at(event, 0).starts_at - timedelta(minutes=10)
    assert (counted(jana), news_of(jana)[-1]) == (1, "revived")
    with transaction():
        services.accept(meeting, at(event, 0), by=jana)
    assert meeting.appointment_id not in (None, old)
    assert {sequence for sequence, _state in sequences(meeting).values()} == {0}
    assert all_is_well()


def test_transition_17_not_after_the_organisers_and_not_beside_another_one(event: Event, freeze: Freeze):
    meeting = met(event)
    jana, tomas = meeting.requester, meeting.invitee
    with transaction():
        services.cancel(meeting)
    with pytest.raises(errors.NotRevivable), transaction():
        services.revive(meeting, by=jana)
    second = met(event, by=jana, to=tomas)
    with transaction():
        services.cancel(second, by=jana)
    third = make_request(event, by=tomas, to=jana, slots=[at(event, 3)])
    with pytest.raises(errors.NotRevivable), transaction():
        services.revive(second, by=jana)
    with transaction():
        services.withdraw(third, by=tomas)
    freeze(at(event, 0).starts_at - timedelta(minutes=10))
    with pytest.raises(errors.NotRevivable), transaction():
        services.revive(second, by=jana)
    assert all_is_well()


def test_transition_18_a_colleague_joins_and_leaves(event: Event):
    jana, tomas = make_delegate(event), make_delegate(event)
    ben, stranger = make_delegate(event, colleague_of=jana), make_delegate(event)
    meeting = met(event, by=jana, to=tomas)
    version = meeting.version
    with pytest.raises(errors.NotYours), transaction():
        services.join(meeting, stranger, by=jana)
    with pytest.raises(errors.NotYours), transaction():
        services.join(meeting, ben, by=tomas)
    with transaction():
        services.join(meeting, ben, by=ben)
    names = {one.id: one.participant.given_name for one in (jana, ben, tomas)}
    assert sequences(meeting) == {
        names[jana.id]: (1, "live"),
        names[tomas.id]: (1, "live"),
        names[ben.id]: (0, "live"),
    }
    assert meeting.version > version
    assert letters_to(ben) == ["meetings.confirmed"]
    assert letters_to(tomas)[-1] == "meetings.changed"
    with transaction():
        jana.profile.team_acts = True
    with transaction():
        services.leave(meeting, jana, by=ben)
    assert (meeting.requester_id, sequences(meeting)[names[jana.id]][1]) == (ben.id, "cancelled")
    assert (sequences(meeting)[names[ben.id]], sequences(meeting)[names[tomas.id]]) == ((1, "live"), (2, "live"))
    with pytest.raises(errors.LastOfSide), transaction():
        services.leave(meeting, ben, by=ben)
    assert taken() == (8, 4)
    assert all_is_well()


def test_transition_18_whoever_is_taken_cannot_join(event: Event):
    jana = make_delegate(event)
    ben = make_delegate(event, colleague_of=jana)
    meeting = met(event, by=jana)
    with transaction():
        block(ben.participant, event, at(event, 0).starts_at, at(event, 0).ends_at)
    with pytest.raises(errors.SlotTaken), transaction():
        services.join(meeting, ben, by=jana)
    assert ben.id not in {seat.delegate_id for seat in meeting.delegates}
    assert {sequence for sequence, _state in sequences(meeting).values()} == {0}
    assert all_is_well()


def test_transition_18_a_colleague_takes_over(event: Event):
    jana, tomas = make_delegate(event), make_delegate(event)
    ben = make_delegate(event, colleague_of=jana)
    meeting = met(event, by=jana, to=tomas)
    with transaction():
        services.replace(meeting, jana, ben, by=jana)
    names = [one.participant.given_name for one in (jana, ben, tomas)]
    assert [sequences(meeting)[name][1] for name in names] == ["cancelled", "live", "live"]
    assert [sequences(meeting)[name][0] for name in names[1:]] == [0, 1]
    assert (meeting.requester_id, {seat.delegate_id for seat in meeting.delegates}) == (ben.id, {ben.id, tomas.id})
    assert all_is_well()


def test_transition_18_not_beside_an_own_request(event: Event):
    jana, tomas = make_delegate(event), make_delegate(event)
    ben = make_delegate(event, colleague_of=jana)
    meeting = met(event, by=jana, to=tomas)
    make_request(event, by=ben, to=tomas, slots=[at(event, 4)])
    with pytest.raises(errors.AlreadyOpen), transaction():
        services.replace(meeting, jana, ben, by=jana)
    assert meeting.requester_id == jana.id
    assert all_is_well()


def test_transition_22_close(event: Event, freeze: Freeze):
    slots = queries.slots_of(event)
    placed, live = met(event), met(event, 1)
    unplaced, asked = met(event, 2), make_request(event, slots=[slots[7]])
    with transaction():
        services.unplace(unplaced, "table_closed")
        services.put(live, "live", begins=("published",), live_at=clock.now())
    later = make_block(event, slots=2, start=900)
    freeze(slots[7].block.ends_at + timedelta(minutes=10))
    tasks.close_blocks()
    for meeting in (placed, live, unplaced, asked):
        db.session.refresh(meeting)
    assert [label(meeting).code for meeting in (placed, live, unplaced)] == ["confirmed", "held", "accepted"]
    assert [meeting.closed_at for meeting in (placed, live)] == [clock.now(), clock.now()]
    assert asked.is_open
    freeze(later.ends_at + timedelta(minutes=10))
    tasks.close_blocks()
    for meeting in (unplaced, asked):
        db.session.refresh(meeting)
    assert [label(meeting).code for meeting in (unplaced, asked)] == ["unplaced", "expired"]
    assert "unplaced" in news_of(unplaced.requester)
    tasks.close_blocks()
    assert db.session.scalar(sa.select(sa.func.count()).where(MeetingNews.kind == "unplaced")) == 4
    assert all_is_well()


def test_transition_23_undo_an_acceptance(app: Flask, event: Event, freeze: Freeze):
    start = clock.now()
    freeze(start)
    meeting = met(event)
    with pytest.raises(errors.NoTurn), transaction():
        services.undo(meeting, by=meeting.requester)
    with transaction():
        services.undo(meeting, by=meeting.invitee)
    assert (meeting.request_state, meeting.placement, taken(), counted(meeting.requester)) == (
        "pending",
        "none",
        (0, 0),
        1,
    )
    freeze(start + after_letters())
    assert methods(deliver_all(app)) == set()
    assert all_is_well()


def test_transition_23_undo_a_refusal(app: Flask, event: Event, freeze: Freeze):
    start = clock.now()
    freeze(start)
    first, second, third = (make_request(event) for _ in range(3))
    with transaction():
        for meeting in (first, second, third):
            services.decline(meeting, reason="no_time", text="Nein.")
    with transaction():
        services.undo(first, by=first.invitee)
    assert (first.request_state, first.decline_reason, first.answer_text, first.closed_at) == (
        "pending",
        None,
        "",
        None,
    )
    assert counted(first.requester) == 1
    make_request(event, by=second.invitee, to=second.requester)
    with pytest.raises(errors.TooLateToUndo), transaction():
        services.undo(second, by=second.invitee)
    freeze(start + timedelta(seconds=30))
    with pytest.raises(errors.TooLateToUndo), transaction():
        services.undo(third, by=third.invitee)
    assert all_is_well()


@pytest.mark.parametrize(
    "answer", [lambda meeting: services.accept(meeting, queries.offered(meeting)[0]), services.decline]
)
def test_transition_23_what_is_taken_back_is_to_be_answered_by_the_same_time_as_before(
    event: Event, freeze: Freeze, answer: Callable[[Meeting], Meeting]
):
    start = clock.now()
    freeze(start)
    meeting = make_request(event)
    until = meeting.expires_at
    assert until is not None
    freeze(until - timedelta(minutes=1))
    with transaction():
        answer(meeting)
    freeze(until - timedelta(seconds=40))
    with transaction():
        services.undo(meeting, by=meeting.invitee)
    assert (meeting.request_state, meeting.expires_at) == ("pending", until)
    freeze(until)
    tasks.expire_overdue()
    db.session.refresh(meeting)
    assert (meeting.request_state, counted(meeting.requester)) == ("expired", 0)
    assert all_is_well()


def test_a_time_that_came_free_is_offered_to_the_first_reserve(event: Event, freeze: Freeze):
    start = clock.now()
    freeze(start)
    jana = make_delegate(event)
    with transaction():
        jana.meeting_limit = 1
    first = met(event, to=jana)
    waiting = [make_request(event, to=jana, slots=[at(event, 1)]) for _ in range(2)]
    with transaction():
        for meeting in waiting:
            services.accept(meeting, reserve=True)
    with transaction():
        services.cancel(first, by=first.requester)
    worker.run_jobs()
    db.session.rollback()
    one, two = (db.session.get_one(Meeting, meeting.id) for meeting in waiting)
    (proposal,) = one.proposals
    assert (proposal.kind, proposal.to_id, two.proposals) == ("time", one.requester_id, [])
    assert proposal.expires_at == start + timedelta(minutes=30)
    freeze(start + timedelta(minutes=30))
    tasks.expire_overdue()
    worker.run_jobs()
    db.session.rollback()
    (offered,) = two.proposals
    with transaction():
        services.agree(offered, services.slots_of(offered)[0], by=two.requester)
    assert (label(two).code, two.reserve_rank, label(one).code) == ("confirmed", None, "reserve")
    assert all_is_well()
