"""The public programme as calendars, read by ical.js and libical."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event, Participant
from partnering.programme import services
from partnering.programme.models import ProgrammeSession, Track
from tests.factories import make_event, make_organiser, make_participant
from tests.factories.programme import at, make_room, make_session, make_track
from tests.readers.calendars import ical_js, libical
from tests.support.counting import statements_of
from tests.support.signing_in import sign_in


@pytest.fixture
def stage(ctx: Flask) -> dict[str, Any]:
    """An event with a track and two who speak: one in both of its talks, one in the second."""
    event = make_event("probe")
    track, ada, ben = make_track(event, "Bioprozess"), make_participant(event), make_participant(event)
    room = make_room(event, "Großer Saal")
    return {
        "event": event,
        "track": track,
        "ada": ada,
        "ben": ben,
        "one": make_session(event, "Eins", track=track, room=room, speakers=[ada]),
        "two": make_session(event, "Zwei", starts_at=at(event, 12), speakers=[ada, ben]),
    }


def read(client: FlaskClient, path: str) -> list[tuple[str, str]]:
    """Titles and UIDs of a feed, after both readers took it."""
    answer = client.get(f"/e/probe/{path}")
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8"), path
    [calendar] = ical_js(answer.data)
    other = libical(answer.data)
    assert (other.errors, calendar["method"], calendar["refresh"]) == (0, "PUBLISH", "PT1H")
    assert [(e["uid"], int(e["start"])) for e in other.events] == [(e["uid"], e["start"]) for e in calendar["events"]]
    return [(e["summary"], e["uid"]) for e in calendar["events"]]


def uid_of(session: ProgrammeSession) -> str:
    assert session.appointment is not None
    return session.appointment.uid


def test_each_feed_holds_its_own_and_a_session_has_one_uid_in_all(client: FlaskClient, stage: dict[str, Any]):
    one, two = ("Eins", uid_of(stage["one"])), ("Zwei", uid_of(stage["two"]))

    assert read(client, "programme.ics") == [one, two]
    assert read(client, f"programme/tracks/{stage['track'].public_id}.ics") == [one]
    assert read(client, f"speakers/{stage['ada'].public_id}.ics") == [one, two]
    assert read(client, f"speakers/{stage['ben'].public_id}.ics") == [two]
    assert read(client, f"programme/{stage['two'].public_id}.ics") == [two]


def test_what_is_not_public_has_no_feed(client: FlaskClient, stage: dict[str, Any]):
    event: Event = stage["event"]
    hidden = make_session(event, released=False, speakers=[carl := make_participant(event)])
    other = make_event("other")
    foreign: Track = make_track(other)

    for path in (
        f"programme/{hidden.public_id}.ics",
        f"speakers/{carl.public_id}.ics",
        f"speakers/{make_participant(event).public_id}.ics",
        f"programme/tracks/{foreign.public_id}.ics",
        f"programme/{make_session(other).public_id}.ics",
        "programme/unbekannt.ics",
    ):
        assert client.get(f"/e/probe/{path}").status_code == 404, path


def test_whoever_holds_it_already_is_answered_with_at_most_two_questions(
    client: FlaskClient, stage: dict[str, Any], freeze
):
    freeze(clock.now())
    event, session = stage["event"], stage["two"]
    path = "/e/probe/programme.ics?lang=en"
    first = client.get(path)
    held = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/e/probe/programme.ics?lang=de").headers["ETag"] == first.headers["ETag"]

    # one where nothing at all was written; a second one asks of the programme, where other tests write meanwhile
    assert statements_of(lambda: client.get(path, headers=held)) <= 2
    make_participant(event)
    assert statements_of(lambda: client.get(path, headers=held)) <= 2, "something else was written"
    again = client.get(path, headers=held)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]

    event, session = (db.session.get_one(type(each), sa.inspect(each).identity) for each in (event, session))
    with transaction():
        services.change(event, session, {"subtitle": BilingualText("Neu", "New")})
    after = client.get(path, headers=held)
    assert (after.status_code, b"New" in after.data) == (200, True)
    with transaction():
        services.cancel(db.session.merge(event), db.session.merge(session))
    assert b"STATUS:CANCELLED" in client.get(path, headers={"If-None-Match": after.headers["ETag"]}).data


def test_the_feed_of_a_draft_event_is_kept_for_nobody(client: FlaskClient, ctx: Flask):
    event = make_event("probe", state="draft")
    make_session(event)
    sign_in(client, make_organiser(event))
    assert client.get("/e/probe/programme.ics").status_code == 200

    assert client.application.test_client().get("/e/probe/programme.ics").status_code == 404


@pytest.mark.parametrize("feed", ["programme.ics", "speakers/{}.ics", "programme.json", "programme.xml"])
def test_two_talks_and_forty_take_the_same_number_of_queries(client: FlaskClient, ctx: Flask, feed: str, freeze):
    freeze(clock.now())
    event = make_event("probe")
    speaker: Participant = make_participant(event)
    path = f"/e/probe/{feed.format(speaker.public_id)}"

    def add(number: int) -> None:
        make_session(event, starts_at=at(event, 8) + number * timedelta(minutes=45), speakers=[speaker])

    add(0)
    add(1)
    for _time in range(2):  # connections are opened, statements prepared
        client.get(path)
    add(2)
    few = statements_of(lambda: client.get(path))
    for number in range(3, 40):
        add(number)

    assert statements_of(lambda: client.get(path)) == few
