"""Letters about invoices: to whom, with which PDF, and how often."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.db import db, transaction
from partnering.invoices import ledger, queries, services, tasks
from partnering.invoices.errors import NothingOverdue, RemindedToday
from partnering.invoices.models import InvoiceReminder
from partnering.jobs.models import Job as Deferred
from partnering.mail.models import OutboxLetter
from tests.factories import make_event, make_product, make_registration
from tests.factories.invoices import BILLING, give_back, invoice_of, make_invoiced, make_setup
from tests.support.letters import deliver_all, text_of

pytestmark = pytest.mark.usefixtures("ctx")


class Job:
    """What a task is given, in a test."""

    public_id = "a" * 16
    event_ref: str | None = None
    owner_ref: str | None = None

    def progress(self, done, total):
        """Nobody looks."""

    def file(self, name, media_type, content):
        """Nothing is kept."""


def make_documents(party, *, letter=True):
    issued = [invoice.public_id for invoice in queries.invoices_of(party) if not queries.has_document(invoice)]
    return tasks.make_documents(Job(), invoices=issued, letter=letter)


def kinds(kind):
    return db.session.scalars(sa.select(OutboxLetter).where(OutboxLetter.kind == kind).order_by(OutboxLetter.id)).all()


def attachments(message):
    return {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}


def the(messages, word):
    return [message for message in messages if word in str(message["Subject"])]


def test_the_invoice_comes_with_its_pdf(app):
    party = make_invoiced(make_event(), locale="de")
    invoice = invoice_of(party)
    assert kinds("invoices.issued") == []  # nothing leaves without its PDF

    make_documents(party)
    [letter] = the(deliver_all(app), "Rechnung")

    assert str(letter["To"]) == party.contact_email
    document = queries.document_of(invoice)
    assert document is not None
    assert attachments(letter) == {f"Rechnung-{invoice.text}.pdf": document.content}
    text = text_of(letter)
    assert "DE02 1203 0000 0000 2020 51" in text
    assert f"{party.reference} {invoice.text}" in text
    assert "220\xa0€" in text


def test_a_second_run_of_the_job_sends_nothing_more(app):
    party = make_invoiced(make_event())
    issued = [invoice.public_id for invoice in queries.invoices_of(party)]

    for _run in range(2):
        tasks.make_documents(Job(), invoices=issued, letter=True)

    assert len(kinds("invoices.issued")) == 1


def test_it_goes_to_the_address_for_invoices(app):
    party = make_invoiced(make_event(), billing={**BILLING, "email": "accounts@lumenfold.example"})

    make_documents(party)

    assert [letter.address for letter in kinds("invoices.issued")] == ["accounts@lumenfold.example"]


@pytest.mark.parametrize(("email", "links"), [("", 1), ("accounts@lumenfold.example", 0)])
def test_only_the_buyer_is_told_the_link_that_gives_places_back(app, freeze, email, links):
    party = make_invoiced(make_event(), billing={**BILLING, "email": email}, locale="en")
    buyer = party.contact_name
    make_documents(party)
    freeze(clock.now() + timedelta(days=14 + 4))
    tasks.remind()

    texts = [text_of(letter) for letter in the(deliver_all(app), "nvoice")]

    assert [text.count("/r/") for text in texts] == [links, links]
    greeting = f"Hello {buyer}," if links else f"Hello,\n\n{buyer} has booked for"
    assert [text.startswith(greeting) for text in texts] == [True, True]


def test_a_correction_is_one_letter_with_both(app):
    event = make_event()
    party = make_invoiced(event, product=make_product(event, gross=22_000), quantity=2, locale="en")
    make_documents(party)
    deliver_all(app)
    party = queries.party_by_reference(party.event.host_id, party.reference)[0]
    give_back(party, party.items[0])

    make_documents(party)
    [letter] = the(deliver_all(app), "Corrected invoice")

    party = queries.party_by_reference(party.event.host_id, party.reference)[0]
    storno, corrected = queries.invoices_of(party)[1:]
    assert set(attachments(letter)) == {f"Cancellation-invoice-{storno.text}.pdf", f"Invoice-{corrected.text}.pdf"}
    assert f"Cancellation invoice {storno.text} takes back invoice P27-00001." in text_of(letter)


def test_registered_without_letters_the_invoice_comes_without_one_too(app):
    event = make_event()
    make_setup(event)
    held = make_registration(event, letters=False, gross=20_000)

    make_documents(held.place.party, letter=False)

    assert kinds("invoices.issued") == []
    deferred = db.session.scalars(sa.select(Deferred).where(Deferred.task == services.DOCUMENT_TASK)).one()
    assert deferred.arguments["letter"] is False


def test_sent_again_it_leaves_again_but_not_twice_a_minute(app):
    party = make_invoiced(make_event())
    invoice = invoice_of(party)
    with transaction():
        assert services.send_again(invoice, "somebody") is False  # there is no PDF yet
    make_documents(party)

    with transaction():
        answers = [services.send_again(invoice, "somebody") for _click in range(2)]

    assert answers == [True, False]
    assert len(kinds("invoices.issued")) == 2


# -- reminders


class Late:
    """A party whose invoice is due, and a clock that runs on from then."""

    def __init__(self, freeze):
        self.freeze, self.now = freeze, clock.now()

    def __call__(self, days, **values):
        """The party, `days` days over due."""
        self.freeze(self.now)
        party = make_invoiced(make_event(), **values)
        make_documents(party)
        self.at(days)
        return party

    def at(self, days):
        """Let it be `days` days after the due day."""
        self.freeze(self.now + timedelta(days=14 + days))


@pytest.fixture
def late(freeze):
    """See `Late`."""
    return Late(freeze)


def levels():
    return db.session.scalars(sa.select(InvoiceReminder.level).order_by(InvoiceReminder.id)).all()


@pytest.mark.parametrize(("on", "again"), [([3], [False]), ([14], [False]), ([3, 14], [False, True])])
def test_a_letter_says_another_only_after_an_earlier_one(late, on, again):
    late(3)
    for days in on:
        late.at(days)
        tasks.remind()

    assert [letter.payload["again"] for letter in kinds("invoices.reminder")] == again


@pytest.mark.parametrize(("days", "found"), [(-14, []), (0, []), (2, []), (3, [1]), (13, [1]), (14, [2]), (90, [2])])
def test_reminders_come_so_many_days_after_the_due_day(late, days, found):
    late(days)

    tasks.remind()

    assert levels() == found
    assert [letter.payload["level"] for letter in kinds("invoices.reminder")] == found


def test_each_reminder_comes_once(late):
    late(3)
    for days in (3, 3, 4, 13, 14, 14, 40):
        late.at(days)
        tasks.remind()

    assert levels() == [1, 2]
    assert len(kinds("invoices.reminder")) == 2


def test_nobody_who_has_paid_is_reminded(late):
    party = late(3)
    with transaction():
        ledger.record_payment(party, 22_000, queries.today_at(party.event))

    tasks.remind()

    assert levels() == []


def test_nobody_whose_invoice_is_cancelled_is_reminded(late):
    party = late(3)
    give_back(party, *party.items)

    tasks.remind()

    assert levels() == []


def test_a_reminder_that_waits_is_dropped_when_the_money_comes(late, app):
    party = late(3)
    deliver_all(app)
    tasks.remind()
    party = queries.party_by_reference(party.event.host_id, party.reference)[0]
    with transaction():
        ledger.record_payment(party, 22_000, queries.today_at(party.event))

    assert the(deliver_all(app), "P27") == []
    assert [letter.state for letter in kinds("invoices.reminder")] == ["dropped"]


def test_a_reminder_is_friendly_and_brings_the_invoice(late, app):
    party = late(5, locale="en")
    deliver_all(app)
    party = queries.party_by_reference(party.event.host_id, party.reference)[0]
    with transaction():
        ledger.record_payment(party, 10_000, queries.today_at(party.event))
    tasks.remind()

    [letter] = deliver_all(app)

    assert str(letter["Subject"]) == "Reminder: invoice P27-00001 for Sample Conference 2027"
    assert list(attachments(letter)) == ["Invoice-P27-00001.pdf"]
    text = text_of(letter)
    assert "€120 is still open" in text
    assert "€100 has arrived; thank you." in text


def test_an_event_that_was_called_off_reminds_nobody(late):
    party = late(5)
    with transaction():
        party.event.state = "cancelled"

    tasks.remind()

    assert levels() == []


def test_whoever_does_not_want_reminders_sends_none(late, freeze):
    party = late(5)
    with transaction():
        setup = queries.setup_of(party.event)
        assert setup is not None
        setup.reminder_days = []

    tasks.remind()

    assert levels() == []


def test_an_organiser_reminds_at_once_and_not_twice_a_day(late):
    invoice = invoice_of(late(1))
    with transaction():
        assert services.remind_now(invoice)

    with pytest.raises(RemindedToday), transaction():
        services.remind_now(invoice)
    late.at(2)
    with transaction():
        assert services.remind_now(invoice)

    assert levels() == [1, 2]
    assert [letter.payload["level"] for letter in kinds("invoices.reminder")] == [1, 2]


def test_a_reminder_by_hand_stands_for_those_of_the_set_up_up_to_then(late):
    invoice = invoice_of(late(2))
    with transaction():
        services.remind_now(invoice)
    for days in (3, 13):
        late.at(days)
        tasks.remind()
    assert levels() == [1]

    late.at(14)
    with transaction():
        services.remind_now(invoice)
    tasks.remind()

    assert levels() == [1, 2]


@pytest.mark.parametrize("days", [-3, 0])
def test_what_is_not_overdue_is_not_reminded_of_by_hand(late, days):
    invoice = invoice_of(late(days))

    with pytest.raises(NothingOverdue), transaction():
        services.remind_now(invoice)

    assert levels() == []


def test_what_is_paid_or_cancelled_is_not_reminded_of_by_hand(late):
    paid, cancelled = late(3), make_invoiced(make_event())
    with transaction():
        ledger.record_payment(paid, 22_000, queries.today_at(paid.event))
    invoices = [invoice_of(paid), invoice_of(cancelled)]
    give_back(cancelled, *cancelled.items)

    for invoice in invoices:
        with pytest.raises(NothingOverdue), transaction():
            services.remind_now(invoice)

    assert levels() == []
