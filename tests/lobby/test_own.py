"""Whoever has a part in a conference finds the way to it from the public pages; nobody else is shown one."""

import pytest

from tests.factories import make_crew, make_event, make_organiser, make_registration
from tests.support.signing_in import sign_in


def entries(client, event):
    page = client.get(f"/e/{event.slug}/?lang=en").text
    return [word for word in ("My pages", "Door", "Run the event") if f">{word}</a>" in page]


def test_a_visitor_is_led_nowhere(ctx, client):
    event = make_event()

    assert entries(client, event) == []
    assert "My conferences" not in client.get("/?lang=en").text


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda event: make_registration(event).participant.person, ["My pages"]),
        (lambda event: make_crew(event), ["Door"]),
        (lambda event: make_organiser(event), ["Door", "Run the event"]),
    ],
    ids=["attendee", "crew", "organiser"],
)
def test_everybody_finds_their_own_pages(ctx, client, make, found):
    event = make_event()
    sign_in(client, make(event), second_factor=True)

    assert entries(client, event) == found
    assert "My conferences" in client.get("/?lang=en").text
