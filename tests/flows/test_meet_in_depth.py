"""Journey 5: a request, a counter-proposal, a colleague who takes over, a substitute; phones, two languages.

After every step agendas, letters and calendars are right, each in the language of whoever reads them.
"""

from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from partnering import links
from partnering.db import db, transaction
from partnering.delegates import services as partnering
from partnering.delegates.models import Delegate
from partnering.events.queries import event_by_slug
from partnering.meetings import queries
from partnering.meetings.models import Meeting
from partnering.registration.models import Registration
from partnering.registration.services import add_registration
from partnering.tickets.models import Product
from tests.conftest import NewVisitor
from tests.factories.world import World
from tests.readers import calendars
from tests.support.servers import Site
from tests.support.smtp import Arrived
from tests.support.waiting import until

from .walker import Walker, calendar_in, letter_where, letters_to, link_in, method_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

JANA = "jana.wittkowski@lumenfold.example"
SOFIE = "sofie.lang@lumenfold.example"
TOMAS = "tomas.dvorak@vltava.example"
KLARA = "klara.novakova@vltava.example"

LANGUAGES = {JANA: "de", SOFIE: "de", TOMAS: "en", KLARA: "en"}
CALLED = {"de": "Gespräch: ", "en": "Meeting: "}
"""How a meeting is called in calendars."""


@dataclass
class Story:
    """Who takes part in it, on which site, with their phones."""

    site: Site
    world: World
    new_visitor: NewVisitor
    registrations: dict[str, str] = field(default_factory=dict)

    @property
    def me(self) -> str:
        """The path of everybody's own pages."""
        return f"/e/{self.world.own.slug}/me"

    def walker(self, address: str) -> Walker:
        """Somebody with a phone, used with one thumb, in their language."""
        locale = LANGUAGES[address]
        context = self.new_visitor(self.site.url, width=390, locale=locale, has_touch=True, is_mobile=True)
        return Walker(self.site, context, locale, touch=True)

    def delegate(self, address: str) -> Delegate:
        """Somebody as one who partners, within an application context."""
        return db.session.scalars(
            sa.select(Delegate)
            .join(Registration, Registration.id == Delegate.registration_id)
            .where(Registration.public_id == self.registrations[address])
        ).one()

    def meeting(self) -> Meeting:
        """The meeting between the two firms, within an application context."""
        jana = self.delegate(JANA)
        return next(one for one in db.session.scalars(sa.select(Meeting)) if jana.profile_id in _profiles(one))

    def state(self) -> tuple[str, str, set[str]]:
        """Request, placement, and the addresses of who sits there."""
        with self.site.app.app_context():
            meeting = self.meeting()
            seats = {_address(seat.delegate) for seat in meeting.delegates if seat.vacant_since is None}
            answer = (meeting.request_state, meeting.placement, seats)
            db.session.remove()
        return answer

    def starts_at(self) -> int:
        """When it begins, seconds since the epoch."""
        with self.site.app.app_context():
            at = self.meeting().appointment
            assert at is not None
            moment = int(at.starts_at.timestamp())
            db.session.remove()
        return moment

    def calendar(self, address: str) -> dict[str, tuple[int, str, int]]:
        """What the letters have made of somebody's calendar: by UID the last sequence, its method, its begin."""
        found: dict[str, tuple[int, str, int]] = {}
        for letter in letters_to(self.site, address):
            method = method_of(letter)
            if method not in ("REQUEST", "CANCEL"):
                continue
            [event] = calendars.ical_js(calendar_in(letter))[0]["events"]
            if not str(event["summary"]).startswith(tuple(CALLED.values())):
                continue  # the conference itself
            assert str(event["summary"]).startswith(CALLED[LANGUAGES[address]])
            sequence = int(event["sequence"] or 0)
            if event["uid"] not in found or sequence >= found[event["uid"]][0]:
                found[event["uid"]] = (sequence, method, int(event["start"]))
        return found

    def booked(self, address: str) -> list[int]:
        """The begins that stand in somebody's calendar."""
        return [begin for _sequence, method, begin in self.calendar(address).values() if method == "REQUEST"]

    def agendas_become(self, expected: dict[str, list[int]], seconds: float = 90) -> None:
        """Everybody's calendar, made of letters alone, says what their schedule says."""
        until(
            lambda: {address: self.booked(address) for address in expected} == expected or None,
            seconds,
            f"calendars like {expected}",
        )
        with self.site.app.app_context():
            for address, begins in expected.items():
                delegate = self.delegate(address)
                held = [one for one in queries.meetings_of(delegate) if one.request_state == "accepted"]
                seated = [
                    int(one.appointment.starts_at.timestamp())
                    for one in held
                    if one.appointment is not None
                    and any(seat.delegate_id == delegate.id and not seat.vacant_since for seat in one.delegates)
                ]
                assert seated == begins, address
            db.session.remove()


