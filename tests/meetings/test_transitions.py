"""Each transition of a meeting, by its number: who may do it, what it takes and frees, and what it refuses."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import clock
from partnering.agenda.services import block
from partnering.audit import AuditEntry
from partnering.db import db, transaction
from partnering.delegates.models import BlockedPair, Delegate, ForbiddenPair, PartnerGroup
from partnering.events.models import Event
from partnering.mail.models import OutboxLetter
from partnering.meetings import errors, queries, services, tasks
from partnering.meetings.models import Meeting
from partnering.meetings.rules import set_rules
from partnering.meetings.states import label
from tests.factories.delegates import make_delegate
from tests.factories.meetings import after_letters, make_meeting, make_partnering_event, make_request, make_slots
from tests.meetings.deeds import all_is_well, at, counted, letters_to, news_of, taken
from tests.support.letters import deliver_all

pytestmark = pytest.mark.usefixtures("ctx")
Freeze = Callable[[datetime], None]


@pytest.fixture
def event() -> Event:
    """Two tables, eight slots."""
    return make_partnering_event(slots=8)


def test_transition_01_draft(event: Event):
    jana, tomas = make_delegate(event), make_delegate(event)
    ben, stranger = make_delegate(event, colleague_of=jana), make_delegate(event)
    with transaction():
        draft = services.save_draft(jana, tomas, [at(event, 0)], "Später mehr")
    assert (draft.request_state, draft.sent_at, counted(jana), label(draft).code) == ("draft", None, 0, "draft")
    assert queries.meetings_of(tomas) == []
    assert [meeting.id for meeting in queries.meetings_of(jana)] == [draft.id]
    assert queries.open_between(jana, tomas) is None
    for other in (ben, stranger):
        with pytest.raises(errors.NotYours), transaction():
            services.save_draft(jana, tomas, by=other)
    with transaction():
        jana.profile.team_acts = True
    with transaction():
        again = services.save_draft(jana, tomas, [at(event, 1)], "Besser so", by=ben)
    assert db.session.scalars(sa.select(Meeting.id)).all() == [again.id]
    assert again.message == "Besser so"
    assert letters_to(tomas) == []


def test_transition_02_send(event: Event):
    jana, tomas = make_delegate(event), make_delegate(event)
    with transaction():
        draft = services.save_draft(jana, tomas, [at(event, 0)], "Peptide?")
    with transaction():
        services.send(draft, by=jana)
    assert (draft.request_state, draft.turn_id, counted(jana)) == ("pending", tomas.id, 1)
    assert [meeting.id for meeting in queries.meetings_of(tomas, "received")] == [draft.id]
    assert letters_to(tomas) == ["meetings.requested"]
    assert taken() == (0, 0)
    assert all_is_well()


def test_transition_02_a_draft_to_somebody_who_has_asked_meanwhile_goes_into_their_request(event: Event):
    jana, tomas = make_delegate(event), make_delegate(event)
    with transaction():
        draft = services.save_draft(jana, tomas, [at(event, 1)], "Von mir")
    theirs = make_request(event, by=tomas, to=jana, slots=[at(event, 1), at(event, 2)])
    with transaction():
        sent = services.send(draft, by=jana)
    assert (sent.id, label(sent).code) == (theirs.id, "confirmed")
    assert [note.text for note in sent.messages] == ["Von mir"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Meeting)) == 1
    assert (counted(jana), counted(tomas)) == (0, 0)
    assert all_is_well()


@pytest.mark.parametrize("whose", ["left", "withheld", "no_requests", "blocked", "blocked_firm", "blocks_me", "hidden"])
def test_transition_02_who_cannot_be_asked_is_refused_with_one_sentence(event: Event, whose: str):
    jana, tomas = make_delegate(event), make_delegate(event)
    pair = {"event_id": event.id, "created_at": clock.now()}
    with transaction() as session:
        if whose == "left":
            tomas.left_at = clock.now()
        elif whose == "withheld":
            tomas.profile.withheld_at = clock.now()
        elif whose == "no_requests":
            tomas.takes_requests = False
        elif whose == "hidden":
            tomas.visibility = "hidden"
        elif whose == "blocked":
            session.add(BlockedPair(delegate_id=jana.id, other_id=tomas.id, **pair))
        elif whose == "blocked_firm":
            session.add(BlockedPair(delegate_id=jana.id, other_profile_id=tomas.profile_id, **pair))
        else:
            session.add(BlockedPair(delegate_id=tomas.id, other_profile_id=jana.profile_id, **pair))
    with pytest.raises(errors.NotBookable) as refused:
        make_request(event, by=jana, to=tomas, slots=[at(event, 0)])
    assert (type(refused.value), counted(jana)) == (errors.NotBookable, 0)


def test_transition_02_a_hidden_one_who_asked_before_can_be_asked(event: Event):
    jana, tomas = make_delegate(event), make_delegate(event, visibility="hidden")
    first = make_request(event, by=tomas, to=jana)
    with transaction():
        services.decline(first, reason="no_time")
    assert make_request(event, by=jana, to=tomas).is_open


def test_transition_02_the_matrix_the_days_and_the_payment_are_asked(event: Event):
    jana, tomas = make_delegate(event), make_delegate(event)
    with transaction() as session:
        one, two = PartnerGroup(event_id=event.id, name=event.name), PartnerGroup(event_id=event.id, name=event.name)
        session.add_all([one, two])
        session.flush()
        session.add(ForbiddenPair(event_id=event.id, asker_id=one.id, asked_id=two.id))
        jana.group_id, tomas.group_id = one.id, two.id
    with pytest.raises(errors.NotAllowed):
        make_request(event, by=jana, to=tomas, slots=[at(event, 0)])
    assert make_request(event, by=tomas, to=jana, slots=[at(event, 0)]).is_open
    petra = make_delegate(event)
    with transaction():
        jana.days, petra.days = ["2020-01-01"], ["2020-01-02"]
    with pytest.raises(errors.NoCommonDay):
        make_request(event, by=jana, to=petra, slots=[at(event, 0)])


def test_transition_02_organisers_may_let_colleagues_of_one_organisation_meet(event: Event):
    jana = make_delegate(event)
    ben = make_delegate(event, colleague_of=jana)
    with pytest.raises(errors.SameOrganisation):
        make_request(event, by=jana, to=ben)
    with transaction():
        set_rules(event, same_organisation=True)
    assert make_request(event, by=jana, to=ben).is_open


def test_transition_02_without_times_where_organisers_plan_them(event: Event):
    jana, tomas = make_delegate(event), make_delegate(event)
    with pytest.raises(errors.NothingOffered):
        make_request(event, by=jana, to=tomas, slots=[])
    make_slots(event, 2, mode="batch", start=600)
    meeting = make_request(event, by=jana, to=tomas, slots=[])
    assert (meeting.is_open, queries.offered(meeting)) == (True, [])


def test_transition_03_mutual_requests_take_a_common_time(event: Event):
    cases: list[tuple[tuple[int, ...], tuple[int, ...], int]] = [((0, 1), (1, 2), 1), ((3,), (4,), 4)]
    for mine, theirs, expected in cases:
        jana, tomas = make_delegate(event), make_delegate(event)
        first = make_request(event, by=tomas, to=jana, slots=[at(event, number) for number in theirs])
        second = make_request(event, by=jana, to=tomas, slots=[at(event, number) for number in mine])
        assert second.id == first.id
        assert second.appointment is not None
        assert second.appointment.starts_at == at(event, expected).starts_at
    assert all_is_well()


def test_transition_03_where_no_time_is_left_it_is_accepted_and_the_time_follows():
    event = make_partnering_event(slots=1)
    jana, tomas = make_delegate(event), make_delegate(event)
    slot = at(event, 0)
    make_request(event, by=tomas, to=jana, slots=[slot])
    with transaction():
        block(jana.participant, event, slot.starts_at, slot.ends_at)
    meeting = make_request(event, by=jana, to=tomas, slots=[slot])
    assert (meeting.request_state, meeting.placement, label(meeting).code) == ("accepted", "none", "accepted")
    assert all_is_well()


def test_transition_03_not_while_it_is_their_turn(event: Event):
    jana, tomas = make_delegate(event), make_delegate(event)
    meeting = make_request(event, by=tomas, to=jana, slots=[at(event, 0)])
    with transaction():
        services.counter(meeting, [at(event, 3)], by=jana)
    with pytest.raises(errors.AlreadyOpen):
        make_request(event, by=jana, to=tomas, slots=[at(event, 0)])


def test_transition_04_counter(event: Event):
    jana, tomas = make_delegate(event), make_delegate(event)
    eva = make_delegate(event, colleague_of=tomas)
    meeting = make_request(event, by=jana, to=tomas, slots=[at(event, 0), at(event, 1)])
    with pytest.raises(errors.NothingOffered), transaction():
        services.counter(meeting, [at(event, 1)], by=tomas)
    with pytest.raises(errors.NothingOffered), transaction():
        services.counter(meeting, by=tomas, companions=[])
    with transaction():
        services.counter(meeting, by=tomas, companions=[eva], message="Mit Eva")
    assert (meeting.round, meeting.turn_id, label(meeting).code) == (2, jana.id, "countered")
    assert [slot.id for slot in queries.offered(meeting)] == [at(event, 0).id, at(event, 1).id]
    assert {one.id for one in queries.seats_of(meeting, "invitee")} == {tomas.id, eva.id}
    for number, by in ((3, jana), (4, tomas), (5, jana)):
        with pytest.raises(errors.NoTurn), transaction():
            services.counter(meeting, [at(event, 7)], by=tomas if by is jana else jana)
        with transaction():
            services.counter(meeting, [at(event, number)], by=by)
    assert (meeting.round, meeting.turn_id) == (5, tomas.id)
    assert taken() == (0, 0)
    assert all_is_well()


def test_transition_05_accept_where_organisers_plan():
    event = make_partnering_event(slots=0)
    slots = make_slots(event, 2, mode="batch")
    meeting = make_request(event, slots=slots)
    with transaction():
        set_rules(event, plan_on=date(2030, 1, 1))
        services.accept(meeting, slots[0])
    assert (label(meeting).code, taken(), counted(meeting.requester)) == ("accepted", (0, 0), 0)
    later = make_request(event, slots=[])
    with transaction():
        services.accept(later)
    assert (later.request_state, later.placement) == ("accepted", "none")
    assert all_is_well()


def test_transition_06_accept_takes_time_and_table_or_says_what_is_left(event: Event):
    jana = make_delegate(event)
    first = make_request(event, to=jana, slots=[at(event, 0)])
    second = make_request(event, to=jana, slots=[at(event, 0)])
    with pytest.raises(errors.NoSuchSlot), transaction():
        services.accept(first)
    with transaction():
        services.accept(first, at(event, 0))
    assert (label(first).code, taken()) == ("confirmed", (8, 4))
    with pytest.raises(errors.SlotTaken) as gone, transaction():
        services.accept(second, at(event, 0))
    assert [slot.id for slot in gone.value.details["left"]] == [at(event, number).id for number in (1, 2, 3)]
    assert (second.request_state, second.placement, taken()) == ("pending", "none", (8, 4))
    assert all_is_well()


def test_transition_06_letters_wait_until_the_answer_cannot_be_taken_back(app: Flask, event: Event, freeze: Freeze):
    start = clock.now()
    freeze(start)
    meeting = make_meeting(event)
    asker = meeting.requester
    deliver_all(app)
    assert "sent" not in {letter.state for letter in confirmations(asker)}
    freeze(start + after_letters())
    deliver_all(app)
    assert [letter.state for letter in confirmations(asker)] == ["sent"]


def confirmations(delegate: Delegate) -> list[OutboxLetter]:
    """The letters that confirm a meeting to a delegate, read anew."""
    db.session.rollback()
    query = sa.select(OutboxLetter).where(
        OutboxLetter.recipient_ref == delegate.public_id, OutboxLetter.kind == "meetings.confirmed"
    )
    return list(db.session.scalars(query))


def test_transition_06_whoever_has_enough_accepts_as_reserve(event: Event):
    jana = make_delegate(event)
    with transaction():
        jana.meeting_limit = 1
    make_meeting(event, to=jana, slot=at(event, 0), slots=[at(event, 0)])
    waiting = [make_request(event, to=jana, slots=[at(event, number)]) for number in (1, 2)]
    with pytest.raises(errors.LimitReached), transaction():
        services.accept(waiting[0], at(event, 1))
    for meeting in waiting:
        with transaction():
            services.accept(meeting, at(event, 1), reserve=True)
    assert [meeting.reserve_rank for meeting in waiting] == [1, 2]
    assert [label(meeting).code for meeting in waiting] == ["reserve", "reserve"]
    assert taken() == (8, 4)
    assert all_is_well()


def test_transition_07_forward(event: Event):
    jana, tomas = make_delegate(event), make_delegate(event)
    eva, stranger = make_delegate(event, colleague_of=tomas), make_delegate(event)
    meeting = make_request(event, by=jana, to=tomas, slots=[at(event, 0), at(event, 1)])
    with transaction():
        block(eva.participant, event, at(event, 0).starts_at, at(event, 0).ends_at)
    with pytest.raises(errors.NotYours), transaction():
        services.forward(meeting, stranger, by=tomas)
    with pytest.raises(errors.NoTurn), transaction():
        services.forward(meeting, eva, by=jana)
    with transaction():
        services.forward(meeting, eva, by=tomas)
    assert (meeting.request_state, meeting.turn_id, meeting.invitee.id) == ("pending", eva.id, eva.id)
    assert [one.id for one in queries.seats_of(meeting, "invitee")] == [eva.id]
    assert [slot.id for slot in queries.offered(meeting)] == [at(event, 1).id]
    assert letters_to(eva) == ["meetings.requested"]
    assert news_of(jana) == ["forwarded"]
    assert counted(jana) == 1
    with transaction():
        services.accept(meeting, at(event, 1), by=eva)
    assert all_is_well()


def test_transition_07_forwarded_without_a_time_that_suits_it_stays_open(event: Event):
    jana, tomas = make_delegate(event), make_delegate(event)
    eva = make_delegate(event, colleague_of=tomas)
    meeting = make_request(event, by=jana, to=tomas, slots=[at(event, 0)])
    other = make_request(event, by=jana, to=eva, slots=[at(event, 1)])
    with pytest.raises(errors.AlreadyOpen), transaction():
        services.forward(meeting, eva, by=tomas)
    with transaction():
        services.withdraw(other, by=jana)
        block(eva.participant, event, at(event, 0).starts_at, at(event, 0).ends_at)
    with transaction():
        services.forward(meeting, eva, by=tomas)
    assert (meeting.is_open, queries.offered(meeting)) == (True, [])
    assert meeting.expires_at is not None
    assert meeting.expires_at > clock.now()


def test_transition_08_decline(app: Flask, event: Event, freeze: Freeze):
    start = clock.now()
    freeze(start)
    meeting = make_request(event)
    asker = meeting.requester
    with transaction():
        services.decline(meeting, reason="no_time", text="Leider nein.", later=True)
    assert (meeting.request_state, meeting.decline_reason, meeting.later) == ("declined", "no_time", True)
    assert (counted(asker), meeting.closed_at) == (0, clock.now())
    told = [message for message in deliver_all(app) if "declin" in str(message["Subject"]).lower()]
    assert told == []
    freeze(start + after_letters())
    assert len(deliver_all(app)) == 1
    assert letters_to(asker) == ["meetings.news"]


def test_transition_08_several_at_once(event: Event):
    jana, ben = make_delegate(event), make_delegate(event)
    meetings = [make_request(event, to=jana, slots=[at(event, number)]) for number in range(3)]
    others = make_request(event, to=ben, slots=[at(event, 0)])
    with transaction():
        services.withdraw(meetings[0], by=meetings[0].requester)
    with transaction():
        assert services.decline_all([*meetings, others], by=jana, reason="no_fit", text="") == 2
    assert [meeting.request_state for meeting in meetings] == ["withdrawn", "declined", "declined"]
    assert others.is_open
    assert all_is_well()


def test_transition_09_withdraw(app: Flask, event: Event, freeze: Freeze):
    start = clock.now()
    freeze(start)
    untold, told = make_request(event), make_request(event)
    with transaction():
        services.withdraw(untold, by=untold.requester)
    deliver_all(app)
    db.session.rollback()
    told = db.session.get_one(Meeting, told.id)
    with pytest.raises(errors.NoTurn), transaction():
        services.withdraw(told, by=told.invitee)
    with transaction():
        services.withdraw(told, by=told.requester)
    assert "meetings.news" in letters_to(told.invitee)
    assert "meetings.news" not in letters_to(db.session.get_one(Meeting, untold.id).invitee)
    assert all_is_well()


def test_transition_10_expire(event: Event, freeze: Freeze):
    start = clock.now()
    freeze(start)
    with transaction():
        event.request_days = 3
        set_rules(event, late_days=0)
    meeting = make_request(event)
    assert meeting.expires_at == start + timedelta(days=3)
    freeze(start + timedelta(days=3))
    tasks.expire_overdue()
    db.session.refresh(meeting)
    assert (meeting.request_state, counted(meeting.requester)) == ("expired", 0)
    assert "meetings.news" in letters_to(meeting.requester)
    tasks.expire_overdue()
    assert all_is_well()


def test_transition_10_the_time_to_answer_shortens(event: Event, freeze: Freeze):
    opens, last = event.opens_at, at(event, 7).starts_at
    freeze(opens - timedelta(days=5))
    assert services.deadline(event, [at(event, 7)]) == clock.now() + timedelta(hours=48)
    with transaction():
        set_rules(event, late_hours=24, live_minutes=20)
    assert services.deadline(event, [at(event, 7)]) == clock.now() + timedelta(hours=24)
    assert services.deadline(event, [at(event, 7)], origin="live") == clock.now() + timedelta(minutes=20)
    assert services.deadline(event, []) == clock.now() + timedelta(hours=24)
    freeze(last - timedelta(minutes=30))
    assert services.deadline(event, [at(event, 7)]) == last - timedelta(minutes=10)
    freeze(last - timedelta(minutes=5))
    with pytest.raises(errors.NoSuchSlot):
        services.deadline(event, [at(event, 7)])
    assert services.deadline(event, [at(event, 7)], late=True) == clock.now()


def test_every_deed_at_the_desk_is_in_the_log(event: Event):
    with transaction():
        services.book(event, make_delegate(event), make_delegate(event), at(event, 0), consent="Beide waren da.")
    assert "meeting.booked" in db.session.scalars(sa.select(AuditEntry.action)).all()
