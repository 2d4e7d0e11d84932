"""What the house says when meetings are broken behind its back."""

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import clock
from partnering.db import db, transaction
from partnering.delegates import services as partnering
from partnering.events.models import Event
from partnering.meetings import queries, services, vacancies
from partnering.meetings.errors import VacancyOver
from partnering.meetings.models import Meeting, MeetingVacancy
from partnering.verify import results
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event, make_request
from tests.meetings.deeds import all_is_well, at


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event with tables and times."""
    return make_partnering_event(slots=8, tables=4)


def broken() -> set[str]:
    """The codes of the rules about meetings that do not hold."""
    db.session.rollback()
    return {rule.code for rule, findings in results("I3") if findings}


def by_sql(statement: str, **values: object) -> None:
    """Write past the house."""
    assert all_is_well()
    with transaction():
        db.session.execute(sa.text(statement), values)


def test_a_proposal_that_waits_for_a_meeting_that_is_over(event: Event):
    meeting = make_meeting(event)
    with transaction():
        proposal = services.propose(meeting, [at(event, 5)], by=meeting.requester)
        proposal_id = proposal.id
    with transaction():
        services.cancel(meeting, by=meeting.requester)
    by_sql("UPDATE meeting_proposal SET state = 'open', answered_at = NULL WHERE id = :id", id=proposal_id)
    assert broken() == {"I3e"}


def test_two_reserves_of_one_rank(event: Event):
    host = make_delegate(event)
    asked = [make_request(event, to=host, slots=[at(event, number)]) for number in range(2)]
    for meeting in asked:
        with transaction():
            services.accept(meeting, reserve=True)
    by_sql("UPDATE meeting SET reserve_rank = 1 WHERE turn_id = :host", host=host.id)
    assert broken() == {"I3f"}


def test_a_vacant_seat_that_nobody_looks_after(event: Event):
    meeting = make_request(event)
    with transaction():
        services.accept(meeting, reserve=True)
    by_sql(
        "UPDATE meeting_delegate SET vacant_since = :now WHERE meeting_id = :id AND delegate_id = :who",
        now=clock.now().replace(tzinfo=None) if db.engine.dialect.name == "sqlite" else clock.now(),
        id=meeting.id,
        who=meeting.requester_id,
    )
    assert broken() == {"I3g"}


def test_a_request_between_two_of_whom_one_had_blocked_the_other(event: Event):
    meeting = make_request(event)
    by_sql(
        "INSERT INTO blocked_pair (event_id, delegate_id, other_id, created_at)"
        " SELECT event_id, high_id, low_id, '2020-01-01 00:00:00' FROM meeting WHERE id = :id",
        id=meeting.id,
    )
    assert broken() == {"I3h"}


def test_a_lead_who_does_not_sit_there(event: Event):
    meeting = make_request(event)
    by_sql(
        "DELETE FROM meeting_delegate WHERE meeting_id = :id AND delegate_id = :who",
        id=meeting.id,
        who=meeting.requester_id,
    )
    assert broken() == {"I3b"}


def test_a_count_of_open_requests_that_is_wrong(event: Event):
    meeting = make_request(event)
    by_sql("UPDATE delegate SET open_requests = open_requests + 1 WHERE id = :id", id=meeting.requester_id)
    assert broken() == {"I3c"}


def test_a_side_that_somebody_else_leads(event: Event):
    asked = make_delegate(event)
    colleague = make_delegate(event, colleague_of=asked)
    meeting = make_request(event, to=asked)
    by_sql(
        "UPDATE meeting_side SET lead_id = :who WHERE meeting_id = :id AND side = 'invitee'",
        who=colleague.id,
        id=meeting.id,
    )
    assert broken() == {"I3d"}


def test_sides_that_changed_places(event: Event):
    meeting = make_request(event)
    by_sql(
        "UPDATE meeting_side SET lead_id = CASE lead_id WHEN :one THEN :other ELSE :one END WHERE meeting_id = :id",
        one=meeting.low_id,
        other=meeting.high_id,
        id=meeting.id,
    )
    assert broken() == {"I3d"}


def test_a_vacancy_without_a_seat_that_waits(event: Event):
    meeting = vacated(event)
    by_sql("UPDATE meeting_delegate SET vacant_since = NULL WHERE meeting_id = :id", id=meeting.id)
    assert "I3g" in broken()


def test_a_vacancy_ends_with_the_last_meeting_that_waits_for_somebody(event: Event):
    """The counterparts cancel one after the other: the vacancy stays for the second and ends with it, once."""
    first = vacated(event, meetings=2)
    leaver = first.requester
    one, other = queries.meetings_of(leaver, "confirmed")
    with transaction():
        services.cancel(one, by=one.invitee, reason="Keine Zeit.")
    assert all_is_well()
    vacancy = db.session.scalars(sa.select(MeetingVacancy)).one()
    assert (vacancy.state, len(queries.vacant_meetings(vacancy))) == ("open", 1)
    with transaction():
        services.cancel(other, by=other.invitee)
    db.session.expire_all()
    assert (vacancy.state, vacancy.successor_id) == ("lapsed", None)
    assert all_is_well()
    assert vacancies.open_to(leaver.profile.delegates[1]) == []
    with pytest.raises(VacancyOver), transaction():
        services.lapse(vacancy)


def vacated(event: Event, *, meetings: int = 1) -> Meeting:
    """The first of some meetings whose asker has left, and whose colleague may take them over."""
    jana = make_delegate(event)
    make_delegate(event, colleague_of=jana)
    held = [make_meeting(event, by=jana, slots=[at(event, number)]) for number in range(meetings)]
    with transaction():
        partnering.leave(jana)
    db.session.expire_all()
    assert db.session.scalars(sa.select(MeetingVacancy.state)).all() == ["open"]
    return held[0]
