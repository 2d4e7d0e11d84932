"""Tickets whose price contains what is taxed by itself: split to the cent, and together wherever they go."""

import itertools
import random
from fractions import Fraction
from typing import Any

import pytest
import sqlalchemy as sa

from partnering import verify
from partnering.db import db, transaction
from partnering.invoices import queries as invoices
from partnering.mail import letters as rendering
from partnering.mail.models import OutboxLetter
from partnering.registration import changes, desk, entering, orders, queries, refunds, services, taxing
from partnering.registration.confirming import confirmation_of
from partnering.registration.models import Item, Party, Place, Registration
from partnering.registration.seats import Guest
from partnering.registration.views.shown import order_of
from partnering.tickets import money, prices
from partnering.tickets.models import Pool, Product
from partnering.tickets.services import SoldOut
from tests.factories import (
    BIONECTION,
    make_bundle,
    make_code,
    make_draft,
    make_event,
    make_guest,
    make_party,
    make_pool,
    make_product,
    make_registration,
    make_rules,
)
from tests.factories.invoices import BILLING, make_invoiced
from tests.support.counting import statements
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")

HOME = {"kind": "company", "country": "DE"}
CITIZEN = {"kind": "private", "country": "DE"}
AUSTRIA = {"kind": "company", "country": "AT", "vat_id": "ATU12345678"}
UNPROVEN = {"kind": "company", "country": "AT"}
GUEST = {"kind": "private", "country": "AT"}
SWISS = {"kind": "company", "country": "CH"}
TOURIST = {"kind": "private", "country": "CH"}

SITE = (7_000, 1_900, "standard")
MEALS = (1_000, 700, "standard")
TABLE: dict[str, tuple[dict[str, str], tuple[int, int, str]]] = {
    "DE business": (HOME, (2_000, 1_900, "standard")),
    "DE consumer": (CITIZEN, (2_000, 1_900, "standard")),
    "EU business": (AUSTRIA, (1_681, 0, "reverse_charge")),
    "EU business without VAT id": (UNPROVEN, (2_000, 2_000, "standard")),
    "EU consumer": (GUEST, (2_000, 2_000, "standard")),
    "non-EU business": (SWISS, (1_681, 0, "outside")),
    "non-EU consumer": (TOURIST, (1_681, 0, "outside")),
}
"""Who buys a ticket of 100 €: what the recordings in it come to, their rate and rule; a fifth of it is 20 € at home."""


def lines(party: Party) -> list[tuple[str, int, int, str]]:
    """What holds: (kind, gross, rate, rule) of every line, in order."""
    db.session.expire_all()
    found = queries.items_of(db.session.get_one(Party, party.id))
    return [(i.kind, i.gross, i.vat_rate, i.tax_kind) for i in found if i.cancelled_at is None]


def kinds(party: Party) -> list[str]:
    return [kind for kind, *_rest in lines(party)]


def sound() -> list[str]:
    """What `flask verify` finds."""
    return [finding for _rule, findings in verify.results() for finding in findings]


def fresh(registration: Registration) -> Registration:
    db.session.rollback()
    return db.session.get_one(Registration, registration.id, populate_existing=True)


# -- taxed


@pytest.mark.parametrize("who", TABLE)
def test_what_is_online_follows_the_recipient_and_the_rest_stays_at_home(who: str):
    billing, recordings = TABLE[who]
    event = make_event()

    party = make_party(event, product=make_bundle(event, gross=10_000), billing=billing)

    assert [line[1:] for line in lines(party)] == [SITE, recordings, MEALS]
    assert kinds(party) == ["ticket", "part", "part"]
    assert sound() == []


@pytest.mark.parametrize("who", TABLE)
def test_with_a_code_the_lines_are_the_reduced_price_to_the_cent(who: str):
    billing, (_gross, rate, rule) = TABLE[who]
    event = make_event()
    ticket = make_bundle(event, gross=9_999)
    code = make_code(event, discount="percent", value=3_333)
    with transaction():
        party = orders.begin(event, ticket, 2, "de", code=code)
        services.keep(party, people=[make_guest(), {}], company="", billing=billing)
    with transaction():
        services.place(db.session.get_one(Party, party.id))

    found = lines(party)
    everything = queries.items_of(party)
    assert sum(item.home_gross or 0 for item in everything) == 2 * prices.reduced(9_999, code) == 2 * 6_666
    assert sum(item.list_gross for item in everything) == 2 * 9_999
    abroad = rule in taxing.ABROAD
    each = [4_666, money.net_of(1_333, 1_900) if abroad else 1_333, 667]
    assert [line[1] for line in found] == [each[0], each[0], each[1], each[2], each[1], each[2]]
    assert {line[2:] for line in found} == {SITE[1:], (rate, rule), MEALS[1:]}
    assert {item.code_text for item in everything} == {code.text}
    assert orders.total(party) == sum(each) * 2


