"""What organisers book beside somebody's ticket and give up again, and the choices that are sold."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import verify
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.questions.queries import answers_of
from partnering.registration.models import ChoiceProduct, Item, Registration
from partnering.tickets.models import Pool, Product
from tests.factories import make_event, make_product, make_registration, make_workshop
from tests.factories.questions import make_question

from .desk import open_desk


@pytest.fixture
def event(ctx: Flask, client: FlaskClient) -> Event:
    """An event whose organiser is signed in."""
    return open_desk(client)


def fresh(registration: Registration) -> Registration:
    db.session.rollback()
    return db.session.get_one(Registration, registration.id, populate_existing=True)


def path_of(event: Event, held: Registration, more: str = "/extras") -> str:
    return f"/manage/{event.slug}/people/{fresh(held).participant.public_id}{more}"


def extras() -> list[tuple[int, bool]]:
    """Price of each extra, and whether it is booked."""
    db.session.rollback()
    rows = db.session.scalars(sa.select(Item).where(Item.kind == "add_on").order_by(Item.id))
    return [(item.gross, item.cancelled_at is None) for item in rows]


def sound() -> list[str]:
    return [finding for _rule, findings in verify.results() for finding in findings]


def test_a_dinner_is_booked_for_somebody_and_given_up_again(event: Event, client: FlaskClient):
    held = make_registration(event)
    dinner = make_product(event, kind="add_on", gross=4_500, capacity=1)
    page = path_of(event, held)

    client.post(f"{page}/{dinner.public_id}/book")
    booked = extras()
    client.post(f"{page}/{dinner.public_id}/give_up", data={"waive_fee": "y"})

    assert (booked, extras(), sound()) == ([(4_500, True)], [(4_500, False)], [])


def test_a_full_dinner_and_a_second_workshop_at_the_same_time_are_refused(event: Event, client: FlaskClient):
    held = make_registration(event)
    full = make_product(event, kind="add_on", gross=4_500, capacity=0)
    at = event.opens_at
    one, two = make_workshop(event, "GMP", at), make_workshop(event, "Patente", at)
    page = path_of(event, held)

    for product in (full, one, two):
        client.post(f"{page}/{product.public_id}/book")

    assert len(extras()) == 1
    shown = client.get(page).text
    assert ("Ausgebucht" in shown, "zur selben Zeit wie" in shown) == (True, True)


def test_what_is_no_extra_of_this_event_does_not_exist_here(event: Event, client: FlaskClient):
    held = make_registration(event)
    ticket, foreign = make_product(event), make_product(make_event(), kind="add_on")

    answers = [client.post(f"{path_of(event, held)}/{one.public_id}/book").status_code for one in (ticket, foreign)]

    assert (answers, extras()) == ([404, 404], [])


# -- choices that are sold


@pytest.fixture
def shirt(event: Event) -> tuple[Any, Product]:
    """A question of which one answer costs 15 euros; there is one shirt."""
    question = make_question(event, "single_choice", "T-Shirt", choices={"no": "Keines", "m": "M"})
    product = make_product(event, kind="add_on", gross=1_500, capacity=1)
    with transaction():
        db.session.add(ChoiceProduct(event_id=event.id, question_id=question.id, choice_key="m", product_id=product.id))
    return question, product


def test_a_choice_that_costs_is_booked_and_given_up_with_its_answer(
    event: Event, client: FlaskClient, shirt: tuple[Any, Product]
):
    question = shirt[0].public_id
    held = make_registration(event)
    page = path_of(event, held, "/answers")

    for answer in ("m", "no", "m", "m"):
        client.post(page, data={f"a-q_{question}": answer})

    assert extras() == [(1_500, False), (1_500, True)]
    assert answers_of(fresh(held).sheet) == {question: "m"}
    assert sound() == []


def test_a_choice_that_is_sold_out_changes_neither_answer_nor_invoice(
    event: Event, client: FlaskClient, shirt: tuple[Any, Product]
):
    question = shirt[0].public_id
    held = make_registration(event)
    with transaction():
        db.session.execute(sa.update(Pool).where(Pool.capacity == 1).values(capacity=0))

    answer = client.post(path_of(event, held, "/answers"), data={f"a-q_{question}": "m"})

    assert (answer.status_code, extras(), answers_of(fresh(held).sheet)) == (409, [], {})
