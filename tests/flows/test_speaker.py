"""A speaker gives what is missing: slides, needs, times by the keyboard; organisers see it and write to the others."""

import pytest

from partnering.accounts.models import Person
from partnering.db import db
from tests.factories.slides import make_pptx
from tests.factories.world import World
from tests.readers import codes, pages
from tests.support.servers import Site
from tests.support.signing_in import sign_in_browser

from .conftest import NewWalker

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_a_speaker_gives_what_is_missing(live_server: Site, world: World, new_walker: NewWalker):
    ewa, slug, things = new_walker(), world.own.slug, world.own.things
    ewa.sign_in(world.own.addresses["speaker"], f"/e/{slug}/me/talks")
    open_still = ewa.page.locator("ul.todo li").count()
    assert open_still > 0

    ewa.press(f"main article a[href*='{things['session']}']")
    ewa.page.set_input_files(
        "input[type=file]", {"name": "Vortrag.pptx", "mimeType": "application/zip", "buffer": make_pptx()}
    )
    ewa.press("form:has(input[type=file]) button.btn--main")
    assert ewa.page.locator(".version").count() == 2
    assert "Vortrag.pptx" in ewa.page.locator(".version").first.inner_text()
    ewa.page.set_input_files(
        "input[type=file]", {"name": "Vortrag.pptx", "mimeType": "application/zip", "buffer": b"PK\x03\x04 nothing"}
    )
    ewa.press("form:has(input[type=file]) button.btn--main")
    assert ewa.page.locator("[role=alert]").is_visible()
    assert ewa.page.locator(".version").count() == 2

    ewa.open(f"/e/{slug}/me/talks/availability")
    ewa.page.locator("button[data-none]").first.click()
    boxes = ewa.page.locator("input[data-column='0']")
    boxes.first.focus()
    ewa.page.keyboard.press("Space")
    for _half_hour in range(3):
        ewa.page.keyboard.press("ArrowDown")
    ewa.page.keyboard.press("Shift+Space")
    assert [boxes.nth(n).is_checked() for n in range(5)] == [True, True, True, True, False]
    ewa.press("form[data-times] button.btn--main")
    assert "8:00" in ewa.page.locator("[aria-labelledby=h-availability]").inner_text()

    card = ewa.context.request.get(live_server(f"/e/{slug}/me/schedule/card.pdf"))
    [address] = codes.zbar(pages.picture(card.body(), dpi=200, page=1))
    stranger = new_walker()
    stranger.open(address)
    assert "Ewa Łęcka" in stranger.page.locator("h1").inner_text()

    katja = new_walker()
    with live_server.app.app_context():
        sign_in_browser(katja.context, live_server, db.session.get_one(Person, world.own.people["organiser"]))
        db.session.remove()
    katja.open(f"/manage/{slug}/programme/speakers")
    assert "Ewa Łęcka" in katja.page.locator("main").inner_text()
    katja.page.locator("tbody .check").first.check()
    katja.press(".bulk button[value=lacking]")
    assert katja.page.locator("[role=status]").first.is_visible()
    katja.press(f"main td a[href*='{things['session']}']")
    assert "Vortrag.pptx" in katja.page.locator("main").inner_text()