def test_whatever_came_before_an_address_is_taxed_as_if_it_was_the_first():
    event = make_event()
    ticket = make_bundle(event, gross=22_001)
    first = {who: lines(make_party(event, product=ticket, billing=billing)) for who, (billing, _l) in TABLE.items()}
    party = make_party(event, product=ticket, billing=HOME)

    for one, two in itertools.product(TABLE, repeat=2):
        for who in (one, two):
            with transaction():
                held = db.session.get_one(Party, party.id)
                held.billing = TABLE[who][0]
                taxing.settle(held, queries.items_of(held))
        assert lines(party) == first[two], (one, two)


def test_two_thousand_random_prices_are_split_to_the_cent():
    chance = random.Random(20_270_503)  # figures for a test, no secrets
    wrong = []
    for _number in range(2_000):
        shares = [chance.randint(1, 2_400) for _part in range(chance.randint(1, 4))]
        weights = [money.WHOLE - sum(shares), *shares]
        gross = chance.choice((chance.randint(0, 99), chance.randint(1, 500_000)))
        parts = money.apportion(gross, weights)
        exact = [Fraction(gross * weight, money.WHOLE) for weight in weights]
        taxed = [money.split(part, chance.choice((0, 700, 1_900, 2_550))) for part in parts]
        near = all(abs(part - right) <= 1 and part >= 0 for part, right in zip(parts, exact, strict=True))
        if sum(parts) != gross or not near or sum(net + vat for net, vat in taxed) != gross:
            wrong.append((gross, weights, parts))

    assert wrong == []
    assert money.apportion(100, [10_000 // 3, 10_000 // 3, 10_000 - 2 * (10_000 // 3)]) == [33, 34, 33]


def test_what_is_free_of_charge_is_one_line():
    event = make_event()
    ticket = make_bundle(event, gross=10_000)

    with transaction():
        given = desk.give(event, ticket, 2, name="Ada Byron", email="ada@lumenfold.example")

    assert kinds(given) == ["ticket", "ticket"]
    assert kinds(make_party(event, product=make_bundle(event, gross=0))) == ["ticket"]


# -- together


def test_what_a_ticket_is_sold_with_stays_when_its_parts_change():
    event = make_event()
    ticket = make_bundle(event, gross=10_000)
    party = make_party(event, product=ticket, billing=HOME)
    with transaction():
        for part in db.session.get_one(Product, ticket.id).parts:
            part.online, part.share, part.vat_rate = False, 1, 0
        db.session.get_one(Product, ticket.id).online = True

    with transaction():
        held = db.session.get_one(Party, party.id)
        held.billing = AUSTRIA
        taxing.settle(held, queries.items_of(held))

    assert [line[1:] for line in lines(party)] == [SITE, TABLE["EU business"][1], MEALS]


def test_another_choice_leaves_no_part_behind():
    event = make_event()
    bundle, plain = make_bundle(event, gross=10_000), make_product(event, gross=9_000)
    draft = make_draft(event, product=bundle, quantity=2)
    assert kinds(draft) == ["ticket", "ticket", "part", "part", "part", "part"]

    with transaction():
        orders.choose(db.session.get_one(Party, draft.id), db.session.get_one(Product, plain.id), 1)
    one = kinds(draft)
    with transaction():
        orders.choose(db.session.get_one(Party, draft.id), db.session.get_one(Product, bundle.id), 1)

    assert (one, kinds(draft)) == (["ticket"], ["ticket", "part", "part"])
    held = db.session.get_one(Party, draft.id)
    assert orders.held_until(queries.items_of(held)) is not None  # parts are held with their ticket
    with transaction():
        orders.extend(db.session.get_one(Party, draft.id))
        orders.forget(db.session.get_one(Party, draft.id))
    assert lines_left() == 0


def lines_left() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Item)) or 0


