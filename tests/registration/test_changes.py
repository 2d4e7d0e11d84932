"""Changing one's mind: cancelling, passing on, naming later, confirming."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.audit import AuditDetail, AuditEntry
from partnering.consents import services as consents
from partnering.db import BilingualText, db, transaction
from partnering.mail.models import OutboxLetter
from partnering.questions.queries import current_questions
from partnering.registration import queries, services, signals
from partnering.registration.invariants import live_registrations_stand, money_adds_up, places_paid_from_claims
from partnering.registration.models import Registration
from partnering.registration.seats import Guest
from partnering.tickets import services as tickets
from partnering.tickets.invariants import pools_counted
from tests.factories import (
    FULL,
    make_event,
    make_guest,
    make_party,
    make_product,
    make_registration,
    make_rules,
)
from tests.factories.questions import make_question
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")


def sound():
    """What violates the invariants of tickets and registrations now."""
    rules = (pools_counted, places_paid_from_claims, live_registrations_stand, money_adds_up)
    return [finding for rule in rules for finding in rule()]


def letters(kind=None):
    """(kind, address) of the letters decided on so far."""
    found = db.session.execute(sa.select(OutboxLetter.kind, OutboxLetter.address).order_by(OutboxLetter.id))
    return [tuple(row) for row in found if kind in (None, row.kind)]


def test_cancelling_gives_the_place_back_and_kills_the_code():
    event = make_event()
    make_rules(event, FULL)
    product = make_product(event, capacity=1)
    registration = make_registration(event, product=product)
    code = there(registration.code)

    with transaction():
        services.cancel_registration(registration, "holder")

    party = registration.place.party
    assert (registration.state, code.revoked_at is not None, registration.code) == ("cancelled", True, None)
    assert (tickets.left(product), party.cancelled_at is not None, services.total(party)) == (1, True, 0)
    entry = there(queries.attendance_entry(registration))
    assert (entry.state, entry.sequence) == ("cancelled", 1)
    assert sound() == []


def test_cancelling_twice_happens_once():
    registration = make_registration(make_event())
    heard: list[Registration] = []

    with signals.registration_cancelled.connected_to(heard.append):
        for _twice in range(2):
            with transaction():
                services.cancel_registration(registration)

    assert heard == [registration]
    assert letters("registration.ended") == [("registration.ended", there(registration.participant.person).email)]


def test_registering_again_after_cancelling_keeps_the_uid_and_raises_the_sequence():
    event = make_event()
    first = make_registration(event, email="jana@example.org")
    uid = there(queries.attendance_entry(first)).uid
    with transaction():
        services.cancel_registration(first)

    second = make_registration(event, email="jana@example.org")

    entry = there(queries.attendance_entry(second))
    assert (entry.uid, entry.sequence, entry.state) == (uid, 2, "live")


def test_places_of_one_ticket_go_back_together():
    event = make_event()
    make_rules(event, FULL)
    product = make_product(event, seats=2, capacity=4)
    party = make_party(event, product=product, quantity=2)
    places = queries.places_of(party)

    with transaction():
        services.cancel_place(places[0])
        services.cancel_place(places[2])
    assert (tickets.left(product), services.total(party)) == (0, 44_000)
    with transaction():
        services.cancel_place(places[1])

    assert (tickets.left(product), services.total(party), party.cancelled_at) == (1, 22_000, None)
    assert sound() == []


def test_cancelling_a_party_ends_everything():
    event = make_event()
    product = make_product(event, seats=3, capacity=3)
    party = make_party(event, product=product, people=[make_guest(), make_guest(), {}])

    with transaction():
        services.cancel_party(party)

    assert (tickets.left(product), party.cancelled_at is not None) == (1, True)
    assert {r.state for r in db.session.scalars(sa.select(Registration))} == {"cancelled"}
    assert sound() == []


def test_a_colleague_who_declines_leaves_the_place_to_the_buyer():
    event = make_event()
    product = make_product(event, seats=2, capacity=2)
    party = make_party(event, product=product, people=[make_guest(), make_guest("ben@example.org")])
    place = queries.places_of(party)[1]
    registration = there(place.registration)

    with transaction():
        services.cancel_registration(registration, "holder", keep_place=True)

    assert (registration.state, place.cancelled_at, place.registration) == ("declined", None, None)
    assert tickets.left(product) == 0
    assert sound() == []


def test_a_substitute_gets_a_new_code_and_the_old_one_dies():
    event = make_event()
    before = make_registration(event, email="jana@example.org")
    old, generation = there(before.code), before.generation
    with transaction():
        text = consents.text_for(event, "photo", BilingualText("Ja", "Yes"))
        consents.give(before.participant, text, channel="registration", locale="de")

    with transaction():
        after = there(services.name_substitute(before, Guest("ben@example.org", "", "Ben", "Adeyemi")))

    assert (before.state, before.generation, old.revoked_at is not None) == ("substituted", generation + 1, True)
    assert (after.place, after.participant.name, after.code != old) == (before.place, "Ben Adeyemi", True)
    assert consents.current(after.participant, "photo") is None
    assert there(queries.attendance_entry(before)).state == "cancelled"
    assert letters()[-2:] == [
        ("registration.ended", "jana@example.org"),
        ("registration.confirmed", "ben@example.org"),
    ]
    assert sound() == []


def test_the_log_keeps_who_held_a_place_and_who_holds_it_now():
    event = make_event()
    registration = make_registration(event, given_name="Jana", family_name="Wittkowski")

    with transaction():
        services.name_substitute(registration, Guest("ada@example.org", "", "Ada", "Minh", ""))

    assert told("place.named") == (
        {"name": "Jana Wittkowski", "email": ""},
        {"name": "Ada Minh", "email": "ada@example.org", "by": "holder"},
    )


def test_the_log_keeps_plain_answers_before_and_after_and_no_sensitive_one():
    event = make_event()
    plain, health = make_question(event, label="Hotel"), make_question(event, label="Diet", data_class="sensitive")
    held = make_registration(event)
    asked = current_questions(event, "attendee")
    with transaction():
        services.answer(held, asked, {plain.public_id: "Elbe", health.public_id: "vegan"})

    with transaction():
        services.answer(held, asked, {plain.public_id: "Saale", health.public_id: "vegan"})

    assert told("answers.changed") == ({"Hotel": "Elbe"}, {"Hotel": "Saale"})


def told(action):
    """What the newest entry of this kind in the log says: before and after."""
    entry = sa.select(AuditDetail).join(AuditEntry, AuditEntry.id == AuditDetail.entry_id)
    found = db.session.scalars(entry.where(AuditEntry.action == action).order_by(AuditEntry.id.desc()).limit(1)).one()
    return found.before, found.after


def test_naming_a_substitute_who_is_registered_looks_the_same():
    event = make_event()
    make_registration(event, email="ben@example.org", letters=False)
    before = make_registration(event, email="jana@example.org", letters=False)

    with transaction():
        after = services.name_substitute(before, Guest("ben@example.org", "", "Ben", "Adeyemi"))

    assert (after, before.state, before.place.invited_name) == (None, "substituted", "Ben Adeyemi")
    assert letters()[-1] == ("registration.already", "ben@example.org")
    assert sound() == []


def test_a_ticket_that_ended_cannot_be_passed_on():
    registration = make_registration(make_event())
    with transaction():
        services.cancel_registration(registration)

    with pytest.raises(services.PlaceGone), transaction():
        services.name_substitute(registration, Guest("ben@example.org", "", "Ben", "Adeyemi"))


def test_an_open_place_can_be_named_later_and_a_cancelled_one_cannot():
    event = make_event()
    party = make_party(event, product=make_product(event, seats=2))
    place = queries.places_of(party)[1]

    with transaction():
        named = there(services.name_person(place, Guest("ben@example.org", "", "Ben", "Adeyemi")))
    assert (named.participant.name, named.confirmed_at) == ("Ben Adeyemi", None)

    with transaction():
        services.cancel_place(place)
    with pytest.raises(services.PlaceGone), transaction():
        services.name_person(place, Guest("eva@example.org", "", "Eva", "Lind"))


def test_confirming_ones_data_answers_the_invitation():
    event = make_event()
    party = make_party(event, people=[make_guest(), make_guest("ben@example.org", "Ben", "Adeyemi")])
    registration = there(queries.places_of(party)[1].registration)

    with transaction():
        services.set_details(registration, title="Dr.", given_name="Benjamin", family_name="Adeyemi", function="CTO")

    assert (registration.participant.name, registration.badge_name) == ("Dr. Benjamin Adeyemi",) * 2
    assert (registration.confirmed_at is not None, registration.place.invited_name) == (True, "")


def test_a_reminder_is_written_once_a_day(freeze):
    event = make_event()
    make_registration(event, email="known@example.org", letters=False)
    party = make_party(
        event, people=[make_guest("a@example.org"), make_guest("b@example.org"), make_guest("known@example.org")]
    )
    before = len(letters())

    waiting = queries.places_of(party)[1:]
    for place in waiting:
        with transaction():
            services.remind(place)
        with pytest.raises(services.RemindedToday), transaction():
            services.remind(place)
    assert letters()[before:] == [
        ("registration.confirmed", "b@example.org"),
        ("registration.already", "known@example.org"),
    ]

    freeze(clock.now() + timedelta(days=1))
    with transaction():
        assert services.remind_all(party) == 2
    assert len(letters()) == before + 4
    with pytest.raises(services.NobodyToRemind), transaction():
        services.remind_all(party)
