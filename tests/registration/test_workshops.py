"""Workshops: never two at once, in agenda and calendar of whoever holds the place, booked and given up later."""

from datetime import timedelta

import icalendar
import pytest
import sqlalchemy as sa

from partnering.agenda import services as agenda
from partnering.agenda.models import AgendaEntry
from partnering.db import db, transaction
from partnering.mail import letters as rendering
from partnering.mail.models import OutboxLetter
from partnering.registration import queries, services, workshops
from partnering.registration.seats import Guest
from partnering.tickets import services as tickets
from tests.factories import (
    make_event,
    make_guest,
    make_party,
    make_product,
    make_registration,
    make_workshop,
)
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")


def morning(event, hours):
    """So many hours after the event opens."""
    return event.opens_at + timedelta(hours=hours)


def entry_of(registration, product):
    """The holder's entry for a workshop."""
    db.session.expire_all()
    return agenda.entry_of(product.appointment, registration.participant)


def letters(kind):
    """The letters of a kind that would still leave, in order."""
    found = db.session.scalars(sa.select(OutboxLetter).where(OutboxLetter.kind == kind).order_by(OutboxLetter.id))
    return [said for said in map(rendering.render, found) if said is not None]


def calendar_of(letter):
    """The only event of a letter's calendar."""
    (found,) = icalendar.Calendar.from_ical(letter.calendar).walk("VEVENT")
    return found


def test_only_what_overlaps_is_in_conflict():
    event = make_event()
    early = make_workshop(event, "Fermentation", morning(event, 1))
    next_one = make_workshop(event, "Zellen", morning(event, 2.5))
    across = make_workshop(event, "Recht", morning(event, 2))
    dinner = make_product(event, kind="add_on")

    pairs = workshops.conflicts([early, next_one, across, dinner, early])

    assert pairs == [(early, across), (next_one, across)]


def test_booking_takes_the_time_and_tells_the_calendar():
    event = make_event()
    registration = make_registration(event, letters=False)
    workshop = make_workshop(event, "Fermentation", morning(event, 1), capacity=2)

    with transaction():
        item = workshops.book(registration, workshop)

    entry = there(entry_of(registration, workshop))
    assert (item.kind, item.gross, item.place_id, tickets.left(workshop)) == ("add_on", 0, registration.place_id, 1)
    assert (entry.state, entry.blocks, entry.role) == ("live", True, "attendee")
    (letter,) = letters("registration.workshop")
    event_in_calendar = calendar_of(letter)
    assert (str(event_in_calendar["UID"]), letter.method) == (entry.uid, "REQUEST")
    assert event_in_calendar["DTSTART"].dt == there(workshop.appointment).starts_at


def test_booking_twice_is_booking_once():
    event = make_event()
    registration = make_registration(event)
    workshop = make_workshop(event, "Fermentation", morning(event, 1), capacity=2)

    for _twice in range(2):
        with transaction():
            workshops.book(registration, workshop)

    assert (len(queries.add_ons_of(registration.place)), tickets.left(workshop)) == (1, 1)


def test_a_second_workshop_at_the_same_time_is_refused_and_named():
    event = make_event()
    registration = make_registration(event)
    first = make_workshop(event, "Fermentation", morning(event, 1))
    second = make_workshop(event, "Recht", morning(event, 2), capacity=1)
    with transaction():
        workshops.book(registration, first)

    with pytest.raises(workshops.TimeConflict) as refused, transaction():
        workshops.book(registration, second)

    assert (refused.value.code, refused.value.first, refused.value.second) == ("time_conflict", "Recht", "Fermentation")
    assert (tickets.left(second), entry_of(registration, second)) == (1, None)


def test_ones_own_talk_keeps_its_time():
    event = make_event()
    registration = make_registration(event)
    workshop = make_workshop(event, "Fermentation", morning(event, 1), capacity=1)
    with transaction():
        talk = agenda.appoint(event, "session", morning(event, 2), morning(event, 3))
        agenda.attend(talk, registration.participant, "speaker", blocks=True)

    with pytest.raises(workshops.TimeConflict) as refused, transaction():
        workshops.book(registration, workshop)

    assert refused.value.second in ("Ihr eigener Vortrag", "your own talk")
    assert tickets.left(workshop) == 1


