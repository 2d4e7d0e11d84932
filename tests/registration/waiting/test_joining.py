"""The waiting list: who joins, what organisers decide, and that every other step is refused."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from partnering.db import db, transaction
from partnering.mail.models import OutboxLetter
from partnering.registration import waiting
from partnering.registration.models import Party, WaitingEntry
from partnering.tickets import services as tickets
from partnering.tickets.models import Claim, Pool
from tests.factories import make_product
from tests.factories.registration import make_draft
from tests.factories.waiting import cancel, make_sold_out, make_waiting
from tests.support.there import there

from .queue import MORNING, deeds, letters, place, state, states

pytestmark = pytest.mark.usefixtures("ctx")


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
