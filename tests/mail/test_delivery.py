"""What becomes of letters: order, retries, poison, doubt, and what is dropped."""

import threading
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.db import db, transaction
from partnering.mail import delivery, letters
from partnering.mail.models import OutboxLetter
from tests.support.kinds import plain, post_letter
from tests.support.letters import Refusing, Tray, deliver_all

START = datetime(2027, 3, 1, 8, tzinfo=UTC)
RETRIES = [1, 5, 15, 60, 120, 240, 480, 480, 480, 480, 480]


class Away(Tray):
    def open(self) -> None:
        raise delivery.NoServer("no mail server: refused")


def letter(key: str) -> OutboxLetter:
    db.session.rollback()
    return db.session.scalars(sa.select(OutboxLetter).where(OutboxLetter.dedup_key == key)).one()


def subjects(tray: Tray) -> list[str]:
    return [str(message["Subject"]) for message in tray.messages]


def drain(carrier: delivery.Carrier) -> None:
    while delivery.deliver_due(carrier):
        pass


def test_a_letter_leaves_once_and_says_when(ctx, freeze):
    freeze(START)
    post_letter(key="a", subject="Guten Tag")
    tray = Tray()

    drain(tray)
    drain(tray)

    assert subjects(tray) == ["Guten Tag"]
    sent = letter("a")
    assert (sent.state, sent.sent_at, sent.subject, sent.attempts) == ("sent", START, "Guten Tag", 1)
    assert str(tray.messages[0]["Message-ID"]) == sent.message_id


def test_letters_to_one_address_keep_their_order_and_urgent_ones_overtake(ctx):
    for key in ("one", "two", "three"):
        post_letter(key=key, subject=key)
    post_letter(key="other", subject="other", address="other@people.example")
    post_letter(key="link", subject="link", urgent=True)
    post_letter(key="code", subject="code", urgent=True)
    tray = Tray()

    drain(tray)

    left = [subject for subject in subjects(tray) if subject != "other"]
    assert left[0] == "link"
    assert [subject for subject in left if subject in ("link", "code")] == ["link", "code"]
    assert [subject for subject in left if subject not in ("link", "code")] == ["one", "two", "three"]
    assert left.index("code") < left.index("two")


def test_a_letter_that_is_tried_again_later_holds_back_those_after_it(ctx, freeze):
    freeze(START)
    post_letter(key="one", subject="one")
    post_letter(key="two", subject="two")
    tray = Refusing(delivery.Later("451"))

    drain(tray)
    assert subjects(tray) == []
    freeze(START + timedelta(minutes=1))
    drain(tray)

    assert subjects(tray) == ["one", "two"]


def test_a_letter_that_is_not_due_yet_holds_nobody_back(ctx, freeze):
    freeze(START)
    post_letter(key="digest", subject="digest", not_before=START + timedelta(hours=1))
    post_letter(key="now", subject="now")
    tray = Tray()

    drain(tray)
    assert subjects(tray) == ["now"]
    freeze(START + timedelta(hours=1))
    drain(tray)

    assert subjects(tray) == ["now", "digest"]


def test_passing_failures_are_retried_by_the_table_for_two_days(ctx, freeze):
    freeze(START)
    post_letter(key="a")
    tray = Refusing(*[delivery.Later("451 4.3.0 later")] * 20)
    waits, moment = [], START
    while letter("a").state == "ready":
        drain(tray)
        if letter("a").state == "ready":
            waits.append((letter("a").run_at - moment) / timedelta(minutes=1))
            moment = letter("a").run_at
            freeze(moment)

    assert waits == RETRIES
    assert moment - START < timedelta(hours=48)
    dead = letter("a")
    assert (dead.state, dead.attempts) == ("dead", 12)
    assert dead.last_error == "given up after 12 attempts; 451 4.3.0 later"


