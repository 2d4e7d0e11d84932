"""The pages: consent on the screen, the link in the letter, files, and how many people one account can collect."""

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.accounts.models import Person
from partnering.contacts import leads
from partnering.contacts.mails import IN_PERSON
from partnering.contacts.models import CardExchange, Lead
from partnering.contacts.views.blueprint import LEADS_AN_HOUR
from partnering.db import db, transaction
from partnering.delegates import queries as partnering
from partnering.delegates.models import Delegate
from partnering.events.models import Event, Participant
from tests.factories import make_event, make_product
from tests.factories.checkin import make_attendee, ticket_text
from tests.factories.contacts import make_exchange, make_lead
from tests.factories.events import make_organiser
from tests.readers.calendars import cards_read
from tests.support.counting import statements
from tests.support.letters import deliver_all, text_of
from tests.support.signing_in import sign_in

pytestmark = pytest.mark.usefixtures("ctx")

JANA = "jana@lumen.example"


@pytest.fixture
def event(ctx: Flask) -> Event:
    """A conference."""
    return make_event()


@pytest.fixture
def paul(event: Event) -> Delegate:
    """An exhibitor."""
    found = partnering.delegate_for(
        make_attendee(
            event,
            make_product(event, role="exhibitor"),
            given_name="Paul",
            family_name="Kramer",
            company="Zellkultur Sachsen AG",
        )
    )
    assert found is not None
    return found


@pytest.fixture
def jana(event: Event) -> Delegate:
    """A visitor."""
    found = partnering.delegate_for(make_attendee(event, email=JANA, function="Leiterin"))
    assert found is not None
    return found


def my(event: Event, path: str) -> str:
    """An address among a participant's own pages, in English."""
    return f"/e/{event.slug}/me/{path}{'&' if '?' in path else '?'}lang=en"


def person_of(participant: Participant) -> Person:
    """Who somebody is."""
    assert participant.person is not None
    return participant.person


