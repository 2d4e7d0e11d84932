"""Registering with the longest words that people have: every step with its errors, and what one has afterwards."""

from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page

from partnering import links
from partnering.db import BilingualText, db
from partnering.events.models import Event
from partnering.registration.models import Party, Place, Registration
from tests.conftest import NewVisitor
from tests.factories.events import make_event
from tests.factories.questions import make_question
from tests.factories.tickets import make_code, make_member_list, make_product, make_workshop
from tests.factories.waiting import make_asked, make_sold_out, make_waiting
from tests.flows.walker import MAIN
from tests.support.browser import axe_violations
from tests.support.servers import Site
from tests.sweep.looking import Glance

pytestmark = [pytest.mark.browser, pytest.mark.engine("sqlite"), pytest.mark.timeout(300)]

WORD = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"
"""A German word of 63 letters: it was the name of a law."""
GIVEN, FAMILY = "Maximiliane-Theodora Friederike Wilhelmine", f"von und zu {WORD[:34]}-Müller-Lüdenscheidt"
COMPANY = f"{WORD} und Entwicklungszusammenarbeitsgesellschaft mbH & Co. Kommanditgesellschaft auf Aktien"
CODE = "RINDFLEISCHETIKETTIERUNG-MITGLIED-2027"
ADDRESS = f"{'langeadresse' * 5}@verein.example"


@dataclass
class Shop:
    """A conference whose every name is long: its slug, and addresses of what waits or was asked for there."""

    slug: str
    ticket: str
    waiting: str
    request: str


@pytest.fixture
def shop(live_server: Site) -> Shop:
    """A conference with codes, workshops at the same time, questions, a waiting list and approval."""
    with live_server.app.app_context():
        event = make_event(withdrawal="button", change_until=None)
        both = BilingualText(WORD, WORD)
        ticket = make_product(event, name=both, description=both, features=both, most_per_order=10)
        for name in (WORD, f"Zweites {WORD}"):
            make_workshop(event, name, event.opens_at, gross=123_456, description=both)
        make_sold_out(event, kind="add_on", name=both, gross=0)
        gone, other = (make_sold_out(event, name=both)[0] for _ticket in range(2))
        how = make_question(event, "single_choice", f"{WORD}?", asks="buyer", required=True, choices={"a": WORD})
        rule = {"fact": f"question:{how.public_id}", "is": "a"}
        make_question(event, "short_text", WORD, asks="buyer", rule=rule, help=both)
        make_question(event, "multiple_choice", WORD, data_class="sensitive", choices={"a": WORD}, required=True)
        members = make_member_list(event)
        make_code(event, CODE, kind="member", audience="member", member_list_id=members.id)
        waits = make_waiting(gone, quantity=2, email=ADDRESS, name=f"{GIVEN} {FAMILY}", others=[other])
        asked = make_asked(event, product=make_product(event, name=both, needs_approval=True), email=ADDRESS)
        slug = db.session.get_one(Event, event.id).slug
        waiting = links.token("waiting", waits.public_id, waits.generation)
        request = links.token("party", asked.public_id, asked.generation)
        return Shop(slug, ticket.public_id, f"/e/{slug}/waitlist/{waiting}", f"/r/{request}/request")


class Walk:
    """Somebody who makes every mistake once."""

    def __init__(self, page: Page, locale: str, *, axe: bool) -> None:
        self.page, self.glance = page, Glance(locale)
        self.axe = axe_violations if axe else None

    def open(self, address: str, name: str, status: int = 200) -> None:
        """Go somewhere and look."""
        response = self.page.goto(f"{address}{'&' if '?' in address else '?'}lang={self.glance.locale}")
        self.glance.look(self.page, response, name, self.axe, status)

    def send(self, name: str, status: int = 200, selector: str = MAIN) -> None:
        """Press the button and look at what comes; a refusal says why at the head of the page."""
        with self.page.expect_navigation() as sent:
            self.page.locator(selector).first.click()
        self.glance.look(self.page, sent.value, name, self.axe, status)
        if status == 422 and not self.page.locator("[role=alert]").count():
            self.glance.problems.append(f"{name}: no summary of errors")

    def fill(self, **values: str) -> None:
        """Type into fields by name; two underscores stand for a hyphen."""
        for name, value in values.items():
            self.page.locator(f"main [name='{name.replace('__', '-')}']").first.fill(value)


