"""The programme as schedule JSON and XML: valid by the schemas, and the same programme when it is read in again."""

import json
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft6Validator
from lxml import etree

from partnering.audit import AuditEntry
from partnering.db import BilingualText, db, transaction
from partnering.demo import framing, sessions
from partnering.demo.reading import Sheet
from partnering.events.models import Event
from partnering.i18n import speaking
from partnering.programme import profiles, queries, releasing, services
from partnering.programme.exporting import files
from partnering.programme.importing import applier, reader
from partnering.programme.services import Part
from tests.factories import make_event, make_organiser, make_participant
from tests.factories.programme import at, make_room, make_session, make_speaker, make_track
from tests.support.counting import statements_of
from tests.support.signing_in import sign_in

SAMPLE = "bionection-next"
REAL = ("frab-camp2019.json", "pretalx-democon.json")


@pytest.fixture(scope="session")
def schemas(root: Path) -> tuple[Draft6Validator, etree.XMLSchema]:
    """The published schemas of both forms."""
    folder = root.parent / "shared" / "data" / "programme"
    assert folder.is_dir(), f"the schemas of voc/schedule are missing: {folder}"
    draft = json.loads((folder / "schedule.schema.json").read_text())
    return Draft6Validator(draft), etree.XMLSchema(etree.parse(folder / "schedule.xml.xsd"))


Schemas = tuple[Draft6Validator, etree.XMLSchema]


def written(event: Event, form: str, language: str = "de") -> bytes:
    with speaking(language):
        return files.of(event, form).content


def faults(schemas: Schemas, content: bytes, form: str) -> list[str]:
    """What a schema finds wrong with a file."""
    if form == "json":
        return [f"{list(each.absolute_path)}: {each.message}" for each in schemas[0].iter_errors(json.loads(content))]
    schemas[1].validate(etree.parse(BytesIO(content)))
    return [str(each) for each in schemas[1].error_log]


def bring(event: Event, content: bytes) -> applier.Report:
    with transaction():
        return applier.apply(event, reader.read(content))


Said = dict[str, tuple[Any, ...]]


def said(event: Event, *, ids: bool = True) -> Said:
    """What the public programme says of each session, by guid: time, room, texts and people, as the file has it."""
    data = json.loads(written(event, "json"))
    return {
        talk["guid"]: (
            *(talk[name] for name in ("date", "end", "room", "title", "subtitle", "abstract", "language", "type")),
            talk["track"],
            [(person["id"] if ids else None, person["public_name"]) for person in talk["persons"]],
        )
        for day in data["schedule"]["conference"]["days"]
        for talks in day["rooms"].values()
        for talk in talks
    }


def real(root: Path, name: str) -> bytes:
    file = root.parent / "shared" / "data" / "programme" / name
    assert file.is_file(), f"the real programme is missing: {file}"
    return file.read_bytes()


# -- real programmes


@pytest.mark.parametrize("name", REAL)
def test_a_real_programme_comes_back_the_same_in_both_forms(ctx: Flask, root: Path, schemas: Schemas, name: str):
    first = make_event("first", zone="Europe/Berlin")
    bring(first, real(root, name))
    before = said(first)
    assert len(before) == len(queries.released(first))

    for number, (form, language) in enumerate((("json", "de"), ("xml", "en"))):
        content = written(first, form, language)
        assert faults(schemas, content, form) == []
        assert not bring(first, content)  # nothing to do: it says so already
        second = make_event(f"second-{number}", zone="Europe/Berlin")
        report = bring(second, content)
        assert (len(report.of("added")), report.counts["unchanged"]) == (len(before), 0)
        assert said(second) == before
        assert not bring(second, content)
    assert said(first) == before


