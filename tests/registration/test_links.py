"""A buyer's places and a ticket, by secret link and signed in."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from partnering import clock, links
from partnering.accounts.services import person_at
from partnering.db import db, transaction
from partnering.events.queries import event_by_slug
from partnering.mail.models import OutboxLetter
from partnering.registration import codes, mails, queries
from partnering.registration.models import Party, Place, Registration
from tests.factories import (
    make_draft,
    make_event,
    make_guest,
    make_party,
    make_person,
    make_product,
    make_registration,
)
from tests.support.signing_in import sign_in
from tests.support.there import there

BEN = {"given_name": "Ben", "family_name": "Adeyemi", "email": "ben@example.org"}


@pytest.fixture
def booked(app):
    """A party of Jana, Ben and an open name: the paths of its link and tickets, and its places' public ids."""
    with app.app_context():
        event = make_event("tagung")
        product = make_product(event, seats=3, capacity=3)
        people = [make_guest("jana@example.org"), make_guest("colleague@example.org", "Lena", "Ott"), {}]
        found = Booked(make_party(event, product=product, people=people))
        db.session.remove()
    return found


class Booked:
    """Plain values of a party, to be used after the session has ended."""

    def __init__(self, party):
        places = queries.places_of(party)
        self.party = urlsplit(mails.party_url(party)).path
        self.tickets = [urlsplit(mails.ticket_url(p.registration)).path for p in places if p.registration]
        self.printed = [codes.printed(there(p.registration.code)) for p in places if p.registration]
        self.places = [place.public_id for place in places]
        self.public_id = party.public_id


@pytest.fixture
def single(app):
    """The path of the ticket of somebody who booked for themselves."""
    with app.app_context():
        registration = make_registration(make_event("tagung"), email="jana@example.org", letters=False)
        found = urlsplit(mails.ticket_url(registration)).path
        db.session.remove()
    return found


def ask(app, question):
    """The answer of the database to a query."""
    with app.app_context():
        found = [tuple(row) for row in db.session.execute(question)]
        db.session.remove()
    return found


def states(app):
    """The states of all registrations, in order."""
    return [state for (state,) in ask(app, sa.select(Registration.state).order_by(Registration.id))]


def letters(app):
    """(kind, address) of all letters, in order."""
    return ask(app, sa.select(OutboxLetter.kind, OutboxLetter.address).order_by(OutboxLetter.id))


def shown(answer):
    """The text of a page's main part."""
    main = there(re.search(r"<main.*?</main>", answer.text, re.DOTALL))
    return " ".join(unescape(re.sub("<[^>]+>", " ", main[0])).split())


# -- the buyer's places


def test_the_buyer_sees_who_comes(client, booked):
    answer = client.get(f"{booked.party}?lang=en")

    text = shown(answer)
    for word in ("Jana Wittkowski has accepted", "Lena Ott asked, not confirmed yet", "Name still open open", "€220"):
        assert word in text
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "/me" not in there(re.search(r"<main.*?</main>", answer.text, re.DOTALL))[0]


def test_an_open_place_is_named(app, client, booked):
    answer = client.post(f"{booked.party}/places/{booked.places[2]}", data=BEN)

    assert (answer.status_code, answer.location) == (303, booked.party)
    assert letters(app)[-1] == ("registration.confirmed", "ben@example.org")


def test_naming_needs_a_whole_person(app, client, booked):
    before = letters(app)

    answer = client.post(f"{booked.party}/places/{booked.places[2]}", data={**BEN, "email": "ben@"})

    assert (answer.status_code, letters(app)) == (422, before)


def test_naming_somebody_who_is_registered_looks_the_same(app, client, booked):
    with app.app_context():
        make_registration(there(event_by_slug("tagung")), email="known@example.org", letters=False)
        db.session.remove()
    pages = []
    for address in ("known@example.org", "new@example.org"):
        client.post(f"{booked.party}/places/{booked.places[2]}", data={**BEN, "email": address})
        page = client.get(booked.party)
        pages.append(re.sub(r'name="(csrf_token|key)"[^>]*|(known|new)@', "", page.text))

    assert pages[0] == pages[1]


def test_a_reminder_and_a_place_given_back(app, client, booked):
    with app.app_context(), transaction():
        db.session.execute(sa.delete(OutboxLetter))
    client.post(f"{booked.party}/places/{booked.places[1]}/remind")
    assert letters(app) == [("registration.confirmed", "colleague@example.org")]

    question = client.get(f"{booked.party}/places/{booked.places[1]}/cancel?lang=en")
    assert "Give back this place?" in shown(question)
    assert states(app) == ["live", "live"]
    client.post(f"{booked.party}/places/{booked.places[1]}/cancel")

    assert states(app) == ["live", "cancelled"]
    assert ask(app, sa.select(Place.cancelled_at.is_not(None)).order_by(Place.position)) == [(0,), (1,), (0,)]


