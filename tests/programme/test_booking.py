"""Places in sessions: how many are free, booking them from the session's page, and what is at the same time."""

import re
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup

from partnering.agenda import services as agenda
from partnering.agenda.models import AgendaEntry
from partnering.db import db
from partnering.events.models import Event
from partnering.programme import queries
from partnering.programme.models import ProgrammeSession
from partnering.registration import queries as registration
from partnering.registration.models import Registration
from partnering.tickets import services as tickets
from partnering.tickets.models import Product
from tests.factories import make_event, make_participant, make_product, make_registration
from tests.factories.ground import deed
from tests.factories.programme import at, make_session, make_speaker
from tests.support.signing_in import sign_in
from tests.support.there import there


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_event("probe")


class Workshop(NamedTuple):
    """A session with places, what they are sold as, and its page."""

    session: ProgrammeSession
    product: Product
    page: str


def make_places(event: Event, title: str = "Werkstatt", *, hour: int = 10, **values) -> Workshop:
    session = make_session(event, title, kind="workshop", starts_at=at(event, hour), minutes=60)
    values = {"gross": 0, "capacity": 2, **values}
    product = make_product(event, kind="add_on", appointment_id=session.appointment_id, **values)
    return Workshop(session, product, f"/e/probe/programme/{session.public_id}")


def main(client: FlaskClient, address: str) -> str:
    """What the page says, without its markup; after a deed with the banner above it."""
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == 200, answer.text[:500]
    return str(Markup(re.sub(r"\s+", " ", answer.text)).striptags())


def enter(client: FlaskClient, guest: Registration) -> Registration:
    sign_in(client, there(guest.participant.person))
    return guest


def sent(client: FlaskClient, address: str) -> str:
    answer = client.post(address, follow_redirects=True)
    assert answer.status_code == 200
    db.session.rollback()
    return str(Markup(re.sub(r"\s+", " ", answer.text)).striptags())


def parts(guest: Registration) -> dict[int, str]:
    db.session.expire_all()
    return queries.parts_of(guest.participant)


def test_the_page_says_how_many_places_are_free(client: FlaskClient, event: Event):
    workshop = make_places(event)
    text = main(client, workshop.page)

    assert ("2 Plätze frei" in text, "Anmelden und buchen" in text) == (True, True)


def test_a_place_is_booked_and_given_up_and_the_bookmark_goes(client: FlaskClient, event: Event):
    workshop = make_places(event)
    guest = enter(client, make_registration(event, letters=False))
    assert "Der Programmpunkt steht in Ihrem Plan." in sent(client, f"{workshop.page}/choose")
    assert parts(guest) == {workshop.session.id: "bookmark"}

    text = sent(client, f"{workshop.page}/book")

    assert ("„Werkstatt“ ist gebucht." in text, "1 Platz frei" in text) == (True, True)
    assert parts(guest) == {workshop.session.id: "attendee"}
    assert queries.bookmark_of(workshop.session, guest.participant) is None
    (item,) = registration.add_ons_of(guest.place)
    entry = there(agenda.entry_of(there(workshop.session.appointment), guest.participant))
    assert (there(item.claim).product_id, entry.blocks) == (workshop.product.id, True)

    assert "2 Plätze frei" in sent(client, f"{workshop.page}/give-up")
    assert (parts(guest), tickets.left(workshop.product)) == ({}, 2)


def test_what_somebody_gave_up_elsewhere_can_be_chosen_again(client: FlaskClient, event: Event):
    """Booked on the ticket's page, a bookmark stays behind; choosing works on as if it were not there."""
    workshop = make_places(event)
    guest = enter(client, make_registration(event, letters=False))
    sent(client, f"{workshop.page}/choose")
    with deed():
        agenda.leave(there(agenda.entry_of(there(workshop.session.appointment), guest.participant)))

    sent(client, f"{workshop.page}/choose")

    assert parts(guest) == {workshop.session.id: "bookmark"}


