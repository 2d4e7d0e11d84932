"""Edge 7: a colleague meets that firm already: one reads it and can come along, and is never refused."""

import pytest
from flask import Flask

from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.meetings import queries, services
from partnering.meetings.models import Meeting
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event, make_request
from tests.meetings.test_pages import Guest, refs

MEETS = "Ben Muster trifft Vltava Biologics"


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event with three tables."""
    return make_partnering_event(tables=3, slots=8)


def test_edge_07_who_asks_reads_it_can_join_and_can_ask_all_the_same(app: Flask, event: Event):
    ben = make_delegate(event, given_name="Ben")
    jana = make_delegate(event, colleague_of=ben)
    tomas = make_delegate(event, company="Vltava Biologics")
    klara = make_delegate(event, colleague_of=tomas)
    known = make_meeting(event, by=ben, to=tomas)
    guest, ask = Guest(app, event, jana), f"/partners/{klara.public_id}/request"

    page = guest.get(ask).text
    assert MEETS in page
    assert f"/meetings/{known.public_id}/join" in page

    assert guest.post(f"/meetings/{known.public_id}/join", version=known.version).status_code == 302
    db.session.rollback()
    assert jana.id in {seat.delegate_id for seat in db.session.get_one(Meeting, known.id).delegates}

    assert guest.post(ask, slots=refs(event, 5)[3:]).status_code == 302
    db.session.rollback()
    assert queries.open_between(jana, klara) is not None


def test_edge_07_who_is_asked_reads_it_and_can_accept_all_the_same(app: Flask, event: Event):
    ben = make_delegate(event, given_name="Ben")
    jana = make_delegate(event, colleague_of=ben)
    tomas = make_delegate(event, company="Vltava Biologics")
    klara = make_delegate(event, colleague_of=tomas)
    make_meeting(event, by=ben, to=tomas)
    asked = make_request(event, by=klara, to=jana, slots=queries.slots_of(event)[4:6])
    guest, path = Guest(app, event, jana), f"/meetings/{asked.public_id}"

    assert MEETS in guest.get(path).text
    slot = queries.offered(asked)[0].public_id
    assert guest.post(f"{path}/accept", slot=slot, version=asked.version).status_code == 302
    db.session.rollback()
    assert db.session.get_one(Meeting, asked.id).placement == "published"


def test_edge_07_who_acts_for_a_colleague_is_not_asked_to_come_along_instead(app: Flask, event: Event):
    ben = make_delegate(event, given_name="Ben")
    jana, lena = (make_delegate(event, colleague_of=ben) for _each in range(2))
    tomas = make_delegate(event, company="Vltava Biologics")
    klara = make_delegate(event, colleague_of=tomas)
    known = make_meeting(event, by=ben, to=tomas)
    asked = make_request(event, by=klara, to=lena, slots=queries.slots_of(event)[4:6])
    with transaction():
        lena.profile.team_acts = True
    path = f"/meetings/{asked.public_id}"
    assert f"/meetings/{known.public_id}/join" in Guest(app, event, lena).get(path).text
    page = Guest(app, event, jana).get(path).text
    assert f"{path}/accept" in page
    assert f"/meetings/{known.public_id}/join" not in page


def test_edge_07_who_has_something_else_then_reads_it_without_a_way_to_join(app: Flask, event: Event):
    ben = make_delegate(event, given_name="Ben")
    jana = make_delegate(event, colleague_of=ben)
    tomas = make_delegate(event, company="Vltava Biologics")
    klara = make_delegate(event, colleague_of=tomas)
    slot = queries.slots_of(event)[0]
    known = make_meeting(event, by=ben, to=tomas, slots=[slot], slot=slot)
    make_meeting(event, by=jana, slots=[slot], slot=slot)
    guest = Guest(app, event, jana)

    page = guest.get(f"/partners/{klara.public_id}/request").text
    assert MEETS in page
    assert f"/meetings/{known.public_id}/join" not in page
    refused = guest.post(f"/meetings/{known.public_id}/join")
    assert refused.location == f"{guest.base}/meetings"
    db.session.rollback()
    assert len(db.session.get_one(Meeting, known.id).delegates) == 2


def test_edge_07_nothing_is_said_of_colleagues_who_keep_their_agenda_to_themselves(app: Flask, event: Event):
    ben = make_delegate(event, given_name="Ben")
    jana = make_delegate(event, colleague_of=ben)
    tomas = make_delegate(event, company="Vltava Biologics")
    klara = make_delegate(event, colleague_of=tomas)
    make_meeting(event, by=ben, to=tomas)
    with transaction():
        ben.shares_agenda = False
    page = Guest(app, event, jana).get(f"/partners/{klara.public_id}/request").text
    assert MEETS not in page
    assert services.draft_between(jana, klara) is None
