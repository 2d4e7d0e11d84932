"""Rate limits hold over processes, end with their window, and remember nobody by name."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from partnering import limits
from partnering.db import db, transaction
from partnering.errors import TooMany
from partnering.limits import RateLimit
from tests.support import crowds, databases, servers

NOON = datetime(2027, 10, 13, 12, 0, tzinfo=UTC)

TRIER = """
import sys
from partnering.app import create_app
from partnering.errors import TooMany
from partnering import limits
app = create_app({"TESTING": True})
print("ready", flush=True)
sys.stdin.readline()
with app.app_context():
    for _ in range(10):
        try:
            limits.hit("login", "jana@example.org", limit=12, seconds=86400)
            print("in")
        except TooMany:
            print("out")
"""


def tries(count: int, key: str = "jana@example.org", *, deed: str = "login", limit: int = 3, seconds: int = 900) -> str:
    """Which of so many tries were let in ("i") or kept out ("o")."""
    told = ""
    for _ in range(count):
        try:
            limits.hit(deed, key, limit=limit, seconds=seconds)
            told += "i"
        except TooMany:
            told += "o"
    return told


def test_the_limit_is_the_last_that_is_let_in(ctx, freeze):
    freeze(NOON)

    assert tries(5) == "iiioo"


def test_each_key_and_each_deed_has_its_own_count(ctx, freeze):
    freeze(NOON)

    assert [tries(4), tries(4, "katja@example.org"), tries(4, deed="scan")] == ["iiio"] * 3


def test_a_new_window_begins_at_its_first_second(ctx, freeze):
    freeze(NOON)
    first = tries(4)
    freeze(NOON + timedelta(seconds=899))
    still = tries(1)
    freeze(NOON + timedelta(seconds=900))

    assert (first, still, tries(4)) == ("iiio", "o", "iiio")


def test_whoever_is_kept_out_learns_for_how_long(ctx, freeze):
    freeze(NOON + timedelta(seconds=100))
    tries(3)

    with pytest.raises(TooMany) as caught:
        limits.hit("login", "jana@example.org", limit=3, seconds=900)

    assert caught.value.seconds == 800


def test_keys_are_stored_as_hashes(ctx):
    tries(1)

    kept = db.session.execute(sa.select(RateLimit.deed, RateLimit.key)).one()

    assert kept.deed == "login"
    assert len(kept.key) == 64
    assert "jana" not in kept.key


def test_a_try_counts_inside_a_transaction_and_goes_with_it(ctx, freeze):
    freeze(NOON)
    with transaction():
        inside = tries(2)
        db.session.rollback()
    after = tries(4)

    assert (inside, after) == ("ii", "iiio")


def test_a_refused_try_outside_a_transaction_is_counted_all_the_same(ctx, freeze):
    freeze(NOON)
    tries(7)

    assert db.session.scalars(sa.select(RateLimit.count)).all() == [7]


def test_windows_that_are_over_are_forgotten(ctx, freeze):
    freeze(NOON)
    tries(1)
    freeze(NOON + timedelta(seconds=901))
    tries(1)

    with transaction():
        gone = limits.forget_old()

    assert gone == 1
    assert len(db.session.scalars(sa.select(RateLimit.id)).all()) == 1


def test_two_processes_share_one_count(engine):
    url = databases.new_database(engine)
    environment = servers.environment_of(databases.settings_for(url))
    said = [words.split() for words in crowds.race([["-c", TRIER]] * 2, environment=environment, timeout=90)]
    databases.drop_database(url)

    assert Counter(word for words in said for word in words) == {"in": 12, "out": 8}


def test_looks_are_counted_in_the_process_and_written_down_now_and_then(ctx, freeze):
    freeze(NOON)
    for _turn in range(limits.WRITTEN_EVERY - 1):
        limits.look("glance", "a", limit=50, seconds=60)
    assert db.session.scalar(sa.select(sa.func.sum(RateLimit.count))) is None
    limits.look("glance", "a", limit=50, seconds=60)
    assert db.session.scalar(sa.select(sa.func.sum(RateLimit.count))) == limits.WRITTEN_EVERY
    for _turn in range(50 - limits.WRITTEN_EVERY):
        limits.look("glance", "a", limit=50, seconds=60)
    with pytest.raises(TooMany):
        limits.look("glance", "a", limit=50, seconds=60)
    limits.look("glance", "b", limit=50, seconds=60)
    freeze(NOON + timedelta(seconds=60))
    limits.look("glance", "a", limit=50, seconds=60)


def test_looks_of_another_process_count_once_they_are_written_down(ctx, freeze):
    freeze(NOON)
    for _turn in range(limits.WRITTEN_EVERY):
        limits.look("glance", "c", limit=30, seconds=60)
    ctx.extensions["looks"].clear()  # as in a process that knows nothing of them
    for _turn in range(limits.WRITTEN_EVERY - 1):
        limits.look("glance", "c", limit=30, seconds=60)
    with pytest.raises(TooMany):
        limits.look("glance", "c", limit=30, seconds=60)


def test_no_more_people_are_counted_than_fit(ctx, monkeypatch, freeze):
    freeze(NOON)
    monkeypatch.setattr(limits, "MOST_LOOKERS", 3)
    for name in "abcde":
        limits.look("crowd", name, limit=5, seconds=60)
    assert len(ctx.extensions["looks"]) <= 3
