"""A talk moves in the draft, whom it concerns is seen, it is released, the letters are looked at and sent.

Then the speaker's agenda, paper, feed and the calendar that lives by letters alone say the same.
"""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.accounts.models import Person
from partnering.db import db
from partnering.events.queries import event_by_slug
from partnering.programme.models import ProgrammeSession
from tests.calendar_conformance.applier import Applied, Calendar, subscribed
from tests.calendar_conformance.letters import Letter
from tests.factories.world import World
from tests.readers import pages
from tests.support.servers import Site
from tests.support.signing_in import sign_in_browser

from .conftest import NewWalker
from .walker import Walker, letters_to, method_of, new_letters

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

LENGTH = timedelta(minutes=45)


def test_a_talk_moves_and_every_calendar_of_its_speaker_follows(live_server: Site, world: World, new_walker: NewWalker):
    ewa, katja, slug = new_walker(), new_walker(), world.own.slug
    address, talk = world.own.addresses["speaker"], world.own.things["session"]
    ewa.sign_in(address, f"/e/{slug}/me/schedule")
    feed = ewa.page.locator(".address code").inner_text()
    before = _start_in(ewa, feed)
    with live_server.app.app_context():
        sign_in_browser(katja.context, live_server, db.session.get_one(Person, world.own.people["organiser"]))
        db.session.remove()
    posted, calendar = len(letters_to(live_server, address)), Calendar(address)

    first = _drafted(live_server, world, before + timedelta(hours=3, minutes=10))
    katja.open(f"/manage/{slug}/programme/grid?session={talk}")
    _move_in_grid(katja, talk, "Shift+ArrowDown", *["ArrowDown"] * 2, *["Shift+ArrowDown"] * 5)
    assert _start_in(ewa, feed) == before  # nobody sees a draft
    katja.open(f"/manage/{slug}/programme")
    katja.press("main a[href$='/programme/release']")
    said = katja.page.locator("main").inner_text()
    assert first[:5].lstrip("0") in said
    assert katja.page.locator("[aria-labelledby=h-who] .num").first.inner_text() == "1"
    katja.press("main form button.btn--main")
    assert katja.page.url.endswith("/releases/letters")
    row = katja.page.locator("tr", has_text=address)
    assert first[:5].lstrip("0") in row.inner_text()
    assert len(letters_to(live_server, address)) == posted  # nothing leaves before it was looked at

    katja.press("main form button.btn--main")
    _all_say(ewa, feed, first, calendar, live_server, posted)

    second = _drafted(live_server, world, before + timedelta(hours=4, minutes=20))
    katja.open(f"/manage/{slug}/programme/{talk}")
    katja.fill(starts=second[:5], ends=second[6:])
    katja.tick("at_once")
    katja.press("main form:has([name=starts]) button.btn--main")
    _all_say(ewa, feed, second, calendar, live_server, posted + 1)


def _move_in_grid(walker: Walker, talk: str, *keys: str) -> None:
    """Pick a talk up, move it by keys, and put it down in the draft."""
    walker.page.locator(f"[data-block][value='{talk}']").focus()
    for key in ("Enter", *keys):
        walker.page.keyboard.press(key)
    with walker.page.expect_response(lambda answer: answer.url.endswith("/place")) as sent:
        walker.page.keyboard.press("Enter")
    assert sent.value.status == 200


def _drafted(site: Site, world: World, starts_at: datetime) -> str:
    """Begin and end on the wall at the venue, as they are typed."""
    with site.app.app_context():
        event = event_by_slug(world.own.slug)
        assert event is not None
        begin, end = (clock.in_zone(each, event.zone) for each in (starts_at, starts_at + LENGTH))
        row = db.session.scalars(
            sa.select(ProgrammeSession).where(ProgrammeSession.public_id == world.own.things["session"])
        ).one()
        assert row.starts_at is not None
        assert clock.in_zone(row.starts_at, event.zone).date() == begin.date() == end.date()
        db.session.remove()
    return f"{begin:%H:%M} {end:%H:%M}"


def _start_in(walker: Walker, feed: str) -> datetime:
    [event] = subscribed(walker.context.request.get(feed).body()).values()
    assert isinstance(event.start.at, datetime)
    return event.start.at.astimezone(UTC)


def _all_say(walker: Walker, feed: str, wall: str, calendar: Calendar, site: Site, posted: int) -> None:
    """Page, paper, feed and the calendar that the letters alone have filled show this time and no other."""
    [letter] = new_letters(site, calendar.address, posted)
    assert method_of(letter) == "REQUEST"
    assert isinstance(calendar.apply(Letter("letter", letter.content)), Applied)
    told = calendar.events
    shown = subscribed(walker.context.request.get(feed).body())
    assert {uid: (each.sequence, *each.shown) for uid, each in told.items()} == {
        uid: (each.sequence, *each.shown) for uid, each in shown.items()
    }
    walker.page.reload()
    paper = pages.text(walker.context.request.get(walker.page.url + ".pdf").body())
    for said in (walker.page.locator("main").inner_text(), paper):
        times = re.findall(r"\d{1,2}:\d\d", said)
        assert wall[:5].lstrip("0") in times
