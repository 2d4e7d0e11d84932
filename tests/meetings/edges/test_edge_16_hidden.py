"""Edge case 16: whoever hides is found and suggested nowhere, may ask all the same."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering.db import transaction
from partnering.delegates import directory, suggestions, visibility
from partnering.delegates.directory import Wish
from partnering.delegates.models import Delegate
from partnering.delegates.services import show
from partnering.events.models import Event
from partnering.meetings import services
from partnering.meetings.errors import NotBookable
from partnering.meetings.queries import shared_slots
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event
from tests.support.signing_in import sign_in


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event with tables and times."""
    return make_partnering_event()


def hiding(event: Event) -> Delegate:
    """Jana of Lumenfold, who hides, with a profile that others would find."""
    return make_delegate(
        event,
        company="Lumenfold GmbH",
        given_name="Jana",
        family_name="Wittkowski",
        function="Leiterin",
        offers=["licence"],
        country="DE",
        visibility="hidden",
    )


def looking(event: Event) -> Delegate:
    """Paul, who seeks what she offers, and agrees to suggestions."""
    paul = make_delegate(event, company="Zellkultur AG", seeks=["licence"])
    with transaction():
        visibility.agree(paul, "matchmaking", channel="test")
    return paul


def page(client: FlaskClient, me: Delegate, path: str) -> tuple[int, str]:
    """A page as somebody sees it."""
    person = me.participant.person
    assert person is not None
    sign_in(client, person)
    answer = client.get(f"/e/{me.participant.event.slug}/me/{path}")
    return answer.status_code, answer.text


def test_nobody_finds_counts_or_is_suggested_whoever_hides(client: FlaskClient, event: Event):
    jana, paul = hiding(event), looking(event)
    with transaction():
        visibility.agree(jana, "matchmaking", channel="test")
    found = directory.page(paul, Wish())
    assert (found.total, found.free) == (0, 0)
    assert all(not numbers for numbers in found.facets.values())
    assert directory.page(paul, Wish(words="lumenfold")).total == 0
    assert suggestions.suggested(paul) == []
    assert page(client, paul, f"partners/{jana.public_id}")[0] == 404
    assert page(client, paul, f"partners/{jana.public_id}/request")[0] == 404


def test_who_shows_themselves_is_found_and_gone_again_when_they_hide(event: Event):
    jana, paul = hiding(event), looking(event)
    with transaction():
        show(jana, "name")
    assert directory.page(paul, Wish(words="wittkowski")).total == 1
    with transaction():
        show(jana, "hidden")
    assert directory.page(paul, Wish(words="wittkowski")).total == 0
    assert directory.page(paul, Wish()).facets["country"] == []


def test_the_hidden_may_ask_and_show_their_name_to_the_asked_alone(client: FlaskClient, event: Event):
    jana, paul = hiding(event), looking(event)
    with transaction():
        slots = shared_slots([jana, paul])
        with pytest.raises(NotBookable):
            services.request_meeting(paul, jana, slots[:1])
    with transaction():
        meeting = services.request_meeting(jana, paul, slots[:1])
    status, text = page(client, paul, f"meetings/{meeting.public_id}")
    assert status == 200
    assert "Jana Wittkowski" in text  # who asks shows their name, and nothing else
    assert "@" not in text.partition("<main")[2].partition("</main")[0]
    assert page(client, paul, f"partners/{jana.public_id}")[0] == 404
    assert directory.page(paul, Wish()).total == 0
