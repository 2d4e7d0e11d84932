"""One clock in UTC; wall-clock time only at the edges, on the nights of the clock change too."""

import zoneinfo
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.db import transaction
from partnering.events.models import Host
from tests.support.counting import statements

BERLIN = "Europe/Berlin"


def wall(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 -- what organisers type has no zone


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]  # year, month and so on


# -- now()


def test_now_is_aware_and_in_utc(ctx):
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=30)  # noqa: TID251 -- the machine's clock, to compare


def test_now_stands_still_during_a_transaction_and_moves_on_after_it(ctx):
    with transaction() as session:
        first = clock.now()
        session.add(Host(name="Probe e. V."))
        session.flush()
        second = clock.now()
    with transaction():
        third = clock.now()

    assert first == second < third


@pytest.mark.engine("postgresql")
def test_the_database_says_what_time_it_is(ctx):
    with transaction() as session:
        moment = clock.now()
        its = session.execute(sa.text("SELECT transaction_timestamp()")).scalar_one()

    assert moment == its


@pytest.mark.engine("postgresql")
def test_the_database_is_asked_once_in_a_transaction(ctx):
    with statements() as asked, transaction() as session:
        clock.now()
        session.add(Host(name="Probe e. V."))
        session.flush()
        clock.now()

    assert [statement for statement in asked if "now()" in statement] == ["SELECT now()"]


def test_now_answers_without_an_application():
    before = clock.now()

    assert before.tzinfo is UTC
    assert clock.now() >= before


def test_a_frozen_clock_answers_its_moment_and_then_goes_on(ctx):
    moment = datetime(2027, 10, 13, 9, tzinfo=ZoneInfo(BERLIN))

    with clock.frozen(moment):
        with clock.frozen(moment + timedelta(days=1)):
            assert clock.now() == moment + timedelta(days=1)
        assert clock.now() == moment
        assert clock.now().tzinfo is UTC

    assert clock.now() != moment


def test_a_frozen_clock_goes_on_after_an_error():
    with pytest.raises(LookupError), clock.frozen(utc(2027, 1, 1)):
        raise LookupError

    assert clock.now() != utc(2027, 1, 1)


# -- zones


@pytest.mark.parametrize(
    ("typed", "instant"),
    [
        (wall(2027, 3, 28, 1, 59), utc(2027, 3, 28, 0, 59)),
        (wall(2027, 3, 28, 2, 30), utc(2027, 3, 28, 1, 30)),  # skipped: half past three
        (wall(2027, 3, 28, 3, 0), utc(2027, 3, 28, 1, 0)),
        (wall(2027, 10, 31, 1, 59), utc(2027, 10, 30, 23, 59)),
        (wall(2027, 10, 31, 2, 30), utc(2027, 10, 31, 0, 30)),  # doubled: the first
        (wall(2027, 10, 31, 3, 0), utc(2027, 10, 31, 2, 0)),
        (wall(2027, 1, 15, 12, 0), utc(2027, 1, 15, 11, 0)),
        (wall(2027, 7, 15, 12, 0), utc(2027, 7, 15, 10, 0)),
    ],
)
def test_what_organisers_type_is_an_instant(typed, instant):
    assert clock.from_zone(typed, BERLIN) == instant
    assert clock.from_zone(typed, BERLIN).tzinfo is UTC


def test_a_skipped_time_reads_as_one_that_clocks_showed():
    shown = clock.in_zone(clock.from_zone(wall(2027, 3, 28, 2, 30), BERLIN), BERLIN)

    assert (shown.hour, shown.minute) == (3, 30)


def test_the_doubled_hour_has_two_instants_that_read_alike():
    first, second = (clock.in_zone(utc(2027, 10, 31, hour, 30), BERLIN) for hour in (0, 1))

    assert f"{first:%H:%M}" == f"{second:%H:%M}" == "02:30"
    assert first.astimezone(UTC) != second.astimezone(UTC)


def test_zones_come_from_the_pinned_package_whatever_the_machine_says():
    assert zoneinfo.TZPATH == ()


# -- atoms


START = utc(2027, 10, 13, 9, 0)
FIRST = int(START.timestamp()) // 300


@pytest.mark.parametrize(
    ("minutes", "down", "up"), [(0, 0, 0), (1, 0, 1), (4, 0, 1), (5, 1, 1), (6, 1, 2), (-1, -1, 0), (20, 4, 4)]
)
def test_an_atom_holds_a_moment_and_ends_round_up(minutes, down, up):
    moment = START + timedelta(minutes=minutes)

    assert clock.to_atom(moment) == FIRST + down
    assert clock.to_atom(moment, up=True) == FIRST + up


def test_an_end_a_moment_after_the_step_takes_the_next():
    assert clock.to_atom(START + timedelta(microseconds=1), up=True) == FIRST + 1


@pytest.mark.parametrize(
    ("begin", "end", "steps"),
    [(0, 20, [0, 1, 2, 3]), (2, 8, [0, 1]), (4, 6, [0, 1]), (0, 1, [0]), (5, 5, []), (0, 5, [0])],
)
def test_a_time_takes_every_step_it_touches(begin, end, steps):
    taken = clock.atoms(START + clock.minutes(begin), START + clock.minutes(end))

    assert list(taken) == [FIRST + step for step in steps]


def test_neighbours_share_no_step():
    first = set(clock.atoms(START, START + clock.minutes(20)))
    second = set(clock.atoms(START + clock.minutes(20), START + clock.minutes(40)))

    assert first & second == set()


def test_steps_are_instants_on_the_night_that_has_an_hour_twice():
    before = clock.from_zone(wall(2027, 10, 31, 1, 0), BERLIN)
    after = clock.from_zone(wall(2027, 10, 31, 4, 0), BERLIN)

    assert len(clock.atoms(before, after)) == 4 * 12
