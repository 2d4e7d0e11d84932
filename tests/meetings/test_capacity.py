"""Whether all meetings fit into slots and tables: for typed numbers against every possible plan, and for an event's."""

import random
from collections import Counter
from datetime import timedelta
from itertools import combinations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.agenda.services import block
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.meetings import queries, services, setting_up
from partnering.meetings.capacity import check, is_two_sided, measure
from tests.factories.delegates import make_delegate
from tests.factories.events import make_organiser
from tests.factories.meetings import make_block, make_meeting, make_partnering_event, make_request
from tests.support.counting import statements_of
from tests.support.signing_in import sign_in

Pair = tuple[int, int]


def fits(pairs: list[Pair], slots: int, tables: int) -> bool:
    """Whether some plan holds every meeting: each in a slot, nobody twice in one, no more in one than tables."""
    plan: list[list[Pair]] = [[] for _slot in range(slots)]

    def place(number: int) -> bool:
        if number == len(pairs):
            return True
        for held in plan:
            if len(held) < tables and not any(set(pairs[number]) & set(other) for other in held):
                held.append(pairs[number])
                if place(number + 1):
                    return True
                held.pop()
            if not held:
                break  # one empty slot is like another
        return False

    return place(0)


@pytest.mark.usefixtures("ctx")
def test_what_is_promised_can_be_planned_and_what_is_refused_cannot():
    chance = random.Random(4)
    seen: Counter[str] = Counter()
    for _number in range(600):
        people = chance.randint(2, 5)
        every = list(combinations(range(people), 2))
        pairs = chance.sample(every, chance.randint(0, len(every)))
        slots, tables = chance.randint(0, 5), chance.randint(1, 3)
        often = Counter(one for pair in pairs for one in pair)
        verdict = check(
            people,
            len(pairs),
            slots,
            tables,
            busiest=max(often.values(), default=0),
            two_sided=is_two_sided(pairs),
        )
        seen[verdict.tone] += 1
        if verdict.tone != "warn":
            assert fits(pairs, slots, tables) == (verdict.tone == "ok"), (pairs, slots, tables, verdict)
    assert min(seen[tone] for tone in ("ok", "warn", "bad")) >= 10


@pytest.mark.usefixtures("ctx")
@pytest.mark.parametrize(
    ("slots", "busiest", "two_sided", "tone", "spare"),
    [(5, 4, False, "ok", 1), (4, 4, False, "warn", 0), (4, 4, True, "ok", 0), (3, 4, True, "bad", -1)],
)
def test_one_slot_more_than_the_busiest_persons_meetings_is_enough(slots, busiest, two_sided, tone, spare):
    limit = check(20, 20, slots, 20, busiest=busiest, two_sided=two_sided).limit("slots")
    assert (limit.tone, limit.spare) == (tone, spare)


@pytest.mark.usefixtures("ctx")
def test_each_limit_says_by_how_much():
    verdict = check(10, 31, 5, 6, busiest=8, two_sided=False)
    assert verdict.tone == "bad"
    assert {limit.code: limit.spare for limit in verdict.limits} == {"slots": -3, "tables": -1, "people": -6}


@pytest.mark.usefixtures("ctx")
def test_tables_that_close_early_make_it_uncertain():
    late = check(20, 6, 3, 3, busiest=1, two_sided=True, open_in=(3, 3, 1)).limit("tables")
    assert (late.tone, late.spare) == ("warn", -1)
    gone = check(20, 6, 3, 3, busiest=1, two_sided=True, open_in=(3, 2, 0)).limit("tables")
    assert (gone.tone, gone.spare) == ("bad", -1)


@pytest.mark.usefixtures("ctx")
def test_larger_meetings_are_certain_where_each_finds_a_slot_whatever_came_before():
    roomy = check(30, 12, 8, 6, busiest=3, two_sided=False, larger=2, largest=3)
    assert (roomy.tone, roomy.limit("slots").spare) == ("ok", 5)
    tight = check(30, 12, 7, 6, busiest=3, two_sided=False, larger=2, largest=3)
    assert tight.limit("slots").tone == "warn"


