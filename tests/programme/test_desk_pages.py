"""The organisers' desk for the programme."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event
from partnering.mail.models import OutboxLetter
from partnering.programme import drafting, places, queries
from partnering.programme.models import ProgrammeSession
from partnering.programme.services import Part
from partnering.registration.workshops import book
from tests.factories import make_crew, make_event, make_organiser, make_participant
from tests.factories.programme import at, make_room, make_session, make_speaker, make_track
from tests.factories.registration import make_registration
from tests.support.counting import statements_of
from tests.support.signing_in import sign_in


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_event("probe")


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


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
    assert (session.starts_at, session.room, session.appointment) == (at(event, 14), room, None)
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
    assert session.starts_at is not None
    assert session.ends_at is not None

    assert session.ends_at - session.starts_at == timedelta(hours=4)


def test_what_an_organiser_types_is_a_draft_that_can_be_undone(desk: FlaskClient, event: Event):
    session = make_session(event, "Vortrag")
    address = f"/manage/probe/programme/{session.public_id}"
    desk.post(address, data=typed(event, title_de="Geheim", title_en=""))
    drafted = page(desk, address)

    assert ("Noch nicht öffentlich" in drafted, "Geheim" in page(desk, "/e/probe/programme")) == (True, False)
    assert "Ein Programmpunkt weicht von dem ab" in page(desk, "/manage/probe/programme")
    desk.post(f"{address}/undo")
    assert (the_session().title.de, "Noch nicht öffentlich" in page(desk, address)) == ("Vortrag", False)


def test_an_organiser_moves_a_session_at_once_and_its_people_are_told_once(desk: FlaskClient, event: Event):
    jana = make_participant(event, email="jana@example.org")
    session = make_session(event, "Vortrag", people=[Part(jana, "chair", 20)])
    form = typed(
        event,
        title_de="Vortrag",
        title_en="Vortrag",
        language="",
        at_once="y",
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

    assert desk.post(f"{address}/cancel", data={"at_once": "y"}).status_code == 302
    assert the_session().cancelled_at is not None
    assert "Abgesagt" in page(desk, "/e/probe/programme")
    assert desk.post(f"{address}/restore", data={"at_once": "y"}).status_code == 302
    assert the_session().cancelled_at is None


def test_warnings_stand_above_the_list(desk: FlaskClient, event: Event):
    room, henrike = make_room(event, "Großer Saal"), make_speaker(event)
    for _n in range(2):
        make_session(event, room=room, speakers=[henrike])
    text = page(desk, "/manage/probe/programme")

    assert "3 Dinge passen nicht" in text
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
    double = desk.post("/manage/probe/programme/rooms/add", data={"room-name_de": "aula "})
    assert (double.status_code, "Ein anderer Raum heißt schon so" in double.text) == (422, True)
    assert (
        desk.post(f"/manage/probe/programme/rooms/{room.public_id}", data={"room-name_de": "AULA"}).status_code == 302
    )


def test_calling_off_a_booked_session_says_who_is_told_and_when(desk: FlaskClient, event: Event):
    session = make_session(event, "Werkstatt", kind="workshop")
    address = f"/manage/probe/programme/{session.public_id}"
    with transaction():
        workshop = places.offer(session, 10)
    assert "damit frei" not in desk.get(address).text
    with transaction():
        for n in range(2):
            book(make_registration(event, email=f"gast{n}@example.org"), workshop)
    assert "2 Plätze sind gebucht. Sie werden damit frei" in desk.get(address).text
    desk.post(f"{address}/cancel")
    assert "im Entwurf abgesagt" in desk.get("/manage/probe/programme").text


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


def seen_of(client: FlaskClient, address: str) -> dict[str, str]:
    """What the form of a session says it has shown, and how."""
    text = page(client, address)
    found = re.search(r'name="seen"[^>]* value="([^"]*)"', text)
    assert found is not None
    return {"seen": found.group(1)}


def test_two_organisers_at_one_session_lose_nothing(desk: FlaskClient, event: Event):
    henrike = make_speaker(event)
    session = make_session(event, "Vortrag", starts_at=at(event, 14), language="de")
    address = f"/manage/probe/programme/{session.public_id}"
    sent = typed(event, title_de="Von mir", **seen_of(desk, address))
    with transaction():
        drafting.edit(session, {"title": BilingualText("Von ihr", ""), "capacity": 30}, people=[Part(henrike)])
    answer = desk.post(address, data=sent)

    assert answer.status_code == 409
    assert the_session().title.de == "Von ihr"
    assert ('value="Von mir"' in answer.text, "„Von ihr“" in answer.text) == (True, True)
    assert 'value="Henrike Oelsner"' in answer.text  # what was left alone shows the newest
    again = {
        "seen": re.findall(r'name="seen"[^>]* value="([^"]*)"', answer.text)[0],
        "capacity": "30",
        "people-0-name": "Henrike Oelsner",
    }
    assert desk.post(address, data=sent | again).status_code == 302
    assert (the_session().title.de, the_session().capacity) == ("Von mir", 30)


def test_only_what_nobody_has_seen_is_deleted(desk: FlaskClient, event: Event):
    public, drafted = make_session(event), make_session(event, released=False, speakers=[make_speaker(event)])
    for session in (public, drafted):
        assert desk.post(f"/manage/probe/programme/{session.public_id}/delete").status_code == 302
    db.session.rollback()

    assert [session.id for session in queries.sessions_of(event)] == [public.id]


def test_the_list_shows_what_is_asked_for(desk: FlaskClient, event: Event):
    hall = make_room(event, "Saal")
    make_session(event, "Erster", room=hall, speakers=[make_speaker(event)])
    make_session(event, "Zweiter", room=hall, kind="workshop")
    make_session(event, "Offen", released=False)

    def listed(**asked: str) -> list[str]:
        text = desk.get("/manage/probe/programme", query_string=asked).text
        return [title for title in ("Erster", "Zweiter", "Offen") if f">{title}</a><br>" in text]

    assert listed() == ["Erster", "Zweiter", "Offen"]
    assert listed(q="oelsner") == ["Erster"]
    assert listed(kind="workshop") == ["Zweiter"]
    assert listed(room=hall.public_id, state="warned", code="room_twice") == ["Erster", "Zweiter"]
    assert listed(state="unplaced") == ["Offen"]
    assert listed(day="2000-01-01") == []
