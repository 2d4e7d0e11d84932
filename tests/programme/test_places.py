"""Places to book in a session."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.programme import places, releasing
from partnering.programme.models import ProgrammeSession
from partnering.programme.places import NotOffered, OfferedAlready
from partnering.registration import workshops
from partnering.tickets import services as tickets
from partnering.tickets.models import Pool, Product
from tests.factories import make_event, make_organiser
from tests.factories.delegates import make_registration
from tests.factories.programme import at, make_session
from tests.support.signing_in import sign_in


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_event("probe")


def counted(model: type[Product | Pool | ProgrammeSession]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def offered(session: ProgrammeSession) -> places.Offer:
    db.session.rollback()
    found = places.of(session)
    assert found is not None
    return found


def test_places_of_a_public_session_can_be_booked_and_those_of_a_draft_once_it_is_released(event: Event):
    guest = make_registration(event)
    public, drafted = make_session(event, "Werkstatt"), make_session(event, "Später", released=False)
    with transaction():
        first = places.offer(public, 12)
        second = places.offer(drafted, 8)
    assert [product.id for product in workshops.bookable(guest.place)] == [first.id]

    with transaction():
        drafted.starts_at, drafted.ends_at = at(event, 15), at(event, 16)
        releasing.release(event, only=[drafted.id])
    assert [product.id for product in workshops.bookable(guest.place)] == [first.id, second.id]
    assert offered(drafted).product.appointment_id == drafted.appointment_id
    assert tickets.left(second) == 8
    with pytest.raises(OfferedAlready), transaction():
        places.offer(public, 5)


def test_fewer_places_than_are_booked_take_nobody_theirs(event: Event):
    guests, session = [make_registration(event) for _n in range(2)], make_session(event)
    with transaction():
        product = places.offer(session, 2)
    for guest in guests:
        with transaction():
            workshops.book(guest, product)
    with transaction():
        assert places.change(session, 1)
    pool = offered(session).pool

    assert pool is not None
    assert (pool.capacity, pool.used, tickets.left(product)) == (1, 2, 0)


def test_the_sale_ends_bookings_stay_and_it_can_begin_again(event: Event):
    guest, session = make_registration(event), make_session(event)
    with transaction():
        product = places.offer(session, 4)
    with transaction():
        workshops.book(guest, product)
    with transaction():
        assert places.end(session)
        assert not places.end(session)
    pool = offered(session).pool
    assert pool is not None
    assert (offered(session).sold, pool.used) == (False, 1)

    with transaction():
        assert places.offer(session, 6).id == product.id
    assert (offered(session).sold, tickets.left(product)) == (True, 5)


def test_places_that_were_never_on_sale_are_forgotten(event: Event):
    session = make_session(event, released=False)
    before = counted(Product), counted(Pool)
    with transaction():
        places.offer(session, 4)
    with transaction():
        assert places.end(session)

    assert (counted(Product), counted(Pool), places.of(session)) == (*before, None)
    with pytest.raises(NotOffered), transaction():
        places.change(session, 3)


def test_organisers_set_places_on_the_page_of_a_session(client: FlaskClient, event: Event):
    session = make_session(event, "Werkstatt", capacity=15)
    sign_in(client, make_organiser(event))
    address = f"/manage/probe/programme/{session.public_id}"
    assert 'name="seats"' in client.get(address).text

    wrong = client.post(f"{address}/places", data={"seats": "0"})
    assert (wrong.status_code, 'value="Werkstatt"' in wrong.text) == (422, True)
    assert client.post(f"{address}/places", data={"seats": "15"}).status_code == 302
    assert "Im Verkauf" in client.get(address).text
    assert client.post(f"{address}/places", data={"seats": "20"}).status_code == 302
    pool = offered(session).pool
    assert pool is not None
    assert pool.capacity == 20
    assert client.post(f"{address}/places/end").status_code == 302
    assert not offered(session).sold


def test_a_session_that_is_deleted_takes_its_places_along(client: FlaskClient, event: Event):
    session, before = make_session(event, released=False), (counted(Product), counted(Pool))
    with transaction():
        places.offer(session, 4)
    sign_in(client, make_organiser(event))
    assert client.post(f"/manage/probe/programme/{session.public_id}/delete").location.endswith("/programme")
    db.session.rollback()

    assert (counted(Product), counted(Pool), counted(ProgrammeSession)) == (*before, 0)
