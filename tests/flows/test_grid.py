"""An organiser moves a talk in the grid by keyboard alone, puts it back, and undoes a step."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Locator, Page, expect

from partnering import clock
from partnering.accounts.models import Person
from partnering.db import db
from partnering.programme.models import ProgrammeSession
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