def test_a_final_refusal_is_not_retried_and_says_why(ctx, caplog):
    post_letter(key="a")

    drain(Refusing(delivery.Never("the mail server said: 550 unknown user")))

    dead = letter("a")
    assert (dead.state, dead.attempts, dead.last_error) == ("dead", 1, "the mail server said: 550 unknown user")
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_letter_to_no_address_is_given_up_without_a_word_to_the_server(ctx):
    post_letter(key="a", address="nobody at all")
    post_letter(key="b", address="jörg@people.example")
    tray = Tray()

    drain(tray)

    assert tray.messages == []
    assert [(letter(key).state, letter(key).attempts) for key in "ab"] == [("dead", 0), ("dead", 0)]


@pytest.mark.parametrize("kind", ["test.broken", "test.unknown"])
def test_poison_is_tried_five_times_and_the_others_flow(ctx, freeze, kind):
    freeze(START)
    post_letter(kind, key="poison")
    post_letter(key="other", address="other@people.example")
    tray = Tray()
    drain(tray)
    assert len(tray.messages) == 1

    tries = 1
    while letter("poison").state == "ready":
        freeze(letter("poison").run_at)
        drain(tray)
        tries += 1

    assert tries == 5
    assert letter("poison").state == "dead"
    assert letter("poison").last_error.startswith("cannot be rendered: ")
    assert clock.now() - START < timedelta(minutes=10)


def test_without_a_server_nothing_is_lost_and_only_one_letter_asks(ctx, freeze):
    freeze(START)
    for key in ("a", "b", "c"):
        post_letter(key=key, address=f"{key}@people.example")

    assert delivery.deliver_due(Away()) == 0

    assert [(letter(key).state, letter(key).attempts) for key in "abc"] == [("ready", 1), ("ready", 0), ("ready", 0)]
    freeze(START + timedelta(minutes=1))
    tray = Tray()
    drain(tray)
    assert len(tray.messages) == 3


def test_a_letter_in_doubt_goes_again_after_ten_minutes_under_its_own_id(ctx, freeze):
    freeze(START)
    post_letter(key="a")
    tray = Refusing(delivery.InDoubt("the conversation broke off"))
    drain(tray)
    assert letter("a").state == "sending"

    freeze(START + timedelta(minutes=10))
    drain(tray)
    assert tray.messages == []
    freeze(START + timedelta(minutes=10, seconds=1))
    drain(tray)

    assert [str(message["Message-ID"]) for message in tray.messages] == [letter("a").message_id]
    assert (letter("a").state, letter("a").attempts) == ("sent", 2)


def test_doubt_ends_too(ctx, freeze):
    freeze(START)
    post_letter(key="a")
    tray = Refusing(*[delivery.InDoubt("the conversation broke off")] * 20)
    while letter("a").state != "dead":
        drain(tray)
        freeze(clock.now() + timedelta(hours=9))

    assert letter("a").attempts == 12


def test_an_abandoned_lease_is_taken_over_and_the_first_worker_marks_nothing(ctx, freeze):
    freeze(START)
    post_letter(key="a")
    (first,) = delivery.claim()
    assert delivery.claim() == []
    freeze(START + delivery.LEASE + timedelta(seconds=1))
    (second,) = delivery.claim()
    tray = Tray()

    assert delivery.deliver(first, tray) is False
    assert delivery.deliver(second, tray) is True

    assert len(tray.messages) == 1
    assert (letter("a").state, letter("a").fence) == ("sent", 2)


def test_of_one_topic_only_the_newest_leaves(ctx):
    for version in (0, 2, 1):
        post_letter(key=f"v{version}", subject=f"v{version}", topic="entry:x", topic_version=version)
    post_letter(key="else", subject="else", topic="entry:y")
    tray = Tray()

    drain(tray)

    assert subjects(tray) == ["v2", "else"]
    assert [letter(key).state for key in ("v0", "v1", "v2")] == ["dropped", "dropped", "sent"]


def test_a_newer_letter_that_failed_or_had_nothing_to_say_takes_nobodys_place(ctx):
    post_letter(key="old", subject="old", topic="entry:x")
    post_letter("test.nothing", key="new", topic="entry:x", topic_version=1)
    with transaction():
        letter_of_new = db.session.scalars(sa.select(OutboxLetter).where(OutboxLetter.dedup_key == "new")).one()
        letter_of_new.state = "dropped"
    tray = Tray()

    drain(tray)

    assert subjects(tray) == ["old"]


