"""What does not fit in the programme, and what can be done about it."""

from datetime import time

import pytest
from flask import Flask

from partnering.agenda import services as agenda
from partnering.agenda.models import Zone
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event
from partnering.i18n import speaking
from partnering.programme import availability, days, drafting, queries, releasing, warning_words, warnings, ways
from partnering.programme.changes import as_drafted
from partnering.programme.days import Hours
from partnering.programme.services import Part
from partnering.programme.warnings import Misfit
from partnering.programme.ways import Ways
from tests.factories import make_event, make_participant
from tests.factories.programme import at, make_room, make_session, make_speaker
from tests.support.counting import statements_of

TEXT = BilingualText("Worum es geht", "What it is about")


ROOMS = (("Saal", 100), ("Raum 2", 20), ("Aula", 200))


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_event("probe")


def found(event: Event, *codes: str) -> list[Misfit]:
    """What does not fit in the draft, of these kinds."""
    return [misfit for misfit in warnings.of(event) if misfit.code in codes]


def out(event: Event, misfit: Misfit) -> Ways:
    board = warnings.board(event, [(each, as_drafted(each)) for each in queries.sessions_of(event)])
    return ways.of(board, misfit, queries.rooms_of(event))


def facts(misfit: Misfit) -> tuple[str, list[str]]:
    return misfit.code, [session.title.de for session in misfit.sessions]


def test_a_room_that_is_booked_twice_offers_free_rooms_and_the_nearest_times(event: Event):
    hall, small, aula = (make_room(event, name, capacity=seats) for name, seats in ROOMS)
    make_session(event, "Erster", room=hall)
    make_session(event, "Zweiter", room=hall, capacity=50)
    make_session(event, "Anderswo", room=small)
    [misfit] = found(event, "room_twice")

    assert (facts(misfit), misfit.room, misfit.severity) == (("room_twice", ["Erster", "Zweiter"]), hall, "bad")
    with speaking("en"):
        assert warning_words.sentence(event, misfit).startswith("Saal is booked twice on ")
    offered = [(way.kind, way.room, way.starts_at) for way in out(event, misfit).moves]
    assert offered == [
        ("room", aula, at(event, 10)),
        ("time", hall, at(event, 9, 10)),  # with five minutes to make the room ready
        ("time", hall, at(event, 10, 50)),
    ]


def test_who_is_in_two_places_is_offered_a_time_at_which_they_are_free(event: Event):
    henrike = make_speaker(event)
    make_session(event, "Vortrag", room=make_room(event), speakers=[henrike])
    make_session(event, "Podium", room=make_room(event), speakers=[henrike])
    [misfit] = found(event, "person_twice")

    assert (facts(misfit), misfit.person) == (("person_twice", ["Vortrag", "Podium"]), henrike)
    assert [way.starts_at for way in out(event, misfit).moves] == [at(event, 9, 15), at(event, 10, 45)]


def test_who_cannot_come_is_offered_times_that_they_have_named(event: Event):
    henrike, silent = make_speaker(event), make_speaker(event, "Stille Person")
    session = make_session(event, "Vortrag", room=make_room(event), speakers=[henrike, silent])
    with transaction():
        availability.say(event, henrike, [(at(event, 14), at(event, 16))])
    [misfit] = found(event, "not_available")

    assert (misfit.person, misfit.sessions, misfit.severity) == (henrike, (session,), "bad")
    assert [way.starts_at for way in out(event, misfit).moves] == [at(event, 14), at(event, 15, 15)]
    assert out(event, misfit).page == "ask"
    assert [(each.person, each.severity) for each in found(event, "says_nothing")] == [(silent, "note")]


def test_who_is_not_registered_is_named_once_for_all_their_sessions(event: Event):
    henrike = make_speaker(event)
    make_session(event, "Vortrag", speakers=[henrike])
    make_session(event, "Podium", starts_at=at(event, 15), speakers=[henrike])

    assert [facts(each) for each in found(event, "not_registered")] == [("not_registered", ["Vortrag", "Podium"])]


def test_a_meeting_in_the_way_is_named_and_a_time_beside_it_offered(event: Event):
    henrike = make_participant(event)
    session = make_session(event, "Vortrag", released=False, people=[Part(henrike)])
    with transaction():
        meeting = agenda.appoint(event, "meeting", at(event, 10, 20), at(event, 10, 40))
        agenda.attend(meeting, henrike, "invitee", blocks=True)
        drafting.place(session, at(event, 10), None)
    [misfit] = found(event, "meeting_in_way")

    assert (misfit.sessions, misfit.person, misfit.starts_at) == ((session,), henrike, at(event, 10, 20))
    assert [way.starts_at for way in out(event, misfit).moves] == [at(event, 9, 35), at(event, 10, 40)]
    assert out(event, misfit).page == "meetings"


