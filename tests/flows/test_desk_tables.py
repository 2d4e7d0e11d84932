"""The organisers' table plan by keyboard and on a phone, a block that is cut, and papers from the worker."""

import pytest

from partnering.accounts.models import Person
from partnering.db import db
from tests.factories.world import World
from tests.readers import codes, pages
from tests.support.servers import Site
from tests.support.signing_in import sign_in_browser

from .conftest import NewWalker
from .walker import Walker

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def organiser(site: Site, world: World, new_walker: NewWalker, *, phone: bool = False) -> Walker:
    """An organiser at the desk."""
    walker = new_walker(phone=phone)
    with site.app.app_context():
        sign_in_browser(walker.context, site, db.session.get_one(Person, world.own.people["organiser"]))
        db.session.remove()
    return walker


def focused(walker: Walker) -> str:
    """The name of the table that has the focus."""
    label = str(walker.page.evaluate("document.activeElement.getAttribute('aria-label') ?? ''"))
    return label.partition(":")[0].rpartition(" ")[2]


def test_the_plate_is_walked_by_keyboard(live_server: Site, world: World, new_walker: NewWalker):
    katja = organiser(live_server, world, new_walker)
    page = katja.open(f"/manage/{world.own.slug}/tables?slot={world.own.things['slot']}")
    page.locator(".plate a").first.focus()
    walked = [focused(katja)]
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
        walked.append(focused(katja))
    assert walked == ["A1", "A2", "B2", "B1", "B1", "A1"]
    before = page.locator("#h-map").inner_text()
    with page.expect_navigation():
        page.keyboard.press("PageDown")
    page.wait_for_function("document.activeElement.getAttribute('aria-label')?.includes(' A1:')")
    assert katja.look().locator("#h-map").inner_text() != before
    with page.expect_navigation():
        page.keyboard.press("PageUp")
    assert page.locator("#h-map").inner_text() == before


def test_a_table_is_closed_and_opened_on_a_phone(live_server: Site, world: World, new_walker: NewWalker):
    katja = organiser(live_server, world, new_walker, phone=True)
    katja.open(f"/manage/{world.own.slug}/tables")
    page = katja.press(".plate a[aria-label*=' B6:']")
    assert page.locator(".plate a[aria-current=true]").count() == 1
    katja.press("#table form[action$='/tables/close'] button")
    assert page.locator(".plate a.x[aria-label*=' B6:']").count() == 1
    katja.press("#table form[action$='/tables/close'] button")
    assert page.locator(".plate a.f[aria-label*=' B6:']").count() == 1


def test_times_are_taken_away_after_a_question(live_server: Site, world: World, new_walker: NewWalker):
    katja = organiser(live_server, world, new_walker)
    page = katja.open(f"/manage/{world.own.slug}/tables/blocks/{world.own.things['block']}")
    boxes = page.locator("tbody input[name=slot]")
    there = boxes.count()
    boxes.last.check()
    katja.press(".bulk button")
    katja.press("form[action$='/remove'] button")
    assert page.locator("tbody input[name=slot]").count() == there - 1


def test_papers_come_from_the_worker(live_server: Site, world: World, new_walker: NewWalker):
    katja = organiser(live_server, world, new_walker)
    page = katja.open(f"/manage/{world.own.slug}/meetings/paper")
    katja.press("form[action$='/paper'] button")
    ready = page.locator("main a[href$='/papers.pdf']")
    ready.wait_for(timeout=60_000)
    content = katja.context.request.get(live_server(str(ready.get_attribute("href")))).body()
    texts = [" ".join(sheet.extract_text().split()) for sheet in pages.reader(content).pages]
    sign = next(n for n, text in enumerate(texts, 1) if text.startswith(("Tisch A1", "Table A1")))
    [read] = codes.zxing(pages.picture(content, page=sign))
    assert read == live_server(f"/e/{world.own.slug}/me/at/{world.own.things['table']}")
