"""Placing a party, and what becomes of it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from partnering import clock
from partnering.accounts.services import person_at
from partnering.audit import AuditEntry
from partnering.consents import services as consents
from partnering.db import db, transaction
from partnering.events.models import Participant
from partnering.mail.models import OutboxLetter
from partnering.registration import queries, services, signals
from partnering.registration.invariants import live_registrations_stand, money_adds_up, places_paid_from_claims
from partnering.registration.models import Party, Registration
from partnering.tickets import services as tickets
from partnering.tickets.invariants import pools_counted
from tests.factories import (
    make_draft,
    make_event,
    make_guest,
    make_participant,
    make_party,
    make_person,
    make_product,
    make_registration,
)
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


def holders(party):
    """Who holds or was asked to take each place."""
    return [
        (place.registration.participant.name if place.registration else None, place.invited_name)
        for place in queries.places_of(party)
    ]


def test_beginning_holds_the_places_and_writes_down_the_price():
    event = make_event()
    product = make_product(event, gross=22_000, capacity=5)

    with transaction():
        party = services.begin(event, product, 2, "en")

    items = queries.items_of(party)
    assert [(i.gross, i.net, i.vat, there(i.claim).state) for i in items] == [(22_000, 18_487, 3_513, "held")] * 2
    assert tickets.left(product) == 3
    assert (party.locale, party.placed_at, len(party.reference)) == ("en", None, 8)


def test_a_placed_party_has_places_people_codes_agenda_and_letters():
    event = make_event()
    product = make_product(event, seats=3, capacity=9)

    party = make_party(
        event,
        product=product,
        people=[make_guest("jana@example.org"), make_guest("ben@example.org", "Ben", "Adeyemi"), {}],
    )

    assert holders(party) == [("Jana Wittkowski", ""), ("Ben Adeyemi", "Ben Adeyemi"), (None, "")]
    first, second = queries.places_of(party)[:2]
    assert there(first.registration).confirmed_at is not None
    assert there(second.registration).confirmed_at is None
    entry = there(queries.attendance_entry(there(first.registration)))
    assert (entry.role, entry.blocks, entry.state, entry.sequence) == ("attendee", False, "live", 0)
    assert (entry.appointment.starts_at, entry.appointment.ends_at) == (event.opens_at, event.closes_at)
    assert entry.appointment == there(queries.attendance_entry(there(second.registration))).appointment
    assert (there(party.contact_person).email, there(party.organisation).name) == ("jana@example.org", "Lumenfold GmbH")
    assert (tickets.left(product), party.draft, party.settled_at) == (2, {}, None)
    assert letters() == [
        ("registration.confirmed", "jana@example.org"),
        ("registration.confirmed", "ben@example.org"),
        ("registration.party", "jana@example.org"),
    ]
    assert sound() == []


def test_one_person_gets_one_letter():
    make_party(make_event(), people=[make_guest("jana@example.org")])

    assert letters() == [("registration.confirmed", "jana@example.org")]


def test_a_free_party_owes_nothing():
    event = make_event()

    party = make_party(event, product=make_product(event, gross=0))

    assert party.settled_at is not None


def test_several_units_of_a_ticket_make_places_in_order():
    event = make_event()
    product = make_product(event, seats=2, capacity=9)

    party = make_party(event, product=product, quantity=2)

    assert [place.position for place in queries.places_of(party)] == [0, 1, 2, 3]
    assert len(queries.items_of(party)) == 2


def test_consents_are_those_that_were_ticked():
    party = make_party(make_event(), agreed=["newsletter", "sale"])
    participant = there(queries.places_of(party)[0].registration).participant

    given = there(consents.current(participant, "newsletter"))
    assert given.text.text.en == "The organiser may write to me about its coming events. I can end this at any time."
    assert given.text.text.de != given.text.text.en
    assert consents.current(participant, "photo") is None


def test_a_buyer_who_is_registered_takes_no_second_place():
    event = make_event()
    product = make_product(event, capacity=2)
    held = make_registration(event, product=product, email="jana@example.org", letters=False)

    party = make_party(event, product=product, people=[make_guest(" Jana@EXAMPLE.org".strip(), "Somebody", "Else")])

    assert (queries.places_of(party), party.placed_at is not None, services.total(party)) == ([], True, 0)
    assert tickets.left(product) == 1
    assert held.participant.name == "Jana Wittkowski"
    assert letters() == [("registration.already", "jana@example.org")]
    assert sound() == []


def test_a_colleague_who_is_registered_keeps_their_ticket_and_the_place_stays_invited():
    event = make_event()
    held = make_registration(event, email="ben@example.org", given_name="Ben", letters=False)

    party = make_party(event, people=[make_guest("jana@example.org"), make_guest("ben@example.org", "Ben", "Adeyemi")])

    assert holders(party) == [("Jana Wittkowski", ""), (None, "Ben Adeyemi")]
    assert (held.state, queries.live_registration(held.participant)) == ("live", held)
    assert letters("registration.already") == [("registration.already", "ben@example.org")]
    assert sound() == []


def test_a_registered_buyer_of_several_places_keeps_the_others():
    event = make_event()
    make_registration(event, email="jana@example.org", letters=False)
    told = []

    with signals.party_placed.connected_to(lambda party, draft, **_more: told.append(draft)):
        party = make_party(
            event,
            people=[make_guest("jana@example.org"), make_guest("ben@example.org", "Ben", "Adeyemi")],
            partnering={"offers": "what a stranger typed"},
        )

    assert holders(party) == [(None, "Jana Wittkowski"), ("Ben Adeyemi", "Ben Adeyemi")]
    assert "partnering" not in told[0]
    assert sound() == []


def test_what_a_known_participant_has_printed_is_not_rewritten_by_whoever_types_their_address():
    event = make_event()
    speaker = make_participant(event, email="henrike@example.org", given_name="Henrike", family_name="Vogt")

    make_party(event, people=[make_guest("henrike@example.org", "Mickey", "Mouse", function="Boss")])

    assert (speaker.name, speaker.function) == ("Henrike Vogt", "Boss")


def test_a_hold_that_ran_out_is_placed_while_there_is_room(freeze):
    event = make_event()
    party = make_draft(event, product=make_product(event, capacity=1))
    freeze(clock.now() + timedelta(hours=2))

    with transaction():
        services.place(party)

    assert [there(item.claim).state for item in queries.items_of(party)] == ["confirmed"]


def test_a_hold_that_ran_out_and_was_taken_changes_nothing(freeze):
    event = make_event()
    product = make_product(event, capacity=1)
    party = make_draft(event, product=product)
    people = party.draft["people"]
    freeze(clock.now() + timedelta(hours=2))
    make_party(event, product=product)

    with pytest.raises(tickets.HoldExpired), transaction():
        services.place(party)

    assert (party.placed_at, party.draft["people"]) == (None, people)
    assert sound() == []


def test_sale_windows_are_asked_again_when_placing(freeze):
    event = make_event()
    party = make_draft(event, product=make_product(event, on_sale_until=clock.now() + timedelta(minutes=10)))
    freeze(clock.now() + timedelta(minutes=11))

    with pytest.raises(tickets.NotOnSale), transaction():
        services.place(party)

    assert party.placed_at is None


def test_limits_are_asked_again_when_placing():
    event = make_event()
    product = make_product(event, most_per_order=3)
    party = make_draft(event, product=product, quantity=3)
    with transaction():
        product.most_per_order = 2

    with pytest.raises(tickets.LimitPerOrder), transaction():
        services.place(party)


def test_the_price_of_the_hold_is_kept_when_the_early_price_ends_meanwhile(freeze):
    event = make_event()
    soon = clock.now() + timedelta(minutes=10)
    party = make_draft(event, product=make_product(event, tiers=[(22_000, soon), (29_000, None)]))
    freeze(soon + timedelta(minutes=1))

    with transaction():
        services.place(party)

    assert services.total(party) == 22_000


def test_choosing_again_gives_the_first_choice_back():
    event = make_event()
    first, second = make_product(event, capacity=1), make_product(event, capacity=1)
    party = make_draft(event, product=first)

    with transaction():
        services.choose(party, second, 1)

    assert (tickets.left(first), tickets.left(second), len(queries.items_of(party))) == (1, 0, 1)
    assert sound() == []


def test_choosing_what_is_held_changes_nothing():
    event = make_event()
    product = make_product(event, capacity=1)
    party = make_draft(event, product=product)
    before = there(queries.items_of(party)[0].claim).public_id

    with transaction():
        services.choose(party, product, 1)

    assert [there(item.claim).public_id for item in queries.items_of(party)] == [before]


def test_a_choice_that_fails_keeps_the_first_one():
    event = make_event()
    first, second = make_product(event, capacity=1), make_product(event, capacity=0)
    party = make_draft(event, product=first)

    with pytest.raises(tickets.SoldOut), transaction():
        services.choose(party, second, 1)

    assert (party.product_id, tickets.left(first)) == (first.id, 0)


def test_a_hold_can_be_extended_twice(freeze):
    event = make_event()
    party = make_draft(event)
    for _n in range(2):
        freeze(clock.now() + timedelta(minutes=20))
        with transaction():
            services.extend(party)
        assert there(queries.items_of(party)[0].claim).until == clock.now() + services.HOLD

    with pytest.raises(services.NoMoreExtensions), transaction():
        services.extend(party)


def test_what_was_never_sent_is_forgotten_after_a_day(freeze):
    event = make_event()
    product = make_product(event, capacity=2)
    placed, draft = make_party(event, product=product), make_draft(event, product=product)
    freeze(clock.now() + timedelta(hours=12))
    younger = make_draft(event, product=make_product(event))
    freeze(clock.now() + timedelta(hours=12, minutes=1))

    with transaction():
        assert services.forget_drafts() == 1

    assert db.session.scalars(sa.select(Party.public_id).order_by(Party.id)).all() == [
        placed.public_id,
        younger.public_id,
    ]
    assert draft not in db.session
    assert tickets.left(product) == 1
    assert sound() == []


def test_two_live_registrations_of_a_person_are_impossible():
    registration = make_registration(make_event())

    twin = Registration(
        event_id=registration.event_id,
        place_id=registration.place_id,
        participant_id=registration.participant_id,
        created_at=clock.now(),
    )
    with pytest.raises(IntegrityError), transaction():
        db.session.add(twin)


def test_organisers_are_told_of_a_duplicate():
    event = make_event()
    make_registration(event, email="jana@example.org")

    with pytest.raises(services.DuplicateRegistration):
        make_registration(event, email="JANA@example.org")

    assert sound() == []


def test_organisers_may_add_outside_the_sale_but_not_beyond_the_capacity():
    event = make_event()
    product = make_product(event, capacity=1, on_sale_until=clock.now() - timedelta(days=1))

    registration = make_registration(event, product=product, gross=0, letters=False)
    with pytest.raises(tickets.SoldOut):
        make_registration(event, product=product)

    assert (services.total(registration.place.party), letters()) == (0, [])


def test_every_deed_is_in_the_log():
    party = make_party(make_event())
    with transaction():
        services.cancel_party(party)

    actions = db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [action for action in actions if action.startswith(("party.", "registration."))] == [
        "party.placed",
        "registration.cancelled",
    ]


def test_colleagues_are_written_to_in_their_own_language():
    make_person("ben@example.org", locale="en")

    make_party(make_event(), people=[make_guest("jana@example.org"), make_guest("ben@example.org")], locale="de")

    spoken = db.session.execute(sa.select(OutboxLetter.address, OutboxLetter.locale).order_by(OutboxLetter.id)).all()
    assert [tuple(row) for row in spoken][:2] == [("jana@example.org", "de"), ("ben@example.org", "en")]


def test_known_people_keep_their_own_data():
    make_person("jana@example.org", given_name="Jana", family_name="Wittkowski", locale="en")
    event = make_event()

    make_party(event, people=[make_guest("jana@example.org", "J.", "W.")], locale="de")

    person = there(person_at("jana@example.org"))
    assert (person.display_name, person.locale) == ("Jana Wittkowski", "en")
    assert db.session.scalars(sa.select(Participant.locale).where(Participant.person_id == person.id)).all() == ["de"]
