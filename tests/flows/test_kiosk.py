"""A guest checks in at a kiosk; crew register one who came without a ticket, and let a group in."""

import pytest
import sqlalchemy as sa

from partnering.checkin.models import Scan
from partnering.db import db, transaction
from partnering.events.models import Event
from tests.factories import make_guest, make_party, make_product
from tests.factories.world import World
from tests.security.stage import COOKIE_OF_DOORS
from tests.support.servers import Site
from tests.support.there import there

from .conftest import NewWalker, printed_code
from .walker import Walker

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_a_guest_checks_in_at_a_kiosk(live_server: Site, world: World, new_walker: NewWalker):
    tablet, slug = new_walker(), world.own.slug
    tablet.page.set_viewport_size({"width": 1024, "height": 768})
    held, path = world.own.tokens["kiosk"], f"{live_server.url}/e/{slug}/door/"
    tablet.context.add_cookies([{"name": COOKIE_OF_DOORS, "value": held, "url": path}])
    home = tablet.open(f"/e/{slug}/door/kiosk/").url

    _type(tablet, "7777-7777-7777-7777")
    assert tablet.page.locator("[data-said]").get_attribute("data-said") == "again"
    tablet.press(".kiosk__act a.btn")

    _type(tablet, printed_code(live_server, world))
    tablet.page.locator("[name=given_name]").fill("Janna")
    tablet.press("main form button")
    assert "Janna" in tablet.page.locator("h1").inner_text()
    tablet.page.wait_for_url(home, timeout=25_000)  # by itself

    tablet.page.go_back()
    tablet.page.wait_for_url(home)
    assert "Janna" not in tablet.page.content()
    assert _via(live_server) == ["kiosk"]

    tablet.press(".kiosk__foot a")
    tablet.page.locator("[name=pin]").fill("2468")
    tablet.press("main form button")
    answer = tablet.page.request.get(home, max_redirects=0)
    assert answer.status in (302, 401)  # to sign in; or, where the cookie is still there, told that it was let go


def test_somebody_without_a_ticket_comes_with_a_group(live_server: Site, world: World, new_walker: NewWalker):
    jonas, slug, door = new_walker(), world.own.slug, world.own.things["list_id"]
    with live_server.app.app_context():
        with transaction():
            event = db.session.scalars(sa.select(Event).where(Event.slug == slug)).one()
            make_product(event)
            people = [make_guest(given_name=name, family_name="Zander", company="Zander AG") for name in ("Ada", "Bo")]
            group = make_party(event, product=make_product(event, seats=2), people=people)
            ada = there(group.places[0].registration).public_id
        db.session.remove()
    jonas.sign_in(world.own.addresses["crew"], f"/e/{slug}/door/{door}/search")
    jonas.press("main p a.btn")
    jonas.page.locator("main form").evaluate("form => { form.noValidate = true; }")
    jonas.press("main form button.btn--main")
    jonas.page.locator("[name=ticket]").last.check()
    jonas.fill(given_name="Zoë", family_name="Łukasik", email="zoe@kommt-so.example", company="Kommt So GmbH")
    jonas.page.locator("[name=told]").check()
    jonas.press("main form button.btn--main", twice=True)
    assert jonas.page.locator(".verdict__name").inner_text() == "Zoë Łukasik"

    jonas.open(f"/e/{slug}/door/{door}/group/{ada}")
    boxes = jonas.page.locator("[name=pick]:not(:disabled)")
    assert [box.is_checked() for box in boxes.all()] == [True, True]
    jonas.press("main form button.btn--main")
    assert jonas.page.locator(".verdict--group").count() == 1
    assert boxes.count() == 0
    jonas.press("form[action$='/undo'] button")
    assert boxes.count() == 2


def _type(tablet: Walker, code: str) -> None:
    tablet.page.locator("#kiosk-code [name=code]").fill(code)
    tablet.press("#kiosk-code button")


def _via(site: Site) -> list[str]:
    with site.app.app_context():
        found = db.session.scalars(
            sa.select(Scan.via).where(Scan.state == "counted", Scan.via == "kiosk").order_by(Scan.id)
        ).all()
        db.session.remove()
    return list(found)
