"""Codes: found however they are written, refused with a reason, counted, and places kept for vouchers."""

from datetime import timedelta
from typing import Any

import pytest

from partnering import clock
from partnering.db import db, transaction
from partnering.tickets import codes, queries, services
from partnering.tickets.errors import CodeInvalid, CodeTaken, CodeUnfit, CodeUsed, UsedMoreOften
from partnering.tickets.models import PriceTier, ProductAddOn
from tests.factories import make_event, make_product
from tests.factories.tickets import make_member_list

from .deeds import do, hold, later, make_code, make_workshop, sound

pytestmark = pytest.mark.usefixtures("ctx")


# -- finding


@pytest.mark.parametrize(
    "typed",
    [
        "BIO-SAX 2026",
        "biosax2026",
        " Bio Sax-2026 ",
        "bio–sax—2026",
        "ＢＩＯ-ＳＡＸ ２０２６",
        "bio\u00adsax\u200b20\u00a026",
    ],
)
def test_a_code_is_found_however_it_is_written(typed):
    event = make_event()
    code = make_code(event, "Bio-Sax 2026")

    assert codes.find(event, typed) == code


@pytest.mark.parametrize(
    "typed", ["", " ", "--", "BIOSAX202", "BIOSAX20266", "B!OSAX2026", "x" * 300, "BIOSAX٢٠٢٦", "\x00"]
)
def test_other_codes_are_not_found(typed):
    event = make_event()
    make_code(event, "Bio-Sax 2026")

    assert codes.find(event, typed) is None


def test_a_code_belongs_to_its_event():
    make_code(make_event(), "ONCE")

    assert codes.find(make_event(), "ONCE") is None


def test_two_codes_of_an_event_never_read_alike():
    event = make_event()
    make_code(event, "MEMBER 26")

    with pytest.raises(CodeTaken), transaction():
        codes.make(event, text="member-26", kind="discount")
    make_code(make_event(), "member-26")


@pytest.mark.parametrize("text", ["", " - ", "x" * 41, "ﷺ" * 10])
def test_a_code_needs_letters_or_digits(text):
    event = make_event()

    with pytest.raises(CodeUnfit), transaction():
        codes.make(event, text=text, kind="discount")


# -- refusals


def test_an_unknown_code_is_invalid():
    with pytest.raises(CodeInvalid) as refused:
        codes.check(None, make_product(make_event()))
    assert refused.value.reason == "unknown"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"active": False}, "over"),
        ({"valid_until": timedelta(0)}, "over"),
        ({"valid_until": timedelta(minutes=-1)}, "over"),
        ({"valid_from": timedelta(minutes=1)}, "early"),
    ],
)
def test_a_code_holds_in_its_time_alone(values, reason, freeze):
    event, now = make_event(), clock.now()
    freeze(now)
    product = make_product(event)
    columns: dict[str, Any] = {k: now + v if isinstance(v, timedelta) else v for k, v in values.items()}
    code = make_code(event, **columns)

    with pytest.raises(CodeInvalid) as refused:
        codes.check(code, product)
    assert refused.value.reason == reason
    with pytest.raises(CodeInvalid):
        services.check_order(event, [(product, 1)], code)


def test_a_code_holds_up_to_the_moment_it_ends(freeze):
    event, now = make_event(), clock.now()
    code = make_code(event, valid_from=now, valid_until=now + timedelta(hours=1))
    product = make_product(event)

    for moment in (now, now + timedelta(minutes=59, seconds=59)):
        freeze(moment)
        codes.check(code, product)


def test_a_code_works_for_the_tickets_it_names():
    event = make_event()
    named, other = make_product(event), make_product(event)
    code = make_code(event, products=[named], discount="percent", value=1_000)

    codes.check(code, named)
    with pytest.raises(CodeInvalid) as refused:
        codes.check(code, other)
    assert refused.value.reason == "product"
    assert services.priced(named, code=code)[2:] == (19_800, code.text)
    assert services.priced(other, code=code)[2:] == (22_000, "")
    with pytest.raises(CodeInvalid):
        services.check_order(event, [(other, 1)], code)
    services.check_order(event, [(other, 1), (named, 1)], code)


