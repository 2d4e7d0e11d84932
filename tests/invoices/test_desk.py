"""The desk's pages on invoices: list, file, set-up, one invoice and what can be done about it."""

import csv
import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.db import BilingualText, db, transaction
from partnering.events.cli import organise
from partnering.events.models import Event, Host, TeamRole
from partnering.invoices import ledger, queries, tasks
from partnering.invoices.models import Invoice, InvoiceSetup, LedgerEntry
from partnering.mail.models import OutboxLetter
from partnering.registration.models import Party
from tests.backoffice.desk import counted, open_desk
from tests.factories import make_event, make_party, make_product
from tests.factories.invoices import BILLING, IBAN, give_back, invoice_of, make_invoiced, make_setup

SET_UP = {
    "legal_name": "Probe e. V.",
    "street": "Beispielweg 1",
    "postcode": "01067",
    "city": "Dresden",
    "country": "DE",
    "vat_id": "DE123456788",
    "prefix": "T27-",
    "account_holder": "Probe e. V.",
    "iban": "DE02 1203 0000 0000 2020 51",
    "bic": "BYLADEM1001",
    "payment_days": "14",
    "reminder_days": "3, 14",
}


@pytest.fixture
def desk(ctx, client):
    """An event whose organiser is signed in, and its address."""
    event = open_desk(client)
    with transaction():
        organise(db.session.scalars(sa.select(TeamRole)).one().person, event.host)
    client.get("/?lang=en")  # within one application context, the language of the first request stays
    return event, f"/manage/{event.slug}/invoices"


def fresh():
    """Read everything anew after a page has written."""
    db.session.rollback()
    db.session.expire_all()


def one(text):
    return db.session.scalars(sa.select(Invoice).where(Invoice.text == text)).one()


def entries():
    fresh()
    return [(e.kind, e.cents) for e in db.session.scalars(sa.select(LedgerEntry).order_by(LedgerEntry.id))]


# -- set-up


def test_set_up_once_everything_that_waits_is_issued(desk, client):
    event, url = desk
    party = make_party(event, billing=BILLING, product=make_product(event, gross=30_000))
    assert "does not invoice yet" in client.get(f"{url}?lang=en").text

    answer = client.post(f"{url}/set-up", data=SET_UP)
    assert answer.status_code == 303
    assert answer.location.endswith("/waiting")
    assert "Nothing is missing." in client.get(f"{url}/waiting?lang=en").text
    client.post(f"{url}/waiting/issue")

    fresh()
    setup = db.session.scalars(sa.select(InvoiceSetup)).one()
    assert (setup.iban, setup.bic, setup.reminder_days, setup.series.prefix) == (IBAN, "BYLADEM1001", [3, 14], "T27-")
    assert db.session.get_one(Host, event.host_id).vat_id == "DE123456788"
    assert one("T27-00001").party_id == party.id


def test_a_country_abroad_is_named_in_the_readers_language(desk, client):
    event, url = desk
    client.post(f"{url}/set-up", data=SET_UP)
    make_party(
        event, billing={**BILLING, "country": "PL", "postcode": "00-950"}, product=make_product(event, gross=100)
    )
    client.post(f"{url}/waiting/issue")
    fresh()

    page = client.get(f"{url}/{one('T27-00001').public_id}").text

    assert ", Poland</dd>" in page


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("iban", ""),
        ("iban", "DE02 1203 0000 0000 2020 52"),
        ("iban", "US02120300000000202051"),
        ("iban", "DE٠٢120300000000202051"),
        ("bic", "BYLA"),
        ("vat_id", ""),
        ("vat_id", "123456789"),
        ("vat_id", "DE123456789"),
        ("legal_name", ""),
        ("street", ""),
        ("postcode", ""),
        ("city", ""),
        ("country", "XX"),
        ("prefix", ""),
        ("prefix", "A B"),
        ("prefix", "A" * 13),
        ("payment_days", "-1"),
        ("payment_days", "121"),
        ("payment_days", "١٤"),
        ("payment_days", "1_4"),
        ("reminder_days", "14, 3"),
        ("reminder_days", "0"),
        ("reminder_days", "1,2,3,4,5,6"),
        ("reminder_days", "three"),
        ("account_holder", ""),
    ],
)
def test_a_wrong_answer_is_refused_beside_its_field(desk, client, name, value):
    _event, url = desk

    answer = client.post(f"{url}/set-up", data={**SET_UP, name: value})

    assert answer.status_code == 422
    field = "tax_number" if (name, value) == ("vat_id", "") else name
    assert f'id="{field}-error"' in answer.text
    fresh()
    assert db.session.scalars(sa.select(InvoiceSetup)).all() == []


