"""The day itself on two phones: asked on the spot, met at the table, noted, addresses swapped, asked next morning."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.agenda.models import Appointment, LocationAtom, ParticipantAtom
from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.events.queries import event_by_slug
from partnering.meetings import day_tasks
from partnering.meetings.models import Meeting
from partnering.registration.codes import printed
from tests.factories.delegates import make_delegate
from tests.factories.events import make_event
from tests.factories.meetings import make_block, make_tables
from tests.meetings.day import code_of, let_in, person_of
from tests.support.servers import Site
from tests.support.signing_in import sign_in_browser

from .conftest import NewWalker
from .walker import LOOKS, Walker, letter_where, link_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SLUG = "heute"
ZONES = ("Europe/Berlin", "America/New_York", "America/Los_Angeles", "Pacific/Auckland")
"""In one of them it is neither so early nor so late that hours before or after now belong to another day."""
FAR = 1_000_000
JANA, TOMAS = "jana.w@lumenfold.example", "tomas.n@cytovia.example"


@dataclass(frozen=True)
class Guest:
    """One of the two: the delegate's public id, their name, and the code on the badge as it is printed."""

    ref: str
    name: str
    code: str


def set_up(site: Site) -> dict[str, Guest]:
    """A conference that runs now, where it is day, with slots from fifteen minutes on, and two who were let in."""
    locale = LOOKS[site.engine][1]
    with site.app.app_context():
        with transaction():
            now = clock.from_atom(clock.to_atom(clock.now()))
            zone = next(zone for zone in ZONES if 3 <= clock.in_zone(now, zone).hour < 15)
            today = clock.in_zone(now, zone).date()
            event = make_event(
                SLUG,
                zone=zone,
                first_day=today,
                last_day=today,
                opens_at=now - timedelta(hours=2),
                closes_at=now + timedelta(hours=8),
            )
            make_tables(event, 2)
            make_block(event, slots=8, start=135)
            found = {}
            for address, given, family, company in (
                (JANA, "Jana", "Wittkowski", "Lumenfold GmbH"),
                (TOMAS, "Tomáš", "Novák", "Cytovia Praha"),
            ):
                found[address] = make_delegate(
                    event, given_name=given, family_name=family, company=company, email=address, locale=locale
                )
                person_of(found[address]).locale = locale
        let_in(*found.values())
        guests = {
            address: Guest(each.public_id, each.participant.name, printed(code_of(each)))
            for address, each in found.items()
        }
        db.session.remove()
    return guests


@pytest.fixture
def guests(live_server: Site) -> dict[str, Guest]:
    """The two guests by their address."""
    return set_up(live_server)


def enters(site: Site, walker: Walker, guest: Guest) -> None:
    """Sign somebody in on their phone."""
    with site.app.app_context():
        delegate = db.session.scalars(sa.select(Delegate).where(Delegate.public_id == guest.ref)).one()
        sign_in_browser(walker.context, site, person_of(delegate))
        db.session.remove()


def meeting_now(site: Site) -> tuple[str, str, str, list[tuple[str, int | None]]]:
    """Its public id, the two states, and note and rating of each side, the requester's first."""
    with site.app.app_context():
        meeting = db.session.scalars(sa.select(Meeting).join(Event, Event.id == Meeting.event_id)).one()
        sides = sorted(meeting.sides, key=lambda side: side.side, reverse=True)
        answer = (
            meeting.public_id,
            meeting.request_state,
            meeting.placement,
            [(side.note, side.rating) for side in sides],
        )
        db.session.remove()
    return answer


def time_passes(site: Site, ahead: timedelta) -> None:
    """Let the one meeting lie so much earlier, as if that time had passed."""
    steps = ahead // timedelta(minutes=5)
    with site.app.app_context():
        with transaction() as session:
            for appointment in session.scalars(sa.select(Appointment).where(Appointment.kind == "meeting")):
                appointment.starts_at -= ahead
                appointment.ends_at -= ahead
            for table in (ParticipantAtom, LocationAtom):
                for step in (FAR, -FAR - steps):  # one by one they would be in each other's way
                    session.execute(sa.update(table).values(atom=table.atom + step))
        db.session.remove()


