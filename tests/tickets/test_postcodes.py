"""Postcodes have the shape of their country, where it is known."""

import pytest

from partnering.i18n import speaking
from partnering.tickets import postcodes

GOOD = [
    *[("01099", "DE"), ("D-01099", "DE"), ("DE 01099", "DE"), ("1010", "AT"), ("A-1010", "AT"), ("8001", "CH")],
    *[("9490", "LI"), ("sw1a 1aa", "GB"), ("M11AE", "GB"), ("1012 AB", "NL"), ("00-950", "PL"), ("02075", "PL")],
    *[("110 00", "CZ"), ("811 01", "SK"), ("111 22", "SE"), ("1000-205", "PT"), ("75 001", "FR"), ("20001-1234", "US")],
    *[("anything", "JP"), ("D02 AF30", "IE"), ("", "DE")],
]
BAD = [
    *[("1", "DE"), ("1099", "DE"), ("00123", "DE"), ("010990", "DE"), ("٠١٠٩٩", "DE"), ("1099", "FR"), ("01099", "AT")],
    *[("0123", "CH"), ("9400", "LI"), ("12345", "GB"), ("1012", "NL"), ("DEU-01099", "DE"), ("01099 Dresden", "DE")],
]


@pytest.mark.parametrize(("text", "country"), GOOD)
def test_a_right_postcode_has_no_fault(text, country):
    assert postcodes.fault(text, country) == ""


@pytest.mark.parametrize(("text", "country"), BAD)
def test_one_of_another_shape_is_a_fault(text, country, ctx):
    with speaking("en"):
        assert postcodes.fault(text, country).startswith("Enter a postcode of the chosen country")


def test_the_sentence_shows_one_where_the_shape_is_well_known(ctx):
    with speaking("en"):
        assert postcodes.fault("1", "DE") == "Enter a postcode of the chosen country, for example 01099"
        assert postcodes.fault("1", "SI") == "Enter a postcode of the chosen country"
