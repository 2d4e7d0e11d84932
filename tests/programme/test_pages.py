"""The programme's pages: for everybody, for participants, and the organisers' desk."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.db import BilingualText, db
from partnering.events.models import Event
from partnering.programme import grid, listing, queries
from tests.factories import make_event, make_organiser, make_participant
from tests.factories.programme import at, make_room, make_session, make_speaker, make_track
from tests.support.counting import statements_of
from tests.support.signing_in import sign_in


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_event("probe")


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


# -- for everybody


def test_the_programme_shows_one_day_and_links_the_others(client: FlaskClient, event: Event):
    make_session(event, "Am ersten Tag", room=make_room(event))
    make_session(event, "Am zweiten Tag", starts_at=at(event, day=2))
    second = event.first_day + timedelta(days=1)

    first_page = page(client, "/e/probe/programme")
    assert ("Am ersten Tag" in first_page, "Am zweiten Tag" in first_page) == (True, False)
    assert f"day={second.isoformat()}" in first_page
    assert "Am zweiten Tag" in page(client, f"/e/probe/programme?day={second.isoformat()}")


@pytest.mark.parametrize("day", ["gestern", "1999-01-01", "2027-13-01"])
def test_a_day_that_is_not_in_the_programme_shows_the_first(client: FlaskClient, event: Event, day: str):
    make_session(event, "Am zweiten Tag", starts_at=at(event, day=2))
    make_session(event, "Am ersten Tag")

    text = page(client, f"/e/probe/programme?day={day}")

    assert ("Am ersten Tag" in text, "Am zweiten Tag" in text) == (True, False)


def test_an_empty_programme_says_so(client: FlaskClient, event: Event):
    assert "Hier wird das Programm stehen" in page(client, "/e/probe/programme")
    assert "Hier werden die Vortragenden stehen" in page(client, "/e/probe/speakers")


def test_a_session_without_a_time_is_not_public(client: FlaskClient, event: Event):
    hidden = make_session(event, "Geheim", speakers=[make_speaker(event)], released=False)

    assert client.get(f"/e/probe/programme/{hidden.public_id}").status_code == 404
    assert "Geheim" not in page(client, "/e/probe/speakers")


def test_texts_are_sanitised(client: FlaskClient, event: Event):
    session = make_session(
        event,
        "<b>Titel</b>",
        abstract=BilingualText(de="**Fett** <script>alert(1)</script> [böse](javascript:alert(1))"),
    )
    text = page(client, f"/e/probe/programme/{session.public_id}")

    assert ("&lt;b&gt;Titel&lt;/b&gt;" in text, "<strong>Fett</strong>" in text) == (True, True)
    assert ("<script>alert" in text, 'href="javascript' in text) == (False, False)


@pytest.mark.parametrize("path", ["programme", "speakers", "programme.ics", "event.ics"])
def test_public_pages_are_cached_and_answer_304(client: FlaskClient, event: Event, path: str):
    make_session(event, speakers=[make_speaker(event)])
    first = client.get(f"/e/probe/{path}")
    again = client.get(f"/e/probe/{path}", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, first.headers["Cache-Control"]) == (200, "public, max-age=60")
    assert (again.status_code, "Set-Cookie" in first.headers) == (304, False)


@pytest.mark.parametrize("path", ["programme", "speakers", "programme.ics"])
def test_pages_take_a_constant_number_of_queries(client: FlaskClient, event: Event, path: str):
    room, track = make_room(event), make_track(event)
    make_session(event, room=room, track=track, speakers=[make_speaker(event)])
    one = statements_of(lambda: page(client, f"/e/probe/{path}"))
    for n in range(6):
        make_session(event, room=make_room(event), track=make_track(event), speakers=[make_speaker(event, f"N Nr{n}")])

    assert statements_of(lambda: page(client, f"/e/probe/{path}")) == one


def test_a_draft_is_seen_by_its_team_only(client: FlaskClient, ctx: Flask):
    event = make_event("entwurf", state="draft")
    make_session(event)

    assert client.get("/e/entwurf/programme").status_code == 404
    sign_in(client, make_organiser(event))
    assert client.get("/e/entwurf/programme").headers["Cache-Control"] == "no-store"


# -- the grid


def shown(event: Event) -> list[list[Any]]:
    [sessions] = listing.by_day(listing.of(event).sessions).values()
    made = grid.of(sessions)
    return [
        [f"{clock.in_zone(row.starts_at, event.zone):%H:%M}", [str(each.title) for each in row.wide]]
        + [None if cell is None else ([str(each.title) for each in cell.sessions], cell.rows) for cell in row.cells]
        for row in made.rows
    ]


def test_parallel_sessions_stand_side_by_side_and_long_ones_span_rows(event: Event):
    one, two = make_room(event), make_room(event)
    make_session(event, "Kaffee", starts_at=at(event, 9), minutes=30)
    make_session(event, "A", starts_at=at(event, 10), minutes=60, room=one)
    make_session(event, "Lang", starts_at=at(event, 10), minutes=120, room=two)
    make_session(event, "B", starts_at=at(event, 11), minutes=60, room=one)
    make_session(event, "C", starts_at=at(event, 12), minutes=30, room=two)

    assert shown(event) == [
        ["09:00", ["Kaffee"]],
        ["10:00", [], (["A"], 1), (["Lang"], 2)],
        ["11:00", [], (["B"], 1), None],
        ["12:00", [], ([], 1), (["C"], 1)],
    ]


def test_what_is_in_no_room_beside_others_has_a_column(event: Event):
    room = make_room(event)
    make_session(event, "A", starts_at=at(event, 10), minutes=60, room=room)
    make_session(event, "Führung", starts_at=at(event, 10, 30), minutes=60)

    assert shown(event) == [["10:00", [], (["A"], 2), ([], 1)], ["10:30", [], None, (["Führung"], 1)]]


def test_a_room_that_is_booked_twice_shows_both(event: Event):
    room = make_room(event)
    make_session(event, "A", starts_at=at(event, 10), minutes=60, room=room)
    make_session(event, "B", starts_at=at(event, 10, 30), minutes=60, room=room)

    assert shown(event) == [["10:00", [], (["A", "B"], 2)], ["10:30", [], None]]


# -- choosing


def test_a_participant_chooses_a_session_and_drops_it(client: FlaskClient, event: Event):
    session = make_session(event)
    jana = make_participant(event)
    assert jana.person is not None
    address = f"/e/probe/programme/{session.public_id}"
    sign_in(client, jana.person)

    assert "In meinen Plan aufnehmen" in page(client, address)
    assert client.post(f"{address}/choose").status_code == 302
    assert queries.parts_of(jana) == {session.id: "bookmark"}
    assert "Aus meinem Plan nehmen" in page(client, address)
    assert client.post(f"{address}/drop").status_code == 302
    db.session.rollback()
    assert queries.parts_of(jana) == {}


def test_who_takes_no_part_cannot_choose(client: FlaskClient, event: Event):
    session = make_session(event)
    address = f"/e/probe/programme/{session.public_id}"
    assert "In meinen Plan" not in page(client, address)
    assert client.post(f"{address}/choose").status_code == 302  # to sign in
    stranger = make_participant(make_event("andere")).person
    assert stranger is not None
    sign_in(client, stranger)
    assert client.post(f"{address}/choose").status_code == 404
