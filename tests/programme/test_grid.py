"""The grid of the draft: what it draws, and how sessions are moved in it."""

from datetime import datetime, time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering.agenda.models import Location
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.programme import availability, days, drafting, grid_draft, queries, warnings
from partnering.programme.changes import as_drafted
from partnering.programme.days import Hours
from partnering.programme.grid_draft import Draft
from partnering.programme.models import ProgrammeSession
from partnering.programme.services import Part
from tests.factories import make_event, make_organiser, make_participant
from tests.factories.programme import at, make_room, make_session, make_speaker
from tests.support.counting import statements_of
from tests.support.signing_in import sign_in

HERE = "/manage/probe/programme"


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_event("probe")


@pytest.fixture
def hall(event: Event) -> Location:
    return make_room(event, "Saal")


@pytest.fixture
def desk(client: FlaskClient, event: Event) -> FlaskClient:
    sign_in(client, make_organiser(event))
    return client


def drawn(event: Event) -> Draft:
    sessions = queries.sessions_of(event)
    board = warnings.board(event, [(each, as_drafted(each)) for each in sessions])
    found = warnings.by_session(warnings.found_on(board))
    return grid_draft.of(event, board, sessions, found, queries.rooms_of(event))


def place(session: ProgrammeSession) -> tuple[datetime | None, int | None]:
    """When and in which room a session is drafted."""
    db.session.rollback()
    return session.starts_at, session.location_id


def test_every_session_is_somewhere(event: Event, hall: Location):
    talk = make_session(event, "Vortrag", room=hall)
    beside = make_session(event, "Zugleich", room=hall, starts_at=at(event, 10, 30))
    early = make_session(event, "Früh", room=hall, starts_at=at(event, 7))
    evening = make_session(event, "Abend", room=hall, starts_at=at(event, 19, 30), minutes=120)
    nowhere = make_session(event, "Ohne Raum")
    off = make_session(event, "Fällt aus", room=hall)
    waiting = make_session(event, "Offen", released=False)
    with transaction():
        drafting.call_off(off)
    draft = drawn(event)

    cells = [(row.at, cell.rows, cell.blocks) for row in draft.rows for cell in row.cells if cell.blocks]
    assert [(begins, rows, [each.session for each in blocks]) for begins, rows, blocks in cells] == [
        (at(event, 10), 15, [talk, beside]),
        (at(event, 19, 30), 6, [evening]),  # drawn to the end of the day
    ]
    assert [each.session for each in draft.outside] == [early, nowhere]
    assert (draft.off, draft.unplaced) == ([off], [waiting])
    assert sum(cell.rows for row in draft.rows for cell in row.cells) == len(draft.rows) == 12 * 12


def test_times_at_which_somebody_cannot_come_are_known_to_the_grid(event: Event, hall: Location):
    henrike = make_speaker(event)
    make_session(event, room=hall, speakers=[henrike])
    with transaction():
        availability.say(event, henrike, [(at(event, 9), at(event, 12)), (at(event, 14), at(event, 20))])
    [block] = [each for row in drawn(event).rows for cell in row.cells for each in cell.blocks]

    assert block.away == [(at(event, 8), at(event, 9)), (at(event, 12), at(event, 14))]


def typed(event: Event, session: ProgrammeSession, **values: Any) -> dict[str, Any]:
    sent = {"day": event.first_day.isoformat(), "starts": "14:00", "minutes": "45", "room": "", "back": "grid"}
    return sent | {"version": str(session.version)} | values


def test_the_form_moves_a_session_in_the_draft_alone_and_its_undo_takes_that_back(
    desk: FlaskClient, event: Event, hall: Location
):
    session = make_session(event, "Vortrag", room=hall)
    answer = desk.post(f"{HERE}/{session.public_id}/place", data=typed(event, session, room=hall.public_id))

    assert (answer.status_code, place(session)) == (302, (at(event, 14), hall.id))
    assert session.appointment is not None
    assert session.appointment.starts_at == at(event, 10)  # what everybody sees stays
    shown = desk.get(answer.location).text
    assert "Letzter Schritt: „Vortrag“" in shown
    back = typed(event, session, starts="10:00", room=hall.public_id)
    desk.post(f"{HERE}/{session.public_id}/place", data=back)
    assert place(session) == (at(event, 10), hall.id)


