"""The scanner in a browser: a camera that sees a ticket's own code, a network that goes away, no camera at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, Route, expect

from partnering.badges.models import BadgePrint
from partnering.checkin import queries, setting_up
from partnering.checkin.models import Scan
from partnering.db import db, transaction
from partnering.events.models import Event
from tests.factories import make_crew, make_event
from tests.factories.checkin import make_attendee, make_door, ticket_text
from tests.support import browser as browsing
from tests.support import films
from tests.support.servers import Site
from tests.support.signing_in import sign_in_browser
from tests.support.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.engine("sqlite")]


PRINTER = "window.print = () => dispatchEvent(new Event('afterprint'))"
"""A printer that prints without asking."""

SENT_WHEN_READY = """() => {
  const ready = document.querySelector("#scanner[data-state=ready]") && !document.querySelector("section.verdict");
  return ready && performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("/redeem")).length;
}"""
"""How many scans were sent when the finder is there again: asked within the page, before the ticket is held up anew."""


class Door:
    """One event with a door, its crew, and a guest with a ticket."""

    def __init__(self, site: Site) -> None:
        self.site = site
        with site.app.app_context():
            event = make_event(days=0)
            self.event_id = event.id
            self.jonas = make_crew(event)
            guest = make_attendee(event)
            self.ticket = ticket_text(guest)
            self.scanner = f"/e/{event.slug}/door/{make_door(event).public_id}/scan"

    def printed(self) -> int:
        """How many badges were printed at this event."""
        with self.site.app.app_context():
            db.session.rollback()
            return len(db.session.scalars(sa.select(BadgePrint).where(BadgePrint.event_id == self.event_id)).all())

    def attempts(self) -> list[tuple[str, str]]:
        """(answer, state) of every scan at this event."""
        with self.site.app.app_context():
            db.session.rollback()
            rows = db.session.execute(
                sa.select(Scan.answer, Scan.state).where(Scan.event_id == self.event_id).order_by(Scan.id)
            ).all()
            return [(answer, state) for answer, state in rows]


@pytest.fixture
def door(live_server: Site) -> Door:
    return Door(live_server)


@pytest.fixture
def camera(door: Door, tmp_path: Path) -> Iterator[Page]:
    """Jonas's phone, whose camera sees the guest's ticket."""
    films.ticket_held_up(tmp_path / "camera.y4m", door.ticket)
    with browsing.phone_with_camera(tmp_path / "camera.y4m", door.site.url) as context:
        sign_in_browser(context, door.site, door.jonas)
        yield context.new_page()


def verdict(page: Page, answer: str):
    """The verdict on the screen, once it is this one."""
    found = page.locator(f"section.verdict[data-answer={answer}]")
    found.wait_for()
    return found


def test_a_badge_is_printed_in_one_tap_and_the_ticket_that_still_shows_is_no_second_scan(door: Door, camera: Page):
    camera.add_init_script("localStorage.setItem('door.auto', 'off')")
    camera.add_init_script(PRINTER)
    camera.goto(door.scanner)
    verdict(camera, "ok")
    camera.get_by_role("button", name="Namensschild drucken", exact=True).click()

    camera.wait_for_url("**/scan")  # by way of the page that prints
    expect(camera.locator("#scanner[data-reader=ready]")).to_be_visible()
    camera.wait_for_timeout(2500)  # the ticket is in the picture all the while

    assert door.attempts() == [("ok", "counted")]
    assert door.printed() == 1


def test_a_desk_prints_by_itself_and_comes_back(door: Door, camera: Page):
    camera.add_init_script("localStorage.setItem('door.print', 'on')")
    camera.add_init_script(PRINTER)
    camera.goto(door.scanner)

    until(lambda: door.printed() == 1)
    camera.wait_for_url("**/scan")
    expect(camera.locator("#scanner[data-reader=ready]")).to_be_visible()

    assert camera.locator("[data-print]").first.get_attribute("aria-pressed") == "true"
    assert camera.evaluate("JSON.stringify({...sessionStorage})").count("EV1") == 0


def test_a_camera_that_sees_a_ticket_lets_the_guest_in(door: Door, camera: Page, axe):
    camera.add_init_script("localStorage.setItem('door.auto', 'off')")
    camera.goto(door.scanner)

    welcome = verdict(camera, "ok")
    expect(welcome.locator(".verdict__head")).to_have_text("Willkommen")
    expect(welcome.locator(".verdict__name")).to_have_text("Jana Wittkowski")
    expect(camera.locator("[data-say]")).to_have_text(
        "Willkommen. Jana Wittkowski. Einlassen und Namensschild ausgeben."
    )
    expect(camera.locator("[data-count]")).to_have_text("1")
    assert door.attempts() == [("ok", "counted")]
    axe(camera)

    camera.locator(".scan__act [data-undo-this]").click()
    until(lambda: door.attempts()[0] == ("ok", "annulled"), what="the scan to be annulled")

    verdict(camera, "ok")  # the ticket is still held up, and nobody is in: it is read again
    until(lambda: len(door.attempts()) == 2, what="a second row")
    camera.locator("[data-next]").click()

    verdict(camera, "already_in")  # taken down and held up once more
    expect(camera.locator("[data-shout]")).to_contain_text("Schon eingecheckt. Jana Wittkowski. Um ")
    axe(camera)
    camera.locator("[data-force]").click()
    expect(verdict(camera, "ok").locator(".verdict__head")).to_have_text("Trotzdem einlassen")

    expected = [("ok", "annulled"), ("ok", "counted"), ("already_in", "refused"), ("ok", "counted")]
    assert door.attempts() == expected
    expect(camera.locator("[data-last] li")).to_have_count(2)


def test_the_next_guest_comes_by_itself_and_a_held_code_is_sent_once(door: Door, camera: Page):
    camera.goto(door.scanner)

    sent = camera.wait_for_function(SENT_WHEN_READY)

    assert sent.json_value() == 1
    assert door.attempts()[0] == ("ok", "counted")


def test_without_network_and_without_a_list_a_scan_is_kept_and_sent_once(door: Door, camera: Page):
    asked: list[str] = []

    def away(route: Route) -> None:
        if route.request.url.endswith("/redeem"):
            asked.append((route.request.post_data_json or {})["scan_id"])
        if len(asked) <= 2:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    camera.add_init_script("localStorage.setItem('door.auto', 'off')")  # held up again, it would be another scan
    camera.route("**/redeem", away)
    camera.route("**/sync*", away)
    camera.goto(door.scanner)

    kept = verdict(camera, "trouble")
    expect(kept.locator(".verdict__head")).to_have_text("Keine Verbindung")
    expect(camera.locator("[data-net-text]")).to_have_text("Offline")

    expect(verdict(camera, "ok").locator(".verdict__name")).to_have_text("Jana Wittkowski")
    expect(camera.locator("[data-net-text]")).to_have_text("Online")
    assert (len(asked), len(set(asked)), door.attempts()) == (3, 1, [("ok", "counted")])


def test_a_camera_works_on_when_the_network_goes(door: Door, camera: Page):
    camera.add_init_script("localStorage.setItem('door.auto', 'off')")
    camera.route("**/redeem", lambda route: route.abort("internetdisconnected"))
    camera.goto(door.scanner)
    camera.locator("#scanner[data-list=ready]").wait_for()
    camera.locator("section.verdict").wait_for()
    if camera.locator("section.verdict[data-answer=trouble]").count():  # it was held up before the list was there
        camera.locator("[data-next]").click()

    expect(verdict(camera, "ok").locator("[data-off]")).to_contain_text("Offline geprüft. Liste von ")
    until(lambda: door.attempts() == [("ok", "counted")], what="the scan to be handed in")


def test_without_a_camera_codes_are_typed(door: Door, new_visitor, axe):
    context = new_visitor(door.site.url, width=390, locale="en", permissions=["camera"])
    sign_in_browser(context, door.site, door.jonas)
    page = context.new_page()
    page.goto(f"{door.scanner}?lang=en")

    expect(page.locator("[data-hint]")).to_have_text("No camera was found. Search for the name or type the code.")
    axe(page)
    page.keyboard.type(door.ticket)  # a hand scanner types wherever the focus is
    page.keyboard.press("Enter")

    expect(verdict(page, "ok").locator(".verdict__head")).to_have_text("Welcome")
    assert door.attempts() == [("ok", "counted")]


def test_a_door_that_an_organiser_deletes_under_a_scan_says_so(door: Door, browser: Browser):
    def deleted_first(route: Route) -> None:
        with door.site.app.app_context(), transaction():
            event = db.session.get_one(Event, door.event_id)
            for each in queries.lists_of(event):
                setting_up.remove_list(event, each)
        route.continue_()

    with browser.new_context(base_url=door.site.url, locale="de-DE") as context:  # unwatched: the scan is refused
        sign_in_browser(context, door.site, door.jonas)
        page = context.new_page()
        page.route("**/redeem", deleted_first)
        page.goto(door.scanner)
        page.locator("#scanner[data-list=ready]").wait_for()
        page.keyboard.type(door.ticket)
        page.keyboard.press("Enter")

        sentence = "Diese Tür gibt es nicht mehr. Bitte wählen Sie eine andere."
        expect(verdict(page, "trouble")).to_contain_text(sentence)
    assert door.attempts() == []


def test_without_script_the_page_is_a_form(door: Door, new_visitor):
    context = new_visitor(door.site.url, width=390, java_script_enabled=False)
    sign_in_browser(context, door.site, door.jonas)
    page = context.new_page()
    page.goto(door.scanner)
    page.get_by_label("Code vom Ticket").fill(door.ticket)
    page.get_by_role("button", name="Prüfen").click()

    expect(page.get_by_role("status").locator(".verdict__head")).to_have_text("Willkommen")
    page.get_by_role("button", name="Rückgängig").first.click()
    expect(page.get_by_text("Rückgängig gemacht: Jana Wittkowski")).to_be_visible()
    assert door.attempts() == [("ok", "annulled")]
