"""Registering in a browser: with script, without it, on a phone and on a desk."""

import pytest
import sqlalchemy as sa

from partnering.db import BilingualText, db
from partnering.registration.models import Registration
from tests.factories import make_event, make_product

pytestmark = pytest.mark.browser


@pytest.fixture
def site(start_site):
    """A running site with a single and a group ticket."""
    with start_site(workers=0) as site:
        with site.app.app_context():
            event = make_event("tagung")
            make_product(event, name=BilingualText("Einzel", "Single"), partnering=False, gross=22_000)
            group = BilingualText("Gruppe", "Group")
            make_product(event, name=group, partnering=False, gross=0, seats=2, capacity=40, position=1)
            db.session.remove()
        yield site


def fill(page):
    """Type the buyer's name and address."""
    page.get_by_label("First name").first.fill("Ada")
    page.get_by_label("Last name").first.fill("Lovelace")
    page.get_by_label("Email address").first.fill(f"ada{page.viewport_size['width']}@example.org")


@pytest.mark.parametrize(("width", "script"), [(390, True), (390, False), (1280, True)])
@pytest.mark.engine("sqlite")
def test_a_group_registers(site, new_visitor, axe, width, script):
    page = new_visitor(site.url, width=width, locale="en", java_script_enabled=script).new_page()
    check = axe if script else (lambda page: None)
    page.goto("/e/tagung/register")
    page.get_by_role("radio", name="Single").check()
    page.get_by_role("radio", name="Group").check()
    check(page)
    if width == 390 and script:
        assert page.locator("[data-bar-price]").inner_text() == "free"
    page.locator("button:visible", has_text="Continue").click()

    page.wait_for_url("**/people")
    fill(page)
    page.get_by_label("Name still open").check()
    assert page.get_by_label("First name").nth(1).is_visible() is not script
    check(page)
    page.locator("button:visible", has_text="Continue").click()

    page.wait_for_url("**/check")
    page.locator("button:visible", has_text="Register bindingly").click()
    page.wait_for_selector(".summary")
    assert page.title().startswith("Error:")
    check(page)
    page.get_by_label("I accept the terms.").check()
    page.get_by_label("I have read the privacy notice.").check()
    page.locator("button:visible", has_text="Register bindingly").click()

    page.wait_for_url("**/done")
    check(page)
    assert page.get_by_role("heading", level=1).inner_text() == "You are registered."
    with site.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Registration.id))) == 1
        db.session.remove()