def _profiles(meeting: Meeting) -> set[int]:
    return {side.profile_id for side in meeting.sides}


def _address(delegate: Delegate) -> str:
    person = delegate.participant.person
    assert person is not None
    return person.email


@pytest.fixture
def story(live_server: Site, world: World, new_visitor: NewVisitor) -> Story:
    """Jana alone of one firm, Tomáš and Klára of another, who all let themselves be found."""
    told = Story(live_server, world, new_visitor)
    with live_server.app.app_context():
        with transaction():
            event = event_by_slug(world.own.slug)
            assert event is not None
            product = db.session.scalars(
                sa.select(Product).where(Product.public_id == world.own.things["product"])
            ).one()
            for address, given, family, company in (
                (JANA, "Jana", "Wittkowski", "Lumenfold"),
                (TOMAS, "Tomáš", "Dvořák", "Vltava Biologics"),
                (KLARA, "Klára", "Nováková", "Vltava Biologics"),
            ):
                held = add_registration(
                    event,
                    product,
                    email=address,
                    given_name=given,
                    family_name=family,
                    company=company,
                    locale=LANGUAGES[address],
                    letters=False,
                )
                person = held.participant.person
                assert person is not None
                person.locale = LANGUAGES[address]
                told.registrations[address] = held.public_id
            for address in told.registrations:
                partnering.show(told.delegate(address), "name")
        db.session.remove()
    return told