@pytest.mark.parametrize(("email", "number"), [("Colleague@Example.org", 2), ("jana@example.org", 1)])
def test_nobody_is_named_for_two_places_of_a_party(app, client, booked, email, number):
    answer = client.post(f"{booked.party}/places/{booked.places[2]}?lang=en", data=BEN | {"email": email})

    assert (answer.status_code, states(app)) == (422, ["live", "live"])
    assert f"This is already the address of person {number}" in shown(answer)


def test_an_address_is_free_again_once_its_place_is_given_back(app, client, booked):
    same = {"given_name": "Lena", "family_name": "Ott", "email": "colleague@example.org"}
    assert client.post(f"{booked.party}/places/{booked.places[1]}", data=same).status_code == 303
    client.post(f"{booked.party}/places/{booked.places[1]}/cancel")

    assert client.post(f"{booked.party}/places/{booked.places[2]}", data=same).status_code == 303
    assert states(app) == ["live", "cancelled", "live"]


def test_the_whole_party_is_cancelled_after_a_question(app, client, booked):
    client.get(f"{booked.party}/cancel")
    assert states(app) == ["live", "live"]

    client.post(f"{booked.party}/cancel")

    assert states(app) == ["cancelled", "cancelled"]
    assert "This registration is cancelled." in shown(client.get(f"{booked.party}?lang=en"))


def test_a_place_of_another_party_is_not_there(app, client, booked):
    with app.app_context():
        other = Booked(make_party(make_event("andere")))
        db.session.remove()

    for path in ("", "/remind", "/cancel"):
        assert client.post(f"{booked.party}/places/{other.places[0]}{path}", data=BEN).status_code == 404


def test_once_the_event_has_opened_nothing_moves(app, client, booked, freeze):
    freeze(clock.now() + timedelta(days=61))

    answers = [
        client.post(f"{booked.party}/places/{booked.places[2]}", data=BEN),
        client.post(f"{booked.party}/places/{booked.places[1]}/cancel"),
        client.post(f"{booked.party}/cancel"),
        client.post(booked.tickets[1], data=BEN),
        client.post(f"{booked.tickets[1]}/substitute", data=BEN),
        client.post(f"{booked.tickets[1]}/cancel"),
    ]

    assert [answer.status_code for answer in answers] == [409] * 6
    assert states(app) == ["live", "live"]
    assert client.get(booked.tickets[1]).status_code == 200


# -- the ticket


def test_the_ticket_shows_its_code(client, booked):
    answer = client.get(f"{booked.tickets[1]}?lang=en")

    text = shown(answer)
    assert booked.printed[1] in text
    assert ("Lena Ott" in text, "Please check what your badge will say" in text) == (True, True)
    assert '<svg class="qr"' in answer.text
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")


def test_ones_own_data_are_changed_and_confirmed(app, client, booked):
    client.post(booked.tickets[1], data={"given_name": "Lena", "family_name": "Ott-Berg", "function": "CTO"})

    assert "Lena Ott-Berg hat angenommen" in shown(client.get(booked.party))
    assert client.post(booked.tickets[1], data={"given_name": "", "family_name": "X"}).status_code == 422


def test_a_substitute_kills_the_old_link(app, client, single):
    question = client.get(f"{single}/substitute")
    assert (question.status_code, states(app)) == (200, ["live"])

    assert client.post(f"{single}/substitute", data=BEN).status_code == 200

    assert states(app) == ["substituted", "live"]
    assert [client.get(f"{single}{path}").status_code for path in ("", "/substitute", "/cancel", "/calendar.ics")] == [
        410
    ] * 4
    assert [
        client.post(f"{single}{path}", data=BEN).status_code for path in ("", "/substitute", "/cancel", "/sign-in")
    ] == [410] * 4
    assert "This ticket was passed on." in shown(client.get(f"{single}?lang=en"))
    assert letters(app) == [("registration.ended", "jana@example.org"), ("registration.confirmed", "ben@example.org")]


def test_cancelling_asks_first_and_says_so_afterwards(app, client, single):
    client.get(f"{single}/cancel")
    assert states(app) == ["live"]

    assert client.post(f"{single}/cancel").status_code == 200

    assert states(app) == ["cancelled"]
    page = client.get(f"{single}?lang=en")
    assert (page.status_code, '<svg class="qr"' in page.text) == (200, False)
    assert "This ticket is cancelled." in shown(page)
    again = client.post(f"{single}/cancel?lang=en")
    assert again.status_code == 409


