"""Journey: a call from its rules to the printed programme, through pages only."""

import re

import pytest
import sqlalchemy as sa

from partnering.accounts.models import Person
from partnering.accounts.services import person_at
from partnering.db import db
from partnering.events.models import Event
from tests.factories.world import World
from tests.readers import pages
from tests.support.servers import Site
from tests.support.signing_in import sign_in_browser
from tests.support.waiting import until

from .conftest import NewWalker
from .walker import Walker, link_to_sign_in, new_letters

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TEXT = "Ein Peptid aus Seegras hemmt resistente Keime. 😀\n\nWir suchen Partner."


def test_a_call_leads_from_its_rules_to_the_printed_programme(live_server: Site, world: World, new_walker: NewWalker):
    slug = world.bare.slug
    katja = new_walker()
    sign_in_as(live_server, katja, world.bare.people["organiser"])
    set_up(katja, slug)

    rosa, theo = new_walker(), new_walker()
    begin(live_server, rosa, slug, "rosa.lind@proben.example")
    write(rosa, title="Peptide aus Seegras", group="AG Lind")
    rosa.tick("commits")
    rosa.press("form[action$='/hand-in'] button.btn--main")
    assert rosa.page.locator("main .tag").first.inner_text().strip() in ("Eingereicht", "Handed in")

    begin(live_server, theo, slug, "theo.berg@proben.example")
    write(theo, title="Noch ein Peptid", group="ag LIND")
    theo.tick("commits")
    theo.press("form[action$='/hand-in'] button.btn--main")
    assert theo.page.locator("[role=alert]").is_visible()

    for number in (1, 2):
        reader = new_walker()
        begin_as_member(live_server, reader, slug, f"leserin{number}@komitee{number}.example")
        read = reader.page.locator("main").inner_text()
        assert "Ein Peptid aus Seegras hemmt" in read
        assert re.search("Rosa|Lind|proben.example", read) is None
        for criterion in range(3):
            reader.page.locator(f"input[name='criteria-{criterion}-points'][value='{3 + number}']").check(force=True)
        reader.press()

    decide_and_tell(katja, slug)
    told = new_letters(live_server, "rosa.lind@proben.example", before=2)[-1]
    assert "10 min" in told.text().lower()

    katja.open(f"/manage/{slug}/contributions?show=accepted")
    katja.press("button[form='make-all']")
    place(katja, first_day(live_server, slug))
    assert "Peptide aus Seegras" not in rosa.open(f"/e/{slug}/programme").locator("main").inner_text()
    katja.open(f"/manage/{slug}/programme/release")
    katja.press("main form button.btn--main")
    public = rosa.open(f"/e/{slug}/programme").locator("main").inner_text()
    assert "Peptide aus Seegras" in public
    assert "Rosa" in rosa.open(f"/e/{slug}/speakers").locator("main").inner_text()

    sheet = printed(rosa, f"/e/{slug}/programme?day={first_day(live_server, slug)}")
    assert ("Peptide aus Seegras" in sheet, "10:00–10:10" in sheet, "Rosa Lind" in sheet) == (True, True, True)
    plan = printed_plan(live_server, rosa, slug)
    assert ("Peptide aus Seegras" in plan, "10:00–10:10" in plan) == (True, True)


def printed(walker: Walker, path: str) -> str:
    """The words of a page as this person's browser prints it: on paper of A4, across, nothing beside the programme."""
    walker.open(path)
    paper = walker.page.pdf(prefer_css_page_size=True)
    sides = {tuple(round(float(side) * 25.4 / 72) for side in each.mediabox[2:]) for each in pages.reader(paper).pages}
    assert sides == {(297, 210)}
    words = " ".join(pages.text(paper).split())
    assert re.search("Suchen|Search|Impressum|Legal notice", words) is None
    return words


