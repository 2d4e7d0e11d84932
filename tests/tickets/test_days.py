"""The days that a ticket admits to: asked, in words, and moved with the event."""

from datetime import date, timedelta

import pytest

from partnering.db import db, transaction
from partnering.events import services as events
from partnering.i18n import some_days, speaking
from partnering.tickets.models import Product
from partnering.tickets.queries import admits_on
from tests.factories import make_event, make_product

pytestmark = pytest.mark.usefixtures("ctx")


def test_days_that_follow_each_other_are_said_together():
    days = ["2027-10-16", "2027-10-13", "2027-10-14"]

    with speaking("de"):
        german = some_days(days)
    with speaking("en"):
        assert (german, some_days(days), some_days([])) == (
            "13.–14. Oktober 2027, 16. Oktober 2027",
            "13–14 October 2027, 16 October 2027",
            "",
        )


@pytest.mark.parametrize(
    ("days", "admitted"), [([], [True, True]), (["2027-10-13"], [True, False]), (["2027-10-14"], [False, True])]
)
def test_a_ticket_admits_on_its_days_or_on_all(days, admitted):
    product = make_product(make_event(), days=days)

    assert [admits_on(product, date(2027, 10, day)) for day in (13, 14)] == admitted


def moved(first, last):
    """The days of a ticket for the second day of an event, once the event has other first and last days."""
    event = make_event()
    second = event.first_day + timedelta(days=1)
    product = make_product(event, days=[second.isoformat()])
    with transaction():
        events.edit(
            event,
            {
                "first_day": event.first_day + timedelta(days=first),
                "last_day": event.last_day + timedelta(days=last),
            },
        )
    db.session.expire_all()
    (day,) = db.session.get_one(Product, product.id).days
    return (date.fromisoformat(day) - second).days


@pytest.mark.parametrize(("first", "last", "shift"), [(7, 7, 7), (-3, -3, -3), (0, 2, 0), (1, 2, 0), (0, 0, 0)])
def test_days_move_with_an_event_that_keeps_its_length(first, last, shift):
    assert moved(first, last) == shift
