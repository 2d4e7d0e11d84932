"""With one thumb and no script: keep an evening free, say when one comes, and look at the team."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from partnering.accounts.models import Person
from partnering.db import db
from tests.factories.world import World
from tests.support.servers import Site
from tests.support.signing_in import sign_in_browser

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.engine("sqlite")]

THUMB = 24
"""No target is smaller, in CSS pixels (WCAG 2.2, 2.5.8)."""


@pytest.fixture
def phone(browser: Browser, live_server: Site, world: World) -> Iterator[Page]:
    """The attendee's telephone, with scripts switched off."""
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        java_script_enabled=False,
        locale="de-DE",
    )
    with live_server.app.app_context():
        sign_in_browser(context, live_server, db.session.get_one(Person, world.own.people["attendee"]))
        db.session.remove()
    yield context.new_page()
    context.close()


def press(page: Page, button: str) -> None:
    """Tap the first of these buttons and wait for what it leads to."""
    with page.expect_navigation():
        page.locator(button).first.tap()


def blocked(page: Page) -> int:
    """How many times of the day shown are kept free."""
    return page.locator(".agenda .slot[data-kind='own']").count()


def test_the_rest_of_a_day_is_kept_free_and_opened_again(phone: Page, world: World):
    phone.goto(f"/e/{world.own.slug}/me/availability")
    before = blocked(phone)
    press(phone, ".agenda .slot[data-kind='free'] button")
    assert blocked(phone) == before + 1
    assert "#" in phone.url

    press(phone, "form[action$='/availability/day'] button")
    assert phone.locator(".agenda .slot[data-kind='free']").count() == 0
    kept = blocked(phone)
    assert kept > before + 1

    press(phone, "form[action$='/availability/day/free'] button")
    assert blocked(phone) == 0
    assert phone.locator(".agenda .slot[data-kind='free']").count() >= kept


def test_arrival_and_departure_close_what_lies_outside(phone: Page, world: World):
    phone.goto(f"/e/{world.own.slug}/me/availability")
    slots = phone.locator(".agenda time.at")
    first = re.split(r"\s", slots.nth(1).inner_text())[0]
    day = phone.locator("select[name='arrival-day'] option").nth(1).get_attribute("value") or ""
    phone.select_option("select[name='arrival-day']", day)
    phone.fill("input[name='arrival-time']", first.rjust(5, "0"))
    press(phone, "form[action$='/availability/arrival'] button")

    assert phone.locator(".agenda .slot[data-kind='break']").count() >= 1
    phone.select_option("select[name='arrival-day']", "")
    phone.fill("input[name='arrival-time']", "")
    press(phone, "form[action$='/availability/arrival'] button")
    assert phone.locator("select[name='arrival-day']").input_value() == ""


@pytest.mark.parametrize("path", ["availability", "schedule", "team"])
def test_nothing_is_too_small_for_a_thumb_or_too_wide_for_the_page(phone: Page, world: World, path: str):
    phone.goto(f"/e/{world.own.slug}/me/{path}")
    for target in phone.locator("main button:visible, main select:visible, main input:visible").all():
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= THUMB
        assert box["x"] + box["width"] <= 390
