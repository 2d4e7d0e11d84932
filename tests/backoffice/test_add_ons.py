"""Add-ons and workshops: made with places and a time, moved with everybody who booked them, listed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.agenda import services as agenda
from partnering.agenda.models import AgendaEntry, Appointment
from partnering.audit import AuditEntry
from partnering.backoffice import selling
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event
from partnering.mail.models import OutboxLetter
from partnering.programme.services import Time, add, add_room
from partnering.registration import workshops
from partnering.registration.models import Registration
from partnering.tickets.models import Pool, Product, ProductAddOn
from tests.factories import make_event, make_pool, make_product, make_registration, make_workshop
from tests.support.there import there

from .desk import counted, form_of, open_desk


@pytest.fixture
def event(ctx: Flask, client: FlaskClient) -> Event:
    """An event in late March, over the change to summer time, whose organiser is signed in."""
    first = datetime(2031, 3, 29, 8, 0, tzinfo=UTC)
    return open_desk(
        client,
        first_day=first.date(),
        last_day=first.date() + timedelta(days=1),
        opens_at=first,
        closes_at=first + timedelta(days=1, hours=8),
    )


@pytest.fixture
def path(event: Event) -> str:
    """Where add-ons are."""
    return f"/manage/{event.slug}/tickets/add-ons"


def answers(ticket: Product, **more: Any) -> dict[str, Any]:
    """A workshop as the form sends it."""
    return {
        "name_de": "Kurs",
        "prices-0-gross": "40",
        "vat": "19",
        "most_per_order": "5",
        "online": "site",
        "active": "y",
        "waiting_list": "y",
        "capacity": "12",
        "offered": [ticket.public_id],
        "takes_time": "own",
        "day": "2031-03-30",
        "starts": "14:00",
        "ends": "15:30",
        "room": "",
        **more,
    }


def newest(event: Event) -> Product:
    db.session.expire_all()
    return db.session.scalars(
        sa.select(Product).where(Product.event_id == event.id, Product.kind == "add_on").order_by(Product.id.desc())
    ).first()  # type: ignore[return-value]  # one was made


def booked(product: Product, ticket: Product) -> Registration:
    with transaction():
        registration = db.session.get_one(
            Registration, make_registration(db.session.get_one(Event, product.event_id), product=ticket).id
        )
        registration.confirmed_at = clock.now()
        workshops.book(registration, db.session.get_one(Product, product.id))
    return registration


def deeds(event: Event) -> list[str]:
    return list(
        db.session.scalars(
            sa.select(AuditEntry.action).where(AuditEntry.event_ref == event.public_id).order_by(AuditEntry.id)
        )
    )


def test_a_workshop_is_made_with_a_pool_and_a_time(event: Event, path: str, client: FlaskClient):
    ticket = make_product(event)

    answer = client.post(f"{path}/new", data=answers(ticket))

    made = newest(event)
    assert answer.location == path
    assert (made.kind, made.draws[0].pool.capacity, made.offered_with) == ("add_on", 12, [])
    assert made.appointment is not None
    assert (made.appointment.starts_at, made.appointment.ends_at) == (
        datetime(2031, 3, 30, 12, 0, tzinfo=UTC),
        datetime(2031, 3, 30, 13, 30, tzinfo=UTC),
    )
    assert {"product.created", "product.time_set", "pool.created"} <= set(deeds(event))


def test_a_double_click_makes_one(event: Event, path: str, client: FlaskClient):
    ticket = make_product(event)
    data = answers(ticket, once="0123456789abcdef")

    locations = [client.post(f"{path}/new", data=data).location for _click in range(2)]

    assert locations == [path, path]
    assert len(list(db.session.scalars(sa.select(Product).where(Product.kind == "add_on")))) == 1
    assert len(list(db.session.scalars(sa.select(Pool).where(Pool.capacity == 12)))) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"name_de": ""},
        {"capacity": "-1"},
        {"capacity": "١٢"},
        {"most_per_order": "0"},
        {"offered": []},
        {"offered": ["nothing"]},
        {"takes_time": "sometimes"},
        {"day": "2031-04-30"},
        {"day": ""},
        {"starts": ""},
        {"starts": "١٤:٠٠"},
        {"ends": ""},
        {"ends": "13:59"},
        {"room": "nowhere"},
        {"takes_time": "session"},
        {"takes_time": "session", "session": "aaaaaaaaaaaaaaaa"},
        {"prices-0-gross": "x"},
        {"vat": ""},
    ],
    ids=str,
)
def test_what_is_wrong_is_said_and_nothing_is_stored(
    event: Event, path: str, client: FlaskClient, wrong: dict[str, Any]
):
    ticket = make_product(event)

    answer = client.post(f"{path}/new", data=answers(ticket, name_en="Kept", **wrong))

    assert (answer.status_code, 'value="Kept"' in answer.text) == (422, True)
    assert db.session.scalars(sa.select(Product).where(Product.kind == "add_on")).all() == []


def test_saving_what_is_shown_changes_nothing(event: Event, path: str, client: FlaskClient):
    make_product(event)
    workshop = make_workshop(event, "Kurs", datetime(2031, 3, 30, 12, 0, tzinfo=UTC), pools=[make_pool(event, 5)])
    before = (deeds(event), workshop.version, there(workshop.appointment).sequence)
    address = f"{path}/{workshop.public_id}"

    answer = client.post(address, data=form_of(client, address))

    assert answer.location == path
    now = newest(event)
    assert (deeds(event), now.version, there(now.appointment).sequence) == before


def test_another_time_moves_the_appointment_and_its_people(event: Event, path: str, client: FlaskClient):
    ticket = make_product(event)
    workshop = make_workshop(event, "Kurs", datetime(2031, 3, 30, 12, 0, tzinfo=UTC))
    participant_id = booked(workshop, ticket).participant_id
    with transaction():
        room = add_room(event, BilingualText("Raum 3", "Room 3"), exclusive=True)
        room_ref, uid = room.public_id, there(newest(event).appointment).uid
    address = f"{path}/{workshop.public_id}"

    client.post(address, data={**form_of(client, address), "starts": "10:00", "ends": "11:00", "room": room_ref})

    at = there(newest(event).appointment)
    entry = db.session.scalars(sa.select(AgendaEntry).where(AgendaEntry.appointment_id == at.id)).one()
    assert (at.uid, at.sequence, there(at.location).public_id) == (uid, 1, room_ref)
    assert at.starts_at == datetime(2031, 3, 30, 8, 0, tzinfo=UTC)
    assert (entry.participant_id, entry.sequence, entry.blocks) == (participant_id, 1, True)
    told = sa.select(OutboxLetter.kind, OutboxLetter.topic_version).where(OutboxLetter.kind.contains("workshop"))
    assert [tuple(row) for row in db.session.execute(told.order_by(OutboxLetter.id))] == [
        ("registration.workshop", 0),
        ("registration.workshop_moved", 1),
    ]


def test_people_who_are_taken_are_named_before_anything_moves(event: Event, path: str, client: FlaskClient):
    ticket = make_product(event)
    workshop = make_workshop(event, "Kurs", datetime(2031, 3, 30, 12, 0, tzinfo=UTC))
    registration = booked(workshop, ticket)
    with transaction():
        participant = db.session.get_one(Registration, registration.id).participant
        agenda.block(
            participant, event, datetime(2031, 3, 30, 8, 0, tzinfo=UTC), datetime(2031, 3, 30, 9, 0, tzinfo=UTC)
        )
        name = participant.name
    address = f"{path}/{workshop.public_id}"
    moved = {**form_of(client, address), "starts": "10:30", "ends": "11:30"}

    asked = client.post(address, data=moved)

    assert (asked.status_code, name in asked.text) == (409, True)
    assert there(newest(event).appointment).starts_at == datetime(2031, 3, 30, 12, 0, tzinfo=UTC)
    answer = client.post(address, data={**moved, "conflicts_seen": "yes"})
    assert answer.location == path
    at = there(newest(event).appointment)
    entry = db.session.scalars(sa.select(AgendaEntry).where(AgendaEntry.appointment_id == at.id)).one()
    assert (at.starts_at, entry.blocks) == (datetime(2031, 3, 30, 8, 30, tzinfo=UTC), False)


def test_a_taken_room_is_said_beside_the_room(event: Event, path: str, client: FlaskClient):
    ticket = make_product(event)
    with transaction():
        room = add_room(event, BilingualText("Raum 3", "Room 3"), exclusive=True)
        start = datetime(2031, 3, 30, 12, 0, tzinfo=UTC)
        add(
            event,
            title=BilingualText("Vortrag", "Talk"),
            kind="talk",
            time=Time(start, start + timedelta(hours=1), room),
        )
        room_ref = room.public_id

    answer = client.post(f"{path}/new", data=answers(ticket, room=room_ref))

    assert (answer.status_code, 'id="room-error"' in answer.text) == (409, True)
    assert db.session.scalars(sa.select(Product).where(Product.kind == "add_on")).all() == []


def test_a_workshop_may_be_a_session_and_leave_it_again(event: Event, path: str, client: FlaskClient):
    ticket = make_product(event)
    with transaction():
        start = datetime(2031, 3, 30, 12, 0, tzinfo=UTC)
        session, _busy = add(
            event,
            title=BilingualText("Werkstatt", "Workshop"),
            kind="workshop",
            time=Time(start, start + timedelta(hours=1), None),
        )
        ref, appointment_id = session.public_id, session.appointment_id
    client.post(f"{path}/new", data=answers(ticket, takes_time="session", session=ref))
    made = newest(event)
    assert made.appointment_id == appointment_id
    booked(made, ticket)
    address = f"{path}/{made.public_id}"

    client.post(address, data={**form_of(client, address), "takes_time": "none"})

    assert newest(event).appointment_id is None
    assert db.session.get_one(Appointment, appointment_id).state == "live"
    assert [
        entry.state
        for entry in db.session.scalars(
            sa.select(AgendaEntry).where(AgendaEntry.role == "attendee", AgendaEntry.appointment_id == appointment_id)
        )
    ] == ["cancelled"]


# -- with which tickets


def joined(event: Event) -> set[tuple[int, int]]:
    rows = db.session.execute(
        sa.select(ProductAddOn.product_id, ProductAddOn.add_on_id).where(ProductAddOn.event_id == event.id)
    )
    return {(row.product_id, row.add_on_id) for row in rows}


def test_one_ticket_of_two_is_remembered_and_all_of_them_are_no_rows(event: Event, path: str, client: FlaskClient):
    one, two = make_product(event), make_product(event)
    client.post(f"{path}/new", data=answers(one, offered=[one.public_id]))
    made = newest(event)
    assert joined(event) == {(one.id, made.id)}
    address = f"{path}/{made.public_id}"

    client.post(address, data={**form_of(client, address), "offered": [one.public_id, two.public_id]})

    assert joined(event) == set()


def test_a_ticket_lets_go_of_an_add_on_that_others_keep(event: Event, client: FlaskClient):
    one, two = make_product(event), make_product(event)
    dinner = make_product(event, kind="add_on")
    address = f"/manage/{event.slug}/tickets/{one.public_id}"

    client.post(address, data={**form_of(client, address), "add_ons": []})

    assert joined(event) == {(two.id, dinner.id)}


def test_an_add_on_stays_with_one_ticket_at_least(event: Event, client: FlaskClient):
    only = make_product(event)
    make_product(event, kind="add_on")
    address = f"/manage/{event.slug}/tickets/{only.public_id}"

    answer = client.post(address, data={**form_of(client, address), "add_ons": [], "name_en": "Kept"})

    assert (answer.status_code, 'id="add_ons-error"' in answer.text, 'value="Kept"' in answer.text) == (422, True, True)
    assert joined(event) == set()


# -- order and list


def test_products_change_places_once_for_each_page(event: Event, client: FlaskClient):
    products = [make_product(event, position=0) for _number in range(3)]
    path = f"/manage/{event.slug}/tickets/{products[0].public_id}/move"

    for _click in range(2):
        client.post(path, data={"position": "0", "to": "down"})

    db.session.expire_all()
    order = db.session.scalars(sa.select(Product.id).where(Product.kind == "ticket").order_by(Product.position))
    assert list(order) == [products[1].id, products[0].id, products[2].id]
    assert deeds(event)[-1] == "product.moved"


def test_the_list_names_who_booked_and_so_does_the_file(event: Event, path: str, client: FlaskClient):
    ticket = make_product(event)
    workshop = make_workshop(event, "Kurs", datetime(2031, 3, 30, 12, 0, tzinfo=UTC))
    name = booked(workshop, ticket).participant.family_name

    page = client.get(f"{path}/{workshop.public_id}/booked").text
    file = client.get(f"{path}/{workshop.public_id}/booked.csv")

    assert name in page
    assert name in file.get_data().decode("utf-8-sig")
    assert file.headers["Content-Disposition"].startswith("attachment")


def test_pages_ask_as_little_for_many_as_for_one(event: Event, path: str, client: FlaskClient):
    ticket = make_product(event)
    pages = (f"/manage/{event.slug}/tickets", path, f"/manage/{event.slug}/tickets/{ticket.public_id}")

    def questions() -> list[int]:
        found = []
        for page in pages:
            client.get(page)
            with counted() as seen:
                assert client.get(page).status_code == 200
            found.append(len(seen))
        return found

    workshop = make_workshop(event, "Kurs", datetime(2031, 3, 30, 12, 0, tzinfo=UTC))
    address, workshop_id, ticket_id = f"{path}/{workshop.public_id}/booked", workshop.id, ticket.id
    few = questions()
    for number in range(6):
        make_product(event)
        make_workshop(event, f"Kurs {number}", datetime(2031, 3, 30, 13, 0, tzinfo=UTC))
    assert questions() == few

    def book() -> None:
        booked(db.session.get_one(Product, workshop_id), db.session.get_one(Product, ticket_id))

    book()
    with counted() as one:
        client.get(address)
    for _number in range(5):
        book()
    with counted() as six:
        client.get(address)
    assert len(six) == len(one)


def test_an_override_is_counted_once_and_written_down(event: Event, client: FlaskClient):
    pool = make_pool(event, 5)
    path = f"/manage/{event.slug}/tickets/pools/{pool.public_id}/over"
    data = {"extra": "3", "reason": "Zwei Stuhlreihen mehr", "once": "abcdefabcdef"}

    for _click in range(2):
        assert client.post(path, data=data).status_code == 302

    db.session.expire_all()
    assert db.session.get_one(Pool, pool.id).over == 3
    assert deeds(event)[-1] == "pool.overridden"


@pytest.mark.parametrize("wrong", [{"extra": "0"}, {"extra": "-1"}, {"extra": "٣"}, {"reason": ""}], ids=str)
def test_an_override_needs_a_number_and_a_reason(event: Event, client: FlaskClient, wrong: dict[str, str]):
    pool = make_pool(event, 5)
    path = f"/manage/{event.slug}/tickets/pools/{pool.public_id}/over"

    answer = client.post(path, data={"extra": "3", "reason": "Platz", **wrong})

    assert answer.status_code == 422
    assert db.session.get_one(Pool, pool.id).over == 0


def test_a_time_of_another_conference_is_none_of_this_one(event: Event, client: FlaskClient):
    workshop = make_workshop(make_event(), "Fremd", datetime(2031, 3, 30, 12, 0, tzinfo=UTC))

    for page in (workshop.public_id, f"{workshop.public_id}/booked", f"{workshop.public_id}/booked.csv"):
        assert client.get(f"/manage/{event.slug}/tickets/add-ons/{page}").status_code == 404
    assert selling.own_time(workshop)
