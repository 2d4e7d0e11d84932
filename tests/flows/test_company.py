"""Journey 5, on phones: a founder buys three places with a code for members and names one colleague later; the other
one declines, the place is given back, and whoever waited first takes it. Double taps and going back do no harm.
"""

from collections import Counter
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from partnering import verify
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event
from partnering.events.queries import event_by_slug
from partnering.invoices.models import Invoice
from partnering.mail.models import OutboxLetter
from partnering.registration.models import Party, WaitingEntry
from partnering.tickets.models import Claim, Code, Pool, PriceTier, Product
from tests.factories import (
    BIONECTION,
    make_code,
    make_event,
    make_member_list,
    make_pool,
    make_product,
    make_rules,
    make_workshop,
)
from tests.factories.invoices import make_setup
from tests.factories.waiting import make_waiting
from tests.readers import calendars
from tests.support.servers import Site
from tests.support.smtp import Arrived
from tests.support.there import there
from tests.support.waiting import until

from .conftest import NewWalker
from .walker import (
    MAIN,
    Walker,
    calendar_in,
    code_in,
    letter_where,
    letters_to,
    link_in,
    method_of,
    new_letters,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SLUG = "firmentagung"
FOUNDER, BEN, EVA, TOM = (f"{name}@lumenfold.example" for name in ("mira", "ben", "eva", "tom"))
WANDA, BEHIND = "wanda.quast@zellwerk.example", "xaver.zorn@zellwerk.example"
SEND = "main form button:visible"
TITLES = {
    "de": ("Sie sind Nummer 1 in der Reihe", "Ein Platz ist für Sie reserviert", "Sie sind angemeldet."),
    "en": ("You are number 1 in the queue", "A place is held for you", "You are registered."),
}


@dataclass
class Fair:
    """What the conference sells: public ids."""

    ticket: str
    workshop: str


@pytest.fixture(scope="module")
def fair(live_server: Site) -> Fair:
    """A conference with three places, cheaper for members, one workshop, invoices, and bionection's refund rules."""
    with live_server.app.app_context():
        event = make_event(SLUG)
        make_rules(event, *BIONECTION)
        make_setup(event)
        name = BilingualText(de="Konferenz", en="Conference")
        ticket = make_product(event, gross=20_000, name=name, partnering=False, pools=[make_pool(event, 3)])
        with transaction():
            db.session.add(PriceTier(event_id=event.id, product_id=ticket.id, gross=16_000, audience="member"))
        members = make_member_list(event, entries=["lumenfold.example"])
        make_code(event, "VEREIN-27", "member", audience="member", member_list_id=members.id, uses_max=3)
        workshop = make_workshop(event, "Fermentation", event.opens_at, capacity=5)
        made = Fair(ticket.public_id, workshop.public_id)
        db.session.remove()
    return made


def test_a_founder_buys_three_places_and_one_goes_to_who_waited(live_server: Site, fair: Fair, new_walker: NewWalker):
    mira, ben, eva, tom, wanda = (new_walker(phone=True) for _person in range(5))
    waits, offered, registered = TITLES[mira.locale]

    _buy_three(mira, fair)
    assert mira.page.locator("h1").inner_text() == registered
    mira.go_back()
    bill = letter_where(live_server, FOUNDER, lambda letter: "P27-00001" in letter.text())
    assert bill.part("application/pdf").get_filename()
    party_link = link_in(_letter(live_server, FOUNDER, "/r/"), "r")
    bens = _letter(live_server, BEN, "/t/")
    assert "Mira Okonkwo" in bens.text()
    assert method_of(bens) == "REQUEST"
    assert _state(live_server) == State({FOUNDER: 1}, {"confirmed": 3}, 3, 3, [("invoice", 48_000)])

    wanda.open(f"/e/{SLUG}/register")
    wanda.press(f"a[href*='waitlist?ticket={fair.ticket}']")
    wanda.fill(name="Wanda Quast", email=WANDA)
    wanda.press(twice=True)
    wanda.go_back(name="Wanda Quast", email=WANDA)
    joined = new_letters(live_server, WANDA)[0]
    wanda.open(link_in(joined, f"e/{SLUG}/waitlist"))
    assert wanda.page.locator("h1").inner_text() == waits
    _somebody_waits_behind(live_server, fair, wanda.locale)

    _name_the_third(mira, party_link)
    evas = _letter(live_server, EVA, "/t/")
    mira.go_back(SEND, given_name="Eva", family_name="Lind", email=EVA)
    mira.open(party_link)
    assert "Eva Lind" in mira.page.locator(".place").nth(2).inner_text()

    _decline(ben, link_in(bens, "t"))
    assert not ben.go_back(SEND)
    _is_taken_back(live_server, BEN, bens)
    mira.open(party_link)
    assert mira.page.locator(".place").nth(1).locator(".tag").inner_text() in ("offen", "open")
    assert _state(live_server).claims == {"confirmed": 3}

    _give_back(mira, party_link, 1)
    told = letter_where(live_server, FOUNDER, lambda letter: "135" in letter.text())
    assert "25" in told.text()
    offer = letter_where(live_server, WANDA, lambda letter: letter.message["Subject"] != joined.message["Subject"])
    assert _state(live_server).claims == {"cancelled": 1, "confirmed": 2, "offered": 1}

    wanda.open(link_in(offer, f"e/{SLUG}/waitlist"))
    assert wanda.page.locator("h1").inner_text() == offered
    _take_the_offer(wanda)
    assert wanda.page.locator("h1").inner_text() == registered
    wanda.go_back()
    hers = letter_where(live_server, WANDA, lambda letter: method_of(letter) == "REQUEST")
    assert "Wanda Quast" in hers.text()

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

    assert _state(live_server) == State(
        {FOUNDER: 1, WANDA: 1},
        {"cancelled": 1, "confirmed": 3},
        3,
        2,
        [("invoice", 48_000), ("cancellation", -48_000), ("invoice", 34_500), ("invoice", 20_000)],
    )
    assert _waiting(live_server) == {WANDA: "confirmed", BEHIND: "waiting"}
    assert _letters(live_server) == {
        FOUNDER: {"confirmed": 1, "party": 3, "issued": 2},
        BEN: {"confirmed": 1, "ended": 1},
        EVA: {"confirmed": 1, "workshop": 1, "workshop_ended": 1, "ended": 1},
        TOM: {"confirmed": 1, "workshop": 1},
        WANDA: {"waiting_joined": 1, "waiting_offered": 1, "confirmed": 1, "issued": 1},
        BEHIND: {"waiting_joined": 1},
    }


def _buy_three(mira: Walker, fair: Fair) -> None:
    mira.open(f"/e/{SLUG}/register")
    mira.fill(code="verein 27")
    mira.press("button[name=apply]")
    mira.tick("ticket", fair.ticket)
    mira.fill(quantity="3")
    mira.press(twice=True)
    mira.go_back()
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
    mira.press(SEND, twice=True)
    assert mira.page.url.partition("?")[0] == link


def _decline(ben: Walker, link: str) -> None:
    ben.open(link)
    ben.press("a[href$='/cancel']:visible")
    ben.press(SEND, twice=True)
    assert ben.page.locator("h1").inner_text() in ("Sie haben abgesagt.", "You have declined.")


def _give_back(mira: Walker, link: str, number: int) -> None:
    mira.open(link)
    mira.press(f".place:nth-child({number + 1}) a[href$='/cancel']:visible")
    assert "135" in mira.page.locator(".facts--sum").last.inner_text()
    mira.press(SEND, twice=True)
    mira.go_back(SEND)
    mira.open(link)
    assert mira.page.locator(f".place:nth-child({number + 1}) a").count() == 0


def _take_the_offer(wanda: Walker) -> None:
    wanda.press(MAIN, twice=True)
    while not wanda.page.url.partition("?")[0].endswith("/register/check"):
        before = wanda.page.url
        wanda.press(MAIN)
        assert wanda.page.url != before
    wanda.fill(street="Beispielweg 8", postcode="01067", city="Dresden")
    wanda.tick("terms")
    wanda.tick("privacy")
    wanda.press(MAIN, twice=True)


def _take_and_book(eva: Walker, link: str, fair: Fair) -> None:
    eva.open(link)
    eva.press("main form:has([name=family_name]) button:visible")
    eva.press(f"form[action*='{fair.workshop}'] button:visible", twice=True)
    assert "Fermentation" in eva.page.locator("#extras").inner_text()


def _pass_on(eva: Walker, link: str, address: str) -> None:
    eva.open(f"{link}/substitute")
    eva.fill(given_name="Tom", family_name="Brandt", email=address)
    eva.press(SEND, twice=True)


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


def _somebody_waits_behind(site: Site, fair: Fair, locale: str) -> None:
    with site.app.app_context():
        ticket = db.session.scalars(sa.select(Product).where(Product.public_id == fair.ticket)).one()
        make_waiting(ticket, email=BEHIND, name="Xaver Zorn", locale=locale)
        db.session.remove()


# -- what is stored


@dataclass
class State:
    """Placed parties by buyer, the tickets' claims by state, places and uses of the code, invoices by number."""

    parties: dict[str, int]
    claims: dict[str, int]
    used: int
    uses: int
    invoices: list[tuple[str, int]]


def _state(site: Site) -> State:
    with site.app.app_context():
        event = event_by_slug(SLUG)
        assert isinstance(event, Event)
        ticket = db.session.scalars(
            sa.select(Product).where(Product.event_id == event.id, Product.kind == "ticket")
        ).one()
        parties = db.session.scalars(sa.select(Party.contact_email).where(Party.event_id == event.id)).all()
        claims = db.session.scalars(sa.select(Claim.state).where(Claim.product_id == ticket.id)).all()
        papers = db.session.execute(
            sa.select(Invoice.kind, Invoice.gross).where(Invoice.event_id == event.id).order_by(Invoice.number)
        )
        found = State(
            dict(Counter(parties)),
            dict(Counter(claims)),
            there(db.session.scalar(sa.select(Pool.used).where(Pool.id == ticket.draws[0].pool_id))),
            there(db.session.scalar(sa.select(Code.uses).where(Code.event_id == event.id))),
            [(kind, gross) for kind, gross in papers],
        )
        assert [finding for _rule, findings in verify.results() for finding in findings] == []
        db.session.remove()
    return found


def _waiting(site: Site) -> dict[str, str]:
    with site.app.app_context():
        event = there(event_by_slug(SLUG))
        entries = db.session.scalars(sa.select(WaitingEntry).where(WaitingEntry.event_id == event.id)).all()
        found = {entry.email: entry.state for entry in entries}
        db.session.remove()
    return found


def _letters(site: Site) -> dict[str, dict[str, int]]:
    """How many letters of which kind each got, once all have left; none left twice."""
    found: dict[str, Counter[str]] = {}
    with site.app.app_context():
        event = there(event_by_slug(SLUG))
        letters = sa.select(OutboxLetter).where(OutboxLetter.event_ref == event.public_id)

        def have_left() -> bool:
            db.session.rollback()
            return {letter.state for letter in db.session.scalars(letters)} == {"sent"}

        until(have_left, 30, "all letters to leave")
        for letter in db.session.scalars(letters):
            found.setdefault(letter.address, Counter())[letter.kind.partition(".")[2]] += 1
        db.session.remove()
    assert {address: len(letters_to(site, address)) for address in found} == {
        address: counted.total() for address, counted in found.items()
    }
    return {address: dict(counted) for address, counted in found.items()}
