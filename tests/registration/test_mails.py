"""What letters say: read again, QR and calendar included."""

import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import zxingcpp
from PIL import Image

from partnering import clock
from partnering.agenda.models import AgendaEntry
from partnering.db import BilingualText, db, transaction
from partnering.mail import letters
from partnering.mail.models import OutboxLetter
from partnering.registration import codes, mails, queries, services
from partnering.registration.seats import Guest
from tests.factories import make_event, make_guest, make_party, make_product, make_registration
from tests.factories.invoices import BILLING
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")

NAME = BilingualText(de="bionection 2027", en="bionection 2027")
UMLAUTS = re.compile("[äöüß]")


def rendered(kind, address=None):
    """The newest letter of a kind as it would leave now."""
    query = sa.select(OutboxLetter).where(OutboxLetter.kind == kind).order_by(OutboxLetter.id.desc())
    if address:
        query = query.where(OutboxLetter.address == address)
    return letters.render(db.session.scalars(query.limit(1)).one())


def told(registration):
    """Let the calendar letter of a registration have left."""
    letter = rendered("registration.confirmed", registration.participant.person.email)
    with transaction():
        letter.on_sent()


@pytest.mark.parametrize(
    ("locale", "subject", "button"),
    [
        ("de", "Ihr Ticket für bionection 2027", "Ticket öffnen"),
        ("en", "Your ticket for bionection 2027", "Open ticket"),
    ],
)
def test_the_ticket_letter_brings_code_day_place_and_links(locale, subject, button):
    event = make_event(name=NAME)
    party = make_party(event, people=[make_guest("jana@example.org")], locale=locale)
    registration = there(queries.places_of(party)[0].registration)

    letter = rendered("registration.confirmed")

    code = codes.code_text(there(registration.code))
    assert letter.subject == subject
    assert there(zxingcpp.read_barcode(Image.open(io.BytesIO(letter.images["ticket-code"])))).text == code
    for part in (letter.text, letter.html):
        assert codes.printed(there(registration.code)) in part
        assert code not in part
        assert mails.ticket_url(registration) in part
        assert mails.party_url(party) in part
        assert ("Haus der Proben" if locale == "de" else "House of Samples") in part
        assert str(event.last_day.year) in part
    assert 'src="cid:ticket-code"' in letter.html
    assert button in letter.html
    assert (letter.sender_name, letter.sender_address, letter.method) == (
        "Probetagung",
        "tagung@example.org",
        "REQUEST",
    )


def test_english_letters_are_english():
    make_party(
        make_event(name=NAME), people=[make_guest("jana@example.org"), make_guest("ben@example.org")], locale="en"
    )

    texts = [rendered(kind).text for kind in ("registration.confirmed", "registration.party")]

    assert [text for text in texts if UMLAUTS.search(text)] == []


@pytest.mark.parametrize(
    ("gross", "email", "said"),
    [
        (22_000, "", "The invoice for €440 comes in a letter of its own."),
        (22_000, "accounts@example.org", "The invoice for €440 goes to accounts@example.org in a letter of its own."),
        (0, "", None),
    ],
)
def test_the_buyer_alone_reads_where_the_invoice_goes(gross, email, said):
    event = make_event()
    people = [make_guest("jana@example.org"), make_guest("ben@example.org", "Ben")]
    party = make_party(
        event,
        product=make_product(event, gross=gross),
        quantity=2,
        people=people,
        locale="en",
        billing={**BILLING, "email": email} if gross else {},
    )

    own, colleague = (rendered("registration.confirmed", guest["email"]) for guest in people)

    assert party.contact_email == "jana@example.org"
    assert [said in part for part in (own.text, own.html) if said] == [True, True][: 2 * bool(said)]
    assert ["invoice" in letter.text for letter in (own, colleague)] == [said is not None, False]


def test_what_speaks_of_the_page_behind_the_button_stands_below_it():
    make_party(make_event(), people=[make_guest("jana@example.org"), make_guest("ben@example.org")], locale="en")

    for kind, sentence in [
        ("registration.confirmed", "Please check your name there"),
        ("registration.party", "There you name colleagues"),
    ]:
        html = rendered(kind, None if kind.endswith("party") else "ben@example.org").html
        assert html.index("border-radius:99px") < html.index(sentence)


def test_the_calendar_part_holds_no_secret_and_nobody_else():
    event = make_event(name=NAME)
    party = make_party(event, people=[make_guest("jana@example.org"), make_guest("ben@example.org", "Ben")])
    registration = there(queries.places_of(party)[1].registration)
    letter = rendered("registration.confirmed", "ben@example.org")

    lines = letter.calendar.decode().replace("\r\n ", "").split("\r\n")

    entry = there(queries.attendance_entry(registration))
    assert {f"UID:{entry.uid}", "SEQUENCE:0", "METHOD:REQUEST", "SUMMARY:bionection 2027"} <= set(lines)
    calendar = "\n".join(lines)
    assert "mailto:ben@example.org" in calendar
    for secret in ("/t/", "/r/", codes.printed(there(registration.code)), "jana@example.org"):
        assert secret not in calendar


