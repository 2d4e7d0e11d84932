"""What the law asks of pages on which something is ordered: the words on the button, and what stands above it."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from partnering.db import db
from partnering.registration import mails, queries
from partnering.registration.models import Party
from tests.factories import make_event, make_party, make_product
from tests.factories.invoices import BILLING, make_setup
from tests.support.there import there

JANA = {
    "people-0-given_name": "Jana",
    "people-0-family_name": "Wittkowski",
    "people-0-email": "jana@lumenfold.example",
}
URL = "/e/shop/register"


def shop(app, *, event=None, **product):
    """An event at "shop" with one ticket: the ticket's public id."""
    with app.app_context():
        ticket = make_product(make_event("shop", **(event or {})), **{"partnering": False, **product}).public_id
        db.session.remove()
    return ticket


def to_check(client, ticket, locale="en"):
    """Fill in everything before the last step: what the last page says, and the words on its button."""
    client.post(URL, data={"ticket": ticket})
    client.post(f"{URL}/people", data=JANA)
    page = client.get(f"{URL}/check?lang={locale}").text
    form = there(re.search(r'<form[^>]*id="register".*?</form>', page, re.DOTALL))[0]
    buttons = [plain(words) for words in re.findall(r"<button[^>]*>(.*?)</button>", form, re.DOTALL)]
    return plain(form), buttons


def plain(html):
    """The words of a piece of HTML."""
    return " ".join(unescape(re.sub("<[^>]+>", " ", html)).split())


@pytest.mark.parametrize(
    ("approval", "gross", "german", "english"),
    [
        (False, 22_000, "Zahlungspflichtig anmelden", "Register with obligation to pay"),
        (True, 22_000, "Zahlungspflichtig anfragen", "Request with obligation to pay"),
        (False, 0, "Verbindlich anmelden", "Register bindingly"),
        (True, 0, "Anmeldung zur Prüfung senden", "Send for approval"),
    ],
)
def test_the_button_says_that_it_costs_something(app, client, approval, gross, german, english):
    ticket = shop(app, needs_approval=approval, gross=gross)

    german_page, german_buttons = to_check(client, ticket, "de")
    english_page, english_buttons = to_check(client, ticket)

    assert (german_buttons, english_buttons) == ([german], [english])
    assert ("becomes a binding order at this price" in english_page) == (approval and gross > 0)
    assert ("wird Ihre Anfrage zu einer verbindlichen Bestellung" in german_page) == (approval and gross > 0)


@pytest.mark.parametrize("withdrawal", ["button", "none"])
def test_above_the_button_stands_whether_one_may_withdraw(app, client, withdrawal):
    ticket = shop(app, event={"withdrawal": withdrawal})

    page, _buttons = to_check(client, ticket)

    said = {words: words in page for words in ("within fourteen days", "There is no right to withdraw")}
    right = withdrawal == "button"
    assert said == {"within fourteen days": right, "There is no right to withdraw": not right}
    assert page.index("withdraw") < page.index("Register with obligation to pay")
    assert client.get("/e/shop/withdrawal").status_code == 200


def test_a_free_registration_says_nothing_of_withdrawing(app, client):
    page, _buttons = to_check(client, shop(app, gross=0, event={"withdrawal": "button"}))

    assert "withdraw" not in page


# -- a small business shows no VAT (§ 19 UStG), nor do its pages


NO_VAT = "No VAT is charged (small business, section 19 UStG)."


@pytest.mark.parametrize("small", [True, False])
def test_a_small_businesss_pages_say_why_there_is_no_vat_and_others_say_how_much(app, client, small):
    with app.app_context():
        event = make_event("shop")
        make_setup(event, small_business=small)
        ticket = make_product(event, partnering=False, gross=11_900).public_id
        dinner = make_product(event, kind="add_on", gross=5_950)
        dinner_id = dinner.public_id
        party = make_party(event, product=make_product(event, gross=11_900), billing=BILLING)
        link = urlsplit(mails.party_url(party)).path
        place = queries.places_of(party)[0].public_id
        db.session.remove()

    pages = {
        "event": client.get("/e/shop?lang=en", follow_redirects=True).text,
        "tickets": client.get(f"{URL}?lang=en").text,
        "extras later": client.get(f"{link}/places/{place}/extras?lang=en").text,
    }
    client.post(f"{link}/places/{place}/extras/{dinner_id}")
    pages["party"] = client.get(f"{link}?lang=en").text
    client.post(URL, data={"ticket": ticket})
    client.post(f"{URL}/people", data=JANA)
    client.post(f"{URL}/extras", data={})
    pages["check"] = client.get(f"{URL}/check?lang=en").text

    assert {name: NO_VAT in plain(page) for name, page in pages.items()} == dict.fromkeys(pages, small)
    assert {
        name: "VAT" in plain(page).replace(NO_VAT, "").replace("VAT number", "") for name, page in pages.items()
    } == dict.fromkeys(pages, not small)
    with app.app_context():
        first = there(db.session.scalars(sa.select(Party).order_by(Party.id)).first())
        charged = [(item.gross, item.vat, item.tax_kind) for item in first.items]
        db.session.remove()
    assert charged == (
        [(11_900, 0, "small_business"), (5_950, 0, "small_business")]
        if small
        else [(11_900, 1_900, "standard"), (5_950, 950, "standard")]
    )
