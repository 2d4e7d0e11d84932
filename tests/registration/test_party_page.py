"""The page of a party: as many questions to the database for twenty places as for two; dates for changes; extras."""

import re
from datetime import timedelta
from html import unescape

import pytest

from partnering import clock, links
from partnering.agenda import services as agenda
from partnering.db import db, transaction
from partnering.registration import queries, services, workshops
from partnering.registration.models import Registration
from tests.factories import (
    make_event,
    make_guest,
    make_party,
    make_product,
    make_registration,
    make_workshop,
)
from tests.factories.invoices import BILLING
from tests.support.counting import statements
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")


def address(thing):
    """The secret address of a party, or of a ticket."""
    purpose, letter = ("ticket", "t") if isinstance(thing, Registration) else ("party", "r")
    return f"/{letter}/{links.token(purpose, thing.public_id, thing.generation)}"


def party_of(count, **values):
    """A party of so many people, one of whom is not named yet and two of whom have a dinner."""
    event = values.pop("event", None) or make_event()
    dinner = make_product(event, kind="add_on", gross=0, pools=[])
    people = [*[make_guest() for _n in range(count - 1)], {}]
    party = make_party(
        event, product=make_product(event, capacity=100, most_per_order=50), quantity=count, people=people
    )
    with transaction():
        for place in queries.places_of(party)[:2]:
            workshops.book(place, dinner, by="buyer")
    return party


def test_twenty_places_cost_no_more_questions_than_two(client):
    counts = []
    for size in (2, 20):
        path = address(party_of(size))
        client.get(path)  # what is remembered is remembered now
        db.session.rollback()
        with statements() as asked:
            assert client.get(path).status_code == 200
        counts.append(len(asked))
        db.session.rollback()

    assert counts[0] == counts[1]
    assert counts[1] <= 45


def test_an_address_abroad_names_its_country_and_one_at_home_does_not(client):
    abroad, home = (make_party(make_event(), billing={**BILLING, "country": code}) for code in ("PL", "DE"))

    pages = [client.get(f"{address(party)}?lang=en").text for party in (abroad, home)]

    assert ["<br>Poland" in page for page in pages] == [True, False]
    assert "<br>Germany" not in pages[1]


def test_after_the_date_pages_are_read_only_and_say_whom_to_write_to(client, freeze):
    party = party_of(2)
    own = there(queries.places_of(party)[0].registration)
    paths = [address(party), address(own)]
    freeze(party.event.opens_at)

    for path in paths:
        page = client.get(f"{path}?lang=en").text
        assert "please write to tagung@example.org" in page
        assert "/cancel" not in page
        assert "/substitute" not in page


def test_an_exception_for_one_person_opens_their_place_alone(client, freeze):
    party = party_of(3)
    places = queries.places_of(party)
    first, second = (there(place.registration) for place in places[:2])
    with transaction():
        there(db.session.get(Registration, first.id)).changes_until = party.event.opens_at + timedelta(hours=5)
    freeze(party.event.opens_at)
    db.session.rollback()

    def cancel(place):
        db.session.rollback()
        return client.post(f"{address(party)}/places/{place.public_id}/cancel").status_code

    tickets = [client.post(f"{address(each)}/consents").status_code for each in (first, second)]
    assert tickets == [303, 303]
    assert (cancel(places[1]), cancel(places[0])) == (409, 303)
    freeze(party.event.opens_at + timedelta(hours=6))
    assert cancel(places[2]) == 409


def test_an_earlier_date_for_changes_leaves_passing_on_and_cancelling_open(client, freeze):
    event = make_event(change_until=clock.now() + timedelta(days=1))
    party = make_party(event, product=make_product(event), quantity=3, people=[make_guest(), make_guest(), {}])
    places = queries.places_of(party)
    own, colleague = (there(place.registration) for place in places[:2])
    extra = make_product(event, kind="add_on", gross=0)
    link, mine, theirs = address(party), address(own), address(colleague)
    freeze(clock.now() + timedelta(days=2))

    page = client.get(f"{mine}?lang=en").text
    assert "Changes were possible here until" in page
    assert "Passing on and cancelling are possible until" in page
    assert (f"{mine}/substitute" in page, f"{mine}/cancel" in page, "/extras/" in page) == (True, True, False)

    refused = [client.post(path).status_code for path in (f"{mine}/extras/{extra.public_id}", f"{mine}/answers")]
    refused.append(client.post(mine, data={"given_name": "Jana", "family_name": "Late"}).status_code)
    assert refused == [409, 409, 409]
    late = {"given_name": "Ben", "family_name": "Adeyemi", "email": "ben@example.org"}
    done = [
        client.post(f"{link}/places/{places[2].public_id}", data=late).status_code,
        client.post(f"{theirs}/substitute", data={**late, "email": "kim@example.org"}).status_code,
        client.post(f"{link}/places/{places[0].public_id}/cancel").status_code,
    ]
    assert done == [303, 200, 303]
    db.session.rollback()
    held = [place.registration for place in queries.places_of(there(queries.party_at(party.public_id)))]
    assert [there(there(each).participant.person).email if each else None for each in held] == [
        None,
        "kim@example.org",
        "ben@example.org",
    ]


