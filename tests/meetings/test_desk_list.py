"""All requests and meetings at the desk: looked for, page by page, and as a file."""

import csv
import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.agenda.models import ParticipantAtom
from partnering.audit import AuditEntry
from partnering.db import BilingualText, db, transaction
from partnering.delegates import groups
from partnering.events.models import Event
from partnering.meetings import desk_queries, queries, services
from partnering.meetings.desk_queries import STATES, Wanted, every_page, numbers, page
from partnering.meetings.states import LABELS, label
from tests.factories.delegates import make_delegate
from tests.factories.events import make_organiser
from tests.factories.meetings import make_block, make_meeting, make_partnering_event, make_request
from tests.support.counting import statements_of
from tests.support.signing_in import sign_in


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_partnering_event(tables=30, slots=6)


@pytest.fixture
def client(app: Flask, event: Event) -> FlaskClient:
    """An organiser's browser."""
    client = app.test_client()
    sign_in(client, make_organiser(event))
    return client


def ids(event: Event, **wanted) -> list[int]:
    """The ids that are found."""
    return [meeting.id for meeting in every_page(event, Wanted(**wanted))]


def test_each_label_finds_the_meetings_that_carry_it(event: Event):
    meetings = [make_request(event) for _number in range(4)] + [make_meeting(event) for _number in range(5)]
    with transaction():
        services.decline(meetings[0], reason="no_fit")
        services.withdraw(meetings[1])
        services.expire(meetings[2])
        services.cancel(meetings[4])
        services.put(meetings[5], "held", begins=("published",), closed_at=clock.now())
        services.put(meetings[6], "no_show_invitee", begins=("published",), closed_at=clock.now())
        services.unplace(meetings[7], "slot_removed")
    every = [db.session.get_one(type(one), one.id, populate_existing=True) for one in meetings]
    counted = numbers(event, Wanted())
    for code in LABELS.keys() & STATES.keys():
        carry = sorted((one.id for one in every if label(one).code == code), reverse=True)
        assert ids(event, state=code) == carry, code
        assert counted[code] == len(carry)
    assert counted[""] == len(meetings)
    assert {label(one).code for one in every} >= {"held", "missed", "accepted", "confirmed", "declined", "requested"}


def test_what_something_else_takes_too_is_found_as_a_conflict(event: Event):
    meeting, _other = make_meeting(event), make_meeting(event)
    assert ids(event, state="contested") == []
    with transaction():
        first = db.session.scalars(
            sa.select(ParticipantAtom.id)
            .where(ParticipantAtom.participant_id == meeting.requester.participant_id)
            .order_by(ParticipantAtom.id)
        ).first()
        db.session.execute(sa.update(ParticipantAtom).where(ParticipantAtom.id == first).values(contested=True))
    assert ids(event, state="contested") == [meeting.id]


def test_closed_tables_and_empty_seats_are_found_as_conflicts_too(event: Event):
    stuck, empty, _fine = (make_meeting(event) for _number in range(3))
    with transaction():
        assert stuck.appointment is not None
        assert stuck.appointment.location is not None
        stuck.appointment.location.closed_from = stuck.appointment.starts_at
        empty.delegates[0].vacant_since = clock.now()
    assert ids(event, state="contested") == [empty.id, stuck.id]
    assert numbers(event, Wanted())["contested"] == 2


def test_open_requests_that_the_matrix_forbids_by_now_are_found(event: Event):
    with transaction():
        firms = groups.keep(event, None, name=BilingualText("Firmen", "Firms"))
        schools = groups.keep(event, None, name=BilingualText("Hochschulen", "Schools"))
    one, other = make_delegate(event), make_delegate(event)
    with transaction():
        one.group_id, other.group_id = firms.id, schools.id
    asked, back = make_request(event, by=one, to=other), make_request(event, by=make_delegate(event), to=one)
    assert ids(event, state="flagged") == []
    with transaction():
        groups.set_matrix(event, [(firms.id, schools.id)])
    assert ids(event, state="flagged") == [asked.id]
    with transaction():
        groups.set_matrix(event, [(schools.id, firms.id)])
    assert ids(event, state="flagged") == []
    assert ids(event, state="open") == [back.id, asked.id]


