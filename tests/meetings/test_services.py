"""What can happen between two who want to meet."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import clock
from partnering.agenda.models import AgendaEntry, LocationAtom, ParticipantAtom
from partnering.agenda.services import block
from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from partnering.meetings import errors, queries, services, setting_up, tasks
from partnering.meetings.models import Meeting, MeetingSlot
from partnering.meetings.states import label
from partnering.verify import results
from tests.factories.delegates import make_delegate
from tests.factories.meetings import (
    make_block,
    make_meeting,
    make_partnering_event,
    make_request,
    make_slots,
    make_tables,
)

from .deeds import sequences

pytestmark = pytest.mark.usefixtures("ctx")
Freeze = Callable[[datetime], None]


def atoms() -> tuple[int, int]:
    """How many five-minute steps people and tables are taken."""
    return (
        db.session.scalar(sa.select(sa.func.count()).select_from(ParticipantAtom)) or 0,
        db.session.scalar(sa.select(sa.func.count()).select_from(LocationAtom)) or 0,
    )


def open_requests(delegate: Delegate) -> int:
    """The counter beside a delegate, read anew."""
    return db.session.execute(sa.select(Delegate.open_requests).where(Delegate.id == delegate.id)).scalar_one()


def broken_rules() -> list[str]:
    """What the house finds wrong with the stored meetings."""
    return [finding for _rule, findings in results("I3") for finding in findings]


def test_a_request_takes_nobodys_time():
    event = make_partnering_event()
    meeting = make_request(event)
    assert (meeting.request_state, meeting.placement, atoms()) == ("pending", "none", (0, 0))
    assert open_requests(meeting.requester) == 1
    assert [offer.round for offer in meeting.offers] == [1, 1, 1]
    assert broken_rules() == []


def test_accepting_takes_the_time_of_both_and_the_first_free_table():
    event = make_partnering_event(tables=2)
    meeting = make_meeting(event)
    appointment = meeting.appointment
    assert appointment is not None
    assert (meeting.request_state, meeting.placement) == ("accepted", "published")
    assert appointment.location is not None
    assert appointment.location.name.de == "A1"
    assert atoms() == (8, 4)
    assert open_requests(meeting.requester) == 0
    entries = db.session.scalars(sa.select(AgendaEntry).order_by(AgendaEntry.id)).all()
    assert [(entry.role, entry.sequence, entry.state) for entry in entries] == [
        ("requester", 0, "live"),
        ("invitee", 0, "live"),
    ]
    assert len({entry.uid for entry in entries}) == 2
    assert broken_rules() == []


def test_two_meetings_at_once_sit_at_two_tables():
    event = make_partnering_event(tables=2)
    slot = queries.slots_of(event)[0]
    first, second = make_request(event, slots=[slot]), make_request(event, slots=[slot])
    with transaction():
        services.accept(first, slot)
        services.accept(second, slot)
    assert [m.appointment.location.name.de for m in (first, second) if m.appointment and m.appointment.location] == [
        "A1",
        "A2",
    ]


def test_nobody_is_held_in_two_meetings_at_once():
    event = make_partnering_event()
    jana = make_delegate(event)
    slot = queries.slots_of(event)[0]
    first, second = make_request(event, to=jana, slots=[slot]), make_request(event, to=jana, slots=[slot])
    with transaction():
        services.accept(first, slot)
    with pytest.raises(errors.SlotTaken), transaction():
        services.accept(second, slot)
    assert (second.request_state, second.placement) == ("pending", "none")
    assert [other.id for other in queries.choices(second)] == [s.id for s in queries.slots_of(event)[1:4]]


def test_slots_of_different_length_that_overlap_cannot_both_be_held():
    event = make_partnering_event(slots=0)
    short = make_slots(event, 1, minutes=20)[0]
    long = make_slots(event, 1, minutes=30, start=70)[0]
    assert set(range(short.first_atom, short.last_atom + 1)) & set(range(long.first_atom, long.last_atom + 1))
    jana = make_delegate(event)
    first, second = make_request(event, to=jana, slots=[short]), make_request(event, to=jana, slots=[long])
    with transaction():
        services.accept(first, short)
    with pytest.raises(errors.SlotTaken), transaction():
        services.accept(second, long)


def test_a_table_is_not_shared_by_overlapping_slots():
    event = make_partnering_event(slots=0, tables=1)
    short = make_slots(event, 1, minutes=20)[0]
    long = make_slots(event, 1, minutes=30, start=70)[0]
    first, second = make_request(event, slots=[short]), make_request(event, slots=[long])
    with transaction():
        services.accept(first, short)
    with pytest.raises(errors.SlotTaken), transaction():
        services.accept(second, long)
    with transaction():
        services.cancel(first)
        services.accept(second, long)
    assert second.placement == "published"


def test_a_blocked_time_is_offered_to_nobody_and_cannot_be_accepted():
    event = make_partnering_event()
    jana = make_delegate(event)
    slot = queries.slots_of(event)[0]
    meeting = make_request(event, to=jana, slots=[slot])
    with transaction():
        block(jana.participant, event, slot.starts_at, slot.ends_at)
    assert slot.id not in {other.id for other in queries.free_slots([jana])}
    with pytest.raises(errors.SlotTaken), transaction():
        services.accept(meeting, slot)


def test_who_has_left_is_not_booked():
    event = make_partnering_event()
    slots = queries.slots_of(event)
    jana = make_delegate(event)
    meeting = make_request(event, to=jana, slots=[slots[2]])
    with transaction():
        jana.departs_at = slots[2].starts_at
        db.session.flush()
    assert [slot.id for slot in queries.free_slots([jana])] == [slot.id for slot in slots[:2]]
    with pytest.raises(errors.NoSuchSlot), transaction():
        services.accept(meeting, slots[2])


def test_a_closed_table_is_not_used():
    event = make_partnering_event(tables=1)
    meeting = make_request(event)
    slot = queries.offered(meeting)[0]
    with transaction():
        setting_up.close_table(queries.tables_of(event)[0], slot.starts_at)
    with pytest.raises(errors.SlotTaken), transaction():
        services.accept(meeting, slot)


def test_when_no_offered_time_is_left_another_free_one_can_be_chosen():
    event = make_partnering_event()
    jana = make_delegate(event)
    slots = queries.slots_of(event)
    meeting = make_request(event, to=jana, slots=[slots[0]])
    with pytest.raises(errors.NoSuchSlot), transaction():
        services.accept(meeting, slots[1])
    with transaction():
        block(jana.participant, event, slots[0].starts_at, slots[0].ends_at)
    with transaction():
        services.accept(meeting, slots[1])
    assert meeting.appointment is not None
    assert meeting.appointment.starts_at == slots[1].starts_at


def test_in_a_planned_block_the_time_follows():
    event = make_partnering_event(slots=0)
    slots = make_slots(event, 2, mode="batch")
    meeting = make_request(event, slots=slots)
    with transaction():
        services.accept(meeting, slots[0])
    assert (meeting.request_state, meeting.placement, label(meeting).code) == ("accepted", "none", "accepted")
    assert atoms() == (0, 0)


def test_colleagues_come_along_and_are_booked():
    event = make_partnering_event()
    jana = make_delegate(event)
    ben = make_delegate(event, colleague_of=jana)
    stranger = make_delegate(event, company=jana.profile.organisation.name)
    assert stranger.profile_id == jana.profile_id
    meeting = make_request(event, by=jana, companions=[ben, stranger])
    slot = queries.offered(meeting)[0]
    with transaction():
        services.accept(meeting, slot)
    assert {seat.delegate_id for seat in meeting.delegates if seat.side == "requester"} == {jana.id, ben.id}
    assert slot.id not in {free.id for free in queries.free_slots([ben])}
    assert slot.id in {free.id for free in queries.free_slots([stranger])}


def test_one_busy_colleague_stops_the_acceptance():
    event = make_partnering_event()
    jana = make_delegate(event)
    ben = make_delegate(event, colleague_of=jana)
    meeting = make_request(event, by=jana, companions=[ben])
    slot = queries.offered(meeting)[0]
    with transaction():
        block(ben.participant, event, slot.starts_at, slot.ends_at)
    with pytest.raises(errors.SlotTaken), transaction():
        services.accept(meeting, slot)
    assert atoms() == (4, 0)


def test_mutual_requests_become_one_meeting():
    event = make_partnering_event()
    jana, tomas = make_delegate(event), make_delegate(event)
    slots = queries.slots_of(event)
    first = make_request(event, by=jana, to=tomas, slots=slots[:3])
    second = make_request(event, by=tomas, to=jana, slots=slots[2:5], message="Sehr gern.")
    assert second.id == first.id
    assert (first.request_state, first.placement) == ("accepted", "published")
    assert first.appointment is not None
    assert first.appointment.starts_at == slots[2].starts_at
    assert [note.text for note in first.messages] == ["Sehr gern."]
    assert (open_requests(jana), open_requests(tomas)) == (0, 0)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Meeting)) == 1
    assert broken_rules() == []


def test_asking_twice_is_refused():
    event = make_partnering_event()
    meeting = make_request(event)
    with pytest.raises(errors.AlreadyOpen):
        make_request(event, by=meeting.requester, to=meeting.turn)
    assert open_requests(meeting.requester) == 1


def test_after_a_refusal_one_may_ask_again():
    event = make_partnering_event()
    meeting = make_request(event)
    asker, asked = meeting.requester, meeting.turn
    with transaction():
        services.decline(meeting, reason="no_time")
    again = make_request(event, by=asked, to=asker)
    assert again.id != meeting.id
    assert again.request_state == "pending"


def test_the_number_of_open_requests_is_limited():
    event = make_partnering_event(open_request_limit=2)
    jana = make_delegate(event)
    first = make_request(event, by=jana)
    make_request(event, by=jana)
    with pytest.raises(errors.TooManyOpen):
        make_request(event, by=jana)
    with transaction():
        services.withdraw(first, by=jana)
    assert make_request(event, by=jana).request_state == "pending"
    assert broken_rules() == []


@pytest.mark.parametrize("hidden", ["hidden", "left"])
def test_who_cannot_be_found_cannot_be_asked(hidden: str):
    event = make_partnering_event()
    asked = make_delegate(event, visibility="hidden" if hidden == "hidden" else "name")
    if hidden == "left":
        with transaction():
            asked.left_at = clock.now()
            db.session.flush()
    with pytest.raises(errors.NotBookable):
        make_request(event, to=asked, slots=queries.slots_of(event)[:1])


def test_who_is_hidden_may_ask():
    event = make_partnering_event()
    assert make_request(event, by=make_delegate(event, visibility="hidden")).is_open


def test_colleagues_need_no_request():
    event = make_partnering_event()
    jana = make_delegate(event)
    with pytest.raises(errors.SameOrganisation):
        make_request(event, by=jana, to=make_delegate(event, colleague_of=jana))


def test_partnering_has_a_first_and_a_last_moment():
    event = make_partnering_event(partnering_from=clock.now() + timedelta(days=1))
    with pytest.raises(errors.PartneringClosed):
        make_request(event)
    event = make_partnering_event(partnering_until=clock.now() - timedelta(days=1))
    with pytest.raises(errors.PartneringClosed):
        make_request(event)


@pytest.mark.parametrize("count", [0, 4])
def test_one_to_three_times_are_offered(count: int):
    event = make_partnering_event()
    with pytest.raises(errors.NothingOffered):
        make_request(event, slots=queries.slots_of(event)[:count])


def test_another_events_slot_cannot_be_offered():
    event, other = make_partnering_event(), make_partnering_event()
    with pytest.raises(errors.NoSuchSlot):
        make_request(event, slots=queries.slots_of(other)[:1])


def test_suggesting_another_time_passes_the_turn():
    event = make_partnering_event()
    meeting = make_request(event)
    asker, asked = meeting.requester, meeting.turn
    assert asked is not None
    slots = queries.slots_of(event)[3:5]
    with transaction():
        services.counter(meeting, slots, by=asked, message="Später?")
    assert (meeting.request_state, meeting.round, meeting.turn_id) == ("countered", 2, asker.id)
    assert [slot.id for slot in queries.offered(meeting)] == [slot.id for slot in slots]
    with pytest.raises(errors.NoTurn), transaction():
        services.accept(meeting, slots[0], by=asked)
    with transaction():
        services.accept(meeting, slots[0], by=asker)
    assert label(meeting).code == "confirmed"
    assert open_requests(asker) == 0


def test_an_acceptance_can_be_taken_back_for_half_a_minute(freeze: Freeze):
    event = make_partnering_event()
    start = clock.now()
    freeze(start)
    meeting = make_meeting(event)
    asked = meeting.turn
    assert asked is not None
    freeze(start + timedelta(seconds=29))
    with transaction():
        services.undo_accept(meeting, by=asked)
    assert (meeting.request_state, meeting.placement, meeting.appointment_id) == ("pending", "none", None)
    assert atoms() == (0, 0)
    assert open_requests(meeting.requester) == 1
    with transaction():
        services.accept(meeting, queries.offered(meeting)[1])
    freeze(start + timedelta(seconds=60))
    with pytest.raises(errors.TooLateToUndo), transaction():
        services.undo_accept(meeting, by=asked)
    assert broken_rules() == []


def test_who_asked_cannot_take_the_acceptance_back():
    event = make_partnering_event()
    meeting = make_meeting(event)
    with pytest.raises(errors.NoTurn), transaction():
        services.undo_accept(meeting, by=meeting.requester)


def test_a_cancelled_meeting_frees_time_and_table():
    event = make_partnering_event(tables=1)
    meeting = make_meeting(event)
    appointment = meeting.appointment
    with transaction():
        services.cancel(meeting, by=meeting.requester, reason="Zug verpasst")
    assert (meeting.request_state, atoms()) == ("cancelled", (0, 0))
    assert appointment is not None
    assert {(entry.state, entry.sequence) for entry in appointment.entries} == {("cancelled", 1)}
    assert broken_rules() == []


def test_an_old_page_loses_against_what_happened_since():
    event = make_partnering_event()
    meeting = make_request(event)
    seen = meeting.version
    with transaction():
        services.counter(meeting, queries.slots_of(event)[3:4])
    with pytest.raises(errors.RequestNotOpen), transaction():
        services.withdraw(meeting, by=meeting.requester, version=seen)
    assert meeting.request_state == "countered"


def test_requests_run_out(freeze: Freeze):
    event = make_partnering_event(days=60)
    start = clock.now()
    freeze(start)
    meeting = make_request(event)
    assert meeting.expires_at == start + timedelta(days=10)
    freeze(start + timedelta(days=10) - timedelta(seconds=1))
    tasks.expire_overdue()
    assert db.session.get_one(Meeting, meeting.id).request_state == "pending"
    freeze(start + timedelta(days=10))
    tasks.expire_overdue()
    assert db.session.get_one(Meeting, meeting.id).request_state == "expired"
    assert open_requests(meeting.requester) == 0
    assert broken_rules() == []


def test_in_the_last_week_there_are_two_days_to_answer(freeze: Freeze):
    event = make_partnering_event(days=5)
    freeze(clock.now())
    assert make_request(event).expires_at == clock.now() + timedelta(hours=48)


def test_on_site_there_is_half_an_hour_to_answer(freeze: Freeze):
    event = make_partnering_event(days=5, slots=0)
    slots = make_slots(event, 2, mode="live")
    freeze(clock.now())
    assert make_request(event, slots=slots).expires_at == clock.now() + timedelta(minutes=30)


def test_an_answer_is_due_ten_minutes_before_the_last_time_offered(freeze: Freeze):
    event = make_partnering_event(days=5)
    slot = queries.slots_of(event)[0]
    freeze(slot.starts_at - timedelta(minutes=30))
    assert make_request(event, slots=[slot]).expires_at == slot.starts_at - timedelta(minutes=10)


def test_slots_and_tables_are_set_up_once(ctx: Flask):
    event = make_partnering_event(slots=0, tables=0)
    block_of_two_hours = make_block(event, slots=5)
    first = [slot.first_atom for slot in setting_up_again(block_of_two_hours)]
    assert len(first) == 5
    assert {b - a for a, b in pairwise(first)} == {5}
    names = [table.name.de for table in make_tables(event, 3)]
    assert names == ["A1", "A2", "A3"]
    assert [table.name.de for table in make_tables(event, 3)] == names


def setting_up_again(made) -> list[MeetingSlot]:
    """Set a block up a second time."""
    with transaction():
        return setting_up.make_slots(made)


def test_a_block_needs_room_for_a_slot():
    event = make_partnering_event(slots=0)
    with pytest.raises(setting_up.BadTimes), transaction():
        setting_up.make_block(
            event,
            event.name,
            event.opens_at,
            event.opens_at + timedelta(minutes=10),
            slot_minutes=20,
        )


def test_whoever_is_sat_for_hears_of_one_change_and_so_do_the_others():
    event = make_partnering_event()
    jana, tomas = make_delegate(event, given_name="Jana"), make_delegate(event, given_name="Tomáš")
    ben = make_delegate(event, colleague_of=jana, given_name="Ben")
    eva = make_delegate(event, colleague_of=jana, given_name="Eva")
    meeting = make_meeting(event, by=jana, to=tomas, companions=[eva])

    with transaction():
        services.replace(meeting, jana, ben)
    assert sequences(meeting) == {
        "Jana": (1, "cancelled"),
        "Tomáš": (1, "live"),
        "Eva": (1, "live"),
        "Ben": (0, "live"),
    }
    with transaction():
        services.replace(meeting, ben, eva)
    assert sequences(meeting) == {
        "Jana": (1, "cancelled"),
        "Tomáš": (2, "live"),
        "Eva": (2, "live"),
        "Ben": (1, "cancelled"),
    }
