"""When the event moves or is called off, everybody's calendar follows, once."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from partnering.agenda.models import AgendaEntry
from partnering.db import db, transaction
from partnering.events import services as events
from partnering.events.models import Event
from partnering.jobs import worker
from partnering.mail.models import OutboxLetter
from tests.factories import make_event, make_registration
from tests.support.letters import calendar_of, deliver_all
from tests.support.there import there


def sequences():
    db.session.rollback()
    return sorted(db.session.scalars(sa.select(AgendaEntry.sequence)))


def news():
    db.session.rollback()
    kind = OutboxLetter.kind == "registration.event_news"
    return db.session.scalar(sa.select(sa.func.count()).select_from(OutboxLetter).where(kind))


@pytest.fixture
def two_guests(ctx):
    event = make_event()
    make_registration(event, email="ada@example.org")
    make_registration(event, email="ben@example.org")
    deliver_all(ctx)
    return event.id


def field(message, name):
    lines = there(calendar_of(message)).replace(b"\r\n ", b"").split(b"\r\n")
    return next(line for line in lines if line.startswith(name.encode()))


def test_new_days_reach_everybody_with_a_higher_sequence(ctx, two_guests):
    with transaction():
        event = db.session.get_one(Event, two_guests)
        events.edit(event, {"closes_at": event.closes_at + timedelta(hours=2), "city": "04105 Leipzig"})
    worker.run_jobs()

    messages = deliver_all(ctx)

    assert sorted(message["To"] for message in messages) == ["ada@example.org", "ben@example.org"]
    assert [field(message, "METHOD") for message in messages] == [b"METHOD:REQUEST"] * 2
    assert [field(message, "SEQUENCE") for message in messages] == [b"SEQUENCE:1"] * 2
    assert sequences() == [1, 1]


def test_a_change_of_texts_writes_to_nobody(ctx, two_guests):
    with transaction():
        events.edit(db.session.get_one(Event, two_guests), {"dye": "carmine"})
    worker.run_jobs()

    assert (news(), sequences()) == (0, [0, 0])


def test_calling_off_cancels_once(ctx, two_guests):
    for _twice in range(2):
        with transaction():
            events.cancel(db.session.get_one(Event, two_guests))
        worker.run_jobs()

    messages = deliver_all(ctx)

    assert [field(message, "METHOD") for message in messages] == [b"METHOD:CANCEL"] * 2
    assert [field(message, "SEQUENCE") for message in messages] == [b"SEQUENCE:1"] * 2
    assert (news(), sequences()) == (2, [1, 1])
