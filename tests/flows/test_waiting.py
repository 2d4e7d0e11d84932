"""Journey 6: a colleague's place is given back, and whoever waited first is offered it, accepts and is registered."""

from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from partnering import links
from partnering.db import BilingualText, db
from partnering.events.queries import event_by_slug
from partnering.registration.models import WaitingEntry
from partnering.tickets.models import Claim, Product
from tests.factories import make_guest, make_party, make_product
from tests.factories.waiting import make_waiting
from tests.factories.world import World
from tests.support.servers import Site
from tests.support.there import there

from .conftest import NewWalker
from .walker import LOOKS, MAIN, letter_where, link_in, method_of, new_letters

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

WANDA = "wanda.quast@zellwerk.example"
BEHIND = "xaver.zorn@zellwerk.example"
TITLES = {
    "de": ("Sie sind Nummer 1 in der Reihe", "Ein Platz ist für Sie reserviert", "Sie sind angemeldet."),
    "en": ("You are number 1 in the queue", "A place is held for you", "You are registered."),
}


@dataclass
class SoldOut:
    """A ticket with two places, both a company's."""

    event: int
    product_id: int
    product: str
    party_link: str


@pytest.fixture
def sold_out(live_server: Site, world: World) -> SoldOut:
    """A free ticket of the conference, sold out to one buyer and her colleague."""
    with live_server.app.app_context():
        event = there(event_by_slug(world.own.slug))
        product = make_product(
            event, capacity=2, gross=0, partnering=False, position=9, name=BilingualText("Laborführung", "Lab tour")
        )
        people = [
            make_guest("bea@zellwerk.example", "Bea", "Sommer"),
            make_guest("carl@zellwerk.example", "Carl", "Winter"),
        ]
        party = make_party(event, product=product, quantity=2, people=people, locale=LOOKS[live_server.engine][1])
        token = links.token("party", party.public_id, party.generation)
        found = SoldOut(event.id, product.id, product.public_id, f"/r/{token}")
        db.session.remove()
    return found


def test_a_place_given_back_goes_to_who_waited_first(
    live_server: Site, world: World, sold_out: SoldOut, new_walker: NewWalker
):
    wanda, bea, slug = new_walker(), new_walker(), world.own.slug
    waits, offered, registered = TITLES[wanda.locale]

    wanda.open(f"/e/{slug}/register")
    wanda.press(f"a[href*='waitlist?ticket={sold_out.product}']")
    wanda.fill(name="Wanda Quast", email=WANDA)
    wanda.press(twice=True)
    joined = new_letters(live_server, WANDA)
    wanda.open(link_in(joined[0], f"e/{slug}/waitlist"))
    assert len(joined) == 1
    assert wanda.page.locator("h1").inner_text() == waits
    _somebody_waits_behind(live_server, sold_out, wanda.locale)

    bea.open(sold_out.party_link)
    bea.press("a[href*='/places/'][href*='/cancel'] >> visible=true >> nth=1")
    bea.press("main form button.btn--bad:visible")

    offer = letter_where(live_server, WANDA, lambda letter: letter.message["Subject"] != joined[0].message["Subject"])
    wanda.open(link_in(offer, f"e/{slug}/waitlist"))
    assert wanda.page.locator("h1").inner_text() == offered
    wanda.press(MAIN)
    while not wanda.page.url.partition("?")[0].endswith("/register/check"):
        before = wanda.page.url
        wanda.press(MAIN)
        assert wanda.page.url != before
    wanda.tick("terms")
    wanda.tick("privacy")
    wanda.press(MAIN, twice=True)

    assert wanda.page.locator("h1").inner_text() == registered
    ticket = letter_where(live_server, WANDA, lambda letter: method_of(letter) == "REQUEST")
    assert "Wanda Quast" in ticket.text()
    with live_server.app.app_context():
        found = {
            entry.email: entry.state
            for entry in db.session.scalars(
                sa.select(WaitingEntry).where(WaitingEntry.product_id == sold_out.product_id).order_by(WaitingEntry.id)
            )
        }
        claims = db.session.scalars(
            sa.select(Claim.state).where(Claim.product_id == sold_out.product_id).order_by(Claim.id)
        ).all()
        db.session.remove()
    assert found == {WANDA: "confirmed", BEHIND: "waiting"}
    assert sorted(claims) == ["cancelled", "confirmed", "confirmed"]


def _somebody_waits_behind(site: Site, sold_out: SoldOut, locale: str) -> None:
    with site.app.app_context():
        make_waiting(
            there(db.session.get(Product, sold_out.product_id)), email=BEHIND, name="Xaver Zorn", locale=locale
        )
        db.session.remove()
