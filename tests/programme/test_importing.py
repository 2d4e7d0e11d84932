"""Reading schedules of frab and pretalx, real ones included."""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering.agenda.models import AgendaEntry, Appointment, Location
from partnering.audit import AuditEntry
from partnering.db import db, transaction
from partnering.events.models import Event, Participant
from partnering.markup import rich_bi
from partnering.programme import changes, queries, services
from partnering.programme.importing import applier, reader
from partnering.programme.importing.texts import plain
from partnering.programme.models import ProgrammeSession, SessionPerson, Track
from partnering.programme.warnings import clashes
from tests.factories import make_event, make_host
from tests.factories.ground import deed

REAL = {"frab-camp2019.json": (79, 2, 90), "pretalx-democon.json": (36, 2, 27)}


@pytest.fixture
def shared(root: Path) -> Path:
    folder = root.parent / "shared" / "data" / "programme"
    assert folder.is_dir(), f"the real programmes are missing: {folder}"
    return folder


def example() -> dict[str, Any]:
    """A small schedule: two days, two rooms, three sessions, two people."""

    def session(number: int, date: str, room: str, people: list[int], **more: Any) -> dict[str, Any]:
        return {
            "id": number,
            "guid": f"00000000-0000-4000-8000-{number:012}",
            "date": date,
            "start": date[11:16],
            "duration": "00:45",
            "room": room,
            "title": f"Session {number}",
            "subtitle": "",
            "track": "Wirkstoffe",
            "type": "lecture",
            "language": "de",
            "abstract": "",
            "description": "",
            "persons": [{"id": person, "public_name": f"Person Nummer{person}"} for person in people],
            "links": [],
            "attachments": [],
            **more,
        }

    return {
        "schedule": {
            "version": "1",
            "conference": {
                "acronym": "probe",
                "title": "Probetagung",
                "start": "2027-10-13",
                "end": "2027-10-14",
                "daysCount": 2,
                "timeslot_duration": "00:05",
                "time_zone_name": "Europe/Berlin",
                "days": [
                    {
                        "index": 1,
                        "date": "2027-10-13",
                        "day_start": "2027-10-13T09:00:00+02:00",
                        "day_end": "2027-10-13T19:00:00+02:00",
                        "rooms": {
                            "Saal": [
                                session(1, "2027-10-13T10:00:00+02:00", "Saal", [1]),
                                session(2, "2027-10-13T11:00:00+02:00", "Saal", [2]),
                            ],
                            "Foyer": [],
                        },
                    },
                    {
                        "index": 2,
                        "date": "2027-10-14",
                        "day_start": "2027-10-14T09:00:00+02:00",
                        "day_end": "2027-10-14T19:00:00+02:00",
                        "rooms": {"Foyer": [session(3, "2027-10-14T10:00:00+02:00", "Foyer", [1, 2])]},
                    },
                ],
            },
        }
    }


