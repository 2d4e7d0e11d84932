"""Add-ons booked after registering: at whose price, how many, and to whose bill."""

import pytest
import sqlalchemy as sa

from partnering import links
from partnering.db import BilingualText, db, transaction
from partnering.invoices import queries as invoices
from partnering.registration import orders, queries, services, workshops
from partnering.registration.models import Item, Party
from partnering.tickets.errors import LimitPerOrder
from partnering.tickets.models import PriceTier
from tests.factories import make_code, make_draft, make_event, make_guest, make_party, make_product
from tests.factories.invoices import BILLING, make_setup
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")

ADDRESS = {
    "kind": "private",
    "billing_name": "Jana Wittkowski",
    "street": "Weg 1",
    "postcode": "01067",
    "city": "Dresden",
    "country": "DE",
}


def link(party):
    """The secret address of a party."""
    return f"/r/{links.token('party', party.public_id, party.generation)}"


def ticket_link(registration):
    """The secret address of a ticket."""
    return f"/t/{links.token('ticket', registration.public_id, registration.generation)}"


def fresh(party):
    """The party as it is now."""
    db.session.rollback()
    return there(queries.party_at(party.public_id))


def add_ons(party):
    """What a party has booked beside its tickets: (gross, list price, tier)."""
    return [
        (item.gross, item.list_gross, item.tier_name.en)
        for item in fresh(party).items
        if item.kind == "add_on" and item.cancelled_at is None
    ]


# -- how many


def test_one_for_each_order_is_one_for_what_is_booked_later_too(client):
    event = make_event()
    visit = make_product(event, kind="add_on", gross=0, most_per_order=1)
    party = make_party(event, product=make_product(event), quantity=2, people=[make_guest(), make_guest()])
    first, second = queries.places_of(party)
    with transaction():
        workshops.book(first, visit, by="buyer")

    with pytest.raises(LimitPerOrder), transaction():
        workshops.book(queries.places_of(there(queries.party_at(party.public_id)))[1], visit, by="buyer")

    path = f"{link(party)}/places/{second.public_id}/extras"
    assert visit.public_id not in client.get(path).text
    client.post(f"{path}/{visit.public_id}")
    assert len(add_ons(party)) == 1
    with transaction():
        workshops.give_up(queries.places_of(there(queries.party_at(party.public_id)))[0], visit, by="buyer")
    assert client.post(f"{path}/{visit.public_id}").status_code == 303
    assert len(add_ons(party)) == 1


def test_what_was_ordered_at_once_counts_for_the_limit(client):
    event = make_event()
    shirt = make_product(event, kind="add_on", gross=0, most_per_order=2)
    ticket = make_product(event)
    people = [make_guest(), make_guest(), make_guest()]
    with transaction():
        draft = make_draft(event, product=ticket, quantity=3, people=people)
        orders.set_add_ons(draft, [[shirt.public_id], [shirt.public_id], []])
        services.place(draft)
    third = queries.places_of(draft)[2]

    with pytest.raises(LimitPerOrder), transaction():
        workshops.book(third, shirt, by="buyer")


# -- at whose price


def make_member_dinner(event):
    """A dinner with a price for members beside that for everybody."""
    dinner = make_product(event, kind="add_on", gross=6_000)
    with transaction():
        name = BilingualText("Mitglieder", "Members")
        tier = PriceTier(event_id=event.id, product_id=dinner.id, name=name, audience="member", gross=4_000)
        db.session.add(tier)
    db.session.expire_all()
    return dinner


def test_a_member_pays_the_members_price_later_too(client):
    event = make_event()
    dinner, ticket = make_member_dinner(event), make_product(event)
    code = make_code(event, kind="member", audience="member")
    with transaction():
        member = services.begin(event, ticket, 1, "de", code=code)
        services.keep(member, people=[make_guest()], company="", billing=BILLING)
        services.place(member)
    stranger = make_party(event, product=ticket, billing=BILLING)

    for party, price in ((member, "€40"), (stranger, "€60")):
        db.session.rollback()
        place = queries.places_of(party)[0]
        path = f"{link(party)}/places/{place.public_id}/extras"
        assert price in client.get(f"{path}?lang=en").text
        client.post(f"{path}/{dinner.public_id}")

    assert add_ons(member) == [(4_000, 4_000, "Members")]
    assert [gross for gross, _listed, _tier in add_ons(stranger)] == [6_000]


