"""Journey 2: two attendees sign in, say what they offer and seek, find each other, meet, and call it off."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering.agenda.models import ParticipantAtom
from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from partnering.events.queries import event_by_slug
from partnering.meetings.models import Meeting
from partnering.registration.services import add_registration
from partnering.tickets.models import Product
from tests.factories.world import World
from tests.readers import calendars
from tests.support.servers import Site

from .conftest import NewWalker
from .walker import Walker, calendar_in, letter_where, letters_to, link_in, method_of, new_letters

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NORA = "nora.wolff@membranwerk.example"
OLE = "ole.brandt@krebsforschung.example"


@pytest.fixture
def guests(live_server: Site, world: World) -> dict[str, str]:
    """Two guests with tickets who have not yet written down anything; the delegates' ids by address."""
    with live_server.app.app_context():
        with transaction():
            event = event_by_slug(world.own.slug)
            assert event is not None
            product = db.session.scalars(
                sa.select(Product).where(Product.public_id == world.own.things["product"])
            ).one()
            locale = "de" if live_server.engine == "sqlite" else "en"
            found = {}
            for address, given, family, company in (
                (NORA, "Nora", "Wolff", "Membranwerk Jena"),
                (OLE, "Ole", "Brandt", "Institut für Krebsforschung"),
            ):
                held = add_registration(
                    event,
                    product,
                    email=address,
                    given_name=given,
                    family_name=family,
                    company=company,
                    locale=locale,
                    letters=False,
                )
                held.participant.person.locale = locale  # type: ignore[union-attr]  # just registered
                found[address] = held.public_id
        db.session.remove()
    return found


def test_two_meet(live_server: Site, world: World, guests: dict[str, str], new_walker: NewWalker):
    nora, ole, me = new_walker(), new_walker(), f"/e/{world.own.slug}/me"
    _describe(nora, NORA, f"{me}/profile", offers="Liposomen nach Maß", seeks="Wirkstoffe gegen Krebs")
    _describe(ole, OLE, f"{me}/profile", offers="Wirkstoffe gegen Krebs", seeks="Verkapselung in Liposomen")

    _ask(nora, me)
    assert _meeting(live_server.app, guests) == ("pending", "none", None, 0)
    asked = new_letters(live_server, OLE, 1)[-1]
    assert "Nora Wolff" in asked.text()
    assert calendars_in(asked) == 0

    ole.open(link_in(asked, "e"))
    ole.press("form[action$='/accept'] button.btn--main:visible", twice=True)
    state, placement, table, atoms = _meeting(live_server.app, guests)
    assert (state, placement) == ("accepted", "published")
    assert table
    assert atoms == 2 * 4
    nora.open(f"{me}/meetings?tab=confirmed")
    assert "Ole Brandt" in nora.page.locator("main").inner_text()
    assert table in nora.page.locator("main").inner_text()
    ole.page.go_back()
    ole.look()
    assert _meeting(live_server.app, guests)[:2] == ("accepted", "published")

    invited = {address: _calendar(live_server, address, "REQUEST", seconds=75) for address in (NORA, OLE)}
    starts = {event["start"] for event in invited.values()}
    assert starts == {_starts_at(live_server.app, guests)}
    assert len({event["uid"] for event in invited.values()}) == 2
    assert all(table in str(event["location"]) for event in invited.values())

    nora.press("main a[href*='/meetings/']:visible")
    nora.page.locator("#cancel summary").click()
    nora.press("#cancel form button:visible", twice=True)
    assert _meeting(live_server.app, guests)[0] == "cancelled"
    assert _meeting(live_server.app, guests)[3] == 0
    for address, event in invited.items():
        cancelled = _calendar(live_server, address, "CANCEL")
        assert cancelled["uid"] == event["uid"]
        assert cancelled["sequence"] > event["sequence"]
        assert [method_of(letter) for letter in letters_to(live_server, address)].count("CANCEL") == 1


def _describe(walker: Walker, address: str, path: str, *, offers: str, seeks: str) -> None:
    walker.sign_in(address, path)
    walker.tick("visibility", "name")
    walker.fill(offers=offers, seeks=seeks)
    walker.press("main form[data-preview] button.btn--main:visible")
    assert walker.page.locator("[name=offers]").input_value() == offers


def _ask(nora: Walker, me: str) -> None:
    nora.press(f"nav a[href='{me}/partners']:visible")
    nora.page.locator("input[name=q]:visible").first.fill("verkapselung")
    nora.page.locator("input[name=q]:visible").first.press("Enter")
    nora.page.wait_for_url("**q=verkapselung**")
    nora.look()
    nora.press("main h2 a:visible, main h3 a:visible")
    assert nora.page.locator("h1").inner_text() == "Ole Brandt"
    nora.press("main a[href$='/request']:visible")
    assert nora.page.locator("input[name=slots]:checked").count() == 3
    nora.fill(message="Ihre Wirkstoffe passen in unsere Liposomen.")
    nora.press("form[action$='/request'] button.btn--main:visible", twice=True)


def calendars_in(letter) -> int:
    return [part.get_content_type() for part in letter.message.walk()].count("text/calendar")


def _calendar(site: Site, address: str, method: str, seconds: float = 30) -> dict:
    letter = letter_where(site, address, lambda letter: method_of(letter) == method, seconds)
    [event] = calendars.ical_js(calendar_in(letter))[0]["events"]
    return event


def _pair(guests: dict[str, str]) -> Meeting:
    from partnering.registration.models import Registration

    ids = db.session.scalars(
        sa.select(Delegate.id)
        .join(Registration, Registration.id == Delegate.registration_id)
        .where(Registration.public_id.in_(guests.values()))
    ).all()
    return db.session.scalars(sa.select(Meeting).where(Meeting.low_id.in_(ids), Meeting.high_id.in_(ids))).one()


def _meeting(app: Flask, guests: dict[str, str]) -> tuple[str, str, str | None, int]:
    """Its two states, its table, and how many atoms of time it takes of people."""
    with app.app_context():
        meeting = _pair(guests)
        at = meeting.appointment
        entries = [entry.id for entry in at.entries] if at is not None else []
        atoms = db.session.scalars(sa.select(ParticipantAtom.id).where(ParticipantAtom.entry_id.in_(entries))).all()
        table = str(at.location.name) if at is not None and at.location is not None else None
        answer = (meeting.request_state, meeting.placement, table, len(atoms))
        db.session.remove()
    return answer


def _starts_at(app: Flask, guests: dict[str, str]) -> int:
    with app.app_context():
        at = _pair(guests).appointment
        assert at is not None
        assert at.ends_at - at.starts_at == timedelta(minutes=20)
        moment = int(at.starts_at.timestamp())
        db.session.remove()
    return moment
