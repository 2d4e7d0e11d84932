"""Numbers are read strictly: what Python's own readers would let through is refused."""

import pytest
from flask import Flask

from partnering.backoffice import typed
from partnering.i18n import speaking

STRANGE = [
    "",
    " ",
    "٣",
    "३",
    "３",
    "²",
    "1_000",
    "+1",
    "-1",
    "1e3",
    "0x1",
    "1 000",
    "1,5.0",
    "NaN",
    "inf",
    "1\n",
    "½",
    None,
]


@pytest.mark.parametrize("text", [*STRANGE, "1.0", "1,0", "9999999999"])
def test_only_plain_digits_are_whole_numbers(text: str | None):
    assert typed.whole(text) is None


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("7", 7), ("007", 7), ("100", 100)])
def test_whole_numbers(text: str, value: int):
    assert typed.whole(text) == value


def test_whole_numbers_stay_in_their_range():
    assert [typed.whole(text, 1, 20) for text in ("0", "1", "20", "21")] == [None, 1, 20, None]


@pytest.mark.parametrize(
    "text",
    [*STRANGE, "1.000", "1,000", "1.00,00", "12.34.567,89", "1.000.00", "220,5", "220.", ",50", "1234567", "22O"],
)
def test_only_plain_amounts_are_money(text: str | None):
    assert typed.cents(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("220", 22_000),
        ("220,00", 22_000),
        ("220.00", 22_000),
        ("0", 0),
        ("19,90", 1_990),
        ("1.234,56", 123_456),
        ("1,234.56", 123_456),
    ],
)
def test_amounts_in_cents(text: str, value: int):
    assert typed.cents(text) == value


@pytest.mark.parametrize("text", [*STRANGE, "100.01", "101", "19%", "19.123"])
def test_only_plain_percentages_are_rates(text: str | None):
    assert typed.basis_points(text) is None


@pytest.mark.parametrize(("text", "value"), [("19", 1_900), ("7,5", 750), ("7.05", 705), ("0", 0), ("100", 10_000)])
def test_rates_in_hundredths_of_a_percent(text: str, value: int):
    assert typed.basis_points(text) == value


@pytest.mark.parametrize("value", [0, 1, 99, 100, 22_000, 1_990])
def test_what_is_shown_can_be_typed_again(value: int):
    assert typed.cents(typed.shown_amount(value)) == value
    assert value > 10_000 or typed.basis_points(typed.shown_percent(value)) == value


@pytest.mark.parametrize(("language", "amount", "rate"), [("de", "19,90", "7,5"), ("en", "19.90", "7.5")])
def test_numbers_stand_in_forms_as_the_language_writes_them(app: Flask, language: str, amount: str, rate: str):
    with app.test_request_context(), speaking(language):
        assert (typed.shown_amount(1_990), typed.shown_percent(750)) == (amount, rate)
