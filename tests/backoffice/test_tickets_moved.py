"""What the desk does with tickets that are sold: moved, passed on, cancelled, given, by one and by many; its log."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock, verify
from partnering.audit import AuditDetail, AuditEntry
from partnering.backoffice import changes, log
from partnering.db import BilingualText, db, transaction
from partnering.delegates.models import Delegate
from partnering.events.models import Event, Participant
from partnering.mail import letters
from partnering.mail.models import OutboxLetter
from partnering.questions.models import Answer
from partnering.registration import desk
from partnering.registration.models import Item, Party, Place, Registration
from partnering.tickets.models import Code, Pool, PriceTier, Product
from partnering.tickets.services import SoldOut, set_capacity
from tests.factories import (
    make_code,
    make_event,
    make_participant,
    make_party,
    make_pool,
    make_product,
    make_registration,
    make_workshop,
)
from tests.factories.questions import make_question

from .desk import counted, open_desk


@pytest.fixture
def event(ctx: Flask, client: FlaskClient) -> Event:
    """An event whose organiser is signed in."""
    return open_desk(client)


def fresh(registration: Registration) -> Registration:
    """The registration as it is now."""
    db.session.rollback()
    return db.session.get_one(Registration, registration.id, populate_existing=True)


def address(event: Event, registration: Registration, more: str = "") -> str:
    return f"/manage/{event.slug}/people/{fresh(registration).participant.public_id}{more}"


def sound() -> list[str]:
    """What `flask verify` finds."""
    return [finding for _rule, findings in verify.results() for finding in findings]


# -- moving


def test_the_last_place_of_a_shared_pool_can_be_moved_within_it(event: Event):
    hall = make_pool(event, 1)
    cheap, dear = make_product(event, pools=[hall], gross=5_000), make_product(event, pools=[hall], gross=9_000)
    held = make_registration(event, product=cheap)
    code = fresh(held).code
    assert code is not None

    with transaction():
        desk.move(db.session.get_one(Registration, held.id), db.session.get_one(Product, dear.id))

    now = fresh(held)
    lines = [(item.gross, item.cancelled_at is None) for item in now.place.party.items]
    assert (now.place.product_id, lines, now.state) == (dear.id, [(5_000, False), (9_000, True)], "live")
    assert now.code is not None
    assert now.code.code_id == code.code_id
    assert (db.session.get_one(Pool, hall.id).used, sound()) == (1, [])


def test_nobody_is_moved_where_no_place_is_left_and_the_old_one_stays(event: Event):
    full = make_product(event, capacity=0)
    held = make_registration(event)

    with pytest.raises(SoldOut), transaction():
        desk.move(db.session.get_one(Registration, held.id), db.session.get_one(Product, full.id))

    now = fresh(held)
    assert ([item.cancelled_at for item in now.place.party.items], now.place.product_id != full.id) == ([None], True)


def test_an_over_full_pool_refuses_nobody_who_is_in_it_already(event: Event):
    hall, dinner = make_pool(event, 3), make_pool(event, 1)
    cheap, dear = make_product(event, pools=[hall]), make_product(event, pools=[hall, dinner])
    held, second, _third = [make_registration(event, product=cheap) for _person in range(3)]
    with transaction():
        set_capacity(db.session.get_one(Pool, hall.id), 1)

    with transaction():
        desk.move(db.session.get_one(Registration, held.id), db.session.get_one(Product, dear.id))
    with pytest.raises(SoldOut), transaction():  # the dinner is full now, and that is what they would add to
        desk.move(db.session.get_one(Registration, second.id), db.session.get_one(Product, dear.id))

    db.session.expire_all()
    pools = [db.session.get_one(Pool, pool.id) for pool in (hall, dinner)]
    assert [(pool.used, pool.capacity, pool.over) for pool in pools] == [(3, 1, 2), (1, 1, 0)]
    assert (fresh(held).place.product_id, fresh(second).place.product_id, sound()) == (dear.id, cheap.id, [])


def test_moving_out_of_an_over_full_pool_takes_its_excess_along(event: Event):
    hall = make_pool(event, 2)
    inside, outside = make_product(event, pools=[hall]), make_product(event)
    held, _other = [make_registration(event, product=inside) for _person in range(2)]
    with transaction():
        set_capacity(db.session.get_one(Pool, hall.id), 0)

    with transaction():
        desk.move(db.session.get_one(Registration, held.id), db.session.get_one(Product, outside.id))

    db.session.expire_all()
    pool = db.session.get_one(Pool, hall.id)
    assert ((pool.used, pool.capacity, pool.over), sound()) == ((1, 0, 1), [])


def test_a_group_ticket_is_not_moved_for_one_of_the_group(event: Event):
    party = make_party(event, people=[{"email": "a@firma.example", "given_name": "A", "family_name": "B"}, {}])
    held = db.session.scalars(sa.select(Registration).join(Place).where(Place.party_id == party.id)).one()
    other = make_product(event)

    with pytest.raises(desk.SharedTicket), transaction():
        desk.move(db.session.get_one(Registration, held.id), db.session.get_one(Product, other.id))


def test_whoever_moves_joins_or_leaves_the_partnering_with_the_ticket(event: Event):
    with_it, without = make_product(event, partnering=True), make_product(event, partnering=False)
    held = make_registration(event, product=with_it)

    def gone() -> list[bool]:
        db.session.rollback()
        return [one.left_at is not None for one in db.session.scalars(sa.select(Delegate))]

    seen = [gone()]
    for product in (without, with_it):
        with transaction():
            desk.move(db.session.get_one(Registration, held.id), db.session.get_one(Product, product.id))
        seen.append(gone())

    assert seen == [[False], [True], [False]]


def test_moving_at_the_desk_sets_the_price_and_tells_them(ctx: Flask, event: Event, client: FlaskClient):
    held, other = make_registration(event, letters=False), make_product(event, name=BilingualText("VIP"))
    public_id = other.public_id

    answer = client.post(address(event, held, "/move"), data={"ticket": public_id, "price": "10,50", "letter": "y"})

    assert answer.location == address(event, held)
    assert [item.gross for item in fresh(held).place.party.items if item.cancelled_at is None] == [1_050]
    with ctx.app_context():  # a worker knows no request
        letter = db.session.scalars(sa.select(OutboxLetter).where(OutboxLetter.kind == "registration.moved")).one()
        said = letters.render(letter)
    assert said is not None
    assert "VIP" in said.text
    assert client.post(address(event, held, "/move"), data={"ticket": public_id}).status_code == 422


def early_and_dear(event: Event) -> Product:
    """A ticket that cost 180 euros until a week ago and costs 290 now."""
    return make_product(event, tiers=[(18_000, clock.now() - timedelta(days=7)), (29_000, None)], capacity=5)


@pytest.mark.parametrize(("basis", "gross"), [("then", 18_000), ("today", 29_000), ("same", 22_000)])
def test_whoever_booked_early_may_keep_the_early_price_of_another_ticket(
    event: Event, client: FlaskClient, basis: str, gross: int
):
    held, other = make_registration(event), early_and_dear(event)
    with transaction():
        db.session.execute(sa.update(Party).values(placed_at=clock.now() - timedelta(days=30)))

    client.post(address(event, held, "/move"), data={"ticket": other.public_id, "basis": basis})

    assert [item.gross for item in fresh(held).place.party.items if item.cancelled_at is None] == [gross]


def test_what_another_ticket_costs_stands_beside_it_before_anything_happens(event: Event, client: FlaskClient):
    held = make_registration(event)
    early_and_dear(event)
    with transaction():
        db.session.execute(sa.update(Party).values(placed_at=clock.now() - timedelta(days=30)))

    page = client.get(address(event, held, "/move")).text

    assert [sum_ in page for sum_ in ("40\xa0€ weniger", "70\xa0€ mehr")] == [True, True]


def test_a_group_ticket_says_at_once_that_it_is_not_moved_for_one(event: Event, client: FlaskClient):
    make_product(event)
    held = make_registration(event, product=make_product(event, seats=3))

    page = client.get(address(event, held, "/move")).text

    assert (str(desk.SharedTicket.message) in page, 'name="ticket"' in page) == (True, False)


def test_members_stay_members_when_they_are_moved(event: Event):
    code = make_code(event, "MITGLIED", "member", audience="member")
    held, other = make_registration(event), make_product(event, gross=29_000)
    with transaction():
        db.session.add(PriceTier(event_id=event.id, product_id=other.id, gross=25_000, audience="member"))
        db.session.execute(sa.update(Party).values(code_id=code.id))
        db.session.expire_all()

    with transaction():
        line = desk.move(db.session.get_one(Registration, held.id), db.session.get_one(Product, other.id))
        assert line.gross == 25_000


# -- passing on, cancelling, exceptions


def test_a_place_given_to_somebody_else_kills_the_old_code(event: Event, client: FlaskClient):
    held = make_registration(event)
    data = {"email": "neu@firma.example", "given_name": "Ben", "family_name": "Cho"}

    answer = client.post(address(event, held, "/substitute"), data=data)

    assert answer.status_code == 302
    db.session.rollback()
    new = db.session.scalars(sa.select(Registration).where(Registration.state == "live")).one()
    assert (fresh(held).state, fresh(held).code, new.place_id) == ("substituted", None, fresh(held).place_id)
    assert answer.location == address(event, new)


def test_nobody_gets_a_second_place(event: Event, client: FlaskClient):
    held = make_registration(event)
    make_registration(event, email="da@firma.example")
    data = {"email": "da@firma.example", "given_name": "Ben", "family_name": "Cho"}

    assert client.post(address(event, held, "/substitute"), data=data).status_code == 422
    assert fresh(held).state == "live"


@pytest.mark.parametrize(("waived", "kept"), [({}, [22_000]), ({"waive_fee": "y"}, [])])
def test_cancelling_keeps_what_the_rules_say_unless_it_is_waived(
    event: Event, client: FlaskClient, waived: dict[str, str], kept: list[int]
):
    held = make_registration(event)
    asked = client.get(address(event, held, "/cancel"))

    client.post(address(event, held, "/cancel"), data=waived)

    lines = db.session.scalars(sa.select(Item).where(Item.cancelled_at.is_(None))).all()
    assert asked.status_code == 200
    assert (fresh(held).state, [item.gross for item in lines if item.kind == "fee"]) == ("cancelled", kept)


def test_an_exception_is_kept_and_taken_back(event: Event, client: FlaskClient):
    held = make_registration(event)

    client.post(address(event, held, "/exception"), data={"until": "2027-10-12T18:00"})
    first = fresh(held).changes_until
    client.post(address(event, held, "/exception"), data={"until": ""})

    assert first is not None
    assert (clock.in_zone(first, event.zone).hour, fresh(held).changes_until) == (18, None)


# -- entering and giving


def test_somebody_is_entered_with_extras_a_code_and_answers(event: Event, client: FlaskClient):
    product, dinner = make_product(event), make_workshop(event, "GMP", event.opens_at, gross=1_000)
    question = make_question(event, "short_text", "Notiz", internal=True)
    make_code(event, "HALB", discount="percent", value=5_000)
    data = {
        "email": "neu@firma.example",
        "given_name": "Neu",
        "family_name": "Gast",
        "ticket": product.public_id,
        "add_ons": dinner.public_id,
        "code": "halb",
        "locale": "en",
        f"a-q-{question.public_id}": "kommt spät",
        f"a-q_{question.public_id}": "kommt spät",
    }

    answer = client.post(f"/manage/{event.slug}/people/add", data=data)

    held = db.session.scalars(sa.select(Registration)).one()
    assert answer.location == address(event, held)
    assert sorted(item.gross for item in held.place.party.items) == [1_000, 11_000]
    assert [one.value["value"] for one in db.session.scalars(sa.select(Answer))] == ["kommt spät"]
    assert sound() == []


def test_tickets_are_given_at_once_to_somebody_who_names_the_people(event: Event, client: FlaskClient):
    product = make_product(event, capacity=3)
    data = {"ticket": product.public_id, "count": "3", "way": "direct", "name": "Ada Lov", "email": "ada@firma.example"}

    client.post(f"/manage/{event.slug}/people/give", data={**data, "locale": "de", "letter": "y"})

    party = db.session.scalars(sa.select(Party)).one()
    assert (len(party.places), [item.gross for item in party.items], party.settled_at is not None) == (3, [0] * 3, True)
    assert db.session.scalars(sa.select(OutboxLetter.kind)).all() == ["registration.party"]
    assert "Ada Lov" in client.get(f"/manage/{event.slug}/people/unnamed").text
    assert client.post(f"/manage/{event.slug}/people/give", data={**data, "locale": "de"}).status_code == 409
    assert sound() == []


def test_tickets_are_given_by_a_code_that_keeps_the_places(event: Event, client: FlaskClient):
    product = make_product(event, capacity=5)

    client.post(
        f"/manage/{event.slug}/people/give",
        data={"ticket": product.public_id, "count": "4", "way": "voucher", "locale": "de"},
    )

    code = db.session.scalars(sa.select(Code)).one()
    db.session.rollback()
    assert (code.kind, code.blocked, code.uses_max, code.discount, code.value) == ("voucher", 4, 4, "price", 0)
    assert db.session.scalars(sa.select(Pool.used)).one() == 4


# -- many at once


def picked(*held: Registration, **more: str) -> dict[str, Any]:
    return {"pick": [fresh(one).participant.public_id for one in held], **more}


def test_many_are_asked_about_with_their_number_before_anything_happens(event: Event, client: FlaskClient):
    held = [make_registration(event) for _number in range(3)]

    asked = client.post(f"/manage/{event.slug}/people/several?lang=en", data=picked(*held, deed="cancel"))

    assert "Cancel 3 registrations" in asked.text
    assert [fresh(one).state for one in held] == ["live"] * 3


def test_many_are_cancelled_or_moved_in_one_deed(event: Event, client: FlaskClient):
    held = [make_registration(event) for _number in range(4)]
    vip = make_product(event, capacity=2)
    path, sure = f"/manage/{event.slug}/people/several", {"sure": "1"}

    client.post(path, data=picked(*held[:2], deed="move", ticket=vip.public_id, **sure))
    refused = client.post(path, data=picked(*held[2:], deed="move", ticket=vip.public_id, **sure))
    client.post(path, data=picked(*held[2:], deed="cancel", waive_fee="y", **sure))

    assert [fresh(one).place.product_id == vip.id for one in held] == [True, True, False, False]
    assert (refused.status_code, [fresh(one).state for one in held]) == (
        409,
        ["live", "live", "cancelled", "cancelled"],
    )
    assert sound() == []


def test_people_of_other_events_and_without_tickets_are_left_alone(event: Event, client: FlaskClient):
    foreign = make_registration(make_event())
    nobody = make_participant(event).public_id
    data = {**picked(foreign, deed="cancel", sure="1")}
    data["pick"].append(nobody)

    client.post(f"/manage/{event.slug}/people/several", data=data)

    assert fresh(foreign).state == "live"


# -- the log


def test_the_log_shows_before_and_after_by_person_kind_and_actor(event: Event, client: FlaskClient):
    held, other = make_registration(event, family_name="Berg"), make_registration(event, family_name="Cho")
    one = fresh(held).participant
    vip = make_product(event, name=BilingualText("VIP", "VIP"))
    client.post(address(event, held, "/move"), data={"ticket": vip.public_id})

    def actions(**asked: str) -> list[str]:
        deeds, _later = log.deeds(event, log.Asked(**asked))
        ids = [deed.id for deed in deeds]
        by_id = {entry.id: entry.action for entry in db.session.scalars(sa.select(AuditEntry))}
        return [by_id[number] for number in ids]

    assert actions(person=one.public_id) == ["registration.moved", "registration.added"]
    assert actions(words="cho") == ["registration.added"]
    assert actions(kind="people")[:1] == ["registration.moved"]
    assert actions(kind="programme") == []
    assert "registration.moved" not in actions(actor="system")
    assert fresh(other).state == "live"
    (deed, *_rest), _later = log.deeds(event, log.Asked(person=one.public_id))
    assert ("Standard", "VIP") in [(one.before, one.after) for one in deed.differences]


def test_erased_details_are_said_to_be_erased(event: Event, client: FlaskClient):
    make_registration(event)
    with transaction() as session:
        session.execute(sa.delete(AuditDetail))

    page = client.get(f"/manage/{event.slug}/log")
    deeds, _later = log.deeds(event, log.Asked(kind="people"))

    assert page.status_code == 200
    assert [deed.erased for deed in deeds] == [True]


def test_the_log_goes_on_page_by_page_with_the_same_questions(event: Event, client: FlaskClient, monkeypatch):
    monkeypatch.setattr(log, "PAGE", 5)
    make_registration(event)
    path = f"/manage/{event.slug}/log?kind=people"
    client.get(path)
    with counted() as few:
        client.get(path)
    event_id = db.session.scalars(sa.select(Event.id)).one()
    with transaction():
        for _number in range(11):
            make_registration(db.session.get_one(Event, event_id))
    with counted() as many:
        client.get(path)

    again = db.session.get_one(Event, event_id)
    seen: list[int] = []
    before = None
    while True:
        deeds, before = log.deeds(again, log.Asked(kind="people"), before=before)
        seen += [deed.id for deed in deeds]
        if before is None:
            break
    assert (len(seen), seen) == (12, sorted(set(seen), reverse=True))
    assert abs(len(many) - len(few)) <= 1


def test_whoever_takes_the_list_along_stands_in_the_log(event: Event, client: FlaskClient):
    make_registration(event)

    for kind in ("csv", "xlsx"):
        assert client.get(f"/manage/{event.slug}/people.{kind}?q=jana").status_code == 200

    entries = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "people.exported")).all()
    assert {entry.actor_kind for entry in entries} == {"person"}
    details = db.session.scalars(sa.select(AuditDetail.after).order_by(AuditDetail.id.desc()).limit(2)).all()
    assert details == [{"format": "xlsx", "words": "jana"}, {"format": "csv", "words": "jana"}]
    assert changes.latest(event)[0].at <= clock.now() + timedelta(minutes=1)


def test_a_person_s_page_tells_what_happened_to_them(event: Event, client: FlaskClient):
    held = make_registration(event)
    client.post(address(event, held, "/exception"), data={"until": "2027-10-12T18:00"})

    one = db.session.get_one(Participant, fresh(held).participant_id)

    assert len(log.about(event, one)) == 2
    assert client.get(address(event, held)).status_code == 200
