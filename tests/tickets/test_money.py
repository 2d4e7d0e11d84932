"""Money: parts that add up to the cent, and reductions."""

import random
from decimal import ROUND_HALF_UP, Decimal

import pytest

from partnering.tickets import money, prices
from partnering.tickets.models import Code


@pytest.mark.parametrize(
    ("gross", "rate", "net"),
    [
        (22_000, 1900, 18_487),
        (0, 1900, 0),
        (107, 700, 100),
        (1, 1900, 1),
        (3, 10_000, 2),
        (238, 1900, 200),
        (999, 0, 999),
        (-22_000, 1900, -18_487),
        (-3, 10_000, -2),
    ],
)
def test_a_gross_price_is_net_and_vat(gross, rate, net):
    assert money.split(gross, rate) == (net, gross - net)


def test_ten_thousand_prices_agree_with_exact_arithmetic():
    dice = random.Random(3)
    for _ in range(10_000):
        gross, rate = dice.randint(-500_000, 500_000), dice.choice((0, 500, 700, 1900, 2000, 2550, 2700))
        exact = Decimal(gross) * 10_000 / (10_000 + rate)
        net, vat = money.split(gross, rate)
        assert net == int(exact.quantize(Decimal(1), ROUND_HALF_UP))
        assert net + vat == gross


@pytest.mark.parametrize(
    ("discount", "value", "asked"),
    [
        ("none", 0, 9_999),
        ("percent", 2_000, 7_999),
        ("percent", 5_000, 5_000),
        ("percent", 10_000, 0),
        ("percent", 1, 9_998),
        ("amount", 2_500, 7_499),
        ("amount", 20_000, 0),
        ("price", 100, 100),
        ("price", 0, 0),
        ("price", 12_000, 9_999),
    ],
)
def test_a_code_reduces_a_price_but_never_below_nothing_nor_above_the_price(discount, value, asked):
    assert prices.reduced(9_999, Code(discount=discount, value=value)) == asked
