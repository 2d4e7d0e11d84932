"""VAT of lines settled again and again: after every address the same as if it had been the first."""

import itertools

import pytest

from partnering.db import db, transaction
from partnering.registration import entering, orders, services, taxing
from partnering.registration.models import Party
from partnering.registration.seats import Guest
from tests.factories import make_code, make_draft, make_event, make_party, make_product
from tests.factories.invoices import make_setup

pytestmark = pytest.mark.usefixtures("ctx")

HOME = {"kind": "company", "country": "DE"}
AUSTRIA = {"kind": "company", "country": "AT", "vat_id": "ATU12345678"}
GUEST = {"kind": "private", "country": "AT"}
SWISS = {"kind": "company", "country": "CH"}


def said(party):
    """What the lines of a party come to."""
    return [(item.net, item.vat, item.gross, item.vat_rate, item.tax_kind) for item in party.items]


def taxed_anew(party, billing):
    """The party's lines, settled for this address."""
    with transaction():
        party = db.session.get_one(Party, party.id)
        party.billing = billing
        taxing.settle(party, party.items)
        return said(party)


@pytest.mark.parametrize("gross", [11_900, 9_999, 22_001, 1])
def test_whatever_came_before_a_line_is_taxed_as_if_it_was_the_first(gross):
    event = make_event()
    ticket = make_product(event, gross=gross, online=True)
    first = {
        name: said(make_party(event, product=ticket, billing=billing))
        for name, billing in (("home", HOME), ("at", AUSTRIA), ("guest", GUEST), ("ch", SWISS))
    }
    addresses = {"home": HOME, "at": AUSTRIA, "guest": GUEST, "ch": SWISS}
    party = make_party(event, product=ticket, billing=HOME)

    for one, two in itertools.product(addresses, repeat=2):
        taxed_anew(party, addresses[one])
        assert taxed_anew(party, addresses[two]) == first[two], (one, two)


def test_a_price_with_a_code_comes_back_to_the_cent():
    event = make_event()
    ticket = make_product(event, gross=9_999, online=True, capacity=9)
    code = make_code(event, discount="percent", value=3_333)
    with transaction():
        draft = make_draft(event, product=ticket, billing=AUSTRIA)
    draft_id = draft.id
    with transaction():
        party = db.session.get_one(Party, draft_id)
        orders.choose(party, ticket, 1, code)
        services.place(party)
    abroad = said(party)

    at_home = taxed_anew(party, HOME)

    assert (at_home[0][2], at_home[0][3]) == (6_666, 1_900)
    assert taxed_anew(party, AUSTRIA) == abroad


def test_on_site_every_address_bears_the_rate_of_the_event():
    event = make_event()
    party = make_party(event, product=make_product(event, gross=11_900), billing=HOME)

    for billing in (AUSTRIA, GUEST, SWISS):
        assert taxed_anew(party, billing) == [(10_000, 1_900, 11_900, 1_900, "standard")]


def test_a_small_business_shows_no_vat_from_the_first_page_to_the_line():
    event = make_event()
    make_setup(event, small_business=True)
    party = make_party(event, product=make_product(event, gross=11_900), billing=HOME)

    assert said(party) == [(11_900, 0, 11_900, 0, "small_business")]


def test_who_is_entered_by_hand_pays_no_vat_to_a_small_business_either():
    event = make_event()
    make_setup(event, small_business=True)
    ticket, dinner = make_product(event, gross=11_900), make_product(event, kind="add_on", gross=5_950, pools=[])
    entries = [
        entering.Entry(Guest("jana@example.org", family_name="Wittkowski"), ticket, add_ons=[dinner]),
        entering.Entry(Guest("ben@example.org", family_name="Stein"), ticket),
    ]

    with transaction():
        held = entering.enter_all(event, entries)

    dear, cheap = (11_900, 0, 11_900, 0, "small_business"), (5_950, 0, 5_950, 0, "small_business")
    assert [said(one.place.party) for one in held] == [[dear, cheap], [dear]]


def test_who_is_no_small_business_any_more_charges_the_rate_again():
    event = make_event()
    make_setup(event, small_business=True)
    party = make_party(event, product=make_product(event, gross=11_900), billing=HOME)
    make_setup(event, small_business=False)

    assert taxed_anew(party, HOME) == [(10_000, 1_900, 11_900, 1_900, "standard")]