def test_the_sample_event_comes_back_the_same(ctx: Flask, schemas: Schemas):
    sheet = Sheet(SAMPLE, date(2027, 3, 1))
    with transaction():
        event = framing.make_event(sheet)
        rooms = framing.make_places(event, sheet)
    people = {part["email"] for given in sheet.programme["sessions"] for part in given["people"]}
    named = {email: make_participant(event, email=email) for email in sorted(people)}
    with transaction():
        sessions.make_programme(event, sheet, named, rooms)
    before = said(event, ids=False)
    for form in files.FORMS:
        for language in ("de", "en"):
            content = written(event, form, language)
            assert faults(schemas, content, form) == []
            assert not bring(event, content)
    second = make_event("second", zone=event.zone)
    bring(second, written(event, "json", "de"))
    assert said(second, ids=False) == before


# -- what is hard


def test_what_schemas_and_readers_stumble_over_is_written_right(ctx: Flask, schemas: Schemas):
    event = make_event("x-1", length=2)
    hall = make_room(event, 'Saal "A" & <B>', capacity=70)
    track = make_track(event, "Öl & Gas")
    ada = make_speaker(event, "Ada Ł. O'Neill", external_ref="NQTF8Y")
    ben = make_participant(event, title="Dr.", given_name="Ben", family_name="Groß", email="ben@people.example")
    number = make_speaker(event, "Num Ber", external_ref=str(ben.id))
    make_session(event, "x", room=hall, track=track, people=[Part(ada), Part(ben, "chair"), Part(number)])
    make_session(event, "Ohne Raum", starts_at=at(event, 12), external_ref="S-12")
    make_session(event, "Über Nacht", starts_at=at(event, 23, 30), minutes=90)
    make_session(event, "Ausstellung", starts_at=at(event, 9), minutes=5 * 24 * 60, kind="poster", room=hall)
    words = BilingualText(de="]]> & <p>bleibt</p> \\n „so“\n\n- Liste", en="")
    german = BilingualText(de="Nur deutsch", en="")
    make_session(event, full_title=german, starts_at=at(event, 15, day=2), abstract=words)
    gone = make_session(event, "Abgesagt", starts_at=at(event, 16))
    with transaction():
        services.cancel(event, gone)

    before = said(event, ids=False)
    assert len(before) == 5
    for form in files.FORMS:
        for language in ("de", "en"):
            content = written(event, form, language)
            assert faults(schemas, content, form) == [], (form, language)
            assert (content.count(b"Abgesagt"), bring(event, content).steps) == (0, [])
        second = make_event(f"second-{form}", length=2)
        bring(second, written(event, form))
        assert said(second, ids=False) == before
        assert [each.room is None for each in queries.released(second)].count(True) == 3
    db.session.refresh(gone)
    assert gone.cancelled_at is not None


def test_a_changed_file_changes_one_language_and_nothing_else(ctx: Flask):
    event = make_event()
    ada = make_participant(event, given_name="Ada", family_name="Minh")
    text = BilingualText("Alt", "Old")
    session = make_session(event, full_title=text, subtitle=text, abstract=text, people=[Part(ada, "chair", 10)])
    content = written(event, "xml", "en").replace(b"<title>Old<", b"<title>New<").replace(b"00:45<", b"00:50<")

    dry = applier.plan(event, reader.read(content))
    assert [(step.fate, step.title, step.differs) for step in dry.steps] == [("moved", "New", ("title", "time"))]
    audited = sa.select(sa.func.count()).select_from(AuditEntry)
    before = db.session.scalar(audited)
    assert applier.plan(event, reader.read(content)).digest == dry.digest
    assert db.session.scalar(audited) == before

    assert bring(event, content).digest == dry.digest
    after = queries.session_by_ref(event, session.public_id)
    assert after is not None
    assert after.appointment is not None
    assert (after.title, after.subtitle, after.abstract) == (BilingualText("Alt", "New"), text, text)
    assert after.appointment.ends_at - after.appointment.starts_at == timedelta(minutes=50)
    assert [(part.participant_id, part.role, part.set_up) for part in after.people] == [(ada.id, "chair", 10)]
    assert not bring(event, content)


