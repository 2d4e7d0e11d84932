"""What open pages say by themselves, and what they ask for."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.i18n import speaking
from partnering.meetings import notices, on_site, services
from tests.factories.delegates import make_delegate
from tests.factories.events import make_participant
from tests.factories.meetings import make_meeting, make_partnering_event
from tests.meetings.day import let_in, minute, person_of
from tests.meetings.deeds import at, table_of_meeting
from tests.support.counting import statements_of
from tests.support.signing_in import sign_in

pytestmark = pytest.mark.usefixtures("ctx")
Freeze = Callable[[datetime], None]


@pytest.fixture
def event() -> Event:
    """Two tables, eight slots."""
    return make_partnering_event(slots=8)


@pytest.fixture
def pair(event: Event) -> tuple[Delegate, Delegate]:
    """Who asked and who was asked."""
    return (
        make_delegate(event, given_name="Jana", family_name="Wittkowski"),
        make_delegate(event, given_name="Tomáš", family_name="Novák"),
    )


def said(delegate: Delegate, locale: str = "en") -> list[str]:
    """The sentences for somebody now."""
    with speaking(locale):
        return [notice.text for notice in notices.notices_of(delegate)]


def test_ten_minutes_before_a_meeting_its_table_is_said(event: Event, pair: tuple[Delegate, Delegate], freeze: Freeze):
    meeting = make_meeting(event, by=pair[0], to=pair[1], slots=[at(event, 1)])
    freeze(minute(meeting, -11))
    assert said(pair[0]) == []
    freeze(minute(meeting, -10))
    begins = meeting.appointment.starts_at if meeting.appointment else clock.now()
    hour = clock.in_zone(begins, event.zone).strftime("%H:%M")
    assert said(pair[0]) == [f"{hour}: your meeting with Tomáš Novák begins, table {table_of_meeting(meeting)}."]
    assert said(pair[1], "de") == [f"{hour}\xa0Uhr: Ihr Gespräch mit Jana Wittkowski beginnt, Tisch A1."]
    freeze(minute(meeting, 1))
    assert said(pair[0]) == []


def test_a_request_of_the_day_is_said_to_whoever_answers(event: Event, pair: tuple[Delegate, Delegate], freeze: Freeze):
    freeze(event.opens_at)
    let_in(*pair)
    with transaction():
        meeting = on_site.ask_live(*pair)
    assert said(pair[0]) == []
    assert said(pair[1]) == ["Jana Wittkowski is here and asks for the next free slot. Please answer by 9:30."]
    with transaction():
        services.decline(meeting, by=pair[1], reason="no_time")
    assert said(pair[1]) == []


def test_what_has_changed_or_was_called_off_is_said_for_a_while(
    event: Event, pair: tuple[Delegate, Delegate], freeze: Freeze
):
    meeting = make_meeting(event, by=pair[0], to=pair[1], slots=[at(event, 1)])
    freeze(event.opens_at)
    assert said(pair[1]) == []
    with transaction():
        services.move(meeting, at(event, 3))
    hour = clock.in_zone(at(event, 3).starts_at, event.zone).strftime("%H:%M")
    assert said(pair[1]) == [f"Changed: your meeting with Jana Wittkowski is at {hour}, table A1."]
    with transaction():
        services.cancel(meeting, by=pair[0])
    assert said(pair[1]) == [f"Called off: your meeting with Jana Wittkowski at {hour}."]
    freeze(event.opens_at + timedelta(minutes=16))
    assert said(pair[1]) == []


def test_pages_hear_nothing_twice(
    app: Flask, client: FlaskClient, event: Event, pair: tuple[Delegate, Delegate], freeze: Freeze
):
    meeting = make_meeting(event, by=pair[0], to=pair[1], slots=[at(event, 1)])
    address = f"/e/{event.slug}/me/notices.json"
    sign_in(client, person_of(pair[0]))
    assert (client.get(address).status_code, client.get(address).data) == (204, b"")
    freeze(minute(meeting, -5))
    sign_in(client, person_of(pair[0]))
    first = client.get(address)
    [notice] = first.get_json()["notices"]
    assert set(notice) == {"id", "text", "url"}
    assert notice["url"] == f"/e/{event.slug}/me/meetings/{meeting.public_id}"
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["Cache-Control"] == "no-store"


def test_who_has_no_ticket_hears_nothing(client: FlaskClient, event: Event, freeze: Freeze):
    speaker = make_participant(event)
    assert speaker.person is not None
    sign_in(client, speaker.person)
    assert client.get(f"/e/{event.slug}/me/notices.json").status_code == 204


def test_pages_ask_only_on_the_days_of_the_event(
    client: FlaskClient, event: Event, pair: tuple[Delegate, Delegate], freeze: Freeze
):
    slug, person = event.slug, person_of(pair[0])
    sign_in(client, person)
    page = f"/e/{slug}/me/meetings"
    assert "notices.json" not in client.get(page).get_data(as_text=True)
    freeze(event.opens_at)
    sign_in(client, person)
    assert f'data-notices="/e/{slug}/me/notices.json"' in client.get(page).get_data(as_text=True)


def test_what_is_asked_each_minute_takes_few_queries(
    app: Flask, event: Event, pair: tuple[Delegate, Delegate], freeze: Freeze
):
    jana, others = pair[0], [pair[1], *(make_delegate(event) for _each in range(2))]
    jana_id = jana.id

    def asked() -> int:
        return statements_of(lambda: notices.notices_of(db.session.get_one(Delegate, jana_id)))

    freeze(event.opens_at)
    assert asked() <= 8
    counts = []
    for number, other in enumerate(others, start=1):
        meeting = make_meeting(event, by=jana, to=other, slots=[at(event, number)])
        freeze(event.opens_at)
        with transaction():
            services.move(meeting, at(event, number + 3))
        counts.append(asked())
    assert counts[1:] == [counts[1]] * 2
