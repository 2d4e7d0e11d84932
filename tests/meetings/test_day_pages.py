"""The pages of the day: what they refuse, what they show, and that reading them changes nothing."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.i18n import bi
from partnering.meetings import on_site, queries
from partnering.meetings.models import Meeting
from partnering.registration.codes import printed
from tests.factories.delegates import make_delegate
from tests.factories.events import make_organiser
from tests.factories.meetings import make_meeting, make_partnering_event
from tests.meetings.day import code_of, minute, person_of, side, text_of
from tests.meetings.deeds import at
from tests.support.signing_in import sign_in

pytestmark = pytest.mark.usefixtures("ctx")
Freeze = Callable[[datetime], None]


@pytest.fixture
def event() -> Event:
    """Two tables, eight slots."""
    return make_partnering_event(slots=8)


@pytest.fixture
def pair(event: Event) -> tuple[Delegate, Delegate]:
    """Who asked and who was asked."""
    return make_delegate(event, given_name="Jana"), make_delegate(event, given_name="Tomáš")


@pytest.fixture
def met(event: Event, pair: tuple[Delegate, Delegate], freeze: Freeze) -> Meeting:
    """Their meeting, which begins right now."""
    meeting = make_meeting(event, by=pair[0], to=pair[1], slots=[at(event, 1)])
    code_of(pair[0])
    freeze(minute(meeting, 0))
    return meeting


@pytest.fixture
def base(event: Event) -> str:
    """Where one's own pages begin."""
    return f"/e/{event.slug}/me"


def placement(meeting: Meeting) -> str:
    db.session.expire_all()
    return meeting.placement


def test_reading_the_sign_of_a_table_changes_nothing_until_the_button_is_pressed(
    client: FlaskClient, event: Event, pair: tuple[Delegate, Delegate], met: Meeting, base: str
):
    mine, other = queries.tables_of(event)
    sign_in(client, person_of(pair[0]))
    assert f'action="{base}/at/{mine.public_id}"' in client.get(f"{base}/at/{mine.public_id}").get_data(as_text=True)
    assert placement(met) == "published"
    elsewhere = client.get(f"{base}/at/{other.public_id}").get_data(as_text=True)
    assert f"{base}/meetings/{met.public_id}" in elsewhere
    assert "<form" not in elsewhere.partition("<main")[2].partition("</main>")[0]
    client.post(f"{base}/at/{other.public_id}", data={"once": "a" * 32})
    assert placement(met) == "published"
    client.post(f"{base}/at/{mine.public_id}", data={"once": "b" * 32})
    assert placement(met) == "live"
    assert client.get(f"{base}/at/aaaaaaaaaaaaaaaa").status_code == 404


def test_any_wrong_code_gets_the_same_answer_and_too_many_get_none(
    client: FlaskClient, event: Event, pair: tuple[Delegate, Delegate], met: Meeting, base: str
):
    stranger = text_of(make_delegate(event))
    right = printed(code_of(pair[1]))
    sign_in(client, person_of(pair[0]))
    answers = [client.post(f"{base}/scan", data={"code": text}) for text in (stranger, "EV1:NOTHING", "42")]
    assert {answer.status_code for answer in answers} == {422}
    errors = {answer.get_data(as_text=True).partition('id="code-error"')[2].partition("</p>")[0] for answer in answers}
    assert len(errors) == 1
    for _try in range(27):
        client.post(f"{base}/scan", data={"code": "42"})
    assert client.post(f"{base}/scan", data={"code": right}).status_code == 429
    assert placement(met) == "published"


def test_a_typed_code_holds_the_meeting_without_any_script(
    client: FlaskClient, pair: tuple[Delegate, Delegate], met: Meeting, base: str
):
    right = printed(code_of(pair[1])).lower()
    sign_in(client, person_of(pair[0]))
    answer = client.post(f"{base}/scan", data={"code": right, "once": "a" * 32})
    assert answer.headers["Location"] == f"{base}/meetings/{met.public_id}/here"
    assert placement(met) == "held"


