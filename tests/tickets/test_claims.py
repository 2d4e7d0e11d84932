"""Offers, approvals, overrides and news of freed places: claims beyond the plain sale."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.audit import AuditEntry
from partnering.db import OutsideTransaction, db, transaction
from partnering.events.models import Event
from partnering.tickets import services, signals
from partnering.tickets.invariants import overrides_logged, pools_counted
from partnering.tickets.models import Claim, Pool
from tests.factories import make_event, make_pool, make_product
from tests.support.counting import statements

pytestmark = pytest.mark.usefixtures("ctx")


def later(minutes=30):
    return clock.now() + timedelta(minutes=minutes)


def hold(product, units=1, minutes=30, state="held"):
    with transaction():
        event = db.session.get_one(Event, product.event_id)
        return services.hold(event, [(product, units)], later(minutes), state=state)


def do(deed, *arguments):
    with transaction():
        return deed(*arguments)


@pytest.fixture
def news():
    """What `places_freed` told while the test ran: (event id, pools)."""
    told: list[tuple[int, set[int]]] = []

    def hear(event_id, pool_ids):
        told.append((event_id, pool_ids))

    with signals.places_freed.connected_to(hear):
        yield told


# -- offers and approvals


@pytest.mark.parametrize(
    ("state", "deed", "after"),
    [
        ("held", "confirm", "confirmed"),
        ("held", "to_pending", "pending"),
        ("held", "release", "released"),
        ("held", "expire", "expired"),
        ("held", "decline", "held"),
        ("held", "cancel", "held"),
        ("offered", "confirm", "confirmed"),
        ("offered", "to_pending", "pending"),
        ("offered", "release", "released"),
        ("offered", "expire", "expired"),
        ("offered", "decline", "declined"),
        ("offered", "cancel", "offered"),
        ("pending", "confirm", "confirmed"),
        ("pending", "release", "released"),
        ("pending", "expire", "pending"),
        ("pending", "decline", "pending"),
        ("pending", "cancel", "pending"),
        ("confirmed", "release", "confirmed"),
        ("confirmed", "expire", "confirmed"),
        ("confirmed", "decline", "confirmed"),
        ("confirmed", "cancel", "cancelled"),
    ],
)
def test_what_each_deed_does_to_each_state(state, deed, after):
    product = make_product(make_event(), capacity=3)
    claims = hold(product, 2, state="offered" if state == "offered" else "held")
    if state == "pending":
        do(services.to_pending, claims)
    if state == "confirmed":
        do(services.confirm, claims)

    do(getattr(services, deed), claims)

    counts = after in ("held", "offered", "pending", "confirmed")
    assert [claim.state for claim in claims] == [after] * 2
    assert services.left(product) == (1 if counts else 3)
    assert list(pools_counted()) == []


@pytest.mark.parametrize("deed", ["confirm", "to_pending", "extend"])
@pytest.mark.parametrize("end", ["release", "cancel"])
def test_what_was_given_back_for_good_is_not_kept(deed, end):
    product = make_product(make_event(), capacity=3)
    gone, held = hold(product), hold(product)
    if end == "cancel":
        do(services.confirm, gone)
    do(getattr(services, end), gone)

    with pytest.raises(services.HoldExpired), transaction():
        getattr(services, deed)([*gone, *held], *([later(60)] if deed == "extend" else []))

    ended = {"release": "released", "cancel": "cancelled"}[end]
    assert ([c.state for c in (*gone, *held)], services.left(product)) == ([ended, "held"], 2)


def test_an_offer_stays_one_when_it_is_extended():
    claims = hold(make_product(make_event()), state="offered")

    do(services.extend, claims, later(90))

    assert claims[0].state == "offered"


def test_offers_that_ran_out_are_given_to_others(freeze):
    product = make_product(make_event(), capacity=1)
    offered = hold(product, state="offered")
    freeze(later(31))
    assert services.left(product) == 1

    assert hold(product)[0].state == "held"

    assert offered[0].state == "expired"


def test_all_or_none_of_several_claims_are_confirmed_late(freeze):
    event = make_event()
    one, two = make_pool(event, 1), make_pool(event, 1)
    claims = [*hold(make_product(event, pools=[one])), *hold(make_product(event, pools=[two]))]
    freeze(later(31))
    do(services.expire_due, event)
    other = hold(make_product(event, pools=[two]))

    with transaction(), pytest.raises(services.HoldExpired):
        services.confirm(claims)
    assert ([c.state for c in claims], one.used, two.used) == (["expired"] * 2, 0, 1)
    do(services.release, other)
    do(services.confirm, claims)

    assert ([c.state for c in claims], one.used, two.used) == (["confirmed"] * 2, 1, 1)


def test_everything_that_ran_out_is_given_back_at_once(freeze):
    event = make_event()
    product, other = make_product(event, capacity=5), make_product(make_event())
    hold(product, 2)
    hold(product, 1, state="offered")
    hold(product, 1, minutes=60)
    hold(other)
    freeze(later(31))

    with transaction():
        assert services.expire_due(event) == 3
        assert services.expire_due(event) == 0

    states = db.session.scalars(sa.select(Claim.state).where(Claim.event_id == event.id).order_by(Claim.id)).all()
    assert states == ["expired"] * 3 + ["held"]
    assert (services.left(product), list(pools_counted())) == (4, [])


def test_claims_need_a_transaction():
    event = make_event()
    product = make_product(event)

    with pytest.raises(OutsideTransaction):
        services.hold(event, [(product, 1)], later())


# -- what is left


def test_what_is_free_and_left_is_never_below_nothing(freeze):
    event = make_event()
    pool, other = make_pool(event, 4), make_pool(event, 7)
    product = make_product(event, pools=[pool, other], draw=2)
    hold(product, 2)
    do(services.set_capacity, pool, 1)

    assert (services.free_pools([pool, other]), services.left(product)) == ({pool.id: 0, other.id: 3}, 0)
    freeze(later(31))
    assert (services.free_pools([pool, other]), services.left(product)) == ({pool.id: 1, other.id: 7}, 0)
    assert services.free_pools([]) == {}


def test_what_is_left_of_several_products_is_asked_in_three_questions(freeze):
    freeze(clock.now())
    event = make_event()
    products = [make_product(event) for _ in range(12)]
    expected = dict.fromkeys([product.id for product in products], 100)
    with statements() as questions:
        assert services.lefts(products) == expected
    assert len(questions) == 3


def test_a_product_without_pools_is_never_sold_out():
    product = make_product(make_event(), pools=[])

    assert services.left(product) == services.UNLIMITED
    assert len(hold(product, 3)) == 3


# -- overrides


def test_an_override_lets_more_in_and_stands_in_the_log():
    event = make_event()
    pool = make_pool(event, 1)
    product = make_product(event, pools=[pool])
    hold(product)

    with transaction():
        services.override(pool, 2, "The keynote speaker brings two guests")
        claims = services.hold(event, [(product, 2)], later())

    assert (pool.used, pool.over, services.left(product)) == (3, 2, 0)
    assert list(pools_counted()) + list(overrides_logged()) == []
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "pool.overridden")).one()
    assert (entry.object_ref, entry.event_ref) == (pool.public_id, event.public_id)
    do(services.release, claims)
    assert (pool.used, pool.over) == (1, 0)


def test_an_override_that_nobody_wrote_down_is_found():
    pool = make_pool(make_event(), 1)
    with transaction():
        db.session.execute(sa.update(Pool).where(Pool.id == pool.id).values(over=2))

    assert list(overrides_logged()) == [f"pool {pool.id} allows 2 more than its capacity, and nobody knows why"]


# -- limits of an order


@pytest.mark.parametrize(
    ("lines", "fits"), [([1], False), ([2], True), ([1, 1], True), ([2, 2], True), ([2, 2, 1], False), ([0, 2], False)]
)
def test_fewest_and_most_count_over_repeated_lines(lines, fits):
    event = make_event()
    product = make_product(event, fewest_per_order=2, most_per_order=4)
    wanted = [(product, units) for units in lines]

    if fits:
        services.check_order(event, wanted)
        return
    with pytest.raises(services.LimitPerOrder) as refused:
        services.check_order(event, wanted)
    assert (refused.value.fewest, refused.value.most) == (2, 4)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (services.SoldOut, "sold_out"),
        (services.HoldExpired, "hold_expired"),
        (services.NotOnSale, "not_on_sale"),
        (services.CodeInvalid, "code_invalid"),
        (services.CodeUsed, "code_used"),
        (services.LimitPerOrder, "limit_per_order"),
    ],
)
def test_each_refusal_has_a_code_and_a_sentence(error, code):
    assert (error().code, error().status) == (code, 409)
    assert str(error().message)


# -- news


@pytest.mark.parametrize("deed", ["release", "expire", "cancel", "decline"])
def test_places_that_come_back_are_news(deed, news):
    event = make_event()
    pools = [make_pool(event), make_pool(event)]
    claims = hold(make_product(event, pools=pools), state="offered" if deed == "decline" else "held")
    if deed == "cancel":
        do(services.confirm, claims)
    assert news == []

    for _twice in range(2):
        do(getattr(services, deed), claims)

    assert news == [(event.id, {pool.id for pool in pools})]


def test_a_capacity_that_frees_places_is_news(news):
    event = make_event()
    pool = make_pool(event, 3)
    hold(make_product(event, pools=[pool]), 3)

    for capacity in (2, 3):
        do(services.set_capacity, pool, capacity)
    assert news == []
    do(services.set_capacity, pool, 4)
    assert news == [(event.id, {pool.id})]
    do(services.override, pool, 1, "One more")
    assert len(news) == 1


def test_holds_that_ran_out_are_news_once_the_next_buyer_has_theirs(news, freeze):
    event = make_event()
    product = make_product(event, capacity=3)
    hold(product, 3)
    freeze(later(31))

    hold(product, 1)

    assert news == [(event.id, {product.draws[0].pool_id})]
    assert services.left(product) == 2


def test_whoever_hears_of_freed_places_may_claim_them(freeze):
    event = make_event()
    product = make_product(event, capacity=1)
    claims = hold(product)

    def hand_on(event_id, pool_ids):
        services.hold(event, [(product, 1)], later(), state="offered")

    with signals.places_freed.connected_to(hand_on):
        do(services.release, claims)

    states = db.session.scalars(sa.select(Claim.state).order_by(Claim.id)).all()
    assert (states, services.left(product), list(pools_counted())) == (["released", "offered"], 0, [])
