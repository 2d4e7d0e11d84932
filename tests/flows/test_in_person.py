"""A stand with a phone: the camera reads a visitor's badge, the visitor agrees on the screen and withdraws later.

Two guests exchange contact details: one reads the other's badge without script, the other one agrees.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import BrowserContext, Page, expect

from partnering.accounts.models import Person
from partnering.contacts.models import CardExchange, Lead
from partnering.db import db
from partnering.registration import codes
from partnering.registration.models import Registration
from tests.conftest import NewVisitor
from tests.factories import make_event, make_product
from tests.factories.checkin import make_attendee, ticket_text
from tests.support import browser as browsing
from tests.support import films
from tests.support.servers import Site
from tests.support.signing_in import sign_in_browser
from tests.support.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.engine("sqlite"), pytest.mark.timeout(240)]


class Hall:
    """A conference with an exhibitor, a visitor and another guest."""

    def __init__(self, site: Site) -> None:
        self.site = site
        with site.app.app_context():
            event = make_event(days=0)
            self.slug = event.slug
            stand = make_product(event, role="exhibitor")
            paul = make_attendee(event, stand, given_name="Paul", family_name="Kramer", company="Zellkultur Sachsen AG")
            jana = make_attendee(event, email="jana@lumen.example")
            ben = make_attendee(event, given_name="Ben", family_name="Arndt", company="Cytomera")
            self.people = {name: _person(held) for name, held in (("paul", paul), ("jana", jana), ("ben", ben))}
            self.ticket, held = ticket_text(jana), jana.code
            assert held is not None
            self.printed = codes.printed(held)

    def sign_in(self, context: BrowserContext, name: str) -> Page:
        """A page of somebody's own browser."""
        with self.site.app.app_context():
            sign_in_browser(context, self.site, db.session.get_one(Person, self.people[name]))
        return context.new_page()

    def my(self, path: str) -> str:
        """An address among one's own pages."""
        return f"/e/{self.slug}/me/{path}"

    def leads(self) -> list[tuple[str, int, bool]]:
        """(note, rating, withdrawn) of every lead."""
        with self.site.app.app_context():
            db.session.rollback()
            rows = db.session.execute(sa.select(Lead.note, Lead.rating, Lead.withdrawn_at).order_by(Lead.id)).all()
            return [(note, rating, gone is not None) for note, rating, gone in rows]


def _person(held: Registration) -> int:
    assert held.participant.person_id is not None
    return held.participant.person_id


@pytest.fixture
def hall(live_server: Site) -> Hall:
    return Hall(live_server)


@pytest.fixture
def stand(hall: Hall, tmp_path: Path) -> Iterator[Page]:
    """Paul's phone, whose camera sees Jana's badge."""
    films.ticket_held_up(tmp_path / "camera.y4m", hall.ticket)
    with browsing.phone_with_camera(tmp_path / "camera.y4m", hall.site.url) as context:
        yield hall.sign_in(context, "paul")


def test_a_visitor_agrees_on_the_screen_of_a_stand_and_withdraws_on_their_own(
    hall: Hall, stand: Page, new_visitor: NewVisitor, axe
):
    stand.goto(hall.my("stand/leads"))
    axe(stand)
    stand.locator("main a[href$='/leads/scan']").first.click()
    stand.get_by_role("button", name="Kamera starten").click()

    expect(stand.locator("h1")).to_have_text("Darf Zellkultur Sachsen AG Ihre Kontaktdaten haben?")
    axe(stand)
    assert hall.leads() == []
    stand.get_by_role("button", name="Ja, ich stimme zu").click()
    expect(stand.locator("h1")).to_have_text("Jana Wittkowski")
    expect(stand.get_by_role("link", name="jana@lumen.example")).to_be_visible()
    stand.get_by_label("Wichtig").check()
    stand.locator("textarea").fill("Will ein Angebot")
    axe(stand)
    stand.get_by_role("button", name="Speichern").click()
    expect(stand.locator("tbody tr")).to_have_count(1)
    assert hall.leads() == [("Will ein Angebot", 3, False)]

    jana = hall.sign_in(new_visitor(hall.site.url, width=390), "jana")
    jana.goto(hall.my("privacy"))
    axe(jana)
    jana.get_by_role("button", name="Einwilligung widerrufen").first.click()
    jana.get_by_role("dialog").get_by_role("button", name="Einwilligung widerrufen").click()
    until(lambda: hall.leads() == [("", 0, True)], what="the lead to be withdrawn")

    stand.reload()
    expect(stand.locator("tbody tr")).to_contain_text("Widerrufen")
    expect(stand.locator("tbody")).not_to_contain_text("Wittkowski")


def test_two_guests_exchange_cards_without_script(hall: Hall, new_visitor: NewVisitor):
    ben = hall.sign_in(new_visitor(hall.site.url, width=390, java_script_enabled=False), "ben")
    ben.goto(hall.my("contacts/scan"))
    ben.get_by_label("Code auf dem Namensschild").fill(hall.printed)
    ben.get_by_role("button", name="Zustimmen und tauschen").click()
    expect(ben.get_by_role("heading", name="Wartet auf die andere Seite")).to_be_visible()
    expect(ben.locator("main")).not_to_contain_text("jana@lumen.example")

    jana = hall.sign_in(new_visitor(hall.site.url, width=390), "jana")
    jana.goto(hall.my("contacts"))
    jana.get_by_role("button", name="Ich stimme zu").click()
    expect(jana.locator("h3", has_text="Ben Arndt")).to_be_visible()
    ben.reload()
    expect(ben.get_by_role("link", name="jana@lumen.example")).to_be_visible()
    with ben.expect_download() as download:
        ben.get_by_role("link", name="vCard Jana Wittkowski").click()
    assert "FN:Jana Wittkowski" in download.value.path().read_text()

    jana.get_by_role("button", name="Tausch beenden").first.click()
    jana.get_by_role("dialog").get_by_role("button", name="Tausch beenden").click()
    expect(jana.locator("main")).not_to_contain_text("Ben Arndt")
    with hall.site.app.app_context():
        assert db.session.scalars(sa.select(CardExchange).where(CardExchange.ended_at.is_(None))).all() == []
