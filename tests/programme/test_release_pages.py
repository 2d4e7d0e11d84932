"""The organisers' pages for releases and their letters."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from lxml.html import HtmlElement, fromstring

from partnering.agenda.models import AgendaEntry, ParticipantAtom
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event, Participant
from partnering.mail.models import OutboxLetter
from partnering.programme import drafting, queries, releasing
from partnering.programme.models import ProgrammeSession, Release, ReleaseLetter
from partnering.programme.services import Part
from partnering.registration.workshops import book
from tests.factories import make_crew, make_event, make_organiser, make_participant
from tests.factories.programme import at, make_room, make_session
from tests.factories.registration import make_registration
from tests.factories.tickets import make_product
from tests.support.counting import statements_of
from tests.support.letters import calendar_of, deliver_all
from tests.support.signing_in import sign_in

HERE = "/manage/probe/programme"


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_event("probe")


@pytest.fixture
def jana(event: Event) -> Participant:
    return make_participant(event, email="jana@example.org", given_name="Jana", family_name="Muster", locale="en")


@pytest.fixture
def talk(event: Event, jana: Participant) -> ProgrammeSession:
    return make_session(event, "Vortrag", people=[Part(jana)])


@pytest.fixture
def desk(client: FlaskClient, event: Event) -> FlaskClient:
    sign_in(client, make_organiser(event))
    return client


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


def html(text: str) -> HtmlElement:
    found = fromstring(text)
    assert isinstance(found, HtmlElement)
    return found


def rows(table: HtmlElement) -> list[HtmlElement]:
    return list(table.xpath(".//tbody/tr"))


def words(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def stand(client: FlaskClient) -> str:
    found = re.search(r'name="stand"[^>]* value="(\w+)"', page(client, f"{HERE}/release"))
    assert found is not None
    return found.group(1)


def move(session: ProgrammeSession, event: Event, hour: int) -> None:
    with transaction():
        drafting.place(session, at(event, hour), None)


def test_a_move_is_seen_released_looked_at_and_sent(
    desk: FlaskClient, event: Event, jana: Participant, talk: ProgrammeSession
):
    move(talk, event, 14)
    seen = page(desk, f"{HERE}/release?lang=de")
    assert re.findall(r"(\d+:\d\d–\d+:\d\d)", seen) == ["10:00–10:45", "14:00–14:45"]
    assert re.search(r": <b class=\"num\">1</b>", seen)
    assert "Jana Muster" in seen.partition('id="h-who"')[2].partition("</section>")[0]

    answer = desk.post(
        f"{HERE}/release",
        data={"pick": talk.public_id, "stand": stand(desk), "letters": "y", "note_de": "Neuer Stand"},
    )
    assert (answer.status_code, answer.location) == (302, f"{HERE}/releases/letters")
    assert "14:00–14:45" in page(desk, f"/e/probe/programme/{talk.public_id}")
    letters = page(desk, f"{HERE}/releases/letters")
    assert ("Jana Muster" in letters, "Time:" in letters) == (True, True)  # in her language
    assert db.session.scalars(sa.select(OutboxLetter)).all() == []

    letter = db.session.scalars(sa.select(ReleaseLetter)).one()
    desk.post(f"{HERE}/releases/letters/send", data={"pick": letter.public_id})
    desk.post(f"{HERE}/releases/letters/send", data={"pick": letter.public_id})
    assert [each.kind for each in db.session.scalars(sa.select(OutboxLetter))] == ["programme.session_changed"]
    version = page(desk, f"{HERE}/releases/2")
    assert ("Neuer Stand" in version, "Katja Ruhland" in version) == (True, True)
    assert "Version 2" in page(desk, f"{HERE}/releases")
    assert desk.get(f"{HERE}/releases/3").status_code == 404


def test_a_cancelled_workshop_frees_and_tells_its_forty_people_once_each(app: Flask, desk: FlaskClient, event: Event):
    session = make_session(event, "Werkstatt", kind="workshop", room=make_room(event))
    workshop = make_product(event, kind="add_on", appointment_id=session.appointment_id, gross=0)
    guests = [f"gast{n:02}@example.org" for n in range(40)]
    with transaction():
        for guest in guests:
            book(make_registration(event, email=guest), workshop)
        db.session.execute(sa.delete(OutboxLetter))  # they have left, and calendars hold what they said
        db.session.execute(sa.update(AgendaEntry).values(sent_state="confirmed", sent_sequence=AgendaEntry.sequence))

    assert desk.post(f"{HERE}/{session.public_id}/cancel").status_code == 302
    assert re.search(r": <b class=\"num\">40</b>", page(desk, f"{HERE}/release"))
    desk.post(f"{HERE}/release", data={"pick": session.public_id, "stand": stand(desk), "letters": "y"})
    held = sa.select(sa.func.count()).where(ParticipantAtom.entry_id == AgendaEntry.id)
    assert db.session.scalar(held.where(AgendaEntry.appointment_id == session.appointment_id)) == 0
    assert deliver_all(app) == []
    picks = re.findall(r'name="pick" value="(\w+)"', page(desk, f"{HERE}/releases/letters"))
    for _twice in (1, 2):
        desk.post(f"{HERE}/releases/letters/send", data={"pick": picks})

    told = deliver_all(app)
    assert sorted(str(letter["To"]) for letter in told) == guests
    read = [Calendar.from_ical(calendar_of(letter) or b"") for letter in told]
    assert {(str(each["METHOD"]), str(each.walk("VEVENT")[0]["SEQUENCE"])) for each in read} == {("CANCEL", "1")}
    assert "Alle sehen den neuesten Stand" in page(desk, f"{HERE}/release")


def test_only_what_is_ticked_is_released_and_an_old_page_releases_nothing(
    desk: FlaskClient, event: Event, talk: ProgrammeSession
):
    other = make_session(event, "Anderer", starts_at=at(event, 12))
    for session, hour in ((talk, 14), (other, 15)):
        move(session, event, hour)
    old = stand(desk)
    move(other, event, 16)

    refused = desk.post(f"{HERE}/release", data={"pick": talk.public_id, "stand": old, "note_de": "Wichtig"})
    assert refused.status_code == 409
    assert ("Der Entwurf hat sich geändert" in refused.text, "Wichtig" in refused.text) == (True, True)
    assert len(re.findall(r'value="\w+"[^>]* checked', refused.text.partition("<tbody>")[2])) == 1
    desk.post(f"{HERE}/release", data={"pick": talk.public_id, "stand": stand(desk)})
    db.session.rollback()
    newest = queries.releases_of(event)[0]
    assert (newest.partial, [row.session for row in newest.sessions]) == (True, [talk])
    nothing = desk.post(f"{HERE}/release", data={"stand": stand(desk)})
    assert (nothing.status_code, "Wählen Sie mindestens einen Programmpunkt aus." in nothing.text) == (422, True)


def test_two_sessions_in_one_exclusive_room_are_refused_by_name(desk: FlaskClient, event: Event):
    room = make_room(event, "Studio", exclusive=True)
    sessions = [make_session(event, f"Punkt {n}", room=room, released=False) for n in (1, 2)]
    with transaction():
        for session in sessions:
            drafting.place(session, at(event, 9), room)
    data = {"pick": [session.public_id for session in sessions], "stand": stand(desk)}
    answer = desk.post(f"{HERE}/release", data=data)

    assert (answer.status_code, "Studio wäre doppelt belegt" in answer.text) == (422, True)
    assert "Zwei der angekreuzten Programmpunkte" in answer.text
    assert db.session.scalars(sa.select(Release)).all() == []


def test_what_keeps_a_release_back_is_marked_where_it_stands(desk: FlaskClient, event: Event):
    rooms = [make_room(event, "Studio", exclusive=True), make_room(event, "Saal", exclusive=False)]
    sessions = [make_session(event, f"Punkt {n}", released=False) for n in range(4)]
    with transaction():
        for n, session in enumerate(sessions):
            drafting.place(session, at(event, 9), rooms[n // 2])
    seen = html(page(desk, f"{HERE}/release?lang=de"))
    table, below = seen.xpath("//table")[0], seen.xpath("//*[@aria-labelledby='h-misfits']")[0]
    marked = {row.xpath("string(th)"): [words(mark) for mark in row.find_class("release-clash")] for row in rows(table)}
    assert marked == {
        "Punkt 0": ["Hält die Veröffentlichung auf Studio wäre doppelt belegt: Punkt 1"],
        "Punkt 1": ["Hält die Veröffentlichung auf Studio wäre doppelt belegt: Punkt 0"],
        "Punkt 2": [],
        "Punkt 3": [],
    }
    tags = [words(each) for each in below.xpath(".//*[@data-severity='bad']//*[contains(@class, 'tag')]")]
    assert tags == ["Hält die Veröffentlichung auf", "Geht nicht"]
    [bar] = seen.find_class("release-bar")
    assert words(bar).endswith("Ein Paar hält die Veröffentlichung auf · 2 Dinge würden nicht passen")
    assert bar.xpath(".//button") != []


def test_list_and_release_count_alike_and_what_one_session_needs_stands_together(desk: FlaskClient, event: Event):
    room = make_room(event, "Kammer", capacity=1)
    person = Part(make_participant(event, email="ada@example.org", given_name="Ada", family_name="Minh"))
    early, late = (make_session(event, name, people=[person], released=False) for name in ("Vorher", "Danach"))
    with transaction():
        drafting.place(early, at(event, 9), room)
        drafting.place(late, at(event, 9, 30), room)
        late.capacity = 20
    for address, said in (("", "Dinge passen nicht"), ("/release", "Dinge würden nicht passen")):
        section = html(page(desk, f"{HERE}{address}?lang=de")).xpath("//*[@aria-labelledby='h-misfits']")[0]
        assert section.xpath("string(h2)") == f"4 {said}"
        [group] = [each for each in section.find_class("misfit") if each.xpath("string(p)") == "Danach"][:1]
        assert len(group.find_class("misfit__thing")) == 4
        offered = [words(button) for button in group.xpath(".//button")]
        assert len(offered) == len(set(offered)) > 0


def test_letters_are_left_out_and_taken_in_again_and_those_of_others_are_not_touched(
    desk: FlaskClient, event: Event, talk: ProgrammeSession
):
    elsewhere = make_event("anderswo")
    make_session(elsewhere, people=[Part(make_participant(elsewhere, email="x@example.org"))])
    with transaction():
        drafting.edit(talk, {"title": BilingualText(de="Neu")})
        releasing.release(event)
        [session] = queries.sessions_of(elsewhere)
        drafting.edit(session, {"title": BilingualText(de="Neu")})
        releasing.release(elsewhere)
    picks = [letter.public_id for letter in db.session.scalars(sa.select(ReleaseLetter))]
    for deed, states in (("leave-out", ["draft", "left_out"]), ("take-in", ["draft", "draft"])):
        desk.post(f"{HERE}/releases/letters/{deed}", data={"pick": picks})
        db.session.rollback()
        assert sorted(db.session.scalars(sa.select(ReleaseLetter.state))) == states
    desk.post(f"{HERE}/releases/letters/send", data={"pick": picks})
    assert [letter.event_ref for letter in db.session.scalars(sa.select(OutboxLetter))] == [event.public_id]


def test_pages_ask_as_often_for_much_as_for_little(desk: FlaskClient, event: Event):
    def asked(address: str) -> int:
        return statements_of(lambda: page(desk, address))

    def more(count: int) -> None:
        for n in range(count):
            person = make_participant(event, email=f"p{event.version}{n}{count}@example.org")
            make_session(event, people=[Part(person)], room=make_room(event), released=False)

    def release_and_move(first: int, then: int) -> None:
        with transaction():
            for session in queries.sessions_of(event):
                drafting.place(session, at(event, first), session.room)
            releasing.release(event)
            for session in queries.sessions_of(event):
                drafting.place(session, at(event, then), session.room)

    more(1)
    release_and_move(9, 11)
    addresses = [f"{HERE}/release", f"{HERE}/releases/letters", f"{HERE}/releases/1"]
    few = [asked(address) for address in addresses]
    more(6)
    release_and_move(13, 15)
    addresses[-1] = f"{HERE}/releases/2"
    assert [asked(address) for address in addresses[:2]] == few[:2]
    assert asked(addresses[-1]) <= few[2] + 2  # its people and those before


@pytest.mark.parametrize("path", ["release", "releases", "releases/1", "releases/letters"])
def test_the_pages_are_for_organisers_only(client: FlaskClient, event: Event, talk: ProgrammeSession, path: str):
    assert client.get(f"{HERE}/{path}").status_code == 302
    sign_in(client, make_crew(event))
    assert client.get(f"{HERE}/{path}").status_code == 404
