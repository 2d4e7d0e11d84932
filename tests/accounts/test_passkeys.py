"""Passkeys in a real browser: made, used as second factor, and used to sign in without a letter."""

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import BrowserContext, Page, expect

from partnering.accounts.models import Person, SecondFactor, UserSession
from partnering.db import db
from tests.conftest import NewVisitor
from tests.factories.accounts import make_person
from tests.support.servers import Site, running_site
from tests.support.signing_in import sign_in_browser

pytestmark = pytest.mark.browser

ACCOUNT = re.compile("^http://[^/]+/account$")


@pytest.fixture(scope="module")
def site(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site under a name: browsers make no passkeys for bare numbers."""
    with running_site(engine, tmp_path_factory.mktemp("site"), processes=1, workers=0, host="localhost") as site:
        yield site


def person_at(site: Site, address: str) -> Person:
    with site.app.app_context():
        return make_person(address, locale="en")


def with_authenticator(context: BrowserContext) -> Page:
    """A page whose browser has an authenticator that says yes to everything."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


def enrol(page: Page) -> None:
    page.goto("/second-factor/new?next=/account")
    page.get_by_role("button", name="Make a passkey").click()
    page.wait_for_url("**/second-factor/codes?next=/account")


def test_a_passkey_is_made_and_signs_in_without_a_letter(site: Site, new_visitor: NewVisitor):
    person = person_at(site, "katja@host.example")
    context = new_visitor(site.url, locale="en")
    sign_in_browser(context, site, person, second_factor=False)
    page = with_authenticator(context)
    enrol(page)
    page.get_by_role("button", name="Show my recovery codes").click()
    expect(page.locator("code")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("button", name="Remove Passkey")).to_be_visible()

    page.get_by_role("button", name="Sign out", exact=True).first.click()
    page.wait_for_url("**/login")
    before = {cookie["name"] for cookie in context.cookies()}
    assert "session" not in before
    page.goto("/login?next=/account")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(ACCOUNT)
    with site.app.app_context():
        factor = db.session.scalars(sa.select(SecondFactor)).one()
        assert (factor.kind, factor.label) == ("passkey", "Chrome, Linux")
        newest = db.session.scalars(sa.select(UserSession).order_by(UserSession.id.desc()).limit(1)).one()
        assert newest.second_factor_at is not None
        assert newest.person_id == factor.person_id


def test_a_passkey_is_the_second_factor_of_its_owner_only(site: Site, new_visitor: NewVisitor):
    owner, other = person_at(site, "owner@host.example"), person_at(site, "other@host.example")
    context = new_visitor(site.url, locale="en")
    sign_in_browser(context, site, owner, second_factor=False)
    page = with_authenticator(context)
    enrol(page)
    before = session_cookie(context)
    page.goto("/second-factor?next=/account")
    page.get_by_role("button", name="Use my passkey").click()
    page.wait_for_url(ACCOUNT)
    assert session_cookie(context) != before

    # the same authenticator, another person: the owner's passkey is neither offered nor taken
    sign_in_browser(context, site, other, second_factor=False)
    page.goto("/second-factor")
    expect(page).to_have_url(re.compile("/second-factor/new$"))
    answer = page.request.post("/second-factor/passkey", data={"credential": {}, "next": ""})
    assert answer.status == 400  # without a CSRF token nothing is even looked at


def session_cookie(context: BrowserContext) -> str:
    return next(cookie["value"] for cookie in context.cookies() if cookie["name"] == "session")
