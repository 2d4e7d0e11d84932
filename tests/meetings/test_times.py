"""The page of one's own times says of every slot why nobody can book it."""

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from partnering.db import transaction
from partnering.meetings import queries, times
from partnering.meetings.rules import set_rules
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_block, make_meeting, make_partnering_event
from tests.factories.timing import make_lunch
from tests.support.signing_in import sign_in


def test_every_slot_that_cannot_be_booked_says_why(ctx: Flask, client: FlaskClient):
    event = make_partnering_event(slug="probe", slots=5)
    make_block(event, slots=1, start=60 + 24 * 60)
    jana = make_delegate(event)
    slots = queries.slots_of(event)
    make_lunch(event, slots[2].starts_at, 50)
    with transaction():
        set_rules(event, lunch_minutes=25)
        jana.days = [slots[0].starts_at.date().isoformat()]
        jana.arrives_at, jana.departs_at = slots[1].starts_at, slots[5].ends_at - timedelta(minutes=5)
    make_meeting(event, to=jana, slots=[slots[2]])
    assert jana.participant.person is not None
    sign_in(client, jana.participant.person)

    assert [times.absence(slot, jana) for slot in slots] == ["coming", "", "", "", "", "left"]
    first, second = (f"/e/probe/me/availability?day={slots[n].starts_at.date().isoformat()}" for n in (0, 5))
    page = client.get(first).text
    assert [page.count(each) for each in ("Sie sind noch nicht da", "Für die Mittagspause frei")] == [1, 1]
    assert client.get(second).text.count("Ihr Ticket gilt nicht für diesen Tag") == 1
    with transaction():
        jana.days = []
    assert client.get(second).text.count("Sie sind abgereist") == 1
