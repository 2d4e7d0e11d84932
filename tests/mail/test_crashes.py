"""A worker killed at any point loses no letter, and a copy is known as one."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.agenda import services as agenda
from partnering.agenda.models import AgendaEntry
from partnering.db import db, transaction
from partnering.mail.models import OutboxLetter
from tests.factories import make_event, make_participant, make_person
from tests.readers.calendars import libical
from tests.support import worker
from tests.support.kinds import post_calendar_letter, post_letter

PLACES = ["mail.before_connect", "mail.before_data", "mail.after_data", "mail.before_mark"]


def let_time_pass(app) -> None:
    """End every lease, as ten minutes would."""
    with app.app_context():
        with transaction() as session:
            session.execute(
                sa.update(OutboxLetter)
                .where(OutboxLetter.lease_until.is_not(None))
                .values(lease_until=clock.now() - timedelta(seconds=1))
            )
        db.session.remove()


@pytest.mark.parametrize("place", PLACES)
def test_a_worker_killed_in_the_middle_loses_no_letter(make_app, post, place):
    app = make_app(mail_server="127.0.0.1", mail_port=post.port)
    settings = app.extensions["settings"]
    with app.app_context():
        event = make_event()
        jana = make_participant(event, make_person("jana@people.example"))
        with transaction():
            talk = agenda.appoint(event, "session", event.opens_at, event.opens_at + timedelta(minutes=30))
            entry = agenda.attend(talk, jana, "speaker", blocks=True)
            post_calendar_letter(entry)
        post_letter(subject="noch einer", address="henrike@people.example")
        uid, sequence = entry.uid, entry.sequence
        db.session.remove()

    assert worker.run_once(settings, fault=f"{place}:1:kill") == -9
    before = len(post.arrived)
    let_time_pass(app)
    assert worker.run_once(settings) == 0

    with app.app_context():
        states = {row.kind: (row.state, row.message_id) for row in db.session.scalars(sa.select(OutboxLetter))}
        told = db.session.scalars(sa.select(AgendaEntry)).one()
        assert (told.sent_state, told.sent_sequence) == ("confirmed", sequence)
        db.session.remove()
    assert {state for state, _id in states.values()} == {"sent"}
    ids = [str(letter.message["Message-ID"]) for letter in post.arrived]
    taken_before_the_end = place in ("mail.after_data", "mail.before_mark")
    assert before == (1 if taken_before_the_end else 0)
    assert set(ids) == {id for _state, id in states.values()}
    assert len(ids) == (3 if taken_before_the_end else 2)
    calendars = [
        libical(letter.part("text/calendar").get_content().encode())
        for letter in post.arrived
        if letter.recipients == ["jana@people.example"]
    ]
    assert {(calendar.events[0]["uid"], calendar.events[0]["sequence"]) for calendar in calendars} == {
        (uid, str(sequence))
    }


def test_two_worker_processes_deliver_each_letter_once(make_app, post):
    app = make_app(mail_server="127.0.0.1", mail_port=post.port, mail_rate=1000)
    with app.app_context():
        for number in range(60):
            post_letter(subject=f"Brief {number}", address=f"p{number % 20}@people.example")
        db.session.remove()

    workers = [worker.start(app.extensions["settings"], "--once") for _ in range(2)]
    said = [process.communicate(timeout=90) for process in workers]

    assert [process.returncode for process in workers] == [0, 0], said
    ids = [str(letter.message["Message-ID"]) for letter in post.arrived]
    assert (len(ids), len(set(ids))) == (60, 60)
    for recipient in range(20):
        numbers = [
            int(str(letter.message["Subject"]).split()[1])
            for letter in post.arrived
            if letter.recipients == [f"p{recipient}@people.example"]
        ]
        assert numbers == sorted(numbers)


def test_faults_are_not_heard_in_production(make_app, monkeypatch):
    from partnering import faults

    app = make_app()
    monkeypatch.setenv(faults.VARIABLE, "anywhere:1:raise")
    monkeypatch.setattr(faults, "_passed", type(faults._passed)())
    with app.app_context():
        app.testing = False
        faults.point("anywhere")
        app.testing = True
        with pytest.raises(faults.InjectedFault):
            faults.point("anywhere")
