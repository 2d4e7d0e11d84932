"""Claims: what is taken, what is left, and that no order of deeds oversells a pool."""

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from partnering import clock
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.tickets import services
from partnering.tickets.invariants import pools_counted
from partnering.tickets.models import Claim, Pool, Product
from tests.factories import make_event, make_pool, make_product

pytestmark = pytest.mark.usefixtures("ctx")


def later(minutes=30):
    return clock.now() + timedelta(minutes=minutes)


def hold(product, units=1, minutes=30):
    """Hold `units` of a product in a deed of its own."""
    with transaction():
        return services.hold(product_event(product), [(product, units)], later(minutes))


def product_event(product):
    return db.session.get_one(Event, product.event_id)


def test_a_hold_takes_places_from_every_pool_it_draws_on():
    event = make_event()
    hall, dinner = make_pool(event, 10), make_pool(event, 8)
    ticket = make_product(event, pools=[hall, dinner], draw=3)

    claims = hold(ticket, 2)

    assert [(c.state, c.tier.gross, sorted(d.quantity for d in c.draws)) for c in claims] == [
        ("held", 22_000, [3, 3])
    ] * 2
    assert (hall.used, dinner.used) == (6, 6)
    assert services.left(ticket) == 0


def test_several_pools_are_taken_all_or_nothing():
    event = make_event()
    hall, dinner = make_pool(event, 10), make_pool(event, 1)
    both, hall_only = make_product(event, pools=[hall, dinner]), make_product(event, pools=[hall])

    with pytest.raises(services.SoldOut) as refused, transaction():
        services.hold(event, [(hall_only, 2), (both, 2)], later())

    assert refused.value.product == both
    assert (hall.used, dinner.used, db.session.scalar(sa.select(sa.func.count(Claim.id)))) == (0, 0, 0)


def test_a_refusal_leaves_the_rest_of_the_deed_intact():
    event = make_event()
    hall, dinner = make_pool(event, 10), make_pool(event, 0)
    both, hall_only = make_product(event, pools=[hall, dinner]), make_product(event, pools=[hall])

    with transaction():
        services.hold(event, [(hall_only, 1)], later())
        with pytest.raises(services.SoldOut):
            services.hold(event, [(both, 1)], later())

    assert (hall.used, dinner.used) == (1, 0)


def test_a_refusal_first_gives_back_what_has_run_out(freeze):
    event = make_event()
    ticket = make_product(event, capacity=2)
    old = hold(ticket, 2)
    freeze(later(31))
    assert services.left(ticket) == 2

    new = hold(ticket, 2)

    assert [c.state for c in (*old, *new)] == ["expired", "expired", "held", "held"]
    assert list(pools_counted()) == []


def test_holds_that_run_are_not_given_to_others():
    ticket = make_product(make_event(), capacity=2)
    hold(ticket, 2)

    with pytest.raises(services.SoldOut):
        hold(ticket)


def test_a_hold_past_its_time_is_confirmed_while_nobody_took_its_place(freeze):
    ticket = make_product(make_event(), capacity=1)
    claims = hold(ticket)
    freeze(later(60))

    with transaction():
        services.confirm(claims)

    assert [(c.state, c.until) for c in claims] == [("confirmed", None)]


def test_a_hold_that_was_given_back_is_confirmed_if_there_is_room_again(freeze):
    ticket = make_product(make_event(), capacity=1)
    first = hold(ticket)
    freeze(later(31))
    second = hold(ticket)
    with transaction():
        services.release(second)

    with transaction():
        services.confirm(first)

    assert [c.state for c in (*first, *second)] == ["confirmed", "released"]
    assert list(pools_counted()) == []


def test_a_hold_that_somebody_took_over_cannot_be_confirmed(freeze):
    ticket = make_product(make_event(), capacity=1)
    first = hold(ticket)
    freeze(later(31))
    second = hold(ticket)

    with pytest.raises(services.HoldExpired), transaction():
        services.confirm(first)

    assert [c.state for c in (*first, *second)] == ["expired", "held"]


def test_extending_moves_the_end():
    ticket = make_product(make_event(), capacity=1)
    claims = hold(ticket)
    end = later(60)

    with transaction():
        services.extend(claims, end)

    assert [c.until for c in claims] == [end]


def test_a_cancelled_claim_gives_its_place_back_once():
    ticket = make_product(make_event(), capacity=3)
    claims = hold(ticket, 2)
    with transaction():
        services.confirm(claims)

    for _twice in range(2):
        with transaction():
            services.cancel(claims[:1])

    assert ([c.state for c in claims], services.left(ticket)) == (["cancelled", "confirmed"], 2)


def test_a_confirmed_claim_is_not_released():
    ticket = make_product(make_event(), capacity=3)
    claims = hold(ticket)
    with transaction():
        services.confirm(claims)
        services.release(claims)

    assert (claims[0].state, services.left(ticket)) == ("confirmed", 2)


def test_lowering_capacity_removes_nobody_and_shows_none_left():
    event = make_event()
    pool = make_pool(event, 5)
    ticket = make_product(event, pools=[pool])
    claims = hold(ticket, 4)

    with transaction():
        services.set_capacity(pool, 2)
    assert (pool.capacity, pool.over, services.left(ticket)) == (2, 2, 0)

    with transaction():
        services.release(claims[:1])
    assert (pool.used, pool.over, services.left(ticket)) == (3, 1, 0)
    with transaction():
        services.release(claims[1:])
    assert (pool.used, pool.over, services.left(ticket)) == (0, 0, 2)


