"""At the tables without network: badges that were read wait in the browser, and count as soon as there is one again."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from partnering import clock
from partnering.db import db
from partnering.meetings import queries
from partnering.meetings.models import Meeting
from partnering.registration.codes import printed
from tests.conftest import NewVisitor
from tests.factories.delegates import make_delegate
from tests.factories.events import make_crew, make_event
from tests.factories.meetings import make_block, make_meeting, make_tables
from tests.meetings.day import code_of
from tests.support.servers import Site
from tests.support.signing_in import sign_in_browser

pytestmark = [pytest.mark.browser, pytest.mark.engine("sqlite"), pytest.mark.timeout(120)]


def test_badges_read_without_network_count_once_there_is_one(live_server: Site, new_visitor: NewVisitor):
    now = clock.from_atom(clock.to_atom(clock.now()))
    with live_server.app.app_context(), clock.frozen(now - timedelta(hours=3)):
        event = make_event("netzlos", opens_at=now - timedelta(hours=2), closes_at=now + timedelta(hours=8))
        make_tables(event, 1)
        make_block(event, slots=1, start=120)
        two = [make_delegate(event, email=f"{name}@netzlos.example") for name in ("jana", "tomas")]
        meeting = make_meeting(event, by=two[0], to=two[1], slots=queries.slots_of(event)).id
        codes = [printed(code_of(each)) for each in two]
        crew = make_crew(event)
    context = new_visitor(live_server.url, width=390, locale="en", scheme="light")
    sign_in_browser(context, live_server, crew)
    page = context.new_page()
    page.goto("/manage/netzlos/meetings/seen?lang=en")

    context.set_offline(True)
    for code in codes:
        page.get_by_label("Code on the badge").fill(code)
        page.keyboard.press("Enter")
    expect(page.get_by_role("status").last).to_contain_text("No network: 2 waiting.")
    assert page.get_by_text("Waits for the network").count() == 2
    context.set_offline(False)

    expect(page.get_by_text("Noted.")).to_have_count(2)
    expect(page.get_by_role("status").last).to_have_text("Nothing waits.")
    with live_server.app.app_context():
        assert db.session.get_one(Meeting, meeting).placement == "held"
