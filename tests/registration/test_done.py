"""What is offered to whoever has just registered: their own pages, by letter."""

import pytest
import sqlalchemy as sa

from partnering.accounts.services import person_at
from partnering.db import db
from partnering.mail.models import OutboxLetter
from tests.factories import make_event, make_guest, make_party
from tests.factories.invoices import BILLING
from tests.support.signing_in import sign_in
from tests.support.there import there

URL = "/e/shop/register"


@pytest.fixture
def registered(app, client):
    """A visitor who has just registered at "shop"."""
    with app.app_context():
        event = make_event("shop")
        party = make_party(event, people=[make_guest("jana@example.org")])
        placed = {event.public_id: party.public_id}
        db.session.remove()
    with client.session_transaction() as session:
        session["placed"] = placed
    return client


def sign_in_letters(app):
    """To whom sign-in letters go."""
    with app.app_context():
        wanted = sa.select(OutboxLetter.address).where(OutboxLetter.kind == "accounts.sign_in")
        found = list(db.session.scalars(wanted))
        db.session.remove()
    return found


def test_a_link_to_ones_own_pages_comes_by_letter(app, registered):
    page = registered.get(f"{URL}/done?lang=en").text
    assert (f'action="{URL}/sign-in' in page, "which we send to jana@example.org" in page) == (True, True)

    answer = registered.post(f"{URL}/sign-in")

    assert (answer.status_code, answer.location) == (303, f"{URL}/done")
    assert sign_in_letters(app) == ["jana@example.org"]
    assert registered.get("/e/shop/me/").status_code == 302


def test_who_has_not_registered_here_gets_no_link(app, client):
    with app.app_context():
        make_event("shop")

    answer = client.post(f"{URL}/sign-in")

    assert (answer.status_code, answer.location, sign_in_letters(app)) == (303, URL, [])


def test_who_is_signed_in_goes_straight_to_their_pages(app, registered):
    with app.app_context():
        sign_in(registered, there(person_at("jana@example.org")))

    page = registered.get(f"{URL}/done").text

    assert ('href="/e/shop/me/"' in page, f'action="{URL}/sign-in' in page) == (True, False)


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("", "The invoice comes by email. Please give the reference when you pay."),
        ("accounts@example.org", "The invoice goes to accounts@example.org. Please give the reference when you pay."),
    ],
)
def test_whoever_booked_for_several_reads_of_colleagues_and_of_the_invoice(app, client, email, said):
    with app.app_context():
        event = make_event("shop")
        party = make_party(
            event, quantity=2, people=[make_guest(), {}], billing={**BILLING, "email": email}, locale="en"
        )
        placed = {event.public_id: party.public_id}
        db.session.remove()
    with client.session_transaction() as session:
        session["placed"] = placed

    page = client.get(f"{URL}/done?lang=en").text

    assert ("Colleagues you have named" in page, said in page, "there is nothing to pay" in page) == (True, True, False)