def test_more_people_than_seats(event: Event):
    small, hall = make_room(event, capacity=20), make_room(event, capacity=80)
    make_session(event, "Voll", room=small, capacity=60)
    [misfit] = found(event, "over_capacity")

    assert (misfit.minutes, misfit.needed) == (60, 20)
    assert [way.room for way in out(event, misfit).moves] == [hall]


def test_outside_the_hours_of_a_day_that_organisers_have_set(event: Event):
    evening = make_session(event, "Abend", kind="social", starts_at=at(event, 21), minutes=240)
    assert found(event, "outside_day") == []  # no hours are set
    with transaction():
        days.set_all(event, [Hours(event.first_day, time(9), time(18))])
    assert [each.sessions for each in found(event, "outside_day")] == [(evening,)]
    with transaction():
        days.set_all(event, [Hours(event.first_day, time(9), time(1))])
    assert found(event, "outside_day") == []


def test_a_room_needs_its_minutes_between_two_talks_but_not_beside_a_break(event: Event):
    hall = make_room(event, "Saal")
    make_session(event, "Erster", room=hall)
    second = make_session(event, "Zweiter", room=hall, starts_at=at(event, 10, 45))
    make_session(event, "Pause", kind="break", room=hall, starts_at=at(event, 11, 30))
    [misfit] = found(event, "changeover")

    assert (facts(misfit), misfit.minutes, misfit.needed) == (("changeover", ["Erster", "Zweiter"]), 0, 5)
    with transaction():
        drafting.place(second, at(event, 10, 50), hall)
    assert found(event, "changeover") == []


def test_who_has_to_walk_needs_time_for_it(event: Event):
    henrike, near, far = make_speaker(event), make_room(event), make_room(event)
    with transaction():
        for room, minutes in ((near, 2), (far, 15)):
            zone = Zone(event_id=event.id, name=BilingualText("Teil", "Part"), walk_minutes=minutes)
            db.session.add(zone)
            db.session.flush()
            room.zone_id = zone.id
    make_session(event, "Erster", room=near, speakers=[henrike])
    make_session(event, "Zweiter", room=far, starts_at=at(event, 10, 50), speakers=[henrike])
    [misfit] = found(event, "changeover")

    assert (misfit.person, misfit.minutes, misfit.needed) == (henrike, 5, 15)
    assert [way.starts_at for way in out(event, misfit).moves] == [at(event, 11), at(event, 9)]


def test_what_is_not_finished_is_a_note(event: Event):
    make_session(event, "Leer")
    make_session(event, "Pause", kind="break", starts_at=at(event, 12))
    make_session(event, "Fertig", room=make_room(event), abstract=TEXT, speakers=[make_speaker(event)])

    assert [(facts(each), each.severity) for each in found(event, "no_room", "no_speaker", "no_text")] == [
        (("no_room", ["Leer"]), "note"),
        (("no_speaker", ["Leer"]), "note"),
        (("no_text", ["Leer"]), "note"),
    ]


def test_what_was_called_off_or_has_no_time_is_in_nobodys_way(event: Event):
    hall = make_room(event)
    make_session(event, "Bleibt", room=hall, abstract=TEXT)
    off = make_session(event, "Fällt aus", room=hall)
    make_session(event, "Offen", released=False)
    with transaction():
        drafting.call_off(off)

    assert found(event, "room_twice") == []
    assert [facts(each) for each in warnings.of(event, public=True) if each.code == "room_twice"] == [
        ("room_twice", ["Bleibt", "Fällt aus"])
    ]


def test_a_release_of_some_is_judged_by_what_would_be_public_then(event: Event):
    hall, other = make_room(event, "Saal"), make_room(event)
    leaves, enters = make_session(event, "Geht", room=hall), make_session(event, "Kommt", room=other)
    with transaction():
        drafting.place(leaves, at(event, 15), hall)
        drafting.place(enters, at(event, 10), hall)

    def doubled(only: set[int] | None) -> list[tuple[str, list[str]]]:
        return [facts(each) for each in releasing.preview(event, only).warnings if each.code == "room_twice"]

    assert doubled(None) == []
    assert doubled({enters.id}) == [("room_twice", ["Geht", "Kommt"])]


def test_warnings_take_a_constant_number_of_questions(event: Event):
    def one_more(number: int) -> None:
        speaker = make_participant(event, given_name="Ina", family_name=f"Nummer{number}")
        make_session(event, room=make_room(event), people=[Part(speaker)])

    def asked() -> int:
        db.session.rollback()
        db.session.expire_all()
        return statements_of(lambda: warnings.of(event))

    one_more(0)
    asked()
    few = asked()
    for number in range(1, 6):
        one_more(number)

    assert asked() == few <= 11  # with the one that reads the event anew
