"""When the time of what people have booked moves, ends or comes back: their time, their calendar, their letter."""

from datetime import timedelta

import icalendar
import pytest
import sqlalchemy as sa

from partnering.agenda import services as agenda
from partnering.agenda.models import AgendaEntry, ParticipantAtom
from partnering.backoffice import selling
from partnering.db import BilingualText, db, transaction
from partnering.events import services as events
from partnering.events.models import Event
from partnering.jobs import defer, worker
from partnering.programme import services as programme
from partnering.programme.models import ProgrammeSession
from partnering.programme.services import Time
from partnering.registration import queries, workshop_times, workshops
from partnering.registration.models import Registration
from partnering.tickets import queries as ticket_queries
from partnering.tickets import services as tickets
from partnering.tickets.models import Product
from tests.factories import (
    make_event,
    make_participant,
    make_product,
    make_registration,
    make_workshop,
)
from tests.factories.programme import at, make_session
from tests.support.letters import calendar_of, deliver_all, text_of
from tests.support.there import there


def calendars(messages):
    """What each calendar part says, by recipient: (To, METHOD, UID, SEQUENCE), sorted."""
    found = []
    for message in messages:
        content = calendar_of(message)
        if content is None:
            continue
        calendar = icalendar.Calendar.from_ical(content)
        (entry,) = calendar.walk("VEVENT")
        found.append((message["To"], str(calendar["METHOD"]), str(entry["UID"]), int(str(entry["SEQUENCE"]))))
    return sorted(found)


def entries(product_or_session):
    """The entries for its time, by id, read anew."""
    db.session.expire_all()
    return list(
        db.session.scalars(
            sa.select(AgendaEntry)
            .where(AgendaEntry.appointment_id == product_or_session.appointment_id)
            .order_by(AgendaEntry.id)
        )
    )


