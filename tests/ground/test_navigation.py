"""Navigation leads to pages that are there, and says where one is."""

import re

import pytest
from flask import g

from partnering import navigation
from tests.factories import make_event, make_organiser, make_registration
from tests.support.signing_in import sign_in
from tests.support.there import there

pytestmark = pytest.mark.engine("sqlite")


def endpoints() -> set[str]:
    """Every endpoint that some navigation names."""
    lists = (navigation.PUBLIC, navigation.PARTICIPANT, navigation.CREW, navigation.DESK)
    return {str(entry[0]) for entries in lists for entry in entries}


def current_in(page: str) -> list[str]:
    """The entries marked as the page one is on."""
    marked = re.findall(r'<a[^>]*aria-current="page"[^>]*>(.*?)</a>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", text).split()) for text in marked]


def test_every_entry_leads_to_a_page_of_the_house(app):
    known = {rule.endpoint for rule in app.url_map.iter_rules()}

    assert endpoints() - known == set()


def test_an_entry_whose_room_is_not_there_has_no_address(ctx):
    with ctx.test_request_context("/"):
        assert navigation.address("nowhere.index") is None


def test_public_pages_mark_where_one_is(app, client):
    with app.app_context():
        slug = make_event().slug

    assert set(current_in(client.get(f"/e/{slug}/venue?lang=en").text)) == {"Getting there"}


def test_participants_see_where_they_are(app, client):
    with app.app_context():
        event = make_event()
        slug = event.slug
        sign_in(client, there(make_registration(event, locale="en").participant.person))

    page = client.get(f"/e/{slug}/me/schedule?lang=en")

    assert page.status_code == 200
    labels = {"Today", "Partners", "Meetings", "Schedule", "Profile"}  # the page itself may mark a day as well
    assert labels & set(current_in(page.text)) == {"Schedule"}


def test_organisers_find_every_desk_page(app, client):
    with app.app_context():
        event = make_event()
        slug = event.slug
        sign_in(client, make_organiser(event))
        with app.test_request_context(f"/manage/{slug}/"):
            g.event = event
            entries = [entry for entry in navigation.desk_items() if entry["url"]]
    wrong = {str(entry["url"]): client.get(str(entry["url"])).status_code for entry in entries}

    assert len(entries) == len(navigation.DESK)
    assert {address: status for address, status in wrong.items() if status != 200} == {}


def test_a_count_is_asked_when_the_entry_is_shown(make_app):
    app = make_app()
    known = {*app.extensions["navigation_for"], *app.extensions["navigation_counts"]}
    everybodys = next(endpoint for endpoint, _label, _icon in navigation.PARTICIPANT if endpoint not in known)
    navigation.count_beside(app, everybodys, lambda: 7)
    with app.app_context():
        event = make_event()
        with app.test_request_context(f"/e/{event.slug}/me/"):
            g.event = event
            counts = {entry["label"]: entry["count"] for entry in navigation.own_items()}

    assert [count for count in counts.values() if count] == [7]