def test_what_somebody_else_has_changed_is_not_overwritten(desk, client):
    event, url = desk
    setup = make_setup(event)
    version = setup.version
    with transaction():
        setup.payment_days = 30

    answer = client.post(f"{url}/set-up", data={**SET_UP, "version": str(version), "prefix": "P27-"})

    assert answer.status_code == 409
    fresh()
    assert db.session.scalars(sa.select(InvoiceSetup.payment_days)).one() == 30


def test_who_the_host_is_in_law_is_not_for_organisers_of_one_event(ctx, client):
    event = open_desk(client)
    path = f"/manage/{event.slug}/invoices/set-up"
    before = event.host.legal_name

    page = client.get(path).text
    answer = client.post(path, data={**SET_UP, "legal_name": "Fremd GmbH", "vat_id": "DE999999995"})

    fresh()
    host = db.session.get_one(Host, event.host_id)
    assert (answer.status_code, host.legal_name, host.vat_id != "DE999999995") == (303, before, True)
    assert ('name="legal_name"' in page, 'name="iban"' in page) == (False, True)
    assert db.session.scalars(sa.select(InvoiceSetup.iban)).one() == IBAN


def test_another_prefix_begins_another_series(desk, client):
    event, url = desk
    make_invoiced(event)

    client.post(f"{url}/set-up", data={**SET_UP, "version": "1", "prefix": "N-"})
    make_invoiced(db.session.get_one(Event, event.id))

    fresh()
    assert db.session.scalars(sa.select(Invoice.text).order_by(Invoice.id)).all() == ["P27-00001", "N-00001"]


# -- the list


def numbers_in(page):
    return re.findall(r">([A-Z0-9]+-\d{5})</a></th>", page)


def test_the_list_is_found_by_state_and_words(desk, client):
    event, url = desk
    paid = make_invoiced(event, billing={**BILLING, "name": "Müller & Söhne"})
    make_invoiced(event, billing={**BILLING, "name": "Zellkultur AG"})
    with transaction():
        ledger.record_payment(paid, 30_000, queries.today_at(event))
    reference = paid.reference

    def found(query):
        return numbers_in(client.get(f"{url}?{query}").text)

    assert found("") == ["P27-00002", "P27-00001"]
    assert found("state=paid") == ["P27-00001"]
    assert found("state=open") == ["P27-00002"]
    assert found("state=credit") == ["P27-00001"]
    assert found("state=overdue") == []
    assert found("state=nonsense") == ["P27-00002", "P27-00001"]
    assert found("q=Müller") == ["P27-00001"]
    assert found("q=zellkultur") == ["P27-00002"]
    assert found("q=27-00002") == ["P27-00002"]
    assert found(f"q={reference}") == ["P27-00001"]
    assert found("q=%25") == []
    assert found("q=nobody") == []


def test_the_sums_stand_above_the_list(desk, client, freeze):
    event, url = desk
    parties = [make_invoiced(event, product=make_product(event, gross=gross)) for gross in (10_000, 20_000, 40_000)]
    with transaction():
        ledger.record_payment(parties[0], 4_000, queries.today_at(event))
    give_back(parties[2], *parties[2].items)

    sums = re.findall(r"<dt>(\w+)</dt><dd>([^<]+?) *</dd>", client.get(f"{url}?lang=en").text)

    assert sums == [("Invoiced", "€300"), ("Paid", "€40"), ("Open", "€260"), ("Overdue", "€0")]


def test_pages_follow_each_other_without_losing_any(desk, client, monkeypatch):
    event, url = desk
    monkeypatch.setattr(queries, "PAGE", 3)
    product = make_product(event, gross=10_000)
    for _party in range(7):
        make_invoiced(event, product=product)

    seen, address = [], url
    while address:
        page = client.get(address).text
        seen.append(numbers_in(page))
        following = re.search(r'href="([^"]+)" rel="next"', page)
        address = following[1].replace("&amp;", "&") if following else None

    assert [len(numbers) for numbers in seen] == [3, 3, 1]
    assert [number for numbers in seen for number in numbers] == [f"P27-{number:05d}" for number in range(7, 0, -1)]


def test_the_list_asks_as_much_for_many_as_for_one(desk, client):
    event, url = desk
    id, product = event.id, make_product(event, gross=10_000)
    make_invoiced(event, product=product)
    with counted() as for_one:
        client.get(url)
    event = db.session.get_one(Event, id)
    for _party in range(6):
        make_invoiced(event, product=make_product(event, gross=10_000))
    with counted() as for_many:
        client.get(url)

    assert len(for_many) == len(for_one)
    assert len(for_one) <= 12


# -- the file


def read(answer):
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))


