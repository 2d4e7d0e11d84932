"""Workshops that were booked stand in one's days by their names."""

from datetime import timedelta

import pytest

from partnering.db import transaction
from partnering.registration import workshops
from partnering.schedule.queries import plan_of
from tests.factories import make_event, make_product, make_registration, make_workshop

pytestmark = pytest.mark.usefixtures("ctx")


def test_a_booked_workshop_is_named_and_goes_when_it_is_given_up():
    event = make_event()
    guest = make_registration(event, product=make_product(event, partnering=False))
    workshop = make_workshop(event, "Fermentation", event.opens_at + timedelta(hours=1))
    with transaction():
        workshops.book(guest, workshop)

    (item,) = plan_of(guest.participant).items
    assert (item.kind, str(item.title), item.minutes) == ("session", "Fermentation", 90)

    with transaction():
        workshops.give_up(guest, workshop)
    plan = plan_of(guest.participant, cancelled=True)
    assert (plan.items, [str(item.title) for item in plan.cancelled]) == ([], ["Fermentation"])
