"""Tickets that are approved first: every step from every state, places, letters, calendars, pages."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock, links
from partnering.agenda.models import AgendaEntry
from partnering.db import db, transaction
from partnering.mail.models import OutboxLetter
from partnering.registration import approval, approval_mails, queries, services, waiting
from partnering.registration.invariants import (
    live_registrations_stand,
    money_adds_up,
    places_paid_from_claims,
    waiting_counted,
)
from partnering.registration.models import Item, Party, Registration, TicketCode, WaitingEntry
from partnering.tickets import services as tickets
from partnering.tickets.invariants import pools_counted
from partnering.tickets.models import Claim, Pool, Product
from tests.factories import make_event, make_product, make_registration
from tests.factories.registration import make_draft, make_guest
from tests.factories.waiting import cancel, make_asked, make_waiting
from tests.support import letters as post
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")


@pytest.fixture(autouse=True)
def sound(ctx):
    """After every test the counts are right, every ticket stands on a place, and the money adds up."""
    yield
    rules = (pools_counted, waiting_counted, places_paid_from_claims, live_registrations_stand, money_adds_up)
    assert [finding for rule in rules for finding in rule()] == []


def fresh(party: Party) -> Party:
    return there(queries.locked_party(party.public_id))


def claims(party: Party) -> list[str]:
    """The states of the claims behind a party, in order."""
    return [there(item.claim).state for item in queries.items_of(party)]


def kinds() -> list[str]:
    """The kinds of letters so far, without the room."""
    return [
        kind.removeprefix("registration.")
        for kind in db.session.scalars(sa.select(OutboxLetter.kind).order_by(OutboxLetter.id))
    ]


def test_asking_keeps_draft_and_place_and_gives_no_ticket():
    event = make_event()
    product = make_product(event, needs_approval=True, capacity=1)

    party = make_asked(event, product=product, email="petra@example.org")

    assert (party.approval, party.placed_at, party.contact_email) == ("waiting", None, "petra@example.org")
    assert claims(party) == ["pending"]
    assert tickets.left(product) == 0
    assert kinds() == ["approval_asked"]
    for table in (Registration, TicketCode, AgendaEntry):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_where_requests_do_not_count_the_place_stays_on_sale():
    event = make_event()
    product = make_product(event, needs_approval=True, pending_counts=False, capacity=1)

    party = make_asked(event, product=product)

    assert claims(party) == ["released"]
    assert tickets.left(product) == 1


def test_approving_places_the_party_at_the_price_it_was_sent_in_with():
    event = make_event()
    product = make_product(event, needs_approval=True, pending_counts=False, gross=10_000)
    party = make_asked(event, product=product)
    with transaction():
        for tier in db.session.get_one(Product, product.id).tiers:
            tier.gross = 99_900

    with transaction():
        approval.approve(fresh(party))

    assert (party.approval, party.placed_at is not None, claims(party)) == ("approved", True, ["confirmed"])
    assert [item.gross for item in queries.items_of(party)] == [10_000]
    assert kinds()[:2] == ["approval_asked", "confirmed"]


def test_without_a_place_approving_changes_nothing():
    event = make_event()
    product = make_product(event, needs_approval=True, pending_counts=False, capacity=1)
    party = make_asked(event, product=product)
    make_registration(event, product=product)
    before = everything()

    with pytest.raises(approval.PlacesGone), transaction():
        approval.approve(fresh(party))

    assert everything() == before


def test_approving_works_after_the_sale():
    event = make_event()
    product = make_product(event, needs_approval=True)
    party = make_asked(event, product=product)
    with transaction():
        db.session.get_one(Product, product.id).on_sale_until = clock.now() - timedelta(hours=1)

    with transaction():
        approval.approve(fresh(party))

    assert claims(party) == ["confirmed"]


def test_rejecting_gives_the_place_on_and_says_why(app: Flask):
    event = make_event()
    product = make_product(event, needs_approval=True, capacity=1)
    party = make_asked(event, product=product, email="petra@example.org", locale="en")
    entry = make_waiting(product)

    with transaction():
        approval.reject(fresh(party), "Only for <journalists>.")

    assert (party.approval, claims(party)) == ("rejected", ["released"])
    assert db.session.get_one(WaitingEntry, entry.id).state == "offered"
    reference, url = party.reference, approval_mails.request_url(party)
    sent = [message for message in post.deliver_all(app) if message["To"] == "petra@example.org"]
    assert [message["Subject"] for message in sent] == [
        f"Your request for Sample Conference 2027 was not approved ({reference})"
    ]
    text = post.text_of(sent[0])
    assert "Reason: Only for <journalists>." in text
    assert url in text
    assert all(post.calendar_of(message) is None for message in sent)


def test_after_an_edit_it_can_be_sent_in_again_if_a_place_is_left():
    event = make_event()
    product = make_product(event, needs_approval=True, capacity=1)
    party = make_asked(event, product=product)
    with transaction():
        approval.reject(fresh(party), "Bitte den Verlag nennen.")
    with transaction():
        services.keep(fresh(party), company="Wochenblatt")
        approval.ask(fresh(party))

    assert (party.approval, party.approval_reason, claims(party)) == ("waiting", "", ["pending"])
    with transaction():
        approval.reject(fresh(party), "Nein.")
    make_registration(event, product=product)
    with pytest.raises(tickets.SoldOut), transaction():
        approval.ask(fresh(party))
    assert party.approval == "rejected"


def test_withdrawing_gives_the_place_on():
    event = make_event()
    product = make_product(event, needs_approval=True, capacity=1)
    party = make_asked(event, product=product)

    with transaction():
        approval.withdraw(fresh(party))

    assert (party.approval, claims(party), tickets.left(product)) == ("none", ["released"], 1)
    assert approval.is_withdrawn(party)


def test_taking_an_approval_back_ends_registrations_and_tells_calendars(app: Flask):
    event = make_event()
    party = make_asked(event, email="petra@example.org", people=None)
    with transaction():
        approval.approve(fresh(party))
    party_id, ref = party.id, party.public_id
    invited = [message for message in post.deliver_all(app) if post.calendar_of(message)]

    with transaction():
        approval.take_back(there(queries.locked_party(ref)), "Ausweis abgelaufen.")

    kept = db.session.get_one(Party, party_id)
    assert (kept.approval, kept.cancelled_at is not None, services.total(kept)) == ("rejected", True, 0)
    told = post.deliver_all(app)
    methods = [(m["To"], "METHOD:CANCEL" in there(post.calendar_of(m)).decode()) for m in told if post.calendar_of(m)]
    assert [message["To"] for message in invited] == ["petra@example.org"]
    assert methods == [("petra@example.org", True)]
    assert any("Ausweis abgelaufen." in post.text_of(message) for message in told)


def test_a_rejected_person_never_gets_a_calendar_entry(app: Flask):
    event = make_event()
    party = make_asked(event)
    with transaction():
        approval.reject(fresh(party), "Nein.")

    assert [message for message in post.deliver_all(app) if post.calendar_of(message)] == []


def test_an_offer_from_the_waiting_list_is_taken_by_asking():
    event = make_event()
    product = make_product(event, needs_approval=True, capacity=1)
    held = make_registration(event, product=product)
    entry = make_waiting(product)
    cancel(held)

    with transaction():
        party = there(waiting.accept(db.session.get_one(WaitingEntry, entry.id)))
        services.keep(party, people=[make_guest()], company="", billing={})
        approval.ask(party)

    assert (entry.state, claims(there(entry.party))) == ("confirmed", ["pending"])
    with transaction():
        approval.withdraw(fresh(there(entry.party)))
        services.forget_drafts()
    assert entry.party_id is None


def test_requests_are_kept_until_a_month_after_the_event(freeze):
    event = make_event()
    waits, refused = make_asked(event), make_asked(event)
    with transaction():
        approval.reject(fresh(refused), "Nein.")
    for days, kept in ((10, 2), (99, 1)):
        freeze(event.created_at + timedelta(days=days))
        with transaction():
            services.forget_drafts()
            approval.forget_old()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Party)) == kept
    assert db.session.get(Party, waits.id) is not None


# -- every other step is refused

ACTIONS = {
    "ask": approval.ask,
    "approve": approval.approve,
    "reject": lambda party: approval.reject(party, "Nein."),
    "withdraw": approval.withdraw,
    "take_back": lambda party: approval.take_back(party, "Doch nicht."),
}
ALLOWED = {
    "draft": {"ask"},
    "waiting": {"approve", "reject", "withdraw"},
    "approved": {"take_back"},
    "rejected": {"ask"},
    "withdrawn": {"ask", "withdraw"},  # withdrawn once more, to the same effect
    "taken back": set(),
    "placed without asking": set(),
}


def party_in(state: str) -> Party:
    """A party in this state."""
    event = make_event()
    product = make_product(event, needs_approval=state != "placed without asking")
    party = make_draft(event, product=product, people=[make_guest()])
    deeds = {
        "draft": [],
        "waiting": ["ask"],
        "approved": ["ask", "approve"],
        "rejected": ["ask", "reject"],
        "withdrawn": ["ask", "withdraw"],
        "taken back": ["ask", "approve", "take_back"],
        "placed without asking": [],
    }[state]
    for deed in deeds:
        with transaction():
            ACTIONS[deed](fresh(party))
    if state == "placed without asking":
        with transaction():
            services.place(fresh(party))
    return party


def everything() -> list[list[tuple[str, ...]]]:
    """All that a refused step must not change."""
    tables = (Party, Item, Claim, Registration, OutboxLetter, Pool, AgendaEntry)
    return [
        [tuple(map(str, row)) for row in db.session.execute(sa.select(table.__table__).order_by(table.id))]
        for table in tables
    ]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", ALLOWED)
def test_every_step_from_every_state(state: str, action: str):
    party = party_in(state)
    before = everything()

    try:
        with transaction():
            ACTIONS[action](fresh(party))
        told = 200
    except approval.NotPossible as error:
        told = error.status

    assert told == (200 if action in ALLOWED[state] else 409)
    if told == 409 or (state, action) == ("withdrawn", "withdraw"):
        assert everything() == before


# -- the buyer's page


def at(party: Party, path: str = "") -> str:
    return f"/r/{links.token('party', party.public_id, party.generation)}/request{path}"


def test_the_page_shows_how_far_it_is_and_takes_the_request_back(client: FlaskClient):
    party = make_asked(make_event())
    ref = party.public_id

    waits = client.get(f"{at(party)}?lang=en").get_data(as_text=True)
    sent = client.post(at(party, "/withdraw"))
    db.session.remove()
    after = client.get(f"{at(there(queries.party_at(ref)))}?lang=en").get_data(as_text=True)

    assert "We are looking at your request." in waits
    assert sent.status_code == 303
    assert "You have withdrawn your request." in after


def test_a_rejected_request_is_filled_in_again_and_sent(client: FlaskClient):
    event = make_event()
    product = make_product(event, needs_approval=True, gross=0, partnering=False)
    party = make_asked(event, product=product, company="")
    ref = party.public_id
    with transaction():
        approval.reject(fresh(party), "Bitte den Verlag nennen.")
    page = client.get(f"{at(party)}?lang=en").get_data(as_text=True)

    began = client.post(at(party, "/edit"))
    client.get(began.location)
    guest = {"given_name": "Petra", "family_name": "Feder", "email": "petra@example.org"}
    client.post(
        f"/e/{event.slug}/register/people",
        data={"company": "Wochenblatt", **{f"people-0-{name}": value for name, value in guest.items()}},
    )
    done = client.post(f"/e/{event.slug}/register/check", data={"terms": "y", "privacy": "y"})

    assert "Bitte den Verlag nennen." in page
    assert (done.status_code, done.location.partition("?")[0]) == (303, f"/e/{event.slug}/register/done")
    db.session.remove()
    kept = there(queries.party_at(ref))
    assert (kept.approval, kept.contact_name, kept.draft["company"]) == ("waiting", "Petra Feder", "Wochenblatt")


@pytest.mark.parametrize("state", ["draft", "waiting", "approved", "withdrawn", "taken back"])
def test_only_a_rejected_request_can_be_edited(client: FlaskClient, state: str):
    party = party_in(state)

    answer = client.post(at(party, "/edit"))

    assert answer.status_code == 409


def test_the_page_of_a_draft_does_not_exist_and_that_of_a_placed_party_is_its_places(client: FlaskClient):
    draft, placed = party_in("draft"), party_in("approved")

    assert client.get(at(draft)).status_code == 404
    assert client.get(at(placed)).location.startswith(f"/r/{links.token('party', placed.public_id, 1)}")


def test_no_step_of_the_flow_reaches_a_request_that_waits(client: FlaskClient):
    event = make_event()
    product = make_product(event, needs_approval=True, gross=0, partnering=False)
    party = make_asked(event, product=product)
    with client.session_transaction() as session:
        session["drafts"] = {event.public_id: party.public_id}
    before = everything()

    guest = {"given_name": "Eve", "family_name": "Other", "email": "eve@example.org"}
    told = [
        client.post(
            f"/e/{event.slug}/register/people", data={f"people-0-{name}": value for name, value in guest.items()}
        ).status_code,
        client.post(f"/e/{event.slug}/register/extend", data={"step": "people"}).status_code,
    ]

    assert told == [409, 409]
    assert everything() == before
