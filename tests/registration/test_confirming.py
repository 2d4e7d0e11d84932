"""The letter that confirms an order repeats what was agreed (§ 312f BGB): for one place and for many, and later."""

import pytest
import sqlalchemy as sa

from partnering.db import BilingualText, db, transaction
from partnering.events.models import LegalText
from partnering.mail import letters
from partnering.mail.models import OutboxLetter
from partnering.registration import queries, workshops
from partnering.registration.models import Party
from tests.factories import BIONECTION, make_event, make_guest, make_party, make_product, make_rules
from tests.factories.invoices import BILLING, make_setup
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")

PRIVATE = {**BILLING, "kind": "private", "name": "Jana Wittkowski", "vat_id": "", "order_number": ""}
JANA = "jana@example.org"
FULL_TICKET = BilingualText(de="Vollticket", en="Full ticket")


def order(places=1, *, billing=PRIVATE, locale="en", gross=22_000, event=None, **values):
    """A party that was placed for so many people."""
    event = event or make_event(**values)
    make_rules(event, *BIONECTION)
    people = [make_guest(JANA), *[make_guest() for _n in range(places - 1)]]
    ticket = make_product(event, gross=gross, name=FULL_TICKET)
    return make_party(event, product=ticket, quantity=places, people=people, locale=locale, billing=billing)


def letter(kind):
    """Text and HTML of the buyer's newest letter of a kind."""
    query = sa.select(OutboxLetter).where(OutboxLetter.kind == f"registration.{kind}", OutboxLetter.address == JANA)
    made = there(letters.render(there(db.session.scalars(query.order_by(OutboxLetter.id.desc()).limit(1)).first())))
    return made.text, made.html


@pytest.mark.parametrize(("places", "kind", "line"), [(1, "confirmed", "Full ticket"), (3, "party", "3 × Full ticket")])
@pytest.mark.parametrize("billing", [PRIVATE, BILLING])
def test_the_order_is_repeated_line_by_line(places, kind, line, billing):
    party = order(places, billing=billing)
    amount = f"€{220 * places}"

    text, html = letter(kind)

    for said in (f"{line}: {amount}", f"Total: {amount}", "including 19% VAT: €", party.reference):
        assert said in text
    for said in (line, amount, "including 19% VAT", party.reference, "invoice"):
        assert said in html
    for part in (text, html):
        assert "the fee less €25" in part
        assert "A substitute is always possible, free of charge." in part
        assert "(version 1 of" in part
        assert f"/e/{party.event.slug}/terms" in part
    assert "invoice" in text


def test_it_names_the_terms_that_were_agreed_to_not_those_of_later():
    party = order()
    with transaction():
        newer = BilingualText("Neu", "New")
        moment = there(db.session.get(Party, party.id)).placed_at + (party.event.closes_at - party.event.opens_at)
        db.session.add(LegalText(event_id=party.event_id, kind="terms", number=2, text=newer, published_at=moment))

    assert "(version 1 of" in letter("confirmed")[0]


@pytest.mark.parametrize(
    ("withdrawal", "billing", "right", "none"),
    [("button", PRIVATE, True, False), ("none", PRIVATE, False, True), ("button", BILLING, False, False)],
)
@pytest.mark.parametrize(("places", "kind"), [(1, "confirmed"), (2, "party")])
def test_consumers_read_whether_they_may_withdraw(withdrawal, billing, right, none, places, kind):
    party = order(places, billing=billing, withdrawal=withdrawal)

    for part in letter(kind):
        assert ("You have the right to withdraw from this contract within 14 days" in part) == right
        assert (f"/e/{party.event.slug}/withdrawal#form" in part) == right
        assert ("There is no right to withdraw" in part) == none


def test_a_free_ticket_and_a_colleagues_letter_say_nothing_of_an_order():
    order(gross=0, billing={})
    assert "Your order" not in letter("confirmed")[0]
    order(2)
    assert "Your order" not in letter("confirmed")[0]  # the letter about all places has it


def test_what_is_booked_later_is_confirmed_by_itself():
    party = order(withdrawal="button")
    dinner = make_product(party.event, kind="add_on", gross=6_000, name=BilingualText("Abendessen", "Dinner"))
    with transaction():
        workshops.book(queries.places_of(there(queries.party_at(party.public_id)))[0], dinner, by="buyer")

    text, html = letter("party")

    assert "Dinner: €60\nTotal: €60\nincluding 19% VAT: €9.58" in text
    assert "You have the right to withdraw" in text
    assert ("Full ticket:" in text, "€220" in html) == (True, False)


def test_a_small_business_says_why_there_is_no_vat():
    event = make_event()
    make_setup(event, small_business=True)
    order(event=event)

    text, html = letter("confirmed")

    for part in (text, html):
        assert "No VAT is charged (small business, section 19 UStG)." in part
        assert "including" not in part


def test_it_speaks_german():
    order(locale="de", withdrawal="button")

    text, _html = letter("confirmed")

    for said in ("Ihre Bestellung", "Gesamt: 220", "darin 19", "Sie haben das Recht, binnen vierzehn Tagen"):
        assert said in text
