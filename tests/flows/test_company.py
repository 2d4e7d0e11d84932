"""Journey 5: a founder buys three places, names one later, a colleague declines, the place goes back; nothing twice."""

from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from partnering.db import BilingualText, db
from partnering.events.models import Event
from partnering.events.queries import event_by_slug
from partnering.registration.models import Item, Party
from partnering.tickets.models import Pool, Product
from tests.factories import BIONECTION, make_event, make_pool, make_product, make_rules, make_workshop
from tests.readers import calendars
from tests.support.servers import Site
from tests.support.smtp import Arrived

from .conftest import NewWalker
from .walker import MAIN, Walker, calendar_in, code_in, letter_where, letters_to, link_in, method_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SLUG = "firmentagung"
FOUNDER, BEN, EVA, TOM = (f"{name}@lumenfold.example" for name in ("mira", "ben", "eva", "tom"))


@dataclass
class Fair:
    """What the conference sells: public ids."""

    ticket: str
    workshop: str


@pytest.fixture(scope="module")
def fair(live_server: Site) -> Fair:
    """A conference with one ticket, one workshop, and bionection's refund rules."""
    with live_server.app.app_context():
        event = make_event(SLUG)
        make_rules(event, *BIONECTION)
        name = BilingualText(de="Konferenz", en="Conference")
        seats = make_pool(event, 10)
        ticket = make_product(event, gross=20_000, name=name, partnering=False, pools=[seats])
        workshop = make_workshop(event, "Fermentation", event.opens_at, capacity=5)
        made = Fair(ticket.public_id, workshop.public_id)
        db.session.remove()
    return made


def test_a_company_buys_names_declines_and_gives_back(live_server: Site, fair: Fair, new_walker: NewWalker):
    mira, ben, eva, tom = new_walker(), new_walker(), new_walker(), new_walker()
    _buy_three(mira, fair)
    assert (_used(live_server), _party(live_server).items) == (3, 3)

    party_link = link_in(_letter(live_server, FOUNDER, "/r/"), "r")
    bens = _letter(live_server, BEN, "/t/")
    assert "Mira Okonkwo" in bens.text()
    assert method_of(bens) == "REQUEST"

    _name_the_third(mira, party_link)
    evas = _letter(live_server, EVA, "/t/")
    _back_and_send_again(mira, party_link)
    assert [method_of(letter) for letter in letters_to(live_server, EVA)] == ["REQUEST"]

    _decline(ben, link_in(bens, "t"))
    _is_taken_back(live_server, BEN, bens)
    mira.open(party_link)
    assert mira.page.locator(".place").nth(1).locator(".tag").inner_text() in ("offen", "open")
    assert _used(live_server) == 3

    _give_back(mira, party_link, 1)
    assert _used(live_server) == 2
    assert _party(live_server).kinds == ["fee", "ticket", "ticket"]
    told = letter_where(live_server, FOUNDER, lambda letter: "175" in letter.text())
    assert "25" in told.text()

    _take_and_book(eva, link_in(evas, "t"), fair)
    booked = letter_where(live_server, EVA, lambda letter: "Fermentation" in str(letter.message["Subject"]))
    assert (method_of(booked), _uid(booked) == _uid(evas)) == ("REQUEST", False)

    _pass_on(eva, link_in(evas, "t"), TOM)
    toms = _letter(live_server, TOM, "/t/")
    assert code_in(toms) != code_in(evas)
    assert eva.page.request.get(link_in(evas, "t")).status == 410
    _is_taken_back(live_server, EVA, evas)
    _is_taken_back(live_server, EVA, booked)
    again = letter_where(live_server, TOM, lambda letter: "Fermentation" in str(letter.message["Subject"]))
    assert (method_of(again), _uid(again) == _uid(booked)) == ("REQUEST", False)
    tom.open(link_in(toms, "t"))
    assert "Fermentation" in tom.page.locator("#extras").inner_text()
    assert _used(live_server) == 2


def _buy_three(mira: Walker, fair: Fair) -> None:
    mira.open(f"/e/{SLUG}/register")
    mira.tick("ticket", fair.ticket)
    mira.fill(quantity="3")
    mira.press()
    mira.fill(
        people__0__given_name="Mira",
        people__0__family_name="Okonkwo",
        people__0__email=FOUNDER,
        company="Lumenfold GmbH",
    )
    mira.fill(people__1__given_name="Ben", people__1__family_name="Adeyemi", people__1__email=BEN)
    mira.tick("people-2-open")
    mira.press()
    assert mira.page.url.endswith("/register/extras")
    mira.press()
    assert mira.page.url.endswith("/register/check")
    mira.fill(street="Beispielweg 7", postcode="01067", city="Dresden")
    mira.tick("terms")
    mira.tick("privacy")
    mira.press(MAIN, twice=True)
    assert mira.page.url.endswith("/register/done")


