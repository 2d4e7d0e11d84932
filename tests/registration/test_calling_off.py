"""An event or an add-on that does not take place: who is told, what ends, what is paid back, and only once."""

import pytest
import sqlalchemy as sa

from partnering.db import BilingualText, db, transaction
from partnering.events import services as events
from partnering.events.models import Event
from partnering.invoices.models import Invoice
from partnering.jobs import defer, worker
from partnering.registration import calling_off, desk, queries, workshops
from partnering.registration.models import Item, Party, Registration
from partnering.tickets.models import Claim, Product
from tests.backoffice.desk import open_desk
from tests.factories import (
    make_event,
    make_guest,
    make_organiser,
    make_party,
    make_product,
    make_registration,
    make_workshop,
)
from tests.factories.invoices import make_invoiced
from tests.support.letters import calendar_of, deliver_all, text_of
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")

ADA, BEN = make_guest("ada@example.org", "Ada"), make_guest("ben@example.org", "Ben")


def run_all():
    """Every job that is due."""
    while worker.run_jobs():
        continue


def call_off(event):
    """The event does not take place, and everybody has been told."""
    with transaction():
        events.cancel(db.session.get_one(Event, event.id))
    run_all()


def end_all(event, person):
    """The desk has every booking ended."""
    with transaction():
        defer(calling_off.EVERYTHING, event_ref=event.public_id, owner_ref=person.public_id)
    run_all()
    db.session.expire_all()


def to(messages):
    """To whom letters went, sorted."""
    return sorted(message["To"] for message in messages)


# -- who is told


def test_every_buyer_hears_it_also_with_open_places_alone(app):
    event = make_event()
    make_party(event, people=[ADA])  # their own only place: one letter says it
    make_party(event, people=[make_guest("colin@example.org"), BEN])  # a buyer with a colleague
    with transaction():
        product = make_product(event)
        desk.give(event, product, 2, name="Dora Offen", email="dora@example.org")
    deliver_all(app)

    for _twice in range(2):
        call_off(event)

    messages = deliver_all(app)
    assert to(messages) == ["ada@example.org", "ben@example.org"] + ["colin@example.org"] * 2 + ["dora@example.org"]
    (dora,) = [message for message in messages if message["To"] == "dora@example.org"]
    assert "2 Plätze" in text_of(dora)
    assert calendar_of(dora) is None


# -- all bookings


def test_all_bookings_end_without_a_fee_and_invoices_are_cancelled(app):
    event = make_event()
    organiser = make_organiser(event)
    party = make_invoiced(event, people=[ADA, BEN], product=make_product(event, gross=22_000, capacity=5))
    deliver_all(app)
    call_off(event)
    deliver_all(app)

    for _twice in range(2):
        end_all(event, organiser)

    party = db.session.get_one(Party, party.id)
    assert there(party.cancelled_at)
    assert [item.kind for item in queries.items_of(party) if item.cancelled_at is None] == []
    assert set(db.session.scalars(sa.select(Claim.state))) == {"cancelled"}
    assert set(db.session.scalars(sa.select(Registration.state))) == {"cancelled"}
    assert db.session.scalars(sa.select(Invoice.kind).order_by(Invoice.id)).all() == ["invoice", "cancellation"]
    letters = [message for message in deliver_all(app) if "220" in text_of(message)]
    assert to(letters) == ["ada@example.org"]
    assert deliver_all(app) == []


def test_whoever_was_not_told_yet_is_told_by_the_end_itself(app):
    event = make_event()
    make_party(event, people=[ADA, BEN])
    deliver_all(app)
    with transaction():
        fresh = db.session.get_one(Event, event.id)
        events.cancel(fresh)
        for public_id in calling_off.open_parties(event.public_id):
            assert calling_off.end_party(there(queries.party_at(public_id)))
    run_all()

    calendars = [message for message in deliver_all(app) if calendar_of(message) is not None]

    assert to(calendars) == ["ada@example.org", "ben@example.org"]
    assert all(b"METHOD:CANCEL" in there(calendar_of(message)) for message in calendars)


def test_bookings_of_an_event_that_takes_place_do_not_end():
    event = make_event()
    party = make_party(event)

    end_all(event, make_organiser(event))

    assert db.session.get_one(Party, party.id).cancelled_at is None


