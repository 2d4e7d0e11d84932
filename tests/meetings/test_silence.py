"""People without any answer at the desk, and the letter that organisers send them."""

import csv
import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.audit import AuditEntry
from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.meetings import nudging, services, silence
from tests.factories.delegates import make_delegate
from tests.factories.events import make_organiser
from tests.factories.meetings import make_meeting, make_partnering_event, make_request
from tests.meetings.deeds import at
from tests.support.counting import statements_of
from tests.support.letters import deliver_all
from tests.support.signing_in import sign_in


class Silence:
    """Sent without an answer: Sven. Asked without one: Asta. Neither: Nils. Answered or met: everybody else."""

    def __init__(self) -> None:
        self.event: Event = make_partnering_event(tables=3, slots=6)
        self.sven: Delegate = make_delegate(self.event, given_name="Sven", family_name="Sendet")
        self.asta: Delegate = make_delegate(self.event, given_name="Asta", family_name="Gefragt")
        self.nils: Delegate = make_delegate(self.event, given_name="Nils", family_name="Niemand")
        self.request = make_request(self.event, by=self.sven, to=self.asta, slots=[at(self.event, 5)])
        make_meeting(self.event)
        declined = make_request(self.event)
        countered = make_request(self.event, slots=[at(self.event, 0)])
        with transaction():
            services.decline(declined, reason="no_fit")
            services.counter(countered, [at(self.event, 1)], by=countered.invitee)

    def group(self, group: str) -> list[str]:
        """The given names of a group."""
        return [each.delegate.participant.given_name for each in silence.everybody(self.event, group)]


@pytest.fixture
def quiet(ctx: Flask) -> Silence:
    return Silence()


@pytest.fixture
def client(app: Flask, quiet: Silence) -> FlaskClient:
    """An organiser's browser."""
    client = app.test_client()
    sign_in(client, make_organiser(quiet.event))
    return client


def path(quiet: Silence) -> str:
    """The page."""
    return f"/manage/{quiet.event.slug}/meetings/people"


def address(delegate: Delegate) -> str:
    """Where letters to somebody go."""
    assert delegate.participant.person is not None
    return delegate.participant.person.email


def test_each_group_holds_those_whom_nobody_answered(quiet: Silence):
    assert [quiet.group(group) for group in silence.GROUPS] == [["Sven"], ["Asta"], ["Nils"]]
    assert silence.numbers(quiet.event) == {"sent": 1, "asked": 1, "none": 1}


def test_an_answer_of_any_kind_ends_it_and_a_request_taken_back_counts_for_nobody(quiet: Silence):
    with transaction():
        services.withdraw(quiet.request)
    assert [quiet.group(group) for group in silence.GROUPS] == [[], [], ["Nils"]]
    again = make_request(quiet.event, by=quiet.sven, to=quiet.asta, slots=[at(quiet.event, 4)])
    with transaction():
        services.expire(again)
    assert [quiet.group(group) for group in ("sent", "asked")] == [["Sven"], ["Asta"]]
    make_meeting(quiet.event, to=quiet.asta, slots=[at(quiet.event, 3)])
    assert [quiet.group(group) for group in ("sent", "asked")] == [["Sven"], []]


def test_whoever_left_or_takes_part_elsewhere_is_not_listed(quiet: Silence):
    make_delegate(make_partnering_event())
    with transaction():
        quiet.nils.left_at = clock.now()
    assert quiet.group("none") == []


def test_the_page_lists_a_group_with_its_numbers(client: FlaskClient, quiet: Silence):
    page = client.get(f"{path(quiet)}?lang=en&group=asked").text
    assert "Gefragt" in page
    assert "Sendet" not in page
    assert re.findall(r"(Got no answer|Gave no answer|No request at all) \((\d)\)", page) == [
        ("Got no answer", "1"),
        ("Gave no answer", "1"),
        ("No request at all", "1"),
    ]
    assert client.get(f"{path(quiet)}?group=nonsense&before=zz").status_code == 200


