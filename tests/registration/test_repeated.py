"""Whoever buys more than once is welcomed once, and hears of each booking what is new in it."""

import pytest
import sqlalchemy as sa

from partnering.db import db
from partnering.mail.models import OutboxLetter
from tests.factories import make_event, make_guest, make_participant, make_party, make_product

pytestmark = pytest.mark.usefixtures("ctx")

JANA = "jana@example.org"


def letters(address=JANA):
    return list(
        db.session.scalars(
            sa.select(OutboxLetter.kind).where(OutboxLetter.address == address).order_by(OutboxLetter.id)
        )
    )


def buy(event, *more, product=None):
    people = [make_guest(JANA, "Jana", "Wittkowski"), *more]
    return make_party(event, product=product or make_product(event), people=people, quantity=len(people))


def test_an_attendee_who_buys_for_colleagues_later_is_welcomed_once():
    event = make_event()
    product = make_product(event)
    buy(event, product=product)
    assert letters() == ["registration.confirmed"]

    buy(event, make_guest("ben@example.org", "Ben", "Adeyemi"), product=product)
    buy(event, make_guest("ada@example.org", "Ada", "Minh"), product=product)

    of_one_booking = ["registration.already", "registration.party"]  # the place bought for themselves; the booking
    assert letters() == ["registration.confirmed", *of_one_booking, *of_one_booking]
    assert (letters("ben@example.org"), letters("ada@example.org")) == (["registration.confirmed"],) * 2


def test_an_attendee_who_buys_for_themselves_again_is_told_where_their_ticket_is():
    event = make_event()
    product = make_product(event)
    for _time in range(3):
        buy(event, product=product)

    assert letters()[0] == "registration.confirmed"
    assert set(letters()[1:]) == {"registration.already"}


def test_a_speaker_who_buys_a_ticket_is_welcomed_once():
    event = make_event()
    make_participant(event, email=JANA)

    buy(event)

    assert letters() == ["registration.confirmed"]