def test_the_file_holds_every_line_and_no_formula(desk, client):
    event, url = desk
    product = make_product(event, gross=22_000, name=BilingualText("=1+1", "=1+1"))
    party = make_invoiced(event, product=product, quantity=2, billing={**BILLING, "name": "=cmd|' /C calc'!A0"})
    give_back(party, party.items[0])

    rows = read(client.get(f"{url}/export.csv?lang=en"))

    assert [(row["Invoice number"], row["Quantity"], row["Gross"]) for row in rows] == [
        ("P27-00001", "2", "440.00"),
        ("P27-00002", "-2", "-440.00"),
        ("P27-00003", "1", "220.00"),
    ]
    assert {row["Name"] for row in rows} == {"'=cmd|' /C calc'!A0"}
    assert {row["Description"] for row in rows} == {"'=1+1"}
    assert [row["State"] for row in rows] == ["cancelled", "cancellation", "open"]
    assert [row["Cancels"] for row in rows] == ["", "P27-00001", ""]


def test_the_file_writes_amounts_as_germans_do(ctx, client):
    event = open_desk(client)
    make_invoiced(event)

    rows = read(client.get(f"/manage/{event.slug}/invoices/export.csv?lang=de"))

    assert [(row["Netto"], row["USt."], row["Brutto"]) for row in rows] == [("184,87", "35,13", "220,00")]


# -- one invoice


def post(client, url, invoice, deed, **data):
    page = client.get(f"{url}/{invoice}").text
    once = re.search(r'name="payment-once" type="hidden" value="([0-9a-f]+)"', page)
    assert once is not None
    prefix = {"payment": "payment-", "refund": "refund-"}.get(deed, "")
    return client.post(
        f"{url}/{invoice}/{deed}", data={f"{prefix}once": once[1], **{f"{prefix}{k}": v for k, v in data.items()}}
    )


def test_a_payment_is_booked_once_however_often_it_is_clicked(desk, client):
    event, url = desk
    invoice = invoice_of(make_invoiced(event)).public_id
    page = client.get(f"{url}/{invoice}").text
    once = re.search(r'name="payment-once" type="hidden" value="([0-9a-f]+)"', page)
    assert once is not None
    sent = {"payment-once": once[1], "payment-amount": "220,00", "payment-on": "2027-05-03"}

    for _click in range(2):
        assert client.post(f"{url}/{invoice}/payment", data=sent).status_code == 303

    assert entries() == [("payment", 22_000)]
    assert db.session.scalars(sa.select(Party)).one().settled_at is not None


@pytest.mark.parametrize("amount", ["", "0", "-5", "1e3", "٢٢٠", "12,3", "1.000,00", "12345678"])
def test_what_is_no_amount_is_refused(desk, client, amount):
    event, url = desk
    invoice = invoice_of(make_invoiced(event)).public_id

    answer = post(client, url, invoice, "payment", amount=amount, on="2027-05-03")

    assert answer.status_code == 422
    assert 'id="payment-amount-error"' in answer.text
    assert entries() == []


def test_part_paid_paid_back_and_balanced(desk, client):
    event, url = desk
    invoice = invoice_of(make_invoiced(event)).public_id

    post(client, url, invoice, "payment", amount="100", on="2027-05-03")
    assert "Paid in part" in client.get(f"{url}/{invoice}?lang=en").text
    refused = post(client, url, invoice, "refund", amount="100.01", on="2027-05-04")
    assert refused.status_code == 303
    assert entries() == [("payment", 10_000)]
    post(client, url, invoice, "refund", amount="40", on="2027-05-04")
    assert entries() == [("payment", 10_000), ("refund", -4_000)]
    entry = db.session.scalars(sa.select(LedgerEntry.public_id).where(LedgerEntry.kind == "refund")).one()
    for _click in range(2):
        post(client, url, invoice, f"entries/{entry}/undo")

    assert entries() == [("payment", 10_000), ("refund", -4_000), ("correction", 4_000)]


def test_cancelled_and_issued_anew(desk, client):
    event, url = desk
    party = make_invoiced(event)
    invoice, party_ref = invoice_of(party).public_id, party.public_id
    corrected = {**BILLING, "name": "Lumenfold AG"}
    page = f"{url}/parties/{party_ref}/billing?invoice={invoice}"
    assert 'value="Lumenfold GmbH"' in client.get(page).text
    assert client.post(page, data=corrected).location.endswith(f"/invoices/{invoice}")

    answer = post(client, url, invoice, "anew", reason="Neue Firma")

    fresh()
    anew = one("P27-00003")
    assert answer.location.endswith(f"/invoices/{anew.public_id}")
    assert anew.contents["buyer"]["name"] == "Lumenfold AG"
    assert one("P27-00002").contents["cancels"]["reason"] == "Neue Firma"
    assert post(client, url, anew.public_id, "anew", reason="").status_code == 303