def test_a_circle_of_three_has_not_two_sides():
    assert is_two_sided([(1, 2), (2, 3), (3, 4), (4, 1)])
    assert not is_two_sided([(1, 2), (2, 3), (3, 1)])


# -- an event's numbers


@pytest.fixture
def event(ctx: Flask) -> Event:
    """Three slots and two tables."""
    return make_partnering_event(tables=2, slots=3)


def test_an_events_numbers_are_those_of_its_meetings(event: Event):
    jana = make_delegate(event)
    make_meeting(event, to=jana)
    make_request(event, to=jana)
    agreed, asked = measure(event), measure(event, asked_too=True)
    assert (agreed.people, agreed.meetings, agreed.busiest, agreed.slots, agreed.tables) == (3, 1, 1, 3, 2)
    assert (asked.meetings, asked.busiest, asked.two_sided, asked.open_in) == (2, 2, True, (2, 2, 2))


def test_what_is_over_or_taken_away_does_not_count(event: Event):
    meeting, open_request = make_meeting(event), make_request(event)
    slots, tables = queries.slots_of(event), queries.tables_of(event)
    with transaction():
        services.cancel(meeting)
        services.withdraw(open_request)
        slots[0].removed_at = clock.now()
        setting_up.close_table(tables[0], slots[2].starts_at)
    found = measure(event, asked_too=True)
    assert (found.meetings, found.slots, found.open_in) == (0, 2, (2, 1))


def test_slots_that_overlap_count_once(event: Event):
    make_block(event, slots=2, minutes=20, pause=5, start=70)
    assert measure(event).slots == 3


def test_who_is_not_free_often_enough_is_counted(event: Event):
    jana = make_delegate(event)
    slots = queries.slots_of(event)
    make_request(event, to=jana, slots=slots[:1])
    make_request(event, to=jana, slots=slots[:1])
    assert measure(event, asked_too=True).short == ()
    with transaction():
        block(jana.participant, event, slots[1].starts_at, slots[2].ends_at)
    assert measure(event, asked_too=True).short == ((1, 1),)
    with transaction():
        jana.departs_at = slots[0].starts_at + timedelta(minutes=1)
    assert measure(event, asked_too=True).short == ((2, 1),)


def test_an_events_numbers_take_as_many_questions_for_forty_as_for_two(event: Event):
    make_request(event)
    few = statements_of(lambda: measure(event, asked_too=True))
    for _number in range(19):
        make_request(event)
    assert statements_of(lambda: measure(event, asked_too=True)) == few


# -- the page


def desk(app: Flask, event: Event) -> FlaskClient:
    """An organiser's browser."""
    client = app.test_client()
    sign_in(client, make_organiser(event))
    return client


def test_the_page_says_by_how_much_it_fits(app: Flask, event: Event):
    make_meeting(event)
    page = desk(app, event).get(f"/manage/{event.slug}/meetings/capacity?lang=en").text
    assert "The busiest person has one meeting, and there are 3 slots: 2 slots to spare." in page
    assert "At tables there is one meeting in 3 slots; that takes one table: one table to spare." in page


def test_numbers_can_be_tried(app: Flask, event: Event):
    client = desk(app, event)
    path = f"/manage/{event.slug}/meetings/capacity?lang=en&people=10&meetings=31&busiest=8&slots=5"
    page = client.get(f"{path}&tables=6").text
    assert "3 slots are missing." in page
    assert "one table is missing." in page
    wrong = client.get(f"{path}&tables=many")
    assert wrong.status_code == 422
    assert "Enter a whole number" in wrong.text


def test_an_event_without_times_says_what_to_do(app: Flask, ctx: Flask):
    event = make_partnering_event(tables=0, slots=0)
    db.session.rollback()
    page = desk(app, event).get(f"/manage/{event.slug}/meetings/capacity?lang=en").text
    assert "There are no times, tables or meetings yet." in page
