"""Cards and leads: nothing without the other side's word, and nothing left once it is taken back."""

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import links, verify
from partnering.contacts import cards, errors, exports, leads, permissions, queries
from partnering.contacts.models import CardExchange, Lead
from partnering.db import BilingualText, db, transaction
from partnering.delegates import blocking, stands
from partnering.delegates import queries as partnering
from partnering.delegates.models import Delegate
from partnering.events import erasing
from partnering.events.models import Event
from partnering.mail.models import OutboxLetter
from partnering.meetings import furnishing
from partnering.registration import codes
from tests.factories import make_event, make_product
from tests.factories.checkin import make_attendee, ticket_text
from tests.factories.contacts import make_exchange, make_lead
from tests.factories.delegates import make_delegate
from tests.factories.ground import deed
from tests.support.counting import statements

pytestmark = pytest.mark.usefixtures("ctx")


def sound() -> list[str]:
    """What is wrong with the house."""
    return [finding for _rule, findings in verify.results("I30") for finding in findings]


@pytest.fixture
def event(ctx: Flask) -> Event:
    """A conference."""
    return make_event()


def make_exhibitor(event: Event, **values) -> Delegate:
    """Somebody who comes with an exhibitor's ticket."""
    guest = make_attendee(
        event,
        make_product(event, role="exhibitor"),
        **{"given_name": "Paul", "family_name": "Kramer", "company": "Zellkultur Sachsen AG", **values},
    )
    found = partnering.delegate_for(guest)
    assert found is not None
    return found


@pytest.fixture
def paul(event: Event) -> Delegate:
    """An exhibitor."""
    return make_exhibitor(event)


@pytest.fixture
def jana(event: Event) -> Delegate:
    """A visitor with a phone number."""
    delegate = partnering.delegate_for(make_attendee(event, function="Leiterin", email="jana@lumen.example"))
    assert delegate is not None
    with transaction():
        delegate.phone = "+49 341 1"
    return delegate


# -- leads


def test_a_lead_is_what_the_visitor_agreed_to_and_a_letter_tells_them(paul: Delegate, jana: Delegate):
    with transaction():
        visitor = leads.visitor_with(paul.profile, paul.participant, ticket_text(jana.registration))
        lead = leads.take(paul.profile, paul.participant, visitor, scan_id="a" * 32)

    assert (lead.participant_id, lead.taken_by_id, lead.text.number) == (jana.participant_id, paul.participant_id, 1)
    assert "Zellkultur Sachsen AG" in lead.text.text.de
    assert lead.text.purpose == "lead"
    letters = db.session.scalars(sa.select(OutboxLetter).where(OutboxLetter.kind == "contacts.lead_taken")).all()
    assert [letter.address for letter in letters] == ["jana@lumen.example"]
    assert sound() == []


def test_the_short_code_of_a_badge_does_as_well(paul: Delegate, jana: Delegate):
    code = jana.registration.code
    assert code is not None

    assert queries.holder_of(paul.participant.event, codes.printed(code).lower()) == jana.participant


def test_one_scan_and_two_colleagues_take_one_lead(event: Event, paul: Delegate, jana: Delegate):
    colleague = make_exhibitor(event, given_name="Petra", email="petra@zellkultur.example")
    with transaction():
        first = leads.take(paul.profile, paul.participant, jana.participant, scan_id="a" * 32)
        again = leads.take(paul.profile, paul.participant, jana.participant, scan_id="a" * 32)
        other = leads.take(paul.profile, colleague.participant, jana.participant, scan_id="b" * 32)

    assert first.id == again.id == other.id


def test_the_database_itself_keeps_one_live_lead_of_a_visitor(paul: Delegate, jana: Delegate):
    lead = make_lead(paul, jana.participant)
    twin = {
        column.key: getattr(lead, column.key)
        for column in sa.inspect(Lead).columns
        if column.key not in ("id", "public_id", "scan_id")
    }

    with pytest.raises(sa.exc.IntegrityError), transaction():
        db.session.add(Lead(**twin, scan_id="c" * 32))


@pytest.mark.parametrize("text", ["", "1", "EV1:nothing", "jana@lumen.example"])
def test_what_is_no_code_opens_nothing(paul: Delegate, jana: Delegate, text: str):
    with pytest.raises(errors.NoSuchBadge):
        leads.visitor_with(paul.profile, paul.participant, text)


def test_ids_references_and_other_events_open_nothing(event: Event, paul: Delegate, jana: Delegate):
    elsewhere = make_attendee(make_event())
    old = ticket_text(jana.registration)
    with deed():
        codes.revoke(jana.registration)
        codes.issue(jana.registration)
    for text in (
        jana.registration.public_id,
        jana.participant.public_id,
        jana.registration.place.party.reference,
        ticket_text(elsewhere),
        old,
        links.token("ticket", jana.registration.public_id),
    ):
        with pytest.raises(errors.NoSuchBadge):
            leads.visitor_with(paul.profile, paul.participant, text)
    assert queries.holder_of(event, ticket_text(jana.registration)) == jana.participant


def test_nobody_is_their_own_lead_or_that_of_their_colleagues(event: Event, paul: Delegate):
    colleague = make_exhibitor(event, given_name="Petra")
    with pytest.raises(errors.OwnBadge):
        leads.visitor_with(paul.profile, paul.participant, ticket_text(paul.registration))
    with pytest.raises(errors.Colleague):
        leads.visitor_with(paul.profile, paul.participant, ticket_text(colleague.registration))


