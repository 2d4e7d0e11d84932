"""The pages of the waiting list: joining tells strangers nothing, the secret link leads through an offer."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import links
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event
from partnering.mail.models import OutboxLetter
from partnering.registration import queries, secret_links, tasks, waiting, waiting_mails, workshops
from partnering.registration.models import Registration, WaitingEntry
from partnering.tickets import services as tickets
from partnering.tickets.models import Pool, Product
from tests.factories import make_event, make_product, make_registration, make_workshop
from tests.factories.invoices import BILLING
from tests.factories.waiting import cancel, make_sold_out, make_waiting
from tests.support import letters as post
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")


def answers(product: Product, **more: str) -> dict[str, str]:
    """What somebody types who waits."""
    return {"ticket": product.public_id, "quantity": "1", "name": "Wanda Quast", "email": "wanda@example.org", **more}


def entries() -> list[WaitingEntry]:
    db.session.remove()
    return list(db.session.scalars(sa.select(WaitingEntry).order_by(WaitingEntry.id)))


def at(entry: WaitingEntry, path: str = "") -> str:
    token = links.token("waiting", entry.public_id, entry.generation)
    return f"/e/{entry.event.slug}/waitlist/{token}{path}"


def test_a_sold_out_ticket_leads_to_its_waiting_list(client: FlaskClient):
    event = make_event()
    product, _taken = make_sold_out(event)
    available = make_product(event, name=BilingualText("Galerie", "Gallery"))

    page = client.get(f"/e/{event.slug}/register?lang=en").get_data(as_text=True)
    form = client.get(f"/e/{event.slug}/waitlist?ticket={product.public_id}&lang=en").get_data(as_text=True)

    assert f"/e/{event.slug}/waitlist?ticket={product.public_id}" in page
    assert re.findall(r'name="ticket" value="(\w+)"[^>]*checked', form) == [product.public_id]
    assert available.public_id not in form


@pytest.mark.parametrize("known", ["new", "waits", "has a ticket"])
def test_joining_answers_the_same_whatever_is_known_of_the_address(client: FlaskClient, known: str):
    event = make_event()
    product, [taken] = make_sold_out(event)
    if known == "waits":
        make_waiting(product, email="wanda@example.org")
    address = there(taken.participant.person).email if known == "has a ticket" else "wanda@example.org"

    answer = client.post(f"/e/{event.slug}/waitlist?lang=en", data=answers(product, email=address))
    page = client.get(answer.location).get_data(as_text=True)

    assert (answer.status_code, answer.location) == (303, f"/e/{event.slug}/waitlist/joined?lang=en")
    assert "wanda" not in page.lower()
    assert "Please look into your mailbox" in page
    assert len(entries()) == (0 if known == "has a ticket" else 1)


def test_with_places_available_it_goes_to_the_ticket(client: FlaskClient):
    event = make_event()
    product = make_product(event, capacity=2)

    answer = client.post(f"/e/{event.slug}/waitlist", data=answers(product, quantity="2"))

    assert (answer.status_code, entries()) == (303, [])
    assert answer.location == f"/e/{event.slug}/register?ticket={product.public_id}&quantity=2"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"ticket": ""}, "Choose a ticket"),
        ({"ticket": "aaaaaaaaaaaaaaaa"}, "Not a valid choice"),
        ({"quantity": "0"}, "Enter a whole number"),
        ({"quantity": "١"}, "Enter a whole number"),
        ({"quantity": "11"}, "Enter a number from 1 to 10"),
        ({"name": ""}, "Enter your name"),
        ({"name": "x" * 121}, "At most 120 characters, please."),
        ({"email": "wanda"}, "Enter a complete email address, for example name@company.com"),
    ],
)
def test_what_is_not_right_stands_beside_the_field(client: FlaskClient, sent: dict[str, str], said: str):
    event = make_event()
    product, _taken = make_sold_out(event)

    answer = client.post(f"/e/{event.slug}/waitlist?lang=en", data=answers(product, **sent))

    assert (answer.status_code, entries()) == (422, [])
    assert said in answer.get_data(as_text=True)


def test_one_address_is_not_flooded_with_letters(client: FlaskClient, freeze):
    freeze(datetime(2027, 3, 2, 9, 1, tzinfo=UTC))
    event = make_event()
    product, _taken = make_sold_out(event)

    told = [client.post(f"/e/{event.slug}/waitlist", data=answers(product)).status_code for _try in range(7)]

    assert told == [303] * 6 + [429]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutboxLetter)) == 2  # the buyer's and ours


def test_the_link_comes_again_by_letter_and_nobody_else_learns_who_waits(app: Flask, client: FlaskClient, freeze):
    freeze(datetime(2027, 3, 2, 9, 1, tzinfo=UTC))
    event = make_event()
    product, [taken] = make_sold_out(event)
    offered, waits = make_waiting(product, email="olaf@example.org"), make_waiting(product, email="Wanda@example.org")
    links_of = {"olaf@example.org": at(offered), "wanda@example.org": at(waits)}
    elsewhere, _other = make_sold_out(make_event())
    make_waiting(elsewhere, email="wanda@example.org")
    cancel(taken)
    post.deliver_all(app)
    url = f"/e/{event.slug}/waitlist/link"

    told = []
    for address in ("WANDA@example.org", "olaf@example.org", "stranger@example.org"):
        answer = client.post(f"{url}?lang=en", data={"email": address})
        told.append((answer.status_code, answer.location, client.get(answer.location).text.count("we have just sent")))
    sent = {str(letter["To"]).lower(): post.text_of(letter) for letter in post.deliver_all(app)}

    assert told == [(303, f"{url}?lang=en", 1)] * 3
    assert {to: link in sent[to] for to, link in links_of.items()} == dict.fromkeys(links_of, True)
    assert (len(sent), "Sie haben den Link" in sent["wanda@example.org"]) == (2, True)
    assert [client.get(link).status_code for link in links_of.values()] == [200, 200]


def test_the_link_is_sent_a_few_times_in_an_hour_and_only_where_somebody_waits(client: FlaskClient, freeze):
    freeze(datetime(2027, 3, 2, 9, 1, tzinfo=UTC))
    event = make_event()
    url = f"/e/{event.slug}/waitlist/link"

    wrong = client.post(f"{url}?lang=en", data={"email": "wanda"})
    told = [client.post(url, data={"email": "wanda@example.org"}).status_code for _try in range(7)]
    others = [client.post(url, data={"email": f"w{number}@example.org"}).status_code for number in range(14)]

    assert (wrong.status_code, "Enter a complete email address" in wrong.text) == (422, True)
    assert (told, others) == ([303] * 6 + [429], [303] * 13 + [429])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutboxLetter)) == 0


def test_a_link_taken_back_says_where_the_new_one_comes_from(client: FlaskClient):
    event = make_event()
    product, _taken = make_sold_out(event)
    entry = make_waiting(product)
    old, slug = at(entry), event.slug
    with transaction():
        secret_links.renew_waiting(db.session.get_one(WaitingEntry, entry.id))

    page = client.get(f"{old}?lang=en")

    assert (page.status_code, "This link has expired." in page.text) == (410, True)
    assert f'action="/e/{slug}/waitlist/link' in page.text


def test_the_letter_leads_to_the_entry_which_can_be_changed_and_left(app: Flask, client: FlaskClient):
    event = make_event()
    product, _taken = make_sold_out(event)
    client.post(f"/e/{event.slug}/waitlist?lang=en", data=answers(product, quantity="2"))
    [entry] = entries()
    [letter] = [m for m in post.deliver_all(app) if m["To"] == "wanda@example.org"]
    link = there(re.search(r"http://[^/\s]+(/e/\S+/waitlist/\S+)", post.text_of(letter)))[1]

    first = client.get(f"{link}?lang=en").get_data(as_text=True)
    changed = client.post(link, data={"quantity": "3", "fewer": "y"})
    wrong = client.post(link, data={"quantity": "99"})
    left = client.post(f"{link}/leave")
    last = client.get(f"{link}?lang=en").get_data(as_text=True)

    assert letter["Subject"] == "Waiting list for Sample Conference 2027"
    assert "You are number 1 in the queue" in first
    assert [answer.status_code for answer in (changed, wrong, left)] == [303, 422, 303]
    assert "You are no longer on the waiting list." in last
    [entry] = entries()
    assert (entry.quantity, entry.all_or_none, entry.state) == (3, False, "left")


def test_an_offer_is_read_taken_and_filled_in(app: Flask, client: FlaskClient, freeze):
    freeze(datetime(2027, 3, 2, 9, 0, tzinfo=UTC))
    event = make_event()
    product, [taken] = make_sold_out(event, gross=0, partnering=False)
    entry = make_waiting(product, email="wanda@example.org", locale="en")
    cancel(taken)
    slug, link = event.slug, at(entry)
    [letter] = [m for m in post.deliver_all(app) if "A place for you" in m["Subject"]]

    page = client.get(f"{link}?lang=en").get_data(as_text=True)
    accepted = client.post(f"{link}/accept?lang=en")
    people = client.get(accepted.location).get_data(as_text=True)
    guest = {"given_name": "Wanda", "family_name": "Quast", "email": "wanda@example.org"}
    client.post(f"/e/{slug}/register/people", data={f"people-0-{name}": value for name, value in guest.items()})
    done = client.post(f"/e/{slug}/register/check", data={"terms": "y", "privacy": "y"})
    again = client.post(f"{link}/accept?lang=en")
    after = client.get(f"{link}?lang=en").get_data(as_text=True)

    assert "We hold this for you until Wednesday, 3 March 2027, 10:00." in post.text_of(letter)
    assert "Wednesday, 3 March 2027, 10:00" in page
    assert accepted.location == f"/e/{slug}/register/people?lang=en"
    assert re.findall(r'name="people-0-(?:given_name|family_name|email)"[^>]*value="([^"]+)"', people) == [
        "Wanda",
        "Quast",
        "wanda@example.org",
    ]
    assert (done.status_code, done.location.partition("?")[0]) == (303, f"/e/{slug}/register/done")
    assert again.status_code == 303
    assert "You have accepted our offer." in after
    assert [entry.state for entry in entries()] == ["confirmed"]


def test_declining_and_answering_too_late_say_so(client: FlaskClient, freeze):
    freeze(datetime(2027, 3, 2, 9, 0, tzinfo=UTC))
    event = make_event()
    product, [taken] = make_sold_out(event)
    entry = make_waiting(product)
    cancel(taken)
    link = at(entry)
    freeze(datetime(2027, 3, 3, 9, 1, tzinfo=UTC))
    late = client.post(f"{link}/accept")
    freeze(datetime(2027, 3, 2, 9, 5, tzinfo=UTC))
    declined, twice = client.post(f"{link}/decline"), client.post(f"{link}/decline")
    accept = client.post(f"{link}/accept")

    assert [answer.status_code for answer in (late, declined, twice, accept)] == [409, 303, 303, 409]
    assert [entry.state for entry in entries()] == ["waiting"]


def test_the_link_is_for_one_event_and_ends_with_its_generation(client: FlaskClient):
    event, other = make_event(), make_event()
    product, _taken = make_sold_out(event)
    entry = make_waiting(product)
    link = at(entry)

    elsewhere = client.get(link.replace(event.slug, other.slug)).status_code
    forged = client.get(link[:-1] + ("a" if link[-1] != "a" else "b")).status_code
    with transaction():
        db.session.get_one(WaitingEntry, entry.id).generation += 1

    assert (elsewhere, forged, client.get(link).status_code) == (404, 404, 410)


# -- add-ons of a ticket


@pytest.fixture
def workshop() -> tuple[Event, Product, Registration, Registration]:
    """A sold-out add-on, who has it, and who would like it."""
    event = make_event()
    ticket, extra = make_product(event), make_product(event, kind="add_on", capacity=1, gross=5_000)
    has = make_registration(event, product=ticket, add_ons=[extra])
    wants = make_registration(event, product=ticket, email="wants@example.org", billing=BILLING)
    return event, extra, has, wants


def test_a_sold_out_add_on_is_waited_for_with_the_ticket_and_booked_at_once(client: FlaskClient, workshop):
    _event, extra, has, wants = workshop
    url = f"/t/{links.token('ticket', wants.public_id, wants.generation)}/waitlist/{extra.public_id}"
    place, has_id, wants_id = wants.place_id, has.id, wants.id

    asked = client.get(f"{url}?lang=en")
    joined = client.post(url)
    twice = client.post(url)
    [entry] = entries()
    link = at(entry)
    cancel(db.session.get_one(Registration, has_id))
    [entry] = entries()
    offered = entry.state
    page = client.get(f"{link}?lang=en").get_data(as_text=True)
    accepted = client.post(f"{link}/accept")
    again = client.post(f"{link}/accept")

    assert asked.status_code == 200
    assert [answer.location.partition("?")[0] for answer in (joined, twice, accepted, again)] == [link] * 4
    assert offered == "offered"
    assert "Book now with obligation to pay" in page
    [entry] = entries()
    assert (entry.state, there(entry.claim).state) == ("confirmed", "confirmed")
    registration = there(db.session.get(Registration, wants_id))
    assert registration.place_id == place
    assert [there(item.claim).id for item in queries.add_ons_of(registration.place)] == [entry.claim_id]


def test_an_offer_that_costs_asks_whom_the_invoice_goes_to(client: FlaskClient, workshop):
    event, extra, has, _wants = workshop
    free = make_registration(event, product=make_product(event, gross=0), email="free@example.org")
    url = f"/t/{links.token('ticket', free.public_id, free.generation)}/waitlist/{extra.public_id}"
    has_id, free_id = has.id, free.id
    client.post(f"{url}?lang=en")
    cancel(db.session.get_one(Registration, has_id))
    [entry] = entries()
    link = at(entry)
    address = {"billing_name": "Jana", "street": "Weg 1", "postcode": "01067", "city": "Dresden", "country": "DE"}

    asked = client.post(f"{link}/accept?lang=en")
    [entry] = entries()
    state = entry.state
    accepted = client.post(f"{link}/accept", data={**address, "kind": "private", "seen": "5000"})

    assert (asked.status_code, state, accepted.status_code) == (200, "offered", 303)
    assert "Book with obligation to pay" in asked.get_data(as_text=True)
    party = there(db.session.get(Registration, free_id)).place.party
    assert (party.billing["street"], [item.gross for item in party.items]) == ("Weg 1", [0, 5_000])


def test_an_offer_at_the_time_of_another_workshop_is_refused_on_its_own_page_and_stands(client: FlaskClient):
    event = make_event()
    first = make_workshop(event, "Fermentation", event.opens_at + timedelta(hours=1))
    tour = make_workshop(event, "Recht", event.opens_at + timedelta(hours=2), capacity=1)
    has, wants = make_registration(event), make_registration(event, email="wants@example.org")
    pool_id = tour.draws[0].pool_id
    with transaction():
        workshops.book(has, tour)
        workshops.book(wants, first)
    asked = client.get(
        f"/t/{links.token('ticket', wants.public_id, wants.generation)}/waitlist/{tour.public_id}?lang=en"
    )
    with transaction():
        waiting.join(event, tour, 1, email="wants@example.org", name="Wanda", locale="en", registration=wants)
    with transaction():
        tickets.set_capacity(db.session.get_one(Pool, pool_id), 2)
    [entry] = entries()
    link = at(entry)

    answer = client.post(f"{link}/accept?lang=en")
    page = client.get(f"{answer.location}").get_data(as_text=True)

    assert (answer.status_code, answer.location.partition("?")[0]) == (303, link)
    assert "which you have booked, takes place at the same time" in asked.get_data(as_text=True)
    assert "take place at the same time" in page
    assert "first give up what you have booked" in page
    assert [each.state for each in entries()] == ["offered"]


def test_an_add_on_with_places_is_booked_not_waited_for(client: FlaskClient, workshop):
    _event, extra, has, wants = workshop
    url = f"/t/{links.token('ticket', wants.public_id, wants.generation)}/waitlist/{extra.public_id}"
    cancel(db.session.get_one(Registration, has.id))

    assert client.post(url).location.startswith("/t/")
    assert entries() == []


def test_whoever_cancels_waits_for_no_workshop(workshop):
    event, extra, _has, wants = workshop
    with transaction():
        entry = there(
            waiting.join(event, extra, 1, email="wants@example.org", name="Wanda", locale="de", registration=wants)
        )
        assert waiting_mails.waiting_url(entry).startswith("http")

    cancel(db.session.get_one(Registration, wants.id))

    assert [entry.state for entry in entries()] == ["left"]


def test_a_workshop_that_was_offered_is_theirs_also_when_fewer_places_are_left_than_are_taken(
    client: FlaskClient, workshop
):
    event, extra, _has, wants = workshop
    slug, pool_id, wants_id = event.slug, extra.draws[0].pool_id, wants.id
    with transaction():
        waiting.join(event, extra, 1, email="wants@example.org", name="Wanda", locale="de", registration=wants)
    with transaction():
        tickets.set_capacity(db.session.get_one(Pool, pool_id), 2)
    [entry] = entries()
    assert entry.state == "offered"
    with transaction():
        tickets.set_capacity(db.session.get_one(Pool, pool_id), 0)
    link = f"/e/{slug}/waitlist/{links.token('waiting', entry.public_id, entry.generation)}"

    first, again = (client.post(f"{link}/accept") for _click in range(2))

    assert [answer.status_code for answer in (first, again)] == [303, 303]
    db.session.expire_all()
    assert [entry.state for entry in entries()] == ["confirmed"]
    booked = queries.add_ons_of(db.session.get_one(Registration, wants_id).place)
    assert [there(item.claim).state for item in booked] == ["confirmed"]
    after = db.session.get_one(Pool, pool_id)
    assert (after.used, after.capacity, after.over) == (2, 0, 2)


def test_an_add_on_without_a_ticket_leads_to_registering(client: FlaskClient, workshop):
    event, extra, _has, _wants = workshop

    page = client.get(f"/e/{event.slug}/waitlist?ticket={extra.public_id}&lang=en").get_data(as_text=True)
    answer = client.post(f"/e/{event.slug}/waitlist", data=answers(extra))

    assert "Once you are registered, you find its waiting list on the page of your ticket." in page
    assert (answer.status_code, entries()) == (422, [])


def test_an_offer_ends_and_is_told_by_the_worker(app: Flask, freeze):
    start = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)
    freeze(start)
    event = make_event()
    product, [taken] = make_sold_out(event)
    first, second = make_waiting(product, locale="en"), make_waiting(product)
    cancel(taken)
    addresses = (first.email, second.email)
    post.deliver_all(app)
    freeze(start + timedelta(hours=24, minutes=1))

    tasks.serve_waiting_everywhere()

    assert [entry.state for entry in entries()] == ["waiting", "offered"]
    told = {message["To"]: message["Subject"] for message in post.deliver_all(app)}
    assert told == {
        addresses[0]: "Our offer for Sample Conference 2027 is over",
        addresses[1]: "Ein Platz für Sie bei Probetagung 2027",
    }
