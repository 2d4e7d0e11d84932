"""What must hold of the programme at every commit, and that `flask verify` sees it broken."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import verify
from partnering.agenda.models import AgendaEntry, Appointment
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.programme import drafting, releasing
from partnering.programme.models import (
    LetterChange,
    ProgrammeSession,
    Release,
    ReleasedPerson,
    ReleasedSession,
    ReleaseLetter,
)
from partnering.programme.services import Part
from tests.factories import make_event, make_participant
from tests.factories.programme import at, make_room, make_session


@pytest.fixture
def event(ctx: Flask) -> Event:
    """A talk of two versions, about whose second a letter waits, and one that is called off."""
    event = make_event("probe")
    jana = make_participant(event, email="jana@example.org")
    session = make_session(event, people=[Part(jana)], room=make_room(event))
    off = make_session(event, people=[Part(jana)], starts_at=at(event, 15))
    with transaction():
        drafting.place(session, at(event, 12), session.room)
        drafting.call_off(off)
        releasing.release(event)
    return event


def findings() -> dict[str, int]:
    return {rule.code: len(list(wrong)) for rule, wrong in verify.results() if wrong}


def test_a_programme_that_was_released_twice_is_sound(event: Event):
    assert findings() == {}


def _unappointed() -> sa.Executable:
    ids = sa.select(ReleasedSession.session_id).where(ReleasedSession.current, ReleasedSession.state == "cancelled")
    return sa.update(ProgrammeSession).where(ProgrammeSession.id.in_(ids)).values(appointment_id=None)


def _other_room() -> sa.Executable:
    return sa.update(ReleasedSession).where(ReleasedSession.state == "live").values(location_id=None)


def _still_held() -> sa.Executable:
    return sa.update(Appointment).values(state="live")


def _not_in_the_agenda() -> sa.Executable:
    return sa.update(AgendaEntry).where(AgendaEntry.state == "live").values(role="bookmark")


def _on_no_stage() -> sa.Executable:
    return sa.delete(ReleasedPerson)


def _a_gap() -> sa.Executable:
    return sa.update(Release).where(Release.number == 3).values(number=9)


def _old_news() -> sa.Executable:
    first = sa.select(ReleasedSession.id).where(sa.not_(ReleasedSession.current)).limit(1).scalar_subquery()
    return sa.update(LetterChange).where(LetterChange.before_id == first).values(after_id=first)


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        (_unappointed, "P1"),
        (_other_room, "P1"),
        (_still_held, "P1"),
        (_not_in_the_agenda, "P2"),
        (_on_no_stage, "P2"),
        (_a_gap, "P3"),
        (_old_news, "P4"),
    ],
)
def test_what_does_not_hold_is_found(event: Event, statement: Callable[[], sa.Executable], broken: str):
    assert db.session.scalar(sa.select(sa.func.count()).where(ReleaseLetter.state == "draft")) == 1
    with transaction():
        db.session.execute(statement())

    assert broken in findings()