def test_notes_have_an_end_and_ratings_are_one_to_five(
    client: FlaskClient, pair: tuple[Delegate, Delegate], met: Meeting, base: str
):
    address = f"{base}/meetings/{met.public_id}/note"
    sign_in(client, person_of(pair[0]))
    for wrong in ({"note": "x" * 2001}, {"rating": "6"}, {"rating": "0"}, {"rating": "٣"}):
        assert client.post(address, data=wrong).status_code == 422
    assert client.post(address, data={"note": "x" * 2000, "rating": "1"}).status_code == 302
    db.session.expire_all()
    assert (len(side(met, pair[0]).note), side(met, pair[0]).rating) == (2000, 1)


def test_colleagues_and_strangers_have_no_part_in_the_day(
    app: Flask, event: Event, pair: tuple[Delegate, Delegate], met: Meeting, base: str
):
    with transaction():
        pair[0].profile.team_acts = True
    for other in (make_delegate(event, colleague_of=pair[0]), make_delegate(event)):
        visitor = app.test_client()
        sign_in(visitor, person_of(other))
        for path in ("here", "note"):
            assert visitor.get(f"{base}/meetings/{met.public_id}/{path}").status_code == 404
        for path in ("here", "missing", "dispute", "note", "contact"):
            assert visitor.post(f"{base}/meetings/{met.public_id}/{path}", data={"agreed": "yes"}).status_code == 404
    assert placement(met) == "published"


def test_what_is_too_early_is_said_on_the_page(
    client: FlaskClient, pair: tuple[Delegate, Delegate], met: Meeting, base: str, freeze: Freeze
):
    freeze(minute(met, -6))
    sign_in(client, person_of(pair[0]))
    answer = client.post(f"{base}/meetings/{met.public_id}/here", data={"once": "a" * 32})
    assert answer.status_code == 409
    assert 'role="alert"' in answer.get_data(as_text=True)
    freeze(minute(met, 6))
    with transaction():
        on_site.confirm(met, pair[0], scan_id="first")
    page = client.get(f"{base}/meetings/{met.public_id}").get_data(as_text=True)
    assert f"{base}/meetings/{met.public_id}/missing" in page


def test_the_scan_page_names_the_next_meeting_however_far_off(
    client: FlaskClient, event: Event, pair: tuple[Delegate, Delegate], freeze: Freeze, base: str
):
    freeze(event.opens_at - timedelta(days=2))
    assert "Ihr nächstes Gespräch" not in _scan(client, pair[0], base)
    later = make_meeting(event, by=pair[0], to=make_delegate(event, given_name="Paul"), slots=[at(event, 4)])
    meeting = make_meeting(event, by=pair[0], to=pair[1], slots=[at(event, 1)])
    main = _scan(client, pair[0], base)
    assert meeting.appointment is not None
    assert meeting.appointment.location is not None
    begins = clock.in_zone(meeting.appointment.starts_at, event.zone)
    assert "Tomáš" in main
    assert f"{begins:%H:%M}" in main
    assert f"Tisch {bi(meeting.appointment.location.name)}" in main
    assert later.public_id not in main
    freeze(minute(meeting, 1))
    assert "Ihr nächstes Gespräch" not in _scan(client, pair[0], base)
    freeze(minute(later, 60))
    assert "Ihr nächstes Gespräch" not in _scan(client, pair[0], base)


def _scan(client: FlaskClient, delegate: Delegate, base: str) -> str:
    """What stands on the page for reading badges, for somebody who signs in now."""
    sign_in(client, person_of(delegate))
    return client.get(f"{base}/scan").text.partition("<main")[2]


def test_a_note_saved_in_two_windows_loses_neither_text(
    client: FlaskClient, pair: tuple[Delegate, Delegate], met: Meeting, base: str
):
    address = f"{base}/meetings/{met.public_id}/note"
    sign_in(client, person_of(pair[0]))

    def seen() -> str:
        found = re.search(r'name="seen" value="([0-9a-f]+)"', client.get(address).text)
        assert found is not None
        return found[1]

    first = second = seen()
    assert f'value="{first}"' in client.get(f"{base}/meetings/{met.public_id}").text
    assert client.post(address, data={"note": "Aus dem ersten Fenster", "seen": first}).status_code == 302
    answer = client.post(address, data={"note": "Aus dem zweiten Fenster", "rating": "4", "seen": second})
    assert answer.status_code == 409
    assert "wurde geändert, seit Sie die Seite geöffnet haben" in answer.text
    assert "Aus dem ersten Fenster" in answer.text
    assert "Aus dem zweiten Fenster" in answer.text
    db.session.expire_all()
    assert side(met, pair[0]).note == "Aus dem ersten Fenster"
    found = re.search(r'name="seen" value="([0-9a-f]+)"', answer.text)
    assert found is not None
    third = client.post(address, data={"note": "Aus dem zweiten Fenster", "rating": "4", "seen": found[1]})
    assert third.status_code == 302
    again = client.post(address, data={"note": "Aus dem zweiten Fenster", "rating": "4", "seen": first})
    assert again.status_code == 302  # what is saved already is no clash
    db.session.expire_all()
    assert (side(met, pair[0]).note, side(met, pair[0]).rating) == ("Aus dem zweiten Fenster", 4)


