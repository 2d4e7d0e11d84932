"""Any sequence of what buyers, organisers and time can do to places agrees with a small model, and breaks no rule.

Two things may happen of themselves between two steps, and are checked for being allowed: holds and offers whose time
is over are given back, and places that came back are offered to those who wait.
"""

from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import current_app
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnering import clock, verify
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.registration import desk, services, waiting
from partnering.registration.models import Party, Place, Registration, WaitingEntry
from partnering.tickets import services as tickets
from partnering.tickets.models import Claim, Code, Pool, Product
from tests.factories import make_event, make_guest, make_pool, make_product
from tests.factories.ground import number
from tests.factories.tickets import make_code

from ..support import databases
from . import places_model
from .places_model import Model


class Places:
    """An event with three pools, four tickets that share them, a code for four uses, and what can be done to it."""

    def __init__(self, stack: ExitStack, capacities: tuple[int, ...]) -> None:
        self.stack = stack
        self.now = clock.now()
        self.stop_the_clock(0)
        event = make_event(days=60)
        pools = [make_pool(event, capacity) for capacity in capacities]
        chosen = ([0], [0, 1], [2, 1], [2])
        products = [make_product(event, pools=[pools[n] for n in own], most_per_order=3) for own in chosen]
        self.draws = {p.id: {pools[n].id: 1 for n in own} for p, own in zip(products, chosen, strict=True)}
        code = make_code(event, f"FOUR {number()}", uses_max=4, discount="percent", value=1_000)
        self.event_id, self.code_id, self.product_ids = event.id, code.id, [product.id for product in products]
        self.model = Model({pool.id: pool.capacity for pool in pools}, 4)
        self.pool_ids = list(self.model.capacity)
        db.session.rollback()

    # -- what is asked of the database

    @property
    def event(self) -> Event:
        return db.session.get_one(Event, self.event_id)

    def product(self, which: int) -> Product:
        return db.session.get_one(Product, self.product_ids[which])

    def some(self, model: Any, which: int, *conditions: Any) -> Any:
        """One of the stored things, or None when there are none."""
        found = db.session.scalars(
            sa.select(model).where(model.event_id == self.event_id, *conditions).order_by(model.id)
        ).all()
        return found[which % len(found)] if found else None

    def claims_of(self, party: Party) -> list[int]:
        return [item.claim_id for item in party.items if item.claim_id is not None and item.cancelled_at is None]

    def attempt(self, deed: Any, *refusals: type[Exception]) -> bool:
        """Do something in one transaction; whether it was not refused."""
        try:
            with transaction():
                deed()
        except refusals:
            db.session.rollback()
            return False
        return True

    def stop_the_clock(self, minutes: int) -> None:
        self.stack.close()
        self.now += timedelta(minutes=minutes)
        self.stack.enter_context(clock.frozen(self.now))

    # -- what may happen of itself, and what must be true afterwards

    def look(self, *, new: tuple[str, int, int, bool] | None = None, offers: bool = False) -> list[int]:
        """Compare everything. `new` is (state, product id, units, coded) of claims expected; `offers` may come too."""
        db.session.rollback()
        stored = db.session.scalars(sa.select(Claim).where(Claim.event_id == self.event_id).order_by(Claim.id)).all()
        for claim in stored:
            known = self.model.claims.get(claim.id)
            if known is not None and claim.state == "expired" and known.state in ("held", "offered"):
                assert known.until is not None
                assert known.until < self.now or (known.state == "offered" and known.until == self.now)
                self.model.end(claim.id, "expired")
        made: list[int] = []
        for claim in stored:
            if claim.id in self.model.claims:
                continue
            coded, own = claim.code_id is not None, self.draws[claim.product_id]
            if new is not None and (claim.state, claim.product_id) == new[:2] and len(made) < new[2]:
                assert coded == new[3]
                made.append(claim.id)
            else:
                assert (claim.state, coded, offers) == ("offered", False, True)
            self.model.add(claim.id, places_model.Place(claim.state, claim.until, own, coded))
        assert len(made) == (new[2] if new else 0)
        assert {claim.id: claim.state for claim in stored} == {n: p.state for n, p in self.model.claims.items()}
        for pool in db.session.scalars(sa.select(Pool).where(Pool.event_id == self.event_id)):
            expected = (self.model.used[pool.id], self.model.capacity[pool.id], self.model.over[pool.id])
            assert (pool.used, pool.capacity, pool.over) == expected
            assert pool.used <= pool.capacity + pool.over
        assert db.session.get_one(Code, self.code_id).uses == self.model.uses <= self.model.uses_max
        for product_id, left in tickets.lefts([self.product(which) for which in range(4)]).items():
            assert left == min(self.model.free(pool, self.now) for pool in self.draws[product_id])
        self.check_rules()
        return made

    def check_rules(self) -> None:
        found = [
            finding
            for code, each in sorted(verify._invariants.items())
            if code.startswith("I")
            for finding in each.check()
        ]
        assert found == []
        db.session.rollback()

    def serve(self) -> None:
        """Those who wait come first."""
        with transaction():
            waiting.serve(self.event_id)
        self.look(offers=True)

    # -- buyers

    def choose(self, which: int, units: int, coded: bool) -> None:
        """Hold some units, with the code or without."""
        self.serve()
        event, product = self.event, self.product(which)
        code = db.session.get_one(Code, self.code_id) if coded else None
        fits = self.model.fits([self.draws[product.id]] * units, self.now, coded)

        def begin() -> None:
            party = services.begin(event, product, units, "de", code=code)
            people = [make_guest(), *[{}] * (units - 1)]
            services.keep(party, people=people, company="", billing={})

        assert self.attempt(begin, tickets.SoldOut, tickets.CodeUsed) == fits
        self.look(new=("held", product.id, units, coded) if fits else None)

    def pay(self, which: int) -> None:
        """Place a party under way, in time or late, an accepted offer included."""
        party = self.some(Party, which, Party.placed_at.is_(None))
        if party is None:
            return self.choose(which % 4, 1 + which % 2, False)
        claims = self.claims_of(party)
        states = {self.model.claims[claim].state for claim in claims}
        lost = [claim for claim in claims if self.model.claims[claim].state == "expired"]
        coded = any(self.model.claims[claim].coded for claim in lost)
        good = bool(claims) and states <= {"held", "offered", "expired"}
        fits = good and (not lost or self.model.fits([self.model.claims[c].draws for c in lost], self.now, coded))

        def place() -> None:
            if not party.draft.get("people"):
                people = [make_guest(), *[{}] * (len(claims) - 1)]
                services.keep(party, people=people, company="", billing={})
            services.place(party)

        if not claims:
            return None
        assert self.attempt(place, tickets.HoldExpired) == fits
        if fits:
            for claim in claims:
                if claim in lost:
                    self.give_back_what_ran_out(claims)
                    self.model.take_again(claim, "confirmed")
                self.model.claims[claim].state = "confirmed"
        self.look(offers=fits and bool(lost))
        return None

    def give_back_what_ran_out(self, but: list[int]) -> None:
        """Let the model know of holds that made room for others."""
        db.session.rollback()
        for number_, state in db.session.execute(
            sa.select(Claim.id, Claim.state).where(Claim.event_id == self.event_id)
        ):
            known = self.model.claims.get(number_)
            if known and state == "expired" and known.state in ("held", "offered") and number_ not in but:
                assert known.until is not None
                assert known.until < self.now
                self.model.end(number_, "expired")

    def cancel(self, which: int) -> None:
        place = self.some(Place, which, Place.cancelled_at.is_(None))
        if place is None:
            return self.pay(which)
        [claim] = [item.claim_id for item in place.party.items if item.place_id == place.id and not item.cancelled_at]
        self.attempt(lambda: services.cancel_place(place))
        self.model.end(claim, "cancelled")
        self.look(offers=True)
        return None

    def substitute(self, which: int) -> None:
        registration = self.some(Registration, which, Registration.state == "live")
        if registration is None:
            return self.pay(which)
        guest = services.Guest(f"substitute{number()}@example.org", "", "Otto", "Ersatz", "")
        assert self.attempt(lambda: services.name_substitute(registration, guest))
        self.look()
        return None

    def move(self, which: int, to: int) -> None:
        registration = self.some(Registration, which, Registration.state == "live")
        if registration is None or registration.place.product_id == self.product_ids[to]:
            return self.pay(which)
        place, product = registration.place, self.product(to)
        [old] = [item.claim_id for item in place.party.items if item.place_id == place.id and not item.cancelled_at]
        tried = self.model.copy()
        tried.end(old, "cancelled")
        fits = tried.fits([self.draws[product.id]], self.now)

        assert self.attempt(lambda: desk.move(registration, product), tickets.SoldOut) == fits
        if fits:
            self.model.end(old, "cancelled")
        self.look(new=("confirmed", product.id, 1, False) if fits else None, offers=fits)
        return None

    # -- those who wait

    def wait(self, which: int, units: int, whole: bool, other: int) -> None:
        self.serve()
        event, products = self.event, [self.product(which), self.product(other)]
        enough = units if whole else 1
        left = [min(self.model.free(pool, self.now) for pool in self.draws[product.id]) for product in products]

        def join() -> None:
            waiting.join(
                event,
                products[0],
                units,
                email=f"waits{number()}@example.org",
                name="Ada Minh",
                locale="de",
                all_or_none=whole,
                others=products[1:],
            )

        assert self.attempt(join, waiting.PlacesAvailable) == (max(left) < enough)
        self.look(offers=True)

    def decline(self, which: int) -> None:
        entry = self.some(WaitingEntry, which, WaitingEntry.state == "offered", WaitingEntry.party_id.is_not(None))
        if entry is None:
            return self.wait(which % 4, 1 + which % 2, which % 3 > 0, which % 3)
        claims = [claim for claim in self.claims_of(entry.party) if self.model.claims[claim].state == "offered"]
        assert self.attempt(lambda: waiting.decline(entry))
        for claim in claims:
            self.model.end(claim, "declined")
        self.look(offers=True)
        return None

    def leave(self, which: int) -> None:
        entry = self.some(WaitingEntry, which, WaitingEntry.closed_at.is_(None))
        if entry is None:
            return self.wait(which % 4, 1 + which % 2, which % 3 > 0, which % 3)
        offered = self.claims_of(entry.party) if entry.party is not None else []
        assert self.attempt(lambda: waiting.leave(entry))
        for claim in offered:
            if self.model.claims[claim].state == "offered":
                self.model.end(claim, "declined")
        self.look(offers=True)
        return None

    # -- organisers and time

    def change_capacity(self, which: int, capacity: int) -> None:
        pool = db.session.get_one(Pool, self.pool_ids[which])
        assert self.attempt(lambda: tickets.set_capacity(pool, capacity))
        self.model.set_capacity(self.pool_ids[which], capacity)
        self.look(offers=True)

    def time_passes(self, minutes: int, day: bool) -> None:
        self.stop_the_clock(minutes + 36 * 60 * day)
        self.look()

    def the_worker_comes_round(self) -> None:
        """What ran out is given back, and what is free goes to those who wait."""
        with transaction():
            waiting.serve(self.event_id)
            tickets.expire_due(self.event)
        self.look(offers=True)
        assert self.model.runs_out(self.now) == []