def test_meet_in_depth(story: Story):
    site, me = story.site, story.me
    jana, tomas = story.walker(JANA), story.walker(TOMAS)

    # Jana asks Tomáš
    jana.sign_in(JANA, f"{me}/partners")
    jana.open(f"{me}/partners?q=dvorak")
    jana.press("main h2 a:visible, main h3 a:visible")
    jana.press("main a[href$='/request']:visible")
    jana.fill(message="Wir möchten über Verkapselung sprechen.")
    jana.press("form[action$='/request'] button.btn--main:visible", twice=True)
    assert story.state() == ("pending", "none", {JANA, TOMAS})
    asked = _letter(site, TOMAS, "Jana Wittkowski")
    assert "/login/" not in asked.text()
    assert _speaks(asked) == "en"

    # Tomáš counters
    tomas.sign_in(TOMAS, f"{me}/meetings")
    tomas.open(link_in(asked, "e"))
    if "/meetings/" not in tomas.page.url:
        tomas.press("main article a[href*='other=1']:visible")
    else:
        tomas.page.locator("#counter summary").tap()
    tomas.page.locator("#counter input[name=slots]").nth(2).set_checked(True, force=True)
    tomas.page.locator("#counter textarea").fill("I give a talk in the morning.")
    tomas.press("#counter button.btn--main:visible", twice=True)
    assert story.state()[0] == "countered"
    assert _speaks(_letter(site, JANA, f"{me}/meetings")) == "de"

    # Jana accepts, and both calendars know it
    jana.open(f"{me}/meetings")
    assert "Tomáš Dvořák" in jana.page.locator("main").inner_text()
    jana.press("form[action$='/accept'] button.btn--main:visible", twice=True)
    assert story.state() == ("accepted", "published", {JANA, TOMAS})
    assert jana.page.locator(".undo button:visible").count() == 1
    begins = story.starts_at()
    story.agendas_become({JANA: [begins], TOMAS: [begins], KLARA: []})
    for walker, other in ((jana, "Tomáš Dvořák"), (tomas, "Jana Wittkowski")):
        walker.open(f"{me}/schedule")
        assert other in walker.page.locator("main").inner_text()

    # a colleague takes over
    tomas.open(f"{me}/meetings?tab=confirmed")
    tomas.press("main article h2 a:visible, main article h3 a:visible")
    tomas.page.locator("#replace summary").tap()
    tomas.press("#replace button:visible", twice=True)
    assert story.state() == ("accepted", "published", {JANA, KLARA})
    story.agendas_become({JANA: [begins], TOMAS: [], KLARA: [begins]})
    [(sequence, method, _begin)] = story.calendar(TOMAS).values()
    assert (method, sequence > 0) == ("CANCEL", True)
    assert [sequence for sequence, *_more in story.calendar(KLARA).values()] == [0]
    jana.open(f"{me}/schedule")
    assert "Klára Nováková" in jana.page.locator("main").inner_text()

    # Jana cannot come, and names a substitute
    with site.app.app_context():
        registration = story.delegate(JANA).registration
        token = links.token("ticket", registration.public_id, registration.generation)
        db.session.remove()
    jana.open(f"/t/{token}/substitute")
    jana.fill(given_name="Sofie", family_name="Lang", email=SOFIE)
    jana.press("main form button[type=submit]:visible", twice=True)
    story.agendas_become({JANA: []})
    assert story.state() == ("accepted", "published", {KLARA})
    with site.app.app_context():
        story.registrations[SOFIE] = _registration_of(SOFIE)
        db.session.remove()

    # the newcomer takes her meeting over
    sofie = story.walker(SOFIE)
    ticket = letter_where(site, SOFIE, lambda letter: "/t/" in letter.text())
    assert _speaks(ticket) == "de"
    sofie.sign_in(SOFIE, f"{me}/meetings")
    sofie.press("main a[href*='/vacancies/']:visible")
    assert "Klára Nováková" in sofie.page.locator("main").inner_text()
    assert sofie.page.locator("input[name=meetings]:checked").count() == 1
    assert sofie.page.locator(".foot-bar button").inner_text() == "Ein Gespräch übernehmen"
    sofie.press(".foot-bar button:visible", twice=True)
    assert story.state() == ("accepted", "published", {SOFIE, KLARA})
    story.agendas_become({JANA: [], TOMAS: [], KLARA: [begins], SOFIE: [begins]})
    assert [sequence for sequence, *_more in story.calendar(SOFIE).values()] == [0]
    [(sequence, _method, _begin)] = story.calendar(KLARA).values()
    assert sequence > 0
    sofie.open(f"{me}/schedule")
    assert "Klára Nováková" in sofie.page.locator("main").inner_text()
    jana_letters = [letter for letter in letters_to(site, JANA) if method_of(letter) == "CANCEL"]
    assert len(jana_letters) == 1


def _letter(site: Site, address: str, holding: str) -> Arrived:
    return letter_where(site, address, lambda letter: holding in letter.text() and "/login/" not in letter.text())


def _speaks(letter: Arrived) -> str:
    """The language of a letter, as its HTML part says and its greeting proves."""
    content = letter.part("text/html").get_payload(decode=True)
    assert isinstance(content, bytes)
    german = 'lang="de"' in content.decode()
    assert ("Guten Tag" in letter.text()) is german
    return "de" if german else "en"


def _registration_of(address: str) -> str:
    live = db.session.scalars(sa.select(Registration).where(Registration.state == "live")).all()
    return next(
        held.public_id
        for held in live
        if held.participant.person is not None and held.participant.person.email == address
    )
