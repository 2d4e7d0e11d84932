"""Journey 1: somebody registers alone, changes their data, and cancels; letters, calendar and code are right."""

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.accounts.services import person_at
from partnering.db import db
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.events.queries import event_by_slug
from partnering.i18n import speaking
from partnering.registration import codes
from partnering.registration.models import Party, Registration
from partnering.tickets.models import Pool
from tests.factories.world import World
from tests.readers import calendars
from tests.support.servers import Site

from .conftest import NewWalker
from .walker import MAIN, Walker, calendar_in, code_in, letter_where, letters_to, link_in, method_of, new_letters

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

ADDRESS = "nora.quandt@quandt-labor.example"
TITLES = {"de": "Sie sind angemeldet.", "en": "You are registered."}


def test_registering_alone_changing_and_cancelling(live_server: Site, world: World, new_walker: NewWalker):
    nora, slug = new_walker(), world.own.slug
    used = _used(live_server, slug)

    _fill_in(nora, slug, world.own.things["product"])
    nora.press(MAIN, twice=True)

    assert nora.page.url.endswith("/register/done")
    assert nora.page.locator("h1").inner_text() == TITLES[nora.locale]
    assert _parties(live_server) == 1
    assert _used(live_server, slug) == used + 1

    _the_back_button_does_no_harm(nora, live_server)

    letter = new_letters(live_server, ADDRESS)[0]
    assert [part.get_content_type() for part in letter.message.walk()].count("text/calendar") == 1
    assert method_of(letter) == "REQUEST"
    [invited] = calendars.ical_js(calendar_in(letter))[0]["events"]
    with live_server.app.app_context():
        event, registration = event_by_slug(slug), _registration()
        assert event is not None
        assert registration.code is not None
        assert code_in(letter) == codes.code_text(registration.code)
        assert codes.printed(registration.code) in letter.text()
        _is_the_whole_event(invited, event)
        delegate = db.session.scalars(sa.select(Delegate).where(Delegate.registration_id == registration.id)).one()
        assert (delegate.visibility, delegate.profile.offers) == ("name", "Membranproteine nach Maß")
        with speaking(nora.locale):
            assert event.name.in_(nora.locale) in str(letter.message["Subject"])
        db.session.remove()

    _change_the_name(nora, link_in(letter, "t") if "/t/" in letter.text() else link_in(letter, "r"))
    with live_server.app.app_context():
        assert _registration().participant.name == "Dr. Nora Quandt-Łęcka"
        db.session.remove()

    _give_the_place_back(nora, link_in(letter, "r"))
    ended = letter_where(live_server, ADDRESS, lambda letter: method_of(letter) == "CANCEL")
    [cancelled] = calendars.ical_js(calendar_in(ended))[0]["events"]
    assert cancelled["uid"] == invited["uid"]
    assert cancelled["sequence"] > invited["sequence"]
    assert _used(live_server, slug) == used
    with live_server.app.app_context():
        assert _registration().state == "cancelled"
        db.session.remove()
    assert [method_of(letter) for letter in letters_to(live_server, ADDRESS)].count("CANCEL") == 1


def _fill_in(nora: Walker, slug: str, product: str) -> None:
    nora.open(f"/e/{slug}/")
    nora.press(f"main a[href^='/e/{slug}/register']:visible")
    nora.tick("ticket", product)
    nora.press()
    nora.press()  # with nothing filled in
    assert nora.page.locator("[role=alert]").count() == 1
    nora.fill(
        people__0__given_name="Nora", people__0__family_name="Quandt", people__0__email=ADDRESS, company="Quandt Labor"
    )
    nora.press()
    for step in ("extras", "questions"):  # both may be left as they are
        assert nora.page.url.endswith(f"/register/{step}")
        nora.press()
    assert nora.page.url.endswith("/register/partnering")
    nora.fill(offers="Membranproteine nach Maß", seeks="Partner für die Strukturaufklärung")
    nora.tick("visibility", "name")
    nora.press()
    assert nora.page.url.endswith("/register/check")
    nora.fill(street="Beispielweg 7", postcode="01067", city="Dresden")
    nora.tick("terms")
    nora.tick("privacy")


def _the_back_button_does_no_harm(nora: Walker, site: Site) -> None:
    nora.page.go_back()
    nora.look()
    again = nora.page.locator(MAIN)
    if nora.page.url.endswith("/register/check") and again.count():
        nora.tick("terms")
        nora.tick("privacy")
        nora.press()
        assert nora.page.url.endswith("/register/done")
    assert _parties(site) == 1


def _change_the_name(nora: Walker, link: str) -> None:
    nora.open(link)
    nora.fill(title="Dr.", family_name="Quandt-Łęcka")
    nora.press("main form:has([name=family_name]) button:visible")
    assert nora.page.locator("[name=family_name]").input_value() == "Quandt-Łęcka"


def _give_the_place_back(nora: Walker, link: str) -> None:
    nora.open(link)
    nora.press("a[href$='/cancel']:visible")
    nora.press("main form button:visible", twice=True)
    nora.open(link)
    assert nora.page.locator("a[href$='/cancel']:visible").count() == 0


def _is_the_whole_event(invited: dict, event: Event) -> None:
    first, last = (clock.in_zone(moment, event.zone).date() for moment in (event.opens_at, event.closes_at))
    assert str(invited["start"]).replace("-", "") == f"{first:%Y%m%d}"
    assert f"{last:%Y%m%d}" < str(invited["end"]).replace("-", "")


def _registration() -> Registration:
    person = person_at(ADDRESS)
    assert person is not None
    return db.session.scalars(sa.select(Registration).where(Registration.participant.has(person_id=person.id))).one()


def _parties(site: Site) -> int:
    with site.app.app_context():
        found = db.session.scalars(sa.select(Party.id).where(Party.contact_email == ADDRESS)).all()
        db.session.remove()
    return len(found)


def _used(site: Site, slug: str) -> int:
    with site.app.app_context():
        event = event_by_slug(slug)
        assert event is not None
        used = db.session.scalars(sa.select(sa.func.sum(Pool.used)).where(Pool.event_id == event.id)).one()
        db.session.remove()
    return used