def test_fewer_of_an_offer_are_taken_with_their_parts():
    event = make_event()
    bundle = make_bundle(event, gross=10_000)
    with transaction():
        party = orders.begin(event, bundle, 3, "de", state="offered")
    with transaction():
        orders.choose(db.session.get_one(Party, party.id), db.session.get_one(Product, bundle.id), 1)

    assert kinds(party) == ["ticket", "part", "part"]
    assert sound() == []


def test_the_last_place_of_a_part_is_given_whole_or_not_at_all():
    event = make_event()
    hall, dinner = make_pool(event, 5, "Saal"), make_pool(event, 1, "Abendessen")
    bundle = make_bundle(event, pools=[hall, dinner], gross=10_000)

    with pytest.raises(SoldOut), transaction():
        orders.begin(event, bundle, 2, "de")
    party = make_party(event, product=bundle)
    with pytest.raises(SoldOut), transaction():
        orders.begin(event, bundle, 1, "de")

    db.session.expire_all()
    used = [db.session.get_one(Pool, pool.id).used for pool in (hall, dinner)]
    assert (used, kinds(party), lines_left(), sound()) == ([1, 1], ["ticket", "part", "part"], 3, [])


def test_moving_there_and_back_takes_the_parts_along():
    event = make_event()
    bundle, plain = make_bundle(event, gross=10_000), make_product(event, gross=9_000)
    held = make_registration(event, product=bundle)
    party = held.place.party

    with transaction():
        desk.move(fresh(held), db.session.get_one(Product, plain.id))
    moved = lines(party)
    with transaction():
        desk.move(fresh(held), db.session.get_one(Product, bundle.id))
    back = lines(party)
    same = desk.moved_price(fresh(held), db.session.get_one(Product, plain.id), "same")

    assert [line[:2] for line in moved] == [("ticket", 9_000)]
    assert back == [("ticket", *SITE), ("part", *TABLE["DE business"][1]), ("part", *MEALS)]
    assert same == 10_000
    assert {item.place_id for item in queries.items_of(party)} == {held.place_id}
    assert queries.add_ons_of(fresh(held).place) == []
    assert sound() == []


def test_given_back_are_all_its_lines_and_the_fee_bears_the_taxes_of_each():
    event = make_event()
    make_rules(event, BIONECTION[0])
    party = make_party(event, product=make_bundle(event, gross=10_000), quantity=2, billing=AUSTRIA)
    before = orders.total(party)
    places = queries.places_of(party)

    quote = refunds.quote(places[1])
    with transaction():
        changes.cancel_place(db.session.get_one(Place, places[1].id))

    assert (quote.paid_gross, quote.fee, quote.refund) == (9_681, 2_500, 7_181)
    found = lines(party)
    assert [line[0] for line in found] == ["ticket", "part", "part", "fee", "fee", "fee"]
    assert [line[2:] for line in found[3:]] == [SITE[1:], (0, "reverse_charge"), MEALS[1:]]
    assert sum(line[1] for line in found[3:]) == 2_500
    assert orders.total(party) == before - 7_181
    assert sound() == []


def test_a_ticket_for_several_people_keeps_its_parts_until_the_last_goes():
    event = make_event()
    bundle = make_bundle(event, gross=10_000, seats=2)
    party = make_party(event, product=bundle, people=[make_guest(), make_guest()])
    places = queries.places_of(party)

    with transaction():
        changes.cancel_place(db.session.get_one(Place, places[1].id))
    half = kinds(party)
    with transaction():
        changes.cancel_place(db.session.get_one(Place, places[0].id))

    assert (half, [kind for kind in kinds(party) if kind != "fee"], sound()) == (["ticket", "part", "part"], [], [])


def test_whoever_is_named_later_or_instead_takes_the_ticket_as_it_is():
    event = make_event()
    party = make_party(event, product=make_bundle(event, gross=10_000), quantity=2)
    before = lines(party)
    open_place = queries.places_of(party)[1]

    for address in ("ben@lumenfold.example", "cleo@lumenfold.example"):
        with transaction():
            changes.name_person(db.session.get_one(Place, open_place.id), Guest(address, "", "Ben", "Adeyemi"))

    assert (lines(party), sound()) == (before, [])