def atoms():
    """How many atoms of anybody's time are taken."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(ParticipantAtom))


def book(registration, product):
    """One booking, later."""
    with transaction():
        workshops.book(db.session.get_one(Registration, registration.id), db.session.get_one(Product, product.id))


@pytest.fixture
def two_workshops(ctx):
    """An event with two workshops that Ada has both booked and Ben one; every letter so far has left."""
    event = make_event()
    first = make_workshop(event, "Fermentation", event.opens_at + timedelta(hours=1))
    second = make_workshop(event, "Zellen", event.opens_at + timedelta(hours=4))
    ada = make_registration(event, email="ada@example.org")
    ben = make_registration(event, email="ben@example.org")
    for registration, product in ((ada, first), (ada, second), (ben, first)):
        book(registration, product)
    deliver_all(ctx)
    return event.id


def run_all():
    """Every job that is due."""
    while worker.run_jobs():
        continue


def call_off(event_id):
    """The event does not take place; the worker has written to everybody."""
    with transaction():
        events.cancel(db.session.get_one(Event, event_id))
    run_all()


def test_calling_off_the_event_cancels_each_workshop_once(ctx, two_workshops):
    known = {entry.uid: entry.sequence for entry in db.session.scalars(sa.select(AgendaEntry))}

    for _twice in range(2):
        call_off(two_workshops)

    told = calendars(deliver_all(ctx))
    assert sorted(who for who, *_more in told) == ["ada@example.org"] * 3 + ["ben@example.org"] * 2
    assert {method for _who, method, *_more in told} == {"CANCEL"}
    assert {uid: sequence for _who, _method, uid, sequence in told} == {uid: n + 1 for uid, n in known.items()}
    assert (atoms(), deliver_all(ctx)) == (0, [])


def test_a_batch_taken_up_again_writes_to_nobody_twice(ctx, two_workshops):
    call_off(two_workshops)
    with transaction():
        event = db.session.get_one(Event, two_workshops)
        defer("registration.tell_event_news", event_ref=event.public_id, news="called_off")
    run_all()

    assert len(calendars(deliver_all(ctx))) == 5


def test_a_workshop_given_up_before_is_not_cancelled_again(ctx, two_workshops):
    ben, first = two_of("ben@example.org", "Fermentation")
    with transaction():
        workshops.give_up(ben, first)
    deliver_all(ctx)

    call_off(two_workshops)

    assert [who for who, *_more in calendars(deliver_all(ctx))].count("ben@example.org") == 1


def two_of(email, name):
    """The registration of an address and the product of a name, both fresh."""
    registration = next(
        one for one in db.session.scalars(sa.select(Registration)) if there(one.participant.person).email == email
    )
    product = next(one for one in db.session.scalars(sa.select(Product)) if one.name.de == name)
    return registration, product


def test_a_workshop_called_off_is_sold_no_more(ctx, two_workshops):
    _ben, second = two_of("ben@example.org", "Zellen")
    assert tickets.is_on_sale(second)
    with transaction():
        agenda.cancel(there(second.appointment))

    assert not tickets.is_on_sale(second)
    assert second not in ticket_queries.add_ons_for(there(_ben).place.product)


@pytest.fixture
def sold_session(ctx):
    """A session with a speaker, sold as an add-on, which Ada has booked; every letter so far has left."""
    event = make_event()
    speaker = make_participant(event, email="vera@example.org")
    session = make_session(event, "Recht", starts_at=at(event, 10), minutes=60, speakers=[speaker])
    product = make_product(
        event, kind="add_on", name=BilingualText("Recht", "Law"), appointment_id=session.appointment_id, gross=0
    )
    book(make_registration(event, email="ada@example.org"), product)
    deliver_all(ctx)
    return session.id


def change(session_id, hour, tell=True):
    """The session begins at another hour."""
    with transaction():
        session = db.session.get_one(ProgrammeSession, session_id)
        event = db.session.get_one(Event, session.event_id)
        start = at(event, hour)
        return programme.change(event, session, time=Time(start, start + timedelta(minutes=60)), tell=tell)


def test_a_session_that_moves_keeps_the_time_of_those_who_booked_and_tells_them(ctx, sold_session):
    before = atoms()

    done = change(sold_session, 14)

    session = db.session.get_one(ProgrammeSession, sold_session)
    assert (done.busy, done.clashing, atoms()) == ([], [], before)
    assert [entry.blocks for entry in entries(session)] == [True, True]
    messages = deliver_all(ctx)
    assert [(who, method, n) for who, method, _uid, n in calendars(messages)] == [
        ("ada@example.org", "REQUEST", 1),
        ("vera@example.org", "REQUEST", 1),
    ]
    assert "10:00" in text_of(next(message for message in messages if message["To"] == "ada@example.org"))


def test_whoever_is_taken_at_the_new_time_is_shown_to_both(ctx, sold_session):
    ada, _product = two_of("ada@example.org", "Recht")
    with transaction():
        agenda.block(
            ada.participant, ada.participant.event, at(ada.participant.event, 14), at(ada.participant.event, 15)
        )

    done = change(sold_session, 14)

    session = db.session.get_one(ProgrammeSession, sold_session)
    ada, product = two_of("ada@example.org", "Recht")
    assert [participant.id for participant in done.clashing] == [ada.participant_id]
    assert [one.public_id for one, _what in workshops.contested(ada)] == [product.public_id]
    assert workshop_times.clashing(there(session.appointment)) == {ada.participant_id}
    (letter,) = [message for message in deliver_all(ctx) if message["To"] == "ada@example.org"]
    assert "decide" in text_of(letter) or "entscheiden" in text_of(letter)


def test_a_session_called_off_and_brought_back_goes_and_comes_under_one_uid(ctx, sold_session):
    session = db.session.get_one(ProgrammeSession, sold_session)
    with transaction():
        programme.cancel(session_event(sold_session), db.session.get_one(ProgrammeSession, sold_session), tell=True)
    off = [one for one in calendars(deliver_all(ctx)) if one[0] == "ada@example.org"]
    assert atoms() == 0
    with transaction():
        programme.restore(session_event(sold_session), db.session.get_one(ProgrammeSession, sold_session), tell=True)
    back = [one for one in calendars(deliver_all(ctx)) if one[0] == "ada@example.org"]

    assert [(method, n) for _who, method, _uid, n in off + back] == [("CANCEL", 1), ("REQUEST", 2)]
    assert {uid for _who, _method, uid, _n in off + back} == {entries(session)[-1].uid}
    assert [entry.blocks for entry in entries(session)] == [True, True]


def session_event(session_id):
    """The session's event, fresh."""
    return db.session.get_one(Event, db.session.get_one(ProgrammeSession, session_id).event_id)


def set_time(event_id, time):
    """The desk gives "Fermentation" another time, or none."""
    with transaction():
        event = db.session.get_one(Event, event_id)
        _ben, product = two_of("ben@example.org", "Fermentation")
        selling.set_time(event, product, time, anyway=True)


def test_a_workshop_that_moves_says_what_it_was(ctx, two_workshops):
    event = db.session.get_one(Event, two_workshops)
    start = event.opens_at + timedelta(hours=6)
    set_time(two_workshops, selling.Time(start, start + timedelta(hours=1)))

    messages = deliver_all(ctx)

    assert [(who, method, n) for who, method, _uid, n in calendars(messages)] == [
        ("ada@example.org", "REQUEST", 1),
        ("ben@example.org", "REQUEST", 1),
    ]
    assert all("Fermentation" in message["Subject"] for message in messages)
    assert all(("Vorher" in text_of(message)) or ("Before" in text_of(message)) for message in messages)


def test_a_workshop_that_loses_its_time_leaves_calendars_and_keeps_its_guests(ctx, two_workshops):
    ben, product = two_of("ben@example.org", "Fermentation")
    uids = {entry.uid for entry in entries(product)}

    set_time(two_workshops, None)

    told = calendars(deliver_all(ctx))
    assert [(who, method, n) for who, method, _uid, n in told] == [
        ("ada@example.org", "CANCEL", 1),
        ("ben@example.org", "CANCEL", 1),
    ]
    assert {uid for _who, _method, uid, _n in told} == uids
    ben, product = two_of("ben@example.org", "Fermentation")
    assert [there(item.claim).product_id for item in queries.add_ons_of(ben.place)] == [product.id]
