"""The desk's numbers, each counted again by SQL of its own."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import clock
from partnering.agenda.models import Appointment, Location
from partnering.db import BilingualText, db, transaction
from partnering.delegates import groups
from partnering.delegates.models import Delegate, PartnerGroup
from partnering.events.models import Event
from partnering.meetings import queries, services, setting_up
from partnering.meetings.errors import AlreadyOpen
from partnering.meetings.models import Meeting, MeetingDelegate
from partnering.meetings.statistics import Statistics, percent, share_of, statistics
from tests.factories.delegates import make_delegate
from tests.factories.events import make_organiser, make_person
from tests.factories.meetings import make_meeting, make_partnering_event, make_request
from tests.support.counting import statements_of
from tests.support.signing_in import sign_in

ANSWERED = Meeting.request_state.in_(("accepted", "cancelled", "declined"))
ASKED = Meeting.origin.in_(("asked", "live"))


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_partnering_event(tables=4, slots=6)


def brute(event: Event, *conditions: sa.ColumnElement[bool], placed: bool = False) -> int:
    """How many meetings of an event fulfil these, by one plain count."""
    query = sa.select(sa.func.count(Meeting.id)).where(Meeting.event_id == event.id, Meeting.request_state != "draft")
    if placed:
        query = query.join(Appointment, Appointment.id == Meeting.appointment_id).outerjoin(
            Location, Location.id == Appointment.location_id
        )
        query = query.where(Meeting.request_state == "accepted", Meeting.placement != "none")
    return db.session.execute(query.where(*conditions)).scalar_one()


def busy(event: Event) -> list[Meeting]:
    """Requests over several days with every outcome, answered sooner and later; meetings held, missed, and to come."""
    begin = clock.now()
    with transaction():
        first = groups.keep(event, None, name=BilingualText("Start-ups", "Start-ups"))
        groups.keep(event, None, name=BilingualText("Hochschulen", "Universities"))
    people = [make_delegate(event) for _number in range(12)]
    with transaction():
        db.session.execute(
            sa.update(Delegate).where(Delegate.id.in_([each.id for each in people[:5]])).values(group_id=first.id)
        )
    slots, made = queries.slots_of(event), []
    for number in range(20):
        with clock.frozen(begin + timedelta(hours=7 * number)):
            by, to = people[number % 5], people[5 + number * 3 % 7]
            try:
                made.append(make_request(event, by=by, to=to, slots=[slots[number % 6]]))
            except AlreadyOpen:
                continue
    deeds = ("accept", "decline", "accept", "withdraw", "accept", "expire", "open", "cancel")
    for number, meeting in enumerate(made):
        deed = deeds[number % len(deeds)]
        with clock.frozen(begin + timedelta(hours=140, minutes=55 * number)), transaction():
            if deed in ("accept", "cancel"):
                services.accept(meeting, queries.choices(meeting)[0])
            elif deed == "decline":
                services.decline(meeting, reason="no_fit")
            elif deed == "withdraw":
                services.withdraw(meeting)
            elif deed == "expire":
                services.expire(meeting)
            if deed == "cancel":
                services.cancel(meeting)
    agreed = [meeting for number, meeting in enumerate(made) if deeds[number % len(deeds)] == "accept"]
    with transaction():
        services.put(agreed[0], "held", begins=("published",), closed_at=clock.now())
        services.put(agreed[1], "no_show_invitee", begins=("published",), closed_at=clock.now())
        services.unplace(agreed[2], "slot_removed")
        setting_up.close_table(queries.tables_of(event)[3], slots[3].starts_at)
    return made


def test_requests_are_counted_by_outcome_and_day(event: Event):
    busy(event)
    found = statistics(event)
    assert found.requests == brute(event, ASKED) >= 12
    assert found.states == {
        "open": brute(event, ASKED, Meeting.request_state.in_(("pending", "countered"))),
        "accepted": brute(event, ASKED, Meeting.request_state.in_(("accepted", "cancelled"))),
        "declined": brute(event, ASKED, Meeting.request_state == "declined"),
        "withdrawn": brute(event, ASKED, Meeting.request_state == "withdrawn"),
        "expired": brute(event, ASKED, Meeting.request_state == "expired"),
    }
    assert min(found.states.values()) >= 1
    answered = brute(event, ASKED, ANSWERED)
    assert found.acceptance == round(100 * found.states["accepted"] / answered)
    days = [day for day, _number in found.by_day]
    assert days == [days[0] + timedelta(days=number) for number in range(len(days))]
    for day, number in found.by_day:
        begins = clock.from_zone(datetime.combine(day, datetime.min.time()), event.zone)
        ends = clock.from_zone(datetime.combine(day + timedelta(days=1), datetime.min.time()), event.zone)
        assert number == brute(event, ASKED, Meeting.sent_at >= begins, Meeting.sent_at < ends)
    assert sum(number for _day, number in found.by_day) == found.requests


def test_answer_times_are_those_of_sorted_rows(event: Event):
    busy(event)
    found = statistics(event)
    times = sorted(
        answered - sent
        for sent, answered in db.session.execute(
            sa.select(Meeting.sent_at, Meeting.answered_at).where(Meeting.event_id == event.id, ASKED, ANSWERED)
        )
        if sent is not None and answered is not None
    )
    assert found.median is not None
    assert found.p90 is not None
    assert sum(time <= found.median for time in times) >= len(times) / 2 > sum(time < found.median for time in times)
    assert sum(time <= found.p90 for time in times) >= 0.9 * len(times) > sum(time < found.p90 for time in times)
    assert sum(found.answer_times) == len(times)
    assert found.answer_times[2] == sum(timedelta(hours=6) < time <= timedelta(days=1) for time in times)
    assert found.answer_times[-1] == sum(time > timedelta(days=7) for time in times)


@pytest.mark.parametrize(
    ("minutes", "share", "expected"),
    [([5], 50, 5), ([1, 2], 50, 1), ([1, 2, 3], 50, 2), (range(1, 11), 90, 9), (range(1, 12), 90, 10), ([7], 90, 7)],
)
def test_a_share_is_the_nearest_rank(minutes, share, expected):
    times = [timedelta(minutes=each) for each in minutes]
    assert share_of(times, share) == timedelta(minutes=expected)


def test_of_nothing_there_is_no_share():
    assert share_of([], 50) is None
    assert percent(0, 0) is None
    assert (percent(1, 3), percent(2, 3), percent(1, 200)) == (33, 67, 1)


def test_occupancy_is_that_of_each_slot(event: Event):
    busy(event)
    found = statistics(event)
    slots = queries.slots_of(event)
    assert [each.slot.id for each in found.slots] == [slot.id for slot in slots]
    for each in found.slots:
        there = (Appointment.starts_at == each.slot.starts_at, Appointment.ends_at == each.slot.ends_at)
        assert each.at_tables == brute(event, *there, Location.kind == "table", placed=True)
        assert each.elsewhere == brute(
            event, *there, sa.or_(Location.kind.is_(None), Location.kind != "table"), placed=True
        )
        closed = sa.or_(Location.closed_from.is_(None), Location.closed_from >= each.slot.ends_at)
        assert each.tables == db.session.scalar(
            sa.select(sa.func.count()).where(Location.event_id == event.id, Location.kind == "table", closed)
        )
    assert [each.tables for each in found.slots] == [4, 4, 4, 3, 3, 3]
    taken = brute(event, Location.kind == "table", placed=True)
    assert taken >= 2
    assert found.occupancy == percent(taken, 21)


def test_a_removed_slot_counts_only_with_what_is_held_in_it(event: Event):
    slots = queries.slots_of(event)
    make_meeting(event, slot=slots[1])
    with transaction():
        setting_up.remove_slots([slots[0]])
    with clock.frozen(slots[1].starts_at + timedelta(minutes=1)), transaction():
        slots[1].removed_at = clock.now()
    assert [each.slot.id for each in statistics(event).slots] == [slot.id for slot in slots[1:]]


def test_meetings_that_are_over_are_held_missed_or_unknown(event: Event):
    busy(event)
    with clock.frozen(event.closes_at + timedelta(days=1)):
        found = statistics(event)
    assert found.held == brute(event, Meeting.placement == "held") == 1
    assert found.missed == brute(event, Meeting.placement.startswith("no_show")) == 1
    published = Meeting.placement.in_(("published", "live"))
    assert found.unknown == brute(event, published, placed=True) >= 1
    early = statistics(event)
    assert (early.held, early.missed, early.unknown) == (0, 0, 0)


def test_groups_are_counted_one_by_one(event: Event):
    busy(event)
    found = statistics(event)
    names = list(
        db.session.scalars(
            sa.select(PartnerGroup).where(PartnerGroup.event_id == event.id).order_by(PartnerGroup.position)
        )
    )
    assert [each.name for each in found.groups] == [*(group.name for group in names), None]
    for each, group_id in zip(found.groups, [*(group.id for group in names), None], strict=True):
        mine = sa.select(Delegate.id).where(
            Delegate.event_id == event.id, Delegate.group_id.is_not_distinct_from(group_id)
        )
        asks = Meeting.requester_id.in_(mine)
        asked = sa.or_(
            sa.and_(Meeting.requester_id == Meeting.low_id, Meeting.high_id.in_(mine)),
            sa.and_(Meeting.requester_id == Meeting.high_id, Meeting.low_id.in_(mine)),
        )
        sits = sa.exists().where(MeetingDelegate.meeting_id == Meeting.id, MeetingDelegate.delegate_id.in_(mine))
        assert each.people == len(db.session.scalars(mine.where(Delegate.left_at.is_(None))).all())
        assert each.sent == brute(event, ASKED, asks)
        assert each.received == brute(event, ASKED, asked)
        assert each.answered == brute(event, ASKED, ANSWERED, asked)
        assert each.accepted == brute(event, ASKED, Meeting.request_state.in_(("accepted", "cancelled")), asked)
        assert each.meetings == brute(event, sits, placed=True)
    assert [each.sent > 0 for each in found.groups] == [True, False, False]
    assert [each.received > 0 for each in found.groups] == [False, False, True]


def test_what_was_booked_at_the_desk_is_a_meeting_and_no_request(event: Event):
    one, other = make_delegate(event), make_delegate(event)
    with transaction():
        services.book(event, one, other, queries.slots_of(event)[0], consent="Beide haben zugestimmt.")
    found = statistics(event)
    assert (found.requests, sum(found.states.values()), found.median) == (0, 0, None)
    assert found.slots[0].at_tables == 1
    assert not found.is_empty


def test_drafts_and_other_events_do_not_count(event: Event):
    make_request(make_partnering_event())
    with transaction():
        services.save_draft(make_delegate(event), make_delegate(event))
    assert statistics(event).is_empty


def test_the_page_shows_plots_with_tables_and_an_empty_state(app: Flask, event: Event):
    client = app.test_client()
    sign_in(client, make_organiser(event, make_person(locale="en")))
    address = f"/manage/{event.slug}/meetings/statistics"
    assert "There is nothing to count yet" in client.get(address).text
    busy(event)
    page = client.get(address).text
    found = statistics(event)
    assert page.count('<svg class="plot') == page.count('class="plot-table"') == 4
    assert "None yet." in page  # no meeting is over: a sentence instead of three bars without height
    assert f'aria-label="Requests by day: {found.requests} in all"' in page
    assert f"<dd>{found.acceptance}%</dd>" in page
    with clock.frozen(event.closes_at + timedelta(days=1)):
        sign_in(client, make_organiser(event, make_person(locale="en")))
        assert client.get(address).text.count('<svg class="plot') == 5
    assert "style=" not in page
    assert "<script>" not in page


def test_the_numbers_take_as_many_questions_for_forty_as_for_two(event: Event):
    def shown() -> Statistics:
        return statistics(event)

    with transaction():
        groups.keep(event, None, name=BilingualText("Start-ups", "Start-ups"))
    for _number in range(2):
        make_meeting(event)
    few = statements_of(shown)
    for _number in range(20):
        make_request(event)
    assert statements_of(shown) == few