def test_of_two_at_the_same_time_the_second_is_refused_with_both_names(client: FlaskClient, event: Event):
    first, second = make_places(event, "Fermentation"), make_places(event, "Recht")
    with deed():
        for workshop in (first, second):
            workshop.product.name = workshop.session.title
    guest = enter(client, make_registration(event, letters=False))
    sent(client, f"{first.page}/book")

    assert "Sie haben „Fermentation“ gebucht, das zur selben Zeit stattfindet" in main(client, second.page)
    text = sent(client, f"{second.page}/book")

    assert "„Recht“ und „Fermentation“ finden zur selben Zeit statt." in text
    assert parts(guest) == {first.session.id: "attendee"}


def test_choosing_is_never_refused_and_says_what_is_at_the_same_time(client: FlaskClient, event: Event):
    first = make_session(event, "Fermentation", starts_at=at(event, 10), minutes=60)
    second = make_session(event, "Recht", starts_at=at(event, 10, 30), minutes=60)
    make_session(event, "Danach", starts_at=at(event, 11), minutes=60)
    guest = enter(client, make_registration(event, letters=False))
    sent(client, f"/e/probe/programme/{first.public_id}/choose")

    text = sent(client, f"/e/probe/programme/{second.public_id}/choose")

    assert "Zur selben Zeit haben Sie: Fermentation" in text
    assert parts(guest) == {first.id: "bookmark", second.id: "bookmark"}


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"capacity": 0}, "Ausgebucht"),
        ({"gross": 4_900}, "Das kostet etwas"),
        ({"active": False}, "Dieser Programmpunkt hat keine Plätze zu buchen."),
    ],
)
def test_what_cannot_be_booked_here_says_why(client: FlaskClient, event: Event, values, says: str):
    workshop = make_places(event, **values)
    guest = enter(client, make_registration(event, letters=False))

    text = sent(client, f"{workshop.page}/book")

    assert (says in text, parts(guest)) == (True, {})


def test_without_a_ticket_there_is_no_place(client: FlaskClient, event: Event):
    workshop = make_places(event)
    sign_in(client, there(make_participant(event).person))

    assert "Plätze können mit einem Ticket gebucht werden." in main(client, workshop.page)
    assert "Melden Sie sich zuerst an" in sent(client, f"{workshop.page}/book")


def test_speakers_are_in_it_and_neither_book_nor_choose(client: FlaskClient, event: Event):
    henrike = make_speaker(event)
    session = make_session(event, speakers=[henrike])
    with deed():
        henrike.person_id = there(make_participant(make_event("andere")).person).id
    db.session.refresh(henrike)
    sign_in(client, there(henrike.person))

    text = main(client, f"/e/probe/programme/{session.public_id}")
    sent(client, f"/e/probe/programme/{session.public_id}/choose")

    assert ("Sie wirken hier mit" in text, "In meinen Plan" in text) == (True, False)
    assert queries.bookmark_of(session, henrike) is None


def test_whoever_speaks_then_cannot_book_and_their_time_is_taken_once(client: FlaskClient, event: Event):
    at_the_same_time, later = make_places(event, "Fermentation"), make_places(event, "Recht", hour=12)
    guest = enter(client, make_registration(event, letters=False))
    talk = make_session(event, starts_at=at(event, 10, 30), speakers=[guest.participant])
    beside = make_session(event, starts_at=at(event, 12), minutes=60)

    text = sent(client, f"{at_the_same_time.page}/book")
    sent(client, f"{later.page}/book")
    sent(client, f"/e/probe/programme/{beside.public_id}/choose")

    assert "finden zur selben Zeit statt." in text
    assert parts(guest) == {talk.id: "speaker", later.session.id: "attendee", beside.id: "bookmark"}
    entries = db.session.scalars(
        sa.select(AgendaEntry).where(
            AgendaEntry.participant_id == guest.participant_id, AgendaEntry.blocks, AgendaEntry.state == "live"
        )
    )
    assert {entry.appointment_id for entry in entries} == {talk.appointment_id, later.session.appointment_id}
