"""Choices that cost something or are limited, chosen after registering: booked as extras, told as answers."""

import re

import pytest

from partnering import links, verify
from partnering.db import BilingualText, db, transaction
from partnering.questions.queries import answers_of
from partnering.registration import queries, services, workshops
from partnering.registration.models import ChoiceProduct
from partnering.registration.seats import Guest
from partnering.tickets.models import Product
from tests.factories import make_event, make_guest, make_party, make_product
from tests.factories.ground import deed
from tests.factories.questions import make_question
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")


def sell(event, question, **products):
    """Let choices of a question be sold as these products, by key."""
    with deed():
        for key, product in products.items():
            db.session.add(
                ChoiceProduct(event_id=event.id, question_id=question.id, choice_key=key, product_id=product.id)
            )


@pytest.fixture
def event():
    """An event that asks for a shirt: none, M for 15 €, or L, of which there is one, free of charge."""
    event = make_event()
    question = make_question(event, "single_choice", "T-Shirt", choices={"no": "Keines", "m": "M", "l": "L"})
    medium, large = (
        make_product(event, kind="add_on", gross=gross, capacity=1, name=BilingualText(name, name))
        for gross, name in ((1_500, "Größe M"), (0, "Größe L"))
    )
    sell(event, question, m=medium, l=large)
    return event


def party_of(event):
    """Jana's booking with a place for herself and one without a name."""
    return make_party(event, product=make_product(event), quantity=2, people=[make_guest(), {}])


def fresh(party):
    """The party as it is now."""
    db.session.rollback()
    return there(queries.party_at(party.public_id))


def told(party, position=0):
    """What the person on a place is known to have answered."""
    held = fresh(party).places[position].registration
    return list(answers_of(held.sheet).values()) if held is not None else []


def names(place):
    """What can be booked for a place."""
    return [product.name.de for product in workshops.bookable(place)]


def sound():
    """What violates any invariant."""
    db.session.rollback()
    return [finding for _rule, findings in verify.results() for finding in findings]


def name_ben(party):
    with transaction():
        services.name_person(fresh(party).places[1], Guest("ben@lumenfold.example", "", "Ben", "Adeyemi"))


def test_a_colleague_named_later_takes_a_choice_that_is_limited_on_their_ticket(event, client):
    party = party_of(event)
    name_ben(party)
    held = there(fresh(party).places[1].registration)
    url = f"/t/{links.token('ticket', held.public_id, held.generation)}"
    text = client.get(f"{url}?lang=de").text
    [book] = re.findall(rf'action="({url}/extras/[a-z0-9]+)[?"]', text)

    client.post(book, data={"key": "one"})

    assert (text.count("T-Shirt"), told(party, 1), sound()) == (2, ["l"], [])


def test_the_buyer_books_a_choice_that_costs_and_gives_it_up_again(event):
    party = party_of(event)
    place = fresh(party).places[0]
    medium = next(product for product in workshops.bookable(place) if product.name.de == "Größe M")
    with transaction():
        workshops.book(fresh(party).places[0], medium, by="buyer")
    chosen, others = told(party), names(fresh(party).places[0])

    with transaction():
        workshops.give_up(fresh(party).places[0], medium, by="buyer")

    assert (chosen, others, told(party)) == (["m"], [], [])
    assert names(fresh(party).places[0]) == ["Größe M", "Größe L"]
    assert sound() == []


def test_what_was_chosen_for_a_place_without_a_name_stays_with_it(event):
    party = party_of(event)
    place = fresh(party).places[1]
    large = next(product for product in workshops.bookable(place) if product.name.de == "Größe L")
    with transaction():
        workshops.book(fresh(party).places[1], large, by="buyer")
    name_ben(party)

    booked = [item.name.de for item in queries.add_ons_of(fresh(party).places[1])]
    assert (booked, names(fresh(party).places[1])) == (["Größe L"], [])


def test_nobody_is_offered_what_they_are_not_asked(event):
    rule = {"fact": "ticket", "is": "another"}
    question = make_question(event, "multiple_choice", "Führungen", choices={"a": "Labor"}, rule=rule)
    tour = make_product(event, kind="add_on", capacity=1, name=BilingualText("Labor", "Lab"))
    sell(event, question, a=tour)
    party = party_of(event)

    assert names(fresh(party).places[0]) == ["Größe M", "Größe L"]


