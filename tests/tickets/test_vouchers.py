"""Vouchers: places kept for whoever has the code, used up, and kept again."""

import pytest
import sqlalchemy as sa

from partnering.db import db, transaction
from partnering.tickets import codes, services
from partnering.tickets.errors import NothingToKeep
from partnering.tickets.models import Code, Pool
from tests.factories import make_event, make_product
from tests.factories.tickets import make_pool

from .deeds import do, hold, kept, later, make_code, sound

pytestmark = pytest.mark.usefixtures("ctx")


def test_a_voucher_keeps_places_that_only_its_holder_sees():
    event = make_event()
    product = make_product(event, capacity=5)
    voucher = make_code(event, kind="voucher", products=[product], blocked=4)

    assert (services.left(product), services.left(product, voucher), kept(voucher)) == (1, 5, 4)
    hold(product)
    with pytest.raises(services.SoldOut):
        hold(product)
    claims = hold(product, 3, voucher)

    assert ([claim.state for claim in claims], voucher.uses, kept(voucher)) == (["held"] * 3, 3, 1)
    assert (services.left(product), services.left(product, voucher), sound()) == (0, 1, True)


def test_a_voucher_takes_free_places_when_its_own_are_used_up():
    event = make_event()
    product = make_product(event, capacity=5)
    voucher = make_code(event, kind="voucher", products=[product], blocked=2, uses_max=4)

    claims = hold(product, 3, voucher)

    assert (voucher.uses, kept(voucher), services.left(product)) == (3, 0, 2)
    do(services.release, claims[:1])
    assert (kept(voucher), services.left(product)) == (0, 3)
    do(services.release, claims[1:])
    assert (voucher.uses, kept(voucher), services.left(product), sound()) == (0, 2, 3, True)


@pytest.mark.parametrize("deed", ["release", "expire", "cancel"])
def test_what_is_given_back_is_kept_for_the_voucher_again(deed):
    event = make_event()
    product = make_product(event, capacity=2)
    voucher = make_code(event, kind="voucher", products=[product], blocked=2)
    claims = hold(product, 2, voucher)
    if deed == "cancel":
        do(services.confirm, claims)

    do(getattr(services, deed), claims[:1])

    assert (voucher.uses, kept(voucher), services.left(product), sound()) == (1, 1, 0, True)
    assert [claim.state for claim in claims] != ["blocked", "blocked"]
    hold(product, 1, voucher)


def test_places_come_back_to_all_when_the_voucher_is_over(freeze):
    event = make_event()
    product = make_product(event, capacity=4)
    voucher = make_code(event, kind="voucher", products=[product], blocked=3, valid_until=later(60))
    claims = hold(product, 1, voucher)
    do(services.confirm, claims)
    freeze(later(61))

    with transaction():
        assert services.expire_due(event) == 1
    assert (kept(voucher), services.left(product), voucher.blocked) == (0, 3, 1)
    do(services.cancel, claims)

    assert (voucher.uses, kept(voucher), services.left(product), sound()) == (0, 0, 4, True)


def test_a_voucher_for_two_tickets_keeps_places_for_either():
    event = make_event()
    hall = make_pool(event, 3)
    day, whole = make_product(event, pools=[hall]), make_product(event, pools=[hall])
    voucher = make_code(event, kind="voucher", products=[day, whole], blocked=3)

    assert services.lefts([day, whole], voucher) == {day.id: 3, whole.id: 3}
    hold(whole, 3, voucher)

    assert (voucher.uses, kept(voucher), hall.used, sound()) == (3, 0, 3, True)


def test_a_refused_voucher_keeps_what_it_had():
    event = make_event()
    product = make_product(event, capacity=3)
    voucher = make_code(event, kind="voucher", products=[product], blocked=2)

    with transaction(), pytest.raises(services.SoldOut):
        services.hold(event, [(product, 4)], later(), code=voucher)

    assert (voucher.uses, kept(voucher), services.left(product), sound()) == (0, 2, 1, True)


def test_more_or_fewer_places_can_be_kept():
    event = make_event()
    product = make_product(event, capacity=5)
    voucher = make_code(event, kind="voucher", products=[product])
    hold(product, 1, voucher)

    for places, expected in ((4, (3, 1)), (2, (1, 3)), (0, (0, 4)), (1, (0, 4))):
        with transaction():
            codes.set_blocked(voucher, places)
        assert (kept(voucher), services.left(product), voucher.blocked) == (*expected, places)
    with pytest.raises(services.SoldOut), transaction():
        codes.set_blocked(voucher, 6)
    assert (kept(voucher), sound()) == (0, True)


def test_only_a_voucher_that_names_a_ticket_keeps_places():
    event = make_event()
    product = make_product(event)

    for kind, products in (("voucher", []), ("discount", [product])):
        with pytest.raises(NothingToKeep), transaction():
            codes.make(event, text=f"{kind} 1", kind=kind, products=products, blocked=1)
    assert db.session.scalars(sa.select(Code)).all() == []


def test_expired_holds_of_a_voucher_are_left_for_it_alone(freeze):
    event = make_event()
    product = make_product(event, capacity=2)
    voucher = make_code(event, kind="voucher", products=[product], blocked=1)
    hold(product, 2, voucher)
    freeze(later(31))

    assert (services.left(product), services.left(product, voucher)) == (1, 2)
    hold(product)
    with pytest.raises(services.SoldOut):
        hold(product)
    hold(product, 1, voucher)
    assert sound()


def test_what_is_kept_stays_when_the_capacity_is_lowered():
    event = make_event()
    product = make_product(event, capacity=3)
    voucher = make_code(event, kind="voucher", products=[product], blocked=1)
    with transaction():
        services.set_capacity(db.session.get_one(Pool, product.draws[0].pool_id), 0)

    assert (services.left(product), services.left(product, voucher)) == (0, 1)
    hold(product, 1, voucher)

    assert (kept(voucher), voucher.uses, sound()) == (0, 1, True)
    with pytest.raises(services.SoldOut):
        hold(product, 1, voucher)
