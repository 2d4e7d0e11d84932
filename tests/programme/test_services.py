"""What can happen to sessions, and what calendars are told of it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from icalendar import Calendar

from partnering.agenda import services as agenda
from partnering.agenda.models import AgendaEntry
from partnering.agenda.queries import contested
from partnering.audit import AuditEntry
from partnering.db import BilingualText, db, transaction
from partnering.events import services as events
from partnering.events.models import Participant
from partnering.mail.models import OutboxLetter
from partnering.programme import queries, services
from partnering.programme.models import Bookmark, ProgrammeSession
from partnering.programme.services import Part, Time
from partnering.programme.warnings import clashes
from tests.factories import make_event, make_participant
from tests.factories.programme import at, make_room, make_session, make_speaker
from tests.support.letters import calendar_of, deliver_all, text_of


def entry(session: ProgrammeSession, participant: Participant) -> AgendaEntry:
    assert session.appointment is not None
    found = agenda.entry_of(session.appointment, participant)
    assert found is not None
    return found


def letters() -> list[tuple[str, str]]:
    rows = db.session.scalars(sa.select(OutboxLetter).order_by(OutboxLetter.id))
    return [(letter.kind, letter.address) for letter in rows]


def moved(session: ProgrammeSession, **by: int) -> Time:
    appointment = session.appointment
    assert appointment is not None
    step = timedelta(**by)
    return Time(appointment.starts_at + step, appointment.ends_at + step, appointment.location)


def test_a_released_session_takes_its_speakers_time(ctx: Flask):
    event = make_event()
    henrike = make_speaker(event)
    session = make_session(event, speakers=[henrike])

    assert (entry(session, henrike).role, entry(session, henrike).blocks) == ("speaker", True)
    with pytest.raises(agenda.TimeTaken), transaction():
        agenda.block(henrike, event, at(event, 10, 15), at(event, 10, 20))


def test_a_session_without_a_time_is_in_nobodys_agenda(ctx: Flask):
    event = make_event()
    henrike = make_speaker(event)
    session = make_session(event, speakers=[henrike], released=False)

    assert session.appointment is None
    assert queries.released(event) == []


def test_a_speaker_in_two_places_is_reported_and_does_not_block_the_second(ctx: Flask):
    event = make_event()
    henrike = make_speaker(event)
    first = make_session(event, speakers=[henrike])
    with transaction():
        second, busy = services.add(
            event,
            title=BilingualText(de="Zweitens"),
            people=[Part(henrike)],
            time=Time(at(event, 10, 30), at(event, 11, 30)),
        )

    assert busy == [henrike]
    assert (entry(first, henrike).blocks, entry(second, henrike).blocks) == (True, False)
    [clash] = clashes(queries.sessions_of(event))
    assert (clash.kind, clash.first, clash.second, clash.participant) == ("person", first, second, henrike)


def test_two_sessions_in_one_room_are_noticed(ctx: Flask):
    event = make_event()
    room = make_room(event)
    first = make_session(event, room=room)
    second = make_session(event, room=room, starts_at=at(event, 10, 40))
    make_session(event, room=room, starts_at=at(event, 11, 25))

    assert [(each.kind, each.first, each.second, each.room) for each in clashes(queries.sessions_of(event))] == [
        ("room", first, second, room)
    ]


def test_moving_raises_the_sequence_of_everybody_by_one(ctx: Flask):
    event = make_event()
    henrike, jana = make_speaker(event), make_participant(event)
    session = make_session(event, speakers=[henrike])
    with transaction():
        services.bookmark(session, jana)
    with transaction():
        done = services.change(event, session, {"title": BilingualText(de="Neu")}, time=moved(session, hours=1))

    assert session.appointment is not None
    assert (done.moved, done.fields, session.appointment.sequence) == (True, ["title"], 1)
    assert (entry(session, henrike).sequence, entry(session, jana).sequence) == (1, 1)


def test_a_change_of_room_is_a_change_for_calendars(ctx: Flask):
    event = make_event()
    henrike = make_speaker(event)
    session = make_session(event, room=make_room(event), speakers=[henrike])
    other = make_room(event)
    with transaction():
        services.change(event, session, time=Time(at(event), at(event, 10, 45), other))

    assert (entry(session, henrike).sequence, session.location) == (1, other)


def test_a_new_title_raises_no_sequence_but_the_time_of_the_last_change(ctx: Flask, freeze):
    event = make_event()
    henrike = make_speaker(event)
    session = make_session(event, speakers=[henrike])
    before = session.updated_at
    freeze(before + timedelta(hours=1))
    with transaction():
        done = services.change(event, session, {"title": BilingualText(de="Neuer Titel")})

    assert done.fields == ["title"]
    assert (entry(session, henrike).sequence, session.updated_at) == (0, before + timedelta(hours=1))


def test_the_same_again_changes_nothing(ctx: Flask):
    event = make_event()
    henrike = make_speaker(event)
    session = make_session(event, "Vortrag", speakers=[henrike])
    version, updated = session.version, session.updated_at
    entries = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    with transaction():
        done = services.change(
            event,
            session,
            {"title": BilingualText(de="Vortrag", en="Vortrag")},
            people=[Part(henrike)],
            time=moved(session),
        )

    assert not done
    assert (session.version, session.updated_at, entry(session, henrike).sequence) == (version, updated, 0)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == entries


def test_changed_people_raise_the_sequence_of_who_stays_and_take_it_from_who_left(ctx: Flask):
    event = make_event()
    stays, leaves, comes = (make_speaker(event, name) for name in ("Ada Bleibt", "Ben Geht", "Cleo Kommt"))
    session = make_session(event, speakers=[stays, leaves])
    with transaction():
        services.change(event, session, people=[Part(comes, "chair"), Part(stays)], time=moved(session, hours=1))

    assert [(part.participant, part.role) for part in queries.people_of(session)] == [
        (comes, "chair"),
        (stays, "speaker"),
    ]
    assert [(entry(session, each).state, entry(session, each).sequence) for each in (stays, leaves, comes)] == [
        ("live", 1),
        ("cancelled", 1),
        ("live", 0),
    ]
    assert entry(session, comes).role == "chair"


def test_a_talk_moved_onto_a_meeting_happens_and_is_reported(ctx: Flask):
    event = make_event()
    henrike = make_speaker(event)
    session = make_session(event, speakers=[henrike])
    with transaction():
        agenda.block(henrike, event, at(event, 12), at(event, 12, 30))
    with transaction():
        done = services.change(event, session, time=moved(session, hours=2))

    assert (done.busy, entry(session, henrike).blocks) == ([henrike], True)
    assert [(each.by.role, each.entry.role) for each in contested(event)] == [("speaker", "self")]
    with transaction():
        services.change(event, session, time=moved(session, hours=-2))
    assert (contested(event), entry(session, henrike).sequence) == ([], 2)


def test_the_set_up_before_a_talk_is_the_speakers_too_but_never_pushes_another_talk_aside(ctx: Flask):
    event = make_event()
    henrike = make_speaker(event)
    first = make_session(event, speakers=[henrike])
    assert first.appointment is not None
    held = entry(first, henrike)
    with transaction():
        services.change(event, first, people=[Part(henrike, "speaker", 20)])
    assert (held.lead_minutes, held.blocks) == (20, True)

    starts_at, minutes = first.appointment.starts_at, timedelta(minutes=30)
    before = make_session(event, speakers=[henrike], starts_at=starts_at - minutes, minutes=30)
    assert [entry(session, henrike).blocks for session in (before, first)] == [True, True]
    assert [(each.by.appointment_id, each.entry.appointment_id) for each in contested(event)] == [
        (before.appointment_id, first.appointment_id)
    ]
    with transaction():
        services.change(event, first, people=[Part(henrike, "speaker", 15)])
    assert (held.lead_minutes, held.blocks, contested(event)) == (0, True, [])


def test_an_exclusive_room_takes_one_session_at_a_time(ctx: Flask):
    event = make_event()
    room = make_room(event, exclusive=True)
    make_session(event, room=room)

    with pytest.raises(services.RoomTaken), transaction():
        services.add(event, title=BilingualText(de="Zweitens"), time=Time(at(event, 10, 30), at(event, 11), room))


def test_a_session_ends_after_it_begins(ctx: Flask):
    event = make_event()

    with pytest.raises(services.NoTime), transaction():
        services.add(event, title=BilingualText(de="Rückwärts"), time=Time(at(event, 10), at(event, 10)))


def test_a_cancelled_session_frees_its_speakers_and_can_come_back(ctx: Flask):
    event = make_event()
    henrike, jana = make_speaker(event), make_participant(event)
    session = make_session(event, speakers=[henrike])
    with transaction():
        services.bookmark(session, jana)
    with transaction():
        services.cancel(event, session)

    assert [(entry(session, each).state, entry(session, each).sequence) for each in (henrike, jana)] == [
        ("cancelled", 1),
        ("cancelled", 1),
    ]
    assert (queries.released(event), [each.session.session for each in queries.still_told(event)]) == ([], [session])
    with pytest.raises(services.IsCancelled), transaction():
        services.change(event, session, {"title": BilingualText(de="Zu spät")})

    with transaction():
        services.restore(event, session)
    assert [(entry(session, each).state, entry(session, each).sequence) for each in (henrike, jana)] == [
        ("live", 2),
        ("live", 2),
    ]
    assert entry(session, henrike).blocks


def test_a_cancelled_session_leaves_public_calendars_after_thirty_days(ctx: Flask, freeze):
    event = make_event()
    session = make_session(event)
    with transaction():
        services.cancel(event, session)
    assert session.cancelled_at is not None
    freeze(session.cancelled_at + timedelta(days=31))

    assert queries.still_told(event) == []


# -- choosing


def test_a_bookmark_blocks_nothing_and_can_be_taken_back(ctx: Flask):
    event = make_event()
    jana = make_participant(event)
    session = make_session(event)
    with transaction():
        services.bookmark(session, jana)
        services.bookmark(session, jana)

    assert (entry(session, jana).role, entry(session, jana).blocks) == ("bookmark", False)
    assert queries.parts_of(jana) == {session.id: "bookmark"}
    with transaction():
        services.forget(session, jana)
    assert (entry(session, jana).state, queries.parts_of(jana)) == ("cancelled", {})


def test_who_chose_a_session_and_then_speaks_in_it_is_a_speaker(ctx: Flask):
    event = make_event()
    jana = make_participant(event)
    session = make_session(event)
    with transaction():
        services.bookmark(session, jana)
    with transaction():
        services.change(event, session, people=[Part(jana)])

    assert (entry(session, jana).role, entry(session, jana).blocks) == ("speaker", True)
    assert db.session.scalars(sa.select(Bookmark)).all() == []


def test_who_speaks_cannot_choose_their_own_session(ctx: Flask):
    event = make_event()
    henrike = make_speaker(event)
    session = make_session(event, speakers=[henrike])
    with transaction():
        services.bookmark(session, henrike)

    assert (entry(session, henrike).role, queries.parts_of(henrike)) == ("speaker", {session.id: "speaker"})


# -- letters


def test_letters_go_to_speakers_with_an_address_when_the_organiser_says_so(ctx: Flask):
    event = make_event()
    jana = make_participant(event, email="jana@example.org")
    session = make_session(event, speakers=[jana, make_speaker(event, "Ohne Adresse")])
    with transaction():
        services.change(event, session, time=moved(session, hours=1))
    assert letters() == []

    with transaction():
        services.change(event, session, time=moved(session, hours=1), tell=True)
    with transaction():
        services.change(event, session, {"abstract": BilingualText(de="Nur ein Text")}, tell=True)
    with transaction():
        services.cancel(event, session, tell=True)
    assert letters() == [
        ("programme.session_changed", "jana@example.org"),
        ("programme.session_cancelled", "jana@example.org"),
    ]


def test_who_is_taken_out_of_a_session_is_told(ctx: Flask):
    event = make_event()
    jana = make_participant(event, email="jana@example.org")
    session = make_session(event, speakers=[jana])
    with transaction():
        services.change(event, session, people=[], tell=True)

    assert letters() == [("programme.session_cancelled", "jana@example.org")]


def test_who_joins_and_who_stays_is_told_and_a_longer_set_up_is_no_news(app: Flask, ctx: Flask):
    event = make_event()
    jana, ben = (make_participant(event, email=f"{name}@example.org") for name in ("jana", "ben"))
    session = make_session(event, "Vortrag", speakers=[jana])
    with transaction():
        services.change(event, session, people=[Part(jana), Part(ben, "chair")], tell=True)
    assert letters() == [
        ("programme.session_changed", "jana@example.org"),
        ("programme.session_told", "ben@example.org"),
    ]
    assert "Beteiligte:" in text_of(deliver_all(app)[0])
    with transaction():
        services.change(event, session, people=[Part(ben, "chair"), Part(jana, "speaker", 20)], tell=True)
    assert len(letters()) == 2
    assert [entry(session, each).sequence for each in (jana, ben)] == [1, 0]


def test_who_was_told_of_the_end_is_told_that_it_takes_place_after_all(app: Flask, ctx: Flask):
    event = make_event()
    jana = make_participant(event, email="jana@example.org")
    session = make_session(event, "Vortrag", speakers=[jana, make_speaker(event, "Ohne Adresse")])
    with transaction():
        services.cancel(event, session, tell=True)
    deliver_all(app)
    with transaction():
        services.restore(event, session, tell=True)
    with transaction():
        services.restore(event, session, tell=True)

    assert letters()[1:] == [("programme.session_restored", "jana@example.org")]
    [letter] = deliver_all(app)
    [told] = Calendar.from_ical(calendar_of(letter) or b"").walk("VEVENT")
    assert letter["Subject"] == "Findet doch statt: Vortrag"
    assert (told["STATUS"], told["SEQUENCE"]) == ("CONFIRMED", 2)


def test_a_session_called_off_again_before_the_letter_left_brings_no_wrong_news(app: Flask, ctx: Flask):
    event = make_event()
    session = make_session(event, "Vortrag", speakers=[make_participant(event, email="jana@example.org")])
    with transaction():
        services.cancel(event, session, tell=True)
    with transaction():
        services.restore(event, session, tell=True)
    with transaction():
        services.cancel(event, session, tell=True)

    assert [letter["Subject"] for letter in deliver_all(app)] == ["Abgesagt: Vortrag"]


def test_no_session_comes_back_at_a_conference_that_was_called_off(ctx: Flask):
    event = make_event()
    session = make_session(event)
    with transaction():
        events.cancel(event)

    with pytest.raises(services.EventCalledOff), transaction():
        services.restore(event, session, tell=True)
    for deed in (events.publish, events.withdraw):
        with pytest.raises(events.IsCalledOff), transaction():
            deed(event)
    assert (event.state, session.cancelled_at is None) == ("cancelled", False)


def test_a_cancelled_event_cancels_its_sessions_once(ctx: Flask):
    event = make_event()
    jana = make_participant(event, email="jana@example.org")
    session = make_session(event, speakers=[jana])
    with transaction():
        events.cancel(event)

    assert (session.cancelled_at is not None, entry(session, jana).sequence) == (True, 1)
    assert letters() == [("programme.session_cancelled", "jana@example.org")]
