"""Offers to those who wait: whose turn it is, what becomes of them, when they end."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.registration import desk, offers, queries, services, waiting
from partnering.registration.models import Party, Registration, WaitingEntry
from partnering.tickets import services as tickets
from partnering.tickets.models import Claim, Pool, Product
from tests.factories import make_pool, make_product, make_registration
from tests.factories.registration import make_draft
from tests.factories.waiting import cancel, make_sold_out, make_waiting
from tests.support.there import there

from .queue import MORNING, deeds, letters, place, serve, state, states, units

pytestmark = pytest.mark.usefixtures("ctx")


# -- offers


def test_a_place_that_comes_back_is_offered_to_the_first_in_the_same_deed(event):
    product, [taken] = make_sold_out(event)
    first, second = make_waiting(product), make_waiting(product)

    with transaction():
        services.cancel_registration(taken)
        seen = (first.state, tickets.left(product))

    assert seen == ("offered", 0)
    assert states(first, second) == ["offered", "waiting"]
    assert there(first.offered_until) == MORNING + timedelta(hours=24)
    assert waiting.position(second) == 1
    assert letters()[-1] == ("offered", first.email)
    claims = db.session.scalars(sa.select(Claim.state).where(Claim.state == "offered")).all()
    assert claims == ["offered"]


def test_a_party_of_an_offer_knows_who_waited(event):
    product, [taken] = make_sold_out(event)
    entry = make_waiting(product, email="w@example.org", name="Wanda von Quast", locale="en")

    cancel(taken)

    party = there(entry.party)
    typed = {"title": "", "given_name": "Wanda", "family_name": "von Quast", "email": "w@example.org"}
    assert party.draft == {"typed": [typed]}
    assert (party.locale, party.placed_at) == ("en", None)


def test_taking_an_offer_registers_and_confirms_the_entry(event):
    product, [taken] = make_sold_out(event)
    entry = make_waiting(product)
    cancel(taken)

    place(entry)

    assert (state(entry), deeds(entry)) == ("confirmed", ["joined", "offered", "confirmed"])
    live = db.session.scalar(sa.select(sa.func.count()).where(Registration.state == "live"))
    assert live == 1
    with transaction():
        assert waiting.accept(entry) is None


def test_several_places_are_offered_all_or_none(event):
    product, taken = make_sold_out(event, capacity=3)
    three, one = make_waiting(product, quantity=3), make_waiting(product)

    cancel(taken[0])
    first = states(three, one)
    cancel(taken[1])
    second = states(three, one)

    assert first == ["waiting", "offered"]
    assert second == ["waiting", "offered"]
    assert tickets.left(product) == 1  # nobody who waits can use it, so it is on sale


def test_who_takes_fewer_too_is_offered_what_there_is(event):
    product, taken = make_sold_out(event, capacity=3)
    entry = make_waiting(product, quantity=3, all_or_none=False)

    cancel(taken[0])

    assert (state(entry), units(entry)) == ("offered", 1)


def test_somebody_who_would_take_another_ticket_is_offered_that(event):
    hall, gallery = make_product(event, capacity=1), make_product(event, capacity=1)
    make_registration(event, product=hall)
    taken = make_registration(event, product=gallery)
    entry = make_waiting(hall, others=[gallery])

    cancel(taken)

    assert state(entry) == "offered"
    assert there(there(entry.party).product).id == gallery.id


def test_a_ticket_over_two_pools_needs_a_place_in_both(event):
    hall, dinner = make_pool(event, 2), make_pool(event, 1)
    both, hall_only = make_product(event, pools=[hall, dinner]), make_product(event, pools=[hall])
    with_dinner = make_registration(event, product=both)
    without = make_registration(event, product=hall_only)
    first, second = make_waiting(both), make_waiting(hall_only)

    cancel(without)
    once = states(first, second)
    cancel(with_dinner)

    assert once == ["waiting", "offered"]
    assert states(first, second) == ["offered", "offered"]


def test_raising_the_capacity_serves_those_who_wait(event):
    product, _taken = make_sold_out(event)
    entries = [make_waiting(product) for _ in range(3)]
    pool = db.session.scalars(sa.select(Pool)).one()

    with transaction():
        tickets.set_capacity(db.session.get_one(Pool, pool.id), 3)

    assert states(*entries) == ["offered", "offered", "waiting"]


def test_new_buyers_do_not_overtake_when_a_hold_runs_out(event, freeze):
    product = make_product(event, capacity=1)
    make_draft(event, product=product)
    entry = make_waiting(product)
    freeze(MORNING + timedelta(minutes=31))

    assert serve(event) == 1
    with pytest.raises(tickets.SoldOut), transaction():
        services.begin(db.session.get_one(Event, event.id), db.session.get_one(Product, product.id), 1, "de")

    assert state(entry) == "offered"


def test_organisers_do_not_overtake_either_when_a_hold_runs_out(event, freeze):
    product, elsewhere = make_product(event, capacity=1), make_product(event, capacity=1)
    held = make_registration(event, product=elsewhere)
    make_draft(event, product=product)
    entry = make_waiting(product)
    freeze(MORNING + timedelta(minutes=31))

    with pytest.raises(tickets.SoldOut), transaction():
        desk.move(db.session.get_one(Registration, held.id), db.session.get_one(Product, product.id))
    with transaction():
        ticket = db.session.get_one(Product, product.id)
        with pytest.raises(tickets.SoldOut):
            services.add_registration(db.session.get_one(Event, event.id), ticket, email="new@example.org")

        assert state(entry) == "offered"


def test_declining_keeps_the_place_in_the_queue_and_the_next_is_asked(event):
    product, taken = make_sold_out(event, capacity=2)
    first, second = make_waiting(product), make_waiting(product)
    cancel(taken[0])

    with transaction():
        waiting.decline(db.session.get_one(WaitingEntry, first.id))
    then = states(first, second)
    cancel(taken[1])

    assert then == ["waiting", "offered"]
    assert states(first, second) == ["offered", "offered"]
    assert deeds(first) == ["joined", "offered", "declined", "offered"]


def test_what_nobody_wants_is_on_sale_and_not_offered_over_and_over(event):
    product, [taken] = make_sold_out(event)
    entry = make_waiting(product)
    cancel(taken)

    with transaction():
        waiting.decline(db.session.get_one(WaitingEntry, entry.id))

    assert serve(event) == 0
    assert (state(entry), tickets.left(product)) == ("waiting", 1)
    with transaction():
        waiting.decline(db.session.get_one(WaitingEntry, entry.id))
    assert deeds(entry) == ["joined", "offered", "declined"]


def test_an_unanswered_offer_goes_to_the_next_and_the_second_ends_the_wait(event, freeze):
    product, [taken] = make_sold_out(event)
    first, second = make_waiting(product), make_waiting(product)
    cancel(taken)

    freeze(MORNING + timedelta(hours=24, minutes=1))
    serve(event)
    after_one = states(first, second)
    place(second)
    [held] = db.session.scalars(sa.select(Registration).where(Registration.state == "live")).all()
    cancel(held)
    after_two = states(first, second)
    freeze(MORNING + timedelta(hours=49))
    serve(event)

    assert after_one == ["waiting", "offered"]
    assert after_two == ["offered", "confirmed"]
    assert states(first, second) == ["left", "confirmed"]
    assert deeds(first) == ["joined", "offered", "expired", "offered", "expired"]
    assert [kind for kind, address in letters() if address == first.email] == [
        "joined",
        "offered",
        "expired",
        "offered",
        "expired",
    ]
    assert tickets.left(product) == 1


def test_an_offer_that_ran_out_cannot_be_taken(event, freeze):
    product, [taken] = make_sold_out(event)
    entry = make_waiting(product)
    cancel(taken)
    freeze(MORNING + timedelta(hours=25))

    with pytest.raises(waiting.NoOffer), transaction():
        waiting.accept(db.session.get_one(WaitingEntry, entry.id))


def test_leaving_hands_the_offer_on(event):
    product, [taken] = make_sold_out(event)
    first, second = make_waiting(product), make_waiting(product)
    cancel(taken)

    with transaction():
        waiting.leave(db.session.get_one(WaitingEntry, first.id))

    assert states(first, second) == ["left", "offered"]
    assert letters()[-2:] == [("left", first.email), ("offered", second.email)]


def test_changing_to_fewer_places_may_bring_an_offer_at_once(event):
    product, taken = make_sold_out(event, capacity=2)
    entry = make_waiting(product, quantity=2)
    cancel(taken[0])
    assert state(entry) == "waiting"

    with transaction():
        waiting.change(db.session.get_one(WaitingEntry, entry.id), 1, all_or_none=True)

    assert (state(entry), units(entry)) == ("offered", 1)


def test_a_party_that_swaps_tickets_keeps_its_places_from_those_who_wait(event):
    product = make_product(event, capacity=2)
    party = make_draft(event, product=product, quantity=2)
    entry = make_waiting(product)

    with transaction():
        mine = there(queries.locked_party(party.public_id))
        services.choose(mine, db.session.get_one(Product, product.id), 1)

    assert [there(item.claim).state for item in queries.items_of(party)] == ["held"]
    assert state(entry) == "offered"


def test_drafts_behind_offers_are_not_forgotten(event, freeze):
    product, [taken] = make_sold_out(event)
    entry = make_waiting(product)
    cancel(taken)
    with transaction():
        entry.offered_until = MORNING + timedelta(days=4)
        there(entry.party).created_at = MORNING - timedelta(days=1)
    freeze(MORNING + timedelta(days=2))

    with transaction():
        services.forget_drafts()

    assert db.session.get(Party, there(entry.party_id)) is not None


@pytest.mark.engine("postgresql")
def test_nobody_waits_for_whoever_takes_the_offer_just_now(event):
    product, [taken] = make_sold_out(event)
    entry = make_waiting(product)
    cancel(taken)
    party = sa.select(Party.id).where(Party.id == entry.party_id).with_for_update()
    entry_id = entry.id

    with db.engine.connect() as somebody, somebody.begin():
        somebody.execute(party)
        with pytest.raises(offers.BeingTaken), transaction():
            waiting.leave(db.session.get_one(WaitingEntry, entry_id))

    assert state(entry) == "offered"


# -- when offers end


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2027-03-02T10:00+01:00", "2027-03-03T10:00+01:00"),
        ("2027-03-02T08:00+01:00", "2027-03-03T08:00+01:00"),
        ("2027-03-02T07:59+01:00", "2027-03-03T08:00+01:00"),
        ("2027-03-02T00:00+01:00", "2027-03-03T08:00+01:00"),
        ("2027-03-02T19:59+01:00", "2027-03-03T19:59+01:00"),
        ("2027-03-02T20:00+01:00", "2027-03-04T08:00+01:00"),
        ("2027-03-02T23:30+01:00", "2027-03-04T08:00+01:00"),
        ("2027-03-27T07:30+01:00", "2027-03-28T08:30+02:00"),  # the night is an hour short: still 24 hours
        ("2027-03-27T06:30+01:00", "2027-03-28T08:00+02:00"),
        ("2027-03-27T19:30+01:00", "2027-03-29T08:00+02:00"),  # 24 hours later it is half past eight
        ("2027-10-30T08:30+02:00", "2027-10-31T08:00+01:00"),  # 24 hours later it is half past seven
        ("2027-10-30T20:30+02:00", "2027-10-31T19:30+01:00"),
    ],
)
def test_offers_last_a_day_and_never_end_at_night(now, end):
    moment = datetime.fromisoformat(now)

    assert waiting.courteous_end(moment, "Europe/Berlin") == datetime.fromisoformat(end)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Auckland", "America/New_York", "Asia/Kathmandu"])
def test_no_hour_of_the_year_makes_an_offer_end_at_night_or_too_soon(zone):
    start = datetime(2027, 1, 1, tzinfo=UTC)
    for half_hours in range(0, 2 * 24 * 366):
        now = start + timedelta(minutes=30 * half_hours)
        end = waiting.courteous_end(now, zone)
        wall = clock.in_zone(end, zone).time()
        assert offers.MORNING <= wall < offers.EVENING
        assert timedelta(hours=24) <= end - now <= timedelta(hours=37)


def test_an_offer_does_not_outlive_the_sale(event):
    product, [taken] = make_sold_out(event, on_sale_until=MORNING + timedelta(hours=5))
    entry = make_waiting(product)

    cancel(taken)

    assert entry.offered_until == MORNING + timedelta(hours=5)


def test_nothing_is_offered_after_the_sale(event, freeze):
    product, [taken] = make_sold_out(event, on_sale_until=MORNING + timedelta(hours=5))
    entry = make_waiting(product)
    freeze(MORNING + timedelta(hours=6))

    cancel(taken)

    assert state(entry) == "waiting"
