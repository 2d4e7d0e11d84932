"""What is paid back and what is kept: rules at their boundaries, add-ons, groups, VAT, and what buyers are told."""

from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.db import db, transaction
from partnering.mail import letters as rendering
from partnering.mail.models import OutboxLetter
from partnering.registration import queries, refunds, services, signals, workshops
from partnering.registration.models import Item, Party
from partnering.tickets import services as tickets
from tests.factories import (
    BIONECTION,
    make_event,
    make_guest,
    make_party,
    make_product,
    make_registration,
    make_rules,
)
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")


def at(event, days, hour, minute=0, second=0):
    """A wall-clock time in the event's zone, some days before its first day, as an instant."""
    day = event.first_day - timedelta(days=days)
    return clock.from_zone(datetime.combine(day, time(hour, minute, second)), event.zone)


def live(party):
    """What the party owes now: (kind, gross, VAT rate)."""
    return [(item.kind, item.gross, item.vat_rate) for item in queries.items_of(party) if item.cancelled_at is None]


def told(address):
    """The texts of letters about cancelling or booking to an address, newest last."""
    kinds = ("registration.ended", "registration.party", "registration.withdrawn")
    found = db.session.scalars(
        sa.select(OutboxLetter)
        .where(OutboxLetter.address == address, OutboxLetter.kind.in_(kinds))
        .order_by(OutboxLetter.id)
    )
    return [there(rendering.render(letter)).text for letter in found]


@pytest.mark.parametrize(
    ("days", "hour", "minute", "second", "refund"),
    [
        (60, 12, 0, 0, 20_000 - 2_500),
        (28, 0, 0, 0, 20_000 - 2_500),
        (28, 23, 59, 59, 20_000 - 2_500),
        (27, 0, 0, 0, 10_000 - 2_500),
        (14, 23, 59, 59, 10_000 - 2_500),
        (13, 0, 0, 0, 0),
        (1, 12, 0, 0, 0),
    ],
)
def test_bionections_rules_hold_to_the_end_of_their_last_day(freeze, days, hour, minute, second, refund):
    event = make_event()
    make_rules(event, *BIONECTION)
    registration = make_registration(event, gross=20_000)
    freeze(at(event, days, hour, minute, second))

    quote = refunds.quote(registration)

    assert (quote.paid_gross, quote.refund, quote.fee) == (20_000, refund, 20_000 - refund)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Auckland"])
@pytest.mark.parametrize(("month", "day"), [(4, 10), (11, 10)])
def test_a_day_ends_at_midnight_of_the_event_whatever_clocks_do_meanwhile(freeze, zone, month, day):
    first = date(2027, month, day)
    event = make_event(
        zone=zone,
        first_day=first,
        last_day=first,
        opens_at=clock.from_zone(datetime.combine(first, time(9)), zone),
        closes_at=clock.from_zone(datetime.combine(first, time(18)), zone),
    )
    make_rules(event, *BIONECTION)
    registration = make_registration(event, gross=20_000)

    refund = []
    for moment in (at(event, 28, 23, 59, 59), at(event, 27, 0)):
        freeze(moment)
        refund.append(refunds.quote(registration).refund)

    assert refund == [17_500, 7_500]


def test_a_quote_names_the_rule_its_last_day_and_the_next(freeze):
    event = make_event()
    make_rules(event, *BIONECTION)
    registration = make_registration(event)
    freeze(at(event, 30, 12))

    quote = refunds.quote(registration)

    assert (there(quote.rule).days_before, there(quote.then).days_before) == (28, 14)
    assert quote.until == event.first_day - timedelta(days=28)


@pytest.mark.parametrize("gross", [1, 99, 2_499, 2_500, 2_501, 9_999])
def test_never_less_than_nothing_is_paid_back(gross):
    event = make_event()
    make_rules(event, *BIONECTION)
    registration = make_registration(event, gross=gross)

    quote = refunds.quote(registration)

    assert (quote.refund, quote.refund + quote.fee) == (max(0, gross - 2_500), gross)