def test_giving_up_frees_the_place_and_the_calendar():
    event = make_event()
    registration = make_registration(event)
    workshop = make_workshop(event, "Fermentation", morning(event, 1), capacity=1)
    with transaction():
        workshops.book(registration, workshop)
    entry = there(entry_of(registration, workshop))
    with transaction():
        entry = db.session.get_one(AgendaEntry, entry.id)
        entry.sent_sequence, entry.sent_state = entry.sequence, "confirmed"

    with transaction():
        workshops.give_up(registration, workshop)

    entry = there(entry_of(registration, workshop))
    assert (entry.state, entry.sequence, tickets.left(workshop)) == ("cancelled", 1, 1)
    (letter,) = letters("registration.workshop_ended")
    assert (letter.method, str(calendar_of(letter)["UID"]), int(calendar_of(letter)["SEQUENCE"])) == (
        "CANCEL",
        entry.uid,
        1,
    )
    with pytest.raises(workshops.NotBooked), transaction():
        workshops.give_up(registration, workshop)


def test_booked_again_it_goes_on_under_its_uid():
    event = make_event()
    registration = make_registration(event)
    workshop = make_workshop(event, "Fermentation", morning(event, 1))
    with transaction():
        workshops.book(registration, workshop)
    uid = there(entry_of(registration, workshop)).uid

    with transaction():
        workshops.give_up(registration, workshop)
        workshops.book(registration, workshop)

    entry = there(entry_of(registration, workshop))
    assert (entry.uid, entry.sequence, entry.state) == (uid, 2, "live")


def test_the_place_keeps_its_workshops_when_a_substitute_comes():
    event = make_event()
    before = make_registration(event)
    workshop = make_workshop(event, "Fermentation", morning(event, 1), capacity=1)
    with transaction():
        workshops.book(before, workshop)

    with transaction():
        after = there(services.name_substitute(before, Guest("ben@example.org", "", "Ben", "Adeyemi")))

    assert (there(entry_of(before, workshop)).state, there(entry_of(after, workshop)).state) == ("cancelled", "live")
    assert there(entry_of(before, workshop)).uid != there(entry_of(after, workshop)).uid
    assert (len(queries.add_ons_of(after.place)), tickets.left(workshop)) == (1, 0)
    assert letters("registration.workshop")[-1].method == "REQUEST"


def test_a_substitutes_own_talk_is_contested_and_nothing_is_lost():
    event = make_event()
    speaker = make_registration(event, email="ben@example.org", letters=False)
    talk_of = speaker.participant
    with transaction():
        services.cancel_registration(speaker, waive_fee=True)
        talk = agenda.appoint(event, "session", morning(event, 2), morning(event, 3))
        agenda.attend(talk, talk_of, "speaker", blocks=True)
    before = make_registration(event)
    workshop = make_workshop(event, "Fermentation", morning(event, 1), capacity=1)
    with transaction():
        workshops.book(before, workshop)

    with transaction():
        after = there(services.name_substitute(before, Guest("ben@example.org", "", "Ben", "Adeyemi")))

    entry = there(entry_of(after, workshop))
    assert (entry.state, entry.blocks) == ("live", False)
    assert [product.name.de for product, _what in workshops.contested(after)] == ["Fermentation"]
    assert there(agenda.entry_of(talk, after.participant)).blocks
    (letter,) = letters("registration.workshop")
    assert "nichts ist verloren" in letter.text.casefold() or "nothing is lost" in letter.text.casefold()


def test_cancelling_takes_workshops_along():
    event = make_event()
    registration = make_registration(event)
    workshop = make_workshop(event, "Fermentation", morning(event, 1), capacity=1)
    with transaction():
        workshops.book(registration, workshop)

    with transaction():
        services.cancel_registration(registration)

    assert (there(entry_of(registration, workshop)).state, tickets.left(workshop)) == ("cancelled", 1)
    assert queries.add_ons_of(registration.place) == []


def test_a_colleague_who_declines_leaves_the_workshop_with_the_place():
    event = make_event()
    people = [make_guest(), make_guest("ben@example.org")]
    party = make_party(event, quantity=2, people=people, product=make_product(event))
    ben = there(queries.places_of(party)[1].registration)
    workshop = make_workshop(event, "Fermentation", morning(event, 1), capacity=1)
    with transaction():
        workshops.book(ben, workshop)

    with transaction():
        services.cancel_registration(ben, "holder", keep_place=True)

    assert there(entry_of(ben, workshop)).state == "cancelled"
    assert (len(queries.add_ons_of(ben.place)), tickets.left(workshop)) == (1, 0)


def test_what_is_not_offered_with_a_ticket_cannot_be_booked():
    event = make_event()
    registration = make_registration(event)
    hidden = make_workshop(event, "Fermentation", morning(event, 1), hidden=True)
    other = make_workshop(make_event(), "Recht", morning(event, 2))

    for product in (hidden, other, make_product(event)):
        with pytest.raises(workshops.NotOffered), transaction():
            workshops.book(registration, product)
