"""The letters that meetings cause, read as their recipients and their calendars read them."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.agenda.models import AgendaEntry
from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from partnering.mail import letters
from partnering.mail.letters import Letter
from partnering.mail.models import OutboxLetter
from partnering.meetings import queries, services
from partnering.meetings.models import Meeting
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event, make_request
from tests.readers.calendars import ical_js, libical

pytestmark = pytest.mark.usefixtures("ctx")
Freeze = Callable[[datetime], None]


def posted(kind: str | None = None, to: Delegate | None = None) -> list[OutboxLetter]:
    """The letters in the outbox in their order."""
    query = sa.select(OutboxLetter).order_by(OutboxLetter.id)
    if kind is not None:
        query = query.where(OutboxLetter.kind == f"meetings.{kind}")
    if to is not None:
        query = query.where(OutboxLetter.recipient_ref == to.public_id)
    return list(db.session.scalars(query))


def leave(letter: OutboxLetter) -> Letter | None:
    """What a letter says now, as the worker would send it: marked sent, and remembered by the agenda."""
    said = letters.render(letter)
    with transaction():
        row = db.session.get_one(OutboxLetter, letter.id)
        row.state = "sent" if said is not None else "dropped"
        row.sent_at = clock.now() if said is not None else None
        if said is not None and said.on_sent is not None:
            said.on_sent()
    return said


def asked(meeting: Meeting) -> Delegate:
    """Who was asked."""
    return next(side.lead for side in meeting.sides if side.side == "invitee")


def test_a_request_is_told_with_reasons_times_and_a_way_to_decline():
    event = make_partnering_event()
    jana = make_delegate(event, given_name="Jana", seeks=["contract_manufacturing"], company="Lumenfold GmbH")
    tomas = make_delegate(event, offers=["contract_manufacturing"], locale="en")
    meeting = make_request(event, by=jana, to=tomas, message="Zeile eins\n<b>Zeile zwei</b>")
    [letter] = posted("requested")
    assert (letter.recipient_ref, letter.locale) == (tomas.public_id, "en")
    said = leave(letter)
    assert said is not None
    assert said.subject == "Jana Muster would like to meet you"
    assert said.calendar is None
    assert "You offer contract manufacturing, they seek it." in said.text
    for slot in queries.offered(meeting):
        assert f"/e/{event.slug}/me/meetings/{meeting.public_id}?slot={slot.public_id}" in said.text
    assert "<b>Zeile zwei</b>" not in said.html
    assert "&lt;b&gt;Zeile zwei&lt;/b&gt;" in said.html


def test_a_name_with_markup_stays_text():
    event = make_partnering_event()
    jana = make_delegate(event, given_name="<i>Jana</i>")
    make_request(event, by=jana)
    said = leave(posted("requested")[0])
    assert said is not None
    assert "<i>Jana" not in said.html
    assert "&lt;i&gt;Jana" in said.html


def test_several_requests_within_an_hour_come_as_one_letter(freeze: Freeze):
    event = make_partnering_event(slots=8)
    start = clock.now()
    freeze(start)
    jana = make_delegate(event, locale="en")
    make_request(event, to=jana)
    make_request(event, to=jana)
    assert len(posted("requested")) == 1
    first = leave(posted("requested")[0])
    assert first is not None
    assert first.subject == "2 people would like to meet you"
    freeze(start + timedelta(minutes=10))
    make_request(event, to=jana)
    make_request(event, to=jana)
    letters_now = posted("requested")
    assert [letter.run_at for letter in letters_now] == [start, start + timedelta(hours=1)]
    freeze(start + timedelta(hours=1))
    second = leave(letters_now[1])
    assert second is not None
    assert second.subject == "2 people would like to meet you"


def test_a_request_that_was_withdrawn_before_its_letter_left_is_never_told():
    event = make_partnering_event()
    meeting = make_request(event)
    with transaction():
        services.withdraw(meeting, by=meeting.requester)
    assert posted("withdrawn") == []
    assert leave(posted("requested")[0]) is None


def test_both_sides_get_the_meeting_for_their_calendar():
    event = make_partnering_event()
    jana = make_delegate(event, company="Lumenfold GmbH", given_name="Jana", email="jana@lumenfold.example")
    tomas = make_delegate(event, company="Vltava Biologics", given_name="Tomáš", email="tomas@vltava.example")
    meeting = make_meeting(event, by=jana, to=tomas)
    assert meeting.appointment is not None
    confirmed = posted("confirmed")
    assert {letter.address for letter in confirmed} == {"jana@lumenfold.example", "tomas@vltava.example"}
    assert [letter.topic_version for letter in confirmed] == [0, 0]
    said = {letter.address: leave(letter) for letter in confirmed}
    mine, theirs = said["jana@lumenfold.example"], said["tomas@vltava.example"]
    assert mine is not None
    assert theirs is not None
    assert mine.method == "REQUEST"
    assert mine.calendar is not None
    assert theirs.calendar is not None
    read = libical(mine.calendar)
    assert (read.errors, read.allowed, read.method) == (0, True, "REQUEST")
    [seen] = read.events
    assert int(seen["start"]) == meeting.appointment.starts_at.timestamp()
    assert int(seen["end"]) == meeting.appointment.ends_at.timestamp()
    assert seen["sequence"] == "0"
    assert seen["location"].startswith("Tisch A1")
    assert seen["url"] == f"http://localhost/e/{event.slug}/me/meetings/{meeting.public_id}"
    assert "Vltava Biologics" in seen["summary"]
    for content, own, foreign in (
        (mine.calendar, b"jana@lumenfold.example", b"tomas@vltava.example"),
        (theirs.calendar, b"tomas@vltava.example", b"jana@lumenfold.example"),
    ):
        flat = content.replace(b"\r\n ", b"")
        assert own in flat
        assert foreign not in flat
        assert b"CLASS:PRIVATE" in flat
    uids = {each["uid"] for calendar in ical_js(mine.calendar, theirs.calendar) for each in events_of(calendar)}
    assert uids == {entry.uid for entry in meeting.appointment.entries}
    assert {entry.sent_state for entry in db.session.scalars(sa.select(AgendaEntry))} == {"confirmed"}


def events_of(calendar: dict) -> list[dict]:
    """The events that ical.js read."""
    return [{key.lower(): value for key, value in event.items()} for event in calendar["events"]]


def test_letters_wait_until_the_acceptance_can_no_longer_be_taken_back(freeze: Freeze):
    event = make_partnering_event()
    start = clock.now()
    freeze(start)
    meeting = make_meeting(event)
    confirmed = posted("confirmed")
    assert {letter.run_at for letter in confirmed} == {start + timedelta(seconds=30)}
    assert meeting.turn is not None
    with transaction():
        services.undo_accept(meeting, by=meeting.turn)
    freeze(start + timedelta(minutes=1))
    assert [leave(letter) for letter in confirmed] == [None, None]
    with transaction():
        services.accept(meeting, queries.offered(meeting)[0])
    assert len(posted("confirmed")) == 4
    assert [leave(letter) is not None for letter in posted("confirmed")[2:]] == [True, True]


def test_a_cancellation_takes_the_meeting_out_of_calendars_that_knew_of_it():
    event = make_partnering_event()
    meeting = make_meeting(event)
    before = [leave(letter) for letter in posted("confirmed")]
    with transaction():
        services.cancel(meeting, by=meeting.requester, reason="Der Zug fährt nicht.")
    cancelled = posted("cancelled")
    assert len(cancelled) == 2
    for letter, first in zip(cancelled, before, strict=True):
        said = leave(letter)
        assert said is not None
        assert first is not None
        assert said.method == "CANCEL"
        assert said.calendar is not None
        assert first.calendar is not None
        [old], [new] = libical(first.calendar).events, libical(said.calendar).events
        assert (new["uid"], new["sequence"]) == (old["uid"], "1")
        assert new["status"] == "CANCELLED"
        assert "Der Zug fährt nicht." in said.text
        own = letter.recipient_ref == meeting.requester.public_id
        assert ("Sie haben dieses Gespräch abgesagt." in said.text) is own
        assert ("dieses Gespräch findet nicht statt." in said.text) is not own
        assert "nehmen an diesem Gespräch nicht mehr teil" not in said.text
    assert {entry.sent_state for entry in db.session.scalars(sa.select(AgendaEntry))} == {"cancelled"}


def test_calendars_that_never_heard_of_a_meeting_get_no_cancellation():
    event = make_partnering_event()
    meeting = make_meeting(event)
    with transaction():
        services.cancel(meeting)
    assert [leave(letter) for letter in posted("confirmed")] == [None, None]
    assert [leave(letter) for letter in posted("cancelled")] == [None, None]