WHICH = st.integers(0, 50)
TICKET = st.integers(0, 3)
UNITS = st.integers(1, 3)
STEPS = st.one_of(
    st.tuples(st.just("choose"), TICKET, UNITS, st.sampled_from([False, False, True])),
    st.tuples(st.just("choose"), TICKET, st.just(1), st.just(False)),
    *[st.tuples(st.just("pay"), WHICH)] * 3,
    st.tuples(st.just("cancel"), WHICH),
    st.tuples(st.just("substitute"), WHICH),
    st.tuples(st.just("move"), WHICH, TICKET),
    *[st.tuples(st.just("wait"), TICKET, UNITS, st.booleans(), TICKET)] * 2,
    st.tuples(st.just("decline"), WHICH),
    st.tuples(st.just("leave"), WHICH),
    st.tuples(st.just("change_capacity"), st.integers(0, 2), st.integers(0, 5)),
    st.tuples(st.just("time_passes"), st.integers(1, 45), st.sampled_from([False, False, True])),
    st.tuples(st.just("the_worker_comes_round")),
)


@pytest.mark.usefixtures("ctx")
@pytest.mark.timeout(300)
@given(capacities=st.tuples(*[st.integers(1, 5)] * 3), steps=st.lists(STEPS, min_size=30, max_size=30))
@settings(max_examples=10, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_places_agree_with_a_model_whatever_happens(capacities: tuple[int, ...], steps: list[tuple[Any, ...]]):
    databases.empty(current_app)  # what one example broke must not fail the next
    with ExitStack() as stack:
        places = Places(stack, capacities)
        for deed, *arguments in steps:
            getattr(places, deed)(*arguments)
    db.session.remove()