def test_the_constraint_refuses_what_a_wrong_service_would_write():
    pool = make_pool(make_event(), 5)

    with pytest.raises(IntegrityError), transaction():
        db.session.execute(sa.update(Pool).where(Pool.id == pool.id).values(used=6))


def test_the_early_price_holds_until_its_date():
    now = clock.now()
    ticket = make_product(make_event(), tiers=[(29_000, None), (22_000, now + timedelta(days=3))])

    assert services.price(ticket).gross == 22_000
    assert services.price(ticket, now + timedelta(days=3)).gross == 29_000


def test_a_product_whose_prices_are_over_is_not_on_sale():
    ticket = make_product(make_event(), tiers=[(22_000, clock.now() - timedelta(days=1))])

    assert not services.is_on_sale(ticket)
    with pytest.raises(services.NotOnSale):
        services.price(ticket)


@pytest.mark.parametrize(
    "values",
    [
        {"active": False},
        {"hidden": True},
        {"on_sale_from": timedelta(hours=1)},
        {"on_sale_until": timedelta(hours=-1)},
    ],
)
def test_what_is_not_on_sale_cannot_be_ordered(values):
    event = make_event()
    moments: dict[str, Any] = {name: clock.now() + v if isinstance(v, timedelta) else v for name, v in values.items()}
    ticket = make_product(event, **moments)

    with pytest.raises(services.NotOnSale):
        services.check_order(event, [(ticket, 1)])


def test_a_ticket_of_another_event_cannot_be_ordered():
    with pytest.raises(services.NotOnSale):
        services.check_order(make_event(), [(make_product(make_event()), 1)])


def test_limits_count_repeated_lines_together():
    event = make_event()
    ticket = make_product(event, most_per_order=4)

    services.check_order(event, [(ticket, 1)] * 4)
    with pytest.raises(services.LimitPerOrder) as refused:
        services.check_order(event, [(ticket, 1)] * 5)
    assert refused.value.most == 4


@pytest.mark.parametrize("seed", range(6))
def test_any_order_of_deeds_agrees_with_a_small_model(seed, freeze):
    dice = random.Random(seed)
    event = make_event()
    pools = [make_pool(event, dice.randint(2, 6)) for _n in range(3)]
    products = [
        make_product(event, pools=dice.sample(pools, dice.randint(1, 3)), draw=dice.randint(1, 2)) for _n in range(3)
    ]
    model = _Model({p.id: p.capacity for p in pools})
    now = clock.now()
    claims = {}

    for _step in range(60):
        now += timedelta(minutes=dice.randint(0, 12))
        freeze(now)
        deed = dice.choice(("hold", "hold", "confirm", "release", "cancel", "extend"))
        if deed == "hold":
            lines = [(dice.choice(products), dice.randint(1, 2)) for _n in range(dice.randint(1, 2))]
            made = _hold(event, lines, now + timedelta(minutes=20))
            needs = [_needs(product) for product, units in lines for _unit in range(units)]
            expected = model.hold(needs, now, now + timedelta(minutes=20), made)
            assert bool(made) == expected
            claims.update({claim.id: claim for claim in made})
        elif claims:
            claim = claims[dice.choice(list(claims))]
            done = _do(deed, claim, now + timedelta(minutes=20))
            assert done == model.do(deed, claim.id, now, now + timedelta(minutes=20))
        assert {i: c.state for i, c in claims.items()} == model.states()
        assert {p.id: p.used for p in pools} == model.used()
        assert list(pools_counted()) == []


def _needs(product: Product) -> dict[int, int]:
    return {draw.pool_id: draw.quantity for draw in product.draws}


def _hold(event, lines, until):
    try:
        with transaction():
            return services.hold(event, lines, until)
    except services.SoldOut:
        return []


def _do(deed, claim, until):
    arguments = ([claim], until) if deed == "extend" else ([claim],)
    try:
        with transaction():
            getattr(services, deed)(*arguments)
    except services.HoldExpired:
        return False
    return True


class _Model:
    """What claims should do, in plain Python: state, end and draws of each."""

    def __init__(self, capacity):
        self.capacity, self.claims = capacity, {}

    def states(self):
        return {number: state for number, (state, _until, _need) in self.claims.items()}

    def used(self):
        used = Counter(dict.fromkeys(self.capacity, 0))
        for state, _until, need in self.claims.values():
            if state in ("held", "confirmed"):
                used.update(need)
        return dict(used)

    def fits(self, needs, now):
        """Whether `needs` fit; a refusal that is final undoes what it gave back, one that succeeds keeps it."""
        wanted = sum((Counter(need) for need in needs), Counter())
        if self._room(wanted):
            return True
        before = dict(self.claims)
        for number, (state, until, need) in before.items():
            if state == "held" and until < now and set(need) & set(wanted):
                self.claims[number] = ("expired", until, need)
        if self._room(wanted):
            return True
        self.claims = before
        return False

    def _room(self, wanted):
        used = self.used()
        return all(used[pool] + n <= self.capacity[pool] for pool, n in wanted.items())

    def hold(self, needs, now, until, made):
        if not self.fits(needs, now):
            return False
        for claim, need in zip(made, needs, strict=True):
            self.claims[claim.id] = ("held", until, need)
        return True

    def do(self, deed, number, now, until):
        state, end, need = self.claims[number]
        if deed in ("release", "cancel"):
            before, after = {"release": ("held", "released"), "cancel": ("confirmed", "cancelled")}[deed]
            if state == before:
                self.claims[number] = (after, end, need)
            return True
        if state not in ("held", "expired") or (state == "expired" and not self.fits([need], now)):
            return False
        self.claims[number] = ("confirmed", None, need) if deed == "confirm" else ("held", until, need)
        return True
