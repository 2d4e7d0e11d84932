"""Calendars of one person's days, as ical.js and libical read them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.agenda import services as agenda
from partnering.agenda.calendars import attach
from partnering.db import db, transaction
from partnering.events.models import Event, Participant
from partnering.i18n import speaking
from partnering.mail.letters import Letter
from partnering.meetings import services as meetings
from partnering.programme import services as programme
from partnering.programme.importing import applier, reader
from partnering.programme.models import ProgrammeSession
from partnering.programme.services import Part, Time
from partnering.schedule import calendars, queries, views
from tests.factories import make_event, make_participant, make_person
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event, make_request, make_slots
from tests.factories.programme import at, make_room, make_session
from tests.readers.calendars import ical_js, libical
from tests.support.counting import statements_of
from tests.support.letters import calendar_of as calendar_of_letter
from tests.support.letters import deliver_all
from tests.support.signing_in import sign_in


def read(content: bytes) -> list[dict[str, Any]]:
    """The entries of a calendar; ical.js and libical must agree on what and when."""
    [calendar] = ical_js(content)
    other = libical(content)
    assert (other.errors, calendar["method"], other.method) == (0, "PUBLISH", "PUBLISH")
    entries: list[dict[str, Any]] = [{**entry, "sequence": int(entry["sequence"])} for entry in calendar["events"]]
    theirs = [(e["uid"], int(e["start"]), int(e["end"])) for e in other.events]
    assert theirs == [(e["uid"], e["start"], e["end"]) for e in entries]
    return entries


def calendar_of(participant: Participant, **options: Any) -> bytes:
    with speaking("en"):
        return calendars.of(participant, **options)


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def feed_path(participant: Participant) -> str:
    return views.feed_address(participant).removeprefix("http://localhost")


# -- what is in it


def test_it_holds_talks_chosen_sessions_and_meetings_and_nothing_else(ctx: Flask):
    event = make_partnering_event()
    jana = make_delegate(event, given_name="Jana", family_name="Muster", company="Lumenfold GmbH")
    meeting = make_meeting(event, by=jana, to=make_delegate(event, given_name="Łukasz", company="Saale Peptides"))
    talk = make_session(event, "Eigener Vortrag", starts_at=at(event, 15), speakers=[jana.participant])
    chosen = make_session(event, "Gewählt", starts_at=at(event, 16))
    make_session(event, "Nicht gewählt", starts_at=at(event, 17))
    make_session(event, "Ohne Zeit", speakers=[jana.participant], released=False)
    with transaction():
        programme.bookmark(chosen, jana.participant)
        agenda.block(jana.participant, event, at(event, 18), at(event, 18, 20))
    make_request(event, by=make_delegate(event), to=jana)

    entries = read(calendar_of(jana.participant))

    assert meeting.appointment is not None
    assert [(e["summary"], e["start"]) for e in entries] == [
        ("Meeting: Łukasz Muster (Saale Peptides)", seconds(meeting.appointment.starts_at)),
        ("Eigener Vortrag", seconds(at(event, 15))),
        ("Gewählt", seconds(at(event, 16))),
    ]
    assert talk.title.de == "Eigener Vortrag"


def test_a_meeting_shows_name_organisation_and_table_and_no_address(ctx: Flask):
    event = make_partnering_event()
    jana, paul = make_delegate(event, company="Lumenfold GmbH"), make_delegate(event, company="Saale Peptides")
    make_meeting(event, by=jana, to=paul, message="Geheime Nachricht")
    content = calendar_of(jana.participant).decode()
    [entry] = read(content.encode())

    assert entry["location"].split(", ")[0] == "Table A1"
    assert "Saale Peptides" in entry["description"]
    unfolded = content.replace("\r\n ", "")
    assert [word for word in ("@firma", "ATTENDEE", "ORGANIZER", "EV1:", "Geheime") if word in unfolded] == []


@pytest.mark.parametrize(
    ("wall", "instant"),
    [
        ("2027-03-10T14:00", datetime(2027, 3, 10, 13, 0, tzinfo=UTC)),
        ("2027-07-10T14:00", datetime(2027, 7, 10, 12, 0, tzinfo=UTC)),
        ("2027-03-28T01:30", datetime(2027, 3, 28, 0, 30, tzinfo=UTC)),
        ("2027-03-28T03:30", datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        ("2027-10-31T01:30", datetime(2027, 10, 30, 23, 30, tzinfo=UTC)),
        ("2027-10-31T02:30", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        ("2027-10-31T03:30", datetime(2027, 10, 31, 2, 30, tzinfo=UTC)),
    ],
)
def test_instants_are_right_all_year_and_on_both_nights_of_the_clock_change(ctx: Flask, wall: str, instant: datetime):
    event = make_event()
    jana = make_participant(event)
    make_session(
        event, starts_at=clock.from_zone(datetime.fromisoformat(wall), "Europe/Berlin"), minutes=90, speakers=[jana]
    )

    [entry] = read(calendar_of(jana))

    assert (entry["start"], entry["end"]) == (seconds(instant), seconds(instant + timedelta(minutes=90)))


def test_a_move_keeps_the_uid_and_raises_the_sequence(ctx: Flask):
    event = make_event()
    jana = make_participant(event)
    session = make_session(event, speakers=[jana])
    [before] = read(calendar_of(jana))
    with transaction():
        programme.change(event, session, time=Time(at(event, 14), at(event, 15), make_room(event)))
    [after] = read(calendar_of(jana))

    assert (after["uid"], before["sequence"], after["sequence"]) == (before["uid"], 0, 1)
    assert after["start"] == seconds(at(event, 14))


def test_what_was_cancelled_stays_in_the_feed_for_thirty_days(ctx: Flask, freeze):
    event = make_event()
    jana = make_participant(event)
    session = make_session(event, speakers=[jana])
    with transaction():
        programme.cancel(event, session)

    [entry] = read(calendar_of(jana, subscribed=True))
    assert (entry["status"], entry["sequence"]) == ("CANCELLED", 1)
    assert read(calendar_of(jana)) == []
    assert session.cancelled_at is not None
    freeze(session.cancelled_at + timedelta(days=31))
    assert read(calendar_of(jana, subscribed=True)) == []


def test_a_cancelled_meeting_leaves_the_feed_with_its_uid_after_thirty_days(ctx: Flask, freeze):
    event = make_partnering_event()
    jana = make_delegate(event)
    meeting = make_meeting(event, by=jana, to=make_delegate(event))
    [before] = read(calendar_of(jana.participant, subscribed=True))
    with transaction():
        meetings.cancel(meeting, by=jana)
    [after] = read(calendar_of(jana.participant, subscribed=True))

    assert (after["uid"], after["status"], after["sequence"]) == (before["uid"], "CANCELLED", before["sequence"] + 1)
    assert read(calendar_of(jana.participant)) == []
    cancelled_at = clock.now()
    freeze(cancelled_at + timedelta(days=29))
    assert [entry["uid"] for entry in read(calendar_of(jana.participant, subscribed=True))] == [before["uid"]]
    freeze(cancelled_at + timedelta(days=31))
    assert read(calendar_of(jana.participant, subscribed=True)) == []


# -- one meeting


def test_one_meeting_is_a_file_with_the_uid_of_its_reader_and_nobody_invited(client: FlaskClient, ctx: Flask):
    event = make_partnering_event(slug="probe")
    jana, paul = make_delegate(event, company="Lumenfold", locale="en"), make_delegate(event, company="Saale Peptides")
    meeting = make_meeting(event, by=jana, to=paul)
    make_meeting(event, by=jana, to=make_delegate(event))
    assert meeting.appointment is not None
    path = f"/e/probe/me/meetings/{meeting.public_id}.ics"
    for delegate in (jana, paul):
        assert delegate.participant.person is not None
        sign_in(client, delegate.participant.person)
        answer = client.get(path)
        mine = agenda.entry_of(meeting.appointment, delegate.participant)
        [entry] = read(answer.data)

        assert mine is not None
        assert (entry["uid"], entry["sequence"], entry["status"]) == (mine.uid, mine.sequence, "CONFIRMED")
        assert (entry["start"], entry["location"].split(", ")[0][-2:]) == (seconds(meeting.appointment.starts_at), "A1")
        unfolded = answer.text.replace("\r\n ", "")
        assert [word for word in ("ATTENDEE", "ORGANIZER", "@firma") if word in unfolded] == []
        assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_meeting_that_was_called_off_says_so_and_one_without_time_has_no_file(client: FlaskClient, ctx: Flask):
    event = make_partnering_event(slug="probe")
    jana = make_delegate(event)
    meeting, asked = make_meeting(event, by=jana), make_request(event, by=jana)
    with transaction():
        meetings.cancel(meeting, by=jana)
    assert jana.participant.person is not None
    sign_in(client, jana.participant.person)

    [entry] = read(client.get(f"/e/probe/me/meetings/{meeting.public_id}.ics").data)
    assert (entry["status"], entry["sequence"]) == ("CANCELLED", 1)
    for other in (asked.public_id, "a" * 16, "unbekannt"):
        assert client.get(f"/e/probe/me/meetings/{other}.ics").status_code == 404


def test_the_meeting_of_others_is_no_file_of_mine(client: FlaskClient, ctx: Flask):
    event = make_partnering_event(slug="probe")
    jana, meeting = make_delegate(event), make_meeting(event)
    path = f"/e/probe/me/meetings/{meeting.public_id}.ics"
    assert client.get(path).status_code == 302
    assert jana.participant.person is not None
    sign_in(client, jana.participant.person)

    assert client.get(path).status_code == 404


# -- as many questions for much as for little


@pytest.mark.parametrize("path", ["/e/probe/me/schedule", "/e/probe/me/schedule.ics", "the feed"])
def test_two_things_and_forty_take_the_same_number_of_queries(client: FlaskClient, ctx: Flask, path: str):
    event = make_partnering_event(slug="probe", tables=2, slots=0)
    slots = list(make_slots(event, 21, minutes=10, pause=0))  # one stays free
    jana = make_delegate(event)
    assert jana.participant.person is not None
    sign_in(client, jana.participant.person)
    address = feed_path(jana.participant) if path == "the feed" else path

    def add(n: int) -> None:
        make_meeting(event, by=jana, to=make_delegate(event), slots=[slots[n]])
        make_session(event, speakers=[jana.participant], starts_at=at(event, 8, 20 * (n % 3), day=2) + n // 3 * HOUR)

    add(0)
    assert len(queries.plan_of(jana.participant).items) == 2
    few = statements_of(lambda: client.get(address))
    for n in range(1, 20):
        add(n)
    assert len(queries.plan_of(jana.participant).items) == 40

    assert statements_of(lambda: client.get(address)) == few


HOUR = timedelta(hours=1)


# -- every speaker of real programmes


@pytest.mark.parametrize("name", ["frab-camp2019.json", "pretalx-democon.json"])
def test_every_speakers_calendar_has_exactly_their_sessions(ctx: Flask, root: Path, name: str):
    file = root.parent / "shared" / "data" / "programme" / name
    assert file.is_file(), f"the real programme is missing: {file}"
    expected: dict[str, list[tuple[int, int, str]]] = {}
    for day in json.loads(file.read_text())["schedule"]["conference"]["days"]:
        for sessions in day["rooms"].values():
            for session in sessions:
                starts = datetime.fromisoformat(session["date"])
                hours, minutes = map(int, session["duration"].split(":"))
                length = timedelta(hours=hours, minutes=minutes)
                for person in session["persons"]:
                    expected.setdefault(str(person["id"]), []).append(
                        (seconds(starts), seconds(starts + length), " ".join(session["title"].split()))
                    )
    event = make_event(zone="Europe/Berlin")
    with transaction():
        applier.apply(event, reader.read(file.read_bytes()))
    speakers = db.session.scalars(
        sa.select(Participant).where(Participant.event_id == event.id, Participant.external_ref.is_not(None))
    ).all()
    files = {str(speaker.external_ref): calendar_of(speaker) for speaker in speakers}

    read_by_js = dict(zip(files, ical_js(*files.values()), strict=True))
    found = {
        ref: sorted((e["start"], e["end"], e["summary"]) for e in calendar["events"])
        for ref, calendar in read_by_js.items()
    }
    assert found == {ref: sorted(sessions) for ref, sessions in expected.items()}
    for ref in list(files)[:10]:
        theirs = sorted((int(e["start"]), int(e["end"]), e["summary"]) for e in libical(files[ref]).events)
        assert theirs == found[ref]


# -- the pages


@pytest.fixture
def jana(ctx: Flask) -> Participant:
    return make_participant(make_event("probe"), email="jana@example.org", locale="en")


def test_the_feed_needs_no_sign_in_and_answers_304(client: FlaskClient, jana: Participant):
    make_session(jana.event, speakers=[jana])
    path = feed_path(jana)

    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, first.content_type) == (200, "text/calendar; charset=utf-8")
    assert (again.status_code, again.data) == (304, b"")
    assert (first.headers["Referrer-Policy"], first.headers["Cache-Control"]) == ("no-referrer", "private, no-cache")
    assert ical_js(first.data)[0]["refresh"] == "PT1H"


def test_the_feed_changes_its_etag_with_its_content(client: FlaskClient, jana: Participant):
    path = feed_path(jana)
    before = client.get(path).headers["ETag"]
    make_session(jana.event, speakers=[jana])

    assert client.get(path, headers={"If-None-Match": before}).status_code == 200


def test_a_new_address_ends_the_old_one(client: FlaskClient, jana: Participant):
    path = feed_path(jana)
    assert jana.person is not None
    sign_in(client, jana.person)
    assert client.post("/e/probe/me/schedule/renew").status_code == 302
    db.session.expire_all()

    assert client.get(path).status_code == 410
    assert client.get(feed_path(jana)).status_code == 200


@pytest.mark.parametrize("token", ["abc", "a" * 16 + "1-1-" + "b" * 26])
def test_an_invented_address_opens_nothing(client: FlaskClient, token: str):
    assert client.get(f"/c/{token}.ics").status_code == 404


def test_the_file_is_only_for_its_owner(client: FlaskClient, jana: Participant):
    make_session(jana.event, "Janas Vortrag", speakers=[jana])
    assert client.get("/e/probe/me/schedule.ics").status_code == 302

    stranger = make_person("fremd@example.org")
    sign_in(client, stranger)
    assert client.get("/e/probe/me/schedule.ics").status_code == 404

    assert jana.person is not None
    sign_in(client, jana.person)
    answer = client.get("/e/probe/me/schedule.ics")
    assert [e["summary"] for e in read(answer.data)] == ["Janas Vortrag"]


def test_the_public_programme_can_be_subscribed_to(client: FlaskClient, ctx: Flask):
    event = make_event("probe")
    session = make_session(event, "Öffentlich", room=make_room(event, "Großer Saal"))
    gone = make_session(event, "Abgesagt", starts_at=at(event, 12))
    with transaction():
        programme.cancel(event, gone)
    answer = client.get("/e/probe/programme.ics")

    assert [(e["uid"], e["status"], e["sequence"]) for e in read(answer.data)] == [
        (uid_of(session), "CONFIRMED", 0),
        (uid_of(gone), "CANCELLED", 1),
    ]
    assert client.get("/e/probe/programme.ics", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def uid_of(session: ProgrammeSession) -> str:
    assert session.appointment is not None
    return session.appointment.uid


def test_the_event_itself_is_one_entry_of_whole_days(client: FlaskClient, ctx: Flask):
    event: Event = make_event("probe", length=2)
    [entry] = ical_js(client.get("/e/probe/event.ics").data)[0]["events"]

    after = event.last_day + timedelta(days=1)
    assert (entry["start"], entry["end"]) == (f"{event.first_day:%Y%m%d}", f"{after:%Y%m%d}")


def test_letters_about_a_session_carry_the_uid_of_the_file(client: FlaskClient, ctx: Flask):
    event = make_event("probe")
    jana = make_participant(event, email="jana@example.org")
    session = make_session(event, people=[Part(jana)])
    assert session.appointment is not None
    entry = agenda.entry_of(session.appointment, jana)
    assert entry is not None
    letter = attach(Letter("Neues", "Neues\n", "<p>Neues</p>"), entry)

    assert letter.method == "REQUEST"
    assert ical_js(letter.calendar or b"")[0]["events"][0]["uid"] == read(calendar_of(jana))[0]["uid"]


WORDS = ("SUMMARY", "DESCRIPTION", "LOCATION", "URL", "CATEGORIES", "CLASS", "UID", "SEQUENCE", "DTSTART", "DTEND")


def words_of(content: bytes) -> dict[str, dict[str, str]]:
    """What each entry says, by its UID."""
    lines = content.decode().replace("\r\n ", "").split("\r\n")
    found: list[dict[str, str]] = []
    for line in lines:
        name, _colon, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found and name.partition(";")[0] in WORDS:
            found[-1][name] = value
    return {words["UID"]: words for words in found}


def test_letters_file_and_feed_say_the_same_of_one_thing(app: Flask, ctx: Flask, freeze):
    event = make_partnering_event(tables=2)
    jana = make_delegate(event, email="jana@lumenfold.example", locale="de")
    make_meeting(event, by=jana, to=make_delegate(event, company="Saale Peptides"))
    talk = make_session(event, "Vortrag", starts_at=at(event, 15), people=[Part(jana.participant)])
    with transaction():
        programme.change(event, talk, time=Time(at(event, 16), at(event, 17), make_room(event)), tell=True)
    freeze(clock.now() + timedelta(hours=1))  # answers can no longer be taken back
    sent = {}
    for message in deliver_all(app):
        content = calendar_of_letter(message)
        if content is not None and "jana@" in str(message["To"]):
            sent.update(words_of(content))
    with speaking("de"):
        mine = db.session.get_one(Participant, jana.participant_id)
        assert [words_of(calendars.of(mine, subscribed=subscribed)) for subscribed in (False, True)] == [sent, sent]
    assert len(sent) == 2