def test_withdrawing_leaves_nothing_to_read_and_a_new_word_begins_anew(paul: Delegate, jana: Delegate):
    lead = make_lead(paul, jana.participant, note="Ruft an", rating=3)
    with transaction():
        leads.withdraw(lead)
        leads.withdraw(lead)

    row = next(exports.rows([lead.id]))
    assert (lead.note, lead.rating) == ("", 0)
    assert row[0] == exports.reference(lead)
    assert set(row[1:-1]) == {""}
    assert "".join(exports.as_cards([lead.id])) == ""
    with pytest.raises(errors.Withdrawn), transaction():
        leads.describe(lead, "doch noch", 1)
    anew = make_lead(paul, jana.participant)
    assert queries.leads_of(paul.profile) == [anew.id, lead.id]
    assert sound() == []


def test_whoever_is_erased_is_nobodys_lead_and_has_no_card(event: Event, paul: Delegate, jana: Delegate):
    lead = make_lead(paul, jana.participant, note="Ruft an", rating=2)
    make_exchange(jana.participant, paul.participant)
    with transaction():
        erasing.erase(jana.participant)

    db.session.expire_all()
    assert lead.withdrawn_at is not None
    assert (lead.note, lead.rating) == ("", 0)
    assert db.session.scalars(sa.select(CardExchange)).all() == []
    assert sound() == []


def test_the_check_notices_what_is_kept_of_somebody_who_has_withdrawn(paul: Delegate, jana: Delegate):
    lead = make_lead(paul, jana.participant)
    with transaction():
        leads.withdraw(lead)
    with transaction():
        db.session.execute(sa.update(Lead).where(Lead.id == lead.id).values(note="Ruft an"))

    assert sound() == [f"lead {lead.id} keeps something of somebody who has withdrawn"]


def test_exhibitors_have_a_stand_or_the_ticket_and_a_name_alone_makes_nobody_a_colleague(event: Event, jana: Delegate):
    paul = make_exhibitor(event, email="paul@zellkultur.example")
    stranger = make_delegate(event, company="Zellkultur Sachsen AG", email="eva@elsewhere.example")
    assert permissions.may_take_leads(paul)
    assert stranger.profile_id == paul.profile_id
    assert not permissions.may_take_leads(stranger)

    assert not permissions.may_take_leads(jana)
    with transaction():
        stands.set_stand(jana.profile, furnishing.add_stand(event, BilingualText("S1", "S1")))
    assert permissions.may_take_leads(jana)


def test_leads_are_found_by_name_organisation_and_note(event: Event, paul: Delegate, jana: Delegate):
    first = make_lead(paul, jana.participant, note="Größere Menge im Mai")
    other = make_attendee(event, given_name="Łucja", family_name="Müller", company="Cytomera")
    second = make_lead(paul, other.participant)

    assert queries.leads_of(paul.profile) == [second.id, first.id]
    for words, found in (
        ("wittkowski", [first.id]),
        ("lucja mueller", [second.id]),
        ("cytomera", [second.id]),
        ("groessere MAI", [first.id]),
        ("nobody", []),
    ):
        assert queries.leads_of(paul.profile, words) == found, words


def test_reading_many_leads_asks_no_more_than_reading_one(event: Event, paul: Delegate, jana: Delegate):
    make_lead(paul, jana.participant)
    with statements() as one:
        assert len(list(exports.rows(queries.leads_of(paul.profile)))) == 1
    for number in range(5):
        make_lead(paul, make_attendee(event, given_name=f"Gast {number}").participant)
    db.session.expire_all()
    with statements() as many:
        assert len(list(exports.rows(queries.leads_of(paul.profile)))) == 6

    assert len(many) <= len(one)


# -- cards


def test_a_card_takes_the_word_of_both(jana: Delegate, paul: Delegate):
    with transaction():
        other = cards.guest_with(jana.participant, ticket_text(paul.registration))
        exchange = cards.ask(jana.participant, other)
    assert not queries.is_agreed(exchange)
    with transaction():
        cards.agree(exchange, paul.participant)

    assert queries.is_agreed(exchange)
    assert queries.cards_of([jana.participant])[jana.participant_id].phone == "+49 341 1"
    assert sound() == []


def test_two_who_read_each_other_meet_in_one_row(jana: Delegate, paul: Delegate):
    first = make_exchange(jana.participant, paul.participant, agreed=False)
    second = make_exchange(paul.participant, jana.participant, agreed=False)

    assert first.id == second.id
    assert queries.is_agreed(second)


def test_either_ends_an_exchange_and_may_begin_a_new_one(jana: Delegate, paul: Delegate):
    exchange = make_exchange(jana.participant, paul.participant)
    with transaction():
        cards.end(exchange)

    assert queries.exchanges_of(paul.participant) == []
    assert make_exchange(jana.participant, paul.participant, agreed=False).id != exchange.id


def test_whoever_hides_somebody_parts_with_them_and_is_asked_by_them_no_more(jana: Delegate, paul: Delegate):
    make_exchange(jana.participant, paul.participant)
    with transaction():
        blocking.block(paul, other=jana)
    assert queries.exchanges_of(jana.participant) == []

    with pytest.raises(errors.HiddenByMe):
        cards.guest_with(paul.participant, ticket_text(jana.registration))
    asked = make_exchange(jana.participant, paul.participant, agreed=False)
    assert queries.exchange_by_ref(paul.participant, asked.public_id) is None
    assert queries.exchanges_of(paul.participant, besides=queries.apart_from(paul.participant)) == []
