"""Edge 14: who is not there meets by video, without a table."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from partnering.i18n import span, speaking
from partnering.meetings import calls, errors, queries, services
from partnering.schedule import calendars, printing
from partnering.schedule import queries as schedule
from tests.factories.delegates import make_delegate
from tests.factories.meetings import after_letters, make_meeting, make_partnering_event, make_request
from tests.factories.timing import free_of, make_place, starts
from tests.readers import pages
from tests.readers.calendars import ical_js
from tests.support.letters import calendar_of, deliver_all, text_of
from tests.support.signing_in import sign_in


def remote(delegate: Delegate, url: str = "") -> Delegate:
    with transaction():
        delegate.remote, delegate.video_url, delegate.zone = True, url, "Asia/Tokyo"
    return delegate


def test_edge_14_a_free_virtual_room_then_the_room_of_a_guest_and_never_a_table(ctx: Flask):
    event = make_partnering_event(tables=2)
    hana, jana, lea = remote(make_delegate(event)), make_delegate(event), make_delegate(event)
    room = make_place(event, "virtual", url="https://video.example/1")
    slot = queries.slots_of(event)[0]

    first = make_meeting(event, by=hana, to=jana, slots=[slot])
    assert (first.virtual, first.appointment and first.appointment.location_id) == (True, room.id)

    other = remote(make_delegate(event), "https://own.example/room")
    second = make_meeting(event, by=lea, to=other, slots=[slot])
    assert (second.virtual, second.appointment and second.appointment.location_id) == (True, None)
    assert len(queries.free_tables(slot)) == 2


def test_edge_14_page_file_and_print_show_both_clocks_and_no_table(ctx: Flask, client: FlaskClient):
    event = make_partnering_event(slug="probe", tables=2)
    hana, jana = remote(make_delegate(event, locale="en")), make_delegate(event, locale="en")
    make_place(event, "virtual", url="https://video.example/1")
    meeting = make_meeting(event, by=hana, to=jana, slots=queries.slots_of(event)[:1])
    assert meeting.appointment is not None
    at, until = meeting.appointment.starts_at, meeting.appointment.ends_at
    with speaking("en"):
        here, there = (span(at, until, zone) for zone in (event.zone, "Asia/Tokyo"))

    for delegate in (hana, jana):
        with speaking("en"):
            plan = schedule.plan_of(delegate.participant, open_too=True)
            content = calendars.calendar(plan)
            paper = " ".join(pages.text(printing.sheet(plan, clock.now())).split())
        assert delegate.participant.person is not None
        sign_in(client, delegate.participant.person)
        page = client.get(f"/e/probe/me/schedule?lang=en&day={clock.in_zone(at, event.zone).date()}").text
        [entry] = ical_js(content)[0]["events"]

        assert (f"{there} in Tokyo" in page, here in page, "Table" in page) == (True, True, False)
        assert (f"{there} in Tokyo" in paper, here in paper, "Table" in paper) == (True, True, False)
        assert entry["description"].splitlines()[-3:-1] == [f"{here} in Berlin", f"{there} in Tokyo"]
        assert ("https://video.example/1" in page, "https://video.example/1" in paper) == (True, True)
        assert "video.example" not in content.decode()
        assert event.city not in entry["location"] or not event.city


def test_edge_14_the_letters_say_both_clocks_and_the_link_and_calendars_no_link(app: Flask, ctx: Flask, freeze):
    event = make_partnering_event(slots=3)
    hana = remote(make_delegate(event, email="hana@tokyo.example", locale="en"))
    jana = make_delegate(event, email="jana@lumenfold.example", locale="de")
    make_place(event, "virtual", url="https://video.example/1")
    slots = queries.slots_of(event)
    meeting = make_meeting(event, by=hana, to=jana, slots=slots[:1])
    for slot, begins in ((slots[0], clock.now() + after_letters()), (slots[1], clock.now() + 2 * after_letters())):
        freeze(begins)
        if slot is not slots[0]:
            with transaction():
                services.move(meeting, slot)
        sent = {message["To"]: message for message in deliver_all(app) if calendar_of(message)}
        for address, language, place in (
            ("hana@tokyo.example", "en", "Tokyo"),
            ("jana@lumenfold.example", "de", "Tokio"),
        ):
            with speaking(language):
                clocks = f"{span(slot.starts_at, slot.ends_at, 'Asia/Tokyo')} in {place}"
            [letter] = [message for to, message in sent.items() if address in to]
            assert (clocks in text_of(letter), "https://video.example/1" in text_of(letter)) == (True, True)
            [entry] = ical_js(calendar_of(letter) or b"")[0]["events"]
            assert (clocks in entry["description"], "video.example" in str(entry)) == (True, False)


def test_edge_14_a_call_in_somebodys_own_room_has_their_link_and_is_at_no_venue(ctx: Flask):
    event = make_partnering_event(tables=2)
    hana, jana = remote(make_delegate(event), "https://own.example/hana"), make_delegate(event)
    meeting = make_meeting(event, by=jana, to=hana, slots=queries.slots_of(event)[:1])
    assert calls.link_of(meeting) == "https://own.example/hana"
    with transaction():
        db.session.get_one(Delegate, jana.id).video_url = "https://own.example/jana"
        db.session.get_one(Delegate, hana.id).video_url = ""
    assert calls.link_of(meeting) == "https://own.example/jana"

    with speaking("en"):
        [entry] = ical_js(calendars.calendar(schedule.plan_of(jana.participant)))[0]["events"]
    assert entry["location"] == "Video call"


def test_edge_14_a_day_is_named_where_it_is_another_one(ctx: Flask):
    at = datetime(2027, 1, 21, 16, tzinfo=UTC)
    with speaking("en"):
        assert calls.elsewhere(at, at + timedelta(minutes=20), "Asia/Tokyo", "Europe/Berlin") == (
            "Fri 22 Jan, 1:00–1:20 in Tokyo"
        )
    with speaking("de"):
        assert calls.elsewhere(at, at + timedelta(minutes=20), "America/New_York", "Europe/Berlin") == (
            "11:00–11:20\xa0Uhr in New York"
        )


def test_edge_14_without_any_room_it_is_said_who_can_add_one(ctx: Flask):
    event = make_partnering_event(tables=2)
    hana, jana = remote(make_delegate(event)), make_delegate(event)
    slots = queries.slots_of(event)
    meeting = make_request(event, by=hana, to=jana, slots=slots[:1])

    with pytest.raises(errors.VideoMissing), transaction():
        services.accept(meeting, slots[0], by=jana)

    assert (meeting.request_state, free_of(hana, jana)) == ("pending", [])
    with transaction():
        jana.video_url = "https://own.example/jana"
    assert free_of(hana, jana) == starts(slots)
