"""A booking at the desk: what its page shows, and what organisers do with its places, its extras and its link."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import links, verify
from partnering.backoffice import bookings
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.mail.models import OutboxLetter
from partnering.registration import desk, services
from partnering.registration.models import Item, Party, Place, Registration, WaitingEntry
from tests.factories import make_code, make_event, make_member_list, make_product, make_registration
from tests.factories.ground import deed
from tests.factories.registration import BIONECTION, make_guest, make_party, make_rules
from tests.factories.waiting import make_sold_out, make_waiting

from .desk import counted, form_of, open_desk

BEN = {"given_name": "Ben", "family_name": "Adeyemi", "email": "ben@lumenfold.example"}


@pytest.fixture
def event(ctx: Flask, client: FlaskClient) -> Event:
    """An event whose organiser is signed in."""
    return open_desk(client)


def party_of_two(event: Event, **values: Any) -> Party:
    """Jana's booking: a place of her own, and one without a name."""
    product = make_product(event, gross=20_000, **values)
    guest = make_guest("jana@lumenfold.example", "Jana", "Wittkowski")
    return make_party(event, product=product, quantity=2, people=[guest, {}])


def again(party: Party) -> Party:
    db.session.rollback()
    return db.session.get_one(Party, party.id, populate_existing=True)


def path_of(event: Event, party: Party, more: str = "") -> str:
    return f"/manage/{event.slug}/bookings/{again(party).public_id}{more}"


def second_place(party: Party) -> Place:
    return again(party).places[1]


def place_path(event: Event, party: Party, more: str = "") -> str:
    place = second_place(party).public_id
    return path_of(event, party, f"/places/{place}{more}")


def send(client: FlaskClient, page: str, **values: str) -> Any:
    """The form of a page, sent with these values."""
    return client.post(page, data={**form_of(client, page), **values})


def letters_to(party: Party) -> list[str]:
    """The deeds that letters tell the buyer of, oldest first."""
    ref = again(party).public_id
    rows = db.session.scalars(
        sa.select(OutboxLetter).where(OutboxLetter.recipient_ref == ref).order_by(OutboxLetter.id)
    )
    return [letter.dedup_key.split(":")[2] for letter in rows]


def sound() -> list[str]:
    db.session.rollback()
    return [finding for _rule, findings in verify.results() for finding in findings]


# -- the page


def test_the_page_shows_people_open_places_money_and_where_more_is_done(event: Event, client: FlaskClient):
    party = party_of_two(event)

    text = client.get(path_of(event, party) + "?lang=en").text

    assert [found in text for found in ("Jana Wittkowski", "nobody named yet", "€400", again(party).reference)] == [
        True,
        True,
        True,
        True,
    ]


def test_the_page_costs_the_same_however_many_places_there_are(event: Event, client: FlaskClient):
    few, many = party_of_two(event), make_party(event, people=[make_guest(), *[{}] * 11])
    asked = []
    for page in [path_of(event, party) for party in (few, many)]:
        client.get(page)
        with counted() as statements:
            client.get(page)
        asked.append(len(statements))

    assert asked[0] == asked[1]


def test_organisers_may_name_somebody_who_is_no_member_and_read_so(event: Event, client: FlaskClient):
    members = make_member_list(event, entries=["verein.example"])
    code = make_code(event, "CLUB", "member", discount="percent", value=5_000, member_list_id=members.id)
    with transaction():
        party = services.begin(event, make_product(event, capacity=4), 2, "de", code=code)
        services.keep(party, people=[make_guest("jana@verein.example"), {}], company="", billing={})
        services.place(party)
    page = place_path(event, party)
    told = []
    for address in ("ben@verein.example", "cleo@elsewhere.example"):
        answer = send(client, page, email=address, given_name="Cleo", family_name="Ott")
        shown = client.get(f"{answer.location}?lang=de").text
        told.append((answer.status_code, "die Adresse steht nicht auf deren Liste" in shown))

    assert told == [(303, False), (303, True)]
    assert second_place(party).registration is not None


def test_places_without_a_name_and_the_list_lead_to_the_booking(event: Event, client: FlaskClient):
    party = party_of_two(event)
    page = path_of(event, party)

    lists = [
        client.get(f"/manage/{event.slug}/{path}").text for path in ("people/unnamed", "bookings", "bookings?q=jana@")
    ]
    none = client.get(f"/manage/{event.slug}/bookings?q=nobody").text

    assert ([f'href="{page}"' in text for text in lists], page in none) == ([True] * 3, False)


