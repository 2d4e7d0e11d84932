"""Ticket codes: only what this house signed is found."""

import pytest

from partnering import links, qr
from partnering.db import transaction
from partnering.registration import codes, services
from tests.factories import make_event, make_registration
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")


def test_a_code_is_found_by_what_its_symbol_says():
    code = there(make_registration(make_event()).code)

    assert codes.find(codes.code_text(code)) == code


def test_a_revoked_code_is_found_and_known_to_be_revoked():
    registration = make_registration(make_event())
    code = there(registration.code)
    with transaction():
        services.cancel_registration(registration)

    found = there(codes.find(codes.code_text(code)))

    assert (found, found.revoked_at is not None) == (code, True)


def test_nothing_else_is_found():
    registration = make_registration(make_event(), email="jana@example.org")
    code = there(registration.code)
    text = codes.code_text(code)
    foreign = qr.encode_code(bytes.fromhex(code.code_id), b"another key")
    unknown = qr.encode_code(qr.new_code_id(), links.keys()[code.key_number])
    guesses = [
        "",
        "1",
        "42",
        str(code.id),
        str(registration.id),
        registration.public_id,
        registration.place.party.reference,
        "jana@example.org",
        code.public_id,
        code.code_id,
        codes.printed(code),
        text.lower(),
        f" {text}",
        f"{text}\n",
        text[:-1],
        f"{text}0",
        text.replace("EV1:", "EV2:"),
        f"EV1:{'0' * 29}",
        foreign,
        unknown,
    ]

    assert [guess for guess in guesses if codes.find(guess) is not None] == []


def test_a_code_says_nothing_about_its_holder_and_never_repeats():
    event = make_event()
    texts = {codes.code_text(there(make_registration(event).code)) for _n in range(5)}

    assert len(texts) == 5
    assert {len(text) for text in texts} == {33}
