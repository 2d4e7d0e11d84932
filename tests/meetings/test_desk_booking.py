"""Booking at the desk for two who agreed to it there."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from partnering.audit import AuditDetail, AuditEntry
from partnering.db import db
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.meetings import desk_queries, queries
from partnering.meetings.models import Meeting
from tests.factories.delegates import make_delegate
from tests.factories.events import make_organiser
from tests.factories.meetings import make_meeting, make_partnering_event, make_request
from tests.meetings.day import let_in
from tests.meetings.deeds import all_is_well, at, letters_to
from tests.support.signing_in import sign_in

CONSENT = "Beide haben um 10:15 Uhr am Schalter ja gesagt."


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_partnering_event(tables=2, slots=4)


@pytest.fixture
def client(app: Flask, event: Event) -> FlaskClient:
    """An organiser's browser."""
    client = app.test_client()
    sign_in(client, make_organiser(event))
    return client


@pytest.fixture
def pair(event: Event) -> tuple[Delegate, Delegate]:
    """Jana and Tomáš, who stand at the desk."""
    jana = make_delegate(event, given_name="Jana", family_name="Straßberger", company="Lumenfold")
    return jana, make_delegate(event, given_name="Tomáš", family_name="Novák", company="Peptidwerk")


def look(client: FlaskClient, event: Event, **asked: str) -> str:
    """The page in English."""
    return client.get(f"/manage/{event.slug}/meetings/book", query_string={"lang": "en", **asked}).text


def send(client: FlaskClient, event: Event, pair: tuple[Delegate, Delegate], **data: str) -> TestResponse:
    """Book the two into the second slot, unless `data` says otherwise."""
    given = {
        "one": pair[0].public_id,
        "other": pair[1].public_id,
        "slot": at(event, 1).public_id,
        "consent": CONSENT,
        **data,
    }
    return client.post(f"/manage/{event.slug}/meetings/book?lang=en", data=given)


def between(pair: tuple[Delegate, Delegate]) -> Meeting | None:
    """What the two have."""
    db.session.rollback()
    return queries.open_between(*pair)


def test_two_searches_find_people_and_the_page_shows_what_suits_both(client: FlaskClient, event: Event, pair):
    make_delegate(event, given_name="Jana", family_name="Andere")
    make_meeting(event, by=pair[0], slots=[at(event, 0)])
    several = look(client, event, one_q="jana", other_q="peptid")
    assert (several.count('name="one"'), 'id="times"' in several) == (2, False)
    found = look(client, event, one_q="strassberger lumen", other_q="novak")
    assert 'id="times"' in found
    assert f'value="{at(event, 1).public_id}" id="slot-0" checked' in found
    assert "Jana Straßberger has another meeting" in found
    assert "Nobody of this name partners here." in look(client, event, one_q="zzzz")


def test_who_is_called_just_so_comes_first(event: Event):
    for given, family, company in (
        ("Arno", "Klimax", "Ohne"),
        ("Maxim", "Adler", "Ohne"),
        ("Ada", "Adam", "Max-Planck-Institut"),
        ("Bert", "Max", "Ohne"),
        ("Max", "Zimmer", "Ohne"),
    ):
        make_delegate(event, given_name=given, family_name=family, company=company)
    found = desk_queries.people_named(event, "max")
    assert [each.participant.given_name for each in found] == ["Max", "Bert", "Ada", "Maxim", "Arno"]
    assert [each.participant.given_name for each in desk_queries.people_named(event, "max", most=1)] == ["Max"]


def test_the_page_says_who_is_checked_in(client: FlaskClient, event: Event, pair, freeze):
    asked = {"one_q": "straßberger", "other_q": "novák"}
    assert "checked in" not in look(client, event, **asked).lower()
    freeze(event.opens_at + timedelta(hours=1))
    sign_in(client, make_organiser(event))
    let_in(pair[0])
    page = look(client, event, **asked)
    assert page.count("checked in</span>") == 1
    assert "Not checked in today: Tomáš Novák." in page


