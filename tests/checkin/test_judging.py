"""The judge and its twin in the browser: the table of situations, and thousands drawn by lot."""

import random
from dataclasses import asdict, replace
from datetime import date, datetime, time, timedelta
from itertools import permutations
from pathlib import Path

import pytest

from partnering import clock
from partnering.checkin import zones
from partnering.checkin.deciding import NEVER_FORCED, Attempt, decide
from partnering.checkin.models import ANSWERS
from partnering.checkin.rules import Door, Ticket
from partnering.checkin.story import Passage, still_inside, told
from tests.checkin.judging import ASKED, OF_ANOTHER_EVENT, SINCE_THE_SYNC, SITUATIONS, ZONE, at, judged
from tests.support.modules import asking


@pytest.fixture(scope="module")
def twin():
    """A function that asks the browser's judge, many cases at once."""
    with asking(Path(__file__).with_name("judge.mjs")) as ask:
        yield lambda cases: [ask(case) for case in cases]


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_situation_gets_its_answer(name):
    situation = SITUATIONS[name]

    decision = judged(situation)

    assert (decision.answer, decision.forced) == (situation.answer, situation.forced)


def test_the_table_knows_every_answer_and_is_long_enough():
    assert {each.answer for each in SITUATIONS.values()} == set(ANSWERS)
    assert len(SITUATIONS) >= 80


def test_without_network_nothing_is_answered_otherwise_but_what_is_named():
    otherwise = {name: each for name, each in SITUATIONS.items() if each.offline is not None}
    assert set(otherwise) == OF_ANOTHER_EVENT | SINCE_THE_SYNC
    assert all(each.offline != each.answer for each in otherwise.values())
    assert {each.offline for name, each in otherwise.items() if name in OF_ANOTHER_EVENT} == {"unknown"}
    assert all(each.shows.startswith("foreign") for name, each in otherwise.items() if name in OF_ANOTHER_EVENT)
    assert all(each.changed or each.unsynced for name, each in otherwise.items() if name in SINCE_THE_SYNC)


# -- the twin


def case_of(situation):
    """A situation as one question to either judge."""
    asked = []

    def note(door, ticket, windows, elsewhere, attempt):
        asked.append((door, ticket, windows, elsewhere, attempt))
        return decide(door, ticket, windows, elsewhere, attempt)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.checkin.judging.decide", note)
        judged(situation)
    return asked[-1]


def as_json(door, ticket, windows, elsewhere, attempt):
    return {
        "what": "decide",
        "door": asdict(door),
        "ticket": asdict(ticket) if ticket is not None else None,
        "windows": {key: asdict(window) for key, window in windows.items()},
        "elsewhere": {name: list(keys) for name, keys in elsewhere.items()},
        "attempt": asdict(attempt),
    }


def as_said(decision):
    return asdict(decision) | {"questions": list(decision.questions)}


def test_the_browser_answers_the_table_alike(twin):
    cases = [case_of(situation) for situation in SITUATIONS.values()]

    said = twin([as_json(*case) for case in cases])

    assert dict(zip(SITUATIONS, said, strict=True)) == {
        name: as_said(decide(*case)) for name, case in zip(SITUATIONS, cases, strict=True)
    }


def some(lot, *choices):
    return lot.choice(choices)


def drawn_door(lot):
    """A list with hours, days, entries and rules drawn by lot."""
    minute = lambda: some(lot, None, None, 0, 60, 120, 150, 180, 480, 1080, 1439)  # noqa: E731 -- short for a column of them
    return Door(
        id="here",
        zone=ZONE,
        window=some(lot, "event", "day"),
        entries=some(lot, "single", "reentry", "multiple"),
        unpaid=some(lot, "admit", "warn", "refuse"),
        opens=some(lot, None, None, at("13 08:00")),
        closes=some(lot, None, None, at("31 12:00")),
        daily_from=minute(),
        daily_until=minute(),
        most=some(lot, None, 1, 2, 3),
        least=some(lot, None, 1, 30, 200),
        exit_all=minute(),
        closed=lot.random() < 0.05,
        products=some(lot, None, None, ["standard"], ["student"]),
        addons=some(lot, None, None, ["dinner"]),
        days=some(lot, None, None, ["2027-10-13", "2027-10-31", "2027-03-28"]),
        after=some(lot, None, None, ["main"], ["main", "other"]),
        questions=some(lot, (), (), ASKED),
    )


def drawn_ticket(lot):
    rarely = lambda: lot.random() < 0.1  # noqa: E731 -- short for a column of them
    if rarely():
        return some(lot, None, Ticket(here=False), Ticket(here=False, revoked=True))
    return Ticket(
        product=some(lot, "standard", "student"),
        addons=some(lot, (), ("dinner",), ("dinner", "workshop")),
        days=some(lot, (), (), ("2027-10-13", "2027-10-31")),
        revoked=rarely(),
        cancelled=rarely(),
        approved=not rarely(),
        owes=lot.random() < 0.3,
        blocked=rarely(),
    )


NIGHTS = [at("13 22:00"), at("31 00:00"), at("M28 00:00"), at("13 08:00")]


def drawn_passages(lot, most=7):
    start, hours = lot.choice(NIGHTS), lot.choice([1, 6, 40])
    ids = [f"{number:08}" for number in range(most)]
    lot.shuffle(ids)
    return [
        Passage(
            start + lot.randrange(hours * 60) * zones.MINUTE,
            lot.randrange(1, 12),
            name,
            some(lot, "entry", "entry", "exit"),
            lot.random() < 0.15,
        )
        for name in ids[: lot.randrange(most + 1)]
    ]


