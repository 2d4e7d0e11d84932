"""Edge case 9: the matrix of who may ask whom changes while requests are open: they stay, flagged; new ones do not."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering.db import BilingualText, transaction
from partnering.delegates import groups
from partnering.delegates.models import Delegate
from partnering.meetings import services
from partnering.meetings.errors import NotAllowed
from partnering.meetings.queries import shared_slots
from tests.factories.delegates import make_delegate
from tests.factories.events import make_organiser, make_person
from tests.factories.meetings import make_partnering_event
from tests.support.signing_in import sign_in

FLAG = "Not allowed any more; can still be answered"


def test_what_is_open_stays_and_can_be_answered(ctx: Flask, client: FlaskClient):
    event = make_partnering_event()
    startup, other = (make_delegate(event, organisation_type="start_up", locale="en") for _each in range(2))
    investor = make_delegate(event, organisation_type="investor", locale="en")
    organiser = make_person(locale="en")
    make_organiser(event, organiser)
    with transaction():
        asker, asked = (
            groups.keep(event, None, name=BilingualText(kind, kind), organisation_types=[kind])
            for kind in ("start_up", "investor")
        )
        slots = shared_slots([startup, investor])
        meeting = services.request_meeting(startup, investor, slots[:1])
    desk = f"/manage/{event.slug}/meetings"
    sign_in(client, organiser)
    assert FLAG not in client.get(desk).text
    with transaction():
        groups.set_matrix(event, [(asker.id, asked.id)])
    assert FLAG in client.get(desk).text
    with transaction(), pytest.raises(NotAllowed):
        services.request_meeting(other, investor, slots[1:2])
    card = _card(client, other, investor)
    assert str(NotAllowed.message) in card
    assert "Request a meeting" not in card
    with transaction():
        services.accept(meeting, slots[0], by=investor)
        services.request_meeting(investor, other, slots[1:2])
    assert meeting.request_state == "accepted"


def _card(client: FlaskClient, me: Delegate, other: Delegate) -> str:
    person = me.participant.person
    assert person is not None
    sign_in(client, person)
    return client.get(f"/e/{me.participant.event.slug}/me/partners/{other.public_id}").text
