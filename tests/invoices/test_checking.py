"""§ 14(4) UStG, field by field: what is missing is named, and nothing else is."""

from copy import deepcopy

import pytest

from partnering.db import transaction
from partnering.invoices import checking, queries, services
from tests.factories import make_event, make_product
from tests.factories.invoices import BILLING, invoice_of, make_invoiced, make_setup

pytestmark = pytest.mark.usefixtures("ctx")


@pytest.fixture
def said():
    """The contents of an invoice over 250 euros that lacks nothing."""
    event = make_event()
    return deepcopy(invoice_of(make_invoiced(event, product=make_product(event, gross=30_000))).contents)


def keys(contents):
    return [each.key for each in checking.missing(contents)]


def test_nothing_is_missing(said):
    assert keys(said) == []


def empty(*path):
    def change(contents):
        for step in path[:-1]:
            contents = contents[step]
        contents[path[-1]] = ""

    return change


def put(value, *path):
    def change(contents):
        for step in path[:-1]:
            contents = contents[step]
        contents[path[-1]] = value

    return change


def no_tax_number(contents):
    contents["seller"]["vat_id"] = contents["seller"]["tax_number"] = ""


def other_sum(contents):
    contents["totals"][0]["vat"] += 1
    contents["totals"][0]["net"] -= 1


def other_vat(contents):
    for part in (contents["lines"][0], contents["totals"][0], contents):
        part["vat"] += 2
        part["net"] -= 2


def untaxed_without_a_word(contents):
    for part in (contents["lines"][0], contents["totals"][0]):
        part["rate"], part["tax"], part["net"], part["vat"] = 0, "exempt", part["gross"], 0
    contents["net"], contents["vat"] = contents["gross"], 0


def reverse_charge_abroad(contents):
    untaxed_without_a_word(contents)
    for part in (contents["lines"][0], contents["totals"][0]):
        part["tax"] = "reverse_charge"
    contents["notes"] = [{"key": "reverse_charge", "text": "Reverse charge"}]
    contents["buyer"] |= {"country": "AT", "vat_id": ""}


def cancellation_of_nothing(contents):
    contents["kind"], contents["cancels"], contents["due"] = "cancellation", {"number": "", "issued_on": ""}, 0


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (empty("seller", "name"), "seller.name"),
        (empty("seller", "street"), "seller.address"),
        (empty("seller", "postcode"), "seller.address"),
        (empty("seller", "city"), "seller.address"),
        (no_tax_number, "seller.tax"),
        (empty("buyer", "name"), "buyer.name"),
        (empty("buyer", "street"), "buyer.address"),
        (empty("buyer", "postcode"), "buyer.address"),
        (empty("buyer", "city"), "buyer.address"),
        (put("  ", "buyer", "street"), "buyer.address"),
        (empty("number"), "number"),
        (empty("issued_on"), "issued_on"),
        (empty("supply", "from"), "supply"),
        (empty("supply", "until"), "supply"),
        (empty("lines", 0, "text"), "lines"),
        (put(0, "lines", 0, "quantity"), "lines"),
        (put(None, "lines", 0, "net"), "amounts"),
        (put(None, "lines", 0, "rate"), "amounts"),
        (put([], "totals"), "amounts"),
        (other_sum, "amounts"),
        (other_vat, "amounts"),
        (put(29_000, "lines", 0, "list"), "reduction"),
        (untaxed_without_a_word, "note"),
        (put(True, "small_business"), "note"),
        (reverse_charge_abroad, "buyer.vat_id"),
        (cancellation_of_nothing, "cancels"),
        (put(None, "payment"), "account"),
        (put("DE02120300000000202052", "payment", "iban"), "account"),
    ],
)
def test_what_is_missing_is_named(said, change, key):
    change(said)

    assert keys(said) == [key]


def test_one_tax_number_is_enough(said):
    said["seller"]["vat_id"] = ""
    assert keys(said) == []
    said["seller"] |= {"vat_id": "DE123456788", "tax_number": ""}
    assert keys(said) == []


@pytest.mark.parametrize(("gross", "missing"), [(25_000, []), (25_001, ["buyer.name", "buyer.address", "supply"])])
def test_up_to_250_euros_less_is_asked(gross, missing):
    event = make_event()
    contents = deepcopy(invoice_of(make_invoiced(event, product=make_product(event, gross=gross))).contents)
    contents["buyer"] |= {"name": "", "street": "", "postcode": "", "city": ""}
    contents["supply"] = {}

    assert keys(contents) == missing


def test_where_the_buyer_owes_the_vat_no_amount_is_small(said):
    reverse_charge_abroad(said)
    for part in (said["lines"][0], said["totals"][0], said):
        part["net"] = part["gross"] = 10_000
    said["lines"][0]["unit"] = 10_000
    said["buyer"] |= {"vat_id": "ATU12345675", "street": ""}

    assert keys(said) == ["buyer.address"]


@pytest.mark.parametrize("column", ["street", "postcode", "city"])
def test_a_host_without_an_address_issues_nothing(column):
    event = make_event()
    make_setup(event, seller={column: ""})
    party = make_invoiced(event, product=make_product(event, gross=30_000))

    assert queries.invoices_of(party) == []
    with transaction():
        assert [each.key for each in services.lacking(party)] == ["seller.address"]


def test_a_buyer_without_an_address_is_invoiced_up_to_250_euros():
    event = make_event()
    party = make_invoiced(event, product=make_product(event, gross=25_000), billing={"name": BILLING["name"]})

    assert invoice_of(party).gross == 25_000