def test_who_is_named_after_the_date_for_changes_still_says_who_they_are(client, freeze):
    event = make_event(change_until=clock.now() + timedelta(days=1))
    party = make_party(event, product=make_product(event), quantity=2, people=[make_guest(), {}])
    place, link = queries.places_of(party)[1], address(party)
    freeze(clock.now() + timedelta(days=2))
    ben = {"given_name": "Ben", "family_name": "Adeyemi", "email": "ben@example.org"}
    client.post(f"{link}/places/{place.public_id}", data=ben)
    db.session.rollback()
    ticket = address(there(queries.places_of(there(queries.party_at(party.public_id)))[1].registration))

    answers = [client.post(ticket, data={"given_name": "Ben", "family_name": name}).status_code for name in "AB"]

    assert answers == [303, 409]


def test_a_colleague_books_what_is_free_and_the_buyer_what_costs(client):
    event = make_event()
    people = [make_guest(), make_guest()]
    party = make_party(event, product=make_product(event), quantity=2, people=people, billing=BILLING)
    own, colleague = (there(place.registration) for place in queries.places_of(party))
    free = make_workshop(event, "Fermentation", event.opens_at)
    dear = make_product(event, kind="add_on", gross=6_000)
    mine, theirs = address(own), address(colleague)

    answers = [
        client.post(f"{theirs}/extras/{free.public_id}").status_code,
        client.post(f"{theirs}/extras/{dear.public_id}").status_code,
        client.post(f"{mine}/extras/{dear.public_id}").status_code,
    ]

    db.session.rollback()
    party = there(queries.party_at(party.public_id))
    booked = [[item.name.de for item in queries.add_ons_of(place)] for place in queries.places_of(party)]
    assert (answers, booked) == ([303, 409, 303], [["Standard"], ["Fermentation"]])
    assert services.total(party) == 2 * 22_000 + 6_000


def test_what_a_colleague_does_at_that_time_is_not_told_to_the_buyer(client):
    event = make_event()
    party = make_party(event, product=make_product(event), quantity=2, people=[make_guest(), make_guest()])
    place = queries.places_of(party)[1]
    registration = there(place.registration)
    workshop = make_workshop(event, "Fermentation", event.opens_at + timedelta(hours=1))
    with transaction():
        start = event.opens_at + timedelta(hours=1)
        agenda.block(registration.participant, event, start, start + timedelta(hours=1))
    here, extras = address(registration), f"{address(party)}/places/{place.public_id}/extras"

    assert client.post(f"{extras}/{workshop.public_id}").status_code == 303

    kept_free = "eine Zeit, die Sie frei halten"
    assert kept_free not in client.get(f"{extras}?lang=de").text
    assert kept_free in client.get(f"{here}?lang=de").text


def test_what_was_contested_takes_its_time_once_the_other_is_given_up():
    event = make_event()
    guest = make_registration(event)
    first = make_workshop(event, "Fermentation", event.opens_at)
    second = make_workshop(event, "Recht", event.opens_at)
    with transaction():
        workshops.book(guest, first)
        item = there(queries.add_ons_of(guest.place)[0])
        assert item.place_id == guest.place_id
    with pytest.raises(workshops.TimeConflict), transaction():
        workshops.book(guest, second)
    with transaction():
        workshops.give_up(guest, first)
        workshops.book(guest, second)

    assert workshops.contested(guest) == []


def test_sold_out_workshops_lead_to_their_waiting_list(client):
    event = make_event()
    workshop = make_workshop(event, "Fermentation", event.opens_at, capacity=1)
    first, second = make_registration(event), make_registration(event)
    with transaction():
        workshops.book(first, workshop)
    path = address(second)

    page = client.get(f"{path}?lang=en").text

    assert f"{path}/waitlist/{workshop.public_id}" in page
    answer = client.post(f"{path}/extras/{workshop.public_id}", follow_redirects=True)
    assert (answer.status_code, answer.text.count('data-tone="bad"') > 0) == (200, True)


@pytest.mark.parametrize(
    ("given", "family", "title"),
    [
        ("Jana", "Wittkowski", ""),
        ("Maximiliane-Theodora Friederike", "von und zu Hohenlohe-Langenburg geb. Müller-Lüdenscheidt", ""),
        ("Karel", "van der Meulen", "Prof. Dr."),
        ("Ana María", "Silva", ""),
        ("Madonna", "", ""),
    ],
)
def test_a_name_to_correct_is_taken_apart_as_it_was_typed(client, given, family, title):
    guest = {**make_guest(), "given_name": given, "family_name": family, "title": title}
    party = make_party(make_event(), quantity=2, people=[make_guest(), guest])
    place = queries.places_of(party)[1]

    page = client.get(f"{address(party)}/places/{place.public_id}/correct").text

    typed = {name: value_of(page, name) for name in ("given_name", "family_name", "title")}
    expected = {"given_name": given, "family_name": family, "title": title}
    assert typed == (expected if family else {**expected, "given_name": "", "family_name": given})


def value_of(page, name):
    """What a field of a page holds."""
    field = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert field is not None
    value = re.search(r'value="([^"]*)"', field[0])
    return unescape(value[1]) if value else ""


def test_of_what_is_cancelled_nothing_can_be_changed_any_more(client):
    party = party_of(2)
    path = address(party)
    before = client.get(f"{path}?lang=en").text
    with transaction():
        services.cancel_party(party)

    after = client.get(f"{path}?lang=en").text

    said = [
        ("Changes are possible until" in page, "This registration is cancelled." in page) for page in (before, after)
    ]
    assert said == [(True, False), (False, True)]
