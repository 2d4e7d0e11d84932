"""What visitors see: the right events, the same for everybody, cached, in their language."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock, i18n
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event, FormerSlug
from partnering.i18n import speaking
from partnering.tickets.models import PriceTier
from tests.factories import make_admin, make_code, make_event, make_organiser, make_pool, make_product
from tests.support.signing_in import sign_in

PUBLIC = ["", "venue", "legal-notice", "privacy", "terms", "accessibility", "help"]
SITE = ["/", "/legal-notice", "/privacy", "/accessibility", "/terms", "/help"]


def test_events_are_listed_upcoming_first(ctx: Flask, client: FlaskClient):
    make_event("spaeter", days=60)
    make_event("frueher", days=10)
    make_event("lang-her", days=-400)
    make_event("eben", days=-30)
    make_event("entwurf", state="draft")

    assert re.findall(r'<h3><a href="/e/([a-z-]+)/', client.get("/").text) == ["frueher", "spaeter", "eben", "lang-her"]


def test_a_place_is_said_once(ctx: Flask, client: FlaskClient):
    make_event("probe", venue=BilingualText(de="Leipzig"), address="", city="Leipzig")

    for page in ("/", "/e/probe/"):
        text = client.get(page).text
        assert (text.count("Leipzig, Leipzig"), "Leipzig" in text) == (0, True)


PLACES = [
    ("Halle", "Weg 1", "Leipzig", "Halle, Weg 1, Leipzig", "Halle, Leipzig"),
    ("Halle", "Weg 1, 04109 Leipzig", "Leipzig", "Halle, Weg 1, 04109 Leipzig", "Halle, Leipzig"),
    ("Leipzig", "Weg 1", "Leipzig", "Weg 1, Leipzig", "Leipzig"),
    ("Halle", "Am Neuleipzig", "leipzig", "Halle, Am Neuleipzig, leipzig", "Halle, leipzig"),
    ("Halle", "", "", "Halle", "Halle"),
    ("", "Weg 1", "", "Weg 1", ""),
]


@pytest.mark.parametrize(("venue", "address", "city", "whole", "short"), PLACES)
def test_a_place_is_venue_address_and_city(venue: str, address: str, city: str, whole: str, short: str):
    event = Event(venue=BilingualText(de=venue), address=address, city=city)

    assert (event.place("de"), event.place("en", address=False)) == (whole, short)


def test_a_site_without_events_says_so(ctx: Flask, client: FlaskClient):
    assert "No conference is announced at the moment." in client.get("/?lang=en").text


@pytest.mark.parametrize("page", PUBLIC)
def test_pages_of_events_are_cached_and_free_of_cookies(ctx: Flask, client: FlaskClient, page: str):
    make_event("probe")

    answer = client.get(f"/e/probe/{page}")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, max-age=60")
    assert "Set-Cookie" not in answer.headers
    again = client.get(f"/e/probe/{page}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data, "Set-Cookie" in again.headers) == (304, b"", False)
    assert client.get(f"/e/probe/{page}?lang=en").headers["ETag"] != answer.headers["ETag"]


@pytest.mark.parametrize("page", SITE)
def test_pages_of_the_site_are_cached_and_free_of_cookies(ctx: Flask, client: FlaskClient, page: str):
    answer = client.get(page)

    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, max-age=60")
    assert "Set-Cookie" not in answer.headers
    assert client.get(page, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("page", PUBLIC)
def test_a_page_for_somebody_signed_in_is_stored_nowhere(ctx: Flask, client: FlaskClient, page: str):
    make_event("probe")
    sign_in(client, make_admin())

    assert client.get(f"/e/probe/{page}").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("page", PUBLIC)
def test_a_draft_is_there_for_its_team_alone(ctx: Flask, client: FlaskClient, page: str):
    event = make_event("entwurf", state="draft", legal=False)

    assert client.get(f"/e/entwurf/{page}").status_code == 404
    sign_in(client, make_organiser(make_event()))
    assert client.get(f"/e/entwurf/{page}").status_code == 404
    sign_in(client, make_organiser(event))
    answer = client.get(f"/e/entwurf/{page}")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")


def test_a_former_address_leads_to_the_new_one(ctx: Flask, client: FlaskClient):
    event = make_event("neu")
    draft = make_event("neuer-entwurf", state="draft")
    with transaction():
        db.session.add_all(
            [FormerSlug(event_id=event.id, slug="alt"), FormerSlug(event_id=draft.id, slug="alter-entwurf")]
        )

    moved = client.get("/e/alt/venue?lang=en")

    assert (moved.status_code, moved.location) == (308, "/e/neu/venue?lang=en")
    assert client.get("/e/alter-entwurf/").status_code == 404
    assert client.get("/e/nie-dagewesen/").status_code == 404


@pytest.mark.parametrize("language", ["de", "en"])
def test_links_keep_the_language_asked_for(ctx: Flask, client: FlaskClient, language: str):
    make_product(make_event("probe"))

    page = client.get(f"/e/probe/?lang={language}").text

    assert f'<html lang="{language}"' in page
    links = [link for link in re.findall(r'href="(/[^"#]*)"', page) if not link.startswith(("/static", "/login"))]
    assert [link for link in links if f"lang={language}" not in link] == [
        f"/e/probe/?lang={'en' if language == 'de' else 'de'}"
    ]


@pytest.mark.parametrize("page", PUBLIC)
@pytest.mark.parametrize("legal", [True, False])
def test_every_link_of_a_public_page_leads_somewhere(ctx: Flask, client: FlaskClient, page: str, legal: bool):
    make_product(make_event("probe", legal=legal))

    for link in sorted(set(re.findall(r'href="(/[^"#]*)"', client.get(f"/e/probe/{page}").text))):
        answer = client.get(link.replace("&amp;", "&"))
        assert (link, answer.status_code) in ((link, 200), (link, 302))
        answer.close()


def test_a_cancelled_event_says_so_and_sells_nothing(ctx: Flask, client: FlaskClient):
    make_product(make_event("abgesagt", state="cancelled"))

    page = client.get("/e/abgesagt/?lang=en").text

    assert "This conference has been cancelled." in page
    assert ("/register" in page, 'class="buybar"' in page, 'id="tickets"' in page) == (False, False, False)


def test_an_event_that_is_over_sells_nothing(ctx: Flask, client: FlaskClient):
    make_product(make_event("vorbei", days=-30))

    page = client.get("/e/vorbei/?lang=en").text

    assert ("This conference is over" in page, "/register" in page) == (True, False)


def test_tickets_say_price_early_price_and_what_is_left(ctx: Flask, client: FlaskClient):
    event = make_event("probe")
    until = clock.now() + timedelta(days=10)
    make_product(event, name=BilingualText("", "Early"), tiers=[(22_000, until), (29_000, None)], capacity=100)
    make_product(event, name=BilingualText("", "Scarce"), gross=12_000, capacity=3)
    make_product(event, name=BilingualText("", "Gone"), gross=500, capacity=0)
    make_product(event, name=BilingualText("", "Endless"), gross=0, pools=[])
    make_product(event, name=BilingualText("", "Secret"), hidden=True)
    make_product(event, name=BilingualText("", "Later"), on_sale_from=until)

    with speaking("en"):
        spoken = i18n.day(until, "yearless")
    page = client.get("/e/probe/?lang=en").text
    cards = re.findall(r"<article.*?</article>", page, re.DOTALL)

    assert ["€220" in cards[0], f"until {spoken}, then €290" in cards[0], "left" in cards[0]] == [True, True, False]
    assert ["3 places left" in cards[1], "Sold out" in cards[2], "free of charge" in cards[3]] == [True, True, True]
    assert ("Sold out" in cards[3], "Not on sale" in cards[4], len(cards)) == (False, True, 5)
    assert "Secret" not in page


def test_what_is_sold_out_leads_to_its_waiting_list(ctx: Flask, client: FlaskClient):
    event = make_event("probe")
    ticket = make_product(event, capacity=0)
    without = make_product(event, capacity=0, waiting_list=False)

    page = client.get("/e/probe/?lang=en").text
    cards = re.findall(r"<article.*?</article>", page, re.DOTALL)

    assert [f"/e/probe/waitlist?ticket={ticket.public_id}" in card for card in cards] == [True, False]
    assert f"ticket={without.public_id}" not in page
    hero = page.partition("</section>")[0]
    assert (re.findall(r'href="([^"]*/waitlist)\?lang=en"', hero), "Register now" in page) == (
        ["/e/probe/waitlist"],
        False,
    )
    assert "I have a code" not in page


def test_who_has_a_code_finds_where_to_enter_it_though_all_is_sold_out(ctx: Flask, client: FlaskClient):
    event = make_event("probe")
    make_product(event, capacity=0)
    make_code(event, "FRIENDS")

    page = client.get("/e/probe/?lang=en").text

    assert '<a href="/e/probe/register?lang=en">I have a code</a>' in page


def test_prices_that_need_a_code_are_not_told_to_everybody(ctx: Flask, client: FlaskClient):
    event = make_event("probe")
    until = clock.now() + timedelta(days=10)
    ticket = make_product(event, tiers=[(22_000, until), (29_000, None)])
    with transaction():
        db.session.add(PriceTier(event_id=event.id, product_id=ticket.id, gross=18_000, audience="member"))

    page = client.get("/e/probe/?lang=en").text

    assert ("€290" in page, "€180" in page) == (True, False)


def test_the_buy_bar_names_the_lowest_price_that_can_be_had(ctx: Flask, client: FlaskClient):
    event = make_event("probe")
    make_product(event, gross=12_000)
    make_product(event, gross=5_000, pools=[make_pool(event, 0)])
    other = make_event("andere")
    make_product(other, gross=12_000)
    make_product(other, gross=0)

    page = client.get("/e/probe/?lang=en").text
    mixed = client.get("/e/andere/?lang=en").text

    assert 'class="buybar"' in page
    assert ("from €120" in page, "free or from €120" in mixed) == (True, True)


def test_texts_of_organisers_are_shown_and_nothing_more(ctx: Flask, client: FlaskClient):
    evil = "<script>alert(1)</script>"
    make_event(
        "probe",
        name=BilingualText(evil, evil),
        claim=BilingualText(evil, ""),
        description=BilingualText(evil + "\n\n**fett**", ""),
        travel=BilingualText(evil, ""),
        notice=BilingualText(evil, ""),
        faq=[{"question": {"de": evil, "en": ""}, "answer": {"de": evil, "en": ""}}],
    )

    for page in ("/", "/e/probe/", "/e/probe/venue"):
        assert evil not in client.get(page).text
    assert "<strong>fett</strong>" in client.get("/e/probe/").text


def test_a_text_in_the_other_language_only_is_marked(ctx: Flask, client: FlaskClient):
    make_event("probe", claim=BilingualText("Nur deutsch", ""))

    assert '<span lang="de">Nur deutsch</span>' in client.get("/e/probe/?lang=en").text


def test_the_gallery_is_for_those_who_build(ctx: Flask, client: FlaskClient):
    assert client.get("/gallery").status_code == 200
    ctx.testing = False
    try:
        assert client.get("/gallery").status_code == 404
    finally:
        ctx.testing = True
