"""Edge 19: two people of different languages: letters, calendars and pages are in the reader's own."""

import pytest
from flask import Flask

from partnering import clock
from partnering.db import transaction
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.meetings import queries, services
from tests.factories.delegates import make_delegate
from tests.factories.meetings import after_letters, make_partnering_event, make_request
from tests.meetings.test_letters import leave, posted
from tests.meetings.test_pages import Guest
from tests.readers.calendars import ical_js

GREETING = {"de": "Guten Tag Jana Muster,", "en": "Hello Tomáš Dvořák,"}
SUMMARY = {"de": "Gespräch: Tomáš Dvořák", "en": "Meeting: Jana Muster"}


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event with two tables."""
    return make_partnering_event()


def of(event: Event) -> tuple[Delegate, Delegate]:
    """Jana, who reads German, and Tomáš, who reads English."""
    jana = make_delegate(event, given_name="Jana", locale="de")
    return jana, make_delegate(event, given_name="Tomáš", family_name="Dvořák", locale="en")


def read(jana: Delegate, tomas: Delegate) -> list[tuple[str, str]]:
    """The language and kind of every letter that can leave by now; each greets its reader in their language."""
    found = []
    with clock.frozen(clock.now() + after_letters()):
        for letter in posted():
            said = leave(letter) if letter.state == "ready" else None
            if said is None:
                continue
            reader = "de" if letter.recipient_ref == jana.public_id else "en"
            assert letter.recipient_ref in (jana.public_id, tomas.public_id)
            assert said.text.startswith(GREETING[reader])
            if said.calendar is not None:
                [entry] = ical_js(said.calendar)[0]["events"]
                assert str(entry["summary"]).startswith(SUMMARY[reader])
            found.append((reader, letter.kind))
    return found


def test_edge_19_each_letter_and_calendar_is_in_the_readers_language(event: Event):
    jana, tomas = of(event)
    meeting = make_request(event, by=jana, to=tomas, slots=queries.slots_of(event)[:1])
    assert [language for language, _kind in read(jana, tomas)] == ["en"]

    with transaction():
        services.counter(meeting, queries.slots_of(event)[2:4], by=tomas)
    assert [language for language, _kind in read(jana, tomas)] == ["de"]

    with transaction():
        services.accept(meeting, queries.offered(meeting)[0], by=jana)
    confirmed = read(jana, tomas)
    assert sorted(confirmed) == [("de", "meetings.confirmed"), ("en", "meetings.confirmed")]

    with transaction():
        services.move(meeting, queries.slots_of(event)[5])
    assert sorted(read(jana, tomas)) == [("de", "meetings.changed"), ("en", "meetings.changed")]

    with transaction():
        services.cancel(meeting, by=jana, reason="Krank")
    assert sorted(read(jana, tomas)) == [("de", "meetings.cancelled"), ("en", "meetings.cancelled")]


@pytest.mark.parametrize(
    ("reader", "words"),
    [
        ("de", ("Wann passt es Ihnen?", "Angefragt", "Ablehnen")),
        ("en", ("When does it suit you?", "Requested", "Decline")),
    ],
)
def test_edge_19_the_page_is_in_the_readers_language_and_marks_what_the_other_wrote(
    app: Flask, event: Event, reader: str, words: tuple[str, ...]
):
    jana, tomas = of(event)
    by, to = (tomas, jana) if reader == "de" else (jana, tomas)
    meeting = make_request(event, by=by, to=to, message="Guten Tag, good day")
    page = Guest(app, event, to).get(f"/meetings/{meeting.public_id}").text
    assert f'<html lang="{reader}"' in page
    other = "en" if reader == "de" else "de"
    assert f'<blockquote lang="{other}"><p>Guten Tag, good day</p>' in page
    for word in words:
        assert word in page