# -- to whose bill


def free_party(event, **values):
    """A party whose ticket cost nothing, so that nobody asked where an invoice would go."""
    return make_party(event, product=make_product(event, gross=0), billing={}, **values)


def invoiced(party):
    """What a party was invoiced, in cents, and to which street."""
    found = invoices.live_invoices(fresh(party))
    return [(each.gross, each.contents["buyer"]["street"], each.contents["buyer"]["kind"]) for each in found]


@pytest.mark.parametrize("by", ["buyer", "holder"])
def test_the_first_thing_that_costs_asks_for_an_address_and_is_invoiced(client, by):
    event = make_event()
    make_setup(event)
    dinner = make_product(event, kind="add_on", gross=30_000)
    party = free_party(event)
    place = queries.places_of(party)[0]
    own = ticket_link(there(place.registration))
    path = own if by == "holder" else f"{link(party)}/places/{place.public_id}"
    shown = path if by == "holder" else f"{path}/extras"
    url = f"{path}/extras/{dinner.public_id}"
    assert "Book with obligation to pay" in client.get(f"{shown}?lang=en").text

    asked = client.post(f"{url}?lang=en")

    assert (asked.status_code, add_ons(party)) == (200, [])
    for words in ("Who is the invoice for?", "Book with obligation to pay", "€300"):
        assert words in asked.text
    assert "summary" not in asked.text  # nothing was wrong yet
    wrong = client.post(url, data={**ADDRESS, "street": "", "seen": "30000"})
    assert (wrong.status_code, add_ons(party)) == (422, [])
    done = client.post(url, data={**ADDRESS, "seen": "30000", "key": "once"})
    again = client.post(url, data={**ADDRESS, "seen": "30000", "key": "once"})

    assert (done.status_code, again.status_code) == (303, 303)
    assert [gross for gross, *_rest in add_ons(party)] == [30_000]
    assert invoiced(party) == [(30_000, "Weg 1", "private")]


def test_whose_address_is_known_is_not_asked_again(client):
    event = make_event()
    dinner = make_product(event, kind="add_on", gross=6_000)
    party = make_party(event, product=make_product(event), billing=BILLING)
    place = queries.places_of(party)[0]

    answer = client.post(f"{link(party)}/places/{place.public_id}/extras/{dinner.public_id}")

    assert (answer.status_code, len(add_ons(party))) == (303, 1)


def test_another_tax_at_that_address_is_shown_before_it_binds(client):
    event = make_event()
    stream = make_product(event, kind="add_on", gross=11_900, online=True)
    party = free_party(event)
    place = queries.places_of(party)[0]
    url = f"{link(party)}/places/{place.public_id}/extras/{stream.public_id}?lang=en"
    swiss = {**ADDRESS, "postcode": "8001", "country": "CH", "seen": "11900"}

    asked = client.post(url, data=swiss)

    assert (asked.status_code, "the sum has changed" in asked.text, add_ons(party)) == (422, True, [])
    assert client.post(url, data={**swiss, "seen": "10000"}).status_code == 303
    assert [gross for gross, *_rest in add_ons(party)] == [10_000]


def test_a_colleague_cannot_make_the_buyer_pay_by_waiting(client):
    event = make_event()
    dinner = make_product(event, kind="add_on", gross=6_000, capacity=0, waiting_list=True)
    party = make_party(event, product=make_product(event), quantity=2, people=[make_guest(), make_guest()])
    own, colleague = (ticket_link(there(place.registration)) for place in queries.places_of(party))

    answers = [client.get(f"{path}/waitlist/{dinner.public_id}").status_code for path in (own, colleague)]

    assert answers == [200, 409]


def test_nothing_is_kept_of_an_address_when_the_place_is_gone(client):
    event = make_event()
    dinner = make_product(event, kind="add_on", gross=6_000, capacity=1)
    first, second = (free_party(event) for _n in range(2))
    for party in (first, second):
        db.session.rollback()
        place = queries.places_of(party)[0]
        url = f"{link(party)}/places/{place.public_id}/extras/{dinner.public_id}"
        client.post(url, data={**ADDRESS, "seen": "6000"})

    assert [fresh(party).billing.get("street") for party in (first, second)] == ["Weg 1", None]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Item).where(Item.kind == "add_on")) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Party)) == 2
