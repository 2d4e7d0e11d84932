"""Codes of authenticator apps, against the test vectors of RFC 6238, appendix B, and RFC 4226, appendix D."""

import pytest

from partnering.accounts import totp

KEY = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str):
    assert totp.code(KEY, totp.step_at(seconds), digits=8) == code


def test_codes_are_those_of_rfc_4226():
    codes = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
    assert [totp.code(KEY, counter) for counter in range(10)] == codes


@pytest.mark.parametrize(("drift", "found"), [(-2, None), (-1, 4), (0, 5), (1, 6), (2, None)])
def test_clocks_may_differ_by_one_step(drift: int, found: int | None):
    assert totp.matching_step(KEY, totp.code(KEY, 5 + drift), 5) == found


def test_a_code_may_be_typed_with_spaces():
    assert totp.matching_step(KEY, " 254 676 ", 5) == 5


@pytest.mark.parametrize("typed", ["", "25467", "2546760", "٢٥٤٦٧٦", "-54676", "2_4676", "abcdef"])
def test_what_is_not_six_digits_is_no_code(typed: str):
    assert totp.matching_step(KEY, typed, 5) is None


def test_apps_read_the_key_from_its_address():
    address = totp.address_of(KEY, issuer="site.example", account="jana@lumenfold.example")
    assert address == (
        "otpauth://totp/site.example%3Ajana%40lumenfold.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=site.example"
    )
    assert totp.text_of(KEY) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
