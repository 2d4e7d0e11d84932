"""The screen in the foyer: eight rooms at a time, what it read last without network, and what changed after that."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from partnering import clock
from partnering.db import transaction
from partnering.events.queries import event_by_slug
from partnering.programme import drafting, releasing
from partnering.programme.queries import session_by_ref
from tests.conftest import NewVisitor
from tests.factories.events import make_event
from tests.factories.programme import make_room, make_session
from tests.support.servers import Site
from tests.support.there import there

pytestmark = [pytest.mark.browser, pytest.mark.engine("sqlite"), pytest.mark.timeout(120)]


def test_the_screen_turns_its_pages_and_outlives_the_network(live_server: Site, new_visitor: NewVisitor):
    now = clock.from_atom(clock.to_atom(clock.now()))
    with live_server.app.app_context():
        event = make_event("foyer", opens_at=now - timedelta(hours=2), closes_at=now + timedelta(hours=8))
        for number in range(9):
            room, begun = make_room(event, f"Saal {number}"), now - timedelta(minutes=10)
            last = make_session(event, f"Vortrag {number}", room=room, starts_at=begun, minutes=90).public_id
    context = new_visitor(live_server.url, locale="en", scheme="light")
    page = context.new_page()
    page.clock.install()
    page.goto("/e/foyer/now?lang=en")
    rows = page.locator("tbody tr:visible")
    expect(page.locator("[data-pages]")).to_be_visible()

    context.set_offline(True)
    page.clock.pause_at(clock.now() + timedelta(minutes=5))
    page.clock.run_for(30_000)
    expect(page.locator("[data-stale]")).to_contain_text("No connection. As of")
    seen = {rows.count()}
    for _turn in range(4):  # an answer that was still under way may set the clock back once
        page.clock.run_for(12_000)
        seen.add(rows.count())
    assert seen == {1, 8}

    with live_server.app.app_context(), transaction():
        event = there(event_by_slug("foyer"))
        drafting.call_off(there(session_by_ref(event, last)))
        releasing.release(event)
    context.set_offline(False)

    expect(page.get_by_text("Called off")).to_be_visible()
    expect(page.locator("[data-stale]")).to_have_text("")
    page.clock.run_for(1_000)
    expect(page.locator("[data-pages]")).to_be_hidden()
    expect(rows).to_have_count(8)