def test_a_colleague_who_declines_leaves_the_place_to_the_buyer(app, client, booked):
    client.post(f"{booked.tickets[1]}/cancel")

    assert states(app) == ["live", "declined"]
    assert letters(app)[-2:] == [
        ("registration.ended", "colleague@example.org"),
        ("registration.party", "jana@example.org"),
    ]
    page = client.get(f"{booked.tickets[1]}?lang=en")
    assert (page.status_code, "This ticket is cancelled." in shown(page)) == (410, True)
    assert "/e/tagung/" in there(re.search(r"<main.*?</main>", page.text, re.DOTALL))[0]


def test_the_calendar_file_carries_the_uid_of_the_letter(app, client, single):
    with app.app_context():
        registration = db.session.scalars(sa.select(Registration)).one()
        uid = there(queries.attendance_entry(registration)).uid
        db.session.remove()

    answer = client.get(f"{single}/calendar.ics")

    assert (answer.mimetype, f"UID:{uid}\r\n".encode() in answer.data) == ("text/calendar", True)
    assert b"ATTENDEE" not in answer.data


def test_signing_in_is_offered_by_letter_only(app, client, single):
    answer = client.post(f"{single}/sign-in")

    assert (answer.status_code, answer.location) == (303, single)
    assert [address for _kind, address in letters(app)] == ["jana@example.org"]
    assert client.get("/e/tagung/me/ticket").status_code == 302


# -- the links are secrets


def test_wrong_links_are_not_there(app, client, booked):
    with app.app_context():
        party, registration = (
            db.session.scalars(sa.select(Party)).one(),
            there(db.session.scalars(sa.select(Registration)).first()),
        )
        tokens = [
            party.public_id,
            links.token("ticket", party.public_id),
            links.token("party", registration.public_id),
            links.token("party", party.public_id)[:-1] + "a2"[links.token("party", party.public_id)[-1] == "a"],
            "x" * 60,
            party.reference,
        ]
        db.session.remove()

    assert [client.get(f"/r/{token}").status_code for token in tokens] == [404] * len(tokens)
    assert [client.get(f"/t/{token}").status_code for token in (registration_of(booked), booked.public_id)] == [404] * 2


def registration_of(booked):
    """The token of the party, tried as a ticket's."""
    return booked.party.removeprefix("/r/")


def test_a_revoked_link_is_gone(app, client, booked):
    with app.app_context(), transaction():
        db.session.scalars(sa.select(Party)).one().generation = 2

    assert client.get(booked.party).status_code == 410


def test_a_party_not_placed_has_no_link(app, client):
    with app.app_context():
        path = urlsplit(mails.party_url(make_draft(make_event()))).path
        db.session.remove()

    assert client.get(path).status_code == 404


def test_changes_need_the_token_of_the_form(client, booked, csrf):
    paths = [
        f"{booked.party}/cancel",
        f"{booked.party}/places/{booked.places[2]}",
        f"{booked.party}/places/{booked.places[1]}/remind",
        f"{booked.party}/places/{booked.places[1]}/cancel",
        booked.tickets[0],
        f"{booked.tickets[0]}/substitute",
        f"{booked.tickets[0]}/cancel",
        f"{booked.tickets[0]}/sign-in",
    ]

    assert [client.post(path, data=BEN).status_code for path in paths] == [400] * len(paths)


# -- signed in


def test_my_ticket_is_mine(app, client, booked):
    with app.app_context():
        person = person_at("colleague@example.org")
        sign_in(client, there(person))

    assert booked.printed[1] in shown(client.get("/e/tagung/me/ticket"))


def test_who_has_no_ticket_reads_so(app, client, single):
    client.post(f"{single}/cancel")
    with app.app_context():
        sign_in(client, there(person_at("jana@example.org")))

    page = client.get("/e/tagung/me/ticket?lang=en")

    assert "You have no ticket for this event" in shown(page)


def test_strangers_have_no_ticket_page(app, client, booked):
    assert client.get("/e/tagung/me/ticket").status_code == 302
    with app.app_context():
        sign_in(client, make_person("stranger@example.org"))
    assert client.get("/e/tagung/me/ticket").status_code == 404


def test_a_link_that_lost_its_end_leads_to_the_bookings(client, booked):
    for path in (booked.party, booked.tickets[0]):
        page = client.get(f"{path[:-3]}?lang=en", follow_redirects=True)

        assert (page.status_code, "This link does not work" in page.text) == (404, True)
        assert re.search(r'href="/bookings[?"]', page.text)