def test_thousands_drawn_by_lot_are_answered_alike(twin):
    lot = random.Random(20271013)
    cases, ours = [], []
    for _ in range(3_000):
        door, passages = drawn_door(lot), drawn_passages(lot)
        latest = max((each.at for each in passages), default=lot.choice(NIGHTS))
        attempt = Attempt(
            latest + lot.randrange(600) * zones.MINUTE,
            some(lot, "entry", "entry", "exit"),
            lot.random() < 0.3,
            some(lot, {}, {"adult": True}, {"adult": "x", "shirt": "xl"}, {"adult": False, "shirt": "m"}),
        )
        elsewhere = some(lot, {}, {"main": ["event"]}, {"main": ["2027-10-13"], "other": []})
        case = (door, drawn_ticket(lot), told(door, passages).windows, elsewhere, attempt)
        cases.append(as_json(*case))
        ours.append(as_said(decide(*case)))

    theirs = twin(cases)

    assert theirs == ours
    assert {each["answer"] for each in ours} == set(ANSWERS)


def test_stories_drawn_by_lot_are_told_alike(twin):
    lot = random.Random(4711)
    cases, ours = [], []
    for _ in range(1_500):
        door, passages = drawn_door(lot), drawn_passages(lot)
        moment = lot.choice(NIGHTS) + lot.randrange(3_000) * zones.MINUTE
        story = told(door, passages)
        cases.append({"what": "story", "door": asdict(door), "passages": [asdict(p) for p in passages], "at": moment})
        ours.append(
            {
                "windows": {key: asdict(window) for key, window in story.windows.items()},
                "marks": {f"{device} {name}": list(mark) for (device, name), mark in story.marks.items()},
                "inside": {key: still_inside(door, window, moment) for key, window in story.windows.items()},
            }
        )

    assert twin(cases) == ours


ZONES = ("Europe/Berlin", "Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Chatham")


@pytest.mark.parametrize("name", ZONES)
def test_wall_clocks_are_those_of_the_zone(name, twin):
    lot, zone = random.Random(name), zones.table(name, date(2027, 6, 1), date(2027, 6, 3))
    moments = [
        zones.to_ms(datetime(2027, 1, 1, tzinfo=clock.UTC)) + lot.randrange(365 * 24 * 60) * 60_000 for _ in range(300)
    ]
    changes = [
        since + shift * 60_000 for since, _ in zone[1:] for shift in (-90, -61, -60, -1, 0, 1, 30, 59, 60, 61, 90)
    ]
    asked_of = [(moment, lot.randrange(1440)) for moment in (*moments, *changes)]

    theirs = twin([{"what": "zone", "zone": zone, "at": ms, "minute": minute} for ms, minute in asked_of])

    for (ms, asked), (day, minute, instant, last) in zip(asked_of, theirs, strict=True):
        moment = zones.from_ms(ms)
        wall = clock.in_zone(moment, name)
        assert (zones.iso(day), minute) == (wall.date().isoformat(), wall.hour * 60 + wall.minute)
        assert (day, minute) == zones.wall(zone, ms)
        midnight = datetime.combine(wall.date(), time())
        today = zones.to_ms(clock.from_zone(midnight + timedelta(minutes=asked), name))
        before = zones.to_ms(clock.from_zone(midnight - timedelta(days=1) + timedelta(minutes=asked), name))
        assert instant == zones.instant(zone, day, asked) == today
        assert last == zones.last_time(zone, asked, ms) == (today if today <= ms else before)


def test_everybody_goes_out_once_a_day_whatever_clocks_do():
    for minute in (120, 150, 180):
        moments = range(at("M28 00:00") - 3 * zones.DAY, at("M28 00:00") + 3 * zones.DAY, 15 * zones.MINUTE)
        outs = {zones.last_time(ZONE, minute, moment) for moment in moments}
        days = [clock.in_zone(zones.from_ms(out), "Europe/Berlin").date() for out in outs]
        assert len(days) == len(set(days))


# -- properties


def test_the_story_does_not_depend_on_the_order_in_which_scans_become_known():
    lot = random.Random(7)
    for _ in range(150):
        door, passages = drawn_door(lot), drawn_passages(lot, most=5)
        stories = [told(door, order) for order in permutations(passages)]
        assert all(story == stories[0] for story in stories)


def test_exactly_the_first_entry_of_a_window_is_its_admission():
    lot = random.Random(8)
    for _ in range(300):
        door, passages = drawn_door(lot), drawn_passages(lot)
        story = told(door, passages)
        for key, window in story.windows.items():
            own = [each for each in passages if each.type == "entry" and story.marks[each.device, each.id][1] == key]
            first = min(own, key=lambda each: (each.at, each.device, each.id))
            counted = sum(story.marks[each.device, each.id][0] == "counted" for each in own)
            assert (window.device, window.id, window.first) == (first.device, first.id, first.at)
            assert window.entries == counted >= 1


def test_what_is_forced_always_counts_and_nothing_is_forced_that_cannot_be():
    lot = random.Random(9)
    for _ in range(500):
        door, passages, ticket = drawn_door(lot), drawn_passages(lot), drawn_ticket(lot)
        story = told(door, [replace(each, forced=True) for each in passages])
        assert {state for state, _ in story.marks.values()} <= {"counted"}
        attempt = Attempt(at("31 12:00"), force=True)
        decision = decide(door, ticket, story.windows, {}, attempt)
        assert decision.answer == "ok" or decision.answer in NEVER_FORCED