def test_time_origin_and_name_narrow_it(event: Event):
    late = make_block(event, slots=2, start=300)
    jana = make_delegate(event, given_name="Jana", family_name="Straßberger")
    slots = queries.slots_of(event)
    early, later = make_meeting(event, to=jana, slots=slots[:1]), make_meeting(event, slots=slots[-1:])
    asked = make_request(event)
    assert ids(event, block=late.public_id) == [later.id]
    assert ids(event, block="0000000000000000") == []
    assert ids(event, day=event.first_day) == [later.id, early.id]
    assert ids(event, day=event.first_day + timedelta(days=1)) == []
    assert ids(event, words="strassberger jana") == [early.id]
    assert ids(event, origin="asked") == [asked.id, later.id, early.id]
    assert ids(event, origin="desk") == []


def test_pages_go_on_where_the_last_one_ended(event: Event):
    newest_first = [make_request(event).id for _number in range(7)][::-1]
    first = page(event, Wanted(), size=3)
    second = page(event, Wanted(), before=first.meetings[-1].public_id, size=3)
    third = page(event, Wanted(), before=second.meetings[-1].public_id, size=3)
    parts = [[one.id for one in part.meetings] for part in (first, second, third)]
    assert parts == [newest_first[:3], newest_first[3:6], newest_first[6:]]
    assert [(part.newer, part.older) for part in (first, second, third)] == [(False, True), (True, True), (True, False)]
    back = page(event, Wanted(), after=third.meetings[0].public_id, size=3)
    assert [one.id for one in back.meetings] == parts[1]
    assert (back.newer, back.older) == (True, True)
    assert [one.id for one in every_page(event, Wanted(), size=2)] == newest_first


def test_others_events_stand_elsewhere(event: Event):
    foreign = make_request(make_partnering_event())
    assert ids(event) == []
    assert page(event, Wanted(), before=foreign.public_id).meetings == []


def test_the_page_takes_as_many_questions_for_forty_as_for_two(event: Event):
    for _number in range(2):
        make_meeting(event)

    def shown() -> None:
        for one in page(event, Wanted()).meetings:
            assert [side.lead.participant.name for side in one.sides]
        desk_queries.numbers(event, Wanted())

    few = statements_of(shown)
    for _number in range(38):
        make_request(event)
    assert statements_of(shown) == few


def test_the_desk_shows_what_is_looked_for(client: FlaskClient, event: Event):
    meeting, request = make_meeting(event), make_request(event)
    path = f"/manage/{event.slug}/meetings"
    found = client.get(f"{path}?state=confirmed&lang=en").text
    assert meeting.requester.participant.name in found
    assert request.requester.participant.name not in found
    assert "Confirmed (1)" in found
    assert client.get(f"{path}?state=nonsense&day=2027-02-31&block=x&before=zz").status_code == 200
    assert "No meetings here" in client.get(f"{path}?q=zzzzzz&lang=en").text


def test_the_file_holds_what_is_looked_for_and_the_log_says_who_took_it(client: FlaskClient, event: Event):
    meeting, _request = make_meeting(event), make_request(event)
    answer = client.get(f"/manage/{event.slug}/meetings.csv?state=confirmed&lang=en")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={event.slug}-meetings.csv"
    heads, *lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert heads[:5] == ["Requester", "Organisation", "Invitee", "Organisation", "State"]
    begins = meeting.appointment and clock.in_zone(meeting.appointment.starts_at, event.zone)
    assert [line[:5] + line[8:9] + line[10:] for line in lines] == [
        [
            meeting.requester.participant.name,
            meeting.requester.profile.organisation.name,
            meeting.invitee.participant.name,
            meeting.invitee.profile.organisation.name,
            "Confirmed",
            f"{begins:%Y-%m-%d %H:%M}",
            "A1",
        ]
    ]
    logged = db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.event_ref == event.public_id)).all()
    assert logged.count("meetings.exported") == 1
