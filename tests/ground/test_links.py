"""Secret links: good for one purpose, one generation and one key, and for nothing that was changed (R55)."""

import secrets
from itertools import product

import pytest
from flask import Flask

from partnering import links
from partnering.config import Settings
from partnering.db import new_public_id

OLD, NEW = secrets.token_hex(32), secrets.token_hex(32)


def with_keys(text: str) -> Flask:
    """An application that knows these numbered keys, and nothing else."""
    app = Flask(__name__)
    links.install(app, Settings(secret_key="x" * 40, link_keys=text).keys)
    return app


@pytest.fixture
def site():
    app = with_keys(f"1:{OLD}")
    with app.app_context():
        yield app


def test_a_token_opens_what_it_was_made_for(site):
    public_id = new_public_id()

    assert links.read("party", links.token("party", public_id)) == (public_id, 1)
    assert links.read("party", links.token("party", public_id, 12)) == (public_id, 12)


def test_the_same_thing_always_has_the_same_link(site):
    public_id = new_public_id()

    assert links.token("party", public_id, 2) == links.token("party", public_id, 2)


def test_each_purpose_thing_and_generation_has_its_own(site):
    ids = new_public_id(), new_public_id()

    made = {links.token(purpose, one, n) for purpose, one, n in product(("party", "ticket"), ids, (1, 2))}

    assert len(made) == 8


def test_another_purpose_is_refused(site):
    token = links.token("party", new_public_id())

    assert [links.read(purpose, token) for purpose in ("ticket", "", "party ", "PARTY", "part")] == [None] * 5


def test_another_generation_is_refused(site):
    public_id = new_public_id()
    first, second = links.token("party", public_id, 1), links.token("party", public_id, 2)

    assert links.read("party", first.replace(f"{public_id}1", f"{public_id}2")) is None
    assert links.read("party", second.replace(f"{public_id}2", f"{public_id}1")) is None


def test_every_changed_character_is_noticed(site):
    token = links.token("party", new_public_id())
    changed = [
        token[:at] + other + token[at + 1 :] for at, old in enumerate(token) for other in "a2z7-" if other != old
    ]

    assert len(changed) > 150
    assert {links.read("party", one) for one in changed} == {None}


@pytest.mark.parametrize(
    "change",
    [
        lambda token: "",
        lambda token: token[:-1],
        lambda token: token + "a",
        lambda token: f" {token}",
        lambda token: f"{token}\n",
        lambda token: token.upper(),
        lambda token: token.replace("1-1-", "01-1-"),
        lambda token: token.replace("1-1-", "1-01-"),
        lambda token: token.replace("1-1-", "1-2-"),
        lambda token: token.replace("1-1-", "١-1-"),
        lambda token: token[:16],
        lambda token: "a" * 10_000,
        lambda token: f"{token}/{token}",
    ],
)
def test_what_is_no_token_opens_nothing(site, change):
    assert links.read("party", change(links.token("party", new_public_id()))) is None


def test_another_sites_key_is_refused(site):
    with with_keys(f"1:{NEW}").app_context():
        foreign = links.token("party", new_public_id())

    assert links.read("party", foreign) is None


def test_an_old_key_still_reads_and_the_new_one_signs(site):
    public_id = new_public_id()
    before = links.token("party", public_id)

    with with_keys(f"1:{OLD} 2:{NEW}").app_context():
        after = links.token("party", public_id)
        read = links.read("party", before), links.read("party", after)
        under_the_other_number = links.read("party", before.replace("1-1-", "1-2-"))
    with with_keys(f"2:{NEW}").app_context():
        old_key_taken_away = links.read("party", before), links.read("party", after)

    assert (before[16:20], after[16:20]) == ("1-1-", "1-2-")
    assert read == ((public_id, 1), (public_id, 1))
    assert under_the_other_number is None
    assert old_key_taken_away == (None, (public_id, 1))


def test_the_tenth_key_signs_before_the_ninth():
    with with_keys(f"9:{OLD} 10:{NEW}").app_context():
        assert links.token("party", new_public_id())[16:21] == "1-10-"


def test_a_link_holds_128_bits_that_nobody_can_guess(site):
    mac = links.token("party", new_public_id()).rpartition("-")[2]

    assert len(mac) == 26
    assert set(mac) <= set("abcdefghijklmnopqrstuvwxyz234567")