def table_of(site: Site) -> str:
    """The public id of the table at which they meet."""
    with site.app.app_context():
        appointment = db.session.scalars(sa.select(Appointment).where(Appointment.kind == "meeting")).one()
        assert appointment.location is not None
        found = appointment.location.public_id
        db.session.remove()
    return found


def test_two_meet_on_the_spot(live_server: Site, guests: dict[str, Guest], new_walker: NewWalker):
    jana, tomas, me = new_walker(phone=True), new_walker(phone=True), f"/e/{SLUG}/me"
    enters(live_server, jana, guests[JANA])
    enters(live_server, tomas, guests[TOMAS])

    # asked on the spot, and said on the page that Tomáš has open
    tomas.open(f"{me}/meetings")
    jana.open(f"{me}/partners/{guests[TOMAS].ref}")
    jana.press("main a[href$='/live']:visible")
    jana.fill(message="Haben Sie kurz Zeit?")
    jana.press("form[action$='/live'] button.btn--main:visible", twice=True)
    id, state, placement, _notes = meeting_now(live_server)
    assert (state, placement) == ("pending", "none")
    tomas.open(f"{me}/meetings")
    notice = tomas.page.locator("[data-notices] a").first
    notice.wait_for()
    assert "Jana Wittkowski" in notice.inner_text()
    tomas.press("[data-notices] a")
    assert urlsplit(tomas.page.url).path == f"{me}/meetings/{id}"
    assert "Haben Sie kurz Zeit?" in tomas.page.locator("main").inner_text()
    tomas.press("form[action$='/accept'] button.btn--main:visible")
    assert meeting_now(live_server)[1:3] == ("accepted", "published")

    # at the table: he reads the sign, she his badge
    jana.open(f"{me}/scan")
    jana.fill(code=guests[TOMAS].code)
    jana.press("form[action$='/scan'] button.btn:visible")
    assert jana.page.locator("#code-error").count() == 1  # a quarter of an hour too early
    time_passes(live_server, timedelta(minutes=15))
    tomas.open(f"{me}/at/{table_of(live_server)}")
    tomas.press("form[action*='/at/'] button.btn--main:visible", twice=True)
    assert meeting_now(live_server)[2] == "live"
    jana.open(f"{me}/meetings/{id}")
    assert "Tomáš Novák" in jana.page.locator("#day").inner_text()
    jana.press("#day a[href$='/scan']:visible")
    jana.fill(code=guests[TOMAS].code)
    jana.press("form[action$='/scan'] button.btn:visible")
    assert meeting_now(live_server)[2] == "held"

    # noted, each side for itself
    jana.press("main a[href$='/note']:visible")
    jana.tick("rating", "5")
    jana.fill(note="Muster im Mai schicken")
    jana.press("form[action$='/note'] button.btn:visible")
    assert meeting_now(live_server)[3] == [("Muster im Mai schicken", 5), ("", None)]
    tomas.open(f"{me}/meetings/{id}")
    assert "Muster" not in tomas.page.content()

    # addresses, once both agree
    tomas.press("#contact form[action$='/contact'] button:visible")
    jana.open(f"{me}/meetings/{id}")
    assert TOMAS not in jana.page.content()
    jana.press("#contact form[action$='/contact'] button:visible")
    assert TOMAS in jana.page.locator("#contact").inner_text()
    tomas.open(f"{me}/meetings/{id}")
    assert JANA in tomas.page.locator("#contact").inner_text()

    # and the next morning
    time_passes(live_server, timedelta(days=1))
    with live_server.app.app_context():
        with transaction():
            event = event_by_slug(SLUG)
            assert event is not None
            day_tasks.ask_at(event)
        db.session.remove()
    for walker, address in ((tomas, TOMAS), (jana, JANA)):
        letter = letter_where(live_server, address, lambda letter: f"/meetings/{id}/note" in letter.text())
        assert letter.text().count("/note") == 1
        walker.open(link_in(letter, "e"))
    assert tomas.page.locator("[name=note]").input_value() == ""
    assert jana.page.locator("[name=note]").input_value() == "Muster im Mai schicken"
    assert JANA not in tomas.page.content()
