"""What the law asks of pages on which something is ordered: the words on the button, and what stands above it."""

import re
from html import unescape

import pytest

from partnering.db import db
from tests.factories import make_event, make_product
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
