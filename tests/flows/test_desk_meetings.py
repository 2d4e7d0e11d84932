"""Journey: Katja at the desk books for two, moves and swaps, solves conflicts, merges, and writes to the silent."""

import re
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from partnering.accounts.models import Person
from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.events.queries import event_by_slug
from partnering.meetings import queries
from partnering.meetings.models import Meeting
from partnering.programme import services as programme
from partnering.programme.services import Time
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting
from tests.factories.programme import make_session
from tests.factories.world import World
from tests.support.servers import Site
from tests.support.signing_in import sign_in_browser
from tests.support.waiting import until

from .conftest import NewWalker
from .walker import Walker, letters_to, method_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@dataclass
class Desk:
    """Katja's browser at the desk of one conference, and whom the journey is about."""

    site: Site
    katja: Walker
    slug: str
    locale: str

    @property
    def page(self) -> Page:
        """The page that is open."""
        return self.katja.page

    def open(self, path: str = "") -> Page:
        """Open a page of the desk."""
        return self.katja.open(f"/manage/{self.slug}/{path}")

    def person(self, given: str, family: str, company: str) -> tuple[str, str]:
        """Somebody new who partners: their address and their public id."""
        with self.site.app.app_context():
            email = f"{family.lower()}@{company.lower()}.example"
            delegate = make_delegate(
                self.event, given_name=given, family_name=family, company=company, email=email, locale=self.locale
            )
            return email, delegate.public_id

    @property
    def event(self) -> Event:
        """The conference, inside an application context."""
        event = event_by_slug(self.slug)
        assert event is not None
        return event

    def delegate(self, public_id: str) -> Delegate:
        """Somebody, inside an application context."""
        return db.session.scalars(sa.select(Delegate).where(Delegate.public_id == public_id)).one()

    def calendar_letters(self, address: str) -> list[str]:
        """The METHODs of the letters with a calendar part that somebody got, in their order."""
        return [method for method in map(method_of, letters_to(self.site, address)) if method]

    def wait_for_letters(self, address: str, number: int) -> None:
        """Until somebody got so many letters for their calendar."""
        until(lambda: len(self.calendar_letters(address)) >= number, 60, f"{number} calendar letters to {address}")


@pytest.fixture
def desk(live_server: Site, world: World, new_walker: NewWalker) -> Desk:
    """Katja, signed in with her second factor."""
    katja = new_walker()
    with live_server.app.app_context():
        person = db.session.get_one(Person, world.own.people["organiser"])
        sign_in_browser(katja.context, live_server, person)
        db.session.remove()
    return Desk(live_server, katja, world.own.slug, katja.locale)


def choose(page: Page, name: str, index: int = 0) -> str:
    """Choose a radio button by its place; what it sends."""
    box = page.locator(f"input[name='{name}']").nth(index)
    box.set_checked(True, force=True)
    return box.get_attribute("value") or ""


def test_katja_books_for_two_and_changes_what_she_booked(desk: Desk):
    jana, _jana_id = desk.person("Jana", "Schalter", "Lichtwerk")
    _tomas, _tomas_id = desk.person("Tomáš", "Tresen", "Peptidhaus")
    with desk.site.app.app_context():
        beside = make_meeting(desk.event, slots=[queries.slots_of(desk.event)[1]]).public_id
        db.session.remove()

    desk.open("meetings")
    page = desk.katja.press(f"a[href*='/{desk.slug}/meetings/book']")
    desk.katja.fill(one_q="nobody-of-this-name", other_q="tresen")
    desk.katja.press("main form[method=get] button")
    expect(page.locator("#one-error")).to_be_visible()
    desk.katja.fill(one_q="schalter lichtwerk")
    desk.katja.press("main form[method=get] button")

    expect(page.locator("#times")).to_be_visible()
    choose(page, "slot")
    desk.katja.press("main form[method=post] button.btn--main")
    expect(page.locator("#consent-error")).to_be_visible()
    choose(page, "slot", 1)
    desk.katja.fill(consent="Beide haben am Schalter ja gesagt.")
    desk.katja.press("main form[method=post] button.btn--main")
    assert re.search(r"/meetings/[a-z2-7]{16}", page.url)
    expect(page.locator("main")).to_contain_text("Beide haben am Schalter ja gesagt.")
    desk.wait_for_letters(jana, 1)

    choose(page, "time-slot", 0)
    desk.katja.press("form[action*='/time'] button")
    expect(page.locator(".banner")).to_be_visible()
    desk.wait_for_letters(jana, 2)
    assert desk.calendar_letters(jana) == ["REQUEST", "REQUEST"]

    options = page.locator("#seat-table option")
    assert options.count() > 1
    page.locator("#seat-table").select_option(index=1)
    desk.katja.press("form[action*='/table'] button")
    desk.wait_for_letters(jana, 3)

    page.locator("details:has(#end-reason) > summary").click()
    desk.katja.fill(end__reason="Wasser im Saal")
    desk.katja.press("form[action*='/end'] button")
    desk.wait_for_letters(jana, 4)
    assert desk.calendar_letters(jana) == ["REQUEST"] * 3 + ["CANCEL"]
    expect(page.locator("main")).to_contain_text("Wasser im Saal")
    assert desk.open(f"meetings/{beside}").locator("#h-history").is_visible()