def test_a_letter_with_nothing_to_say_is_dropped(ctx):
    post_letter("test.nothing", key="a")
    tray = Tray()

    drain(tray)

    assert tray.messages == []
    assert letter("a").state == "dropped"


def test_what_follows_a_letter_happens_when_it_is_marked(ctx):
    done = []

    @letters.kind("test.follows")
    def follows(outgoing: OutboxLetter) -> letters.Letter:
        return plain(outgoing).with_(on_sent=lambda: done.append(letter_state()))

    def letter_state() -> str:
        return db.session.scalars(sa.select(OutboxLetter.state).where(OutboxLetter.dedup_key == "a")).one()

    post_letter("test.follows", key="a")
    drain(Tray())

    assert done == ["sent"]


def test_a_letter_whose_consequence_fails_is_marked_all_the_same(ctx):
    @letters.kind("test.follows_badly")
    def follows_badly(outgoing: OutboxLetter) -> letters.Letter:
        return plain(outgoing).with_(on_sent=lambda: 1 / 0)

    post_letter("test.follows_badly", key="a")
    tray = Tray()
    drain(tray)
    drain(tray)

    assert (len(tray.messages), letter("a").state) == (1, "sent")


def test_a_secret_does_not_stay_behind(ctx):
    post_letter("test.secret", key="secret", subject="s3cret")
    post_letter(key="plain", subject="plain")

    drain(Tray())

    assert (letter("secret").payload, letter("plain").payload) == ({}, {"subject": "plain"})


def test_being_told_to_stop_gives_the_rest_back_at_once(ctx):
    for key in ("a", "b"):
        post_letter(key=key, address=f"{key}@people.example")
    stop = threading.Event()

    class Stopping(Tray):
        def carry(self, letter: OutboxLetter, message: EmailMessage) -> None:
            super().carry(letter, message)
            stop.set()

    assert delivery.deliver_due(Stopping(), stop) == 1
    assert [letter(key).state for key in "ab"] == ["sent", "ready"]


def test_a_letter_is_rendered_in_the_language_of_its_recipient(app):
    @letters.kind("test.language")
    def language(outgoing: OutboxLetter) -> letters.Letter:
        from partnering.i18n import locale

        return plain(outgoing).with_(subject=locale())

    with app.app_context():
        post_letter("test.language", locale="de")
        post_letter("test.language", locale="en")

    assert [str(message["Subject"]) for message in deliver_all(app)] == ["de", "en"]


# -- two workers at once


def deliver_from_two_threads(app, count: int) -> list[str]:
    with app.app_context():
        for number in range(count):
            post_letter(key=f"letter {number}", address=f"p{number}@people.example")
    barrier = threading.Barrier(2)
    trays = [Tray(), Tray()]

    def work(tray: Tray) -> None:
        with app.app_context():
            barrier.wait(20)
            while delivery.deliver_due(tray, batch=3):
                pass

    threads = [threading.Thread(target=work, args=(tray,)) for tray in trays]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return [str(message["Message-ID"]) for tray in trays for message in tray.messages]


def test_two_workers_deliver_each_letter_once(app):
    carried = deliver_from_two_threads(app, 24)

    assert len(carried) == 24
    assert len(set(carried)) == 24


def test_without_claim_and_fence_they_would_deliver_some_twice(app, monkeypatch):
    met = threading.Barrier(2)

    def grab(limit: int = 3) -> list[delivery.Claimed]:
        db.session.rollback()
        rows = db.session.execute(
            sa.select(OutboxLetter.id, OutboxLetter.fence).where(OutboxLetter.state == "ready").limit(limit)
        ).all()
        db.session.rollback()
        met.wait(20)
        return [delivery.Claimed(*row) for row in rows]

    def set_anyway(claimed: delivery.Claimed, before: object, after: str, **values: object) -> bool:
        db.session.execute(sa.update(OutboxLetter).where(OutboxLetter.id == claimed.id).values(state=after, **values))
        return True

    monkeypatch.setattr(delivery, "claim", grab)
    monkeypatch.setattr(delivery, "_compare_and_set", set_anyway)

    carried = deliver_from_two_threads(app, 3)

    assert len(carried) > len(set(carried))
