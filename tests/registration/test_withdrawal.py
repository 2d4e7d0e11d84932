"""Withdrawing from a contract: who may and until when, two clicks, a receipt, and no hint to strangers."""

from datetime import datetime, time, timedelta

import pytest

from partnering import clock, links
from partnering.db import db, transaction
from partnering.registration import permissions, queries, services
from partnering.registration.models import Party
from tests.factories import BIONECTION, make_event, make_guest, make_party, make_product, make_rules
from tests.support.letters import deliver_all, letters_to, text_of
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")


def bought(kind="private", **values):
    """A paid party of two, bought by a consumer unless told otherwise."""
    event = make_event(**{"withdrawal": "button", **values})
    make_rules(event, *BIONECTION)
    party = make_party(
        event,
        product=make_product(event, gross=20_000),
        quantity=2,
        people=[make_guest("jana@example.org"), make_guest("ben@example.org")],
        locale="en",
    )
    with transaction():
        party = db.session.get_one(Party, party.id)
        party.billing = {"kind": kind, "name": "Jana Wittkowski"}
    return party


def address(party):
    """Where its buyer withdraws."""
    return f"/r/{links.token('party', party.public_id, party.generation)}/withdraw"


@pytest.mark.parametrize(
    ("ordered", "last"),
    [
        ("2026-11-23", "2026-12-07"),  # a Monday, two weeks on a Monday
        ("2026-11-27", "2026-12-11"),
        ("2026-11-28", "2026-12-14"),  # a Saturday becomes the Monday after
        ("2026-11-29", "2026-12-14"),  # a Sunday too
    ],
)
def test_the_term_is_fourteen_days_and_never_ends_on_a_weekend(freeze, ordered, last):
    freeze(clock.from_zone(datetime.combine(datetime.fromisoformat(ordered), time(12)), "Europe/Berlin"))
    party = bought()
    end = clock.from_zone(datetime.combine(datetime.fromisoformat(last), time(23, 59)), "Europe/Berlin")

    assert there(permissions.withdrawal_day(party)).isoformat() == last
    freeze(end)
    assert permissions.may_withdraw(party)
    freeze(end + timedelta(minutes=1))
    assert not permissions.may_withdraw(party)


def test_companies_and_events_without_the_right_have_no_button(client):
    for party in (bought(kind="company"), bought(withdrawal="none")):
        assert permissions.withdrawal_day(party) is None
        assert address(party) not in client.get(address(party).removesuffix("/withdraw")).text
        assert client.post(address(party)).status_code == 409
    assert client.get(f"/e/{party.event.slug}/withdraw").status_code == 404


def test_a_click_shows_what_is_withdrawn_and_the_second_does_it_without_a_fee(client):
    party = bought()
    page = client.get(address(party) + "?lang=en")
    assert (page.status_code, party.reference in page.text, "Confirm withdrawal" in page.text) == (200, True, True)
    db.session.rollback()
    assert there(queries.party_at(party.public_id)).withdrawn_at is None

    assert client.post(address(party), data={"key": "once"}).status_code == 303

    db.session.rollback()
    party = there(queries.party_at(party.public_id))
    assert (party.withdrawn_at is not None, party.cancelled_at is not None, services.total(party)) == (True, True, 0)
    assert [place.registration for place in queries.places_of(party)] == [None, None]


def test_the_receipt_says_when_it_arrived(client, freeze):
    party = bought()
    reference, secret = party.reference, address(party)
    client.post(secret)

    db.session.remove()
    receipts = [m for m in deliver_all(client.application) if "withdrawal" in m["Subject"]]

    (receipt,) = receipts
    now = clock.in_zone(clock.now(), "Europe/Berlin")
    assert receipt["To"].addresses[0].addr_spec == "jana@example.org"
    assert reference in text_of(receipt)
    assert f"{now.day} {now:%B %Y}" in text_of(receipt)


def test_whoever_has_no_link_asks_with_reference_and_address_and_learns_nothing(client):
    party = bought()
    page = f"/e/{party.event.slug}/withdraw"
    answers = []
    for reference, email in (
        (party.reference, "jana@example.org"),
        (party.reference.lower(), "Jana@Example.org"),
        (party.reference, "mallory@example.org"),
        ("AAAAAAAA", "jana@example.org"),
    ):
        db.session.rollback()
        answer = client.post(page, data={"reference": reference, "email": email})
        answers.append((answer.status_code, answer.location))

    assert set(answers) == {(303, page)}
    db.session.rollback()
    kinds = [letter.kind for letter in letters_to("jana@example.org")]
    assert kinds.count("registration.withdrawal_link") == 1
    assert letters_to("mallory@example.org") == []


def test_an_empty_form_says_what_is_missing(client):
    party = bought()

    answer = client.post(f"/e/{party.event.slug}/withdraw?lang=en", data={})

    assert (answer.status_code, "Enter the reference" in answer.text) == (422, True)
