"""The team's agenda: who has what when, and no more of anybody than they share."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.meetings import own_times
from partnering.meetings import queries as meetings
from partnering.schedule import team
from tests.factories import make_participant
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_block, make_meeting, make_partnering_event, make_request
from tests.factories.programme import at, make_session
from tests.support.counting import statements_of
from tests.support.signing_in import sign_in

ROOT = "/e/probe/me/team"


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_partnering_event(slug="probe", tables=4, slots=3)


@pytest.fixture
def jana(event: Event) -> Delegate:
    return of_firm(event, "Jana", locale="en")


@pytest.fixture
def ben(event: Event, jana: Delegate) -> Delegate:
    return of_firm(event, "Ben")


def of_firm(event: Event, name: str, *, locale: str = "de") -> Delegate:
    address = f"{name.lower()}@lumenfold.example"
    return make_delegate(event, given_name=name, family_name="Probe", company="Lumenfold", email=address, locale=locale)


@pytest.fixture
def mine(client: FlaskClient, jana: Delegate) -> FlaskClient:
    assert jana.participant.person is not None
    sign_in(client, jana.participant.person)
    return client


def states(me: Delegate) -> list[list[str]]:
    """What each of the team has at each time, in a word."""
    event = me.participant.event
    shown = team.board(me, "", clock.in_zone(meetings.slots_of(event)[0].starts_at, event.zone).date())
    return [
        ["+".join(item.kind for item in cell.items) or ("runs" if cell.runs else cell.state) for cell in row.cells]
        for row in shown.rows
    ]


def test_colleagues_stand_side_by_side_at_each_time(event: Event, jana: Delegate, ben: Delegate):
    slots = meetings.slots_of(event)
    make_meeting(event, by=jana, to=make_delegate(event), slots=[slots[0]])
    make_session(event, starts_at=slots[1].starts_at, minutes=45, speakers=[ben.participant])

    assert states(jana) == [["met", "free"], ["free", "talk"], ["free", "runs"]]


def test_of_what_a_colleague_keeps_free_it_says_only_that_they_are_not_available(
    event: Event, jana: Delegate, ben: Delegate, mine: FlaskClient
):
    slots = meetings.slots_of(event)
    with transaction():
        own_times.keep_free(event, ben.participant, [slots[0]])
        db.session.get_one(Delegate, ben.id).departs_at = slots[2].starts_at
    assert [row[1] for row in states(jana)] == ["away", "free", "away"]

    page = mine.get(ROOT).text
    assert (page.count("Not available"), "Blocked" in page, "You have left" in page) == (2, False, False)


def test_what_is_only_asked_for_stays_between_those_who_ask(event: Event, jana: Delegate, ben: Delegate):
    make_request(event, by=make_delegate(event), to=ben)

    assert states(jana) == [["free", "free"]] * 3


def test_who_does_not_share_is_named_and_nothing_more(event: Event, jana: Delegate, ben: Delegate, mine: FlaskClient):
    make_meeting(event, by=ben, to=make_delegate(event, given_name="Katrin", family_name="Geheim"))
    assert "Katrin Geheim" in mine.get(ROOT).text
    with transaction():
        db.session.get_one(Delegate, ben.id).shares_agenda = False

    page = mine.get(ROOT).text
    assert ("Ben Probe" in page, "keeps the schedule private" in page, "Katrin Geheim" in page) == (True, True, False)
    assert {len(row) for row in states(jana)} == {1}


def test_sharing_is_ended_and_begun_again_on_the_page(event: Event, jana: Delegate, ben: Delegate, mine: FlaskClient):
    stored = sa.select(Delegate.shares_agenda).where(Delegate.id == jana.id)
    assert mine.post(f"{ROOT}/share", data={"shares": "no"}).status_code == 302
    db.session.rollback()
    assert db.session.scalar(stored) is False
    assert "Share it with colleagues" in mine.get(ROOT).text
    assert mine.post(f"{ROOT}/share", data={"shares": "yes"}).status_code == 302
    db.session.rollback()
    assert db.session.scalar(stored) is True
    assert mine.post(f"{ROOT}/share", data={"shares": "perhaps"}).status_code == 404


def test_strangers_who_type_the_same_company_are_no_team(event: Event, jana: Delegate, mine: FlaskClient):
    make_delegate(event, given_name="Mallory", company="Lumenfold", email="mallory@elsewhere.example")

    page = mine.get(ROOT).text
    assert ("Mallory" in page, "You have no colleagues here yet" in page) == (False, True)


def test_who_has_no_ticket_is_told_why(event: Event, client: FlaskClient):
    speaker = make_participant(event)
    assert speaker.person is not None
    sign_in(client, speaker.person)

    assert client.get(ROOT).status_code == 403


@pytest.mark.parametrize("day", ["yesterday", "1999-01-01"])
def test_an_unknown_day_shows_the_first(event: Event, jana: Delegate, ben: Delegate, mine: FlaskClient, day: str):
    found = re.findall(r'href="[^"]*day=([0-9-]+)"[^>]*aria-current', mine.get(f"{ROOT}?day={day}").text)

    assert found in ([event.first_day.isoformat()], [])
    assert mine.get(f"{ROOT}?day={day}").status_code == 200


def test_the_page_takes_a_constant_number_of_queries(event: Event, jana: Delegate, ben: Delegate, mine: FlaskClient):
    make_meeting(event, by=jana, to=make_delegate(event), slots=meetings.slots_of(event)[:1])
    make_session(event, speakers=[ben.participant], starts_at=at(event, 15, day=2))
    few = statements_of(lambda: mine.get(ROOT))
    make_block(event, slots=12, start=300, minutes=10, pause=0)
    slots = meetings.slots_of(event)
    third = of_firm(event, "Lena")
    for n in range(8):
        make_meeting(event, by=(jana, ben, third)[n % 3], to=make_delegate(event), slots=[slots[3 + n]])
        make_session(event, speakers=[third.participant], starts_at=at(event, 8 + n, day=2))

    assert statements_of(lambda: mine.get(ROOT)) == few