def conference(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = data["schedule"]["conference"]
    return found


def first(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = conference(data)["days"][0]["rooms"]["Saal"][0]
    return found


def parse(data: Any) -> reader.Schedule:
    return reader.read(json.dumps(data).encode())


def problems(data: Any) -> list[str]:
    with pytest.raises(reader.UnreadableSchedule) as caught:
        parse(data)
    return [str(problem) for problem in caught.value.problems]


def bring(event: Event, data: dict[str, Any], **options: Any) -> applier.Report:
    with transaction():
        return applier.apply(event, parse(data), **options)


def state() -> dict[str, list[Any]]:
    """Everything that an import writes, row by row."""
    db.session.expire_all()
    tables = (ProgrammeSession, SessionPerson, Appointment, AgendaEntry, Location, Track, Participant, AuditEntry)
    return {
        model.__tablename__: [tuple(row) for row in db.session.execute(sa.select(model.__table__).order_by(model.id))]
        for model in tables
    }


def by_title(event: Event) -> dict[str, ProgrammeSession]:
    return {str(session.title): session for session in queries.sessions_of(event)}


# -- the reader


def test_a_schedule_is_read_with_instants_in_utc():
    schedule = parse(example())

    assert (schedule.title, schedule.zone, [room.name for room in schedule.rooms]) == (
        "Probetagung",
        "Europe/Berlin",
        ["Saal", "Foyer"],
    )
    session = schedule.sessions[0]
    assert (session.starts_at, session.ends_at) == (
        datetime(2027, 10, 13, 8, tzinfo=UTC),
        datetime(2027, 10, 13, 8, 45, tzinfo=UTC),
    )
    assert schedule.warnings == ()


def at_path(data: dict[str, Any], path: str, value: Any) -> None:
    place: Any = first(data)
    *before, last = path.split(".")
    for step in before:
        place = place[int(step)] if step.isdigit() else place[step]
    place[last] = value


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("duration", "45", ".duration"),
        ("duration", "00:00", ".duration"),
        ("duration", None, ".duration"),
        ("date", "2027-10-13T10:00:00", ".date"),
        ("date", "2027-13-13T10:00:00+02:00", ".date"),
        ("date", None, ".date"),
        ("id", "2814", ".id"),
        ("id", True, ".id"),
        ("id", -1, ".id"),
        ("guid", "abc", ".guid"),
        ("title", "  ", ".title"),
        ("title", ["a"], ".title"),
        ("room", "Foyer", ".room"),
        ("persons", {"id": 1}, ".persons"),
        ("persons.0.id", "dsadf", ".persons[0].id"),
        ("persons.0.public_name", "", ".persons[0].name"),
        ("persons.0", "Jana", None),
    ],
)
def test_an_error_names_its_place(path: str, value: Any, place: str | None):
    data = example()
    if path == "persons.0":
        first(data)["persons"][0] = value
        place = ".persons[0]"
    else:
        at_path(data, path, value)

    [problem] = problems(data)
    assert problem.split(": ")[0] == f'schedule.conference.days[0].rooms["Saal"][0]{place}'


def test_all_errors_are_said_at_once():
    data = example()
    first(data)["duration"] = "x"
    conference(data)["days"][1]["rooms"]["Foyer"][0]["date"] = "gestern"
    conference(data)["time_zone_name"] = "Europe/Atlantis"

    assert [problem.split(": ")[0] for problem in problems(data)] == [
        "schedule.conference.time_zone_name",
        'schedule.conference.days[0].rooms["Saal"][0].duration',
        'schedule.conference.days[1].rooms["Foyer"][0].date',
    ]


def test_an_id_that_two_sessions_have_is_refused():
    data = example()
    conference(data)["days"][1]["rooms"]["Foyer"][0]["id"] = 1

    assert problems(data) == [
        'schedule.conference.days[1].rooms["Foyer"][0].id: 1 is already the id of '
        'schedule.conference.days[0].rooms["Saal"][0]'
    ]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"{", "line 1, column 2"),
        (b"\xff", "byte 0"),
        (b"[]", "file"),
        (b"{}", "schedule"),
        (b'{"schedule": {"conference": []}}', "schedule.conference"),
        (b"[" * 100_000, "file"),
    ],
)
def test_what_is_no_schedule_is_refused(content: bytes, place: str):
    with pytest.raises(reader.UnreadableSchedule) as caught:
        reader.read(content)

    assert [problem.place for problem in caught.value.problems] == [place]