def test_only_cancelled_it_waits_for_another(desk, client):
    event, url = desk
    invoice = invoice_of(make_invoiced(event)).public_id

    post(client, url, invoice, "cancel", reason="")

    fresh()
    assert [i.kind for i in db.session.scalars(sa.select(Invoice).order_by(Invoice.id))] == ["invoice", "cancellation"]
    assert "1 booking waits for an invoice." in client.get(f"{url}?lang=en").text
    again = post(client, url, invoice, "cancel", reason="")
    assert again.status_code == 303
    fresh()
    assert len(db.session.scalars(sa.select(Invoice)).all()) == 2


def test_the_pdf_opens_once_it_is_made(desk, client):
    event, url = desk
    invoice = invoice_of(make_invoiced(event)).public_id
    assert client.get(f"{url}/{invoice}.pdf").status_code == 409
    assert "The PDF is being made." in client.get(f"{url}/{invoice}?lang=en").text

    tasks.make_document(invoice)
    answer = client.get(f"{url}/{invoice}.pdf")

    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"] == "inline; filename=Rechnung-P27-00001.pdf"
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_missing_is_shown_and_given(desk, client):
    event, url = desk
    make_setup(event)
    party = make_invoiced(event, product=make_product(event, gross=30_000), billing={"name": "Lumenfold GmbH"})
    ref = party.public_id

    page = client.get(f"{url}/waiting?lang=en").text
    assert "The buyer's street, postcode and city" in page
    answer = client.post(f"{url}/parties/{ref}/billing", data=BILLING)

    fresh()
    issued = one("P27-00001")
    assert answer.location.endswith(f"/invoices/{issued.public_id}")
    assert issued.contents["buyer"]["street"] == "Lichtweg 4"


def test_todays_price_is_charged_to_who_pays_late(desk, client, freeze):
    event, url = desk
    now = clock.now()
    freeze(now)
    early = [(20_000, now + timedelta(days=5)), (30_000, None)]
    keeps = make_invoiced(event, product=make_product(event, tiers=early, keeps_price=True))
    loses = make_invoiced(event, product=make_product(event, tiers=early, keeps_price=False))
    kept, lost = invoice_of(keeps).public_id, invoice_of(loses).public_id
    assert "Charge today" not in client.get(f"{url}/{lost}?lang=en").text

    freeze(now + timedelta(days=20))
    open_desk(client, event)
    assert "Charge today" not in client.get(f"{url}/{kept}?lang=en").text
    assert "Today it costs €300." in client.get(f"{url}/{lost}?lang=en").text
    post(client, url, kept, "today")
    answer = post(client, url, lost, "today")

    fresh()
    issued = db.session.execute(sa.select(Invoice.text, Invoice.gross).order_by(Invoice.id)).all()
    assert issued == [("P27-00001", 20_000), ("P27-00002", 20_000), ("P27-00003", -20_000), ("P27-00004", 30_000)]
    assert answer.location.endswith(f"/invoices/{one('P27-00004').public_id}")


def test_an_organiser_reminds_of_an_overdue_invoice_with_a_click(desk, client, freeze):
    event, url = desk
    invoice = invoice_of(make_invoiced(event))
    tasks.make_document(invoice.public_id)
    public_id, now = invoice.public_id, clock.now()
    assert "Remind of payment" not in client.get(f"{url}/{public_id}?lang=en").text
    freeze(now + timedelta(days=15))
    open_desk(client, event)
    assert "Remind of payment" in client.get(f"{url}/{public_id}?lang=en").text

    answers = [post(client, url, public_id, "remind") for _click in range(2)]

    fresh()
    shown = client.get(f"{url}/{public_id}?lang=en").text
    kinds = [letter.kind for letter in db.session.scalars(sa.select(OutboxLetter)) if "reminder" in letter.kind]
    assert ([answer.status_code for answer in answers], kinds) == ([303, 303], ["invoices.reminder"])
    assert ("Reminded once, on" in shown, "Remind of payment" in shown) == (True, False)


@pytest.mark.parametrize("deed", ["payment", "refund", "cancel", "anew", "today", "send", "remind"])
def test_an_invoice_of_another_event_does_not_exist(desk, client, deed):
    _event, url = desk
    other = invoice_of(make_invoiced(make_event())).public_id
    data = {"payment-amount": "1", "payment-on": "2027-05-03", "refund-amount": "1", "refund-on": "2027-05-03"}

    assert client.post(f"{url}/{other}/{deed}", data=data).status_code == 404
    assert client.get(f"{url}/{other}").status_code == 404
    assert client.get(f"{url}/{other}.pdf").status_code == 404
    assert entries() == []