def test_a_colleague_reads_who_registered_them_and_how_their_data_are_treated():
    event = make_event(name=NAME)
    party = make_party(
        event, people=[make_guest("jana@example.org"), make_guest("ben@example.org", "Ben")], locale="en"
    )

    letter = rendered("registration.confirmed", "ben@example.org")

    assert "Jana Wittkowski has registered you for bionection 2027." in letter.text
    assert f"/e/{event.slug}/privacy" in letter.text
    assert mails.party_url(party) not in letter.text + letter.html


def test_whoever_takes_over_a_ticket_reads_who_named_them(client):
    """By law: who gave us their name and address is the colleague who passes the ticket on, not the buyer."""
    event = make_event(name=NAME)
    people = [make_guest("jana@example.org"), make_guest("ben@example.org", "Ben", "Adeyemi")]
    party = make_party(event, people=people, locale="en")
    with transaction():
        ben = there(queries.places_of(party)[1].registration)
        eva = there(services.name_substitute(ben, Guest(email="eva@example.org", given_name="Eva")))

    letter = rendered("registration.confirmed", "eva@example.org")
    assert "Ben Adeyemi has registered you for bionection 2027." in letter.text
    assert "Ben Adeyemi has registered you and gave us" in client.get(f"{mails.ticket_url(eva)}?lang=en").text

    with transaction():
        tom = there(services.name_substitute(eva, Guest(email="tom@example.org", given_name="Tom"), by="organiser"))
    assert queries.named_by(tom) == event.host.name


def test_cancelling_takes_the_entry_out_of_the_calendar():
    registration = make_registration(make_event(name=NAME))
    told(registration)
    with transaction():
        services.cancel_registration(registration)

    letter = rendered("registration.ended")

    entry = there(queries.attendance_entry(registration))
    lines = letter.calendar.decode().replace("\r\n ", "").split("\r\n")
    assert letter.subject == "Ihre Anmeldung zu bionection 2027 ist storniert"
    assert letter.method == "CANCEL"
    assert {f"UID:{entry.uid}", "SEQUENCE:1", "STATUS:CANCELLED", "METHOD:CANCEL"} <= set(lines)


def test_no_cancel_goes_out_where_no_calendar_was_told():
    registration = make_registration(make_event())
    with transaction():
        services.cancel_registration(registration)

    assert rendered("registration.confirmed") is None
    assert (rendered("registration.ended").calendar, rendered("registration.ended").method) == (None, None)


def test_a_late_cancellation_does_not_undo_a_new_registration():
    event = make_event()
    first = make_registration(event, email="jana@example.org")
    told(first)
    with transaction():
        services.cancel_registration(first)
    make_registration(event, email="jana@example.org")

    assert rendered("registration.ended").calendar is None
    assert b"SEQUENCE:2" in rendered("registration.confirmed").calendar


def test_a_letter_is_told_to_the_entry_when_it_leaves():
    registration = make_registration(make_event())

    told(registration)

    entry = db.session.scalars(sa.select(AgendaEntry)).one()
    assert (entry.sent_sequence, entry.sent_state) == (0, "confirmed")


def test_who_passed_a_ticket_on_reads_so_and_never_the_new_code():
    registration = make_registration(make_event(name=NAME), email="jana@example.org", locale="en")
    told(registration)
    with transaction():
        after = there(services.name_substitute(registration, Guest("ben@example.org", "", "Ben", "Adeyemi")))

    letter = rendered("registration.ended", "jana@example.org")

    assert (letter.subject, letter.method) == ("Your ticket for bionection 2027 was passed on", "CANCEL")
    assert codes.printed(there(after.code)) not in letter.text + letter.html
    assert mails.ticket_url(after) not in letter.text + letter.html


def test_who_has_a_ticket_already_gets_its_link():
    event = make_event(name=NAME)
    held = make_registration(event, email="jana@example.org", locale="en", letters=False)
    make_party(event, people=[make_guest("jana@example.org")])

    letter = rendered("registration.already")

    assert letter.subject == "You already have a ticket for bionection 2027"
    assert mails.ticket_url(held) in letter.text
    assert letter.calendar is None


def test_the_buyer_reads_all_places_and_the_sum():
    event = make_event(name=NAME)
    product = make_product(event, seats=3, gross=24_000, name=BilingualText(de="Start-up", en="Start-up"))
    party = make_party(
        event, product=product, people=[make_guest("jana@example.org"), make_guest(given_name="Ben"), {}], locale="en"
    )

    text = rendered("registration.party").text

    assert "2. Start-up: Ben Wittkowski\n3. Start-up: name still open\n" in text
    assert "Total: €240\nincluding 19% VAT: €38.32\n" in text
    assert (party.reference in text, mails.party_url(party) in text) == (True, True)


def test_names_in_letters_are_text_and_nothing_else():
    hostile = "{{ 7*7 }} <b>%(name)s</b>"
    make_party(make_event(), people=[make_guest("jana@example.org", hostile, "X")])

    letter = rendered("registration.confirmed")

    assert hostile in letter.text
    assert "{{ 7*7 }} &lt;b&gt;%(name)s&lt;/b&gt;" in letter.html


def test_a_letter_for_an_event_in_one_day_shows_its_hours():
    event = make_event(length=1)
    make_registration(event)

    calendar = rendered("registration.confirmed").calendar.decode()

    assert re.search(r"DTSTART;TZID=Europe/Berlin:\d{8}T090000", calendar)
    assert clock.in_zone(event.opens_at + timedelta(0), event.zone).hour == 9
