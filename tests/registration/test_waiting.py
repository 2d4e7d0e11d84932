"""The waiting list: who waits, who is offered what and when, what becomes of offers."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.mail.models import OutboxLetter
from partnering.registration import desk, offers, queries, services, waiting
from partnering.registration.invariants import waiting_counted
from partnering.registration.models import Party, Registration, WaitingEntry
from partnering.tickets import services as tickets
from partnering.tickets.invariants import pools_counted
from partnering.tickets.models import Claim, Pool, Product
from tests.factories import make_event, make_pool, make_product, make_registration
from tests.factories.registration import make_draft, make_guest
from tests.factories.waiting import cancel, make_sold_out, make_waiting
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")

MORNING = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def event(freeze) -> Event:
    """An event, on a morning on which offers made now end at the same hour of the next day."""
    freeze(MORNING)
    return make_event()


@pytest.fixture(autouse=True)
def sound(ctx):
    """After every test the counts are right and nothing is oversold."""
    yield
    assert [*pools_counted(), *waiting_counted()] == []


def deeds(entry):
    """What happened to an entry, in order."""
    return [step.deed for step in there(db.session.get(WaitingEntry, entry.id, populate_existing=True)).steps]


def state(entry):
    """Its state now."""
    return there(db.session.get(WaitingEntry, entry.id, populate_existing=True)).state


def states(*entries):
    """The states of several."""
    return [state(entry) for entry in entries]


def letters():
    """(kind without the room, address) of the letters about waiting so far, in order."""
    rows = db.session.execute(
        sa.select(OutboxLetter.kind, OutboxLetter.address)
        .where(OutboxLetter.kind.like("registration.waiting%"))
        .order_by(OutboxLetter.id)
    )
    return [(kind.removeprefix("registration.waiting_"), address) for kind, address in rows]


def units(entry):
    """How many places an entry is offered."""
    fresh = there(db.session.get(WaitingEntry, entry.id, populate_existing=True))
    return len(queries.items_of(fresh.party)) if fresh.party is not None else 0


def place(entry):
    """Take the offer and register, as the pages do."""
    with transaction():
        party = there(waiting.accept(there(db.session.get(WaitingEntry, entry.id))))
        people = [make_guest(f"holder{party.id}-{n}@example.org") for n in range(len(queries.items_of(party)))]
        services.keep(party, people=people, company="", billing={})
        services.place(party)


def serve(event):
    with transaction():
        return waiting.serve(event.id)


# -- joining


def test_joining_writes_the_entry_and_the_letter_and_counts_in_the_pool(event):
    product, _taken = make_sold_out(event)

    entry = make_waiting(product, email="wanda@example.org")

    assert (state(entry), deeds(entry), waiting.position(entry)) == ("waiting", ["joined"], 1)
    assert letters() == [("joined", "wanda@example.org")]
    assert db.session.scalars(sa.select(Pool.waiting)).all() == [1]


def test_with_places_available_nobody_waits(event):
    product = make_product(event, capacity=2)

    with pytest.raises(waiting.PlacesAvailable) as refusal:
        make_waiting(product)

    assert refusal.value.product.id == product.id
    assert db.session.scalar(sa.select(sa.func.count()).select_from(WaitingEntry)) == 0


def test_who_wants_more_than_is_left_may_wait_and_the_rest_stays_on_sale(event):
    product, _taken = make_sold_out(event, capacity=3)
    cancel(_taken[0])

    entry = make_waiting(product, quantity=2)

    assert state(entry) == "waiting"
    assert tickets.left(product) == 1
    with pytest.raises(waiting.PlacesAvailable):
        make_waiting(product, quantity=2, all_or_none=False)


def test_a_hold_that_ran_out_is_a_place_available(event, freeze):
    product = make_product(event, capacity=1)
    make_draft(event, product=product)
    freeze(MORNING + timedelta(minutes=31))

    with pytest.raises(waiting.PlacesAvailable):
        make_waiting(product)


def test_an_address_that_waits_already_keeps_its_one_entry_and_reads_so(event, freeze):
    product, _taken = make_sold_out(event)
    first = make_waiting(product, email="wanda@example.org")

    twice = make_waiting(product, email="Wanda@Example.org", name="Somebody Else", quantity=3)
    freeze(MORNING + timedelta(hours=1))
    again = make_waiting(product, email="wanda@example.org", name="Somebody Else")

    assert (first.id, first.name, first.quantity) == (twice.id, "Wanda Quast", 1)
    assert again.id == first.id
    assert letters() == [("joined", "wanda@example.org")] * 2


def test_an_address_with_a_ticket_waits_for_no_place_of_its_own(event):
    product, taken = make_sold_out(event)
    address = there(taken[0].participant.person).email

    with transaction():
        entry = waiting.join(event, product, 1, email=address, name="Jana", locale="de")

    assert entry is None
    assert letters() == [("needless", address)]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"waiting_list": False}, waiting.NoWaitingList),
        ({"active": False}, waiting.NoWaitingList),
        ({"kind": "add_on"}, waiting.NoWaitingList),
        ({"on_sale_until": MORNING - timedelta(days=1)}, waiting.NoWaitingList),
        ({"most_per_order": 1}, tickets.LimitPerOrder),
    ],
)
def test_there_is_no_waiting_for_what_nobody_may_buy(event, change, error):
    product, _taken = make_sold_out(event)
    with transaction():
        for name, value in change.items():
            setattr(product, name, value)

    with pytest.raises(error):
        make_waiting(product, quantity=2)


def test_nobody_waits_at_an_event_that_was_called_off(event):
    product, _taken = make_sold_out(event)
    with transaction():
        event.state = "cancelled"

    with pytest.raises(waiting.NoWaitingList):
        make_waiting(product)


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

    with transaction():
        registration, ticket = db.session.get_one(Registration, held.id), db.session.get_one(Product, product.id)
        with pytest.raises(tickets.SoldOut):
            desk.move(registration, ticket)
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


# -- organisers


def test_moving_up_is_written_down_with_its_reason(event):
    product, [taken] = make_sold_out(event)
    first, second = make_waiting(product), make_waiting(product)

    with transaction():
        waiting.move_up(db.session.get_one(WaitingEntry, second.id), "Speaker's assistant")
    positions = (waiting.position(first), waiting.position(second))
    cancel(taken)

    assert positions == (2, 1)
    assert states(first, second) == ["waiting", "offered"]
    assert [(s.deed, s.reason) for s in second.steps][:2] == [("joined", ""), ("moved", "Speaker's assistant")]


def test_an_offer_by_hand_goes_out_of_turn_but_never_beyond_the_capacity(event):
    product, taken = make_sold_out(event, capacity=2)
    first, second = make_waiting(product, quantity=2), make_waiting(product)
    cancel(taken[0])
    with transaction():
        waiting.decline(db.session.get_one(WaitingEntry, second.id))

    with pytest.raises(waiting.NotEnough), transaction():
        waiting.offer(db.session.get_one(WaitingEntry, first.id), reason="asked on the phone")
    with transaction():
        waiting.offer(db.session.get_one(WaitingEntry, second.id), reason="asked on the phone")

    assert states(first, second) == ["waiting", "offered"]
    assert second.steps[-1].reason == "asked on the phone"


def test_removing_tells_the_person(event):
    product, _taken = make_sold_out(event)
    entry = make_waiting(product)

    with transaction():
        waiting.remove(db.session.get_one(WaitingEntry, entry.id), "twice on the list")

    assert (state(entry), letters()[-1]) == ("left", ("left", entry.email))


def test_when_the_event_is_called_off_nobody_waits_any_more(event):
    product, [taken] = make_sold_out(event)
    first, second = make_waiting(product), make_waiting(product)
    cancel(taken)
    with transaction():
        event.state = "cancelled"
        waiting.end_all(event)

    assert states(first, second) == ["left", "left"]


# -- every other step is refused


ACTIONS = {
    "accept": waiting.accept,
    "decline": waiting.decline,
    "leave": waiting.leave,
    "change": lambda entry: waiting.change(entry, 1, all_or_none=False),
    "move_up": lambda entry: waiting.move_up(entry, "why not"),
    "offer": lambda entry: waiting.offer(entry, reason="why not"),
    "remove": lambda entry: waiting.remove(entry, "why not"),
}
ALLOWED = {
    "waiting": {"leave", "change", "move_up", "remove"},
    "offered": {"accept", "decline", "leave", "remove"},
    "confirmed": {"accept"},  # once more, to the same effect
    "left": {"leave"},  # once more, to the same effect
}


def entry_in(event, wanted):
    """An entry in this state."""
    product, [taken] = make_sold_out(event)
    entry = make_waiting(product)
    if wanted in ("offered", "confirmed"):
        cancel(taken)
    if wanted == "confirmed":
        place(entry)
    if wanted == "left":
        with transaction():
            waiting.leave(db.session.get_one(WaitingEntry, entry.id))
    assert state(entry) == wanted
    return entry


def everything():
    """All that a refused step must not change."""
    tables = (WaitingEntry, Claim, Party, OutboxLetter, Pool)
    return [
        [tuple(map(str, row)) for row in db.session.execute(sa.select(table.__table__).order_by(table.id))]
        for table in tables
    ]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("before", ALLOWED)
def test_every_step_from_every_state(event, before, action):
    entry = entry_in(event, before)
    seen = everything()

    try:
        with transaction():
            ACTIONS[action](db.session.get_one(WaitingEntry, entry.id))
        told = 200
    except (waiting.NoOffer, waiting.NotWaiting, waiting.NotEnough) as error:
        told = error.status

    assert told == (200 if action in ALLOWED[before] else 409)
    if told == 409 or before in ("confirmed", "left"):
        assert everything() == seen


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
