"""Journey 3: crew let guests in by typed code and by name, take a scan back, and the organiser sees the count."""

import pytest
import sqlalchemy as sa

from partnering.accounts.models import Person
from partnering.checkin.models import Admission, CheckinList, Scan
from partnering.db import db
from tests.factories.world import World
from tests.support.servers import Site
from tests.support.signing_in import sign_in_browser
from tests.support.waiting import until

from .conftest import NewWalker, printed_code
from .walker import Walker

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_letting_guests_in(live_server: Site, world: World, new_walker: NewWalker):
    jonas, slug, door = new_walker(), world.own.slug, world.own.things["list_id"]
    before = _inside(live_server, door)
    katja = _organiser(live_server, world, new_walker())
    katja.open(f"/manage/{slug}/door/")

    jonas.sign_in(world.own.addresses["crew"], f"/e/{slug}/door/")
    jonas.press(f"a[href*='{door}/scan']:visible")
    assert _type(jonas, printed_code(live_server, world)) == "ok"
    assert jonas.page.locator(".verdict__name").inner_text() == "Dr. Jana Wittkowski"
    assert _inside(live_server, door) == before + 1
    _sees(katja, before + 1)

    jonas.press("main a.btn--main:visible")
    assert _type(jonas, printed_code(live_server, world)) == "already_in"
    jonas.press("main a.btn--main:visible")
    assert _type(jonas, "7777-7777-7777-7777") == "unknown"
    assert _inside(live_server, door) == before + 1

    jonas.press("main a[href*='/search']:visible")
    jonas.page.locator("input[name=q]").fill("kram")
    jonas.page.locator("input[name=q]").press("Enter")
    jonas.page.wait_for_url("**q=kram**")
    jonas.look()
    jonas.press(".doorcard a:visible")
    assert jonas.page.locator("h1").inner_text() == "Paul Kramer"
    jonas.press("main form button.btn--main:visible", twice=True)
    assert jonas.page.locator(".verdict").get_attribute("data-answer") == "ok"
    assert _inside(live_server, door) == before + 2
    _sees(katja, before + 2)

    jonas.press("form[action$='/undo'] button:visible")
    assert _inside(live_server, door) == before + 1
    assert _states(live_server, door)[-1] == "annulled"
    _sees(katja, before + 1)
    with jonas.page.expect_navigation():
        jonas.page.evaluate("history.go(-2)")  # past the verdict, which a browser would only send again
    assert jonas.look().locator("h1").inner_text() == "Paul Kramer"
    assert _inside(live_server, door) == before + 1


def _organiser(site: Site, world: World, katja: Walker) -> Walker:
    with site.app.app_context():
        person = db.session.get_one(Person, world.own.people["organiser"])
        sign_in_browser(katja.context, site, person)
        db.session.remove()
    return katja


def _sees(katja: Walker, count: int) -> None:
    """The page of the organiser shows the count without being loaded again."""
    numbers = katja.page.locator("main")
    until(lambda: str(count) in numbers.inner_text().split(), 15, f"{count} on the organiser's page")


def _type(jonas: Walker, code: str) -> str:
    """Type a code; the answer fills the screen."""
    form = jonas.page.locator("#bycode")
    if not form.is_visible():
        jonas.page.locator("[data-bycode] summary").click()
    jonas.page.locator("#bycode [name=code]").fill(code)
    jonas.page.locator("#bycode button").click()
    verdict = jonas.page.locator("section.verdict[data-answer], section.verdict[data-v]").first
    verdict.wait_for()
    jonas.look()
    return verdict.get_attribute("data-answer") or ""


def _inside(site: Site, door: str) -> int:
    with site.app.app_context():
        found = db.session.scalars(
            sa.select(Admission.id)
            .join(CheckinList, CheckinList.id == Admission.list_id)
            .where(CheckinList.public_id == door, Admission.inside)
        ).all()
        db.session.remove()
    return len(found)


def _states(site: Site, door: str) -> list[str]:
    with site.app.app_context():
        states = db.session.scalars(
            sa.select(Scan.state)
            .join(CheckinList, CheckinList.id == Scan.list_id)
            .where(CheckinList.public_id == door)
            .order_by(Scan.id)
        ).all()
        db.session.remove()
    return list(states)