def test_today_leads_to_the_table_and_no_longer_waits_for_somebody_who_did_not_come(
    client: FlaskClient,
    app: Flask,
    event: Event,
    pair: tuple[Delegate, Delegate],
    met: Meeting,
    base: str,
    freeze: Freeze,
):
    sign_in(client, person_of(pair[0]))
    there = f'href="{base}/meetings/{met.public_id}/here'
    freeze(minute(met, -6))
    today = client.get(f"{base}/?lang=en").text
    assert (">Next</b>" in today, there in today) == (True, False)
    assert 'aria-label="Plan of the hall: table A1"' in today
    freeze(minute(met, 6))
    today = client.get(f"{base}/?lang=en").text
    assert (">Now</b>" in today, there in today) == (True, True)
    with transaction():
        on_site.confirm(db.session.get_one(Meeting, met.id), pair[0], "button", scan_id="s")
    with transaction():
        on_site.missing(db.session.get_one(Meeting, met.id), pair[0])
    today = client.get(f"{base}/?lang=en").text
    assert (">Now</b>" in today, there in today) == (False, False)
    assert "did not find you at the table" not in today
    late = app.test_client()
    sign_in(late, person_of(pair[1]))
    today = late.get(f"{base}/?lang=en").text
    assert "Jana" in today.split(" did not find you at the table", 1)[0].rsplit("<span>", 1)[1]
    assert f'href="{base}/meetings/{met.public_id}#missed">Were you there?' in today.replace("?lang=en", "")
    freeze(minute(met, 6 + 24 * 60 + 1))
    assert "did not find you at the table" not in late.get(f"{base}/?lang=en").text
    organiser = app.test_client()
    sign_in(organiser, make_organiser(event))
    said, missed = (each.profile.organisation.name for each in pair)
    told = organiser.get(f"/manage/{event.slug}/meetings/{met.public_id}?lang=en").text
    assert f"{said} said that {missed} did not come." in told


def test_what_to_do_at_the_table_comes_first_on_the_page_while_the_meeting_is_on(
    client: FlaskClient, pair: tuple[Delegate, Delegate], met: Meeting, base: str, freeze: Freeze
):
    sign_in(client, person_of(pair[0]))
    page = client.get(f"{base}/meetings/{met.public_id}?lang=en").text
    assert page.index('id="day"') < page.index('id="h-when"')
    freeze(minute(met, -90))
    page = client.get(f"{base}/meetings/{met.public_id}?lang=en").text
    assert "From " in page.split('id="h-when"')[0]
    assert 'id="day"' not in page


def test_nobody_is_asked_how_useful_a_meeting_was_that_one_of_them_missed(
    client: FlaskClient, app: Flask, pair: tuple[Delegate, Delegate], met: Meeting, base: str, freeze: Freeze
):
    freeze(minute(met, 6))
    address = f"{base}/meetings/{met.public_id}?lang=en"
    sign_in(client, person_of(pair[0]))
    assert 'name="rating"' in client.get(address).text
    with transaction():
        on_site.confirm(db.session.get_one(Meeting, met.id), pair[0], "button", scan_id="s")
    with transaction():
        on_site.missing(db.session.get_one(Meeting, met.id), pair[0])
    other = app.test_client()
    sign_in(other, person_of(pair[1]))
    for page in (client.get(address).text, other.get(address).text):
        assert ('name="rating"' in page, 'name="note"' in page) == (False, True)
