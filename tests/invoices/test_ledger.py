"""The account of a party: what came in, went out, and what follows from it."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.db import db, transaction
from partnering.invoices import ledger, queries, services
from partnering.invoices.models import LedgerEntry
from partnering.registration.models import Item
from tests.factories import make_event, make_product
from tests.factories.invoices import BILLING, give_back, invoice_of, make_invoiced, make_setup

pytestmark = pytest.mark.usefixtures("ctx")

DAY = date(2027, 5, 3)


def pay(party, cents, **more):
    with transaction():
        return ledger.record_payment(party, cents, DAY, **more)


@pytest.mark.parametrize(
    ("paid", "days", "state"),
    [
        (0, 0, "open"),
        (0, 15, "overdue"),
        (21_999, 0, "part_paid"),
        (21_999, 15, "overdue"),
        (22_000, 0, "paid"),
        (22_000, 15, "paid"),
        (30_000, 15, "paid"),
    ],
)
def test_the_state_follows_from_what_was_paid_and_the_day(freeze, paid, days, state):
    now = clock.now()
    freeze(now)
    party = make_invoiced(make_event())
    if paid:
        pay(party, paid)

    freeze(now + timedelta(days=days))

    assert queries.state(invoice_of(party)) == state
    assert (party.settled_at is not None) == (paid >= 22_000)
    assert queries.account(party).credit == max(0, paid - 22_000)


def test_on_the_due_day_nothing_is_overdue_yet(freeze):
    now = clock.now()
    freeze(now)
    invoice = invoice_of(make_invoiced(make_event()))

    freeze(now + timedelta(days=14))

    assert queries.state(invoice) == "open"


def test_what_is_paid_back_opens_the_invoice_again():
    party = make_invoiced(make_event())
    pay(party, 22_000)
    assert party.settled_at is not None

    with transaction():
        ledger.refund(party, 5_000, DAY)

    assert queries.state(invoice_of(party)) == "part_paid"
    assert party.settled_at is None


def test_no_more_is_paid_back_than_came_in():
    party = make_invoiced(make_event())
    pay(party, 10_000)

    with pytest.raises(ledger.MoreThanPaid) as refused, transaction():
        ledger.refund(party, 10_001, DAY)

    assert refused.value.most == 10_000


def test_a_wrong_entry_is_balanced_once():
    party = make_invoiced(make_event())
    entry = pay(party, 22_000)

    with transaction():
        ledger.take_back(entry, DAY)

    assert [each.cents for each in queries.ledger_of(party)] == [22_000, -22_000]
    assert party.settled_at is None
    with pytest.raises(ledger.AlreadyBooked), transaction():
        ledger.take_back(entry, DAY)


def test_the_same_message_of_a_bank_is_booked_once():
    party = make_invoiced(make_event())
    pay(party, 22_000, source="bank", external_ref="2027-05-03/17")

    with pytest.raises(ledger.AlreadyBooked), transaction():
        ledger.record_payment(party, 22_000, DAY, source="bank", external_ref="2027-05-03/17")
    pay(party, 1, source="stripe", external_ref="2027-05-03/17")  # another source counts for itself

    assert queries.account(party).paid == 22_001


def test_entries_cannot_be_changed_or_deleted():
    entry = pay(make_invoiced(make_event()), 22_000)
    id = entry.id
    for statement in (
        sa.update(LedgerEntry).where(LedgerEntry.id == id).values(cents=1),
        sa.delete(LedgerEntry).where(LedgerEntry.id == id),
    ):
        with pytest.raises(sa.exc.DatabaseError, match="append-only"), transaction():
            db.session.execute(statement)


def test_money_counts_for_the_oldest_invoice_first():
    event = make_event()
    party = make_invoiced(event, product=make_product(event, gross=20_000))
    first = invoice_of(party)
    with transaction():
        name = party.items[0].name
        amounts = {"net": 8_403, "vat": 1_597, "gross": 10_000, "list_gross": 10_000, "vat_rate": 1900}
        db.session.add(Item(event_id=event.id, party_id=party.id, kind="add_on", name=name, **amounts))
        db.session.flush()
        second = services.issue(party)
    assert second is not None

    pay(party, 25_000)

    assert [queries.standing(invoice) for invoice in (first, second)] == [("paid", 20_000), ("part_paid", 5_000)]


def test_money_moves_on_when_an_invoice_is_replaced():
    event = make_event()
    party = make_invoiced(event, product=make_product(event, gross=22_000), quantity=2)
    pay(party, 30_000)

    give_back(party, party.items[0], fee=2_500)

    assert queries.standing(invoice_of(party)) == ("paid", 24_500)
    assert queries.account(party).credit == 5_500
    assert party.settled_at is not None


# -- the seam for bank statements and payment providers


def book(party, text, cents, ref="1"):
    with transaction():
        return ledger.book(party.event.host, "bank", ref, text, cents, DAY)


@pytest.mark.parametrize(("cents", "outcome"), [(22_000, "matched"), (10_000, "partial"), (22_001, "too much")])
def test_a_payment_is_known_by_the_reference(cents, outcome):
    party = make_invoiced(make_event())

    booked = book(party, f"RE P27-00001, Ref. {party.reference} VIELEN DANK", cents)

    assert (booked.outcome, booked.party) == (outcome, party)
    assert queries.account(party).paid == cents


@pytest.mark.parametrize("shape", ["{0}", "{0} P27-00001", "svwz+{1} {2}", "{1}-{2}", "Anmeldung {1} {2} Danke"])
def test_the_reference_is_found_however_it_is_written(shape):
    party = make_invoiced(make_event())
    reference = party.reference

    booked = book(party, shape.format(reference, reference[:4], reference[4:].lower()), 22_000)

    assert booked.outcome == "matched"


def test_what_nobody_knows_is_booked_nowhere():
    party = make_invoiced(make_event())

    for text in ("", "Danke", "ABCDEFGHJK", f"X{party.reference}"):
        assert book(party, text, 22_000) == ("unknown", None, None)
    assert book(party, party.reference, 0).outcome == "unknown"

    assert queries.ledger_of(party) == []


def test_another_host_knows_nothing_of_the_reference():
    party, other = make_invoiced(make_event()), make_event()

    with transaction():
        booked = ledger.book(other.host, "bank", "1", party.reference, 22_000, DAY)

    assert booked.outcome == "unknown"


def test_a_payment_that_comes_twice_is_booked_once():
    party = make_invoiced(make_event())

    outcomes = [book(party, party.reference, 22_000).outcome for _message in range(3)]

    assert outcomes == ["matched", "duplicate", "duplicate"]
    assert queries.account(party).paid == 22_000


def test_a_payment_for_a_cancelled_order_is_kept_to_be_paid_back():
    party = make_invoiced(make_event())
    give_back(party, *party.items)

    booked = book(party, party.reference, 22_000)

    assert booked.outcome == "cancelled"
    assert queries.account(party).credit == 22_000


def test_a_party_without_an_invoice_may_pay():
    event = make_event()
    make_setup(event)
    party = make_invoiced(event, product=make_product(event, gross=30_000), billing={**BILLING, "street": ""})

    pay(party, 30_000)

    assert queries.invoices_of(party) == []
    assert party.settled_at is not None
