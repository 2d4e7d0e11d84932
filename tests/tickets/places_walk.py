"""What buyers, organisers and time do to places, one deed after the other, each beside the model of it.

Two things may happen of themselves between two deeds, and are checked for being allowed: holds and offers whose time
is over are given back, and places that came back are offered to those who wait.
"""

from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from partnering import clock, verify
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.registration import approval, desk, services, waiting, workshops
from partnering.registration.models import Party, Place, Registration, WaitingEntry
from partnering.tickets import services as tickets
from partnering.tickets.models import Claim, Code, Pool, Product
from tests.factories import make_event, make_guest, make_pool, make_product
from tests.factories.ground import number
from tests.factories.tickets import make_code, make_workshop
from tests.support.there import there

from . import places_model
from .places_model import Model, Terms

APPROVED = 4
"""Which ticket somebody must approve."""

HAPPENED: Counter[str] = Counter()
"""How often each deed was done and not refused, in all walks of a database."""


class Places:
    """An event with three pools, four tickets that share them, one that needs approval, two workshops at the same time,
    a code for four uses and a voucher for which a place or two are kept, and what can be done to all of it.
    """

    def __init__(self, stack: ExitStack, capacities: tuple[int, ...]) -> None:
        self.stack = stack
        self.now = clock.now()
        self.stop_the_clock(0)
        event = make_event(days=60)
        pools = [make_pool(event, capacity) for capacity in capacities]
        chosen = [[0], [0, 1], [2, 1], [2], [1]]
        products = [
            make_product(event, pools=[pools[n] for n in own], most_per_order=3, needs_approval=nth == APPROVED)
            for nth, own in enumerate(chosen)
        ]
        sessions = [make_workshop(event, name, event.opens_at, capacity=1) for name in ("Patente", "Zulassung")]
        pools += [session.draws[0].pool for session in sessions]
        chosen += [[3], [4]]
        products += sessions
        self.draws = {p.id: {pools[n].id: 1 for n in own} for p, own in zip(products, chosen, strict=True)}
        four = make_code(event, f"FOUR {number()}", uses_max=4, discount="percent", value=1_000)
        kept = 1 + (capacities[0] > 4)
        voucher = make_code(event, f"KEPT {number()}", "voucher", products=products[:1], blocked=kept, uses_max=5)
        self.event_id, self.product_ids = event.id, [product.id for product in products]
        self.code_ids = [four.id, voucher.id]
        self.model = Model({pool.id: pool.capacity for pool in pools})
        self.model.keep(four.id, Terms(4))
        self.model.keep(voucher.id, Terms(5, kept, self.draws[products[0].id]))
        self.pool_ids = list(self.model.capacity)
        self.blocked: set[int] = set()
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

    def attempt(self, name: str, deed: Any, *refusals: type[Exception]) -> bool:
        """Do something in one transaction; whether it was not refused, which is counted under its name."""
        try:
            with transaction():
                deed()
        except refusals:
            db.session.rollback()
            return False
        HAPPENED[name] += 1
        return True

    def stop_the_clock(self, minutes: int) -> None:
        self.stack.close()
        self.now += timedelta(minutes=minutes)
        self.stack.enter_context(clock.frozen(self.now))

    # -- what may happen of itself, and what must be true afterwards

    def look(self, *, new: tuple[str, int, int, int | None] | None = None, offers: bool = False) -> list[int]:
        """Compare everything. `new` is (state, product id, units, code id) of claims expected; `offers` may come."""
        db.session.rollback()
        every = db.session.scalars(sa.select(Claim).where(Claim.event_id == self.event_id).order_by(Claim.id)).all()
        self.blocked |= {claim.id for claim in every if claim.state == "blocked"}
        stored = [claim for claim in every if claim.id not in self.blocked]
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
            code, own = claim.code_id, self.draws[claim.product_id]
            if new is not None and (claim.state, claim.product_id) == new[:2] and len(made) < new[2]:
                assert code == new[3]
                made.append(claim.id)
            else:
                assert (claim.state, code, offers) == ("offered", None, True)
            self.model.add(claim.id, places_model.Place(claim.state, claim.until, own, code))
        assert len(made) == (new[2] if new else 0)
        assert {claim.id: claim.state for claim in stored} == {n: p.state for n, p in self.model.claims.items()}
        for pool in db.session.scalars(sa.select(Pool).where(Pool.event_id == self.event_id)):
            expected = (self.model.used[pool.id], self.model.capacity[pool.id], self.model.over[pool.id])
            assert (pool.used, pool.capacity, pool.over) == expected
            assert pool.used <= pool.capacity + pool.over
        for code_id, terms in self.model.codes.items():
            uses = db.session.get_one(Code, code_id).uses
            assert uses == self.model.uses(code_id) <= terms.uses_max
            kept = [claim.id for claim in every if claim.code_id == code_id and claim.state == "blocked"]
            assert len(kept) == self.model.kept(code_id)
        for product_id, left in tickets.lefts([self.product(which) for which in range(len(self.draws))]).items():
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

    def choose(self, which: int, units: int, typed: int | None = None) -> None:
        """Hold some units, with one of the codes or without; the voucher is for the first ticket."""
        self.serve()
        event, product = self.event, self.product(0 if typed == 1 else which)
        code_id = self.code_ids[typed] if typed is not None else None
        code = db.session.get_one(Code, code_id) if code_id is not None else None
        fits = self.model.fits([self.draws[product.id]] * units, self.now, code_id)

        def begin() -> None:
            party = services.begin(event, product, units, "de", code=code)
            people = [make_guest(), *[{}] * (units - 1)]
            services.keep(party, people=people, company="", billing={})

        assert self.attempt("choose", begin, tickets.SoldOut, tickets.CodeUsed) == fits
        self.look(new=("held", product.id, units, code_id) if fits else None)

    def pay(self, which: int) -> None:
        """Place a party under way, in time or late, an accepted offer included."""
        party = self.some(Party, which, Party.placed_at.is_(None), Party.product_id != self.product_ids[APPROVED])
        if party is None:
            return self.choose(which % 4, 1 + which % 2)
        claims = self.claims_of(party)
        states = {self.model.claims[claim].state for claim in claims}
        lost = [claim for claim in claims if self.model.claims[claim].state == "expired"]
        code = next((self.model.claims[claim].code for claim in lost), None)
        good = bool(claims) and states <= {"held", "offered", "expired"}
        fits = good and (not lost or self.model.fits([self.model.claims[c].draws for c in lost], self.now, code))

        def place() -> None:
            if not party.draft.get("people"):
                people = [make_guest(), *[{}] * (len(claims) - 1)]
                services.keep(party, people=people, company="", billing={})
            services.place(party)

        if not claims:
            return None
        assert self.attempt("pay late" if lost else "pay", place, tickets.HoldExpired) == fits
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
        claims = [item.claim_id for item in place.party.items if item.place_id == place.id and not item.cancelled_at]
        offered = self.offered_to(place.registration)
        assert self.attempt("cancel", lambda: services.cancel_place(place))
        for claim in claims:
            self.model.end(claim, "cancelled")
        for claim in offered:
            self.model.end(claim, "declined")
        self.look(offers=True)
        return None

    def substitute(self, which: int) -> None:
        registration = self.some(Registration, which, Registration.state == "live")
        if registration is None:
            return self.pay(which)
        guest = services.Guest(f"substitute{number()}@example.org", "", "Otto", "Ersatz", "")
        offered = self.offered_to(registration)
        assert self.attempt("substitute", lambda: services.name_substitute(registration, guest))
        for claim in offered:
            self.model.end(claim, "declined")
        self.look(offers=True)
        return None

    def move(self, which: int, to: int) -> None:
        registration = self.some(Registration, which, Registration.state == "live")
        if registration is None or registration.place.product_id == self.product_ids[to]:
            return self.pay(which)
        place, product = registration.place, self.product(to)
        [old] = [
            item.claim_id
            for item in place.party.items
            if item.place_id == place.id and item.kind == "ticket" and not item.cancelled_at
        ]
        fits = self.model.fits_instead(old, self.draws[product.id], self.now)

        assert self.attempt("move", lambda: desk.move(registration, product), tickets.SoldOut) == fits
        if fits:
            self.model.end(old, "cancelled", instead=self.draws[product.id])
        self.look(new=("confirmed", product.id, 1, None) if fits else None, offers=fits)
        return None

    # -- approval

    def send_in(self, units: int, again: int = -1) -> None:
        """Ask for tickets that somebody must approve; `again` asks once more what was rejected or withdrawn."""
        self.serve()
        ticket = self.product_ids[APPROVED]
        fresh = Party.approval.in_(["none", "rejected"]), Party.product_id == ticket, Party.placed_at.is_(None)
        party = self.some(Party, again, *fresh) if again >= 0 else None
        if party is not None:
            units = len(party.draft["people"])

        def ask() -> None:
            asking = party or services.begin(self.event, self.product(APPROVED), units, "de")
            if party is None:
                people = [make_guest(), *[{}] * (units - 1)]
                services.keep(asking, people=people, company="", billing={})
            approval.ask(asking)

        fits = self.model.fits([self.draws[ticket]] * units, self.now)
        assert self.attempt("send in", ask, tickets.SoldOut) == fits
        self.look(new=("pending", ticket, units, None) if fits else None)

    def decide(self, which: int, deed: str) -> None:
        party = self.some(Party, which, Party.approval == "waiting")
        if party is None:
            self.send_in(1)
            party = self.some(Party, which, Party.approval == "waiting")
        if party is None:
            return None
        claims = self.claims_of(party)
        deeds = {
            "approve": lambda: approval.approve(party),
            "reject": lambda: approval.reject(party, "Nein"),
            "withdraw": lambda: approval.withdraw(party),
        }
        assert self.attempt(deed, deeds[deed])
        for claim in claims:
            if deed == "approve":
                self.model.claims[claim].state = "confirmed"
            else:
                self.model.end(claim, "released")
        self.look(offers=deed != "approve")
        return None

    # -- workshops

    def offered_to(self, registration: Registration | None) -> list[int]:
        """What is offered to somebody who waits for workshops."""
        if registration is None:
            return []
        waits = WaitingEntry.registration_id == registration.id, WaitingEntry.state == "offered"
        entries = db.session.scalars(sa.select(WaitingEntry).where(*waits).order_by(WaitingEntry.id)).all()
        claims = [entry.claim_id for entry in entries if entry.claim_id is not None]
        return [claim for claim in claims if self.model.claims[claim].state == "offered"]

    def booked(self, registration: Registration) -> list[int]:
        """The claims of the workshops that somebody has."""
        items = [item for item in registration.place.party.items if item.place_id == registration.place_id]
        return [there(item.claim_id) for item in items if item.kind == "add_on" and not item.cancelled_at]

    def book(self, which: int, workshop: int) -> None:
        """Book a workshop; both are at the same time, so nobody gets the second."""
        self.serve()
        registration = self.some(Registration, which, Registration.state == "live")
        if registration is None:
            return self.pay(which)
        product = self.product(workshop)
        fits = not self.booked(registration) and self.model.fits([self.draws[product.id]], self.now)
        has = [db.session.get_one(Claim, claim).product_id for claim in self.booked(registration)]
        done = self.attempt(
            "book",
            lambda: workshops.book(registration, product),
            tickets.SoldOut,
            workshops.TimeConflict,
            workshops.NotOffered,
        )
        assert done == (fits or has == [product.id])
        self.look(new=("confirmed", product.id, 1, None) if fits else None)
        return None

    def give_up(self, which: int) -> None:
        registration = self.some(Registration, which, Registration.state == "live")
        if registration is None or not (claims := self.booked(registration)):
            return self.book(which, 5 + which % 2)
        [claim] = claims
        product = db.session.get_one(Claim, claim).product
        assert self.attempt("give up", lambda: workshops.give_up(registration, product))
        self.model.end(claim, "cancelled")
        self.look(offers=True)
        return None

    def wait_for_workshop(self, which: int, workshop: int) -> None:
        """Wait for a workshop, which is closed first."""
        self.change_capacity(workshop - 2, 0)
        self.serve()
        registration = self.some(Registration, which, Registration.state == "live")
        if registration is None or self.booked(registration):
            return self.give_up(which)
        event, product = self.event, self.product(workshop)
        [left] = [self.model.free(pool, self.now) for pool in self.draws[product.id]]

        def join() -> None:
            email = registration.participant.person.email
            waiting.join(event, product, 1, email=email, name="Ada", locale="de", registration=registration)

        assert self.attempt("wait for a workshop", join, waiting.PlacesAvailable) == (left < 1)
        self.look(offers=True)
        return None

    def offered_entry(self, which: int, *, workshop: bool) -> WaitingEntry | None:
        """Somebody to whom something is offered; if nobody is, there are more places for somebody who waits."""
        kind = WaitingEntry.registration_id.is_not(None) if workshop else WaitingEntry.registration_id.is_(None)
        entry: WaitingEntry | None = self.some(WaitingEntry, which, WaitingEntry.state == "offered", kind)
        patient = self.some(WaitingEntry, which, WaitingEntry.state == "waiting", kind)
        if entry is None and patient is not None:
            units = patient.quantity
            for pool in self.draws[patient.product_id]:
                self.change_capacity(self.pool_ids.index(pool), self.model.used[pool] + units)
            entry = self.some(WaitingEntry, which, WaitingEntry.state == "offered", kind)
        return entry

    def accept_workshop(self, which: int, closed: bool) -> None:
        """Take a workshop that is offered, also where it was `closed` meanwhile: what is offered is held."""
        entry = self.offered_entry(which, workshop=True)
        if entry is None:
            return self.wait_for_workshop(which, 5 + which % 2)
        claim, number_ = there(entry.claim_id), entry.id
        if closed:
            self.change_capacity(self.product_ids.index(entry.product_id) - 2, 0)
            entry = db.session.get_one(WaitingEntry, number_)
        ends = self.model.claims[claim].until
        good = ends is not None and ends > self.now and not self.booked(there(entry.registration))
        refusals = (waiting.NoOffer, workshops.TimeConflict, workshops.NotOffered)
        name = "accept a workshop that is over-full" if closed else "accept a workshop"
        assert self.attempt(name, lambda: waiting.accept(entry), *refusals) == good
        if good:
            self.model.claims[claim].state = "confirmed"
        self.look()
        return None

    def decline_workshop(self, which: int) -> None:
        entry = self.offered_entry(which, workshop=True)
        if entry is None:
            return self.wait_for_workshop(which, 5 + which % 2)
        claim = there(entry.claim_id)
        assert self.attempt("decline a workshop", lambda: waiting.decline(entry))
        self.model.end(claim, "declined")
        self.look(offers=True)
        return None

    # -- those who wait

    def wait(self, which: int, units: int, whole: bool, other: int, closed: bool = False) -> None:
        """Join a queue: if asked, nothing is left because sales were `closed`."""
        for pool in sorted(self.draws[self.product_ids[which]] | self.draws[self.product_ids[other]]) * closed:
            self.change_capacity(self.pool_ids.index(pool), 0)
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

        assert self.attempt("wait", join, waiting.PlacesAvailable) == (max(left) < enough)
        self.look(offers=True)

    def decline(self, which: int) -> None:
        entry = self.offered_entry(which, workshop=False)
        if entry is None:
            return self.wait(which % 4, 1 + which % 2, which % 3 > 0, which % 3)
        claims = [claim for claim in self.claims_of(there(entry.party)) if self.model.claims[claim].state == "offered"]
        assert self.attempt("decline", lambda: waiting.decline(entry))
        for claim in claims:
            self.model.end(claim, "declined")
        self.look(offers=True)
        return None

    def leave(self, which: int) -> None:
        entry = self.some(WaitingEntry, which, WaitingEntry.closed_at.is_(None))
        if entry is None:
            return self.wait(which % 4, 1 + which % 2, which % 3 > 0, which % 3)
        offered = self.claims_of(entry.party) if entry.party is not None else []
        offered += [entry.claim_id] if entry.claim_id is not None else []
        assert self.attempt("leave", lambda: waiting.leave(entry))
        for claim in offered:
            if self.model.claims[claim].state == "offered":
                self.model.end(claim, "declined")
        self.look(offers=True)
        return None

    # -- organisers and time

    def change_capacity(self, which: int, capacity: int) -> None:
        pool = db.session.get_one(Pool, self.pool_ids[which])
        assert self.attempt("capacity", lambda: tickets.set_capacity(pool, capacity))
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
