"""An organiser moves a talk in the grid by keyboard alone, puts it back, undoes a step, and drags one far away."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Locator, Page, expect

from partnering import clock
from partnering.accounts.models import Person
from partnering.db import db
from partnering.events.queries import event_by_slug
from partnering.programme.models import ProgrammeSession
from tests.factories.programme import make_room, make_session
from tests.factories.world import World
from tests.support.servers import Site
from tests.support.signing_in import sign_in_browser

from .conftest import NewWalker

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

STEP = timedelta(minutes=5)


def test_a_talk_is_moved_by_keyboard(live_server: Site, world: World, new_walker: NewWalker):
    katja, talk = new_walker(), world.own.things["session"]
    with live_server.app.app_context():
        sign_in_browser(katja.context, live_server, db.session.get_one(Person, world.own.people["organiser"]))
        db.session.remove()
    page = katja.open(f"/manage/{world.own.slug}/programme/grid?session={talk}")
    block, says = page.locator(f"button[value='{talk}']"), page.locator("[data-says]")
    start, room = _drafted(live_server, talk), block.get_attribute("data-room")

    _keys(page, block, "Enter", "Shift+ArrowDown", "ArrowDown")
    expect(says).to_contain_text(_wall(start + 7 * STEP))
    page.keyboard.press("Escape")
    expect(block).not_to_have_attribute("data-held", "")
    assert _drafted(live_server, talk) == start  # it was put back

    _keys(page, block, "Enter", "ArrowDown", "ArrowDown", "ArrowRight")
    beside = page.locator("[data-table] thead th").nth(1).get_attribute("data-room")
    with page.expect_response(lambda answer: answer.url.endswith("/place")) as sent:
        page.keyboard.press("Enter")
    assert sent.value.status == 200
    expect(block).to_have_attribute("data-room", str(beside))
    expect(block).to_be_focused()
    expect(says).to_contain_text(_wall(start + 2 * STEP))
    assert _drafted(live_server, talk) == start + 2 * STEP
    assert _public(live_server, talk) == start  # nobody else sees a draft

    page.locator(".planner__undo button").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(block).to_have_attribute("data-room", str(room))
    assert _drafted(live_server, talk) == start


def test_a_talk_is_dragged_to_a_room_beyond_the_edge_along_an_even_scale(
    live_server: Site, world: World, new_walker: NewWalker
):
    katja, talk = new_walker(), world.own.things["session"]
    with live_server.app.app_context():
        sign_in_browser(katja.context, live_server, db.session.get_one(Person, world.own.people["organiser"]))
        event = event_by_slug(world.own.slug)
        assert event is not None
        rooms = [make_room(event, f"Weit {n}") for n in range(12)]
        long = make_session(event, "Ein Titel, der in keine Zeile passt " * 4, room=rooms[0], minutes=10)
        last, crowded = rooms[-1].public_id, long.public_id
        db.session.remove()
    page = katja.open(f"/manage/{world.own.slug}/programme/grid?session={talk}")
    block, wrap = page.locator(f"button[value='{talk}']"), page.locator(".planner__wrap")
    rows = page.locator("tbody tr").evaluate_all("rows => rows.map(row => row.getBoundingClientRect().height)")
    heights = {round(height) for height in rows}
    assert len(heights) == 1  # however much a session has to say
    tall = page.locator(f"button[value='{crowded}']").evaluate("node => node.getBoundingClientRect().height")
    assert tall < 3 * heights.pop()
    expect(page.locator("[data-beyond]")).to_contain_text("Weit 11")

    start = _drafted(live_server, talk)
    block.evaluate("block => block.scrollIntoView({ block: 'center', behavior: 'instant' })")
    from_, around = block.bounding_box(), wrap.bounding_box()
    assert from_ is not None
    assert around is not None
    y = from_["y"] + 6
    page.mouse.move(from_["x"] + 12, y)
    page.mouse.down()
    page.mouse.move(from_["x"] + 30, y, steps=3)
    page.mouse.move(around["x"] + around["width"] - 12, y, steps=5)
    expect(page.locator("[data-beyond]")).to_be_hidden()  # the table goes on until its last room is seen
    expect(page.locator("[data-says]")).to_contain_text("Weit 11")
    with page.expect_response(lambda answer: answer.url.endswith("/place")) as sent:
        page.mouse.up()
    assert sent.value.status == 200
    expect(block).to_have_attribute("data-room", last)
    assert _drafted(live_server, talk) == start
    assert _public(live_server, talk) == start


def _keys(page: Page, block: Locator, *keys: str) -> None:
    block.focus()
    for key in keys:
        page.keyboard.press(key)


def _wall(at: datetime) -> str:
    """An instant on the wall at the venue, as the grid writes it."""
    return f"{clock.in_zone(at, 'Europe/Berlin'):%H:%M}".removeprefix("0")


def _row(public_id: str) -> ProgrammeSession:
    return db.session.scalars(sa.select(ProgrammeSession).where(ProgrammeSession.public_id == public_id)).one()


def _drafted(site: Site, public_id: str) -> datetime:
    with site.app.app_context():
        found = _row(public_id).starts_at
        db.session.remove()
    assert found is not None
    return found


def _public(site: Site, public_id: str) -> datetime:
    with site.app.app_context():
        appointment = _row(public_id).appointment
        assert appointment is not None
        found = appointment.starts_at
        db.session.remove()
    return found