def test_a_dry_run_asks_as_much_of_two_sessions_as_of_forty(ctx: Flask):
    event = make_event()
    room, ada, ben = make_room(event), make_speaker(event, "Ada Minh"), make_speaker(event, "Ben Groß")

    def add(number: int) -> None:
        make_session(event, starts_at=at(event, 8) + number * timedelta(minutes=45), room=room, speakers=[ada, ben])

    def questions() -> int:
        schedule, known = reader.read(written(event, "xml")), db.session.get_one(Event, event.id)
        return statements_of(lambda: applier.plan(known, schedule))

    add(0)
    add(1)
    few = questions()
    for number in range(2, 40):
        add(number)

    assert questions() == few


TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=40)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=TEXT, abstract=TEXT, form=st.sampled_from(files.FORMS))
def test_no_text_is_lost_on_the_way(ctx: Flask, schemas: Schemas, title: str, abstract: str, form: str):
    event = make_event()
    whole = BilingualText(de=f"T {title}", en=f"T {title}")
    make_session(event, full_title=whole, abstract=BilingualText(de=abstract, en=""))

    content = written(event, form)
    assert faults(schemas, content, form) == []
    assert not bring(event, content)
    second = make_event()
    bring(second, content)
    assert said(second) == said(event)


def test_a_session_is_recorded_only_if_everybody_in_it_agreed(ctx: Flask, schemas: Schemas):
    event = make_event()
    ada, ben = make_participant(event), make_participant(event)
    make_session(event, "Alle", speakers=[ada])
    make_session(event, "Eine", speakers=[ada, ben], starts_at=at(event, 12))
    make_session(event, "Niemand", starts_at=at(event, 13))
    with transaction():
        profiles.agree(ada, {"recording": True})

    data = json.loads(written(event, "json"))
    talks = [each for day in data["schedule"]["conference"]["days"] for room in day["rooms"].values() for each in room]
    assert {each["title"]: each["do_not_record"] for each in talks} == {"Alle": False, "Eine": True, "Niemand": True}
    content = written(event, "xml")
    assert etree.fromstring(content).xpath("//event/recording/optout/text()") == ["false", "true", "true"]
    assert faults(schemas, content, "xml") == []


# -- reading XML


def example() -> bytes:
    return b"""<?xml version="1.0"?>
<schedule><version>1</version>
<conference><title>Probe</title><acronym>probe</acronym><time_zone_name>Europe/Berlin</time_zone_name></conference>
<day index="1" date="2027-10-13" start="2027-10-13T09:00:00+02:00" end="2027-10-13T19:00:00+02:00">
<room name="Saal">
<event id="1" guid="00000000-0000-4000-8000-000000000001">
<room>Saal</room><title>Eins</title><type>lecture</type>
<date>2027-10-13T10:00:00+02:00</date><start>10:00</start>
<duration>00:45</duration>
<abstract/><track/><language>de</language>
<persons><person id="7">Ada Minh</person></persons>
</event>
</room></day></schedule>"""


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (b"00:45", b"eine Stunde", 'line 9, schedule.conference.days[0].rooms["Saal"][0].duration: “eine Stunde”'),
        (b'guid="0000', b'guid="zzzz', 'line 6, schedule.conference.days[0].rooms["Saal"][0].guid: “zzzz0000'),
        (
            b'person id="7"',
            b'person id="x"',
            'line 11, schedule.conference.days[0].rooms["Saal"][0].persons[0].id: "x" ',
        ),
        (b"</event>", b"", "line 13, column 3: is not well-formed XML"),
        (b"<schedule>", b"<rss>", "line 13, column"),
        (
            b'<?xml version="1.0"?>',
            b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
            "line 1: document types",
        ),
        (b"<abstract/>", b"<a>" * 30 + b"</a>" * 30, "line 10: is nested too deeply"),
    ],
)
def test_an_error_in_xml_names_its_line(before: bytes, after: bytes, problem: str):
    assert len(reader.read(example()).sessions) == 1
    with pytest.raises(reader.UnreadableSchedule) as caught:
        reader.read(example().replace(before, after))

    assert str(caught.value.problems[0]).startswith(problem)