def test_a_code_that_names_none_works_for_every_ticket_but_hidden_ones_and_add_ons():
    event = make_event()
    code = make_code(event, discount="percent", value=5_000)
    workshop, hidden = make_workshop(event), make_product(event, hidden=True)

    assert codes.works_for(code, make_product(event))
    assert [codes.works_for(code, product) for product in (workshop, hidden)] == [False, False]
    assert services.priced(workshop, code=code).gross == 4_500


@pytest.mark.parametrize(
    ("address", "member"),
    [
        ("jana@lumenfold.example", True),
        ("JANA@Lumenfold.Example ", True),
        ("otto@lumenfold.example", False),
        ("x@verband.example", True),
        ("x@labor.VERBAND.example", True),
        ("x@notverband.example", False),
        ("x@verband.example.org", False),
        ("verband.example", False),
        ("x@bücher.example", True),
        ("x@xn--bcher-kva.example", True),
        ("", False),
    ],
)
def test_members_are_known_by_address_or_domain(address, member):
    event = make_event()
    members = make_member_list(event, entries=["Jana@Lumenfold.example", "@verband.example", "*.Bücher.example", ""])
    code = make_code(event, kind="member", member_list_id=members.id)
    product = make_product(event)

    assert codes.is_member(code, address) == member
    codes.check(code, product)
    if not member:
        with pytest.raises(CodeInvalid) as refused:
            codes.check(code, product, address)
        assert refused.value.reason == "member"


def test_a_list_names_the_lines_that_are_neither_address_nor_domain_and_stays_as_it_was():
    event = make_event()
    members = make_member_list(event, entries=["verband.example"])

    with transaction():
        wrong = codes.set_members(members, ["a@b.example", "no domain", "", "@@x.example", "localhost", "a..b.example"])

    assert wrong == [2, 4, 5, 6]
    assert [entry.value for entry in members.entries] == ["verband.example"]


def test_a_code_without_a_list_is_for_everybody():
    assert codes.is_member(make_code(make_event()), "x@example.org")


# -- prices and hidden tickets


def test_prices_of_an_audience_hold_for_its_code_alone():
    event = make_event()
    product, workshop = make_product(event, tiers=[(29_000, None)]), make_workshop(event)
    other = make_product(event)
    with transaction():
        for thing, cents in ((product, 12_000), (workshop, 2_000), (other, 1)):
            db.session.add(tier_of(thing, cents, "member"))
    db.session.expire_all()
    code = make_code(event, kind="member", audience="member", products=[product])
    plain = make_code(event, discount="percent", value=1_000)

    assert (services.price(product).gross, services.priced(product, code=plain).gross) == (29_000, 26_100)
    assert services.priced(product, code=code) == (services.price(product, code=code), 12_000, 12_000, code.text)
    assert services.priced(workshop, code=code).gross == 2_000
    assert services.priced(other, code=code).gross == 22_000


def tier_of(product, cents, audience):
    return PriceTier(event_id=product.event_id, product_id=product.id, gross=cents, audience=audience)


def test_the_claim_remembers_the_tier_of_the_audience():
    event = make_event()
    product = make_product(event)
    with transaction():
        db.session.add(tier_of(product, 9_000, "member"))
    code = make_code(event, kind="member", audience="member")

    assert [hold(product, code=c)[0].tier.gross for c in (None, code)] == [22_000, 9_000]


def test_hidden_tickets_are_opened_by_the_code_that_names_them():
    event = make_event()
    hidden, shown = make_product(event, hidden=True), make_product(event)
    access = make_code(event, kind="access", products=[hidden, shown])
    discount = make_code(event, products=[hidden])

    assert codes.opened(event, access) == [hidden]
    assert (codes.opened(event, discount), codes.opened(event, None)) == ([], [])
    assert services.is_on_sale(hidden, code=access)
    services.check_order(event, [(hidden, 1)], access)
    for code in (None, discount):
        with pytest.raises(services.NotOnSale):
            services.check_order(event, [(hidden, 1)], code)


