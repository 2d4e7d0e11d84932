"""Prices for members are for each person who comes: every address that is named must be on the list."""

import re
from contextlib import nullcontext

import pytest

from partnering import links
from partnering.db import db, transaction
from partnering.registration import queries, services
from partnering.registration.seats import Guest
from partnering.tickets.errors import CodeInvalid
from tests.factories import make_code, make_event, make_guest, make_member_list, make_product
from tests.factories.ground import deed
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")

JANA = make_guest("jana@verein.example")


def order(event, people, kind="member"):
    """A booking under way with a code of members for these people."""
    members = make_member_list(event, entries=["verein.example"])
    code = make_code(event, kind=kind, discount="percent", value=5_000, member_list_id=members.id)
    with deed():
        party = services.begin(event, make_product(event), len(people), "de", code=code)
        services.keep(party, people=people, company="", billing={})
    return party


def placed(event, people, kind="member"):
    """The same, made binding."""
    party = order(event, people, kind)
    with deed():
        services.place(party)
    return party


def fresh(party):
    """The party as it is now."""
    db.session.rollback()
    return there(queries.party_at(party.public_id))


def test_a_colleague_who_is_no_member_cannot_come_at_the_members_price():
    party = order(make_event(), [JANA, make_guest("ben@elsewhere.example")])

    with pytest.raises(CodeInvalid), transaction():
        services.place(fresh(party))


def test_a_code_that_is_no_membership_asks_for_the_buyer_alone():
    party = placed(make_event(), [JANA, make_guest("ben@elsewhere.example")], kind="discount")

    assert fresh(party).placed_at is not None


def test_an_open_name_goes_to_a_member_later_and_the_page_says_so(client):
    party = placed(make_event(), [JANA, {}])
    one = fresh(party)
    url = f"/r/{links.token('party', one.public_id, one.generation)}/places/{one.places[1].public_id}"
    key = there(re.search(r'name="key" type="hidden" value="(\w+)"', client.get(url).text))[1]
    ben = {"given_name": "Ben", "family_name": "Adeyemi", "key": key}

    refused = client.post(url, data={**ben, "email": "ben@elsewhere.example"})
    taken = client.post(url, data={**ben, "email": "ben@verein.example"})

    held = there(fresh(party).places[1].registration)
    assert (refused.status_code, taken.status_code, held.participant.name) == (422, 303, "Ben Adeyemi")


def test_whoever_cannot_come_sends_another_member_by_either_page(client):
    party = placed(make_event(), [JANA, make_guest("ben@verein.example")])
    one = fresh(party)
    held = there(one.places[1].registration)
    pages = [
        f"/r/{links.token('party', one.public_id, one.generation)}/places/{one.places[1].public_id}",
        f"/t/{links.token('ticket', held.public_id, held.generation)}/substitute",
    ]
    told = []
    for url in pages:
        page = client.get(f"{url}?lang=en").text
        key = there(re.search(r'name="key" type="hidden" value="(\w+)"', page))[1]
        cleo = {"given_name": "Cleo", "family_name": "Ott", "key": key}
        refused = client.post(f"{url}?lang=en", data={**cleo, "email": "cleo@elsewhere.example"})
        sentence = "Enter the address under which this person is a member, or ask the organiser." in refused.text
        told.append(("at the price for members: it goes to" in page, refused.status_code, sentence))
    still = there(fresh(party).places[1].registration).participant.name

    taken = client.post(url, data={**cleo, "email": "cleo@verein.example"})

    assert told == [(True, 422, True)] * 2
    assert (still, taken.status_code) == (held.participant.name, 200)
    assert there(fresh(party).places[1].registration).participant.name == "Cleo Ott"


def test_somebody_named_and_not_yet_there_is_replaced_by_a_member_alone():
    party = placed(make_event(), [JANA, {}])
    for address in ("ben@verein.example", "cleo@elsewhere.example"):
        allowed = nullcontext() if address.endswith("verein.example") else pytest.raises(services.MembersOnly)
        with allowed, transaction():
            services.name_person(fresh(party).places[1], Guest(address, "", "Name", "Ott"))

    assert fresh(party).places[1].invited_address == "ben@verein.example"


def test_a_ticket_for_several_at_the_members_price_is_for_members():
    event = make_event()
    members = make_member_list(event, entries=["verein.example"])
    code = make_code(event, kind="member", audience="member", member_list_id=members.id)
    with deed():
        party = services.begin(event, make_product(event, seats=2), 1, "de", code=code)
        services.keep(party, people=[JANA, {}], company="", billing={})
        services.place(party)

    with pytest.raises(services.MembersOnly), transaction():
        services.name_person(fresh(party).places[1], Guest("cleo@elsewhere.example", "", "Cleo", "Ott"))

    assert fresh(party).places[1].registration is None


def test_a_place_without_the_code_goes_to_anybody():
    party = placed(make_event(), [JANA, make_guest("ben@verein.example")], kind="discount")
    with transaction():
        services.name_person(fresh(party).places[1], Guest("cleo@elsewhere.example", "", "Cleo", "Ott"))

    assert there(fresh(party).places[1].registration).participant.name == "Cleo Ott"


def test_organisers_name_whom_they_like():
    party = placed(make_event(), [JANA, {}])
    with transaction():
        services.name_person(fresh(party).places[1], Guest("c@elsewhere.example", "", "Cleo", "Ott"), by="organiser")

    assert fresh(party).places[1].registration is not None
