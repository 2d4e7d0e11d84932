"""What calendars are told of somebody's agenda, read by libical and ical.js."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from partnering import clock
from partnering.agenda import calendars, services
from partnering.agenda.calendars import Thing
from partnering.agenda.models import AgendaEntry, Appointment, Location
from partnering.db import BilingualText, db, transaction
from partnering.i18n import speaking
from partnering.mail.letters import Letter
from tests.factories import make_event, make_participant, make_person
from tests.readers.calendars import LibicalEvent, ical_js, libical
from tests.support.kinds import post_calendar_letter
from tests.support.letters import calendar_of, deliver_all, letters_to

ADDRESS = "jana@people.example"
BEGIN = datetime(2027, 3, 28, 12, tzinfo=UTC)  # on the day that summer time begins, 14:00 in Berlin

BLANK = Letter("Neues", "Neues\n", "<p>Neues</p>")
TALK = Thing("Gespräch mit Henrike", "Peptide; GMP", "https://events.example/m/1")


@pytest.fixture
def entry(ctx) -> AgendaEntry:
    """Jana's meeting at table C4."""
    event = make_event(sender_name="bionection", sender_address="team@bionection.example")
    jana = make_participant(event, make_person(ADDRESS), given_name="Jana", family_name="Wittkowski")
    with transaction():
        table = Location(event_id=event.id, kind="table", name=BilingualText("C4", "C4"), row="C", column=4)
        db.session.add(table)
        db.session.flush()
        meeting = services.appoint(event, "meeting", BEGIN, BEGIN + timedelta(minutes=20), table)
        made = services.attend(meeting, jana, "invitee", blocks=True)
    return made


def told(entry: AgendaEntry) -> Callable[[], None]:
    done = calendars.attach(BLANK, entry, TALK).on_sent
    assert done is not None
    return done


def read(entry: AgendaEntry, language: str = "de") -> tuple[str, LibicalEvent]:
    """METHOD and event of the calendar part, after both readers agreed on the instant."""
    with speaking(language):
        letter = calendars.attach(BLANK, entry, TALK)
    assert letter.calendar is not None
    content, calendar = letter.calendar, libical(letter.calendar)
    assert (calendar.errors, calendar.allowed, calendar.method) == (0, True, letter.method)
    (event,) = calendar.events
    (seen,) = ical_js(content)[0]["events"]
    assert str(seen["start"]) == event["start"]
    return calendar.method, event


def test_a_live_entry_is_a_request_to_its_recipient_alone(entry):
    method, event = read(entry)

    assert method == "REQUEST"
    assert event["start"] == str(int(BEGIN.timestamp()))
    assert (event["uid"], event["sequence"], event["status"]) == (entry.uid, "0", "CONFIRMED")
    assert event["organizer"] == "mailto:team@bionection.example"
    assert event.values["attendee"] == [f"mailto:{ADDRESS}"]
    assert event["location"] == "Tisch C4, Haus der Proben, Beispielweg 1, 01067 Dresden"
    assert event["summary"] == "Gespräch mit Henrike"


def test_it_speaks_the_language_of_its_recipient(entry):
    assert read(entry, "en")[1]["location"].startswith("Table C4, House of Samples, ")


def test_a_moved_entry_keeps_its_uid_and_has_a_higher_sequence(entry):
    with transaction():
        services.move(entry.appointment, BEGIN + timedelta(hours=1), BEGIN + timedelta(minutes=80), None)

    method, event = read(entry)

    assert (method, event["uid"], event["sequence"]) == ("REQUEST", entry.uid, "1")
    assert event["start"] == str(int((BEGIN + timedelta(hours=1)).timestamp()))


def test_nobody_is_told_the_end_of_what_they_were_never_told(entry):
    with transaction():
        services.leave(entry)

    assert calendars.attach(BLANK, entry, TALK) == BLANK
    assert not calendars.has_news(entry)


def test_the_end_of_what_was_told_is_a_cancel_with_a_higher_sequence(entry):
    with transaction():
        told(entry)()
    with transaction():
        services.leave(entry)

    method, event = read(entry)

    assert (method, event["status"]) == ("CANCEL", "CANCELLED")
    assert (event["uid"], event["sequence"]) == (entry.uid, "1")


def test_what_left_is_remembered_and_an_older_letter_changes_nothing(entry):
    assert calendars.has_news(entry)
    older = told(entry)
    with transaction():
        services.touch(entry.appointment)
    newer = told(entry)

    with transaction():
        newer()
    digest = entry.sent_hash
    with transaction():
        older()

    assert (entry.sent_sequence, entry.sent_state, entry.sent_hash) == (1, "confirmed", digest)
    assert not calendars.has_news(entry)


def test_an_erased_person_is_told_nothing(entry):
    with transaction():
        entry.participant.erased_at = clock.now()

    assert calendars.attach(BLANK, entry, TALK) == BLANK


def test_attendance_over_days_fills_days_and_not_hours(ctx):
    event = make_event(length=2)
    jana = make_participant(event, make_person(ADDRESS))
    with transaction():
        attendance = services.appoint(event, "attendance", event.opens_at, event.closes_at)
        made = services.attend(attendance, jana, "attendee", blocks=False)

    letter = calendars.attach(BLANK, made)

    (seen,) = libical(letter.calendar or b"").events
    assert seen["summary"] == str(event.name)
    assert (seen["start"], seen["end"]) == (
        f"{event.first_day:%Y%m%d}",
        f"{event.last_day + timedelta(days=1):%Y%m%d}",
    )


def test_of_two_letters_about_one_entry_the_newest_leaves_and_the_end_follows(app, entry):
    with transaction():
        post_calendar_letter(entry, address=ADDRESS)
    with transaction():
        services.touch(entry.appointment)
        post_calendar_letter(entry, address=ADDRESS)
    (request,) = deliver_all(app)
    with transaction():
        again = db.session.get_one(AgendaEntry, entry.id)
        services.leave(again)
        post_calendar_letter(again, address=ADDRESS)
    (cancel,) = deliver_all(app)

    calendars = [libical(calendar_of(message) or b"") for message in (request, cancel)]
    assert [(calendar.method, calendar.events[0]["sequence"]) for calendar in calendars] == [
        ("REQUEST", "1"),
        ("CANCEL", "2"),
    ]
    assert [letter.state for letter in letters_to(ADDRESS)] == ["dropped", "sent", "sent"]
    left = db.session.get_one(AgendaEntry, again.id)
    assert (left.sent_state, left.sent_sequence) == ("cancelled", 2)


def test_a_letter_about_what_was_undone_before_it_left_touches_no_calendar(app, entry):
    """The newest letter may say the end in words, but the calendar never heard of a beginning."""
    with transaction():
        post_calendar_letter(entry, address=ADDRESS)
    with transaction():
        services.cancel(db.session.get_one(Appointment, entry.appointment_id))
        post_calendar_letter(db.session.get_one(AgendaEntry, entry.id), address=ADDRESS)

    messages = deliver_all(app)

    assert [calendar_of(message) for message in messages] == [None]