def test_what_people_misname_is_only_a_warning():
    data = example()
    conference(data)["acronym"] = "Großes Fest!"
    conference(data)["daysCount"] = 7
    first(data)["slug"] = "Ä Ö"
    first(data)["start"] = "11:30"
    other = conference(data)["days"][0]["rooms"]["Saal"][1]
    other["date"], other["persons"] = "2027-10-13T10:30:00+02:00", first(data)["persons"]
    schedule = parse(data)

    assert schedule.sessions[0].starts_at == datetime(2027, 10, 13, 8, tzinfo=UTC)
    assert [warning.split(": ")[0].removeprefix("schedule.conference.") for warning in schedule.warnings] == [
        "daysCount",
        'days[0].rooms["Saal"][0].start',
        'days[0].rooms["Saal"][1].start',
        'days[0].rooms["Saal"][1]',
        'days[0].rooms["Saal"][1]',
    ]
    assert schedule.double_booked == {"1"}


def test_a_date_counts_with_its_offset_whatever_the_zone():
    data = example()
    first(data)["date"] = "2027-10-13T17:00:00+09:00"

    assert parse(data).sessions[0].starts_at == datetime(2027, 10, 13, 8, tzinfo=UTC)


def test_known_html_becomes_lines_and_the_rest_stays_as_typed():
    assert plain("<p>Eins</p><p>Zwei<br>Drei</p><ul><li>a</li><li>b</li></ul>") == "Eins\n\nZwei\nDrei\n\n- a\n- b"
    assert plain('Siehe <a href="https://example.org/x">hier</a>.') == "Siehe hier (https://example.org/x)."
    assert plain('<a href="javascript:alert(1)">hier</a><script>alert(1)</script>') == "hier"
    assert plain("a < b und List<String> und <3") == "a < b und List<String> und <3"


# -- the applier


def test_a_schedule_becomes_a_programme(ctx: Flask):
    event = make_event()
    report = bring(event, example())

    assert report.counts == {
        "added": 3,
        "changed": 0,
        "moved": 0,
        "cancelled": 0,
        "restored": 0,
        "unchanged": 0,
    }
    released = queries.released(event)
    assert [
        (str(each.session.title), each.starts_at, str(each.room.name if each.room else "")) for each in released
    ] == [
        ("Session 1", datetime(2027, 10, 13, 8, tzinfo=UTC), "Saal"),
        ("Session 2", datetime(2027, 10, 13, 9, tzinfo=UTC), "Saal"),
        ("Session 3", datetime(2027, 10, 14, 8, tzinfo=UTC), "Foyer"),
    ]
    assert [(person.name, len(sessions)) for person, sessions in queries.speakers(event)] == [
        ("Person Nummer1", 2),
        ("Person Nummer2", 2),
    ]
    assert [str(track.name) for track in queries.tracks_of(event)] == ["Wirkstoffe"]


def test_importing_again_changes_nothing(ctx: Flask):
    event = make_event()
    bring(event, example())
    before = state()

    report = bring(event, example())

    assert (bool(report), report.unchanged) == (False, 3)
    assert state() == before


def test_a_changed_file_changes_only_what_changed(ctx: Flask):
    event = make_event()
    data = example()
    bring(event, data)
    before = state()
    first(data)["title"] = "Neuer Titel"
    other = conference(data)["days"][0]["rooms"]["Saal"][1]
    other["date"], other["start"] = "2027-10-13T12:00:00+02:00", "12:00"

    report = bring(event, data)

    assert (report.of("changed"), report.of("moved"), report.unchanged) == (["Neuer Titel"], ["Session 2"], 1)
    after = state()
    assert {name for name in after if after[name] != before[name]} == {
        "programme_session",
        "appointment",
        "agenda_entry",
        "audit_entry",
    }
    sessions = by_title(event)
    sequences = {title: s.appointment.sequence for title, s in sessions.items() if s.appointment}
    assert sequences == {"Neuer Titel": 0, "Session 2": 1, "Session 3": 0}
    entries = db.session.execute(
        sa.select(AgendaEntry.sequence).where(AgendaEntry.appointment_id == sessions["Session 2"].appointment_id)
    )
    assert entries.scalars().all() == [1]
    assert len([row for row in after["agenda_entry"] if row not in before["agenda_entry"]]) == 1


