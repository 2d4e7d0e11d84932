"""Two requests that take the same rows in opposite order: the database ends one, and nobody sees it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Flask, request

from partnering import clock
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.guards import guarded, public
from partnering.registration.orders import HOLD
from partnering.tickets import pools, services
from partnering.tickets.models import Pool, Product
from tests.factories import make_event, make_pool, make_product

pytestmark = [pytest.mark.race, pytest.mark.engine("postgresql")]  # SQLite has one writer at a time


@pytest.fixture
def crossing(make_app):
    """An application with two pools, and a view that takes one, waits for the other request, and takes the other."""
    app = make_app()
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        event = make_event("crossing")
        ids = [make_pool(event, 100).id for _number in range(2)]
    both = threading.Barrier(2)
    seen: list[int] = []

    @guarded(public)
    def cross(first: int) -> str:
        db.session.rollback()
        with transaction():
            take(ids[first])
            if len(seen) < 2:
                seen.append(first)
                both.wait(20)
            take(ids[1 - first])
        return request.files["file"].read().decode()

    app.add_url_rule("/cross/<int:first>", "cross", cross, methods=["POST"])
    return app, ids


def take(pool_id):
    db.session.execute(sa.update(Pool).where(Pool.id == pool_id).values(used=Pool.used + 1))


def send(app):
    """What both requests were told."""

    def one(first):
        data = {"file": (BytesIO(b"all of it"), "file.txt")}
        answer = app.test_client().post(f"/cross/{first}", data=data)
        return answer.status_code, answer.text if answer.status_code == 200 else ""

    with ThreadPoolExecutor(2) as crowd:
        return sorted(crowd.map(one, (0, 1)))


def used(app, ids):
    with app.app_context():
        return [db.session.get_one(Pool, pool_id).used for pool_id in ids]


def test_the_one_that_was_ended_is_done_again_and_nobody_notices(crossing):
    app, ids = crossing

    assert send(app) == [(200, "all of it"), (200, "all of it")]
    assert used(app, ids) == [2, 2]


def test_without_that_one_of_them_is_told_to_try_again(crossing, monkeypatch):
    app, ids = crossing
    monkeypatch.setattr("partnering.crossings.Application.dispatch_request", Flask.dispatch_request)

    assert send(app) == [(200, "all of it"), (503, "")]
    assert used(app, ids) == [1, 1]


def hold_crosswise(app):
    """Two deeds that hold two products in opposite order; what went wrong."""
    with app.app_context():
        event = make_event("turns")
        ids = [make_product(event, capacity=100).id for _number in range(2)]
    both = threading.Barrier(2)

    def deed(order):
        with app.app_context():
            try:
                with transaction():
                    for product_id in order:
                        product = db.session.get_one(Product, product_id)
                        event = db.session.get_one(Event, product.event_id)
                        services.hold(event, [(product, 1)], clock.now() + HOLD)
                        try:
                            both.wait(0.5)
                        except threading.BrokenBarrierError:
                            continue  # the other waits for us
            except sa.exc.OperationalError as error:
                return getattr(error.orig, "sqlstate", None)
            return "done"

    with ThreadPoolExecutor(2) as crowd:
        return sorted(crowd.map(deed, (ids, ids[::-1])))


def test_deeds_that_take_places_in_opposite_order_take_turns(make_app):
    assert hold_crosswise(make_app()) == ["done", "done"]


def test_without_turns_they_wait_for_each_other(make_app, monkeypatch):
    monkeypatch.setattr(pools, "turn", lambda event_id: db.session.connection())

    assert hold_crosswise(make_app()) == ["40P01", "done"]
