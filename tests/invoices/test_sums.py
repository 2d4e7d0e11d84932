"""Sums of invoices, right to the cent, against exact arithmetic over random baskets."""

import random
from datetime import date
from fractions import Fraction

import pytest

from partnering.db import BilingualText
from partnering.invoices import checking, contents
from partnering.invoices.contents import Paper
from partnering.invoices.models import InvoiceSetup
from partnering.registration.models import Item, Party
from partnering.tickets import money
from tests.factories import make_event

pytestmark = [pytest.mark.usefixtures("ctx"), pytest.mark.engine("sqlite")]

BASKETS, SEED = 10_000, 20_270_503
RATES = (0, 700, 1900, 2000, 2550)
PAPER = Paper("P27-00001", date(2027, 5, 3), date(2027, 5, 17), 0)


def item(name, gross, rate, list_gross):
    net, vat = money.split(gross, rate)
    return Item(
        kind="ticket",
        name=BilingualText(name, name),
        tier_name=BilingualText(),
        quantity=1,
        net=net,
        vat=vat,
        gross=gross,
        vat_rate=rate,
        currency="EUR",
        list_gross=list_gross,
        code_text="CODE" if list_gross > gross else "",
        tax_kind="standard" if rate else "exempt",
    )


def exact_net(gross, rate):
    """The net part of a gross price, in cents, rounded half up; all in fractions."""
    exact = Fraction(gross) * 10_000 / (10_000 + rate)
    return int(exact + Fraction(1, 2))


def test_ten_thousand_baskets_add_up_to_the_cent():
    chance = random.Random(SEED)  # figures for a test, no secrets
    event = make_event()
    event.host.vat_id, event.host.street, event.host.postcode, event.host.city = "DE1", "Weg 1", "01067", "Dresden"
    billing = {"name": "Lumenfold GmbH", "street": "Lichtweg 4", "postcode": "04103", "city": "Leipzig"}
    party = Party(event=event, billing=billing, reference="ABCD2345", locale="de", contact_name="Ada")
    setup = InvoiceSetup(iban="DE02120300000000202051", account_holder="Probe", bic="", bank="", small_business=False)
    setup.footer = BilingualText()
    wrong = []
    for basket in range(BASKETS):
        items = []
        for kind in range(chance.randint(1, 6)):
            gross, rate = chance.choice((chance.randint(1, 99), chance.randint(1, 500_000))), chance.choice(RATES)
            list_gross = gross + chance.choice((0, 0, chance.randint(1, 5_000)))
            items += [item(f"Line {kind}", gross, rate, list_gross) for _unit in range(chance.randint(1, 9))]
        said = contents.compose(party, setup, items, PAPER)

        rates = {each.vat_rate for each in items}
        nets = {rate: sum(exact_net(each.gross, rate) for each in items if each.vat_rate == rate) for rate in rates}
        sums = {rate: sum(each.gross for each in items if each.vat_rate == rate) for rate in rates}
        totals = {total["rate"]: (total["net"], total["vat"], total["gross"]) for total in said["totals"]}
        fits = totals == {rate: (nets[rate], sums[rate] - nets[rate], sums[rate]) for rate in rates}
        fits = fits and (said["net"], said["gross"]) == (sum(nets.values()), sum(sums.values()))
        fits = fits and said["vat"] == said["gross"] - said["net"]
        fits = fits and said["gross"] == sum(line["unit"] * line["quantity"] for line in said["lines"])
        if not fits or checking.missing(said):
            wrong.append((basket, said["totals"], checking.missing(said)))

    assert wrong == []


def test_equal_lines_are_counted_together_and_others_are_not():
    event = make_event()
    party = Party(event=event, billing={}, reference="ABCD2345", locale="de", contact_name="Ada")
    setup = InvoiceSetup(iban="", account_holder="", small_business=False, footer=BilingualText())
    items = [item("A", 100, 1900, 100), item("A", 100, 1900, 100), item("A", 100, 1900, 150), item("A", 100, 700, 100)]

    said = contents.compose(party, setup, items, PAPER)

    assert [(line["quantity"], line["rate"], line["list"]) for line in said["lines"]] == [
        (2, 1900, None),
        (1, 1900, 150),
        (1, 700, None),
    ]
