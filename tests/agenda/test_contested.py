"""A talk takes its speaker's time whatever holds it, and what it pushed aside comes back when the talk goes."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering.agenda import invariants, services
from partnering.agenda.models import AgendaEntry, Appointment, Location, LocationAtom, ParticipantAtom
from partnering.agenda.queries import contested, pushed_aside
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event, Participant
from tests.factories import make_event, make_participant, make_person

HALF = timedelta(minutes=30)


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_event()


@pytest.fixture
def jana(event: Event) -> Participant:
    return make_participant(event, make_person("jana@people.example"))


def talk(event: Event, speaker: Participant, *, after: timedelta = timedelta()) -> AgendaEntry:
    """A talk that has not claimed its time yet."""
    at = event.opens_at + after
    appointment = services.appoint(event, "session", at, at + HALF)
    return services.attend(appointment, speaker, "speaker", blocks=False)


def kept(event: Event, participant: Participant, *, after: timedelta = timedelta()) -> AgendaEntry:
    at = event.opens_at + after
    return services.block(participant, event, at, at + HALF)


def broken_rules() -> list[str]:
    return [
        str(finding) for check in (invariants.atoms_match_entries, invariants.contested_has_twin) for finding in check()
    ]


def binding(entry: AgendaEntry) -> tuple[int, int]:
    """How many of an entry's atoms bind, and how many are contested."""
    rows = db.session.scalars(sa.select(ParticipantAtom.contested).where(ParticipantAtom.entry_id == entry.id)).all()
    return rows.count(False), rows.count(True)


def test_a_talk_takes_the_time_and_what_was_there_is_contested_where_they_overlap(event: Event, jana: Participant):
    with transaction():
        own = kept(event, jana)
        given = talk(event, jana, after=timedelta(minutes=20))
        losers = services.win_time(given)

    assert (losers, given.blocks, own.blocks) == ([own], True, True)
    assert (binding(own), binding(given)) == ((4, 2), (6, 0))
    assert (pushed_aside(own.appointment), pushed_aside(given.appointment)) == ({own.id}, set())
    assert [(each.entry, each.by, each.ends_at - each.starts_at) for each in contested(event)] == [
        (own, given, timedelta(minutes=10))
    ]
    assert broken_rules() == []


def test_when_the_talk_goes_what_it_pushed_aside_binds_again(event: Event, jana: Participant):
    with transaction():
        own, given = kept(event, jana), talk(event, jana)
        services.win_time(given)
    with transaction():
        services.cancel(given.appointment)

    assert (binding(own), contested(event)) == ((6, 0), [])


def test_of_two_that_were_pushed_aside_the_older_one_comes_back(event: Event, jana: Participant):
    with transaction():
        own, first = kept(event, jana), talk(event, jana)
        services.win_time(first)
        services.leave(own)
        again = kept(event, jana, after=HALF)
        second = talk(event, jana, after=HALF)
        services.win_time(second)
    with transaction():
        services.leave(second)

    assert (binding(first), binding(again), binding(own)) == ((6, 0), (6, 0), (0, 0))


def test_one_talk_yields_to_another(event: Event, jana: Participant):
    with transaction():
        first, second = talk(event, jana), talk(event, jana)
        services.win_time(first)
        losers = services.win_time(second)

    assert (losers, first.blocks, second.blocks) == ([], True, False)
    assert (binding(first), binding(second)) == ((6, 0), (0, 0))


def test_setting_up_takes_time_before_the_talk(event: Event, jana: Participant):
    with transaction():
        given = talk(event, jana, after=timedelta(hours=1))
        services.win_time(given, 20)

    assert binding(given) == (10, 0)
    with pytest.raises(services.TimeTaken), transaction():
        kept(event, jana, after=HALF)
    assert broken_rules() == []


def test_what_is_let_go_early_stays_in_the_agenda_and_frees_time_and_table(event: Event, jana: Participant):
    other = make_participant(event, make_person("tomas@people.example"))
    with transaction():
        table = Location(event_id=event.id, kind="table", name=BilingualText("A1", "A1"), row="A", column=1)
        db.session.add(table)
        db.session.flush()
        held = services.hold_meeting(
            event, event.opens_at, event.opens_at + HALF, [(jana, "requester"), (other, "invitee")], [table]
        )
    with transaction():
        services.let_go(held)

    assert [(entry.state, entry.blocks, entry.sequence) for entry in services.live_entries(held)] == [
        ("live", False, 0),
        ("live", False, 0),
    ]
    assert (held.state, held.location_id) == ("live", table.id)
    assert [db.session.scalar(sa.select(sa.func.count()).select_from(m)) for m in (ParticipantAtom, LocationAtom)] == [
        0,
        0,
    ]


def test_a_meeting_by_video_needs_no_place(event: Event, jana: Participant):
    other = make_participant(event, make_person("tomas@people.example"))
    people = [(jana, "requester"), (other, "invitee")]
    with transaction():
        held = services.hold_meeting(event, event.opens_at, event.opens_at + HALF, people, None)
    with pytest.raises(services.PlaceTaken), transaction():
        services.hold_meeting(event, event.opens_at + HALF, event.opens_at + 2 * HALF, people, [])

    assert (held.location_id, db.session.scalar(sa.select(sa.func.count()).select_from(Appointment))) == (None, 1)
