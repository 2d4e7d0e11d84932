"""What calendars may hold that nobody confirmed, and what comes back after they have forgotten it."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from partnering.agenda import calendars, services
from partnering.agenda.models import AgendaEntry, Appointment
from partnering.db import db, transaction
from partnering.events.models import Participant
from partnering.mail import delivery
from tests.factories import make_event, make_participant, make_person
from tests.readers.calendars import libical
from tests.support.kinds import post_calendar_letter
from tests.support.letters import Refusing, Tray, calendar_of

START = datetime(2027, 3, 1, 8, tzinfo=UTC)
BEGIN = datetime(2027, 10, 13, 8, tzinfo=UTC)


@pytest.fixture
def jana(ctx: Flask, freeze) -> Participant:
    freeze(START)
    return make_participant(make_event(), make_person("jana@people.example"))


def invited(jana: Participant) -> int:
    """The id of Jana's entry of a new session, with a letter that waits."""
    with transaction():
        session = services.appoint(jana.event, "session", BEGIN, BEGIN + timedelta(minutes=30))
        entry = services.attend(session, jana, "bookmark", blocks=False)
        post_calendar_letter(entry)
    return entry.id


def entry_of(entry_id: int) -> AgendaEntry:
    db.session.expire_all()
    return db.session.get_one(AgendaEntry, entry_id)


def left(entry_id: int) -> None:
    with transaction():
        services.leave(entry_of(entry_id))
        post_calendar_letter(entry_of(entry_id))


def told(tray: Tray) -> list[tuple[str, str, str] | None]:
    """METHOD, UID and SEQUENCE of each letter that left; None for one without calendar part."""
    said: list[tuple[str, str, str] | None] = []
    for message in tray.messages:
        content = calendar_of(message)
        calendar = libical(content) if content is not None else None
        said.append((calendar.method, calendar.events[0]["uid"], calendar.events[0]["sequence"]) if calendar else None)
    return said


def drain(carrier: delivery.Carrier) -> None:
    while delivery.deliver_due(carrier):
        pass


def test_what_a_mail_server_may_have_taken_is_cancelled_in_the_calendar(jana: Participant, freeze):
    mine = invited(jana)
    uid = entry_of(mine).uid
    drain(Refusing(delivery.InDoubt("the conversation broke off")))
    assert (entry_of(mine).tried_sequence, entry_of(mine).sent_state) == (0, "none")
    assert calendars.knows(entry_of(mine))
    left(mine)
    assert calendars.has_news(entry_of(mine))

    freeze(START + timedelta(minutes=11))
    tray = Tray()
    drain(tray)

    assert told(tray) == [("CANCEL", uid, "1")]
    entry = entry_of(mine)
    assert (entry.tried_sequence, entry.sent_sequence, entry.sent_state) == (1, 1, "cancelled")
    assert not calendars.has_news(entry)


@pytest.mark.parametrize("refusal", [delivery.Later("451 later"), delivery.Never("550 unknown")])
def test_what_a_mail_server_refused_stands_in_no_calendar(jana: Participant, freeze, refusal: delivery.NotDelivered):
    mine = invited(jana)
    drain(Refusing(refusal))
    assert (entry_of(mine).tried_sequence, calendars.knows(entry_of(mine))) == (None, False)
    left(mine)

    freeze(START + timedelta(minutes=11))
    tray = Tray()
    drain(tray)

    assert told(tray) == [None]


def test_a_refusal_after_a_doubt_leaves_the_doubt(jana: Participant, freeze):
    mine = invited(jana)
    drain(Refusing(delivery.InDoubt("the conversation broke off")))
    freeze(START + timedelta(minutes=11))
    drain(Refusing(delivery.Later("451 later")))

    assert entry_of(mine).tried_sequence == 0


@pytest.mark.parametrize(("days", "anew"), [(29, False), (30, True)])
def test_who_comes_back_after_calendars_have_forgotten_is_a_new_generation(
    jana: Participant, freeze, days: int, anew: bool
):
    mine = invited(jana)
    drain(Tray())
    left(mine)
    drain(Tray())
    old = entry_of(mine).uid
    late = calendars.attach(plain(), entry_of(mine), calendars.Thing("Gespräch")).on_sent
    freeze(START + timedelta(days=days))
    with transaction():
        appointment = db.session.get_one(Appointment, entry_of(mine).appointment_id)
        services.attend(appointment, db.session.get_one(Participant, jana.id), "bookmark", blocks=False)
        post_calendar_letter(entry_of(mine))

    tray = Tray()
    drain(tray)

    entry = entry_of(mine)
    assert told(tray) == [("REQUEST", entry.uid, "0" if anew else "2")]
    assert (entry.uid != old, entry.generation) == (anew, 2 if anew else 1)
    assert (entry.sent_sequence, entry.sent_state) == (entry.sequence, "confirmed")
    assert late is not None
    with transaction():
        late()
    assert (entry_of(mine).sent_sequence, entry_of(mine).sent_state) == (entry.sequence, "confirmed")


def plain() -> calendars.Letter:
    return calendars.Letter("Neues", "Neues\n", "<p>Neues</p>")