def test_edge_04_a_talk_on_a_meeting_is_solved_in_the_browser_and_nothing_sent_before(desk: Desk):
    henrike, henrike_id = desk.person("Henrike", "Podium", "Rednerei")
    with desk.site.app.app_context():
        event, speaker = desk.event, desk.delegate(henrike_id)
        slots = queries.slots_of(event)
        meeting = make_meeting(event, to=speaker, slots=[slots[2]])
        talk = make_session(event, starts_at=slots[-1].ends_at, minutes=20, speakers=[speaker.participant])
        with transaction():
            programme.change(event, talk, time=Time(slots[2].starts_at, slots[2].ends_at, None))
        meeting_id = meeting.public_id
        db.session.remove()
    desk.wait_for_letters(henrike, 1)
    before = len(desk.calendar_letters(henrike))

    page = desk.open("")
    desk.katja.press(f"main a[href*='/{desk.slug}/meetings/conflicts']")
    expect(page.locator("main")).to_contain_text("Henrike Podium")
    assert len(desk.calendar_letters(henrike)) == before
    way = choose(page, f"talk-{meeting_id}-way", 1)
    desk.katja.press(f"form[action*='/conflicts/{meeting_id}'] button")

    expect(page.locator("main")).not_to_contain_text("Henrike Podium")
    desk.wait_for_letters(henrike, before + 1)
    with desk.site.app.app_context():
        found = db.session.scalars(sa.select(Meeting).where(Meeting.public_id == meeting_id)).one()
        slot = queries.slots_by_ref(desk.event, [way.partition(":")[0]])[0]
        assert found.appointment is not None
        assert found.appointment.starts_at == slot.starts_at
        db.session.remove()


def test_two_registrations_become_one_after_a_look_at_what_would_happen(desk: Desk):
    _kept, kept_id = desk.person("Paula", "Bleibt", "Doppelhaus")
    _gone, gone_id = desk.person("Paula", "Geht", "Doppelheim")
    with desk.site.app.app_context():
        slots = queries.slots_of(desk.event)
        make_meeting(desk.event, by=desk.delegate(kept_id), slots=[slots[4]])
        clash = make_meeting(desk.event, by=desk.delegate(gone_id), slots=[slots[4]]).public_id
        make_meeting(desk.event, by=desk.delegate(gone_id), slots=[slots[5]])
        db.session.remove()

    page = desk.open("meetings/merge")
    desk.katja.fill(kept_q="bleibt doppelhaus", gone_q="geht doppelheim")
    desk.katja.press("main form[method=get] button")
    desk.katja.press("#what form button")
    expect(page.locator("#what")).to_contain_text("(1)")
    desk.katja.press("#what form:has(input[name=sure]) button")
    assert "/meetings/conflicts" in page.url
    choose(page, f"merged-{clash}-way")
    desk.katja.press(f"form[action*='/conflicts/{clash}'] button")
    with desk.site.app.app_context():
        found = db.session.scalars(sa.select(Meeting).where(Meeting.public_id == clash)).one()
        sitting = {delegate.public_id for delegate in queries.seats_of(found, "requester")}
        db.session.remove()
    assert sitting == {kept_id}


def test_the_silent_get_a_letter_and_the_rules_are_set(desk: Desk):
    nils, nils_id = desk.person("Nils", "Niemand", "Stillehaus")
    page = desk.open("meetings/people?group=none")
    page.locator(f"input[name=pick][value='{nils_id}']").check()
    desk.katja.press("main .bulk button")
    desk.katja.press()
    expect(page.locator(".banner")).to_be_visible()
    until(lambda: letters_to(desk.site, nils), 40, "a letter to Nils")

    page = desk.open("meetings/rules")
    desk.katja.fill(from_day="2026-12-20", from_time="08:30", until_day="2026-12-01", until_time="18:00")
    desk.katja.press()
    expect(page.locator("#until_day-error")).to_be_visible()
    desk.katja.fill(from_day="", from_time="", until_day="2026-12-20")
    desk.katja.press()
    expect(page.locator(".banner")).to_be_visible()
    expect(page.locator("#until_day")).to_have_value("2026-12-20")
    with desk.site.app.app_context():
        with transaction():
            db.session.execute(sa.update(Event).where(Event.slug == desk.slug).values(partnering_until=None))
        db.session.remove()