def test_pages_go_on_where_the_last_one_ended(quiet: Silence):
    for _number in range(4):
        make_delegate(quiet.event)
    joined = [each.delegate.id for each in silence.everybody(quiet.event, "none")]
    first = silence.page(quiet.event, "none", size=2)
    second = silence.page(quiet.event, "none", after=first.rows[-1].delegate.public_id, size=2)
    back = silence.page(quiet.event, "none", before=second.rows[0].delegate.public_id, size=2)
    assert [[each.delegate.id for each in part.rows] for part in (first, second, back)] == [
        joined[:2],
        joined[2:4],
        joined[:2],
    ]
    assert [(part.earlier, part.later) for part in (first, second, back)] == [
        (False, True),
        (True, True),
        (False, True),
    ]


def test_the_page_takes_as_many_questions_for_forty_as_for_two(client: FlaskClient, quiet: Silence):
    make_delegate(quiet.event)
    client.get(f"{path(quiet)}?group=none")
    few = statements_of(lambda: client.get(f"{path(quiet)}?group=none"))
    for _number in range(38):
        make_delegate(quiet.event)
    assert statements_of(lambda: client.get(f"{path(quiet)}?group=none")) == few


def test_the_file_holds_the_whole_group_and_the_log_says_who_took_it(client: FlaskClient, quiet: Silence):
    answer = client.get(f"{path(quiet)}.csv?group=sent&lang=en")
    heads, *lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert heads[0] == "Name"
    assert [(line[0], line[3], line[4]) for line in lines] == [("Sven Sendet", "1", "0")]
    assert "@" not in answer.text
    logged = sa.select(AuditEntry.action).where(AuditEntry.event_ref == quiet.event.public_id)
    assert "meetings.exported" in db.session.scalars(logged).all()


def test_the_button_says_how_many_before_anybody_is_written_to(app: Flask, client: FlaskClient, quiet: Silence):
    deliver_all(app)
    ticked = {"group": "none", "pick": [quiet.nils.public_id]}
    asked = client.post(f"{path(quiet)}?lang=en", data=ticked)
    assert (asked.status_code, "Send an email to one person" in asked.text) == (200, True)
    assert deliver_all(app) == []

    assert client.post(path(quiet), data={**ticked, "sure": "1"}).status_code == 302

    (letter,) = deliver_all(app)
    assert letter["To"] == address(quiet.nils)
    assert letter["Subject"] == "Wen möchten Sie treffen?"


def test_once_a_week_and_not_sooner(app: Flask, client: FlaskClient, quiet: Silence, freeze):
    deliver_all(app)
    sure = {"group": "none", "everybody": "1", "sure": "1"}
    for _turn in range(2):
        client.post(f"{path(quiet)}?lang=en", data=sure)
    assert len(deliver_all(app)) == 1
    tired = client.post(f"{path(quiet)}?lang=en", data={"group": "none", "everybody": "1"}, follow_redirects=True)
    assert "They had such a letter within a week." in tired.text
    freeze(clock.now() + timedelta(days=7, minutes=1))
    with transaction():
        assert nudging.nudge(quiet.event, "none", silence.everybody(quiet.event, "none")) == 1
    assert [letter["Subject"] for letter in deliver_all(app)].count("Wen möchten Sie treffen?") == 1


def test_whoever_has_become_active_meanwhile_gets_none(app: Flask, quiet: Silence):
    with transaction():
        nudging.nudge(quiet.event, "none", silence.everybody(quiet.event, "none"))
    make_meeting(quiet.event, by=quiet.nils, slots=[at(quiet.event, 0)])
    kinds = [str(letter["Subject"]) for letter in deliver_all(app) if letter["To"] == address(quiet.nils)]
    assert "Wen möchten Sie treffen?" not in kinds


@pytest.mark.parametrize(
    ("who", "subject"),
    [("asta", "Eine Anfrage wartet auf Ihre Antwort"), ("sven", "Es gibt mehr zu finden, als Sie angefragt haben")],
)
def test_the_letter_says_what_would_help(app: Flask, quiet: Silence, who: str, subject: str):
    deliver_all(app)
    person = getattr(quiet, who)
    group = "asked" if who == "asta" else "sent"
    with transaction():
        assert nudging.nudge(quiet.event, group, silence.everybody(quiet.event, group)) == 1
    (letter,) = deliver_all(app)
    assert (letter["To"], letter["Subject"]) == (address(person), subject)


def test_nobody_ticked_is_said(client: FlaskClient, quiet: Silence):
    page = client.post(f"{path(quiet)}?lang=en", data={"group": "none"}, follow_redirects=True)
    assert "Tick people first." in page.text
