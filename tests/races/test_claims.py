"""Races of whole processes for the last use of a code, the last place kept for a voucher and the last workshop place.

Each is run many times over by one crowd: 24 buyers for what is enough for a few. With guard and constraint off, more
of them win than there is room for.
"""

import json
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from partnering import verify
from partnering.db import db
from partnering.tickets.models import Claim, Code, Pool
from tests.factories import make_event, make_product
from tests.factories.tickets import make_code, make_workshop
from tests.support import crowds

pytestmark = [pytest.mark.race, pytest.mark.timeout(300)]

PROCESSES, EACH = 3, 8
BUYERS = PROCESSES * EACH


def test_the_last_uses_of_a_code_have_as_many_winners_as_uses(make_app):
    app = make_app()
    with app.app_context():
        event = make_event("race")
        ticket = make_product(event, capacity=500)
        code = make_code(event, "SEVEN TIMES", uses_max=7)
        code_id = code.id

        told = race([ticket.public_id], "seven-times")

        assert Counter(told) == {"got": 7, "code_used": BUYERS - 7}
        assert (uses(code_id), used(), states(), broken()) == (7, [7], {"confirmed": 7}, [])


def test_without_guard_and_constraint_a_code_is_used_more_often(make_app):
    app = make_app()
    with app.app_context():
        event = make_event("race")
        ticket = make_product(event, capacity=500)
        code_id = make_code(event, "SEVEN TIMES", uses_max=7).id
        drop("code", "ck_code_never_overused")

        winners = Counter(race([ticket.public_id], "SEVEN TIMES", careless=True))["got"]

        assert winners > 7
        assert uses(code_id) == winners
        assert broken() != []


def test_the_places_kept_for_a_voucher_go_to_its_holders_once(make_app):
    app = make_app()
    with app.app_context():
        event = make_event("race")
        ticket = make_product(event, capacity=5)
        code_id = make_code(event, "KEPT", "voucher", products=[ticket], blocked=5).id

        told = race([ticket.public_id], "kept")

        assert Counter(told) == {"got": 5, "sold_out": BUYERS - 5}
        assert (uses(code_id), used(), broken()) == (5, [5], [])
        assert states() == {"confirmed": 5, "released": 5}


def test_the_last_workshop_places_go_to_those_who_also_get_a_ticket(make_app):
    app = make_app()
    with app.app_context():
        event = make_event("race")
        ticket = make_product(event, capacity=500)
        workshop = make_workshop(event, "Pitch", event.opens_at + timedelta(hours=1), capacity=3)

        told = race([ticket.public_id, workshop.public_id])

        assert Counter(told) == {"got": 3, "sold_out": BUYERS - 3}
        assert (used(), states(), broken()) == ([3, 3], {"confirmed": 6}, [])


def test_without_guard_and_constraint_a_workshop_is_overbooked(make_app):
    app = make_app()
    with app.app_context():
        event = make_event("race")
        ticket = make_product(event, capacity=500)
        workshop = make_workshop(event, "Pitch", event.opens_at + timedelta(hours=1), capacity=3)
        drop("pool", "ck_pool_never_oversold")

        winners = Counter(race([ticket.public_id, workshop.public_id], careless=True))["got"]

        assert winners > 3
        assert used() == [winners, winners]
        assert broken() != []


def test_tickets_over_several_pools_never_wait_crosswise(make_app):
    """Half of the buyers name their tickets in the other order; nobody is left waiting, nothing is half taken."""
    app = make_app()
    with app.app_context():
        event = make_event("race")
        products = [make_product(event, capacity=places) for places in (40, 9, 40)]
        refs = [product.public_id for product in products]

        told = race(refs, turned=True)

        assert Counter(told) == {"got": 9, "sold_out": BUYERS - 9}
        assert (used(), broken()) == ([9, 9, 9], [])


def race(refs, text="", *, careless=False, turned=False):
    """What each buyer met; all begin at the same moment, in several processes."""
    url = db.engine.url.render_as_string(hide_password=False)
    db.session.rollback()  # what is read afterwards is read anew
    lanes = []
    for number in range(PROCESSES):
        asked = ",".join(reversed(refs) if turned and number % 2 else refs)
        flags = ["--careless"] if careless else []
        lanes.append(["-m", "tests.races.claimants", url, str(EACH), asked, text, *flags])
    return [told for answer in crowds.race(lanes) for told in json.loads(answer)]


def drop(table, constraint):
    """Take a CHECK away on PostgreSQL; on SQLite the careless ignore them."""
    if db.engine.dialect.name == "postgresql":
        db.session.rollback()
        with db.engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")


def uses(code_id):
    """How often a code is counted as used."""
    db.session.rollback()
    return db.session.get_one(Code, code_id, populate_existing=True).uses


def used():
    """What is used of each pool."""
    return list(db.session.scalars(sa.select(Pool.used).order_by(Pool.id)))


def states():
    """How many claims there are in each state."""
    counts = sa.select(Claim.state, sa.func.count()).group_by(Claim.state)
    return {row[0]: row[1] for row in db.session.execute(counts)}


def broken():
    """What the rules of capacity and codes find."""
    rules = [each for code, each in sorted(verify._invariants.items()) if code in ("I1", "I1d", "I1e")]
    found = [finding for each in rules for finding in each.check()]
    db.session.remove()
    return found
