"""Journey 5: finding partners without leaving the page, and back again the way one came."""

import re

import pytest
from playwright.sync_api import expect

from partnering.events.queries import event_by_slug
from tests.factories.delegates import make_delegate
from tests.factories.world import World
from tests.support.servers import Site

from .conftest import NewWalker

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_filters_change_the_page_in_place(live_server: Site, world: World, new_walker: NewWalker, phone: bool):
    slug = world.own.slug
    with live_server.app.app_context():
        event = event_by_slug(slug)
        assert event is not None
        for _turn in range(3):
            make_delegate(event, country="LU", company="Größenwahn S.A.")
    jana = new_walker(phone=phone)
    jana.sign_in(world.own.addresses["attendee"], f"/e/{slug}/me/partners")
    page = jana.page
    before = page.locator("#found").inner_text()
    page.evaluate("window.unchanged = true")
    narrow = page.locator(".filters > summary").is_visible()
    if narrow:
        page.locator(".filters > summary").click()
    tick = page.locator("input[name=country][value=LU]")
    tick.check()
    expect(page).to_have_url(re.compile(r"\?country=LU$"))
    expect(page.locator("input[name=country][value=LU]")).to_be_focused()
    expect(page.locator("#number-found")).to_have_text(page.locator("#found").inner_text())
    assert page.locator("#found").inner_text() != before
    if narrow:
        assert page.locator(".filters").evaluate("filters => filters.open")
    page.locator("#search-q").fill("groessenwahn")
    page.locator("#search-q").press("Enter")
    expect(page).to_have_url(re.compile("q=groessenwahn"))
    page.locator(".chip").first.click()
    expect(page.locator(".chip")).to_have_count(1)
    for _turn in range(3):
        page.go_back()
    expect(page).to_have_url(re.compile("/me/partners$"))
    expect(page.locator("#found")).to_have_text(before)
    expect(page.locator("input[name=country][value=LU]")).not_to_be_checked()
    assert page.evaluate("window.unchanged")