def test_who_was_too_slow_keeps_what_was_typed_and_sees_the_newest(desk: FlaskClient, event: Event, hall: Location):
    session = make_session(event, "Vortrag", room=hall)
    sent = typed(event, session, starts="16:00", room=hall.public_id)
    with transaction():
        drafting.place(session, at(event, 11), hall)
    answer = desk.post(f"{HERE}/{session.public_id}/place", data=sent)

    assert (answer.status_code, place(session)) == (409, (at(event, 11), hall.id))
    assert 'value="16:00"' in answer.text
    assert "11:00–11:45" in answer.text
    again = typed(event, session, starts="16:00", room=hall.public_id)
    assert desk.post(f"{HERE}/{session.public_id}/place", data=again).status_code == 302


def test_the_grid_sends_an_instant_and_gets_the_newest_back(desk: FlaskClient, event: Event, hall: Location):
    session = make_session(event, "Vortrag", room=hall)
    address, version = f"{HERE}/{session.public_id}/place", session.version
    sent = {"at": at(event, 15).isoformat(), "minutes": 30, "room": hall.public_id, "version": version}
    answer = desk.post(address, json=sent)

    assert (answer.status_code, place(session)) == (200, (at(event, 15), hall.id))
    assert answer.get_json()["session"]["ends_at"] == at(event, 15, 30).isoformat()
    late = desk.post(address, json=sent | {"minutes": 45})
    assert (late.status_code, late.get_json()["session"]["version"]) == (409, session.version)
    for wrong in ({"version": None}, {"minutes": 0}, {"at": "2027-01-01T10:00"}, {"more": 1}, {"minutes": True}):
        assert desk.post(address, json=sent | {"version": session.version} | wrong).status_code == 422
    assert place(session) == (at(event, 15), hall.id)
    versions = desk.get(f"{HERE}/grid.json").get_json()["versions"]
    assert versions == {session.public_id: session.version}


def test_an_hour_after_midnight_is_that_of_the_night(desk: FlaskClient, event: Event, hall: Location):
    session = make_session(event, "Abend", room=hall)
    with transaction():
        days.set_all(event, [Hours(event.first_day, time(9), time(2))])
    desk.post(f"{HERE}/{session.public_id}/place", data=typed(event, session, starts="00:30", room=hall.public_id))

    assert place(session) == (at(event, 0, 30, day=2), hall.id)
    assert "0:30–1:15" in desk.get(f"{HERE}/grid?day={event.first_day.isoformat()}").text


def test_a_session_is_taken_out_of_the_grid(desk: FlaskClient, event: Event, hall: Location):
    session = make_session(event, "Vortrag", room=hall)
    sent = {"version": str(session.version), "back": "grid"}
    assert desk.post(f"{HERE}/{session.public_id}/unplace", data=sent).status_code == 302
    assert place(session) == (None, None)
    assert "Ohne Zeit" in desk.get(f"{HERE}/grid").text


def test_the_grid_takes_a_constant_number_of_queries(desk: FlaskClient, event: Event):
    def one_more(number: int) -> None:
        speaker = make_participant(event, given_name="Ina", family_name=f"Nummer{number}")
        make_session(event, room=make_room(event), people=[Part(speaker)])

    def asked(path: str) -> int:
        return statements_of(lambda: desk.get(f"{HERE}{path}"))

    one_more(0)
    few = {path: (asked(path), asked(path))[1] for path in ("", "/grid", "/grid.json", "/release")}
    for number in range(1, 5):
        one_more(number)

    assert {path: asked(path) for path in few} == few