def test_a_long_list_is_turned_page_by_page(event: Event, client: FlaskClient, monkeypatch: pytest.MonkeyPatch):
    parties = [party_of_two(event) for _number in range(3)]
    monkeypatch.setattr(bookings, "PAGE", 2)
    url = f"/manage/{event.slug}/bookings?lang=en"

    first, second, beyond = client.get(url).text, client.get(f"{url}&page=2").text, client.get(f"{url}&page=3").text

    shown = [[path_of(event, party) in text for party in parties] for text in (first, second, beyond)]
    assert shown == [[False, True, True], [True, False, False], [False, False, False]]
    assert ["page=2" in first, "page=1" in second, "page=3" in second] == [True, True, False]
    assert ("No booking found" in beyond, "Nobody has booked yet" in beyond) == (True, False)


def test_an_event_without_bookings_leads_to_the_first(event: Event, client: FlaskClient):
    text = client.get(f"/manage/{event.slug}/bookings?lang=en").text

    assert ("Nobody has booked yet" in text, f"/manage/{event.slug}/people/add" in text) == (True, True)


def test_a_booking_of_another_event_is_not_found(event: Event, client: FlaskClient, app: Flask):
    strange = make_party(make_event("elsewhere"))

    assert client.get(path_of(event, strange)).status_code == 404


# -- who comes


def test_an_open_place_is_named_once_however_often_it_is_sent(event: Event, client: FlaskClient):
    party = party_of_two(event)
    page = place_path(event, party)
    form = {**form_of(client, page), **BEN}

    answers = [client.post(page, data=form).status_code for _click in range(2)]

    held = second_place(party).registration
    assert held is not None
    assert (answers, held.participant.name, held.confirmed_at, sound()) == ([303, 303], "Ben Adeyemi", None, [])


def test_somebody_with_a_ticket_gets_no_second_one(event: Event, client: FlaskClient):
    party = party_of_two(event)
    make_registration(event, email="ben@lumenfold.example")

    answer = send(client, place_path(event, party), **BEN)

    assert (answer.status_code, second_place(party).registration) == (422, None)


def test_a_substitute_takes_the_place_and_the_old_code_is_dead(event: Event, client: FlaskClient):
    party = party_of_two(event)
    send(client, place_path(event, party), **BEN)
    first = second_place(party).registration
    assert first is not None

    send(client, place_path(event, party), given_name="Cleo", family_name="Ott", email="cleo@lumenfold.example")

    held = second_place(party).registration
    before = db.session.get_one(Registration, first.id)
    assert held is not None
    assert (held.participant.name, before.state, before.code) == ("Cleo Ott", "substituted", None)


def test_a_reminder_leaves_once_a_day(event: Event, client: FlaskClient):
    party = party_of_two(event)
    send(client, place_path(event, party), **BEN)
    page = place_path(event, party, "/remind")

    for key in ("one", "one", "two"):
        client.post(page, data={"once": key})

    again_letters = db.session.scalars(sa.select(OutboxLetter).where(OutboxLetter.dedup_key.contains(":again:"))).all()
    assert len(again_letters) == 1


# -- giving back


def kept(party: Party) -> list[tuple[str, int]]:
    """Lines in force: kind and price."""
    db.session.rollback()
    rows = db.session.scalars(sa.select(Item).where(Item.party_id == party.id).order_by(Item.id))
    return [(item.kind, item.gross) for item in rows if item.cancelled_at is None]


@pytest.mark.parametrize(
    ("waived", "left"), [({}, [("ticket", 20_000), ("fee", 2_500)]), ({"waive_fee": "y"}, [("ticket", 20_000)])]
)
def test_one_place_is_given_back_with_the_fee_or_without(
    event: Event, client: FlaskClient, waived: dict[str, str], left: list[tuple[str, int]]
):
    make_rules(event, *BIONECTION)
    party = party_of_two(event)

    send(client, place_path(event, party, "/cancel"), **waived)

    assert (kept(party), second_place(party).cancelled_at is not None, sound()) == (left, True, [])


def test_the_whole_booking_is_cancelled_once(event: Event, client: FlaskClient):
    make_rules(event, *BIONECTION)
    party = party_of_two(event)
    page = path_of(event, party, "/cancel")
    form = form_of(client, page)

    answers = [client.post(page, data=form).status_code for _click in range(2)]

    assert (answers, kept(party), again(party).cancelled_at is not None) == (
        [303, 303],
        [("fee", 2_500), ("fee", 2_500)],
        True,
    )


# -- extras


