"""An organiser brings in a list in the browser: wrong first, then mended, with progress, and nobody twice."""

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from partnering.db import db
from partnering.events.models import Event
from partnering.registration.models import Registration
from tests.backoffice.people_lists import as_csv, conference, plant, right_rows
from tests.conftest import NewVisitor
from tests.factories import make_organiser
from tests.support.servers import Site
from tests.support.signing_in import cookie_of, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_a_list_is_checked_mended_and_brought_in(live_server: Site, new_visitor: NewVisitor):
    with live_server.app.app_context():
        event, fields = conference(capacity=300)
        slug, event_id = event.slug, event.id
        visitor = live_server.app.test_client()
        sign_in(visitor, make_organiser(db.session.get_one(Event, event_id)))
        cookie = visitor.get_cookie(cookie_of(live_server.app), domain=live_server.app.extensions["settings"].host)
        assert cookie is not None
        wrong = right_rows(200)
        faults = plant(wrong, fields, "nobody@firma.example")
        db.session.remove()
    context = new_visitor(live_server.url, width=390, locale="de")
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = context.new_page()

    def upload(rows: list[list[str]]) -> None:
        page.goto(f"/manage/{slug}/people/import?lang=de")
        page.set_input_files("input[type=file]", {"name": "g.csv", "mimeType": "text/csv", "buffer": as_csv(rows)})
        page.get_by_role("button", name="Hochladen").click()
        page.get_by_role("button", name="Liste prüfen").click()

    upload(wrong)
    expect(page.get_by_text(re.compile(r"31 Zeilen müssen berichtigt werden"))).to_be_visible(timeout=60_000)
    assert page.locator("table tbody tr").count() >= sum(row <= 201 for row, _field, _code in faults) - 1
    expect(page.get_by_role("button", name=re.compile("einlesen"))).to_have_count(0)

    upload(right_rows(200))
    page.get_by_role("button", name="200 Personen einlesen").click(timeout=60_000)
    expect(page.get_by_text("200 Personen sind angemeldet.")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="Diese Personen ansehen").click()
    expect(page.get_by_text("200 Personen", exact=True)).to_be_visible()
    with live_server.app.app_context():
        held = sa.select(sa.func.count()).select_from(Registration).where(Registration.event_id == event_id)
        assert db.session.scalar(held) == 200
        db.session.remove()
    page.go_back()
    page.reload()

    upload(right_rows(200))
    expect(page.get_by_text(re.compile(r"200 Zeilen müssen berichtigt werden"))).to_be_visible(timeout=60_000)
