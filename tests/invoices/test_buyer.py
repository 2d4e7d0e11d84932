"""Invoices for whoever pays them: by the link of their booking, or signed in."""

import pytest

from partnering import links
from partnering.db import db, transaction
from partnering.invoices import ledger, queries, tasks
from partnering.registration.models import Party
from partnering.registration.queries import places_of
from tests.factories import make_event, make_person, make_product
from tests.factories.invoices import give_back, invoice_of, make_invoiced
from tests.factories.registration import make_guest
from tests.support.signing_in import sign_in
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")


def token_of(party):
    return links.token("party", party.public_id, party.generation)


def made(event=None, **values):
    """A party whose invoice has its PDF: the token, the invoice's id, the party's row id."""
    party = make_invoiced(event or make_event(), **values)
    invoice = invoice_of(party).public_id
    tasks.make_document(invoice)
    return token_of(party), invoice, party.id


def test_the_link_of_the_booking_opens_its_invoices(client):
    token, invoice, _party = made()

    answer = client.get(f"/r/{token}/invoices/{invoice}.pdf")

    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_no_other_link_opens_them(client):
    token, invoice, party = made()
    other, _invoice, _party = made()
    assert client.get(f"/r/{other}/invoices/{invoice}.pdf").status_code == 404
    assert client.get(f"/r/{'a' * 16}1-1-{'a' * 26}/invoices/{invoice}.pdf").status_code == 404
    assert client.get(f"/r/{token}/invoices/{'a' * 16}.pdf").status_code == 404

    with transaction():
        db.session.get_one(Party, party).generation += 1

    assert client.get(f"/r/{token}/invoices/{invoice}.pdf").status_code == 410


def test_the_page_of_the_booking_shows_invoices_and_how_to_pay(client):
    token, invoice, party = made(locale="en")

    page = client.get(f"/r/{token}?lang=en").text

    assert "Invoice P27-00001" in page
    assert "DE02 1203 0000 0000 2020 51" in page
    assert f"/r/{token}/invoices/{invoice}.pdf" in page
    assert 'class="qr"' in page
    with transaction():
        row = db.session.get_one(Party, party)
        ledger.record_payment(row, 22_000, queries.today_at(row.event))
    paid = client.get(f"/r/{token}?lang=en").text
    assert "DE02 1203 0000 0000 2020 51" not in paid


def test_who_paid_too_much_reads_that_it_comes_back(client):
    event = make_event()
    token, _invoice, party = made(event, product=make_product(event, gross=22_000), quantity=2)
    with transaction():
        row = db.session.get_one(Party, party)
        ledger.record_payment(row, 44_000, queries.today_at(row.event))
    row = db.session.get_one(Party, party)
    give_back(row, row.items[0])

    page = client.get(f"/r/{token}?lang=en").text

    assert "You have paid €220 more than is owed." in page
    assert "Cancellation invoice P27-00002" in page


def test_signed_in_the_newest_invoice_opens(client):
    event = make_event()
    slug = event.slug
    made(event, people=[make_guest("jana@lumenfold.example")], locale="en")
    sign_in(client, make_person("jana@lumenfold.example"))

    answer = client.get(f"/e/{slug}/me/invoice.pdf")

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == "inline; filename=Invoice-P27-00001.pdf"


def test_who_booked_nothing_that_costs_has_no_invoice(client):
    event = make_event()
    slug = event.slug
    make_invoiced(event, people=[make_guest("jana@lumenfold.example")], product=make_product(event, gross=0))
    sign_in(client, make_person("jana@lumenfold.example"))

    assert client.get(f"/e/{slug}/me/invoice.pdf").status_code == 404


def test_the_ticket_of_whoever_booked_leads_to_the_invoice_and_no_other_ticket_does(client):
    event = make_event()
    people = [make_guest("jana@lumenfold.example"), make_guest("ben@lumenfold.example")]
    token, _invoice, party = made(event, quantity=2, people=people)
    slug = event.slug
    held = [there(place.registration) for place in places_of(db.session.get_one(Party, party))]
    own, colleague = (f"/t/{links.token('ticket', each.public_id, each.generation)}" for each in held)
    link = f'href="/e/{slug}/me/invoice.pdf'

    page = client.get(f"{own}?lang=en").text

    assert (link in page, "P27-00001" in page, token in page) == (True, True, False)
    assert link not in client.get(f"{colleague}?lang=en").text
    sign_in(client, make_person("jana@lumenfold.example"))
    mine = client.get(f"/e/{slug}/me/ticket?lang=en").text
    assert ("once you have signed in" in page, "once you have signed in" in mine, link in mine) == (True, False, True)
    assert client.get(f"/e/{slug}/me/invoice.pdf").status_code == 200
