"""Edge 14, the meeting's page: both clocks, the link of the call, no table; who can add a link where there is none."""

from flask import Flask

from partnering.db import transaction
from partnering.delegates.models import Delegate
from partnering.i18n import span, speaking
from partnering.meetings import queries, services
from partnering.meetings.errors import VideoMissing
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event, make_request
from tests.factories.timing import make_place
from tests.meetings.test_pages import Guest


def remote(delegate: Delegate, url: str = "") -> Delegate:
    """Somebody who takes part from Tokyo."""
    with transaction():
        delegate.remote, delegate.video_url, delegate.zone = True, url, "Asia/Tokyo"
    return delegate


def test_edge_14_both_sides_read_both_clocks_and_open_the_room(app: Flask, ctx: Flask):
    event = make_partnering_event(tables=2)
    hana, jana = remote(make_delegate(event)), make_delegate(event)
    make_place(event, "virtual", url="https://video.example/1")
    meeting = make_meeting(event, by=hana, to=jana, slots=queries.slots_of(event)[:1])
    at = meeting.appointment
    assert at is not None
    with speaking("de"):
        here, there = (span(at.starts_at, at.ends_at, zone) for zone in (event.zone, "Asia/Tokyo"))
    for delegate in (hana, jana):
        page = Guest(app, event, delegate).get(f"/meetings/{meeting.public_id}").text
        assert f"{here} in Berlin · {there} in Tokio" in page
        assert 'href="https://video.example/1"' in page
        assert "Tisch " not in page


def test_edge_14_the_link_is_not_shown_before_both_have_agreed(app: Flask, ctx: Flask):
    event = make_partnering_event(tables=2)
    hana, jana = remote(make_delegate(event), "https://own.example/hana"), make_delegate(event)
    meeting = make_request(event, by=jana, to=hana)
    guest, path = Guest(app, event, jana), f"/meetings/{meeting.public_id}"
    assert "own.example" not in guest.get(path).text
    with transaction():
        services.accept(meeting, queries.offered(meeting)[0], by=hana)
    assert 'href="https://own.example/hana"' in guest.get(path).text
    with transaction():
        services.cancel(meeting, by=hana)
    assert "own.example" not in guest.get(path).text


def test_edge_14_without_any_room_the_page_says_who_can_add_one(app: Flask, ctx: Flask):
    event = make_partnering_event(tables=2)
    hana, jana = remote(make_delegate(event), "https://own.example/hana"), make_delegate(event)
    meeting = make_request(event, by=jana, to=hana)
    slot, seen = queries.offered(meeting)[0].public_id, meeting.version
    with transaction():
        hana.video_url = ""
    guest = Guest(app, event, hana)
    answer = guest.post(f"/meetings/{meeting.public_id}/accept", slot=slot, version=seen)
    assert answer.status_code == 409
    with speaking("de"):
        sentence = str(VideoMissing.message)
    assert answer.text.count(sentence) == 2  # what became of the click, and why there is no time to choose