@pytest.mark.parametrize(
    ("width", "locale", "scheme"), [(390, "de", "light"), (320, "en", "dark"), (1280, "de", "dark")]
)
def test_every_step_bears_long_words_and_says_what_is_missing(
    shop: Shop, live_server: Site, new_visitor: NewVisitor, width: int, locale: str, scheme: str
) -> None:
    page = new_visitor(live_server.url, width=width, locale=locale, scheme=scheme).new_page()
    walk = Walk(page, locale, axe=locale == "de")
    url = f"/e/{shop.slug}/register"

    walk.open(url, "ticket")
    walk.fill(code="UNBEKANNTER-CODE-DEN-ES-NICHT-GIBT")
    walk.send("a code nobody knows", 422, "button[name=apply]")
    walk.fill(code=CODE)
    walk.send("a code", 200, "button[name=apply]")
    page.check(f"input[name=ticket][value='{shop.ticket}']")
    walk.fill(quantity="99")
    walk.send("too many", 422)
    walk.fill(quantity="3")
    walk.send("people")
    walk.send("people, empty", 422)
    walk.fill(people__0__given_name=GIVEN, people__0__family_name=FAMILY, people__0__email="nobody@elsewhere.example")
    walk.fill(people__2__given_name=GIVEN, people__2__family_name=FAMILY, people__2__email=f"b{ADDRESS[1:]}")
    walk.fill(people__0__function=WORD, people__2__function=WORD, company=COMPANY)
    page.check("[name=people-1-open]")
    walk.send("no member", 422)
    walk.fill(people__0__email=ADDRESS)
    walk.send("extras")
    for box in page.locator("main fieldset").first.locator("input:enabled").all():
        box.check()
    walk.send("two at the same time", 422)
    page.locator("main fieldset").first.locator("input:enabled").first.uncheck()
    walk.send("questions")
    walk.send("questions, empty", 422)
    page.locator("input[type=radio][value=a]").first.check()
    page.locator("#register input[type=checkbox][value=a]").first.check()
    page.locator("[name=p0-agreed]").check()
    walk.fill(**{page.locator("main [name^='o-q_'][type=text]").first.get_attribute("name") or "": WORD})
    walk.send("partnering")
    walk.send("check", selector="main form .btn--quiet")
    walk.fill(vat_id="DE12", leitweg_id="x", billing_email="x")
    walk.send("check, half empty", 422)
    walk.fill(street=WORD, postcode="04103", city=WORD, vat_id="", leitweg_id="", billing_email=f"c{ADDRESS[1:]}")
    walk.fill(order_number=WORD[:60], billing_name=COMPANY)
    page.check("[name=terms]")
    page.check("[name=privacy]")
    walk.send("done")
    for name, address in afterwards(live_server, shop):
        walk.open(address, name, 410 if name == "gone" else 200)
    walk.open(f"{url}/people", "no choice any more")
    walk.open(shop.waiting, "waiting")
    walk.open(shop.request, "asked for")

    assert walk.glance.problems == []


def afterwards(site: Site, shop: Shop) -> list[tuple[str, str]]:
    """What opens once one has registered: the buyer's pages and those of the tickets."""
    with site.app.app_context():
        event = db.session.scalars(sa.select(Event).where(Event.slug == shop.slug)).one()
        party = db.session.scalars(
            sa.select(Party).where(
                Party.event_id == event.id, Party.contact_email == ADDRESS, Party.placed_at.is_not(None)
            )
        ).one()
        places = db.session.scalars(sa.select(Place).where(Place.party_id == party.id).order_by(Place.id)).all()
        held = db.session.scalars(
            sa.select(Registration)
            .where(Registration.place_id.in_([place.id for place in places]))
            .order_by(Registration.id)
        ).all()
        own, colleague = (f"/t/{links.token('ticket', one.public_id, one.generation)}" for one in held)
        base = f"/r/{links.token('party', party.public_id, party.generation)}"
        named, open_place, asked = (f"{base}/places/{place.public_id}" for place in places)
        db.session.remove()
    return [
        ("party", base),
        ("answers of the order", f"{base}/answers"),
        ("name", open_place),
        ("name somebody else", named),
        ("correct", f"{asked}/correct"),
        ("extras of a place", f"{named}/extras"),
        ("give back", f"{named}/cancel"),
        ("cancel all", f"{base}/cancel"),
        ("ticket of the buyer", own),
        ("ticket of a colleague", colleague),
        ("answers", f"{colleague}/answers"),
        ("pass on", f"{colleague}/substitute"),
        ("decline", f"{colleague}/cancel"),
    ]
