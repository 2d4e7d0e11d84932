"""Who is free in none of somebody's slots, of everybody at once: the same as asked one by one, and never outdated."""

import random
from datetime import timedelta

import pytest
from flask import Flask

from partnering import clock
from partnering.agenda.services import block
from partnering.db import db, transaction
from partnering.delegates import services
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.meetings import absences, times
from tests.factories import make_event
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event
from tests.factories.registration import make_registration
from tests.factories.tickets import make_product
from tests.support.counting import statements


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event with tables and six slots."""
    return make_partnering_event()


def one_by_one(me: Delegate, others: list[Delegate]) -> set[int]:
    """Whom none of my slots suits, by looking at each."""
    mine = times.free_slots([me])
    taken = times.taken_atoms([one.participant_id for one in others], mine[0].first_atom, mine[-1].last_atom)
    return {one.participant_id for one in others if not any(times.fits(slot, one, taken) for slot in mine)}


def shared(me: Delegate, others: list[Delegate]) -> dict[int, int]:
    """How many of my slots suit each, likewise."""
    mine = times.free_slots([me])
    taken = times.taken_atoms([one.participant_id for one in others], mine[0].first_atom, mine[-1].last_atom)
    return {one.participant_id: sum(times.fits(slot, one, taken) for slot in mine) for one in others}


@pytest.mark.parametrize("few", [0, 3, 300])
def test_everybody_at_once_is_the_same_as_one_by_one(event: Event, monkeypatch, few: int):
    monkeypatch.setattr(absences, "FEW", few)
    dice = random.Random(few)
    me = make_delegate(event)
    others = [make_delegate(event) for _turn in range(14)]
    slots = times.slots_of(event)
    day = slots[0].starts_at.astimezone().date()
    with transaction():
        for number, one in enumerate(others):
            for slot in slots:
                if number in (0, 1) or dice.random() < 0.6:
                    block(one.participant, event, slot.starts_at, slot.ends_at)
        others[2].departs_at = slots[2].ends_at
        others[3].arrives_at = slots[4].starts_at
        others[4].days = [(day + timedelta(days=1)).isoformat()]
        others[5].departs_at = slots[0].starts_at
    expected = one_by_one(me, others)
    found = absences.never_free(me, times.free_slots([me]))
    assert found == expected
    assert {others[number].participant_id for number in (0, 1, 4, 5)} <= found
    for one in (me, *others):
        assert [slot.id for slot in absences.free(one)] == [slot.id for slot in times.free_slots([one])]
    assert absences.shared(me, [one.participant_id for one in others], times.free_slots([me])) == shared(me, others)


def test_what_is_known_is_kept_until_somebody_writes(event: Event):
    me, other = make_delegate(event), make_delegate(event)
    slots = times.free_slots([me])
    assert absences.never_free(me, slots) == set()
    for _turn in range(100):  # PostgreSQL counts what other tests write into its other databases too
        with statements() as asked:
            assert absences.never_free(me, slots) == set()
        if len(asked) <= 1:
            break
    assert len(asked) <= 1
    with transaction():
        block(other.participant, event, event.opens_at, event.closes_at)
    slots = times.free_slots([me])
    assert absences.never_free(me, slots) == {other.participant_id}


def test_a_meeting_takes_a_slot_of_both(event: Event):
    me, one, two = make_delegate(event), make_delegate(event), make_delegate(event)
    last = times.slots_of(event)[-1]
    make_meeting(event, by=one, to=two, slots=[last], slot=last)
    assert absences.never_free(me, [last]) == {one.participant_id, two.participant_id}


def test_what_may_yet_be_undone_is_seen_and_not_remembered(event: Event):
    me, other = make_delegate(event), make_delegate(event)
    with transaction():
        block(other.participant, event, event.opens_at, event.closes_at)
        inside = absences.never_free(me, times.free_slots([me]))
        db.session.rollback()
    assert inside == {other.participant_id}
    assert absences.never_free(me, times.free_slots([me])) == set()


def test_without_times_for_meetings_nobody_is_free_and_nothing_breaks(ctx: Flask):
    me = make_delegate(make_event())
    assert times.free_slots([me]) == []
    assert absences.free(me) == []


@pytest.mark.parametrize("many", [False, True])
def test_somebody_new_who_is_there_on_other_days_only_is_known_at_once(event: Event, many: bool):
    me = make_delegate(event)
    slots = times.free_slots([me])
    assert absences.never_free(me, slots) == set()
    other_day = (clock.in_zone(slots[0].starts_at, event.zone).date() + timedelta(days=1)).isoformat()

    one = make_registration(event, product=make_product(event, partnering=not many, days=[other_day]))
    if many:
        with transaction():
            services.join_all([db.session.merge(one)])

    assert absences.never_free(me, slots) == {one.participant_id}
