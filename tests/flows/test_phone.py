"""What a phone of 390 pixels shows whole: the menu, choices, points, chips."""

import pytest

from partnering.accounts.models import Person
from partnering.db import db
from tests.factories.world import World
from tests.support.servers import Site
from tests.support.signing_in import sign_in_browser

from .conftest import NewWalker

pytestmark = [pytest.mark.browser, pytest.mark.engine("sqlite"), pytest.mark.timeout(120)]

BOX = "node => { const box = node.getBoundingClientRect(); return [box.left, box.right]; }"


def test_the_menu_shows_that_it_goes_on_and_begins_where_one_is(world: World, new_walker: NewWalker):
    guest = new_walker(phone=True)
    page = guest.open(f"/e/{world.own.slug}/call")
    menu = page.locator(".nav")
    assert menu.evaluate("node => node.scrollWidth > node.clientWidth")
    assert menu.evaluate("node => getComputedStyle(node).backgroundAttachment.split(', ')") == [
        *("local", "local"),  # these cover the shades at either end of the menu
        *("scroll", "scroll"),
    ]
    left, right = menu.locator("[aria-current]").evaluate(BOX)
    assert left >= 0
    assert right <= 390


def test_choices_and_chips_of_the_programme_have_room(world: World, new_walker: NewWalker):
    guest = new_walker(phone=True)
    page = guest.open(f"/e/{world.own.slug}/programme?q={'wort+' * 15}")
    form = page.locator(".finder")
    widths = form.locator("select, input[type=search]").evaluate_all("all => all.map(each => each.offsetWidth)")
    assert len(widths) == 3
    assert min(widths) == max(widths) == form.evaluate("node => node.offsetWidth")

    chip = page.locator(".chip").first
    room = chip.evaluate(
        """node => {
          const text = document.createRange();
          text.selectNodeContents(node);
          const [inner, outer] = [text.getBoundingClientRect(), node.getBoundingClientRect()];
          return [inner.height / parseFloat(getComputedStyle(node).lineHeight), inner.top - outer.top];
        }"""
    )
    assert room[0] > 1.5, "the chip has several lines"
    assert room[1] >= 4


def test_answers_keep_off_the_line_below(world: World, new_walker: NewWalker):
    guest = new_walker(phone=True)
    page = guest.open("/help")
    assert (
        page.locator(".faq details p").first.evaluate("node => parseFloat(getComputedStyle(node).paddingBottom)") >= 12
    )


def test_the_points_of_a_criterion_stand_in_one_row(live_server: Site, world: World, new_walker: NewWalker):
    reader = new_walker(phone=True)
    with live_server.app.app_context():
        sign_in_browser(reader.context, live_server, db.session.get_one(Person, world.own.people["committee"]))
        db.session.remove()
    page = reader.open(f"/e/{world.own.slug}/committee/{world.own.things['contributions_committee.public_id']}")
    tops = page.locator(".points").first.locator(".choice").evaluate_all("all => all.map(each => each.offsetTop)")
    assert len(tops) == 6
    assert len(set(tops)) == 1


def test_oclock_stays_with_its_time(world: World, new_walker: NewWalker):
    guest = new_walker(phone=True)
    page = guest.open(f"/e/{world.own.slug}/programme/{world.own.things['session']}")
    times = page.locator("main time").evaluate_all("all => all.map(each => each.textContent)")
    assert times
    assert all("\xa0Uhr" in each for each in times if "Uhr" in each)
    assert any("Uhr" in each for each in times)
