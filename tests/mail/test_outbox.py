"""Letters are decided on with the deed that causes them, once each."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.db import OutsideTransaction, db, transaction
from partnering.mail import outbox
from partnering.mail.models import OutboxLetter
from tests.support.kinds import post_letter
from tests.support.letters import letters_to


def stored() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(OutboxLetter)) or 0


def test_a_deed_that_is_undone_leaves_no_letter(ctx):
    def deed() -> None:
        with transaction():
            post_letter()
            raise RuntimeError("undo")

    with pytest.raises(RuntimeError, match="undo"):
        deed()

    assert stored() == 0


def test_a_letter_outside_a_transaction_is_refused(ctx):
    with pytest.raises(OutsideTransaction):
        outbox.post("test.plain", key="a", address="a@people.example", locale="de", payload={})

    assert stored() == 0


def test_the_same_key_posts_one_letter(ctx):
    with transaction():
        first = outbox.post("test.plain", key="a", address="a@people.example", locale="de", payload={"n": 1})
        again = outbox.post("test.plain", key="a", address="a@people.example", locale="de", payload={"n": 2})
    with transaction():
        later = outbox.post("test.plain", key="a", address="a@people.example", locale="de", payload={"n": 3})

    assert (first, again, later) == (True, False, False)
    assert [letter.payload for letter in letters_to("a@people.example")] == [{"n": 1}]


def test_the_message_id_is_random_and_at_the_host_of_the_site(make_app):
    app = make_app(base_url="https://events.example/")
    with app.app_context():
        post_letter(key="a")
        post_letter(key="b")
        ids = [letter.message_id for letter in letters_to("jana@people.example")]

    assert len(set(ids)) == 2
    assert all(re.fullmatch(r"<[0-9a-f]{32}@events\.example>", id) for id in ids)


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8000", "http://[::1]:8000"])
def test_a_message_id_names_no_number_as_its_host(make_app, base_url):
    app = make_app(base_url=base_url)
    with app.app_context():
        assert outbox.new_message_id().endswith("@localhost>")


def test_a_letter_may_wait_and_is_due_at_once_otherwise(ctx, freeze):
    freeze(clock.now())
    moment = clock.now() + timedelta(minutes=5)
    post_letter(key="later", address="a@people.example", not_before=moment)
    post_letter(key="now", address="a@people.example")
    post_letter(key="past", address="a@people.example", not_before=clock.now() - timedelta(days=1))

    assert [letter.run_at for letter in letters_to("a@people.example")] == [moment, clock.now(), clock.now()]
