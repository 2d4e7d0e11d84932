"""Commands for letters."""

import pytest
import sqlalchemy as sa

from partnering.db import db, transaction
from partnering.mail import queries, services
from partnering.mail.models import OutboxLetter
from tests.support.kinds import post_letter
from tests.support.letters import deliver_all, letters_to


@pytest.fixture
def dead(app):
    with app.app_context():
        post_letter(key="a", subject="Noch einmal", event_ref="abcdefghijklmnop")
        with transaction() as session:
            session.execute(sa.update(OutboxLetter).values(state="dead", attempts=12, last_error="550 nobody"))
        (letter,) = letters_to("jana@people.example")
        found = letter.public_id
        db.session.remove()
    return found


def test_a_dead_letter_is_sent_again_under_its_own_id(app, dead):
    with app.app_context():
        before = letters_to("jana@people.example")[0].message_id
        db.session.remove()

    said = app.test_cli_runner().invoke(args=["mail", "retry", dead])

    assert (said.exit_code, said.output) == (0, f"{dead} (test.plain) will be sent again.\n")
    (message,) = deliver_all(app)
    assert str(message["Message-ID"]) == before


def test_only_a_dead_letter_is_sent_again(app, dead):
    app.test_cli_runner().invoke(args=["mail", "retry", dead])
    deliver_all(app)

    said = app.test_cli_runner().invoke(args=["mail", "retry", dead])
    unknown = app.test_cli_runner().invoke(args=["mail", "retry", "nothing"])

    assert (said.exit_code, unknown.exit_code) == (1, 1)
    assert "it is sent" in said.output
    assert "There is no letter nothing." in unknown.output


def test_the_status_counts_letters(app, dead):
    with app.app_context():
        post_letter(address="other@people.example", event_ref="abcdefghijklmnop")
        post_letter(address="other@people.example", event_ref="ponmlkjihgfedcba")
        assert queries.counts("abcdefghijklmnop") == {"waiting": 1, "sent": 0, "dropped": 0, "dead": 1}
        assert [letter.state for letter in queries.letters_of_event("abcdefghijklmnop")] == ["ready", "dead"]
        assert [letter.state for letter in queries.letters_of_event("abcdefghijklmnop", states=["dead"])] == ["dead"]
        db.session.remove()

    said = app.test_cli_runner().invoke(args=["mail", "status"])

    assert said.output.split() == ["waiting", "2", "sent", "0", "dropped", "0", "dead", "1"]


def test_settled_letters_are_forgotten_after_their_time(app, dead, freeze):
    from partnering import clock

    with app.app_context():
        post_letter(key="waiting", address="other@people.example")
        with transaction():
            assert services.forget_old() == 0
        freeze(clock.now() + services.KEPT)
        with transaction():
            assert services.forget_old() == 1
        assert [letter.dedup_key for letter in db.session.scalars(sa.select(OutboxLetter))] == ["waiting"]