def test_both_are_booked_told_and_their_consent_stands_in_the_log(client: FlaskClient, event: Event, pair):
    answer = send(client, event, pair)
    meeting = between(pair)
    assert meeting is not None
    assert meeting.appointment is not None
    assert answer.headers["Location"].partition("?")[0].endswith(f"/meetings/{meeting.public_id}")
    assert (meeting.origin, meeting.placement) == ("desk", "published")
    assert meeting.appointment.starts_at == at(event, 1).starts_at
    assert [letters_to(one) for one in pair] == [["meetings.confirmed"], ["meetings.confirmed"]]
    log = sa.select(AuditDetail.after).join(AuditEntry, AuditEntry.id == AuditDetail.entry_id)
    assert db.session.scalars(log.where(AuditEntry.action == "meeting.booked")).one() == {"consent": CONSENT}
    assert CONSENT in client.get(answer.headers["Location"]).text
    assert all_is_well()


def test_sent_twice_it_is_booked_once(client: FlaskClient, event: Event, pair):
    first, second = (send(client, event, pair, once="a" * 32) for _turn in range(2))
    assert (first.status_code, second.headers["Location"]) == (302, first.headers["Location"])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Meeting)) == 1


def test_an_open_request_of_the_two_gets_the_time(client: FlaskClient, event: Event, pair):
    request = make_request(event, by=pair[1], to=pair[0])
    assert "The two have an open request." in look(client, event, one_q="straßberger", other_q="novák")
    send(client, event, pair)
    meeting = between(pair)
    assert meeting is not None
    assert (meeting.id, meeting.request_state, meeting.placement) == (request.id, "accepted", "published")


def test_the_chosen_table_is_taken(client: FlaskClient, event: Event, pair):
    send(client, event, pair, table=queries.tables_of(event)[1].public_id)
    meeting = between(pair)
    assert meeting is not None
    assert meeting.appointment is not None
    assert meeting.appointment.location is not None
    assert meeting.appointment.location.name.en == "A2"


@pytest.mark.parametrize(
    ("left_out", "words"),
    [("consent", "Write down how both agreed"), ("slot", "Choose a time")],
)
def test_what_is_missing_stands_beside_its_field(client: FlaskClient, event: Event, pair, left_out: str, words: str):
    answer = send(client, event, pair, **{left_out: ""})
    assert (answer.status_code, f'id="{left_out}-error"' in answer.text, words in answer.text) == (422, True, True)
    assert between(pair) is None


def test_blanks_are_no_consent(client: FlaskClient, event: Event, pair):
    answer = send(client, event, pair, consent=" \n ")
    assert (answer.status_code, 'id="consent-error"' in answer.text, between(pair)) == (422, True, None)


def test_what_is_taken_meanwhile_stands_beside_its_field(client: FlaskClient, event: Event, pair):
    make_meeting(event, by=pair[0], slots=[at(event, 1)])
    busy = send(client, event, pair)
    assert (busy.status_code, 'id="slot-error"' in busy.text) == (409, True)
    taken = queries.tables_of(event)[0]
    make_meeting(event, slots=[at(event, 2)])
    full = send(client, event, pair, slot=at(event, 2).public_id, table=taken.public_id)
    assert (full.status_code, 'id="table-error"' in full.text) == (409, True)
    assert between(pair) is None


def test_who_can_never_meet_is_said_before_anything_is_chosen(client: FlaskClient, event: Event, pair):
    colleague = make_delegate(event, colleague_of=pair[0], family_name="Kollege")
    assert "same organisation" in look(client, event, one_q="straßberger", other=colleague.public_id)
    assert "same person twice" in look(client, event, one_q="straßberger", other_q="straßberger")
    assert send(client, event, (pair[0], colleague)).status_code == 409
    make_meeting(event, by=pair[0], to=pair[1], slots=[at(event, 3)])
    assert "have a meeting with a time already" in look(client, event, one_q="straßberger", other_q="novák")


def test_people_of_other_events_are_not_booked(client: FlaskClient, event: Event, pair):
    stranger = make_delegate(make_partnering_event())
    assert send(client, event, (pair[0], stranger)).status_code == 404
    assert 'id="times"' not in look(client, event, one_q="straßberger", other=stranger.public_id)