def test_bombs_and_large_files_are_refused():
    bomb = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "&%c;&%c;&%c;&%c;">' % (98 + n, *[97 + n] * 4) for n in range(20)
    )
    for content in (bomb + b"]><schedule>&u;</schedule>", b" " * (reader.LARGEST + 1)):
        with pytest.raises(reader.UnreadableSchedule):
            reader.read(content)


# -- pages and commands


def test_both_forms_are_public_and_answer_304(client: FlaskClient, ctx: Flask, schemas: Schemas):
    event = make_event("probe")
    make_session(event, "Öffentlich")
    make_session(event, "Geheim", released=False)
    for form, media_type in (("json", "application/json"), ("xml", "application/xml")):
        answer = client.get(f"/e/probe/programme.{form}?lang=en")
        assert (answer.status_code, answer.content_type) == (200, media_type)
        assert (faults(schemas, answer.data, form), "Geheim" in answer.text) == ([], False)
        held = {"If-None-Match": answer.headers["ETag"]}
        assert client.get(f"/e/probe/programme.{form}?lang=en", headers=held).status_code == 304
    result = ctx.test_cli_runner().invoke(args=["programme", "export", "probe", "--format", "xml"])
    assert (result.exit_code, result.stdout_bytes) == (0, answer.data)


HERE = "/manage/probe/programme"


def test_a_dry_run_comes_before_the_deed(client: FlaskClient, ctx: Flask):
    event = make_event("probe")
    sign_in(client, make_organiser(event))
    path = f"{HERE}/exchange"

    def upload(content: bytes) -> Any:
        return client.post(f"{path}?lang=en", data={"file": (BytesIO(content), "schedule.xml")})

    refused = upload(example().replace(b"00:45", b"eine Stunde"))
    assert (refused.status_code, "line 9, schedule" in refused.text) == (422, True)
    dry = upload(example())
    assert (dry.status_code, "Eins" in dry.text, queries.released(event)) == (200, True, [])
    page = etree.HTML(dry.text)
    answers = {name: page.xpath(f"//input[@name='{name}']/@value")[0] for name in ("packed", "seen")}

    make_room(event, "Saal")  # somebody else was quicker: it is no new room any more
    late = client.post(f"{path}/apply", data=answers | {"at_once": "y"})
    assert (late.status_code, queries.released(event)) == (409, [])
    assert etree.HTML(late.text).xpath("//input[@name='at_once']/@checked")
    answers["seen"] = etree.HTML(late.text).xpath("//input[@name='seen']/@value")[0]
    drafted = client.post(f"{path}/apply", data=answers | {"tell": "y"})  # nobody asked to release it
    assert (drafted.status_code, drafted.location, queries.released(event)) == (302, f"{HERE}/release", [])
    with transaction():
        releasing.release(event)
    assert [str(each.session.title) for each in queries.released(event)] == ["Eins"]
    assert "There is nothing to read in" in upload(example()).text
    renamed = example().replace(b"<title>Eins", b"<title>Zwei")
    page = etree.HTML(upload(renamed).text)
    again = {name: page.xpath(f"//input[@name='{name}']/@value")[0] for name in ("packed", "seen")}
    assert client.post(f"{path}/apply", data=again | {"at_once": "y"}).location == HERE
    assert [str(each.session.title) for each in queries.released(event)] == ["Zwei"]
    assert client.post(f"{path}/apply", data=again | {"at_once": "y"}).status_code == 409
    assert "There is nothing to read in" in upload(renamed).text
    assert client.post(f"{path}/apply", data={"packed": "!", "seen": "x"}).status_code == 302