def number(model: type) -> int:
    """How many rows there are."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def scan_of(page: str) -> str:
    """What the page of consent calls the scan."""
    found = re.search(r'name="scan"[^>]*value="([0-9a-f]{32})"', page)
    assert found is not None
    return found[1]


def test_nothing_is_kept_before_the_visitor_agrees_on_the_screen(
    client: FlaskClient, event: Event, paul: Delegate, jana: Delegate
):
    sign_in(client, person_of(paul.participant))
    code = ticket_text(jana.registration)

    asked = client.post(my(event, "stand/leads/scan"), data={"code": code})
    page = asked.get_data(as_text=True)
    assert asked.status_code == 200
    assert "Darf Zellkultur Sachsen AG Ihre Kontaktdaten haben?" in page  # in the visitor's language
    assert "Jana Wittkowski" in page
    assert JANA not in page
    assert number(Lead) == 0

    agreed = {"code": code, "scan": scan_of(page)}
    for _twice in range(2):
        answer = client.post(my(event, "stand/leads/agree"), data=agreed)
        assert answer.status_code == 303
    shown = client.get(answer.location).get_data(as_text=True)
    assert JANA in shown
    assert number(Lead) == 1


def test_one_account_collects_no_more_people_an_hour_than_the_limit_says(
    client: FlaskClient, event: Event, paul: Delegate
):
    sign_in(client, person_of(paul.participant))
    product = make_product(event)
    statuses = []
    for each in range(LEADS_AN_HOUR + 3):
        code = ticket_text(make_attendee(event, product, given_name=f"Gast {each}"))
        data = {"code": code, "scan": f"{each:032x}"}
        statuses.append(client.post(my(event, "stand/leads/agree"), data=data).status_code)

    assert statuses == [303] * LEADS_AN_HOUR + [429] * 3
    assert number(Lead) == LEADS_AN_HOUR


def test_the_link_in_the_letter_takes_it_back_without_signing_in(
    client: FlaskClient, event: Event, paul: Delegate, jana: Delegate
):
    lead = make_lead(paul, jana.participant, note="Ruft an")
    [letter] = [
        each for each in deliver_all(client.application) if each["To"].endswith(f"{JANA}>") or each["To"] == JANA
    ]
    found = re.search(r"https?://[^/]+(/given/\S+)", text_of(letter))
    assert found is not None
    visitor = client.application.test_client()

    page = visitor.get(f"{found[1]}?lang=en").get_data(as_text=True)
    assert "Zellkultur Sachsen AG" in page
    assert JANA in page
    assert db.session.scalar(sa.select(Lead.withdrawn_at)) is None

    assert visitor.post(found[1]).status_code == 303
    db.session.expire_all()
    assert lead.withdrawn_at is not None
    after = visitor.get(f"{found[1]}?lang=en").get_data(as_text=True)
    assert JANA not in after
    assert "Withdrawn on" in after

    sign_in(client, person_of(paul.participant))
    for path in ("stand/leads", f"stand/leads/{lead.public_id}"):
        told = client.get(my(event, path)).get_data(as_text=True)
        assert "Consent withdrawn" in told or "withdrawn their consent" in told
        assert "Wittkowski" not in told
        assert "Ruft an" not in told


def test_the_privacy_page_lists_what_was_given_and_takes_it_back(
    client: FlaskClient, event: Event, paul: Delegate, jana: Delegate
):
    lead = make_lead(paul, jana.participant)
    sign_in(client, person_of(jana.participant))
    for path in ("privacy", "contacts"):
        assert "Zellkultur Sachsen AG" in client.get(my(event, path)).get_data(as_text=True)

    assert client.post(my(event, f"contacts/given/{lead.public_id}/withdraw")).status_code == 303
    db.session.expire_all()
    assert lead.withdrawn_at is not None


def test_files_hold_no_formula_and_say_who_has_withdrawn(
    client: FlaskClient, event: Event, paul: Delegate, jana: Delegate
):
    evil = make_attendee(event, given_name="=1+1", family_name="@SUM(A1)", company="+49")
    lead = make_lead(paul, evil.participant, note="=HYPERLINK(1)", rating=2)
    gone = make_lead(paul, jana.participant)
    with transaction():
        leads.withdraw(gone)
    sign_in(client, person_of(paul.participant))

    text = client.get(my(event, "stand/leads.csv")).data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert len(rows) == 3
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]
    assert (rows[1][0], JANA in text, bool(rows[1][-1])) == (gone.public_id[:8].upper(), False, True)

    sheet = openpyxl.load_workbook(io.BytesIO(client.get(my(event, "stand/leads.xlsx")).data)).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    assert "=1+1" in {cell.value for cell in cells}

    cards = cards_read(client.get(my(event, "stand/leads.vcf")).data.decode())
    assert [(card["fn"], card["note"]) for card in cards] == [("=1+1 @SUM(A1)", "=HYPERLINK(1)")]
    one = client.get(my(event, f"stand/leads/{lead.public_id}.vcf"))
    assert cards_read(one.data.decode())[0]["org"] == "+49"


def test_two_colleagues_do_not_write_over_each_other(client: FlaskClient, event: Event, paul: Delegate, jana: Delegate):
    lead = make_lead(paul, jana.participant)
    sign_in(client, person_of(paul.participant))
    address = my(event, f"stand/leads/{lead.public_id}")
    found = re.search(r'name="seen"[^>]*value="([^"]*)"', client.get(address).get_data(as_text=True))
    assert found is not None
    with transaction():
        leads.describe(lead, "von der Kollegin", 1)

    late = client.post(address, data={"seen": found[1], "note": "von mir", "rating": "3"})
    assert late.status_code == 409
    page = late.get_data(as_text=True)
    assert "von der Kollegin" in page
    assert "von mir" in page
    db.session.expire_all()
    assert lead.note == "von der Kollegin"


def test_a_wrong_code_is_said_beside_the_field(client: FlaskClient, event: Event, paul: Delegate):
    sign_in(client, person_of(paul.participant))
    for path in ("contacts/scan", "stand/leads/scan"):
        answer = client.post(my(event, path), data={"code": "K7F4-QQQQ-QQQQ-QQQQ"})
        assert answer.status_code == 422
        assert "No guest of this event has this code" in answer.get_data(as_text=True)


def test_cards_come_with_the_word_of_both_and_go_with_that_of_one(
    client: FlaskClient, event: Event, paul: Delegate, jana: Delegate
):
    sign_in(client, person_of(paul.participant))
    code = ticket_text(jana.registration)
    assert client.post(my(event, "contacts/scan"), data={"code": code}).status_code == 303
    [exchange] = db.session.scalars(sa.select(CardExchange)).all()
    ref = exchange.public_id
    assert client.get(my(event, f"contacts/{ref}.vcf")).status_code == 404
    assert JANA not in client.get(my(event, "contacts")).get_data(as_text=True)

    theirs = client.application.test_client()
    sign_in(theirs, person_of(jana.participant))
    assert "Paul Kramer" in theirs.get(my(event, "contacts")).get_data(as_text=True)
    assert theirs.post(my(event, f"contacts/{ref}/agree")).status_code == 303
    [card] = cards_read(client.get(my(event, f"contacts/{ref}.vcf")).data.decode())
    assert (card["fn"], card["email"], card["title"]) == ("Jana Wittkowski", JANA, "Leiterin")

    assert theirs.post(my(event, f"contacts/{ref}/end")).status_code == 303
    assert client.get(my(event, f"contacts/{ref}.vcf")).status_code == 404
    assert cards_read(client.get(my(event, "contacts/all.vcf")).data.decode() or "BEGIN:VCARD\nEND:VCARD") in ([], [{}])


def test_who_is_asked_gets_a_letter_unless_they_agree_on_the_spot(
    app: Flask, event: Event, paul: Delegate, jana: Delegate, freeze: Callable[[datetime], None]
):
    make_exchange(paul.participant, jana.participant, agreed=False)
    make_exchange(paul.participant, make_attendee(event, given_name="Ben").participant)
    assert deliver_all(app) == []  # they stand before each other

    freeze(clock.now() + IN_PERSON)
    [letter] = deliver_all(app)
    assert "Paul Kramer" in str(letter["Subject"])
    assert f"/e/{event.slug}/me/contacts" in text_of(letter)


def test_organisers_see_numbers_and_nobodys_name(client: FlaskClient, event: Event, paul: Delegate, jana: Delegate):
    make_lead(paul, jana.participant)
    make_exchange(paul.participant, jana.participant)
    sign_in(client, make_organiser(event), second_factor=True)

    page = client.get(f"/manage/{event.slug}/contacts?lang=en").get_data(as_text=True)
    assert "Zellkultur Sachsen AG" in page
    assert "Wittkowski" not in page
    assert "Kramer" not in page


def test_leads_of_other_exhibitors_do_not_exist(client: FlaskClient, event: Event, paul: Delegate, jana: Delegate):
    lead = make_lead(paul, jana.participant)
    other = make_attendee(event, make_product(event, role="exhibitor"), company="Cytomera", given_name="Eva")
    sign_in(client, person_of(other.participant))
    assert client.get(my(event, "stand/leads")).status_code == 200
    for path in (f"stand/leads/{lead.public_id}", f"stand/leads/{lead.public_id}.vcf"):
        assert client.get(my(event, path)).status_code == 404
    assert lead.public_id[:8].upper() not in client.get(my(event, "stand/leads.csv")).get_data(as_text=True)


def test_leads_stand_in_the_navigation_of_exhibitors_alone(
    client: FlaskClient, event: Event, paul: Delegate, jana: Delegate
):
    for who, there in ((paul, True), (jana, False)):
        browser = client.application.test_client()
        sign_in(browser, person_of(who.participant))
        assert ("At the stand" in browser.get(my(event, "")).get_data(as_text=True)) is there


@pytest.mark.parametrize("page", ["stand/leads", "contacts", "privacy"])
def test_many_rows_ask_as_often_as_one(client: FlaskClient, event: Event, paul: Delegate, jana: Delegate, page: str):
    """Leads for the exhibitor; cards that are exchanged and asked for, and what was given, for a guest."""
    person = (paul if page == "stand/leads" else jana).participant.person

    def more(number: int) -> None:
        guest = make_attendee(event, given_name=f"Gast {number}", company=f"Firma {number} GmbH").participant
        asks = make_attendee(event, given_name=f"Frage {number}", company=f"Haus {number} AG").participant
        make_exchange(jana.participant, guest)
        make_exchange(asks, jana.participant, agreed=False)
        make_lead(paul, guest, note="Ruft im Mai an", rating=2)
        stand = partnering.delegate_for(
            make_attendee(event, make_product(event, role="exhibitor"), company=f"Stand {number} GmbH")
        )
        assert stand is not None
        make_lead(stand, jana.participant)

    def asked() -> int:
        assert person is not None
        sign_in(client, db.session.get_one(Person, person.id))
        address = f"/e/{event.slug}/me/{page}"
        client.get(address)  # what is remembered after the first time
        db.session.expire_all()
        with statements() as found:
            assert client.get(address).status_code == 200
        return len(found)

    more(0)
    one = asked()
    for number in range(1, 7):
        more(number)

    assert asked() <= one