def test_several_choices_of_one_question_are_booked_one_by_one(event):
    question = make_question(event, "multiple_choice", "Führungen", choices={"a": "Labor", "b": "Keller", "c": "Dach"})
    tours = [
        make_product(event, kind="add_on", capacity=1, name=BilingualText(name, name)) for name in ("Labor", "Dach")
    ]
    sell(event, question, a=tours[0], c=tours[1])
    party = party_of(event)

    for tour in tours:
        with transaction():
            workshops.book(fresh(party).places[0], db.session.get_one(type(tour), tour.id), by="organiser")

    assert (told(party), sound()) == ([["a", "c"]], [])


@pytest.fixture
def open_shirt(event):
    """The event with a colleague, Ben, who holds a ticket, and the last shirt of size L bought by Jana."""
    party = party_of(event)
    place = fresh(party).places[0]
    large = next(product for product in workshops.bookable(place) if product.name.de == "Größe L")
    with transaction():
        workshops.book(fresh(party).places[0], large)
    name_ben(party)
    return party, large.id


def page_of(party, position=1):
    """The address of somebody's ticket."""
    held = there(fresh(party).places[position].registration)
    return f"/t/{links.token('ticket', held.public_id, held.generation)}"


def key_in(page):
    return there(re.search(r'name="key" type="hidden" value="(\w+)"', page.text))[1]


def test_an_answer_that_is_free_is_given_later_beside_one_that_is_sold_out(open_shirt, client):
    party, _large_id = open_shirt
    url = page_of(party)
    form = client.get(f"{url}/answers?lang=de")
    [question] = set(re.findall(r'name="a-(q_\w+)"', form.text))
    values = re.findall(rf'name="a-{question}" value="(\w*)"', form.text) or re.findall(r'value="(no|m|l)"', form.text)
    seen = question.removeprefix("q_")

    forged = client.post(f"{url}/answers", data={f"a-{question}": "l", "a-seen": seen, "key": key_in(form)})
    saved = client.post(f"{url}/answers", data={f"a-{question}": "no", "a-seen": seen, "key": key_in(form)})

    assert ({"m", "l"} & set(values), "no" in values) == (set(), True)
    assert "unter den Extras" in form.text
    assert (forged.status_code, saved.status_code, told(party, 1)) == (422, 303, ["no"])
    assert (names(fresh(party).places[1]), sound()) == (["Größe M", "Größe L"], [])


def test_a_limited_choice_that_is_given_up_is_there_for_the_next(open_shirt, client):
    party, large_id = open_shirt
    url = page_of(party)
    text = client.get(f"{url}?lang=de").text
    large = there(db.session.get(Product, large_id)).public_id
    refused = client.post(f"{url}/extras/{large}", data={"key": "early"}, follow_redirects=True)
    taken = told(party, 1)
    with transaction():
        workshops.give_up(fresh(party).places[0], there(db.session.get(Product, large_id)))

    client.post(f"{url}/extras/{large}", data={"key": "late"})

    assert ("Ausgebucht" in text, refused.status_code, taken) == (True, 200, [])
    assert (told(party, 0), told(party, 1), sound()) == ([], ["l"], [])


def test_whoever_has_booked_their_only_answer_is_not_asked_again(open_shirt, client):
    party, _large_id = open_shirt

    assert 'name="a-q_' not in client.get(f"{page_of(party, 0)}/answers").text


def test_of_several_answers_those_that_are_booked_stay_and_bring_up_what_follows(event, client):
    tours = make_question(event, "multiple_choice", "Führungen", choices={"a": "Labor", "b": "Keller"}, required=True)
    rule = {"fact": f"question:{tours.public_id}", "has": "a"}
    size = make_question(event, "short_text", "Schuhgröße", rule=rule)
    lab = make_product(event, kind="add_on", capacity=1, name=BilingualText("Labor", "Lab"))
    sell(event, tours, a=lab)
    party = party_of(event)
    with transaction():
        workshops.book(fresh(party).places[0], there(db.session.get(Product, lab.id)))
    url = page_of(party, 0)
    page = client.get(f"{url}/answers")
    given = {f"a-q_{size.public_id}": "44", f"a-q_{tours.public_id}": "b", "key": key_in(page)}

    saved = client.post(f"{url}/answers", data=given)

    held = there(fresh(party).places[0].registration)
    found = answers_of(held.sheet)
    assert (saved.status_code, found[tours.public_id], found[size.public_id]) == (303, ["a", "b"], "44")
    assert sound() == []
