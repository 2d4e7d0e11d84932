"""What arrives twice happens once and is answered twice alike."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import clock, idempotency
from partnering.db import db, transaction
from partnering.events.models import Host
from partnering.idempotency import IdempotencyKey, KeyReused
from tests.support.waiting import until

Deed = Callable[[], dict[str, Any]]
Way = Callable[[Deed], dict[str, Any]]


def found_host() -> dict[str, Any]:
    """Make a host, and answer with how many there are now."""
    db.session.add(Host(name="Probe", legal_name="Probe", email="host@example.org"))
    db.session.flush()
    return {"hosts": hosts()}


def hosts() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Host)) or 0


def once(deed: Deed, *, actor: str = "person:a", key: str = "k1", body: str = "x=1") -> dict[str, Any]:
    with transaction():
        return idempotency.once(actor, key, body, deed)


def test_the_second_time_answers_as_the_first_and_does_nothing(ctx):
    first, second = once(found_host), once(found_host)

    assert first == second == {"hosts": 1}
    assert hosts() == 1


def test_other_actors_and_other_keys_are_other_deeds(ctx):
    for actor, key in (("person:a", "k1"), ("person:b", "k1"), ("person:a", "k2")):
        once(found_host, actor=actor, key=key)

    assert hosts() == 3


def test_the_same_key_with_other_content_is_refused(ctx):
    once(found_host)

    with pytest.raises(KeyReused):
        once(found_host, body="x=2")

    assert hosts() == 1


def test_a_deed_that_failed_may_be_tried_again(ctx):
    def fail() -> dict[str, Any]:
        found_host()
        raise LookupError

    with pytest.raises(LookupError):
        once(fail)

    assert once(found_host) == {"hosts": 1}


def test_keys_whose_time_is_over_are_forgotten(ctx, freeze):
    moment = clock.now()
    freeze(moment)
    once(found_host)
    freeze(moment + timedelta(days=1))
    with transaction():
        assert idempotency.forget_old() == 0
    freeze(moment + timedelta(days=2, seconds=1))
    with transaction():
        assert idempotency.forget_old() == 1

    assert db.session.scalars(sa.select(IdempotencyKey.key)).all() == []


def twins(app: Flask, way: Way) -> list[dict[str, Any]]:
    """What two threads get that send the same at the same moment.

    The first waits inside its deed until the second has come as far as it can: into the deed as well, or to waiting
    for the first one's lock.
    """
    answers: list[dict[str, Any]] = []
    inside, second_came = threading.Semaphore(0), threading.Event()
    entered = 0

    def deed() -> dict[str, Any]:
        nonlocal entered
        entered += 1
        inside.release()
        second_came.wait(1)
        return found_host()

    def send() -> None:
        with app.app_context():
            answers.append(way(deed))
            db.session.remove()

    threads = [threading.Thread(target=send) for _ in range(2)]
    threads[0].start()
    assert inside.acquire(timeout=30)
    threads[1].start()
    if inside.acquire(timeout=0.5):  # the second is in there too
        second_came.set()
    for thread in threads:
        thread.join(60)
    until(lambda: len(answers) == 2, what="both answers")
    return answers


def test_twins_have_one_effect_and_one_answer(ctx):
    answers = twins(ctx, once)

    assert answers == [{"hosts": 1}, {"hosts": 1}]
    assert hosts() == 1


def test_without_it_twins_have_two_effects(ctx):
    """The negative control: the same race with the guard off."""

    def careless(deed: Deed) -> dict[str, Any]:
        known = db.session.scalars(sa.select(IdempotencyKey.key)).all()
        db.session.rollback()
        assert known == []
        with transaction():
            return deed()

    twins(ctx, careless)

    assert hosts() == 2
