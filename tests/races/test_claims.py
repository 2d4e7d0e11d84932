"""Races of whole processes for the last place, use of a code, place kept for a voucher, and place of a workshop.

Each is run many times over by one crowd (`RACES`): 24 buyers for what is enough for a few, now one and now several.
With guard and constraint off, more of them win than there is room for.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import verify
from partnering.db import db
from partnering.tickets.models import Claim, Code, Pool
from tests.factories import make_event, make_product
from tests.factories.tickets import make_code, make_workshop
from tests.support import crowds, databases
from tests.support.crowds import ROUNDS, TRIES

pytestmark = [pytest.mark.race, pytest.mark.timeout(120 + 15 * ROUNDS)]

PROCESSES, EACH = 3, 8
BUYERS = PROCESSES * EACH

Race = Callable[..., dict[str, int]]


@pytest.fixture(scope="module")
def site(engine: str) -> Iterator[tuple[Flask, Race]]:
    """An application on a database of its own, and buyers."""
    with databases.on_database(engine) as app, buyers(app) as race:
        yield app, race


@pytest.fixture(scope="module")
def careless_site(engine: str) -> Iterator[tuple[Flask, Race]]:
    """The same without guard and constraint."""
    with databases.on_database(engine) as app:
        if engine == "postgresql":  # on SQLite the careless ignore CHECKs
            with app.app_context(), db.engine.begin() as connection:
                connection.exec_driver_sql("ALTER TABLE pool DROP CONSTRAINT ck_pool_never_oversold")
                connection.exec_driver_sql("ALTER TABLE code DROP CONSTRAINT ck_code_never_overused")
        with buyers(app, "--careless") as race:
            yield app, race


@pytest.fixture
def race(site: tuple[Flask, Race]) -> Iterator[Race]:
    """A function that plays one round, within the context of its application."""
    app, play = site
    with app.app_context():
        yield play
        db.session.remove()


@pytest.fixture
def careless(careless_site: tuple[Flask, Race]) -> Iterator[Race]:
    """The same with buyers who look, and write a moment later."""
    app, play = careless_site
    with app.app_context():
        yield play
        db.session.remove()


def test_the_last_places_have_as_many_winners_as_places(race):
    for number in range(ROUNDS):
        event, places = make_event(), 1 + number % 3
        ticket = make_product(event, capacity=places)

        assert race([ticket.public_id]) == {"got": places, "sold_out": BUYERS - places}
        assert (used(event), states(event)) == ([places], {"confirmed": places})
    assert broken() == []


def test_without_guard_and_constraint_the_last_place_is_sold_twice(careless):
    def arrange():
        event = make_event()
        return event, [make_product(event, capacity=1).public_id], ""

    event, winners = first_beyond(careless, 1, arrange)

    assert used(event) == [winners]


def test_the_last_uses_of_a_code_have_as_many_winners_as_uses(race):
    for number in range(ROUNDS):
        event, times = make_event(), (1, 7)[number % 2]
        ticket = make_product(event, capacity=500)
        code_id = make_code(event, f"LAST TIMES {number}", uses_max=times).id

        told = race([ticket.public_id], f"last-times {number}")

        assert told == {"got": times, "code_used": BUYERS - times}
        assert (uses(code_id), used(event), states(event)) == (times, [times], {"confirmed": times})
    assert broken() == []


def test_without_guard_and_constraint_a_code_is_used_more_often(careless):
    codes: list[int] = []

    def arrange():
        event = make_event()
        codes.append(make_code(event, f"TWICE {len(codes)}", uses_max=2).id)
        return event, [make_product(event, capacity=500).public_id], f"TWICE {len(codes) - 1}"

    _event, winners = first_beyond(careless, 2, arrange)

    assert uses(codes[-1]) == winners


def test_the_places_kept_for_a_voucher_go_to_its_holders_once(race):
    for number in range(ROUNDS):
        event, kept = make_event(), (1, 5)[number % 2]
        ticket = make_product(event, capacity=kept)
        code_id = make_code(event, f"KEPT {number}", "voucher", products=[ticket], blocked=kept).id

        told = race([ticket.public_id], f"kept {number}")

        assert told == {"got": kept, "sold_out": BUYERS - kept}
        assert (uses(code_id), used(event)) == (kept, [kept])
        assert states(event) == {"confirmed": kept, "released": kept}
    assert broken() == []


def test_the_last_workshop_places_go_to_those_who_also_get_a_ticket(race):
    for number in range(ROUNDS):
        event, places = make_event(), (1, 3)[number % 2]
        ticket = make_product(event, capacity=500)
        workshop = make_workshop(event, "Pitch", event.opens_at + timedelta(hours=1), capacity=places)

        told = race([ticket.public_id, workshop.public_id])

        assert told == {"got": places, "sold_out": BUYERS - places}
        assert (used(event), states(event)) == ([places, places], {"confirmed": 2 * places})
    assert broken() == []


def test_without_guard_and_constraint_a_workshop_is_overbooked(careless):
    def arrange():
        event = make_event()
        workshop = make_workshop(event, "Pitch", event.opens_at + timedelta(hours=1), capacity=3)
        return event, [make_product(event, capacity=500).public_id, workshop.public_id], ""

    event, winners = first_beyond(careless, 3, arrange)

    assert used(event) == [winners, winners]


def test_tickets_over_several_pools_never_wait_crosswise(race):
    """Half of the buyers name their tickets in the other order; nobody is left waiting, nothing is half taken."""
    for _round in range(ROUNDS):
        event = make_event()
        refs = [make_product(event, capacity=places).public_id for places in (40, 9, 40)]

        assert race(refs, turned=True) == {"got": 9, "sold_out": BUYERS - 9}
        assert used(event) == [9, 9, 9]
    assert broken() == []


@contextmanager
def buyers(app: Flask, *flags: str) -> Iterator[Race]:
    """A function that plays one round: what the buyers met, who all begin at the same moment in several processes."""
    url = str(app.config["SQLALCHEMY_DATABASE_URI"])
    with crowds.crowd([["-m", "tests.races.claimants", url, str(EACH), *flags]] * PROCESSES) as crowd:

        def race(refs: list[str], text: str = "", *, turned: bool = False) -> dict[str, int]:
            db.session.rollback()  # what is read afterwards is read anew
            asked = [list(reversed(refs)) if turned and number % 2 else refs for number in range(PROCESSES)]
            told = crowds.play(crowd, [f"{','.join(each)} {text}" for each in asked])
            return dict(Counter(one for answer in told for one in json.loads(answer)))

        yield race


def first_beyond(race, most, arrange):
    """Let careless buyers race until more of them win than there is room for: the event, and how many won.

    The rules of `flask verify` find it.
    """
    before = len(broken())
    for _round in range(TRIES):
        event, refs, text = arrange()
        winners = race(refs, text).get("got", 0)
        if winners > most:
            assert len(broken()) > before
            return event, winners
    raise AssertionError(f"never more than {most} won in {TRIES} rounds: this race cannot fail")


def uses(code_id):
    """How often a code is counted as used."""
    db.session.rollback()
    return db.session.get_one(Code, code_id, populate_existing=True).uses


def used(event):
    """What is used of each pool of an event."""
    return list(db.session.scalars(sa.select(Pool.used).where(Pool.event_id == event.id).order_by(Pool.id)))


def states(event):
    """How many of an event's claims there are in each state."""
    counts = sa.select(Claim.state, sa.func.count()).where(Claim.event_id == event.id).group_by(Claim.state)
    return {row[0]: row[1] for row in db.session.execute(counts)}


def broken():
    """What the rules of capacity and codes find."""
    rules = [each for code, each in sorted(verify._invariants.items()) if code in ("I1", "I1d", "I1e")]
    found = [finding for each in rules for finding in each.check()]
    db.session.rollback()
    return found
