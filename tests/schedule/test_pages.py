"""One person's pages: today, the agenda, talks, and the A4 page."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.agenda import services as agenda
from partnering.agenda.models import AgendaEntry
from partnering.db import BilingualText, db, transaction
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.i18n import speaking
from partnering.meetings import queries as meetings
from partnering.meetings import services
from partnering.programme import services as programme
from partnering.programme.services import Part
from partnering.schedule import printing, queries
from tests.factories import make_event, make_participant
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event, make_request
from tests.factories.programme import at, make_room, make_session
from tests.readers import pages
from tests.support.counting import statements_of
from tests.support.signing_in import sign_in


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_partnering_event(slug="probe", tables=4, slots=6)


@pytest.fixture
def jana(event: Event) -> Delegate:
    return make_delegate(
        event, title="Dr.", given_name="Jana", family_name="Wittkowski", company="Lumenfold GmbH", locale="de"
    )


@pytest.fixture
def mine(client: FlaskClient, jana: Delegate) -> FlaskClient:
    assert jana.participant.person is not None
    sign_in(client, jana.participant.person)
    return client


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


def kinds(delegate: Delegate) -> list[str]:
    return [item.kind for item in queries.plan_of(delegate.participant, open_too=True).items]


# -- the plan


def test_the_plan_holds_five_kinds_of_blocks(event: Event, jana: Delegate):
    slots = meetings.slots_of(event)
    make_meeting(event, by=jana, to=make_delegate(event), slots=[slots[0]], slot=slots[0])
    make_request(event, by=make_delegate(event), to=jana, slots=[slots[1]])
    make_session(event, speakers=[jana.participant], starts_at=at(event, 15))
    chosen = make_session(event, starts_at=at(event, 16))
    with transaction():
        programme.bookmark(chosen, jana.participant)
        agenda.block(jana.participant, event, slots[2].starts_at, slots[2].ends_at)

    assert kinds(jana) == ["met", "ask", "own", "free", "free", "free", "talk", "session"]


def test_what_is_asked_says_whose_turn_it_is(event: Event, jana: Delegate):
    slots = meetings.slots_of(event)
    make_request(event, by=make_delegate(event), to=jana, slots=[slots[0]])
    make_request(event, by=jana, to=make_delegate(event), slots=[slots[1]])

    items = queries.plan_of(jana.participant, open_too=True).items
    assert [item.my_turn for item in items if item.kind == "ask"] == [True, False]


def test_another_time_that_was_suggested_is_a_block_beside_the_one_agreed(event: Event, jana: Delegate):
    slots = meetings.slots_of(event)
    other = make_delegate(event)
    meeting = make_meeting(event, by=other, to=jana, slots=[slots[0]])
    with transaction():
        services.propose(meeting, [slots[2], slots[4]], by=other)

    for delegate, my_turn in ((jana, True), (other, False)):
        items = queries.plan_of(delegate.participant, open_too=True).items
        assert [item.kind for item in items] == ["met", "free", "ask", "free", "ask", "free"]
        assert {item.my_turn for item in items if item.proposal is not None} == {my_turn}
    text = words(pages.text(sheet(jana)))
    assert text.count("andere Zeit, wartet auf Sie") == 2


def test_what_is_agreed_without_a_time_stands_below_on_the_page_and_on_paper(
    mine: FlaskClient, event: Event, jana: Delegate
):
    reserve = make_request(event, to=jana, by=make_delegate(event, given_name="Katrin", family_name="Voss"))
    later = make_request(event, to=jana, by=make_delegate(event, given_name="Mehmet", family_name="Aydın"))
    with transaction():
        services.accept(reserve, by=jana, reserve=True)
        services.accept(later, meetings.offered(later)[0], by=jana)
        services.unplace(later, "talk")

    plan = queries.plan_of(jana.participant)
    assert [(each.name, each.reserve) for each in plan.waiting] == [("Katrin Voss", True), ("Mehmet Aydın", False)]
    text = page(mine, "/e/probe/me/schedule")
    assert ("Katrin Voss" in text, "sobald eine Zeit frei wird" in text, "Zeit folgt" in text) == (True, True, True)
    paper = words(pages.text(sheet(jana)))
    assert "Mehmet Aydın" in paper
    assert paper.count("Vereinbart, noch ohne Zeit") == 1


def test_attendance_is_no_block(event: Event, jana: Delegate):
    with transaction():
        appointment = agenda.appoint(event, "attendance", event.opens_at, event.closes_at)
        agenda.attend(appointment, jana.participant, "attendee", blocks=False)

    assert queries.plan_of(jana.participant).items == []


# -- the pages


@pytest.mark.parametrize("path", ["", "schedule", "schedule.pdf", "schedule.ics", "talks"])
def test_my_pages_are_mine_alone(client: FlaskClient, event: Event, path: str):
    assert client.get(f"/e/probe/me/{path}").status_code == 302
    stranger = make_participant(make_event("andere")).person
    assert stranger is not None
    sign_in(client, stranger)
    assert client.get(f"/e/probe/me/{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "schedule", "schedule.pdf", "schedule.ics", "talks"])
def test_who_speaks_without_a_ticket_has_them_too(client: FlaskClient, event: Event, path: str):
    speaker = make_participant(event)
    make_session(event, people=[Part(speaker)])
    assert speaker.person is not None
    sign_in(client, speaker.person)

    assert client.get(f"/e/probe/me/{path}").status_code == 200


def test_the_agenda_shows_name_organisation_and_table(mine: FlaskClient, event: Event, jana: Delegate):
    make_meeting(event, by=jana, to=make_delegate(event, given_name="Łukasz", family_name="Łęcki", company="Saale AG"))
    text = page(mine, "/e/probe/me/schedule")

    assert [word in text for word in ("Łukasz Łęcki", "Saale AG", "Tisch A1", "webcal://localhost/c/")] == [True] * 4


def test_a_slot_is_kept_free_and_opened_again(mine: FlaskClient, event: Event, jana: Delegate):
    slot = meetings.slots_of(event)[0]
    assert mine.post("/e/probe/me/schedule/block", data={"slot": slot.public_id}).status_code == 302
    db.session.rollback()
    assert kinds(jana)[0] == "own"

    entry = db.session.scalars(sa.select(AgendaEntry).where(AgendaEntry.role == "self")).one()
    assert mine.post("/e/probe/me/schedule/unblock", data={"entry": entry.public_id}).status_code == 302
    db.session.rollback()
    assert kinds(jana)[0] == "free"


def test_what_is_taken_cannot_be_kept_free(mine: FlaskClient, event: Event, jana: Delegate):
    slot = meetings.slots_of(event)[0]
    make_meeting(event, by=jana, to=make_delegate(event), slots=[slot], slot=slot)
    answer = mine.post("/e/probe/me/schedule/block", data={"slot": slot.public_id}, follow_redirects=True)

    assert "Zu dieser Zeit steht schon etwas" in answer.text
    assert kinds(jana)[0] == "met"


def test_times_of_others_cannot_be_opened(mine: FlaskClient, event: Event):
    other = make_delegate(event)
    slot = meetings.slots_of(event)[0]
    with transaction():
        entry = agenda.block(other.participant, event, slot.starts_at, slot.ends_at)

    assert mine.post("/e/probe/me/schedule/unblock", data={"entry": entry.public_id}).status_code == 404
    assert mine.post("/e/probe/me/schedule/block", data={"slot": "unbekannt"}).status_code == 404


def test_before_the_event_today_says_what_is_left_to_do(mine: FlaskClient, event: Event, jana: Delegate):
    make_request(event, by=make_delegate(event), to=jana)
    text = page(mine, "/e/probe/me/")

    assert [word in text for word in ("beginnt in 60 Tagen", "Eine Anfrage wartet", "Profil vervollständigen")] == [
        True
    ] * 3


def test_on_the_day_today_shows_the_next_thing_with_its_table_and_the_rest(
    mine: FlaskClient, event: Event, jana: Delegate, freeze
):
    slot = meetings.slots_of(event)[0]
    make_meeting(event, by=jana, to=make_delegate(event, given_name="Katrin"), slots=[slot], slot=slot)
    make_session(event, "Später Vortrag", speakers=[jana.participant], starts_at=at(event, 15))
    make_session(event, "Morgen", speakers=[jana.participant], starts_at=at(event, 15, day=2))
    freeze(slot.starts_at - timedelta(minutes=30))
    assert jana.participant.person is not None
    sign_in(mine, jana.participant.person)  # the first session is over by then
    text = page(mine, "/e/probe/me/")

    assert text.index("Katrin") < text.index("Später Vortrag")
    assert ("Tisch A1" in text, "Morgen" in text) == (True, False)


def test_talks_are_listed(mine: FlaskClient, event: Event, jana: Delegate):
    make_session(event, "Mein Vortrag", people=[Part(jana.participant, set_up=20)])
    make_session(event, "Fremder Vortrag", starts_at=at(event, 12))
    text = page(mine, "/e/probe/me/talks")

    assert ("Mein Vortrag" in text, "ab 9:40\xa0Uhr" in text, "Fremder Vortrag" in text) == (True, True, False)


@pytest.mark.parametrize("path", ["", "schedule", "schedule.pdf", "schedule.ics"])
def test_pages_take_a_constant_number_of_queries(mine: FlaskClient, event: Event, jana: Delegate, path: str):
    slots = meetings.slots_of(event)

    def add(n: int) -> None:
        make_meeting(event, by=jana, to=make_delegate(event), slots=[slots[n]], slot=slots[n])
        make_request(event, by=make_delegate(event), to=jana, slots=[slots[5]])
        make_session(event, speakers=[jana.participant], starts_at=at(event, 14 + n), room=make_room(event))
        chosen = make_session(event, starts_at=at(event, 14 + n, 45), minutes=10)
        with transaction():
            programme.bookmark(chosen, jana.participant)

    add(0)
    one = statements_of(lambda: mine.get(f"/e/probe/me/{path}"))
    for n in (1, 2, 3):
        add(n)

    assert statements_of(lambda: mine.get(f"/e/probe/me/{path}")) == one


# -- on paper


def sheet(delegate: Delegate, language: str = "de") -> bytes:
    with speaking(language):
        return printing.sheet(queries.plan_of(delegate.participant, open_too=True), delegate.created_at)


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_page_is_one_a4_with_every_letter(event: Event):
    lek = make_delegate(event, given_name="Łukasz", family_name="Żółć", company="Pleiße & Söhne")
    make_meeting(event, by=lek, to=make_delegate(event, given_name="Jürgen", family_name="Weiß", company="Saale AG"))
    make_session(
        event, "Straße, Öl und Ähren", speakers=[lek.participant], starts_at=at(event, 15), room=make_room(event)
    )
    content = sheet(lek)
    read = pages.reader(content)
    text = words(pages.text(content))

    assert [tuple(round(float(side) * 25.4 / 72) for side in page.mediabox[2:]) for page in read.pages] == [(210, 297)]
    for said in (
        "Łukasz Żółć",
        "Pleiße & Söhne",
        "Jürgen Weiß",
        "Tisch A1 · Saale AG",
        "Straße, Öl und Ähren",
        "Stand:",
    ):
        assert said in text


def test_the_page_speaks_english_too(event: Event, jana: Delegate):
    make_session(event, full_title=BilingualText(de="Eröffnung", en="Opening"), speakers=[jana.participant])
    text = words(pages.text(sheet(jana, "en")))

    assert ("Opening" in text, "As of" in text, "Eröffnung" in text) == (True, True, False)


def test_an_empty_plan_is_a_page_that_says_so(event: Event, jana: Delegate):
    content = sheet(jana)

    assert (len(pages.reader(content).pages), "steht noch nichts" in words(pages.text(content))) == (1, True)


@pytest.mark.parametrize("count", [30, 90, 240])
def test_a_full_plan_still_fits_on_one_page_a_day(event: Event, jana: Delegate, count: int):
    with transaction():
        for n in range(count):
            programme.add(
                event,
                title=BilingualText(de=f"Vortrag Nummer {n} mit einem Titel, der länger ist als eine schmale Spalte"),
                people=[Part(jana.participant)],
                time=programme.Time(
                    at(event, 8) + timedelta(minutes=10 * n), at(event, 8) + timedelta(minutes=10 * n + 10)
                ),
            )
    content = sheet(jana)
    text = words(pages.text(content))

    days = {queries.day_of(item, event) for item in queries.plan_of(jana.participant).items}
    assert len(pages.reader(content).pages) in (1, len(days))
    assert "Nummer 0 " in text
    assert (f"Nummer {count - 1} " in text) or ("weitere in Ihrem Plan" in text)


@pytest.mark.parametrize("day", ["gestern", "1999-01-01", "2027-13-01"])
def test_an_unknown_day_shows_the_first(mine: FlaskClient, event: Event, jana: Delegate, day: str):
    first = mine.get("/e/probe/me/schedule").text
    answer = mine.get(f"/e/probe/me/schedule?day={day}")

    assert (answer.status_code, re.findall(CURRENT, answer.text)) == (200, re.findall(CURRENT, first))
    assert re.findall(CURRENT, first)


CURRENT = r'href="[^"]*day=([0-9-]+)"[^>]*aria-current'


def test_a_day_without_anything_says_so_where_it_is_shown_alone(mine: FlaskClient, event: Event, jana: Delegate):
    make_meeting(event, to=jana)
    with transaction():
        db.session.get_one(Event, event.id).last_day = event.first_day + timedelta(days=1)
    first, second = (event.first_day + timedelta(days=n) for n in range(2))
    said = [page(mine, f"/e/probe/me/schedule?day={day}&lang=en") for day in (first, second)]
    assert ["Nothing on this day." in text for text in said] == [False, True]
    assert 'class="muted phone-only">Nothing on this day.' in said[1]