def test_a_code_that_is_over_opens_nothing(freeze):
    event = make_event()
    hidden = make_product(event, hidden=True)
    code = make_code(event, kind="access", products=[hidden], valid_until=later(10))
    freeze(later(11))

    assert codes.opened(event, code) == []
    with pytest.raises(CodeInvalid):
        services.check_order(event, [(hidden, 1)], code)


# -- uses


def test_uses_are_counted_and_given_back():
    event = make_event()
    product = make_product(event)
    code = make_code(event, uses_max=3)

    first, second = hold(product, 2, code), hold(product, 1, code)
    assert code.uses == 3
    with pytest.raises(CodeUsed) as refused:
        hold(product, 1, code)
    assert refused.value.left == 0
    with pytest.raises(CodeUsed):
        codes.check(code, product)
    codes.check(code, product, units=0)

    do(services.release, second)
    do(services.confirm, first)
    do(services.cancel, first[:1])
    assert (code.uses, sound()) == (1, True)


def test_more_units_than_a_code_allows_take_nothing():
    event = make_event()
    product = make_product(event, capacity=10)
    code = make_code(event, uses_max=3)

    with transaction(), pytest.raises(CodeUsed) as refused:
        services.hold(event, [(product, 4)], later(), code=code)

    assert (refused.value.left, code.uses, services.left(product), sound()) == (3, 0, 10, True)


def test_a_code_is_not_used_when_the_places_are_gone():
    event = make_event()
    product = make_product(event, capacity=1)
    code = make_code(event, uses_max=3)

    with transaction(), pytest.raises(services.SoldOut):
        services.hold(event, [(product, 2)], later(), code=code)

    assert (code.uses, sound()) == (0, True)


def test_only_units_that_the_code_works_for_are_its_uses():
    event = make_event()
    product, workshop = make_product(event), make_workshop(event)
    code = make_code(event, uses_max=2)

    with transaction():
        claims = services.hold(event, [(product, 2), (workshop, 2)], later(), code=code)

    assert [claim.code_id for claim in claims] == [code.id, code.id, None, None]
    assert code.uses == 2


def test_a_late_confirmation_needs_the_code_as_well(freeze):
    event = make_event()
    product = make_product(event, capacity=5)
    code = make_code(event, uses_max=1)
    late = hold(product, 1, code)
    freeze(later(31))
    with transaction():
        assert services.expire_due(event) == 1
    assert (late[0].state, code.uses) == ("expired", 0)
    other = hold(product, 1, code)

    with pytest.raises(services.HoldExpired):
        do(services.confirm, late)
    do(services.release, other)
    do(services.confirm, late)

    assert (late[0].state, code.uses, sound()) == ("confirmed", 1, True)


def test_the_limit_of_a_code_is_never_below_its_uses():
    event = make_event()
    code = make_code(event)
    hold(make_product(event), 3, code)

    with pytest.raises(UsedMoreOften), transaction():
        codes.set_uses_max(code, 2)
    with transaction():
        codes.set_uses_max(code, 3)
    assert code.uses_max == 3


# -- what is asked


def test_add_ons_go_with_the_tickets_they_are_offered_with():
    event = make_event()
    gala, basic = make_product(event), make_product(event)
    everywhere, with_gala = make_workshop(event), make_workshop(event, hours=2)
    make_workshop(event, hidden=True)
    with transaction():
        db.session.add(offer(with_gala, gala))
    db.session.expire_all()

    assert queries.add_ons_for(gala) == [everywhere, with_gala]
    assert queries.add_ons_for(basic) == [everywhere]
    services.check_order(event, [(gala, 1), (with_gala, 1)])
    services.check_order(event, [(with_gala, 1)])
    with pytest.raises(services.NotOnSale):
        services.check_order(event, [(basic, 1), (with_gala, 1)])


def offer(add_on, product):
    return ProductAddOn(event_id=product.event_id, product_id=product.id, add_on_id=add_on.id)
