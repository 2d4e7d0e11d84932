"""VAT numbers are what their country makes of them, check digits included."""

import pytest

from partnering.i18n import speaking
from partnering.tickets import vat_numbers

GOOD = [
    "DE136695976",
    "DE 136 695 976",
    "ATU13585627",
    "BE 0428.759.497",
    "BG175074752",
    "CY10259033P",
    "CZ25123891",
    "DK13585628",
    "EE100931558",
    "EL094259216",
    "ESB58378431",
    "FI20774740",
    "FR40303265045",
    "HR33392005961",
    "HU12892312",
    "IE6433435F",
    "IT00743110157",
    "LT119511515",
    "LU15027442",
    "LV40003521600",
    "MT11679112",
    "NL4495445B01",
    "PL8567346215",
    "PT501964843",
    "RO18547290",
    "SE123456789701",
    "SI50223054",
    "SK2022749619",
    "XI980780684",
    "GB 980 7806 84",
    "CHE-107.787.577 MWST",
    "CHE-107.787.577",
    "NO 995 525 828 MVA",
    "NO995525828",
    "US1234",  # no country whose numbers we know: only the shape is asked
]


@pytest.mark.parametrize("text", GOOD)
def test_a_right_number_has_no_fault(text):
    assert vat_numbers.fault(text) == ""


@pytest.mark.parametrize("text", [number for number in GOOD if number != "US1234"])
def test_one_wrong_digit_is_a_fault(text):
    at = [n for n, character in enumerate(text) if character.isdigit()][4]
    wrong = {text[:at] + digit + text[at + 1 :] for digit in "0123456789"} - {text}

    assert len([number for number in wrong if vat_numbers.can_be(number)]) <= 1  # two remainders may share a digit


@pytest.mark.parametrize("text", ["DE12", "DE123456789", "ATU1234567", "CHE123", "GB12", "NO12", "XI12", "EL12"])
def test_what_is_cut_short_or_made_up_is_a_fault(text, ctx):
    with speaking("en"):
        assert vat_numbers.fault(text) == (
            "This is no valid VAT number: compare it character by character, it does not fit its check digits"
        )


@pytest.mark.parametrize("text", ["", "123456789", "D1", "DE٣٣٣٣٣٣٣٣٣", "DE<script>", "DE" + "1" * 19])
def test_what_has_no_country_is_asked_for_it(text, ctx):
    with speaking("en"):
        assert vat_numbers.fault(text) == "Enter the VAT number with its country code, for example DE123456788"


def test_greek_numbers_begin_with_el(ctx):
    with speaking("en"):
        assert vat_numbers.fault("GR094259216") == "Greek VAT numbers begin with EL"