def test_an_extra_is_booked_for_a_place_without_a_name_after_its_sale(event: Event, client: FlaskClient):
    party = party_of_two(event)
    dinner = make_product(event, kind="add_on", gross=4_500, capacity=1, on_sale_until=event.created_at)
    page = place_path(event, party, f"/extras/{dinner.public_id}")

    client.post(f"{page}/book")
    booked = kept(party)
    client.post(f"{page}/give_up", data={"waive_fee": "y"})

    assert (booked[-1], kept(party)[-1], sound()) == (("add_on", 4_500), ("ticket", 20_000), [])


# -- letters and link


def test_the_link_is_sent_again_and_taken_back(event: Event, client: FlaskClient, app: Flask):
    party = party_of_two(event)
    token = links.token("party", again(party).public_id, again(party).generation)
    client.post(path_of(event, party, "/resend"))

    for _click in range(2):
        client.post(path_of(event, party, "/new-link"), data={"once": "once"})

    fresh = again(party)
    new = links.token("party", fresh.public_id, fresh.generation)
    opened = [app.test_client().get(f"/r/{one}").status_code for one in (token, new)]
    assert (opened, letters_to(party)) == ([410, 200], ["placed", "again", "new_link"])


def test_the_link_of_somebody_who_waits_is_taken_back(event: Event, client: FlaskClient, app: Flask):
    product, _held = make_sold_out(event)
    entry = make_waiting(product)
    old = links.token("waiting", entry.public_id, entry.generation)
    public_id = entry.public_id

    client.post(f"/manage/{event.slug}/waiting/{public_id}/new-link", data={"once": "once"})

    db.session.rollback()
    fresh = db.session.scalars(sa.select(WaitingEntry).where(WaitingEntry.public_id == public_id)).one()
    new = links.token("waiting", public_id, fresh.generation)
    opened = [app.test_client().get(f"/e/{event.slug}/waitlist/{one}").status_code for one in (old, new)]
    letters = db.session.scalars(
        sa.select(OutboxLetter.dedup_key).where(OutboxLetter.recipient_ref == public_id).order_by(OutboxLetter.id)
    ).all()
    assert (opened, letters) == ([410, 200], [f"waiting:{public_id}:joined", f"waiting:{public_id}:link:2"])


def test_a_buyer_takes_the_link_back_themselves_once(event: Event, client: FlaskClient, app: Flask):
    party = party_of_two(event)
    token = links.token("party", again(party).public_id, again(party).generation)
    buyer = app.test_client()
    key = re.search(r'name="key" value="([0-9a-f]+link)"', buyer.get(f"/r/{token}").text)
    assert key is not None

    answers = [buyer.post(f"/r/{token}/new-link", data={"key": key[1]}).status_code for _click in range(2)]

    late = buyer.post(f"/r/{token}/new-link", data={"key": "other"}).status_code
    assert (answers, late, again(party).generation, letters_to(party)) == ([200, 200], 410, 2, ["placed", "new_link"])


# -- given and entered


def test_tickets_are_given_once_and_lead_to_the_booking(event: Event, client: FlaskClient):
    make_product(event)
    page = f"/manage/{event.slug}/people/give"
    form = {**form_of(client, page), "count": "3", "name": "Paula Press", "email": "paula@press.example"}

    answers = [client.post(page, data=form).headers.get("Location") for _click in range(2)]

    parties = db.session.scalars(sa.select(Party)).all()
    assert (len(parties), answers) == (1, [path_of(event, parties[0])] * 2)


def test_somebody_is_entered_once_and_passed_on_once(event: Event, client: FlaskClient):
    make_product(event)
    page = f"/manage/{event.slug}/people/add"
    form = {**form_of(client, page), **BEN}
    entered = [client.post(page, data=form).headers.get("Location") for _click in range(2)]
    page = f"{entered[0]}/substitute"
    form = {**form_of(client, page), "given_name": "Cleo", "family_name": "Ott", "email": "cleo@lumenfold.example"}

    passed = [client.post(page, data=form).headers.get("Location") for _click in range(2)]

    assert (entered[0], passed[0], entered[0] == passed[0]) == (entered[1], passed[1], False)


def test_what_was_given_is_named_at_the_desk(event: Event, client: FlaskClient):
    product = make_product(event)
    with deed():
        party = desk.give(event, product, 2, name="Paula Press", email="paula@press.example")

    send(client, place_path(event, party), **BEN)

    held = second_place(party).registration
    assert held is not None
    assert held.participant.name == "Ben Adeyemi"
