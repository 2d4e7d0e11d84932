"""What is called off while somebody still fills in their registration, or waits for an organiser to approve it."""

from datetime import timedelta
from html import unescape

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.db import BilingualText, db, transaction
from partnering.mail.models import OutboxLetter
from partnering.questions.queries import question_at
from partnering.registration import approval, calling_off, orders, queries, services
from partnering.registration.models import ChoiceProduct, Item, Party, Registration
from partnering.tickets.models import Claim
from partnering.tickets.queries import product_at
from tests.factories import make_event, make_guest, make_product, make_workshop
from tests.factories.ground import deed
from tests.factories.questions import make_question
from tests.support.there import there

from .shop import BEN, URL, at_extras, items
from .test_flow import BILL, JANA, count

LETTER = "No longer offered: Patente. We have taken that out; everything else is as you chose it."


def call_off(shop, product):
    """The organiser calls an add-on off."""
    with shop.app.app_context():
        with transaction():
            calling_off.call_off_add_on(there(product_at(shop.event, product)), own_time=True)
        db.session.remove()


@pytest.fixture
def workshops(shop):
    """Two workshops after one another and a dinner beside the ticket."""
    start = clock.now() + timedelta(days=40)
    first = shop.add(make_workshop, "Patente", start, gross=1_000)
    second = shop.add(make_workshop, "Zulassung", start + timedelta(hours=5), gross=2_000)
    dinner = shop.add(make_product, kind="add_on", gross=6_000, name=BilingualText("Abendessen", "Dinner"))
    return first, second, dinner


def test_a_workshop_called_off_meanwhile_is_said_and_taken_out_and_nothing_else_is_lost(shop, client, workshops):
    first, second, dinner = workshops
    at_extras(shop, client, {**JANA, **BEN}, "2")
    client.post(f"{URL}/extras", data={"extra_0": [first, dinner], "extra_1": [second]})
    call_off(shop, first)

    refused, again = (client.post(f"{URL}/check?lang=en", data=BILL) for _click in range(2))
    page = client.get(f"{URL}/extras?lang=en")

    assert (refused.status_code, refused.location) == (303, f"{URL}/extras?lang=en")
    assert (again.location, count(shop.app, Registration, OutboxLetter)) == (refused.location, (0, 0))
    assert LETTER in unescape(page.text)
    assert "Nothing is ordered yet." in page.text
    assert [f'value="{one}" id="extra_{nth}' in page.text for one, nth in ((dinner, 0), (second, 1))] == [True, True]
    assert (page.text.count(" checked"), first in page.text) == (2, False)
    assert sorted(line[2] for line in items(shop)) == [2_000, 6_000, 22_000, 22_000]
    assert client.post(f"{URL}/extras", data={"extra_0": [dinner], "extra_1": [second]}).location == f"{URL}/check"
    assert client.post(f"{URL}/check", data=BILL).location == f"{URL}/done"
    assert count(shop.app, Registration) == (2,)
    assert sorted(line[2] for line in items(shop)) == [2_000, 6_000, 22_000, 22_000]
    assert shop.ask(sa.select(Claim.state, sa.func.count()).group_by(Claim.state).order_by(Claim.state)) == [
        ("confirmed", 4),
        ("released", 1),
    ]
    assert shop.sound() == []


def test_the_only_extra_called_off_leads_back_to_the_sum(shop, client):
    only = shop.add(make_workshop, "Patente", clock.now() + timedelta(days=40), gross=1_000)
    at_extras(shop, client)
    client.post(f"{URL}/extras", data={"extra_0": [only]})
    with shop.app.app_context():
        with transaction():
            there(product_at(shop.event, only)).active = False
        db.session.remove()

    refused = client.post(f"{URL}/check?lang=en", data=BILL)

    assert (refused.location, count(shop.app, Registration)) == (f"{URL}/check?lang=en", (0,))
    assert LETTER in unescape(client.get(f"{URL}/check?lang=en").text)
    assert (client.post(f"{URL}/check", data=BILL).location, shop.sound()) == (f"{URL}/done", [])
    assert items(shop) == [("ticket", 22_000, 22_000, "")]


def test_a_choice_called_off_meanwhile_is_asked_again_and_not_to_be_had(shop, client):
    tour = shop.add(make_question, "single_choice", "Führung", choices={"no": "Keine", "lab": "Labor", "roof": "Dach"})
    product = shop.add(make_product, kind="add_on", gross=1_500, hidden=True, name=BilingualText("Patente", "Patente"))
    with shop.app.app_context():
        with transaction():
            number = there(question_at(shop.event, tour)).id
            sold = there(product_at(shop.event, product)).id
            pair = ChoiceProduct(event_id=shop.event_id, question_id=number, choice_key="lab", product_id=sold)
            db.session.add(pair)
        db.session.remove()
    at_extras(shop, client)
    given = {f"p0-q_{tour}": "lab", "p0-seen": tour}
    assert client.post(f"{URL}/questions", data=given).location == f"{URL}/check"
    call_off(shop, product)

    refused = client.post(f"{URL}/check?lang=en", data=BILL)
    page = client.get(f"{URL}/questions?lang=en")
    forged = client.post(f"{URL}/questions", data=given)

    assert (refused.location, LETTER in unescape(page.text)) == (f"{URL}/questions?lang=en", True)
    assert (page.text.count("disabled"), forged.status_code) == (1, 422)
    assert client.post(f"{URL}/questions", data={**given, f"p0-q_{tour}": "roof"}).location == f"{URL}/check"
    assert client.post(f"{URL}/check", data=BILL).location == f"{URL}/done"
    assert (items(shop), shop.sound()) == ([("ticket", 22_000, 22_000, "")], [])


@pytest.mark.usefixtures("ctx")
@pytest.mark.parametrize("counts", [True, False], ids=["places kept", "places not kept"])
def test_what_is_called_off_while_a_request_waits_is_not_booked_by_approving(counts):
    event = make_event()
    ticket = make_product(event, needs_approval=True, pending_counts=counts, gross=9_000)
    workshop = make_workshop(event, "Patente", event.opens_at, gross=1_000)
    with deed():
        party = services.begin(event, ticket, 1, "de")
        services.keep(party, people=[make_guest()], company="", billing={})
        services.set_add_ons(party, [[workshop.public_id]])
        approval.ask(party)
    with transaction():
        calling_off.call_off_add_on(there(product_at(event, workshop.public_id)), own_time=True)

    with transaction():
        approval.approve(there(queries.party_at(party.public_id)))

    db.session.rollback()
    rows = db.session.execute(sa.select(Item.kind, Item.gross, Item.cancelled_at.is_(None)).order_by(Item.id)).all()
    assert [tuple(row) for row in rows] == [("ticket", 9_000, True)]
    assert there(db.session.scalar(sa.select(Party.placed_at))) is not None


@pytest.mark.usefixtures("ctx")
def test_no_order_of_something_called_off_is_placed():
    event = make_event()
    ticket, workshop = make_product(event), make_workshop(event, "Patente", event.opens_at)
    with deed():
        party = services.begin(event, ticket, 1, "de")
        services.keep(party, people=[make_guest()], company="", billing={})
        services.set_add_ons(party, [[workshop.public_id]])
    with transaction():
        calling_off.call_off_add_on(there(product_at(event, workshop.public_id)), own_time=True)

    with pytest.raises(orders.AddOnGone), transaction():
        services.place(there(queries.party_at(party.public_id)))

    db.session.rollback()
    assert there(queries.party_at(party.public_id)).placed_at is None