def test_nobody_ends_bookings_who_does_not_organise():
    event = make_event()
    party = make_party(event)
    call_off(event)

    end_all(event, make_organiser(make_event()))

    assert db.session.get_one(Party, party.id).cancelled_at is None


# -- one add-on


@pytest.fixture
def dinner(app):
    """A paid workshop and a free tour without a time, both booked by Ada, who has paid nothing yet."""
    event = make_event()
    workshop = make_workshop(event, "Fermentation", event.opens_at, gross=5_000, capacity=5)
    tour = make_product(event, kind="add_on", name=BilingualText("Rundgang", "Tour"), gross=0, capacity=5)
    party = make_invoiced(event, people=[ADA], product=make_product(event, gross=22_000))
    with transaction():
        registration = there(queries.contact_registration(party))
        for product in (workshop, tour):
            workshops.book(registration, db.session.get_one(Product, product.id))
    run_all()
    deliver_all(app)
    return event, workshop.id, tour.id


def end_add_on(event, product_id, *, own_time=False):
    """The desk calls an add-on off and has its bookings ended."""
    organiser = make_organiser(event)
    with transaction():
        product = db.session.get_one(Product, product_id)
        calling_off.call_off_add_on(product, own_time=own_time)
        defer(calling_off.ADD_ON, event_ref=event.public_id, owner_ref=organiser.public_id, product=product.public_id)
    run_all()
    db.session.expire_all()


def test_a_workshop_that_does_not_take_place_is_paid_back_in_full(app, dinner):
    event, workshop_id, tour_id = dinner
    for _twice in range(2):
        end_add_on(event, workshop_id, own_time=True)

    items = [item for item in db.session.scalars(sa.select(Item)) if not item.cancelled_at]
    live = {there(item.claim).product_id: item.gross for item in items}
    assert 5_000 not in live.values()
    assert tour_id in live
    assert not db.session.get_one(Product, workshop_id).active
    assert calling_off.bookings_open(db.session.get_one(Product, workshop_id)) == calling_off.Open(0, {})
    messages = deliver_all(app)
    calendars = [there(calendar_of(message)) for message in messages if calendar_of(message) is not None]
    assert [b"METHOD:CANCEL" in content for content in calendars] == [True]
    assert [text_of(message) for message in messages if "50" in text_of(message)]


def test_an_add_on_without_time_or_price_is_told_too(app, dinner):
    event, _workshop_id, tour_id = dinner

    end_add_on(event, tour_id)

    (message,) = deliver_all(app)
    assert (message["To"], "Rundgang" in text_of(message)) == ("ada@example.org", True)


# -- at the desk


def test_the_desk_asks_then_ends_and_says_how_many(client):
    event = open_desk(client)
    make_party(event, quantity=2, people=[ADA, BEN], product=make_product(event, gross=10_000))
    make_registration(event, gross=0)
    path = f"/manage/{event.slug}/called-off"
    assert "nicht abgesagt" in client.get(path).text
    assert client.post(path, data={"understood": "1"}).status_code == 302
    run_all()
    assert db.session.scalar(sa.select(sa.func.count()).where(Party.cancelled_at.is_not(None))) == 0
    call_off(event)

    assert "200\N{NO-BREAK SPACE}€" in client.get(path).text
    assert client.post(path).status_code == 422
    assert client.post(path, data={"understood": "1"}).status_code == 302
    assert "data-waiting" in client.get(path).text
    client.post(path, data={"understood": "1"})
    run_all()

    page = client.get(path).text
    assert ("2 Buchungen wurden beendet" in page, "data-waiting" in page) == (True, False)
    assert path in client.get(f"/manage/{event.slug}/settings/state").text


def test_the_desk_ends_the_bookings_of_an_add_on(client):
    event = open_desk(client)
    product = make_workshop(event, "Fermentation", event.opens_at, gross=5_000)
    registration = make_registration(event, gross=0)
    with transaction():
        workshops.book(registration, db.session.get_one(Product, product.id))
    path = f"/manage/{event.slug}/tickets/add-ons/{product.public_id}/called-off"

    assert path in client.get(f"/manage/{event.slug}/tickets/add-ons/{product.public_id}/booked").text
    assert client.post(path).status_code == 422
    assert client.post(path, data={"understood": "1"}).status_code == 302
    run_all()

    assert "Eine Buchung wurde beendet" in client.get(path).text
    db.session.expire_all()
    assert there(db.session.get_one(Product, product.id).appointment).state == "cancelled"
