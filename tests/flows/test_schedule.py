"""Journey 4: programme, a speaker's schedule on page, paper and in calendars, and badges whose codes are read."""

import re

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.accounts.models import Person
from partnering.db import db
from partnering.events.queries import event_by_slug
from partnering.programme.models import ProgrammeSession
from partnering.registration import codes as ticket_codes
from partnering.registration.models import Registration
from tests.factories.world import World
from tests.readers import calendars, codes, pages
from tests.support.servers import Site
from tests.support.signing_in import sign_in_browser
from tests.support.waiting import until

from .conftest import NewWalker
from .walker import Walker

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_a_speaker_carries_their_schedule(live_server: Site, world: World, new_walker: NewWalker):
    ewa, slug = new_walker(), world.own.slug
    title, starts_at, wall = _talk(live_server, world, ewa.locale)

    ewa.open(f"/e/{slug}/programme")
    ewa.press(f"main a[href*='{world.own.things['session']}']:visible")
    assert ewa.page.locator("h1").inner_text() == title
    assert "Ewa Łęcka" in ewa.page.locator("main").inner_text()

    ewa.sign_in(world.own.addresses["speaker"], f"/e/{slug}/me/schedule")
    assert title in ewa.page.locator("main").inner_text()

    [event] = _read(_download(ewa, f"/e/{slug}/me/schedule.ics"))
    assert (event["start"], event["summary"]) == (starts_at, title)

    said = pages.text(_download(ewa, f"/e/{slug}/me/schedule.pdf"))
    assert title in re.sub(r"\s+", " ", said)
    assert wall in said

    feed = ewa.page.locator(".address code").inner_text()
    cold = new_walker().context.request
    answer = cold.get(feed)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    [subscribed] = _read(answer.body())
    assert (subscribed["uid"], subscribed["start"]) == (event["uid"], starts_at)
    assert cold.get(feed, headers={"If-None-Match": answer.headers["etag"]}).status == 304

    ewa.page.locator("#subscribe form button, #subscribe summary, #subscribe button").first.click()
    confirm = ewa.page.locator("dialog[open] button.btn--main, dialog[open] form button").first
    with ewa.page.expect_navigation():
        if confirm.is_visible():
            confirm.click()
        else:
            ewa.page.locator("form[action$='/schedule/renew'] button:visible").first.click()
    assert cold.get(feed).status == 410
    assert ewa.page.locator(".address code").inner_text() != feed


def test_badges_are_printed_and_their_codes_read(live_server: Site, world: World, new_walker: NewWalker):
    katja, slug = new_walker(), world.own.slug
    with live_server.app.app_context():
        sign_in_browser(katja.context, live_server, db.session.get_one(Person, world.own.people["organiser"]))
        db.session.remove()

    katja.open(f"/manage/{slug}/badges")
    katja.press()
    download = until(lambda: _reload(katja).locator("main a[href$='/badges.pdf']").first.is_visible(), 40, "the badges")
    assert download
    address = katja.page.locator("main a[href$='/badges.pdf']").first.get_attribute("href")
    content = _download(katja, address or "")

    expected = _tickets(live_server, world)
    found: list[str] = []
    for number in range(len(pages.reader(content).pages)):
        picture = pages.picture(content, dpi=200, page=number + 1)
        assert codes.zbar(picture) == codes.zxing(picture)
        found += codes.zbar(picture)
    assert sorted(set(found)) == expected
    said = pages.text(content)
    assert "Jana" in said
    assert "Kramer" in said


def _reload(walker: Walker):
    walker.page.reload()
    return walker.page


def _download(walker: Walker, path: str) -> bytes:
    answer = walker.context.request.get(path if path.startswith("http") else walker.site(path))
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    return answer.body()


def _read(content: bytes) -> list[dict]:
    assert calendars.libical(content).errors == 0
    return calendars.ical_js(content)[0]["events"]


def _talk(site: Site, world: World, locale: str) -> tuple[str, int, str]:
    """Title, start in seconds since the epoch, and the time on the wall at the venue."""
    with site.app.app_context():
        event = event_by_slug(world.own.slug)
        talk = db.session.scalars(
            sa.select(ProgrammeSession).where(ProgrammeSession.public_id == world.own.things["session"])
        ).one()
        assert event is not None
        assert talk.appointment is not None
        starts_at = talk.appointment.starts_at
        local = clock.in_zone(starts_at, event.zone)
        answer = talk.title.in_(locale), int(starts_at.timestamp()), f"{local:%H:%M}".lstrip("0")
        db.session.remove()
    return answer


def _tickets(site: Site, world: World) -> list[str]:
    """The codes of every live ticket of the event, sorted."""
    with site.app.app_context():
        event = event_by_slug(world.own.slug)
        assert event is not None
        held = db.session.scalars(
            sa.select(Registration).where(Registration.event_id == event.id, Registration.state == "live")
        )
        found = sorted(ticket_codes.code_text(each.code) for each in held if each.code is not None)
        db.session.remove()
    return found
