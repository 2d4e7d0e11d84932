"""The desk's waiting list and approvals: lists, one entry or request, deciding one or several, and what it costs."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.audit import AuditEntry
from partnering.backoffice import deciding
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event
from partnering.questions import uploads
from partnering.questions.uploads import Upload
from partnering.registration import approval, queries
from partnering.registration.models import Party, WaitingEntry
from partnering.tickets.models import Product
from tests.factories import make_event, make_guest, make_product, make_registration
from tests.factories.questions import make_question
from tests.factories.registration import make_draft
from tests.factories.waiting import cancel, make_asked, make_sold_out, make_waiting
from tests.support.counting import statements
from tests.support.there import there

from .desk import counted, open_desk


@pytest.fixture
def event(ctx: Flask, client: FlaskClient) -> Event:
    """An event whose organiser is signed in."""
    return open_desk(client)


def actions(event_ref: str) -> list[str]:
    """What the log says of waiting and approval."""
    found = db.session.scalars(
        sa.select(AuditEntry.action).where(AuditEntry.event_ref == event_ref).order_by(AuditEntry.id)
    )
    return [action for action in found if action.partition(".")[0] in ("waiting", "approval")]


def state(entry_id: int) -> str:
    db.session.remove()
    return there(db.session.get(WaitingEntry, entry_id)).state


# -- the waiting list


def test_the_queue_stands_by_ticket_in_the_order_of_serving(event: Event, client: FlaskClient):
    product, _taken = make_sold_out(event, name=BilingualText("Abend", "Dinner"))
    first = make_waiting(product, name="Wanda Quast")
    second = make_waiting(product, name="Xaver Zorn")

    page = client.get(f"/manage/{event.slug}/waiting?lang=en").get_data(as_text=True)

    assert page.index("Dinner") < page.index(first.name) < page.index(second.name)
    assert "Sold out" in page


def test_moving_up_needs_a_reason_and_keeps_it(event: Event, client: FlaskClient):
    product, [taken] = make_sold_out(event)
    first, second = make_waiting(product), make_waiting(product)
    url, first_id, second_id, ref = (
        f"/manage/{event.slug}/waiting/{second.public_id}",
        first.id,
        second.id,
        event.public_id,
    )
    taken_id = taken.id

    without = client.post(f"{url}?lang=en", data={"deed": "move_up", "reason": " "})
    done = client.post(url, data={"deed": "move_up", "reason": "Sprecherin fällt sonst aus"})
    page = client.get(f"{url}?lang=en").get_data(as_text=True)
    db.session.remove()
    cancel(db.session.get_one(type(taken), taken_id))

    assert (without.status_code, done.status_code) == (422, 303)
    assert "Enter the reason" in without.get_data(as_text=True)
    assert "Sprecherin fällt sonst aus" in page
    assert "Katja Ruhland" in page
    assert (state(first_id), state(second_id)) == ("waiting", "offered")
    assert actions(ref) == ["waiting.moved_up"]


def test_offering_by_hand_says_when_there_are_no_places_and_removing_ends_it(event: Event, client: FlaskClient):
    product, _taken = make_sold_out(event)
    entry = make_waiting(product)
    url, entry_id = f"/manage/{event.slug}/waiting/{entry.public_id}", entry.id

    nothing = client.post(f"{url}?lang=en", data={"deed": "offer", "reason": "angerufen"})
    removed = client.post(url, data={"deed": "remove", "reason": "doppelt"})
    again = client.post(f"{url}?lang=en", data={"deed": "move_up", "reason": "doch"})
    unknown = client.post(url, data={"deed": "burn", "reason": "doch"})

    assert [a.status_code for a in (nothing, removed, again, unknown)] == [409, 303, 409, 422]
    assert "There are not enough places available for this entry." in nothing.get_data(as_text=True)
    assert state(entry_id) == "left"


def test_entries_of_another_event_do_not_exist_here(event: Event, client: FlaskClient):
    product, _taken = make_sold_out(make_event())
    entry = make_waiting(product)
    url = f"/manage/{event.slug}/waiting/{entry.public_id}"

    assert client.get(url).status_code == 404
    assert client.post(url, data={"deed": "remove", "reason": "x"}).status_code == 404


def test_a_long_queue_costs_no_more_questions(event: Event, client: FlaskClient):
    product, _taken = make_sold_out(event)
    other, _others = make_sold_out(event)
    make_waiting(product, others=[other])
    url = f"/manage/{event.slug}/waiting"
    client.get(url)
    with counted() as one:
        client.get(url)
    db.session.remove()
    product, other = there(db.session.get(Product, product.id)), there(db.session.get(Product, other.id))
    for _ in range(12):
        make_waiting(product, others=[other])
        make_waiting(other)
    with counted() as many:
        client.get(url)

    assert len(many) == len(one)


# -- approvals


def test_a_request_is_shown_with_its_people_and_approved(event: Event, client: FlaskClient):
    guest = make_guest("petra@example.org", "Petra", "Feder", function="Redakteurin")
    party = make_asked(event, people=[guest, {}], company="Wochenblatt")
    url, ref = f"/manage/{event.slug}/approvals", party.public_id

    rows = client.get(f"{url}?lang=en").get_data(as_text=True)
    page = client.get(f"{url}/{ref}?lang=en").get_data(as_text=True)
    done = client.post(f"{url}/{ref}/approve", data={"note": "bekannt"})
    after = client.get(f"{url}/{ref}?lang=en").get_data(as_text=True)
    decided = client.get(f"{url}?state=decided&lang=en").get_data(as_text=True)

    for said in ("Petra Feder", "Wochenblatt", "name still open"):
        assert said in rows
    assert "Redakteurin, petra@example.org" in page
    assert done.status_code == 303
    assert "bekannt" in after
    assert "Take the approval back" in after
    assert "Approved" in decided
    db.session.remove()
    assert there(queries.party_at(ref)).placed_at is not None


def test_a_file_sent_in_with_a_request_can_be_opened_before_deciding(event: Event, client: FlaskClient):
    question = make_question(event, "file", "Nachweis")
    party = make_asked(event)
    other = make_draft(event, product=party.product, people=[make_guest("other@example.org")])
    with transaction():
        upload = Upload("nachweis.pdf", "application/pdf", b"%PDF-1.4")
        sent, typed = (uploads.keep(event, question.id, upload).public_id for _file in range(2))
        for one, file in ((party, sent), (other, typed)):
            one.draft = {**one.draft, "answers": {"buyer": {}, "people": [{question.public_id: file}], "seen": []}}
    files = f"/manage/{event.slug}/answers/files"

    page = client.get(f"/manage/{event.slug}/approvals/{party.public_id}").text

    assert f'<a href="{files}/{sent}">nachweis.pdf</a>' in page
    assert [client.get(f"{files}/{file}").status_code for file in (sent, typed)] == [200, 404]


def test_the_files_of_a_request_are_asked_for_at_once_however_many_people_sent_one(event: Event, ctx: Flask):
    question = make_question(event, "file", "Nachweis")
    asked = []
    for count in (1, 4):
        party = make_asked(event, people=[make_guest(f"p{count}-{n}@example.org") for n in range(count)])
        with transaction():
            upload = Upload("nachweis.pdf", "application/pdf", b"%PDF-1.4")
            kept = [uploads.keep(event, question.id, upload).public_id for _person in range(count)]
            people = [{question.public_id: file} for file in kept]
            party.draft = {**party.draft, "answers": {"buyer": {}, "people": people, "seen": []}}
        deciding.people_of(party)
        with statements() as said:
            found = deciding.people_of(party)
        assert [text for one in found for _label, text in one.answers] == ["nachweis.pdf"] * count
        asked.append(len(said))
    assert asked[0] == asked[1]


def test_one_person_of_a_request_is_rejected_with_a_reason_and_a_second_click_meets_nobody_else(
    event: Event, client: FlaskClient
):
    people = [make_guest(given_name=name, family_name="Ott") for name in ("Jana", "Ben", "Cleo")]
    party = make_asked(event, product=make_product(event, needs_approval=True, capacity=3), people=people)
    url, event_ref = f"/manage/{event.slug}/approvals/{party.public_id}", event.public_id
    page = client.get(f"{url}?lang=en").text

    told = [
        client.post(f"{url}/people/1/reject", data={"p1-reason": reason, "p1-of": of}).status_code
        for reason, of in (("", "3"), ("Nur zwei.", "3"), ("Nur zwei.", "3"), ("Nur zwei.", "x"), ("Nur zwei.", "٢"))
    ]
    after = client.get(f"{url}?lang=en").text

    assert (page.count("Reject this person alone"), after.count("Reject this person alone")) == (2, 1)
    assert (told, "Nur zwei." in after) == ([422, 303, 303, 303, 303], True)
    assert actions(event_ref) == ["approval.asked", "approval.person_rejected"]
    db.session.remove()
    found = there(db.session.scalar(sa.select(Party)))
    assert [one["given_name"] for one in found.draft["people"]] == ["Jana", "Cleo"]


def test_rejecting_and_taking_back_need_a_reason(event: Event, client: FlaskClient):
    first, second = make_asked(event), make_asked(event)
    url, ref, other, event_ref = f"/manage/{event.slug}/approvals", first.public_id, second.public_id, event.public_id

    told = [
        client.post(f"{url}/{ref}/reject", data={"reason": ""}).status_code,
        client.post(f"{url}/{ref}/reject", data={"reason": "x" * 601}).status_code,
        client.post(f"{url}/{ref}/reject", data={"reason": "Nur für Presse."}).status_code,
        client.post(f"{url}/{other}/approve").status_code,
        client.post(f"{url}/{other}/take-back", data={"reason": ""}).status_code,
        client.post(f"{url}/{other}/take-back", data={"reason": "Irrtum."}).status_code,
    ]

    assert told == [422, 422, 303, 303, 422, 303]
    assert actions(event_ref) == [
        "approval.asked",
        "approval.asked",
        "approval.rejected",
        "approval.approved",
        "approval.taken_back",
    ]


def test_several_are_decided_at_once_and_what_cannot_be_says_why(event: Event, client: FlaskClient):
    product = make_product(event, needs_approval=True, pending_counts=False, capacity=2)
    parties = [make_asked(event, product=product) for _ in range(3)]
    url, refs = f"/manage/{event.slug}/approvals", [party.public_id for party in parties]

    nothing = client.post(f"{url}?lang=en", data={"deed": "approve"})
    unfounded = client.post(f"{url}?lang=en", data={"deed": "reject", "pick": refs})
    done = client.post(f"{url}?lang=en", data={"deed": "approve", "pick": refs})
    page = client.get(done.location).get_data(as_text=True)
    rejected = client.post(f"{url}?lang=en", data={"deed": "reject", "pick": refs, "reason": "Voll."})

    assert [a.status_code for a in (nothing, unfounded, done, rejected)] == [422, 422, 303, 303]
    assert "Tick at least one request" in nothing.get_data(as_text=True)
    assert "2 requests approved." in page
    assert "There are not enough places available, so nothing was changed." in page
    db.session.remove()
    states = [there(queries.party_at(ref)).approval for ref in refs]
    assert sorted(states) == ["approved", "approved", "rejected"]


def test_requests_of_another_event_and_parties_that_never_asked_do_not_exist(event: Event, client: FlaskClient):
    foreign = make_asked(make_event()).public_id
    plain = make_registration(event).place.party.public_id
    url = f"/manage/{event.slug}/approvals"

    for ref in (foreign, plain, "aaaaaaaaaaaaaaaa"):
        assert client.get(f"{url}/{ref}").status_code == 404
        assert client.post(f"{url}/{ref}/approve").status_code == 404
        assert client.post(url, data={"deed": "approve", "pick": [ref]}).status_code == 404
    db.session.remove()
    assert there(queries.party_at(foreign)).approval == "waiting"


@pytest.mark.parametrize("decided", [False, True])
def test_many_requests_cost_no_more_questions(event: Event, client: FlaskClient, decided: bool):
    product = make_product(event, needs_approval=True)

    def asked() -> None:
        party = make_asked(event, product=product, people=[make_guest(), {}])
        if decided:
            with transaction():
                approval.reject(there(queries.locked_party(party.public_id)), "Nein.")

    asked()
    url = f"/manage/{event.slug}/approvals" + ("?state=decided" if decided else "")
    client.get(url)
    with counted() as one:
        client.get(url)
    db.session.remove()
    event, product = there(db.session.get(Event, event.id)), there(db.session.get(Product, product.id))
    for _ in range(12):
        asked()
    with counted() as many:
        client.get(url)

    assert len(many) == len(one)


def test_the_log_of_a_request_names_who_and_why(event: Event):
    party = make_asked(event)
    with transaction():
        approval.reject(there(queries.locked_party(party.public_id)), "Nein.")

    steps = deciding.steps_of_request(there(db.session.get(Party, party.id)))

    assert [(step.deed, step.who, step.reason) for step in steps] == [
        ("eingereicht", "", ""),
        ("abgelehnt", "", "Nein."),
    ]