def printed_plan(site: Site, walker: Walker, slug: str) -> str:
    """The words of somebody's own days on paper, one page of A4."""
    answer = walker.context.request.get(site(f"/e/{slug}/me/schedule.pdf"))
    assert answer.status == 200
    assert len(pages.reader(answer.body()).pages) == 1
    return " ".join(pages.text(answer.body()).split())


def sign_in_as(site: Site, walker: Walker, person_id: int) -> None:
    """Let somebody whom the world knows use this browser."""
    with site.app.app_context():
        sign_in_browser(walker.context, site, db.session.get_one(Person, person_id))
        db.session.remove()


def set_up(katja: Walker, slug: str) -> None:
    """The rules as they are offered, one topic, two members."""
    katja.open(f"/manage/{slug}/contributions")
    katja.press("main a.btn--main")
    assert katja.page.locator("[name=most_characters]").input_value() == "2100"
    katja.press("form .btn--main.btn--big")
    katja.page.locator("#new-topic [name=name_de]").fill("Wirkstoffe")
    katja.press("#new-topic button")
    for number in (1, 2):
        katja.open(f"/manage/{slug}/contributions/committee")
        katja.page.locator("#new-member [name=email]").fill(f"leserin{number}@komitee{number}.example")
        katja.page.locator("#new-member [name=given_name]").fill("Vera")
        katja.page.locator("#new-member [name=family_name]").fill(f"Tau {number}")
        katja.press("#new-member button.btn--main")


def begin(site: Site, walker: Walker, slug: str, address: str) -> None:
    """From the call's page by letter to a new draft."""
    walker.open(f"/e/{slug}/call")
    walker.press("main aside a.btn")
    walker.fill(email=address)
    walker.press()
    walker.open(until(lambda: link_to_sign_in(site, address, 0), 30, f"a link for {address}"))
    walker.press()
    walker.press("form[action$='/call/begin'] button")


def write(walker: Walker, *, title: str, group: str) -> None:
    """Fill in a draft; the counter says what the server counts. Then look at it."""
    walker.page.locator("[name=topic]").select_option(index=1)
    walker.tick("form", "pitch")
    walker.fill(title=title, text=TEXT, group=group, authors__0__name=walker_name(walker))
    said = walker.page.locator("[data-counted]").inner_text()
    walker.press("button.btn--main.btn--big")
    assert said.split()[0] == str(len(TEXT))
    assert said in walker.page.locator("main").inner_text()


def walker_name(walker: Walker) -> str:
    """How the author is called: as their address says."""
    given, family = walker.page.locator("[name='authors-0-email']").input_value().partition("@")[0].split(".")
    return f"{given.title()} {family.title()}"


def begin_as_member(site: Site, walker: Walker, slug: str, address: str) -> None:
    """To what there is to read first."""
    with site.app.app_context():
        person = person_at(address)
        assert person is not None
        sign_in_browser(walker.context, site, person)
        db.session.remove()
    walker.open(f"/e/{slug}/committee")
    walker.press("main a.btn--main")


def decide_and_tell(katja: Walker, slug: str) -> None:
    """Accept what was read; look at the letters and send them."""
    katja.open(f"/manage/{slug}/contributions")
    katja.page.locator("tbody .check").first.check(force=True)
    katja.press("button[name=decision][value=accept]")
    katja.open(f"/manage/{slug}/contributions/tell")
    katja.press("main form .btn--main.btn--big")


def place(katja: Walker, day: str) -> None:
    """Give the session a time on the first day, in the draft."""
    page = katja.page
    if not page.locator("[name=day]").input_value():
        page.locator("[name=day]").fill(day)
    page.locator("[name=starts]").fill("10:00")
    page.locator("[name=ends]").fill("10:10")
    katja.press("form:has([name=title_de]) button.btn--main")


def first_day(site: Site, slug: str) -> str:
    """The first day of the conference, as a field for days takes it."""
    with site.app.app_context():
        day = db.session.scalars(sa.select(Event.first_day).where(Event.slug == slug)).one()
        db.session.remove()
    return day.isoformat()
