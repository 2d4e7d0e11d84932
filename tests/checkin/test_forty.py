"""Forty badges out of the file that the product prints, held askew and blurred before a camera: each comes in once,
though the network goes, and the page is closed and opened again while it is away.
"""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image, ImageFilter
from playwright.sync_api import BrowserContext, Page

from partnering.badges import services
from partnering.badges.papers import PAPERS
from partnering.checkin.models import Admission, Scan
from partnering.db import db, transaction
from partnering.jobs import worker
from partnering.jobs.models import JobFile
from tests.factories import make_crew, make_event, make_organiser, make_product
from tests.factories.checkin import make_attendee, make_door, ticket_text
from tests.readers import pages
from tests.readers.codes import zxing
from tests.support import browser as browsing
from tests.support import films
from tests.support.servers import Site
from tests.support.signing_in import sign_in_browser
from tests.support.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.engine("sqlite"), pytest.mark.timeout(500)]

BADGES = 40
WIDTH, HEIGHT = 480, 360
HELD = 5
"""So many pictures, a second, each badge is held up."""

SOME = 8
"""So many are let in before the network goes, and so many without it before the page is closed."""

PATIENCE = 150.0
"""Seconds after which somebody would have called for help."""

DPI = 110

QUICK = """new MutationObserver(() => {
  const next = document.querySelector("section.verdict") && document.querySelector("[data-next]");
  if (next && !next.hidden) setTimeout(() => next.click(), 50);
}).observe(document, { childList: true, subtree: true });"""
"""Whoever is quick goes on at once, and does not wait two seconds."""


class Foyer:
    """An event, its crew, and the badges of its guests as the worker prints them."""

    def __init__(self, site: Site) -> None:
        self.site = site
        with site.app.app_context():
            event = make_event(days=0)
            self.event_id, self.jonas = event.id, make_crew(event)
            product = make_product(event)
            guests = [make_attendee(event, product, family_name=f"Łęcka-Weiß {n}") for n in range(BADGES)]
            self.texts = {ticket_text(each) for each in guests}
            self.scanner = f"/e/{event.slug}/door/{make_door(event).public_id}/scan"
            with transaction():
                services.print_badges(event, make_organiser(event), sort="name")
            while worker.run_jobs():
                pass
            content = db.session.scalars(sa.select(JobFile.content).order_by(JobFile.id.desc()).limit(1)).one()
            db.session.remove()
        self.badges = list(cut_out(bytes(content)))

    def scans(self) -> list[tuple[str, str, bool]]:
        """(answer, state, without network) of every scan."""
        with self.site.app.app_context():
            db.session.rollback()
            found = sa.select(Scan.answer, Scan.state, Scan.offline).where(Scan.event_id == self.event_id)
            return [(answer, state, offline) for answer, state, offline in db.session.execute(found)]

    def admitted(self) -> int:
        """How many guests are in."""
        with self.site.app.app_context():
            db.session.rollback()
            count = sa.select(sa.func.count()).select_from(Admission).where(Admission.event_id == self.event_id)
            return db.session.scalar(count) or 0


def cut_out(pdf: bytes) -> Iterator[Image.Image]:
    """The badges of a file, each as it is cut from its sheet."""
    paper, dot = PAPERS["a6x4"], DPI / 25.4
    for number in range(BADGES):
        x, y = list(paper.places())[number % paper.number]
        if number % paper.number == 0:
            sheet = pages.picture(pdf, dpi=DPI, page=number // paper.number + 1)
        left, upper = round(x * dot), round(y * dot)
        right, lower = round((x + paper.width) * dot), round((y + paper.height) * dot)
        yield sheet.crop((left, upper, right, lower)).convert("L")


def held(badge: Image.Image, lot: random.Random) -> Image.Image:
    """What a camera sees of a badge: its lower part, turned, out of focus, a little darker than it is."""
    low = badge.crop((0, badge.height - badge.width * HEIGHT // WIDTH, badge.width, badge.height))
    seen = low.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)
    turned = seen.rotate(lot.uniform(-15, 15), Image.Resampling.BILINEAR, fillcolor=120)
    return turned.filter(ImageFilter.GaussianBlur(lot.uniform(0.5, 1.0))).point(lambda level: 20 + level * 0.8)


def film(path: Path, badges: list[Image.Image]) -> None:
    """One after the other, as a film that a fake camera repeats."""
    lot = random.Random(40)
    films.shoot(path, [picture for badge in badges for picture in [held(badge, lot)] * HELD])


@pytest.fixture
def foyer(live_server: Site) -> Foyer:
    return Foyer(live_server)


@pytest.fixture
def phone(foyer: Foyer, tmp_path: Path) -> Iterator[BrowserContext]:
    """Jonas's phone, before which one badge after the other is held."""
    film(tmp_path / "camera.y4m", foyer.badges)
    with browsing.phone_with_camera(tmp_path / "camera.y4m", foyer.site.url) as context:
        sign_in_browser(context, foyer.site, foyer.jonas)
        context.add_init_script(QUICK)
        yield context


def opened(phone: BrowserContext, foyer: Foyer) -> Page:
    page = phone.new_page()
    page.goto(foyer.scanner)
    page.locator("#scanner[data-list=ready]").wait_for()
    return page


def shown(page: Page, name: str) -> int:
    """A number that the scanner shows: how many are in, or how many scans wait."""
    found = page.locator("[data-count]").text_content() if name == "in" else None
    return int(found or page.locator("#scanner").get_attribute("data-waiting") or 0)


def test_forty_badges_held_askew_are_let_in_once_each_though_the_network_goes(foyer: Foyer, phone: BrowserContext):
    assert {text for badge in foyer.badges for text in zxing(badge)} == foyer.texts
    page = opened(phone, foyer)
    page.locator("#scanner[data-kept=yes]").wait_for()
    until(lambda: foyer.admitted() >= SOME, PATIENCE, "some to be in")

    phone.set_offline(True)
    page.locator("#scanner[data-net=off]").wait_for()
    until(lambda: shown(page, "waiting") >= SOME, PATIENCE, "some to be let in without network")
    page.close()
    online = foyer.admitted()
    page = opened(phone, foyer)  # as the service worker kept it
    before = shown(page, "waiting")
    until(lambda: shown(page, "in") == BADGES, PATIENCE, "everybody to be in")
    waiting = shown(page, "waiting")
    assert foyer.admitted() == online < BADGES - SOME
    assert waiting > before >= SOME

    phone.set_offline(False)
    until(lambda: foyer.admitted() == BADGES and shown(page, "waiting") == 0, PATIENCE, "the server to know them all")
    page.close()

    answers = Counter((answer, state) for answer, state, _offline in foyer.scans())
    assert answers["ok", "counted"] == BADGES
    assert set(answers) <= {("ok", "counted"), ("already_in", "refused")}  # the film begins anew, the guests are in
    offline = Counter(answer for answer, _state, offline in foyer.scans() if offline)
    assert offline["ok"] == BADGES - online
    assert offline.total() >= waiting - 1  # one may have been on its way when the network went