def test_entered_by_hand_and_by_the_hundred_they_are_the_same_lines():
    event = make_event()
    bundle = make_bundle(event, gross=10_000)
    dinner = make_product(event, kind="add_on", gross=3_000)
    each: list[dict[str, Any]] = [{}, {"gross": 5_000}, {"gross": 0}, {"add_ons": [dinner]}]
    entries = [
        entering.Entry(Guest(f"guest{n}@lumenfold.example", "", "Ada", "Byron"), bundle, billing=AUSTRIA, **more)
        for n, more in enumerate(each)
    ]
    with transaction():
        made = entering.enter_all(event, entries)
    parties = [one.place.party for one in made]

    assert [line[1:] for line in lines(parties[0])] == [SITE, TABLE["EU business"][1], MEALS]
    assert [line[1] for line in lines(parties[1])] == [3_500, 840, 500]
    assert kinds(parties[2]) == ["ticket"]
    assert kinds(parties[3]) == ["ticket", "add_on", "part", "part"]
    assert all(item.place_id for party in parties for item in queries.items_of(party))
    assert sound() == []


# -- shown


def test_the_order_and_its_letter_say_the_whole_price_once_with_what_it_contains():
    event = make_event()
    code = make_code(event, discount="percent", value=1_000)
    bundle = make_bundle(event, gross=10_000)
    with transaction():
        party = orders.begin(event, bundle, 2, "de", code=code)
        services.keep(party, people=[make_guest("ada@lumenfold.example"), {}], company="", billing=CITIZEN)
    shown = order_of(party, GUEST)
    with transaction():
        services.place(db.session.get_one(Party, party.id))
    said = there(confirmation_of(db.session.get_one(Party, party.id)))

    (line,) = shown.lines
    assert (line.count, line.gross, line.list_gross, line.kind) == (2, 18_000, 20_000, "ticket")
    assert [name.de for name in line.contains] == ["Aufzeichnungen", "Verpflegung"]
    assert len(shown.vats) == 3  # 7, 19 and 20 percent
    assert shown.gross == 18_000
    assert [(each.units, each.gross) for each in said.lines] == [(2, 18_000)]
    assert "Aufzeichnungen, Verpflegung" in said.lines[0].detail
    assert said.total == 18_000
    sent = db.session.scalars(sa.select(OutboxLetter).order_by(OutboxLetter.id))
    texts = [there(rendering.render(letter)).text for letter in sent]
    assert any("Aufzeichnungen, Verpflegung" in text and "180" in text for text in texts)


def test_the_card_says_what_a_price_contains_and_others_ask_nothing_more(client: Any):
    event = make_event("shop")
    make_product(event, gross=9_000)
    path = "/e/shop/register"
    with statements() as before:
        client.get(path)
    make_product(event, gross=8_000)
    with statements() as plain:
        client.get(path)
    bundled = [make_bundle(event, gross=10_000 + number) for number in range(2)]
    with statements() as after:
        page = client.get(path).text

    assert page.count("Im Preis enthalten: Aufzeichnungen, Verpflegung") == len(bundled)
    assert (len(plain), len(after)) == (len(before), len(before) + 1)


# -- invoiced


def test_the_invoice_has_a_line_for_each_part_and_its_cancellation_takes_all_back():
    event = make_event()
    make_rules(event)
    party = make_invoiced(event, product=make_bundle(event, gross=10_000), quantity=2, billing={**BILLING, **AUSTRIA})
    (invoice,) = invoices.invoices_of(party)
    said = invoice.contents

    with transaction():
        changes.cancel_party(db.session.get_one(Party, party.id), waive_fee=True)

    assert [(line["text"], line["quantity"], line["gross"], line["rate"], line["tax"]) for line in said["lines"]] == [
        ("Standard", 2, 14_000, 1_900, "standard"),
        ("Aufzeichnungen", 2, 3_362, 0, "reverse_charge"),
        ("Verpflegung", 2, 2_000, 700, "standard"),
    ]
    assert [line["detail"] for line in said["lines"]] == ["", "Teil von: Standard", "Teil von: Standard"]
    assert [note["key"] for note in said["notes"]] == ["reverse_charge"]
    assert said["gross"] == sum(total["gross"] for total in said["totals"]) == 19_362
    db.session.expire_all()
    found = invoices.invoices_of(party)
    assert [(one.kind, one.gross) for one in found] == [("invoice", 19_362), ("cancellation", -19_362)]
    assert [-line["gross"] for line in found[1].contents["lines"]] == [line["gross"] for line in said["lines"]]
    assert sound() == []
