"""Withdrawing from a contract: who may and until when, two clicks, a receipt, and no hint to strangers."""

from datetime import datetime, time, timedelta

import pytest

from partnering import clock, links
from partnering.db import db, transaction
from partnering.registration import permissions, queries, refunds, services, workshops
from partnering.registration.models import Item, Party
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


# -- what was cancelled for a fee, and what was booked later


def paid_fee(party):
    """The party cancels everything, and a fee is kept."""
    with transaction():
        quote = services.cancel_party(db.session.get_one(Party, party.id))
    assert quote.fee > 0
    return quote.fee


def test_who_cancelled_for_a_fee_can_still_withdraw_and_owes_nothing(client):
    party = bought()
    fee = paid_fee(party)
    manage = address(party).removesuffix("/withdraw")
    assert address(party) in client.get(f"{manage}?lang=en").text
    assert services.total(party) == fee

    assert client.post(address(party), data={"key": "once"}).status_code == 303

    db.session.rollback()
    party = there(queries.party_at(party.public_id))
    assert (party.withdrawn_at is not None, services.total(party)) == (True, 0)
    with transaction():
        letters = [letter.payload["sums"] for letter in letters_to("jana@example.org") if "withdrawn" in letter.kind]
    assert [(sums["fee"], sums["refund"]) for sums in letters] == [(0, fee)]
    assert address(party) not in client.get(manage).text


def test_who_cancelled_without_a_fee_has_nothing_left_to_withdraw_from():
    party = bought()
    with transaction():
        party = db.session.get_one(Party, party.id)
        services.cancel_party(party, waive_fee=True)

    assert not permissions.may_withdraw(party)


@pytest.mark.parametrize(("kind", "said"), [("private", True), ("company", False)])
def test_who_is_about_to_pay_a_fee_reads_that_withdrawing_costs_nothing(client, kind, said):
    party = bought(kind=kind)

    page = client.get(f"{address(party).removesuffix('/withdraw')}/cancel?lang=en").text

    assert ("withdraw from the whole contract instead" in page, address(party) in page) == (said, said)


def book_later(party, freeze, days=10, gross=6_000):
    """An add-on booked that many days later; its line."""
    freeze(clock.now() + timedelta(days=days))
    db.session.rollback()
    dinner = make_product(party.event, kind="add_on", gross=gross)
    with transaction():
        party = there(queries.party_at(party.public_id))
        return workshops.book(queries.places_of(party)[0], dinner, by="buyer")


def test_an_add_on_booked_later_has_a_term_of_its_own(client, freeze):
    party = bought()
    item = book_later(party, freeze)
    own = f"{address(party)}/{item.claim.public_id}"
    freeze(clock.now() + timedelta(days=8))  # the party's own term is over
    db.session.rollback()
    party = there(queries.party_at(party.public_id))
    assert not permissions.may_withdraw(party)
    for page in (address(party), address(party).removesuffix("/withdraw")):
        assert own in client.get(f"{page}?lang=en").text
    assert "Confirm withdrawal" in client.get(f"{own}?lang=en").text

    assert [client.post(own, data={"key": "once"}).status_code for _click in range(2)] == [303, 303]

    db.session.rollback()
    party = there(queries.party_at(party.public_id))
    assert (services.total(party), party.withdrawn_at, party.cancelled_at) == (40_000, None, None)
    with transaction():
        receipts = [letter for letter in letters_to("jana@example.org") if letter.kind == "registration.withdrawn"]
    assert len(receipts) == 1
    db.session.remove()
    texts = [text_of(m) for m in deliver_all(client.application) if "withdrawal" in m["Subject"]]
    assert ["the ticket stays" in text for text in texts] == [True]


def test_once_its_term_is_over_it_falls_under_the_rules(client, freeze):
    party = bought()
    item = book_later(party, freeze)
    assert refunds.quote(item).fee == 0  # whoever may withdraw pays no fee for giving up
    freeze(clock.now() + timedelta(days=36))  # less than four weeks before the event
    db.session.rollback()
    item = there(db.session.get(Item, item.id))

    assert (permissions.may_withdraw_add_on(item), refunds.quote(item).fee) == (False, 3_000)
    assert client.post(f"{address(item.party)}/{there(item.claim).public_id}").status_code == 409


@pytest.mark.parametrize(("kind", "right"), [("private", True), ("company", False)])
def test_only_consumers_have_a_term_for_what_they_book_later(freeze, kind, right):
    item = book_later(bought(kind=kind), freeze)

    assert permissions.may_withdraw_add_on(item) == right
    tickets = [each for each in item.party.items if each.kind == "ticket"]
    assert not any(permissions.may_withdraw_add_on(each) for each in tickets)


# -- what is said about it


@pytest.mark.parametrize(
    ("withdrawal", "words"), [("button", "Model withdrawal form"), ("none", "no right to withdraw")]
)
def test_the_instruction_says_whether_there_is_a_right(client, withdrawal, words):
    event = make_event("tagung", withdrawal=withdrawal)

    page = client.get(f"/e/{event.slug}/withdrawal?lang=en").text

    assert {each: each in page for each in ("Model withdrawal form", "no right to withdraw")} == {
        each: each == words for each in ("Model withdrawal form", "no right to withdraw")
    }
