"""Asking in a colleague's name: only where the company lets them, logged with both, and told to that colleague."""

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import clock
from partnering.audit import AuditDetail, AuditEntry
from partnering.db import db, transaction
from partnering.delegates import blocking
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.meetings import desk_history, queries, services
from partnering.meetings.models import Meeting
from tests.factories.delegates import make_delegate
from tests.factories.meetings import after_letters, make_partnering_event, make_request
from tests.support.letters import deliver_all

from .deeds import all_is_well
from .test_deed_pages import let_act
from .test_pages import Guest, refs


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event with tables and times."""
    return make_partnering_event()


@pytest.fixture
def team(event: Event) -> tuple[Delegate, Delegate]:
    """Jana, who acts, and Ben, in whose name; their company lets them."""
    jana = make_delegate(event, given_name="Jana", family_name="Wittkowski", company="Lumenfold GmbH")
    ben = make_delegate(event, colleague_of=jana, given_name="Ben", family_name="Adeyemi", locale="en")
    let_act(jana)
    return jana, ben


def only() -> Meeting:
    """The only meeting there is, read anew."""
    db.session.expire_all()
    return db.session.scalars(sa.select(Meeting)).one()


def told(app: Flask, delegate: Delegate) -> list[tuple[str, str]]:
    """Subject and text of the letters to a delegate about what colleagues did, delivered now."""
    person = delegate.participant.person
    assert person is not None
    found = []
    with clock.frozen(clock.now() + after_letters()):
        for message in deliver_all(app):
            body = message.get_body(("plain",))
            if message["To"] == person.email and body is not None:
                found.append((str(message["Subject"]), body.get_content()))
    return [each for each in found if "acted" in each[0] or "gehandelt" in each[0]]


def test_a_request_in_a_colleagues_name(app: Flask, event: Event, team: tuple[Delegate, Delegate]):
    jana, ben = team
    tomas = make_delegate(event, given_name="Tomáš", family_name="Dvořák")
    guest, path = Guest(app, event, jana), f"/partners/{tomas.public_id}/request"
    assert f"?for={ben.public_id}" in guest.get(path).text
    page = guest.get(f"{path}?for={ben.public_id}").text
    assert "Sie handeln hier für Ben Adeyemi." in page
    assert "Für Ben Adeyemi senden" in page
    said = {"whom": ben.public_id, "slots": refs(event, 2), "message": "Guten Tag", "once": "a" * 32}
    assert [guest.post(path, **said).status_code for _again in range(2)] == [302, 302]
    meeting = only()
    assert (meeting.request_state, meeting.requester_id, meeting.invitee.id) == ("pending", ben.id, tomas.id)
    assert {seat.delegate_id for seat in meeting.delegates} == {ben.id, tomas.id}
    assert "Sie haben für Ben Adeyemi gehandelt." in guest.get(f"/meetings/{meeting.public_id}").text
    entry, detail = db.session.execute(
        sa.select(AuditEntry, AuditDetail)
        .join(AuditDetail, AuditDetail.entry_id == AuditEntry.id)
        .where(AuditEntry.action == "meeting.acted_for")
    ).one()
    person = jana.participant.person
    assert person is not None
    assert (entry.actor_ref, (detail.after or {})["delegate"]) == (person.public_id, ben.public_id)
    assert "Jana Wittkowski hat im Namen von Ben Adeyemi gehandelt." in [
        each.sentence for each in desk_history.history(meeting)
    ]
    [(subject, text)] = told(app, ben)
    assert subject == "Jana Wittkowski has acted in your name"
    assert "Jana Wittkowski has asked Tomáš Dvořák for a meeting in your name." in text
    assert f"/me/meetings/{meeting.public_id}" in text
    assert told(app, jana) == []
    assert all_is_well()


def test_a_draft_is_kept_for_a_colleague_and_sent_later(app: Flask, event: Event, team: tuple[Delegate, Delegate]):
    jana, ben = team
    tomas = make_delegate(event)
    guest, path = Guest(app, event, jana), f"/partners/{tomas.public_id}/request"
    guest.post(path, whom=ben.public_id, slots=refs(event, 1), message="Entwurf", draft="yes")
    draft = only()
    assert (draft.request_state, draft.requester_id) == ("draft", ben.id)
    assert told(app, ben) == []
    page = guest.get(f"/meetings/{draft.public_id}").text
    assert f"{path}?for={ben.public_id}" in page
    assert "Entwurf" in guest.get(f"{path}?for={ben.public_id}").text
    guest.post(f"/meetings/{draft.public_id}/send", version=draft.version)
    assert only().request_state == "pending"
    assert len(told(app, ben)) == 1


def test_nobody_asks_for_whom_they_may_not_act(app: Flask, event: Event, team: tuple[Delegate, Delegate]):
    jana, ben = team
    stranger, tomas = make_delegate(event), make_delegate(event)
    guest, path = Guest(app, event, jana), f"/partners/{tomas.public_id}/request"
    for whom in (stranger.public_id, "a" * 16):
        assert guest.get(f"{path}?for={whom}").status_code == 404
        assert guest.post(path, whom=whom, slots=refs(event, 1)).status_code == 404
    with transaction():
        blocking.block(ben, other=tomas)
    assert guest.get(f"{path}?for={ben.public_id}").status_code == 404
    with transaction():
        jana.profile.team_acts = False
    other = f"/partners/{make_delegate(event).public_id}/request"
    assert "?for=" not in guest.get(other).text
    assert guest.get(f"{other}?for={ben.public_id}").status_code == 404
    assert guest.post(other, whom=ben.public_id, slots=refs(event, 1)).status_code == 404
    assert db.session.scalars(sa.select(Meeting)).all() == []


def test_an_answer_that_was_taken_back_is_not_told(app: Flask, event: Event, team: tuple[Delegate, Delegate]):
    jana, ben = team
    guest = Guest(app, event, jana)
    for undone in (True, False):
        meeting = make_request(event, to=ben)
        path = f"/meetings/{meeting.public_id}"
        guest.post(f"{path}/accept", slot=queries.offered(meeting)[0].public_id, version=meeting.version)
        if undone:
            db.session.expire_all()
            with transaction():
                services.undo(meeting, by=ben)
                services.decline(meeting, by=ben)
        letters = told(app, ben)
        assert len(letters) == (0 if undone else 1)
    assert "has agreed to meet" in letters[0][1]
