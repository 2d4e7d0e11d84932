"""The card that is drawn while the profile is being written, in a browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event
from tests.support.servers import Site
from tests.support.signing_in import sign_in_browser

pytestmark = [pytest.mark.browser, pytest.mark.engine("sqlite")]


def test_the_card_follows_what_is_typed_and_stores_nothing(
    live_server: Site, new_visitor: Callable[..., BrowserContext], axe: Callable[[object], None]
):
    with live_server.app.app_context():
        with transaction():
            event = make_partnering_event()
            jana = make_delegate(event, given_name="Jana", visibility="hidden", locale="de")
            slug, delegate_id, person = event.slug, jana.id, jana.participant.person
        assert person is not None
        visitor = new_visitor(live_server.url, width=390, locale="de")
        sign_in_browser(visitor, live_server, person)
        db.session.remove()
    page = visitor.new_page()
    page.goto(f"/e/{slug}/me/profile")
    card = page.locator("#card")
    expect(page.locator("[data-refresh]")).to_have_count(0)
    expect(card).not_to_contain_text("Jana")
    page.get_by_label("Auch meinen Namen und meine Funktion zeigen").check()
    page.locator("#offers").fill("Phagen <b>fett</b>")
    page.get_by_label("Lizenz (Vergabe)").check()
    expect(card).to_contain_text("Phagen <b>fett</b>")
    expect(card).to_contain_text("Lizenz (Vergabe)")
    expect(card).to_contain_text("Jana")
    axe(page)
    with live_server.app.app_context():
        stored = db.session.get_one(Delegate, delegate_id)
        assert (stored.profile.offers, stored.visibility) == ("", "hidden")
        db.session.remove()
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_role("status").first).to_contain_text("Ihr Profil ist gespeichert.")
    with live_server.app.app_context():
        stored = db.session.get_one(Delegate, delegate_id)
        assert (stored.profile.offers, stored.visibility) == ("Phagen <b>fett</b>", "name")
        db.session.remove()