def test_without_rules_nothing_is_paid_back_unless_the_organiser_waives_it():
    event = make_event()
    first, second = make_registration(event, gross=20_000), make_registration(event, gross=20_000)

    with transaction():
        services.cancel_registration(first, "holder")
        services.cancel_registration(second, "organiser", waive_fee=True)

    assert live(first.place.party) == [("fee", 20_000, 1_900)]
    assert live(second.place.party) == []


def test_what_is_kept_becomes_a_line_under_the_same_vat_and_the_party_is_news():
    event = make_event()
    make_rules(event, *BIONECTION)
    registration = make_registration(event, gross=20_000, product=make_product(event, vat_rate=700))
    heard: list[Party] = []

    with signals.party_changed.connected_to(heard.append), transaction():
        quote = there(services.cancel_registration(registration, "holder"))

    party = registration.place.party
    fee = there(db.session.scalars(sa.select(Item).where(Item.kind == "fee")).one_or_none())
    assert (fee.gross, fee.net, fee.vat, fee.vat_rate, fee.claim_id) == (2_500, 2_336, 164, 700, None)
    assert (fee.name.de, fee.name.en) == ("Stornogebühr: Standard", "Cancellation fee: Standard")
    assert (quote.fee, heard, services.total(party)) == (2_500, [party], 2_500)


def test_a_fee_is_taken_once_for_each_ticket_with_its_add_ons():
    event = make_event()
    make_rules(event, *BIONECTION)
    dinner = make_product(event, kind="add_on", gross=6_000, vat_rate=700)
    party = make_party(event, product=make_product(event, gross=20_000), quantity=2, people=[make_guest(), {}])
    first = queries.places_of(party)[0]
    with transaction():
        workshops.book(there(first.registration), dinner)

    assert [refunds.quote(place).refund for place in queries.places_of(party)] == [23_500, 17_500]
    assert refunds.quote(party).refund == 41_000

    with transaction():
        services.cancel_place(first)
    assert sorted(live(party)) == [("fee", 577, 700), ("fee", 1_923, 1_900), ("ticket", 20_000, 1_900)]


def test_an_add_on_given_back_alone_bears_no_handling_fee(freeze):
    event = make_event()
    make_rules(event, *BIONECTION)
    registration = make_registration(event, gross=20_000)
    dinner = make_product(event, kind="add_on", gross=6_000)
    with transaction():
        workshops.book(registration, dinner)
    freeze(at(event, 20, 12))
    with transaction():
        quote = workshops.give_up(registration, dinner)

    assert (quote.refund, quote.fee) == (3_000, 3_000)
    assert sorted(live(registration.place.party)) == [("fee", 3_000, 1_900), ("ticket", 20_000, 1_900)]
    assert tickets.left(dinner) == 100


def test_a_place_of_a_group_ticket_costs_nothing_until_the_last_goes():
    event = make_event()
    make_rules(event, *BIONECTION)
    party = make_party(event, product=make_product(event, gross=40_000, seats=2, capacity=4), people=[make_guest(), {}])
    first, second = queries.places_of(party)

    assert refunds.quote(first).paid_gross == 0
    with transaction():
        services.cancel_place(first)
    assert live(party) == [("ticket", 40_000, 1_900)]
    with transaction():
        services.cancel_place(second)

    assert live(party) == [("fee", 2_500, 1_900)]


def test_free_tickets_have_no_sums():
    event = make_event()
    make_rules(event, *BIONECTION)
    registration = make_registration(event, gross=0, email="jana@example.org", locale="en")

    with transaction():
        services.cancel_registration(registration, "holder")

    assert live(registration.place.party) == []
    assert "€" not in told("jana@example.org")[-1]


def test_the_buyer_alone_reads_the_sums():
    event = make_event()
    make_rules(event, *BIONECTION)
    own = make_registration(event, gross=20_000, email="jana@example.org", locale="en")
    party = make_party(
        event,
        product=make_product(event, gross=20_000, seats=1),
        quantity=2,
        people=[make_guest("buyer@example.org"), make_guest("ben@example.org", "Ben", "Adeyemi")],
        locale="en",
    )
    with transaction():
        services.cancel_registration(own, "holder")
        services.cancel_place(queries.places_of(party)[1])

    assert "€175" in told("jana@example.org")[-1]
    assert "€175" in told("buyer@example.org")[-1]
    assert "€" not in told("ben@example.org")[-1]