def test_what_is_read_into_the_draft_is_seen_by_nobody_before_it_is_released(ctx: Flask):
    event = make_event()
    data = example()
    bring(event, data)
    first(data)["title"] = "Neuer Titel"

    report = bring(event, data, release=False)

    assert (report.of("changed"), len(queries.releases_of(event))) == (["Neuer Titel"], 1)
    assert "Neuer Titel" not in {str(each.session.title) for each in queries.released(event)}
    assert [change.codes for change in changes.drafted(event)] == [("title",)]
    assert not bring(event, data, release=False)


def test_another_room_raises_the_sequence(ctx: Flask):
    event = make_event()
    data = example()
    bring(event, data)
    rooms = conference(data)["days"][0]["rooms"]
    moved = rooms["Saal"].pop(0)
    rooms["Foyer"].append(moved | {"room": "Foyer"})

    assert bring(event, data).of("moved") == ["Session 1"]
    session = by_title(event)["Session 1"]
    assert session.appointment is not None
    assert (session.appointment.sequence, str(session.location.name if session.location else "")) == (1, "Foyer")


def test_what_is_gone_is_cancelled_and_comes_back(ctx: Flask):
    event = make_event()
    data = example()
    bring(event, data)
    without = copy.deepcopy(data)
    conference(without)["days"][1]["rooms"]["Foyer"].clear()

    assert bring(event, without).of("cancelled") == ["Session 3"]
    session = by_title(event)["Session 3"]
    assert session.appointment is not None
    assert (session.cancelled_at is not None, session.appointment.state) == (True, "cancelled")
    assert not bring(event, without)

    assert bring(event, data).of("restored") == ["Session 3"]
    db.session.refresh(session.appointment)
    assert (session.cancelled_at, session.appointment.state, session.appointment.sequence) == (None, "live", 2)
    assert not bring(event, data)


def test_what_organisers_edited_since_stays_while_the_file_stays(ctx: Flask):
    event = make_event()
    data = example()
    bring(event, data)
    with transaction():
        services.change(event, by_title(event)["Session 1"], {"kind": "keynote"})
        services.cancel(event, by_title(event)["Session 2"])

    assert not bring(event, data)
    assert by_title(event)["Session 1"].kind == "keynote"
    assert by_title(event)["Session 2"].cancelled_at is not None


def test_two_speakers_who_swap_times_hold_them_after_it(ctx: Flask):
    event = make_event()
    data = example()
    one, two = conference(data)["days"][0]["rooms"]["Saal"]
    two["persons"] = one["persons"]
    bring(event, data)
    one["date"], two["date"] = two["date"], one["date"]
    one["start"], two["start"] = two["start"], one["start"]

    report = bring(event, data)

    assert (sorted(report.of("moved")), report.warnings) == (["Session 1", "Session 2"], [])
    assert set(db.session.scalars(sa.select(AgendaEntry.blocks))) == {True}


def test_a_refused_file_leaves_everything_as_it_was(ctx: Flask, tmp_path: Path):
    event = make_event("probe")
    bring(event, example())
    before = state()
    data = example()
    first(data)["title"] = "Neu"
    conference(data)["days"][1]["rooms"]["Foyer"][0]["duration"] = "eine Stunde"
    file = tmp_path / "schedule.json"
    file.write_text(json.dumps(data))

    result = ctx.test_cli_runner().invoke(args=["programme", "import", "probe", str(file)])

    assert result.exit_code == 1
    assert 'schedule.conference.days[1].rooms["Foyer"][0].duration: “eine Stunde” is no duration' in result.output
    assert state() == before


# -- real programmes


