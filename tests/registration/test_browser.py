"""The pages of registering in a browser: what the script adds, and that nothing is missing without it."""

import pytest
from playwright.sync_api import expect

from partnering.db import BilingualText, db
from partnering.events.models import Event
from tests.factories.events import make_event
from tests.factories.tickets import make_product
from tests.factories.waiting import make_sold_out
from tests.support.servers import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(live_server: Site) -> dict[str, str]:
    """Two tickets, one of which is sold once in an order for three people, and two that are sold out."""
    with live_server.app.app_context():
        event = make_event()
        single = make_product(event, name=BilingualText("Einzeln", "Single"), gross=22_000, position=1)
        team = make_product(
            event, name=BilingualText("Team", "Team"), gross=19_000, seats=3, most_per_order=1, position=2
        )
        tour, _taken = make_sold_out(event, name=BilingualText("Rundgang", "Tour"), position=3)
        dinner, _taken = make_sold_out(event, name=BilingualText("Abendessen", "Dinner"), position=4)
        found = {"single": single, "team": team, "tour": tour, "dinner": dinner}
        return {
            "url": f"/e/{db.session.get_one(Event, event.id).slug}",
            **{name: product.public_id for name, product in found.items()},
        }


def test_the_bar_says_how_many_times_the_price_and_asks_no_number_where_there_is_one(
    live_server, new_visitor, shop, axe
):
    page = new_visitor(live_server.url, locale="de", width=390).new_page()
    page.goto(f"{shop['url']}/register")
    price, number = page.locator("[data-bar-price]"), page.get_by_label("Wie viele Tickets?")

    page.check(f'input[value="{shop["single"]}"]')
    number.fill("3")
    expect(price).to_have_text("3 × 220 €")
    axe(page)
    page.check(f'input[value="{shop["team"]}"]')
    expect(number).to_be_hidden()
    expect(price).to_have_text("190 €")

    page.locator(".buybar .btn").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wer kommt mit?")


def test_without_script_a_number_too_high_is_refused_and_can_be_mended(live_server, new_visitor, shop):
    page = new_visitor(live_server.url, locale="de", width=390, java_script_enabled=False).new_page()
    page.goto(f"{shop['url']}/register")

    page.check(f'input[value="{shop["team"]}"]')
    page.get_by_label("Wie viele Tickets?").fill("3")
    page.locator(".buybar .btn").click()
    expect(page.locator("#quantity-error")).to_contain_text("höchstens 1")
    page.get_by_label("Wie viele Tickets?").fill("1")
    page.locator(".buybar .btn").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Wer kommt mit?")


def test_who_waits_for_something_is_not_asked_whether_they_would_take_it_too(live_server, new_visitor, shop, axe):
    page = new_visitor(live_server.url, locale="de", width=390).new_page()
    page.goto(f"{shop['url']}/waitlist?ticket={shop['tour']}")
    tour, dinner = (page.locator(f'input[name=others][value="{shop[name]}"]') for name in ("tour", "dinner"))

    expect(tour).to_be_hidden()
    dinner.check()
    page.check(f'input[name=ticket][value="{shop["dinner"]}"]')
    expect(dinner).to_be_hidden()
    expect(dinner).not_to_be_checked()
    expect(tour).to_be_visible()
    axe(page)
