"""The programme's pages: for everybody, for participants, and the organisers' desk."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event
from partnering.mail import letters as news
from partnering.mail.models import OutboxLetter
from partnering.programme import grid, queries, services
from partnering.programme.models import ProgrammeSession
from partnering.programme.services import Part, Time
from tests.factories import make_crew, make_event, make_organiser, make_participant
from tests.factories.programme import at, make_room, make_session, make_speaker, make_track
from tests.readers.calendars import ical_js, libical
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
    [sessions] = queries.by_day(queries.released(event), event.zone).values()
    made = grid.of(sessions)
    return [
        [f"{clock.in_zone(row.starts_at, event.zone):%H:%M}", [str(each.session.title) for each in row.wide]]
        + [
            None if cell is None else ([str(each.session.title) for each in cell.sessions], cell.rows)
            for cell in row.cells
        ]
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
    assert queries.chosen_by(jana) == {session.id}
    assert "Aus meinem Plan nehmen" in page(client, address)
    assert client.post(f"{address}/drop").status_code == 302
    db.session.rollback()
    assert queries.chosen_by(jana) == frozenset()


def test_who_takes_no_part_cannot_choose(client: FlaskClient, event: Event):
    session = make_session(event)
    address = f"/e/probe/programme/{session.public_id}"
    assert "In meinen Plan" not in page(client, address)
    assert client.post(f"{address}/choose").status_code == 302  # to sign in
    stranger = make_participant(make_event("andere")).person
    assert stranger is not None
    sign_in(client, stranger)
    assert client.post(f"{address}/choose").status_code == 404


# -- the desk


def typed(event: Event, **values: Any) -> dict[str, Any]:
    return {
        "title_de": "Neuer Punkt",
        "kind": "talk",
        "language": "de",
        "track": "",
        "room": "",
        "day": event.first_day.isoformat(),
        "starts": "14:00",
        "ends": "14:45",
        "people-0-name": "",
        "people-0-role": "speaker",
        **values,
    }


@pytest.fixture
def desk(client: FlaskClient, event: Event) -> FlaskClient:
    sign_in(client, make_organiser(event))
    return client


def the_session() -> ProgrammeSession:
    db.session.rollback()
    return db.session.scalars(sa.select(ProgrammeSession)).one()


def test_an_organiser_adds_a_session_in_local_time(desk: FlaskClient, event: Event):
    room = make_room(event)
    answer = desk.post(
        "/manage/probe/programme/new",
        data=typed(event, room=room.public_id, **{"people-0-name": "Henrike Oelsner"}),
    )

    assert answer.status_code == 302
    session = the_session()
    assert session.appointment is not None
    assert (session.appointment.starts_at, session.location) == (at(event, 14), room)
    assert [part.participant.family_name for part in session.people] == ["Oelsner"]


def test_a_name_that_is_known_is_found_again(desk: FlaskClient, event: Event):
    known = make_participant(event, given_name="Łucja", family_name="Łęcka", title="Prof.")
    desk.post("/manage/probe/programme/new", data=typed(event, **{"people-0-name": "lucja lecka"}))

    assert [part.participant_id for part in the_session().people] == [known.id]


def test_of_several_with_one_name_the_address_decides(desk: FlaskClient, event: Event):
    for n in (1, 2):
        make_participant(event, email=f"jana{n}@example.org", given_name="Jana", family_name="Muster")
    refused = desk.post("/manage/probe/programme/new", data=typed(event, **{"people-0-name": "Jana Muster"}))
    assert (refused.status_code, "Mehrere Personen heißen so" in refused.text) == (422, True)

    desk.post(
        "/manage/probe/programme/new",
        data=typed(event, **{"people-0-name": "Jana Muster", "people-0-email": "jana2@example.org"}),
    )
    [part] = the_session().people
    assert part.participant.person is not None
    assert part.participant.person.email == "jana2@example.org"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"title_de": ""}, "Geben Sie einen Titel ein"),
        ({"starts": ""}, "Geben Sie Tag, Beginn und Ende ein"),
        ({"ends": ""}, "Geben Sie Tag, Beginn und Ende ein"),
        ({"ends": "14:00"}, "endet, bevor er beginnt"),
        ({"ends": "13:00"}, "endet, bevor er beginnt"),
    ],
)
def test_wrong_answers_are_said_beside_the_field(
    desk: FlaskClient, event: Event, values: dict[str, str], sentence: str
):
    answer = desk.post("/manage/probe/programme/new", data=typed(event, **values))

    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert db.session.scalars(sa.select(ProgrammeSession)).all() == []


def test_an_evening_may_end_after_midnight(desk: FlaskClient, event: Event):
    desk.post("/manage/probe/programme/new", data=typed(event, starts="21:00", ends="01:00"))
    session = the_session()
    assert session.appointment is not None

    assert session.appointment.ends_at - session.appointment.starts_at == timedelta(hours=4)


def test_an_organiser_moves_a_session_and_its_people_are_told_once(desk: FlaskClient, event: Event):
    jana = make_participant(event, email="jana@example.org")
    session = make_session(event, "Vortrag", people=[Part(jana, "chair", 20)])
    form = typed(
        event,
        title_de="Vortrag",
        title_en="Vortrag",
        language="",
        tell="y",
        **{
            "people-0-ref": jana.public_id,
            "people-0-name": jana.name,
            "people-0-role": "chair",
            "people-0-set_up": "20",
        },
    )
    address = f"/manage/probe/programme/{session.public_id}"

    assert desk.post(address, data=form).status_code == 302
    assert desk.post(address, data=form).status_code == 302
    moved = the_session()
    assert moved.appointment is not None
    assert (moved.appointment.starts_at, moved.appointment.sequence) == (at(event, 14), 1)
    assert [(part.role, part.set_up) for part in moved.people] == [("chair", 20)]
    assert [letter.kind for letter in db.session.scalars(sa.select(OutboxLetter))] == ["programme.session_changed"]


def test_an_organiser_cancels_and_restores_a_session(desk: FlaskClient, event: Event):
    session = make_session(event, "Vortrag")
    address = f"/manage/probe/programme/{session.public_id}"

    assert desk.post(f"{address}/cancel", data={"tell": "y"}).status_code == 302
    assert the_session().cancelled_at is not None
    assert "Abgesagt" in page(desk, "/e/probe/programme")
    assert re.search(r'<input(?=[^>]* checked)[^>]* name="tell"', page(desk, address))
    assert desk.post(f"{address}/restore", data={"tell": "y"}).status_code == 302
    assert the_session().cancelled_at is None


def test_warnings_stand_above_the_list(desk: FlaskClient, event: Event):
    room, henrike = make_room(event, "Großer Saal"), make_speaker(event)
    for _n in range(2):
        make_session(event, room=room, speakers=[henrike])
    text = page(desk, "/manage/probe/programme")

    assert "2 Dinge passen nicht" in text
    assert ("Großer Saal ist am" in text, "Henrike Oelsner ist am" in text) == (True, True)


def test_the_desk_takes_a_constant_number_of_queries(desk: FlaskClient, event: Event):
    make_session(event, room=make_room(event), track=make_track(event), speakers=[make_speaker(event)])
    one = statements_of(lambda: page(desk, "/manage/probe/programme"))
    for n in range(6):
        make_session(event, room=make_room(event), track=make_track(event), speakers=[make_speaker(event, f"N Nr{n}")])

    assert statements_of(lambda: page(desk, "/manage/probe/programme")) == one


def test_rooms_and_tracks_are_added_and_renamed(desk: FlaskClient, event: Event):
    desk.post("/manage/probe/programme/rooms/add", data={"room-name_de": "Saal", "room-capacity": "80"})
    desk.post("/manage/probe/programme/tracks/add", data={"track-name_de": "Diagnostik", "track-tint": "3"})
    [room], [track] = queries.rooms_of(event), queries.tracks_of(event)
    desk.post(f"/manage/probe/programme/rooms/{room.public_id}", data={"room-name_de": "Aula", "room-name_en": "Aula"})
    desk.post(f"/manage/probe/programme/tracks/{track.public_id}", data={"track-name_de": "Daten", "track-tint": "4"})
    db.session.rollback()

    assert (room.name, room.capacity) == (BilingualText(de="Aula", en="Aula"), None)
    assert (track.name.de, track.tint) == ("Daten", 4)
    refused = desk.post(f"/manage/probe/programme/rooms/{room.public_id}", data={"room-name_de": ""})
    assert (refused.status_code, "Geben Sie den Namen auf Deutsch ein" in refused.text) == (422, True)


@pytest.mark.parametrize("path", ["", "/new", "/rooms", "/{session}"])
def test_the_desk_is_for_organisers_only(client: FlaskClient, event: Event, path: str):
    address = "/manage/probe/programme" + path.format(session=make_session(event).public_id)
    assert client.get(address).status_code == 302
    sign_in(client, make_crew(event))
    assert client.get(address).status_code == 404


def test_sessions_of_other_events_do_not_exist(desk: FlaskClient, event: Event):
    other = make_session(make_event("andere"))

    assert desk.get(f"/manage/probe/programme/{other.public_id}").status_code == 404
    assert desk.post(f"/manage/probe/programme/{other.public_id}/cancel").status_code == 404
    assert desk.get(f"/e/probe/programme/{other.public_id}").status_code == 404


# -- letters


def test_a_letter_says_what_was_and_what_is_and_changes_the_calendar(event: Event):
    jana = make_participant(event, email="jana@example.org", locale="en")
    session = make_session(event, "Vortrag", room=make_room(event, "Alter Saal"), people=[Part(jana)])
    other = make_room(event, "Neuer Saal")
    with transaction():
        services.change(event, session, time=Time(at(event, 14), at(event, 15), other), tell=True)
    letter = db.session.scalars(sa.select(OutboxLetter)).one()
    made = news.render(letter)

    assert made is not None
    assert made.calendar is not None
    assert (made.subject, made.method) == ("Changed: Vortrag", "REQUEST")
    assert ("10:00–10:45, Alter Saal" in made.text, "14:00–15:00" in made.text) == (True, True)
    [entry] = ical_js(made.calendar)[0]["events"]
    assert (entry["sequence"], entry["start"]) == ("1", int(at(event, 14).timestamp()))
    assert libical(made.calendar).allowed
    assert entry["attendees"][0]["address"] == "mailto:jana@example.org"


def test_a_cancellation_reaches_only_calendars_that_knew(event: Event):
    jana = make_participant(event, email="jana@example.org", locale="en")
    session = make_session(event, "Vortrag", people=[Part(jana)])
    with transaction():
        services.change(event, session, time=Time(at(event, 14), at(event, 15)), tell=True)
    first = news.render(db.session.scalars(sa.select(OutboxLetter)).one())
    assert first is not None
    assert first.on_sent is not None
    with transaction():
        first.on_sent()
    with transaction():
        services.cancel(event, session, tell=True)
    second = db.session.scalars(sa.select(OutboxLetter).order_by(OutboxLetter.id.desc()).limit(1)).one()
    made = news.render(second)

    assert made is not None
    assert made.calendar is not None
    assert (made.subject, made.method) == ("Cancelled: Vortrag", "CANCEL")
    [entry] = ical_js(made.calendar)[0]["events"]
    assert (entry["sequence"], entry["status"]) == ("2", "CANCELLED")
    assert news.render(db.session.scalars(sa.select(OutboxLetter).order_by(OutboxLetter.id).limit(1)).one()) is None


def test_a_calendar_that_knew_nothing_gets_no_cancellation(event: Event):
    jana = make_participant(event, email="jana@example.org")
    session = make_session(event, people=[Part(jana)])
    with transaction():
        services.cancel(event, session, tell=True)
    made = news.render(db.session.scalars(sa.select(OutboxLetter)).one())

    assert made is not None
    assert (made.calendar, made.on_sent) == (None, None)