@pytest.mark.parametrize("name", REAL)
def test_a_real_programme_becomes_an_event(ctx: Flask, shared: Path, name: str):
    make_host("Erster")
    runner = ctx.test_cli_runner()
    result = runner.invoke(args=["programme", "import", "real", str(shared / name)])
    assert (result.exit_code, result.exception) == (0, None), result.output

    event = db.session.scalars(sa.select(Event).where(Event.slug == "real")).one()
    sessions, rooms, people = REAL[name]
    assert (event.state, event.host.name) == ("published", "Erster")
    assert len(queries.released(event)) == sessions
    assert len(queries.rooms_of(event)) == rooms
    assert len(queries.speakers(event)) == people
    assert {
        (str(each.session.session.external_ref), each.starts_at, each.ends_at) for each in queries.released(event)
    } == {(session["guid"], *times(session)) for session in sessions_in(shared / name)}

    before = state()
    again = runner.invoke(args=["programme", "import", "real", str(shared / name)])
    assert (again.exit_code, f"{sessions} unchanged" in again.output) == (0, True)
    assert state() == before


def times(session: dict[str, Any]) -> tuple[datetime, datetime]:
    hours, minutes = session["duration"].split(":")
    starts = datetime.fromisoformat(session["date"]).astimezone(UTC)
    return starts, starts + timedelta(hours=int(hours), minutes=int(minutes))


def sessions_in(file: Path) -> Iterator[dict[str, Any]]:
    for day in json.loads(file.read_text())["schedule"]["conference"]["days"]:
        for sessions in day["rooms"].values():
            yield from sessions


def test_the_texts_of_real_programmes_are_safe(ctx: Flask, shared: Path):
    event = make_event()
    with transaction():
        applier.apply(event, reader.read((shared / "frab-camp2019.json").read_bytes()))
    shown = [str(rich_bi(session.abstract)) for session in queries.sessions_of(event)]

    assert sum("<script" in text or "javascript:" in text or "&lt;p&gt;" in text for text in shown) == 0
    assert sum("DPRIVE (DNS Privacy Exchange) working group" in text for text in shown) == 1


def test_a_double_booked_speaker_is_a_warning(ctx: Flask, shared: Path):
    make_host()
    file = shared / "pretalx-democon.json"
    result = ctx.test_cli_runner().invoke(args=["programme", "import", "real", str(file), "--zone", "Europe/Berlin"])

    assert result.output.count("Warning:") == 1
    assert "Stephanie Hudson is in" in result.output
    event = db.session.scalars(sa.select(Event).where(Event.slug == "real")).one()
    assert event.zone == "Europe/Berlin"
    assert [each.kind for each in clashes(queries.sessions_of(event))] == ["person"]


def test_the_invalid_programme_is_refused_whole(ctx: Flask, shared: Path):
    with deed():
        make_host()
    result = ctx.test_cli_runner().invoke(args=["programme", "import", "real", str(shared / "invalid-example.json")])

    assert result.exit_code == 1
    assert 'schedule.conference.days[0].rooms["Winterchaos"][0].id: "2814" is no whole number from 1' in result.output
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Event)) == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["Groß"], "small letters, digits and hyphens only"),
        (["neu"], "there is no host yet"),
        (["neu", "--zone", "Mars/Base"], "is no time zone"),
        (["neu", "--draft", "--tell"], "--draft tells nobody"),
    ],
)
def test_what_the_command_cannot_do_is_said(ctx: Flask, shared: Path, arguments: list[str], sentence: str):
    slug, *options = arguments
    result = ctx.test_cli_runner().invoke(
        args=["programme", "import", slug, str(shared / "pretalx-democon.json"), *options]
    )

    assert (result.exit_code > 0, sentence in result.output) == (True, True)


def test_a_host_can_be_named_and_is_made_once(ctx: Flask, shared: Path):
    runner = ctx.test_cli_runner()
    for slug in ("eins", "zwei"):
        arguments = ["programme", "import", slug, str(shared / "pretalx-democon.json"), "--host", "Neu e. V."]
        assert runner.invoke(args=arguments).exit_code == 0

    events = db.session.scalars(sa.select(Event)).all()
    assert {event.host.name for event in events} == {"Neu e. V."}
    assert len({event.host_id for event in events}) == 1
