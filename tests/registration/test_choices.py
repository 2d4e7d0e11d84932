"""Registering with a code and with extras: what is shown, refused, held, kept and stored."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.consents import recipients
from partnering.consents.models import Consent
from partnering.db import BilingualText, db, transaction
from partnering.registration import waiting
from partnering.registration.models import Item, Party, Registration, WaitingEntry
from partnering.tickets import services as tickets
from partnering.tickets.models import Claim, Code, PriceTier
from partnering.tickets.queries import product_at
from tests.factories import make_code, make_member_list, make_pool, make_product, make_registration, make_workshop
from tests.support.counting import statements
from tests.support.there import there

from .shop import BEN, URL, at_extras, items
from .test_flow import BILL, JANA, count, problems, shown

WRONG_DIGITS = "This is no valid VAT number: compare it character by character, it does not fit its check digits"

# -- codes


def test_a_code_is_applied_and_nothing_that_was_chosen_is_lost(shop, client):
    other = shop.add(make_product, gross=9_000, partnering=False)
    shop.add(make_code, "SPRING-20", discount="percent", value=2_000)

    answer = client.post(URL, data={"ticket": other, "quantity": "3", "code": "spring 20", "apply": "1"})
    page = client.get(f"{answer.location}&lang=en")

    assert answer.status_code == 303
    assert count(shop.app, Party, Claim) == (0, 0)
    assert f'value="{other}" checked' in re.sub(r' id="ticket"', "", page.text)
    assert 'name="quantity" inputmode="numeric" autocomplete="off" value="3"' in page.text
    assert "Code SPRING-20 is valid. It takes 20% off the price." in shown(page)
    assert re.findall(r'<s class="num">.*?</s><b class="num">(.*?)</b>', page.text) == ["€176", "€72"]


def test_going_back_behind_a_code_shows_what_is_held_and_not_what_was_typed_before(shop, client):
    other = shop.add(make_product, gross=9_000, partnering=False)
    shop.add(make_code, "SPRING-20", discount="percent", value=2_000)

    def chosen(page):
        found = re.search(r'name="quantity" .*?value="(\d+)"', page.text)
        return f'value="{other}" checked' in re.sub(r' id="ticket"', "", page.text), found and found[1]

    applied = client.post(URL, data={"ticket": shop.ticket, "quantity": "1", "code": "spring 20", "apply": "1"})
    client.post(URL, data={"ticket": other, "quantity": "3", "code": "spring 20"})
    assert chosen(client.get(applied.location)) == (True, "3")

    again = client.post(URL, data={"ticket": shop.ticket, "quantity": "2", "code": "spring 20", "apply": "1"})
    assert chosen(client.get(again.location)) == (False, "2")
    assert chosen(client.get(f"{URL}?ticket={shop.ticket}")) == (False, "3")


def test_a_code_counts_in_what_is_held_and_owed(shop, client):
    shop.add(make_code, "SPRING-20", discount="percent", value=2_000)

    assert (
        client.post(URL, data={"ticket": shop.ticket, "quantity": "2", "code": "spring20"}).location == f"{URL}/people"
    )

    assert items(shop) == [("ticket", 22_000, 17_600, "SPRING-20")] * 2
    client.post(f"{URL}/people", data={**JANA, "people-1-open": "y"})
    page = shown(client.get(f"{URL}/check?lang=en"))
    assert ("with code SPRING-20" in page, "€440" in page, "€352" in page) == (True, True, True)
    assert client.post(f"{URL}/check", data=BILL).location == f"{URL}/done"
    assert (items(shop), shop.sound()) == ([("ticket", 22_000, 17_600, "SPRING-20")] * 2, [])


def test_taking_the_code_away_again_costs_the_full_price(shop, client):
    shop.add(make_code, "SPRING-20", discount="percent", value=2_000)
    client.post(URL, data={"ticket": shop.ticket, "code": "SPRING-20"})

    client.post(URL, data={"ticket": shop.ticket, "code": ""})

    assert (items(shop), shop.sound()) == ([("ticket", 22_000, 22_000, "")], [])


@pytest.mark.parametrize(
    ("values", "typed", "sentence"),
    [
        ({}, "SPRING-2O1", "We do not know this code. Please check how it is written."),
        (
            {"valid_until": datetime(2020, 1, 1, tzinfo=UTC)},
            "SPRING",
            "This code is no longer valid.",
        ),
        ({"active": False}, "SPRING", "This code is no longer valid."),
        ({"uses_max": 0}, "SPRING", "This code has been used as often as it may be."),
    ],
    ids=["unknown", "over", "inactive", "used"],
)
def test_why_a_code_does_not_help_stands_beside_it(shop, client, values, typed, sentence):
    shop.add(make_code, "SPRING", discount="percent", value=2_000, **values)

    for data in ({"ticket": shop.ticket, "code": typed, "apply": "1"}, {"ticket": shop.ticket, "code": typed}):
        answer = client.post(f"{URL}?lang=en", data=data)
        assert answer.status_code == 422
        assert [sentence in problem for problem in problems(answer)] == [True]
        assert f'value="{typed}"' in answer.text
    assert count(shop.app, Party) == (0,)


def test_the_last_use_of_a_code_goes_to_one(shop, client):
    shop.add(make_code, "ONCE", discount="percent", value=5_000, uses_max=1)
    client.post(URL, data={"ticket": shop.ticket, "code": "ONCE"})

    answer = shop.app.test_client().post(f"{URL}?lang=en", data={"ticket": shop.ticket, "code": "ONCE"})

    assert (answer.status_code, problems(answer)) == (422, ["This code has been used as often as it may be."])
    assert client.post(URL, data={"ticket": shop.ticket, "code": "ONCE"}).status_code == 303


def test_a_code_that_does_not_reach_says_how_far_it_does(shop, client):
    shop.add(make_code, "THREE", discount="percent", value=5_000, uses_max=3)

    answer = client.post(f"{URL}?lang=en", data={"ticket": shop.ticket, "code": "THREE", "quantity": "4"})

    assert (answer.status_code, problems(answer)) == (422, ["This code is good for 3 more tickets."])
    assert client.post(URL, data={"ticket": shop.ticket, "code": "THREE", "quantity": "3"}).status_code == 303


def test_what_a_voucher_keeps_is_left_for_its_own_tickets_alone(shop, client):
    with shop.app.app_context():
        pool = make_pool(shop.event, 5)
        ours = make_product(shop.event, pools=[pool], name=BilingualText("Förderkreis", "Friends"), partnering=False)
        make_product(shop.event, pools=[pool], name=BilingualText("Halle", "Hall"), partnering=False)
        make_code(shop.event, "FRIENDS", "voucher", products=[ours], blocked=3, uses_max=3)
        db.session.remove()

    page = shown(client.get(f"{URL}?lang=en&code=friends"))

    assert [page.partition(name)[2].split()[:3] for name in ("Friends", "Hall")] == [
        ["5", "places", "left"],
        ["2", "places", "left"],
    ]


def test_a_hidden_ticket_is_there_for_its_code_alone(shop, client):
    hidden = shop.add(make_product, hidden=True, gross=0, partnering=False, name=BilingualText("Beirat", "Board"))
    with shop.app.app_context():
        make_code(shop.event, "BOARD", "access", products=[there(product_at(shop.event, hidden))])
        db.session.remove()

    assert "Board" not in client.get(f"{URL}?lang=en").text
    assert client.post(URL, data={"ticket": hidden}).status_code == 422
    page = client.get(f"{URL}?lang=en&code=board")
    assert ("Board" in page.text, "Code BOARD is valid. It opens one more ticket." in shown(page)) == (True, True)
    assert client.post(URL, data={"ticket": hidden, "code": "Board"}).location == f"{URL}/people"


def test_a_code_of_members_asks_for_the_buyers_address(shop, client):
    with shop.app.app_context():
        members = make_member_list(shop.event, entries=["verein.example"])
        make_code(shop.event, "CLUB", "member", member_list_id=members.id, audience="member")
        with transaction():
            product = there(product_at(shop.event, shop.ticket))
            db.session.add(PriceTier(event_id=product.event_id, product_id=product.id, gross=15_000, audience="member"))
        db.session.remove()
    page = shown(client.get(f"{URL}?lang=en&code=club"))
    assert "we check that all who come are on the list of members by email address" in page
    client.post(URL, data={"ticket": shop.ticket, "code": "club"})

    refused = client.post(f"{URL}/people?lang=en", data=JANA)
    taken = client.post(f"{URL}/people", data={**JANA, "people-0-email": "jana@labor.verein.example"})

    assert refused.status_code == 422
    assert problems(refused) == [
        "Person 1: Code CLUB is for members, and this address is not on their list. "
        "Use the one that is, or leave out the code."
    ]
    assert taken.location == f"{URL}/check"
    assert items(shop) == [("ticket", 15_000, 15_000, "CLUB")]
    assert client.post(f"{URL}/check", data=BILL).location == f"{URL}/done"


def test_a_code_that_ends_before_placing_leads_back_with_everything_kept(shop, client):
    shop.add(make_code, "SPRING", discount="percent", value=2_000)
    client.post(URL, data={"ticket": shop.ticket, "code": "SPRING"})
    client.post(f"{URL}/people", data=JANA)
    with shop.app.app_context(), transaction():
        db.session.execute(sa.update(Code).values(active=False))

    assert client.post(f"{URL}/check", data=BILL).location == URL

    assert count(shop.app, Registration) == (0,)
    assert [draft["people"][0]["given_name"] for (draft,) in shop.ask(sa.select(Party.draft))] == ["Jana"]


# -- extras


def test_extras_are_chosen_for_each_person_and_tied_to_their_places(shop, client):
    dinner = shop.add(make_product, kind="add_on", gross=6_500, partnering=False, capacity=5)
    talk = shop.add(make_workshop, "Patente", clock.now() + timedelta(days=40), gross=4_500, capacity=5)
    assert at_extras(shop, client, {**JANA, **BEN}, "2").location == f"{URL}/extras"
    assert client.get(f"{URL}/check").location == f"{URL}/extras"

    assert client.post(f"{URL}/extras", data={"extra_0": [dinner, talk], "extra_1": [talk]}).location == f"{URL}/check"
    page = shown(client.get(f"{URL}/check?lang=en"))
    client.post(f"{URL}/check", data=BILL)

    assert "€595" in page
    rows = shop.ask(
        sa.select(Item.kind, Item.gross, Registration.badge_name)
        .outerjoin(Registration, Registration.place_id == Item.place_id)
        .order_by(Item.kind, Item.gross, Registration.badge_name)
    )
    assert rows == [
        ("add_on", 4_500, "Ben Adeyemi"),
        ("add_on", 4_500, "Jana Wittkowski"),
        ("add_on", 6_500, "Jana Wittkowski"),
        ("ticket", 22_000, "Ben Adeyemi"),
        ("ticket", 22_000, "Jana Wittkowski"),
    ]
    assert shop.sound() == []


def test_who_waits_for_an_extra_comes_before_whoever_asks_for_it_next(shop, client, freeze):
    start = clock.now()
    tour = shop.add(make_product, kind="add_on", partnering=False, capacity=1)
    with shop.app.app_context():
        guest = make_registration(shop.event, product=there(product_at(shop.event, shop.ticket)))
        with transaction():
            event, product = shop.event, there(product_at(shop.event, tour))
            tickets.hold(event, [(product, 1)], start + timedelta(minutes=30))
            held = db.session.get_one(Registration, guest.id)
            options: dict[str, Any] = {"name": "Wanda Quast", "locale": "de", "registration": held}
            waiting.join(event, product, 1, email="waits@example.org", **options)
        db.session.remove()
    freeze(start + timedelta(minutes=31))  # the hold has run out, and nobody has looked since
    at_extras(shop, client)

    refused = client.post(f"{URL}/extras", data={"extra_0": [tour]})

    assert refused.status_code == 409
    assert shop.ask(sa.select(WaitingEntry.state)) == [("offered",)]
    assert shop.sound() == []


def test_changing_ones_mind_gives_extras_back(shop, client):
    dinner = shop.add(make_product, kind="add_on", gross=6_500, partnering=False, capacity=5)
    at_extras(shop, client)
    client.post(f"{URL}/extras", data={"extra_0": [dinner]})
    client.post(f"{URL}/extras", data={"extra_0": [dinner]})
    assert items(shop) == [("ticket", 22_000, 22_000, ""), ("add_on", 6_500, 6_500, "")]

    client.post(f"{URL}/extras", data={"sent": "1"})

    assert (items(shop), shop.sound()) == ([("ticket", 22_000, 22_000, "")], [])
    states = shop.ask(sa.select(Claim.state).order_by(Claim.id))
    assert states == [("held",), ("released",)]


def test_two_workshops_at_once_are_refused_in_a_sentence(shop, client):
    start = clock.now() + timedelta(days=40)
    first = shop.add(make_workshop, "Patente", start)
    second = shop.add(make_workshop, "Zulassung", start + timedelta(minutes=30))
    third = shop.add(make_workshop, "Recht", start + timedelta(minutes=90))
    at_extras(shop, client)

    answer = client.post(f"{URL}/extras?lang=en", data={"extra_0": [first, second]})

    assert answer.status_code == 422
    assert problems(answer) == ["“Patente” and “Zulassung” take place at the same time."]
    assert (items(shop), shop.sound()) == ([("ticket", 22_000, 22_000, "")], [])
    assert client.post(f"{URL}/extras", data={"extra_0": [first, third]}).location == f"{URL}/check"


def test_a_sold_out_extra_is_not_to_be_had(shop, client):
    gone = shop.add(make_workshop, "Patente", clock.now() + timedelta(days=40), capacity=0)
    at_extras(shop, client)

    page = client.get(f"{URL}/extras?lang=en")
    answer = client.post(f"{URL}/extras?lang=en", data={"extra_0": [gone]})

    assert re.search(rf'value="{gone}" id="extra_0-0" disabled', page.text)
    assert "Sold out" in shown(page)
    assert (answer.status_code, items(shop)) == (409, [("ticket", 22_000, 22_000, "")])


def test_what_is_not_offered_is_refused(shop, client):
    shop.add(make_product, kind="add_on", gross=6_500, partnering=False)
    at_extras(shop, client)

    assert client.post(f"{URL}/extras", data={"extra_0": [shop.ticket]}).status_code == 422
    assert items(shop) == [("ticket", 22_000, 22_000, "")]


def test_extras_stay_with_the_places_that_stay(shop, client):
    dinner = shop.add(make_product, kind="add_on", gross=6_500, partnering=False, capacity=5)
    at_extras(shop, client, {**JANA, **BEN}, "2")
    client.post(f"{URL}/extras", data={"extra_0": [dinner], "extra_1": [dinner]})

    client.post(URL, data={"ticket": shop.ticket, "quantity": "1"})

    assert items(shop) == [("add_on", 6_500, 6_500, ""), ("ticket", 22_000, 22_000, "")]
    assert shop.sound() == []


def test_an_extra_that_has_gone_meanwhile_is_asked_for_again(shop, client, freeze):
    start = clock.now()
    dinner = shop.add(make_product, kind="add_on", gross=6_500, partnering=False, capacity=1)
    at_extras(shop, client)
    client.post(f"{URL}/extras", data={"extra_0": [dinner]})
    freeze(start + timedelta(minutes=40))
    other = shop.app.test_client()
    at_extras(shop, other, {**JANA, "people-0-email": "other@example.org"})
    other.post(f"{URL}/extras", data={"extra_0": [dinner]})

    assert client.post(f"{URL}/check", data=BILL).location == URL
    assert client.post(URL, data={"ticket": shop.ticket}).location == f"{URL}/check"
    assert client.post(f"{URL}/extras", data={"sent": "1"}).location == f"{URL}/check"
    assert client.post(f"{URL}/check", data=BILL).location == f"{URL}/done"
    assert shop.sound() == []


# -- the invoice's address, approval


def test_the_sum_that_was_shown_is_the_sum_that_binds(shop, client):
    online = shop.add(make_product, online=True, gross=11_900, partnering=False)
    client.post(URL, data={"ticket": online})
    client.post(f"{URL}/people", data=JANA)
    abroad = {**BILL, "postcode": "1010", "country": "AT", "vat_id": "ATU12345675", "seen": "11900"}

    asked = client.post(f"{URL}/check?lang=en", data=abroad)
    sent = client.post(f"{URL}/check", data={**abroad, "seen": "10000"})

    assert (asked.status_code, "the sum has changed" in shown(asked)) == (422, True)
    assert 'name="seen" type="hidden" value="10000"' in asked.text
    assert sent.location == f"{URL}/done"
    rows = shop.ask(sa.select(Item.net, Item.vat, Item.gross, Item.vat_rate, Item.tax_kind))
    assert rows == [(10_000, 0, 10_000, 0, "reverse_charge")]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("vat_id", "12345", "Enter the VAT number with its country code, for example DE123456788"),
        ("vat_id", "GR094259216", "Greek VAT numbers begin with EL"),
        ("vat_id", "DE12", WRONG_DIGITS),
        ("leitweg_id", "abc", "Enter the Leitweg-ID as you were given it, for example 04011000-1234512345-06"),
        ("billing_email", "jana@", "Enter a complete email address, for example name@company.com"),
        ("country", "XX", "Choose the country"),
        ("kind", "club", "Not a valid choice."),
    ],
)
def test_the_invoices_address_is_checked(shop, client, field, value, sentence):
    client.post(URL, data={"ticket": shop.ticket})
    client.post(f"{URL}/people", data=JANA)

    answer = client.post(f"{URL}/check?lang=en", data={**BILL, field: value})

    assert (answer.status_code, problems(answer)) == (422, [sentence])


def test_a_private_person_has_no_numbers_of_a_business(shop, client):
    client.post(URL, data={"ticket": shop.ticket})
    client.post(f"{URL}/people", data=JANA)

    client.post(f"{URL}/check", data={**BILL, "kind": "private", "vat_id": "DE123456788", "order_number": "7"})

    [(billing,)] = shop.ask(sa.select(Party.billing))
    assert (billing["kind"], billing["vat_id"], billing["order_number"]) == ("private", "", "")


def test_what_needs_approval_is_sent_in_and_binds_nobody_yet(shop, client):
    press = shop.add(make_product, needs_approval=True, gross=0, partnering=False)
    client.post(URL, data={"ticket": press})
    client.post(f"{URL}/people", data=JANA)
    page = client.get(f"{URL}/check?lang=en")

    first = client.post(f"{URL}/check", data={"terms": "y", "privacy": "y"})
    second = client.post(f"{URL}/check", data={"terms": "y", "privacy": "y"})

    assert "Send for approval" in shown(page)
    assert (first.location, second.location) == (f"{URL}/done", f"{URL}/done")
    assert "We have received your registration." in shown(client.get(f"{URL}/done?lang=en"))
    assert count(shop.app, Registration) == (0,)
    assert shop.ask(sa.select(Party.approval, Party.contact_email)) == [("waiting", "jana@lumenfold.example")]
    assert shop.ask(sa.select(Claim.state)) == [("pending",)]


# -- what it costs


def asked_of_the_database(shop, deed):
    """How many statements a request runs, once everything is warm."""
    with shop.app.app_context(), statements() as asked:
        deed()
        return len(asked)


@pytest.mark.parametrize("step", ["register", "people", "extras", "check"])
def test_a_page_asks_as_much_for_many_tickets_and_people_as_for_one(shop, client, step):
    shop.add(make_product, kind="add_on", gross=6_500, partnering=False)
    few, many = client, shop.app.test_client()

    def go(visitor, units):
        visitor.post(URL, data={"ticket": shop.ticket, "quantity": str(units)})
        others = {f"people-{n}-{part}": f"{part}{n}" for n in range(1, units) for part in ("given_name", "family_name")}
        addresses = {f"people-{n}-email": f"guest{n}@example.org" for n in range(1, units)}
        visitor.post(f"{URL}/people", data={**JANA, **others, **addresses})
        visitor.post(f"{URL}/extras", data={"sent": "1"})

    path = URL if step == "register" else f"{URL}/{step}"
    go(few, 1)
    few.get(path)
    one = asked_of_the_database(shop, lambda: few.get(path))
    for _more in range(6):
        shop.add(make_product, partnering=False)
        shop.add(make_product, kind="add_on", gross=6_500, partnering=False)
    go(many, 8)
    many.get(path)

    assert asked_of_the_database(shop, lambda: many.get(path)) == one


def test_a_registration_takes_few_statements(shop, client):
    at_extras(shop, client)
    shop.app.test_client().get(URL)

    chosen = asked_of_the_database(shop, lambda: shop.app.test_client().post(URL, data={"ticket": shop.ticket}))
    named = asked_of_the_database(shop, lambda: client.post(f"{URL}/people", data=JANA))
    placed = asked_of_the_database(shop, lambda: client.post(f"{URL}/check", data=BILL))

    assert (chosen <= 18, named <= 13, placed <= 51) == (True, True, True), (chosen, named, placed)


def test_a_buyer_agrees_to_a_named_recipient_apart_from_all_others(shop, client):
    aim = BilingualText("Neues zu schicken", "to send news")

    def asked_about(event, name):
        with transaction():
            return recipients.add(event, name, aim)

    first, second = (f"to_{shop.add(asked_about, name)}" for name in ("Lumenfold GmbH", "Zellwerk AG"))
    client.post(URL, data={"ticket": shop.ticket})
    client.post(f"{URL}/people", data=JANA)
    page = client.get(f"{URL}/check").text
    ticked = [there(re.search(rf'name="{name}" value="y"( checked)?>', page))[1] for name in (first, second)]
    assert ticked == [None, None]

    faulty = client.post(f"{URL}/check", data={**BILL, "street": "", first: "y"}).text
    client.post(f"{URL}/check", data={**BILL, first: "y", "to_nobody": "y"})

    assert f'name="{first}" value="y" checked' in faulty
    assert shop.ask(sa.select(Consent.purpose, Consent.recipient, Consent.channel)) == [
        ("sponsor", "Lumenfold GmbH", "registration")
    ]