def _name_the_third(mira: Walker, link: str) -> None:
    mira.open(link)
    mira.press(".place:nth-child(3) a[href*='/places/']:visible")
    mira.fill(given_name="Eva", family_name="Lind", email=EVA)
    mira.press("main form button:visible", twice=True)
    assert mira.page.url.partition("?")[0] == link
    assert "Eva Lind" in mira.page.locator(".place").nth(2).inner_text()


def _back_and_send_again(mira: Walker, link: str) -> None:
    mira.page.go_back()
    mira.look()
    if mira.page.locator("[name=family_name]").count():
        mira.fill(given_name="Eva", family_name="Lind", email=EVA)
        mira.press("main form button:visible")
    mira.open(link)
    assert "Eva Lind" in mira.page.locator(".place").nth(2).inner_text()


def _decline(ben: Walker, link: str) -> None:
    ben.open(link)
    ben.press("a[href$='/cancel']:visible")
    ben.press("main form button:visible", twice=True)
    assert ben.page.locator("h1").inner_text() in ("Sie haben abgesagt.", "You have declined.")


def _give_back(mira: Walker, link: str, number: int) -> None:
    mira.open(link)
    mira.press(f".place:nth-child({number + 1}) a[href$='/cancel']:visible")
    assert "175" in mira.page.locator(".facts--sum").last.inner_text()
    mira.press("main form button:visible", twice=True)
    mira.open(link)
    assert mira.page.locator(f".place:nth-child({number + 1}) a").count() == 0


def _take_and_book(eva: Walker, link: str, fair: Fair) -> None:
    eva.open(link)
    eva.press("main form:has([name=family_name]) button:visible")
    eva.press(f"form[action*='{fair.workshop}'] button:visible", twice=True)
    assert "Fermentation" in eva.page.locator("#extras").inner_text()


def _pass_on(eva: Walker, link: str, address: str) -> None:
    eva.open(f"{link}/substitute")
    eva.fill(given_name="Tom", family_name="Brandt", email=address)
    eva.press("main form button:visible", twice=True)


def _letter(site: Site, address: str, holding: str) -> Arrived:
    return letter_where(site, address, lambda letter: holding in letter.text())


def _uid(letter: Arrived) -> str:
    [event] = calendars.ical_js(calendar_in(letter))[0]["events"]
    return str(event["uid"])


def _is_taken_back(site: Site, address: str, before: Arrived) -> None:
    """A CANCEL for the same UID with a higher sequence has arrived, once."""
    uid = _uid(before)
    letter_where(site, address, lambda letter: method_of(letter) == "CANCEL" and _uid(letter) == uid)
    found = [letter for letter in letters_to(site, address) if method_of(letter) == "CANCEL" and _uid(letter) == uid]
    assert len(found) == 1
    [first] = calendars.ical_js(calendar_in(before))[0]["events"]
    [last] = calendars.ical_js(calendar_in(found[0]))[0]["events"]
    assert last["sequence"] > first["sequence"]


@dataclass
class Bought:
    """How many lines the founder's party has, and the kinds of those not cancelled."""

    items: int
    kinds: list[str]


def _party(site: Site) -> Bought:
    with site.app.app_context():
        party = db.session.scalars(sa.select(Party).where(Party.contact_email == FOUNDER)).one()
        items = db.session.scalars(sa.select(Item).where(Item.party_id == party.id).order_by(Item.id)).all()
        found = Bought(len(items), sorted(item.kind for item in items if item.cancelled_at is None))
        db.session.remove()
    return found


def _used(site: Site) -> int:
    with site.app.app_context():
        event = event_by_slug(SLUG)
        assert isinstance(event, Event)
        ticket = db.session.scalars(
            sa.select(Product).where(Product.event_id == event.id, Product.kind == "ticket")
        ).one()
        used = db.session.scalars(sa.select(Pool.used).where(Pool.id == ticket.draws[0].pool_id)).one()
        db.session.remove()
    return used
