"""A place comes back while two wait for it and strangers try to buy it: the first in the queue gets it, nobody else.

The place is given back by several processes at the same moment. Without the guard strangers overtake the queue.
"""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from partnering import links
from partnering.db import db, transaction
from partnering.limits import RateLimit
from partnering.registration.invariants import waiting_counted
from partnering.registration.models import WaitingEntry
from partnering.tickets.invariants import pools_counted
from partnering.tickets.models import Claim, Pool
from tests.factories import make_event
from tests.factories.waiting import make_sold_out, make_waiting
from tests.support import crowds
from tests.support.servers import Site
from tests.support.there import there

pytestmark = [pytest.mark.race, pytest.mark.timeout(300 + 5 * crowds.ROUNDS)]

AT_ONCE, PROCESSES, BUYERS = 5, 3, 3
"""Conferences raced for at once; in each process one gives the place back and `BUYERS` want it."""

TURNS = max(1, crowds.ROUNDS // AT_ONCE)
"""How often they are; `RACES` says how many conferences there are in all."""


@dataclass
class Round:
    """One conference whose only place comes back: who waits, and what everybody sends."""

    first: int
    second: int
    event: int
    cancel: str
    buy: str
    ticket: str


def test_a_place_that_comes_back_is_for_the_first_in_the_queue(start_site):
    with start_site(processes=2, workers=0) as site:
        for turn in range(TURNS):
            rounds = arrange(site, turn)

            told = race(site, rounds)

            assert told["buy"] == Counter({409: AT_ONCE * PROCESSES * BUYERS})
            with site.app.app_context():
                assert outcomes(rounds) == Counter({("offered", "waiting", "offered"): AT_ONCE})
                assert [*pools_counted(), *waiting_counted()] == []
                with transaction():
                    db.session.execute(sa.delete(RateLimit))  # all come from one address here
                db.session.remove()


def test_without_the_guard_strangers_overtake(start_site):
    with start_site(
        processes=2, workers=0, application="tests.races.unguarded_waiting:app", traces_allowed=True
    ) as site:
        rounds = arrange(site, 0)

        told = race(site, rounds)

        assert told["buy"][303] > 0
        with site.app.app_context():
            found = outcomes(rounds)
            assert found["waiting", "waiting", "held"] == told["buy"][303]
            db.session.remove()


def arrange(site: Site, turn: int) -> list[Round]:
    """Sold-out conferences with two who wait each."""
    found = []
    with site.app.app_context():
        for number in range(AT_ONCE):
            event = make_event(f"race-{turn}-{number}")
            product, [taken] = make_sold_out(event, gross=0, partnering=False)
            first, second = make_waiting(product), make_waiting(product)
            token = links.token("ticket", taken.public_id, taken.generation)
            found.append(
                Round(
                    first.id, second.id, event.id, f"/t/{token}/cancel", f"/e/{event.slug}/register", product.public_id
                )
            )
        db.session.remove()
    return found


def race(site: Site, rounds: list[Round]) -> dict[str, Counter[int]]:
    """What everybody was told, by what they wanted."""
    lane: list[dict[str, Any]] = []
    for each in rounds:
        lane.append({"cookie": "", "url": site(each.cancel), "page": site(each.cancel), "data": {}})
        data = {"ticket": each.ticket, "quantity": "1"}
        lane += [{"cookie": "", "url": site(each.buy), "page": site(each.buy), "data": data}] * BUYERS
    told: dict[str, Counter[int]] = {"cancel": Counter(), "buy": Counter()}
    racers = [["-m", "tests.races.racer"]] * PROCESSES
    for said in crowds.race(racers, lines=[json.dumps(lane)] * PROCESSES):
        for deed, status in zip(lane, json.loads(said), strict=True):
            told["cancel" if deed["url"].endswith("/cancel") else "buy"][status] += 1
    return told


def outcomes(rounds: list[Round]) -> Counter[tuple[str, ...]]:
    """(state of the first, state of the second, state of the one claim that counts), and how often it came to that."""
    found: Counter[tuple[str, ...]] = Counter()
    for each in rounds:
        claims = db.session.scalars(
            sa.select(Claim.state)
            .where(Claim.event_id == each.event, Claim.state.in_(("held", "offered", "confirmed")))
            .order_by(Claim.id)
        ).all()
        used = db.session.scalar(sa.select(Pool.used).where(Pool.event_id == each.event))
        assert used == len(claims)
        states = [there(db.session.get(WaitingEntry, one)).state for one in (each.first, each.second)]
        found[(*states, *claims)] += 1
    return found
