"""The desk's form for the rules of meetings."""

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.db import db
from partnering.events.models import Event
from partnering.meetings.rules import rules_of
from tests.factories.events import make_event, make_organiser
from tests.support.signing_in import sign_in

SENT = {
    "open_request_limit": "12",
    "meeting_limit": "8",
    "request_days": "5",
    "late_days": "3",
    "late_hours": "24",
    "live_minutes": "15",
    "reserve_minutes": "45",
    "same_organisation": "y",
}


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_event()


@pytest.fixture
def client(app: Flask, event: Event) -> FlaskClient:
    """An organiser's browser."""
    client = app.test_client()
    sign_in(client, make_organiser(event))
    return client


def stored(event: Event) -> Event:
    """The event as it is stored."""
    db.session.rollback()
    return db.session.get_one(Event, event.id, populate_existing=True)


def test_organisers_set_the_rules(client: FlaskClient, event: Event):
    assert client.post(f"/manage/{event.slug}/meetings/rules", data=SENT).status_code == 302
    found = stored(event)
    assert (found.open_request_limit, found.request_days) == (12, 5)
    rules = rules_of(found)
    assert (rules.meeting_limit, rules.late_days, rules.late_hours) == (8, 3, 24)
    assert (rules.live_minutes, rules.reserve_minutes) == (15, 45)
    assert (rules.same_organisation, rules.unpaid_may_ask) == (True, False)
    page = client.get(f"/manage/{event.slug}/meetings/rules").text
    assert 'value="24"' in page


def test_two_organisers_at_once_lose_no_rule(client: FlaskClient, event: Event):
    path = f"/manage/{event.slug}/meetings/rules?lang=en"
    [seen] = re.findall(r'name="seen" type="hidden" value="([^"]+)"', client.get(path).text)
    assert client.post(path, data={**SENT, "seen": seen}).status_code == 302
    late = client.post(path, data={**SENT, "seen": seen, "late_hours": "36", "same_organisation": ""})
    assert late.status_code == 409
    for told in (
        "Hours to answer in these last days: somebody else has changed this to “24”",
        "People of the same organisation may ask each other: somebody else has changed this; here is the new value",
        "Nothing is saved yet.",
    ):
        assert told in late.text
    assert rules_of(stored(event)).late_hours == 24
    [seen] = re.findall(r'name="seen" type="hidden" value="([^"]+)"', late.text)
    assert client.post(path, data={**SENT, "seen": seen, "late_hours": "36"}).status_code == 302
    assert rules_of(stored(event)).late_hours == 36


def test_an_empty_limit_is_none(client: FlaskClient, event: Event):
    client.post(f"/manage/{event.slug}/meetings/rules", data=SENT)
    client.post(f"/manage/{event.slug}/meetings/rules", data={**SENT, "meeting_limit": ""})
    assert rules_of(stored(event)).meeting_limit is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("open_request_limit", "0"),
        ("meeting_limit", "0"),
        ("request_days", "61"),
        ("late_days", "-1"),
        ("late_hours", "241"),
        ("live_minutes", "4"),
        ("reserve_minutes", "1441"),
        ("late_hours", "٤٨"),
        ("late_hours", ""),
    ],
)
def test_what_no_rule_can_be_is_refused(client: FlaskClient, event: Event, name: str, value: str):
    before = rules_of(event)
    answer = client.post(f"/manage/{event.slug}/meetings/rules?lang=en", data={**SENT, name: value})
    assert answer.status_code == 422
    assert f'id="{name}-error"' in answer.text
    assert rules_of(stored(event)) == before


WINDOW = {"from_day": "2026-12-01", "from_time": "08:30", "until_day": "2026-12-20", "until_time": "18:00"}


def test_when_requests_can_be_sent_is_set_on_the_clock_of_the_event(client: FlaskClient, event: Event):
    sent = {**SENT, **WINDOW, "plan_on": "2026-12-21"}
    assert client.post(f"/manage/{event.slug}/meetings/rules", data=sent).status_code == 302
    found = stored(event)
    shown = [moment and clock.in_zone(moment, found.zone) for moment in (found.partnering_from, found.partnering_until)]
    assert [f"{moment:%Y-%m-%d %H:%M}" for moment in shown if moment] == ["2026-12-01 08:30", "2026-12-20 18:00"]
    assert rules_of(found).plan_on == date(2026, 12, 21)
    page = client.get(f"/manage/{event.slug}/meetings/rules").text
    assert 'value="2026-12-20"' in page
    assert 'value="18:00"' in page

    emptied = dict.fromkeys((*WINDOW, "plan_on"), "")
    client.post(f"/manage/{event.slug}/meetings/rules", data={**SENT, **emptied})
    found = stored(event)
    assert (found.partnering_from, found.partnering_until, rules_of(found).plan_on) == (None, None, None)


@pytest.mark.parametrize(
    ("wrong", "beside"),
    [
        ({"from_time": ""}, "from_time"),
        ({"until_day": ""}, "until_day"),
        ({"until_day": "2026-12-01", "until_time": "08:30"}, "until_day"),
        ({"until_day": "2027-12-01"}, "until_day"),
        ({"from_day": "2027-11-01", "until_day": "", "until_time": ""}, "from_day"),
        ({"plan_on": "2027-12-01"}, "plan_on"),
        ({"from_day": "nix"}, "from_day"),
    ],
)
def test_a_window_that_cannot_be_is_refused_beside_its_field(
    client: FlaskClient, event: Event, wrong: dict[str, str], beside: str
):
    answer = client.post(f"/manage/{event.slug}/meetings/rules?lang=en", data={**SENT, **WINDOW, **wrong})
    assert answer.status_code == 422
    assert f'id="{beside}-error"' in answer.text
    assert stored(event).partnering_from is None


def test_no_two_fields_of_the_rules_are_called_alike(client: FlaskClient, event: Event):
    page = client.get(f"/manage/{event.slug}/meetings/rules?lang=en").text
    labels = re.findall(r"<label[^>]*>\s*([^<]+?)\s*<", page)
    assert "Requests from, time of day" in labels
    assert len(labels) == len(set(labels))
